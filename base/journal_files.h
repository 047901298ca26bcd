#pragma once

#include <cstddef>
#include <cstdint>
#include <expected>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/error.h"

namespace gannet {

/// A file that only grows at its end. One thread.
class JournalFile {
 public:
  virtual ~JournalFile() = default;
  /// All of it. False: an error; what part of it was written is not known.
  virtual bool write(std::span<const std::byte> bytes) noexcept = 0;
  /// What was written before survives a power cut once this has returned true.
  virtual bool sync() noexcept = 0;
};

/// The disk as the journal sees it, so that tests can tear, lose and reorder what was written
/// without a disk that does (REC-03). Cold, but for what a JournalFile does.
class JournalFiles {
 public:
  virtual ~JournalFiles() = default;
  virtual std::expected<void, Error> make_directory(const std::string& directory) = 0;
  /// Names in `directory`, sorted.
  virtual std::expected<std::vector<std::string>, Error> list(const std::string& directory) = 0;
  /// Nothing: it cannot be read.
  virtual std::optional<std::vector<std::byte>> read(const std::string& path) = 0;
  /// A new file, or an old one emptied; room for `reserve` bytes is asked for ahead, so that a disk
  /// that fills up is noticed before a record needs it (REC-09). Null: it cannot be made.
  virtual std::unique_ptr<JournalFile> create(const std::string& path, std::size_t reserve) = 0;
  /// Durable when it returns true.
  virtual bool cut(const std::string& path, std::uint64_t size) = 0;
  virtual bool remove(const std::string& path) = 0;
  virtual bool rename(const std::string& from, const std::string& to) = 0;
  /// The names in it are as durable as the bytes.
  virtual bool sync_directory(const std::string& directory) = 0;
  /// Free for us, as a share of the whole; nothing where that is not known.
  virtual std::optional<std::uint32_t> free_ppm(const std::string& directory) = 0;

  /// The real one.
  static JournalFiles& disk();
};

}  // namespace gannet
