#pragma once

#include "app/daemon_status.h"
#include "app/latency_stages.h"
#include "base/clock.h"
#include "base/histogram.h"
#include "domain/venue.h"
#include "engine/order_manager.h"
#include "gateway/okx/protocol/account_venue.h"
#include "gateway/okx/protocol/algo_rest.h"
#include "gateway/okx/protocol/order_lines.h"

namespace gannet::app {

/// The core's port to the venue, with a stop-watch: the time from the receipt of the market frame
/// that led to an order until the order's bytes were handed to the socket, and from there to the
/// gateway's answer. Exists before what it leads to: core and sessions name each other. Reactor
/// thread.
class VenueLink final : public VenuePort, public DeadManPort, public AlgoPort {
 public:
  void bind(okx::AccountVenue& venue, const engine::OrderManager& orders) noexcept {
    venue_ = &venue;
    orders_ = &orders;
  }
  void bind_algos(okx::AlgoRest& algos) noexcept { algos_ = &algos; }
  /// Where the requests are counted as they are written (PRE-13).
  void audit(const okx::OrderLines& lines, const okx::RestSession& rest) noexcept {
    lines_ = &lines;
    rest_ = &rest;
  }

  std::optional<WireCounts> wire_counts() const noexcept override {
    if (lines_ == nullptr) return std::nullopt;
    return lines_->counters().wire + rest_->counters().wire + algos_->counters().wire +
           venue_->counters().answered_here;
  }

  SendResult place(const PlaceRequest& request, Timestamp now) noexcept override {
    const std::uint64_t checked = SpanClock::now();
    const SendResult result = venue_->place(request, now);
    if (result == SendResult::Sent) note_sent(request.client_id, checked);
    return result;
  }
  SendResult amend(const AmendRequest& request, Timestamp now) noexcept override {
    return venue_->amend(request, now);
  }
  SendResult cancel(const CancelRequest& request, Timestamp now) noexcept override {
    return venue_->cancel(request, now);
  }
  SendResult place_batch(std::span<const PlaceRequest> requests, Timestamp now) noexcept override {
    const std::uint64_t checked = SpanClock::now();
    const SendResult result = venue_->place_batch(requests, now);
    if (result == SendResult::Sent && !requests.empty())
      note_sent(requests.front().client_id, checked);
    return result;
  }
  SendResult amend_batch(std::span<const AmendRequest> requests, Timestamp now) noexcept override {
    return venue_->amend_batch(requests, now);
  }
  SendResult cancel_batch(std::span<const CancelRequest> requests,
                          Timestamp now) noexcept override {
    return venue_->cancel_batch(requests, now);
  }
  bool supports(const PlaceRequest& request) const noexcept override {
    return venue_->supports(request);
  }
  bool cancel_protected(InstrumentId instrument, Timestamp now) noexcept override {
    return venue_->cancel_protected(instrument, now);
  }
  bool query_order(InstrumentId instrument, ClientOrderId client_id, VenueOrderId venue_id,
                   Timestamp now) noexcept override {
    return venue_->query_order(instrument, client_id, venue_id, now);
  }
  bool request_snapshot(SnapshotKind kind, std::uint64_t request, Timestamp since,
                        Timestamp now) noexcept override {
    if (kind == SnapshotKind::AlgoOrders) return algos_->request_list(request, now);
    return venue_->request_snapshot(kind, request, since, now);
  }
  SendResult place_algo(const AlgoPlaceRequest& request, Timestamp now) noexcept override {
    return algos_->place_algo(request, now);
  }
  SendResult amend_algo(const AlgoAmendRequest& request, Timestamp now) noexcept override {
    return algos_->amend_algo(request, now);
  }
  SendResult cancel_algos(std::span<const AlgoCancelRequest> requests,
                          Timestamp now) noexcept override {
    return algos_->cancel_algos(requests, now);
  }
  bool query_algo(InstrumentId instrument, AlgoKind kind, ClientOrderId client_id,
                  VenueOrderId venue_id, Timestamp now) noexcept override {
    return algos_->query_algo(instrument, kind, client_id, venue_id, now);
  }
  bool set_cancel_all_after(std::uint32_t seconds, Timestamp now) noexcept override {
    return venue_->set_cancel_all_after(seconds, now);
  }

  /// An order was acknowledged by the gateway.
  void note_accepted(ClientOrderId id) noexcept {
    const engine::Order* order = orders_->table().find(id);
    if (order != nullptr && order->sent_time.nanos != 0 && order->acknowledged_time.nanos != 0) {
      stages_.on_acknowledged(order->acknowledged_time - order->sent_time);
    }
  }

  static StageFigures figures(const LatencyHistogram& histogram) noexcept {
    return {histogram.count(), histogram.quantile(500), histogram.quantile(990),
            histogram.maximum()};
  }
  StageFigures tick_to_order() const noexcept { return stages_.figures(LatencyStage::TickToOrder); }
  StageFigures round_trip() const noexcept { return stages_.figures(LatencyStage::Acknowledge); }
  LatencyStages& stages() noexcept { return stages_; }
  const LatencyStages& stages() const noexcept { return stages_; }

 private:
  void note_sent(ClientOrderId id, std::uint64_t checked) noexcept {
    const std::uint64_t written = SpanClock::now();
    const engine::Order* order = orders_->table().find(id);
    if (order == nullptr || order->trigger_time.nanos == 0) return;
    stages_.on_order(*order, checked, written);
    stages_.on_tick_to_order(wall_clock_now() - order->trigger_time);
  }

  okx::AccountVenue* venue_ = nullptr;
  okx::AlgoRest* algos_ = nullptr;
  const okx::OrderLines* lines_ = nullptr;
  const okx::RestSession* rest_ = nullptr;
  const engine::OrderManager* orders_ = nullptr;
  LatencyStages stages_;
};

}  // namespace gannet::app
