#include "app/journal_tidy.h"

#include <zstd.h>

#include <algorithm>
#include <utility>
#include <vector>

#include "base/journal_snapshot.h"
#include "engine/journal_digest.h"

namespace gannet::app {
namespace {

constexpr int kTidyLevel = 3;

Error disk_error(const std::string& what, const std::string& path) {
  return Error{"cannot " + what + " " + path};
}

std::expected<void, Error> compress(const std::string& path, JournalFiles& files) {
  const auto bytes = files.read(path);
  if (!bytes) return std::unexpected(disk_error("read", path));
  std::vector<std::byte> packed(ZSTD_compressBound(bytes->size()));
  const std::size_t size =
      ZSTD_compress(packed.data(), packed.size(), bytes->data(), bytes->size(), kTidyLevel);
  if (ZSTD_isError(size) != 0) return std::unexpected(disk_error("compress", path));
  packed.resize(size);
  // It must come back as it was before the plain one goes.
  std::vector<std::byte> again(bytes->size());
  if (ZSTD_decompress(again.data(), again.size(), packed.data(), packed.size()) != bytes->size() ||
      again != *bytes)
    return std::unexpected(disk_error("read back the compressed", path));
  const std::string directory = path.substr(0, path.rfind('/'));
  const std::string made = path + ".zst.tmp";
  const auto file = files.create(made, packed.size());
  const bool good = file != nullptr && file->write(packed) && file->sync() &&
                    files.rename(made, path + ".zst") && files.sync_directory(directory) &&
                    files.remove(path) && files.sync_directory(directory);
  if (!good) return std::unexpected(disk_error("write the compressed", path));
  return {};
}

/// Snapshot of all records up to `through`, from the one before it and the segments since.
std::expected<std::size_t, Error> make_snapshot(const std::string& directory, std::uint64_t through,
                                                JournalFiles& files) {
  engine::JournalDigest digest;
  const auto read = read_journal_from_snapshot(
      directory,
      [&](const JournalRecord& record) {
        if (record.head.sequence <= through) digest.add(record.head, record.payload);
      },
      files);
  if (!read) return std::unexpected(read.error());
  if (!read->damage.empty() && !read->damaged_last)
    return std::unexpected(Error{"the journal is damaged: " + read->damage});
  std::vector<JournalRecord> records;
  for (const engine::JournalDigest::Kept* kept : digest.records())
    records.push_back({kept->head, kept->payload});
  if (auto written = write_snapshot(directory, through, records, files); !written)
    return std::unexpected(std::move(written.error()));
  return records.size();
}

/// Time of the newest record before `before`, in the segment that begins there.
std::int64_t last_time(const std::string& directory, std::uint64_t from, std::uint64_t before,
                       JournalFiles& files) {
  std::int64_t time = 0;
  static_cast<void>(read_journal(
      directory,
      [&](const JournalRecord& record) {
        if (record.head.sequence < before) time = std::max(time, record.head.time);
      },
      files, from, before));
  return time;
}

}  // namespace

std::expected<TidyReport, Error> tidy_journal(const std::string& directory, Nanos retention,
                                              Timestamp now, JournalFiles& files) {
  TidyReport report;
  const auto names = files.list(directory);
  if (!names) return std::unexpected(names.error());
  const auto segments = segments_of(*names);
  if (segments.size() < 2) return report;
  const std::uint64_t through = first_sequence_of(segments.back()) - 1;
  const auto before = newest_snapshot(directory, files);
  report.snapshot_through = before ? before->through_sequence : 0;
  if (report.snapshot_through < through) {
    auto made = make_snapshot(directory, through, files);
    if (!made) return std::unexpected(std::move(made.error()));
    report.snapshot_records = *made;
    report.snapshot_through = through;
  }
  for (const std::string& name : *names) {
    // The one before the newest stays, should the newest turn out to be unreadable.
    const bool is_old = name.starts_with("snapshot-") && name < snapshot_name(through) &&
                        (!before || name < snapshot_name(before->through_sequence));
    const bool is_left_over = name.ends_with(".tmp");
    if ((is_old || is_left_over) && files.remove(directory + "/" + name)) ++report.removed;
  }
  for (std::size_t i = 0; i + 1 < segments.size(); ++i) {
    const std::uint64_t from = first_sequence_of(segments[i]);
    const std::uint64_t next = first_sequence_of(segments[i + 1]);
    // Two snapshots back: what the older of the kept ones needs stays.
    const bool is_covered = before && next - 1 <= before->through_sequence;
    if (!is_covered || now - Timestamp{last_time(directory, from, next, files)} <= retention) break;
    if (!files.remove(directory + "/" + segments[i]))
      return std::unexpected(disk_error("remove", segments[i]));
    ++report.removed;
  }
  for (std::size_t i = 0; i + 2 < segments.size(); ++i) {
    const std::string path = directory + "/" + segments[i];
    if (segments[i].ends_with(".zst") || !files.read(path)) continue;
    if (auto packed = compress(path, files); !packed)
      return std::unexpected(std::move(packed.error()));
    ++report.compressed;
  }
  return report;
}

}  // namespace gannet::app
