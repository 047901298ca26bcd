#include "engine/reconciler.h"

#include <algorithm>

namespace gannet::engine {

Reconciler::Reconciler(const InstrumentTable& instruments, OrderManager& orders,
                       const risk::Exposure& exposure, const FillBooking& booking, VenuePort& port,
                       const ReconcilerSettings& settings)
    : orders_(orders),
      port_(port),
      settings_(settings),
      venue_(instruments, exposure, booking, settings.replica_lag_max),
      first_seen_(instruments.size()),
      first_seen_venue_(instruments.size()),
      differs_since_(instruments.size()) {}

constexpr SnapshotKind Reconciler::kind_of(Step step) noexcept {
  switch (step) {
    case Step::Idle:
    case Step::OpenOrders:
      return SnapshotKind::OpenOrders;
    case Step::AlgoOrders:
      return SnapshotKind::AlgoOrders;
    case Step::Fills:
      return SnapshotKind::Fills;
    case Step::Positions:
      return SnapshotKind::Positions;
    case Step::Balances:
      return SnapshotKind::Balances;
  }
  return SnapshotKind::OpenOrders;
}

void Reconciler::on_timer(Timestamp now) noexcept {
  if (now >= next_look_) {
    next_look_ = now + milliseconds(100);
    look_at_differences(now);
  }
  if (step_ == Step::Idle) {
    const bool is_due = wanted_ || (rounds_ != 0 && now - round_start_ >= settings_.period);
    if (!is_due || (round_start_.nanos != 0 && now - round_start_ < settings_.round_spacing))
      return;
    wanted_ = false;
    round_start_ = now;
    ++rounds_;
    start_step(Step::OpenOrders, now);
  } else if (asked_ && now - asked_at_ >= settings_.answer_timeout) {
    step_ = Step::Idle;  // the whole round again: its lists belong together
    wanted_ = true;
  } else if (!asked_) {
    start_step(step_, now);
  }
}

void Reconciler::start_step(Step step, Timestamp now) noexcept {
  step_ = step;
  begun_ = false;
  own_orders_seen_ = step == Step::OpenOrders ? 0 : own_orders_seen_;
  request_ = ++last_request_;
  asked_at_ = now;
  asked_ = true;  // before the call: a venue may answer within it
  if (!port_.request_snapshot(kind_of(step), request_, fills_since(), now) &&
      request_ == last_request_)
    asked_ = false;
}

void Reconciler::on_snapshot_begin(SnapshotKind kind, std::uint64_t request,
                                   Timestamp requested_at) noexcept {
  if (step_ == Step::Idle || request != request_ || kind != kind_of(step_)) return;
  begun_ = true;
  requested_at_ = requested_at;
}

void Reconciler::on_snapshot_end(SnapshotKind kind, std::uint64_t request, bool complete,
                                 Timestamp now) noexcept {
  if (step_ == Step::Idle || request != request_ || kind != kind_of(step_)) return;
  if (!complete || !begun_) {
    step_ = Step::Idle;
    wanted_ = true;
    return;
  }
  switch (step_) {
    case Step::Idle:
      break;
    case Step::OpenOrders:
      orders_requested_at_ = requested_at_;
      orders_.on_open_orders_listed(requested_at_, now);
      skips_algos_ = settings_.asks_algos && wants_flat_ && own_orders_seen_ != 0 && !skips_algos_;
      if (settings_.asks_algos && !skips_algos_) {
        start_step(Step::AlgoOrders, now);
        break;
      }
      note_own_orders();
      start_step(Step::Fills, now);
      break;
    case Step::AlgoOrders:
      note_own_orders();
      orders_.on_algos_listed(requested_at_, now);
      start_step(Step::Fills, now);
      break;
    case Step::Fills:
      // An earlier run's may have been of another clock.
      fills_known_ =
          fills_known_venue_.nanos != 0 ? requested_at_ : std::max(fills_known_, requested_at_);
      fills_known_venue_ = {};
      orders_.on_fills_listed(requested_at_, now);
      start_step(Step::Positions, now);
      break;
    case Step::Positions:
      venue_.on_listed(requested_at_, now);
      start_step(Step::Balances, now);
      break;
    case Step::Balances:
      finish_round(now);
      break;
  }
}

void Reconciler::note_own_orders() noexcept {
  own_orders_listed_ = own_orders_seen_;
  if (own_orders_seen_ != 0) {
    empty_since_ = empty_until_ = {};
    return;
  }
  if (empty_since_.nanos == 0) empty_since_ = orders_requested_at_;
  empty_until_ = orders_requested_at_;
}

void Reconciler::on_algo_row(const AlgoReport& report) noexcept {
  if (step_ != Step::AlgoOrders || !begun_ || is_final(report.state)) return;
  const Order* order = report.client_id.valid() ? orders_.table().find(report.client_id) : nullptr;
  const bool is_ours =
      report.own_tag || (order != nullptr && order->algo && order->venue_id == report.venue_id);
  if (is_ours ? order == nullptr || !orders_.is_kept(*order)
              : account_wide_ && !report.terms.reduce_only && !report.terms.close_position)
    ++own_orders_seen_;
}

void Reconciler::finish_round(Timestamp now) noexcept {
  step_ = Step::Idle;
  if (!skips_algos_) last_complete_round_ = round_start_;
  look_at_differences(now);
}

void Reconciler::on_open_order_row(const ExecutionReport& report) noexcept {
  if (step_ != Step::OpenOrders || !begun_) return;
  if ((account_wide_ || orders_.is_ours(report)) && !orders_.is_kept_child(report))
    ++own_orders_seen_;
}

void Reconciler::on_position(const PositionReport& report, bool from_snapshot) noexcept {
  if (!venue_.contains(report.instrument)) return;
  const bool is_of_round = from_snapshot && begun_ && step_ == Step::Positions;
  venue_.on_position(report, is_of_round ? requested_at_ : Timestamp{});
  look_at_difference(report.instrument, report.receive_time);
}

void Reconciler::on_fill(InstrumentId instrument, Timestamp now) noexcept {
  if (venue_.contains(instrument)) look_at_difference(instrument, now);
}

void Reconciler::look_at_differences(Timestamp now) noexcept {
  for (std::size_t i = 0; i < differs_since_.size(); ++i)
    look_at_difference(InstrumentId{static_cast<std::uint32_t>(i)}, now);
}

void Reconciler::look_at_difference(InstrumentId instrument, Timestamp now) noexcept {
  Timestamp& since = differs_since_[instrument.value];
  switch (venue_.compare(instrument)) {
    case PositionComparison::NotComparable:
      break;  // a fill newer than the venue's word explains nothing of what differed before it
    case PositionComparison::Agrees:
      since = {};
      break;
    case PositionComparison::Differs:
      if (since.nanos != 0) break;
      since = now;
      wanted_ = true;  // fills may have been missed: look before believing it
      break;
  }
}

bool Reconciler::differs(InstrumentId instrument, Timestamp now) const noexcept {
  const Timestamp since = differs_since_[instrument.value];
  return since.nanos != 0 && now - since >= settings_.difference_grace &&
         last_complete_round_ >= since && venue_.compare(instrument) == PositionComparison::Differs;
}

bool Reconciler::differs_too_long(InstrumentId instrument, Timestamp now) const noexcept {
  const Timestamp since = differs_since_[instrument.value];
  return since.nanos != 0 && now - since >= settings_.difference_patience;
}

bool Reconciler::is_overdue(Timestamp from, Timestamp now) const noexcept {
  return now - std::max(from, last_complete_round_) > settings_.overdue_after;
}

void Reconciler::start(Timestamp now) noexcept {
  if (fills_known_.nanos == 0) fills_known_ = now;
  for (Timestamp& when : first_seen_) {
    if (when.nanos == 0) when = now;
  }
}

// The venue reckons by its own clock.
bool Reconciler::is_before_first_seen(const FillReport& fill) const noexcept {
  if (!venue_.contains(fill.instrument) || fill.fill.exchange_time.nanos == 0) return false;
  const Timestamp measured = first_seen_venue_[fill.instrument.value];
  return fill.fill.exchange_time <
         (measured.nanos != 0 ? measured : first_seen_[fill.instrument.value] + venue_offset_);
}

Timestamp Reconciler::fills_since() const noexcept {
  const Timestamp known =
      fills_known_venue_.nanos != 0 ? fills_known_venue_ : fills_known_ + venue_offset_;
  return known - settings_.fills_overlap;
}

}  // namespace gannet::engine
