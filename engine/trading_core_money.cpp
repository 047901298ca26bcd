#include "engine/trading_core.h"

// What the account and its strategies earned, and what follows from that: loss limits, automatic
// protection, bills.

namespace gannet::engine {

namespace {

/// Of the risk currency, for a person's line: millionths are enough.
std::int64_t millionths(__int128 money) noexcept {
  return static_cast<std::int64_t>(money / 1'000'000'000'000);
}

}  // namespace

void TradingCore::look_at_money(Timestamp now) noexcept {
  if (!started_ || !profits_.on_timer(now)) return;
  losses_.judge(is_connected() && is_reconciled(), now,
                [this, now](const LossVerdict& verdict) noexcept { act_on(verdict, now); });
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
      } else if (!killed_) {
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
      break;
  }
}

void TradingCore::stop_strategy(StrategyId strategy, Timestamp now) noexcept {
  if (!exposure_.contains(strategy)) return;
  kills_.note_failed(strategy);
  // Nobody would wish it again: the wish must outlive a refusal.
  orders_.cancel_all_of(strategy, {}, now, CancelWish::Engine);
}

void TradingCore::on_bill(const BillReport& bill) noexcept {
  const CoreJournal::Input input(journal_);
  now_ = std::max(now_, bill.receive_time);
  record(to_record(bill), bill.receive_time);
  profits_.on_bill(bill);
}

}  // namespace gannet::engine
