#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "sim/random.h"
#include "simtest/engine_life.h"
#include "simtest/fault_plan.h"
#include "simtest/network.h"
#include "simtest/run_settings.h"
#include "simtest/trader.h"
#include "simtest/venue.h"
#include "simtest/watch.h"

namespace gannet::simtest {

/// One run: an engine, the network and the venue under virtual time, strategies that trade, and the
/// seed's plan of faults. First the engine becomes ready; then the storm: orders and faults; then
/// the calm, in which everything must come to rest and agree. One step is one arrival, one turn of
/// the engine's loop, or one act of a strategy, of the market or of the plan.
class Simulation {
 public:
  explicit Simulation(const RunSettings& settings);

  RunResult run();

 private:
  static constexpr Timestamp kStart{1'795'430'400'000'000'000};
  static constexpr Nanos kTurn = milliseconds(10);
  static constexpr Nanos kCalmTurn = milliseconds(50);

  // ---- time ----
  void step();
  template <class F>
  bool run_until(F&& done, Nanos at_most);
  void turn();
  Timestamp engine_now() const { return life_->clock(now_); }

  // ---- the process ----
  void start_process();
  void end_process(bool loses_what_is_sent, Nanos until_next);
  void look_after_process();
  void resume();
  void resume_parts();

  // ---- faults ----
  void begin_due_faults();
  void begin(const PlannedFault& fault);
  void end_due_faults();
  void order(const PlannedFault& fault, const FaultRow& row);
  void count_venue_faults();
  void calm_down();

  // ---- the end ----
  void come_to_rest();
  /// What is wrong when nothing is in flight any more: the invariant and a sentence. Absent: all
  /// agree.
  struct Wrong {
    std::string invariant;
    std::string what;
  };
  std::optional<Wrong> disagreement();
  std::optional<Wrong> order_disagreement();
  std::optional<Wrong> algo_disagreement();
  std::optional<Wrong> journal_disagreement();
  std::optional<Wrong> money_disagreement();
  /// At the moment the engine says that it is ready: what rests at the venue is known here (I2).
  void look_at_readiness();
  void accept_as_a_person();
  void check_flat();
  /// What the engine believes is open, for whoever reads the failure.
  void explain_orders();

  RunSettings settings_;
  sim::Random random_;
  FaultPlan plan_;
  Watch watch_;
  Network network_;
  Venue venue_;
  DiskJournal journal_;
  Trader trader_;
  LifeSettings life_settings_;
  std::unique_ptr<EngineLife> life_;

  Timestamp now_ = kStart;
  Timestamp next_turn_ = kStart;
  Timestamp next_trade_ = kStart;
  Timestamp storm_from_;
  std::uint64_t steps_ = 0;
  std::size_t next_fault_ = 0;
  bool is_storm_ = false;
  bool is_calm_ = false;
  Nanos trade_pause_;

  // The process.
  std::optional<Timestamp> restart_at_;
  std::optional<Timestamp> frozen_until_;
  std::optional<Timestamp> journal_room_at_;
  std::optional<Timestamp> resume_at_;
  std::optional<Timestamp> resume_parts_at_;
  std::optional<Timestamp> many_until_;
  Timestamp next_sync_ = kStart;
  Timestamp journal_read_;
  bool loses_tail_ = false;
  Nanos next_skew_;
  bool was_ready_ = false;
  bool may_differ_ = false;    ///< a fault makes its positions other than what its fills say
  bool lists_lie_ = false;     ///< a fault makes the venue's lists wrong
  bool lost_records_ = false;  ///< power was cut: what the journal says is not all there was
  std::uint64_t accepted_ = 0;

  /// Orders to the venue, as it numbers them: who ordered, and how often it may happen.
  struct Ordered {
    std::uint64_t id = 0;
    int number = 0;
  };
  std::vector<Ordered> ordered_;
  std::uint64_t next_order_id_ = 1;
  RunResult result_;
};

}  // namespace gannet::simtest
