#include <algorithm>
#include <limits>

#include "sim/okx_server/protocol/internal/market_candles.h"
#include "sim/okx_server/protocol/internal/market_push.h"
#include "sim/okx_server/protocol/internal/names.h"
#include "sim/okx_server/protocol/internal/number_text.h"
#include "sim/okx_server/protocol/internal/rest.h"
#include "sim/okx_server/protocol/internal/valuation.h"

namespace gannet::okx_server {
namespace {

/// `sz` of a book, 1 when absent; nothing if it is out of range.
std::optional<std::size_t> wanted_depth(const RestCall& call, std::uint64_t most) {
  if (call.param("sz").empty()) return 1;
  const auto wanted = parse_digits(call.param("sz"));
  if (!wanted || *wanted < 1 || *wanted > most) return std::nullopt;
  return static_cast<std::size_t>(*wanted);
}

RestReply book_of(const RestCall& call, std::optional<std::size_t> depth) {
  RestReply reply;
  const InstrumentId id = wanted_instrument(call, reply);
  if (!id.valid()) return reply;
  if (!depth) return bad_parameter("sz");
  const BookStream& stream = book_for_rest(call.state, id);
  const Instrument& instrument = call.state.instruments[id];
  JsonWriter json(reply.data);
  json.begin_object().key("asks");
  write_levels(json, instrument, stream.asks, *depth);
  json.key("bids");
  write_levels(json, instrument, stream.bids, *depth);
  json.field("ts", millis_text(call.state.now)).number("seqId", stream.sequence).end_object();
  return reply;
}

RestReply books(RestCall& call) { return book_of(call, wanted_depth(call, 400)); }

/// Named in one sentence of OKX's pages, called by some clients; 25 levels, our choice.
RestReply books_lite(RestCall& call) { return book_of(call, 25); }

enum class LevelShape : std::uint8_t { Full, Consolidated };

void write_side(JsonWriter& json, const Instrument& instrument,
                const std::vector<BookLevel>& levels, LevelShape shape) {
  json.begin_array();
  for (const BookLevel& level : levels) {
    const std::string quantity = quantity_text(instrument, level.quantity);
    json.begin_array().string(price_text(instrument, level.price)).string(quantity);
    // Nobody rests retail orders here: all of the level is organic.
    if (shape == LevelShape::Consolidated) json.string(quantity);
    json.string(std::to_string(level.orders)).end_array();
  }
  json.end_array();
}

RestReply deep_book(const RestCall& call, std::uint64_t most, LevelShape shape) {
  RestReply reply;
  const InstrumentId id = wanted_instrument(call, reply);
  if (!id.valid()) return reply;
  const auto depth = wanted_depth(call, most);
  if (!depth) return bad_parameter("sz");
  const Instrument& instrument = call.state.instruments[id];
  const BookMirror& book = call.state.markets[id.value].book;
  JsonWriter json(reply.data);
  json.begin_object().key("asks");
  write_side(json, instrument, book.top(Side::Sell, *depth), shape);
  json.key("bids");
  write_side(json, instrument, book.top(Side::Buy, *depth), shape);
  json.field("ts", millis_text(call.state.now));
  if (shape == LevelShape::Consolidated)
    json.number("seqId", call.state.markets[id.value].sequence);
  json.end_object();
  return reply;
}

RestReply books_full(RestCall& call) { return deep_book(call, 5000, LevelShape::Full); }
RestReply books_rpi(RestCall& call) { return deep_book(call, 400, LevelShape::Consolidated); }

RestReply ticker(RestCall& call) {
  RestReply reply;
  const InstrumentId id = wanted_instrument(call, reply);
  if (!id.valid()) return reply;
  JsonWriter json(reply.data);
  write_ticker(json, call.state, id);
  return reply;
}

RestReply tickers(RestCall& call) {
  if (call.param("instType").empty()) return missing("instType");
  const auto kind = parse_instrument_kind(call.param("instType"));
  if (!kind || *kind == InstrumentKind::Margin) return bad_parameter("instType");
  RestReply reply;
  JsonWriter json(reply.data);
  for (const Instrument& instrument : call.state.instruments) {
    if (inside_market_filter(call, instrument)) write_ticker(json, call.state, instrument.id);
  }
  return reply;
}

RestReply index_tickers(RestCall& call) {
  const std::string_view name = call.param("instId");
  const std::string_view quote = call.param("quoteCcy");
  if (name.empty() && quote.empty())
    return refusal("50015", "Either parameter quoteCcy or instId is required", 400);
  RestReply reply;
  JsonWriter json(reply.data);
  std::string suffix(1, '-');
  suffix += quote;
  for (const auto& [index, id] : call.state.indexes) {
    if (!name.empty() && index != name) continue;
    if (!quote.empty() && !index.ends_with(suffix)) continue;
    write_index_ticker(json, call.state, index, id);
  }
  if (reply.data.empty() && !name.empty()) return unknown_instrument();
  return reply;
}

void write_trade_row(JsonWriter& json, const RestCall& call, const Instrument& instrument,
                     const sim::PublicTrade& trade) {
  json.begin_object()
      .field("instId", instrument.name.view())
      .field("tradeId", std::to_string(trade.id.value))
      .field("px", price_text(instrument, trade.price))
      .field("sz", quantity_text(instrument, trade.quantity))
      .field("side", name_of(trade.aggressor))
      .field("source", "0")
      .field("ts", millis_text(call.state.wall_time(trade.time)))
      .end_object();
}

RestReply trades(RestCall& call) {
  RestReply reply;
  const InstrumentId id = wanted_instrument(call, reply);
  if (!id.valid()) return reply;
  std::size_t left = call.param("limit").empty() ? 100 : page_limit(call, 500);
  const auto& recent = call.state.markets[id.value].recent_trades;
  JsonWriter json(reply.data);
  for (auto trade = recent.rbegin(); trade != recent.rend() && left > 0; ++trade, --left)
    write_trade_row(json, call, call.state.instruments[id], *trade);
  return reply;
}

/// Paged by trade id, or by time with type 2 (older pages alone). The newest thousand are kept.
RestReply history_trades(RestCall& call) {
  RestReply reply;
  const InstrumentId id = wanted_instrument(call, reply);
  if (!id.valid()) return reply;
  const std::string_view type = call.param("type");
  if (!type.empty() && type != "1" && type != "2") return bad_parameter("type");
  const bool by_time = type == "2";
  if (by_time && !call.param("before").empty())
    return refusal("50039", "Parameter before is not supported for pagination by timestamp");
  for (const std::string_view edge : {"after", "before"}) {
    if (!call.param(edge).empty() && !parse_digits(call.param(edge))) return bad_parameter(edge);
  }
  std::size_t left = page_limit(call, 100);
  const auto& recent = call.state.markets[id.value].recent_trades;
  JsonWriter json(reply.data);
  for (auto trade = recent.rbegin(); trade != recent.rend() && left > 0; ++trade) {
    const std::int64_t key =
        by_time ? to_unix_millis(call.state.wall_time(trade->time)) : trade->id.value;
    if (!inside_page(call, static_cast<std::uint64_t>(key))) continue;
    write_trade_row(json, call, call.state.instruments[id], *trade);
    --left;
  }
  return reply;
}

RestReply index_components(RestCall& call) {
  const std::string_view name = call.param("index");
  if (name.empty()) return missing("index");
  const auto found = call.state.indexes.find(name);
  if (found == call.state.indexes.end()) return unknown_instrument();
  const Instrument& instrument = call.state.instruments[found->second];
  const std::string price = price_text(instrument, index_price(call.state, found->second));
  std::string symbol(name);
  std::ranges::replace(symbol, '-', '/');
  RestReply reply;
  reply.data_is_object = true;
  JsonWriter json(reply.data);
  json.begin_object().key("components").begin_array();
  // Two venues that agree: the index has one price here.
  for (const std::string_view venue : {"OKX", "Simulated"})
    json.begin_object()
        .field("symbol", symbol)
        .field("symPx", price)
        .field("wgt", "0.500")
        .field("cnvPx", price)
        .field("exch", venue)
        .end_object();
  json.end_array()
      .field("last", price)
      .field("index", name)
      .field("ts", millis_text(call.state.now))
      .end_object();
  return reply;
}

constexpr double kYuanPerDollar = 7.1;

RestReply platform_volume(RestCall& call) {
  double dollars = 0;
  for (const Instrument& instrument : call.state.instruments) {
    if (!call.state.listed(instrument.id)) continue;
    const auto day =
        call.state.markets[instrument.id.value].trade_candles.day(call.state.exchange_time());
    if (!day) continue;
    const Quantity volume{static_cast<std::int64_t>(
        std::min<__int128>(day->volume, std::numeric_limits<std::int64_t>::max()))};
    dollars += notional_usd(call.state, instrument, day->close, volume);
  }
  RestReply reply;
  JsonWriter json(reply.data);
  json.begin_object()
      .field("volCny", estimate_text(dollars * kYuanPerDollar))
      .field("volUsd", estimate_text(dollars))
      .field("ts", millis_text(call.state.now))
      .end_object();
  return reply;
}

RestReply exchange_rate(RestCall&) {
  RestReply reply;
  JsonWriter json(reply.data);
  json.begin_object().field("usdCny", estimate_text(kYuanPerDollar)).end_object();
  return reply;
}

/// Nobody trades blocks here.
RestReply block_tickers(RestCall& call) {
  if (call.param("instType").empty()) return missing("instType");
  return {};
}
RestReply block_ticker(RestCall& call) {
  RestReply reply;
  wanted_instrument(call, reply);
  return reply;
}

RestReply call_auction(RestCall& call) {
  RestReply reply;
  const InstrumentId id = wanted_instrument(call, reply);
  if (!id.valid()) return reply;
  JsonWriter json(reply.data);
  json.begin_object()
      .field("instId", call.state.instruments[id].name.view())
      .blank("eqPx", "matchedSz", "unmatchedSz", "auctionEndTime")
      .field("state", "continuous_trading")
      .field("ts", millis_text(call.state.now))
      .end_object();
  return reply;
}

constexpr LimitScope kAddress = LimitScope::Address;
constexpr Route kRoutes[] = {
    {"GET", "/api/v5/market/books", false, false, 40, 2000, kAddress, books},
    {"GET", "/api/v5/market/books-lite", false, false, 6, 1000, kAddress, books_lite},
    {"GET", "/api/v5/market/books-full", false, false, 10, 2000, kAddress, books_full},
    {"GET", "/api/v5/market/books-rpi", false, false, 20, 2000, kAddress, books_rpi},
    {"GET", "/api/v5/market/ticker", false, false, 20, 2000, kAddress, ticker},
    {"GET", "/api/v5/market/tickers", false, false, 20, 2000, kAddress, tickers},
    {"GET", "/api/v5/market/index-tickers", false, false, 20, 2000, kAddress, index_tickers},
    {"GET", "/api/v5/market/trades", false, false, 100, 2000, kAddress, trades},
    {"GET", "/api/v5/market/history-trades", false, false, 20, 2000, kAddress, history_trades},
    {"GET", "/api/v5/market/index-components", false, false, 20, 2000, kAddress, index_components},
    {"GET", "/api/v5/market/platform-24-volume", false, false, 2, 2000, kAddress, platform_volume},
    {"GET", "/api/v5/market/exchange-rate", false, false, 1, 2000, kAddress, exchange_rate},
    {"GET", "/api/v5/market/block-tickers", false, false, 20, 2000, kAddress, block_tickers},
    {"GET", "/api/v5/market/block-ticker", false, false, 20, 2000, kAddress, block_ticker},
    {"GET", "/api/v5/market/call-auction-details", false, false, 20, 2000, kAddress, call_auction},
};

}  // namespace

std::span<const Route> market_routes() noexcept { return kRoutes; }

}  // namespace gannet::okx_server
