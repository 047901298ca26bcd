#pragma once

#include <cstdint>
#include <expected>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "base/time.h"

namespace gannet::app {

enum class ExportTable : std::uint8_t {
  Trades,   ///< every trade
  Best,     ///< best bid and offer, a row for every change
  Books,    ///< the best levels, a row every so often
  Candles,  ///< built from trades
};
std::optional<ExportTable> export_table_of(std::string_view name) noexcept;

struct ExportOptions {
  std::string input{};  ///< a recording, a directory of one, or downloaded trades as CSV
  ExportTable table = ExportTable::Trades;
  std::vector<std::string> instruments{};  ///< empty: all
  std::vector<std::string> instrument_files{};
  std::size_t depth = 10;      ///< Books: levels a side
  Nanos every = seconds(1);    ///< Books: least time between two rows of an instrument
  Nanos period = seconds(60);  ///< Candles
};

/// Calls `row` with each line of CSV, its header first, without line ends. Numbers are exact and in
/// the instrument's own digits; times are ns since the epoch. Returns how many rows followed the
/// header. Errors: the input's.
std::expected<std::uint64_t, Error> export_data(const ExportOptions& options,
                                                const std::function<void(std::string_view)>& row);

}  // namespace gannet::app
