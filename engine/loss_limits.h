#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "engine/journal_records.h"
#include "engine/profit_book.h"
#include "risk/settings.h"

namespace gannet::engine {

/// Of one scope, 10^-18 of the risk currency. Absent: not limited.
struct LossLimit {
  std::optional<__int128> loss_day_max;
  std::optional<__int128> drawdown_max;
  bool is_set() const noexcept { return loss_day_max || drawdown_max; }
};

struct LossLimitsSettings {
  LossLimit account;
  std::vector<LossLimit> strategies;  ///< missing: not limited
  Nanos patience = seconds(5);        ///< without a valuation, until no new risk is taken
};

/// The limits as a person wrote them; `strategies`: instance names in the order of StrategyId.
LossLimitsSettings loss_limits_of(const risk::Settings& settings,
                                  std::span<const std::string> strategies);

/// What the limits say now.
struct LossVerdict {
  RiskActionRecord::Kind kind = RiskActionRecord::Kind::LossOfDay;
  StrategyId strategy;  ///< invalid: the account
  __int128 limit = 0;   ///< 10^-18 of the risk currency
  __int128 value = 0;   ///< the loss or drawdown, as a magnitude
};

/// Loss limits (PRE-15): of the day's result and of the drawdown, for the account and for each
/// strategy. Inclusive: a loss equal to the limit passes.
///
/// A figure counts at the last known prices while they are no older than the book's price_age_max:
/// what it says then was true that long ago, so a limit that it breaks is broken. Older, or never
/// told, nothing is concluded from it, neither that the limit is kept: after `patience` no new risk
/// is taken until everything that is watched has a price again (NotValued, Valued).
///
/// A breach is told once. It stays until a person resumes: the drawdown then begins anew from what
/// there is; the loss of the day does not, and is told again at once. A restart forgets what was
/// told, not the figures. Thread: the reactor. Allocates at construction only.
class LossLimits {
 public:
  LossLimits(ProfitBook& profits, std::size_t strategies, LossLimitsSettings settings);

  /// After each new valuation. `expects_prices`: markets are connected, so that a missing price
  /// means something. `act` is called for each verdict.
  template <class Act>
  void judge(bool expects_prices, Timestamp now, Act&& act) noexcept {
    for (std::size_t scope = 0; scope < told_.size(); ++scope) {
      if (const auto verdict = breach_of(scope)) act(*verdict);
    }
    if (const auto verdict = look_at_valuation(expects_prices, now)) act(*verdict);
  }

  /// Everything that is watched has been valued since the start: before that nothing may trade.
  bool has_judged() const noexcept;
  /// Whether that scope's limit is broken and no person has resumed since; invalid: the account.
  bool is_broken(StrategyId strategy) const noexcept { return told_[scope_of(strategy)] != 0; }
  /// A person lets that scope go on. An invalid strategy: the account.
  void resume(StrategyId strategy, Timestamp now) noexcept;
  const LossLimit& limit(StrategyId strategy) const noexcept { return limits_[scope_of(strategy)]; }

 private:
  std::size_t scope_of(StrategyId strategy) const noexcept {
    return strategy.value < limits_.size() - 1 ? strategy.value : limits_.size() - 1;
  }
  StrategyId strategy_of(std::size_t scope) const noexcept {
    return scope + 1 == limits_.size() ? StrategyId{}
                                       : StrategyId{static_cast<std::uint16_t>(scope)};
  }
  std::optional<LossVerdict> breach_of(std::size_t scope) noexcept;
  std::optional<LossVerdict> look_at_valuation(bool expects_prices, Timestamp now) noexcept;

  ProfitBook& profits_;
  Nanos patience_;
  std::vector<LossLimit> limits_;   // strategies, then the account
  std::vector<std::uint8_t> told_;  // the same: broken, and told
  Timestamp not_valued_since_;      // zero: it is, or nobody expects it
  bool not_valued_told_ = false;
};

}  // namespace gannet::engine
