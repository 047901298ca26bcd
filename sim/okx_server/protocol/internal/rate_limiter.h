#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <string>
#include <string_view>

#include "base/time.h"

namespace gannet::okx_server {

/// Sliding windows by name: at most `limit` units within any `window`. Refused requests do not
/// count. OKX does not publish whether its window slides; a sliding one is the strictest reading.
class RateLimiter {
 public:
  /// Takes `units` if there is room. A limit of zero always has room.
  bool acquire(std::string_view bucket, std::uint32_t limit, Nanos window, std::uint32_t units,
               Timestamp now) {
    if (limit == 0) return true;
    auto found = taken_.find(bucket);
    if (found == taken_.end()) found = taken_.emplace(std::string(bucket), Bucket{}).first;
    Bucket& times = found->second;
    while (!times.empty() && now - times.front() >= window) times.pop_front();
    if (times.size() + units > limit) return false;
    times.insert(times.end(), units, now);
    return true;
  }

  /// Forgets windows that ended: names of instruments and addresses come from the network.
  void sweep(Timestamp now, Nanos longest_window) {
    std::erase_if(taken_, [&](const auto& entry) {
      return entry.second.empty() || now - entry.second.back() >= longest_window;
    });
  }

 private:
  using Bucket = std::deque<Timestamp>;
  std::map<std::string, Bucket, std::less<>> taken_;
};

}  // namespace gannet::okx_server
