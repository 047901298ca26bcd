// Who pays: one match booked for both parties, then told.

#include <algorithm>
#include <cstdlib>

#include "sim/internal/exchange_state.h"

namespace gannet::sim {

void Exchange::State::settle(Order& maker, Order& taker, Price price, Quantity quantity,
                             Timestamp now) {
  Market& here = market(taker.view.terms.instrument);
  const PublicTrade trade{taker.view.terms.instrument,
                          {++here.last_trade_id},
                          taker.view.terms.side,
                          price,
                          quantity,
                          now};
  if (quantity == here.book.at(maker.node).quantity) {
    here.book.remove(maker.node);
    maker.node = MatchingBook::kNoNode;
  } else {
    here.book.reduce(maker.node, quantity);
  }
  const Cost value = value_at(here.terms, price, quantity).value_or(0);
  // Between the market and itself no money moves: both parties are one account.
  const bool inside_market = maker.view.terms.user == taker.view.terms.user;
  const Outcome of_maker = inside_market ? Outcome{} : settle_party(maker, true, trade, value);
  const Outcome of_taker = inside_market ? Outcome{} : settle_party(taker, false, trade, value);

  for (Order* order : {&maker, &taker}) {
    OrderView& view = order->view;
    view.filled += quantity;
    view.filled_cost += static_cast<__int128>(price.raw) * quantity.raw;
    view.update_time = now;
    const bool by_money = view.terms.quantity_is_quote;
    view.state = !by_money && view.filled == view.terms.quantity ? OrderState::Filled
                                                                 : OrderState::PartiallyFilled;
    if (by_money) {
      const __int128 spent =
          money_of(multiply_divide(view.filled_cost, here.terms.up, here.terms.down).value_or(0));
      if (affordable(view.terms, price, view.terms.quote_quantity.raw - spent).raw == 0) {
        view.state = OrderState::Filled;  // what is left of the money buys no lot
      }
    }
    update_claims(*order);
  }
  if (!inside_market) {
    maker.view.last_fill = of_maker.fill;
    taker.view.last_fill = of_taker.fill;
    change(maker, OrderChange::What::Fill, of_maker.fill);
    change(taker, OrderChange::What::Fill, of_taker.fill);
  }
  events.on_trade(trade);
  if (!inside_market) {
    tell_outcome(maker, of_maker);
    tell_outcome(taker, of_taker);
  }
  const UserId maker_user = maker.view.terms.user;
  if (!maker.resting()) release_and_end(maker);
  if (of_maker.position) fit_reduce_only(maker_user, *of_maker.position, now);
  if (of_taker.position) fit_reduce_only(taker.view.terms.user, *of_taker.position, now);
}

Exchange::State::Outcome Exchange::State::settle_party(Order& order, bool is_maker,
                                                       const PublicTrade& trade, Cost value) {
  Outcome outcome;
  outcome.fill = {trade.id, trade.price, trade.quantity, is_maker, {}, trade.time};
  if (is_derivative(instruments[trade.instrument].kind)) {
    settle_contract(order, is_maker, trade, value, outcome);
  } else {
    settle_spot(order, is_maker, trade, value, outcome);
  }
  order.view.fee = {order.view.fee.raw + outcome.fill.fee.raw, outcome.fill.fee.currency};
  if (order.view.terms.user != kMarketUser) {
    const NewOrder& terms = order.view.terms;
    accounts[terms.user].fills.push_back({order.view.id, terms.side, terms.position_side,
                                          trade.instrument, terms.client_id, terms.tag,
                                          outcome.bills[0].id, outcome.fill});
  }
  return outcome;
}

void Exchange::State::settle_spot(Order& order, bool is_maker, const PublicTrade& trade, Cost value,
                                  Outcome& outcome) {
  const Instrument& instrument = instruments[trade.instrument];
  const bool buys = order.view.terms.side == Side::Buy;
  const Amount base{base_money(instrument, trade.quantity), instrument.base};
  const Amount quote{money_of(value), instrument.quote};
  pay(order, trade, Bill::Cause::Trade, buys ? base : -base, outcome);
  pay(order, trade, Bill::Cause::Trade, buys ? -quote : quote, outcome);
  outcome.currencies.push(instrument.base);
  outcome.currencies.push(instrument.quote);

  // The fee is taken from what was received.
  const FeeRates& rates = accounts[order.view.terms.user].settings.spot_fees;
  const Amount& received = buys ? base : quote;
  outcome.fill.fee = {fee_on(received.raw, is_maker ? rates.maker : rates.taker),
                      received.currency};
  if (outcome.fill.fee.raw != 0) pay(order, trade, Bill::Cause::Fee, -outcome.fill.fee, outcome);
}

void Exchange::State::settle_contract(Order& order, bool is_maker, const PublicTrade& trade,
                                      Cost value, Outcome& outcome) {
  const Instrument& instrument = instruments[trade.instrument];
  const NewOrder& terms = order.view.terms;
  Account& account = accounts[terms.user];
  Position& position = account.positions.get(terms.instrument, terms.position_side, terms.mode);
  if (position.quantity.raw == 0) {
    // A new position: its own profit and fees are told, not those of the one before.
    position.realised = 0;
    position.fee = 0;
  }
  const Booking booked =
      book_match(position, market(terms.instrument).terms, terms.side, trade.quantity, value);
  accounts.add_remainder(instrument.settle, booked.remainder);
  const FeeRates& rates = account.settings.derivative_fees;
  outcome.fill.fee = {fee_on(money_of(value), is_maker ? rates.maker : rates.taker),
                      instrument.settle};
  position.fee += outcome.fill.fee.raw;
  position.last_trade = trade.id;
  position.update_time = trade.time;
  order.view.realised_pnl = {order.view.realised_pnl.raw + booked.realised, instrument.settle};

  pay(order, trade, Bill::Cause::Trade, {booked.realised, instrument.settle}, outcome);
  if (outcome.fill.fee.raw != 0) pay(order, trade, Bill::Cause::Fee, -outcome.fill.fee, outcome);
  outcome.currencies.push(instrument.settle);
  outcome.position = position;
}

void Exchange::State::pay(Order& order, const PublicTrade& trade, Bill::Cause cause, Amount change,
                          Outcome& outcome) {
  const std::uint64_t id = order.view.terms.user == kMarketUser ? 0 : next_bill_id(trade.time);
  outcome.bills.push(accounts.move(order.view.terms.user, cause, change,
                                   {trade.instrument, order.view.id, trade.id}, id, trade.time));
}

void Exchange::State::tell_outcome(const Order& order, const Outcome& outcome) {
  const UserId user = order.view.terms.user;
  if (user == kMarketUser) return;
  if (outcome.position) {
    events.on_position(user, view_of(accounts[user], *outcome.position));
  }
  for (const CurrencyId currency : outcome.currencies) tell_balance(user, currency);
  for (const Bill& bill : outcome.bills) events.on_bill(bill);
}

/// The reduce-only orders of one position together may not exceed it. The best-priced (then the
/// oldest) keep their place; the first that does not fit is cut down, those behind it are
/// cancelled. PROTOCOL 12.2.
void Exchange::State::fit_reduce_only(UserId user, const Position& position, Timestamp now) {
  if (!orders.any_reduce_only(user)) return;
  const std::int64_t held = position.quantity.raw;
  std::vector<std::uint32_t> reducers;
  for (std::uint32_t slot = orders.first_open(user); slot != Order::kEnd;
       slot = orders.at(slot).next) {
    const NewOrder& terms = orders.at(slot).view.terms;
    if (terms.reduce_only && orders.at(slot).resting() && terms.instrument == position.instrument &&
        terms.position_side == position.side && terms.mode == position.mode) {
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
      cancel_order(order, CancelCause::ReduceOnly, now);
      continue;
    }
    if (left > room) {
      const Quantity cut{left - room};
      market(position.instrument).book.reduce(order.node, cut);
      order.view.terms.quantity -= cut;
      order.view.update_time = now;
      update_claims(order);
      change(order, OrderChange::What::Amended);
      tell_level(position.instrument, order.view.terms.side, order.view.terms.price, now);
    }
    room -= std::min(left, room);
  }
}

}  // namespace gannet::sim
