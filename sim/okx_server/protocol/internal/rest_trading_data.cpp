// What OKX calls trading data, /rubik/stat: volumes of takers, open interest and the moods of
// accounts over time. Here volumes are those of the candles, split between buyers and sellers by
// where each closed in its range; open interest and accounts are as they are now, for all rows.

#include <algorithm>
#include <array>
#include <set>

#include "sim/okx_server/protocol/internal/market_candles.h"
#include "sim/okx_server/protocol/internal/names.h"
#include "sim/okx_server/protocol/internal/number_text.h"
#include "sim/okx_server/protocol/internal/reference_json.h"
#include "sim/okx_server/protocol/internal/rest.h"
#include "sim/okx_server/protocol/internal/valuation.h"

namespace gannet::okx_server {
namespace {

constexpr std::array<std::string_view, 3> kPeriodsOfCoins{"5m", "1H", "1D"};

std::optional<Timestamp> moment_of(std::string_view text) {
  const auto ms = parse_digits(text);
  if (!ms || *ms > 9'000'000'000'000ull) return std::nullopt;
  return from_unix_millis(static_cast<std::int64_t>(*ms));
}

/// The candles that a question is about, newest first; a refusal in `reply` if it is none.
struct Asked {
  const CandleBar* bar = nullptr;
  std::optional<Timestamp> begin;
  std::optional<Timestamp> end;
  std::size_t limit = 100;
};

std::optional<Asked> asked(const RestCall& call, bool by_coin, RestReply& reply) {
  Asked wish;
  const std::string_view period = call.param("period").empty() ? "5m" : call.param("period");
  const auto index = find_bar(period);
  const bool is_known = index && bar_at(*index).seconds >= 300;
  if (!is_known ||
      (by_coin && std::ranges::find(kPeriodsOfCoins, period) == kPeriodsOfCoins.end())) {
    reply = bad_parameter("period");
    return std::nullopt;
  }
  for (const std::string_view edge : {"begin", "end"}) {
    if (call.param(edge).empty() || moment_of(call.param(edge))) continue;
    reply = bad_parameter(edge);
    return std::nullopt;
  }
  wish.bar = &bar_at(*index);
  // Both edges are inside; those of candles are not.
  if (const auto begin = moment_of(call.param("begin"))) wish.begin = *begin - nanoseconds(1);
  if (const auto end = moment_of(call.param("end"))) wish.end = *end + nanoseconds(1);
  wish.limit = page_limit(call, 100);
  return wish;
}

std::vector<Candle> candles_for(const RestCall& call, InstrumentId id, const Asked& wish) {
  const InstrumentMarket& market = call.state.markets[id.value];
  return candles_of(market, CandleSource::Trades)
      .candles(*wish.bar, wish.end, wish.begin, wish.limit, call.state.exchange_time());
}

/// The coin's contract that is told for all of them: a perpetual if there is one.
InstrumentId contract_of(const RestCall& call, std::string_view coin) {
  InstrumentId found;
  for (const Instrument& instrument : call.state.instruments) {
    if (!call.state.listed(instrument.id) || instrument.kind == InstrumentKind::Option) continue;
    if (!is_derivative(instrument.kind)) continue;
    const std::string index = index_name(instrument);
    if (std::string_view(index).substr(0, index.find('-')) != coin) continue;
    if (instrument.kind == InstrumentKind::Swap) return instrument.id;
    if (!found.valid()) found = instrument.id;
  }
  return found;
}

InstrumentId pair_of(const RestCall& call, std::string_view coin) {
  for (const Instrument& instrument : call.state.instruments) {
    if (!call.state.listed(instrument.id) || instrument.kind != InstrumentKind::Spot) continue;
    if (call.state.currencies.name(instrument.base) == coin) return instrument.id;
  }
  return {};
}

InstrumentId wanted_contract(const RestCall& call, RestReply& reply) {
  const std::string_view coin = call.param("ccy");
  if (coin.empty()) {
    reply = missing("ccy");
    return {};
  }
  const InstrumentId id = contract_of(call, coin);
  if (!id.valid()) reply = bad_parameter("ccy");
  return id;
}

/// How much of a candle's volume buyers took: all of it if it closed at its high.
double share_of_buyers(const Candle& candle) noexcept {
  const auto range = static_cast<double>(candle.high.raw - candle.low.raw);
  if (range <= 0) return 0.5;
  return static_cast<double>(candle.close.raw - candle.low.raw) / range;
}

Candle part(const Candle& candle, double share) noexcept {
  Candle some = candle;
  some.volume = static_cast<__int128>(static_cast<double>(candle.volume) * share);
  some.turnover = static_cast<__int128>(static_cast<double>(candle.turnover) * share);
  some.coin = candle.coin * share;
  return some;
}

/// `unit`: 0 coins, 1 contracts, 2 dollars.
std::string volume_text(const Instrument& instrument, const Candle& candle, std::string_view unit) {
  if (unit == "2") return volume_in_quote(instrument, candle);
  if (unit == "1" || instrument.kind == InstrumentKind::Spot)
    return decimal_text(candle.volume, instrument.quantity_digits);
  return volume_in_currency(instrument, candle);
}

/// [ts, sold by takers, bought by takers]
void write_takers(JsonWriter& json, const Instrument& instrument, const Candle& candle,
                  std::string_view unit) {
  const double bought = share_of_buyers(candle);
  json.begin_array()
      .string(millis_text(candle.open_time))
      .string(volume_text(instrument, part(candle, 1 - bought), unit))
      .string(volume_text(instrument, part(candle, bought), unit))
      .end_array();
}

RestReply takers_of(const RestCall& call, InstrumentId id, bool by_coin, std::string_view unit) {
  RestReply reply;
  const auto wish = asked(call, by_coin, reply);
  if (!wish) return reply;
  JsonWriter json(reply.data);
  for (const Candle& candle : candles_for(call, id, *wish))
    write_takers(json, call.state.instruments[id], candle, unit);
  return reply;
}

RestReply taker_volume(RestCall& call) {
  const std::string_view type = call.param("instType");
  if (type.empty()) return missing("instType");
  if (type != "SPOT" && type != "CONTRACTS") return bad_parameter("instType");
  RestReply reply;
  InstrumentId id;
  if (type == "CONTRACTS") {
    id = wanted_contract(call, reply);
  } else {
    id = pair_of(call, call.param("ccy"));
    if (!id.valid()) reply = call.param("ccy").empty() ? missing("ccy") : bad_parameter("ccy");
  }
  return id.valid() ? takers_of(call, id, true, "0") : reply;
}

RestReply taker_volume_contract(RestCall& call) {
  RestReply reply;
  const InstrumentId id = wanted_instrument(call, reply);
  if (!id.valid()) return reply;
  const std::string_view unit = call.param("unit").empty() ? "1" : call.param("unit");
  if (unit != "0" && unit != "1" && unit != "2") return bad_parameter("unit");
  if (!is_derivative(call.state.instruments[id].kind)) return bad_parameter("instId");
  return takers_of(call, id, false, unit);
}

/// [ts, open interest, volume], both in dollars.
RestReply interest_and_volume(RestCall& call) {
  RestReply reply;
  const InstrumentId id = wanted_contract(call, reply);
  if (!id.valid()) return reply;
  const auto wish = asked(call, true, reply);
  if (!wish) return reply;
  const Instrument& instrument = call.state.instruments[id];
  const Quantity open = open_interest_of(call.state, id);
  JsonWriter json(reply.data);
  for (const Candle& candle : candles_for(call, id, *wish)) {
    json.begin_array()
        .string(millis_text(candle.open_time))
        .string(estimate_text(notional_usd(call.state, instrument, candle.close, open)))
        .string(volume_in_quote(instrument, candle))
        .end_array();
  }
  return reply;
}

/// [ts, contracts, coins, dollars]
RestReply interest_history(RestCall& call) {
  RestReply reply;
  const InstrumentId id = wanted_instrument(call, reply);
  if (!id.valid()) return reply;
  const Instrument& instrument = call.state.instruments[id];
  if (!is_derivative(instrument.kind)) return bad_parameter("instId");
  const auto wish = asked(call, false, reply);
  if (!wish) return reply;
  const Quantity open = open_interest_of(call.state, id);
  JsonWriter json(reply.data);
  for (const Candle& candle : candles_for(call, id, *wish)) {
    Candle as_volume;
    as_volume.volume = open.raw;
    as_volume.coin = static_cast<double>(open.raw) /
                     static_cast<double>(std::max<std::int64_t>(candle.close.raw, 1));
    json.begin_array()
        .string(millis_text(candle.open_time))
        .string(quantity_text(instrument, open))
        .string(volume_in_currency(instrument, as_volume))
        .string(estimate_text(notional_usd(call.state, instrument, candle.close, open)))
        .end_array();
  }
  return reply;
}

/// Long accounts by short ones, of those that hold the contract; even where nobody does.
double long_to_short(const RestCall& call, InstrumentId id) {
  int longs = 0;
  int shorts = 0;
  for (const UserState& user : call.state.users) {
    for (const sim::PositionView& position : call.state.exchange->positions(user.id)) {
      if (position.instrument != id || position.quantity.raw == 0) continue;
      ++(position.quantity.raw > 0 ? longs : shorts);
    }
  }
  if (longs == shorts) return 1;
  return static_cast<double>(longs) / static_cast<double>(std::max(shorts, 1));
}

RestReply moods_of(const RestCall& call, InstrumentId id, bool by_coin) {
  RestReply reply;
  const auto wish = asked(call, by_coin, reply);
  if (!wish) return reply;
  const std::string ratio = estimate_text(long_to_short(call, id));
  JsonWriter json(reply.data);
  for (const Candle& candle : candles_for(call, id, *wish))
    json.begin_array().string(millis_text(candle.open_time)).string(ratio).end_array();
  return reply;
}

RestReply account_ratio(RestCall& call) {
  RestReply reply;
  const InstrumentId id = wanted_contract(call, reply);
  return id.valid() ? moods_of(call, id, true) : reply;
}

RestReply account_ratio_contract(RestCall& call) {
  RestReply reply;
  const InstrumentId id = wanted_instrument(call, reply);
  if (!id.valid()) return reply;
  if (!is_derivative(call.state.instruments[id].kind)) return bad_parameter("instId");
  return moods_of(call, id, false);
}

/// Nobody borrows, nobody's options are counted.
RestReply no_rows(RestCall& call) {
  if (call.param("ccy").empty()) return missing("ccy");
  return {};
}

RestReply support_coins(RestCall& call) {
  std::set<std::string> contracts;
  std::set<std::string> options;
  std::set<std::string> pairs;
  for (const Instrument& instrument : call.state.instruments) {
    if (!call.state.listed(instrument.id)) continue;
    const std::string index = index_name(instrument);
    const std::string coin = index.substr(0, index.find('-'));
    if (instrument.kind == InstrumentKind::Spot) pairs.insert(coin);
    if (instrument.kind == InstrumentKind::Option) options.insert(coin);
    if (is_derivative(instrument.kind) && instrument.kind != InstrumentKind::Option)
      contracts.insert(coin);
  }
  RestReply reply;
  reply.data_is_object = true;
  JsonWriter json(reply.data);
  json.begin_object();
  const auto list = [&](std::string_view name, const std::set<std::string>& coins) {
    json.key(name).begin_array();
    for (const std::string& coin : coins) json.string(coin);
    json.end_array();
  };
  list("contract", contracts);
  list("option", options);
  list("spot", pairs);
  json.end_object();
  return reply;
}

constexpr LimitScope kAddress = LimitScope::Address;
constexpr Route kRoutes[] = {
    {"GET", "/api/v5/rubik/stat/trading-data/support-coin", false, false, 5, 2000, kAddress,
     support_coins},
    {"GET", "/api/v5/rubik/stat/taker-volume", false, false, 5, 2000, kAddress, taker_volume},
    {"GET", "/api/v5/rubik/stat/taker-volume-contract", false, false, 5, 2000, kAddress,
     taker_volume_contract},
    {"GET", "/api/v5/rubik/stat/margin/loan-ratio", false, false, 5, 2000, kAddress, no_rows},
    {"GET", "/api/v5/rubik/stat/contracts/open-interest-volume", false, false, 5, 2000, kAddress,
     interest_and_volume},
    {"GET", "/api/v5/rubik/stat/contracts/open-interest-history", false, false, 10, 2000, kAddress,
     interest_history},
    {"GET", "/api/v5/rubik/stat/contracts/long-short-account-ratio", false, false, 5, 2000,
     kAddress, account_ratio},
    {"GET", "/api/v5/rubik/stat/contracts/long-short-account-ratio-contract", false, false, 5, 2000,
     kAddress, account_ratio_contract},
    {"GET", "/api/v5/rubik/stat/contracts/long-short-account-ratio-contract-top-trader", false,
     false, 5, 2000, kAddress, account_ratio_contract},
    {"GET", "/api/v5/rubik/stat/contracts/long-short-position-ratio-contract-top-trader", false,
     false, 5, 2000, kAddress, account_ratio_contract},
    {"GET", "/api/v5/rubik/stat/option/open-interest-volume", false, false, 5, 2000, kAddress,
     no_rows},
    {"GET", "/api/v5/rubik/stat/option/open-interest-volume-ratio", false, false, 5, 2000, kAddress,
     no_rows},
    {"GET", "/api/v5/rubik/stat/option/open-interest-volume-expiry", false, false, 5, 2000,
     kAddress, no_rows},
    {"GET", "/api/v5/rubik/stat/option/open-interest-volume-strike", false, false, 5, 2000,
     kAddress, no_rows},
    {"GET", "/api/v5/rubik/stat/option/taker-block-volume", false, false, 5, 2000, kAddress,
     no_rows},
};

}  // namespace

std::span<const Route> trading_data_routes() noexcept { return kRoutes; }

}  // namespace gannet::okx_server
