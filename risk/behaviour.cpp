#include "risk/behaviour.h"

#include <algorithm>

namespace gannet::risk {
namespace {

std::size_t side_key(StrategyId strategy, InstrumentId instrument, Side side,
                     std::size_t instruments) noexcept {
  return (strategy.value * instruments + instrument.value) * 2 + (side == Side::Sell ? 1 : 0);
}

/// |a - b| / b in millionths, rounded down. Requires b > 0.
Int128 distance_ppm(std::int64_t a, std::int64_t b) noexcept {
  const Int128 distance = a > b ? Int128{a} - b : Int128{b} - a;
  return distance * 1'000'000 / b;
}

/// Whether that is more; without a division, for every tick asks.
bool is_further(std::int64_t a, std::int64_t b, std::uint32_t ppm) noexcept {
  const Int128 distance = a > b ? Int128{a} - b : Int128{b} - a;
  return distance * 1'000'000 > Int128{b} * ppm;
}

}  // namespace

std::uint32_t RecentTimes::note(std::size_t key, Nanos window, Timestamp now) noexcept {
  Row& row = rows_[key];
  Timestamp* const ring = &times_[key * capacity_];
  const auto capacity = static_cast<std::uint32_t>(capacity_);
  const auto drop_oldest = [&] {
    row.begin = row.begin + 1 == capacity ? 0 : row.begin + 1;
    --row.size;
  };
  while (row.size > 0 && now - ring[row.begin] >= window) drop_oldest();
  if (row.size == capacity) drop_oldest();
  ring[(row.begin + row.size) % capacity] = now;
  return ++row.size;
}

std::optional<Finding> RepeatedExecutions::on_executed(StrategyId strategy, InstrumentId instrument,
                                                       Side side, Price price,
                                                       Timestamp now) noexcept {
  if (rule_.mode == RuleMode::Off || price.raw <= 0) return std::nullopt;
  const std::size_t key = side_key(strategy, instrument, side, instruments_);
  Price& anchor = anchors_[key];
  if (anchor.raw <= 0 || is_further(price.raw, anchor.raw, rule_.price_band_ppm)) {
    anchor = price;
    times_.clear(key);
  }
  const std::uint32_t count = times_.note(key, rule_.window, now);
  if (count == 1) anchor = price;  // the run before it is over
  if (count <= rule_.count_max) return std::nullopt;
  return Finding{DenialReason::RepeatedExecution, rule_.count_max, count};
}

void RepeatedExecutions::forget(StrategyId strategy) noexcept {
  const std::size_t first = strategy.value * instruments_ * 2;
  for (std::size_t key = first; key < first + instruments_ * 2; ++key) times_.clear(key);
}

bool UnacknowledgedIntents::is_like(const Entry& entry, const OrderIntent& intent) noexcept {
  return entry.instrument == intent.instrument && entry.side == intent.side &&
         entry.kind == intent.kind && entry.price == intent.price &&
         entry.quantity == intent.quantity && entry.quote_quantity == intent.quote_quantity;
}

bool UnacknowledgedIntents::has_twin(const OrderIntent& intent) const noexcept {
  return std::ranges::any_of(by_strategy_[intent.strategy.value],
                             [&](const Entry& entry) { return is_like(entry, intent); });
}

void UnacknowledgedIntents::on_sent(ClientOrderId id, const OrderIntent& intent) noexcept {
  auto& entries = by_strategy_[intent.strategy.value];
  if (entries.full()) entries.erase(0);
  entries.push({id, intent.instrument, intent.price, intent.quantity, intent.quote_quantity,
                intent.side, intent.kind});
}

void UnacknowledgedIntents::on_settled(StrategyId strategy, ClientOrderId id) noexcept {
  auto& entries = by_strategy_[strategy.value];
  for (std::size_t i = 0; i < entries.size(); ++i) {
    if (entries[i].id == id) return entries.erase(i);
  }
}

bool RejectStorms::counts(VenueReason reason) noexcept {
  switch (reason) {
    case VenueReason::OrderGone:          // a cancel or amend that lost its race
    case VenueReason::PostOnlyWouldTake:  // what post-only is for
    case VenueReason::RateLimited:        // the limiter's business
    case VenueReason::AccountRateLimited:
    case VenueReason::VenueUnavailable:  // the venue's trouble
    case VenueReason::VenueBusy:
    case VenueReason::OutcomeUnknown:
    case VenueReason::RequestExpired:
      return false;
    default:
      return true;
  }
}

std::optional<Finding> RejectStorms::on_rejected(StrategyId strategy, VenueReason reason,
                                                 std::int32_t code, Timestamp now) noexcept {
  if (rule_.mode == RuleMode::Off || !counts(reason)) return std::nullopt;
  Run& run = runs_[strategy.value];
  if (run.length == 0 || run.reason != reason || run.code != code) run = {reason, code, 0};
  ++run.length;
  const std::uint32_t in_minute = times_.note(strategy.value, seconds(60), now);
  if (run.length >= rule_.identical_max)
    return Finding{DenialReason::RejectStorm, rule_.identical_max, run.length};
  if (in_minute > rule_.per_minute_max)
    return Finding{DenialReason::RejectStorm, rule_.per_minute_max, in_minute};
  return std::nullopt;
}

void RejectStorms::forget(StrategyId strategy) noexcept {
  runs_[strategy.value] = {};
  times_.clear(strategy.value);
}

void OrderRatios::on_placed(StrategyId strategy, Timestamp now) noexcept {
  Counts& counts = current(strategy, now);
  ++counts.requests;
  ++counts.orders;
}

void OrderRatios::on_amended(StrategyId strategy, Timestamp now) noexcept {
  ++current(strategy, now).requests;
}

void OrderRatios::on_cancelled(StrategyId strategy, Timestamp now) noexcept {
  Counts& counts = current(strategy, now);
  ++counts.requests;
  ++counts.cancels;
}

void OrderRatios::on_traded(StrategyId strategy, Timestamp now) noexcept {
  ++current(strategy, now).traded;
}

OrderRatios::Counts& OrderRatios::current(StrategyId strategy, Timestamp now) noexcept {
  Row& row = rows_[strategy.value];
  const Nanos half{rule_.window.count / 2};
  if (row.since.nanos == 0) row.since = now;
  if (now - row.since >= half) {
    const bool is_long_ago = now - row.since >= rule_.window;
    row.before = is_long_ago ? Counts{} : row.current;
    row.current = {};
    row.since = now;
  }
  return row.current;
}

OrderRatios::Counts OrderRatios::counts(StrategyId strategy) const noexcept {
  const Row& row = rows_[strategy.value];
  return {row.current.requests + row.before.requests, row.current.orders + row.before.orders,
          row.current.cancels + row.before.cancels, row.current.traded + row.before.traded};
}

std::optional<Finding> OrderRatios::check(StrategyId strategy, Timestamp now) noexcept {
  if (rule_.mode == RuleMode::Off) return std::nullopt;
  current(strategy, now);  // what is too old is gone
  const Counts sum = counts(strategy);
  const std::uint64_t traded = std::max<std::uint64_t>(sum.traded, 1);
  if (sum.requests > traded * rule_.ratio_max) {
    return Finding{DenialReason::TooManyRequestsForFills, rule_.ratio_max,
                   static_cast<Int128>(sum.requests / traded)};
  }
  // A ratio of few orders says nothing.
  constexpr std::uint64_t kFewOrders = 100;
  if (!rule_.cancel_ratio_max_ppm || sum.orders < kFewOrders) return std::nullopt;
  const std::uint64_t ratio = sum.cancels * 1'000'000 / sum.orders;
  if (ratio <= *rule_.cancel_ratio_max_ppm) return std::nullopt;
  return Finding{DenialReason::TooManyCancelsForOrders, *rule_.cancel_ratio_max_ppm,
                 static_cast<Int128>(ratio)};
}

bool MarketSanity::on_best(InstrumentId instrument, Price bid, Price ask,
                           std::optional<Price> index, Timestamp now) noexcept {
  if (rule_.mode == RuleMode::Off || bid.raw <= 0 || ask.raw <= 0) return false;
  Market& market = markets_[instrument.value];
  const bool was_suspect = market.finding.has_value();
  market.finding.reset();
  if (bid >= ask) {
    market.finding = Finding{DenialReason::MarketCrossed, ask.raw, bid.raw};
    return !was_suspect;
  }
  const std::int64_t spread = ask.raw - bid.raw;
  const std::int64_t mid = bid.raw + spread / 2;
  if (market.jumped.nanos != 0 && now - market.jumped >= rule_.settle) {
    market.jumped = {};
    market.anchor = mid;
  }
  if (market.jumped.nanos == 0 && market.anchor != 0 &&
      is_further(mid, market.anchor, rule_.jump_ppm)) {
    market.jumped = now;
    market.jump = distance_ppm(mid, market.anchor);
  }
  if (market.jumped.nanos != 0)
    market.finding = Finding{DenialReason::MarketJumped, rule_.jump_ppm, market.jump};
  const Int128 widest = Int128{market.median_spread} * rule_.spread_ratio_max;
  if (!market.finding && market.median_spread != 0 && spread > widest)
    market.finding = Finding{DenialReason::SpreadTooWide, widest, spread};
  if (!market.finding && index && index->raw > 0 &&
      is_further(mid, index->raw, rule_.index_divergence_ppm)) {
    market.finding = Finding{DenialReason::MarketFarFromIndex, rule_.index_divergence_ppm,
                             distance_ppm(mid, index->raw)};
  }
  sample(market, mid, spread, now);
  return market.finding && !was_suspect;
}

/// Once a second: where a jump is measured from, and one spread more for the median.
void MarketSanity::sample(Market& market, std::int64_t mid, std::int64_t spread,
                          Timestamp now) noexcept {
  if (market.anchor != 0 && now - market.sampled < seconds(1)) return;
  market.sampled = now;
  if (market.jumped.nanos == 0) market.anchor = mid;
  market.spreads[market.next_spread] = spread;
  market.next_spread = static_cast<std::uint32_t>((market.next_spread + 1) % kSpreads);
  market.spread_count = std::min(market.spread_count + 1, static_cast<std::uint32_t>(kSpreads));
  constexpr std::uint32_t kFewSpreads = 10;
  if (market.spread_count < kFewSpreads) return;
  auto sorted = market.spreads;
  const auto middle = sorted.begin() + market.spread_count / 2;
  std::nth_element(sorted.begin(), middle, sorted.begin() + market.spread_count);
  market.median_spread = *middle;
}

void MarketSanity::on_withdrawn(InstrumentId instrument) noexcept {
  Market& market = markets_[instrument.value];
  market.anchor = 0;
  market.jumped = {};
  market.finding.reset();
}

std::optional<Finding> MarketSanity::finding(InstrumentId instrument,
                                             Timestamp now) const noexcept {
  const Market& market = markets_[instrument.value];
  if (!market.finding || rule_.mode == RuleMode::Off) return std::nullopt;
  const bool has_settled =
      market.finding->reason == DenialReason::MarketJumped && now - market.jumped >= rule_.settle;
  return has_settled ? std::nullopt : market.finding;
}

}  // namespace gannet::risk
