// What is there: orders, books, positions, balances, margin.

#include <algorithm>
#include <utility>

#include "sim/internal/exchange_state.h"

namespace gannet::sim {

const OrderView* Exchange::find(VenueOrderId id) const noexcept {
  const Order* order = std::as_const(state_->orders).find(id);
  return order == nullptr ? nullptr : &order->view;
}

const OrderView* Exchange::find_by_client_id(UserId user,
                                             std::string_view client_id) const noexcept {
  const Order* order = state_->orders.find_by_client_id(user, client_id);
  return order == nullptr ? nullptr : &order->view;
}

std::vector<VenueOrderId> Exchange::open_orders(UserId user) const {
  const OrderStore& orders = state_->orders;
  std::vector<VenueOrderId> ids;
  ids.reserve(orders.open_count(user));
  for (std::uint32_t slot = orders.first_open(user); slot != Order::kEnd;
       slot = orders.at(slot).next) {
    ids.push_back(orders.at(slot).view.id);
  }
  return ids;
}

std::vector<VenueOrderId> Exchange::all_orders(UserId user) const {
  return state_->orders.history(user);
}

std::vector<PositionView> Exchange::positions(UserId user) const {
  std::vector<PositionView> views;
  const Account& account = state_->accounts[user];
  views.reserve(account.positions.all().size());
  for (const Position& position : account.positions.all()) {
    views.push_back(state_->view_of(account, position));
  }
  return views;
}

std::vector<BalanceView> Exchange::balances(UserId user) const {
  std::vector<BalanceView> views;
  const Account& account = state_->accounts[user];
  views.reserve(account.balances.size());
  for (const Balance& balance : account.balances) {
    views.push_back(state_->view_of(account, balance));
  }
  return views;
}

const std::vector<Exchange::UserFill>& Exchange::fills(UserId user) const {
  return state_->accounts[user].fills;
}

const std::vector<Bill>& Exchange::bills(UserId user) const { return state_->accounts[user].bills; }

const UserSettings& Exchange::settings(UserId user) const noexcept {
  return state_->accounts[user].settings;
}

std::size_t Exchange::user_count() const noexcept { return state_->accounts.size(); }

std::vector<Level> Exchange::book(InstrumentId instrument, Side side, std::size_t levels) const {
  std::vector<Level> best_first;
  const auto& all = state_->market(instrument).book.levels(side);
  best_first.reserve(std::min(levels, all.size()));
  for (auto level = all.rbegin(); level != all.rend() && best_first.size() < levels; ++level) {
    best_first.push_back({level->price.raw, level->quantity.raw, level->orders, 0});
  }
  return best_first;
}

std::optional<Price> Exchange::best(InstrumentId instrument, Side side) const noexcept {
  return state_->market(instrument).book.best(side);
}

Level Exchange::level(InstrumentId instrument, Side side, Price price) const noexcept {
  const MatchingBook::PriceLevel* found = state_->market(instrument).book.find(side, price);
  if (found == nullptr) return {price.raw, 0, 0, 0};
  return {price.raw, found->quantity.raw, found->orders, 0};
}

Price Exchange::mark_price(InstrumentId instrument) const noexcept {
  return state_->market(instrument).mark;
}

Price Exchange::index_price(InstrumentId instrument) const noexcept {
  return state_->market(instrument).index;
}

void Exchange::set_reference_prices(InstrumentId instrument, Price mark, Price index,
                                    Timestamp now) {
  Market& market = state_->market(instrument);
  market.mark = mark;
  market.index = index;
  state_->events.on_mark_price(instrument, mark, index, now);
}

std::optional<Exchange::PriceBand> Exchange::price_band(InstrumentId instrument) const noexcept {
  const Price index = state_->market(instrument).index;
  if (index.raw <= 0) return std::nullopt;
  const std::int64_t tick = state_->instruments[instrument].tick_size.raw;
  const auto part =
      static_cast<std::int64_t>(static_cast<__int128>(index.raw) * kPriceBandPercent / 100);
  const std::int64_t low = (index.raw - part + tick - 1) / tick * tick;
  const std::int64_t high = (index.raw + part) / tick * tick;
  return PriceBand{{low}, {high}};
}

void Exchange::set_leverage(UserId user, InstrumentId instrument, std::int64_t leverage) {
  std::vector<std::int64_t>& table = state_->accounts[user].leverage;
  if (instrument.value >= table.size()) table.resize(std::size_t{instrument.value} + 1);
  table[instrument.value] = std::clamp<std::int64_t>(leverage, 1, kMaxLeverage);
}

std::int64_t Exchange::leverage(UserId user, InstrumentId instrument) const noexcept {
  return state_->leverage(state_->accounts[user], instrument);
}

std::string Exchange::check_money() const {
  return state_->accounts.audit(state_->instruments, state_->currencies);
}

std::int64_t Exchange::State::leverage(const Account& account,
                                       InstrumentId instrument) const noexcept {
  const std::int64_t set =
      instrument.value < account.leverage.size() ? account.leverage[instrument.value] : 0;
  return set == 0 ? kDefaultLeverage : set;
}

Price Exchange::State::valuation_price(InstrumentId instrument) noexcept {
  const Market& here = market(instrument);
  if (here.mark.raw > 0) return here.mark;
  return here.book.best(Side::Buy).value_or(here.book.best(Side::Sell).value_or(Price{}));
}

Exchange::State::Margin Exchange::State::margin(const Account& account, CurrencyId currency) {
  Margin total;
  for (const Position& position : account.positions.all()) {
    if (position.quantity.raw == 0 || instruments[position.instrument].settle != currency) continue;
    const PositionView view = view_of(account, position);
    total.unrealised += view.unrealised_pnl.raw;
    total.initial += view.initial_margin.raw;
  }
  return total;
}

__int128 Exchange::State::available(const Account& account, CurrencyId currency, bool for_spot) {
  const Balance* balance = account.find_balance(currency);
  const __int128 cash = balance == nullptr ? 0 : balance->cash;
  const __int128 frozen = balance == nullptr ? 0 : balance->frozen;
  const Margin used = margin(account, currency);
  // Profit that is not realised carries margin, but buys nothing.
  const __int128 gain = for_spot ? std::min<__int128>(used.unrealised, 0) : used.unrealised;
  return std::max<__int128>(cash + gain - used.initial - frozen, 0);
}

PositionView Exchange::State::view_of(const Account& account, const Position& position) {
  const Instrument& instrument = instruments[position.instrument];
  const Market& here = market(position.instrument);
  const CurrencyId settle = instrument.settle;
  const Price mark = valuation_price(position.instrument);
  const Cost at_mark = position_value(position, here.terms, mark);
  // Cross margin follows the mark; isolated margin was set aside at entry.
  const Cost at_entry = position.cost < 0 ? -position.cost : position.cost;
  const Cost margined = position.mode == TradeMode::Isolated ? at_entry : at_mark;
  PositionView view;
  view.instrument = position.instrument;
  view.side = position.side;
  view.mode = position.mode;
  view.quantity = position.quantity;
  view.average_price = {average_price(here.terms, position.quantity.raw, position.cost),
                        instrument.quote};
  view.realised_pnl = {position.realised, settle};
  view.fee = {position.fee, settle};
  view.funding = {0, settle};
  view.unrealised_pnl = {unrealised(position, here.terms, mark), settle};
  view.initial_margin = {money_of(margined / leverage(account, position.instrument)), settle};
  view.maintenance_margin = {fee_on(money_of(at_mark), kMaintenanceRate), settle};
  view.last_trade = position.last_trade;
  view.update_time = position.update_time;
  return view;
}

BalanceView Exchange::State::view_of(const Account& account, const Balance& balance) {
  const Margin used = margin(account, balance.currency);
  const CurrencyId currency = balance.currency;
  BalanceView view;
  view.currency = currency;
  view.cash = {balance.cash, currency};
  view.frozen = {balance.frozen, currency};
  view.equity = {balance.cash + used.unrealised, currency};
  view.available = {available(account, currency, false), currency};
  view.update_time = balance.update_time;
  return view;
}

}  // namespace gannet::sim
