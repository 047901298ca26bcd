#include "app/history_csv.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <filesystem>
#include <memory>
#include <utility>

#include "base/jsonl_reader.h"
#include "domain/units.h"

namespace gannet::app {
namespace {

constexpr int kLinesBeforeHeader = 5;
constexpr int kPlenty = 12;  // decimals that a number of history may have

std::string_view trimmed(std::string_view text) noexcept {
  while (!text.empty() && (text.front() == ' ' || text.front() == '"')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '"')) text.remove_suffix(1);
  return text;
}

void split(std::string_view line, std::vector<std::string_view>& cells) {
  cells.clear();
  for (;;) {
    const std::size_t comma = line.find(',');
    cells.push_back(trimmed(line.substr(0, comma)));
    if (comma == std::string_view::npos) return;
    line.remove_prefix(comma + 1);
  }
}

/// Lower case, up to a second name ("side/交易方向"), without a byte-order mark.
std::string header_name(std::string_view cell) {
  if (cell.starts_with("\xEF\xBB\xBF")) cell.remove_prefix(3);
  std::string name(trimmed(cell.substr(0, cell.find('/'))));
  std::ranges::transform(name, name.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
  });
  return name;
}

bool is_number(std::string_view text) noexcept { return parse_units(text, kPlenty).has_value(); }

/// "okx-BTC-USDT-SWAP-trades-2024-05-01.csv" -> BTC-USDT-SWAP
std::string instrument_in(const std::string& path) {
  const std::string stem = std::filesystem::path(path).stem().string();
  std::string name;
  int parts = 0;
  std::size_t at = 0;
  while (at <= stem.size()) {
    const std::size_t end = std::min(stem.find_first_of("-_.", at), stem.size());
    const std::string word = stem.substr(at, end - at);
    const bool upper = !word.empty() && std::ranges::all_of(word, [](char c) {
      return (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    });
    const bool letters = std::ranges::any_of(word, [](char c) { return c >= 'A' && c <= 'Z'; });
    if (upper && letters) {
      name += (parts++ > 0 ? "-" : "") + word;
    } else if (parts >= 2) {
      break;
    } else {
      parts = 0;
      name.clear();
    }
    at = end + 1;
  }
  return parts >= 2 ? name : stem;
}

bool is_leap(int year) noexcept { return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0; }

/// "2022-02-26 13:45:00[.fraction]"
std::optional<Timestamp> parse_date(std::string_view text) noexcept {
  std::array<std::int64_t, 6> parts{};
  const std::array<std::size_t, 6> at{0, 5, 8, 11, 14, 17};
  if (text.size() != 10 && text.size() < 19) return std::nullopt;
  const std::size_t known = text.size() == 10 ? 3 : 6;
  for (std::size_t i = 0; i < known; ++i) {
    const char* const begin = text.data() + at[i];
    const char* const end = begin + (i == 0 ? 4 : 2);
    if (std::from_chars(begin, end, parts[i]).ptr != end) return std::nullopt;
  }
  if (text[4] != '-' || text[7] != '-' || parts[1] < 1 || parts[1] > 12 || parts[2] < 1 ||
      parts[2] > 31 || parts[0] < 1970 || parts[0] > 2200) {
    return std::nullopt;
  }
  constexpr std::array<int, 12> kBefore{0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334};
  std::int64_t days = 0;
  for (int year = 1970; year < parts[0]; ++year) days += is_leap(year) ? 366 : 365;
  days += kBefore[static_cast<std::size_t>(parts[1] - 1)] + parts[2] - 1;
  if (parts[1] > 2 && is_leap(static_cast<int>(parts[0]))) ++days;
  std::int64_t nanos = (((days * 24 + parts[3]) * 60 + parts[4]) * 60 + parts[5]) * 1'000'000'000;
  if (text.size() > 20 && text[19] == '.') {
    std::string_view fraction = text.substr(20);
    while (fraction.ends_with('Z')) fraction.remove_suffix(1);
    std::int64_t unit = 100'000'000;
    for (const char c : fraction.substr(0, 9)) {
      if (c < '0' || c > '9') return std::nullopt;
      nanos += (c - '0') * unit;
      unit /= 10;
    }
  }
  return Timestamp{nanos};
}

}  // namespace

std::optional<Timestamp> parse_history_time(std::string_view text) noexcept {
  std::int64_t count = 0;
  // "1625097621.647": seconds and their fraction.
  if (const std::size_t point = text.find('.'); point == 10 && text.size() > 12) {
    const auto nanos = parse_units(text, 9);
    if (nanos) return Timestamp{*nanos};
  }
  // Pandas writes "1645883100000.0".
  if (text.ends_with(".0")) text.remove_suffix(2);
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), count);
  if (error != std::errc{} || end != text.data() + text.size()) return parse_date(text);
  if (count <= 0) return std::nullopt;
  if (count < 100'000'000'000) return Timestamp{count * 1'000'000'000};
  if (count < 100'000'000'000'000) return Timestamp{count * 1'000'000};
  if (count < 100'000'000'000'000'000) return Timestamp{count * 1'000};
  return Timestamp{count};
}

struct HistoryCsv::File {
  explicit File(JsonlReader opened) : reader(std::move(opened)) {}
  JsonlReader reader;
  std::string instrument;  // of the file's name
};

std::expected<HistoryCsv, Error> HistoryCsv::open(const std::string& path) {
  auto reader = JsonlReader::open(path);
  if (!reader) return std::unexpected(std::move(reader.error()));
  HistoryCsv csv(std::make_shared<File>(std::move(*reader)));
  csv.file_->instrument = instrument_in(path);
  for (int i = 0; i < kLinesBeforeHeader; ++i) {
    const auto line = csv.file_->reader.next();
    if (!line) return std::unexpected(line.error());
    if (!*line) break;
    if (csv.take_header(**line)) return csv;
  }
  return std::unexpected(
      Error{path + ": no line names the columns of trades (price, size, side, time) or of candles "
                   "(open, high, low, close, time)"});
}

bool HistoryCsv::take_header(std::string_view line) {
  using Names = std::vector<std::string_view>;
  static const std::map<Column, Names> kNames{
      {Column::Time,
       {"created_time", "time_ms", "open_time", "timestamp", "ts", "unix", "time", "time_seconds",
        "datetime", "date"}},
      {Column::Instrument, {"instrument_name", "instrument_id", "instrument", "instid", "symbol"}},
      {Column::Id, {"trade_id", "tradeid", "id"}},
      {Column::Side, {"side"}},
      {Column::BuyerMakes, {"is_buyer_maker", "isbuyermaker"}},
      {Column::Price, {"price", "px"}},
      {Column::Quantity, {"size", "sz", "quantity", "qty", "amount", "vol", "volume"}},
      {Column::Open, {"open", "o"}},
      {Column::High, {"high", "h"}},
      {Column::Low, {"low", "l"}},
      {Column::Close, {"close", "c"}}};
  split(line, cells_);
  columns_.clear();
  std::vector<std::string> names;
  for (const std::string_view cell : cells_) names.push_back(header_name(cell));
  for (const auto& [column, known] : kNames) {
    for (const std::string_view name : known) {
      const auto found = std::ranges::find(names, name);
      if (found == names.end()) continue;
      columns_[column] = static_cast<std::size_t>(found - names.begin());
      break;
    }
  }
  // "Volume BTC": the one in the base currency comes first.
  if (!columns_.contains(Column::Quantity)) {
    const auto found =
        std::ranges::find_if(names, [](const std::string& n) { return n.starts_with("volume "); });
    if (found != names.end()) {
      columns_[Column::Quantity] = static_cast<std::size_t>(found - names.begin());
    }
  }
  if (!columns_.contains(Column::Side) && columns_.contains(Column::BuyerMakes)) {
    columns_[Column::Side] = columns_[Column::BuyerMakes];
  }
  const auto has = [this](std::initializer_list<Column> wanted) {
    return std::ranges::all_of(wanted, [this](Column c) { return columns_.contains(c); });
  };
  if (has({Column::Time, Column::Open, Column::High, Column::Low, Column::Close})) {
    kind_ = HistoryKind::Candles;
    return true;
  }
  kind_ = HistoryKind::Trades;
  return has({Column::Time, Column::Price, Column::Quantity, Column::Side});
}

std::string_view HistoryCsv::cell(Column column) const {
  const auto found = columns_.find(column);
  return found == columns_.end() || found->second >= cells_.size() ? std::string_view{}
                                                                   : cells_[found->second];
}

Error HistoryCsv::error(std::string_view what) const {
  return {file_->reader.path() + ":" + std::to_string(file_->reader.line_number()) + ": " +
          std::string(what)};
}

std::expected<std::optional<HistoryRow>, Error> HistoryCsv::next() {
  for (;;) {
    const auto line = file_->reader.next();
    if (!line) return std::unexpected(line.error());
    if (!*line) return std::optional<HistoryRow>{};
    if ((*line)->empty()) continue;
    split(**line, cells_);
    break;
  }
  HistoryRow row;
  const auto time = parse_history_time(cell(Column::Time));
  if (!time) return std::unexpected(error("its time cannot be read"));
  row.time = *time;
  row.instrument = cell(Column::Instrument);
  if (row.instrument.empty()) row.instrument = file_->instrument;
  row.quantity = cell(Column::Quantity);
  if (kind_ == HistoryKind::Candles) {
    row.open = cell(Column::Open);
    row.high = cell(Column::High);
    row.low = cell(Column::Low);
    row.close = cell(Column::Close);
    for (const std::string_view number : {row.open, row.high, row.low, row.close}) {
      if (!is_number(number)) return std::unexpected(error("a price cannot be read"));
    }
    return std::optional(row);
  }
  row.id = cell(Column::Id);
  row.price = cell(Column::Price);
  const std::string_view side = cell(Column::Side);
  const auto is_one_of = [side](std::initializer_list<std::string_view> words) {
    return std::ranges::find(words, side) != words.end();
  };
  // Where the buyer was the maker the taker sold.
  const bool by_maker = columns_.contains(Column::BuyerMakes);
  row.buy = by_maker ? is_one_of({"0", "false", "False"}) : is_one_of({"buy", "BUY", "Buy"});
  if (!row.buy &&
      !(by_maker ? is_one_of({"1", "true", "True"}) : is_one_of({"sell", "SELL", "Sell"}))) {
    return std::unexpected(error("the side is neither buy nor sell"));
  }
  if (!is_number(row.price) || !is_number(row.quantity)) {
    return std::unexpected(error("a price or quantity cannot be read"));
  }
  return std::optional(row);
}

}  // namespace gannet::app
