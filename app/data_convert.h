#pragma once

#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <vector>

#include "base/error.h"
#include "base/time.h"

namespace gannet::app {

struct ConvertOptions {
  std::vector<std::string> inputs;  ///< recordings, in the order of time
  /// ".jsonl": plain; ".jsonl.zst": compressed; anything else: a recording directory of segments.
  std::string output;
  std::optional<Timestamp> from{};         ///< receive times
  std::optional<Timestamp> to{};           ///< the first that is left out
  std::vector<std::string> instruments{};  ///< empty: all
  std::vector<std::string> channels{};     ///< empty: all
};

struct ConvertFigures {
  std::uint64_t read = 0;
  std::uint64_t written = 0;
  std::uint64_t carried = 0;  ///< snapshots made so that books have a beginning
};

/// Copies the lines of recordings, byte for byte, into one: other packing, several joined, or a
/// part of them. A cut at `from` carries every incremental book over as a snapshot of what it was
/// by then, marked `"made":true`, so that the part can be played by itself. Errors: a recording
/// that cannot be read, an output that exists or cannot be written, a cut of lines that have no
/// receive time.
std::expected<ConvertFigures, Error> convert_data(const ConvertOptions& options);

}  // namespace gannet::app
