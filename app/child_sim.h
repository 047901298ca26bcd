#pragma once

#include <sys/types.h>

#include <expected>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "base/time.h"

namespace gannet::app {

/// What `gannet sim` prints when it accepts connections.
struct SimReady {
  std::string url;  ///< https://127.0.0.1:PORT
  std::string ws;   ///< wss://127.0.0.1:PORT/ws/v5, to which /public, /private, /business is added
  std::string ca;   ///< file to trust
  std::string api_key;
  std::string secret;
  std::string passphrase;
};

std::expected<SimReady, Error> parse_sim_ready(std::string_view line);

struct ChildSimOptions {
  std::filesystem::path program{};       ///< "": the `gannet` beside the running program
  std::vector<std::string> arguments{};  ///< after `sim`
  Nanos ready_timeout = seconds(20);
  std::optional<int> avoid_cpu{};  ///< the reactor's core: the child runs on the others, if any
  std::string log_file{};          ///< where its refusals go; "": our standard error
};

/// A `gannet sim` of our own: dies with us, whatever becomes of us. Call from a thread that lives
/// as long as the process: the kernel's parent-death signal is bound to the thread that forks.
class ChildSim {
 public:
  /// Starts it and waits until it accepts connections. Error: it could not be started, ended, or
  /// said nothing in time; it is gone then.
  static std::expected<std::unique_ptr<ChildSim>, Error> spawn(const ChildSimOptions& options);
  /// Asks it to end, then makes it end.
  ~ChildSim();
  ChildSim(const ChildSim&) = delete;
  ChildSim& operator=(const ChildSim&) = delete;

  const SimReady& ready() const noexcept { return ready_; }
  pid_t pid() const noexcept { return pid_; }
  bool running() noexcept;

 private:
  explicit ChildSim(pid_t pid) : pid_(pid) {}

  pid_t pid_;
  bool reaped_ = false;
  SimReady ready_;
};

}  // namespace gannet::app
