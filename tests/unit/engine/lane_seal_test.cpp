#include "engine/lane_seal.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <functional>
#include <mutex>
#include <string>
#include <system_error>
#include <thread>
#include <vector>

namespace gannet::engine {
namespace {

std::vector<std::string> refused_in_sealed_thread(const std::function<void()>& body) {
  RefusedCalls refused;
  std::thread([&] {
    ASSERT_TRUE(seal_this_thread(refused));
    body();
    forget_refused_calls();
  }).join();
  std::vector<std::string> names;
  for (std::uint32_t number = 0; refused.take(number);)
    names.emplace_back(system_call_name(number));
  return names;
}

int error_of(long result) { return result < 0 ? errno : 0; }

TEST(LaneSeal, RefusesWithAnErrorNumberAndNotesEachCallOnce) {  // SEC-05
  const pid_t other = ::getppid();
  int socket_error = 0, open_error = 0, execve_error = 0, write_error = 0, kill_error = 0;
  const auto names = refused_in_sealed_thread([&] {
    for (int i = 0; i < 3; ++i) socket_error = error_of(::socket(AF_INET, SOCK_STREAM, 0));
    open_error = error_of(::open("/dev/null", O_RDONLY));
    char* const none[] = {nullptr};
    execve_error = error_of(::execve("/bin/true", none, none));
    write_error = error_of(::write(STDIN_FILENO, "", 0));
    kill_error = error_of(::syscall(SYS_tgkill, other, other, 0));
  });
  EXPECT_EQ(socket_error, EPERM);
  EXPECT_EQ(open_error, EPERM);
  EXPECT_EQ(execve_error, EPERM);
  EXPECT_EQ(write_error, EPERM);
  EXPECT_EQ(kill_error, EPERM);
  EXPECT_EQ(names, (std::vector<std::string>{"write", "socket", "execve", "tgkill", "openat"}));
}

TEST(LaneSeal, LetsComputingGoOn) {  // SEC-05
  const auto names = refused_in_sealed_thread([] {
    std::vector<std::string> large(64, std::string(1u << 20, 'x'));
    std::this_thread::sleep_for(std::chrono::microseconds(10));
    std::this_thread::yield();
    std::mutex mutex;
    const std::scoped_lock lock(mutex);
    EXPECT_GT(std::chrono::system_clock::now().time_since_epoch().count(), 0);
    EXPECT_EQ(::write(STDERR_FILENO, "", 0), 0);
  });
  EXPECT_TRUE(names.empty()) << names.front();
}

// The C library blocks all signals around it: the process must survive that.
TEST(LaneSeal, RefusesThreadsAndProcesses) {  // SEC-05
  int thread_error = 0, fork_error = 0;
  refused_in_sealed_thread([&] {
    try {
      std::thread([] {}).join();
    } catch (const std::system_error& e) {
      thread_error = e.code().value();
    }
    fork_error = error_of(::fork());
  });
  EXPECT_EQ(thread_error, EPERM);
  EXPECT_EQ(fork_error, EPERM);
}

TEST(LaneSeal, IsOfTheOneThread) {  // SEC-05
  refused_in_sealed_thread([] {});
  const int file = ::open("/dev/null", O_RDONLY);
  EXPECT_GE(file, 0);
  ::close(file);
}

TEST(LaneSeal, RefusesMemoryThatCouldBeRun) {  // SEC-05
  int map_error = 0, protect_error = 0;
  refused_in_sealed_thread([&] {
    const int anonymous = MAP_PRIVATE | MAP_ANONYMOUS;
    void* memory = ::mmap(nullptr, 4096, PROT_READ | PROT_EXEC, anonymous, -1, 0);
    map_error = memory == MAP_FAILED ? errno : 0;
    memory = ::mmap(nullptr, 4096, PROT_READ | PROT_WRITE, anonymous, -1, 0);
    ASSERT_NE(memory, MAP_FAILED);
    protect_error = error_of(::mprotect(memory, 4096, PROT_READ | PROT_EXEC));
    ::munmap(memory, 4096);
  });
  EXPECT_EQ(map_error, EPERM);
  EXPECT_EQ(protect_error, EPERM);
}

}  // namespace
}  // namespace gannet::engine
