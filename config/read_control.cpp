#include <fmt/format.h>

#include <algorithm>
#include <string_view>

#include "config/internal/sections.h"

namespace gannet::config {
namespace {

/// "alice", "1000", "group:ops"
bool is_name(std::string_view text) {
  constexpr std::string_view kGroup = "group:";
  if (text.starts_with(kGroup)) text.remove_prefix(kGroup.size());
  const auto may_stand = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '-' || c == '.' || c == '@';
  };
  return !text.empty() && text.front() != '-' && std::ranges::all_of(text, may_stand);
}

std::vector<std::string> read_names(TableReader& control, std::string_view key) {
  std::vector<std::string> names = control.texts(key);
  for (const std::string& name : names) {
    if (is_name(name)) continue;
    control.problem(key, fmt::format("\"{}\" is neither a user, like \"alice\" or \"1000\", nor a "
                                     "group, like \"group:ops\" or \"group:1001\"",
                                     name));
  }
  return names;
}

}  // namespace

void read_control(TableReader control, Settings& settings) {
  if (!control.exists()) return;
  ControlSettings& out = settings.control;
  constexpr std::size_t kLongestPath = 107;  // that a socket may have
  out.socket = control.text("socket").value_or("");
  if (!out.socket.empty() && (out.socket.front() != '/' || out.socket.size() > kLongestPath))
    control.problem("socket", "must be a whole path, from / on, of at most 107 bytes");
  out.socket_group = control.text("socket_group").value_or("");
  if (!out.socket_group.empty() && !is_name(out.socket_group))
    control.problem("socket_group", "must be a group's name or number");
  out.view = read_names(control, "view");
  out.operate = read_names(control, "operate");
  out.kill = read_names(control, "kill");
  out.admin = read_names(control, "admin");
  if (out.is_open() && out.socket.empty())
    control.problem("socket",
                    "is needed where others have a role: the state directory, where the "
                    "socket is otherwise, is closed to them. Like "
                    "\"/run/gannet/control.sock\"");
  if (!out.is_open() && !out.socket_group.empty())
    control.problem("socket_group", "says nothing here: nobody but the engine's user has a role");
  control.finish();
}

}  // namespace gannet::config
