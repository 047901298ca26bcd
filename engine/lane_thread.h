#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <thread>

#include "base/time.h"
#include "engine/lane_seal.h"
#include "engine/threaded_lane.h"

namespace gannet::engine {

/// What a lane's thread does when a turn found nothing.
struct IdlePolicy {
  Nanos sleep;  ///< 0: spins
};

/// The thread "lane-N" that turns one lane's loop until it goes, sealed against the kernel
/// (lane_seal.h) before its first turn. Stop the strategies first
/// (Publisher::stop) and give them their turns. A handler that never returns cannot be ended from
/// outside: when `join_for` says so, Publisher::abandon_lanes lets the orders be cancelled and
/// `abandon` lets go of the thread. It may use its lane, its plugin and what they refer to ever
/// after, so the process must then end without destroying those: std::_Exit once all is written.
/// Thread: the one that made it.
class LaneThread {
 public:
  LaneThread(ThreadedLane& lane, int number, IdlePolicy idle);
  /// Asks the loop to end and waits for it, however long, unless it was abandoned.
  ~LaneThread() = default;

  /// Asks the loop to end and waits at most so long. True: it has ended, now or before.
  bool join_for(Nanos patience) noexcept;
  /// Lets go of it. The flag answered turns true when the loop ends after all, if ever: only then
  /// may what it uses be destroyed.
  std::shared_ptr<const std::atomic<bool>> abandon() noexcept;

  const ThreadedLane& lane() const noexcept { return lane_; }
  /// The next system call that was refused to it, each number once. False: none.
  bool take_refused_call(std::uint32_t& number) noexcept { return state_->refused.take(number); }
  /// Why the kernel would not seal it, once; 0: it did, or was told before.
  int take_seal_error() noexcept {
    return state_->seal_error.exchange(0, std::memory_order_relaxed);
  }

 private:
  struct State {
    std::atomic<bool> ended{false};
    std::atomic<int> seal_error{0};
    RefusedCalls refused;
  };

  const ThreadedLane& lane_;
  std::shared_ptr<State> state_;  // shared: an abandoned thread outlives us
  std::jthread thread_;
};

}  // namespace gannet::engine
