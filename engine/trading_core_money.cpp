#include <algorithm>
#include <limits>

#include "engine/trading_core.h"

// What the account and its strategies earned, and what follows from that: loss limits, automatic
// protection, bills.

namespace gannet::engine {

namespace {

constexpr __int128 kLargestTold = std::numeric_limits<std::int64_t>::max();

/// Of the risk currency, for a person's line: millionths are enough.
std::int64_t millionths(__int128 money) noexcept {
  return static_cast<std::int64_t>(money / 1'000'000'000'000);
}

}  // namespace

void TradingCore::look_at_money(Timestamp now) noexcept {
  if (!started_ || !profits_.on_timer(now)) return;
  bills_.on_timer(now);
  if (profits_.has_turned()) {
    links_.listener.on_day_closed({}, profits_.closing({}), now);
    for (std::uint16_t s = 0; s < positions_.strategies(); ++s)
      links_.listener.on_day_closed(StrategyId{s}, profits_.closing(StrategyId{s}), now);
  }
  losses_.judge(is_connected() && is_reconciled(), now,
                [this, now](const LossVerdict& verdict) noexcept { act_on(verdict, now); });
  protections_.judge(
      profits_, positions_, links_.instruments, balances_, now,
      [this, now](const ProtectionVerdict& verdict) noexcept { act_on(verdict, now); });
}

void TradingCore::act_on(const LossVerdict& verdict, Timestamp now) noexcept {
  using Kind = RiskActionRecord::Kind;
  const bool is_account = !verdict.strategy.valid();
  RiskActionRecord entry;
  entry.kind = verdict.kind;
  entry.limit = verdict.limit;
  entry.value = verdict.value;
  entry.strategy = verdict.strategy.value;
  entry.is_account = is_account ? 1 : 0;
  record(entry, now);
  const auto alert = [&](Alert what) noexcept {
    links_.listener.on_alert({.alert = what,
                              .instrument = {},
                              .client_id = {},
                              .venue_id = {},
                              .expected = millionths(verdict.limit),
                              .actual = millionths(verdict.value),
                              .time = now,
                              .strategy = verdict.strategy});
  };
  switch (verdict.kind) {
    case Kind::LossOfDay:
    case Kind::Drawdown:
      alert(Alert::LossLimit);
      if (!is_account) {
        kill(ControlScope{.level = ControlLevel::Strategy, .strategy = verdict.strategy},
             verdict.kind == Kind::LossOfDay ? "loss limit: loss of the day"
                                             : "loss limit: drawdown",
             "engine", now);
      } else if (!kills_.engine()) {
        kill(verdict.kind == Kind::LossOfDay ? "loss limit: loss of the day"
                                             : "loss limit: drawdown",
             "engine", now);
      }
      break;
    case Kind::NotValued:
      alert(Alert::ValuationMissing);
      set_hold(HoldReason::NoValuation, true, now);
      update_state(now);
      break;
    case Kind::Valued:
      set_hold(HoldReason::NoValuation, false, now);
      update_state(now);
      break;
    case Kind::Protection:
    case Kind::Rearmed:
      break;
  }
}

void TradingCore::act_on(const ProtectionVerdict& verdict, Timestamp now) noexcept {
  const ProtectionRule& rule = protections_.rule(verdict.rule);
  const InstrumentId instrument = rule.instrument.valid() ? rule.instrument : verdict.instrument;
  RiskActionRecord entry;
  entry.kind =
      verdict.rearmed ? RiskActionRecord::Kind::Rearmed : RiskActionRecord::Kind::Protection;
  entry.limit = rule.threshold;
  entry.value = verdict.value;
  entry.instrument = instrument.value;
  entry.strategy = rule.strategy.value;
  entry.is_account = rule.strategy.valid() ? 0 : 1;
  entry.rule = verdict.rule;
  entry.action = static_cast<std::uint8_t>(rule.action);
  entry.watch = static_cast<std::uint8_t>(rule.watch);
  if (verdict.rearmed) {
    record(entry, now);
    return;
  }
  const bool is_ratio = rule.watch == ProtectionWatch::PositionRatio ||
                        rule.watch == ProtectionWatch::MarginRatio ||
                        rule.watch == ProtectionWatch::LiquidationWarning;
  const auto told = [is_ratio](__int128 value) noexcept {
    return is_ratio ? static_cast<std::int64_t>(std::min<__int128>(value, kLargestTold))
                    : millionths(value);
  };
  links_.listener.on_alert({.alert = Alert::Protection,
                            .instrument = instrument,
                            .client_id = {},
                            .venue_id = {},
                            .expected = told(rule.threshold),
                            .actual = told(verdict.value),
                            .time = now,
                            .strategy = rule.strategy});
  links_.listener.on_protection(rule, verdict.value, now);
  switch (rule.action) {
    case ProtectionAction::Alert:
      break;
    case ProtectionAction::Hold:
      if (rule.strategy.valid()) {
        protect(rule, risk::TradingMode::Held, now);
      } else {
        hold(rule.name, "protection", now);
      }
      break;
    case ProtectionAction::ReduceOnly:
      protect(rule, risk::TradingMode::ReduceOnly, now);
      break;
    case ProtectionAction::Cancel:
      if (rule.strategy.valid()) {
        orders_.cancel_all_of(rule.strategy, rule.instrument, now, CancelWish::Engine);
      } else {
        orders_.cancel_all(rule.instrument, now);
      }
      break;
    case ProtectionAction::ReduceTo:
    case ProtectionAction::Close:
      protect(rule, risk::TradingMode::ReduceOnly, now);
      if (instrument.valid()) {
        reduce(rule, instrument, now);
      } else {
        for (const Instrument& each : links_.instruments) reduce(rule, each.id, now);
      }
      break;
  }
  // Last: a rule counts as having acted only when all that it began is in the journal.
  record(entry, now);
}

/// Strategies of the rule's scope trade in that mode until a person resumes; their orders go.
void TradingCore::protect(const ProtectionRule& rule, risk::TradingMode mode,
                          Timestamp now) noexcept {
  for (std::uint16_t s = 0; s < positions_.strategies(); ++s) {
    if (set_protected(rule, StrategyId{s}, mode))
      orders_.cancel_all_of(StrategyId{s}, {}, now, CancelWish::Engine);
  }
}

bool TradingCore::set_protected(const ProtectionRule& rule, StrategyId strategy,
                                risk::TradingMode mode) noexcept {
  if (rule.strategy.valid() && rule.strategy != strategy) return false;
  // One that is killed too: it may be resumed alone. A hold is not lifted to less.
  if (mode == risk::TradingMode::ReduceOnly && modes_.strategy(strategy) == risk::TradingMode::Held)
    return false;
  kills_.set_strategy_mode(strategy, mode);
  return true;
}

/// What a protection did stays until a person resumes, whatever the configuration says by now.
/// Orders of the run before go as they do at every start, but for what may be adopted: nothing is.
void TradingCore::restore_protections(const PriorBelief& prior) noexcept {
  for (const RiskActionRecord& record : prior.protections()) {
    const auto action = static_cast<ProtectionAction>(record.action);
    if (action == ProtectionAction::Alert || action == ProtectionAction::Cancel) continue;
    const bool is_account = record.is_account != 0;
    if (is_account && action == ProtectionAction::Hold) {
      set_hold(HoldReason::Operator, true, {});
      continue;
    }
    ProtectionRule rule;
    if (!is_account) rule.strategy = StrategyId{record.strategy};
    if (!is_account && !exposure_.contains(rule.strategy)) continue;  // not configured any more
    for (std::uint16_t s = 0; s < positions_.strategies(); ++s)
      set_protected(rule, StrategyId{s},
                    action == ProtectionAction::Hold ? risk::TradingMode::Held
                                                     : risk::TradingMode::ReduceOnly);
  }
  for (const auto& [rule, record] : prior.acted_rules()) protections_.restore(record);
  for (const ReductionRecord& record : prior.reductions()) reducer_.restore(record);
}

void TradingCore::reduce(const ProtectionRule& rule, InstrumentId instrument,
                         Timestamp now) noexcept {
  const std::uint32_t part = rule.action == ProtectionAction::Close ? 0 : rule.reduce_to_ppm;
  reducer_.start({rule.strategy, instrument, {}, rule.collar_ppm, part, true}, now);
}

void TradingCore::lift_protections() noexcept {
  for (std::uint16_t s = 0; s < positions_.strategies(); ++s)
    kills_.set_strategy_mode(StrategyId{s}, risk::TradingMode::Ready);  // what is killed stays so
}

void TradingCore::stop_strategy(StrategyId strategy, Timestamp now) noexcept {
  if (!exposure_.contains(strategy)) return;
  kills_.note_failed(strategy);
  // Nobody would wish it again: the wish must outlive a refusal.
  orders_.cancel_all_of(strategy, {}, now, CancelWish::Engine);
}

bool TradingCore::accept_balance(CurrencyId currency, std::string_view who,
                                 Timestamp now) noexcept {
  if (!currency.valid() || currency.value >= balances_.size()) return false;
  const CoreJournal::Input input(journal_);
  record_command(CommandRecord::Kind::Accept, "", who, now, {}, {}, 0, currency);
  return bills_.accept(currency);
}

void TradingCore::on_bill(const BillReport& bill) noexcept {
  const CoreJournal::Input input(journal_);
  if (!bills_.on_bill(bill)) return;
  now_ = std::max(now_, bill.receive_time);
  record(to_record(bill), bill.receive_time);
  profits_.on_bill(bill);
  spot_.on_bill(bill);
  tell_bill(bill);
}

void TradingCore::on_bills_listed(Timestamp until, Timestamp now) noexcept {
  const CoreJournal::Input input(journal_);
  record_call(CoreCallRecord::Kind::BillsListed, static_cast<std::uint64_t>(until.nanos), now);
  now_ = std::max(now_, now);
  bills_.on_listed(until, now);
  spot_.on_listed(until, now);
}

/// What is no trade of ours, a person should hear of (POST-06).
void TradingCore::tell_bill(const BillReport& bill) noexcept {
  const auto alert = [&](Alert what) noexcept {
    links_.listener.on_alert({.alert = what,
                              .instrument = bill.instrument,
                              .client_id = {},
                              .venue_id = bill.venue_id,
                              .expected = 0,
                              .actual = millionths(bill.change.raw),
                              .time = bill.receive_time,
                              .currency = bill.change.currency});
  };
  switch (bill.kind) {
    case BillKind::Liquidation:
      return alert(Alert::Liquidated);
    case BillKind::AutoDeleveraging:
      return alert(Alert::AutoDeleveraged);
    case BillKind::Delivery:
    case BillKind::Settlement:
      return alert(Alert::Delivered);
    case BillKind::Transfer:
    case BillKind::Clawback:
    case BillKind::Conversion:
    case BillKind::Other:
      return alert(Alert::MoneyMoved);
    case BillKind::Trade:
    case BillKind::Funding:
    case BillKind::MarginTransfer:
    case BillKind::Interest:
      return;
  }
}

}  // namespace gannet::engine
