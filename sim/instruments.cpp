#include "sim/instruments.h"

#include <string>

#include "domain/units.h"

namespace gannet::sim {
namespace {

struct Row {
  std::string_view name;
  std::string_view family;
  std::int64_t code;
  InstrumentKind kind;
  ContractKind contract;
  std::string_view base;
  std::string_view quote;
  std::string_view settle;
  int tick_digits;  // the tick is one unit of its last digit
  int lot_digits;
  std::string_view minimum;
  std::string_view largest_limit;
  std::string_view largest_market;  // contracts; "": money
  Decimal contract_value;
};

constexpr auto kSpot = InstrumentKind::Spot;
constexpr auto kSwap = InstrumentKind::Swap;
constexpr auto kFutures = InstrumentKind::Futures;
constexpr auto kLinear = ContractKind::Linear;
constexpr auto kInverse = ContractKind::Inverse;

// clang-format off
constexpr Row kRows[] = {
  {"BTC-USDT", "", 2021032601102994, kSpot, ContractKind::None, "BTC", "USDT", "USDT", 1, 8, "0.00001", "9999", "", {1, 0}},
  {"ETH-USDT", "", 2021032601102995, kSpot, ContractKind::None, "ETH", "USDT", "USDT", 2, 6, "0.0001", "99999", "", {1, 0}},
  {"BTC-USDT-SWAP", "BTC-USDT", 10459, kSwap, kLinear, "BTC", "USDT", "USDT", 1, 2, "0.01", "100000000", "12000", {1, 2}},
  {"ETH-USDT-SWAP", "ETH-USDT", 10461, kSwap, kLinear, "ETH", "USDT", "USDT", 2, 2, "0.01", "100000000", "20000", {1, 1}},
  {"SOL-USDT-SWAP", "SOL-USDT", 10517, kSwap, kLinear, "SOL", "USDT", "USDT", 2, 2, "0.01", "100000000", "30000", {1, 0}},
  {"BTC-USD-SWAP", "BTC-USD", 10460, kSwap, kInverse, "BTC", "USD", "BTC", 1, 0, "1", "100000000", "40000", {100, 0}},
  {"BTC-USDT-271231", "BTC-USDT", 20311, kFutures, kLinear, "BTC", "USDT", "USDT", 1, 2, "0.01", "100000000", "3000", {1, 2}},
};
// clang-format on

/// 2027-12-31 08:00 UTC, when BTC-USDT-271231 is delivered.
constexpr Timestamp kDelivery = from_unix_millis(1'830'240'000'000);

Quantity quantity(std::string_view text, int digits) noexcept {
  return {parse_units(text, digits).value_or(0)};
}

Instrument make(const Row& row, CurrencyTable& currencies) {
  Instrument instrument;
  instrument.name = row.name;
  instrument.family = row.family;
  instrument.kind = row.kind;
  instrument.contract = row.contract;
  instrument.state = InstrumentState::Live;
  instrument.price_digits = static_cast<std::uint8_t>(row.tick_digits + 2);
  instrument.quantity_digits = static_cast<std::uint8_t>(row.lot_digits);
  instrument.base = currencies.intern(row.base);
  instrument.quote = currencies.intern(row.quote);
  instrument.settle = currencies.intern(row.settle);
  instrument.tick_size = {100};
  instrument.lot_size = {1};
  instrument.minimum_quantity = quantity(row.minimum, row.lot_digits);
  instrument.maximum_limit_quantity = quantity(row.largest_limit, row.lot_digits);
  if (!row.largest_market.empty()) {
    instrument.maximum_market_quantity = quantity(row.largest_market, row.lot_digits);
  } else {
    const __int128 million = static_cast<__int128>(1'000'000) * power_of_ten(Amount::kDigits);
    instrument.maximum_market_notional = Amount{million, currencies.intern("USD")};
    instrument.maximum_limit_notional = Amount{million * 20, currencies.intern("USD")};
  }
  instrument.contract_value = row.contract_value;
  if (row.kind != kSpot) instrument.maximum_leverage = Decimal{100, 0};
  instrument.list_time = from_unix_millis(1'611'907'686'000);
  if (row.kind == kFutures) instrument.expiry_time = kDelivery;
  return instrument;
}

}  // namespace

std::vector<InstrumentId> add_built_in_instruments(InstrumentTable& instruments,
                                                   CurrencyTable& currencies) {
  std::vector<InstrumentId> ids;
  for (const Row& row : kRows) ids.push_back(instruments.add(make(row, currencies)));
  return ids;
}

std::int64_t instrument_code(std::string_view name) noexcept {
  for (const Row& row : kRows) {
    if (row.name == name) return row.code;
  }
  return 0;
}

double usual_price(std::string_view base) noexcept {
  struct Usual {
    std::string_view base;
    double price;
  };
  static constexpr Usual kUsual[] = {
      {"BTC", 60'000}, {"ETH", 2'500}, {"SOL", 150},  {"BNB", 600},       {"XRP", 0.6},
      {"ADA", 0.4},    {"DOGE", 0.12}, {"TRX", 0.13}, {"AVAX", 25},       {"LINK", 12},
      {"DOT", 5},      {"LTC", 70},    {"BCH", 350},  {"UNI", 7},         {"ATOM", 5},
      {"ETC", 20},     {"FIL", 4},     {"APT", 7},    {"ARB", 0.6},       {"OP", 1.6},
      {"SUI", 1.5},    {"TON", 5.5},   {"NEAR", 4},   {"SHIB", 0.000018}, {"PEPE", 0.000009},
      {"XLM", 0.1},    {"AAVE", 140},  {"OKB", 45},   {"XAUT", 2'600},    {"PAXG", 2'600},
      {"ICP", 8},      {"HBAR", 0.06}, {"INJ", 20},   {"EUR", 1.1},       {"STETH", 2'500},
  };
  for (const Usual& usual : kUsual) {
    if (usual.base == base) return usual.price;
  }
  return 0;
}

}  // namespace gannet::sim
