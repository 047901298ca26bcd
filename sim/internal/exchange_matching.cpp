// Whom an order meets: price-time priority, order types, self-trade prevention.

#include <algorithm>
#include <cstdlib>
#include <vector>

#include "sim/internal/exchange_state.h"

namespace gannet::sim {
namespace {

bool acceptable(Side taker, std::optional<Price> limit, Price offered) noexcept {
  if (!limit) return true;
  return taker == Side::Buy ? offered <= *limit : offered >= *limit;
}

/// What a taker would have had of each user's position so far. An order that only reduces has no
/// more to give than is left of its position then: what is taken before it shrinks it.
class TakenOfPositions {
 public:
  /// How much of a resting order's `quantity` the taker would find, counted as taken.
  /// `position`: null if there is none.
  Quantity take(const NewOrder& maker, Quantity quantity, const Position* position) {
    const auto same = [&maker](const Taken& one) {
      return one.user == maker.user && one.side == maker.position_side && one.mode == maker.mode;
    };
    auto found = std::ranges::find_if(taken_, same);
    if (found == taken_.end()) {
      found = taken_.insert(found, Taken{maker.user, maker.position_side, maker.mode, 0});
    }
    const bool closes_leg =
        (maker.position_side == PositionSide::Long && maker.side == Side::Sell) ||
        (maker.position_side == PositionSide::Short && maker.side == Side::Buy);
    if (maker.reduce_only || closes_leg) {
      const std::int64_t held = position == nullptr ? 0 : std::abs(position->quantity.raw);
      quantity.raw = std::clamp<std::int64_t>(held - found->quantity, 0, quantity.raw);
    }
    // What opens a leg takes nothing of it.
    if (maker.position_side == PositionSide::Net || closes_leg) found->quantity += quantity.raw;
    return quantity;
  }

 private:
  struct Taken {
    UserId user;
    PositionSide side;
    TradeMode mode;
    std::int64_t quantity;
  };
  std::vector<Taken> taken_;
};

}  // namespace

bool Exchange::State::same_person(const NewOrder& taker,
                                  const MatchingBook::Resting& met) const noexcept {
  // The market's agents trade with each other: that is the tape.
  if (taker.user == kMarketUser || met.user == kMarketUser) return false;
  if (taker.user == met.user) return true;
  const std::uint32_t group = accounts[taker.user].settings.self_trade_group;
  return group != 0 && group == accounts[met.user].settings.self_trade_group;
}

std::optional<Price> Exchange::State::taking_limit(const NewOrder& terms) const {
  if (has_limit_price(terms.type)) return terms.price;
  const bool derivative = is_derivative(instruments[terms.instrument].kind);
  if (derivative && terms.user != kMarketUser) {
    // On contracts a market order is a limit order at the edge of the price band. PROTOCOL 8.2.
    if (const auto band = band_of(terms.instrument)) {
      return terms.side == Side::Buy ? band->max_buy : band->min_sell;
    }
  }
  if (terms.type == OrderType::Market) return std::nullopt;
  return terms.price;
}

void Exchange::State::run_taker(Order& taker, Timestamp now) {
  const NewOrder& terms = taker.view.terms;
  if (terms.type == OrderType::FillOrKill) {
    if (const CancelCause cause = why_not_fillable(taker); cause != CancelCause::None) {
      cancel_order(taker, cause, now);
      return;
    }
  }
  const Stop stopped = match_all(taker, taking_limit(terms), now);
  if (taker.view.state == OrderState::Filled) {
    release_and_end(taker);
    return;
  }
  switch (stopped) {
    case Stop::AtLimit:
      break;
    case Stop::SelfTrade:
      cancel_order(taker, CancelCause::SelfTrade, now);
      return;
    case Stop::TooManyMatches:
      cancel_order(taker, CancelCause::TooManyMatches, now);
      return;
    case Stop::MoneySpent:
      complete(taker, now);
      return;
  }
  switch (terms.type) {
    case OrderType::Limit:
    case OrderType::PostOnly:
      rest(taker, now);
      return;
    case OrderType::FillOrKill:
      cancel_order(taker, CancelCause::FillOrKill, now);
      return;
    case OrderType::Market:
    case OrderType::ImmediateOrCancel:
    case OrderType::OptimalLimitIoc:
      cancel_order(taker, CancelCause::ImmediateOrCancel, now);
      return;
  }
}

void Exchange::State::complete(Order& order, Timestamp now) {
  order.view.state = OrderState::Filled;
  order.view.update_time = now;
  change(order, OrderChange::What::Completed);
  release_and_end(order);
}

Exchange::State::Stop Exchange::State::match_all(Order& taker, std::optional<Price> limit,
                                                 Timestamp now) {
  const NewOrder& terms = taker.view.terms;
  const Side other = opposite(terms.side);
  const bool by_money = terms.quantity_is_quote;
  const bool spot_market_order = terms.type == OrderType::Market && terms.user != kMarketUser &&
                                 !is_derivative(instruments[terms.instrument].kind);
  std::optional<Price> level;  // the one being eaten, to be told when we are through with it
  Stop stopped = Stop::AtLimit;
  int matches = 0;  // makers that self-trade prevention takes away are none
  while (true) {
    const MatchingBook& book = market(terms.instrument).book;
    const MatchingBook::Node node = book.front(other);
    if (node == MatchingBook::kNoNode) break;
    const MatchingBook::Resting met = book.at(node);
    if (!acceptable(terms.side, limit, met.price)) break;
    if (level && *level != met.price) {
      tell_level(terms.instrument, other, *level, now);
      level.reset();
    }
    if (same_person(terms, met)) {
      if (terms.stp != SelfTradePrevention::CancelTaker) {
        cancel_order(orders.at(met.order), CancelCause::SelfTrade, now);
      }
      if (terms.stp == SelfTradePrevention::CancelMaker) continue;
      stopped = Stop::SelfTrade;
      break;
    }
    if (matches == kMaxMatchesPerTaker) {
      stopped = Stop::TooManyMatches;
      break;
    }
    Quantity wanted = by_money ? met.quantity : taker.remaining();
    if (by_money) {
      const __int128 left =
          terms.quote_quantity.raw -
          money_of(multiply_divide(taker.view.filled_cost, market(terms.instrument).terms.up,
                                   market(terms.instrument).terms.down)
                       .value_or(0));
      // Bought for no more than the money, sold for no less: as recorded of a sale for 10 USDT.
      wanted = affordable(terms, met.price, left, terms.side == Side::Sell);
      if (wanted.raw == 0) {
        if (taker.view.filled.raw > 0) stopped = Stop::MoneySpent;
        break;
      }
    }
    if (spot_market_order) {
      const Account& account = accounts[terms.user];
      const __int128 free = available(account, taker.hold_currency, true);
      const Instrument& instrument = instruments[terms.instrument];
      const Quantity covered =
          terms.side == Side::Buy ? affordable(terms, met.price, free)
                                  : Quantity{static_cast<std::int64_t>(std::clamp<__int128>(
                                                 free / base_money(instrument, instrument.lot_size),
                                                 0, wanted.raw / instrument.lot_size.raw)) *
                                             instrument.lot_size.raw};
      wanted = std::min(wanted, covered);
    }
    const Quantity quantity = std::min(wanted, met.quantity);
    if (quantity.raw <= 0) break;
    level = met.price;
    settle(orders.at(met.order), taker, met.price, quantity, now);
    ++matches;
    if (taker.view.state == OrderState::Filled) break;
  }
  if (level) tell_level(terms.instrument, other, *level, now);
  return stopped;
}

CancelCause Exchange::State::why_not_fillable(const Order& taker) {
  const NewOrder& terms = taker.view.terms;
  const MatchingBook& book = market(terms.instrument).book;
  Quantity wanted = taker.remaining();
  int matches = 0;
  TakenOfPositions taken;
  const auto& levels = book.levels(opposite(terms.side));
  for (auto level = levels.rbegin(); level != levels.rend(); ++level) {
    if (!acceptable(terms.side, terms.price, level->price)) return CancelCause::FillOrKill;
    for (MatchingBook::Node node = level->head; node != MatchingBook::kNoNode;
         node = book.at(node).next) {
      const MatchingBook::Resting& met = book.at(node);
      if (same_person(terms, met)) {
        if (terms.stp == SelfTradePrevention::CancelMaker) continue;
        return CancelCause::SelfTrade;
      }
      Quantity there = met.quantity;
      if (met.user != kMarketUser) {
        const NewOrder& maker = orders.at(met.order).view.terms;
        const Position* const position =
            accounts[maker.user].positions.find(maker.instrument, maker.position_side, maker.mode);
        there = taken.take(maker, met.quantity, position);
        if (there.raw == 0) continue;  // gone before its turn comes
      }
      if (++matches > kMaxMatchesPerTaker) return CancelCause::TooManyMatches;
      if (there >= wanted) return CancelCause::None;
      wanted -= there;
    }
  }
  return CancelCause::FillOrKill;
}

Quantity Exchange::State::affordable(const NewOrder& terms, Price price, __int128 budget, bool up) {
  if (budget <= 0 || price.raw <= 0) return {};
  const ValueTerms& value = market(terms.instrument).terms;
  const std::optional<__int128> most = multiply_divide(
      budget, static_cast<__int128>(kCostPerMoney) * value.down, value.up * price.raw, up);
  const std::int64_t lot = instruments[terms.instrument].lot_size.raw;
  constexpr __int128 kCap = static_cast<__int128>(1) << 62;
  const auto raw = static_cast<std::int64_t>(std::min(most.value_or(kCap), kCap));
  return {(up ? (raw + lot - 1) : raw) / lot * lot};
}

void Exchange::State::rest(Order& order, Timestamp now) {
  const NewOrder& terms = order.view.terms;
  ++order.view.queued;
  order.node = market(terms.instrument)
                   .book.add(terms.side, terms.price, order.remaining(), order.slot, terms.user);
  tell_level(terms.instrument, terms.side, terms.price, now);
  if (order.hold != 0) tell_balance(terms.user, order.hold_currency);
  if (terms.reduce_only) {
    const Position* position =
        accounts[terms.user].positions.find(terms.instrument, terms.position_side, terms.mode);
    if (position != nullptr) fit_reduce_only(terms.user, *position, now, &order);
  }
}

}  // namespace gannet::sim
