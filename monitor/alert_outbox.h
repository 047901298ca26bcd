#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "monitor/alert_book.h"

namespace gannet::monitor {

/// One alert on its way to a route.
struct Told {
  Alert alert;
  std::uint64_t count = 0;  ///< occurrences that this route was not told before
};

/// What one route has still to be told: one place an alert, so that it is bounded as the book is;
/// what happens while an alert waits adds to its count. Delivered at least once: what a route may
/// have taken without saying so is told again. After a failure it waits, longer each time.
/// Values in, values out. Thread: one.
class AlertOutbox {
 public:
  static constexpr std::size_t kBatch = 50;
  static constexpr Nanos kFirstWait = milliseconds(500);
  static constexpr Nanos kLongestWait = seconds(15);
  /// A route is lost when nothing was taken for that long, more than once. [MON-02]
  static constexpr Nanos kLostAfter = seconds(10);

  /// `firing_first`: an alert that is over is told as firing before it is told as over.
  explicit AlertOutbox(bool firing_first) : firing_first_(firing_first) {}

  void add(const AlertNews& news);
  /// Everything that the route knows to be firing, once more: it forgets otherwise.
  void resend();

  bool is_due(Nanos now) const noexcept;
  /// The worst and the oldest first, kBatch at most. Then one of `delivered`, `failed`.
  std::vector<Told> take();
  void delivered(Nanos now);
  void failed(Nanos now, std::string why);
  /// The same of a look whether the route is there, while nothing waits.
  void probed(Nanos now, bool good, std::string why);

  std::size_t waiting() const noexcept { return pending_.size() + in_flight_.size(); }
  bool is_lost(Nanos now) const noexcept;
  bool is_busy() const noexcept { return !in_flight_.empty(); }
  Nanos last_word() const noexcept { return last_word_; }
  /// Why it fails; "": it does not.
  const std::string& why() const noexcept { return why_; }
  std::uint64_t deliveries() const noexcept { return deliveries_; }
  std::uint64_t failures() const noexcept { return failures_; }

 private:
  struct Place {
    Told told;
    std::uint64_t order = 0;
  };

  void put(const Alert& alert, std::uint64_t count, std::uint64_t order);
  void note_failure(Nanos now, std::string why);
  void note_success(Nanos now);

  bool firing_first_;
  std::map<std::uint64_t, Place> pending_;  // by fingerprint
  std::vector<Place> in_flight_;
  std::map<std::uint64_t, Alert> known_;  // told as firing, not yet as over
  std::uint64_t next_order_ = 0;
  Nanos not_before_;
  Nanos wait_ = kFirstWait;
  Nanos failing_since_;
  Nanos last_word_;
  std::uint64_t failed_in_a_row_ = 0;
  std::uint64_t deliveries_ = 0;
  std::uint64_t failures_ = 0;
  std::string why_;
};

}  // namespace gannet::monitor
