#include <algorithm>

#include "engine/invariant_watch.h"
#include "engine/trading_core.h"

// Kill, resume and cancel at every level (KILL-12), and what kills or holds besides people.

namespace gannet::engine {

namespace {
template <std::size_t N>
void copy_words(char (&to)[N], std::string_view from) noexcept {
  std::copy_n(from.data(), std::min(from.size(), N - 1), to);
}
}  // namespace

ControlResult TradingCore::check_scope(const ControlScope& scope) const noexcept {
  switch (scope.level) {
    case ControlLevel::Order:
    case ControlLevel::Engine:
      return ControlResult::Done;
    case ControlLevel::Strategy:
      return exposure_.contains(scope.strategy) ? ControlResult::Done
                                                : ControlResult::NoSuchStrategy;
    case ControlLevel::Instrument:
      return links_.instruments.contains(scope.instrument) ? ControlResult::Done
                                                           : ControlResult::NoSuchInstrument;
    case ControlLevel::Account:
    case ControlLevel::Foreign:
      return settings_.exclusive_account ? ControlResult::Done : ControlResult::NotExclusive;
  }
  return ControlResult::NoSuchOrder;
}

ControlResult TradingCore::kill(const ControlScope& scope, std::string_view why,
                                std::string_view who, Timestamp now) noexcept {
  const CoreJournal::Input input(journal_);
  const ControlResult checked = check_scope(scope);
  if (checked != ControlResult::Done) return checked;
  switch (scope.level) {
    case ControlLevel::Engine:
      kill(why, who, now);
      return ControlResult::Done;
    case ControlLevel::Order: {
      Order* order = orders_.find_open(scope.order, scope.venue_order);
      if (order == nullptr) return cancel(scope, who, now);
      ControlScope own = scope;
      own.order = order->client_id;
      record_control(ControlRecord::Action::Kill, own, why, who, now);
      links_.listener.on_part_killed(own, true, why, who, now);
      orders_.cancel_by_engine(*order, now);
      return ControlResult::Done;
    }
    case ControlLevel::Strategy:
      kills_.set_strategy(scope.strategy, true);
      record_control(ControlRecord::Action::Kill, scope, why, who, now);
      links_.listener.on_part_killed(scope, true, why, who, now);
      orders_.cancel_strategy(scope.strategy, now);
      break;
    case ControlLevel::Instrument:
      kills_.set_instrument(scope.instrument, true);
      record_control(ControlRecord::Action::Kill, scope, why, who, now);
      links_.listener.on_part_killed(scope, true, why, who, now);
      orders_.cancel_all(scope.instrument, now);
      tell_instrument(scope.instrument, now);
      break;
    case ControlLevel::Account:
      modes_.set_engine(risk::TradingMode::Killed);
      stop_account(true);
      wants_flat_ = true;
      flat_confirmed_ = false;
      record_control(ControlRecord::Action::Kill, scope, why, who, now);
      links_.listener.on_part_killed(scope, true, why, who, now);
      orders_.cancel_all({}, now);
      reconciler_.forget_empty_lists();
      break;
    case ControlLevel::Foreign:
      return ControlResult::NoSuchOrder;  // nobody's trading to stop
  }
  reconciler_.want_round();
  update_state(now);
  return ControlResult::Done;
}

ControlResult TradingCore::resume(const ControlScope& scope, std::string_view who,
                                  Timestamp now) noexcept {
  const CoreJournal::Input input(journal_);
  const ControlResult checked = check_scope(scope);
  if (checked != ControlResult::Done) return checked;
  switch (scope.level) {
    case ControlLevel::Engine:
      resume(who, now);
      return ControlResult::Done;
    case ControlLevel::Order: {
      Order* order = orders_.find_open(scope.order, scope.venue_order);
      if (order == nullptr) return ControlResult::NoSuchOrder;
      if (order->cancel_wish != CancelWish::Engine) return ControlResult::NotKilled;
      ControlScope own = scope;
      own.order = order->client_id;
      record_control(ControlRecord::Action::Resume, own, "", who, now);
      links_.listener.on_part_killed(own, false, "", who, now);
      orders_.forgive(*order);
      return ControlResult::Done;
    }
    case ControlLevel::Strategy:
      if (!kills_.strategy(scope.strategy)) return ControlResult::NotKilled;
      record_control(ControlRecord::Action::Resume, scope, "", who, now);
      kills_.set_strategy(scope.strategy, false);
      losses_.resume(scope.strategy, now);
      break;
    case ControlLevel::Instrument:
      if (!kills_.instrument(scope.instrument)) return ControlResult::NotKilled;
      record_control(ControlRecord::Action::Resume, scope, "", who, now);
      kills_.set_instrument(scope.instrument, false);
      tell_instrument(scope.instrument, now);
      break;
    case ControlLevel::Account:
      if (!kills_.account()) return ControlResult::NotKilled;
      record_control(ControlRecord::Action::Resume, scope, "", who, now);
      stop_account(false);
      losses_.resume({}, now);  // a limit that was broken meanwhile is told again
      wants_flat_ = killed_;
      reconcile_again(now);
      break;
    case ControlLevel::Foreign:
      return ControlResult::NotKilled;
  }
  links_.listener.on_part_killed(scope, false, "", who, now);
  reconciler_.want_round();
  update_state(now);
  return ControlResult::Done;
}

ControlResult TradingCore::cancel(const ControlScope& scope, std::string_view who,
                                  Timestamp now) noexcept {
  const CoreJournal::Input input(journal_);
  const ControlResult checked = check_scope(scope);
  if (checked != ControlResult::Done) return checked;
  ControlScope told = scope;
  switch (scope.level) {
    case ControlLevel::Engine:
      cancel_all(who, now);
      return ControlResult::Done;
    case ControlLevel::Order: {
      Order* order = orders_.find_open(scope.order, scope.venue_order);
      if (order != nullptr) {
        told.order = order->client_id;
        record_control(ControlRecord::Action::Cancel, told, "", who, now);
        orders_.cancel_by_engine(*order, now);
      } else {
        // On record before it is tried: what it does follows.
        record_control(ControlRecord::Action::Cancel, told, "", who, now);
        if (!orders_.cancel_foreign_order(scope.venue_order, settings_.exclusive_account, now))
          return ControlResult::NoSuchOrder;
      }
      break;
    }
    case ControlLevel::Strategy:
      record_control(ControlRecord::Action::Cancel, told, "", who, now);
      orders_.cancel_strategy(scope.strategy, now);
      break;
    case ControlLevel::Instrument:
      record_control(ControlRecord::Action::Cancel, told, "", who, now);
      orders_.cancel_all(scope.instrument, now);
      break;
    case ControlLevel::Account:
    case ControlLevel::Foreign:
      record_control(ControlRecord::Action::Cancel, told, "", who, now);
      if (scope.level == ControlLevel::Account) cancel_all(who, now);
      orders_.cancel_foreign_orders(now);
      break;
  }
  reconciler_.want_round();
  return ControlResult::Done;
}

ControlResult TradingCore::flatten(const ControlScope& scope, std::string_view who,
                                   Timestamp now) noexcept {
  const CoreJournal::Input input(journal_);
  const ControlResult checked = check_scope(scope);
  if (checked != ControlResult::Done) return checked;
  if (scope.level == ControlLevel::Order || scope.level == ControlLevel::Foreign)
    return ControlResult::NothingHeld;
  record_control(ControlRecord::Action::Flatten, scope, "", who, now);
  const bool is_one = scope.level == ControlLevel::Instrument;
  bool any = false;
  for (std::uint32_t i = 0; i < links_.instruments.size(); ++i) {
    const InstrumentId instrument{i};
    if (is_one && instrument != scope.instrument) continue;
    ReductionRequest request;
    if (scope.level == ControlLevel::Strategy) request.strategy = scope.strategy;
    request.instrument = instrument;
    any = reducer_.start(request, now) || any;
  }
  return any ? ControlResult::Done : ControlResult::NothingHeld;
}

void TradingCore::on_broken_invariant(std::string_view what, std::int64_t expected,
                                      std::int64_t actual, Timestamp now) noexcept {
  if (killed_) return;  // told, and nothing is traded on it
  links_.listener.on_alert({Alert::InvariantBroken, {}, {}, {}, expected, actual, now});
  kill(what, "engine", now);
}

void TradingCore::look_at_invariants(Timestamp now) noexcept {
  if (now < next_invariants_ || links_.instruments.size() == 0) return;
  next_invariants_ = now + seconds(1);
  const auto count = static_cast<std::uint32_t>(links_.instruments.size());
  const InstrumentId instrument{invariants_cursor_++ % count};
  const auto broken =
      find_broken_invariant(orders_, exposure_, positions_.strategies(), instrument);
  if (broken) on_broken_invariant(broken->what, broken->counted, broken->found, now);
}

void TradingCore::on_pause(Nanos length, Timestamp now) noexcept {
  if (length <= settings_.pause_max) return;
  const CoreJournal::Input input(journal_);
  now_ = std::max(now_, now);
  record(PauseRecord{length.count}, now);
  links_.listener.on_alert({Alert::ClockJumped, {}, {}, {}, 0, length.count, now});
  paused_ = now;
  forget_dead_man();  // it may have fired
  set_hold(HoldReason::Paused, true, now);
  reconcile_again(now);
  update_state(now);
}

/// Over when all lists have been read since.
void TradingCore::judge_pause(Timestamp now) noexcept {
  if (!paused_ || reconciler_.last_round() < *paused_) return;
  paused_.reset();
  set_hold(HoldReason::Paused, false, now);
}

void TradingCore::stop_account(bool on) noexcept {
  kills_.set_account(on);
  killed_ = kills_.all();
  orders_.set_account_wide(on);
  reconciler_.set_account_wide(on);
}

void TradingCore::restore_kills(const PriorBelief& prior) noexcept {
  kills_.set_engine(prior.killed());
  for (const std::uint16_t strategy : prior.killed_strategies())
    kills_.set_strategy(StrategyId{strategy}, true);
  for (const std::uint32_t instrument : prior.killed_instruments())
    kills_.set_instrument(InstrumentId{instrument}, true);
  // Where others trade by now, what was said of the account is ours alone to keep.
  const bool account = prior.account_killed();
  stop_account(account && settings_.exclusive_account);
  if (account && !settings_.exclusive_account) kills_.set_engine(true);
  killed_ = kills_.all();
}

/// What the run before sent last counts at the venue as this run's do. When that was, by today's
/// clock, nobody knows: as if it had ended just now (PRE-09).
void TradingCore::charge_sent(Timestamp now) noexcept {
  using risk::RequestForm;
  using risk::RequestKind;
  for (const PriorBelief::SentRequest& sent : sent_before_) {
    RequestKind kind = sent.algo ? RequestKind::PlaceAlgo : RequestKind::Place;
    if (sent.request == ExecutionReport::Request::Amend)
      kind = sent.algo ? RequestKind::AmendAlgo : RequestKind::Amend;
    if (sent.request == ExecutionReport::Request::Cancel)
      kind = sent.algo ? RequestKind::CancelAlgo : RequestKind::Cancel;
    const Timestamp when = now - (sent_before_end_ - sent.time);
    if (sent.single) limiter_.charge(kind, RequestForm::Single, sent.instrument, when);
    if (sent.batch && !sent.algo)
      limiter_.charge(
          kind, RequestForm::Batch, sent.instrument, when,
          sent.single ? risk::RequestCounting::InstrumentOnly : risk::RequestCounting::Account);
  }
  sent_before_.clear();
}

/// What came to light since: orders found, revived, or whose cancel had no effect.
void TradingCore::sweep_killed(Timestamp now) noexcept {
  orders_.pump_foreign(now);
  if (kills_.parts() == 0) return;
  for (std::uint16_t s = 0; s < kills_.strategies(); ++s) {
    if (kills_.strategy(StrategyId{s})) orders_.cancel_strategy(StrategyId{s}, now);
  }
  for (std::uint32_t i = 0; i < kills_.instruments(); ++i) {
    if (kills_.instrument(InstrumentId{i})) orders_.cancel_all(InstrumentId{i}, now);
  }
}

void TradingCore::tell_instrument(InstrumentId instrument, Timestamp now) noexcept {
  StateEvent event{instrument, state_, hold_reason_, now};
  if (is_held(instrument)) {
    event.state = EngineState::Held;
    event.hold_reason = outgrown_[instrument.value] != 0 ? HoldReason::InstrumentChanged
                                                         : HoldReason::Reconciliation;
  }
  if (kills_.instrument(instrument)) event = {instrument, EngineState::Killed, {}, now};
  record_state(event);
  links_.events.on_state_event(event);
}

void TradingCore::record_control(ControlRecord::Action action, const ControlScope& scope,
                                 std::string_view why, std::string_view who,
                                 Timestamp now) noexcept {
  now_ = std::max(now_, now);
  ControlRecord control;
  control.action = action;
  control.level = scope.level;
  control.client_id = scope.order.value;
  control.venue_id = scope.venue_order.value;
  control.instrument = scope.instrument.value;
  control.strategy = scope.strategy.value;
  copy_words(control.why, why);
  copy_words(control.who, who);
  record(control, now);
}

}  // namespace gannet::engine
