#include "app/thread_setup.h"

#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/resource.h>

#include <cstddef>
#include <cstdlib>
#include <fstream>
#include <string>
#include <string_view>

namespace gannet::app {

void keep_clear_of(int cpu) noexcept {
  cpu_set_t set;
  if (pthread_getaffinity_np(pthread_self(), sizeof set, &set) != 0) return;
  CPU_CLR(static_cast<std::size_t>(cpu), &set);
  if (CPU_COUNT(&set) != 0) pthread_setaffinity_np(pthread_self(), sizeof set, &set);
}

void pin_to(int cpu) noexcept {
  cpu_set_t set;
  CPU_ZERO(&set);
  CPU_SET(static_cast<std::size_t>(cpu), &set);
  pthread_setaffinity_np(pthread_self(), sizeof set, &set);
}

namespace {

/// Whether the system sets no bound to what this process may lock: within a bound a mapping made
/// later, a thread's stack say, would fail.
bool may_lock_anything() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_MEMLOCK, &limit) == 0 && limit.rlim_cur == RLIM_INFINITY) return true;
  constexpr std::string_view kName = "CapEff:";
  constexpr unsigned kMayLock = 14;  // CAP_IPC_LOCK
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);) {
    if (!line.starts_with(kName)) continue;
    return (std::strtoull(line.c_str() + kName.size(), nullptr, 16) >> kMayLock & 1u) != 0;
  }
  return false;
}

}  // namespace

bool lock_memory() {
  if (!may_lock_anything()) return false;
  // As they are touched: whole stacks of ten threads would be a hundred megabytes of nothing.
  return ::mlockall(MCL_CURRENT | MCL_FUTURE | MCL_ONFAULT) == 0;
}

void hold_signals(std::initializer_list<int> signals, bool hold) noexcept {
  sigset_t set;
  ::sigemptyset(&set);
  for (const int signal : signals) ::sigaddset(&set, signal);
  ::pthread_sigmask(hold ? SIG_BLOCK : SIG_UNBLOCK, &set, nullptr);
}

void touch_stack() noexcept {
  constexpr std::size_t kDepth = 256u << 10;
  constexpr std::size_t kPage = 4'096;
  volatile char stack[kDepth];
  for (std::size_t i = 0; i < kDepth; i += kPage) stack[i] = 0;
  static_cast<void>(stack[0]);
}

std::uint64_t page_faults() noexcept {
  rusage usage{};
  if (::getrusage(RUSAGE_THREAD, &usage) != 0) return 0;
  return static_cast<std::uint64_t>(usage.ru_minflt + usage.ru_majflt);
}

}  // namespace gannet::app
