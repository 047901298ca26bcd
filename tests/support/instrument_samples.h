#pragma once

#include <string_view>

#include "domain/instrument_table.h"

namespace gannet::test {

/// A BTC-USDT perpetual: tick 0.1 (3 price digits), lot 0.01 contracts of 0.01 BTC.
inline Instrument linear_swap(CurrencyTable& currencies, std::string_view name = "BTC-USDT-SWAP") {
  Instrument i;
  i.name = InstrumentName(name);
  i.family = InstrumentName("BTC-USDT");
  i.kind = InstrumentKind::Swap;
  i.contract = ContractKind::Linear;
  i.state = InstrumentState::Live;
  i.price_digits = 3;
  i.quantity_digits = 2;
  i.base = currencies.intern("BTC");
  i.quote = currencies.intern("USDT");
  i.settle = i.quote;
  i.tick_size = {100};
  i.lot_size = {1};
  i.minimum_quantity = {1};
  i.maximum_limit_quantity = {100'000'000'00};
  i.maximum_market_quantity = Quantity{12'000'00};
  i.contract_value = {1, 2};
  return i;
}

/// A BTC-USD perpetual settled in BTC: contracts of 100 USD, whole lots.
inline Instrument inverse_swap(CurrencyTable& currencies, std::string_view name = "BTC-USD-SWAP") {
  Instrument i = linear_swap(currencies, name);
  i.family = InstrumentName("BTC-USD");
  i.contract = ContractKind::Inverse;
  i.quantity_digits = 0;
  i.base = currencies.intern("USD");
  i.quote = currencies.intern("USD");
  i.settle = currencies.intern("BTC");
  i.maximum_limit_quantity = {1'000'000};
  i.maximum_market_quantity = Quantity{60'000};
  i.contract_value = {100, 0};
  return i;
}

/// BTC-USDT spot: quantities in BTC with 8 digits, the venue's maxima in USD.
inline Instrument spot(CurrencyTable& currencies, std::string_view name = "BTC-USDT") {
  Instrument i = linear_swap(currencies, name);
  i.family = InstrumentName("");
  i.kind = InstrumentKind::Spot;
  i.contract = ContractKind::None;
  i.quantity_digits = 8;
  i.minimum_quantity = {1'000};
  i.maximum_limit_quantity = {9'999 * 100'000'000LL};
  i.maximum_market_quantity.reset();
  i.maximum_limit_notional = *parse_amount("20000000", currencies.intern("USD"));
  i.maximum_market_notional = *parse_amount("1000000", currencies.intern("USD"));
  i.contract_value = {1, 0};
  return i;
}

/// A BTC option: premiums in BTC, lots of one contract of 1 x 0.01 BTC.
inline Instrument option(CurrencyTable& currencies,
                         std::string_view name = "BTC-USD-261225-100000-C") {
  Instrument i = inverse_swap(currencies, name);
  i.kind = InstrumentKind::Option;
  i.option_side = OptionSide::Call;
  i.price_digits = 6;
  i.base = i.quote = i.settle = currencies.intern("BTC");
  i.tick_size = {100};
  i.contract_value = {1, 0};
  i.contract_multiplier = {1, 2};
  return i;
}

}  // namespace gannet::test
