#include "engine/reconciler.h"

#include <algorithm>

namespace gannet::engine {

Reconciler::Reconciler(const InstrumentTable& instruments, OrderManager& orders,
                       const PositionKeeper& positions, const FillBooking& booking, VenuePort& port,
                       const ReconcilerSettings& settings)
    : instruments_(instruments),
      orders_(orders),
      positions_(positions),
      booking_(booking),
      port_(port),
      settings_(settings),
      venue_(instruments.size()) {}

constexpr SnapshotKind Reconciler::kind_of(Step step) noexcept {
  switch (step) {
    case Step::Idle:
    case Step::OpenOrders:
      return SnapshotKind::OpenOrders;
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
  Timestamp since = booking_.newest();
  since = since.nanos == 0 ? first_fills_ : since - settings_.fills_overlap;
  request_ = ++last_request_;
  asked_at_ = now;
  asked_ = true;  // before the call: a venue may answer within it
  if (!port_.request_snapshot(kind_of(step), request_, since, now) && request_ == last_request_)
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
      own_orders_listed_ = own_orders_seen_;
      if (own_orders_seen_ != 0) {
        empty_since_ = empty_until_ = {};
      } else {
        if (empty_since_.nanos == 0) empty_since_ = requested_at_;
        empty_until_ = requested_at_;
      }
      orders_.on_open_orders_listed(requested_at_, now);
      start_step(Step::Fills, now);
      break;
    case Step::Fills:
      orders_.on_fills_listed(requested_at_, now);
      start_step(Step::Positions, now);
      break;
    case Step::Positions:
      for (std::size_t i = 0; i < venue_.size(); ++i) {
        // A complete list leaves out what is flat; not so if something happened since we asked.
        VenuePosition& position = venue_[i];
        const InstrumentId id{static_cast<std::uint32_t>(i)};
        if (position.listed == requested_at_ || position.received >= requested_at_) continue;
        if (booking_.newest_received(id) >= requested_at_) continue;
        for (Quantity& leg : position.legs) leg = {};
        position.average_entry_price.raw = 0;
        position.known = true;
        position.received = now;
        position.venue_time = std::max(position.venue_time, booking_.newest(id));
      }
      start_step(Step::Balances, now);
      break;
    case Step::Balances:
      finish_round(now);
      break;
  }
}

void Reconciler::finish_round(Timestamp now) noexcept {
  step_ = Step::Idle;
  last_complete_round_ = round_start_;
  look_at_differences(now);
}

void Reconciler::on_open_order_row(const ExecutionReport& report) noexcept {
  if (step_ != Step::OpenOrders || !begun_) return;
  if (orders_.is_ours(report)) ++own_orders_seen_;
}

void Reconciler::on_position(const PositionReport& report, bool from_snapshot) noexcept {
  if (report.instrument.value >= venue_.size()) return;
  VenuePosition& position = venue_[report.instrument.value];
  if (from_snapshot && begun_ && step_ == Step::Positions) position.listed = requested_at_;
  if (report.exchange_time < position.venue_time) return;  // older than a later word
  position.venue_time = report.exchange_time;
  position.received = report.receive_time;
  position.legs[static_cast<std::size_t>(report.side)] = report.quantity;
  position.average_entry_price = report.average_entry_price;
  position.known = true;
  // A list asked for long after the last fill is the newer word, whatever time its row bears.
  if (from_snapshot &&
      requested_at_ - booking_.newest_received(report.instrument) >= settings_.replica_lag_max)
    position.venue_time = std::max(position.venue_time, booking_.newest(report.instrument));
}

void Reconciler::look_at_differences(Timestamp now) noexcept {
  for (std::size_t i = 0; i < venue_.size(); ++i) {
    const InstrumentId id{static_cast<std::uint32_t>(i)};
    VenuePosition& position = venue_[i];
    if (!differs_now(id)) {
      position.differs_since = {};
    } else if (position.differs_since.nanos == 0) {
      position.differs_since = now;
      wanted_ = true;  // fills may have been missed: look before believing it
    }
  }
}

bool Reconciler::compares(InstrumentId instrument) const noexcept {
  return is_derivative(instruments_[instrument].kind);  // spot has balances, not positions
}

bool Reconciler::differs_now(InstrumentId instrument) const noexcept {
  const VenuePosition& position = venue_[instrument.value];
  if (!position.known || !compares(instrument)) return false;
  // The venue has not told a position since that fill: it is the older word.
  if (position.venue_time < booking_.newest(instrument)) return false;
  return venue_position(instrument) != positions_.of_account(instrument).quantity();
}

bool Reconciler::differs(InstrumentId instrument, Timestamp now) const noexcept {
  const VenuePosition& position = venue_[instrument.value];
  return differs_now(instrument) && position.differs_since.nanos != 0 &&
         now - position.differs_since >= settings_.difference_grace &&
         last_complete_round_ > position.differs_since;
}

Quantity Reconciler::venue_position(InstrumentId instrument) const noexcept {
  const VenuePosition& position = venue_[instrument.value];
  return position.legs[0] + position.legs[1] + position.legs[2];
}

}  // namespace gannet::engine
