#include "engine/loss_limits.h"

#include <algorithm>

#include "domain/exact_math.h"

namespace gannet::engine {

namespace {

std::optional<Int128> money_of(const std::optional<Decimal>& value) {
  if (!value) return std::nullopt;
  const int digits = Amount::kDigits - value->digits;
  if (digits >= 0) return static_cast<Int128>(value->mantissa) * wide_power_of_ten(digits);
  return static_cast<Int128>(value->mantissa) / wide_power_of_ten(-digits);
}

LossLimit limit_of(const risk::LossSettings& settings, const risk::LossSettings& otherwise) {
  LossLimit limit;
  limit.loss_day_max =
      money_of(settings.loss_day_max ? settings.loss_day_max : otherwise.loss_day_max);
  limit.drawdown_max =
      money_of(settings.drawdown_max ? settings.drawdown_max : otherwise.drawdown_max);
  return limit;
}

}  // namespace

LossLimitsSettings loss_limits_of(const risk::Settings& settings,
                                  std::span<const std::string> strategies) {
  LossLimitsSettings out;
  out.account = limit_of(settings.account_loss, {});
  for (const std::string& name : strategies) {
    const auto own = std::ranges::find(settings.strategy_losses, name,
                                       [](const auto& named) { return named.first; });
    out.strategies.push_back(
        limit_of(own == settings.strategy_losses.end() ? risk::LossSettings{} : own->second,
                 settings.strategy_loss_default));
  }
  return out;
}

LossLimits::LossLimits(ProfitBook& profits, std::size_t strategies, LossLimitsSettings settings)
    : profits_(profits),
      patience_(settings.patience),
      limits_(std::move(settings.strategies)),
      told_(strategies + 1) {
  limits_.resize(strategies);
  limits_.push_back(settings.account);
}

bool LossLimits::has_judged() const noexcept {
  for (std::size_t scope = 0; scope < limits_.size(); ++scope) {
    if (limits_[scope].is_set() && !profits_.figures(strategy_of(scope)).judged) return false;
  }
  return true;
}

std::optional<LossVerdict> LossLimits::breach_of(std::size_t scope) noexcept {
  const LossLimit& limit = limits_[scope];
  const ProfitFigures& figures = profits_.figures(strategy_of(scope));
  if (told_[scope] != 0 || !figures.valued) return std::nullopt;
  LossVerdict verdict;
  verdict.strategy = strategy_of(scope);
  if (limit.loss_day_max && -figures.result > *limit.loss_day_max) {
    verdict.limit = *limit.loss_day_max;
    verdict.value = -figures.result;
  } else if (limit.drawdown_max && figures.drawdown > *limit.drawdown_max) {
    verdict.kind = RiskActionRecord::Kind::Drawdown;
    verdict.limit = *limit.drawdown_max;
    verdict.value = figures.drawdown;
  } else {
    return std::nullopt;
  }
  told_[scope] = 1;
  return verdict;
}

std::optional<LossVerdict> LossLimits::look_at_valuation(bool expects_prices,
                                                         Timestamp now) noexcept {
  LossVerdict verdict;
  bool is_valued = true;
  for (std::size_t scope = 0; scope < limits_.size(); ++scope) {
    const ProfitFigures& figures = profits_.figures(strategy_of(scope));
    if (!limits_[scope].is_set() || figures.valued) continue;
    is_valued = false;
    verdict.strategy = strategy_of(scope);
    verdict.value = figures.age.count;
  }
  if (is_valued) {
    not_valued_since_ = {};
    if (!not_valued_told_) return std::nullopt;
    not_valued_told_ = false;
    verdict.kind = RiskActionRecord::Kind::Valued;
    return verdict;
  }
  if (not_valued_since_.nanos == 0 && expects_prices) not_valued_since_ = now;
  if (not_valued_told_ || not_valued_since_.nanos == 0 || now - not_valued_since_ < patience_)
    return std::nullopt;
  not_valued_told_ = true;
  verdict.kind = RiskActionRecord::Kind::NotValued;
  return verdict;
}

void LossLimits::resume(StrategyId strategy, Timestamp now) noexcept {
  std::uint8_t& told = told_[scope_of(strategy)];
  if (told == 0) return;
  told = 0;
  profits_.restart_peak(strategy, now);
}

}  // namespace gannet::engine
