#include <algorithm>

#include "sim/okx_server/protocol/internal/market_push.h"
#include "sim/okx_server/protocol/internal/names.h"
#include "sim/okx_server/protocol/internal/number_text.h"
#include "sim/okx_server/protocol/internal/valuation.h"

namespace gannet::okx_server {
namespace {

constexpr std::int64_t kDayMillis = 24LL * 3600 * 1000;
constexpr std::int64_t kFundingMillis = 8LL * 3600 * 1000;

std::string optional_time(const std::optional<Timestamp>& time) {
  return time ? millis_text(*time) : std::string();
}

std::string optional_text(const auto& value, auto&& text) {
  return value ? text(*value) : std::string();
}

/// First trade price at or after a time, of what the bars still hold.
std::optional<Price> open_since(const InstrumentMarket& market, Timestamp since) {
  for (const MinuteBar& bar : market.bars) {
    if (bar.open_time >= since) return bar.open;
  }
  return std::nullopt;
}

/// Volume of the bars in the second unit that OKX tells: base of contracts, quote of spot.
double other_volume(const Instrument& instrument, __int128 volume, __int128 turnover, Price last) {
  const double scale = static_cast<double>(power_of_ten(instrument.quantity_digits));
  const double size = static_cast<double>(volume) / scale;
  if (!is_derivative(instrument.kind))
    return static_cast<double>(turnover) / scale /
           static_cast<double>(power_of_ten(instrument.price_digits));
  const double face =
      size * to_double(instrument.contract_value) * to_double(instrument.contract_multiplier);
  if (instrument.contract != ContractKind::Inverse || last.raw == 0) return face;
  return face / gannet::to_double(last, instrument.price_digits);
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
  std::optional<Price> high, low, open;
  __int128 volume = 0;
  __int128 turnover = 0;
  for (const MinuteBar& bar : market.bars) {
    if (!open) open = bar.open;
    high = high ? std::max(*high, bar.high) : bar.high;
    low = low ? std::min(*low, bar.low) : bar.low;
    volume += bar.volume;
    turnover += bar.turnover;
  }
  const std::optional<Price> last = last_price(state, id);
  const std::int64_t today = to_unix_millis(state.now) / kDayMillis * kDayMillis;
  const auto utc0 = open_since(market, from_unix_millis(today));
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
      .field("open24h", optional_text(open, price))
      .field("high24h", optional_text(high, price))
      .field("low24h", optional_text(low, price))
      .field("volCcy24h",
             estimate_text(other_volume(instrument, volume, turnover, last.value_or(Price{}))))
      .field("vol24h", decimal_text(volume, instrument.quantity_digits))
      .field("sodUtc0", optional_text(utc0, price))
      .field("sodUtc8", optional_text(utc0, price))
      .field("ts", millis_text(state.now))
      .end_object();
}

void write_index_ticker(JsonWriter& json, const ServerState& state, std::string_view index,
                        InstrumentId id) {
  const std::string price = price_text(state.instruments[id], index_price(state, id));
  json.begin_object()
      .field("instId", index)
      .field("idxPx", price)
      .field("high24h", price)
      .field("low24h", price)
      .field("open24h", price)
      .field("sodUtc0", price)
      .field("sodUtc8", price)
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
  const std::int64_t now = to_unix_millis(state.exchange_time());
  const std::int64_t next = (now / kFundingMillis + 1) * kFundingMillis;
  const auto wall = [&](std::int64_t ms) {
    return millis_text(state.wall_time(from_unix_millis(ms)));
  };
  json.begin_object()
      .field("instType", name_of(instrument.kind))
      .field("instId", instrument.name.view())
      .field("method", "current_period")
      .field("formulaType", "noRate")
      .field("fundingRate", "0.0001")
      .field("nextFundingRate", "")
      .field("fundingTime", wall(next))
      .field("nextFundingTime", wall(next + kFundingMillis))
      .field("minFundingRate", "-0.00375")
      .field("maxFundingRate", "0.00375")
      .blank("interestRate", "impactValue")
      .field("settState", "settled")
      .field("settFundingRate", "0.0001")
      .field("premium", "0")
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
  json.begin_object()
      .field("title", "Simulated exchange upgrade")
      .field("state", "completed")
      .field("begin", millis_text(state.start - seconds(7200)))
      .field("end", millis_text(state.start - seconds(3600)))
      .field("preOpenBegin", "")
      .field("href", "")
      .field("serviceType", "5")
      .field("system", "unified")
      .field("scheDesc", "")
      .field("maintType", "1")
      .field("env", state.settings.demo ? "2" : "1")
      .field("ts", millis_text(state.start))
      .end_object();
}

void write_instrument(JsonWriter& json, const ServerState& state, InstrumentId id, bool account) {
  const Instrument& instrument = state.instruments[id];
  const bool derivative = is_derivative(instrument.kind);
  const auto currency = [&](CurrencyId c, bool shown) {
    return shown ? state.currencies.name(c) : std::string_view();
  };
  const std::string limit_size = quantity_text(instrument, instrument.maximum_limit_quantity);
  const std::string market_size =
      instrument.maximum_market_quantity
          ? quantity_text(instrument, *instrument.maximum_market_quantity)
          : "1000000";
  const auto amount = [](const Amount& a) { return amount_text(a); };
  json.begin_object()
      .field("instType", name_of(instrument.kind))
      .field("instId", instrument.name.view())
      .number("instIdCode", state.codes[id.value])
      .field("uly", derivative ? index_name(instrument) : std::string())
      .field("instFamily", instrument.family.view())
      .field("seriesId", "")
      .field("category", "1")
      .field("baseCcy", currency(instrument.base, !derivative))
      .field("quoteCcy", currency(instrument.quote, !derivative))
      .field("settleCcy", currency(instrument.settle, derivative))
      .field("ctVal", derivative ? decimal_text(instrument.contract_value) : "")
      .field("ctMult", derivative ? decimal_text(instrument.contract_multiplier) : "")
      .field("ctValCcy", !derivative ? std::string_view()
                         : instrument.contract == ContractKind::Inverse
                             ? std::string_view("USD")
                             : state.currencies.name(instrument.base))
      .field("ctType", instrument.contract == ContractKind::Linear    ? "linear"
                       : instrument.contract == ContractKind::Inverse ? "inverse"
                                                                      : "")
      .field("optType", instrument.option_side == OptionSide::Call  ? "C"
                        : instrument.option_side == OptionSide::Put ? "P"
                                                                    : "")
      .field("stk",
             optional_text(instrument.strike, [](const Decimal& d) { return decimal_text(d); }))
      .field("listTime", optional_time(instrument.list_time))
      .field("expTime", optional_time(instrument.expiry_time))
      .blank("contTdSwTime", "preMktSwTime", "auctionEndTime", "openType")
      .field("lever", optional_text(instrument.maximum_leverage,
                                    [](const Decimal& d) { return decimal_text(d); }))
      .field("tickSz", price_text(instrument, instrument.tick_size))
      .field("lotSz", quantity_text(instrument, instrument.lot_size))
      .field("minSz", quantity_text(instrument, instrument.minimum_quantity))
      .field("maxLmtSz", limit_size)
      .field("maxMktSz", market_size)
      .field("maxLmtAmt", optional_text(instrument.maximum_limit_notional, amount))
      .field("maxMktAmt", optional_text(instrument.maximum_market_notional, amount))
      .field("maxTwapSz", limit_size)
      .field("maxIcebergSz", limit_size)
      .field("maxTriggerSz", limit_size)
      .field("maxStopSz", market_size)
      .field("futureSettlement", false)
      .field("state", name_of(instrument.state))
      .field("ruleType", "normal")
      .field("instCategory", "1")
      .field("groupId", derivative ? "4" : "12")
      .field("initPxLmtPct", "0.05")
      .field("floatPxLmtPct", "0.03")
      .field("maxPxLmtPct", "0.15")
      .blank("alias", "rpiMinLevel", "rpiMinPxBand");
  json.key("upcChg").begin_array().end_array();
  json.key("tradeQuoteCcyList").begin_array();
  if (!derivative) json.string(state.currencies.name(instrument.quote));
  json.end_array();
  if (account) {
    json.field("rpi", "0")
        .field("posLmtAmt", "")
        .field("posLmtPct", "")
        .blank("maxPlatOILmt", "maxPlatOICoinLmt", "longPosRemainingQuota",
               "shortPosRemainingQuota");
  }
  json.end_object();
}

}  // namespace gannet::okx_server
