#pragma once

#include <expected>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "base/jsonl_reader.h"
#include "domain/instrument_table.h"
#include "gateway/okx/protocol/instrument_codes.h"

namespace gannet::app {

/// What a tool needs to read recorded venue messages.
struct RecordingTables {
  InstrumentTable instruments;
  okx::InstrumentCodes codes;
  CurrencyTable currencies;
};

/// A line of a recording. Lines that are no envelope are themselves the message.
struct RecordingLine {
  std::uint64_t number = 0;
  RecordedMessage recorded;
};

/// What a line of a recording is: an envelope, or a message by itself.
RecordingLine as_recording_line(std::uint64_t number, std::string_view line) noexcept;

/// Calls `each` for every non-empty line of a file, or of all segments of a recording directory,
/// numbered through. Errors name file and line.
std::expected<void, Error> for_each_line(const std::string& path,
                                         const std::function<void(const RecordingLine&)>& each);

/// The venue's instrument lists (answers of GET /public/instruments, plain or zstd).
std::expected<RecordingTables, Error> load_instrument_files(const std::vector<std::string>& files);

/// The venue's instrument lists first, then
/// what the recording itself teaches about instruments that are in none of them.
std::expected<RecordingTables, Error> load_tables(const std::vector<std::string>& instrument_files,
                                                  const std::string& recording);

}  // namespace gannet::app
