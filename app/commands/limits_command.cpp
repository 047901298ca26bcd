#include "app/commands/limits_command.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <memory>
#include <string>

#include "app/commands/operator.h"
#include "app/duration.h"

namespace gannet::app {
namespace {

/// Which engine, and what is wished of its limits.
struct LimitsWish {
  OperatorTarget target;
  bool confirm = false;
  std::string key;
  std::string value;
  std::string strategy;
  std::string rule;
  std::string why;
  std::string expires = "30s";
};

void add_engine_options(CLI::App& command, const std::shared_ptr<LimitsWish>& wish) {
  add_target_options(command, std::shared_ptr<OperatorTarget>(wish, &wish->target));
}

}  // namespace

void add_limits_command(CLI::App& app) {
  const auto wish = std::make_shared<LimitsWish>();
  CLI::App* limits = app.add_subcommand(
      "limits", "every limit of a running gannetd and how much of it is used, by level");
  limits->require_subcommand(0, 1);
  add_engine_options(*limits, wish);

  CLI::App* set = limits->add_subcommand(
      "set", "another value for one limit; tighter at once, looser with --confirm");
  add_engine_options(*set, wish);
  set->add_option("key", wish->key, "as in the file: risk.account.order_notional_max")->required();
  set->add_option("value", wish->value, "as in the file: \"5000\", \"20 contracts\"")->required();
  set->add_flag("--confirm", wish->confirm, "I mean it: it may let more pass");
  set->callback([wish] {
    give_order(wish->target, fmt::format("limits-set {}{} {}", wish->confirm ? "--confirm " : "",
                                         wish->key, wish->value));
  });

  CLI::App* reload = limits->add_subcommand(
      "reload",
      "read the limits of the configuration file anew; tighter at once, looser with --confirm");
  add_engine_options(*reload, wish);
  reload->add_flag("--confirm", wish->confirm, "I mean it: they may let more pass");
  reload->callback([wish] {
    give_order(wish->target, wish->confirm ? "limits-reload --confirm" : "limits-reload");
  });

  CLI::App* enable = limits->add_subcommand(
      "enable", "let a strategy trade again that a behavioural rule has disabled");
  add_engine_options(*enable, wish);
  enable->add_option("strategy", wish->strategy, "its name")->required();
  enable->callback([wish] { give_order(wish->target, "enable " + wish->strategy); });

  limits->callback([limits, wish] {
    if (limits->get_subcommands().empty()) show_answer(wish->target, "limits", "limits-page");
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
    if (!time) fail(time.error().message, kBadWords);
    give_order(wish->target, fmt::format("override {} {} {} {}", wish->strategy, wish->rule,
                                         time->count / 1'000'000, wish->why));
  });
}

}  // namespace gannet::app
