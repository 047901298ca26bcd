#include "app/host_check.h"

#include <fmt/format.h>
#include <sys/resource.h>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <fstream>
#include <sstream>
#include <string>
#include <thread>

namespace gannet::app {
namespace {

using Result = DoctorCheck::Result;
constexpr std::string_view kArea = "host";

/// First line of a file; "" where it cannot be read.
std::string first_line(const std::filesystem::path& file) {
  std::ifstream in(file);
  std::string line;
  std::getline(in, line);
  while (!line.empty() && line.back() == ' ') line.pop_back();
  return line;
}

/// Of "always [madvise] never": madvise.
std::string chosen_of(const std::string& line) {
  const std::size_t open = line.find('[');
  const std::size_t close = line.find(']');
  if (open == std::string::npos || close == std::string::npos) return line;
  return line.substr(open + 1, close - open - 1);
}

class HostVisit {
 public:
  explicit HostVisit(const HostOptions& options)
      : options_(options), sys_(options.root / "sys"), proc_(options.root / "proc") {
    count_processors();
    cpu_ = options.reactor_cpu.value_or(processors_ - 1);
    cpu_path_ = sys_ / fmt::format("devices/system/cpu/cpu{}", cpu_);
  }

  std::vector<DoctorCheck> run() {
    tell("processors", processors_ >= 2, "2 or more", std::to_string(processors_),
         "with one, all that is cold takes turns with the reactor: milliseconds at a time");
    check_siblings();
    check_clock();
    check_governor();
    check_isolation();
    check_steal();
    check_interrupts();
    check_swap();
    check_huge_pages();
    check_locking();
    return std::move(checks_);
  }

 private:
  void tell(std::string what, Result result, std::string expected, std::string actual,
            std::string meaning) {
    checks_.push_back({kArea, std::move(what), result, std::move(expected), std::move(actual),
                       std::move(meaning)});
  }
  void tell(std::string what, bool is_good, std::string expected, std::string actual,
            std::string meaning) {
    tell(std::move(what), is_good ? Result::Ok : Result::Differs, std::move(expected),
         std::move(actual), std::move(meaning));
  }

  void count_processors() {
    const std::string online = first_line(sys_ / "devices/system/cpu/online");
    constexpr int kMost = 4'096;
    int last = 0;
    for (int cpu = 0; cpu < kMost; ++cpu) {
      if (cpu_list_has(online, cpu)) last = cpu + 1;
    }
    processors_ = std::max(last, 1);
  }

  void check_siblings() {
    const std::string siblings = first_line(cpu_path_ / "topology/thread_siblings_list");
    if (siblings.empty()) return;
    tell(fmt::format("a core of its own for processor {}", cpu_), siblings == std::to_string(cpu_),
         std::to_string(cpu_), siblings,
         "two threads share the core: what runs on the other slows the reactor by up to a half; "
         "leave it idle, or take it offline");
  }

  void check_clock() {
    const std::string clock =
        first_line(sys_ / "devices/system/clocksource/clocksource0/current_clocksource");
    const bool is_fast = clock == "tsc" || clock == "kvm-clock" ||
                         clock == "hyperv_clocksource_tsc_page" || clock == "arch_sys_counter";
    const Result result = clock.empty() ? Result::Unknown : is_fast ? Result::Ok : Result::Differs;
    tell("clock source", result, "tsc or kvm-clock", clock,
         "the clock is read several times a tick: 20 ns each by these, up to 1 us each where the "
         "kernel must be asked; boot with clocksource=tsc tsc=reliable");
  }

  void check_governor() {
    const std::string governor = first_line(cpu_path_ / "cpufreq/scaling_governor");
    const Result result = governor.empty()            ? Result::Unknown
                          : governor == "performance" ? Result::Ok
                                                      : Result::Differs;
    tell("frequency governor", result, "performance", governor.empty() ? "not told" : governor,
         "a clock that is wound down after a quiet moment makes the next tick's work take up to "
         "twice as long; cpupower frequency-set -g performance");
  }

  void check_isolation() {
    const std::string isolated = first_line(sys_ / "devices/system/cpu/isolated");
    tell(fmt::format("processor {} is left alone by the scheduler", cpu_),
         cpu_list_has(isolated, cpu_), std::to_string(cpu_), isolated.empty() ? "none" : isolated,
         "other processes take turns with the reactor: 1 to 4 ms each time; boot with isolcpus=");
    const std::string no_ticks = first_line(sys_ / "devices/system/cpu/nohz_full");
    tell(
        fmt::format("no timer ticks on processor {}", cpu_), cpu_list_has(no_ticks, cpu_),
        std::to_string(cpu_), no_ticks.empty() || no_ticks == "(null)" ? "none" : no_ticks,
        "a tick of the kernel's costs 2 to 5 us, 100 to 1000 times a second; boot with nohz_full=");
  }

  struct Times {
    double steal = 0;
    double all = 0;
  };
  Times times() const {
    std::istringstream line(first_line(proc_ / "stat"));
    std::string word;
    line >> word;
    Times times;
    for (int i = 0; i < 8; ++i) {  // user nice system idle iowait irq softirq steal
      double value = 0;
      line >> value;
      times.all += value;
      if (i == 7) times.steal = value;
    }
    return times;
  }
  void check_steal() {
    const Times before = times();
    std::this_thread::sleep_for(std::chrono::nanoseconds(options_.watch.count));
    const Times after = times();
    const double all = after.all - before.all;
    const double share = all > 0 ? (after.steal - before.steal) / all : 0;
    constexpr double kLittle = 0.005;
    tell(
        "time taken by other guests of the host",
        all <= 0          ? Result::Unknown
        : share < kLittle ? Result::Ok
                          : Result::Differs,
        "under 0.5 %", fmt::format("{:.1f} %", share * 100),
        "the reactor stands still for milliseconds and nothing here can help it: ask for a machine "
        "with processors of its own");
  }

  void check_interrupts() {
    int here = 0;
    int all = 0;
    std::error_code error;
    for (const auto& entry : std::filesystem::directory_iterator(proc_ / "irq", error)) {
      std::string list = first_line(entry.path() / "effective_affinity_list");
      if (list.empty()) list = first_line(entry.path() / "smp_affinity_list");
      if (list.empty()) continue;
      ++all;
      here += cpu_list_has(list, cpu_) ? 1 : 0;
    }
    tell(fmt::format("interrupts on processor {}", cpu_),
         all == 0    ? Result::Unknown
         : here == 0 ? Result::Ok
                     : Result::Differs,
         "0", fmt::format("{} of {}", here, all),
         "each interrupts the reactor for 2 to 20 us; move them with /proc/irq/*/smp_affinity_list "
         "(and stop irqbalance), the network card's receive queue perhaps to the next processor");
  }

  void check_swap() {
    std::ifstream file(proc_ / "swaps");
    std::string line;
    int areas = -1;  // a heading
    while (std::getline(file, line)) ++areas;
    tell("swap",
         areas < 0    ? Result::Unknown
         : areas == 0 ? Result::Ok
                      : Result::Differs,
         "none", areas < 0 ? "not told" : fmt::format("{} areas", areas),
         "a page that was written away costs the reactor milliseconds when it is touched; swapoff, "
         "or lock_memory = true");
  }

  void check_huge_pages() {
    const std::string line = first_line(sys_ / "kernel/mm/transparent_hugepage/enabled");
    const std::string chosen = chosen_of(line);
    tell("huge pages",
         line.empty()         ? Result::Unknown
         : chosen != "always" ? Result::Ok
                              : Result::Differs,
         "madvise or never", chosen.empty() ? "not told" : chosen,
         "the kernel gathers pages into huge ones behind our back and stops us meanwhile, up to "
         "100 us; echo madvise > /sys/kernel/mm/transparent_hugepage/enabled");
  }

  void check_locking() {
    rlimit limit{};
    ::getrlimit(RLIMIT_MEMLOCK, &limit);
    tell("memory that may be locked", limit.rlim_cur == RLIM_INFINITY, "no limit",
         limit.rlim_cur == RLIM_INFINITY ? "no limit" : fmt::format("{} MB", limit.rlim_cur >> 20),
         "without the capability for it lock_memory does nothing, and pages may go to disk; "
         "LimitMEMLOCK=infinity in the "
         "unit, ulimit -l unlimited in a shell");
  }

  const HostOptions& options_;
  std::filesystem::path sys_;
  std::filesystem::path proc_;
  std::filesystem::path cpu_path_;
  int processors_ = 1;
  int cpu_ = 0;
  std::vector<DoctorCheck> checks_;
};

}  // namespace

bool cpu_list_has(std::string_view list, int cpu) noexcept {
  while (!list.empty()) {
    const std::size_t comma = std::min(list.find(','), list.size());
    const std::string_view part = list.substr(0, comma);
    list.remove_prefix(std::min(comma + 1, list.size()));
    int first = 0;
    const auto [rest, error] = std::from_chars(part.data(), part.data() + part.size(), first);
    if (error != std::errc{}) continue;
    int last = first;
    if (rest != part.data() + part.size() && *rest == '-')
      std::from_chars(rest + 1, part.data() + part.size(), last);
    if (cpu >= first && cpu <= last) return true;
  }
  return false;
}

std::vector<DoctorCheck> examine_host(const HostOptions& options) {
  return HostVisit(options).run();
}

}  // namespace gannet::app
