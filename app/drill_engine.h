#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace gannet::app {

/// What a drill needs of a status. Times in nanoseconds.
struct DrillStatus {
  std::string state;
  std::string reason;
  bool flat = false;
  std::int64_t open_orders = 0;
  std::vector<std::string> held;  ///< instruments that are, by name
  std::int64_t waited = 0, sent = 0, cancels = 0, flat_after = 0;  ///< of the kill
};

/// A gannetd of a drill's own, beside the running program; dies with us.
class DrillEngine {
 public:
  /// `state_directory`: as its configuration says; `log`: a file.
  DrillEngine(const std::string& config, const std::string& state_directory,
              const std::string& log);
  /// Asks it to end, then makes it end.
  ~DrillEngine();
  DrillEngine(const DrillEngine&) = delete;
  DrillEngine& operator=(const DrillEngine&) = delete;

  bool runs();
  /// SIGTERM; its exit code, or none within a minute.
  std::optional<int> stop();
  /// SIGKILL, and it is gone when this returns.
  void end_at_once();
  std::optional<std::string> ask(const std::string& line) const;
  std::optional<DrillStatus> status() const;

  /// Until a status satisfies `done`; the last one that was read.
  template <class Done>
  std::optional<DrillStatus> wait_for(std::chrono::seconds patience, Done done) {
    const auto end = std::chrono::steady_clock::now() + patience;
    std::optional<DrillStatus> last;
    while (std::chrono::steady_clock::now() < end && runs()) {
      if (auto now = status()) {
        last = std::move(now);
        if (done(*last)) break;
      }
      rest();
    }
    return last;
  }

 private:
  static void rest();
  bool reap(std::chrono::seconds patience);

  std::string socket_;
  pid_t pid_ = -1;
  int exit_code_ = -1;
};

}  // namespace gannet::app
