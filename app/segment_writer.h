#pragma once

#include <zstd.h>

#include <cstdint>
#include <expected>
#include <memory>
#include <string>
#include <string_view>

#include "app/recording_index.h"
#include "base/error.h"
#include "base/time.h"

namespace gannet::app {

struct SegmentSettings {
  std::string directory;
  std::uint64_t segment_bytes_max = 256u << 20;  ///< of text
  Nanos segment_duration_max = seconds(3600);
};

/// Where a line belongs, beside its text.
struct LineHead {
  Timestamp time;
  std::string_view channel;    ///< public, private, business
  std::string_view direction;  ///< in, out
  std::uint32_t connection = 0;
};

/// Writes recorded frames as JSON lines, `{"t":..,"ch":..,"dir":..,"m":<bytes as received>}`, into
/// numbered segments and one line of index a segment. A segment is a row of whole zstd frames with
/// checksums, each written at once: whatever happens, it can be read up to the last whole one. What
/// an earlier run left without its line of index is cut to that and counted at `open`.
/// Any write error is final. Thread: one.
class SegmentWriter {
 public:
  /// Errors: it cannot be made or read, or another writer is at work there.
  static std::expected<std::unique_ptr<SegmentWriter>, Error> open(SegmentSettings settings);
  /// Without `close` the last segment is left as a crash would leave it.
  ~SegmentWriter();
  SegmentWriter(const SegmentWriter&) = delete;
  SegmentWriter& operator=(const SegmentWriter&) = delete;

  /// Buffers the line; a full buffer is written, a full segment ended and the next begun.
  std::expected<void, Error> write(const LineHead& head, std::string_view message);
  /// What is buffered becomes a zstd frame in the file.
  std::expected<void, Error> flush();
  /// Ends the segment, if one is open: its bytes and its line of index are on the disk then.
  std::expected<void, Error> close();

  SegmentTally& tally() noexcept { return tally_; }
  const std::string& directory() const noexcept { return settings_.directory; }
  /// The open segment's name; "" between two.
  const std::string& segment() const noexcept { return name_; }
  std::uint64_t segments_closed() const noexcept { return closed_; }
  /// The entry of the segment ended last.
  const SegmentEntry& last_closed() const noexcept { return last_closed_; }
  std::uint64_t bytes_written() const noexcept { return bytes_written_; }
  std::uint64_t text_bytes_written() const noexcept { return text_bytes_written_; }
  std::uint32_t recovered() const noexcept { return recovered_; }

 private:
  struct ContextFreer {
    void operator()(ZSTD_CCtx* context) const noexcept { ZSTD_freeCCtx(context); }
  };

  explicit SegmentWriter(SegmentSettings settings);
  std::expected<void, Error> take_over();
  std::expected<void, Error> recover(const std::string& name);
  std::expected<void, Error> begin(Timestamp time);
  std::expected<void, Error> write_index(SegmentEntry entry);
  Error failure(std::string_view what, const std::string& name) const;
  std::string path_of(std::string_view name) const;

  SegmentSettings settings_;
  std::unique_ptr<ZSTD_CCtx, ContextFreer> zstd_;
  SegmentTally tally_;
  std::string text_;    // lines not yet compressed, always kTextPadding of room behind
  std::string packed_;  // one zstd frame
  std::string name_;
  int file_ = -1;
  int lock_ = -1;             // of the directory; the kernel's, gone with the process
  std::uint32_t number_ = 0;  // of the newest segment
  Timestamp began_;
  std::uint64_t segment_bytes_ = 0;
  std::uint64_t segment_text_bytes_ = 0;
  std::uint32_t crc_ = 0;
  std::uint64_t closed_ = 0;
  std::uint64_t bytes_written_ = 0;
  std::uint64_t text_bytes_written_ = 0;
  std::uint32_t recovered_ = 0;
  SegmentEntry last_closed_;
};

/// How many bytes at the beginning of a file are whole zstd frames, all of them if nothing is torn.
std::expected<std::uint64_t, Error> whole_frames(const std::string& path);
/// A segment counted from its file's first `bytes` bytes, as its line of index would say.
std::expected<SegmentEntry, Error> count_segment(const std::string& path, std::uint64_t bytes);

}  // namespace gannet::app
