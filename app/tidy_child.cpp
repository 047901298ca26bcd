#include "app/tidy_child.h"

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>

namespace gannet::app {

TidyChild::~TidyChild() {
  if (pid_ <= 0) return;
  ::kill(pid_, SIGTERM);
  ::waitpid(pid_, nullptr, 0);
}

void TidyChild::work(std::uint64_t segment, Nanos now) {
  if (now < next_look_) return;
  next_look_ = now + seconds(1);
  if (pid_ > 0 && ::waitpid(pid_, nullptr, WNOHANG) == pid_) pid_ = -1;
  // The first segment of a run closes the last one of the run before.
  if (pid_ > 0 || segment == seen_) return;
  seen_ = segment;
  start();
}

void TidyChild::start() {
  std::array<char, 4096> path{};
  const ssize_t size = ::readlink("/proc/self/exe", path.data(), path.size() - 1);
  if (size <= 0) return;
  std::string program(path.data(), static_cast<std::size_t>(size));
  program = program.substr(0, program.rfind('/')) + "/gannet";
  const std::string days = std::to_string(retention_days_);
  const std::array<const char*, 9> argv{program.c_str(),    "journal",    "tidy",
                                        "--beside",         "--state",    state_directory_.c_str(),
                                        "--retention-days", days.c_str(), nullptr};
  posix_spawn_file_actions_t files;
  ::posix_spawn_file_actions_init(&files);
  ::posix_spawn_file_actions_addopen(&files, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  ::posix_spawn_file_actions_addopen(&files, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
  // Sockets above all: one that lived on in the child would keep a dead engine's port and its
  // connections at the venue, and the next start would be refused.
  ::posix_spawn_file_actions_addclosefrom_np(&files, STDERR_FILENO + 1);
  // Not fork: copying our page tables would stall the reactor.
  if (::posix_spawn(&pid_, program.c_str(), &files, nullptr, const_cast<char* const*>(argv.data()),
                    environ) != 0)
    pid_ = -1;
  ::posix_spawn_file_actions_destroy(&files);
}

}  // namespace gannet::app
