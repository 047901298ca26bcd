// Loaded before a program under test: makes the disk under the directory GANNET_DISK_STUB_UNDER
// what the file named by GANNET_DISK_STUB says, at the time of asking: "full" (nothing is written),
// "read-only" (nothing is opened to be written),
// "stall" (what is to be synced waits as long as the file says so), anything else: as it is.
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cstdarg>
#include <cstdio>
#include <cstdlib>
#include <string_view>

namespace {

template <class Function>
Function next(const char* name) {
  return reinterpret_cast<Function>(::dlsym(RTLD_NEXT, name));
}

bool is_meant(int fd) {
  const char* const under = std::getenv("GANNET_DISK_STUB_UNDER");
  if (under == nullptr) return false;
  std::array<char, 64> link;
  std::snprintf(link.data(), link.size(), "/proc/self/fd/%d", fd);
  std::array<char, 1024> path;
  const ssize_t size = ::readlink(link.data(), path.data(), path.size());
  return size > 0 &&
         std::string_view(path.data(), static_cast<std::size_t>(size)).starts_with(under);
}

bool says(std::string_view word) {
  const char* const file = std::getenv("GANNET_DISK_STUB");
  const int fd = file == nullptr ? -1 : ::open(file, O_RDONLY | O_CLOEXEC);
  if (fd < 0) return false;
  std::array<char, 16> text;
  const ssize_t size = ::read(fd, text.data(), text.size());
  ::close(fd);
  return size > 0 && std::string_view(text.data(), static_cast<std::size_t>(size)) == word;
}

int refuse() {
  errno = ENOSPC;
  return -1;
}

bool is_meant(const char* path) {
  const char* const under = std::getenv("GANNET_DISK_STUB_UNDER");
  return under != nullptr && std::string_view(path).starts_with(under);
}

void stall(int fd) {
  if (!is_meant(fd)) return;
  for (int i = 0; i < 1'500 && says("stall"); ++i) ::usleep(20'000);
}

}  // namespace

extern "C" {

__attribute__((visibility("default"))) int open(const char* path, int flags, ...) {
  static const auto real = next<int (*)(const char*, int, ...)>("open");
  va_list rest;
  va_start(rest, flags);
  const mode_t mode = (flags & O_CREAT) != 0 ? va_arg(rest, mode_t) : 0;
  va_end(rest);
  if ((flags & (O_WRONLY | O_RDWR | O_CREAT)) != 0 && is_meant(path) && says("read-only")) {
    errno = EROFS;
    return -1;
  }
  return real(path, flags, mode);
}

__attribute__((visibility("default"))) ssize_t write(int fd, const void* bytes, size_t count) {
  static const auto real = next<ssize_t (*)(int, const void*, size_t)>("write");
  if (is_meant(fd) && says("full")) return refuse();
  return real(fd, bytes, count);
}

__attribute__((visibility("default"))) int fallocate(int fd, int mode, off_t from, off_t size) {
  static const auto real = next<int (*)(int, int, off_t, off_t)>("fallocate");
  if (is_meant(fd) && says("full")) return refuse();
  return real(fd, mode, from, size);
}

__attribute__((visibility("default"))) int fdatasync(int fd) {
  static const auto real = next<int (*)(int)>("fdatasync");
  stall(fd);
  return real(fd);
}

__attribute__((visibility("default"))) int fsync(int fd) {
  static const auto real = next<int (*)(int)>("fsync");
  stall(fd);
  return real(fd);
}

}  // extern "C"
