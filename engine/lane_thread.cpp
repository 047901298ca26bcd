#include "engine/lane_thread.h"

#include <time.h>

#include <algorithm>
#include <chrono>
#include <iterator>
#include <stop_token>

#include "base/log.h"

namespace gannet::engine {
namespace {

// Turns without work before the thread sleeps: a burst's next event is often that near.
constexpr int kIdleTurns = 200;
constexpr Nanos kJoinStep = milliseconds(1);

// By number, from 1; literals, for the log keeps no more of a name than where it is.
constexpr const char* kLaneNames[] = {"lane-0", "lane-1", "lane-2", "lane-3", "lane-4", "lane-5",
                                      "lane-6", "lane-7", "lane-8", "lane-9", "lane-n"};

const char* lane_name(int number) noexcept {
  return kLaneNames[std::clamp(number, 0, static_cast<int>(std::size(kLaneNames)) - 1)];
}

void sleep_for(Nanos duration) noexcept {
  const timespec request{duration.count / 1'000'000'000, duration.count % 1'000'000'000};
  nanosleep(&request, nullptr);
}

void run(const std::stop_token& stop, ThreadedLane& lane, IdlePolicy idle) noexcept {
  int idle_turns = 0;
  while (!stop.stop_requested()) {
    if (lane.do_work() > 0) {
      idle_turns = 0;
    } else if (idle.sleep.count > 0 && ++idle_turns >= kIdleTurns) {
      sleep_for(idle.sleep);
    } else {
      __builtin_ia32_pause();
    }
  }
}

}  // namespace

LaneThread::LaneThread(ThreadedLane& lane, int number, IdlePolicy idle)
    : lane_(lane),
      state_(std::make_shared<State>()),
      thread_([&lane, number, idle, state = state_](const std::stop_token& stop) {
        set_thread_name(lane_name(number));
        if (const auto sealed = seal_this_thread(state->refused); !sealed)
          state->seal_error.store(sealed.error(), std::memory_order_relaxed);
        run(stop, lane, idle);
        forget_refused_calls();
        // Release: whoever sees it sees all that the strategies did.
        state->ended.store(true, std::memory_order_release);
      }) {}

bool LaneThread::join_for(Nanos patience) noexcept {
  using Clock = std::chrono::steady_clock;
  thread_.request_stop();
  const auto until = Clock::now() + std::chrono::nanoseconds(patience.count);
  while (!state_->ended.load(std::memory_order_acquire)) {
    if (Clock::now() >= until) return false;
    sleep_for(kJoinStep);
  }
  if (thread_.joinable()) thread_.join();
  return true;
}

std::shared_ptr<const std::atomic<bool>> LaneThread::abandon() noexcept {
  thread_.request_stop();
  if (thread_.joinable()) thread_.detach();
  return {state_, &state_->ended};
}

}  // namespace gannet::engine
