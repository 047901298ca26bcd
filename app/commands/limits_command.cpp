#include "app/commands/limits_command.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>

#include "app/admin.h"
#include "app/duration.h"
#include "gateway/net/local_server.h"

namespace gannet::app {
namespace {

/// Which engine, and what is wished of its limits.
struct LimitsWish {
  std::string state_directory = "state";
  std::string socket;
  bool json = false;
  bool confirm = false;
  std::string key;
  std::string value;
  std::string strategy;
  std::string rule;
  std::string why;
  std::string expires = "30s";
};

std::string answer_of(const LimitsWish& wish, const std::string& line) {
  const std::string path =
      wish.socket.empty() ? admin_socket_path(wish.state_directory) : wish.socket;
  constexpr int kPatience = 10;  // seconds
  auto answer = net::ask_local_server(path, line, kPatience);
  const bool is_refused = answer && answer->starts_with("{\"ok\":false");
  if (answer && !is_refused) return *answer;
  fmt::print(stderr, "{}\n", answer ? *answer : answer.error().message);
  std::exit(1);
}

void print_answer(const LimitsWish& wish, const std::string& line) {
  std::string text = answer_of(wish, line);
  std::ranges::replace(text, kPageLineEnd, '\n');
  fmt::print("{}{}", text, text.ends_with('\n') ? "" : "\n");
}

void add_engine_options(CLI::App& command, const std::shared_ptr<LimitsWish>& wish) {
  command
      .add_option("--state", wish->state_directory,
                  "the engine's state directory (engine.state_directory of its configuration)")
      ->envname("GANNET_STATE");
  command.add_option("--socket", wish->socket, "the admin socket itself, instead of --state");
}

}  // namespace

void add_limits_command(CLI::App& app) {
  const auto wish = std::make_shared<LimitsWish>();
  CLI::App* limits = app.add_subcommand(
      "limits", "every limit of a running gannetd and how much of it is used, by level");
  limits->require_subcommand(0, 1);
  add_engine_options(*limits, wish);
  limits->add_flag("--json", wish->json, "print one JSON object");

  CLI::App* set = limits->add_subcommand(
      "set", "another value for one limit; tighter at once, looser with --confirm");
  add_engine_options(*set, wish);
  set->add_option("key", wish->key, "as in the file: risk.account.order_notional_max")->required();
  set->add_option("value", wish->value, "as in the file: \"5000\", \"20 contracts\"")->required();
  set->add_flag("--confirm", wish->confirm, "I mean it: it may let more pass");
  set->callback([wish] {
    print_answer(*wish, fmt::format("limits-set {}{} {}", wish->confirm ? "--confirm " : "",
                                    wish->key, wish->value));
  });

  CLI::App* reload = limits->add_subcommand(
      "reload",
      "read the limits of the configuration file anew; tighter at once, looser with --confirm");
  add_engine_options(*reload, wish);
  reload->add_flag("--confirm", wish->confirm, "I mean it: they may let more pass");
  reload->callback(
      [wish] { print_answer(*wish, wish->confirm ? "limits-reload --confirm" : "limits-reload"); });

  CLI::App* enable = limits->add_subcommand(
      "enable", "let a strategy trade again that a behavioural rule has disabled");
  add_engine_options(*enable, wish);
  enable->add_option("strategy", wish->strategy, "its name")->required();
  enable->callback([wish] { print_answer(*wish, "enable " + wish->strategy); });

  limits->callback([limits, wish] {
    if (limits->get_subcommands().empty())
      print_answer(*wish, wish->json ? "limits" : "limits-page");
  });

  CLI::App* grant = app.add_subcommand(
      "override", "let the next order of a strategy past one rule, once, within a minute");
  add_engine_options(*grant, wish);
  grant->add_option("strategy", wish->strategy, "its name")->required();
  grant->add_option("rule", wish->rule, "as in docs/denials.md: notional_above_limit")->required();
  grant->add_option("why", wish->why, "for the journal")->required();
  grant->add_option("--expires", wish->expires, "at most 60s");
  grant->callback([wish] {
    const auto time = parse_duration(wish->expires);
    if (!time) {
      fmt::print(stderr, "{}\n", time.error().message);
      std::exit(2);
    }
    print_answer(*wish, fmt::format("override {} {} {} {}", wish->strategy, wish->rule,
                                    time->count / 1'000'000, wish->why));
  });
}

}  // namespace gannet::app
