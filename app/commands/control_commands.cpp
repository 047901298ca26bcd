#include "app/commands/control_commands.h"

#include <fmt/format.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>
#include <thread>

#include "app/admin.h"
#include "app/duration.h"
#include "gateway/net/local_server.h"

namespace gannet::app {
namespace {

struct Target {
  std::string state_directory = "state";
  std::string socket;
  bool json = false;

  std::string path() const { return socket.empty() ? admin_socket_path(state_directory) : socket; }
};

[[noreturn]] void fail(const std::string& message, int code = 1) {
  fmt::print(stderr, "{}\n", message);
  std::exit(code);
}

constexpr int kPatience = 10;        // seconds
constexpr int kReloadPatience = 30;  // longer than the daemon's own for the venue's answers

std::string ask(const Target& target, const std::string& line, int patience = kPatience) {
  auto answer = net::ask_local_server(target.path(), line, patience);
  if (!answer) fail(answer.error().message);
  if (answer->starts_with("{\"ok\":false")) fail(*answer);
  return *answer;
}

void add_target_options(CLI::App& command, const std::shared_ptr<Target>& target) {
  command
      .add_option("--state", target->state_directory,
                  "the engine's state directory (engine.state_directory of its configuration)")
      ->envname("GANNET_STATE");
  command.add_option("--socket", target->socket, "the admin socket itself, instead of --state");
  command.add_flag("--json", target->json, "print one JSON object");
}

void print_page(std::string text) {
  std::ranges::replace(text, kPageLineEnd, '\n');
  fmt::print("{}", text);
}

void show_page(const Target& target, const std::string& json, const std::string& page) {
  if (target.json) {
    fmt::print("{}\n", ask(target, json));
  } else {
    print_page(ask(target, page));
  }
}

bool is_flat(const std::string& status) {
  return status.find("\"flat\":true") != std::string::npos;
}

/// Kill is done when the venue's own list says so, not when the command was taken.
int kill_and_wait(const Target& target, const std::string& reason, Nanos patience) {
  ask(target, "kill " + reason);
  if (!target.json)
    fmt::print("killed; waiting until the venue's own list holds no order of ours\n");
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::nanoseconds(patience.count);
  for (;;) {
    const std::string status = ask(target, "status");
    const bool flat = is_flat(status);
    if (flat || std::chrono::steady_clock::now() > deadline) {
      if (target.json) {
        fmt::print("{}\n", status);
      } else if (flat) {
        fmt::print("flat of orders\n");
      } else {
        fmt::print(stderr,
                   "NOT flat of orders yet: see `gannet status`; the engine keeps cancelling\n");
      }
      return flat ? 0 : 4;
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
  }
}

}  // namespace

void add_control_commands(CLI::App& app) {
  const auto target = std::make_shared<Target>();
  const auto text = std::make_shared<std::string>();
  const auto patience = std::make_shared<std::string>("30s");

  CLI::App* status =
      app.add_subcommand("status", "what a running gannetd is doing, and if not trading, why");
  add_target_options(*status, target);
  status->callback([target] { show_page(*target, "status", "page"); });

  CLI::App* pnl = app.add_subcommand(
      "pnl", "what the account and its strategies earned today and hold; limits and drawdown");
  add_target_options(*pnl, target);
  pnl->callback([target] { show_page(*target, "pnl", "pnl-page"); });

  CLI::App* kill = app.add_subcommand(
      "kill", "stop all new orders, cancel what is open, and wait until the venue confirms it");
  add_target_options(*kill, target);
  kill->add_option("reason", *text, "why, for the journal and the log")->default_str("by hand");
  kill->add_option("--timeout", *patience, "how long to wait for the venue's confirmation");
  kill->callback([target, text, patience] {
    const auto limit = parse_duration(*patience);
    if (!limit) fail(limit.error().message, 2);
    if (const int code = kill_and_wait(*target, text->empty() ? "by hand" : *text, *limit);
        code != 0) {
      std::exit(code);
    }
  });

  CLI::App* hold =
      app.add_subcommand("hold", "no new risk until `gannet resume`; orders are cancelled");
  add_target_options(*hold, target);
  hold->callback([target] { fmt::print("{}\n", ask(*target, "hold")); });

  CLI::App* resume =
      app.add_subcommand("resume", "clear a kill or an operator's hold; reconciles first");
  add_target_options(*resume, target);
  resume->add_option("reason", *text, "why, for the journal and the log");
  resume->callback([target, text] { fmt::print("{}\n", ask(*target, "resume " + *text)); });

  CLI::App* credentials = app.add_subcommand("credentials", "the API key of a running gannetd");
  credentials->require_subcommand(1);
  CLI::App* reload = credentials->add_subcommand(
      "reload",
      "read the key again from where the configuration says; it is proven by a login of its own "
      "before it is used, and the old one stays if that fails");
  add_target_options(*reload, target);
  reload->callback(
      [target] { fmt::print("{}\n", ask(*target, "reload-credentials", kReloadPatience)); });

  CLI::App* accept = app.add_subcommand(
      "accept", "take over the venue's position of an instrument that is held for a difference");
  add_target_options(*accept, target);
  accept->add_option("instrument", *text, "its name")->required();
  accept->callback([target, text] { fmt::print("{}\n", ask(*target, "accept " + *text)); });
}

}  // namespace gannet::app
