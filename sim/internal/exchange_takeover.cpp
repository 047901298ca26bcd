// Matches outside the book: what liquidation and deleveraging do to both sides.

#include <algorithm>
#include <cstdlib>

#include "sim/internal/exchange_state.h"

namespace gannet::sim {

void Exchange::State::take_over(UserId user, std::size_t index, const Takeover& how,
                                Timestamp now) {
  ++takeovers;
  Account& account = accounts[user];
  const InstrumentId instrument = account.positions.at(index).instrument;
  const PositionSide leg = account.positions.at(index).side;
  const Side closing = account.positions.at(index).quantity.raw > 0 ? Side::Sell : Side::Buy;
  const Market& here = market(instrument);
  const CurrencyId settle = instruments[instrument].settle;
  const Cost value = value_at(here.terms, how.price, how.quantity).value_or(0);
  const Cost at_mark = value_at(here.terms, valuation_price(instrument), how.quantity).value_or(0);
  // What the fund earns when the market takes it at the mark; negative: it pays.
  const Cost gain = signed_value(here.terms, closing, value) +
                    signed_value(here.terms, opposite(closing), at_mark);
  const bool fund_pays = gain < 0;
  const bool fund_can = accounts.insurance(settle) + how.penalty + money_of(gain) >= 0;

  book_forced(user, index, closing, how, value, now);
  if (!fund_pays || fund_can) {
    book_market(instrument, opposite(closing), how.quantity, at_mark, now);
    accounts.absorb(settle, gain);
  } else {
    const Quantity taken = deleverage_others(user, instrument, opposite(closing), how, now);
    // Nobody else is there: the market takes the rest at the same price.
    const Quantity rest = how.quantity - taken;
    const Cost given = taken.raw == 0 ? value : value_at(here.terms, how.price, rest).value_or(0);
    if (rest.raw > 0) book_market(instrument, opposite(closing), rest, given, now);
    // Of values that were rounded apart.
    const Cost others = value_at(here.terms, how.price, taken).value_or(0);
    accounts.absorb(settle, signed_value(here.terms, closing, value - given - others));
  }
  cancel_uncovered(now);
  if (how.category == OrderCategory::AutoDeleverage) return;
  LiquidationView told;
  told.user = user;
  told.instrument = instrument;
  told.position_side = leg;
  told.side = closing;
  told.quantity = how.quantity;
  told.bankruptcy_price = how.price;
  told.loss = {fund_pays ? -money_of(gain) : 0, settle};
  told.time = now;
  events.on_liquidation(told);
}

void Exchange::State::book_forced(UserId user, std::size_t index, Side side, const Takeover& how,
                                  Cost value, Timestamp now) {
  Account& account = accounts[user];
  Position& position = account.positions.at(index);
  const CurrencyId settle = instruments[position.instrument].settle;
  Market& here = market(position.instrument);
  NewOrder terms;
  terms.user = user;
  terms.instrument = position.instrument;
  terms.side = side;
  terms.mode = position.mode;
  terms.position_side = position.side;
  terms.reduce_only = true;
  terms.price = how.price;
  terms.quantity = how.quantity;
  Order& order = orders.create(terms, next_order_id(now), now);
  order.hold_currency = settle;
  order.view.category = how.category;

  Bill draft;
  draft.id = next_bill_id(now);
  draft.cause = how.cause;
  draft.fee = {how.penalty, settle};
  draft.instrument = position.instrument;
  draft.order = order.view.id;
  draft.trade = {--here.last_forced_id};
  draft.time = now;
  draft.quantity = how.quantity;
  draft.price = how.price;
  draft.side = side;
  draft.position_side = position.side;
  draft.mode = position.mode;
  draft.mark = here.mark;
  draft.index = here.index;
  book_contract(account, position, side, how.quantity, value, draft);
  position.penalty += how.penalty;

  OrderView& view = order.view;
  view.filled = how.quantity;
  view.filled_cost = static_cast<__int128>(how.price.raw) * how.quantity.raw;
  view.state = OrderState::Filled;
  view.update_time = now;
  view.realised_pnl = draft.profit;
  view.fee = {0, settle};  // the penalty is no trading fee
  // The order tells trade 0, the fill a negative one. PROTOCOL 5.2.
  Fill fill{{0}, how.price, how.quantity, false, {0, settle}, now, draft.id};
  view.last_fill = fill;
  Outcome outcome;
  outcome.fill = fill;
  outcome.bills.push(accounts.move(user, draft));
  outcome.currencies.push(settle);
  outcome.position = position;
  fill.trade_id = draft.trade;
  Exchange::UserFill row{};
  row.order = view.id;
  row.side = side;
  row.position_side = position.side;
  row.instrument = position.instrument;
  row.bill_id = draft.id;
  row.fill = fill;
  row.realised_pnl = draft.profit;
  row.category = how.category;
  row.mark = here.mark;
  row.index = here.index;
  account.fills.push_back(row);
  keep_newest(account.fills, settings.fills);

  using How = ClosedPosition::How;
  note_closed(account, position,
              how.category == OrderCategory::PartialLiquidation ? How::PartialLiquidation
              : how.category == OrderCategory::AutoDeleverage   ? How::AutoDeleverage
                                                                : How::Liquidation);
  change(order, OrderChange::What::Fill, outcome.fill);
  const Position copy = account.positions.at(index);
  fit_reduce_only(user, copy, now);
  renew_claims(user, outcome);
  tell_outcome(order, outcome);
  release_and_end(order);
}

void Exchange::State::book_market(InstrumentId instrument, Side side, Quantity quantity, Cost value,
                                  Timestamp now) {
  Account& account = accounts[kMarketUser];
  const CurrencyId settle = instruments[instrument].settle;
  Position& position = account.positions.get(instrument, PositionSide::Net, TradeMode::Cross);
  Bill draft;
  draft.fee = {0, settle};
  draft.time = now;
  book_contract(account, position, side, quantity, value, draft);
  accounts.move(kMarketUser, draft);
}

Quantity Exchange::State::deleverage_others(UserId except, InstrumentId instrument, Side side,
                                            const Takeover& how, Timestamp now) {
  struct Candidate {
    __int128 score;
    UserId user;
    std::size_t index;
  };
  std::vector<Candidate> ranked;
  for (UserId user = kMarketUser + 1; user < accounts.size(); ++user) {
    if (user == except) continue;
    Account& account = accounts[user];
    for (std::size_t i = 0; i < account.positions.all().size(); ++i) {
      const Position& position = account.positions.at(i);
      // To take over a long that is sold, shorts are bought back.
      const bool opposed =
          position.quantity.raw != 0 && (position.quantity.raw < 0) == (side == Side::Buy);
      if (position.instrument != instrument || !opposed) continue;
      const Weight weight = weigh(account, position);
      // The most profit on the least margin goes first.
      const __int128 score =
          multiply_divide(weight.unrealised, 1'000'000'000, std::max<__int128>(weight.initial, 1))
              .value_or(0);
      ranked.push_back({score, user, i});
    }
  }
  std::stable_sort(ranked.begin(), ranked.end(),
                   [](const Candidate& a, const Candidate& b) { return a.score > b.score; });
  Quantity taken;
  for (const Candidate& candidate : ranked) {
    const Quantity left = how.quantity - taken;
    if (left.raw <= 0) break;
    const Position& position = accounts[candidate.user].positions.at(candidate.index);
    const Quantity part{std::min(left.raw, std::abs(position.quantity.raw))};
    Takeover mine;
    mine.category = OrderCategory::AutoDeleverage;
    mine.cause = Bill::Cause::AutoDeleverage;
    mine.quantity = part;
    mine.price = how.price;
    const Cost value = value_at(market(instrument).terms, how.price, part).value_or(0);
    book_forced(candidate.user, candidate.index, side, mine, value, now);
    taken += part;
    // Parts are rounded apart from the whole.
    accounts.absorb(instruments[instrument].settle,
                    signed_value(market(instrument).terms, side, value));
  }
  if (taken.raw > 0) {
    const Cost together = value_at(market(instrument).terms, how.price, taken).value_or(0);
    accounts.absorb(instruments[instrument].settle,
                    -signed_value(market(instrument).terms, side, together));
  }
  return taken;
}

AccountRefusal Exchange::deleverage(UserId user, InstrumentId instrument, PositionSide side,
                                    TradeMode mode, Quantity quantity, Timestamp now) {
  State& state = *state_;
  if (user == kMarketUser || user >= state.accounts.size()) return AccountRefusal::UnknownUser;
  if (!state.instruments.contains(instrument)) return AccountRefusal::UnknownInstrument;
  Positions& positions = state.accounts[user].positions;
  const Position* found = positions.find(instrument, side, mode);
  if (found == nullptr || found->quantity.raw == 0) return AccountRefusal::NoPosition;
  if (quantity.raw <= 0) return AccountRefusal::BadValue;
  State::Takeover how;
  how.category = OrderCategory::AutoDeleverage;
  how.cause = Bill::Cause::AutoDeleverage;
  how.quantity = {std::min(quantity.raw, std::abs(found->quantity.raw))};
  how.price = state.valuation_price(instrument);
  const auto index = static_cast<std::size_t>(found - positions.all().data());
  state.take_over(user, index, how, now);
  return AccountRefusal::None;
}

}  // namespace gannet::sim
