#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <vector>

#include "base/log.h"
#include "monitor/alert.h"

namespace gannet::monitor {

/// A log event that rules want, with the fields that tell one such event from another.
struct AlertEvent {
  LogEvent event{};
  AlertLabels fields;
  std::string detail;  ///< all fields of the newest, "why=..., who=..."
  std::uint64_t times = 1;
};

/// Where the log thread leaves events for the alert thread: equal ones (same event, same
/// identifying fields) are one with a count, so a storm needs no room and loses nothing; above
/// kMost different ones, those that are new count for their event as a whole. [MON-10]
/// The lock is held for a look-up; neither the log thread nor the alert thread is a hot one.
class AlertIntake {
 public:
  static constexpr std::size_t kMost = 256;

  /// `wanted`: by LogEvent. `wake` is called when there is something where there was nothing.
  AlertIntake(std::vector<bool> wanted, std::function<void()> wake)
      : wanted_(std::move(wanted)), wake_(std::move(wake)) {}

  /// Any thread: the log thread's listener.
  void take(const LogRecord& record);
  /// In the order in which each was there first. The alert thread.
  std::vector<AlertEvent> drain();

 private:
  const std::vector<bool> wanted_;
  const std::function<void()> wake_;
  std::mutex mutex_;
  std::map<std::uint64_t, std::size_t> places_;  // by fingerprint, in pending_
  std::vector<AlertEvent> pending_;
};

/// The fields of a record that tell one such event from another: whose and which, no numbers.
AlertLabels identifying_fields(const LogRecord& record);

}  // namespace gannet::monitor
