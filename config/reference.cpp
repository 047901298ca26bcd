#include "config/reference.h"

#include <toml++/toml.h>

#include <algorithm>
#include <sstream>

#include "config/internal/key_docs.h"
#include "config/internal/sections.h"
#include "config/load.h"

namespace gannet::config {
namespace {

/// "risk.*.order_notional_max" is any "risk.ANYTHING.order_notional_max".
bool is_match(std::string_view pattern, std::string_view path) {
  const auto star = pattern.find('*');
  if (star == std::string_view::npos) return pattern == path;
  const std::string_view before = pattern.substr(0, star);
  const std::string_view behind = pattern.substr(star + 1);
  return path.size() > before.size() + behind.size() && path.starts_with(before) &&
         path.ends_with(behind);
}

/// The exact one before one that fits.
std::string_view text_of(std::string_view path) {
  for (const KeyDoc& doc : key_docs())
    if (doc.path == path) return doc.text;
  for (const KeyDoc& doc : key_docs())
    if (is_match(doc.path, path)) return doc.text;
  return {};
}

/// Settings with one of everything that has defaults of its own, as the file would say them.
toml::table printed_defaults(Environment environment) {
  Settings settings;
  settings.venue.environment = environment;
  settings.venue.embedded.emplace();
  settings.record.emplace();
  settings.metrics.emplace();
  settings.instruments.emplace_back();
  settings.strategies.emplace_back();
  return toml::parse(print_resolved(settings));
}

std::string printed(const toml::node* node) {
  if (node == nullptr || node->is_table() || node->is_array_of_tables()) return {};
  std::ostringstream text;
  node->visit([&text](const auto& value) { text << value; });
  std::string value = text.str();
  std::ranges::replace(value, '\'', '"');  // as people write it
  return value == "\"\"" || value == "[]" ? std::string() : value;
}

/// The table of "venue.limits", or the first of "instrument"; null: it is not printed.
const toml::table* find_section(const toml::table* table, std::string_view path) {
  while (table != nullptr && !path.empty()) {
    const auto dot = path.find('.');
    const toml::node* node = table->get(path.substr(0, dot));
    if (node != nullptr && node->is_array_of_tables()) node = node->as_array()->get(0);
    table = node == nullptr ? nullptr : node->as_table();
    path = dot == std::string_view::npos ? std::string_view() : path.substr(dot + 1);
  }
  return table;
}

class Defaults {
 public:
  std::string of(std::string_view section, std::string_view key) const {
    for (const toml::table* root : {&sim_, &paper_}) {
      const toml::table* const table = find_section(root, section);
      std::string value = printed(table == nullptr ? nullptr : table->get(key));
      if (!value.empty()) return value;
    }
    return {};
  }

 private:
  toml::table sim_ = printed_defaults(Environment::Sim);
  toml::table paper_ = printed_defaults(Environment::Paper);
};

std::string header_of(const KeyLog::Section& section) {
  return section.is_list ? "[[" + section.path + "]]" : "[" + section.path + "]";
}

std::string full_name(std::string_view section, std::string_view key) {
  return section.empty() ? std::string(key) : std::string(section) + "." + std::string(key);
}

SectionReference describe(const KeyLog::Section& section, const Defaults& defaults) {
  SectionReference out{section.path, header_of(section), text_of("[" + section.path + "]"), {}};
  for (const KeyLog::Key& key : section.keys) {
    const std::string name = full_name(section.path, key.name);
    out.keys.push_back({key.name, key.form,
                        key.is_needed ? std::string() : defaults.of(section.path, key.name),
                        text_of(name), key.is_needed});
  }
  return out;
}

std::vector<SectionReference> describe(const KeyLog& log) {
  const Defaults defaults;
  std::vector<SectionReference> sections;
  for (const KeyLog::Section& section : log.sections())
    sections.push_back(describe(section, defaults));
  return sections;
}

}  // namespace

std::vector<SectionReference> daemon_reference() { return describe(daemon_keys()); }

std::vector<SectionReference> backtest_reference() {
  const std::vector<SectionReference> daemon = daemon_reference();
  std::vector<SectionReference> own = describe(backtest_keys());
  std::erase_if(own, [&](const SectionReference& section) {
    return std::ranges::find(daemon, section.path, &SectionReference::path) != daemon.end();
  });
  return own;
}

std::vector<std::string> orphaned_key_docs() {
  std::vector<std::string> paths;
  for (const KeyLog& log : {daemon_keys(), backtest_keys()}) {
    for (const KeyLog::Section& section : log.sections()) {
      paths.push_back("[" + section.path + "]");
      for (const KeyLog::Key& key : section.keys)
        paths.push_back(full_name(section.path, key.name));
    }
  }
  std::vector<std::string> orphans;
  for (const KeyDoc& doc : key_docs()) {
    const auto fits = [&](const std::string& path) { return is_match(doc.path, path); };
    if (std::ranges::none_of(paths, fits)) orphans.emplace_back(doc.path);
  }
  return orphans;
}

}  // namespace gannet::config
