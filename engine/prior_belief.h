#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <variant>
#include <vector>

#include "engine/journal_records.h"
#include "engine/order.h"

namespace gannet::engine {

/// What the journal of earlier runs says, as the starting point of this one: a belief, to be
/// compared with the venue before anything is done with it. Build it by handing over every record
/// from the oldest kept, in order. Cold: allocates. Instrument and strategy numbers are those of
/// this run: who reads the journal translates them by name first.
class PriorBelief {
 public:
  /// What positions and profit are made of, in the order in which it came.
  using PositionStep = std::variant<FillBookedRecord, AdjustmentRecord, BillRecord, DayRowRecord,
                                    DayMoneyRecord, PeakRecord>;

  /// Of the last two seconds of the journal: the venue counts them still when the next run begins.
  struct SentRequest {
    Timestamp time;
    InstrumentId instrument;
    ExecutionReport::Request request = ExecutionReport::Request::Place;
    bool algo = false;
    bool single = true;  ///< or it may have been one
    bool batch = false;  ///< likewise
  };

  /// Types that say nothing about orders, positions and kill are passed over.
  void add(RecordType type, std::span<const std::byte> payload, Timestamp time);
  /// The journal defines this instrument, in today's units, from then on; the first time counts.
  /// Where it is never said, all are taken to be known from the first record on.
  void add_instrument(InstrumentId instrument, Timestamp time);

  /// Orders that had not ended, in order of creation; what they are now is unknown.
  std::vector<Order> open_orders() const;
  /// Of an algo order among them; null for the others.
  const AlgoTerms* algo_terms(ClientOrderId id) const noexcept;
  const std::vector<PositionStep>& position_steps() const noexcept { return steps_; }
  bool killed() const noexcept { return killed_; }
  /// What else a person killed and nobody resumed.
  bool account_killed() const noexcept { return account_killed_; }
  const std::set<std::uint16_t>& killed_strategies() const noexcept { return killed_strategies_; }
  const std::set<std::uint32_t>& killed_instruments() const noexcept { return killed_instruments_; }
  /// Strategies that a rule disabled and nobody has enabled since.
  const std::map<std::uint16_t, DenialReason>& disabled_strategies() const noexcept {
    return disabled_;
  }
  /// What protections did and no person has resumed since, in order.
  const std::vector<RiskActionRecord>& protections() const noexcept { return protections_; }
  /// The last act of each rule that has not been armed again, by its place in the configuration.
  const std::map<std::uint16_t, RiskActionRecord>& acted_rules() const noexcept { return acted_; }
  /// What protections were bringing down and had not ended.
  const std::vector<ReductionRecord>& reductions() const noexcept { return reductions_; }
  /// Oldest first, as of `last_time`.
  const std::deque<SentRequest>& sent_last() const noexcept { return sent_; }
  Timestamp last_time() const noexcept { return last_time_; }
  std::uint64_t newest_run() const noexcept { return newest_run_; }
  /// When the first record was written; zero: there is none.
  Timestamp first_time() const noexcept { return first_time_; }
  /// From when on the instrument's fills are in the journal; zero: they are not.
  Timestamp known_since(InstrumentId instrument) const noexcept;
  /// The same by the venue's clock, as it was measured then: ours may be another one since. Zero:
  /// it was not measured, or they are not.
  Timestamp known_since_venue(InstrumentId instrument) const noexcept;
  /// When the last complete list of fills was asked for, or the journal's first time: all fills
  /// since then must be asked for again.
  Timestamp fills_known() const noexcept { return std::max(fills_known_, first_time_); }
  /// The same by the venue's clock, as it was measured then. Zero: it was not.
  Timestamp fills_known_venue() const noexcept {
    return std::max(fills_known_venue_, first_time_venue_);
  }

 private:
  void add_place(const PlaceRecord& record, Timestamp time);
  void add_amend(const AmendRecord& record);
  void add_algo(const AlgoPlaceRecord& record, Timestamp time);
  void add_ended(const OrderEndedRecord& record);
  void add_control(const ControlRecord& record);
  void add_algo_report(const AlgoReportRecord& record);
  void add_report(const ReportRecord& record);
  void add_fill(const FillBookedRecord& record);
  void note_sent(RecordType type, std::span<const std::byte> payload, Timestamp time);
  void add_risk_action(const RiskActionRecord& record);
  void add_reduction(const ReductionRecord& record);
  void add_snapshot_edge(const SnapshotEdgeRecord& record);
  void add_clock(Nanos offset);
  Order* find(std::uint64_t client_id);

  std::map<std::uint64_t, Order> open_;
  std::map<std::uint64_t, AlgoTerms> algos_;
  std::vector<PositionStep> steps_;
  bool killed_ = false;
  bool account_killed_ = false;
  std::set<std::uint16_t> killed_strategies_;
  std::set<std::uint32_t> killed_instruments_;
  std::map<std::uint16_t, DenialReason> disabled_;  // by strategy
  std::deque<SentRequest> sent_;
  Timestamp last_time_;
  std::vector<RiskActionRecord> protections_;
  std::map<std::uint16_t, RiskActionRecord> acted_;  // by rule
  std::vector<ReductionRecord> reductions_;
  std::uint64_t newest_run_ = 0;
  Timestamp first_time_;
  Timestamp fills_known_;
  std::uint64_t fills_request_ = 0;  // of the list of fills that has begun; 0: none
  Timestamp fills_requested_at_;
  std::map<std::uint32_t, Timestamp> instruments_;  // since when
  // By the venue's clock.
  std::optional<Nanos> offset_;  // of our clock, in the run that is being read
  Timestamp run_time_;           // when that began
  Timestamp first_time_venue_;
  Timestamp fills_known_venue_;
  std::map<std::uint32_t, Timestamp> instruments_venue_;
};

}  // namespace gannet::engine
