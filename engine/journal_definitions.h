#pragma once

#include <cstdint>

#include "base/journal_format.h"
#include "domain/instrument.h"
#include "domain/instrument_table.h"
#include "engine/journal_records.h"

namespace gannet::engine {

// What the dense ids of the other records mean. Written at every start, before anything else, and
// repeated at the head of each segment; the first 8 bytes of each name what it defines.

struct InstrumentDefinition {
  static constexpr std::uint16_t kType = 32 | kJournalDefinition;
  static constexpr std::size_t kFirstSize = 104;
  std::uint32_t instrument = InstrumentId::kNone;
  std::uint32_t reserved = 0;
  char name[48] = {};
  std::int64_t tick_size = 0;
  std::int64_t lot_size = 0;
  std::int64_t contract_value = 0;
  std::int64_t contract_multiplier = 0;
  std::uint16_t base = CurrencyId::kNone;
  std::uint16_t quote = CurrencyId::kNone;
  std::uint16_t settle = CurrencyId::kNone;
  InstrumentKind kind = InstrumentKind::Spot;
  ContractKind contract = ContractKind::None;
  std::uint8_t price_digits = 0;
  std::uint8_t quantity_digits = 0;
  std::uint8_t contract_value_digits = 0;
  std::uint8_t contract_multiplier_digits = 0;
  std::uint8_t reserved_tail[4] = {};
  // Version 3: the whole of it, so that a replay needs no other source. Bits of `present` say which
  // of the values that may be absent are there, in the order of the fields.
  char family[48] = {};
  std::int64_t minimum_quantity = 0;
  std::int64_t maximum_limit_quantity = 0;
  std::int64_t maximum_market_quantity = 0;       ///< bit 0
  std::uint64_t maximum_limit_notional[2] = {};   ///< bit 1: low half, high half
  std::uint64_t maximum_market_notional[2] = {};  ///< bit 2
  std::uint16_t notional_currency[2] = {CurrencyId::kNone, CurrencyId::kNone};
  std::uint8_t present = 0;
  InstrumentState state = InstrumentState::Unknown;
  OptionSide option_side = OptionSide::None;
  std::uint8_t strike_digits = 0;
  std::int64_t strike = 0;            ///< bit 3
  std::int64_t maximum_leverage = 0;  ///< bit 4
  std::int64_t list_time = 0;         ///< bit 5
  std::int64_t expiry_time = 0;       ///< bit 6
  std::uint8_t maximum_leverage_digits = 0;
  std::uint8_t reserved_end[7] = {};
};

struct CurrencyDefinition {
  static constexpr std::uint16_t kType = 33 | kJournalDefinition;
  std::uint64_t currency = CurrencyId::kNone;
  char name[16] = {};
};

struct StrategyDefinition {
  static constexpr std::uint16_t kType = 34 | kJournalDefinition;
  std::uint64_t strategy = StrategyId::kNone;
  std::uint64_t content_id = 0;  ///< of the plugin's file
  char name[48] = {};
  char plugin[48] = {};
};

InstrumentDefinition to_definition(const Instrument& instrument) noexcept;
/// The other way round; its id is the table's to give.
Instrument from_definition(const InstrumentDefinition& definition) noexcept;
CurrencyDefinition to_definition(CurrencyId id, std::string_view name) noexcept;
StrategyDefinition to_definition(StrategyId id, std::string_view name, std::string_view plugin,
                                 std::uint64_t content_id) noexcept;

}  // namespace gannet::engine
