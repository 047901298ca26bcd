#include "sim/internal/quoting_agents.h"

#include <algorithm>
#include <cmath>

namespace gannet::sim {
namespace {

constexpr double kExcitementSeconds = 0.8;  ///< until it is a third of what it was
constexpr double kTakerShare = 0.16;        ///< of all acts
constexpr double kSizeTail = 1.5;  ///< exponent of large takers' sizes, as measured in real markets
constexpr double kRunTail = 1.5;   ///< and of the lengths of their runs
constexpr std::uint64_t kLongestRun = 300;

double as_double(const Decimal& decimal) noexcept {
  return static_cast<double>(decimal.mantissa) / static_cast<double>(power_of_ten(decimal.digits));
}

/// At least 1, with a power-law tail.
double pareto(Random& random, double exponent) noexcept {
  return std::pow(random.unit(), -1.0 / exponent);
}

}  // namespace

QuotingAgents::QuotingAgents(Exchange& exchange, const Instrument& instrument,
                             const SyntheticSettings& settings, std::uint64_t seed)
    : exchange_(&exchange), instrument_(instrument), settings_(settings), random_(seed) {
  settings_.paces.clear();
  settings_.instruments.clear();
  measure_units();
}

void QuotingAgents::measure_units() noexcept {
  const double contract =
      is_derivative(instrument_.kind)
          ? as_double(instrument_.contract_value) * as_double(instrument_.contract_multiplier)
          : 1.0;
  unit_notional_ = contract / static_cast<double>(power_of_ten(instrument_.quantity_digits));
}

void QuotingAgents::follow(const Instrument& now_is, Timestamp now) {
  const bool same_tick = now_is.tick_size == instrument_.tick_size;
  const bool same_sizes = now_is.lot_size == instrument_.lot_size &&
                          now_is.minimum_quantity == instrument_.minimum_quantity &&
                          now_is.contract_value == instrument_.contract_value;
  if (same_tick && same_sizes) return;
  instrument_ = now_is;
  measure_units();
  if (!same_tick) withdraw_off_grid(now);
}

void QuotingAgents::withdraw_off_grid(Timestamp now) {
  for (std::vector<Quote>& mine : quotes_) {
    std::erase_if(mine, [&](const Quote& quote) {
      if (quote.price.raw % instrument_.tick_size.raw == 0) return false;
      exchange_->cancel(kMarketUser, quote.id, CancelCause::User, now);
      return true;
    });
  }
}

void QuotingAgents::act(double fair, double nervousness, Timestamp now) {
  spacing_ = std::max(tick(), fair * 1e-5);
  if (fill_sides(fair, now)) return;
  pick_off(fair, now);
  keep_touch(fair, nervousness, now);
  const Side side = random_.chance(0.5) ? Side::Buy : Side::Sell;
  const double dice = random_.unit();
  if (dice < kTakerShare) {
    take_in_runs(now);
  } else if (dice < (quotes(side).size() < settings_.levels ? 0.64 : 0.5)) {
    quote(side, fair, ladder_distance(), now);
  } else {
    withdraw_one(side, fair, now);
  }
}

double QuotingAgents::excitement(Timestamp now) const noexcept {
  const double passed_s = static_cast<double>((now - excited_at_).count) * 1e-9;
  return excitement_ * std::exp(-passed_s / kExcitementSeconds);
}

/// A side that is thin gets more; one that is empty is all that the agents see. True: it was.
bool QuotingAgents::fill_sides(double fair, Timestamp now) {
  if (++acts_ % 4 == 0) forget_ended_quotes();
  for (const Side side : {Side::Buy, Side::Sell}) {
    if (exchange_->best(instrument_.id, side)) continue;
    build_ladder(side, fair, now);
    return true;
  }
  for (const Side side : {Side::Buy, Side::Sell}) {
    if (quotes(side).size() >= settings_.levels / 2) continue;
    for (int i = 0; i < 4; ++i) quote(side, fair, ladder_distance(), now);
  }
  return false;
}

/// A price on the wrong side of fair is money for whoever comes first: its maker, who withdraws, or
/// a taker.
void QuotingAgents::pick_off(double fair, Timestamp now) {
  for (const Side side : {Side::Buy, Side::Sell}) {
    const auto best = exchange_->best(instrument_.id, side);
    if (!best || wrong_side_of_fair(side, *best, fair) <= 0) continue;
    if (random_.chance(0.15)) take(opposite(side), fair, now);
  }
}

/// The best makers quote the ticks on both sides of fair; now and then, and when all are nervous,
/// a little further off.
void QuotingAgents::keep_touch(double fair, double nervousness, Timestamp now) {
  const double caution = std::max(1.5e-6 * fair - tick(), 0.0) / 2;
  const double width =
      random_.chance(0.04 * nervousness) ? caution + tick() * random_.waiting(0.8) : caution;
  const double bid = std::floor((fair - width) / tick()) * tick();
  const double ask = std::max(std::ceil((fair + width) / tick()) * tick(), bid + tick());
  withdraw_stale(Side::Buy, bid, now);
  withdraw_stale(Side::Sell, ask, now);
  for (const auto& [side, touch] : {std::pair{Side::Buy, bid}, std::pair{Side::Sell, ask}}) {
    const auto best = exchange_->best(instrument_.id, side);
    const bool behind = !best || wrong_side_of_fair(side, *best, touch) < 0;
    if (behind) quote_at(side, touch, settings_.level_notional * 0.5, now);
  }
}

/// Quotes better than the touch.
void QuotingAgents::withdraw_stale(Side side, double touch, Timestamp now) {
  const auto best = exchange_->best(instrument_.id, side);
  if (!best || wrong_side_of_fair(side, *best, touch) <= 0) return;
  std::vector<Quote>& mine = quotes(side);
  for (std::size_t i = 0; i < mine.size();) {
    if (wrong_side_of_fair(side, mine[i].price, touch) <= 0) {
      ++i;
      continue;
    }
    exchange_->cancel(kMarketUser, mine[i].id, CancelCause::User, now);
    mine[i] = mine.back();
    mine.pop_back();
  }
}

void QuotingAgents::take_in_runs(Timestamp now) {
  if (run_left_ == 0) {
    run_side_ = random_.chance(0.5) ? Side::Buy : Side::Sell;
    run_left_ = std::min(static_cast<std::uint64_t>(pareto(random_, kRunTail)), kLongestRun);
  }
  --run_left_;
  const double rate = std::max(settings_.events_per_second, 1e-3);
  const double jump = kMeanExcitement / (kTakerShare * rate * kExcitementSeconds);
  excitement_ = std::min(excitement(now) + jump, 20.0);
  excited_at_ = now;
  const auto best = exchange_->best(instrument_.id, opposite(run_side_));
  if (!best) return;
  const double slack = random_.chance(0.7) ? 0 : spacing_ * random_.waiting(1);
  take(run_side_,
       run_side_ == Side::Buy ? static_cast<double>(best->raw) + slack
                              : static_cast<double>(best->raw) - slack,
       now);
}

double QuotingAgents::ladder_distance() {
  return spacing_ * random_.waiting(static_cast<double>(settings_.levels) / 3);
}

void QuotingAgents::build_ladder(Side side, double fair, Timestamp now) {
  double distance = tick() * 0.5;
  for (std::size_t i = 0; i < settings_.levels; ++i) {
    quote(side, fair, distance, now);
    distance += spacing_ * (0.5 + random_.unit());
  }
}

void QuotingAgents::quote(Side side, double fair, double distance, Timestamp now) {
  // Deeper levels are thicker, as in real books.
  const double depth = distance / (spacing_ * static_cast<double>(settings_.levels));
  quote_at(side, side == Side::Buy ? fair - distance : fair + distance,
           settings_.level_notional * (0.4 + 2 * std::min(depth, 3.0)), now);
}

void QuotingAgents::quote_at(Side side, double wanted, double typical_notional, Timestamp now) {
  const double steps = wanted / tick();
  const double grid = side == Side::Buy ? std::floor(steps) : std::ceil(steps);
  const Price price{std::max<std::int64_t>(static_cast<std::int64_t>(grid), 1) *
                    instrument_.tick_size.raw};
  send(side, OrderType::PostOnly, price, maker_quantity(typical_notional, wanted), now);
}

void QuotingAgents::withdraw_one(Side side, double fair, Timestamp now) {
  std::vector<Quote>& mine = quotes(side);
  if (mine.empty()) return;
  std::size_t chosen = random_.below(mine.size());
  if (random_.chance(0.3)) {
    // The farthest: the ladder follows the price.
    for (std::size_t i = 0; i < mine.size(); ++i) {
      if (wrong_side_of_fair(side, mine[i].price, fair) <
          wrong_side_of_fair(side, mine[chosen].price, fair)) {
        chosen = i;
      }
    }
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
  const double steps = limit / tick();
  const double grid = side == Side::Buy ? std::floor(steps) : std::ceil(steps);
  const Price price{std::max<std::int64_t>(static_cast<std::int64_t>(grid), 1) *
                    instrument_.tick_size.raw};
  send(side, OrderType::ImmediateOrCancel, price, taker_quantity(limit), now);
}

Quantity QuotingAgents::maker_quantity(double typical_notional, double price) {
  return lots_for(typical_notional * std::exp(random_.normal() - 0.5), price);
}

/// Mostly small, now and then very large.
Quantity QuotingAgents::taker_quantity(double price) {
  const double notional = settings_.level_notional * 0.02 * std::exp(0.5 * random_.normal()) *
                          std::min(pareto(random_, kSizeTail), 2'000.0);
  return lots_for(notional, price);
}

Quantity QuotingAgents::lots_for(double notional, double price) const noexcept {
  const double of_one = price / static_cast<double>(power_of_ten(instrument_.price_digits));
  const bool inverse = instrument_.contract == ContractKind::Inverse;
  const double raw = notional / (unit_notional_ * (inverse ? 1.0 : std::max(of_one, 1e-18)));
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
