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
  here.last_price = price;
  if (quantity == here.book.at(maker.node).quantity) {
    here.book.remove(maker.node);
    maker.node = MatchingBook::kNoNode;
  } else {
    here.book.reduce(maker.node, quantity);
  }
  const Cost value = value_at(here.terms, price, quantity).value_or(0);
  // Between the market and itself no money moves: both parties are one account.
  const bool inside_market = maker.view.terms.user == taker.view.terms.user;
  Outcome of_maker = inside_market ? Outcome{} : settle_party(maker, true, trade, value);
  Outcome of_taker = inside_market ? Outcome{} : settle_party(taker, false, trade, value);

  for (Order* order : {&maker, &taker}) {
    OrderView& view = order->view;
    view.filled += quantity;
    view.filled_cost += static_cast<__int128>(price.raw) * quantity.raw;
    view.update_time = now;
    const bool by_money = view.terms.quantity_is_quote;
    view.state = !by_money && view.filled >= view.terms.quantity ? OrderState::Filled
                                                                 : OrderState::PartiallyFilled;
    if (by_money) {
      const __int128 spent =
          money_of(multiply_divide(view.filled_cost, here.terms.up, here.terms.down).value_or(0));
      // To the last digit only: else match_all finds that the rest buys nothing.
      if (spent == view.terms.quote_quantity.raw) view.state = OrderState::Filled;
    }
    update_claims(*order);
  }
  renew_claims(maker.view.terms.user, of_maker);
  renew_claims(taker.view.terms.user, of_taker);
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
  const __int128 realised_before = order.view.realised_pnl.raw;
  outcome.fill = {trade.id, trade.price, trade.quantity, is_maker, {}, trade.time};
  if (is_derivative(instruments[trade.instrument].kind)) {
    settle_contract(order, is_maker, trade, value, outcome);
  } else {
    settle_spot(order, is_maker, trade, value, outcome);
  }
  order.view.fee = {order.view.fee.raw + outcome.fill.fee.raw, outcome.fill.fee.currency};
  if (order.view.terms.user != kMarketUser) {
    const NewOrder& terms = order.view.terms;
    const Market& here = market(trade.instrument);
    const Amount realised{order.view.realised_pnl.raw - realised_before,
                          order.view.realised_pnl.currency};
    accounts[terms.user].fills.push_back(
        {order.view.id, terms.side, terms.position_side, trade.instrument, terms.client_id,
         terms.tag, outcome.bills[0].id, outcome.fill, realised, here.mark, here.index});
    keep_newest(accounts[terms.user].fills, settings.fills);
  }
  return outcome;
}

void Exchange::State::settle_spot(Order& order, bool is_maker, const PublicTrade& trade, Cost value,
                                  Outcome& outcome) {
  const Instrument& instrument = instruments[trade.instrument];
  const bool buys = order.view.terms.side == Side::Buy;
  const Amount base{base_money(instrument, trade.quantity), instrument.base};
  const Amount quote{money_of(value), instrument.quote};
  // The fee is taken from what was received.
  const FeeRates& rates = accounts[order.view.terms.user].settings.spot_fees;
  const Amount& received = buys ? base : quote;
  outcome.fill.fee = {fee_on(received.raw, is_maker ? rates.maker : rates.taker),
                      received.currency};
  for (const Amount& moved : {base, quote}) {
    const bool receives = moved.currency == received.currency;
    Bill draft = trade_bill(order, is_maker, trade);
    draft.fee = receives ? outcome.fill.fee : Amount{0, moved.currency};
    draft.profit = {0, moved.currency};
    draft.change = receives ? moved - draft.fee : -moved;
    outcome.bills.push(accounts.move(order.view.terms.user, draft));
    outcome.currencies.push(moved.currency);
  }
}

void Exchange::State::settle_contract(Order& order, bool is_maker, const PublicTrade& trade,
                                      Cost value, Outcome& outcome) {
  const CurrencyId settle = instruments[trade.instrument].settle;
  const NewOrder& terms = order.view.terms;
  Account& account = accounts[terms.user];
  const FeeRates& rates = account.settings.derivative_fees;
  const std::int64_t rate = is_maker ? rates.maker : rates.taker;
  outcome.fill.fee = {is_option(trade.instrument)
                          ? option_fee(trade.instrument, trade.quantity, money_of(value), rate)
                          : fee_on(money_of(value), rate),
                      settle};
  Bill draft = trade_bill(order, is_maker, trade);
  draft.fee = outcome.fill.fee;
  Position& position = account.positions.get(terms.instrument, terms.position_side, terms.mode);
  book_contract(account, position, terms.side, trade.quantity, value, draft);
  position.fee += draft.fee.raw;
  position.last_trade = trade.id;
  order.view.realised_pnl = {order.view.realised_pnl.raw + draft.profit.raw, settle};
  outcome.bills.push(accounts.move(terms.user, draft));
  outcome.currencies.push(settle);
  outcome.position = position;
  if (draft.closes && position.closed > 0) {
    note_closed(account, position, ClosedPosition::How::Part);
  }
}

void Exchange::State::book_contract(Account& account, Position& position, Side side,
                                    Quantity quantity, Cost value, Bill& draft) {
  const std::int64_t held = position.quantity.raw;
  const bool reduces = held != 0 && (held > 0) == (side == Side::Sell);
  const CurrencyId settle = instruments[position.instrument].settle;
  const __int128 premium = side == Side::Buy ? -money_of(value) : money_of(value);
  draft.closes = reduces;
  draft.profit = draft.position_change = {0, settle};
  if (reduces && quantity.raw > std::abs(held)) {
    // Through zero: what was there is closed and remembered, a new position opens. PROTOCOL 12.2.
    const Quantity closing{std::abs(held)};
    const Cost part = multiply_divide(value, closing.raw, quantity.raw).value_or(0);
    book_part(account, position, side, closing, part, draft);
    note_closed(account, position, ClosedPosition::How::Part);
    quantity -= closing;
    value -= part;
  }
  if (position.quantity.raw == 0) {
    // A new position: its own profit and fees are told, not those of the one before.
    Position fresh;
    fresh.instrument = position.instrument;
    fresh.side = position.side;
    fresh.mode = position.mode;
    fresh.last_trade = position.last_trade;
    fresh.create_time = draft.time;
    for (const int i : {0, 1}) {
      fresh.promised[i] = position.promised[i];
      fresh.pending[i] = position.pending[i];
    }
    position = fresh;
  }
  book_part(account, position, side, quantity, value, draft);
  position.update_time = draft.time;
  // Of an option the premium changes hands, whatever the profit is.
  const __int128 paid = is_option(position.instrument) ? premium : draft.profit.raw;
  draft.change = {paid - draft.fee.raw - draft.position_change.raw, settle};
  draft.position_balance_after = {position.margin, settle};
}

void Exchange::State::book_part(const Account& account, Position& position, Side side,
                                Quantity quantity, Cost value, Bill& draft) {
  const std::int64_t held = std::abs(position.quantity.raw);
  const Booking booked =
      book_match(position, market(position.instrument).terms, side, quantity, value);
  if (!is_option(position.instrument)) {
    accounts.add_remainder(instruments[position.instrument].settle, booked.remainder);
  }
  position.update_time = draft.time;
  draft.profit.raw += booked.realised;
  if (position.mode != TradeMode::Isolated) return;
  __int128 change = 0;
  if (booked.closed > 0) {
    change -= booked.closed == held
                  ? position.margin
                  : multiply_divide(position.margin, booked.closed, held).value_or(0);
  }
  change += money_up(booked.opened_value /
                     leverage(account, position.instrument, position.mode, position.side));
  position.margin += change;
  draft.position_change.raw += change;
}

Bill Exchange::State::trade_bill(const Order& order, bool is_maker, const PublicTrade& trade) {
  const NewOrder& terms = order.view.terms;
  const Market& here = market(trade.instrument);
  Bill bill;
  bill.id = terms.user == kMarketUser ? 0 : next_bill_id(trade.time);
  bill.cause = Bill::Cause::Trade;
  bill.instrument = trade.instrument;
  bill.order = order.view.id;
  bill.trade = trade.id;
  bill.time = trade.time;
  bill.quantity = trade.quantity;
  bill.price = trade.price;
  bill.side = terms.side;
  bill.position_side = terms.position_side;
  bill.mode = terms.mode;
  bill.maker = is_maker;
  bill.client_id = terms.client_id;
  bill.tag = terms.tag;
  bill.mark = here.mark;
  bill.index = here.index;
  return bill;
}

void Exchange::State::note_closed(Account& account, Position& position, ClosedPosition::How how) {
  if (account.is_market()) return;
  const ValueTerms& terms = market(position.instrument).terms;
  const CurrencyId settle = instruments[position.instrument].settle;
  ClosedPosition row;
  row.position = view_of(account, position);
  row.how = how == ClosedPosition::How::Part && position.quantity.raw == 0
                ? ClosedPosition::How::Whole
                : how;
  row.close_average = {average_price(terms, position.closed, position.closed_value),
                       instruments[position.instrument].quote};
  row.closed = {position.closed};
  row.largest = {position.largest};
  row.opened_value = {money_of(position.closed_cost), settle};
  row.was_long = position.was_long;
  row.position.average_price = {average_price(terms, position.closed, position.closed_cost),
                                instruments[position.instrument].quote};
  row.trigger = how == ClosedPosition::How::Part ? Price{} : market(position.instrument).mark;
  // One row a life of a position: what it was at its newest close.
  const std::uint64_t first = account.closed_count - account.closed.size();
  if (position.history_row != 0 && position.history_row > first) {
    account.closed[position.history_row - 1 - first] = row;
    return;
  }
  account.closed.push_back(row);
  position.history_row = ++account.closed_count;
  keep_newest(account.closed, kKeptClosedPositions);
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

}  // namespace gannet::sim
