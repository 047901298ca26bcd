#include "app/host_figures.h"

#include <sys/resource.h>
#include <sys/statvfs.h>
#include <sys/timex.h>
#include <time.h>
#include <unistd.h>

#include <fstream>

#include "base/clock.h"

namespace gannet::app {
namespace {

void look_at_clock(HostFigures& out) {
  timex told{};
  const int state = ::adjtimex(&told);  // modes 0: it is read, nothing is set
  if (state < 0) return;
  out.synchronised = state != TIME_ERROR && (told.status & STA_UNSYNC) == 0;
  out.clock_error = microseconds(told.maxerror);
  const bool in_nanos = (told.status & STA_NANO) != 0;
  if (*out.synchronised) out.ntp_offset = in_nanos ? Nanos{told.offset} : microseconds(told.offset);
}

Nanos system_offset() {
  timespec real{};
  ::clock_gettime(CLOCK_REALTIME, &real);
  const std::int64_t system = std::int64_t{real.tv_sec} * 1'000'000'000 + real.tv_nsec;
  return {system - wall_clock_now().nanos};
}

Nanos to_nanos(const timeval& time) { return seconds(time.tv_sec) + microseconds(time.tv_usec); }

}  // namespace

HostFigures look_at_host(const std::string& state_directory) {
  HostFigures out;
  look_at_clock(out);
  out.system_offset = system_offset();
  struct statvfs disk{};
  if (::statvfs(state_directory.c_str(), &disk) == 0)
    out.disk_free_bytes = std::uint64_t{disk.f_bavail} * disk.f_frsize;
  std::ifstream pages("/proc/self/statm");
  std::uint64_t all = 0;
  std::uint64_t resident = 0;
  if (pages >> all >> resident)
    out.resident_bytes = resident * static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
  rusage usage{};
  if (::getrusage(RUSAGE_SELF, &usage) == 0)
    out.processor_time = to_nanos(usage.ru_utime) + to_nanos(usage.ru_stime);
  return out;
}

}  // namespace gannet::app
