#pragma once

#include <cstdint>
#include <expected>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/error.h"
#include "base/jsonl_reader.h"
#include "base/time.h"
#include "gateway/okx/protocol/frame_summary.h"

namespace gannet::app {

inline constexpr std::string_view kIndexName = "index.jsonl";

/// What one segment holds of one stream: a channel of an instrument.
struct StreamTally {
  std::uint64_t messages = 0;
  std::uint64_t snapshots = 0;
  std::uint64_t gaps = 0;
  std::optional<std::int64_t> first_sequence;
  std::optional<std::int64_t> last_sequence;
};

/// Something that is not in the recording and should be.
struct RecordingGap {
  enum class Kind : std::uint8_t {
    Sequence,  ///< an update does not link to the message before it
    Outage,    ///< there was no connection; `messages` is 0
    Dropped,   ///< frames that did not fit the recorder's queue
  };
  Kind kind = Kind::Sequence;
  Timestamp from;  ///< of the last message before it, 0 unknown
  Timestamp to;
  std::string channel;     ///< Sequence: the stream's; Outage, Dropped: the connection's
  std::string instrument;  ///< Sequence only
  std::int64_t expected = 0;
  std::int64_t got = 0;
  std::uint64_t messages = 0;  ///< Dropped: how many
};
std::string_view name_of(RecordingGap::Kind kind) noexcept;

/// One line of the index: one segment.
struct SegmentEntry {
  static constexpr std::size_t kGapsKept = 1'000;

  std::string segment;  ///< the file's name
  std::uint64_t bytes = 0;
  std::uint64_t text_bytes = 0;
  std::uint32_t crc = 0;  ///< CRC-32C of the file
  Timestamp first;        ///< receive times
  Timestamp last;
  std::uint64_t messages = 0;
  std::uint64_t refused = 0;  ///< messages that cannot be read
  std::uint64_t gap_count = 0;
  bool recovered = false;  ///< the recorder was cut off; what it wrote was counted later
  std::map<std::pair<std::string, std::string>, StreamTally> streams;  ///< channel, instrument
  std::vector<RecordingGap> gaps;                                      ///< the first kGapsKept
};

std::string to_json(const SegmentEntry& entry);
/// Absent: not such a line.
std::optional<SegmentEntry> parse_segment_entry(std::string_view line);

/// The whole lines of a directory's index, oldest first; none if there is no index.
std::expected<std::vector<SegmentEntry>, Error> read_index(const std::string& directory);

/// Counts messages into a segment's entry and follows their sequences, across segments.
/// Thread: one.
class SegmentTally {
 public:
  /// A message as received. `message` is followed by kTextPadding readable bytes. `connection`:
  /// sequences of each are followed by themselves.
  void see(std::string_view message, std::string_view direction, std::string_view channel,
           std::uint32_t connection, std::optional<Timestamp> received);
  void on_opened(std::string_view channel, std::uint32_t connection, Timestamp now);
  void on_closed(std::string_view channel, std::uint32_t connection, Timestamp now);
  void on_dropped(std::string_view channel, std::uint64_t messages, Timestamp now);

  const SegmentEntry& entry() const noexcept { return entry_; }
  SegmentEntry& entry() noexcept { return entry_; }
  /// The entry so far; the next begins, its sequences go on.
  SegmentEntry take();
  /// Gaps since the last call, for the log.
  std::vector<RecordingGap> take_news() { return std::exchange(news_, {}); }

 private:
  struct Chain {
    okx::SequenceChain ids;
    Timestamp last;
  };
  void note(RecordingGap gap);
  void see_times(Timestamp received);

  okx::FrameSummarizer summarizer_;
  SegmentEntry entry_;
  std::vector<RecordingGap> news_;
  std::map<std::pair<std::uint32_t, std::string>, Chain> chains_;  // connection; channel/instrument
  // By socket (public, ...): a socket is away when the last of its connections is.
  std::map<std::string, std::set<std::uint32_t>, std::less<>> open_;
  std::map<std::string, Timestamp, std::less<>> away_;
};

}  // namespace gannet::app
