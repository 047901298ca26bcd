#pragma once

#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "app/recording_directory.h"
#include "base/error.h"
#include "base/jsonl_reader.h"

namespace gannet::app {

/// The lines of a recording, which is one file or a directory of segments: like JsonlReader, over
/// all of them. Thread: one.
class RecordingReader {
 public:
  static std::expected<RecordingReader, Error> open(const std::string& path);

  /// As JsonlReader::next, absent at the end of the last file.
  std::expected<std::optional<std::string_view>, Error> next();

  /// As JsonlReader::blank_behind, of a line of the file being read.
  void blank_behind(std::string_view part) noexcept { reader_.blank_behind(part); }

  /// Of the file being read.
  std::uint64_t line_number() const noexcept { return reader_.line_number(); }
  const std::string& path() const noexcept { return reader_.path(); }
  /// Lines of all files so far.
  std::uint64_t total_lines() const noexcept { return lines_before_ + reader_.line_number(); }
  /// What `open` was given, to open it again.
  const std::string& source() const noexcept { return source_; }
  /// Thousandths, each file counting alike.
  int progress() const noexcept;

 private:
  RecordingReader(std::string source, std::vector<RecordedFile> files, JsonlReader first)
      : source_(std::move(source)), files_(std::move(files)), reader_(std::move(first)) {}

  std::string source_;
  std::vector<RecordedFile> files_;
  std::size_t file_ = 0;
  std::uint64_t lines_before_ = 0;
  JsonlReader reader_;
};

}  // namespace gannet::app
