#include "sim/okx_server/protocol/internal/market_candles.h"
#include "sim/okx_server/protocol/internal/number_text.h"
#include "sim/okx_server/protocol/internal/rest.h"

namespace gannet::okx_server {
namespace {

constexpr std::size_t kRecentBars = 1'440;  ///< the endpoints without "history" go back so far

std::optional<Timestamp> millis_of(std::string_view text) {
  const auto ms = parse_digits(text);
  if (!ms || *ms > 9'000'000'000'000ull) return std::nullopt;
  return from_unix_millis(static_cast<std::int64_t>(*ms));
}

/// Open time of the oldest bar that is still recent.
Timestamp oldest_recent(const CandleBar& bar, Timestamp now) {
  if (bar.months > 0) return Timestamp{0};
  return open_of(bar, now) - seconds(bar.seconds) * static_cast<std::int64_t>(kRecentBars - 1);
}

RestReply rows_of(const RestCall& call, InstrumentId id, CandleSource source, bool history) {
  const std::string_view name = call.param("bar");
  const auto index = find_bar(name.empty() ? "1m" : name);
  // Mark and index prices have no bars of a second.
  if (!index || (source != CandleSource::Trades && bar_at(*index).seconds == 1))
    return bad_parameter("bar");
  const CandleBar& bar = bar_at(*index);
  for (const std::string_view edge : {"after", "before"}) {
    if (!call.param(edge).empty() && !millis_of(call.param(edge))) return bad_parameter(edge);
  }
  const std::size_t most = source == CandleSource::Trades ? 300 : 100;
  const std::size_t limit = call.param("limit").empty() ? 100 : page_limit(call, most);
  const Timestamp now = call.state.exchange_time();
  auto before = millis_of(call.param("before"));
  if (!history) {
    const Timestamp edge = oldest_recent(bar, now) - nanoseconds(1);
    if (!before || *before < edge) before = edge;
  }
  const CandleSeries& series = candles_of(call.state.markets[id.value], source);
  RestReply reply;
  JsonWriter json(reply.data);
  for (const Candle& candle :
       series.candles(bar, millis_of(call.param("after")), before, limit, now))
    write_candle(json, call.state.instruments[id], source, candle,
                 end_of(bar, candle.open_time) <= now);
  return reply;
}

RestReply trade_rows(const RestCall& call, bool history) {
  RestReply reply;
  const InstrumentId id = wanted_instrument(call, reply);
  return id.valid() ? rows_of(call, id, CandleSource::Trades, history) : reply;
}

RestReply mark_rows(const RestCall& call, bool history) {
  RestReply reply;
  const InstrumentId id = wanted_instrument(call, reply);
  return id.valid() ? rows_of(call, id, CandleSource::Mark, history) : reply;
}

RestReply index_rows(const RestCall& call, bool history) {
  if (call.param("instId").empty()) return missing("instId");
  const auto found = call.state.indexes.find(call.param("instId"));
  if (found == call.state.indexes.end()) return unknown_instrument();
  return rows_of(call, found->second, CandleSource::Index, history);
}

RestReply candles(RestCall& call) { return trade_rows(call, false); }
RestReply history_candles(RestCall& call) { return trade_rows(call, true); }
RestReply mark_candles(RestCall& call) { return mark_rows(call, false); }
RestReply history_mark_candles(RestCall& call) { return mark_rows(call, true); }
RestReply index_candles(RestCall& call) { return index_rows(call, false); }
RestReply history_index_candles(RestCall& call) { return index_rows(call, true); }

constexpr LimitScope kAddress = LimitScope::Address;
constexpr Route kRoutes[] = {
    {"GET", "/api/v5/market/candles", false, false, 40, 2000, kAddress, candles},
    {"GET", "/api/v5/market/history-candles", false, false, 20, 2000, kAddress, history_candles},
    {"GET", "/api/v5/market/index-candles", false, false, 20, 2000, kAddress, index_candles},
    {"GET", "/api/v5/market/history-index-candles", false, false, 10, 2000, kAddress,
     history_index_candles},
    {"GET", "/api/v5/market/mark-price-candles", false, false, 20, 2000, kAddress, mark_candles},
    {"GET", "/api/v5/market/history-mark-price-candles", false, false, 20, 2000, kAddress,
     history_mark_candles},
};

}  // namespace

std::span<const Route> candle_routes() noexcept { return kRoutes; }

}  // namespace gannet::okx_server
