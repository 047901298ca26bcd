#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <type_traits>

#include "base/fixed_vector.h"
#include "base/time.h"
#include "domain/ids.h"
#include "domain/orders.h"
#include "domain/units.h"

namespace gannet {

/// Orders that the venue keeps aside and works by itself: it puts in ordinary orders (children)
/// when a price is reached, or one after the other.
enum class AlgoKind : std::uint8_t {
  Conditional,      ///< one exit: a stop loss or a take profit
  OneCancelsOther,  ///< both: the first that triggers ends the other
  Trigger,          ///< an order that goes in when a price is reached
  TrailingStop,     ///< a market order once the price has turned by so much from its best
  Iceberg,          ///< small limit orders, a few at a time
  TimeWeighted,     ///< small taking orders at a regular pace
  Chase,            ///< a post-only order that follows the best price
};
inline constexpr int kAlgoKinds = 7;

enum class Aggressiveness : std::uint8_t { Passive, Middle, Aggressive };

/// What an algo order asks for; which fields count depends on the kind. Zero is "not given": no
/// price, distance or interval of zero means anything. No padding: the journal holds it as it is.
struct AlgoTerms {
  AlgoKind kind = AlgoKind::Conditional;
  Side side = Side::Sell;
  PositionSide position_side = PositionSide::Net;
  bool reduce_only = false;
  /// The whole position, whatever it is when it triggers, in place of `quantity`.
  bool close_position = false;
  TriggerSource source = TriggerSource::Last;               ///< of `trigger`
  TriggerSource stop_source = TriggerSource::Last;          ///< of `stop_trigger`
  TimeInForce time_in_force = TimeInForce::GoodTillCancel;  ///< Trigger with a limit
  Aggressiveness aggressiveness = Aggressiveness::Middle;   ///< Iceberg
  std::uint8_t reserved = 0;
  std::uint16_t slices = 0;        ///< Iceberg: orders at a time
  std::uint32_t distance_ppm = 0;  ///< like `distance`, as a share of the price
  std::uint32_t farthest_ppm = 0;
  std::uint32_t reserved2 = 0;
  Quantity quantity;  ///< contracts, or base currency on spot
  /// Conditional, OneCancelsOther: of the take profit. Trigger: of the order. TrailingStop: it
  /// follows the price only from there on. Iceberg: it begins there.
  Price trigger;
  /// Of the order that `trigger` puts in; zero: a market order. Iceberg, TimeWeighted: never worse.
  Price limit;
  Price stop_trigger;  ///< Conditional, OneCancelsOther: of the stop loss
  Price stop_limit;    ///< zero: a market order
  /// TrailingStop: how far the price must turn. Chase: behind the best price. TimeWeighted: through
  /// the best price.
  Price distance;
  Price farthest;  ///< Chase: from where it began; further, and it ends
  Quantity slice;  ///< Iceberg, TimeWeighted: of one order
  Nanos interval;  ///< TimeWeighted

  friend bool operator==(const AlgoTerms&, const AlgoTerms&) = default;
};
static_assert(std::has_unique_object_representations_v<AlgoTerms>);

/// The price that an amend changes, and that stands for the order in lists: of the stop loss where
/// there is one, else of the trigger. Zero: it has none.
constexpr Price main_price(const AlgoTerms& terms) noexcept {
  return terms.stop_trigger.raw != 0 ? terms.stop_trigger : terms.trigger;
}
/// The terms with another main price; the limit of its order keeps its distance to it.
constexpr AlgoTerms with_main_price(AlgoTerms terms, Price price) noexcept {
  const bool is_stop = terms.stop_trigger.raw != 0;
  Price& trigger = is_stop ? terms.stop_trigger : terms.trigger;
  Price& limit = is_stop ? terms.stop_limit : terms.limit;
  if (limit.raw != 0) limit = limit + (price - trigger);
  trigger = price;
  return terms;
}
/// The same for a price that somebody wishes; absent where it, or a limit that moves with it, would
/// not be positive or is beyond belief.
constexpr std::optional<AlgoTerms> shifted_terms(const AlgoTerms& terms, Price price) noexcept {
  constexpr std::int64_t kLargestPrice = std::int64_t{1} << 60;
  const auto is_price = [](Price p) { return p.raw > 0 && p.raw <= kLargestPrice; };
  const Price limit = terms.stop_trigger.raw != 0 ? terms.stop_limit : terms.limit;
  if (!is_price(price) || !is_price(main_price(terms))) return std::nullopt;
  if (limit.raw == 0) return with_main_price(terms, price);
  if (!is_price(limit) || !is_price(limit + (price - main_price(terms)))) return std::nullopt;
  return with_main_price(terms, price);
}
/// The exits of an order as the algo order that they become. Its quantity is what the order fills.
constexpr AlgoTerms exit_terms(const OrderIntent& intent) noexcept {
  AlgoTerms terms;
  const AttachedExits& exits = intent.exits;
  terms.kind = exits.take_profit.raw != 0 && exits.stop.raw != 0 ? AlgoKind::OneCancelsOther
                                                                 : AlgoKind::Conditional;
  terms.side = intent.side == Side::Buy ? Side::Sell : Side::Buy;
  terms.position_side = intent.position_side;
  terms.trigger = exits.take_profit;
  terms.limit = exits.take_profit_limit;
  terms.source = exits.take_profit_by;
  terms.stop_trigger = exits.stop;
  terms.stop_limit = exits.stop_limit;
  terms.stop_source = exits.stop_by;
  return terms;
}
/// Whether the venue can change it: the others are cancelled and placed anew.
constexpr bool is_amendable(AlgoKind kind) noexcept { return kind <= AlgoKind::Trigger; }
/// It puts in its whole quantity at once, and has then nothing more to do.
constexpr bool fires_once(AlgoKind kind) noexcept { return kind <= AlgoKind::TrailingStop; }

/// A strategy's wish.
struct AlgoIntent {
  StrategyId strategy;
  Handle handle;
  std::uint64_t cookie = 0;
  InstrumentId instrument;
  AlgoTerms terms;
  Timestamp intent_time;
};

/// What goes to the venue. Made by the order manager from an approved intent, journaled, then sent.
/// The venue knows no expiry of algo orders: one whose answer is lost may come to life much later.
struct AlgoPlaceRequest {
  ClientOrderId client_id;
  InstrumentId instrument;
  MarginMode margin_mode = MarginMode::Cross;
  AlgoTerms terms;  ///< `reduce_only`: to be sent
};
struct AlgoAmendRequest {
  ClientOrderId client_id;
  VenueOrderId venue_id;  ///< the venue's id of the algo order, if known
  InstrumentId instrument;
  std::uint64_t amend_id = 0;
  bool new_price = false;
  bool new_quantity = false;
  AlgoTerms terms;  ///< as they shall be
};
struct AlgoCancelRequest {
  ClientOrderId client_id;  ///< zero for a foreign one
  VenueOrderId venue_id;
  InstrumentId instrument;
};
/// Most that one cancel request may name.
inline constexpr std::size_t kMaxAlgoCancels = 10;

/// The algo order as the venue tells it. Live waits or works, Paused waits for the market to come
/// back inside its limit; the rest are ends.
enum class AlgoState : std::uint8_t {
  Live,
  Paused,
  PartiallyEffective,  ///< ended after a part of what it was to do [PROTOCOL 8]
  Effective,           ///< put in all it was to do; what became of that, its children tell
  Cancelled,
  Failed,           ///< what it would put in was refused
  PartiallyFailed,  ///< likewise, after a part
};
constexpr bool is_final(AlgoState state) noexcept { return state > AlgoState::Paused; }

/// A push, or a row of a query. Replies to requests are ExecutionReports: the ids are of one space.
struct AlgoReport {
  static constexpr std::size_t kMaxChildren = 24;

  ExecutionReport::Source source = ExecutionReport::Source::Push;
  AccountId account;
  InstrumentId instrument;
  ClientOrderId client_id;  ///< zero: not an id of our making
  VenueOrderId venue_id;    ///< of the algo order
  bool own_tag = false;
  AlgoState state = AlgoState::Live;
  VenueReason reason = VenueReason::None;
  std::int32_t venue_code = 0;
  std::uint64_t amend_id = 0;
  bool amend_failed = false;
  AlgoTerms terms;
  FixedVector<VenueOrderId, kMaxChildren> children;  ///< the newest, as far as they are told
  Timestamp exchange_time;
  Timestamp receive_time;
};

/// What the engine asks of a venue that has algo orders; beside VenuePort, since not every venue
/// has. Reactor thread; never blocks. Replies as for VenuePort: one ExecutionReport a request.
class AlgoPort {
 public:
  virtual SendResult place_algo(const AlgoPlaceRequest& request, Timestamp now) noexcept = 0;
  virtual SendResult amend_algo(const AlgoAmendRequest& request, Timestamp now) noexcept = 0;
  /// 1..kMaxAlgoCancels, of any instruments.
  virtual SendResult cancel_algos(std::span<const AlgoCancelRequest> requests,
                                  Timestamp now) noexcept = 0;
  /// Answered by an AlgoReport (source Query), or an ExecutionReport NotFound or OutcomeUnknown.
  virtual bool query_algo(InstrumentId instrument, AlgoKind kind, ClientOrderId client_id,
                          VenueOrderId venue_id, Timestamp now) noexcept = 0;

 protected:
  ~AlgoPort() = default;
};

static_assert(std::is_trivially_copyable_v<AlgoIntent>);
static_assert(std::is_trivially_copyable_v<AlgoReport>);

}  // namespace gannet
