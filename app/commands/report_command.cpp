#include "app/commands/report_command.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <cstdlib>
#include <map>
#include <memory>
#include <string>

#include "app/history_fold.h"
#include "app/history_report.h"
#include "app/moment.h"

namespace gannet::app {
namespace {

struct ReportOptions {
  std::string state_directory = "state";
  std::string from;
  std::string to;
  std::string by;
  std::string what = "pnl";
  std::string day_start = "00:00";
  bool rebuild = false;
  bool json = false;
};

[[noreturn]] void fail_report(const std::string& message, int code) {
  fmt::print(stderr, "{}\n", message);
  std::exit(code);
}

Timestamp moment_or_fail(const std::string& text) {
  const auto moment = parse_moment(text);
  if (!moment) fail_report(moment.error().message, 2);
  return *moment;
}

ReportQuestion question_of(const ReportOptions& options) {
  using What = ReportQuestion::What;
  using By = ReportQuestion::By;
  static const std::map<std::string, What> kWhats{{"orders", What::Orders},
                                                  {"fills", What::Fills},
                                                  {"pnl", What::Pnl},
                                                  {"fees", What::Fees},
                                                  {"funding", What::Funding}};
  static const std::map<std::string, By> kBys{{"", By::Nothing},
                                              {"day", By::Day},
                                              {"strategy", By::Strategy},
                                              {"instrument", By::Instrument}};
  ReportQuestion question;
  question.what = kWhats.at(options.what);
  question.by = kBys.at(options.by);
  question.json = options.json;
  if (!options.from.empty()) question.from = moment_or_fail(options.from);
  if (!options.to.empty()) question.to = moment_or_fail(options.to);
  const auto start = parse_moment("1970-01-01T" + options.day_start);
  if (!start) fail_report("--day-start: " + start.error().message, 2);
  question.day_start = {start->nanos};
  return question;
}

void print_report(const ReportOptions& options) {
  const ReportQuestion question = question_of(options);
  auto database = HistoryDatabase::open(history_path(options.state_directory));
  if (!database) fail_report(database.error().message, 1);
  if (options.rebuild) {
    (*database)->begin();
    (*database)->clear();
    if (const auto cleared = (*database)->commit(0); !cleared)
      fail_report(cleared.error().message, 1);
  }
  HistoryFold fold(**database);
  const auto fresh = catch_up_history(**database, fold, options.state_directory);
  if (!fresh) fail_report(fresh.error().message, 1);
  if (options.rebuild) fmt::print(stderr, "made anew from {} journal records\n", *fresh);
  const auto answer = report(**database, question);
  if (!answer) fail_report(answer.error().message, 1);
  fmt::print("{}", *answer);
}

}  // namespace

void add_report_command(CLI::App& app) {
  const auto options = std::make_shared<ReportOptions>();
  CLI::App* command = app.add_subcommand(
      "report", "orders, fills, profit, fees and funding of the past, from the history database");
  command->add_option("what", options->what, "orders, fills, pnl, fees or funding")
      ->check(CLI::IsMember({"orders", "fills", "pnl", "fees", "funding"}))
      ->default_str("pnl");
  command->add_option("--from", options->from, "2026-11-30 or 2026-11-30T12:00, UTC; inclusive");
  command->add_option("--to", options->to, "likewise; exclusive");
  command->add_option("--by", options->by, "day, strategy or instrument")
      ->check(CLI::IsMember({"day", "strategy", "instrument"}));
  command->add_option("--day-start", options->day_start, "when days begin, UTC")
      ->default_str("00:00");
  command->add_option("--state", options->state_directory, "the engine's state directory")
      ->envname("GANNET_STATE");
  command->add_flag("--rebuild", options->rebuild, "make the database anew from the journal first");
  command->add_flag("--json", options->json, "one JSON object a line");
  command->callback([options] { print_report(*options); });
}

}  // namespace gannet::app
