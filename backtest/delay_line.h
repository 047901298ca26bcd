#pragma once

#include <cstddef>
#include <deque>
#include <optional>
#include <utility>

#include "base/time.h"

namespace gannet::backtest {

/// Messages on their way. The delay is constant, so they arrive in the order in which they left.
/// Thread: one.
template <class T>
class DelayLine {
 public:
  explicit DelayLine(Nanos delay) : delay_(delay) {}

  void send(T message, Timestamp now) { messages_.emplace_back(now + delay_, std::move(message)); }
  /// When the first one arrives.
  std::optional<Timestamp> due() const {
    if (messages_.empty()) return std::nullopt;
    return messages_.front().first;
  }
  /// Requires one that is due.
  T take() {
    T message = std::move(messages_.front().second);
    messages_.pop_front();
    return message;
  }
  std::size_t size() const noexcept { return messages_.size(); }

 private:
  Nanos delay_;
  std::deque<std::pair<Timestamp, T>> messages_;
};

}  // namespace gannet::backtest
