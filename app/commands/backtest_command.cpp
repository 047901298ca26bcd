#include "app/commands/backtest_command.h"

#include <unistd.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <memory>
#include <string>

#include "app/backtest_run.h"
#include "base/clock.h"
#include "config/load.h"

namespace gannet::app {
namespace {

constexpr int kNotAsItShould = 1;
constexpr int kBadConfiguration = 2;
constexpr int kBadRecording = 3;
constexpr Nanos kTellEvery = milliseconds(500);

struct BacktestOptions {
  std::string config;
  std::string report;
  bool quiet = false;
  bool json = false;
};

/// How far it is, on standard error: one line that is written over on a terminal, else one line
/// every ten seconds.
class ProgressLine {
 public:
  void tell(const backtest::SourceCounts& counts, int permille) {
    const Nanos now = monotonic_now();
    if (now - told_ < (is_terminal_ ? kTellEvery : seconds(10))) return;
    told_ = now;
    const double elapsed = static_cast<double>((now - started_).count) / 1e9;
    std::fprintf(stderr, "%s%5.1f %% of the file, %llu messages, %.0f a second%s",
                 is_terminal_ ? "\r" : "", static_cast<double>(permille) / 10,
                 static_cast<unsigned long long>(counts.messages),
                 static_cast<double>(counts.messages) / elapsed, is_terminal_ ? "" : "\n");
    is_open_ = is_terminal_;
  }
  void end(const backtest::SourceCounts& counts) {
    if (is_open_) std::fputs("\r\033[K", stderr);
    const double elapsed = static_cast<double>((monotonic_now() - started_).count) / 1e9;
    std::fprintf(stderr, "%llu messages in %.2f s, %.0f a second\n",
                 static_cast<unsigned long long>(counts.messages), elapsed,
                 static_cast<double>(counts.messages) / elapsed);
  }

 private:
  bool is_terminal_ = ::isatty(STDERR_FILENO) == 1;
  bool is_open_ = false;
  Nanos started_ = monotonic_now();
  Nanos told_ = monotonic_now();
};

void complain_of_backtest(const std::string& what) {
  std::fprintf(stderr, "gannet backtest: %s\n", what.c_str());
}

bool is_as_it_should(const backtest::Outcome& outcome) {
  bool good = outcome.ended_flat_of_orders && outcome.positions_agree &&
              outcome.money_fault.empty() && outcome.core.unknown_orders == 0;
  if (!outcome.money_fault.empty())
    complain_of_backtest("money was not conserved: " + outcome.money_fault);
  if (!outcome.positions_agree) complain_of_backtest("the engine's positions are not the venue's");
  if (!outcome.ended_flat_of_orders) complain_of_backtest("orders were open at the end");
  for (const backtest::StrategyOutcome& strategy : outcome.strategies) {
    if (strategy.failure.empty()) continue;
    complain_of_backtest("strategy \"" + strategy.name + "\" failed: " + strategy.failure);
    good = false;
  }
  return good;
}

int run_backtest(const BacktestOptions& options) {
  const auto settings = config::load_backtest(options.config);
  if (!settings) {
    for (const config::Problem& problem : settings.error()) {
      std::fprintf(stderr, "%s\n", config::to_string(problem).c_str());
    }
    return kBadConfiguration;
  }
  auto run = BacktestRun::make(*settings);
  if (!run) {
    complain_of_backtest(run.error().message);
    return kBadConfiguration;
  }
  const backtest::Backtest& backtest = (*run)->backtest();
  if (!options.quiet) {
    for (const std::string& note : backtest.outcome().notes) {
      std::fprintf(stderr, "note: %s\n", note.c_str());
    }
  }
  ProgressLine line;
  backtest::Backtest::Progress progress;
  if (!options.quiet) {
    progress = [&line](const backtest::SourceCounts& counts, int permille) {
      line.tell(counts, permille);
    };
  }
  if (const auto done = (*run)->run(progress); !done) {
    complain_of_backtest(done.error().message);
    return kBadRecording;
  }
  if (!options.quiet) {
    const backtest::SourceCounts& source = backtest.outcome().source;
    line.end(source);
    if (source.gaps != 0) {
      std::fprintf(stderr,
                   "note: %llu times a book's sequence or checksum broke; nothing of that "
                   "instrument was traded until its next snapshot\n",
                   static_cast<unsigned long long>(source.gaps));
    }
  }
  const backtest::ReportInputs report = (*run)->report();
  if (const auto written = backtest::write_report(report, options.report); !written) {
    complain_of_backtest(written.error().message);
    return kBadConfiguration;
  }
  if (options.json) std::puts(backtest::summary_json(report).c_str());
  return is_as_it_should(backtest.outcome()) ? 0 : kNotAsItShould;
}

}  // namespace

void add_backtest_command(CLI::App& app) {
  auto options = std::make_shared<BacktestOptions>();
  CLI::App* const command =
      app.add_subcommand("backtest", "run strategies over a recording, on virtual time");
  command->add_option("--config", options->config, "configuration, TOML; see config/backtest.toml")
      ->required();
  command
      ->add_option("--report", options->report,
                   "directory for report.json, orders.csv, fills.csv, equity.csv, strategy.log")
      ->required();
  command->add_flag("--quiet", options->quiet, "no notes and no progress on standard error");
  command->add_flag("--json", options->json, "a summary as one line of JSON on standard output");
  command->callback([options] {
    if (const int code = run_backtest(*options); code != 0) throw CLI::RuntimeError(code);
  });
}

}  // namespace gannet::app
