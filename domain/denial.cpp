#include "domain/denial.h"

namespace gannet {
namespace {

struct Words {
  std::string_view name;
  std::string_view sentence;
  std::string_view control;
  std::string_view passes;
};

constexpr Words words_of(DenialReason reason) noexcept {
  switch (reason) {  // no default: a new reason must be a compile error
    case DenialReason::Killed:
      return {"killed",
              "The kill switch of the engine, the instrument or the strategy is set; only a person "
              "clears it.",
              "PRE-01", "Nothing that adds risk, until `gannet resume`."};
    case DenialReason::Held:
      return {"held",
              "The engine, the instrument or the strategy is held because of trouble of venue, "
              "network or clock; it resumes by itself.",
              "PRE-01", "The same order, once the engine is ready again."};
    case DenialReason::NotReady:
      return {"not_ready", "The engine or the instrument is still connecting or reconciling.",
              "PRE-01", "The same order, once the engine is ready."};
    case DenialReason::StrategyStopped:
      return {"strategy_stopped", "The strategy is stopped or unknown.", "PRE-02",
              "Nothing of this strategy until it is started again."};
    case DenialReason::UnknownInstrument:
      return {"unknown_instrument", "No instrument has this id.", "PRE-02",
              "An order in an instrument that is configured."};
    case DenialReason::InstrumentNotTradable:
      return {"instrument_not_tradable",
              "The venue does not trade the instrument now, or takes post-only orders alone.",
              "PRE-02", "The same order, once the venue trades the instrument."};
    case DenialReason::InstrumentNotYours:
      return {"instrument_not_yours", "The strategy's configuration does not name this instrument.",
              "PRE-02", "An order in an instrument that the strategy names."};
    case DenialReason::InstrumentDataStale:
      return {"instrument_data_stale",
              "The instrument's definition was not confirmed for too long.", "PRE-02",
              "The same order, once the definition has been confirmed."};
    case DenialReason::PriceNotOnTick:
      return {"price_not_on_tick", "The price is not a multiple of the tick size.", "PRE-03",
              "A multiple of the limit, the tick size."};
    case DenialReason::PriceNotPositive:
      return {"price_not_positive", "The price of a limit order is zero or negative.", "PRE-03",
              "A price above zero."};
    case DenialReason::QuantityNotOnLot:
      return {"quantity_not_on_lot",
              "The quantity is not positive or not a multiple of the lot size.", "PRE-03",
              "A multiple of the limit, the lot size."};
    case DenialReason::QuantityBelowMinimum:
      return {"quantity_below_minimum", "The quantity is below the instrument's minimum quantity.",
              "PRE-03", "A quantity of at least the limit."};
    case DenialReason::QuantityAboveVenueMaximum:
      return {"quantity_above_venue_maximum",
              "The quantity or its value is above what the venue takes in one order of this kind.",
              "PRE-03", "A quantity, or a value, of at most the limit."};
    case DenialReason::NoFreshReferencePrice:
      return {"no_fresh_reference_price",
              "No mid, mark or index price is fresh, so the price cannot be judged.", "PRE-04",
              "The same order, once the market is heard again."};
    case DenialReason::PriceOutsideCollar:
      return {"price_outside_collar",
              "The price reaches further through the reference price than the collar allows.",
              "PRE-04", "A price no further than the limit."};
    case DenialReason::PriceOutsideVenueLimit:
      return {"price_outside_venue_limit",
              "The price is outside the bounds within which the venue takes orders now.", "PRE-04",
              "A price no further than the limit."};
    case DenialReason::QuantityAboveLimit:
      return {"quantity_above_limit", "The quantity is above the limit for one order.", "PRE-05",
              "A quantity of at most the limit."};
    case DenialReason::NotionalAboveLimit:
      return {"notional_above_limit",
              "The value of the order in the risk currency is above the limit for one order.",
              "PRE-05", "A value of at most the limit."};
    case DenialReason::NoValuation:
      return {"no_valuation",
              "The order cannot be valued in the risk currency: a price is missing or too old.",
              "PRE-05", "The same order, once the missing index price is told."};
    case DenialReason::PositionAboveLimit:
      return {"position_above_limit",
              "If every order of this side filled, the position would pass its limit.", "PRE-06",
              "A quantity smaller by value less limit, or the other side."};
    case DenialReason::TooManyOpenOrders:
      return {"too_many_open_orders",
              "The strategy, the instrument or the account has its largest number of open orders.",
              "PRE-08", "The same order, once an order has ended."};
    case DenialReason::RateLimited:
      return {"rate_limited",
              "The venue's request limit would be passed; retry_at says when there is room.",
              "PRE-09", "The same order, at `retry_at`."};
    case DenialReason::ReduceOnlyWouldIncrease:
      return {"reduce_only_would_increase",
              "The strategy's own position, less its orders of this side, does not cover the "
              "reduce-only or closing quantity.",
              "PRE-18", "A quantity smaller by the value."};
    case DenialReason::UnknownHandle:
      return {"unknown_handle", "The strategy has no order with this handle.", "",
              "A handle of an order of this strategy."};
    case DenialReason::OrderNotWorking:
      return {"order_not_working", "The order has ended, or the venue cannot be told about it yet.",
              "", "A new order."};
    case DenialReason::NothingToAmend:
      return {"nothing_to_amend", "The amend changes neither price nor quantity.", "",
              "An amend that changes something."};
    case DenialReason::UnsupportedOrder:
      return {"unsupported_order",
              "The venue has no such combination of kind, time in force and flags.", "",
              "Another combination."};
    case DenialReason::NotConnected:
      return {"not_connected", "There is no connection that can carry the order.", "",
              "The same order, once a connection is up."};
    case DenialReason::OrderTableFull:
      return {"order_table_full", "There is no room for another open order.", "",
              "The same order, once an order has ended."};
    case DenialReason::JournalFull:
      return {"journal_full", "The journal has no room, so nothing may be sent.", "",
              "The same order, once the journal has room."};
    case DenialReason::ClientOrderIdsExhausted:
      return {"client_order_ids_exhausted", "This run has used all its client order ids.", "",
              "Nothing until a restart."};
    case DenialReason::GrossNotionalAboveLimit:
      return {
          "gross_notional_above_limit",
          "If every order filled, the value of all positions of the account, of the instrument or "
          "of the strategy, long and short added up, would pass its limit.",
          "PRE-07", "An order worth less by value less limit, or one that reduces."};
    case DenialReason::NetNotionalAboveLimit:
      return {"net_notional_above_limit",
              "If every order of this side filled, the value of all positions of the account or of "
              "the strategy, long less short, would pass its limit.",
              "PRE-07", "An order worth less by value less limit, or the other side."};
    case DenialReason::LeverageAboveLimit:
      return {
          "leverage_above_limit",
          "If every order filled, positions would be worth more times the account's equity than "
          "its limit; both figures are millionths.",
          "PRE-07", "A smaller order, or one that reduces."};
    case DenialReason::FreeMarginBelowLimit:
      return {
          "free_margin_below_limit",
          "Less money than the limit would be free: the venue's last word, less what our orders "
          "have taken since.",
          "PRE-07", "An order that needs less margin by limit less value, or one that reduces."};
    case DenialReason::NoBalances:
      return {"no_balances",
              "A limit on leverage or free margin is set, and the venue's list of balances has not "
              "been read to its end yet.",
              "PRE-07", "The same order, once the balances are known."};
    case DenialReason::RepeatedExecution:
      return {"repeated_execution",
              "The strategy's orders of one side were executed again and again at one price; it is "
              "disabled.",
              "PRE-10", "Nothing of this strategy until `gannet limits enable STRATEGY`."};
    case DenialReason::DuplicateIntent:
      return {
          "duplicate_intent",
          "An order of the same strategy, instrument, side, price and quantity is on its way and "
          "not acknowledged.",
          "PRE-11", "Another price or quantity, or the same order after the acknowledgement."};
    case DenialReason::RejectStorm:
      return {"reject_storm", "The venue refused too many orders of the strategy; it is disabled.",
              "PRE-12", "Nothing of this strategy until `gannet limits enable STRATEGY`."};
    case DenialReason::CrossesOwnOrder:
      return {"crosses_own_order",
              "The order would trade with an order of this engine that rests or is on its way.",
              "PRE-14", "A price that does not reach the limit, our own order's."};
    case DenialReason::TooManyRequestsForFills:
      return {"too_many_requests_for_fills",
              "The strategy sends more requests for each order that trades than its limit.",
              "PRE-16", "The same order, once more has traded or the window has passed."};
    case DenialReason::TooManyCancelsForOrders:
      return {"too_many_cancels_for_orders",
              "The strategy cancels a larger part of its orders than its limit; both figures are "
              "millionths.",
              "PRE-16", "The same order, once fewer were cancelled or the window has passed."};
    case DenialReason::MarketCrossed:
      return {"market_crossed", "The best bid is not below the best offer: the book is not sane.",
              "PRE-17", "An order that reduces, or the same one once the book is sane."};
    case DenialReason::MarketJumped:
      return {
          "market_jumped",
          "The market moved by more than the limit within a second; both figures are millionths.",
          "PRE-17", "An order that reduces, or the same one once the market has settled."};
    case DenialReason::SpreadTooWide:
      return {"spread_too_wide", "The spread is a large multiple of its median.", "PRE-17",
              "An order that reduces, or the same one at a spread of at most the limit."};
    case DenialReason::MarketFarFromIndex:
      return {"market_far_from_index",
              "The market is further from the index than the limit; both figures are millionths.",
              "PRE-17", "An order that reduces, or the same one once both agree."};
    case DenialReason::NotCoveredByTimer:
      return {"not_covered_by_timer",
              "engine.require_cod is set, and the venue's cancel-all-after timer does not cancel "
              "algo orders.",
              "COD-06", "A plain order."};
  }
  return {"unknown", "Not a reason.", "", ""};
}

static_assert(words_of(DenialReason::ClientOrderIdsExhausted).name == "client_order_ids_exhausted");

}  // namespace

std::string_view name_of(DenialReason reason) noexcept { return words_of(reason).name; }
std::string_view describe(DenialReason reason) noexcept { return words_of(reason).sentence; }
std::string_view what_passes(DenialReason reason) noexcept { return words_of(reason).passes; }
std::string_view control_of(DenialReason reason) noexcept { return words_of(reason).control; }

bool can_be_overridden(DenialReason reason) noexcept {
  switch (reason) {
    case DenialReason::PriceOutsideCollar:
    case DenialReason::QuantityAboveLimit:
    case DenialReason::NotionalAboveLimit:
    case DenialReason::PositionAboveLimit:
    case DenialReason::TooManyOpenOrders:
    case DenialReason::GrossNotionalAboveLimit:
    case DenialReason::NetNotionalAboveLimit:
    case DenialReason::LeverageAboveLimit:
    case DenialReason::FreeMarginBelowLimit:
    case DenialReason::RepeatedExecution:
    case DenialReason::DuplicateIntent:
    case DenialReason::RejectStorm:
    case DenialReason::TooManyRequestsForFills:
    case DenialReason::TooManyCancelsForOrders:
    case DenialReason::MarketJumped:
    case DenialReason::SpreadTooWide:
    case DenialReason::MarketFarFromIndex:
      return true;
    default:
      return false;  // the venue's grid, states, rates, and our own means
  }
}

}  // namespace gannet
