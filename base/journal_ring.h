#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <expected>
#include <span>
#include <string>
#include <utility>

#include "base/error.h"
#include "base/journal_format.h"

namespace gannet {

/// Fixed ring of records in shared memory (a mapped tmpfs file, pre-faulted): the reactor appends,
/// the journal thread drains. The file outlives the process: what was appended before a kill -9 is
/// found at the next open, whole, because the head moves only after the record's last byte.
/// (A mapped file on a disk was measured: page faults of up to 32 ms on the writing thread.)
/// Threads: one appender, one drainer.
class JournalRing {
 public:
  /// Opens or makes the ring of `capacity` bytes (a power of two) at `path`, which must be on tmpfs
  /// to keep the promise above. Errors: cannot be made or mapped, or is not a journal ring.
  static std::expected<JournalRing, Error> open(const std::string& path, std::size_t capacity);
  JournalRing(JournalRing&&) noexcept;
  JournalRing& operator=(JournalRing&&) = delete;
  ~JournalRing();

  /// One record; its sequence is `next_sequence()` before the call. False: no room, nothing is
  /// changed. No allocation, no system call.
  bool append(std::uint16_t type, std::span<const std::byte> payload, Timestamp time) noexcept;

  std::uint64_t next_sequence() const noexcept;
  std::size_t bytes_waiting() const noexcept;
  std::size_t capacity() const noexcept { return capacity_; }

  /// Drainer: the oldest records as contiguous bytes, whole records only; empty when drained. They
  /// stay in the ring until `release`.
  std::span<const std::byte> peek() const noexcept;
  void release(std::size_t bytes) noexcept;

  /// Continue after a journal that the ring's file does not know (its file was lost, or a new one):
  /// only while the ring is empty.
  void continue_from(std::uint64_t next_sequence, std::uint32_t last_crc) noexcept;

 private:
  struct Shared;
  JournalRing(Shared* shared, std::size_t mapped, std::size_t capacity) noexcept;
  std::byte* data() const noexcept;

  Shared* shared_;
  std::size_t mapped_;
  std::size_t capacity_;
};

}  // namespace gannet
