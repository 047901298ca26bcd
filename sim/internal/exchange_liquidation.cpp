// When margin runs out: the warning, the orders that go first, partial and whole takeovers.
// PROTOCOL 12.6.

#include <algorithm>
#include <cstdlib>

#include "sim/internal/exchange_state.h"

namespace gannet::sim {
namespace {

constexpr __int128 kWarningRatio = 3;    // times what is needed: 300 %
constexpr int kFirstPartialTier = 3;     // from here down two tiers at a time
constexpr std::int64_t kFarthest = 100;  // a takeover's price is at most so many times the mark

}  // namespace

void Exchange::State::check_risk(InstrumentId instrument, Timestamp now) {
  // Who is deleveraged for another's loss may be in need after it: until nothing happens any more.
  std::uint64_t before = 0;
  do {
    before = takeovers;
    for (UserId user = kMarketUser + 1; user < accounts.size(); ++user) {
      if (!accounts[user].positions.all().empty()) check_risk(user, instrument, now);
    }
  } while (takeovers != before);
}

void Exchange::State::check_risk(UserId user, InstrumentId instrument, Timestamp now) {
  Account& account = accounts[user];
  const bool whole = account.settings.account_mode > 2;
  for (std::size_t i = 0; i < account.positions.all().size(); ++i) {
    Position& position = account.positions.at(i);
    if (position.quantity.raw == 0) continue;
    // A price moves the positions of its instrument; of an account margined as one, also the
    // collateral.
    if (!whole && position.instrument != instrument) continue;
    const Carry carry = carry_of(account, position);
    const bool risky = carry.needed > 0 && carry.equity <= kWarningRatio * carry.needed;
    if (risky && !position.warned) events.on_margin_warning(user, view_of(account, position));
    position.warned = risky;
    if (carry.needed > 0 && carry.equity <= carry.needed) liquidate(user, i, now);
  }
}

std::vector<std::size_t> Exchange::State::carried_together(const Account& account,
                                                           const Position& position) const {
  std::vector<std::size_t> together;
  const auto& all = account.positions.all();
  for (std::size_t i = 0; i < all.size(); ++i) {
    if (all[i].quantity.raw == 0) continue;
    if (position.mode == TradeMode::Isolated) {
      if (&all[i] == &position) together.push_back(i);
      continue;
    }
    const bool same_money =
        account.settings.account_mode > 2 ||
        instruments[all[i].instrument].settle == instruments[position.instrument].settle;
    if (all[i].mode != TradeMode::Isolated && same_money) together.push_back(i);
  }
  return together;
}

void Exchange::State::cancel_for_margin(UserId user, const Position& position, CancelCause cause,
                                        Timestamp now) {
  const bool whole = accounts[user].settings.account_mode > 2;
  const CurrencyId settle = instruments[position.instrument].settle;
  for (std::uint32_t slot = orders.first_open(user); slot != Order::kEnd;) {
    Order& order = orders.at(slot);
    slot = order.next;
    if (order.hold == 0) continue;  // those that close free nothing
    const NewOrder& terms = order.view.terms;
    const bool isolated = terms.mode == TradeMode::Isolated;
    const bool same = position.mode == TradeMode::Isolated
                          ? isolated && terms.instrument == position.instrument &&
                                terms.position_side == position.side
                          : whole || order.hold_currency == settle;
    if (same) cancel_order(order, cause, now);
  }
}

void Exchange::State::liquidate(UserId user, std::size_t index, Timestamp now) {
  Account& account = accounts[user];
  const auto at_risk = [&] {
    const Carry carry = carry_of(account, account.positions.at(index));
    return carry.needed > 0 && carry.equity <= carry.needed;
  };
  cancel_for_margin(user, account.positions.at(index), CancelCause::Liquidation, now);
  while (at_risk()) {
    if (liquidate_partly(user, index, now)) continue;
    liquidate_whole(user, index, now);
    return;
  }
}

void Exchange::State::cancel_of(UserId user, const Position& position, Timestamp now) {
  for (std::uint32_t slot = orders.first_open(user); slot != Order::kEnd;) {
    Order& order = orders.at(slot);
    slot = order.next;
    const NewOrder& terms = order.view.terms;
    if (order.resting() && terms.instrument == position.instrument &&
        terms.position_side == position.side && terms.mode == position.mode) {
      cancel_order(order, CancelCause::Liquidation, now);
    }
  }
}

bool Exchange::State::liquidate_partly(UserId user, std::size_t index, Timestamp now) {
  Account& account = accounts[user];
  if (carry_of(account, account.positions.at(index)).equity <= 0) return false;
  // The position in the highest tier, the first of them.
  int highest = kFirstPartialTier - 1;
  std::size_t chosen = 0;
  for (const std::size_t i : carried_together(account, account.positions.at(index))) {
    const Position& position = account.positions.at(i);
    const int tier = tier_of(tiers(position.instrument), {std::abs(position.quantity.raw)}).tier;
    if (tier <= highest) continue;
    highest = tier;
    chosen = i;
  }
  if (highest < kFirstPartialTier) return false;
  const Position& position = account.positions.at(chosen);
  const std::vector<RiskTier>& ladder = tiers(position.instrument);
  const Quantity keep = ladder[static_cast<std::size_t>(highest - kFirstPartialTier)].most;
  Takeover how;
  how.category = OrderCategory::PartialLiquidation;
  how.cause = Bill::Cause::PartialLiquidation;
  how.quantity = {std::abs(position.quantity.raw) - keep.raw};
  how.price = valuation_price(position.instrument);
  const Cost value =
      value_at(market(position.instrument).terms, how.price, how.quantity).value_or(0);
  how.penalty =
      fee_on(money_of(value), std::max<std::int64_t>(account.settings.derivative_fees.taker, 0));
  cancel_of(user, position, now);
  take_over(user, chosen, how, now);
  return true;
}

void Exchange::State::liquidate_whole(UserId user, std::size_t index, Timestamp now) {
  Account& account = accounts[user];
  const Position& first = account.positions.at(index);
  const bool in_whole_dollars =
      first.mode != TradeMode::Isolated && account.settings.account_mode > 2;
  const Carry carry = carry_of(account, first);
  const std::vector<std::size_t> together = carried_together(account, first);
  // What is left of the money is shared out by the maintenance margins: each position goes at the
  // price that eats its share, the liquidation fee included.
  std::vector<Takeover> plan;
  for (const std::size_t i : together) {
    const Position& position = account.positions.at(i);
    const CurrencyId settle = instruments[position.instrument].settle;
    const Weight weight = weigh(account, position);
    __int128 share = 0;
    if (carry.maintenance > 0) {
      const __int128 part =
          in_whole_dollars ? in_dollars(settle, weight.maintenance) : weight.maintenance;
      share = multiply_divide(carry.equity, part, carry.maintenance).value_or(0);
    }
    if (in_whole_dollars) {
      const __int128 price = dollar_price(settle);
      share = price > 0 ? multiply_divide(share, power_of_ten(18), price).value_or(0) : 0;
    }
    Takeover how;
    how.quantity = {std::abs(position.quantity.raw)};
    how.penalty = std::clamp<__int128>(share, 0, weight.liquidation_fee);
    how.price = losing_price(position, share - how.penalty);
    plan.push_back(how);
  }
  for (const std::size_t i : together) cancel_of(user, account.positions.at(i), now);
  for (std::size_t i = 0; i < together.size(); ++i) take_over(user, together[i], plan[i], now);
}

Price Exchange::State::losing_price(const Position& position, __int128 loss) {
  const ValueTerms& terms = market(position.instrument).terms;
  const Price mark = valuation_price(position.instrument);
  const bool sells = position.quantity.raw > 0;
  const bool inverse = terms.contract == ContractKind::Inverse;
  // Sellers lose when a linear contract is worth less; an inverse one is then worth more coins.
  const Cost change = loss * kCostPerMoney;
  const Cost wanted = position_value(position, terms, mark) + (sells == inverse ? change : -change);
  const std::int64_t highest = static_cast<std::int64_t>(
      std::min<__int128>(static_cast<__int128>(mark.raw) * kFarthest, INT64_MAX / 2));
  if (wanted <= 0) return {inverse ? highest : 1};
  const __int128 exact = average_price(terms, position.quantity.raw, wanted);
  const __int128 unit = power_of_ten(Amount::kDigits - terms.price_digits);
  // In favour of the owner, whose money must not fall below nothing.
  const __int128 raw = sells ? (exact + unit - 1) / unit : exact / unit;
  return {static_cast<std::int64_t>(std::clamp<__int128>(raw, 1, highest))};
}

}  // namespace gannet::sim
