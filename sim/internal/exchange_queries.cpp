// What is there: orders, books, positions, balances.

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
  return state_->orders.all(user);
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

AccountView Exchange::account(UserId user) const { return state_->view_of(state_->accounts[user]); }

const std::vector<ClosedPosition>& Exchange::closed_positions(UserId user) const {
  return state_->accounts[user].closed;
}

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

std::optional<Exchange::PriceBand> Exchange::price_band(InstrumentId instrument) const noexcept {
  return state_->band_of(instrument);
}

std::string Exchange::check_money() const {
  return state_->accounts.audit(state_->instruments, state_->currencies);
}

}  // namespace gannet::sim
