#pragma once

// What an algo order asks for: value types shared by the AlgoDesk and those who drive it.
// Source: OKX API v5, algo trading.

#include <cstdint>
#include <optional>
#include <vector>

#include "base/fixed_string.h"
#include "base/time.h"
#include "domain/amount.h"
#include "domain/ids.h"
#include "domain/orders.h"
#include "domain/units.h"
#include "sim/exchange.h"

namespace gannet::sim {

/// Given by the desk: 19 digits, rises with time, apart from the order ids. Zero: none.
struct AlgoId {
  std::uint64_t value = 0;
  constexpr bool valid() const noexcept { return value != 0; }
  friend constexpr auto operator<=>(AlgoId, AlgoId) noexcept = default;
};

enum class AlgoType : std::uint8_t {
  Conditional,      ///< one exit of a position: take profit or stop loss
  OneCancelsOther,  ///< both: the first that triggers ends the other
  Trigger,          ///< an order that goes in when a price is reached
  TrailingStop,     ///< a market order once the price has turned by so much from its best
  Iceberg,          ///< one small limit order after the other, a distance behind the best price
  SmartIceberg,     ///< several small limit orders at a time
  TimeWeighted,     ///< small taking orders at a regular pace
  Chase,            ///< a post-only order that follows the best price
};

/// Live waits or works; Paused waits for the market to come back inside the price limit. The rest
/// are ends: Effective did all it was to do, the Partially states a part.
enum class AlgoState : std::uint8_t {
  Live,
  Paused,
  Effective,
  PartiallyEffective,
  Cancelled,
  Failed,
  PartiallyFailed,
};
constexpr bool is_pending(AlgoState state) noexcept {
  return state == AlgoState::Live || state == AlgoState::Paused;
}

enum class PriceSource : std::uint8_t { Last, Index, Mark };

/// A share in 10^-9: 0.01 is 10'000'000.
using Ratio = std::int64_t;
inline constexpr Ratio kWhole = 1'000'000'000;

/// One way out of a position.
struct Exit {
  Price trigger;
  PriceSource source = PriceSource::Last;
  std::optional<Price> limit;  ///< of its order; absent: a market order
  /// A take profit that rests as a limit order at `limit` from the start: no trigger.
  bool resting = false;
};

/// How far from the best price something stays: an absolute distance or a share of the price.
struct Distance {
  Price absolute;
  Ratio ratio = 0;
  bool is_ratio = false;
};

struct ChaseTerms {
  Distance distance;                 ///< behind the best price; zero: at it
  std::optional<Distance> farthest;  ///< from where it began; further, and the chase ends
};

struct TrailTerms {
  Distance callback;
  std::optional<Price> activation;  ///< follows the price only once it was reached
};

enum class Aggressiveness : std::uint8_t { Radical, Mid, Conservative };

/// SmartIceberg: begins by the relative strength index of the traded price, which is not reckoned
/// here: whoever keeps candles says when (`AlgoDesk::begin`).
struct RsiStart {
  enum class When : std::uint8_t { CrossUp, CrossDown, Cross, Above, Below };
  std::size_t bar = 0;  ///< a length of candles, as their keeper counts them
  int period = 14;      ///< candles
  int threshold = 30;   ///< 1 to 100
  When when = When::CrossDown;
};

/// Iceberg, SmartIceberg, TimeWeighted.
struct SliceTerms {
  Quantity slice;              ///< of one order
  Distance variance;           ///< Iceberg, TimeWeighted
  std::optional<Price> limit;  ///< never worse than this
  Nanos interval;              ///< TimeWeighted
  int orders = 1;              ///< SmartIceberg: at a time
  Aggressiveness aggressiveness = Aggressiveness::Mid;
  std::optional<Price> start;  ///< SmartIceberg: begins when the last price crosses it
  std::optional<RsiStart> rsi;
};

/// Exits that come with an order and go live when it has filled.
struct AttachedExit {
  FixedString<32> client_id;
  std::optional<Exit> take_profit;
  std::optional<Exit> stop_loss;
  /// Trigger as a signed share of the average fill price, in place of `trigger`.
  std::optional<Ratio> take_profit_ratio;
  std::optional<Ratio> stop_loss_ratio;
  std::optional<TrailTerms> trail;   ///< a trailing stop in place of both
  std::optional<Quantity> quantity;  ///< one part of several take profits; absent: all
  bool stop_to_entry = false;        ///< the stop goes to the entry price at the first take profit
  std::uint64_t id = 0;              ///< the desk's; 0 when asked for
};

enum class TriggeredOrder : std::uint8_t { Plain, ImmediateOrCancel, FillOrKill, Chase };

struct NewAlgo {
  UserId user = kMarketUser;
  InstrumentId instrument;
  AlgoType type = AlgoType::Conditional;
  Side side = Side::Buy;
  TradeMode mode = TradeMode::Cross;
  PositionSide position_side = PositionSide::Net;
  bool reduce_only = false;
  bool close_all = false;           ///< the whole position, whatever it is when it triggers
  bool ends_with_position = false;  ///< cancelled when the position is closed
  bool quantity_is_quote = false;
  Quantity quantity;
  Amount quote_quantity;
  FixedString<32> client_id;
  FixedString<16> tag;

  std::optional<Exit> take_profit;  ///< Conditional, OneCancelsOther
  std::optional<Exit> stop_loss;
  bool stop_to_entry = false;

  Price trigger;  ///< Trigger
  PriceSource source = PriceSource::Last;
  std::optional<Price> limit;  ///< of its order; absent: a market order
  TriggeredOrder triggered = TriggeredOrder::Plain;
  std::vector<AttachedExit> attached;

  TrailTerms trail;
  SliceTerms slices;
  ChaseTerms chase;  ///< Chase, and Trigger of a chase
};

/// Absent: as it is. A removed exit is one that ends up without trigger.
struct AmendExit {
  std::optional<Price> trigger;
  std::optional<PriceSource> source;
  std::optional<Price> limit;
  bool to_market = false;
  bool remove = false;
  std::optional<Ratio> ratio;

  bool any() const noexcept { return trigger || source || limit || to_market || remove || ratio; }
};
struct AmendAttached {
  std::uint64_t id = 0;       ///< either this
  FixedString<32> client_id;  ///< or this; neither: the only one
  AmendExit take_profit;
  AmendExit stop_loss;
  std::optional<Quantity> quantity;
  std::optional<Distance> callback;
  std::optional<Price> activation;
};
struct AmendAlgo {
  std::optional<Quantity> quantity;
  AmendExit take_profit;
  AmendExit stop_loss;
  AmendExit trigger;  ///< of a Trigger: trigger, source, limit
  std::optional<Distance> chase_distance;
  std::optional<Distance> chase_farthest;
  std::vector<AmendAttached> attached;
};

/// Why the desk refuses. `OrderTerms`: the exchange's own reason stands beside it.
enum class AlgoProblem : std::uint8_t {
  None,
  OrderTerms,
  DuplicateClientId,
  TooMany,            ///< of its kind on the instrument
  NoExit,             ///< neither take profit nor stop loss
  TakeProfitTooHigh,  ///< against the market price of its source
  TakeProfitTooLow,
  StopTooHigh,
  StopTooLow,
  ExitTakeProfitTooHigh,  ///< attached: against the order's price (a market order's: the best)
  ExitTakeProfitTooLow,
  ExitStopTooHigh,
  ExitStopTooLow,
  ExitsOnReducingOrder,
  ExitsUnavailable,  ///< not for this kind of instrument
  SplitMustBeOneWay,
  SplitWithoutQuantity,
  SplitQuantityMismatch,
  SplitTooMany,
  SplitSamePrice,
  SplitTooFewForEntryStop,
  RestingTakeProfitNeedsStop,
  RestingTakeProfitNeedsPrice,
  CloseAllNotDerivative,
  CloseAllNotReduceOnly,
  CloseAllNotMarket,
  CloseAllNotClosing,
  CloseAllTwice,
  NoPosition,
  SourceNotForSpot,
  RatioOutOfRange,
  CallbackOutOfRange,
  ActivationTooLow,
  ActivationTooHigh,
  SliceOutOfRange,
  VarianceOutOfRange,
  IntervalOutOfRange,
  ChaseNotDerivative,
  ChaseOutOfRange,
  NotFound,
  AlreadyTriggered,
  NotAmendable,
  NothingToAmend,
  CloseAllPriceFixed,
  CloseAllQuantityFixed,
  RestingQuantityFixed,  ///< of a stop whose take profit rests in the book
  ExitMissing,           ///< an exit can be neither added nor the last one removed
  AttachedNotFound,
};

struct AlgoRefusal {
  AlgoProblem problem = AlgoProblem::None;
  Refusal order = Refusal::None;
  PriceSource source = PriceSource::Last;  ///< of a trigger on the wrong side
  std::size_t limit = 0;                   ///< TooMany, SplitTooMany

  constexpr bool ok() const noexcept { return problem == AlgoProblem::None; }
};

}  // namespace gannet::sim
