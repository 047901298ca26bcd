#include "sim/okx_server/protocol/internal/market_candles.h"

#include <algorithm>

#include "sim/okx_server/protocol/internal/names.h"
#include "sim/okx_server/protocol/internal/number_text.h"

namespace gannet::okx_server {
namespace {

constexpr double kPastTurnover = 200'000;  ///< of a made-up minute, quote currency

double face_value(const Instrument& instrument) noexcept {
  return to_double(instrument.contract_value) * to_double(instrument.contract_multiplier);
}

CandleSeries::Past past_of(const ServerState& state, const Instrument& instrument) {
  CandleSeries::Past past;
  // All instruments of one index share its past.
  past.seed = seed_of(state.settings.seed, index_name(instrument));
  past.prices = state.settings.history_days > 0;
  const Nanos day = seconds(24 * 3600);
  past.begin = state.start - day * std::clamp(state.settings.history_days, 0, 3650);
  if (instrument.list_time) past.begin = std::max(past.begin, *instrument.list_time);
  return past;
}

}  // namespace

Quantity usual_volume(const Instrument& instrument, Price price) noexcept {
  const double quote = gannet::to_double(price, instrument.price_digits);
  double one = is_derivative(instrument.kind) ? face_value(instrument) : 1.0;
  if (instrument.contract != ContractKind::Inverse) one *= quote;
  if (one <= 0) return instrument.lot_size;
  const double raw =
      kPastTurnover / one * static_cast<double>(power_of_ten(instrument.quantity_digits));
  return {static_cast<std::int64_t>(std::clamp(raw, 1.0, 1e17))};
}

void begin_candles(ServerState& state, InstrumentId id, Price price, Timestamp time) {
  CandleSeries& series = state.markets[id.value].trade_candles;
  if (series.started() || price.raw <= 0) return;
  const Instrument& instrument = state.instruments[id];
  CandleSeries::Past past = past_of(state, instrument);
  past.tick = instrument.tick_size;
  past.lot = instrument.lot_size;
  past.per_minute = usual_volume(instrument, price);
  series.begin(past, round_to_tick(instrument, price, Rounding::Nearest), time);
}

void note_reference_prices(ServerState& state, InstrumentId id, Price mark, Price index,
                           Timestamp time) {
  begin_candles(state, id, mark, time);
  InstrumentMarket& market = state.markets[id.value];
  const auto note = [&](CandleSeries& series, Price price) {
    if (price.raw <= 0) return;
    if (!series.started()) series.begin(past_of(state, state.instruments[id]), price, time);
    series.add(price, Quantity{}, time);
  };
  note(market.mark_candles, mark);
  note(market.index_candles, index);
}

const CandleSeries& candles_of(const InstrumentMarket& market, CandleSource source) noexcept {
  switch (source) {
    case CandleSource::Trades:
      break;
    case CandleSource::Mark:
      return market.mark_candles;
    case CandleSource::Index:
      return market.index_candles;
  }
  return market.trade_candles;
}

std::string volume_in_currency(const Instrument& instrument, const Candle& candle) {
  if (!is_derivative(instrument.kind))
    return decimal_text(candle.turnover, instrument.quantity_digits + instrument.price_digits);
  const Decimal& value = instrument.contract_value;
  const Decimal& multiplier = instrument.contract_multiplier;
  if (instrument.contract != ContractKind::Inverse)
    return decimal_text(candle.volume * value.mantissa * multiplier.mantissa,
                        instrument.quantity_digits + value.digits + multiplier.digits);
  const double scale = static_cast<double>(power_of_ten(instrument.price_digits)) /
                       static_cast<double>(power_of_ten(instrument.quantity_digits));
  return estimate_text(candle.coin * scale * face_value(instrument));
}

std::string volume_in_quote(const Instrument& instrument, const Candle& candle) {
  const int digits = instrument.quantity_digits + instrument.price_digits;
  if (!is_derivative(instrument.kind)) return decimal_text(candle.turnover, digits);
  const Decimal& value = instrument.contract_value;
  const Decimal& multiplier = instrument.contract_multiplier;
  const int value_digits = value.digits + multiplier.digits;
  if (instrument.contract == ContractKind::Inverse)
    return decimal_text(candle.volume * value.mantissa * multiplier.mantissa,
                        instrument.quantity_digits + value_digits);
  return decimal_text(candle.turnover * value.mantissa * multiplier.mantissa,
                      digits + value_digits);
}

void write_candle(JsonWriter& json, const Instrument& instrument, CandleSource source,
                  const Candle& candle, bool closed) {
  json.begin_array()
      .string(millis_text(candle.open_time))
      .string(price_text(instrument, candle.open))
      .string(price_text(instrument, candle.high))
      .string(price_text(instrument, candle.low))
      .string(price_text(instrument, candle.close));
  if (source == CandleSource::Trades)
    json.string(decimal_text(candle.volume, instrument.quantity_digits))
        .string(volume_in_currency(instrument, candle))
        .string(volume_in_quote(instrument, candle));
  json.string(closed ? "1" : "0").end_array();
}

}  // namespace gannet::okx_server
