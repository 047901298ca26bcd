#include "app/recording_reader.h"

namespace gannet::app {

std::expected<RecordingReader, Error> RecordingReader::open(const std::string& path) {
  auto files = recorded_files(path);
  if (!files) return std::unexpected(std::move(files.error()));
  auto first = JsonlReader::open(files->front().path, files->front().bytes);
  if (!first) return std::unexpected(std::move(first.error()));
  return RecordingReader(path, std::move(*files), std::move(*first));
}

std::expected<std::optional<std::string_view>, Error> RecordingReader::next() {
  for (;;) {
    auto line = reader_.next();
    if (!line || *line || file_ + 1 == files_.size()) return line;
    lines_before_ += reader_.line_number();
    ++file_;
    auto reader = JsonlReader::open(files_[file_].path, files_[file_].bytes);
    if (!reader) return std::unexpected(std::move(reader.error()));
    reader_ = std::move(*reader);
  }
}

int RecordingReader::progress() const noexcept {
  const auto whole = static_cast<int>(file_) * 1'000 + reader_.progress();
  return whole / static_cast<int>(files_.size());
}

}  // namespace gannet::app
