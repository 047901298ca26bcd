#include "app/recording.h"

#include <utility>

#include "app/recording_reader.h"
#include "gateway/okx/protocol/decode_instruments.h"
#include "gateway/okx/protocol/frame.h"
#include "gateway/okx/protocol/learn_instruments.h"

namespace gannet::app {

RecordingLine as_recording_line(std::uint64_t number, std::string_view line) noexcept {
  RecordingLine read{number, {}};
  if (const auto recorded = parse_recorded_message(line)) {
    read.recorded = *recorded;
  } else {
    read.recorded.message = line;
    read.recorded.head = line;
  }
  return read;
}

std::expected<void, Error> for_each_line(const std::string& path,
                                         const std::function<void(const RecordingLine&)>& each) {
  auto reader = RecordingReader::open(path);
  if (!reader) return std::unexpected(reader.error());
  for (;;) {
    const auto line = reader->next();
    if (!line) return std::unexpected(line.error());
    if (!*line) return {};
    if ((*line)->empty()) continue;
    each(as_recording_line(reader->total_lines(), **line));
  }
}

namespace {

std::expected<void, Error> add_instrument_file(const std::string& path, RecordingTables& tables) {
  const auto text = read_text_file(path);
  if (!text) return std::unexpected(text.error());
  okx::FrameReader reader;
  const auto frame = reader.read(*text);
  if (!frame) return std::unexpected(Error{path + ": not a list of instruments"});
  const auto rows = okx::decode_instruments(reader, *frame, tables.currencies);
  if (!rows || rows->rows.empty()) {
    return std::unexpected(Error{path + ": not a list of instruments"});
  }
  okx::add_instruments(*rows, tables.instruments, tables.codes);
  return {};
}

}  // namespace

std::expected<RecordingTables, Error> load_instrument_files(const std::vector<std::string>& files) {
  RecordingTables tables;
  for (const std::string& path : files) {
    if (auto added = add_instrument_file(path, tables); !added) {
      return std::unexpected(added.error());
    }
  }
  return tables;
}

std::expected<RecordingTables, Error> load_tables(const std::vector<std::string>& instrument_files,
                                                  const std::string& recording) {
  auto loaded = load_instrument_files(instrument_files);
  if (!loaded) return std::unexpected(std::move(loaded.error()));
  RecordingTables tables = std::move(*loaded);
  okx::InstrumentLearner learner;
  const auto read = for_each_line(
      recording, [&](const RecordingLine& line) { learner.see(line.recorded.message); });
  if (!read) return std::unexpected(read.error());
  learner.add_to(tables.instruments, tables.codes, tables.currencies);
  return tables;
}

}  // namespace gannet::app
