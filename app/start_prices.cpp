#include "app/start_prices.h"

#include <simdjson.h>

#include <cmath>
#include <optional>
#include <string_view>

#include "base/jsonl_reader.h"

namespace gannet::app {
namespace {

std::optional<double> number(simdjson::dom::object row, const char* key) {
  std::string_view text;
  if (row[key].get(text) != simdjson::SUCCESS || text.empty()) return std::nullopt;
  const std::string copy(text);
  char* end = nullptr;
  const double value = std::strtod(copy.c_str(), &end);
  if (*end != '\0' || !std::isfinite(value) || value <= 0) return std::nullopt;
  return value;
}

}  // namespace

std::expected<std::vector<StartPrice>, Error> read_start_prices(
    const std::string& file, const InstrumentTable& instruments) {
  const auto text = read_text_file(file);
  if (!text) return std::unexpected(text.error());
  simdjson::dom::parser parser;
  simdjson::dom::element root;
  simdjson::dom::array rows;
  if (parser.parse(text->data(), text->size(), true).get(root) != simdjson::SUCCESS ||
      root["data"].get(rows) != simdjson::SUCCESS) {
    return std::unexpected(Error{file + ": not a list of tickers"});
  }
  std::vector<StartPrice> prices;
  for (const simdjson::dom::element element : rows) {
    simdjson::dom::object row;
    std::string_view name;
    if (element.get(row) != simdjson::SUCCESS || row["instId"].get(name) != simdjson::SUCCESS) {
      return std::unexpected(Error{file + ": not a list of tickers"});
    }
    const InstrumentId id = instruments.find(name);
    if (!id.valid()) continue;
    std::optional<double> price = number(row, "last");
    const auto bid = number(row, "bidPx");
    const auto ask = number(row, "askPx");
    if (!price && bid && ask) price = (*bid + *ask) / 2;
    if (!price) continue;
    const auto grid = round_to_tick(instruments[id], *price, Rounding::Nearest);
    if (grid && grid->raw > 0) prices.push_back({id, *grid});
  }
  return prices;
}

}  // namespace gannet::app
