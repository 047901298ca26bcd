// What positions weigh, what carries them, what is free. PROTOCOL 12.3 to 12.6.

#include <algorithm>
#include <cstdlib>

#include "sim/internal/exchange_state.h"

namespace gannet::sim {
namespace {

constexpr __int128 kWholeAmount = 1'000'000'000'000'000'000;

}  // namespace

Amount Exchange::profit_at(UserId user, InstrumentId instrument, PositionSide side, TradeMode mode,
                           Price price) const {
  const CurrencyId settle = state_->instruments[instrument].settle;
  const Position* position = state_->accounts[user].positions.find(instrument, side, mode);
  if (position == nullptr) return {0, settle};
  return {unrealised(*position, state_->market(instrument).terms, price), settle};
}

std::int64_t Exchange::State::leverage(const Account& account, InstrumentId instrument,
                                       TradeMode mode, PositionSide side) const noexcept {
  const std::size_t slot = Account::leverage_slot(instrument, mode, side);
  const std::int64_t set = slot < account.leverage.size() ? account.leverage[slot] : 0;
  return set == 0 ? kDefaultLeverage : set;
}

Price Exchange::State::valuation_price(InstrumentId instrument) noexcept {
  const Market& here = market(instrument);
  if (here.mark.raw > 0) return here.mark;
  if (here.last_price.raw > 0) return here.last_price;
  const auto bid = here.book.best_of(Side::Buy, kMarketUser);
  return bid ? *bid : here.book.best_of(Side::Sell, kMarketUser).value_or(Price{});
}

const std::vector<RiskTier>& Exchange::State::tiers(InstrumentId instrument) {
  static const std::vector<RiskTier> kUnpriced{
      {1, {}, {INT64_MAX}, 1'000'000'000 / kMaxLeverage, 4'000'000, kMaxLeverage}};
  Market& here = market(instrument);
  if (!here.tiers.empty()) return here.tiers;
  const Price price = here.index.raw > 0 ? here.index : here.mark;
  if (price.raw <= 0) return kUnpriced;
  // Fixed by the first price that there is, for the whole run.
  const Instrument& definition = instruments[instrument];
  std::int64_t largest = kMaxLeverage;
  if (definition.maximum_leverage) {
    largest = std::clamp<std::int64_t>(
        definition.maximum_leverage->mantissa / power_of_ten(definition.maximum_leverage->digits),
        1, kMaxLeverage);
  }
  here.tiers = make_risk_tiers(here.terms, price, definition.lot_size, largest,
                               currencies.name(definition.settle).starts_with("USD"));
  return here.tiers;
}

Exchange::State::Weight Exchange::State::weigh(const Account& account, const Position& position) {
  Weight weight;
  if (position.quantity.raw == 0) return weight;
  const Market& here = market(position.instrument);
  const Price mark = valuation_price(position.instrument);
  const std::int64_t times = leverage(account, position.instrument, position.mode, position.side);
  const RiskTier& tier = tier_of(tiers(position.instrument), {std::abs(position.quantity.raw)});
  const std::int64_t fee = std::max<std::int64_t>(account.settings.derivative_fees.taker, 0);
  const bool option = is_option(position.instrument);
  const Price index = option ? here.index : Price{};
  Position::Weighed& last = position.weighed;
  if (last.quantity == position.quantity && last.cost == position.cost &&
      last.margin == position.margin && last.mark == mark && last.index == index &&
      last.leverage == times && last.maintenance_rate == tier.maintenance_rate &&
      last.fee_rate == fee) {
    return last.weight;
  }
  const Cost at_mark = position_value(position, here.terms, mark);
  weight.value = money_of(at_mark);
  weight.unrealised = unrealised(position, here.terms, mark);
  // Cross margin follows the mark; isolated margin was set aside at entry.
  weight.initial =
      position.mode == TradeMode::Isolated ? position.margin : money_of(at_mark / times);
  weight.maintenance = fee_on(weight.value, tier.maintenance_rate);
  weight.liquidation_fee = fee_on(weight.value, fee);
  weight.carried = weight.unrealised;
  if (option) weigh_option(position, fee, weight);
  last = {position.quantity,     position.cost, position.margin, mark, index, times,
          tier.maintenance_rate, fee,           weight};
  return weight;
}

Exchange::State::Carry Exchange::State::cross_carry(const Account& account, CurrencyId currency) {
  Carry carry;
  for (const Position& position : account.positions.all()) {
    if (position.quantity.raw == 0 || position.mode == TradeMode::Isolated ||
        instruments[position.instrument].settle != currency) {
      continue;
    }
    const Weight weight = weigh(account, position);
    carry.unrealised += weight.carried;
    carry.initial += weight.initial;
    carry.maintenance += weight.maintenance;
    carry.needed += weight.maintenance + weight.liquidation_fee;
    carry.value += weight.value;
  }
  const Balance* balance = account.find_balance(currency);
  carry.equity = carry.unrealised;
  if (balance != nullptr) carry.equity += balance->cash - balance->frozen_spot;
  return carry;
}

Exchange::State::Carry Exchange::State::whole_carry(const Account& account) {
  Carry sum;
  for (const Balance& balance : account.balances) {
    const CurrencyId currency = balance.currency;
    const Carry one = cross_carry(account, currency);
    sum.equity += discounted(currency, balance.cash + one.unrealised);
    sum.unrealised += in_dollars(currency, one.unrealised);
    sum.initial += in_dollars(currency, one.initial);
    sum.maintenance += in_dollars(currency, one.maintenance);
    sum.needed += in_dollars(currency, one.needed);
    sum.value += in_dollars(currency, one.value);
  }
  return sum;
}

__int128 Exchange::State::needed_fine(const Account& account, const Position& position) {
  if (position.mode != TradeMode::Isolated && account.settings.account_mode > 2)
    return whole_carry(account).needed * kCostPerMoney;
  const CurrencyId settle = instruments[position.instrument].settle;
  const std::int64_t fee = std::max<std::int64_t>(account.settings.derivative_fees.taker, 0);
  __int128 needed = 0;
  for (const Position& one : account.positions.all()) {
    const bool same =
        position.mode == TradeMode::Isolated
            ? one.instrument == position.instrument && one.side == position.side &&
                  one.mode == position.mode
            : one.mode != TradeMode::Isolated && instruments[one.instrument].settle == settle;
    if (one.quantity.raw == 0 || !same) continue;
    if (is_option(one.instrument)) {
      const Weight weight = weigh(account, one);
      needed += (weight.maintenance + weight.liquidation_fee) * kCostPerMoney;
      continue;
    }
    const Cost value =
        position_value(one, market(one.instrument).terms, valuation_price(one.instrument));
    const RiskTier& tier = tier_of(tiers(one.instrument), {std::abs(one.quantity.raw)});
    needed += fee_on(value, tier.maintenance_rate + fee);
  }
  return needed;
}

Exchange::State::Carry Exchange::State::carry_of(const Account& account, const Position& position) {
  if (position.mode == TradeMode::Isolated) {
    const Weight weight = weigh(account, position);
    Carry carry;
    carry.equity = position.margin + weight.unrealised;
    carry.unrealised = weight.unrealised;
    carry.initial = weight.initial;
    carry.maintenance = weight.maintenance;
    carry.needed = weight.maintenance + weight.liquidation_fee;
    carry.value = weight.value;
    return carry;
  }
  if (account.settings.account_mode > 2) return whole_carry(account);
  return cross_carry(account, instruments[position.instrument].settle);
}

__int128 Exchange::State::free_of(const Balance* balance, const Carry& used,
                                  bool for_spot) noexcept {
  const __int128 cash = balance == nullptr ? 0 : balance->cash;
  const __int128 frozen = balance == nullptr ? 0 : balance->frozen;
  // Profit that is not realised carries margin, but buys nothing.
  const __int128 gain = for_spot ? std::min<__int128>(used.unrealised, 0) : used.unrealised;
  return std::max<__int128>(cash + gain - used.initial - frozen, 0);
}

__int128 Exchange::State::available(const Account& account, CurrencyId currency, bool for_spot) {
  const Balance* balance = account.find_balance(currency);
  if (account.settings.account_mode <= 2) {
    return free_of(balance, cross_carry(account, currency), for_spot);
  }
  const __int128 cash = balance == nullptr ? 0 : balance->cash;
  const __int128 frozen = balance == nullptr ? 0 : balance->frozen;
  // The account is margined as one: what its collateral leaves, at this currency's price.
  const Carry used = whole_carry(account);
  __int128 held = 0;
  for (const Balance& one : account.balances) held += in_dollars(one.currency, one.frozen);
  const __int128 price = dollar_price(currency);
  const __int128 left = std::max<__int128>(used.equity - used.initial - held, 0);
  const __int128 free = price > 0 ? multiply_divide(left, kWholeAmount, price).value_or(0) : 0;
  if (!for_spot) return free;
  // Nothing is borrowed: what is not there is not spent. Without positions and orders the
  // collateral's discount does not matter.
  const __int128 there = std::max<__int128>(cash - frozen, 0);
  return used.initial == 0 && held == 0 ? there : std::min(there, free);
}

bool Exchange::State::is_covered(const Account& account, CurrencyId currency) {
  if (account.settings.account_mode > 2) {
    const Carry used = whole_carry(account);
    __int128 held = 0;
    for (const Balance& one : account.balances) held += in_dollars(one.currency, one.frozen);
    return used.equity >= used.initial + held;
  }
  const Balance* balance = account.find_balance(currency);
  const Carry used = cross_carry(account, currency);
  const __int128 cash = balance == nullptr ? 0 : balance->cash;
  const __int128 frozen = balance == nullptr ? 0 : balance->frozen;
  return cash + used.unrealised >= used.initial + frozen;
}

Refusal Exchange::State::check_tier(const NewOrder& terms, Quantity opening, const Order* self) {
  if (terms.user == kMarketUser || opening.raw <= 0 ||
      !is_derivative(instruments[terms.instrument].kind)) {
    return Refusal::None;
  }
  const Account& account = accounts[terms.user];
  const std::int64_t times = leverage(account, terms.instrument, terms.mode, terms.position_side);
  __int128 size = opening.raw;
  if (const Position* position =
          account.positions.find(terms.instrument, terms.position_side, terms.mode)) {
    const bool adds = (position->quantity.raw > 0) == (terms.side == Side::Buy);
    if (adds) size += std::abs(position->quantity.raw);
    size += position->pending[terms.side == Side::Buy ? 0 : 1];
    if (self != nullptr) size -= self->pending;
  }
  return size > largest_position(tiers(terms.instrument), times).raw ? Refusal::TierExceeded
                                                                     : Refusal::None;
}

PositionView Exchange::State::view_of(const Account& account, const Position& position) {
  const Instrument& instrument = instruments[position.instrument];
  const Market& here = market(position.instrument);
  const CurrencyId settle = instrument.settle;
  const Weight weight = weigh(account, position);
  PositionView view;
  view.instrument = position.instrument;
  view.side = position.side;
  view.mode = position.mode;
  view.quantity = position.quantity;
  view.average_price = {average_price(here.terms, position.quantity.raw, position.cost),
                        instrument.quote};
  view.realised_pnl = {position.realised, settle};
  view.fee = {position.fee, settle};
  view.funding = {position.funding, settle};
  view.liquidation_penalty = {position.penalty, settle};
  view.unrealised_pnl = {weight.unrealised, settle};
  view.initial_margin = {weight.initial, settle};
  view.maintenance_margin = {weight.maintenance, settle};
  view.isolated_margin = {position.margin, settle};
  view.value = {weight.value, settle};
  view.last_trade = position.last_trade;
  view.create_time = position.create_time;
  view.update_time = position.update_time;
  view.leverage = leverage(account, position.instrument, position.mode, position.side);
  view.maintenance_rate =
      tier_of(tiers(position.instrument), {std::abs(position.quantity.raw)}).maintenance_rate;
  view.liquidation_fee = std::max<std::int64_t>(account.settings.derivative_fees.taker, 0);
  for (const int i : {0, 1}) view.promised[i] = {position.promised[i]};
  if (position.quantity.raw != 0) {
    const Carry carry = carry_of(account, position);
    view.margin_equity = carry.equity;
    view.margin_needed = carry.needed;
    view.margin_needed_fine = needed_fine(account, position);
    view.margin_in_dollars =
        position.mode != TradeMode::Isolated && account.settings.account_mode > 2;
    // The lights: by profit on the margin, in quarters.
    const __int128 margin = std::max<__int128>(weight.initial, 1);
    view.deleverage_rank =
        weight.unrealised <= 0
            ? 1
            : static_cast<int>(std::min<__int128>(2 + weight.unrealised * 2 / margin, 5));
  }
  return view;
}

BalanceView Exchange::State::view_of(const Account& account, const Balance& balance) {
  const CurrencyId currency = balance.currency;
  const Carry used = cross_carry(account, currency);
  BalanceView view;
  view.currency = currency;
  view.cash = {balance.cash, currency};
  view.frozen = {balance.frozen, currency};
  view.order_margin = {balance.frozen - balance.frozen_fee, currency};
  __int128 isolated = 0;
  __int128 isolated_pnl = 0;
  __int128 bought_options = 0;  // are worth something, but carry nothing
  __int128 options_pnl = 0;     // less what they carry: told as profit
  for (const Position& position : account.positions.all()) {
    if (position.quantity.raw == 0 || instruments[position.instrument].settle != currency) continue;
    if (position.mode == TradeMode::Isolated) {
      isolated += position.margin;
      isolated_pnl += weigh(account, position).unrealised;
    } else if (is_option(position.instrument)) {
      const Weight weight = weigh(account, position);
      if (position.quantity.raw > 0) bought_options += weight.value;
      options_pnl += weight.unrealised - weight.carried;
    }
  }
  view.isolated_margin = {isolated, currency};
  view.isolated_pnl = {isolated_pnl, currency};
  view.unrealised_pnl = {used.unrealised + options_pnl + isolated_pnl, currency};
  view.equity = {balance.cash + used.unrealised + bought_options + isolated_pnl + isolated,
                 currency};
  view.available = {account.settings.account_mode <= 2 ? free_of(&balance, used, false)
                                                       : available(account, currency, false),
                    currency};
  view.initial_margin = {used.initial, currency};
  view.maintenance_margin = {used.maintenance, currency};
  view.margin_equity = used.equity;
  view.margin_needed = account.settings.account_mode == 2 ? used.needed : 0;
  view.dollar_price = {dollar_price(currency), currency};
  view.discounted_equity = {discounted(currency, view.equity.raw), currency};
  view.update_time = balance.update_time;
  return view;
}

AccountView Exchange::State::view_of(const Account& account) {
  AccountView view;
  for (const Balance& balance : account.balances) {
    const BalanceView one = view_of(account, balance);
    view.equity += in_dollars(one.currency, one.equity.raw);
    view.isolated += in_dollars(one.currency, one.isolated_margin.raw + one.isolated_pnl.raw);
    view.order_margin += in_dollars(one.currency, one.order_margin.raw);
    view.update_time = std::max(view.update_time, one.update_time);
  }
  for (const Position& position : account.positions.all()) {
    if (position.quantity.raw == 0 || position.mode == TradeMode::Isolated) continue;
    const Instrument& instrument = instruments[position.instrument];
    const __int128 value = in_dollars(instrument.settle, weigh(account, position).value);
    const bool option = instrument.kind == InstrumentKind::Option;
    const bool swap = instrument.kind == InstrumentKind::Swap;
    (swap ? view.notional_swaps : option ? view.notional_options : view.notional_futures) += value;
  }
  const Carry carry = whole_carry(account);
  view.adjusted_equity = carry.equity;
  view.initial_margin = carry.initial;
  view.maintenance_margin = carry.maintenance;
  view.margin_needed = carry.needed;
  view.notional = carry.value;
  view.unrealised_pnl = carry.unrealised;
  return view;
}

}  // namespace gannet::sim
