#include "engine/protection.h"

#include <algorithm>
#include <utility>

#include "domain/exact_math.h"
#include "domain/notional.h"

namespace gannet::engine {

namespace {

/// Of the whole account, in the risk currency. What has no price counts as nothing, which errs on
/// the safe side; nothing at all where something owed has none.
std::optional<Int128> equity_of(const ProfitBook& profits,
                                Protections::Balances balances) noexcept {
  Int128 sum = 0;
  bool any = false;
  for (const auto& balance : balances) {
    if (!balance || balance->equity.raw == 0) continue;
    const auto worth = profits.value_of(balance->equity);
    if (!worth && balance->equity.raw > 0) continue;
    if (!worth) return std::nullopt;
    sum = add_saturating(sum, *worth);
    any = true;
  }
  if (!any) return std::nullopt;
  return sum;
}

/// Value of what is held in one instrument, as a magnitude in the risk currency.
std::optional<Int128> held_value(const ProtectionRule& rule, const ProfitBook& profits,
                                 const PositionKeeper& positions,
                                 const InstrumentTable& instruments) noexcept {
  const Quantity held = rule.strategy.valid()
                            ? positions.of_strategy(rule.strategy, rule.instrument).quantity()
                            : positions.of_account(rule.instrument).quantity();
  if (held.raw == 0) return 0;
  const auto price = profits.price_of(rule.instrument);
  if (!price) return std::nullopt;
  const Quantity size = held.raw < 0 ? Quantity{} - held : held;
  return profits.value_of(order_notional(instruments[rule.instrument], *price, size));
}

}  // namespace

std::string_view name_of(ProtectionAction action) noexcept {
  switch (action) {
    case ProtectionAction::Alert:
      return "alert";
    case ProtectionAction::Hold:
      return "hold";
    case ProtectionAction::ReduceOnly:
      return "reduce_only";
    case ProtectionAction::Cancel:
      return "cancel";
    case ProtectionAction::ReduceTo:
      return "reduce_to";
    case ProtectionAction::Close:
      return "close";
  }
  std::unreachable();
}

std::expected<std::vector<ProtectionRule>, Error> resolve_protections(
    std::span<const ProtectionSettings> settings, std::span<const std::string> strategies,
    const InstrumentTable& instruments, const CurrencyTable& currencies) {
  std::vector<ProtectionRule> rules;
  for (const ProtectionSettings& each : settings) {
    ProtectionRule rule;
    rule.name = each.name;
    rule.watch = each.watch;
    rule.action = each.action;
    rule.reduce_to_ppm = each.reduce_to_ppm;
    rule.collar_ppm = each.collar_ppm;
    rule.hold_for = each.hold_for;
    const auto owner = std::ranges::find(strategies, each.strategy);
    if (owner != strategies.end())
      rule.strategy = StrategyId{static_cast<std::uint16_t>(owner - strategies.begin())};
    if (!each.instrument.empty()) rule.instrument = instruments.find(each.instrument);
    if (!each.currency.empty()) rule.currency = currencies.find(each.currency);
    if ((!each.currency.empty() && !rule.currency.valid()) ||
        (!each.instrument.empty() && !rule.instrument.valid())) {
      return std::unexpected(Error{each.where + ": protection \"" + each.name +
                                   "\": neither the account nor its " + "instruments know " +
                                   (rule.currency.valid() ? each.instrument : each.currency)});
    }
    const bool is_ratio =
        each.watch == ProtectionWatch::PositionRatio || each.watch == ProtectionWatch::MarginRatio;
    const int digits = Amount::kDigits - each.threshold.digits;
    rule.threshold = is_ratio ? static_cast<Int128>(each.ratio_ppm)
                              : static_cast<Int128>(each.threshold.mantissa) *
                                    wide_power_of_ten(digits > 0 ? digits : 0);
    rules.push_back(std::move(rule));
  }
  return rules;
}

Protections::Protections(std::vector<ProtectionRule> rules, Nanos rearm)
    : rules_(std::move(rules)), states_(rules_.size()), rearm_(rearm) {}

bool Protections::is_beyond(const ProtectionRule& rule, Int128 value) noexcept {
  switch (rule.watch) {
    case ProtectionWatch::Balance:
    case ProtectionWatch::MarginRatio:
      return value < rule.threshold;
    case ProtectionWatch::PositionRatio:
    case ProtectionWatch::Loss:
    case ProtectionWatch::Profit:
    case ProtectionWatch::Drawdown:
    case ProtectionWatch::LiquidationWarning:
    case ProtectionWatch::Unhedged:
      return value > rule.threshold;
  }
  std::unreachable();
}

std::optional<Int128> Protections::value_of(const ProtectionRule& rule, const ProfitBook& profits,
                                            const PositionKeeper& positions,
                                            const InstrumentTable& instruments,
                                            Balances balances) noexcept {
  const ProfitFigures& figures = profits.figures(rule.strategy);
  switch (rule.watch) {
    case ProtectionWatch::Balance:
      if (rule.currency.value >= balances.size() || !balances[rule.currency.value])
        return std::nullopt;
      return balances[rule.currency.value]->equity.raw;
    case ProtectionWatch::MarginRatio: {
      if (rule.currency.value >= balances.size() || !balances[rule.currency.value])
        return std::nullopt;
      const std::int64_t ratio = balances[rule.currency.value]->margin_ratio_ppm;
      return ratio == 0 ? std::nullopt : std::optional<Int128>(ratio);
    }
    case ProtectionWatch::PositionRatio: {
      const auto equity = equity_of(profits, balances);
      if (!equity) return std::nullopt;
      std::optional<Int128> value;
      if (rule.instrument.valid()) {
        value = held_value(rule, profits, positions, instruments);
      } else if (figures.valued) {
        value = add_saturating(figures.long_value, figures.short_value);
      }
      if (!value || *value == 0) return value;
      if (*equity <= 0) return kInt128Max;  // owing, with positions open
      return mul_div(*value, 1'000'000, *equity, Rounding::Up);
    }
    case ProtectionWatch::Loss:
      return figures.valued ? std::optional(-figures.result) : std::nullopt;
    case ProtectionWatch::Profit:
      return figures.valued ? std::optional(figures.result) : std::nullopt;
    case ProtectionWatch::Drawdown:
      return figures.valued ? std::optional(figures.drawdown) : std::nullopt;
    case ProtectionWatch::Unhedged: {
      const Int128 net = figures.long_value - figures.short_value;
      return figures.valued ? std::optional(net < 0 ? -net : net) : std::nullopt;
    }
    case ProtectionWatch::LiquidationWarning:
      return 0;  // told, not looked up: it only grows quiet
  }
  std::unreachable();
}

bool Protections::restore(const RiskActionRecord& record) noexcept {
  if (record.rule >= rules_.size()) return false;
  const ProtectionRule& rule = rules_[record.rule];
  const bool is_same = rule.action == static_cast<ProtectionAction>(record.action) &&
                       rule.watch == static_cast<ProtectionWatch>(record.watch) &&
                       rule.threshold == record.limit &&
                       (!rule.instrument.valid() || rule.instrument.value == record.instrument) &&
                       rule.strategy.valid() == (record.is_account == 0) &&
                       (!rule.strategy.valid() || rule.strategy.value == record.strategy);
  if (!is_same) return false;
  states_[record.rule].acted = true;
  return true;
}

bool Protections::note(std::size_t i, bool holds, Timestamp now) noexcept {
  State& state = states_[i];
  if (!holds) {
    state.held_since = {};
    if (state.held_last.nanos == 0) state.held_last = now;  // of an earlier run: who knows
    if (state.acted && now - state.held_last >= rearm_) state.acted = false;
    return false;
  }
  state.held_last = now;
  if (state.held_since.nanos == 0) state.held_since = now;
  if (now - state.held_since < rules_[i].hold_for) return false;
  return !std::exchange(state.acted, true);
}

}  // namespace gannet::engine
