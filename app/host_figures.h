#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/time.h"

namespace gannet::app {

/// What the system says of this process and its clock. Absent: the system does not tell, or does
/// not let us ask (a sandbox without adjtimex). Cold.
struct HostFigures {
  std::optional<Nanos>
      ntp_offset;  ///< the reference's clock less the system's, as the kernel is told
  std::optional<Nanos> clock_error;  ///< the kernel's own bound
  std::optional<bool> synchronised;  ///< by NTP or PTP
  Nanos system_offset;  ///< the system's clock less ours, which is never set: base/clock.h
  std::optional<std::uint64_t> disk_free_bytes;
  std::optional<std::uint64_t> resident_bytes;
  Nanos processor_time;
};

HostFigures look_at_host(const std::string& state_directory);

}  // namespace gannet::app
