#include "base/journal_snapshot.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstring>

#include "base/crc32c.h"

namespace gannet {
namespace {

struct SnapshotHead {
  static constexpr std::uint64_t kMagic = 0x50414E53544E5247;
  static constexpr std::uint32_t kVersion = 1;
  std::uint64_t magic = kMagic;
  std::uint32_t version = kVersion;
  std::uint32_t content_crc = 0;
  std::uint64_t through_sequence = 0;
  std::uint64_t content_bytes = 0;
  std::uint32_t head_crc = 0;
  std::uint32_t reserved = 0;
};
static_assert(sizeof(SnapshotHead) == 40);

std::uint32_t crc_of(SnapshotHead head) noexcept {
  head.head_crc = 0;
  return crc32c(0, std::as_bytes(std::span(&head, 1)));
}

std::optional<JournalSnapshot> parse(std::vector<std::byte> bytes) {
  SnapshotHead head;
  if (bytes.size() < sizeof head) return std::nullopt;
  std::memcpy(&head, bytes.data(), sizeof head);
  if (head.magic != SnapshotHead::kMagic || head.version != SnapshotHead::kVersion ||
      crc_of(head) != head.head_crc || head.content_bytes != bytes.size() - sizeof head)
    return std::nullopt;
  JournalSnapshot snapshot;
  snapshot.through_sequence = head.through_sequence;
  snapshot.bytes = std::move(bytes);
  const auto content = std::span<const std::byte>(snapshot.bytes).subspan(sizeof head);
  if (crc32c(0, content) != head.content_crc) return std::nullopt;
  for (std::size_t at = 0; at < content.size();) {
    JournalRecordHead record;
    if (content.size() - at < sizeof record) return std::nullopt;
    std::memcpy(&record, content.data() + at, sizeof record);
    if (record.length > kMaxJournalPayload || content.size() - at < padded_size(record.length))
      return std::nullopt;
    snapshot.records.push_back({record, content.subspan(at + sizeof record, record.length)});
    at += padded_size(record.length);
  }
  return snapshot;
}

}  // namespace

std::string snapshot_name(std::uint64_t through_sequence) {
  std::array<char, 64> name{};
  std::snprintf(name.data(), name.size(), "snapshot-%020llu.gns",
                static_cast<unsigned long long>(through_sequence));
  return name.data();
}

std::expected<void, Error> write_snapshot(const std::string& directory,
                                          std::uint64_t through_sequence,
                                          const std::vector<JournalRecord>& records,
                                          JournalFiles& files) {
  SnapshotHead head;
  std::vector<std::byte> bytes(sizeof head);
  for (const JournalRecord& record : records) {
    const std::size_t at = bytes.size();
    bytes.resize(at + padded_size(record.head.length));
    std::memcpy(bytes.data() + at, &record.head, sizeof record.head);
    std::ranges::copy(record.payload,
                      bytes.begin() + static_cast<std::ptrdiff_t>(at + sizeof record.head));
  }
  const auto content = std::span<const std::byte>(bytes).subspan(sizeof head);
  head.through_sequence = through_sequence;
  head.content_bytes = content.size();
  head.content_crc = crc32c(0, content);
  head.head_crc = crc_of(head);
  std::memcpy(bytes.data(), &head, sizeof head);
  const std::string path = directory + "/" + snapshot_name(through_sequence);
  const std::string made = path + ".tmp";
  const auto file = files.create(made, bytes.size());
  const bool good = file != nullptr && file->write(bytes) && file->sync() &&
                    files.rename(made, path) && files.sync_directory(directory);
  if (good) return {};
  return std::unexpected(Error{"cannot write the snapshot " + path});
}

std::optional<JournalSnapshot> newest_snapshot(const std::string& directory, JournalFiles& files) {
  const auto names = files.list(directory);
  if (!names) return std::nullopt;
  for (std::size_t i = names->size(); i-- > 0;) {
    const std::string& name = (*names)[i];
    if (!name.starts_with("snapshot-") || !name.ends_with(".gns")) continue;
    auto bytes = files.read(directory + "/" + name);
    if (!bytes) continue;
    if (auto snapshot = parse(std::move(*bytes))) return snapshot;
  }
  return std::nullopt;
}

std::expected<JournalReadResult, Error> read_journal_from_snapshot(
    const std::string& directory, const std::function<void(const JournalRecord&)>& visit,
    JournalFiles& files) {
  const auto snapshot = newest_snapshot(directory, files);
  if (!snapshot) {
    auto all = read_journal(directory, visit, files);
    if (all && all->first_sequence > 1)
      return std::unexpected(Error{"the journal in " + directory + " begins at record " +
                                   std::to_string(all->first_sequence) +
                                   " and the snapshot of what came before it is missing"});
    return all;
  }
  std::uint64_t visited = 0;
  for (const JournalRecord& record : snapshot->records) {
    ++visited;
    visit(record);
  }
  auto read = read_journal(
      directory,
      [&](const JournalRecord& record) {
        if (record.head.sequence <= snapshot->through_sequence) return;
        ++visited;
        visit(record);
      },
      // From the segment that holds the last one, for its checksum: the newest may have been made
      // and never begun, and the ring goes on from there.
      files, snapshot->through_sequence);
  if (!read) return read;
  // A power cut may have taken what the snapshot had seen: then it is the newest word.
  if (read->segments != 0 && read->first_sequence > snapshot->through_sequence + 1)
    return std::unexpected(Error{"segments between the snapshot of record " +
                                 std::to_string(snapshot->through_sequence) + " and record " +
                                 std::to_string(read->first_sequence) + " are missing"});
  read->records = visited;
  if (read->last_sequence < snapshot->through_sequence) {
    // Nothing of what it stands for is there any more: the chain begins anew behind it.
    read->last_sequence = snapshot->through_sequence;
    read->last_crc = 0;
  }
  return read;
}

}  // namespace gannet
