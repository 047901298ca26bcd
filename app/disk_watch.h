#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/journal_files.h"
#include "base/time.h"
#include "config/settings.h"

namespace gannet::app {

/// The order of retreat when the state directory's disk fills up: the recorder stops by its own
/// limit, then trading is held, then the process ends while it still can do so in order. [REC-09]
/// Cold thread.
class DiskWatch {
 public:
  enum class Verdict : std::uint8_t { Enough, HoldTrading, EndProcess };
  /// Trading goes on when there is that much more than the limit again, in parts per million.
  static constexpr std::uint32_t kMargin = 10'000;

  DiskWatch(std::string directory, const config::JournalConfig& limits,
            JournalFiles& files = JournalFiles::disk())
      : directory_(std::move(directory)), limits_(limits), files_(files) {}

  /// Looks once a second at most; nothing: the verdict is as it was.
  std::optional<Verdict> look(Nanos now);

 private:
  std::string directory_;
  config::JournalConfig limits_;
  JournalFiles& files_;
  Nanos next_look_;
  Verdict last_ = Verdict::Enough;
};

}  // namespace gannet::app
