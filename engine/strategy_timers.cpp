#include "engine/strategy_timers.h"

#include <algorithm>
#include <tuple>

namespace gannet::engine {

bool StrategyTimers::set(const gannet_timer& timer) noexcept {
  const auto same = [&timer](const gannet_timer& t) { return t.id == timer.id; };
  if (auto* at = std::ranges::find_if(timers_, same); at != timers_.end()) {
    *at = timer;
  } else if (!timers_.push(timer)) {
    return false;
  }
  find_next();
  return true;
}

bool StrategyTimers::cancel(std::uint64_t id) noexcept {
  for (std::size_t i = 0; i < timers_.size(); ++i) {
    if (timers_[i].id != id) continue;
    timers_.erase(i);
    find_next();
    return true;
  }
  return false;
}

bool StrategyTimers::take_due(std::int64_t now, gannet_timer& timer) noexcept {
  if (now < next_due_) return false;
  const auto order = [](const gannet_timer& t) { return std::tie(t.due, t.id); };
  gannet_timer& first = *std::ranges::min_element(timers_, {}, order);
  timer = first;
  if (first.period > 0) {
    // The next multiple may lie beyond what 63 bits can say: then it never fires.
    const std::int64_t missed = (now - first.due) / first.period;
    std::int64_t step = 0;
    if (__builtin_mul_overflow(missed + 1, first.period, &step) ||
        __builtin_add_overflow(first.due, step, &first.due))
      first.due = kNever;
  } else {
    timers_.erase(static_cast<std::size_t>(&first - timers_.begin()));
  }
  find_next();
  return true;
}

void StrategyTimers::find_next() noexcept {
  next_due_ = kNever;
  for (const gannet_timer& timer : timers_) next_due_ = std::min(next_due_, timer.due);
}

}  // namespace gannet::engine
