#pragma once

#include <cstddef>
#include <cstdint>
#include <expected>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/error.h"
#include "domain/instrument_table.h"
#include "domain/orders.h"
#include "engine/journal_records.h"
#include "engine/profit_book.h"
#include "engine/settings.h"

namespace gannet::engine {

std::string_view name_of(ProtectionAction action) noexcept;

/// One rule, resolved. Money is 10^-18: of the currency for Balance, else of the risk currency;
/// ratios are millionths.
struct ProtectionRule {
  std::string name;
  ProtectionWatch watch = ProtectionWatch::Drawdown;
  ProtectionAction action = ProtectionAction::Alert;
  StrategyId strategy;      ///< invalid: the account, and all strategies
  InstrumentId instrument;  ///< invalid: all
  CurrencyId currency;      ///< Balance, MarginRatio
  __int128 threshold = 0;
  std::uint32_t reduce_to_ppm = 0;
  std::uint32_t collar_ppm = 0;  ///< of the orders that reduce; 0: as the gate allows
  Nanos hold_for{};              ///< the condition must have held so long
};

/// Names to what they mean. Errors, naming file and line: a currency that the account has not.
std::expected<std::vector<ProtectionRule>, Error> resolve_protections(
    std::span<const ProtectionSettings> settings, std::span<const std::string> strategies,
    const InstrumentTable& instruments, const CurrencyTable& currencies);

/// A rule whose condition has come to hold.
struct ProtectionVerdict {
  std::uint16_t rule = 0;
  __int128 value = 0;       ///< in the unit of its threshold
  InstrumentId instrument;  ///< LiquidationWarning: which one
  bool rearmed = false;     ///< it does nothing, but may act again from here on
};

/// Automatic protection: thresholds that a person set once, judged with every valuation. A rule
/// acts when its condition comes to hold, once; it is armed again when the condition has not held
/// for `rearm`. Where a figure cannot be had (nothing told, no price) the rule is not judged: the
/// loss limits see to that case. Thread: the reactor. Allocates at construction only.
class Protections {
 public:
  Protections(std::vector<ProtectionRule> rules, Nanos rearm = seconds(60));

  using Balances = std::span<const std::optional<BalanceReport>>;  ///< by currency

  template <class Act>
  void judge(const ProfitBook& profits, const PositionKeeper& positions,
             const InstrumentTable& instruments, Balances balances, Timestamp now,
             Act&& act) noexcept {
    for (std::size_t i = 0; i < rules_.size(); ++i) {
      const auto value = value_of(rules_[i], profits, positions, instruments, balances);
      if (!value) continue;
      const bool had_acted = states_[i].acted;
      if (note(i, is_beyond(rules_[i], *value), now)) {
        act(ProtectionVerdict{static_cast<std::uint16_t>(i), *value, {}});
      } else if (had_acted && !states_[i].acted) {
        act(ProtectionVerdict{static_cast<std::uint16_t>(i), *value, {}, true});
      }
    }
  }
  template <class Act>
  void on_liquidation_warning(const LiquidationWarning& warning, Timestamp now,
                              Act&& act) noexcept {
    for (std::size_t i = 0; i < rules_.size(); ++i) {
      const ProtectionRule& rule = rules_[i];
      if (rule.watch != ProtectionWatch::LiquidationWarning ||
          (rule.instrument.valid() && rule.instrument != warning.instrument))
        continue;
      if (note(i, true, now))
        act(ProtectionVerdict{static_cast<std::uint16_t>(i), warning.margin_ratio_ppm,
                              warning.instrument});
    }
  }

  /// An earlier run's act, as the journal has it: the rule has acted, and is armed again when its
  /// condition has not held for `rearm` in this run. False: no such rule is configured by now.
  bool restore(const RiskActionRecord& record) noexcept;

  const ProtectionRule& rule(std::size_t i) const noexcept { return rules_[i]; }
  std::size_t size() const noexcept { return rules_.size(); }
  /// It has acted and its condition has held within `rearm`.
  bool has_acted(std::size_t i) const noexcept { return states_[i].acted; }

 private:
  struct State {
    bool acted = false;
    Timestamp held_since;  // zero: it does not hold
    Timestamp held_last;
  };

  static bool is_beyond(const ProtectionRule& rule, __int128 value) noexcept;
  static std::optional<__int128> value_of(const ProtectionRule& rule, const ProfitBook& profits,
                                          const PositionKeeper& positions,
                                          const InstrumentTable& instruments,
                                          Balances balances) noexcept;
  /// True: it has just come to hold.
  bool note(std::size_t i, bool holds, Timestamp now) noexcept;

  std::vector<ProtectionRule> rules_;
  std::vector<State> states_;
  Nanos rearm_;
};

}  // namespace gannet::engine
