#include "sim/okx_server/protocol/internal/reference_json.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "sim/okx_server/protocol/internal/market_candles.h"
#include "sim/okx_server/protocol/internal/names.h"
#include "sim/okx_server/protocol/internal/number_text.h"
#include "sim/okx_server/protocol/internal/valuation.h"

namespace gannet::okx_server {
namespace {

constexpr double kVolatility = 0.5;  ///< of every option, a year

double normal_density(double x) { return std::exp(-0.5 * x * x) / std::sqrt(2 * M_PI); }
double normal_share(double x) { return 0.5 * std::erfc(-x / std::sqrt(2.0)); }

/// Ten decimals, as OKX writes greeks.
std::string figure(double value) {
  return decimal_text(static_cast<__int128>(std::llround(value * 1e10)), 10);
}

}  // namespace

Quantity open_interest_of(const ServerState& state, InstrumentId id) {
  const Instrument& instrument = state.instruments[id];
  std::int64_t held = 0;
  for (const UserState& user : state.users) {
    for (const sim::PositionView& position : state.exchange->positions(user.id)) {
      if (position.instrument == id) held += std::abs(position.quantity.raw);
    }
  }
  const Price price = reference_price(state, id);
  const Quantity base = price.raw > 0 ? usual_volume(instrument, price) : Quantity{};
  constexpr std::int64_t kHalfDay = 720;
  const std::int64_t lot = std::max<std::int64_t>(instrument.lot_size.raw, 1);
  // To a round figure, so that it moves with the users and not with every price.
  std::int64_t round = lot;
  while (round < base.raw / 10) round *= 10;
  const std::int64_t rounded = base.raw / round * round;
  const std::int64_t most = std::numeric_limits<std::int64_t>::max() / kHalfDay / 2;
  return {std::min(rounded, most) * kHalfDay + held};
}

void write_open_interest(JsonWriter& json, const ServerState& state, InstrumentId id) {
  const Instrument& instrument = state.instruments[id];
  const Quantity open = open_interest_of(state, id);
  const Price price = reference_price(state, id);
  Candle as_volume;
  as_volume.volume = open.raw;
  if (price.raw > 0)
    as_volume.coin = static_cast<double>(open.raw) / static_cast<double>(price.raw);
  json.begin_object()
      .field("instType", name_of(instrument.kind))
      .field("instId", instrument.name.view())
      .field("oi", quantity_text(instrument, open))
      .field("oiCcy", volume_in_currency(instrument, as_volume))
      .field("oiUsd", estimate_text(notional_usd(state, instrument, price, open)))
      .field("ts", millis_text(state.now))
      .end_object();
}

bool has_estimated_price(const ServerState& state, InstrumentId id) noexcept {
  const Instrument& instrument = state.instruments[id];
  if (!instrument.expiry_time || instrument.state == InstrumentState::Expired) return false;
  const Nanos left = *instrument.expiry_time - state.exchange_time();
  return left >= Nanos{} && left <= seconds(1800);
}

void write_estimated_price(JsonWriter& json, const ServerState& state, InstrumentId id) {
  const Instrument& instrument = state.instruments[id];
  json.begin_object()
      .field("instType", name_of(instrument.kind))
      .field("instId", instrument.name.view())
      .field("settlePx", price_text(instrument, index_price(state, id)))
      .field("settleType", instrument.kind == InstrumentKind::Option ? "exercise" : "delivery")
      .field("ts", millis_text(state.now))
      .end_object();
}

void write_option_summary(JsonWriter& json, const ServerState& state, InstrumentId id) {
  const Instrument& instrument = state.instruments[id];
  const auto found = state.indexes.find(index_name(instrument));
  const double forward = found == state.indexes.end()
                             ? 0
                             : to_double(state, found->second, index_price(state, found->second));
  const double strike = instrument.strike ? to_double(*instrument.strike) : 0;
  const Timestamp expiry = instrument.expiry_time.value_or(state.exchange_time());
  const double years = std::max(
      static_cast<double>((expiry - state.exchange_time()).count) / (365.0 * 86'400e9), 1e-6);
  const bool known = forward > 0 && strike > 0;
  const double spread = kVolatility * std::sqrt(years);
  const double d1 = known ? std::log(forward / strike) / spread + spread / 2 : 0;
  const bool call = instrument.option_side != OptionSide::Put;
  const double delta = normal_share(d1) - (call ? 0 : 1);
  const double gamma = known ? normal_density(d1) / (forward * spread) : 0;
  const double theta = -forward * normal_density(d1) * kVolatility / (2 * std::sqrt(years)) / 365;
  const double vega = forward * normal_density(d1) * std::sqrt(years) / 100;
  const double sign = call ? 1 : -1;
  const double value =
      sign * (forward * normal_share(sign * d1) - strike * normal_share(sign * (d1 - spread)));
  const double in_coin = known ? value / forward : 0;
  // PA: in coin, the premium counted in; BS: in dollars.
  json.begin_object()
      .field("instType", name_of(instrument.kind))
      .field("instId", instrument.name.view())
      .field("uly", index_name(instrument))
      .field("delta", figure(delta - in_coin))
      .field("gamma", figure(gamma * forward))
      .field("theta", figure(known ? theta / forward : 0))
      .field("vega", figure(known ? vega / forward : 0))
      .field("deltaBS", figure(delta))
      .field("gammaBS", figure(gamma))
      .field("thetaBS", figure(theta))
      .field("vegaBS", figure(vega))
      .field("lever", figure(in_coin > 1e-6 ? 1 / in_coin : 0))
      .field("markVol", figure(kVolatility))
      .field("bidVol", figure(kVolatility - 0.02))
      .field("askVol", figure(kVolatility + 0.02))
      .field("realVol", "")
      .field("volLv", figure(kVolatility))
      .field("fwdPx", figure(forward))
      .field("ts", millis_text(state.now))
      .end_object();
}

std::vector<PaidFunding> paid_funding(const ServerState& state, InstrumentId id) {
  constexpr std::size_t kMost = 400;
  constexpr int kRateDigits = 16;
  std::vector<PaidFunding> rows;
  const auto& settled = state.exchange->funding_history(id);
  for (auto row = settled.rbegin(); row != settled.rend() && rows.size() < kMost; ++row)
    rows.push_back({row->time, decimal_text(row->rate, kRateDigits)});
  const Instrument& instrument = state.instruments[id];
  const sim::FundingView next = state.exchange->funding(id);
  if (next.interval.count <= 0) return rows;
  const Timestamp oldest =
      std::max(state.start - seconds(24 * 3600) * std::clamp(state.settings.history_days, 0, 3650),
               instrument.list_time.value_or(Timestamp{}));
  Timestamp time = (rows.empty() ? next.time : rows.back().time) - next.interval;
  while (time >= state.start) time = time - next.interval;
  const std::uint64_t seed = seed_of(state.settings.seed, instrument.name.view());
  for (; rows.size() < kMost && time >= oldest; time = time - next.interval) {
    // Around 0.01 %, as in quiet markets: 0.005 % to 0.015 %.
    const std::uint64_t dice = seed_of(seed, std::to_string(time.nanos)) % 1'000'000'000'000ull;
    rows.push_back(
        {time, decimal_text(500'000'000'000 + static_cast<std::int64_t>(dice), kRateDigits)});
  }
  return rows;
}

}  // namespace gannet::okx_server
