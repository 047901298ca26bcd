#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <utility>

#include "base/time.h"
#include "gateway/okx/protocol/frame_summary.h"

namespace gannet::app {

/// Several connections that hear the same streams, as one: of what comes by more than one of them
/// the first is kept, by its sequence; a stream without sequences is kept of the connection that
/// told it first, until that is closed or silent while another tells. A single connection tells in
/// order, so what it sends itself is always news to it, a venue's counter that went back too.
/// Thread: one.
class LineMerge {
 public:
  void on_opened(std::uint32_t connection) { open_.insert(connection); }
  void on_closed(std::uint32_t connection) { open_.erase(connection); }

  bool is_news(std::uint32_t connection, const okx::FrameSummary& summary, Timestamp now) {
    if (summary.frame.kind != okx::FrameKind::Push) return true;
    Newest& newest =
        newest_[{std::string(summary.frame.channel_name), std::string(summary.stream)}];
    const bool known = newest.by != kNobody && newest.by != connection;
    if (!summary.sequence) {
      if (known && open_.contains(newest.by) && now - newest.time < kSilence) return false;
      newest.by = connection;
      newest.time = now;
      return true;
    }
    // Who told it last is gone: a snapshot begins anew, whatever its number.
    const bool begins = summary.snapshot && !open_.contains(newest.by);
    if (known && !begins && *summary.sequence <= newest.sequence) return false;
    newest = {*summary.sequence, connection, now};
    return true;
  }

 private:
  // Two lines tell one event within far less; no stream that is told twice a second waits longer.
  static constexpr Nanos kSilence = seconds(2);
  static constexpr std::uint32_t kNobody = ~std::uint32_t{0};
  struct Newest {
    std::int64_t sequence = 0;
    std::uint32_t by = kNobody;
    Timestamp time;  // of what was kept last
  };

  std::set<std::uint32_t> open_;
  std::map<std::pair<std::string, std::string>, Newest> newest_;  // channel, instrument
};

}  // namespace gannet::app
