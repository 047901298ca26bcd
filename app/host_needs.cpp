#include "app/host_needs.h"

#include <fmt/format.h>
#include <sched.h>

#include <cstddef>

#include "app/disk_watch.h"
#include "base/clock.h"

namespace gannet::app {
namespace {

/// "0-3,6"
std::string list_of(const cpu_set_t& cpus) {
  std::string list;
  for (std::size_t cpu = 0; cpu < CPU_SETSIZE; ++cpu) {
    if (!CPU_ISSET(cpu, &cpus)) continue;
    std::size_t last = cpu;
    while (last + 1 < CPU_SETSIZE && CPU_ISSET(last + 1, &cpus)) ++last;
    list += fmt::format("{}{}", list.empty() ? "" : ",", cpu);
    if (last != cpu) list += fmt::format("-{}", last);
    cpu = last;
  }
  return list;
}

}  // namespace

std::expected<void, Error> check_processor(const config::Settings& settings) {
  if (!settings.engine.reactor_cpu) return {};
  cpu_set_t mine;
  CPU_ZERO(&mine);
  if (::sched_getaffinity(0, sizeof mine, &mine) != 0) return {};
  const auto wanted = static_cast<std::size_t>(*settings.engine.reactor_cpu);
  if (CPU_ISSET(wanted, &mine)) return {};
  return std::unexpected(Error{fmt::format(
      "engine.reactor_cpu = {}: this process may run on {} alone: name one of those, or allow it "
      "more (CPUAffinity=, AllowedCPUs=)",
      wanted, list_of(mine))});
}

std::expected<void, Error> check_room(const config::Settings& settings,
                                      const std::string& state_directory) {
  const auto verdict = DiskWatch(state_directory, settings.journal).look(monotonic_now());
  if (verdict != DiskWatch::Verdict::EndProcess) return {};
  return std::unexpected(Error{fmt::format(
      "the disk of {} has less than journal.disk_free_process = {:.4g} % free: make "
      "room on it, or name another state directory",
      state_directory, static_cast<double>(settings.journal.disk_free_process_ppm) / 10'000)});
}

}  // namespace gannet::app
