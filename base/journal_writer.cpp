#include "base/journal_writer.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

#include "base/crash_point.h"
#include "base/crc32c.h"
#include "base/journal_snapshot.h"

namespace gannet {

std::expected<std::unique_ptr<JournalWriter>, Error> JournalWriter::open(
    const JournalSettings& settings, const std::function<void(const JournalRecord&)>& visit,
    JournalFiles& files) {
  std::unique_ptr<JournalWriter> writer(new JournalWriter(settings, files));
  if (auto made = files.make_directory(settings.directory); !made)
    return std::unexpected(std::move(made.error()));
  auto ring = JournalRing::open(settings.ring_path, settings.ring_bytes);
  if (!ring) return std::unexpected(std::move(ring.error()));
  writer->ring_.emplace(std::move(*ring));

  auto read = read_journal_from_snapshot(
      settings.directory,
      [&](const JournalRecord& record) {
        writer->remember(record.head, record.payload);
        visit(record);
      },
      files);
  if (!read) return std::unexpected(std::move(read.error()));
  if (!read->damage.empty()) {
    if (auto cut = writer->cut_tail(*read); !cut) return std::unexpected(std::move(cut.error()));
  }
  writer->recovered_ = *read;
  writer->written_sequence_ = read->last_sequence;
  writer->written_crc_ = read->last_crc;
  if (auto carried = writer->carry_over(visit); !carried)
    return std::unexpected(std::move(carried.error()));
  writer->ring_->continue_from(writer->written_sequence_ + 1, writer->written_crc_);
  writer->durable_.store(writer->written_sequence_);
  return writer;
}

/// Only a torn tail may be cut: damage with valid segments after it is not ours to mend.
std::expected<void, Error> JournalWriter::cut_tail(const JournalReadResult& read) {
  if (!read.damaged_last) {
    return std::unexpected(Error{"the journal is damaged before its end: " + read.damage +
                                 " (see `gannet journal verify`)"});
  }
  const bool good = read.valid_bytes == 0 ? files_.remove(read.damaged_file) &&
                                                files_.sync_directory(settings_.directory)
                                          : files_.cut(read.damaged_file, read.valid_bytes);
  if (good) return {};
  return std::unexpected(
      Error{"cannot cut the torn tail of " + read.damaged_file + ": " + std::strerror(errno)});
}

/// What the ring holds continues the segments, or is older (it was written, but not yet released).
std::expected<void, Error> JournalWriter::carry_over(
    const std::function<void(const JournalRecord&)>& visit) {
  while (ring_->bytes_waiting() != 0) {
    const auto bytes = ring_->peek();
    if (bytes.empty()) break;
    JournalRecordHead head;
    std::memcpy(&head, bytes.data(), sizeof head);
    if (head.sequence <= written_sequence_) {
      ring_->release(padded_size(head.length));
      continue;
    }
    on_drained_ = [&](const JournalRecord& record) {
      ++recovered_.records;
      recovered_.last_sequence = record.head.sequence;
      recovered_.last_crc = record.head.crc;
      recovered_.last_time = record.head.time;
      visit(record);
    };
    const bool drained = drain() && sync();
    on_drained_ = nullptr;
    if (!drained) {
      return std::unexpected(Error{
          "cannot carry the journal ring " + settings_.ring_path + " over to " +
          settings_.directory + ": " + (ring_error_.empty() ? std::strerror(errno) : ring_error_) +
          " (remove the ring only if what it holds is known to be worthless)"});
    }
  }
  return {};
}

// Keyed by type and the payload's first 8 bytes, the defined id: the newest definition wins.
void JournalWriter::remember(const JournalRecordHead& head, std::span<const std::byte> payload) {
  if ((head.type & kJournalDefinition) == 0) return;
  std::vector<std::byte> key(sizeof head.type);
  std::memcpy(key.data(), &head.type, sizeof head.type);
  const auto id = payload.first(std::min<std::size_t>(8, payload.size()));
  key.insert(key.end(), id.begin(), id.end());
  std::vector<std::byte> whole(padded_size(head.length));
  std::memcpy(whole.data(), &head, sizeof head);
  std::ranges::copy(payload, whole.begin() + sizeof head);
  definitions_[std::move(key)] = std::move(whole);
}

bool JournalWriter::write(std::span<const std::byte> bytes) {
  crash_point("journal_write");
  if (!file_->write(bytes)) return false;
  segment_size_ += bytes.size();
  unsynced_ = true;
  return true;
}

bool JournalWriter::open_segment() {
  if (file_ != nullptr && unsynced_ && !file_->sync()) return false;
  crash_point("segment_open");
  file_ = files_.create(settings_.directory + "/" + segment_name(written_sequence_ + 1),
                        settings_.segment_bytes);
  if (file_ == nullptr) return false;
  segment_from_.store(written_sequence_ + 1, std::memory_order_release);
  std::vector<std::byte> block(sizeof(SegmentHead));
  for (const auto& [key, bytes] : definitions_)
    block.insert(block.end(), bytes.begin(), bytes.end());
  const auto definitions = std::span<const std::byte>(block).subspan(sizeof(SegmentHead));
  SegmentHead head;
  head.seed_crc = written_crc_;
  head.first_sequence = written_sequence_ + 1;
  head.definition_bytes = definitions.size();
  head.definition_crc = crc32c(0, definitions);
  head.head_crc = crc_of_head(head);
  std::memcpy(block.data(), &head, sizeof head);
  segment_size_ = 0;
  if (!write(block)) return false;
  crash_point("segment_sync");
  // The name must be as durable as the bytes.
  return file_->sync() && files_.sync_directory(settings_.directory);
}

bool JournalWriter::drain() {
  if (failed()) return false;
  for (;;) {
    auto bytes = ring_->peek();
    if (bytes.empty()) return true;
    if ((file_ == nullptr || segment_size_ >= settings_.segment_bytes) && !open_segment())
      return fail();
    if (settings_.mode == JournalMode::Full) {
      JournalRecordHead head;
      std::memcpy(&head, bytes.data(), sizeof head);
      bytes = bytes.first(std::min(bytes.size(), padded_size(head.length)));
    }
    std::uint64_t next = written_sequence_ + 1;
    std::uint32_t crc = written_crc_;
    std::string why;
    const std::size_t valid = walk_records(bytes, next, crc, why, [&](const JournalRecord& record) {
      remember(record.head, record.payload);
      if (on_drained_) on_drained_(record);
      if (settings_.on_drained) settings_.on_drained(record);
    });
    if (valid == 0) {
      ring_error_ = "it does not continue the segments: " + why;
      return fail();
    }
    if (!write(bytes.first(valid))) return fail();
    written_sequence_ = next - 1;
    written_crc_ = crc;
    crash_point("ring_release");
    ring_->release(valid);
    if (settings_.mode == JournalMode::Full && !sync()) return false;
  }
}

bool JournalWriter::sync() {
  if (failed()) return false;
  if (!unsynced_) return true;
  crash_point("journal_sync");
  // A failed sync must not be tried again as if nothing had happened: the kernel may have dropped
  // the pages. [REC-08]
  if (!file_->sync()) return fail();
  unsynced_ = false;
  durable_.store(written_sequence_, std::memory_order_release);
  crash_point("journal_synced");
  return true;
}

}  // namespace gannet
