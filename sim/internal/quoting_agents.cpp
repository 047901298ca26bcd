#include "sim/internal/quoting_agents.h"

#include <algorithm>
#include <cmath>

namespace gannet::sim {
namespace {

double as_double(const Decimal& decimal) noexcept {
  return static_cast<double>(decimal.mantissa) / static_cast<double>(power_of_ten(decimal.digits));
}

}  // namespace

QuotingAgents::QuotingAgents(Exchange& exchange, const Instrument& instrument,
                             const SyntheticSettings& settings, std::uint64_t seed)
    : exchange_(&exchange), instrument_(instrument), settings_(settings), random_(seed) {
  const double contract =
      is_derivative(instrument.kind)
          ? as_double(instrument.contract_value) * as_double(instrument.contract_multiplier)
          : 1.0;
  unit_notional_ = contract / static_cast<double>(power_of_ten(instrument.quantity_digits));
}

void QuotingAgents::act(double fair, Timestamp now) {
  const auto tick = static_cast<double>(instrument_.tick_size.raw);
  spacing_ = std::max(tick, fair * 1e-5);
  for (const Side side : {Side::Buy, Side::Sell}) {
    if (exchange_->best(instrument_.id, side)) continue;
    build_ladder(side, fair, now);
    return;
  }
  if (++acts_ % 4 == 0) forget_ended_quotes();
  for (const Side side : {Side::Buy, Side::Sell}) {
    if (quotes(side).size() >= settings_.levels / 2) continue;
    for (int i = 0; i < 4; ++i) quote(side, fair, ladder_distance(), now);
    return;
  }
  const Price bid = *exchange_->best(instrument_.id, Side::Buy);
  const Price ask = *exchange_->best(instrument_.id, Side::Sell);
  // A price on the wrong side of fair is money for whoever comes first: its maker, who withdraws,
  // or a taker.
  for (const auto& [side, price] : {std::pair{Side::Buy, bid}, std::pair{Side::Sell, ask}}) {
    if (wrong_side_of_fair(side, price, fair) <= tick) continue;
    if (random_.chance(0.4)) {
      take(opposite(side), fair, now);
    } else {
      withdraw(side, fair, now);
    }
    return;
  }
  // A wide spread is a place at the front of the queue for whoever quotes into it.
  const Side far =
      -wrong_side_of_fair(Side::Buy, bid, fair) > -wrong_side_of_fair(Side::Sell, ask, fair)
          ? Side::Buy
          : Side::Sell;
  if (static_cast<double>(ask.raw - bid.raw) > 3 * tick && random_.chance(0.6)) {
    quote(far, fair, tick * (0.5 + random_.waiting(1)), now);
    return;
  }
  const Side side = random_.chance(0.5) ? Side::Buy : Side::Sell;
  const double dice = random_.unit();
  const std::size_t count = quotes(side).size();
  if (dice < 0.1) {
    const double slack = spacing_ * random_.waiting(1);
    take(side,
         side == Side::Buy ? static_cast<double>(ask.raw) + slack
                           : static_cast<double>(bid.raw) - slack,
         now);
  } else if (dice < (count < settings_.levels ? 0.65 : 0.45)) {
    quote(side, fair, ladder_distance(), now);
  } else {
    withdraw(side, fair, now);
  }
}

double QuotingAgents::ladder_distance() {
  return spacing_ * random_.waiting(static_cast<double>(settings_.levels) / 3);
}

void QuotingAgents::build_ladder(Side side, double fair, Timestamp now) {
  double distance = static_cast<double>(instrument_.tick_size.raw) * 0.5;
  for (std::size_t i = 0; i < settings_.levels; ++i) {
    quote(side, fair, distance, now);
    distance += spacing_ * (0.5 + random_.unit());
  }
}

void QuotingAgents::quote(Side side, double fair, double distance, Timestamp now) {
  const double wanted = side == Side::Buy ? fair - distance : fair + distance;
  const auto tick = instrument_.tick_size.raw;
  const double steps = wanted / static_cast<double>(tick);
  const double grid = side == Side::Buy ? std::floor(steps) : std::ceil(steps);
  const Price price{std::max<std::int64_t>(static_cast<std::int64_t>(grid), 1) * tick};
  // Deeper levels are thicker, as in real books.
  const double depth = distance / (spacing_ * static_cast<double>(settings_.levels));
  send(side, OrderType::PostOnly, price,
       draw_quantity(settings_.level_notional * (0.4 + 2 * std::min(depth, 3.0)), fair), now);
}

void QuotingAgents::withdraw(Side side, double fair, Timestamp now) {
  std::vector<Quote>& mine = quotes(side);
  forget_ended_quotes();
  if (mine.empty()) return;
  std::size_t chosen = random_.below(mine.size());
  const bool farthest = random_.chance(0.3);
  for (std::size_t i = 0; i < mine.size(); ++i) {
    const double here = wrong_side_of_fair(side, mine[i].price, fair);
    const double there = wrong_side_of_fair(side, mine[chosen].price, fair);
    if (here > 0 ? here > there : farthest && there <= 0 && here < there) chosen = i;
  }
  const VenueOrderId id = mine[chosen].id;
  mine[chosen] = mine.back();
  mine.pop_back();
  exchange_->cancel(kMarketUser, id, CancelCause::User, now);
}

void QuotingAgents::forget_ended_quotes() {
  for (std::vector<Quote>& mine : quotes_) {
    std::erase_if(mine, [this](const Quote& q) { return exchange_->find(q.id) == nullptr; });
  }
}

void QuotingAgents::take(Side side, double limit, Timestamp now) {
  const auto tick = instrument_.tick_size.raw;
  const double steps = limit / static_cast<double>(tick);
  const double grid = side == Side::Buy ? std::floor(steps) : std::ceil(steps);
  const Price price{std::max<std::int64_t>(static_cast<std::int64_t>(grid), 1) * tick};
  send(side, OrderType::ImmediateOrCancel, price,
       draw_quantity(settings_.level_notional * 0.2, limit), now);
}

Quantity QuotingAgents::draw_quantity(double typical_notional, double fair) {
  const double notional = typical_notional * std::exp(random_.normal() - 0.5);
  const double price = fair / static_cast<double>(power_of_ten(instrument_.price_digits));
  const bool inverse = instrument_.contract == ContractKind::Inverse;
  const double raw = notional / (unit_notional_ * (inverse ? 1.0 : price));
  const std::int64_t lot = instrument_.lot_size.raw;
  const double lots = std::clamp(raw / static_cast<double>(lot), 1.0, 1e15);
  const std::int64_t smallest = (instrument_.minimum_quantity.raw + lot - 1) / lot;
  return {std::max(static_cast<std::int64_t>(lots), std::max<std::int64_t>(smallest, 1)) * lot};
}

void QuotingAgents::send(Side side, OrderType type, Price price, Quantity quantity, Timestamp now) {
  NewOrder order;
  order.instrument = instrument_.id;
  order.side = side;
  order.type = type;
  order.price = price;
  order.quantity = quantity;
  const Exchange::PlaceResult placed = exchange_->place(order, now);
  if (placed.refusal == Refusal::None && type == OrderType::PostOnly &&
      exchange_->find(placed.id) != nullptr) {
    quotes(side).push_back({placed.id, price});
  }
}

/// How far a resting price lies beyond fair (positive: somebody gains by hitting it).
double QuotingAgents::wrong_side_of_fair(Side side, Price price, double fair) const noexcept {
  const double difference = static_cast<double>(price.raw) - fair;
  return side == Side::Buy ? difference : -difference;
}

}  // namespace gannet::sim
