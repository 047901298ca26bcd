#include "app/commands/operator.h"

#include <fmt/format.h>
#include <simdjson.h>

#include <algorithm>
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

std::string ask(const OperatorTarget& target, std::string line, int patience) {
  // One line asks: what follows a line's end would be another command.
  std::ranges::replace_if(line, [](char c) { return c == '\n' || c == '\r'; }, ' ');
  auto answer = net::ask_local_server(target.path(), line, patience);
  if (!answer) fail(answer.error().message, kNobodyThere);
  if (answer->starts_with("{\"ok\":false")) fail(target.json ? *answer : message_of(*answer));
  return *answer;
}

std::string message_of(const std::string& answer) {
  if (!answer.starts_with("{\"ok\":")) return answer;
  simdjson::dom::parser parser;
  simdjson::dom::element root;
  std::string_view text;
  if (parser.parse(answer).get(root) != simdjson::SUCCESS) return answer;
  if (root["message"].get(text) == simdjson::SUCCESS ||
      root["error"].get(text) == simdjson::SUCCESS)
    return std::string(text);
  return answer;
}

void give_order(const OperatorTarget& target, const std::string& line, int patience) {
  const std::string answer = ask(target, line, patience);
  fmt::print("{}\n", target.json ? answer : message_of(answer));
}

void show_answer(const OperatorTarget& target, const std::string& json, const std::string& page) {
  std::string text = ask(target, target.json ? json : page);
  std::ranges::replace(text, kPageLineEnd, '\n');
  fmt::print("{}{}", text, text.ends_with('\n') ? "" : "\n");
}

void add_target_options(CLI::App& command, const std::shared_ptr<OperatorTarget>& target) {
  command
      .add_option("--state", target->state_directory,
                  "the engine's state directory (engine.state_directory of its configuration)")
      ->envname("GANNET_STATE");
  command.add_option("--socket", target->socket, "the control socket itself, instead of --state")
      ->envname("GANNET_SOCKET");
  command.add_flag("--json", target->json, "print one JSON object");
}

}  // namespace gannet::app
