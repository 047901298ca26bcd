#include "app/recorded_lines.h"

namespace gannet::app {

std::expected<RecordedLines, Error> RecordedLines::open(std::vector<std::string> files) {
  auto reader = RecordingReader::open(files.front());
  if (!reader) return std::unexpected(std::move(reader.error()));
  return RecordedLines(std::move(files), std::move(*reader));
}

std::expected<std::optional<RecordingLine>, Error> RecordedLines::next() {
  for (;;) {
    const auto line = reader_.next();
    if (!line) return std::unexpected(line.error());
    if (!*line) {
      if (file_ + 1 == files_.size()) return std::nullopt;
      auto reader = RecordingReader::open(files_[file_ + 1]);
      if (!reader) return std::unexpected(std::move(reader.error()));
      ++file_;
      reader_ = std::move(*reader);
      continue;
    }
    if ((*line)->empty()) continue;
    const RecordingLine read = as_recording_line(reader_.line_number(), **line);
    if (read.recorded.message.size() < (*line)->size()) {
      reader_.blank_behind(read.recorded.message);
    }
    return read;
  }
}

std::expected<void, Error> RecordedLines::rewind() {
  auto reader = RecordingReader::open(files_.front());
  if (!reader) return std::unexpected(std::move(reader.error()));
  file_ = 0;
  reader_ = std::move(*reader);
  return {};
}

Error RecordedLines::malformed(std::string_view why) const {
  return {reader_.path() + ":" + std::to_string(reader_.line_number()) + ": " + std::string(why)};
}

}  // namespace gannet::app
