#pragma once

#include <cstdint>
#include <expected>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "app/recording_index.h"
#include "base/error.h"
#include "base/time.h"

namespace gannet::app {

/// What a file or directory of market data is.
enum class DataKind : std::uint8_t { OkxRecording, BinanceRecording, TradesCsv, CandlesCsv };
std::string_view name_of(DataKind kind) noexcept;

/// By name and first lines. Errors: unreadable, none of them.
std::expected<DataKind, Error> kind_of_data(const std::string& path);

/// What is in it, from when to when, and what is not.
struct DataSummary {
  DataKind kind = DataKind::OkxRecording;
  std::uint64_t files = 0;
  std::uint64_t bytes = 0;
  std::uint64_t messages = 0;  ///< lines of CSV: rows
  Timestamp first;             ///< receive time, or the venue's; 0: none is told
  Timestamp last;
  std::map<std::pair<std::string, std::string>, StreamTally> streams;
  std::uint64_t gap_count = 0;
  std::vector<RecordingGap> gaps;
  std::vector<std::string> notes;  ///< for people
};

/// Reads all of it; a directory's index is not asked, but for what only it knows (outages, drops).
std::expected<DataSummary, Error> summarize_data(const std::string& path);
std::string to_json(const DataSummary& summary);
std::string page_of(const DataSummary& summary);

/// What is wrong with it, a sentence each; empty: sound.
struct DataVerdict {
  std::uint64_t messages = 0;
  std::uint64_t checksums = 0;  ///< books that were proven by one
  std::vector<std::string> findings;
};

/// Every frame goes through the decoders, sequences must chain, checksums match, the index and its
/// files agree; candles and trades of CSV must be in order, whole and without doubles. Errors: it
/// cannot be read at all.
std::expected<DataVerdict, Error> verify_data(const std::string& path,
                                              const std::vector<std::string>& instrument_files);

}  // namespace gannet::app
