#include <algorithm>

#include "sim/okx_server/protocol/internal/market_push.h"
#include "sim/okx_server/protocol/internal/names.h"
#include "sim/okx_server/protocol/internal/number_text.h"
#include "sim/okx_server/protocol/internal/rest.h"

namespace gannet::okx_server {
namespace {

RestReply unknown_instrument() {
  return refusal("51001", "Instrument ID, instrument ID code or spread ID does not exist");
}

/// The instrument that `instId` names; invalid with a refusal in `reply`.
InstrumentId wanted_instrument(const RestCall& call, RestReply& reply) {
  const std::string_view name = call.param("instId");
  if (name.empty()) {
    reply = missing("instId");
    return {};
  }
  const InstrumentId id = call.state.find_instrument(name);
  if (!id.valid()) reply = unknown_instrument();
  return id;
}

/// One row for each listed instrument inside the filter.
template <class Write>
RestReply rows_of_instruments(const RestCall& call, Write&& write) {
  RestReply reply;
  JsonWriter json(reply.data);
  for (const Instrument& instrument : call.state.instruments) {
    if (!call.state.listed(instrument.id) || !inside_filter(call, instrument.id)) continue;
    write(json, instrument.id);
  }
  if (reply.data.empty() && !call.param("instId").empty()) return unknown_instrument();
  return reply;
}

RestReply time(RestCall& call) {
  RestReply reply;
  JsonWriter json(reply.data);
  json.begin_object().field("ts", millis_text(call.state.now)).end_object();
  return reply;
}

RestReply instruments_with(RestCall& call, bool account) {
  if (call.param("instType").empty()) return missing("instType");
  if (!parse_instrument_kind(call.param("instType")))
    return refusal("51000", "Parameter instType error", 400);
  return rows_of_instruments(call, [&](JsonWriter& json, InstrumentId id) {
    // Expired instruments are absent from REST.
    if (call.state.instruments[id].state != InstrumentState::Expired)
      write_instrument(json, call.state, id, account);
  });
}

RestReply public_instruments(RestCall& call) { return instruments_with(call, false); }
RestReply account_instruments(RestCall& call) { return instruments_with(call, true); }

RestReply books(RestCall& call) {
  RestReply reply;
  const InstrumentId id = wanted_instrument(call, reply);
  if (!id.valid()) return reply;
  std::uint64_t depth = 1;
  if (!call.param("sz").empty()) {
    const auto wanted = parse_digits(call.param("sz"));
    if (!wanted || *wanted < 1 || *wanted > 400) return refusal("51000", "Parameter sz error", 400);
    depth = *wanted;
  }
  const BookStream& stream = book_for_rest(call.state, id);
  const Instrument& instrument = call.state.instruments[id];
  JsonWriter json(reply.data);
  json.begin_object().key("asks");
  write_levels(json, instrument, stream.asks, depth);
  json.key("bids");
  write_levels(json, instrument, stream.bids, depth);
  json.field("ts", millis_text(call.state.now)).number("seqId", stream.sequence).end_object();
  return reply;
}

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
  return rows_of_instruments(
      call, [&](JsonWriter& json, InstrumentId id) { write_ticker(json, call.state, id); });
}

RestReply trades(RestCall& call) {
  RestReply reply;
  const InstrumentId id = wanted_instrument(call, reply);
  if (!id.valid()) return reply;
  const Instrument& instrument = call.state.instruments[id];
  std::size_t left = call.param("limit").empty() ? 100 : page_limit(call, 500);
  const auto& recent = call.state.markets[id.value].recent_trades;
  JsonWriter json(reply.data);
  for (auto trade = recent.rbegin(); trade != recent.rend() && left > 0; ++trade, --left) {
    json.begin_object()
        .field("instId", instrument.name.view())
        .field("tradeId", std::to_string(trade->id.value))
        .field("px", price_text(instrument, trade->price))
        .field("sz", quantity_text(instrument, trade->quantity))
        .field("side", name_of(trade->aggressor))
        .field("source", "0")
        .field("ts", millis_text(call.state.wall_time(trade->time)))
        .end_object();
  }
  return reply;
}

std::int64_t bar_minutes(std::string_view bar) noexcept {
  struct Bar {
    std::string_view name;
    std::int64_t minutes;
  };
  static constexpr Bar kBars[] = {{"", 1},     {"1m", 1},      {"3m", 3},       {"5m", 5},
                                  {"15m", 15}, {"30m", 30},    {"1H", 60},      {"2H", 120},
                                  {"4H", 240}, {"6Hutc", 360}, {"12Hutc", 720}, {"1Dutc", 1440}};
  for (const Bar& known : kBars) {
    if (known.name == bar) return known.minutes;
  }
  return 0;
}

void write_candle(JsonWriter& json, const RestCall& call, const Instrument& instrument,
                  const MinuteBar& bar, bool closed) {
  const std::string volume = decimal_text(bar.volume, instrument.quantity_digits);
  const std::string turnover =
      decimal_text(bar.turnover, instrument.quantity_digits + instrument.price_digits);
  json.begin_array()
      .string(millis_text(call.state.wall_time(bar.open_time)))
      .string(price_text(instrument, bar.open))
      .string(price_text(instrument, bar.high))
      .string(price_text(instrument, bar.low))
      .string(price_text(instrument, bar.close))
      .string(volume)
      .string(is_derivative(instrument.kind) ? volume : turnover)
      .string(turnover)
      .string(closed ? "1" : "0")
      .end_array();
}

RestReply candles(RestCall& call) {
  RestReply reply;
  const InstrumentId id = wanted_instrument(call, reply);
  if (!id.valid()) return reply;
  const std::int64_t minutes = bar_minutes(call.param("bar"));
  if (minutes == 0) return refusal("51000", "Parameter bar error", 400);
  const Nanos length = seconds(minutes * 60);
  std::vector<MinuteBar> bars;
  for (const MinuteBar& minute : call.state.markets[id.value].bars) {
    const Timestamp open{minute.open_time.nanos - minute.open_time.nanos % length.count};
    if (bars.empty() || bars.back().open_time != open) {
      bars.push_back(minute);
      bars.back().open_time = open;
      continue;
    }
    MinuteBar& bar = bars.back();
    bar.high = std::max(bar.high, minute.high);
    bar.low = std::min(bar.low, minute.low);
    bar.close = minute.close;
    bar.volume += minute.volume;
    bar.turnover += minute.turnover;
  }
  std::size_t left = call.param("limit").empty() ? 100 : page_limit(call, 300);
  JsonWriter json(reply.data);
  for (auto bar = bars.rbegin(); bar != bars.rend() && left > 0; ++bar) {
    const auto open =
        static_cast<std::uint64_t>(to_unix_millis(call.state.wall_time(bar->open_time)));
    if (!inside_page(call, open)) continue;
    write_candle(json, call, call.state.instruments[id], *bar,
                 call.state.exchange_time() - bar->open_time >= length);
    --left;
  }
  return reply;
}

RestReply mark_price(RestCall& call) {
  if (call.param("instType").empty()) return missing("instType");
  return rows_of_instruments(
      call, [&](JsonWriter& json, InstrumentId id) { write_mark_price(json, call.state, id); });
}

RestReply funding_rate(RestCall& call) {
  if (call.param("instId").empty()) return missing("instId");
  if (call.param("instId") == "ANY") call.query["instId"] = "";
  return rows_of_instruments(call, [&](JsonWriter& json, InstrumentId id) {
    if (call.state.instruments[id].kind == InstrumentKind::Swap)
      write_funding_rate(json, call.state, id);
  });
}

RestReply price_limit(RestCall& call) {
  RestReply reply;
  const InstrumentId id = wanted_instrument(call, reply);
  if (!id.valid()) return reply;
  JsonWriter json(reply.data);
  write_price_limit(json, call.state, id);
  return reply;
}

RestReply system_status(RestCall& call) {
  RestReply reply;
  JsonWriter json(reply.data);
  if (call.param("state").empty() || call.param("state") == "completed")
    write_status(json, call.state);
  return reply;
}

constexpr LimitScope kAddress = LimitScope::Address;
constexpr Route kRoutes[] = {
    {"GET", "/api/v5/public/time", false, false, 10, 2000, kAddress, time},
    {"GET", "/api/v5/public/instruments", false, false, 20, 2000, LimitScope::AddressInstrument,
     public_instruments},
    {"GET", "/api/v5/account/instruments", true, false, 20, 2000, LimitScope::UserInstrument,
     account_instruments},
    {"GET", "/api/v5/public/mark-price", false, false, 10, 2000, LimitScope::AddressInstrument,
     mark_price},
    {"GET", "/api/v5/public/funding-rate", false, false, 10, 2000, LimitScope::AddressInstrument,
     funding_rate},
    {"GET", "/api/v5/public/price-limit", false, false, 20, 2000, kAddress, price_limit},
    {"GET", "/api/v5/market/books", false, false, 40, 2000, kAddress, books},
    {"GET", "/api/v5/market/ticker", false, false, 20, 2000, kAddress, ticker},
    {"GET", "/api/v5/market/tickers", false, false, 20, 2000, kAddress, tickers},
    {"GET", "/api/v5/market/trades", false, false, 100, 2000, kAddress, trades},
    {"GET", "/api/v5/market/candles", false, false, 40, 2000, kAddress, candles},
    {"GET", "/api/v5/system/status", false, false, 1, 5000, kAddress, system_status},
};

}  // namespace

std::span<const Route> public_routes() noexcept { return kRoutes; }

}  // namespace gannet::okx_server
