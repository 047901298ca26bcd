#include "app/commands/operator.h"

#include <fmt/format.h>

#include <cstdio>
#include <cstdlib>

#include "app/admin.h"
#include "gateway/net/local_server.h"

namespace gannet::app {

std::string OperatorTarget::path() const {
  return socket.empty() ? admin_socket_path(state_directory) : socket;
}

void fail(const std::string& message, int code) {
  fmt::print(stderr, "{}\n", message);
  std::exit(code);
}

std::string ask(const OperatorTarget& target, const std::string& line, int patience) {
  auto answer = net::ask_local_server(target.path(), line, patience);
  if (!answer) fail(answer.error().message);
  if (answer->starts_with("{\"ok\":false")) fail(*answer);
  return *answer;
}

std::string message_of(const std::string& answer) {
  constexpr std::string_view kBefore = "{\"ok\":true,\"message\":\"";
  if (!answer.starts_with(kBefore) || !answer.ends_with("\"}")) return answer;
  return answer.substr(kBefore.size(), answer.size() - kBefore.size() - 2);
}

void add_target_options(CLI::App& command, const std::shared_ptr<OperatorTarget>& target) {
  command
      .add_option("--state", target->state_directory,
                  "the engine's state directory (engine.state_directory of its configuration)")
      ->envname("GANNET_STATE");
  command.add_option("--socket", target->socket, "the admin socket itself, instead of --state");
  command.add_flag("--json", target->json, "print one JSON object");
}

}  // namespace gannet::app
