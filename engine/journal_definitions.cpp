#include "engine/journal_definitions.h"

#include <algorithm>
#include <type_traits>

namespace gannet::engine {
namespace {

// No padding: two runs over the same inputs must write the same bytes.
static_assert(std::has_unique_object_representations_v<InstrumentDefinition>);
static_assert(std::has_unique_object_representations_v<CurrencyDefinition>);
static_assert(std::has_unique_object_representations_v<StrategyDefinition>);

template <std::size_t N>
void copy_name(char (&to)[N], std::string_view name) noexcept {
  std::copy_n(name.data(), std::min(name.size(), N - 1), to);
}

}  // namespace

InstrumentDefinition to_definition(const Instrument& instrument) noexcept {
  InstrumentDefinition definition;
  definition.instrument = instrument.id.value;
  copy_name(definition.name, instrument.name.view());
  definition.tick_size = instrument.tick_size.raw;
  definition.lot_size = instrument.lot_size.raw;
  definition.contract_value = instrument.contract_value.mantissa;
  definition.contract_multiplier = instrument.contract_multiplier.mantissa;
  definition.base = instrument.base.value;
  definition.quote = instrument.quote.value;
  definition.settle = instrument.settle.value;
  definition.kind = instrument.kind;
  definition.contract = instrument.contract;
  definition.price_digits = instrument.price_digits;
  definition.quantity_digits = instrument.quantity_digits;
  definition.contract_value_digits = instrument.contract_value.digits;
  definition.contract_multiplier_digits = instrument.contract_multiplier.digits;
  copy_name(definition.family, instrument.family.view());
  definition.state = instrument.state;
  definition.option_side = instrument.option_side;
  definition.minimum_quantity = instrument.minimum_quantity.raw;
  definition.maximum_limit_quantity = instrument.maximum_limit_quantity.raw;
  const auto set = [&](unsigned bit, bool is_there) {
    if (is_there) definition.present = static_cast<std::uint8_t>(definition.present | 1u << bit);
  };
  const auto split = [](const std::optional<Amount>& amount, std::uint64_t(&halves)[2],
                        std::uint16_t& currency) {
    if (!amount) return;
    halves[0] = static_cast<std::uint64_t>(amount->raw);
    halves[1] = static_cast<std::uint64_t>(static_cast<unsigned __int128>(amount->raw) >> 64);
    currency = amount->currency.value;
  };
  set(0, instrument.maximum_market_quantity.has_value());
  set(1, instrument.maximum_limit_notional.has_value());
  set(2, instrument.maximum_market_notional.has_value());
  set(3, instrument.strike.has_value());
  set(4, instrument.maximum_leverage.has_value());
  set(5, instrument.list_time.has_value());
  set(6, instrument.expiry_time.has_value());
  definition.maximum_market_quantity = instrument.maximum_market_quantity.value_or(Quantity{}).raw;
  split(instrument.maximum_limit_notional, definition.maximum_limit_notional,
        definition.notional_currency[0]);
  split(instrument.maximum_market_notional, definition.maximum_market_notional,
        definition.notional_currency[1]);
  definition.strike = instrument.strike.value_or(Decimal{}).mantissa;
  definition.strike_digits = instrument.strike.value_or(Decimal{}).digits;
  definition.maximum_leverage = instrument.maximum_leverage.value_or(Decimal{}).mantissa;
  definition.maximum_leverage_digits = instrument.maximum_leverage.value_or(Decimal{}).digits;
  definition.list_time = instrument.list_time.value_or(Timestamp{}).nanos;
  definition.expiry_time = instrument.expiry_time.value_or(Timestamp{}).nanos;
  return definition;
}

Instrument from_definition(const InstrumentDefinition& definition) noexcept {
  Instrument instrument;
  instrument.name = std::string_view(definition.name);
  instrument.family = std::string_view(definition.family);
  instrument.kind = definition.kind;
  instrument.contract = definition.contract;
  instrument.state = definition.state;
  instrument.option_side = definition.option_side;
  instrument.price_digits = definition.price_digits;
  instrument.quantity_digits = definition.quantity_digits;
  instrument.base = CurrencyId{definition.base};
  instrument.quote = CurrencyId{definition.quote};
  instrument.settle = CurrencyId{definition.settle};
  instrument.tick_size = {definition.tick_size};
  instrument.lot_size = {definition.lot_size};
  instrument.minimum_quantity = {definition.minimum_quantity};
  instrument.maximum_limit_quantity = {definition.maximum_limit_quantity};
  instrument.contract_value = {definition.contract_value, definition.contract_value_digits};
  instrument.contract_multiplier = {definition.contract_multiplier,
                                    definition.contract_multiplier_digits};
  const auto has = [&](unsigned bit) { return (definition.present >> bit & 1u) != 0; };
  const auto join = [](const std::uint64_t(&halves)[2], std::uint16_t currency) {
    const auto whole = static_cast<unsigned __int128>(halves[1]) << 64 | halves[0];
    return Amount{static_cast<__int128>(whole), CurrencyId{currency}};
  };
  if (has(0)) instrument.maximum_market_quantity = Quantity{definition.maximum_market_quantity};
  if (has(1))
    instrument.maximum_limit_notional =
        join(definition.maximum_limit_notional, definition.notional_currency[0]);
  if (has(2))
    instrument.maximum_market_notional =
        join(definition.maximum_market_notional, definition.notional_currency[1]);
  if (has(3)) instrument.strike = Decimal{definition.strike, definition.strike_digits};
  if (has(4))
    instrument.maximum_leverage =
        Decimal{definition.maximum_leverage, definition.maximum_leverage_digits};
  if (has(5)) instrument.list_time = Timestamp{definition.list_time};
  if (has(6)) instrument.expiry_time = Timestamp{definition.expiry_time};
  return instrument;
}

CurrencyDefinition to_definition(CurrencyId id, std::string_view name) noexcept {
  CurrencyDefinition definition;
  definition.currency = id.value;
  copy_name(definition.name, name);
  return definition;
}

StrategyDefinition to_definition(StrategyId id, std::string_view name, std::string_view plugin,
                                 std::uint64_t content_id) noexcept {
  StrategyDefinition definition;
  definition.strategy = id.value;
  definition.content_id = content_id;
  copy_name(definition.name, name);
  copy_name(definition.plugin, plugin);
  return definition;
}

}  // namespace gannet::engine
