#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "app/kill_change.h"

namespace gannet::app {

std::string_view name_of(engine::ControlLevel level) noexcept;
std::optional<engine::ControlLevel> control_level(std::string_view name) noexcept;

/// What is killed, in the state directory, so that it outlives every crash (KILL-09): `killed` for
/// the engine, whose presence alone counts, and `kills` for the other levels, one a line. Besides
/// them `kill`: a file that anyone who may write there drops to kill the engine (KILL-10). It is
/// taken away when that is durable, so whoever dropped it sees that it was obeyed.
/// Thread: the cold one; at start, before threads, the main one.
class KillFiles {
 public:
  struct Entry {
    engine::ControlLevel level = engine::ControlLevel::Engine;
    std::string target;
    std::string why;
    std::string who;
  };

  explicit KillFiles(std::string state_directory);

  /// All that is killed by these files. A line that cannot be understood kills the engine: what it
  /// was to stop is not known.
  std::vector<Entry> read() const;
  /// False: it could not be made durable.
  bool keep(const KillChange& change) const;

  /// The first line of the dropped file ("" if empty); nothing: none lies there.
  std::optional<std::string> dropped() const;
  void take_dropped() const;

 private:
  std::vector<Entry> read_parts() const;
  bool write_parts(const std::vector<Entry>& entries) const;

  std::string engine_file_;
  std::string parts_file_;
  std::string dropped_file_;
};

}  // namespace gannet::app
