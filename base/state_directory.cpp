#include "base/state_directory.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <utility>

#include "base/crc32c.h"
#include "base/internal/system_error.h"

namespace gannet {
namespace {

constexpr const char* kSharedMemory = "/dev/shm";
constexpr long kTmpfsMagic = 0x01021994;

}  // namespace

std::expected<StateDirectory, Error> StateDirectory::open(const std::string& path) {
  std::error_code error;
  std::filesystem::create_directories(path, error);
  if (error)
    return std::unexpected(Error{"cannot make the state directory " + path + ": " +
                                 error.message() + remedy_of(error.value())});
  ::chmod(path.c_str(), 0700);
  const std::string canonical = std::filesystem::canonical(path, error).string();
  if (error)
    return std::unexpected(
        Error{"cannot resolve the state directory " + path + ": " + error.message()});
  const std::string file = canonical + "/lock";
  const int fd = ::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (fd < 0) return std::unexpected(system_error("cannot open", file));
  if (::flock(fd, LOCK_EX | LOCK_NB) != 0) {
    std::array<char, 32> pid{};
    const ssize_t n = ::read(fd, pid.data(), pid.size() - 1);
    ::close(fd);
    return std::unexpected(Error{"another engine (process " +
                                 (n > 0 ? std::string(pid.data()) : std::string("unknown")) +
                                 ") runs on the state directory " + canonical +
                                 ": stop it, or give this one a directory of its own"});
  }
  const std::string pid = std::to_string(::getpid());
  if (::ftruncate(fd, 0) != 0 || ::pwrite(fd, pid.data(), pid.size(), 0) < 0) {
    ::close(fd);
    return std::unexpected(system_error("cannot write", file));
  }
  return StateDirectory(canonical, fd);
}

StateDirectory::StateDirectory(std::string path, int lock) noexcept
    : path_(std::move(path)), lock_(lock) {}
StateDirectory::StateDirectory(StateDirectory&& other) noexcept
    : path_(std::move(other.path_)), lock_(std::exchange(other.lock_, -1)) {}
StateDirectory::~StateDirectory() {
  if (lock_ >= 0) ::close(lock_);
}

std::string StateDirectory::shared_memory_file(const std::string& name,
                                               const std::string& where) const {
  const std::string key = std::to_string(crc32c(0, std::as_bytes(std::span(path_))));
  if (!where.empty()) return where + "/gannet-" + key + "-" + name;
  struct statfs info{};
  if (::statfs(kSharedMemory, &info) == 0 && info.f_type == kTmpfsMagic &&
      ::access(kSharedMemory, W_OK) == 0) {
    // The user's id keeps two users' directories of one path (in containers) apart.
    return std::string(kSharedMemory) + "/gannet-" + std::to_string(::getuid()) + "-" + key + "-" +
           name;
  }
  return path_ + "/" + name;
}

std::expected<void, Error> write_file_durably(const std::string& path, const std::string& text) {
  const std::string temporary = path + ".new";
  const int fd = ::open(temporary.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  if (fd < 0) return std::unexpected(system_error("cannot write", temporary));
  const bool written = ::write(fd, text.data(), text.size()) == static_cast<ssize_t>(text.size()) &&
                       ::fsync(fd) == 0;
  const bool closed = ::close(fd) == 0;
  if (!written || !closed) return std::unexpected(system_error("cannot write", temporary));
  if (::rename(temporary.c_str(), path.c_str()) != 0)
    return std::unexpected(system_error("cannot replace", path));
  const std::string parent = std::filesystem::path(path).parent_path().string();
  const int dir = ::open(parent.empty() ? "." : parent.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  const bool synced = dir >= 0 && ::fsync(dir) == 0;
  if (dir >= 0) ::close(dir);
  if (!synced) return std::unexpected(system_error("cannot sync", parent));
  return {};
}

}  // namespace gannet
