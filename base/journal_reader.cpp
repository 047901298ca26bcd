#include "base/journal_reader.h"

#include <zstd.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <optional>
#include <string_view>

#include "base/crc32c.h"
#include "base/internal/system_error.h"

namespace gannet {
namespace {

constexpr std::string_view kPlain = ".gnt";
constexpr std::string_view kCompressed = ".gnt.zst";

std::optional<std::vector<std::byte>> decompress(std::span<const std::byte> packed) {
  const unsigned long long size = ZSTD_getFrameContentSize(packed.data(), packed.size());
  if (size == ZSTD_CONTENTSIZE_ERROR || size == ZSTD_CONTENTSIZE_UNKNOWN ||
      size > (std::uint64_t{4} << 30))
    return std::nullopt;
  std::vector<std::byte> bytes(size);
  const std::size_t done =
      ZSTD_decompress(bytes.data(), bytes.size(), packed.data(), packed.size());
  if (ZSTD_isError(done) != 0 || done != bytes.size()) return std::nullopt;
  return bytes;
}

}  // namespace

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

std::uint64_t first_sequence_of(const std::string& name) {
  constexpr std::string_view kPrefix = "segment-";
  if (!name.starts_with(kPrefix)) return 0;
  return std::strtoull(name.c_str() + kPrefix.size(), nullptr, 10);
}

std::vector<std::string> segments_of(const std::vector<std::string>& names) {
  std::vector<std::string> segments;
  for (const std::string& name : names) {
    if (!name.starts_with("segment-")) continue;
    // Sorted: the plain name comes before the compressed one.
    const bool is_plain = name.ends_with(kPlain);
    if (!is_plain && !name.ends_with(kCompressed)) continue;
    if (!is_plain && !segments.empty() && name == segments.back() + ".zst") continue;
    segments.push_back(name);
  }
  return segments;
}

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

std::expected<JournalReadResult, Error> read_journal(
    const std::string& directory, const std::function<void(const JournalRecord&)>& visit,
    JournalFiles& files, std::uint64_t from, std::uint64_t until) {
  const auto names = files.list(directory);
  if (!names) return std::unexpected(names.error());
  auto segments = segments_of(*names);
  while (segments.size() > 1 && first_sequence_of(segments[1]) <= from)
    segments.erase(segments.begin());
  const std::string newest = segments.empty() ? std::string() : segments.back();
  while (segments.size() > 1 && first_sequence_of(segments.back()) >= until) segments.pop_back();
  JournalReadResult result;
  std::uint64_t next_sequence = 0;
  for (const std::string& name : segments) {
    const std::string path = directory + "/" + name;
    auto bytes = files.read(path);
    bool is_packed = name.ends_with(kCompressed);
    if (!bytes && !is_packed) {  // packed between the listing and now
      bytes = files.read(path + ".zst");
      is_packed = true;
    }
    if (!bytes) return std::unexpected(system_error("cannot read", path));
    auto damaged = [&](std::uint64_t valid, const std::string& what) {
      result.damaged_file = path;
      result.damaged_last = name == newest;
      result.valid_bytes = valid;
      result.damage = name + " at byte " + std::to_string(valid) + ": " + what;
    };
    if (is_packed) {
      bytes = decompress(*bytes);
      if (!bytes) {
        damaged(0, "it cannot be decompressed");
        break;
      }
    }
    SegmentHead head;
    if (bytes->size() < sizeof head) {
      damaged(0, "the segment's head is cut off");
      break;
    }
    std::memcpy(&head, bytes->data(), sizeof head);
    if (head.magic == SegmentHead::kMagic && head.version > SegmentHead::kVersion) {
      return std::unexpected(
          Error{path + " was written by a newer version (journal format " +
                std::to_string(head.version) + ", known: " + std::to_string(SegmentHead::kVersion) +
                "): upgrade to read it, or roll back with a state directory of the old version's"});
    }
    if (head.magic != SegmentHead::kMagic || crc_of_head(head) != head.head_crc ||
        head.definition_bytes > bytes->size() - sizeof head) {
      damaged(0, "the segment's head is damaged");
      break;
    }
    const auto definitions =
        std::span<const std::byte>(*bytes).subspan(sizeof head, head.definition_bytes);
    if (crc32c(0, definitions) != head.definition_crc) {
      damaged(0, "the definitions at the segment's head are damaged");
      break;
    }
    if (next_sequence != 0 &&
        (head.first_sequence != next_sequence || head.seed_crc != result.last_crc)) {
      damaged(0, "it does not continue the segment before it");
      break;
    }
    if (next_sequence == 0) {
      result.first_sequence = head.first_sequence;
      for (std::size_t at = 0; at < definitions.size();) {
        JournalRecordHead record;
        if (definitions.size() - at < sizeof record) break;
        std::memcpy(&record, definitions.data() + at, sizeof record);
        const std::size_t size = padded_size(record.length);
        if (record.length > kMaxJournalPayload || definitions.size() - at < size) break;
        visit({record, definitions.subspan(at + sizeof record, record.length)});
        at += size;
      }
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

}  // namespace gannet
