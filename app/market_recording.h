#pragma once

#include <expected>
#include <memory>
#include <string>
#include <vector>

#include "app/recording.h"
#include "base/error.h"
#include "sim/market_tape.h"

namespace gannet::app {

/// A recording opened to be replayed as a market.
struct MarketRecording {
  RecordingTables tables;
  std::vector<InstrumentId> traded;       ///< those that the recording tells of
  std::unique_ptr<sim::MarketTape> tape;  ///< at its beginning; uses the tables
};

/// Opens a recording of OKX's public socket or of Binance's streams; which it is, its first lines
/// tell. `files`: one recording, in one file or in several that go on where the one before ends.
/// Definitions come from the instrument files first, then from the built-in set, and what is in
/// neither (or has a finer grid in the recording) is learned from it.
/// Reads all of it once, so that a malformed recording is an error here, naming file and line.
std::expected<std::unique_ptr<MarketRecording>, Error> open_market_recording(
    const std::vector<std::string>& files, const std::vector<std::string>& instrument_files);

/// Do its first lines tell that the recording is one of Binance's streams? Errors: it cannot be
/// read.
std::expected<bool, Error> is_binance_recording(const std::string& file);

/// "a.jsonl,b.jsonl" taken apart.
std::vector<std::string> split_files(std::string_view list);

}  // namespace gannet::app
