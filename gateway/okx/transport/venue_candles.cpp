#include "gateway/okx/transport/venue_candles.h"

#include <optional>
#include <ranges>
#include <string>
#include <string_view>
#include <utility>

#include "base/clock.h"
#include "gateway/okx/protocol/candle_bars.h"
#include "gateway/okx/protocol/lenient_number.h"
#include "gateway/okx/protocol/rest_questions.h"

namespace gannet::okx {
namespace {

CandlesOf candles_of(CandleEvent::Kind kind) noexcept {
  switch (kind) {
    case CandleEvent::Kind::Trade:
      return CandlesOf::Trades;
    case CandleEvent::Kind::Mark:
      return CandlesOf::Mark;
    case CandleEvent::Kind::Index:
      return CandlesOf::Index;
  }
  std::unreachable();
}

/// In the instrument's units: mark and index prices carry more decimals, so rounded to the nearest.
std::optional<std::int64_t> units_of(const Decimal& value, int digits) {
  const auto units = rounded_units(to_string(value), digits, Rounding::Nearest);
  return units ? std::optional(*units) : std::nullopt;
}

std::optional<CandleEvent> event_of(const CandleRow& row, const CandleRequest& request,
                                    const InstrumentCode& code, Timestamp now) {
  CandleEvent event;
  event.instrument = request.instrument;
  event.kind = request.kind;
  event.complete = row.closed;
  event.warm_up = true;
  event.period = request.period;
  event.open_time = row.open_time;
  event.receive_time = now;
  const auto open = units_of(row.open, code.price_digits);
  const auto high = units_of(row.high, code.price_digits);
  const auto low = units_of(row.low, code.price_digits);
  const auto close = units_of(row.close, code.price_digits);
  const auto volume = units_of(row.volume.value_or(Decimal{}), code.quantity_digits);
  if (!open || !high || !low || !close || !volume) return std::nullopt;
  event.open = {*open};
  event.high = {*high};
  event.low = {*low};
  event.close = {*close};
  event.volume = {*volume};
  return event;
}

}  // namespace

std::expected<std::vector<CandleEvent>, Error> VenueCandles::candles(const CandleRequest& request) {
  const InstrumentCode* const code = codes_.find(request.instrument);
  const std::string_view bar = candle_bar_of(request.period);
  if (code == nullptr || bar.empty()) {
    return std::unexpected(Error{"the venue has no candles of that instrument or length"});
  }
  const bool index = request.kind == CandleEvent::Kind::Index;
  const std::string_view name = index ? code->index.view() : code->name.view();
  // One more than wanted: the newest is still running.
  auto answer = reader_.read<CandleRow>(
      ask_candles(candles_of(request.kind), name, bar, {}, {}, std::size_t{request.count} + 1));
  if (!answer.outcome.complete()) {
    return std::unexpected(Error{std::move(answer.outcome.message)});
  }
  std::vector<CandleEvent> events;
  const Timestamp now = wall_clock_now();
  std::erase_if(answer.rows, [](const CandleRow& row) { return !row.closed; });
  if (answer.rows.size() > request.count) answer.rows.resize(request.count);
  for (const CandleRow& row : answer.rows | std::views::reverse) {
    if (auto event = event_of(row, request, *code, now)) events.push_back(*event);
  }
  return events;
}

}  // namespace gannet::okx
