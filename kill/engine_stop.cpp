#include "kill/engine_stop.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <cstring>
#include <thread>

namespace gannet::kill {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::chrono::milliseconds kLook{20};
constexpr std::chrono::milliseconds kEndPatience{1'000};

/// Waits until `done`; false: it did not come to pass.
template <class Condition>
bool wait_until(Condition done, std::chrono::milliseconds at_most) {
  const auto end = Clock::now() + at_most;
  while (!done()) {
    if (Clock::now() >= end) return false;
    std::this_thread::sleep_for(kLook);
  }
  return true;
}

bool exists(const std::string& path) {
  struct stat info{};
  return ::stat(path.c_str(), &info) == 0;
}

/// Whether a living process holds the engine's lock. The kernel drops it with the process.
bool is_locked(const std::string& lock) {
  const int fd = ::open(lock.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) return false;
  const bool held = ::flock(fd, LOCK_SH | LOCK_NB) != 0 && errno == EWOULDBLOCK;
  ::close(fd);
  return held;
}

pid_t pid_in(const std::string& lock) {
  const int fd = ::open(lock.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) return -1;
  char text[32] = "";
  const ssize_t n = ::read(fd, text, sizeof text - 1);
  ::close(fd);
  const long pid = n > 0 ? std::strtol(text, nullptr, 10) : -1;
  return pid > 1 ? static_cast<pid_t>(pid) : -1;
}

bool drop_file(const std::string& path, const std::string& reason) {
  const int fd = ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  if (fd < 0) return false;
  const std::string text = reason + "\n";
  const bool written = ::write(fd, text.data(), text.size()) == static_cast<ssize_t>(text.size());
  ::fsync(fd);
  ::close(fd);
  return written;
}

}  // namespace

EngineStopResult stop_engine(const std::string& state_directory, const std::string& reason,
                             int patience_ms) {
  if (state_directory.empty())
    return {EngineStop::NotAsked, "no state directory was named: stop it where it runs"};
  const std::string file = state_directory + "/kill";
  const std::string lock = state_directory + "/lock";
  if (!exists(state_directory))
    return {EngineStop::Failed, state_directory + " does not exist: is it the right one?"};
  // Where the disk is full, the name alone is enough.
  const bool dropped = drop_file(file, reason) || exists(file);
  const std::string why_not = dropped ? "" : std::strerror(errno);
  if (!is_locked(lock))
    return {dropped ? EngineStop::NotThere : EngineStop::Failed,
            dropped ? "not running; " + file + " keeps it killed at its next start"
                    : "not running, and " + file + " cannot be written: " + why_not};
  const auto obeyed = [&] { return !exists(file) && exists(state_directory + "/killed"); };
  if (dropped && wait_until(obeyed, std::chrono::milliseconds(patience_ms)))
    return {EngineStop::Obeyed, "it obeyed the kill file; it places nothing more and books fills"};
  const pid_t pid = pid_in(lock);
  if (pid < 0) return {EngineStop::Failed, "it runs, but its process number cannot be read"};
  if (::kill(pid, SIGKILL) != 0 && errno != ESRCH)
    return {EngineStop::Failed, "process " + std::to_string(pid) +
                                    " does not obey and cannot be ended: " + std::strerror(errno)};
  if (!wait_until([&] { return !is_locked(lock); }, kEndPatience))
    return {EngineStop::Failed, "process " + std::to_string(pid) + " does not end"};
  return {EngineStop::Terminated,
          "process " + std::to_string(pid) +
              " did not obey the kill file and was ended; the file keeps it "
              "killed at its next start"};
}

}  // namespace gannet::kill
