#include <gtest/gtest.h>
#include <linux/prctl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/log.h"
#include "bench/path/path_fixture.h"

// The kernel itself says whether the path of a tick calls it: with system call dispatch, any call
// while the selector is 1 comes back to us as a signal. (Reading the clock is no system call.)

namespace gannet::bench {
namespace {

volatile char selector = 0;
volatile sig_atomic_t caught = 0;
volatile sig_atomic_t last_caught = 0;

void on_system_call(int, siginfo_t* info, void*) {
  selector = 0;  // returning from here is a system call
  caught = caught + 1;
  last_caught = info->si_syscall;
}

/// For this thread, until it goes.
class SystemCallWatch {
 public:
  SystemCallWatch() {
    struct sigaction action{};
    action.sa_sigaction = on_system_call;
    action.sa_flags = SA_SIGINFO;
    ::sigaction(SIGSYS, &action, &before_);
    supported_ = ::prctl(PR_SET_SYSCALL_USER_DISPATCH, PR_SYS_DISPATCH_ON, 0, 0, &selector) == 0;
  }
  ~SystemCallWatch() {
    selector = 0;
    if (supported_) ::prctl(PR_SET_SYSCALL_USER_DISPATCH, PR_SYS_DISPATCH_OFF, 0, 0, 0);
    ::sigaction(SIGSYS, &before_, nullptr);
  }
  bool supported() const { return supported_; }

 private:
  struct sigaction before_{};
  bool supported_ = false;
};

TEST(SystemCalls, ThePathOfATickMakesNone) {
  LogThread log_thread({.output = "none"});
  set_thread_name("reactor");
  PathFixture path(BookFeed::Depth400);
  path.run(1'000);
  SystemCallWatch watch;
  if (!watch.supported()) GTEST_SKIP() << "this kernel has no system call dispatch";

  // The watch itself: it sees a call that is there.
  selector = 1;
  ::syscall(SYS_getppid);
  selector = 0;
  ASSERT_EQ(caught, 1);
  ASSERT_EQ(last_caught, SYS_getppid);

  caught = 0;
  path.set_hot_flag_at(&selector);
  EXPECT_EQ(path.run(2'000), 2'000u);
  EXPECT_EQ(path.run(2'000, Ending::Fill), 2'000u);
  path.set_hot_flag_at(nullptr);
  EXPECT_EQ(caught, 0) << "the last was number " << last_caught;
  EXPECT_EQ(path.surprises(), 0u);
}

}  // namespace
}  // namespace gannet::bench
