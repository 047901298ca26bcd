#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"
#include "domain/instrument_table.h"
#include "sim/exchange.h"

namespace gannet::okx_server {

/// What a client signs with.
struct Credentials {
  std::string key;
  std::string secret;
  std::string passphrase;
};

/// Made-up credentials of the shape that OKX gives out: the same seed, the same credentials.
Credentials make_default_credentials(std::uint64_t seed);

struct ApiKey {
  Credentials credentials;
  std::string user;              ///< name of one of `Settings::users`
  std::string label = "gannet";  ///< account/config shows it
  bool may_trade = true;         ///< read is always allowed
  bool may_withdraw = false;     ///< only shown: the simulator moves no coins
  std::vector<std::string>
      addresses;  ///< allowed source addresses (exact, or IPv4/bits); empty: any
};

struct User {
  sim::UserSettings account;  ///< its name is how keys and `?user=` refer to it
  std::string uid;            ///< "": made from the seed
  std::string master;         ///< name of the main account that this is a sub-account of; "": none
  std::vector<Amount> funding;  ///< deposits into the funding account
  bool deep_books = false;      ///< fee tier that may have tick-by-tick books and the fills channel
};

/// An instrument that this server offers, with its numeric code for socket orders.
struct ListedInstrument {
  InstrumentId instrument;
  std::int64_t code = 0;
};

/// Request limits. Zero: no limit. Defaults are OKX's (OKX API v5, rate limits).
struct Limits {
  std::uint32_t place_single = 60;  ///< per 2 s, user and instrument
  std::uint32_t place_batch = 300;  ///< orders per 2 s, user and instrument
  std::uint32_t amend_single = 60;
  std::uint32_t amend_batch = 300;
  std::uint32_t cancel_single = 60;
  std::uint32_t cancel_batch = 300;
  std::uint32_t account_orders = 1000;  ///< new and amended derivative orders per 2 s and user
  std::uint32_t session_requests_per_hour = 480;  ///< login, subscribe, unsubscribe per connection
  std::uint32_t connections_per_second = 3;       ///< per source address
  std::uint32_t subscriptions_per_key = 100;      ///< of private channels, all its connections
  bool rest = true;                               ///< the limits of the other REST endpoints
};

/// Every order operation allowed at any rate: for tests that measure something else.
Limits no_limits() noexcept;

/// One request of a client as it went, for people to read. Views are valid during the call.
struct RequestNote {
  std::string_view what;  ///< "POST /api/v5/trade/order", "ws/private order"
  std::string_view peer;
  std::string_view key;   ///< API key, masked; "" none
  std::string_view code;  ///< "0": taken
  std::string_view why;   ///< the reason in plain words, figures included
  bool refused = false;
};

struct Settings {
  std::uint64_t seed = 1;
  /// Market, funding and history run this many times faster than the wall clock; signatures,
  /// expiry, limits and idle timers do not.
  double speed = 1.0;
  /// The exchange's time stands still but for POST /sim/v1/step; `speed` then means nothing.
  bool step_mode = false;
  /// Told every event of the exchange, after the server. May be null; must outlive the server.
  sim::ExchangeEvents* observer = nullptr;
  Nanos clock_skew;   ///< how far this venue's clock is ahead of the wall clock it is told
  bool demo = false;  ///< then private requests must carry the demo header, otherwise they must not
  std::vector<User> users;
  std::vector<ApiKey> keys;
  std::vector<ListedInstrument> instruments;
  Limits limits;

  int best_price_interval_ms = 10;  ///< bbo-tbt; 0: every change at once
  int fast_book_interval_ms = 10;   ///< books-l2-tbt, books50-l2-tbt
  int book_interval_ms = 100;       ///< books, books5
  bool deep_books_for_all = false;  ///< no fee tier needed for the tick-by-tick books
  bool initial_book_snapshot = true;
  /// Orders by socket may name their instrument by `instId`, as they did until March 2026: for
  /// clients of that time.
  bool socket_orders_by_name = false;
  /// Candles and funding rates are made up for that long before the start (price_history.h); 0:
  /// the past is empty.
  int history_days = 730;
  int idle_close_s = 30;
  int account_push_ms = 50;    ///< changes of money are gathered for that long
  int regular_push_ms = 5000;  ///< account and open positions again, event or not; 0: never
  std::int64_t initial_leverage = 5;
  /// What the insurance fund begins with, for each settlement currency; a ten-thousandth of it in
  /// coins. 0: every loss beyond a margin deleverages somebody.
  std::int64_t insurance_fund_dollars = 1'000'000;
  int off_tick_code = 51000;  ///< OKX's code for a price off its tick is not published
  /// An amend that the exchange refuses is acknowledged, and the `orders` channel tells that it
  /// failed (amendResult -1); otherwise the acknowledgement itself says so.
  bool amends_fail_after_ack = false;
  sim::ExchangeSettings exchange;

  /// A seed that orders faults by itself, mixed; 0: none. `fault_intensity`: faults a second.
  std::uint64_t fault_seed = 0;
  double fault_intensity = 0.5;
  /// Orders of faults as POST /sim/v1/faults takes them, their times counted from the start.
  std::vector<std::string> scenario;

  /// Told of every request, or of the refused ones alone. May be empty.
  std::function<void(const RequestNote& note)> on_request;
  /// Told of every refused request: where, the code, why. May be empty.
  std::function<void(std::string_view where, std::string_view code, std::string_view why)>
      on_refusal;
};

/// One user "trader" with key `make_default_credentials(seed)`, deposits of the currencies that
/// the instruments settle in, every instrument listed. A starting point to change.
Settings make_default_settings(std::uint64_t seed, const InstrumentTable& instruments,
                               CurrencyTable& currencies);

/// Every instrument of the table with a made-up code, the same for the same seed.
std::vector<ListedInstrument> list_all(std::uint64_t seed, const InstrumentTable& instruments);

}  // namespace gannet::okx_server
