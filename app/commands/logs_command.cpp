#include "app/commands/logs_command.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <ranges>
#include <string>
#include <string_view>
#include <vector>

#include "app/json_line.h"
#include "base/log_event_notes.h"
#include "base/log_events.h"
#include "base/nearest.h"

namespace gannet::app {
namespace {

struct ExplainWish {
  std::string event;
  bool json = false;
};

std::string as_json(const LogEventInfo& info) {
  const LogEventNote& note = note_of(info.event);
  JsonLine line;
  line.begin_object()
      .field("event", info.name)
      .field("level", name_of(info.level))
      .field("tells", info.description)
      .begin_array("fields");
  for (const auto field : std::views::split(note.fields, ' '))
    if (!field.empty()) line.element(std::string_view(field));
  line.end_array()
      .field("remedy", note.remedy)
      .field("lines_in_10s_max", std::int64_t{note.per_ten_seconds})
      .end_object();
  return line.text();
}

void print_event(const LogEventInfo& info) {
  const LogEventNote& note = note_of(info.event);
  fmt::print("{} ({})\n", info.name, name_of(info.level));
  fmt::print("  tells    {}\n", info.description);
  fmt::print("  fields   {}\n", note.fields.empty() ? "none" : note.fields);
  fmt::print("  to do    {}\n", note.remedy);
  if (note.per_ten_seconds == 0)
    fmt::print("  lines    every one\n");
  else
    fmt::print("  lines    at most {} in 10 s; what is above is counted in log.suppressed\n",
               note.per_ten_seconds);
}

void print_all(bool json) {
  for (const LogEventInfo& info : log_events()) {
    if (json)
      fmt::print("{}\n", as_json(info));
    else
      fmt::print("{:<28} {:<9} {}\n", info.name, name_of(info.level), info.description);
  }
}

int explain(const ExplainWish& wish) {
  if (wish.event.empty()) {
    print_all(wish.json);
    return 0;
  }
  const auto events = log_events();
  const auto found = std::ranges::find(events, wish.event, &LogEventInfo::name);
  if (found == events.end()) {
    std::vector<std::string> names;
    for (const LogEventInfo& info : events) names.emplace_back(info.name);
    const std::string nearest = did_you_mean(wish.event, names);
    fmt::print(stderr, "gannet: there is no event \"{}\"{}\n", wish.event,
               nearest.empty() ? "; `gannet logs explain` lists them" : nearest);
    return 2;
  }
  if (wish.json)
    fmt::print("{}\n", as_json(*found));
  else
    print_event(*found);
  return 0;
}

}  // namespace

void add_logs_command(CLI::App& app) {
  CLI::App* logs = app.add_subcommand("logs", "what the lines of the log mean");
  logs->require_subcommand(1);
  CLI::App* command =
      logs->add_subcommand("explain", "what an event tells, and what to do; without one, all");
  const auto wish = std::make_shared<ExplainWish>();
  command->add_option("event", wish->event, "as in the log: order.rejected");
  command->add_flag("--json", wish->json, "one JSON object an event");
  command->callback([wish] {
    if (const int code = explain(*wish); code != 0) std::exit(code);
  });
}

}  // namespace gannet::app
