#include "base/journal_files.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <utility>

namespace gannet {
namespace {

namespace fs = std::filesystem;

class DiskFile final : public JournalFile {
 public:
  explicit DiskFile(int fd) noexcept : fd_(fd) {}
  ~DiskFile() override { ::close(fd_); }
  DiskFile(const DiskFile&) = delete;
  DiskFile& operator=(const DiskFile&) = delete;

  bool write(std::span<const std::byte> bytes) noexcept override {
    while (!bytes.empty()) {
      const ssize_t n = ::write(fd_, bytes.data(), bytes.size());
      if (n < 0 && errno == EINTR) continue;
      if (n <= 0) return false;
      bytes = bytes.subspan(static_cast<std::size_t>(n));
    }
    return true;
  }
  bool sync() noexcept override { return ::fdatasync(fd_) == 0; }

 private:
  int fd_;
};

class DiskFiles final : public JournalFiles {
 public:
  std::expected<void, Error> make_directory(const std::string& directory) override {
    std::error_code error;
    fs::create_directories(directory, error);
    if (!error) fs::permissions(directory, fs::perms::owner_all, error);
    if (error)
      return std::unexpected(
          Error{"cannot make the journal " + directory + ": " + error.message()});
    return {};
  }

  std::expected<std::vector<std::string>, Error> list(const std::string& directory) override {
    std::error_code error;
    std::vector<std::string> names;
    for (fs::directory_iterator it(directory, error), end; !error && it != end; it.increment(error))
      names.push_back(it->path().filename().string());
    if (error)
      return std::unexpected(
          Error{"cannot read the journal " + directory + ": " + error.message()});
    std::ranges::sort(names);
    return names;
  }

  std::optional<std::vector<std::byte>> read(const std::string& path) override {
    const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (fd < 0) return std::nullopt;
    struct stat info{};
    ::fstat(fd, &info);
    std::vector<std::byte> bytes(static_cast<std::size_t>(info.st_size));
    std::size_t done = 0;
    while (done < bytes.size()) {
      const ssize_t n = ::read(fd, bytes.data() + done, bytes.size() - done);
      if (n < 0 && errno == EINTR) continue;
      if (n <= 0) break;
      done += static_cast<std::size_t>(n);
    }
    ::close(fd);
    if (done != bytes.size()) return std::nullopt;
    return bytes;
  }

  std::unique_ptr<JournalFile> create(const std::string& path, std::size_t reserve) override {
    const int fd = ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (fd < 0) return nullptr;
    // Keeps the file's length: what is not written yet is not read as records. Where the file
    // system cannot, the disk's free space is watched all the same.
    const int reserved =
        ::fallocate(fd, FALLOC_FL_KEEP_SIZE, 0, static_cast<off_t>(reserve)) == 0 ? 0 : errno;
    if (reserved == ENOSPC) {
      ::close(fd);
      ::unlink(path.c_str());  // an empty segment would hide where the journal ends
      errno = ENOSPC;
      return nullptr;
    }
    return std::make_unique<DiskFile>(fd);
  }

  bool cut(const std::string& path, std::uint64_t size) override {
    const int fd = ::open(path.c_str(), O_WRONLY | O_CLOEXEC);
    if (fd < 0) return false;
    const bool good = ::ftruncate(fd, static_cast<off_t>(size)) == 0 && ::fsync(fd) == 0;
    ::close(fd);
    return good;
  }
  bool remove(const std::string& path) override { return ::unlink(path.c_str()) == 0; }
  bool rename(const std::string& from, const std::string& to) override {
    return ::rename(from.c_str(), to.c_str()) == 0;
  }
  bool sync_directory(const std::string& directory) override {
    const int fd = ::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    const bool good = fd >= 0 && ::fsync(fd) == 0;
    if (fd >= 0) ::close(fd);
    return good;
  }
  std::optional<std::uint32_t> free_ppm(const std::string& directory) override {
    struct statvfs info{};
    if (::statvfs(directory.c_str(), &info) != 0 || info.f_blocks == 0) return std::nullopt;
    return static_cast<std::uint32_t>(static_cast<unsigned __int128>(info.f_bavail) * 1'000'000 /
                                      info.f_blocks);
  }
};

}  // namespace

JournalFiles& JournalFiles::disk() {
  static DiskFiles files;
  return files;
}

}  // namespace gannet
