#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "config/settings.h"
#include "domain/instrument_table.h"
#include "engine/trading_core.h"

namespace gannet::app {

/// One limit and how much of it is used, by value.
struct LimitRow {
  enum class Unit : std::uint8_t { Count, Quantity, Money, Fraction, Ratio };
  const char* key = "";     ///< as the configuration names it
  InstrumentId instrument;  ///< invalid: of all
  StrategyId strategy;      ///< invalid: of the account
  Unit unit = Unit::Count;
  std::optional<__int128> limit;  ///< raw quantity, 10^-18 money, or millionths; absent: none
  std::optional<__int128> use;    ///< absent: of one order, so nothing is used up
};

/// What the reactor knows of its limits, for a person: filled there without allocating, as far as
/// the room goes that the cold thread made.
struct LimitUse {
  explicit LimitUse(std::size_t room) { rows.reserve(room); }
  std::vector<LimitRow> rows;
  std::array<std::uint64_t, kDenialReasons> broken{};  ///< by reason: of behavioural rules
  std::vector<std::optional<DenialReason>> disabled;   ///< by strategy
  risk::BehaviourRules rules;
  std::uint32_t account_requests_left = 0;  ///< of the venue's limit over all instruments
  std::uint8_t account_halvings = 0;
  bool cut = false;  ///< there was no room for all rows
};

/// Room for every row of that many.
std::size_t limit_rows(std::size_t strategies, std::size_t instruments) noexcept;
/// On the reactor.
void fill_limit_use(LimitUse& out, const engine::TradingCore& core,
                    const InstrumentTable& instruments, std::size_t strategies,
                    Timestamp now) noexcept;

/// Names and units for the pages below.
struct LimitNames {
  const InstrumentTable& instruments;
  const std::vector<engine::StrategySettings>& strategies;
  const risk::Settings& settings;
};
/// One JSON object, one line: every limit, set or not.
std::string limits_json(const LimitUse& use, const LimitNames& names);
/// Lines for a terminal: the limits that are set.
std::string limits_page(const LimitUse& use, const LimitNames& names);

}  // namespace gannet::app
