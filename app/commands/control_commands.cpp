#include "app/commands/control_commands.h"

#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <string>

#include "app/admin.h"
#include "app/commands/operator.h"

namespace gannet::app {
namespace {

using Target = OperatorTarget;

constexpr int kReloadPatience = 90;  // longer than the daemon's own for the venue's answers

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

}  // namespace

void add_control_commands(CLI::App& app) {
  const auto target = std::make_shared<Target>();
  const auto text = std::make_shared<std::string>();

  CLI::App* status =
      app.add_subcommand("status", "what a running gannetd is doing, and if not trading, why");
  add_target_options(*status, target);
  status->callback([target] { show_page(*target, "status", "page"); });

  CLI::App* pnl = app.add_subcommand(
      "pnl", "what the account and its strategies earned today and hold; limits and drawdown");
  add_target_options(*pnl, target);
  pnl->callback([target] { show_page(*target, "pnl", "pnl-page"); });

  CLI::App* latency = app.add_subcommand(
      "latency", "how long market events take on their way to orders, stage by stage");
  add_target_options(*latency, target);
  latency->callback([target] { show_page(*target, "latency", "latency-page"); });

  CLI::App* hold =
      app.add_subcommand("hold", "no new risk until `gannet resume`; orders are cancelled");
  add_target_options(*hold, target);
  hold->callback([target] { fmt::print("{}\n", ask(*target, "hold")); });

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
      "accept",
      "take over the venue's position of an instrument that is held for a difference, or what the "
      "bills of a currency have left over");
  add_target_options(*accept, target);
  accept->add_option("what", *text, "name of the instrument or currency")->required();
  accept->callback([target, text] { fmt::print("{}\n", ask(*target, "accept " + *text)); });
}

}  // namespace gannet::app
