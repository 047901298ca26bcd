#include "app/commands/view_commands.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <memory>
#include <string>
#include <thread>

#include "app/commands/operator.h"

namespace gannet::app {
namespace {

struct View {
  OperatorTarget target;
  std::string word;  // for the daemon; "-page" is added for people
  std::string page_word;
  double watch = 0;  // seconds; 0: once
  // Of fills.
  int count = 50;
  std::string instrument, strategy;
};

std::string arguments_of(const View& view) {
  if (view.word != "fills") return "";
  std::string text = fmt::format(" count={}", view.count);
  if (!view.instrument.empty()) text += " instrument=" + view.instrument;
  if (!view.strategy.empty()) text += " strategy=" + view.strategy;
  return text;
}

void look(const View& view) {
  constexpr double kShortest = 0.1;  // the daemon's own picture is made five times a second
  const std::string arguments = arguments_of(view);
  const bool clears = view.watch > 0 && !view.target.json && ::isatty(STDOUT_FILENO) != 0;
  for (;;) {
    if (clears) fmt::print("\x1b[H\x1b[2J");
    show_answer(view.target, view.word + arguments, view.page_word + arguments);
    if (view.watch <= 0) return;
    // Whoever reads a pipe gets each look at once, and ends us by going away.
    if (std::fflush(stdout) != 0) return;
    std::this_thread::sleep_for(std::chrono::duration<double>(std::max(view.watch, kShortest)));
  }
}

std::shared_ptr<View> add_view(CLI::App& app, const std::string& name, const std::string& what) {
  CLI::App* const command = app.add_subcommand(name, what);
  const auto view = std::make_shared<View>();
  view->word = name;
  view->page_word = name == "status" ? "page" : name + "-page";
  add_target_options(*command, std::shared_ptr<OperatorTarget>(view, &view->target));
  command
      ->add_option("--watch", view->watch, "look again every so many seconds, 2 if none are given")
      ->expected(0, 1)
      ->default_str("2")
      ->check(CLI::NonNegativeNumber);
  command->callback([view] { look(*view); });
  return view;
}

}  // namespace

void add_view_commands(CLI::App& app) {
  add_view(app, "status", "what a running gannetd is doing, and if it does not trade, why");
  add_view(app, "pnl",
           "what the account and its strategies earned today and hold; limits and drawdown");
  add_view(app, "latency", "how long market events take on their way to orders, stage by stage");
  add_view(app, "orders", "what is open on the account, and whose it is");
  add_view(app, "positions", "what the account and each strategy hold, and what the venue says");
  add_view(app, "balances", "the account's money by currency, as the venue told it last");
  add_view(app, "feeds", "every connection and channel: fresh or silent, since when, and unbroken");
  const auto fills = add_view(app, "fills", "the newest fills of this run, the newest first");
  CLI::App* const command = app.get_subcommand("fills");
  command->add_option("-n,--count", fills->count, "so many at most")
      ->capture_default_str()
      ->check(CLI::Range(1, 1024));
  command->add_option("--instrument", fills->instrument, "of one instrument");
  command->add_option("--strategy", fills->strategy, "of one strategy; operator: by hand");
}

}  // namespace gannet::app
