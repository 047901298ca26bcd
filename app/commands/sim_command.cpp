#include "app/commands/sim_command.h"

#include <signal.h>
#include <sys/prctl.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <fstream>
#include <memory>
#include <string>

#include "app/json_line.h"
#include "app/sim_host.h"
#include "base/clock.h"

namespace gannet::app {
namespace {

constexpr int kCannotStart = 2;

void log_refusal(std::string_view where, std::string_view code, std::string_view why) {
  JsonLine line;
  line.begin_object()
      .field("ts", to_unix_millis(wall_clock_now()))
      .field("level", "warn")
      .field("event", "sim.refused")
      .field("where", where)
      .field("code", code)
      .field("why", why)
      .end_object();
  std::fprintf(stderr, "%s\n", line.text().c_str());
}

int run_sim(const SimOptions& options, bool exit_with_parent) {
  if (exit_with_parent) ::prctl(PR_SET_PDEATHSIG, SIGTERM);
  // A reader of our output that went away is no reason to end.
  ::signal(SIGPIPE, SIG_IGN);
  net::EventLoop loop;
  loop.on_signals({SIGTERM, SIGINT}, [&loop](int) { loop.stop(); });
  auto host = SimHost::start(loop, options, log_refusal);
  if (!host) {
    std::fprintf(stderr, "gannet sim: %s\n", host.error().message.c_str());
    return kCannotStart;
  }
  std::puts((*host)->ready_line().c_str());
  std::fflush(stdout);
  loop.run();
  return 0;
}

/// What the file says and the command line does not. Keys are the options' names, with - or _.
void take_config(CLI::App& command, const std::string& file) {
  std::ifstream text(file);
  if (!text) throw CLI::FileError::Missing(file);
  for (CLI::ConfigItem& item : CLI::ConfigTOML().from_config(text)) {
    std::ranges::replace(item.name, '_', '-');
    CLI::Option* const option = command.get_option_no_throw("--" + item.name);
    if (option == nullptr || !item.parents.empty() || item.name == "config") {
      throw CLI::ConfigError::Extras(file + ": " + item.fullname());
    }
    if (option->count() > 0) continue;
    for (const std::string& value : item.inputs) option->add_result(value);
    option->run_callback();
  }
}

}  // namespace

void add_sim_command(CLI::App& app) {
  struct Given {
    SimOptions options;
    std::string config;
    bool exit_with_parent = false;
    bool no_limits = false;
    std::int64_t clock_skew_ms = 0;
  };
  auto given = std::make_shared<Given>();
  CLI::App* const command = app.add_subcommand("sim", "a simulated OKX venue on a loopback port");
  SimOptions& options = given->options;
  command->add_option("--config", given->config, "read these options from a TOML file");
  command->add_option("--listen", options.listen, "ADDRESS:PORT; port 0 picks a free one")
      ->capture_default_str();
  command
      ->add_option("--market", options.market,
                   "synthetic, replay:FILE, or none: only clients trade")
      ->capture_default_str();
  command->add_option("--instruments", options.instruments,
                      "the venue's instrument lists; the built-in instruments without");
  command->add_option("--seed", options.seed, "everything made up follows from it")
      ->capture_default_str();
  command->add_option("--speed", options.speed, "how much faster than the clock the market runs")
      ->capture_default_str();
  command
      ->add_option("--events-per-second", options.events_per_second,
                   "of the synthetic market, per instrument")
      ->capture_default_str();
  command
      ->add_option("--best-price-interval-ms", options.best_price_interval_ms,
                   "bbo-tbt; 0 sends every change at once")
      ->capture_default_str();
  command->add_option("--book-interval-ms", options.book_interval_ms, "books and books5")
      ->capture_default_str();
  command->add_flag("--no-rate-limits", given->no_limits, "take any number of requests");
  command->add_flag("--demo", options.demo, "a demo account: want the demo header");
  command->add_option("--clock-skew-ms", given->clock_skew_ms,
                      "how far its clock is ahead of this machine's");
  command->add_option("--state-dir", options.state_directory,
                      "where the certificate goes; a temporary directory without");
  command->add_flag("--exit-with-parent", given->exit_with_parent, "end when the parent ends");
  command->callback([given, command] {
    if (!given->config.empty()) take_config(*command, given->config);
    given->options.rate_limits = !given->no_limits;
    given->options.clock_skew = milliseconds(given->clock_skew_ms);
    const int code = run_sim(given->options, given->exit_with_parent);
    if (code != 0) throw CLI::RuntimeError(code);
  });
}

}  // namespace gannet::app
