#include "app/commands/docs_command.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <utility>

#include "app/admin_line.h"
#include "app/commands/command_pages.h"
#include "app/commands/operator.h"
#include "app/not_trading.h"
#include "base/log_event_notes.h"
#include "base/log_events.h"
#include "domain/denial.h"
#include "engine/abi_words.h"
#include "gateway/okx/protocol/error_codes.h"
#include "gateway/okx/protocol/order_rules.h"
#include "monitor/figure.h"
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
      "A line of an order carries its client order id as `client_order_id`, whatever tells it: "
      "`grep` for it, or\n"
      "`gannet why` with it. `strategy` is a name, or in the lives of orders its number in the "
      "configuration, from 0.\n\n"
      "An event marked with a number writes at most so many lines in ten seconds; what is above is "
      "counted\n"
      "and told by `log.suppressed` when they are over. Records that the log has no room for are "
      "counted too:\n"
      "`log.lost`, and `log_records_lost` in `gannet status --json`. Neither touches the journal, "
      "which has every\n"
      "order, fill, denial and kill. Rotation and retention are journald's. One event, at the "
      "console: `gannet logs explain EVENT`.\n\n"
      "| event | level | what it tells | fields | what to do | lines in 10 s |\n"
      "|---|---|---|---|---|---|\n";
  for (const LogEventInfo& info : log_events()) {
    const LogEventNote& note = note_of(info.event);
    const std::string most =
        note.per_ten_seconds == 0 ? "all" : fmt::format("{}", note.per_ten_seconds);
    fmt::format_to(std::back_inserter(page), "| `{}` | {} | {} | {} | {} | {} |\n", info.name,
                   name_of(info.level), info.description, note.fields, note.remedy, most);
  }
  return page;
}

std::string metrics_page() {
  std::string page =
      "# Metrics\n\n"
      "<!-- Printed by `gannet docs metrics` from monitor/figure.h; do not edit. -->\n\n"
      "`[metrics] listen = \"127.0.0.1:9464\"` serves these figures at `/metrics`, in the text "
      "format "
      "of\n"
      "Prometheus; without `[metrics]` nothing listens. Whoever can connect reads positions and "
      "balances, and\n"
      "there is no password: another address than loopback wants `beyond_loopback = true`, and a "
      "firewall or a\n"
      "proxy with TLS. A port that is taken refuses the start.\n\n"
      "The trading thread publishes what it counts anyway, by value and without a lock, five times "
      "a "
      "second\n"
      "(latency histograms once). The cold thread makes figures of it, and threads of the scrape's "
      "own "
      "serve the\n"
      "newest: how often they are read, or that a reader hangs, reaches neither. What is not known "
      "is "
      "absent, not\n"
      "zero. Up to 32 instruments and 16 strategies have rows of their own.\n\n"
      "`deploy/prometheus/` has a scrape configuration, recording rules and alerts, "
      "`deploy/grafana/gannet.json`\n"
      "a dashboard; `make test-monitoring` runs all of them against a trading engine and Debian's "
      "Prometheus.\n"
      "The server's own figures (`exposer_*`) stand beside these. Names are stable.\n\n"
      "The bounds of a histogram are two to a doubling, from 128 ns to 17 s. Where a sandbox "
      "forbids "
      "`adjtimex`\n"
      "(systemd's `ProtectClock=yes` does), what the kernel knows of its clock (`ntp`) is "
      "absent.\n\n"
      "| name | kind | labels | what it tells |\n|---|---|---|---|\n";
  for (const monitor::FigureName& info : monitor::figure_names()) {
    fmt::format_to(std::back_inserter(page), "| `{}` | {} | {} | {} |\n", info.name,
                   name_of(info.kind), info.labels, info.help);
  }
  return page;
}

std::string denials_page() {
  std::string page =
      "# Denials\n\n"
      "<!-- Printed by `gannet docs denials` from domain/denial.h; do not edit. -->\n\n"
      "*Denied* is our own refusal, before anything was sent; *rejected* is the venue's. A denial "
      "reaches\n"
      "the strategy as an order event with one of these reasons, and the log as `order.denied`. "
      "`limit` and\n`value` are in the unit of the rule: raw price or quantity units, 10^-18 of "
      "the risk currency, counts,\nor millionths where the text says so. Reasons marked with a * "
      "may be overridden for one order\n(`gannet override`): [risk.md](risk.md).\n\n"
      "| reason | rule | what it means | what would pass |\n|---|---|---|---|\n";
  for (int i = 0; i < kDenialReasons; ++i) {
    const auto reason = static_cast<DenialReason>(i);
    fmt::format_to(std::back_inserter(page), "| `{}`{} | {} | {} | {} |\n", name_of(reason),
                   can_be_overridden(reason) ? " *" : "", control_of(reason), describe(reason),
                   what_passes(reason));
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

std::string okx_errors_page() {
  std::string page =
      "# What OKX refuses, and what is made of it\n\n"
      "<!-- Printed by `gannet docs okx-errors` from gateway/okx/protocol/error_codes.cpp; do not "
      "edit. -->\n\n"
      "Every code has a class, and a class has one behaviour. A code that is not listed is judged "
      "by its\n"
      "range (the second table), logged once as `request.refused` and counted.\n\n"
      "Over the socket 50014, 51001, 60012, 60013, 60018, 60019, 60028 and 60033 say that the "
      "request was not\n"
      "even read (its instrument code, or its form): it goes once more by REST, under the same "
      "client order\n"
      "id, and what REST answers is final. After them, and after 64007, requests go by REST for a "
      "while.\n\n"
      "| class | what is done |\n|---|---|\n";
  for (int i = 0; i <= static_cast<int>(okx::ErrorClass::Reconnect); ++i) {
    const auto error_class = static_cast<okx::ErrorClass>(i);
    fmt::format_to(std::back_inserter(page), "| {} | {} |\n", okx::name_of(error_class),
                   okx::behaviour_of(error_class));
  }
  const auto table = [&](std::span<const okx::CodeRow> rows, std::string_view head) {
    page.append("\n").append(head).append(
        "\n\n| code | class | reason told to strategies | meaning |\n|---|---|---|---|\n");
    for (const okx::CodeRow& row : rows) {
      const std::string codes = row.first == row.last
                                    ? fmt::format("{}", row.first)
                                    : fmt::format("{} to {}", row.first, row.last);
      const std::string_view reason = engine::abi_name(row.reason);
      fmt::format_to(std::back_inserter(page), "| {} | {} | {}{}{} | {} |\n", codes,
                     okx::name_of(row.error_class), reason.empty() ? "" : "`", reason,
                     reason.empty() ? "" : "`", row.meaning);
    }
  };
  table(okx::code_ranges(), "## Codes that are not listed");
  table(okx::code_rows(), "## Codes that are");
  page.append(
      "\n## Orders that the venue has not\n\n"
      "Denied as `unsupported_order`, before anything is sent or counted.\n\n");
  for (int i = 1; i <= static_cast<int>(okx::Lack::IsolatedInMulti); ++i)
    fmt::format_to(std::back_inserter(page), "- {}\n", okx::describe(static_cast<okx::Lack>(i)));
  return page;
}

std::string control_words_page() {
  std::string page =
      "# Words of the control socket, and reasons not to trade\n\n"
      "<!-- Printed by `gannet docs control-words` from app/admin_line.cpp and "
      "app/not_trading.cpp; do not edit. -->\n\n"
      "One line asks, one line answers. What a role may say, and the commands of `gannet` that say "
      "it: [control.md](control.md).\nA word that changes something is in the journal, with who "
      "said it, before it is carried out.\n\n"
      "| word | what follows it | role | changes |\n|---|---|---|---|\n";
  const auto cell = [](std::string_view text) {
    std::string out;
    for (const char c : text) out.append(c == '|' ? "\\|" : std::string(1, c));
    return out.empty() ? out : "`" + out + "`";
  };
  for (const AdminWord& word : admin_words()) {
    fmt::format_to(std::back_inserter(page), "| `{}` | {} | {} | {} |\n", word.word,
                   cell(word.arguments), text_of(word.needs), word.changes ? "yes" : "");
  }
  page +=
      "\n`-page` gives lines for a terminal, joined by the byte 0x1f, in place of one JSON "
      "object.\n\n## Why it does not trade\n\n"
      "`not_trading` in `gannet status --json`: of the engine, of each instrument and each "
      "strategy, one of these.\n\n"
      "| reason | what it means | what to do |\n|---|---|---|\n";
  for (int i = 1; i < kNotTradingReasons; ++i) {
    const auto reason = static_cast<NotTrading>(i);
    fmt::format_to(std::back_inserter(page), "| `{}` | {} | {} |\n", name_of(reason),
                   describe(reason), remedy_of(reason));
  }
  return page;
}

namespace {

void write_manuals(const std::string& folder) {
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  for (const auto& [name, text] :
       {std::pair{"gannet.1", gannet_manual()}, std::pair{"gannetd.8", gannetd_manual()},
        std::pair{"gannet-kill.8", gannet_kill_manual()}}) {
    std::ofstream file(folder + "/" + name, std::ios::trunc);
    file << text;
    file.flush();
    if (!file) fail("cannot write " + folder + "/" + name);
  }
}

void add_manuals(CLI::App& docs) {
  const auto folder = std::make_shared<std::string>();
  CLI::App* const man = docs.add_subcommand("man", "write the manual pages into a directory");
  man->add_option("directory", *folder, "is made if it is missing")->required();
  man->callback([folder] { write_manuals(*folder); });
  const auto shell = std::make_shared<std::string>();
  CLI::App* const completion =
      docs.add_subcommand("completion", "what a shell loads to complete the commands");
  completion->add_option("shell", *shell)->required()->check(CLI::IsMember({"bash", "zsh"}));
  completion->callback(
      [shell] { fmt::print("{}", *shell == "bash" ? bash_completion() : zsh_completion()); });
}

}  // namespace

void add_docs_command(CLI::App& app) {
  CLI::App* docs =
      app.add_subcommand("docs", "print the pages of documentation that are made from code");
  docs->require_subcommand(1);
  docs->add_subcommand("alerts", "docs/alert-rules.md")->callback([] {
    fmt::print("{}", alert_rules_page());
  });
  docs->add_subcommand("logs", "docs/logs.md")->callback([] { fmt::print("{}", logs_page()); });
  docs->add_subcommand("config", "docs/configuration.md")->callback([] {
    fmt::print("{}", config_page());
  });
  docs->add_subcommand("metrics", "docs/metrics.md")->callback([] {
    fmt::print("{}", metrics_page());
  });
  docs->add_subcommand("denials", "docs/denials.md")->callback([] {
    fmt::print("{}", denials_page());
  });
  docs->add_subcommand("okx-errors", "docs/okx-errors.md")->callback([] {
    fmt::print("{}", okx_errors_page());
  });
  docs->add_subcommand("rest", "docs/okx-rest.md")->callback([] { fmt::print("{}", rest_page()); });
  docs->add_subcommand("okx-coverage", "docs/okx-coverage.md")->callback([] {
    fmt::print("{}", coverage_page());
  });
  docs->add_subcommand("faults", "docs/faults.md")->callback([] {
    fmt::print("{}", faults_page());
  });
  docs->add_subcommand("control-words", "docs/control-words.md")->callback([] {
    fmt::print("{}", control_words_page());
  });
  add_manuals(*docs);
}

}  // namespace gannet::app
