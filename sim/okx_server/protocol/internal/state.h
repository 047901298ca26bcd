#pragma once

#include <simdjson.h>

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/time.h"
#include "domain/instrument_table.h"
#include "sim/algo_desk.h"
#include "sim/event_tee.h"
#include "sim/exchange.h"
#include "sim/okx_server/protocol/internal/algo_push.h"
#include "sim/okx_server/protocol/internal/fault_mixer.h"
#include "sim/okx_server/protocol/internal/faults.h"
#include "sim/okx_server/protocol/internal/funding_account.h"
#include "sim/okx_server/protocol/internal/market_state.h"
#include "sim/okx_server/protocol/internal/rate_limiter.h"
#include "sim/okx_server/protocol/internal/replica.h"
#include "sim/okx_server/protocol/internal/session.h"
#include "sim/okx_server/protocol/server_io.h"
#include "sim/okx_server/protocol/settings.h"

namespace gannet::okx_server {

struct ServerState;

/// One user's account on the wire: what the exchange does not know or has not told yet.
struct UserState {
  User settings;
  sim::UserId id = 0;
  std::map<std::string, Timestamp> cancel_all_after;  ///< by tag ("": all), when it fires

  // Changes since the last flush.
  std::vector<sim::PositionView> positions;
  std::vector<sim::BalanceView> balances;
  std::vector<std::pair<InstrumentId, TradeId>> trades;
  std::string_view greeks_type = "PA";  ///< PA or BS
  std::set<CurrencyId> cash_changed;    ///< by a bill, not only held or freed
  std::string_view event = "filled";    ///< why, in balance_and_position's words
  std::vector<sim::PositionView> endangered;
  // Currencies of the next gathered push of `account`.
  std::set<CurrencyId> changed_currencies;
  std::optional<Timestamp> account_due;
  // Of a demo account: increases of its balance by the asking, and the day (since 1970) of them.
  int increases = 0;
  std::int64_t increases_day = 0;
};

/// A change of an order, rendered at once because the exchange's view does not last.
struct OrderPush {
  std::size_t user = 0;
  InstrumentId instrument;
  std::string order;  ///< an object of the `orders` channel
  std::string fill;   ///< an object of the `fills` channel, or ""
};

/// A smart iceberg that waits for its candles.
struct RsiWait {
  sim::AlgoId algo;
  Timestamp looked_at;  ///< when the bar opened before which the candles have been looked at
};

/// A maintenance window as `status` tells it.
struct Maintenance {
  bool announced = false;
  Timestamp begin, end;
  std::string service;    ///< serviceType
  std::string_view told;  ///< the state that was pushed last
  Timestamp changed;
};

/// An amend that failed though its order was open, while its consequence is being told.
struct FailedAmend {
  VenueOrderId order;
  std::string request_id;
  std::string code;
  std::string message;
};

/// What is being handled, for the log of requests. Views into the input.
struct CurrentRequest {
  std::string_view method;     ///< of REST; "": a socket's
  std::string_view path;       ///< without its query; of sockets "public", "private", "business"
  std::string_view operation;  ///< of sockets: "login", "order"
  std::string_view peer;
  std::string_view key;
  std::string detail;    ///< figures behind the next refusal
  bool refused = false;  ///< at least once
};

/// A frame held back by a fault.
struct LateFrame {
  Timestamp due;
  ConnectionId connection = 0;
  std::string text;
  bool request = false;  ///< from the client: to be handled then
};

/// Takes what the exchange tells, puts it into the state, sends nothing but the best price when
/// every change of it is wanted.
class EventSink final : public sim::ExchangeEvents {
 public:
  explicit EventSink(ServerState& state) noexcept : state_(state) {}
  void on_order_change(const sim::OrderChange& change) noexcept override;
  void on_trade(const sim::PublicTrade& trade) noexcept override;
  void on_level(InstrumentId instrument, Side side, Price price, Quantity quantity,
                std::uint32_t orders, Timestamp time) noexcept override;
  void on_position(sim::UserId user, const sim::PositionView& position) noexcept override;
  void on_balance(sim::UserId user, const sim::BalanceView& balance) noexcept override;
  void on_bill(const sim::Bill& bill) noexcept override;
  void on_margin_warning(sim::UserId user, const sim::PositionView& position) noexcept override;
  void on_mark_price(InstrumentId instrument, Price mark, Price index,
                     Timestamp time) noexcept override;
  void on_liquidation(const sim::LiquidationView& liquidation) noexcept override;

 private:
  ServerState& state_;
};

/// A change of an instrument's terms that is told ahead of its time (upcChg).
struct AnnouncedChange {
  std::string parameter;  ///< OKX's name: tickSz, minSz, maxMktSz
  std::string value;
  Timestamp time;  ///< the exchange's
};

/// A channel and what of it: the instrument's id, the InstrumentKind, or 0.
using TopicKey = std::pair<Channel, std::uint32_t>;

/// Everything the server knows. The functions of this folder share it; each file is one subject.
struct ServerState {
  ServerState(Settings settings, InstrumentTable& instruments, CurrencyTable& currencies,
              ServerOutput& output, Timestamp start);

  Settings settings;
  InstrumentTable& instruments;
  CurrencyTable& currencies;
  ServerOutput& output;
  Timestamp start;
  Timestamp now;         ///< wall time of the current input; never goes back
  Nanos stepped;         ///< step mode: the exchange's time since the start
  std::uint64_t random;  ///< state of the generator of ids
  EventSink sink{*this};
  std::optional<sim::EventTee> tee;  ///< of the sink and Settings::observer
  sim::ExchangeEvents& exchange_sink();
  std::unique_ptr<sim::Exchange> exchange;
  AlgoSink algo_sink{*this};
  std::unique_ptr<sim::AlgoDesk> algos;  ///< acts in its turns alone: after each input
  std::vector<RsiWait> rsi_starts;
  std::function<void(Timestamp)> advance_market;

  std::vector<UserState> users;
  std::vector<InstrumentMarket> markets;  ///< by instrument id
  std::vector<std::int64_t> codes;        ///< by instrument id; -1: not listed
  std::unordered_map<std::int64_t, InstrumentId> by_code;
  std::map<std::string, InstrumentId, std::less<>> indexes;  ///< index name to an instrument on it

  std::map<InstrumentId, std::vector<AnnouncedChange>> announced;
  FundingBooks funding;

  std::map<ConnectionId, Session> sessions;
  std::map<TopicKey, std::vector<ConnectionId>> topics;
  RateLimiter limiter;
  Faults faults;
  std::vector<FaultOrder> fault_schedule;
  std::uint64_t next_fault_id = 1;
  std::optional<Timestamp> down_until;  ///< after a restart: nobody gets in before
  bool listens = true;                  ///< the port is open
  Maintenance maintenance;
  std::string certificate;     ///< shape of a wrong one that is shown; "": the good one
  HttpDelivery delivery;       ///< of the answer being made
  bool handling_late = false;  ///< a request that a fault held back
  Replica replica;
  FaultMixer mixer;
  std::vector<OrderPush> order_pushes;
  std::vector<AlgoPush> algo_pushes;
  std::optional<FailedAmend> failed_amend;
  std::vector<LateFrame> late_frames;
  std::unordered_map<std::uint64_t, Amount>
      told_profit;  ///< per order: what its pushes added up to
  std::set<InstrumentId> trades_waiting;
  std::map<TopicKey, CandleStream> candle_streams;
  std::vector<sim::LiquidationView> liquidations;  ///< not yet told to the public
  Timestamp next_slow_reference;
  Timestamp next_fast_turn, next_turn, next_mark_turn, next_regular_turn, next_sweep;
  simdjson::dom::parser parser;
  mutable CurrentRequest current;

  std::uint64_t next_random() noexcept;
  Timestamp exchange_time() const noexcept;
  Timestamp exchange_time(Timestamp wall) const noexcept;
  Timestamp wall_time(Timestamp exchange) const noexcept;

  /// Puts a new instrument into the tables while the server runs.
  void list_instrument(const Instrument& fresh);
  void note_listed(const ListedInstrument& row);
  bool listed(InstrumentId id) const noexcept {
    return id.value < codes.size() && codes[id.value] >= 0;
  }
  /// Invalid if unknown or not listed.
  InstrumentId find_instrument(std::string_view name) const noexcept;
  UserState* find_user(sim::UserId id) noexcept;
  std::optional<std::size_t> find_user(std::string_view name) const noexcept;

  void refuse(std::string_view where, std::string_view code, std::string_view why) const;
  /// At the end of a request: tells the log of it unless it was refused, which it was told.
  void end_request() const;
};

/// Order ids as they stand on the wire: the exchange makes them of 19 digits, as OKX does.
std::uint64_t wire_order_id(VenueOrderId id) noexcept;
VenueOrderId order_of_wire_id(std::string_view text) noexcept;  ///< zero if it is none

// Sending (send.cpp).
void send(ServerState& state, Session& session, std::string_view text);
void send_later(ServerState& state, ConnectionId connection, Nanos delay, std::string text);
/// To every subscriber of the topic, in the order in which they came.
void publish(ServerState& state, TopicKey topic, std::string_view text);
bool has_subscribers(const ServerState& state, TopicKey topic) noexcept;
/// Ends the connection from our side and forgets it.
void close_session(ServerState& state, ConnectionId connection, std::uint16_t code,
                   std::string_view reason);
void forget_session(ServerState& state, ConnectionId connection);
void send_late_frames(ServerState& state);

/// Tells what happened since the last call: trades, orders, fills, positions, balances. Called
/// after the reply to whatever caused it.
void flush_changes(ServerState& state);

}  // namespace gannet::okx_server
