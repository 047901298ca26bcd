#include "sim/okx_server/protocol/internal/valuation.h"

#include "sim/okx_server/protocol/internal/number_text.h"

namespace gannet::okx_server {

double usd_price(const ServerState& state, CurrencyId currency) {
  return gannet::to_double(state.exchange->dollar_price(currency));
}

double to_double(const ServerState& state, InstrumentId instrument, Price price) {
  return gannet::to_double(price, state.instruments[instrument].price_digits);
}

double notional_usd(const ServerState& state, const Instrument& instrument, Price price,
                    Quantity quantity) {
  const double size = gannet::to_double(quantity, instrument.quantity_digits) *
                      to_double(instrument.contract_value) *
                      to_double(instrument.contract_multiplier);
  if (instrument.contract == ContractKind::Inverse) return size;
  return size * gannet::to_double(price, instrument.price_digits) *
         usd_price(state, instrument.quote);
}

std::optional<Price> last_price(const ServerState& state, InstrumentId instrument) {
  const auto& trades = state.markets[instrument.value].recent_trades;
  if (trades.empty()) return std::nullopt;
  return trades.back().price;
}

Price reference_price(const ServerState& state, InstrumentId instrument) {
  const InstrumentMarket& market = state.markets[instrument.value];
  if (market.has_mark && market.mark.raw > 0) return market.mark;
  if (const auto last = last_price(state, instrument)) return *last;
  if (const auto bid = market.book.best(Side::Buy)) return bid->price;
  if (const auto ask = market.book.best(Side::Sell)) return ask->price;
  return {};
}

Price index_price(const ServerState& state, InstrumentId instrument) {
  const InstrumentMarket& market = state.markets[instrument.value];
  return market.has_mark && market.index.raw > 0 ? market.index
                                                 : reference_price(state, instrument);
}

std::optional<PriceLimits> price_limits(const ServerState& state, InstrumentId instrument) {
  const auto band = state.exchange->price_band(instrument);
  if (!band) return std::nullopt;
  return PriceLimits{band->max_buy, band->min_sell};
}

}  // namespace gannet::okx_server
