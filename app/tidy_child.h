#pragma once

#include <sys/types.h>

#include <cstdint>
#include <string>

#include "base/time.h"

namespace gannet::app {

/// Starts `gannet journal tidy` beside the engine, at the lowest priority, whenever a segment has
/// been closed; one at a time, and it dies with us. A process of its own: what it reads and packs
/// is no memory of the engine's. Cold thread.
class TidyChild {
 public:
  TidyChild(std::string state_directory, std::uint32_t retention_days)
      : state_directory_(std::move(state_directory)), retention_days_(retention_days) {}
  ~TidyChild();
  TidyChild(const TidyChild&) = delete;
  TidyChild& operator=(const TidyChild&) = delete;

  /// `segment`: the one that is being written, by its first sequence; 0: none yet.
  void work(std::uint64_t segment, Nanos now);

 private:
  void start();

  std::string state_directory_;
  std::uint32_t retention_days_;
  std::uint64_t seen_ = 0;
  Nanos next_look_;
  pid_t pid_ = -1;
};

}  // namespace gannet::app
