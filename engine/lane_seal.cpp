#include "engine/lane_seal.h"

#include <errno.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <stddef.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <ucontext.h>
#include <unistd.h>

#include <algorithm>
#include <bit>
#include <initializer_list>
#include <iterator>
#include <vector>

namespace gannet::engine {
namespace {

// What a lane's loop and a strategy's own computing need. Memory: the allocator's. Signals: the
// handler below returns by one, and a crash must be able to abort.
constexpr std::uint32_t kAllowedCalls[] = {SYS_nanosleep,
                                           SYS_clock_nanosleep,
                                           SYS_restart_syscall,
                                           SYS_futex,
                                           SYS_sched_yield,
                                           SYS_clock_gettime,
                                           SYS_clock_getres,
                                           SYS_gettimeofday,
                                           SYS_time,
                                           SYS_getcpu,
                                           SYS_getpid,
                                           SYS_gettid,
                                           SYS_getrandom,
                                           SYS_getrusage,
                                           SYS_sched_getaffinity,
                                           SYS_brk,
                                           SYS_munmap,
                                           SYS_mremap,
                                           SYS_madvise,
                                           SYS_mincore,
                                           SYS_membarrier,
                                           SYS_rt_sigreturn,
                                           SYS_rt_sigprocmask,
                                           SYS_sigaltstack,
                                           SYS_set_robust_list,
                                           SYS_rseq,
                                           SYS_exit,
                                           SYS_exit_group};

struct CallName {
  std::uint32_t number;
  std::string_view name;
};
constexpr CallName kCallNames[] = {{SYS_read, "read"},
                                   {SYS_write, "write"},
                                   {SYS_open, "open"},
                                   {SYS_openat, "openat"},
                                   {SYS_close, "close"},
                                   {SYS_stat, "stat"},
                                   {SYS_newfstatat, "newfstatat"},
                                   {SYS_access, "access"},
                                   {SYS_unlink, "unlink"},
                                   {SYS_rename, "rename"},
                                   {SYS_mkdir, "mkdir"},
                                   {SYS_ioctl, "ioctl"},
                                   {SYS_socket, "socket"},
                                   {SYS_connect, "connect"},
                                   {SYS_sendto, "sendto"},
                                   {SYS_recvfrom, "recvfrom"},
                                   {SYS_sendmsg, "sendmsg"},
                                   {SYS_recvmsg, "recvmsg"},
                                   {SYS_poll, "poll"},
                                   {SYS_execve, "execve"},
                                   {SYS_execveat, "execveat"},
                                   {SYS_kill, "kill"},
                                   {SYS_tgkill, "tgkill"},
                                   {SYS_ptrace, "ptrace"},
                                   {SYS_process_vm_readv, "process_vm_readv"},
                                   {SYS_process_vm_writev, "process_vm_writev"},
                                   {SYS_mmap, "mmap"},
                                   {SYS_mprotect, "mprotect"},
                                   {SYS_prctl, "prctl"},
                                   {SYS_rt_sigaction, "rt_sigaction"},
                                   {SYS_io_uring_setup, "io_uring_setup"},
                                   {SYS_memfd_create, "memfd_create"},
                                   {SYS_setuid, "setuid"}};

constexpr std::uint32_t kHere = AUDIT_ARCH_X86_64;
constexpr std::uint32_t kArgument = sizeof(std::uint64_t);

constexpr sock_filter load_word(std::size_t offset) noexcept {
  return BPF_STMT(BPF_LD | BPF_W | BPF_ABS, static_cast<std::uint32_t>(offset));
}
/// The low half of an argument: all that is looked at fits.
constexpr sock_filter load_argument(std::uint32_t index) noexcept {
  return load_word(offsetof(seccomp_data, args) + index * kArgument);
}
constexpr sock_filter answer_with(std::uint32_t what) noexcept {
  return BPF_STMT(BPF_RET | BPF_K, what);
}
/// Goes on `no` instructions further down unless A is `value`.
constexpr sock_filter unless_equal(std::uint32_t value, std::uint8_t no) noexcept {
  return BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, value, 0, no);
}

class SealProgram {
 public:
  SealProgram() {
    add({load_word(offsetof(seccomp_data, arch)), BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, kHere, 1, 0),
         answer_with(kRefuse), load_word(offsetof(seccomp_data, nr))});
    for (const std::uint32_t number : kAllowedCalls)
      add({unless_equal(number, 1), answer_with(SECCOMP_RET_ALLOW)});
    // The C library makes threads and processes with all signals blocked, where a trap would be
    // death: these only fail, and whoever tried says so.
    for (const int number : {SYS_clone, SYS_clone3, SYS_fork, SYS_vfork})
      add({unless_equal(static_cast<std::uint32_t>(number), 1),
           answer_with(SECCOMP_RET_ERRNO | EPERM)});
    // Memory as long as nobody can run it.
    for (const int number : {SYS_mmap, SYS_mprotect})
      allow_if_argument(number, 2, BPF_JSET, PROT_EXEC, false);
    // Last words: of an assertion, of a sanitizer.
    for (const int number : {SYS_write, SYS_writev})
      allow_if_argument(number, 0, BPF_JEQ, STDERR_FILENO, true);
    // Only within the process: abort() sends itself a signal so.
    allow_if_argument(SYS_tgkill, 0, BPF_JEQ, static_cast<std::uint32_t>(::getpid()), true);
    // The name of a mapping, as allocators give them.
    constexpr std::uint32_t kNameMapping = 0x53564d41;  // PR_SET_VMA
    allow_if_argument(SYS_prctl, 0, BPF_JEQ, kNameMapping, true);
    add({answer_with(kRefuse)});
  }
  sock_fprog view() noexcept { return {static_cast<unsigned short>(code_.size()), code_.data()}; }

 private:
  // A trap, not an error number: the handler notes which call it was, and answers EPERM.
  static constexpr std::uint32_t kRefuse = SECCOMP_RET_TRAP;

  void add(std::initializer_list<sock_filter> more) { code_.insert(code_.end(), more); }
  void allow_if_argument(int number, std::uint32_t index, std::uint16_t test, std::uint32_t value,
                         bool wanted) {
    const std::uint8_t if_true = wanted ? 0 : 1;
    const std::uint8_t if_false = wanted ? 1 : 0;
    add({unless_equal(static_cast<std::uint32_t>(number), 4), load_argument(index),
         BPF_JUMP(static_cast<std::uint16_t>(BPF_JMP | test | BPF_K), value, if_true, if_false),
         answer_with(SECCOMP_RET_ALLOW), answer_with(kRefuse)});
  }

  std::vector<sock_filter> code_;
};

// Of the sealed thread; the handler runs on it.
constinit thread_local RefusedCalls* refused_here = nullptr;

/// SIGSYS of a sealed thread: what it asked for was not done. The call returns EPERM.
void on_refused_call(int, siginfo_t* info, void* context) {
  if (refused_here != nullptr) refused_here->note(static_cast<std::uint32_t>(info->si_syscall));
  static_cast<ucontext_t*>(context)->uc_mcontext.gregs[REG_RAX] = -EPERM;
}

bool install_handler() noexcept {
  struct sigaction action{};
  action.sa_sigaction = on_refused_call;
  action.sa_flags = SA_SIGINFO | SA_NODEFER;
  sigemptyset(&action.sa_mask);
  return ::sigaction(SIGSYS, &action, nullptr) == 0;
}

}  // namespace

void RefusedCalls::note(std::uint32_t number) noexcept {
  number = std::min(number, kMost - 1);
  // Relaxed: the bit carries nothing else with it.
  seen_[number / kBits].fetch_or(std::uint64_t{1} << (number % kBits), std::memory_order_relaxed);
}

bool RefusedCalls::take(std::uint32_t& number) noexcept {
  for (std::uint32_t word = 0; word < seen_.size(); ++word) {
    const std::uint64_t fresh = seen_[word].load(std::memory_order_relaxed) & ~taken_[word];
    if (fresh == 0) continue;
    const auto bit = static_cast<std::uint32_t>(std::countr_zero(fresh));
    taken_[word] |= std::uint64_t{1} << bit;
    number = word * kBits + bit;
    return true;
  }
  return false;
}

std::expected<void, int> seal_this_thread(RefusedCalls& refused) noexcept {
  static const bool handler = install_handler();
  if (!handler) return std::unexpected(errno);
  SealProgram program;
  sock_fprog view = program.view();
  refused_here = &refused;
  // Without new privileges: else only root may give itself a filter. Both are of this thread alone.
  if (::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 ||
      ::prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &view, 0, 0) != 0)
    return std::unexpected(errno);
  return {};
}

void forget_refused_calls() noexcept { refused_here = nullptr; }

std::string_view system_call_name(std::uint32_t number) noexcept {
  const auto found = std::ranges::find(kCallNames, number, &CallName::number);
  return found == std::end(kCallNames) ? std::string_view() : found->name;
}

}  // namespace gannet::engine
