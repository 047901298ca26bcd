#include "app/commands/docs_command.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <iterator>

#include "base/log_events.h"
#include "domain/denial.h"
#include "sim/okx_server/protocol/fault_words.h"

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

std::string faults_page() {
  std::string page =
      "# Faults of the simulated venue\n\n"
      "<!-- Printed by `gannet docs faults` from sim/okx_server/protocol/fault_table.cpp; do not "
      "edit. -->\n\n"
      "Each is ordered by `gannet sim-ctl fault ID name=value ...`, by `POST /sim/v1/faults` "
      "(`{\"ID\":{...}}`),\n"
      "by a `[[fault]]` of a scenario (`gannet sim --scenario FILE`, see `config/sim-faults.toml`) "
      "or, where\n"
      "marked with a *, by a seed (`--fault-seed N`). `#` is the row of the fault list in "
      "RELIABILITY, part D.\n"
      "`GET /sim/v1/faults` says what is on, what is to come and how often each happened; DELETE "
      "ends them.\n\n"
      "| fault | # | it | takes | what it does |\n|---|---|---|---|---|\n";
  for (const okx_server::FaultInfo& info : okx_server::fault_table()) {
    const bool both = !info.target.empty() && !info.options.empty();
    fmt::format_to(std::back_inserter(page), "| `{}`{} | {} | {} | {}{}{} | {} |\n", info.id,
                   info.mixed.empty() ? "" : " *", info.controls,
                   okx_server::style_text(info.style), info.target, both ? " " : "", info.options,
                   info.description);
  }
  return page.append("\n").append(okx_server::common_fault_members());
}

void add_docs_command(CLI::App& app) {
  CLI::App* docs =
      app.add_subcommand("docs", "print the pages of documentation that are made from code");
  docs->require_subcommand(1);
  docs->add_subcommand("logs", "docs/logs.md")->callback([] { fmt::print("{}", logs_page()); });
  docs->add_subcommand("denials", "docs/denials.md")->callback([] {
    fmt::print("{}", denials_page());
  });
  docs->add_subcommand("rest", "docs/okx-rest.md")->callback([] { fmt::print("{}", rest_page()); });
  docs->add_subcommand("faults", "docs/faults.md")->callback([] {
    fmt::print("{}", faults_page());
  });
}

}  // namespace gannet::app
