// What the clock brings: funding of swaps and delivery of futures.

#include <algorithm>
#include <cstdlib>
#include <numeric>

#include "sim/internal/exchange_state.h"

namespace gannet::sim {
namespace {

constexpr __int128 kFundingRateUnit = 10'000'000'000'000'000;  // 10^16
constexpr std::int64_t kRateCap = 75'000'000'000'000;          // 0.75 %, either side
constexpr std::size_t kKeptSettlements = 1'000;
constexpr std::int64_t kMinute = 60'000'000'000;
constexpr std::size_t kDeliveryMinutes = 30;

bool expires(InstrumentKind kind) noexcept {
  return kind == InstrumentKind::Futures || kind == InstrumentKind::Option;
}

/// 00:00, 08:00 and 16:00 UTC with the usual interval.
Timestamp next_on_grid(Timestamp now, Nanos interval) noexcept {
  return {(now.nanos / interval.count + 1) * interval.count};
}

}  // namespace

void Exchange::set_reference_prices(InstrumentId instrument, Price mark, Price index,
                                    Timestamp now) {
  Market& market = state_->market(instrument);
  market.mark = mark;
  market.index = index;
  state_->sample_prices(instrument, now);
  state_->events.on_mark_price(instrument, mark, index, now);
  state_->check_risk(instrument, now);
}

void Exchange::State::sample_prices(InstrumentId instrument, Timestamp now) {
  Market& here = market(instrument);
  if (here.mark.raw <= 0 || here.index.raw <= 0) return;
  const std::int64_t minute = now.nanos / kMinute;
  const InstrumentKind kind = instruments[instrument].kind;
  if (kind == InstrumentKind::Swap) {
    FundingState& funding = here.funding;
    funding.premium = static_cast<std::int64_t>(
        multiply_divide(here.mark.raw - here.index.raw, kFundingRateUnit, here.index.raw)
            .value_or(0));
    if (minute == funding.sampled_minute) return;
    funding.sampled_minute = minute;
    funding.premium_sum += funding.premium;
    ++funding.samples;
  } else if (expires(kind) && minute != here.index_minute) {
    here.index_minute = minute;
    here.index_samples.push_back(here.index.raw);
    if (here.index_samples.size() > kDeliveryMinutes)
      here.index_samples.erase(here.index_samples.begin());
  }
}

std::int64_t Exchange::State::funding_rate(const Market& here) const noexcept {
  const FundingState& funding = here.funding;
  if (funding.fixed) return *funding.fixed;
  if (funding.samples == 0) return 0;
  return static_cast<std::int64_t>(
      std::clamp<__int128>(funding.premium_sum / funding.samples, -kRateCap, kRateCap));
}

void Exchange::advance(Timestamp now) { state_->advance(now); }

void Exchange::State::set_up_clocks(Timestamp now) {
  for (const Instrument& instrument : instruments) {
    if (instrument.kind != InstrumentKind::Swap) continue;
    FundingState& funding = market(instrument.id).funding;
    if (funding.next.nanos == 0) funding.next = next_on_grid(now, funding.interval);
  }
  clocks_made_for = instruments.size();
  find_next_due();
}

void Exchange::State::find_next_due() {
  next_due = {INT64_MAX};
  for (const Instrument& instrument : instruments) {
    if (instrument.state == InstrumentState::Expired) continue;
    if (instrument.kind == InstrumentKind::Swap) {
      const Timestamp next = market(instrument.id).funding.next;
      if (next.nanos != 0) next_due = std::min(next_due, next);
    } else if (expires(instrument.kind) && instrument.expiry_time) {
      next_due = std::min(next_due, *instrument.expiry_time);
    }
  }
}

void Exchange::State::advance(Timestamp now) {
  if (clocks_made_for != instruments.size()) set_up_clocks(now);
  while (next_due <= now) {
    // All that is due at the earliest moment, in the order of the instruments; then the next one.
    const Timestamp due = next_due;
    for (std::uint32_t i = 0; i < instruments.size(); ++i) {
      const InstrumentId id{i};
      const Instrument& instrument = instruments[id];
      if (instrument.state == InstrumentState::Expired) continue;
      if (instrument.kind == InstrumentKind::Swap && market(id).funding.next.nanos != 0 &&
          market(id).funding.next <= due) {
        settle_funding(id, now);
      } else if (expires(instrument.kind) && instrument.expiry_time &&
                 *instrument.expiry_time <= due) {
        deliver(id, now);
      }
    }
    find_next_due();
  }
}

void Exchange::State::settle_funding(InstrumentId instrument, Timestamp now) {
  const std::int64_t rate = funding_rate(market(instrument));
  for (UserId user = 0; user < accounts.size(); ++user) {
    Account& account = accounts[user];
    for (std::size_t i = 0; i < account.positions.all().size(); ++i) {
      Position& position = account.positions.at(i);
      if (position.instrument != instrument || position.quantity.raw == 0) continue;
      pay_funding(user, position, rate, now);
    }
  }
  FundingState& funding = market(instrument).funding;
  const FundingSettlement settled{rate, funding.next};
  funding.history.push_back(settled);
  keep_newest(funding.history, kKeptSettlements);
  funding.premium_sum = 0;
  funding.samples = 0;
  funding.next = funding.next + funding.interval;
  events.on_funding_settled(instrument, settled);
  check_risk(instrument, now);
}

void Exchange::State::pay_funding(UserId user, Position& position, std::int64_t rate,
                                  Timestamp now) {
  Account& account = accounts[user];
  const CurrencyId settle = instruments[position.instrument].settle;
  const __int128 value = weigh(account, position).value;
  // Towards zero; what that leaves stays in the exchange's pocket for funding.
  const __int128 size = multiply_divide(value, rate, kFundingRateUnit).value_or(0);
  __int128 change = position.quantity.raw > 0 ? -size : size;
  if (change < 0 && !account.is_market()) {
    // No more is collected than leaves the maintenance margin; the insurance fund pays the rest.
    const auto room = [&] {
      const Carry carry = carry_of(account, position);
      // The last digit stays: at exactly what is needed it would be liquidated.
      __int128 spare = std::max<__int128>(carry.equity - carry.needed - 1, 0);
      const bool dollars =
          position.mode != TradeMode::Isolated && account.settings.account_mode > 2;
      const __int128 price = dollars ? dollar_price(settle) : 0;
      if (price > 0) spare = multiply_divide(spare, power_of_ten(18), price).value_or(0);
      return spare;
    };
    if (-change > room()) {
      const Position copy = position;
      cancel_for_margin(user, copy, CancelCause::FundingShort, now);
      const __int128 most = room();
      if (-change > most) {
        const __int128 short_by = -change - most;
        accounts.add_insurance({-short_by, settle});
        accounts.note_funding({-short_by, settle});
        change = -most;
      }
    }
  }
  if (change == 0) return;
  const bool isolated = position.mode == TradeMode::Isolated;
  position.funding += change;
  position.update_time = now;
  if (isolated) position.margin += change;
  Bill bill;
  bill.id = account.is_market() ? 0 : next_bill_id(now);
  bill.cause = Bill::Cause::Funding;
  bill.change = {isolated ? 0 : change, settle};
  bill.profit = {change, settle};
  bill.fee = {0, settle};
  bill.position_change = {isolated ? change : 0, settle};
  bill.position_balance_after = {position.margin, settle};
  bill.instrument = position.instrument;
  bill.time = now;
  bill.quantity = {std::abs(position.quantity.raw)};
  bill.price = valuation_price(position.instrument);
  bill.side = position.quantity.raw > 0 ? Side::Buy : Side::Sell;
  bill.position_side = position.side;
  bill.mode = position.mode;
  bill.mark = market(position.instrument).mark;
  bill.index = market(position.instrument).index;
  const Bill booked = accounts.move(user, bill);
  if (account.is_market()) return;
  events.on_position(user, view_of(account, position));
  tell_balance(user, settle);
  events.on_bill(booked);
}

Price Exchange::State::delivery_price(InstrumentId instrument) {
  const Market& here = market(instrument);
  if (here.index_samples.empty()) {
    return is_option(instrument) ? here.index : valuation_price(instrument);
  }
  __int128 sum = 0;
  for (const std::int64_t sample : here.index_samples) sum += sample;
  return {static_cast<std::int64_t>(sum / std::ssize(here.index_samples))};
}

void Exchange::State::deliver(InstrumentId instrument, Timestamp now) {
  instruments[instrument].state = InstrumentState::Expired;
  const bool option = is_option(instrument);
  for (UserId user = 0; user < accounts.size(); ++user) {
    for (std::uint32_t slot = orders.first_open(user); slot != Order::kEnd;) {
      Order& order = orders.at(slot);
      slot = order.next;
      if (order.view.terms.instrument == instrument)
        cancel_order(order, option ? CancelCause::OptionExpiry : CancelCause::Delivery, now);
    }
  }
  const Price price = delivery_price(instrument);
  const ValueTerms& terms = market(instrument).terms;
  const CurrencyId settle = instruments[instrument].settle;
  // Never had a price, so nobody has a position; an option without an index is worth nothing.
  if (price.raw <= 0 && !option) return;
  Cost difference = 0;
  for (UserId user = 0; user < accounts.size(); ++user) {
    Account& account = accounts[user];
    for (std::size_t i = 0; i < account.positions.all().size(); ++i) {
      Position& position = account.positions.at(i);
      if (position.instrument != instrument || position.quantity.raw == 0) continue;
      const Side closing = position.quantity.raw > 0 ? Side::Sell : Side::Buy;
      const Quantity quantity{std::abs(position.quantity.raw)};
      const Cost value = option ? exercise_value(instrument, price, quantity)
                                : value_at(terms, price, quantity).value_or(0);
      Bill draft;
      draft.id = account.is_market() ? 0 : next_bill_id(now);
      draft.cause = option ? Bill::Cause::Exercise : Bill::Cause::Delivery;
      draft.fee = {0, settle};
      draft.instrument = instrument;
      draft.time = now;
      draft.quantity = quantity;
      draft.price = price;
      draft.side = closing;
      draft.position_side = position.side;
      draft.mode = position.mode;
      book_contract(account, position, closing, quantity, value, draft);
      difference += signed_value(terms, closing, value);
      const Bill bill = accounts.move(user, draft);
      if (account.is_market()) continue;
      note_closed(account, position, ClosedPosition::How::Delivery);
      events.on_position(user, view_of(account, position));
      tell_balance(user, settle);
      events.on_bill(bill);
    }
  }
  accounts.absorb(settle, difference);
}

FundingView Exchange::funding(InstrumentId instrument) const {
  const Market& here = state_->market(instrument);
  const FundingState& funding = here.funding;
  FundingView view;
  view.rate = state_->funding_rate(here);
  view.time = funding.next;
  view.interval = funding.interval;
  view.cap = kRateCap;
  view.premium = funding.premium;
  if (!funding.history.empty()) {
    view.settled_rate = funding.history.back().rate;
    view.settled_time = funding.history.back().time;
  }
  return view;
}

const std::vector<FundingSettlement>& Exchange::funding_history(InstrumentId instrument) const {
  return state_->market(instrument).funding.history;
}

void Exchange::set_funding_rate(InstrumentId instrument, std::optional<std::int64_t> rate) {
  if (rate) rate = std::clamp<std::int64_t>(*rate, -10 * kRateCap, 10 * kRateCap);
  state_->market(instrument).funding.fixed = rate;
}

void Exchange::set_funding_time(InstrumentId instrument, Timestamp next, Nanos interval) {
  FundingState& funding = state_->market(instrument).funding;
  constexpr std::int64_t kShortest = kMinute;  // a jump of time over many must end
  funding.next = next;
  if (interval.count > 0) funding.interval = {std::max(interval.count, kShortest)};
  state_->find_next_due();
}

}  // namespace gannet::sim
