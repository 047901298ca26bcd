#pragma once

#include <cstdint>
#include <expected>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "base/time.h"

namespace gannet::app {

/// What a file of downloaded history holds.
enum class HistoryKind : std::uint8_t { Trades, Candles };

/// One row; numbers as written. Views are valid until the next row is read.
struct HistoryRow {
  Timestamp time;  ///< of the trade, or when the candle opened
  std::string_view instrument;
  // Trades
  std::string_view id;
  bool buy = false;  ///< the taker's side
  std::string_view price;
  std::string_view quantity;  ///< of candles: the volume
  // Candles
  std::string_view open, high, low, close;
};

/// A venue's published history as CSV (unpacked), plain or zstd: trades or candles, known by the
/// names in its first line, whatever their order and language; lines before it are passed over.
/// Times are counts of s, ms, us or ns since the epoch, told by their size, or UTC as
/// "2022-02-26 13:45:00". A file that names no instrument has that of its own name
/// ("okx-BTC-USDT-15m.csv" is of BTC-USDT). Thread: one.
class HistoryCsv {
 public:
  /// Errors: unreadable, or no such columns among the first lines.
  static std::expected<HistoryCsv, Error> open(const std::string& path);

  HistoryKind kind() const noexcept { return kind_; }
  /// Absent at the end. Errors name file and line.
  std::expected<std::optional<HistoryRow>, Error> next();

 private:
  enum class Column : std::uint8_t {
    Time,
    Instrument,
    Id,
    Side,
    BuyerMakes,
    Price,
    Quantity,
    Open,
    High,
    Low,
    Close
  };
  struct File;

  explicit HistoryCsv(std::shared_ptr<File> file) : file_(std::move(file)) {}
  bool take_header(std::string_view line);
  std::string_view cell(Column column) const;
  Error error(std::string_view what) const;

  std::shared_ptr<File> file_;
  HistoryKind kind_ = HistoryKind::Trades;
  std::map<Column, std::size_t> columns_;
  std::vector<std::string_view> cells_;
};

/// "2022-02-26 13:45:00.5" or "1645883100000".
std::optional<Timestamp> parse_history_time(std::string_view text) noexcept;

}  // namespace gannet::app
