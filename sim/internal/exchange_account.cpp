// What changes an account but trading: settings, leverage, margin by hand, transfers.

#include <algorithm>
#include <cstdlib>

#include "sim/internal/exchange_state.h"

namespace gannet::sim {
namespace {

Bill money_bill(Bill::Cause cause, Amount change, std::uint64_t id, Timestamp now) noexcept {
  Bill bill;
  bill.id = id;
  bill.cause = cause;
  bill.change = change;
  bill.profit = bill.fee = {0, change.currency};
  bill.position_change = bill.position_balance_after = {0, change.currency};
  bill.time = now;
  return bill;
}

bool holds_positions(const Account& account) noexcept {
  return std::any_of(account.positions.all().begin(), account.positions.all().end(),
                     [](const Position& position) { return position.quantity.raw != 0; });
}

}  // namespace

void Exchange::set_leverage(UserId user, InstrumentId instrument, std::int64_t leverage) {
  for (const TradeMode mode : {TradeMode::Cross, TradeMode::Isolated}) {
    for (const PositionSide side : {PositionSide::Net, PositionSide::Long, PositionSide::Short}) {
      state_->store_leverage(user, instrument, mode, side, leverage);
    }
  }
}

std::int64_t Exchange::leverage(UserId user, InstrumentId instrument) const noexcept {
  return leverage(user, instrument, TradeMode::Cross, PositionSide::Net);
}

std::int64_t Exchange::leverage(UserId user, InstrumentId instrument, TradeMode mode,
                                PositionSide side) const noexcept {
  return state_->leverage(state_->accounts[user], instrument, mode, side);
}

void Exchange::State::store_leverage(UserId user, InstrumentId instrument, TradeMode mode,
                                     PositionSide side, std::int64_t times) {
  std::vector<std::int64_t>& table = accounts[user].leverage;
  const std::size_t slot = Account::leverage_slot(instrument, mode, side);
  if (slot >= table.size()) table.resize(slot + 4);
  table[slot] = std::clamp<std::int64_t>(times, 1, kMaxLeverage);
}

AccountRefusal Exchange::change_leverage(UserId user, InstrumentId instrument, TradeMode mode,
                                         PositionSide side, std::int64_t leverage, Timestamp now) {
  if (user >= state_->accounts.size()) return AccountRefusal::UnknownUser;
  if (!state_->instruments.contains(instrument)) return AccountRefusal::UnknownInstrument;
  return state_->change_leverage(user, instrument, mode, side, leverage, now);
}

AccountRefusal Exchange::State::change_leverage(UserId user, InstrumentId instrument,
                                                TradeMode mode, PositionSide side,
                                                std::int64_t times, Timestamp now) {
  const Instrument& definition = instruments[instrument];
  Account& account = accounts[user];
  const bool isolated = mode == TradeMode::Isolated;
  if (!is_derivative(definition.kind) || mode == TradeMode::Cash || times < 1)
    return AccountRefusal::BadValue;
  if (account.settings.account_mode < 2 || (isolated && account.settings.account_mode > 2))
    return AccountRefusal::UnsupportedMode;
  if (times > tiers(instrument).front().largest_leverage) return AccountRefusal::LeverageTooHigh;
  const auto concerned = [&](InstrumentId id, TradeMode of_mode, PositionSide of_side) {
    return id == instrument && (of_mode == TradeMode::Isolated) == isolated &&
           (!isolated || of_side == side);
  };

  const std::int64_t old = leverage(account, instrument, mode, side);
  std::vector<std::uint32_t> open;
  for (std::uint32_t slot = orders.first_open(user); slot != Order::kEnd;
       slot = orders.at(slot).next) {
    const NewOrder& terms = orders.at(slot).view.terms;
    if (concerned(terms.instrument, terms.mode, terms.position_side)) open.push_back(slot);
  }
  if (isolated && !open.empty()) return AccountRefusal::OpenOrders;
  const Quantity largest = largest_position(tiers(instrument), times);
  __int128 set_aside = 0;  // more (or less) margin of isolated positions
  for (const Position& position : account.positions.all()) {
    if (!concerned(position.instrument, position.mode, position.side)) continue;
    const std::int64_t size = std::abs(position.quantity.raw);
    if (size + std::max(position.pending[0], position.pending[1]) > largest.raw)
      return AccountRefusal::TierExceeded;
    if (!isolated || size == 0) continue;
    const Cost entry = position.cost < 0 ? -position.cost : position.cost;
    set_aside += money_up(entry / times) - money_up(entry / old);
  }
  if (isolated && set_aside > 0 && set_aside > available(account, definition.settle, false))
    return AccountRefusal::InsufficientFunds;

  store_leverage(user, instrument, mode, side, times);
  for (const std::uint32_t slot : open) update_claims(orders.at(slot));
  const bool whole = account.settings.account_mode > 2;
  if (!isolated && times < old) {
    // Everything that is open must still be carried.
    const Carry carry = whole ? whole_carry(account) : cross_carry(account, definition.settle);
    __int128 held = 0;
    for (const Balance& one : account.balances) {
      if (whole) held += in_dollars(one.currency, one.frozen);
      if (!whole && one.currency == definition.settle) held = one.frozen - one.frozen_spot;
    }
    if (carry.equity < carry.initial + held && carry.initial + held > 0) {
      store_leverage(user, instrument, mode, side, old);
      for (const std::uint32_t slot : open) update_claims(orders.at(slot));
      return AccountRefusal::InsufficientFunds;
    }
  }
  for (std::size_t i = 0; i < account.positions.all().size(); ++i) {
    Position& position = account.positions.at(i);
    if (!concerned(position.instrument, position.mode, position.side) ||
        position.quantity.raw == 0) {
      continue;
    }
    if (isolated) {
      const __int128 most = removable_margin(account, position);
      move_margin(account, position, std::max(set_aside, -most), now);
    }
    events.on_position(user, view_of(account, position));
  }
  if (!open.empty() || isolated) tell_balance(user, definition.settle);
  return AccountRefusal::None;
}

AccountRefusal Exchange::set_position_mode(UserId user, bool long_short) {
  if (user >= state_->accounts.size()) return AccountRefusal::UnknownUser;
  Account& account = state_->accounts[user];
  if (account.settings.long_short_mode == long_short) return AccountRefusal::None;
  // PROTOCOL 7.3: refused while anything is open.
  if (state_->orders.open_count(user) > 0) return AccountRefusal::OpenOrders;
  if (holds_positions(account)) return AccountRefusal::OpenPositions;
  account.settings.long_short_mode = long_short;
  return AccountRefusal::None;
}

AccountRefusal Exchange::set_account_mode(UserId user, int mode) {
  if (user >= state_->accounts.size()) return AccountRefusal::UnknownUser;
  Account& account = state_->accounts[user];
  if (mode < 1 || mode > 3) return AccountRefusal::UnsupportedMode;
  if (account.settings.account_mode == mode) return AccountRefusal::None;
  if (state_->orders.open_count(user) > 0) return AccountRefusal::OpenOrders;
  if (holds_positions(account)) return AccountRefusal::OpenPositions;
  account.settings.account_mode = mode;
  return AccountRefusal::None;
}

__int128 Exchange::State::removable_margin(const Account& account, const Position& position) {
  if (position.mode != TradeMode::Isolated || position.quantity.raw == 0) return 0;
  // What is above the initial margin at the mark; profit that is not realised stays.
  const Weight weight = weigh(account, position);
  const __int128 initial =
      weight.value / leverage(account, position.instrument, position.mode, position.side);
  const __int128 spare = position.margin + std::min<__int128>(weight.unrealised, 0) - initial - 1;
  return std::max<__int128>(spare, 0);
}

void Exchange::State::move_margin(Account& account, Position& position, __int128 change,
                                  Timestamp now) {
  if (change == 0) return;
  const CurrencyId settle = instruments[position.instrument].settle;
  position.margin += change;
  position.update_time = now;
  Bill bill = money_bill(change > 0 ? Bill::Cause::MarginAdded : Bill::Cause::MarginReduced,
                         {-change, settle}, next_bill_id(now), now);
  bill.instrument = position.instrument;
  bill.mode = TradeMode::Isolated;
  bill.position_side = position.side;
  bill.position_change = {change, settle};
  bill.position_balance_after = {position.margin, settle};
  events.on_bill(accounts.move(account.id, bill));
}

AccountRefusal Exchange::adjust_margin(UserId user, InstrumentId instrument, PositionSide side,
                                       Amount change, Timestamp now) {
  if (user >= state_->accounts.size()) return AccountRefusal::UnknownUser;
  if (!state_->instruments.contains(instrument)) return AccountRefusal::UnknownInstrument;
  State& state = *state_;
  Account& account = state.accounts[user];
  const Position* found = account.positions.find(instrument, side, TradeMode::Isolated);
  if (found == nullptr || found->quantity.raw == 0) return AccountRefusal::NoPosition;
  if (change.raw == 0) return AccountRefusal::BadValue;
  const CurrencyId settle = state.instruments[instrument].settle;
  Position& position = account.positions.get(instrument, side, TradeMode::Isolated);
  const __int128 most = change.raw > 0 ? state.available(account, settle, true)
                                       : state.removable_margin(account, position);
  if ((change.raw > 0 ? change.raw : -change.raw) > most) return AccountRefusal::InsufficientFunds;
  state.move_margin(account, position, change.raw, now);
  state.events.on_position(user, state.view_of(account, position));
  state.tell_balance(user, settle);
  return AccountRefusal::None;
}

Amount Exchange::removable_margin(UserId user, InstrumentId instrument, PositionSide side) const {
  const Account& account = state_->accounts[user];
  const CurrencyId settle = state_->instruments[instrument].settle;
  const Position* found = account.positions.find(instrument, side, TradeMode::Isolated);
  return {found == nullptr ? 0 : state_->removable_margin(account, *found), settle};
}

void Exchange::deposit(UserId user, Amount amount, Timestamp now) {
  const Bill bill = state_->accounts.move(
      user, money_bill(Bill::Cause::Deposit, amount, state_->next_bill_id(now), now));
  state_->tell_balance(user, amount.currency);
  state_->events.on_bill(bill);
}

void Exchange::deposit_to_funding(UserId user, Amount amount) {
  state_->accounts.note_outside(amount);
  state_->accounts.change_funding_wallet(user, amount);
}

std::vector<Amount> Exchange::funding_balances(UserId user) const {
  return state_->accounts[user].funding;
}

Amount Exchange::max_withdrawal(UserId user, CurrencyId currency) const {
  const Account& account = state_->accounts[user];
  const Balance* balance = account.find_balance(currency);
  if (balance == nullptr) return {0, currency};
  const __int128 there = std::max<__int128>(balance->cash - balance->frozen, 0);
  return {std::min(there, state_->available(account, currency, true)), currency};
}

AccountRefusal Exchange::transfer(UserId from, Wallet from_wallet, UserId to, Wallet to_wallet,
                                  Amount amount, Timestamp now) {
  State& state = *state_;
  if (from >= state.accounts.size() || to >= state.accounts.size()) {
    return AccountRefusal::UnknownUser;
  }
  if (amount.raw <= 0 || !amount.currency.valid()) return AccountRefusal::BadValue;
  __int128 most = 0;
  if (from_wallet == Wallet::Trading) {
    most = max_withdrawal(from, amount.currency).raw;
  } else {
    for (const Amount& held : state.accounts[from].funding) {
      if (held.currency == amount.currency) most = held.raw;
    }
  }
  if (amount.raw > most) return AccountRefusal::InsufficientFunds;
  const auto move = [&](UserId user, Wallet wallet, Amount change) {
    if (wallet == Wallet::Funding) {
      state.accounts.change_funding_wallet(user, change);
      return;
    }
    const Bill bill = state.accounts.move(
        user, money_bill(Bill::Cause::Transfer, change, state.next_bill_id(now), now));
    state.tell_balance(user, change.currency);
    state.events.on_bill(bill);
  };
  move(from, from_wallet, -amount);
  move(to, to_wallet, amount);
  return AccountRefusal::None;
}

Amount Exchange::insurance_fund(CurrencyId currency) const {
  return {state_->accounts.insurance(currency), currency};
}

void Exchange::fund_insurance(Amount amount) {
  state_->accounts.note_outside(amount);
  state_->accounts.add_insurance(amount);
}

const std::vector<RiskTier>& Exchange::risk_tiers(InstrumentId instrument) const {
  return state_->tiers(instrument);
}

void Exchange::set_risk_tiers(InstrumentId instrument, std::vector<RiskTier> tiers) {
  if (!tiers.empty()) state_->market(instrument).tiers = std::move(tiers);
}

Exchange::OrderRoom Exchange::order_room(UserId user, InstrumentId instrument, TradeMode mode,
                                         Price price, std::int64_t leverage,
                                         bool reduce_only) const {
  State& state = *state_;
  const Instrument& definition = state.instruments[instrument];
  const Account& account = state.accounts[user];
  const Market& here = state.market(instrument);
  if (price.raw <= 0) price = here.book.best(Side::Buy).value_or(state.valuation_price(instrument));
  OrderRoom room;
  const std::int64_t lot = definition.lot_size.raw;
  if (!is_derivative(definition.kind)) {
    room.money_to_buy = {state.available(account, definition.quote, true), definition.quote};
    room.money_to_sell = {state.available(account, definition.base, true), definition.base};
    NewOrder terms;
    terms.instrument = instrument;
    room.buy = state.affordable(terms, price, room.money_to_buy.raw);
    room.sell = {static_cast<std::int64_t>(std::min<__int128>(
                     room.money_to_sell.raw / base_money(definition, {lot}), INT64_MAX / lot)) *
                 lot};
    return room;
  }
  const CurrencyId settle = definition.settle;
  const bool option = state.is_option(instrument);
  const __int128 free = state.available(account, settle, false);
  const auto room_of = [&](Side side) {
    const bool legs = account.settings.long_short_mode && !option;
    const PositionSide leg = !legs               ? PositionSide::Net
                             : side == Side::Buy ? PositionSide::Long
                                                 : PositionSide::Short;
    const Position* position = account.positions.find(instrument, leg, mode);
    const std::int64_t held = position == nullptr ? 0 : position->quantity.raw;
    const std::int64_t signed_held = side == Side::Buy ? held : -held;
    const std::int64_t closable = std::max<std::int64_t>(-signed_held, 0);
    if (reduce_only) return closable;
    const std::int64_t times =
        leverage > 0 ? leverage : state.leverage(account, instrument, mode, leg);
    const std::int64_t pending =
        position == nullptr ? 0 : position->pending[side == Side::Buy ? 0 : 1];
    std::int64_t high = (largest_position(state.tiers(instrument), times).raw -
                         std::max<std::int64_t>(signed_held, 0) - pending) /
                        lot;
    std::int64_t low = 0;
    NewOrder probe;
    probe.user = user;
    probe.instrument = instrument;
    probe.side = side;
    const std::int64_t rate = std::max<std::int64_t>(account.settings.derivative_fees.taker, 0);
    while (low < high) {  // the largest number of lots that the money carries
      const std::int64_t middle = low + (high - low) / 2 + 1;  // no overflow: a tier may be endless
      const auto value = value_at(here.terms, price, {middle * lot});
      const bool fits =
          option ? state.option_hold(probe, price, {middle * lot}, {middle * lot}, nullptr) <= free
                 : value &&
                       money_up(*value / times + kCostPerMoney) + fee_on(money_up(*value), rate) <=
                           free;
      if (fits) {
        low = middle;
      } else {
        high = middle - 1;
      }
    }
    return low * lot + closable;
  };
  room.money_to_buy = room.money_to_sell = {reduce_only ? 0 : free, settle};
  if (price.raw > 0) {
    room.buy = {room_of(Side::Buy)};
    room.sell = {room_of(Side::Sell)};
  }
  return room;
}

}  // namespace gannet::sim
