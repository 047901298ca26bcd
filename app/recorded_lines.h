#pragma once

#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "app/recording.h"
#include "app/recording_reader.h"
#include "base/error.h"

namespace gannet::app {

/// The lines of one recording that may lie in several files or recording directories, one going on
/// where the other ends.
/// Thread: one.
class RecordedLines {
 public:
  /// Opens the first file. `files` is not empty.
  static std::expected<RecordedLines, Error> open(std::vector<std::string> files);

  /// The next line that is not empty, absent at the end of the last file. Valid until the next
  /// call. Errors name file and line.
  std::expected<std::optional<RecordingLine>, Error> next();
  std::expected<void, Error> rewind();

  /// An error at the line handed out last: "file:line: why".
  Error malformed(std::string_view why) const;

 private:
  RecordedLines(std::vector<std::string> files, RecordingReader first)
      : files_(std::move(files)), reader_(std::move(first)) {}

  std::vector<std::string> files_;
  std::size_t file_ = 0;
  RecordingReader reader_;
};

}  // namespace gannet::app
