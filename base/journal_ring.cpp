#include "base/journal_ring.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "base/check.h"
#include "base/crash_point.h"
#include "base/crc32c.h"
#include "base/internal/system_error.h"

namespace gannet {

std::uint32_t journal_crc(std::uint32_t previous, const JournalRecordHead& head,
                          std::span<const std::byte> payload) noexcept {
  JournalRecordHead without = head;
  without.crc = 0;
  const std::uint32_t crc = crc32c(previous, std::as_bytes(std::span(&without, 1)));
  return crc32c(crc, payload);
}

struct JournalRing::Shared {
  static constexpr std::uint64_t kMagic = 0x314C4E524A544E47;  // "GNTJRNL1"
  std::uint64_t magic;
  std::uint64_t capacity;
  // Written by the appender. Positions count bytes since the ring was made; modulo capacity they
  // are offsets. sequence and crc are of the state *at* head, and are written before it.
  alignas(64) std::atomic<std::uint64_t> head;
  std::uint64_t next_sequence;
  std::uint32_t last_crc;
  // A torn pair (sequence advanced, head not) is told apart by these, stored after head.
  std::uint64_t committed_head;
  // Written by the drainer.
  alignas(64) std::atomic<std::uint64_t> tail;
  alignas(64) std::byte data[1];
};

namespace {
// A record that does not fit before the end of the ring goes to its start; this fills the gap.
constexpr std::uint32_t kGapMarker = 0xFFFFFFFFu;
}  // namespace

std::expected<JournalRing, Error> JournalRing::open(const std::string& path, std::size_t capacity) {
  CHECK(capacity >= 4096);
  CHECK((capacity & (capacity - 1)) == 0);
  const int fd = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (fd < 0) return std::unexpected(system_error("cannot open the journal ring", path));
  struct stat info{};
  ::fstat(fd, &info);
  const bool fresh = info.st_size == 0;
  const std::size_t size = offsetof(Shared, data) + capacity;
  if (!fresh && static_cast<std::size_t>(info.st_size) != size) {
    ::close(fd);
    return std::unexpected(
        Error{"the journal ring " + path + " has another size than configured (" +
              std::to_string(info.st_size) + " bytes, not " + std::to_string(size) +
              "): drain it with the same configuration, or remove it"});
  }
  if (fresh && ::posix_fallocate(fd, 0, static_cast<off_t>(size)) != 0) {
    ::close(fd);
    ::unlink(path.c_str());
    return std::unexpected(system_error("cannot reserve the journal ring", path));
  }
  void* memory = ::mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_POPULATE, fd, 0);
  ::close(fd);
  if (memory == MAP_FAILED)
    return std::unexpected(system_error("cannot map the journal ring", path));
  auto* shared = static_cast<Shared*>(memory);
  if (fresh || shared->magic == 0) {
    shared->capacity = capacity;
    shared->next_sequence = 1;
    shared->magic = Shared::kMagic;
  }
  JournalRing ring(shared, size, capacity);
  const std::uint64_t head = shared->head.load();
  const std::uint64_t tail = shared->tail.load();
  if (shared->magic != Shared::kMagic || shared->capacity != capacity || tail > head ||
      head - tail > capacity) {
    return std::unexpected(Error{"not a journal ring, or a damaged one: " + path});
  }
  if (shared->committed_head != head) {
    // Died between the record's last byte and the counters: read the newest record again.
    std::uint64_t at = tail;
    while (at < head) {
      JournalRecordHead record;
      const std::size_t offset = at & (capacity - 1);
      if (capacity - offset < sizeof record) {
        at += capacity - offset;
        continue;
      }
      std::memcpy(&record, ring.data() + offset, sizeof record);
      if (record.length == kGapMarker) {
        at += capacity - offset;
        continue;
      }
      shared->next_sequence = record.sequence + 1;
      shared->last_crc = record.crc;
      at += padded_size(record.length);
    }
    shared->committed_head = head;
  }
  return ring;
}

JournalRing::JournalRing(Shared* shared, std::size_t mapped, std::size_t capacity) noexcept
    : shared_(shared), mapped_(mapped), capacity_(capacity) {}
JournalRing::JournalRing(JournalRing&& other) noexcept
    : shared_(std::exchange(other.shared_, nullptr)),
      mapped_(other.mapped_),
      capacity_(other.capacity_) {}
JournalRing::~JournalRing() {
  if (shared_ != nullptr) ::munmap(shared_, mapped_);
}

std::byte* JournalRing::data() const noexcept { return shared_->data; }
std::uint64_t JournalRing::next_sequence() const noexcept { return shared_->next_sequence; }
std::size_t JournalRing::bytes_waiting() const noexcept {
  return static_cast<std::size_t>(shared_->head.load(std::memory_order_acquire) -
                                  shared_->tail.load(std::memory_order_acquire));
}

bool JournalRing::append(std::uint16_t type, std::span<const std::byte> payload,
                         Timestamp time) noexcept {
  CHECK(payload.size() <= kMaxJournalPayload);
  crash_point("ring_append");
  const std::uint64_t head = shared_->head.load(std::memory_order_relaxed);
  // Acquire pairs with release(): what the drainer gave back has been read.
  const std::uint64_t tail = shared_->tail.load(std::memory_order_acquire);
  const std::size_t need = padded_size(static_cast<std::uint32_t>(payload.size()));
  std::size_t offset = head & (capacity_ - 1);
  const std::size_t to_end = capacity_ - offset;
  const std::size_t gap = to_end < need ? to_end : 0;
  if (capacity_ - (head - tail) < gap + need) return false;
  if (gap != 0) {
    if (gap >= sizeof(std::uint32_t)) std::memcpy(data() + offset, &kGapMarker, sizeof kGapMarker);
    offset = 0;
  }
  JournalRecordHead record;
  record.length = static_cast<std::uint32_t>(payload.size());
  record.type = type;
  record.sequence = shared_->next_sequence;
  record.time = time.nanos;
  // journal_crc, and the copies on the way: the head's own field counts as zero.
  const std::uint32_t crc =
      crc32c_copy(shared_->last_crc, data() + offset, std::as_bytes(std::span(&record, 1)));
  record.crc = crc32c_copy(crc, data() + offset + sizeof record, payload);
  std::memcpy(data() + offset + offsetof(JournalRecordHead, crc), &record.crc, sizeof record.crc);
  const std::size_t used = sizeof record + payload.size();
  if (need > used) std::memset(data() + offset + used, 0, need - used);
  // Release: whoever sees the new head (the drainer, or the next process) sees the whole record.
  shared_->head.store(head + gap + need, std::memory_order_release);
  crash_point("ring_head");
  shared_->next_sequence = record.sequence + 1;
  shared_->last_crc = record.crc;
  shared_->committed_head = head + gap + need;
  crash_point("ring_appended");
  // The ring goes round: what the next record will be written to has left the cache long ago.
  constexpr std::size_t kLine = 64;
  constexpr std::size_t kAhead = 4 * kLine;
  const std::size_t next = (head + gap + need) & (capacity_ - 1);
  for (std::size_t at = 0; at < kAhead && next + at < capacity_; at += kLine)
    __builtin_prefetch(data() + next + at, 1);
  return true;
}

std::span<const std::byte> JournalRing::peek() const noexcept {
  std::uint64_t tail = shared_->tail.load(std::memory_order_relaxed);
  const std::uint64_t head = shared_->head.load(std::memory_order_acquire);
  std::size_t offset = tail & (capacity_ - 1);
  if (tail == head) return {};
  std::uint32_t length = kGapMarker;
  if (capacity_ - offset >= sizeof(JournalRecordHead))
    std::memcpy(&length, data() + offset, sizeof length);
  if (length == kGapMarker) {
    tail += capacity_ - offset;
    shared_->tail.store(tail, std::memory_order_release);
    offset = 0;
    if (tail == head) return {};
  }
  std::size_t end = offset;
  std::uint64_t at = tail;
  while (at < head && capacity_ - end >= sizeof(JournalRecordHead)) {
    std::memcpy(&length, data() + end, sizeof length);
    if (length == kGapMarker) break;
    const std::size_t size = padded_size(length);
    if (end + size > capacity_) break;  // damaged: the reader's checksum will say so
    end += size;
    at += size;
  }
  return {data() + offset, end - offset};
}

void JournalRing::release(std::size_t bytes) noexcept {
  const std::uint64_t tail = shared_->tail.load(std::memory_order_relaxed);
  shared_->tail.store(tail + bytes, std::memory_order_release);
}

void JournalRing::continue_from(std::uint64_t next_sequence, std::uint32_t last_crc) noexcept {
  CHECK(bytes_waiting() == 0);
  shared_->next_sequence = next_sequence;
  shared_->last_crc = last_crc;
}

}  // namespace gannet
