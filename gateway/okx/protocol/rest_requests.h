#pragma once

#include <cstdint>
#include <expected>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "base/http_message.h"
#include "base/time.h"
#include "domain/instrument.h"
#include "domain/instrument_table.h"
#include "domain/orders.h"
#include "gateway/okx/protocol/signing.h"

namespace gannet::okx {

// The questions of start-up, one request and one decoder each: the app asks them one after the
// other before anything trades. Off the hot path: these allocate.

/// How requests are made: for whom, and for which environment.
struct RestIdentity {
  const Signer* signer = nullptr;  ///< null: public questions only
  bool simulated_trading = false;  ///< the venue's demo environment: sends its header
};

/// A signed request (unsigned without a signer). `venue_now`: our clock plus the venue's offset.
HttpRequest make_get(const RestIdentity& identity, std::string_view target, Timestamp venue_now);
HttpRequest make_post(const RestIdentity& identity, std::string_view target, std::string_view body,
                      Timestamp venue_now);

HttpRequest time_request(const RestIdentity& identity);
/// All instruments of a kind as everybody sees them; options need a family.
HttpRequest public_instruments_request(const RestIdentity& identity, InstrumentKind kind,
                                       std::string_view family);
/// As this account sees them (signed).
HttpRequest account_instruments_request(const RestIdentity& identity, InstrumentKind kind,
                                        std::string_view family, Timestamp venue_now);
HttpRequest account_config_request(const RestIdentity& identity, Timestamp venue_now);
HttpRequest balance_request(const RestIdentity& identity, Timestamp venue_now);
HttpRequest set_leverage_request(const RestIdentity& identity, std::string_view instrument_name,
                                 std::string_view leverage, MarginMode margin_mode,
                                 Timestamp venue_now);
HttpRequest leverage_request(const RestIdentity& identity, std::string_view instrument_name,
                             MarginMode margin_mode, Timestamp venue_now);
/// The dead-man timer of this engine's tag ("" for the whole account): 10..120 s, or 0 to disarm.
HttpRequest cancel_all_after_request(const RestIdentity& identity, int timeout_seconds,
                                     std::string_view tag, Timestamp venue_now);
/// A whole book, to start one whose stream sends no snapshot. [PROTOCOL 4.4]
HttpRequest book_request(const RestIdentity& identity, std::string_view instrument_name,
                         int levels);

enum class AccountMode : std::uint8_t { Spot, Futures, MultiCurrency, Portfolio };
enum class PositionMode : std::uint8_t { Net, LongShort };

struct AccountConfig {
  std::string account_name;  ///< the venue's number of the account
  AccountMode account_mode = AccountMode::Spot;
  PositionMode position_mode = PositionMode::Net;
  bool may_trade = false;
  bool may_withdraw = false;
  bool bound_to_addresses = false;  ///< the key works from listed addresses only
  bool fees_in_quote = false;       ///< spot buys pay their fee in quote currency
  std::string fee_level;
};

/// Ok, or one sentence that says what went wrong and what to do (refused credentials, wrong clock,
/// wrong environment, no answer).
std::expected<void, Error> check_answer(const HttpResponse& response);

/// The venue's clock.
std::expected<Timestamp, Error> decode_time(const HttpResponse& response);
/// True if `error_code_of(response)` can only be healed by a person.
bool is_auth_fatal(const HttpResponse& response) noexcept;
std::expected<AccountConfig, Error> decode_account_config(const HttpResponse& response);
/// Adds the names of all currencies the account holds to the table (start-up only).
std::expected<std::size_t, Error> intern_currencies(const HttpResponse& balance,
                                                    CurrencyTable& currencies);
/// Leverage as the venue writes it, of the first row.
std::expected<std::string, Error> decode_leverage(const HttpResponse& response);

}  // namespace gannet::okx
