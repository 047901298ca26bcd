#include "engine/abi_words.h"

#include <algorithm>
#include <cstring>
#include <string_view>
#include <utility>

namespace gannet::engine {
namespace {

template <class Ours>
constexpr bool is_same(Ours ours, unsigned theirs) noexcept {
  return static_cast<unsigned>(ours) == theirs;
}
static_assert(is_same(Side::Buy, GANNET_BUY) && is_same(Side::Sell, GANNET_SELL));
static_assert(is_same(OrderKind::Limit, GANNET_LIMIT) && is_same(OrderKind::Market, GANNET_MARKET));
static_assert(is_same(TimeInForce::GoodTillCancel, GANNET_GOOD_TILL_CANCEL));
static_assert(is_same(TimeInForce::ImmediateOrCancel, GANNET_IMMEDIATE_OR_CANCEL));
static_assert(is_same(TimeInForce::FillOrKill, GANNET_FILL_OR_KILL));
static_assert(is_same(PositionSide::Net, GANNET_POSITION_NET));
static_assert(is_same(PositionSide::Long, GANNET_POSITION_LONG));
static_assert(is_same(PositionSide::Short, GANNET_POSITION_SHORT));
static_assert(is_same(SelfTradePrevention::AccountDefault, GANNET_SELF_TRADE_ACCOUNT_DEFAULT));
static_assert(is_same(SelfTradePrevention::CancelMaker, GANNET_SELF_TRADE_CANCEL_MAKER));
static_assert(is_same(SelfTradePrevention::CancelTaker, GANNET_SELF_TRADE_CANCEL_TAKER));
static_assert(is_same(SelfTradePrevention::CancelBoth, GANNET_SELF_TRADE_CANCEL_BOTH));
static_assert(is_same(QuoteProgram::None, GANNET_PROGRAM_NONE));
static_assert(is_same(QuoteProgram::MarketMakerProtection, GANNET_PROGRAM_MARKET_MAKER_PROTECTION));
static_assert(is_same(QuoteProgram::RetailPriceImprovement,
                      GANNET_PROGRAM_RETAIL_PRICE_IMPROVEMENT));
static_assert(kLargestBatch == GANNET_MAX_BATCH);
static_assert(is_same(InstrumentKind::Spot, GANNET_SPOT));
static_assert(is_same(InstrumentKind::Option, GANNET_OPTION));
static_assert(is_same(ContractKind::Inverse, GANNET_CONTRACT_INVERSE));
static_assert(is_same(BookFeed::BestBidOffer, GANNET_BOOK_BEST));
static_assert(is_same(BookFeed::Top5, GANNET_BOOK_TOP5));
static_assert(is_same(BookFeed::Depth400, GANNET_BOOK_DEPTH400));
static_assert(is_same(BookFeed::Depth400Fast, GANNET_BOOK_DEPTH400_FAST));
static_assert(is_same(BookFeed::Depth50Fast, GANNET_BOOK_DEPTH50_FAST));
static_assert(is_same(BookFeed::Depth400Retail, GANNET_BOOK_DEPTH400_RETAIL));
static_assert(is_same(TradeEvent::Stream::Single, GANNET_TRADES_SINGLE));
static_assert(is_same(TradeEvent::Source::RetailPriceImprovement, GANNET_SOURCE_RETAIL));
static_assert(is_same(TradeEvent::Source::Unknown, GANNET_SOURCE_UNKNOWN));
static_assert(is_same(CandleEvent::Kind::Trade, GANNET_TRADE_CANDLES));
static_assert(is_same(CandleEvent::Kind::Mark, GANNET_MARK_CANDLES));
static_assert(is_same(CandleEvent::Kind::Index, GANNET_INDEX_CANDLES));
static_assert(is_same(EstimatedPriceEvent::Kind::Delivery, GANNET_ESTIMATED_DELIVERY));
static_assert(is_same(EstimatedPriceEvent::Kind::Unknown, GANNET_ESTIMATED_UNKNOWN));
static_assert(is_same(AdlWarningEvent::State::Normal, GANNET_ADL_NORMAL));
static_assert(is_same(AdlWarningEvent::State::Unknown, GANNET_ADL_UNKNOWN));
static_assert(is_same(VenueStatusEvent::State::Scheduled, GANNET_MAINTENANCE_SCHEDULED));
static_assert(is_same(VenueStatusEvent::State::Unknown, GANNET_MAINTENANCE_UNKNOWN));
static_assert(is_same(VenueStatusEvent::Service::Sockets, GANNET_SERVICE_SOCKETS));
static_assert(is_same(VenueStatusEvent::Service::Other, GANNET_SERVICE_OTHER));
static_assert(is_same(EngineState::Cold, GANNET_STATE_COLD));
static_assert(is_same(EngineState::Ready, GANNET_STATE_READY));
static_assert(is_same(EngineState::Killed, GANNET_STATE_KILLED));
static_assert(is_same(OrderEventKind::Denied, GANNET_ORDER_DENIED));
static_assert(is_same(OrderEventKind::Filled, GANNET_ORDER_FILLED));
static_assert(is_same(OrderEventKind::Expired, GANNET_ORDER_EXPIRED));
static_assert(is_same(OrderEventKind::Amended, GANNET_ORDER_AMENDED));
static_assert(is_same(OrderEventKind::Unknown, GANNET_ORDER_UNKNOWN));
static_assert(is_same(OrderEventKind::Adopted, GANNET_ORDER_ADOPTED));
static_assert(is_same(OrderEventKind::Triggered, GANNET_ORDER_TRIGGERED));
static_assert(is_same(AlgoKind::Conditional, GANNET_ALGO_CONDITIONAL));
static_assert(is_same(AlgoKind::Chase, GANNET_ALGO_CHASE));
static_assert(is_same(TriggerSource::Mark, GANNET_TRIGGER_BY_MARK));
static_assert(is_same(Aggressiveness::Aggressive, GANNET_AGGRESSIVE));
static_assert(is_same(ReferencePriceEvent::Kind::Mark, GANNET_MARK_PRICE));
static_assert(is_same(ReferencePriceEvent::Kind::Index, GANNET_INDEX_PRICE));

template <std::size_t N>
void copy_text(char (&out)[N], std::string_view text) noexcept {
  const std::size_t size = std::min(text.size(), N - 1);
  std::memcpy(out, text.data(), size);
  out[size] = '\0';
}

const char* reason_of(const OrderEvent& event) noexcept {
  switch (event.kind) {
    case OrderEventKind::Denied:
    case OrderEventKind::AmendDenied:
    case OrderEventKind::CancelDenied:
      return abi_name(event.denial.reason);
    default:
      return abi_name(event.reason);
  }
}

bool is_denial(OrderEventKind kind) noexcept {
  return kind == OrderEventKind::Denied || kind == OrderEventKind::AmendDenied ||
         kind == OrderEventKind::CancelDenied;
}

}  // namespace

const char* abi_name(DenialReason reason) noexcept {
  // name_of returns string literals, which end with a zero byte.
  return name_of(reason).data();
}

const char* abi_name(VenueReason reason) noexcept {
  switch (reason) {
    case VenueReason::None:
      return "";
    case VenueReason::UserCancel:
      return "user_cancel";
    case VenueReason::CancelAllAfter:
      return "cancel_all_after";
    case VenueReason::PostOnlyWouldTake:
      return "post_only_would_take";
    case VenueReason::ImmediateOrCancelRemainder:
      return "immediate_or_cancel_remainder";
    case VenueReason::FillOrKillUnfillable:
      return "fill_or_kill_unfillable";
    case VenueReason::SelfTradePrevention:
      return "self_trade_prevention";
    case VenueReason::ReduceOnly:
      return "reduce_only";
    case VenueReason::PriceLimit:
      return "price_limit";
    case VenueReason::Liquidation:
      return "liquidation";
    case VenueReason::Delivery:
      return "delivery";
    case VenueReason::InsufficientFunds:
      return "insufficient_funds";
    case VenueReason::InvalidParameter:
      return "invalid_parameter";
    case VenueReason::UnknownInstrument:
      return "unknown_instrument";
    case VenueReason::InstrumentNotTradable:
      return "instrument_not_tradable";
    case VenueReason::DuplicateClientOrderId:
      return "duplicate_client_order_id";
    case VenueReason::TooManyOrders:
      return "too_many_orders";
    case VenueReason::RateLimited:
      return "rate_limited";
    case VenueReason::OrderGone:
      return "order_gone";
    case VenueReason::RequestExpired:
      return "request_expired";
    case VenueReason::NotAuthorised:
      return "not_authorised";
    case VenueReason::VenueUnavailable:
      return "venue_unavailable";
    case VenueReason::OutcomeUnknown:
      return "outcome_unknown";
    case VenueReason::Other:
      return "other";
    case VenueReason::AccountRateLimited:
      return "account_rate_limited";
    case VenueReason::SlippageExceeded:
      return "slippage_exceeded";
    case VenueReason::NotPermitted:
      return "not_permitted";
    case VenueReason::VenueBusy:
      return "venue_busy";
    case VenueReason::Unsupported:
      return "unsupported";
  }
  return "other";
}

const char* abi_name(HoldReason reason) noexcept {
  switch (reason) {
    case HoldReason::None:
      return "";
    case HoldReason::MarketConnectionLost:
      return "market_connection_lost";
    case HoldReason::AccountConnectionLost:
      return "account_connection_lost";
    case HoldReason::MarketDataStale:
      return "market_data_stale";
    case HoldReason::VenueClock:
      return "venue_clock";
    case HoldReason::JournalFull:
      return "journal_full";
    case HoldReason::Reconciliation:
      return "reconciliation";
    case HoldReason::UnknownOrders:
      return "unknown_orders";
    case HoldReason::InstrumentChanged:
      return "instrument_changed";
    case HoldReason::Operator:
      return "operator";
    case HoldReason::DeadManTimer:
      return "dead_man_timer";
    case HoldReason::JournalFailed:
      return "journal_failed";
    case HoldReason::NotAuthorised:
      return "not_authorised";
    case HoldReason::NoValuation:
      return "no_valuation";
    case HoldReason::VenueUnavailable:
      return "venue_unavailable";
    case HoldReason::Paused:
      return "paused";
  }
  return "other";
}

const char* abi_name(BookWithdrawal why) noexcept {
  switch (why) {
    case BookWithdrawal::NotStarted:
      return "not_started";
    case BookWithdrawal::Gap:
      return "gap";
    case BookWithdrawal::Checksum:
      return "checksum";
    case BookWithdrawal::Malformed:
      return "malformed";
    case BookWithdrawal::Disconnected:
      return "disconnected";
    case BookWithdrawal::Overflow:
      return "overflow";
    case BookWithdrawal::Stale:
      return "stale";
  }
  return "other";
}

gannet_amount to_abi(__int128 value) noexcept {
  return {.low = static_cast<std::uint64_t>(value),
          .high = static_cast<std::int64_t>(value >> 64),
          .currency = CurrencyId::kNone,
          .reserved = 0};
}

gannet_amount to_abi(const Amount& amount) noexcept {
  gannet_amount out = to_abi(amount.raw);
  out.currency = amount.currency.value;
  return out;
}

gannet_order_event to_abi(const OrderEvent& event) noexcept {
  const bool denial = is_denial(event.kind);
  return {.size = sizeof(gannet_order_event),
          .kind = static_cast<std::uint32_t>(event.kind),
          .handle = event.handle.value,
          .cookie = event.cookie,
          .client_order_id = event.client_id.value,
          .instrument = event.instrument.value,
          .side = static_cast<std::uint32_t>(event.side),
          .price = event.price.raw,
          .quantity = event.quantity.raw,
          .cumulative_quantity = event.cumulative_quantity.raw,
          .reason = reason_of(event),
          .denial = denial ? static_cast<std::uint32_t>(event.denial.reason) : 0,
          .venue = denial ? 0 : static_cast<std::uint32_t>(event.reason),
          .limit = to_abi(event.denial.limit),
          .value = to_abi(event.denial.value),
          .retry_at = event.denial.retry_at.nanos,
          .event_time = event.event_time.nanos};
}

gannet_fill to_abi(const FillEvent& event) noexcept {
  return {.size = sizeof(gannet_fill),
          .instrument = event.instrument.value,
          .handle = event.handle.value,
          .cookie = event.cookie,
          .side = static_cast<std::uint32_t>(event.side),
          .maker = event.fill.maker ? 1u : 0u,
          .price = event.fill.price.raw,
          .quantity = event.fill.quantity.raw,
          .trade_id = event.fill.trade_id.value,
          .fee = to_abi(event.fill.fee),
          .position_after = event.position_after.raw,
          .exchange_time = event.fill.exchange_time.nanos,
          .receive_time = event.receive_time.nanos};
}

gannet_position to_abi(const PositionEvent& event) noexcept {
  return {.size = sizeof(gannet_position),
          .instrument = event.instrument.value,
          .own = event.strategy_position.raw,
          .account = event.account_position.raw,
          .event_time = event.event_time.nanos};
}

gannet_balance to_abi(const BalanceReport& report, const CurrencyTable& currencies) noexcept {
  gannet_balance out{};
  out.size = sizeof out;
  copy_text(out.currency, currencies.name(report.cash.currency));
  out.cash = to_abi(report.cash);
  out.available = to_abi(report.available);
  out.equity = to_abi(report.equity);
  out.event_time = report.receive_time.nanos;
  return out;
}

gannet_state to_abi(const StateEvent& event) noexcept {
  return {.size = sizeof(gannet_state),
          .instrument = event.instrument.value,
          .state = static_cast<std::uint32_t>(event.state),
          .hold_reason = static_cast<std::uint32_t>(event.hold_reason),
          .reason = abi_name(event.hold_reason),
          .event_time = event.event_time.nanos};
}

gannet_trade to_abi(const TradeEvent& event) noexcept {
  return {.size = sizeof(gannet_trade),
          .instrument = event.instrument.value,
          .aggressor = static_cast<std::uint32_t>(event.aggressor),
          .count = event.count,
          .price = event.price.raw,
          .quantity = event.quantity.raw,
          .trade_id = event.trade_id.value,
          .exchange_time = event.exchange_time.nanos,
          .receive_time = event.receive_time.nanos,
          .stream = static_cast<std::uint32_t>(event.stream),
          .source = static_cast<std::uint32_t>(event.source)};
}

gannet_ticker to_abi(const TickerEvent& event) noexcept {
  gannet_ticker out{};
  out.size = sizeof out;
  out.instrument = event.instrument.value;
  if (event.last_price) out.present |= GANNET_HAS_LAST;
  if (event.best_bid) out.present |= GANNET_HAS_BEST_BID;
  if (event.best_ask) out.present |= GANNET_HAS_BEST_ASK;
  out.last_price = event.last_price.value_or(Price{}).raw;
  out.last_quantity = event.last_quantity.value_or(Quantity{}).raw;
  out.best_bid = event.best_bid.value_or(Price{}).raw;
  out.best_bid_quantity = event.best_bid_quantity.value_or(Quantity{}).raw;
  out.best_ask = event.best_ask.value_or(Price{}).raw;
  out.best_ask_quantity = event.best_ask_quantity.value_or(Quantity{}).raw;
  out.exchange_time = event.exchange_time.nanos;
  out.receive_time = event.receive_time.nanos;
  return out;
}

gannet_reference_price to_abi(const ReferencePriceEvent& event) noexcept {
  return {.size = sizeof(gannet_reference_price),
          .instrument = event.instrument.value,
          .kind = static_cast<std::uint32_t>(event.kind),
          .reserved = 0,
          .price = event.price.raw,
          .exchange_time = event.exchange_time.nanos,
          .receive_time = event.receive_time.nanos};
}

namespace {

gannet_decimal decimal(const Decimal& d) noexcept {
  return {.mantissa = d.mantissa, .digits = d.digits, .reserved = 0};
}
gannet_greeks greeks(const OptionSummaryEvent::Greeks& of) noexcept {
  return {.delta = of.delta, .gamma = of.gamma, .theta = of.theta, .vega = of.vega};
}
/// What every event about one instrument has.
template <class Out, class Event>
Out head_of(const Event& event) noexcept {
  Out out{};
  out.size = sizeof out;
  out.instrument = event.instrument.value;
  out.receive_time = event.receive_time.nanos;
  if constexpr (requires { out.exchange_time; }) out.exchange_time = event.exchange_time.nanos;
  return out;
}

}  // namespace

gannet_candle to_abi(const CandleEvent& event) noexcept {
  auto out = head_of<gannet_candle>(event);
  out.period = event.period.length.count;
  out.open_time = event.open_time.nanos;
  out.open = event.open.raw;
  out.high = event.high.raw;
  out.low = event.low.raw;
  out.close = event.close.raw;
  out.volume = event.volume.raw;
  out.complete = event.complete ? 1 : 0;
  out.warm_up = event.warm_up ? 1 : 0;
  out.kind = static_cast<std::uint32_t>(event.kind);
  out.alignment = event.period.from_utc8 ? GANNET_CANDLES_UTC8 : GANNET_CANDLES_UTC;
  return out;
}

gannet_funding to_abi(const FundingEvent& event) noexcept {
  auto out = head_of<gannet_funding>(event);
  out.rate = decimal(event.rate);
  out.funding_time = event.funding_time.nanos;
  out.next_funding_time = event.next_funding_time.nanos;
  if (event.minimum_rate && event.maximum_rate) out.present |= GANNET_HAS_RATE_BOUNDS;
  if (event.settled_rate) out.present |= GANNET_HAS_SETTLED_RATE;
  out.minimum_rate = decimal(event.minimum_rate.value_or(Decimal{}));
  out.maximum_rate = decimal(event.maximum_rate.value_or(Decimal{}));
  out.settled_rate = decimal(event.settled_rate.value_or(Decimal{}));
  return out;
}

gannet_price_limit to_abi(const PriceLimitEvent& event) noexcept {
  auto out = head_of<gannet_price_limit>(event);
  if (event.highest_buy) out.present |= GANNET_HAS_HIGHEST_BUY;
  if (event.lowest_sell) out.present |= GANNET_HAS_LOWEST_SELL;
  out.highest_buy = event.highest_buy.value_or(Price{}).raw;
  out.lowest_sell = event.lowest_sell.value_or(Price{}).raw;
  return out;
}

gannet_open_interest to_abi(const OpenInterestEvent& event) noexcept {
  auto out = head_of<gannet_open_interest>(event);
  out.open_interest = event.open_interest.raw;
  out.value_usd = event.value_usd;
  return out;
}

gannet_estimated_price to_abi(const EstimatedPriceEvent& event) noexcept {
  auto out = head_of<gannet_estimated_price>(event);
  out.kind = static_cast<std::uint32_t>(event.kind);
  out.price = event.price.raw;
  return out;
}

gannet_option_summary to_abi(const OptionSummaryEvent& event) noexcept {
  auto out = head_of<gannet_option_summary>(event);
  out.coin = greeks(event.coin);
  out.dollar = greeks(event.dollar);
  out.mark_volatility = event.mark_volatility;
  out.bid_volatility = event.bid_volatility;
  out.ask_volatility = event.ask_volatility;
  out.volatility_level = event.volatility_level;
  out.leverage = event.leverage;
  out.forward_price = event.forward_price;
  return out;
}

gannet_option_trade to_abi(const OptionTradeEvent& event) noexcept {
  auto out = head_of<gannet_option_trade>(event);
  out.aggressor = static_cast<std::uint32_t>(event.aggressor);
  out.price = event.price.raw;
  out.quantity = event.quantity.raw;
  out.trade_id = event.trade_id.value;
  out.volatility = event.volatility;
  out.forward_price = event.forward_price;
  out.index_price = event.index_price;
  out.mark_price = event.mark_price;
  return out;
}

gannet_liquidation to_abi(const LiquidationEvent& event) noexcept {
  auto out = head_of<gannet_liquidation>(event);
  out.side = static_cast<std::uint32_t>(event.side);
  out.bankruptcy_price = event.bankruptcy_price.raw;
  out.quantity = event.quantity.raw;
  out.loss = event.loss;
  return out;
}

gannet_adl_warning to_abi(const AdlWarningEvent& event) noexcept {
  auto out = head_of<gannet_adl_warning>(event);
  out.state = static_cast<std::uint32_t>(event.state);
  out.fund_balance = event.fund_balance;
  return out;
}

gannet_venue_status to_abi(const VenueStatusEvent& event) noexcept {
  return {.size = sizeof(gannet_venue_status),
          .state = static_cast<std::uint32_t>(event.state),
          .service = static_cast<std::uint32_t>(event.service),
          .of_demo = event.of_demo ? 1u : 0u,
          .begin = event.begin.nanos,
          .end = event.end.nanos,
          .title = "",
          .exchange_time = event.exchange_time.nanos,
          .receive_time = event.receive_time.nanos};
}

gannet_instrument to_abi(const Instrument& instrument, const CurrencyTable& currencies) noexcept {
  gannet_instrument out{};
  out.size = sizeof out;
  out.id = instrument.id.value;
  copy_text(out.name, instrument.name.view());
  copy_text(out.family, instrument.family.view());
  copy_text(out.base, currencies.name(instrument.base));
  copy_text(out.quote, currencies.name(instrument.quote));
  copy_text(out.settle, currencies.name(instrument.settle));
  out.kind = static_cast<std::uint8_t>(instrument.kind);
  out.contract = static_cast<std::uint8_t>(instrument.contract);
  out.price_digits = instrument.price_digits;
  out.quantity_digits = instrument.quantity_digits;
  out.tick_size = instrument.tick_size.raw;
  out.lot_size = instrument.lot_size.raw;
  out.minimum_quantity = instrument.minimum_quantity.raw;
  out.maximum_limit_quantity = instrument.maximum_limit_quantity.raw;
  out.contract_value = decimal(instrument.contract_value);
  out.contract_multiplier = decimal(instrument.contract_multiplier);
  out.expiry_time = instrument.expiry_time.value_or(Timestamp{}).nanos;
  return out;
}

AttachedExits exits_of(const gannet_order& order) noexcept {
  return {.take_profit = {order.take_profit_price},
          .take_profit_limit = {order.take_profit_limit_price},
          .stop = {order.stop_price},
          .stop_limit = {order.stop_limit_price},
          .take_profit_by = static_cast<TriggerSource>(order.take_profit_by),
          .stop_by = static_cast<TriggerSource>(order.stop_by)};
}

AlgoTerms terms_of(const gannet_algo_order& order) noexcept {
  AlgoTerms terms;
  terms.kind = static_cast<AlgoKind>(order.kind);
  terms.side = static_cast<Side>(order.side);
  terms.position_side = static_cast<PositionSide>(order.position_side);
  terms.reduce_only = order.reduce_only != 0;
  terms.close_position = order.close_position != 0;
  terms.source = static_cast<TriggerSource>(order.trigger_by);
  terms.stop_source = static_cast<TriggerSource>(order.stop_by);
  terms.time_in_force = static_cast<TimeInForce>(order.time_in_force);
  terms.aggressiveness = static_cast<Aggressiveness>(order.aggressiveness);
  terms.slices = order.slices;
  terms.distance_ppm = order.distance_ppm;
  terms.farthest_ppm = order.farthest_ppm;
  terms.quantity = {order.quantity};
  terms.trigger = {order.trigger_price};
  terms.limit = {order.limit_price};
  terms.stop_trigger = {order.stop_price};
  terms.stop_limit = {order.stop_limit_price};
  terms.distance = {order.distance};
  terms.farthest = {order.farthest};
  terms.slice = {order.slice_quantity};
  terms.interval = {order.interval};
  return terms;
}

}  // namespace gannet::engine
