// What open orders claim: money that is held, and the part of a position that they will close.

#include <algorithm>
#include <cstdlib>

#include "sim/internal/exchange_state.h"

namespace gannet::sim {

void Exchange::State::update_claims(Order& order) {
  const NewOrder& terms = order.view.terms;
  if (terms.user == kMarketUser || !has_limit_price(terms.type)) return;
  const Quantity left = order.remaining();
  Claims claims;
  claims.hold = required_hold(terms, terms.price, left, order.opening, &claims.hold_fee);
  claims.promised = std::max<std::int64_t>(left.raw - order.opening.raw, 0);
  claims.pending = std::max<std::int64_t>(std::min(left, order.opening).raw, 0);
  set_claims(order, claims);
}

void Exchange::State::set_claims(Order& order, const Claims& claims) {
  const NewOrder& terms = order.view.terms;
  Account& account = accounts[terms.user];
  const bool derivative = is_derivative(instruments[terms.instrument].kind);
  if (claims.hold != order.hold) {
    Balance& balance = account.balance(order.hold_currency);
    balance.frozen += claims.hold - order.hold;
    balance.frozen_fee += claims.hold_fee - order.hold_fee;
    if (!derivative) balance.frozen_spot += claims.hold - order.hold;
    balance.update_time = std::max(balance.update_time, order.view.update_time);
    order.hold = claims.hold;
    order.hold_fee = claims.hold_fee;
  }
  if (!derivative) return;
  if (claims.promised == order.promised && claims.pending == order.pending) return;
  Position& position = account.positions.get(terms.instrument, terms.position_side, terms.mode);
  const int side = terms.side == Side::Buy ? 0 : 1;
  position.promised[side] += claims.promised - order.promised;
  position.pending[side] += claims.pending - order.pending;
  order.promised = claims.promised;
  order.pending = claims.pending;
}

void Exchange::State::renew_claims(UserId user, Outcome& outcome) {
  if (user == kMarketUser || !outcome.position) return;
  Position& told = *outcome.position;
  const Position* now = accounts[user].positions.find(told.instrument, told.side, told.mode);
  renew_claims(user, *now);
  for (const int i : {0, 1}) {
    told.promised[i] = now->promised[i];
    told.pending[i] = now->pending[i];
  }
}

void Exchange::State::renew_claims(UserId user, const Position& position) {
  // An order that is alone claims after its own fills what it claimed before, less what was filled.
  if (orders.open_count(user, position.instrument) < 2) return;
  const std::int64_t held = position.quantity.raw;
  std::int64_t room = std::abs(held);
  std::optional<Side> grows;
  const int closing = held > 0 ? 1 : 0;  // sells close what is long
  // What the orders that were not looked at yet claim: when none of that can change, the rest may
  // stay unread, however many there are.
  std::int64_t promised = position.promised[closing];
  std::int64_t pending = position.pending[closing];
  std::int64_t wrongly_promised = position.promised[1 - closing];
  const auto rest_is_right = [&] {
    return wrongly_promised == 0 &&
           ((room == 0 && promised == 0) || (pending == 0 && promised <= room));
  };
  for (std::uint32_t slot = orders.first_open(user); slot != Order::kEnd && !rest_is_right();
       slot = orders.at(slot).next) {
    Order& order = orders.at(slot);
    const NewOrder& terms = order.view.terms;
    if (terms.instrument != position.instrument || terms.position_side != position.side ||
        terms.mode != position.mode || !has_limit_price(terms.type)) {
      continue;
    }
    if ((terms.side == Side::Sell ? 1 : 0) == closing) {
      promised -= order.promised;
      pending -= order.pending;
    } else {
      wrongly_promised -= order.promised;
    }
    const std::int64_t left = order.remaining().raw;
    const bool opposes = held != 0 && (held > 0) == (terms.side == Side::Sell);
    std::int64_t opening = opposes ? std::max<std::int64_t>(left - room, 0) : left;
    if (only_closes(terms)) opening = 0;
    if (opposes) room = std::max<std::int64_t>(room - (left - opening), 0);
    const std::int64_t before = std::min(order.opening.raw, left);
    if (opening == before) continue;
    order.opening = {opening};
    update_claims(order);
    if (opening > before) grows = terms.side;
  }
  if (grows) grown.push_back({user, position.instrument, position.side, position.mode, *grows});
}

void Exchange::State::cancel_uncovered(Timestamp now) {
  while (!grown.empty()) {
    const Grown of = grown.back();
    grown.pop_back();
    cancel_uncovered(of, now);
  }
}

void Exchange::State::cancel_uncovered(const Grown& of, Timestamp now) {
  const Account& account = accounts[of.user];
  const CurrencyId settle = instruments[of.instrument].settle;
  if (is_covered(account, settle)) return;
  std::vector<std::uint32_t> opening;
  for (std::uint32_t slot = orders.first_open(of.user); slot != Order::kEnd;
       slot = orders.at(slot).next) {
    const Order& order = orders.at(slot);
    const NewOrder& terms = order.view.terms;
    if (order.resting() && order.pending > 0 && terms.side == of.orders &&
        terms.instrument == of.instrument && terms.position_side == of.side &&
        terms.mode == of.mode) {
      opening.push_back(slot);
    }
  }
  while (!opening.empty() && !is_covered(account, settle)) {
    cancel_order(orders.at(opening.back()), CancelCause::MarginShort, now);
    opening.pop_back();
  }
}

/// The orders that only close one position together may not exceed it: reduce-only ones, and those
/// that close a leg, which a forced close may leave larger than the leg. The best-priced (then the
/// oldest) keep their place; the first that does not fit is cut down, those behind it are
/// cancelled. PROTOCOL 12.2.
void Exchange::State::fit_reduce_only(UserId user, const Position& position, Timestamp now,
                                      const Order* newest) {
  if (!orders.any_closing(user)) return;
  const std::int64_t held = position.quantity.raw;
  std::vector<std::uint32_t> reducers;
  for (std::uint32_t slot = orders.first_open(user); slot != Order::kEnd;
       slot = orders.at(slot).next) {
    const NewOrder& terms = orders.at(slot).view.terms;
    if (only_closes(terms) && orders.at(slot).resting() &&
        terms.instrument == position.instrument && terms.position_side == position.side &&
        terms.mode == position.mode) {
      reducers.push_back(slot);
    }
  }
  if (reducers.empty()) return;
  std::stable_sort(reducers.begin(), reducers.end(), [this](std::uint32_t a, std::uint32_t b) {
    const NewOrder& left = orders.at(a).view.terms;
    const NewOrder& right = orders.at(b).view.terms;
    if (left.side != right.side) return left.side < right.side;
    return left.side == Side::Buy ? left.price > right.price : left.price < right.price;
  });
  std::int64_t room = std::abs(held);
  for (const std::uint32_t slot : reducers) {
    Order& order = orders.at(slot);
    const bool reduces = held != 0 && (held > 0) == (order.view.terms.side == Side::Sell);
    const std::int64_t left = order.remaining().raw;
    if (!reduces || room == 0) {
      cancel_order(order,
                   !reduces           ? CancelCause::PositionClosed
                   : &order == newest ? CancelCause::ReduceOnlyLater
                                      : CancelCause::ReduceOnly,
                   now);
      continue;
    }
    if (left > room) {
      const Quantity cut{left - room};
      market(position.instrument).book.reduce(order.node, cut);
      order.view.terms.quantity -= cut;
      order.view.update_time = now;
      update_claims(order);
      change(order, OrderChange::What::Amended, {}, {}, AmendCause::ReduceOnly);
      tell_level(position.instrument, order.view.terms.side, order.view.terms.price, now);
    }
    room -= std::min(left, room);
  }
}

}  // namespace gannet::sim
