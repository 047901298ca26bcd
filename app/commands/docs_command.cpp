#include "app/commands/docs_command.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <iterator>

#include "base/log_events.h"
#include "domain/denial.h"

namespace gannet::app {

std::string logs_page() {
  std::string page =
      "# Log events\n\n"
      "<!-- Printed by `gannet docs logs` from base/log_events.h; do not edit. -->\n\n"
      "One JSON object a line: `ts` (UTC, microseconds), `level`, `thread`, `event`, then the "
      "event's own\n"
      "fields. Prices, quantities and money are strings (exact decimals). Alerts may match on "
      "`event`:\n"
      "the names are stable.\n\n"
      "| event | level | what it tells |\n|---|---|---|\n";
  for (const LogEventInfo& info : log_events()) {
    fmt::format_to(std::back_inserter(page), "| `{}` | {} | {} |\n", info.name, name_of(info.level),
                   info.description);
  }
  return page;
}

std::string denials_page() {
  std::string page =
      "# Denials\n\n"
      "<!-- Printed by `gannet docs denials` from domain/denial.h; do not edit. -->\n\n"
      "*Denied* is our own refusal, before anything was sent; *rejected* is the venue's. A denial "
      "reaches\n"
      "the strategy as an order event with one of these reasons, and the log as `order.denied`.\n\n"
      "| reason | what it means |\n|---|---|\n";
  for (int i = 0; i < kDenialReasons; ++i) {
    const auto reason = static_cast<DenialReason>(i);
    fmt::format_to(std::back_inserter(page), "| `{}` | {} |\n", name_of(reason), describe(reason));
  }
  return page;
}

void add_docs_command(CLI::App& app) {
  CLI::App* docs =
      app.add_subcommand("docs", "print the pages of documentation that are made from code");
  docs->require_subcommand(1);
  docs->add_subcommand("logs", "docs/logs.md")->callback([] { fmt::print("{}", logs_page()); });
  docs->add_subcommand("denials", "docs/denials.md")->callback([] {
    fmt::print("{}", denials_page());
  });
}

}  // namespace gannet::app
