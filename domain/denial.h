#pragma once

#include <cstdint>
#include <string_view>

#include "base/time.h"

namespace gannet {

/// Why we refused an order ourselves. A closed list: docs/denials.md is printed from it.
enum class DenialReason : std::uint8_t {
  Killed,                     // PRE-01
  Held,                       // PRE-01
  NotReady,                   // PRE-01
  StrategyStopped,            // PRE-02
  UnknownInstrument,          // PRE-02
  InstrumentNotTradable,      // PRE-02
  InstrumentNotYours,         // PRE-02: the strategy did not name it in its configuration
  InstrumentDataStale,        // PRE-02
  PriceNotOnTick,             // PRE-03
  PriceNotPositive,           // PRE-03
  QuantityNotOnLot,           // PRE-03
  QuantityBelowMinimum,       // PRE-03
  QuantityAboveVenueMaximum,  // PRE-03
  NoFreshReferencePrice,      // PRE-04
  PriceOutsideCollar,         // PRE-04
  QuantityAboveLimit,         // PRE-05
  NotionalAboveLimit,         // PRE-05
  NoValuation,                // PRE-05
  PositionAboveLimit,         // PRE-06
  TooManyOpenOrders,          // PRE-08
  RateLimited,                // PRE-09: retry_at says when
  ReduceOnlyWouldIncrease,    // PRE-18
  UnknownHandle,              // amend or cancel of an order we do not have
  OrderNotWorking,            // amend or cancel of an order that ended, or cannot be named yet
  NothingToAmend,
  UnsupportedOrder,  // a combination the venue lacks (post-only market, ...)
  NotConnected,
  OrderTableFull,
  JournalFull,
  ClientOrderIdsExhausted,
  PriceOutsideVenueLimit,   // PRE-04
  GrossNotionalAboveLimit,  // PRE-07
  NetNotionalAboveLimit,    // PRE-07
  LeverageAboveLimit,       // PRE-07
  FreeMarginBelowLimit,     // PRE-07
  NoBalances,               // PRE-07: the account's money is not known (completely) yet
  RepeatedExecution,        // PRE-10: until a person enables the strategy
  DuplicateIntent,          // PRE-11
  RejectStorm,              // PRE-12: until a person enables the strategy
  CrossesOwnOrder,          // PRE-14
  TooManyRequestsForFills,  // PRE-16
  TooManyCancelsForOrders,  // PRE-16
  MarketCrossed,            // PRE-17
  MarketJumped,             // PRE-17
  SpreadTooWide,            // PRE-17
  MarketFarFromIndex,       // PRE-17
  NotCoveredByTimer,        // COD-06; the last: kDenialReasons counts from it
};
inline constexpr int kDenialReasons = static_cast<int>(DenialReason::NotCoveredByTimer) + 1;

/// "price_not_on_tick"; stable, used in logs and reports.
std::string_view name_of(DenialReason reason) noexcept;
/// One sentence for docs and for people.
std::string_view describe(DenialReason reason) noexcept;
/// What would pass instead, in terms of the denial's limit and value.
std::string_view what_passes(DenialReason reason) noexcept;
/// The rule of RELIABILITY C1 that it is of, "PRE-05"; "" where it is of none.
std::string_view control_of(DenialReason reason) noexcept;
/// A person may let one order past this rule (PRE-19): rules of risk and behaviour, not those of
/// the venue's grid, of states, of rates or of our own means.
bool can_be_overridden(DenialReason reason) noexcept;

/// limit and value are in the unit of the rule (raw price or quantity units, or 10^-18 money);
/// 0 where the rule has none.
struct Denial {
  DenialReason reason = DenialReason::NotReady;
  __int128 limit = 0;
  __int128 value = 0;
  Timestamp retry_at;  ///< RateLimited only: when a slot is free
};

}  // namespace gannet
