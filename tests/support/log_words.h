#pragma once

#include <simdjson.h>

#include <algorithm>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/log_event_notes.h"
#include "base/log_events.h"

namespace gannet::test {

/// Whether a note names that field.
inline bool names_field(std::string_view fields, std::string_view field) {
  for (std::size_t at = 0; at < fields.size();) {
    const std::size_t end = std::min(fields.find(' ', at), fields.size());
    if (fields.substr(at, end - at) == field) return true;
    at = end + 1;
  }
  return false;
}

/// What a log says that docs/logs.md does not know: "order.placed: colour", once each.
inline std::set<std::string> unknown_words(const std::vector<std::string>& lines) {
  std::set<std::string> unknown;
  simdjson::dom::parser parser;
  for (const std::string& line : lines) {
    simdjson::dom::object object;
    std::string_view event;
    if (parser.parse(line).get(object) != simdjson::SUCCESS ||
        object["event"].get(event) != simdjson::SUCCESS)
      continue;  // cut by a kill -9 of an earlier run
    const auto events = log_events();
    const auto info = std::ranges::find(events, event, &LogEventInfo::name);
    if (info == events.end()) {
      unknown.insert(std::string(event));
      continue;
    }
    for (const auto field : object) {
      if (names_field("ts level thread event", field.key) ||
          names_field(note_of(info->event).fields, field.key))
        continue;
      unknown.insert(std::string(event) + ": " + std::string(field.key));
    }
  }
  return unknown;
}

}  // namespace gannet::test
