#include "simtest/listing.h"

#include <string_view>

namespace gannet::simtest {
namespace {

void add(Listing& listing, std::string_view base, std::string_view name, InstrumentKind kind,
         std::int64_t code) {
  Instrument instrument;
  instrument.name = name;
  instrument.kind = kind;
  instrument.state = InstrumentState::Live;
  instrument.base = listing.currencies.intern(base);
  instrument.quote = instrument.settle = listing.currencies.intern("USDT");
  instrument.price_digits = 3;
  instrument.quantity_digits = kind == InstrumentKind::Spot ? 8 : 2;
  instrument.tick_size = {kTick};
  instrument.lot_size = instrument.minimum_quantity = {1};
  instrument.maximum_limit_quantity = {1'000'000'000'000};
  instrument.maximum_market_quantity = Quantity{1'000'000'000'000};
  const std::string pair = std::string(base) + "-USDT";
  if (kind == InstrumentKind::Swap) {
    instrument.family = InstrumentName(pair);
    instrument.contract = ContractKind::Linear;
    instrument.contract_value = {1, 2};
    instrument.maximum_leverage = Decimal{100, 0};
  }
  const Instrument& row = listing.instruments[listing.instruments.add(instrument)];
  listing.codes.add({row.id, row.name, row.family, InstrumentName(pair), kind, row.price_digits,
                     row.quantity_digits, code});
}

}  // namespace

Listing::Listing() {
  add(*this, "BTC", "BTC-USDT-SWAP", InstrumentKind::Swap, 10458);
  add(*this, "ETH", "ETH-USDT-SWAP", InstrumentKind::Swap, 10459);
  add(*this, "BTC", "BTC-USDT", InstrumentKind::Spot, 7);
}

}  // namespace gannet::simtest
