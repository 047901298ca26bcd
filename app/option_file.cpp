#include "app/option_file.h"

#include <fmt/format.h>
#include <toml++/toml.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <optional>
#include <vector>

namespace gannet::app {
namespace {

/// Edits between two names.
std::size_t distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) row[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t above = row[j];
      row[j] = std::min({row[j] + 1, row[j - 1] + 1, diagonal + (a[i - 1] == b[j - 1] ? 0u : 1u)});
      diagonal = above;
    }
  }
  return row.back();
}

std::string nearest_option(const CLI::App& command, std::string_view name) {
  std::string best;
  std::size_t least = name.size();
  for (const CLI::Option* const option : command.get_options()) {
    for (const std::string& known : option->get_lnames()) {
      if (known == "help" || known == "config") continue;
      const std::size_t edits = distance(name, known);
      if (edits >= least) continue;
      least = edits;
      best = known;
    }
  }
  return best;
}

/// A plain value as the command line would spell it; absent for tables, arrays and dates.
std::optional<std::string> spelled(const toml::node& node) {
  if (const auto* const text = node.as_string()) return text->get();
  if (const auto* const number = node.as_integer()) return std::to_string(number->get());
  if (const auto* const real = node.as_floating_point()) return fmt::format("{}", real->get());
  if (const auto* const flag = node.as_boolean()) return flag->get() ? "true" : "false";
  return std::nullopt;
}

std::optional<std::vector<std::string>> values_of(const toml::node& node) {
  std::vector<std::string> values;
  if (const auto* const list = node.as_array()) {
    for (const toml::node& element : *list) {
      auto value = spelled(element);
      if (!value) return std::nullopt;
      values.push_back(std::move(*value));
    }
    return values;
  }
  auto value = spelled(node);
  if (!value) return std::nullopt;
  values.push_back(std::move(*value));
  return values;
}

}  // namespace

std::expected<void, Error> take_option_file(CLI::App& command, const std::string& file,
                                            std::span<const std::string_view> others) {
  toml::table table;
  try {
    table = toml::parse_file(file);
  } catch (const toml::parse_error& error) {
    return std::unexpected(
        Error{fmt::format("{}:{}: {}", file, error.source().begin.line, error.description())});
  }
  for (const auto& [key, node] : table) {
    const std::string_view name = key.str();
    if (std::ranges::find(others, name) != others.end()) continue;
    const auto complain = [&](std::string_view why) {
      return std::unexpected(
          Error{fmt::format("{}:{}: {}: {}", file, key.source().begin.line, name, why)});
    };
    std::string option_name(name);
    std::ranges::replace(option_name, '_', '-');
    CLI::Option* const option = command.get_option_no_throw("--" + option_name);
    if (option == nullptr || option_name == "config" || option_name == "help") {
      const std::string nearest = nearest_option(command, option_name);
      return complain("unknown key" + (nearest.empty() ? "" : "; did you mean " + nearest + "?"));
    }
    if (option->count() > 0) continue;  // the command line wins
    const auto values = values_of(node);
    if (!values) return complain("want a text, a number, true or false, or a list of them");
    try {
      for (const std::string& value : *values) option->add_result(value);
      option->run_callback();
    } catch (const CLI::Error& error) {
      return complain(error.what());
    }
  }
  return {};
}

}  // namespace gannet::app
