#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <utility>

#include "app/daemon_status.h"
#include "base/histogram.h"
#include "base/span_clock.h"
#include "engine/order.h"

namespace gannet::app {

/// What a market event takes on its way to an order, stage by stage, into histograms of fixed size.
/// Stamps are taken by those that stand around the core (MarketStopwatch, BookTap, VenueLink) and
/// by the lane when a strategy decides; the core reads none. A span costs a look at the processor's
/// counter and an increment. Thread: the reactor's; `decided_stamp` a lane's.
class LatencyStages {
 public:
  /// The publisher's `stamp`: the span clock's count, which `Order::decided_time` carries.
  static Timestamp decided_stamp() noexcept {
    return {static_cast<std::int64_t>(SpanClock::now())};
  }

  /// A frame of market data came in, received at that time.
  void on_frame(Timestamp received) noexcept {
    received_ = received;
    at_frame_ = SpanClock::now();
    at_decoded_ = at_dispatched_ = 0;
  }
  void on_decoded() noexcept {
    at_decoded_ = SpanClock::now();
    // Once a frame: what follows in it waited for the first. A book by REST came in none.
    if (at_frame_ != 0) record(LatencyStage::Decode, std::exchange(at_frame_, 0), at_decoded_);
  }
  void on_dispatched() noexcept {
    if (at_decoded_ == 0) return;  // not out of a frame
    at_dispatched_ = SpanClock::now();
    record(LatencyStage::Dispatch, at_decoded_, at_dispatched_);
  }
  /// An order went: `checked` when the port was called, `written` when it came back.
  void on_order(const engine::Order& order, std::uint64_t checked, std::uint64_t written) noexcept {
    if (order.trigger_time.nanos == 0) return;
    const auto decided = static_cast<std::uint64_t>(order.decided_time.nanos);
    // Of another lane, or a timer: its event was dispatched some time ago.
    if (order.trigger_time == received_ && at_dispatched_ != 0)
      record(LatencyStage::Decide, at_dispatched_, decided);
    record(LatencyStage::Check, decided, checked);
    record(LatencyStage::Write, checked, written);
  }
  void on_acknowledged(Nanos since_written) noexcept {
    histograms_[static_cast<std::size_t>(LatencyStage::Acknowledge)].record(since_written);
  }
  void on_tick_to_order(Nanos since_received) noexcept {
    histograms_[static_cast<std::size_t>(LatencyStage::TickToOrder)].record(since_received);
  }

  const LatencyHistogram& histogram(LatencyStage stage) const noexcept {
    return histograms_[static_cast<std::size_t>(stage)];
  }
  StageFigures figures(LatencyStage stage) const noexcept {
    const LatencyHistogram& histogram = histograms_[static_cast<std::size_t>(stage)];
    return {histogram.count(), histogram.quantile(500), histogram.quantile(990),
            histogram.maximum()};
  }

 private:
  void record(LatencyStage stage, std::uint64_t from, std::uint64_t to) noexcept {
    histograms_[static_cast<std::size_t>(stage)].record(SpanClock::between(from, to));
  }

  Timestamp received_;
  std::uint64_t at_frame_ = 0;
  std::uint64_t at_decoded_ = 0;
  std::uint64_t at_dispatched_ = 0;
  std::array<LatencyHistogram, kLatencyStages> histograms_;
};

}  // namespace gannet::app
