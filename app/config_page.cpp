#include <fmt/format.h>

#include <iterator>
#include <string>
#include <vector>

#include "app/commands/docs_command.h"
#include "config/reference.h"

namespace gannet::app {
namespace {

void append_sections(std::string& page, const std::vector<config::SectionReference>& sections) {
  const auto put = std::back_inserter(page);
  for (const config::SectionReference& section : sections) {
    if (section.path.empty() || section.keys.empty()) continue;
    fmt::format_to(put, "\n## `{}`\n\n{}\n\n| key | value | default | what |\n|---|---|---|---|\n",
                   section.header, section.text);
    for (const config::KeyReference& key : section.keys) {
      const std::string given = key.is_needed       ? "**needed**"
                                : key.given.empty() ? ""
                                                    : "`" + key.given + "`";
      fmt::format_to(put, "| `{}` | {} | {} | {} |\n", key.name, key.form, given, key.text);
    }
  }
}

}  // namespace

std::string config_page() {
  std::string page =
      "# Configuration\n\n"
      "<!-- Printed by `gannet docs config` from the readers in config/; do not edit. -->\n\n"
      "One TOML file, named by `gannetd --config FILE`. Unknown keys, wrong types and values out "
      "of range are\n"
      "errors that name the line; `gannetd --config FILE --check` prints every setting as it "
      "counts in the end.\n"
      "Exact numbers are texts in quotes. A *duration* has its unit (`\"250ms\"`, `\"2s\"`, "
      "`\"24h\"`), and so has a\n"
      "*fraction* (`\"1%\"`, `\"50bps\"`); a *decimal* is plain (`\"0.5\"`). No default: without "
      "the "
      "key it is not\n"
      "limited, not compared or not there. `NAME` stands for your own. Whole files to begin with: "
      "[demo.toml](../config/demo.toml),\n"
      "[paper.toml](../config/paper.toml), [backtest.toml](../config/backtest.toml); the file of "
      "`gannet sim` is [sim.toml](../config/sim.toml).\n";
  append_sections(page, config::daemon_reference());
  page += "\n# Of backtests alone\n";
  append_sections(page, config::backtest_reference());
  return page;
}

}  // namespace gannet::app
