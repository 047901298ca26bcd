// Which orders may come in, and what is held for them. The first reason against an order counts, in
// the order of the functions below: form, price, quantity, caps, position, funds.

#include <algorithm>
#include <cstdlib>

#include "sim/internal/exchange_state.h"

namespace gannet::sim {
namespace {

Refusal check_sides(const NewOrder& terms, const Account& account, InstrumentKind kind) noexcept {
  const bool derivative = is_derivative(kind);
  const bool option = kind == InstrumentKind::Option;
  if (account.is_market()) return Refusal::None;
  if (derivative) {
    if (terms.mode == TradeMode::Cash || account.settings.account_mode < 2) {
      return Refusal::BadMode;
    }
    if (terms.mode == TradeMode::Isolated && (option || account.settings.account_mode > 2)) {
      return Refusal::IsolatedUnsupported;  // PROTOCOL 8.3
    }
    const bool names_leg = terms.position_side != PositionSide::Net;
    const bool has_legs = account.settings.long_short_mode && !option;
    if (names_leg != has_legs) return Refusal::BadPositionSide;
  } else {
    const bool whole = account.settings.account_mode > 2;  // then spot is traded cross
    if (whole != (terms.mode == TradeMode::Cross)) {
      return account.settings.account_mode == 2 ? Refusal::MarginTradingUnsupported
                                                : Refusal::BadMode;
    }
    if (terms.position_side != PositionSide::Net) return Refusal::BadPositionSide;
  }
  return Refusal::None;
}

}  // namespace

Refusal Exchange::State::check_order(NewOrder& terms, Quantity& opening) {
  if (const Refusal r = check_form(terms); r != Refusal::None) return r;
  const Market& here = market(terms.instrument);
  if (has_limit_price(terms.type)) {
    if (const Refusal r = check_price(terms, terms.price); r != Refusal::None) return r;
  } else {
    terms.price = here.book.best(opposite(terms.side)).value_or(Price{});
    if (terms.price.raw == 0) return Refusal::MarketHasNoLiquidity;
  }
  if (terms.quantity_is_quote) {
    terms.quantity = {};
    if (affordable(terms, terms.price, terms.quote_quantity.raw).raw <= 0) {
      return Refusal::QuantityTooSmall;
    }
  } else if (const Refusal r = check_quantity(terms, terms.quantity); r != Refusal::None) {
    return r;
  }
  if (terms.user != kMarketUser) {
    if (orders.open_count(terms.user, terms.instrument) >= kMaxOpenOrdersPerInstrument) {
      return Refusal::TooManyOrders;
    }
    if (orders.open_count(terms.user) >= kMaxOpenOrders) return Refusal::TooManyAccountOrders;
  }
  if (const Order* twin = orders.find_by_client_id(terms.user, terms.client_id.view());
      twin != nullptr && twin->open) {
    return Refusal::DuplicateClientId;  // unique among open orders only, PROTOCOL 0.3
  }
  if (const Refusal r = check_position(terms, {}, nullptr, opening); r != Refusal::None) return r;
  if (const Refusal r = check_tier(terms, opening, nullptr); r != Refusal::None) return r;
  if (const Refusal r = check_slippage(terms); r != Refusal::None) return r;
  return check_funds(terms, terms.quantity, opening, 0);
}

Refusal Exchange::State::check_slippage(const NewOrder& terms) {
  if (terms.slippage <= 0 || terms.type != OrderType::Market) return Refusal::None;
  constexpr __int128 kOne = 10'000;
  const __int128 best = terms.price.raw;
  const __int128 wanted = terms.quantity_is_quote ? terms.quote_quantity.raw : terms.quantity.raw;
  const Market& here = market(terms.instrument);
  __int128 found = 0;
  const auto& levels = here.book.levels(opposite(terms.side));
  for (auto level = levels.rbegin(); level != levels.rend() && found < wanted; ++level) {
    const __int128 distance =
        terms.side == Side::Buy ? level->price.raw - best : best - level->price.raw;
    if (distance * kOne > best * terms.slippage) return Refusal::SlippageTooLarge;
    found += terms.quantity_is_quote
                 ? money_of(value_at(here.terms, level->price, level->quantity).value_or(0))
                 : level->quantity.raw;
  }
  return found < wanted ? Refusal::SlippageTooLarge : Refusal::None;
}

Refusal Exchange::State::check_form(const NewOrder& terms) const {
  if (!instruments.contains(terms.instrument)) return Refusal::UnknownInstrument;
  if (terms.user >= accounts.size()) return Refusal::BadMode;
  const Instrument& instrument = instruments[terms.instrument];
  const bool derivative = is_derivative(instrument.kind);
  if (instrument.kind == InstrumentKind::Margin) return Refusal::UnsupportedType;
  // Options have limit prices alone.
  const bool option = instrument.kind == InstrumentKind::Option;
  if (option && terms.user != kMarketUser && !has_limit_price(terms.type)) {
    return Refusal::UnsupportedType;
  }
  const bool open =
      instrument.state == InstrumentState::Live ||
      (instrument.state == InstrumentState::PostOnly && terms.type == OrderType::PostOnly);
  if (!open) return Refusal::InstrumentNotLive;
  if (const Refusal r = check_sides(terms, accounts[terms.user], instrument.kind);
      r != Refusal::None) {
    return r;
  }
  if (terms.quantity_is_quote && (derivative || terms.type != OrderType::Market)) {
    return Refusal::UnsupportedType;
  }
  if (terms.type == OrderType::OptimalLimitIoc && !derivative && terms.user != kMarketUser) {
    return Refusal::UnsupportedType;  // futures and swaps only, PROTOCOL 8.2
  }
  if (terms.type == OrderType::FillOrKill && terms.stp == SelfTradePrevention::CancelBoth) {
    return Refusal::UnsupportedType;  // PROTOCOL 6.10
  }
  if (terms.reduce_only && !derivative) return Refusal::UnsupportedType;
  return Refusal::None;
}

Refusal Exchange::State::check_price(const NewOrder& terms, Price price) const {
  const Instrument& instrument = instruments[terms.instrument];
  if (price.raw <= 0) return Refusal::PriceNotPositive;
  if (price.raw % instrument.tick_size.raw != 0) return Refusal::PriceOffTick;
  if (terms.user == kMarketUser) return Refusal::None;
  const std::optional<PriceBand> band = band_of(terms.instrument);
  if (!band) return Refusal::None;
  const bool outside = terms.side == Side::Buy ? price > band->max_buy : price < band->min_sell;
  return outside ? Refusal::PriceOutsideBand : Refusal::None;
}

std::optional<Exchange::PriceBand> Exchange::State::band_of(
    InstrumentId instrument) const noexcept {
  const Price index =
      instrument.value < markets.size() ? markets[instrument.value]->index : Price{};
  // An option's price is another thing than its index.
  if (index.raw <= 0 || is_option(instrument)) return std::nullopt;
  const std::int64_t tick = instruments[instrument].tick_size.raw;
  const auto part =
      static_cast<std::int64_t>(static_cast<__int128>(index.raw) * kPriceBandPercent / 100);
  const std::int64_t low = (index.raw - part + tick - 1) / tick * tick;
  const std::int64_t high = (index.raw + part) / tick * tick;
  return PriceBand{{low}, {high}};
}

Refusal Exchange::State::check_quantity(const NewOrder& terms, Quantity quantity) const {
  const Instrument& instrument = instruments[terms.instrument];
  if (quantity.raw <= 0) return Refusal::QuantityTooSmall;
  if (quantity.raw % instrument.lot_size.raw != 0) return Refusal::QuantityOffLot;
  if (terms.user != kMarketUser && quantity < instrument.minimum_quantity) {
    return Refusal::QuantityTooSmall;
  }
  const Quantity largest = terms.type == OrderType::Market
                               ? instrument.maximum_market_quantity.value_or(Quantity{})
                               : instrument.maximum_limit_quantity;
  if (terms.user != kMarketUser && largest.raw > 0 && quantity > largest) {
    return Refusal::QuantityTooLarge;
  }
  const Market* here =
      terms.instrument.value < markets.size() ? markets[terms.instrument.value].get() : nullptr;
  if (here == nullptr) return Refusal::None;
  const std::optional<Cost> value = value_at(here->terms, terms.price, quantity);
  const std::int64_t most = is_derivative(instrument.kind) ? kMaxOrderValue : kMaxSpotValue;
  if (!value || money_of(*value) > static_cast<__int128>(most) * power_of_ten(18) ||
      !here->book.fits(terms.side, terms.price, quantity)) {
    return Refusal::QuantityTooLarge;
  }
  return Refusal::None;
}

Refusal Exchange::State::check_position(NewOrder& terms, Quantity filled, const Order* self,
                                        Quantity& opening) {
  opening = terms.quantity - filled;
  if (terms.user == kMarketUser || !is_derivative(instruments[terms.instrument].kind)) {
    return Refusal::None;
  }
  const Position* position =
      accounts[terms.user].positions.find(terms.instrument, terms.position_side, terms.mode);
  const std::int64_t held = position == nullptr ? 0 : position->quantity.raw;
  const bool opposes = held != 0 && (held > 0) == (terms.side == Side::Sell);
  const bool leg = terms.position_side != PositionSide::Net;
  if (leg && terms.reduce_only && !closes_leg(terms)) return Refusal::ReduceOnlyWrongSide;
  if (terms.reduce_only || (leg && closes_leg(terms))) {
    if (held == 0) return Refusal::ReduceOnlyNoPosition;
    if (!opposes) return Refusal::ReduceOnlyWrongSide;
  }
  if (!opposes) return Refusal::None;

  // What other open orders of the same direction will already close.
  const std::int64_t promised =
      position->promised[terms.side == Side::Buy ? 0 : 1] - (self == nullptr ? 0 : self->promised);
  const std::int64_t closable = std::max<std::int64_t>(std::abs(held) - promised, 0);
  const std::int64_t left = terms.quantity.raw - filled.raw;
  if (leg && left > closable) return Refusal::CloseTooLarge;
  if (terms.reduce_only && left > std::abs(held)) {
    terms.quantity.raw = filled.raw + std::abs(held);  // shrunk on entry, PROTOCOL 12.2
  }
  opening.raw = terms.reduce_only ? 0 : std::max<std::int64_t>(left - closable, 0);
  return Refusal::None;
}

CurrencyId Exchange::State::hold_currency(const NewOrder& terms) const noexcept {
  const Instrument& instrument = instruments[terms.instrument];
  if (is_derivative(instrument.kind)) return instrument.settle;
  return terms.side == Side::Buy ? instrument.quote : instrument.base;
}

__int128 Exchange::State::required_hold(const NewOrder& terms, Price price, Quantity remaining,
                                        Quantity opening, __int128* fee_part) {
  if (terms.user == kMarketUser || remaining.raw <= 0) return 0;
  const Instrument& instrument = instruments[terms.instrument];
  const Market& here = market(terms.instrument);
  if (!is_derivative(instrument.kind)) {
    if (terms.side == Side::Sell) return base_money(instrument, remaining);
    return money_up(value_at(here.terms, price, remaining).value_or(0));
  }
  if (is_option(terms.instrument)) {
    return option_hold(terms, price, remaining, opening, fee_part);
  }
  const Quantity at_risk = std::min(opening, remaining);
  if (at_risk.raw <= 0) return 0;
  const Account& account = accounts[terms.user];
  const Cost value = value_at(here.terms, price, at_risk).value_or(0);
  const std::int64_t rate = std::max<std::int64_t>(account.settings.derivative_fees.taker, 0);
  const __int128 fee = fee_on(money_up(value), rate);
  if (fee_part != nullptr) *fee_part = fee;
  const std::int64_t times = leverage(account, terms.instrument, terms.mode, terms.position_side);
  return money_up(value / times + kCostPerMoney) + fee;
}

Refusal Exchange::State::check_funds(const NewOrder& terms, Quantity remaining, Quantity opening,
                                     __int128 already_held) {
  if (terms.user == kMarketUser) return Refusal::None;
  const Account& account = accounts[terms.user];
  const bool derivative = is_derivative(instruments[terms.instrument].kind);
  const CurrencyId currency = hold_currency(terms);
  const __int128 free = available(account, currency, !derivative) + already_held;
  if (terms.type == OrderType::Market && !derivative) {
    const Instrument& instrument = instruments[terms.instrument];
    const bool buys = terms.side == Side::Buy;
    __int128 needed = 0;
    if (buys == terms.quantity_is_quote) {
      needed = buys ? terms.quote_quantity.raw : base_money(instrument, terms.quantity);
    } else {
      // What it takes depends on the prices it meets: best effort, but nothing at all is a refusal,
      // and so is less than everything where the user wants no shrinking. PROTOCOL 6.4.
      const Quantity whole = terms.quantity_is_quote
                                 ? affordable(terms, terms.price, terms.quote_quantity.raw)
                                 : terms.quantity;
      needed = required_hold(
          terms, terms.price,
          terms.shrinks_to_funds ? std::min(whole, instrument.minimum_quantity) : whole, {});
    }
    return needed <= free ? Refusal::None : Refusal::InsufficientFunds;
  }
  const __int128 needed = required_hold(terms, terms.price, remaining, opening);
  if (needed > 0 && needed > free) return Refusal::InsufficientFunds;
  if (derivative && opening.raw > 0) {
    const Position* position =
        account.positions.find(terms.instrument, terms.position_side, terms.mode);
    constexpr Cost kLargest =
        static_cast<Cost>(kMaxOrderValue) * 50 * power_of_ten(18) * kCostPerMoney;
    if (position != nullptr && (position->cost > kLargest || position->cost < -kLargest)) {
      return Refusal::QuantityTooLarge;
    }
  }
  return Refusal::None;
}

}  // namespace gannet::sim
