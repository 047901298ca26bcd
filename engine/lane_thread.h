#pragma once

#include <string>
#include <thread>

#include "base/time.h"
#include "engine/threaded_lane.h"

namespace gannet::engine {

/// What a lane's thread does when a turn found nothing.
struct IdlePolicy {
  Nanos sleep;  ///< 0: spins
};

/// The thread "lane-N" that turns one lane's loop until it goes. Its destructor joins: stop the
/// strategies first (Publisher::stop) and give them their turns.
class LaneThread {
 public:
  LaneThread(ThreadedLane& lane, int number, IdlePolicy idle);

 private:
  std::jthread thread_;
};

}  // namespace gannet::engine
