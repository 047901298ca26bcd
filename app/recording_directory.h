#pragma once

#include <cstdint>
#include <expected>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

#include "app/recording_index.h"
#include "base/error.h"

namespace gannet::app {

struct RecordingLine;

/// A file of a recording, and how much of it is whole.
struct RecordedFile {
  std::string path;
  std::uint64_t bytes = std::numeric_limits<std::uint64_t>::max();
};

/// Names of a directory's segments in their order.
std::expected<std::vector<std::string>, Error> segment_files(const std::string& directory);
/// The number that a segment's name begins with; 0: it is no segment.
std::uint32_t segment_number(std::string_view name) noexcept;

/// What to read of a path: the file itself, or the segments of a recording directory, the last of
/// which may be open or torn and is read to its last whole frame. Errors: no such path, a directory
/// without segments.
std::expected<std::vector<RecordedFile>, Error> recorded_files(const std::string& path);

/// Counts a line as the recorder would have.
void see_line(SegmentTally& tally, const RecordingLine& line);

}  // namespace gannet::app
