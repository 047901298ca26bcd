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
  return definition;
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
