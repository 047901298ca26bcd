#pragma once

#include <algorithm>
#include <cstddef>
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
    std::deque<Timestamp>& times = found->second.times;
    while (!times.empty() && now - times.front() >= window) times.pop_front();
    if (times.size() + units > limit) return false;
    times.insert(times.end(), units, now);
    found->second.most = std::max(found->second.most, times.size());
    return true;
  }

  /// Forgets windows that ended: names of instruments and addresses come from the network.
  void sweep(Timestamp now, Nanos longest_window) {
    std::erase_if(taken_, [&](const auto& entry) {
      const std::deque<Timestamp>& times = entry.second.times;
      if (is_of_orders(entry.first)) return false;  // few, and their record is asked for
      return times.empty() || now - times.back() >= longest_window;
    });
  }

  /// The windows of order operations of a user: their name without the user's, how much of each is
  /// taken now, and the most that ever was in one window.
  template <class Take>
  void for_each_of(std::string_view uid, Nanos window, Timestamp now, Take&& take) const {
    for (const auto& [name, bucket] : taken_) {
      if (!is_of_orders(name)) continue;
      const std::size_t at = name.find(uid);
      if (uid.empty() || at == std::string::npos || name[at - 1] != ':') continue;
      const std::size_t end = at + uid.size();
      if (end < name.size() && name[end] != ':') continue;
      const auto fresh = [&](Timestamp time) { return now - time < window; };
      const auto taken = std::count_if(bucket.times.begin(), bucket.times.end(), fresh);
      take(name.substr(0, at - 1), std::string_view(name).substr(std::min(end + 1, name.size())),
           static_cast<std::size_t>(taken), bucket.most);
    }
  }

 private:
  struct Bucket {
    std::deque<Timestamp> times;
    std::size_t most = 0;
  };
  /// "ps:<uid>:<instrument>": place, amend or cancel, single or batch; "all:<uid>": new and
  /// amended.
  static bool is_of_orders(std::string_view name) noexcept {
    return name.starts_with("all:") ||
           (name.size() > 3 && name[2] == ':' && (name[1] == 's' || name[1] == 'b') &&
            std::string_view("pac").find(name[0]) != std::string_view::npos);
  }

  std::map<std::string, Bucket, std::less<>> taken_;
};

}  // namespace gannet::okx_server
