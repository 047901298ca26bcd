#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <variant>
#include <vector>

#include "domain/algo_orders.h"
#include "domain/venue.h"
#include "engine/journal.h"
#include "risk/trading_modes.h"

namespace gannet::engine {

class TradingCore;

/// When records are on the disk, as the journal's writer knows it.
class DurableJournal {
 public:
  /// Newest sequence that survives a power cut.
  virtual std::uint64_t durable_sequence() const noexcept = 0;
  /// Something waits for it.
  virtual void wake() noexcept = 0;

 protected:
  ~DurableJournal() = default;
};

struct DurablePortSettings {
  std::size_t capacity = 256;  ///< requests that may wait, cancels apart; more are refused
  /// One that has waited longer is not sent: a request that comes late is one that nobody expects.
  Nanos patience = milliseconds(500);
};

struct DurablePortCounters {
  std::uint64_t held = 0;
  std::uint64_t released = 0;
  std::uint64_t refused = 0;  ///< never left: killed or held meanwhile, too late, or not connected
  std::uint64_t full = 0;
};

/// Between the core and the venue's ports in the journal's modes `group` and `full`: what may add
/// risk waits until its record is on the disk, in the order in which it came, and is looked at once
/// more just before it leaves: had trading ended meanwhile it does not (PRE-01). What does not
/// leave is answered as refused, and surely never was at the venue. Cancels leave at once, out of
/// their batch if need be, unless the placing of what they would cancel waits here: then they wait
/// behind it, and have room of their own.
///
/// Thread: the reactor. Never blocks; no allocation after construction.
class DurablePort final : public VenuePort, public AlgoPort, public DeadManPort {
 public:
  DurablePort(VenuePort& port, AlgoPort* algos, DeadManPort* dead_man, Journal& journal,
              DurableJournal& disk, DurablePortSettings settings = {});

  /// Whose requests these are; before the first.
  void bind(TradingCore& core) noexcept { core_ = &core; }
  /// Every turn: sends what may leave now. Returns how many requests went or were refused.
  std::size_t release(Timestamp now) noexcept;

  std::size_t waiting() const noexcept { return size_; }
  const DurablePortCounters& counters() const noexcept { return counters_; }

  // VenuePort
  SendResult place(const PlaceRequest& request, Timestamp now) noexcept override;
  SendResult amend(const AmendRequest& request, Timestamp now) noexcept override;
  SendResult cancel(const CancelRequest& request, Timestamp now) noexcept override;
  SendResult place_batch(std::span<const PlaceRequest> requests, Timestamp now) noexcept override;
  SendResult amend_batch(std::span<const AmendRequest> requests, Timestamp now) noexcept override;
  SendResult cancel_batch(std::span<const CancelRequest> requests, Timestamp now) noexcept override;
  bool supports(const PlaceRequest& request) const noexcept override {
    return port_.supports(request);
  }
  /// What waits, and what never left, was journaled as if it had: it counts as if it were there.
  std::optional<WireCounts> wire_counts() const noexcept override;
  bool cancel_protected(InstrumentId instrument, Timestamp now) noexcept override {
    return port_.cancel_protected(instrument, now);
  }
  bool query_order(InstrumentId instrument, ClientOrderId client_id, VenueOrderId venue_id,
                   Timestamp now) noexcept override;
  bool request_snapshot(SnapshotKind kind, std::uint64_t request, Timestamp since,
                        Timestamp now) noexcept override {
    return port_.request_snapshot(kind, request, since, now);
  }

  // AlgoPort
  SendResult place_algo(const AlgoPlaceRequest& request, Timestamp now) noexcept override;
  SendResult amend_algo(const AlgoAmendRequest& request, Timestamp now) noexcept override;
  SendResult cancel_algos(std::span<const AlgoCancelRequest> requests,
                          Timestamp now) noexcept override;
  bool query_algo(InstrumentId instrument, AlgoKind kind, ClientOrderId client_id,
                  VenueOrderId venue_id, Timestamp now) noexcept override {
    if (waits_for(client_id)) return false;
    return algos_->query_algo(instrument, kind, client_id, venue_id, now);
  }

  // DeadManPort
  bool set_cancel_all_after(std::uint32_t timeout_seconds, Timestamp now) noexcept override {
    return dead_man_->set_cancel_all_after(timeout_seconds, now);
  }

 private:
  using Request = std::variant<std::monostate, PlaceRequest, AmendRequest, CancelRequest,
                               AlgoPlaceRequest, AlgoAmendRequest, AlgoCancelRequest>;
  struct Held {
    Request request;
    std::uint64_t sequence = 0;  ///< of its record
    Timestamp since;
    risk::TradingMode mode = risk::TradingMode::Ready;  ///< worst of its own when it came
    std::uint8_t batch_left = 0;                        ///< so many of the next ones go with it
  };

  template <class One>
  SendResult hold(std::span<const One> requests, Timestamp now) noexcept;
  Held& at(std::size_t i) noexcept { return ring_[(first_ + i) % ring_.size()]; }
  const Held& at(std::size_t i) const noexcept { return ring_[(first_ + i) % ring_.size()]; }
  template <class One, class Send>
  SendResult cancel_soon(std::span<const One> requests, Timestamp now, Send&& send) noexcept;
  /// Its placing waits here.
  bool waits_for(ClientOrderId id) const noexcept;
  bool may_leave(const Held& held, Timestamp now) const noexcept;
  template <class One>
  void send(std::size_t count, Timestamp now) noexcept;
  void refuse(const Held& held, Timestamp now) noexcept;
  static ExecutionReport::Request kind_of(const Request& request) noexcept;

  VenuePort& port_;
  AlgoPort* algos_;
  DeadManPort* dead_man_;
  Journal& journal_;
  DurableJournal& disk_;
  DurablePortSettings settings_;
  TradingCore* core_ = nullptr;
  std::size_t most_;  ///< that wait, but for cancels
  std::vector<Held> ring_;
  std::size_t first_ = 0;
  std::size_t size_ = 0;
  DurablePortCounters counters_;
  WireCounts refused_;
};

}  // namespace gannet::engine
