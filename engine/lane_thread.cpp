#include "engine/lane_thread.h"

#include <pthread.h>
#include <time.h>

#include <stop_token>

namespace gannet::engine {
namespace {

// Turns without work before the thread sleeps: a burst's next event is often that near.
constexpr int kIdleTurns = 200;

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
    : thread_([&lane, idle](const std::stop_token& stop) { run(stop, lane, idle); }) {
  const std::string name = "lane-" + std::to_string(number);
  pthread_setname_np(thread_.native_handle(), name.substr(0, 15).c_str());
}

}  // namespace gannet::engine
