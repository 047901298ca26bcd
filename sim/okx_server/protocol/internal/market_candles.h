#pragma once

#include <optional>
#include <string>

#include "sim/okx_server/protocol/internal/json_writer.h"
#include "sim/okx_server/protocol/internal/state.h"

namespace gannet::okx_server {

/// Candles of what: trades, the mark price, the index price.
enum class CandleSource : std::uint8_t { Trades, Mark, Index };

/// The instrument has a price: its candles begin, unless they did.
void begin_candles(ServerState& state, InstrumentId instrument, Price price, Timestamp time);
void note_reference_prices(ServerState& state, InstrumentId instrument, Price mark, Price index,
                           Timestamp time);

const CandleSeries& candles_of(const InstrumentMarket& market, CandleSource source) noexcept;
/// [ts, o, h, l, c, vol, volCcy, volCcyQuote, confirm], of mark and index [ts, o, h, l, c,
/// confirm]. Times of candles are the exchange's own (they part from the wall clock when
/// `Settings::speed` is not 1), so that bars stay as long as their names say.
void write_candle(JsonWriter& json, const Instrument& instrument, CandleSource source,
                  const Candle& candle, bool closed);

/// What is traded in a made-up minute at that price.
Quantity usual_volume(const Instrument& instrument, Price price) noexcept;
/// A traded volume in the other unit that OKX tells: base currency of contracts, quote of spot.
std::string volume_in_currency(const Instrument& instrument, const Candle& candle);
/// In quote currency, of all kinds.
std::string volume_in_quote(const Instrument& instrument, const Candle& candle);

}  // namespace gannet::okx_server
