#include <algorithm>

#include "base/crash_point.h"
#include "engine/trading_core.h"

// States of the engine and of its instruments: what holds them, what frees them (DESIGN 5).

namespace gannet::engine {

namespace {
/// The venue takes one request for its timer a second, of the runs before too; the gateway keeps a
/// twentieth more between two, and one that it kept back would count as a refusal.
constexpr Nanos kDeadManSpacing = milliseconds(1'100);

constexpr std::uint32_t bit(HoldReason reason) noexcept {
  return std::uint32_t{1} << static_cast<unsigned>(reason);
}
}  // namespace

void TradingCore::set_hold(HoldReason reason, bool on, Timestamp now) noexcept {
  const std::uint32_t before = holds_;
  holds_ = on ? holds_ | bit(reason) : holds_ & ~bit(reason);
  // Whatever it was, the venue may have moved on meanwhile.
  if (before != 0 && holds_ == 0) reconcile_again(now);
}

HoldReason TradingCore::first_hold() const noexcept {
  for (unsigned i = 1; i < 32; ++i) {
    if ((holds_ & (std::uint32_t{1} << i)) != 0) return static_cast<HoldReason>(i);
  }
  return has_dead_man_failed() ? HoldReason::DeadManTimer : HoldReason::None;
}

void TradingCore::reconcile_again(Timestamp now) noexcept {
  reconcile_from_ = now;
  reconciler_.want_round();
}

bool TradingCore::is_reconciled() const noexcept {
  return reconcile_from_.nanos != 0 && reconciler_.last_round() >= reconcile_from_;
}

void TradingCore::judge_health(Timestamp now) noexcept {
  if (market_ == ConnectionState::Ready)
    set_hold(HoldReason::MarketDataStale,
             observe(risk::MarketValue::MarketStale, now - market_alive_ > settings_.alive_max),
             now);
  if (account_ == ConnectionState::Ready)
    set_hold(HoldReason::AccountConnectionLost,
             observe(risk::MarketValue::AccountStale, now - account_alive_ > settings_.alive_max),
             now);

  // Lists that cannot be read: what the account holds is a guess by now.
  set_hold(HoldReason::Reconciliation,
           is_connected() && reconciler_.is_overdue(reconcile_from_, now), now);

  if (venue_unavailable_ && now - *venue_unavailable_ >= settings_.venue_unavailable_pause) {
    venue_unavailable_.reset();
    set_hold(HoldReason::VenueUnavailable, false, now);
  }
  judge_pause(now);

  const std::size_t unknown = orders_.unknown_orders();
  const bool was_held = (holds_ & bit(HoldReason::UnknownOrders)) != 0;
  const std::size_t limit =
      was_held ? settings_.unknown_orders_max / 2 : settings_.unknown_orders_max;
  // At a start all that the run before left is unknown: until lists have been read that is no
  // trouble.
  const bool has_looked = reconciler_.last_round().nanos != 0;
  set_hold(HoldReason::UnknownOrders, has_looked && unknown > limit, now);

  const std::uint64_t failures =
      orders_.counters().journal_full +
      orders_.counters().denied_by_reason[static_cast<std::size_t>(DenialReason::JournalFull)];
  const bool waits = backlog_.is_behind();
  const bool is_new = (holds_ & bit(HoldReason::JournalFull)) == 0;
  if (failures != journal_failures_seen_ || journal_full_ || waits || !is_new) {
    journal_failures_seen_ = failures;
    journal_full_ = false;
    // Is there room again? The state is written once a tick until it is.
    if (!waits) record(StateRecord{InstrumentId::kNone, state_, HoldReason::JournalFull, {}}, now);
    if (is_new) links_.listener.on_alert({Alert::JournalFull, {}, {}, {}, 0, 0, now});
    set_hold(HoldReason::JournalFull, waits || journal_full_ || is_new, now);
    if (!journal_full_ && is_new) journal_full_ = true;  // one more look before going on
  }
  // What the journal lacks now, a restart would not know: a person must look.
  if (backlog_.has_lost()) set_hold(HoldReason::JournalFailed, true, now);
}

EngineState TradingCore::wanted_state(Timestamp now) const noexcept {
  if (!started_) return EngineState::Cold;
  if (killed_) return EngineState::Killed;
  if (holds_ != 0 || has_dead_man_failed()) return EngineState::Held;
  if (!is_connected()) return EngineState::Connecting;
  if (!is_reconciled() || orders_.has_previous_run_orders()) return EngineState::Reconciling;
  if (!losses_.has_judged()) return EngineState::Reconciling;
  if (links_.dead_man != nullptr && now >= dead_man_armed_until_) return EngineState::Reconciling;
  return EngineState::Ready;
}

void TradingCore::update_state(Timestamp now) noexcept {
  const EngineState state = wanted_state(now);
  const HoldReason reason = state == EngineState::Held ? first_hold() : HoldReason::None;
  if (state != state_ || reason != hold_reason_) enter(state, reason, now);
}

void TradingCore::enter(EngineState state, HoldReason reason, Timestamp now) noexcept {
  if (state == EngineState::Ready) {
    // A difference seen just now may be explained in a moment: until then nothing is added to it.
    for (std::uint32_t i = 0; i < held_.size(); ++i) {
      if (reconciler_.compare(InstrumentId{i}) == PositionComparison::Differs)
        hold_instrument(InstrumentId{i}, true, now);
    }
    // Once more: a lane on its own thread may have had them before its strategies' start.
    if (!has_been_ready_) tell_restored_positions(now);
    has_been_ready_ = true;
  } else if (state_ == EngineState::Ready) {
    forget_dead_man();  // no longer refreshed: to be armed again before the next order
  }
  state_ = state;
  hold_reason_ = reason;
  switch (state) {
    case EngineState::Ready:
      modes_.set_engine(risk::TradingMode::Ready);
      break;
    case EngineState::Held:
      modes_.set_engine(risk::TradingMode::Held);
      break;
    case EngineState::Killed:
      modes_.set_engine(risk::TradingMode::Killed);
      break;
    case EngineState::Cold:
    case EngineState::Connecting:
    case EngineState::Reconciling:
      modes_.set_engine(risk::TradingMode::NotReady);
      break;
  }
  crash_point("state_change");
  record(StateRecord{InstrumentId::kNone, state, reason, {}}, now);
  const StateEvent event{InstrumentId{}, state, reason, now};
  links_.listener.on_engine_state(event);
  if (state == EngineState::Held || state == EngineState::Killed) orders_.cancel_all({}, now);
  links_.events.on_state_event(event);
  // An instrument that is not held by itself is what the engine is.
  for (std::uint32_t i = 0; i < held_.size(); ++i) {
    const InstrumentId instrument{i};
    if (!is_held(instrument) && !kills_.instrument(instrument))
      links_.events.on_state_event({instrument, state, reason, now});
  }
}

void TradingCore::heed_rules(Timestamp now) noexcept {
  while (const auto strategy = rules_.take_disabled())
    orders_.cancel_all_of(*strategy, {}, now, CancelWish::Engine);
  if (now >= next_revaluation_) {
    next_revaluation_ = now + milliseconds(100);
    rules_.revalue(now);
    if (rules_.wants_balances(now) && now - reconciler_.last_round() >= seconds(10))
      reconciler_.want_round();
  }
  if (orders_.take_not_as_sent() && !killed_)
    kill("the venue tells another order than was sent", "engine", now);
  if (now < next_audit_) return;
  next_audit_ = now + milliseconds(500);
  const auto wire = links_.port.wire_counts();
  if (!wire || killed_ || audit_.agrees_with(*wire)) return;
  links_.listener.on_alert({Alert::OrdersOutDiffer,
                            {},
                            {},
                            {},
                            static_cast<std::int64_t>(audit_.journaled().places),
                            static_cast<std::int64_t>(wire->places),
                            now});
  kill("orders out differ from orders in", "engine", now);
}

void TradingCore::replace_limits(risk::LimitTable& limits, const risk::BehaviourRules& rules,
                                 std::span<const LimitChangeRecord> changes,
                                 Timestamp now) noexcept {
  for (const LimitChangeRecord& change : changes) record(change, now);
  gate_.swap_limits(limits);
  rules_.set_rules(rules);
}

void TradingCore::judge_instruments(Timestamp now) noexcept {
  for (std::uint32_t i = 0; i < held_.size(); ++i) {
    const InstrumentId instrument{i};
    if (outgrown_[i] != 0) {
      if (exposure_.open_orders(instrument) != 0) orders_.cancel_all(instrument, now);
      continue;
    }
    if (held_[i] != 0) {
      // Only the venue's word explains it: after a fill that it has not told of yet, nothing does,
      // and its next word is asked for.
      const PositionComparison told = reconciler_.compare(instrument);
      if (told == PositionComparison::Agrees) {
        hold_instrument(instrument, false, now);
      } else if (exposure_.open_orders(instrument) != 0) {
        orders_.cancel_all(instrument, now);
      }
      if (told == PositionComparison::NotComparable && now - reconciler_.last_round() >= seconds(1))
        reconciler_.want_round();
    } else if (reconciler_.differs_too_long(instrument, now) ||
               (reconciler_.differs(instrument, now) && !orders_.is_short_of_fills(instrument))) {
      hold_instrument(instrument, true, now);
    }
    if (exposure_.open_orders(instrument) == 0) continue;
    if (rules_.must_pull(instrument, now)) orders_.cancel_all(instrument, now);
    const auto unusable = books_.unusable_since(instrument);
    if (unusable && unusable->nanos != 0 && now - *unusable > settings_.book_grace)
      orders_.cancel_all(instrument, now);  // quoting blind (COD-08)
  }
}

void TradingCore::hold_instrument(InstrumentId instrument, bool on, Timestamp now) noexcept {
  if ((held_[instrument.value] != 0) == on) return;
  held_[instrument.value] = on ? 1 : 0;
  if (outgrown_[instrument.value] != 0) return;
  kills_.set_instrument_mode(instrument, on ? risk::TradingMode::Held : risk::TradingMode::Ready);
  StateEvent event{instrument, on ? EngineState::Held : state_,
                   on ? HoldReason::Reconciliation : hold_reason_, now};
  if (kills_.instrument(instrument)) event = {instrument, EngineState::Killed, {}, now};
  record_state(event);
  if (on) {
    links_.listener.on_alert({Alert::PositionDifference,
                              instrument,
                              {},
                              {},
                              positions_.of_account(instrument).quantity().raw,
                              reconciler_.venue_positions().quantity(instrument).raw,
                              now});
    orders_.cancel_all(instrument, now);
  }
  links_.events.on_state_event(event);
}

/// What its prices, quantities or contracts mean has changed under us: a new start reads it anew.
void TradingCore::hold_until_restart(InstrumentId instrument, Timestamp now) noexcept {
  if (outgrown_[instrument.value] != 0) return;
  outgrown_[instrument.value] = 1;
  kills_.set_instrument_mode(instrument, risk::TradingMode::Held);
  const StateEvent event{instrument, EngineState::Held, HoldReason::InstrumentChanged, now};
  record_state(event);
  orders_.cancel_all(instrument, now);
  links_.events.on_state_event(event);
}

void TradingCore::record_state(const StateEvent& event) noexcept {
  record(StateRecord{event.instrument.value, event.state, event.hold_reason, {}}, event.event_time);
  links_.listener.on_engine_state(event);
}

void TradingCore::sweep_previous_run(Timestamp now) noexcept {
  // Only after a look at the venue's list: what ended meanwhile needs neither.
  if (!is_reconciled() || !orders_.has_previous_run_orders()) return;
  orders_.table().for_each_open([&](Order& order) {
    if (!order.previous_run) return;
    const bool adopts =
        exposure_.contains(order.strategy) && !killed_ && !rules_.disabled(order.strategy) &&
        modes_.strategy(order.strategy) ==
            risk::TradingMode::Ready &&  // one that failed adopts none
        settings_.on_start[order.strategy.value] == StrategySettings::OnStart::Adopt &&
        order.cancel_wish != CancelWish::Engine;  // nor one whose end a person ordered
    if (!adopts && order.cancel_wish != CancelWish::Engine && orders_.is_kept(order)) {
      orders_.adopt(order, now);  // it guards an open position: its strategy may cancel it
    } else if (!adopts) {
      orders_.cancel_by_engine(order, now);
    } else if (!order.unknown && !order.has_unknown_amend()) {
      orders_.adopt(order, now);
    }
  });
}

void TradingCore::feed_dead_man(Timestamp now) noexcept {
  if (dead_man_released_) return switch_dead_man_off(now);
  if (links_.dead_man == nullptr || killed_ || holds_ != 0 || !is_connected() || !is_reconciled())
    return;
  if (dead_man_pending_ && now - dead_man_sent_ >= settings_.dead_man_refresh) {
    dead_man_pending_ = false;
    note_dead_man_failure(now);
  }
  const bool is_due =
      now >= dead_man_armed_until_ || now - dead_man_sent_ >= settings_.dead_man_refresh;
  const bool is_early = dead_man_sent_.nanos != 0 && now - dead_man_sent_ < kDeadManSpacing;
  if (dead_man_pending_ || !is_due || is_early) return;
  ask_dead_man(settings_.dead_man_seconds, now);
}

void TradingCore::ask_dead_man(std::uint32_t timeout_seconds, Timestamp now) noexcept {
  dead_man_sent_ = now;
  dead_man_pending_ = true;
  dead_man_asked_zero_ = timeout_seconds == 0;
  if (!links_.dead_man->set_cancel_all_after(timeout_seconds, now))
    on_dead_man_answer(false, now, now);
}

/// What was asked before the release may still arm it: only an answer to a zero counts, and a late
/// one is asked for again.
void TradingCore::switch_dead_man_off(Timestamp now) noexcept {
  if (dead_man_is_off()) return;
  const bool is_early = dead_man_sent_.nanos != 0 && now - dead_man_sent_ < kDeadManSpacing;
  const bool waits = dead_man_pending_ && dead_man_asked_zero_ &&
                     now - dead_man_sent_ < settings_.dead_man_refresh;
  if (!is_early && !waits) ask_dead_man(0, now);
}

void TradingCore::note_dead_man_failure(Timestamp now) noexcept {
  ++dead_man_failures_;
  links_.listener.on_alert({Alert::DeadManRefused, {}, {}, {}, 0, dead_man_failures_, now});
}

void TradingCore::forget_dead_man() noexcept {
  dead_man_pending_ = false;
  dead_man_armed_until_ = {};
}

void TradingCore::tell_positions(InstrumentId instrument, Timestamp now) noexcept {
  const Quantity of_account = positions_.of_account(instrument).quantity();
  for (std::uint16_t s = 0; s < positions_.strategies(); ++s) {
    const Quantity own = positions_.of_strategy(StrategyId{s}, instrument).quantity();
    if (own.raw == 0 && !gate_.limits().permits(StrategyId{s}, instrument)) continue;
    links_.events.on_position_event({StrategyId{s}, instrument, own, of_account, now});
  }
}

void TradingCore::tell_restored_positions(Timestamp now) noexcept {
  for (std::uint32_t i = 0; i < held_.size(); ++i) {
    const InstrumentId instrument{i};
    bool is_flat = positions_.of_account(instrument).quantity().raw == 0;
    for (std::uint16_t s = 0; s < positions_.strategies(); ++s)
      is_flat = is_flat && positions_.of_strategy(StrategyId{s}, instrument).quantity().raw == 0;
    if (!is_flat) tell_positions(instrument, now);
  }
}

void TradingCore::watch_flat(Timestamp now) noexcept {
  reconciler_.set_wants_flat(wants_flat_ && !flat_confirmed_);
  if (!wants_flat_ || flat_confirmed_) return;
  const bool is_empty =
      reconciler_.empty_since().nanos != 0 &&
      reconciler_.empty_until() - reconciler_.empty_since() >= settings_.flat_spacing;
  if (!is_empty || orders_.table().open() != orders_.kept() ||
      (kills_.account() ? orders_.foreign().open_without_protective()
                        : orders_.foreign().open_with_own_tag()) != 0) {
    reconciler_.want_round();
    return;
  }
  flat_confirmed_ = true;
  wants_flat_ = false;
  links_.listener.on_flat_confirmed(now);
}

}  // namespace gannet::engine
