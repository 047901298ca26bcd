#pragma once

#include <optional>
#include <span>

#include "base/crash_point.h"
#include "domain/algo_orders.h"
#include "domain/venue.h"
#include "engine/core_journal.h"

namespace gannet::engine {

/// Between the core and the venue's ports: an order request that did not leave is in the journal
/// already (NotSent); here the questions that did not are put there too, so that the whole of what
/// a port answered is on record. Thread: the reactor.
class PortRecorder final : public VenuePort, public AlgoPort, public DeadManPort {
 public:
  PortRecorder(VenuePort& port, AlgoPort* algos, DeadManPort* dead_man,
               CoreJournal& journal) noexcept
      : port_(port), algos_(algos), dead_man_(dead_man), journal_(journal) {}

  // VenuePort
  SendResult place(const PlaceRequest& request, Timestamp now) noexcept override {
    const CoreJournal::PortCall call(journal_);
    crash_point("place_to_port");
    const SendResult sent = port_.place(request, now);
    crash_point("place_at_port");
    return sent;
  }
  SendResult amend(const AmendRequest& request, Timestamp now) noexcept override {
    const CoreJournal::PortCall call(journal_);
    crash_point("amend_to_port");
    const SendResult sent = port_.amend(request, now);
    crash_point("amend_at_port");
    return sent;
  }
  SendResult cancel(const CancelRequest& request, Timestamp now) noexcept override {
    const CoreJournal::PortCall call(journal_);
    crash_point("cancel_to_port");
    const SendResult sent = port_.cancel(request, now);
    crash_point("cancel_at_port");
    return sent;
  }
  SendResult place_batch(std::span<const PlaceRequest> requests, Timestamp now) noexcept override {
    const CoreJournal::PortCall call(journal_);
    return port_.place_batch(requests, now);
  }
  SendResult amend_batch(std::span<const AmendRequest> requests, Timestamp now) noexcept override {
    const CoreJournal::PortCall call(journal_);
    return port_.amend_batch(requests, now);
  }
  SendResult cancel_batch(std::span<const CancelRequest> requests,
                          Timestamp now) noexcept override {
    const CoreJournal::PortCall call(journal_);
    return port_.cancel_batch(requests, now);
  }
  bool supports(const PlaceRequest& request) const noexcept override {
    return port_.supports(request);
  }
  /// Read like a value of the market: how many bytes a session wrote is no record of ours.
  std::optional<WireCounts> wire_counts() const noexcept override {
    const auto wire = port_.wire_counts();
    const auto read = [&](risk::MarketValue what, std::uint64_t count) {
      return journal_.read(what, 0, wire ? std::optional<__int128>(count) : std::nullopt);
    };
    const WireCounts there = wire.value_or(WireCounts{});
    const auto places = read(risk::MarketValue::WirePlaces, there.places);
    const auto amends = read(risk::MarketValue::WireAmends, there.amends);
    const auto cancels = read(risk::MarketValue::WireCancels, there.cancels);
    if (!places || !amends || !cancels) return std::nullopt;
    return WireCounts{static_cast<std::uint64_t>(*places), static_cast<std::uint64_t>(*amends),
                      static_cast<std::uint64_t>(*cancels)};
  }
  bool cancel_protected(InstrumentId instrument, Timestamp now) noexcept override {
    const CoreJournal::PortCall call(journal_);
    return port_.cancel_protected(instrument, now);
  }
  bool query_order(InstrumentId instrument, ClientOrderId client_id, VenueOrderId venue_id,
                   Timestamp now) noexcept override {
    const CoreJournal::PortCall call(journal_);
    return note(port_.query_order(instrument, client_id, venue_id, now),
                NotAskedRecord::Question::Order, now);
  }
  bool request_snapshot(SnapshotKind kind, std::uint64_t request, Timestamp since,
                        Timestamp now) noexcept override {
    const CoreJournal::PortCall call(journal_);
    return note(port_.request_snapshot(kind, request, since, now), NotAskedRecord::Question::List,
                now);
  }

  // AlgoPort: only where there is one.
  SendResult place_algo(const AlgoPlaceRequest& request, Timestamp now) noexcept override {
    const CoreJournal::PortCall call(journal_);
    return algos_->place_algo(request, now);
  }
  SendResult amend_algo(const AlgoAmendRequest& request, Timestamp now) noexcept override {
    const CoreJournal::PortCall call(journal_);
    return algos_->amend_algo(request, now);
  }
  SendResult cancel_algos(std::span<const AlgoCancelRequest> requests,
                          Timestamp now) noexcept override {
    const CoreJournal::PortCall call(journal_);
    return algos_->cancel_algos(requests, now);
  }
  bool query_algo(InstrumentId instrument, AlgoKind kind, ClientOrderId client_id,
                  VenueOrderId venue_id, Timestamp now) noexcept override {
    const CoreJournal::PortCall call(journal_);
    return note(algos_->query_algo(instrument, kind, client_id, venue_id, now),
                NotAskedRecord::Question::AlgoOrder, now);
  }

  // DeadManPort: only where there is one.
  bool set_cancel_all_after(std::uint32_t seconds, Timestamp now) noexcept override {
    const CoreJournal::PortCall call(journal_);
    return note(dead_man_->set_cancel_all_after(seconds, now), NotAskedRecord::Question::DeadMan,
                now);
  }

 private:
  bool note(bool asked, NotAskedRecord::Question question, Timestamp now) noexcept {
    if (!asked) static_cast<void>(append(journal_, NotAskedRecord{question, {}}, now));
    return asked;
  }

  VenuePort& port_;
  AlgoPort* algos_;
  DeadManPort* dead_man_;
  CoreJournal& journal_;
};

}  // namespace gannet::engine
