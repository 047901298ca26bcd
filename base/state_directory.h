#pragma once

#include <expected>
#include <string>

#include "base/error.h"

namespace gannet {

/// The one place a daemon keeps what must outlive it (journal, kill state, admin socket): made with
/// mode 0700 if missing, and locked for the life of the object, so that a second engine on the same
/// directory is refused. The lock is the kernel's and goes with the process, however it ends.
class StateDirectory {
 public:
  /// Errors: cannot be made, is not a directory, or another process holds it (its pid is named).
  static std::expected<StateDirectory, Error> open(const std::string& path);
  StateDirectory(StateDirectory&& other) noexcept;
  StateDirectory& operator=(StateDirectory&&) = delete;
  ~StateDirectory();

  const std::string& path() const noexcept { return path_; }
  /// A file on tmpfs that belongs to this directory and outlives the process (the journal's ring).
  /// Without a tmpfs it lies in the directory itself: then it survives a kill, but page faults of
  /// the disk's file system may stall the writer. `where`: in place of /dev/shm.
  std::string shared_memory_file(const std::string& name, const std::string& where = {}) const;

 private:
  StateDirectory(std::string path, int lock) noexcept;
  std::string path_;
  int lock_;
};

/// Replaces `path` by `text` so that a crash or power cut leaves the old or the new content, never
/// a mixture: temporary file, sync, rename, sync of the directory. Errors: any of these.
std::expected<void, Error> write_file_durably(const std::string& path, const std::string& text);

}  // namespace gannet
