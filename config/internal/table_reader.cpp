#include "config/internal/table_reader.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <limits>
#include <sstream>

#include "base/duration_text.h"
#include "base/nearest.h"

namespace gannet::config {
namespace {

std::string_view type_name(const toml::node& node) {
  switch (node.type()) {
    case toml::node_type::table:
      return "a table";
    case toml::node_type::array:
      return node.is_array_of_tables() ? "a list of tables" : "a list";
    case toml::node_type::string:
      return "text";
    case toml::node_type::integer:
      return "an integer";
    case toml::node_type::floating_point:
      return "a number";
    case toml::node_type::boolean:
      return "true or false";
    default:
      return "a date or time";
  }
}

// What stands for every section while keys are only written down.
const toml::table kEmpty;

int line_of_node(const toml::node& node) { return static_cast<int>(node.source().begin.line); }

}  // namespace

void Problems::add(int line, std::string key, std::string message, bool secret) {
  problems_.push_back({file_, line, std::move(key), std::move(message), secret});
}

std::vector<Problem> Problems::take() {
  std::ranges::stable_sort(problems_, {}, &Problem::line);
  return std::move(problems_);
}

std::optional<Decimal> parse_decimal(std::string_view text) noexcept {
  const auto point = text.find('.');
  const std::size_t digits = point == std::string_view::npos ? 0 : text.size() - point - 1;
  if (digits > 18) return std::nullopt;
  const auto mantissa = parse_units(text, static_cast<int>(digits));
  if (!mantissa) return std::nullopt;
  return Decimal{*mantissa, static_cast<std::uint8_t>(digits)};
}

const toml::node* TableReader::find(std::string_view key) {
  if (std::ranges::find(known_, key) == known_.end()) known_.emplace_back(key);
  return table_ == nullptr ? nullptr : table_->get(key);
}

int TableReader::line_of(std::string_view key) const {
  const toml::node* node = table_ == nullptr ? nullptr : table_->get(key);
  return node == nullptr ? line_ : line_of_node(*node);
}

std::string TableReader::name_of(std::string_view key) const {
  if (path_.empty() || key.empty()) return path_ + std::string(key);
  return fmt::format("{}.{}", path_, key);
}

void TableReader::problem(std::string_view key, std::string message) const {
  problems_.add(line_of(key), name_of(key), std::move(message));
}

void TableReader::missing_secret(std::string_view key, std::string message) const {
  problems_.add(line_of(key), name_of(key), std::move(message), true);
}

void TableReader::refuse_type(std::string_view key, const toml::node& node,
                              std::string_view wanted) const {
  std::string hint;
  if (wanted == "text" && node.is_number()) {
    std::ostringstream written;
    node.visit([&written](const auto& value) {
      if constexpr (toml::is_number<decltype(value)>) written << value.get();
    });
    hint = fmt::format("; exact numbers are written in quotes: \"{}\"", written.str());
  }
  problem(key, fmt::format("must be {}, is {}{}", wanted, type_name(node), hint));
}

void TableReader::refuse_choice(std::string_view key, std::string_view given,
                                const std::vector<std::string>& names) const {
  problem(key, fmt::format("\"{}\" is not one of {}{}", given, fmt::join(names, ", "),
                           did_you_mean(given, names)));
}

void TableReader::note(std::string_view key, std::string_view form) const {
  if (KeyLog* log = problems_.key_log()) log->add_key(path_, key, form);
}

void TableReader::note_choice(std::string_view key, const std::vector<std::string>& names) const {
  if (problems_.key_log() != nullptr) note(key, fmt::format("one of {}", fmt::join(names, ", ")));
}

std::optional<std::string> TableReader::text(std::string_view key) {
  note(key, KeyLog::kText);
  const toml::node* node = find(key);
  if (node == nullptr) return std::nullopt;
  if (const auto* value = node->as_string()) return value->get();
  refuse_type(key, *node, "text");
  return std::nullopt;
}

std::string TableReader::required_text(std::string_view key, std::string_view why) {
  const bool absent = table_ == nullptr || table_->get(key) == nullptr;
  const std::string value = text(key).value_or("");
  if (KeyLog* log = problems_.key_log()) log->need(path_, key);
  if (absent) {
    problem(key, fmt::format("is needed: {}", why));
  } else if (value.empty() && table_->get(key)->is_string()) {
    problem(key, fmt::format("must not be empty: {}", why));
  }
  return value;
}

std::optional<bool> TableReader::boolean(std::string_view key) {
  note(key, "true or false");
  const toml::node* node = find(key);
  if (node == nullptr) return std::nullopt;
  if (const auto* value = node->as_boolean()) return value->get();
  refuse_type(key, *node, "true or false");
  return std::nullopt;
}

std::optional<std::int64_t> TableReader::integer(std::string_view key, std::int64_t minimum,
                                                 std::int64_t maximum) {
  if (problems_.key_log() != nullptr)
    note(key, maximum == std::numeric_limits<std::int64_t>::max()
                  ? fmt::format("{} or more", minimum)
                  : fmt::format("{} to {}", minimum, maximum));
  const toml::node* node = find(key);
  if (node == nullptr) return std::nullopt;
  const auto* value = node->as_integer();
  if (value == nullptr) {
    refuse_type(key, *node, "an integer");
    return std::nullopt;
  }
  if (value->get() >= minimum && value->get() <= maximum) return value->get();
  problem(key, fmt::format("{} is out of range: {} to {}", value->get(), minimum, maximum));
  return std::nullopt;
}

std::optional<Nanos> TableReader::duration(std::string_view key) {
  note(key, "duration");
  const auto given = text(key);
  if (!given) return std::nullopt;
  const auto parsed = parse_duration(*given);
  if (!parsed) {
    problem(key,
            fmt::format("\"{}\" is no duration with its unit, like \"250ms\" or \"2s\"", *given));
  }
  return parsed;
}

std::optional<Decimal> TableReader::decimal(std::string_view key) {
  note(key, "decimal");
  const auto given = text(key);
  if (!given) return std::nullopt;
  const auto parsed = parse_decimal(*given);
  if (parsed && parsed->mantissa >= 0) return parsed;
  problem(key, fmt::format("\"{}\" is no plain decimal number of 0 or more", *given));
  return std::nullopt;
}

std::optional<std::uint32_t> TableReader::fraction(std::string_view key) {
  note(key, "fraction");
  const auto given = text(key);
  if (!given) return std::nullopt;
  std::string_view number = *given;
  std::int64_t ppm_per_unit = 0;
  if (number.ends_with("%")) {
    ppm_per_unit = 10'000;
    number.remove_suffix(1);
  } else if (number.ends_with("bps")) {
    ppm_per_unit = 100;
    number.remove_suffix(3);
  }
  while (number.ends_with(" ")) number.remove_suffix(1);
  const auto parsed = parse_decimal(number);
  if (ppm_per_unit == 0 || !parsed || parsed->mantissa < 0) {
    problem(key,
            fmt::format("\"{}\" is no fraction with its unit, like \"1%\" or \"50bps\"", *given));
    return std::nullopt;
  }
  const __int128 ppm = static_cast<__int128>(parsed->mantissa) * ppm_per_unit;
  const std::int64_t unit = power_of_ten(parsed->digits);
  if (ppm % unit == 0 && ppm / unit <= 1'000'000) return static_cast<std::uint32_t>(ppm / unit);
  problem(key, fmt::format("\"{}\" must be 0 to 100 %, in steps of 0.0001 %", *given));
  return std::nullopt;
}

TableReader TableReader::table(std::string_view key) {
  if (KeyLog* log = problems_.key_log()) {
    log->add_section(name_of(key), false);
    return {&kEmpty, name_of(key), problems_, 0};
  }
  const toml::node* node = find(key);
  const toml::table* inner = node == nullptr ? nullptr : node->as_table();
  if (node != nullptr && inner == nullptr) refuse_type(key, *node, "a table");
  return {inner, name_of(key), problems_, node == nullptr ? line_ : line_of_node(*node)};
}

std::vector<TableReader> TableReader::tables(std::string_view key) {
  std::vector<TableReader> readers;
  if (KeyLog* log = problems_.key_log()) {
    log->add_section(name_of(key), true);
    readers.emplace_back(&kEmpty, name_of(key), problems_, 0);
    return readers;
  }
  const toml::node* node = find(key);
  if (node == nullptr) return readers;
  const toml::array* list = node->as_array();
  if (list == nullptr || !list->is_array_of_tables()) {
    if (list == nullptr || !list->empty())
      refuse_type(key, *node, fmt::format("a list of tables, each under [[{}]]", key));
    return readers;
  }
  for (const toml::node& element : *list)
    readers.emplace_back(element.as_table(), name_of(key), problems_, line_of_node(element));
  return readers;
}

std::vector<std::string> TableReader::texts(std::string_view key) {
  note(key, "list of texts");
  std::vector<std::string> found;
  const toml::node* const node = find(key);
  if (node == nullptr) return found;
  const toml::array* const list = node->as_array();
  if (list == nullptr) {
    refuse_type(key, *node, "a list of texts");
    return found;
  }
  for (const toml::node& element : *list) {
    if (const auto text = element.value_exact<std::string>())
      found.push_back(*text);
    else
      refuse_type(key, element, "a list of texts");
  }
  return found;
}

std::vector<std::pair<std::string, const toml::node*>> TableReader::entries() {
  std::vector<std::pair<std::string, const toml::node*>> all;
  if (table_ == nullptr) return all;
  if (problems_.key_log() != nullptr) {
    all.emplace_back(KeyLog::kName, &kEmpty);
    return all;
  }
  for (const auto& [key, node] : *table_) {
    known_.emplace_back(key.str());
    all.emplace_back(std::string(key.str()), &node);
  }
  // toml++ orders by name; people expect the order of the file.
  std::ranges::stable_sort(all, {}, [](const auto& e) { return e.second->source().begin.line; });
  return all;
}

void TableReader::finish() {
  if (table_ == nullptr) return;
  for (const auto& [key, node] : *table_) {
    if (std::ranges::find(known_, key.str()) != known_.end()) continue;
    problems_.add(line_of_node(node), name_of(key.str()),
                  "unknown key" + did_you_mean(key.str(), known_));
  }
}

}  // namespace gannet::config
