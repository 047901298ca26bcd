#include <algorithm>

#include "sim/okx_server/protocol/internal/market_candles.h"
#include "sim/okx_server/protocol/internal/market_push.h"
#include "sim/okx_server/protocol/internal/names.h"
#include "sim/okx_server/protocol/internal/number_text.h"
#include "sim/okx_server/protocol/internal/valuation.h"

namespace gannet::okx_server {
namespace {

constexpr int kRateDigits = 16;  ///< of funding rates

std::string optional_text(const auto& value, auto&& text) {
  return value ? text(*value) : std::string();
}

/// Price at which the current day of that kind began; "" without one.
std::string day_open(const Instrument& instrument, const CandleSeries& series, std::string_view bar,
                     Timestamp now) {
  const Timestamp open = open_of(bar_at(find_bar(bar).value_or(0)), now);
  const auto price = series.open_since(open, now);
  return price ? price_text(instrument, *price) : std::string();
}

}  // namespace

std::string push_text(std::string_view channel, std::string_view instrument,
                      std::string_view data) {
  std::string text;
  JsonWriter json(text);
  json.begin_object().key("arg").begin_object().field("channel", channel);
  if (!instrument.empty()) json.field("instId", instrument);
  json.end_object().key("data").begin_array().raw(data).end_array().end_object();
  return text;
}

void write_levels(JsonWriter& json, const Instrument& instrument,
                  const std::vector<BookLevel>& levels, std::size_t count) {
  json.begin_array();
  for (std::size_t i = 0; i < std::min(count, levels.size()); ++i) {
    const BookLevel& level = levels[i];
    json.begin_array()
        .string(price_text(instrument, level.price))
        .string(quantity_text(instrument, level.quantity))
        .string("0")
        .string(std::to_string(level.orders))
        .end_array();
  }
  json.end_array();
}

void write_ticker(JsonWriter& json, const ServerState& state, InstrumentId id) {
  const Instrument& instrument = state.instruments[id];
  const InstrumentMarket& market = state.markets[id.value];
  const auto bid = market.book.best(Side::Buy);
  const auto ask = market.book.best(Side::Sell);
  const auto price = [&](Price p) { return price_text(instrument, p); };
  const auto level_price = [&](const BookLevel& l) { return price_text(instrument, l.price); };
  const auto level_size = [&](const BookLevel& l) { return quantity_text(instrument, l.quantity); };
  const std::optional<Price> last = last_price(state, id);
  const Timestamp now = state.exchange_time();
  const std::optional<Candle> day = market.trade_candles.day(now);
  const auto of_day = [&](Price Candle::* member) {
    return day ? price((*day).*member) : std::string();
  };
  json.begin_object()
      .field("instType", name_of(instrument.kind))
      .field("instId", instrument.name.view())
      .field("last", optional_text(last, price))
      .field("lastSz", market.recent_trades.empty()
                           ? std::string()
                           : quantity_text(instrument, market.recent_trades.back().quantity))
      .field("askPx", optional_text(ask, level_price))
      .field("askSz", optional_text(ask, level_size))
      .field("bidPx", optional_text(bid, level_price))
      .field("bidSz", optional_text(bid, level_size))
      .field("open24h", of_day(&Candle::open))
      .field("high24h", of_day(&Candle::high))
      .field("low24h", of_day(&Candle::low))
      .field("sodUtc0", day_open(instrument, market.trade_candles, "1Dutc", now))
      .field("sodUtc8", day_open(instrument, market.trade_candles, "1D", now))
      .field("volCcy24h", day ? volume_in_currency(instrument, *day) : "0")
      .field("vol24h", day ? decimal_text(day->volume, instrument.quantity_digits) : "0")
      .field("ts", millis_text(state.now))
      .end_object();
}

void write_index_ticker(JsonWriter& json, const ServerState& state, std::string_view index,
                        InstrumentId id) {
  const Instrument& instrument = state.instruments[id];
  const CandleSeries& series = state.markets[id.value].index_candles;
  const Timestamp now = state.exchange_time();
  const std::string price = price_text(instrument, index_price(state, id));
  const std::optional<Candle> day = series.day(now);
  const auto of_day = [&](Price Candle::* member) {
    return day ? price_text(instrument, (*day).*member) : price;
  };
  json.begin_object()
      .field("instId", index)
      .field("idxPx", price)
      .field("high24h", of_day(&Candle::high))
      .field("low24h", of_day(&Candle::low))
      .field("open24h", of_day(&Candle::open))
      .field("sodUtc0", day_open(instrument, series, "1Dutc", now))
      .field("sodUtc8", day_open(instrument, series, "1D", now))
      .field("ts", millis_text(state.now))
      .end_object();
}

void write_mark_price(JsonWriter& json, const ServerState& state, InstrumentId id) {
  const Instrument& instrument = state.instruments[id];
  json.begin_object()
      .field("instType",
             instrument.kind == InstrumentKind::Spot ? "MARGIN" : name_of(instrument.kind))
      .field("instId", instrument.name.view())
      .field("markPx", price_text(instrument, reference_price(state, id)))
      .field("ts", millis_text(state.now))
      .end_object();
}

void write_funding_rate(JsonWriter& json, const ServerState& state, InstrumentId id) {
  const Instrument& instrument = state.instruments[id];
  const sim::FundingView funding = state.exchange->funding(id);
  const auto wall = [&](Timestamp time) { return millis_text(state.wall_time(time)); };
  const auto rate = [](std::int64_t value) { return decimal_text(value, kRateDigits); };
  json.begin_object()
      .field("instType", name_of(instrument.kind))
      .field("instId", instrument.name.view())
      .field("method", "current_period")
      .field("formulaType", "noRate")
      .field("fundingRate", rate(funding.rate))
      .field("nextFundingRate", "")
      .field("fundingTime", wall(funding.time))
      .field("nextFundingTime", wall(funding.time + funding.interval))
      .field("prevFundingTime", wall(funding.time - funding.interval))
      .field("minFundingRate", rate(-funding.cap))
      .field("maxFundingRate", rate(funding.cap))
      .field("interestRate", "0")
      .field("impactValue", "10000")
      .field("settState", "settled")
      .field("settFundingRate", rate(funding.settled_rate))
      .field("premium", rate(funding.premium))
      .field("ts", millis_text(state.now))
      .end_object();
}

void write_price_limit(JsonWriter& json, const ServerState& state, InstrumentId id) {
  const Instrument& instrument = state.instruments[id];
  const auto limits = price_limits(state, id);
  json.begin_object()
      .field("instType", name_of(instrument.kind))
      .field("instId", instrument.name.view())
      .field("buyLmt", limits ? price_text(instrument, limits->highest_buy) : "")
      .field("sellLmt", limits ? price_text(instrument, limits->lowest_sell) : "")
      .field("enabled", limits.has_value())
      .field("ts", millis_text(state.now))
      .end_object();
}

void write_status(JsonWriter& json, const ServerState& state) {
  // A maintenance window that was ordered, or one of the past.
  const Maintenance& window = state.maintenance;
  const bool ordered = !window.told.empty();
  json.begin_object()
      .field("title", "Simulated exchange upgrade")
      .field("state", ordered ? window.told : "completed")
      .field("begin", millis_text(ordered ? window.begin : state.start - seconds(7200)))
      .field("end", millis_text(ordered ? window.end : state.start - seconds(3600)))
      .field("preOpenBegin", "")
      .field("href", "")
      .field("serviceType", ordered ? window.service : "5")
      .field("system", "unified")
      .field("scheDesc", "")
      .field("maintType", "1")
      .field("env", state.settings.demo ? "2" : "1")
      .field("ts", millis_text(ordered ? window.changed : state.start))
      .end_object();
}

}  // namespace gannet::okx_server
