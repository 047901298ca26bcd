#include "config/internal/key_log.h"

#include <algorithm>

namespace gannet::config {

void KeyLog::add_section(std::string_view path, bool is_list) {
  Section& known = section(path);
  known.is_list = known.is_list || is_list;
}

void KeyLog::add_key(std::string_view path, std::string_view key, std::string_view form) {
  Key& known = key_of(section(path), key);
  if (known.form.empty() || known.form == kText) known.form = form;
}

void KeyLog::need(std::string_view path, std::string_view key) {
  key_of(section(path), key).is_needed = true;
}

KeyLog::Section& KeyLog::section(std::string_view path) {
  const auto known = std::ranges::find(sections_, path, &Section::path);
  if (known != sections_.end()) return *known;
  return sections_.emplace_back(Section{std::string(path), false, {}});
}

KeyLog::Key& KeyLog::key_of(Section& section, std::string_view key) {
  const auto known = std::ranges::find(section.keys, key, &Key::name);
  if (known != section.keys.end()) return *known;
  return section.keys.emplace_back(Key{std::string(key), {}, false});
}

}  // namespace gannet::config
