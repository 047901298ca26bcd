#include "app/commands/drill_command.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "app/commands/operator.h"
#include "app/drill.h"
#include "app/json_line.h"
#include "app/utc_text.h"
#include "base/clock.h"
#include "config/load.h"

namespace gannet::app {
namespace {

struct DrillOptions {
  std::string config;
  std::string store;
  std::vector<std::string> parts;
  int orders = 100;
  bool json = false;
};

std::string millis(Nanos duration) {
  return fmt::format("{:.3f} ms", static_cast<double>(duration.count) / 1e6);
}
std::string millis(std::int64_t nanos) { return millis(Nanos{nanos}); }

void put_recovery(JsonLine& line, std::string_view name,
                  const std::optional<RecoveryTimes>& times) {
  if (!times) return;
  line.begin_object(name)
      .field("left", times->left)
      .field("state", times->state)
      .field("reason", times->reason)
      .field("ready_ns", times->ready.count)
      .field("all_gone", times->all_gone)
      .field("gone_ns", times->gone.count)
      .field("accepted", times->accepted)
      .end_object();
}

std::string to_line(const DrillOptions& options, const DrillResult& result) {
  JsonLine line;
  line.begin_object()
      .field("time", utc_text(wall_clock_now()))
      .field("config", options.config)
      .field("good", result.good());
  if (result.restart) {
    line.begin_object("restart")
        .field("exit", result.restart->exit_code)
        .field("stop_ns", result.restart->stop.count)
        .field("left", result.restart->left)
        .field("ready_ns", result.restart->ready.count)
        .end_object();
  }
  put_recovery(line, "crash", result.crash);
  put_recovery(line, "failover", result.failover);
  if (const auto& kill = result.kill) {
    line.field("flat", kill->flat)
        .field("cancels", kill->cancels)
        .field("waited_ns", kill->waited)
        .field("sent_ns", kill->sent)
        .field("flat_ns", kill->flat_after);
  }
  line.end_object();
  return line.text();
}

void print_recovery(std::string_view name, const std::optional<RecoveryTimes>& times) {
  if (!times) return;
  const std::string state =
      times->state == "held" ? fmt::format("HELD ({})", times->reason) : times->state;
  fmt::print("{:<9} kill -9 with {} orders resting; {} {} after the death\n", name, times->left,
             state, millis(times->ready));
  fmt::print("          {} {} after it\n",
             times->all_gone ? "the last of them gone" : "NOT ALL of them gone",
             millis(times->gone));
  if (times->accepted != 0)
    fmt::print("          {} instruments held for a position it did not know, and accepted\n",
               times->accepted);
}

void print_result(const DrillResult& result) {
  if (const auto& restart = result.restart) {
    fmt::print("restart   stopped in {} with exit {}, {} orders left; ready {} after the start\n",
               millis(restart->stop), restart->exit_code, restart->left, millis(restart->ready));
  }
  print_recovery("crash", result.crash);
  print_recovery("fail-over", result.failover);
  if (const auto& kill = result.kill) {
    fmt::print("kill      the flag was set {} after the command arrived (KILL-01)\n",
               millis(kill->waited));
    fmt::print("          {} cancels sent {} after the flag, in the same turn (KILL-02, KILL-03)\n",
               kill->cancels, millis(kill->sent));
    fmt::print("          {}{} (KILL-05)\n",
               kill->flat ? "flat of orders, by two lists " : "NOT FLAT of orders",
               kill->flat ? millis(kill->flat_after) + " after the flag" : "");
  }
}

DrillPlan plan_of(const DrillOptions& options) {
  const auto wants = [&](std::string_view part) {
    return options.parts.empty() || std::ranges::find(options.parts, part) != options.parts.end();
  };
  return {options.orders, wants("restart"), wants("crash"), wants("failover"), wants("kill")};
}

int drill(const DrillOptions& options) {
  const auto loaded = config::load_without_secrets(options.config);
  if (!loaded) {
    for (const config::Problem& problem : loaded.error())
      fmt::print(stderr, "{}\n", config::to_string(problem));
    return 2;
  }
  const auto result = run_drill(*loaded, plan_of(options));
  if (!result) fail(result.error().message);
  const std::string line = to_line(options, *result);
  if (!options.store.empty()) {
    std::ofstream file(options.store, std::ios::app);
    file << line << "\n";
    if (!file.flush()) fail("cannot write to " + options.store);
  }
  if (options.json)
    fmt::print("{}\n", line);
  else
    print_result(*result);
  return result->good() ? 0 : 4;
}

}  // namespace

void add_drill_command(CLI::App& app) {
  CLI::App* command = app.add_subcommand(
      "drill",
      "restart, crash, fail-over and kill in the simulator with your own configuration, and how "
      "long each took");
  const auto options = std::make_shared<DrillOptions>();
  command->add_option("--config", options->config, "the configuration that you trade with")
      ->required();
  command->add_option("--orders", options->orders, "how many rest when it happens")
      ->check(CLI::Range(1, 400))
      ->capture_default_str();
  command
      ->add_option("--part", options->parts,
                   "only that: restart, crash, failover or kill; more than once for several")
      ->check(CLI::IsMember({"restart", "crash", "failover", "kill"}));
  command->add_option("--store", options->store, "a file to which one line is added");
  command->add_flag("--json", options->json, "print that line");
  command->callback([options] {
    if (const int code = drill(*options); code != 0) std::exit(code);
  });
}

}  // namespace gannet::app
