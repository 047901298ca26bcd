#include "sim/okx_server/protocol/internal/rsi_start.h"

#include <algorithm>
#include <array>
#include <utility>

#include "sim/okx_server/protocol/internal/algo_members.h"
#include "sim/okx_server/protocol/internal/candle_bars.h"
#include "sim/okx_server/protocol/internal/json_reader.h"
#include "sim/okx_server/protocol/internal/market_candles.h"
#include "sim/okx_server/protocol/internal/number_text.h"

namespace gannet::okx_server {
namespace {

constexpr std::array<std::string_view, 7> kFrames{"3m", "5m", "15m", "30m", "1H", "4H", "1D"};
constexpr std::array<std::pair<std::string_view, sim::RsiStart::When>, 5> kConditions{{
    {"cross_up", sim::RsiStart::When::CrossUp},
    {"cross_down", sim::RsiStart::When::CrossDown},
    {"cross", sim::RsiStart::When::Cross},
    {"above", sim::RsiStart::When::Above},
    {"below", sim::RsiStart::When::Below},
}};
constexpr int kUsualPeriod = 14;
constexpr int kLongestPeriod = 100;
// Periods that are read: the first mean is forgotten by then. At most as many candles as a client
// may ask for at once.
constexpr std::size_t kSmoothing = 8;
constexpr std::size_t kMostCandles = 300;

bool is_met(const sim::RsiStart& start, double before, double now) noexcept {
  const auto line = static_cast<double>(start.threshold);
  const bool up = before < line && now >= line;
  const bool down = before > line && now <= line;
  switch (start.when) {
    case sim::RsiStart::When::CrossUp:
      return up;
    case sim::RsiStart::When::CrossDown:
      return down;
    case sim::RsiStart::When::Cross:
      return up || down;
    case sim::RsiStart::When::Above:
      return now > line;
    case sim::RsiStart::When::Below:
      return now < line;
  }
  return false;
}

/// The index at the newest closed candle and the one before it; nothing while there are too few.
std::optional<std::pair<double, double>> strengths(const ServerState& state,
                                                   InstrumentId instrument,
                                                   const sim::RsiStart& start, Timestamp open) {
  const CandleSeries& series = candles_of(state.markets[instrument.value], CandleSource::Trades);
  const auto period = static_cast<std::size_t>(start.period);
  const std::vector<Candle> candles =
      series.candles(bar_at(start.bar), open, std::nullopt,
                     std::min(period * kSmoothing + 2, kMostCandles), state.exchange_time());
  if (candles.size() < period + 2) return std::nullopt;
  std::vector<double> closes;
  for (auto candle = candles.rbegin(); candle != candles.rend(); ++candle)
    closes.push_back(static_cast<double>(candle->close.raw));
  const double now = relative_strength(closes, start.period);
  closes.pop_back();
  return std::pair{relative_strength(closes, start.period), now};
}

}  // namespace

Verdict take_rsi_start(simdjson::dom::object item, std::optional<sim::RsiStart>& start) {
  sim::RsiStart wanted;
  const std::string_view frame = text_or_empty(item, "timeframe");
  if (frame.empty()) return empty_member("timeframe");
  const auto bar = find_bar(frame);
  if (!bar || std::ranges::find(kFrames, frame) == kFrames.end()) return bad_member("timeframe");
  wanted.bar = *bar;
  const std::string_view threshold = text_or_empty(item, "thold");
  if (threshold.empty()) return empty_member("thold");
  const auto line = parse_digits(threshold);
  if (!line || *line < 1 || *line > 100) return bad_member("thold");
  wanted.threshold = static_cast<int>(*line);
  wanted.period = kUsualPeriod;
  if (const std::string_view text = text_or_empty(item, "timePeriod"); !text.empty()) {
    const auto period = parse_digits(text);
    if (!period || *period < 1 || *period > kLongestPeriod) return bad_member("timePeriod");
    wanted.period = static_cast<int>(*period);
  }
  const std::string_view condition = text_or_empty(item, "triggerCond");
  if (condition.empty()) return empty_member("triggerCond");
  const auto known = std::ranges::find(kConditions, condition,
                                       &std::pair<std::string_view, sim::RsiStart::When>::first);
  if (known == kConditions.end()) return bad_member("triggerCond");
  wanted.when = known->second;
  start = wanted;
  return {};
}

void write_rsi_start(JsonWriter& json, const sim::RsiStart& start) {
  for (const auto& [name, when] : kConditions) {
    if (when == start.when) json.field("triggerCond", name);
  }
  json.field("timeframe", bar_at(start.bar).name)
      .field("thold", std::to_string(start.threshold))
      .field("timePeriod", std::to_string(start.period));
}

double relative_strength(const std::vector<double>& closes, int period) noexcept {
  const auto count = static_cast<double>(period);
  double gain = 0;
  double loss = 0;
  for (std::size_t i = 1; i < closes.size(); ++i) {
    const double step = closes[i] - closes[i - 1];
    const double up = std::max(step, 0.0);
    const double down = std::max(-step, 0.0);
    if (i <= static_cast<std::size_t>(period)) {
      gain += up / count;
      loss += down / count;
    } else {
      gain = (gain * (count - 1) + up) / count;
      loss = (loss * (count - 1) + down) / count;
    }
  }
  if (gain + loss <= 0) return 50;
  return 100 * gain / (gain + loss);
}

void begin_by_rsi(ServerState& state) {
  std::erase_if(state.rsi_starts, [&](RsiWait& waiting) {
    const sim::AlgoView* const algo = state.algos->find(waiting.algo);
    if (algo == nullptr || algo->state != sim::AlgoState::Live || !algo->terms.slices.rsi)
      return true;
    const sim::RsiStart& start = *algo->terms.slices.rsi;
    const Timestamp open = open_of(bar_at(start.bar), state.exchange_time());
    if (waiting.looked_at == open) return false;
    waiting.looked_at = open;
    const auto index = strengths(state, algo->terms.instrument, start, open);
    if (!index || !is_met(start, index->first, index->second)) return false;
    state.algos->begin(waiting.algo);
    return true;
  });
}

}  // namespace gannet::okx_server
