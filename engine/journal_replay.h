#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "domain/algo_orders.h"
#include "domain/venue.h"
#include "engine/core_journal.h"
#include "engine/journal.h"
#include "engine/trading_core.h"

namespace gannet::engine {

/// One record of the run that is replayed.
struct ReplayRecord {
  std::uint64_t sequence = 0;
  RecordType type = RecordType::None;
  Timestamp time;
  std::span<const std::byte> payload;  ///< lives as long as the replay
};

struct ReplayResult {
  enum class Outcome : std::uint8_t {
    Same,        ///< every record came again, byte for byte
    Differs,     ///< `at` did not
    CannotGoOn,  ///< inputs were lost there, or it is of a version that wrote too little
  };
  Outcome outcome = Outcome::Same;
  std::uint64_t inputs = 0;   ///< records given to the core
  std::uint64_t records = 0;  ///< compared, and the same
  std::uint64_t at = 0;       ///< sequence of the first difference
  std::string what;           ///< in words; "" when it is the same
};

/// Does a run again: gives a core the inputs that a journal holds, in their order, answers in the
/// venue's place as it answered then, and compares every record that the core writes with the one
/// that was written then. [RELIABILITY I10, REC-07]
///
/// The core is to be made with this as its journal and as all its ports, with the settings,
/// instruments and prior belief of the run. Records are those of one run, the run's own first;
/// definitions left out. A record that the end of the run cut off is no difference. Cold.
class JournalReplay final : public Journal,
                            public RecallSource,
                            public VenuePort,
                            public AlgoPort,
                            public DeadManPort {
 public:
  explicit JournalReplay(std::span<const ReplayRecord> records) : records_(records) {}

  /// The limits after those changes, in force one after the other; nothing: they cannot be made. A
  /// replay without it stops where limits were changed.
  using LimitsAfter =
      std::function<std::optional<std::pair<risk::LimitTable, risk::BehaviourRules>>(
          std::span<const LimitChangeRecord>)>;
  void set_limits_after(LimitsAfter limits_after) { limits_after_ = std::move(limits_after); }

  ReplayResult run(TradingCore& core, const InstrumentTable& instruments);

  // Journal
  bool append(RecordType type, std::span<const std::byte> payload, Timestamp now) noexcept override;
  std::uint64_t sequence() const noexcept override { return next_; }
  RecallSource* recall() noexcept override { return this; }

  // RecallSource
  std::optional<Recalled> recall(std::span<const std::byte> pending, risk::MarketValue what,
                                 std::uint32_t subject) noexcept override;

  // VenuePort, AlgoPort, DeadManPort: as they answered then.
  SendResult place(const PlaceRequest& request, Timestamp now) noexcept override;
  SendResult amend(const AmendRequest& request, Timestamp now) noexcept override;
  SendResult cancel(const CancelRequest& request, Timestamp now) noexcept override;
  SendResult place_batch(std::span<const PlaceRequest> requests, Timestamp now) noexcept override;
  SendResult amend_batch(std::span<const AmendRequest> requests, Timestamp now) noexcept override;
  SendResult cancel_batch(std::span<const CancelRequest> requests, Timestamp now) noexcept override;
  bool supports(const PlaceRequest& request) const noexcept override;
  bool cancel_protected(InstrumentId instrument, Timestamp now) noexcept override;
  bool query_order(InstrumentId instrument, ClientOrderId client_id, VenueOrderId venue_id,
                   Timestamp now) noexcept override;
  bool request_snapshot(SnapshotKind kind, std::uint64_t request, Timestamp since,
                        Timestamp now) noexcept override;
  SendResult place_algo(const AlgoPlaceRequest& request, Timestamp now) noexcept override;
  SendResult amend_algo(const AlgoAmendRequest& request, Timestamp now) noexcept override;
  SendResult cancel_algos(std::span<const AlgoCancelRequest> requests,
                          Timestamp now) noexcept override;
  bool query_algo(InstrumentId instrument, AlgoKind kind, ClientOrderId client_id,
                  VenueOrderId venue_id, Timestamp now) noexcept override;
  bool set_cancel_all_after(std::uint32_t seconds, Timestamp now) noexcept override;

 private:
  bool is_over() const noexcept { return !result_.what.empty(); }
  void stop(ReplayResult::Outcome outcome, std::size_t at, std::string what);
  /// Gives the core the input at that place; what belongs to it goes with it.
  void feed(std::size_t at);
  void feed_notes(std::size_t at);
  void feed_batch(std::size_t at, const BatchEdgeRecord& edge);
  void feed_call(std::size_t at, const CoreCallRecord& call);
  void feed_limits(std::size_t at);
  void feed_control(std::size_t at, const ControlRecord& control);
  void feed_command(std::size_t at, const CommandRecord& command);
  /// What the core is about to write, as it was written then; null when that is not known yet.
  const ReplayRecord* coming() const noexcept;
  SendResult sent(ExecutionReport::Request request, ClientOrderId id);
  bool asked(NotAskedRecord::Question question);
  void feed_nested();

  std::span<const ReplayRecord> records_;
  LimitsAfter limits_after_;
  std::size_t next_ = 0;  ///< the next one to be compared
  TradingCore* core_ = nullptr;
  const InstrumentTable* instruments_ = nullptr;
  ReplayResult result_;
};

}  // namespace gannet::engine
