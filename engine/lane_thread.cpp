#include "engine/lane_thread.h"

#include <pthread.h>
#include <time.h>

#include <chrono>
#include <stop_token>
#include <string>

namespace gannet::engine {
namespace {

// Turns without work before the thread sleeps: a burst's next event is often that near.
constexpr int kIdleTurns = 200;
constexpr Nanos kJoinStep = milliseconds(1);

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
    : ended_(std::make_shared<std::atomic<bool>>(false)),
      thread_([&lane, idle, ended = ended_](const std::stop_token& stop) {
        run(stop, lane, idle);
        // Release: whoever sees it sees all that the strategies did.
        ended->store(true, std::memory_order_release);
      }) {
  const std::string name = "lane-" + std::to_string(number);
  pthread_setname_np(thread_.native_handle(), name.substr(0, 15).c_str());
}

bool LaneThread::join_for(Nanos patience) noexcept {
  using Clock = std::chrono::steady_clock;
  thread_.request_stop();
  const auto until = Clock::now() + std::chrono::nanoseconds(patience.count);
  while (!ended_->load(std::memory_order_acquire)) {
    if (Clock::now() >= until) return false;
    sleep_for(kJoinStep);
  }
  if (thread_.joinable()) thread_.join();
  return true;
}

std::shared_ptr<const std::atomic<bool>> LaneThread::abandon() noexcept {
  thread_.request_stop();
  if (thread_.joinable()) thread_.detach();
  return ended_;
}

}  // namespace gannet::engine
