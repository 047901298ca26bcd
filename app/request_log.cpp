#include "app/request_log.h"

#include <fmt/format.h>

#include <cstdio>

#include "base/clock.h"

namespace gannet::app {

std::string request_line(const okx_server::RequestNote& note, Timestamp time) {
  const std::int64_t ms = to_unix_millis(time) % 86'400'000;
  std::string line = fmt::format("{:02}:{:02}:{:02}.{:03} {}", ms / 3'600'000, ms / 60'000 % 60,
                                 ms / 1'000 % 60, ms % 1'000, note.what);
  if (!note.key.empty()) line += fmt::format(" key={}", note.key);
  if (!note.refused) return line + " ok";
  line += " refused";
  if (!note.code.empty()) line += fmt::format(" {}", note.code);
  line += fmt::format(": {}", note.why);
  // Reasons quote what clients sent: nothing of it may steer a terminal or begin a line.
  for (char& c : line) {
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) c = '?';
  }
  return line;
}

std::function<void(const okx_server::RequestNote&)> request_log(std::string_view which) {
  if (which == "off") return {};
  return [all = which == "all"](const okx_server::RequestNote& note) {
    if (!note.refused && !all) return;
    std::fprintf(stderr, "%s\n", request_line(note, wall_clock_now()).c_str());
  };
}

}  // namespace gannet::app
