#include "config/change_limit.h"

#include <fmt/format.h>

#include <algorithm>

#include "config/internal/sections.h"
#include "config/internal/table_reader.h"

namespace gannet::config {
namespace {

bool is_number(std::string_view value) {
  return !value.empty() && value.size() <= 10 &&
         std::ranges::all_of(value, [](char c) { return c >= '0' && c <= '9'; });
}

/// "[risk.instrument.\"NAME\"]\nkey = value": names may be anything but quotes.
std::string as_file(std::string_view section, std::string_view key, std::string_view value) {
  const bool is_count = is_number(value) && (key == "open_orders_max" || key == "count_max" ||
                                             key == "identical_max" || key == "per_minute_max" ||
                                             key == "ratio_max" || key == "spread_ratio_max");
  std::string header(section);
  for (const std::string_view named : {"risk.instrument.", "risk.strategy."}) {
    if (section.starts_with(named))
      header = fmt::format("{}\"{}\"", named, section.substr(named.size()));
  }
  return fmt::format("[{}]\n{} = {}\n", header, key,
                     is_count ? std::string(value) : fmt::format("\"{}\"", value));
}

}  // namespace

std::expected<risk::Settings, Error> with_limit(const Settings& settings, std::string_view key,
                                                std::string_view value) {
  const auto dot = key.rfind('.');
  const bool is_plain =
      (std::string(key) + std::string(value)).find_first_of("\"\\\n[]=") == std::string::npos;
  if (!key.starts_with("risk.") || !is_plain)
    return std::unexpected(
        Error{"a limit is named like risk.account.order_notional_max: see `gannet limits`"});
  Problems problems("command", false);
  Settings changed = settings;
  try {
    const toml::table table = toml::parse(as_file(key.substr(0, dot), key.substr(dot + 1), value));
    read_risk(TableReader(&table, "", problems, 1).table("risk"), changed);
  } catch (const toml::parse_error& e) {
    problems.add(0, "", std::string(e.description()));
  }
  if (problems.empty()) return changed.risk;
  const std::vector<Problem> found = problems.take();
  return std::unexpected(Error{fmt::format("{}: {}", found.front().key, found.front().message)});
}

}  // namespace gannet::config
