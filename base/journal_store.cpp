#include "base/journal_store.h"

#include <fcntl.h>
#include <pthread.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <map>
#include <optional>
#include <thread>

#include "base/clock.h"
#include "base/crc32c.h"
#include "base/internal/system_error.h"

namespace gannet {
namespace {

namespace fs = std::filesystem;

/// Head of a segment file. `seed_crc` is the chain's value before the first record; the definitions
/// that follow are copies (heads and payloads as they were) and outside the chain.
struct SegmentHead {
  static constexpr std::uint64_t kMagic = 0x47455341544E5247;
  static constexpr std::uint32_t kVersion = 3;
  std::uint64_t magic = kMagic;
  std::uint32_t version = kVersion;
  std::uint32_t seed_crc = 0;
  std::uint64_t first_sequence = 0;
  std::uint64_t definition_bytes = 0;
  std::uint32_t definition_crc = 0;
  std::uint32_t head_crc = 0;
};
static_assert(sizeof(SegmentHead) == 40);

std::uint32_t crc_of_head(SegmentHead head) noexcept {
  head.head_crc = 0;
  return crc32c(0, std::as_bytes(std::span(&head, 1)));
}

std::string segment_name(std::uint64_t first_sequence) {
  std::array<char, 64> name{};
  std::snprintf(name.data(), name.size(), "segment-%020llu.gnt",
                static_cast<unsigned long long>(first_sequence));
  return name.data();
}

std::vector<fs::path> segments_of(const std::string& directory, std::error_code& error) {
  std::vector<fs::path> paths;
  for (fs::directory_iterator it(directory, error), end; !error && it != end; it.increment(error)) {
    const std::string name = it->path().filename().string();
    if (name.starts_with("segment-") && name.ends_with(".gnt")) paths.push_back(it->path());
  }
  std::ranges::sort(paths);
  return paths;
}

std::optional<std::vector<std::byte>> read_whole(const fs::path& path) {
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

/// Walks whole records; returns the bytes that are valid and sets `why` where it stopped early.
std::size_t walk_records(std::span<const std::byte> bytes, std::uint64_t& next_sequence,
                         std::uint32_t& crc, std::string& why,
                         const std::function<void(const JournalRecord&)>& visit) {
  std::size_t at = 0;
  while (at < bytes.size()) {
    JournalRecordHead head;
    if (bytes.size() - at < sizeof head) {
      why = "a record's head is cut off";
      break;
    }
    std::memcpy(&head, bytes.data() + at, sizeof head);
    if (head.length > kMaxJournalPayload) {
      why = "a record's length is impossible";
      break;
    }
    const std::size_t size = padded_size(head.length);
    if (bytes.size() - at < size) {
      why = "a record is cut off";
      break;
    }
    const auto payload = bytes.subspan(at + sizeof head, head.length);
    if (head.sequence != next_sequence) {
      why = "sequence " + std::to_string(head.sequence) + " where " +
            std::to_string(next_sequence) + " was due";
      break;
    }
    if (journal_crc(crc, head, payload) != head.crc) {
      why = "the checksum of record " + std::to_string(head.sequence) + " differs";
      break;
    }
    const auto padding =
        bytes.subspan(at + sizeof head + head.length, size - sizeof head - head.length);
    if (std::ranges::any_of(padding, [](std::byte b) { return b != std::byte{0}; })) {
      why = "the padding of record " + std::to_string(head.sequence) + " is not zero";
      break;
    }
    visit({head, payload});
    crc = head.crc;
    next_sequence = head.sequence + 1;
    at += size;
  }
  return at;
}

}  // namespace

std::expected<JournalReadResult, Error> read_journal(
    const std::string& directory, const std::function<void(const JournalRecord&)>& visit) {
  std::error_code error;
  const auto paths = segments_of(directory, error);
  if (error) {
    return std::unexpected(Error{"cannot read the journal " + directory + ": " + error.message()});
  }
  JournalReadResult result;
  std::uint64_t next_sequence = 0;
  for (const fs::path& path : paths) {
    const auto bytes = read_whole(path);
    auto damaged = [&](std::uint64_t valid, const std::string& what) {
      result.damaged_file = path.string();
      result.valid_bytes = valid;
      result.damage = path.filename().string() + " at byte " + std::to_string(valid) + ": " + what;
    };
    if (!bytes) return std::unexpected(system_error("cannot read", path.string()));
    SegmentHead head;
    if (bytes->size() < sizeof head) {
      damaged(0, "the segment's head is cut off");
      break;
    }
    std::memcpy(&head, bytes->data(), sizeof head);
    if (head.magic == SegmentHead::kMagic && head.version > SegmentHead::kVersion) {
      return std::unexpected(
          Error{path.string() + " was written by a newer version (journal format " +
                std::to_string(head.version) + ", known: " + std::to_string(SegmentHead::kVersion) +
                "): upgrade to read it"});
    }
    if (head.magic != SegmentHead::kMagic || crc_of_head(head) != head.head_crc ||
        head.definition_bytes > bytes->size() - sizeof head) {
      damaged(0, "the segment's head is damaged");
      break;
    }
    const auto definitions = std::span(*bytes).subspan(sizeof head, head.definition_bytes);
    if (crc32c(0, definitions) != head.definition_crc) {
      damaged(0, "the definitions at the segment's head are damaged");
      break;
    }
    if (next_sequence != 0 &&
        (head.first_sequence != next_sequence || head.seed_crc != result.last_crc)) {
      damaged(0, "it does not continue the segment before it");
      break;
    }
    next_sequence = head.first_sequence;
    std::uint32_t crc = head.seed_crc;
    std::string why;
    const std::size_t start = sizeof head + head.definition_bytes;
    const std::size_t valid =
        walk_records(std::span<const std::byte>(*bytes).subspan(start), next_sequence, crc, why,
                     [&](const JournalRecord& record) {
                       ++result.records;
                       result.last_time = record.head.time;
                       visit(record);
                     });
    ++result.segments;
    result.last_crc = crc;
    result.last_sequence = next_sequence - 1;
    if (!why.empty()) {
      damaged(start + valid, why);
      break;
    }
  }
  return result;
}

struct JournalStore::State {
  JournalSettings settings;
  std::optional<JournalRing> ring;
  JournalReadResult recovered;
  std::map<std::vector<std::byte>, std::vector<std::byte>>
      definitions;  // key: type + id, see remember
  int fd = -1;
  std::uint64_t segment_size = 0;
  std::uint64_t written_sequence = 0;
  std::uint32_t written_crc = 0;
  bool unsynced = false;
  std::function<void(const JournalRecord&)> on_drained;  // while opening only
  std::string ring_error;
  Nanos last_sync;
  std::atomic<std::uint64_t> durable{0};
  std::atomic<bool> failed{false};
  std::atomic<bool> stop{false};
  std::thread thread;

  ~State() {
    if (fd >= 0) ::close(fd);
  }

  // Keyed by type and the payload's first 8 bytes, the defined id: the newest definition wins.
  void remember(const JournalRecordHead& head, std::span<const std::byte> payload) {
    if ((head.type & kJournalDefinition) == 0) return;
    std::vector<std::byte> key(sizeof head.type);
    std::memcpy(key.data(), &head.type, sizeof head.type);
    const auto id = payload.first(std::min<std::size_t>(8, payload.size()));
    key.insert(key.end(), id.begin(), id.end());
    std::vector<std::byte> whole(padded_size(head.length));
    std::memcpy(whole.data(), &head, sizeof head);
    std::ranges::copy(payload, whole.begin() + sizeof head);
    definitions[std::move(key)] = std::move(whole);
  }

  bool write_all(std::span<const std::byte> bytes) noexcept {
    while (!bytes.empty()) {
      const ssize_t n = ::write(fd, bytes.data(), bytes.size());
      if (n < 0 && errno == EINTR) continue;
      if (n <= 0) return false;
      bytes = bytes.subspan(static_cast<std::size_t>(n));
      segment_size += static_cast<std::uint64_t>(n);
    }
    return true;
  }

  bool open_segment() {
    if (fd >= 0) {
      if (::fdatasync(fd) != 0) return false;
      ::close(fd);
    }
    const std::string path = settings.directory + "/" + segment_name(written_sequence + 1);
    fd = ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (fd < 0) return false;
    std::vector<std::byte> block;
    for (const auto& [key, bytes] : definitions)
      block.insert(block.end(), bytes.begin(), bytes.end());
    SegmentHead head;
    head.seed_crc = written_crc;
    head.first_sequence = written_sequence + 1;
    head.definition_bytes = block.size();
    head.definition_crc = crc32c(0, block);
    head.head_crc = crc_of_head(head);
    segment_size = 0;
    if (!write_all(std::as_bytes(std::span(&head, 1))) || !write_all(block)) return false;
    // The name must be as durable as the bytes.
    const int dir = ::open(settings.directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    const bool synced = dir >= 0 && ::fsync(dir) == 0;
    if (dir >= 0) ::close(dir);
    return synced && ::fdatasync(fd) == 0;
  }

  /// Ring to segment. False: an error, final.
  bool drain() {
    for (;;) {
      const auto bytes = ring->peek();
      if (bytes.empty()) return true;
      if ((fd < 0 || segment_size >= settings.segment_bytes) && !open_segment()) return false;
      std::uint64_t next = written_sequence + 1;
      std::uint32_t crc = written_crc;
      std::string why;
      const std::size_t valid =
          walk_records(bytes, next, crc, why, [&](const JournalRecord& record) {
            remember(record.head, record.payload);
            if (on_drained) on_drained(record);
          });
      if (valid == 0) {
        ring_error = "it does not continue the segments: " + why;
        return false;
      }
      if (!write_all(bytes.first(valid))) return false;
      written_sequence = next - 1;
      written_crc = crc;
      unsynced = true;
      ring->release(valid);
    }
  }

  bool sync() {
    if (!unsynced) return true;
    // A failed sync must not be tried again as if nothing had happened: the kernel may have dropped
    // the pages. [REC-08]
    if (::fdatasync(fd) != 0) return false;
    unsynced = false;
    durable.store(written_sequence, std::memory_order_release);
    return true;
  }

  void run() {
    while (!stop.load(std::memory_order_acquire)) {
      const bool idle = ring->bytes_waiting() == 0;
      if (!failed.load(std::memory_order_relaxed)) {
        bool good = drain();
        const Nanos now = monotonic_now();
        if (good && now - last_sync >= milliseconds(settings.sync_interval_ms)) {
          good = sync();
          last_sync = now;
        }
        if (!good) failed.store(true, std::memory_order_release);
      }
      // After a failure nothing drains any more: do not spin on what waits.
      if (idle || failed.load(std::memory_order_relaxed))
        std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
    if (!failed.load() && !(drain() && sync())) failed.store(true, std::memory_order_release);
  }
};

JournalStore::JournalStore(std::unique_ptr<State> state) : state_(std::move(state)) {}

std::expected<std::unique_ptr<JournalStore>, Error> JournalStore::open(
    const JournalSettings& settings, const std::function<void(const JournalRecord&)>& visit) {
  auto state = std::make_unique<State>();
  state->settings = settings;
  std::error_code error;
  fs::create_directories(settings.directory, error);
  if (error) {
    return std::unexpected(
        Error{"cannot make the journal " + settings.directory + ": " + error.message()});
  }
  fs::permissions(settings.directory, fs::perms::owner_all, error);
  auto ring = JournalRing::open(settings.ring_path, settings.ring_bytes);
  if (!ring) return std::unexpected(std::move(ring.error()));
  state->ring.emplace(std::move(*ring));

  auto keep = [&](const JournalRecord& record) {
    state->remember(record.head, record.payload);
    visit(record);
  };
  auto read = read_journal(settings.directory, keep);
  if (!read) return std::unexpected(std::move(read.error()));
  if (!read->damage.empty()) {
    // Only a torn tail may be cut: damage with valid segments after it is not ours to mend.
    const auto paths = segments_of(settings.directory, error);
    if (error || paths.empty() || paths.back() != fs::path(read->damaged_file)) {
      return std::unexpected(Error{"the journal is damaged before its end: " + read->damage +
                                   " (see `gannet journal verify`)"});
    }
    if (read->valid_bytes == 0) {
      fs::remove(read->damaged_file, error);
    } else {
      fs::resize_file(read->damaged_file, read->valid_bytes, error);
    }
    if (error) {
      return std::unexpected(
          Error{"cannot cut the torn tail of " + read->damaged_file + ": " + error.message()});
    }
  }
  state->recovered = *read;
  state->written_sequence = read->last_sequence;
  state->written_crc = read->last_crc;

  // What the ring holds continues the segments, or is older (it was written, but not yet released).
  JournalRing& open_ring = *state->ring;
  while (open_ring.bytes_waiting() != 0) {
    const auto bytes = open_ring.peek();
    if (bytes.empty()) break;
    JournalRecordHead head;
    std::memcpy(&head, bytes.data(), sizeof head);
    if (head.sequence <= state->written_sequence) {
      open_ring.release(padded_size(head.length));
      continue;
    }
    state->on_drained = [&](const JournalRecord& record) {
      ++state->recovered.records;
      state->recovered.last_sequence = record.head.sequence;
      state->recovered.last_crc = record.head.crc;
      state->recovered.last_time = record.head.time;
      visit(record);
    };
    const bool drained = state->drain() && state->sync();
    state->on_drained = nullptr;
    if (!drained) {
      return std::unexpected(Error{
          "cannot carry the journal ring " + settings.ring_path + " over to " + settings.directory +
          ": " + (state->ring_error.empty() ? std::strerror(errno) : state->ring_error) +
          " (remove the ring only if what it holds is known to be worthless)"});
    }
  }
  open_ring.continue_from(state->written_sequence + 1, state->written_crc);
  state->durable.store(state->written_sequence);
  State* raw = state.get();
  state->thread = std::thread([raw] {
    pthread_setname_np(pthread_self(), "journal");
    raw->run();
  });
  return std::unique_ptr<JournalStore>(new JournalStore(std::move(state)));
}

JournalStore::~JournalStore() {
  state_->stop.store(true, std::memory_order_release);
  state_->thread.join();
}

JournalRing& JournalStore::ring() noexcept { return *state_->ring; }
std::uint64_t JournalStore::durable_sequence() const noexcept {
  return state_->durable.load(std::memory_order_acquire);
}
bool JournalStore::failed() const noexcept {
  return state_->failed.load(std::memory_order_acquire);
}
const JournalReadResult& JournalStore::recovered() const noexcept { return state_->recovered; }

}  // namespace gannet
