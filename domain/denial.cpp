#include "domain/denial.h"

namespace gannet {
namespace {

struct Words {
  std::string_view name;
  std::string_view sentence;
};

constexpr Words words_of(DenialReason reason) noexcept {
  switch (reason) {  // no default: a new reason must be a compile error
    case DenialReason::Killed:
      return {"killed",
              "The kill switch of the engine, the instrument or the strategy is set; only a person "
              "clears it."};
    case DenialReason::Held:
      return {"held",
              "The engine, the instrument or the strategy is held because of trouble of venue, "
              "network or clock; it resumes by itself."};
    case DenialReason::NotReady:
      return {"not_ready", "The engine or the instrument is still connecting or reconciling."};
    case DenialReason::StrategyStopped:
      return {"strategy_stopped", "The strategy is stopped or unknown."};
    case DenialReason::UnknownInstrument:
      return {"unknown_instrument", "No instrument has this id."};
    case DenialReason::InstrumentNotTradable:
      return {"instrument_not_tradable",
              "The venue does not trade the instrument now, or takes post-only orders alone."};
    case DenialReason::InstrumentNotYours:
      return {"instrument_not_yours",
              "The strategy's configuration does not name this instrument."};
    case DenialReason::InstrumentDataStale:
      return {"instrument_data_stale",
              "The instrument's definition was not confirmed for too long."};
    case DenialReason::PriceNotOnTick:
      return {"price_not_on_tick", "The price is not a multiple of the tick size."};
    case DenialReason::PriceNotPositive:
      return {"price_not_positive", "The price of a limit order is zero or negative."};
    case DenialReason::QuantityNotOnLot:
      return {"quantity_not_on_lot",
              "The quantity is not positive or not a multiple of the lot size."};
    case DenialReason::QuantityBelowMinimum:
      return {"quantity_below_minimum", "The quantity is below the instrument's minimum quantity."};
    case DenialReason::QuantityAboveVenueMaximum:
      return {"quantity_above_venue_maximum",
              "The quantity or its value is above what the venue takes in one order of this kind."};
    case DenialReason::NoFreshReferencePrice:
      return {"no_fresh_reference_price",
              "No mid, mark or index price is fresh, so the price cannot be judged."};
    case DenialReason::PriceOutsideCollar:
      return {"price_outside_collar",
              "The price reaches further through the reference price than the collar allows."};
    case DenialReason::PriceOutsideVenueLimit:
      return {"price_outside_venue_limit",
              "The price is outside the bounds within which the venue takes orders now."};
    case DenialReason::QuantityAboveLimit:
      return {"quantity_above_limit", "The quantity is above the limit for one order."};
    case DenialReason::NotionalAboveLimit:
      return {"notional_above_limit",
              "The value of the order in the risk currency is above the limit for one order."};
    case DenialReason::NoValuation:
      return {"no_valuation",
              "The order cannot be valued in the risk currency: a price is missing or too old."};
    case DenialReason::PositionAboveLimit:
      return {"position_above_limit",
              "If every order of this side filled, the position would pass its limit."};
    case DenialReason::TooManyOpenOrders:
      return {"too_many_open_orders",
              "The strategy, the instrument or the account has its largest number of open orders."};
    case DenialReason::RateLimited:
      return {"rate_limited",
              "The venue's request limit would be passed; retry_at says when there is room."};
    case DenialReason::ReduceOnlyWouldIncrease:
      return {"reduce_only_would_increase",
              "The strategy's own position, less its orders of this side, does not cover the "
              "reduce-only or closing quantity."};
    case DenialReason::UnknownHandle:
      return {"unknown_handle", "The strategy has no order with this handle."};
    case DenialReason::OrderNotWorking:
      return {"order_not_working",
              "The order has ended, or the venue cannot be told about it yet."};
    case DenialReason::NothingToAmend:
      return {"nothing_to_amend", "The amend changes neither price nor quantity."};
    case DenialReason::UnsupportedOrder:
      return {"unsupported_order",
              "The venue has no such combination of kind, time in force and flags."};
    case DenialReason::NotConnected:
      return {"not_connected", "There is no connection that can carry the order."};
    case DenialReason::OrderTableFull:
      return {"order_table_full", "There is no room for another open order."};
    case DenialReason::JournalFull:
      return {"journal_full", "The journal has no room, so nothing may be sent."};
    case DenialReason::ClientOrderIdsExhausted:
      return {"client_order_ids_exhausted", "This run has used all its client order ids."};
    case DenialReason::NotCoveredByTimer:
      return {"not_covered_by_timer",
              "engine.require_cod is set, and the venue's cancel-all-after timer does not cancel "
              "algo orders."};
  }
  return {"unknown", "Not a reason."};
}

static_assert(words_of(DenialReason::ClientOrderIdsExhausted).name == "client_order_ids_exhausted");

}  // namespace

std::string_view name_of(DenialReason reason) noexcept { return words_of(reason).name; }
std::string_view describe(DenialReason reason) noexcept { return words_of(reason).sentence; }

}  // namespace gannet
