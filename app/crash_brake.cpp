#include "app/crash_brake.h"

#include <fmt/format.h>

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <vector>

#include "app/utc_text.h"
#include "base/state_directory.h"

namespace gannet::app {

std::expected<void, Error> CrashBrake::start(Timestamp now, bool all_the_same) {
  std::vector<std::int64_t> starts;
  std::ifstream in(file_);
  for (std::int64_t nanos = 0; in >> nanos;) {
    const Nanos age = now - Timestamp{nanos};
    if (age >= Nanos{} && age <= kSpan) starts.push_back(nanos);
  }
  if (static_cast<int>(starts.size()) >= kStartsMax && !all_the_same) {
    return std::unexpected(Error{fmt::format(
        "{} starts since {} died without an end of their own: it stays down. What they left at the "
        "venue is cancelled by its dead-man timer. See the log and `gannet journal verify`; then "
        "start with --after-crashes (a service: remove {} first), or wait until {}",
        starts.size(), utc_text({starts.front()}), file_,
        utc_text(Timestamp{starts[starts.size() - kStartsMax]} + kSpan))});
  }
  recent_ = static_cast<int>(starts.size());
  if (all_the_same) starts.clear();
  before_.clear();
  for (const std::int64_t nanos : starts) before_ += fmt::format("{}\n", nanos);
  return write_file_durably(file_, before_ + fmt::format("{}\n", now.nanos));
}

void CrashBrake::refused() const {
  if (before_.empty()) return end();
  static_cast<void>(write_file_durably(file_, before_));
}

void CrashBrake::end() const {
  std::error_code ignored;
  std::filesystem::remove(file_, ignored);
}

}  // namespace gannet::app
