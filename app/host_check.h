#pragma once

#include <filesystem>
#include <optional>
#include <string_view>
#include <vector>

#include "app/doctor.h"
#include "base/time.h"

namespace gannet::app {

/// Where to look: "/" but in tests.
struct HostOptions {
  std::filesystem::path root = "/";
  std::optional<int> reactor_cpu{};  ///< absent: the last one
  Nanos watch = seconds(1);          ///< how long time that is taken away is counted
};

/// What of this machine costs the reactor time, and what each would gain: processors, their clock
/// and governor, isolation, interrupts, swap, what may be locked. Reads files of the kernel's,
/// changes nothing. Blocks for `watch`.
std::vector<DoctorCheck> examine_host(const HostOptions& options);

/// Whether a list like "0,2-4" names a processor.
bool cpu_list_has(std::string_view list, int cpu) noexcept;

}  // namespace gannet::app
