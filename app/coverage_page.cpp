#include <fmt/format.h>

#include <iterator>
#include <string>
#include <utility>

#include "app/commands/docs_command.h"
#include "app/ignored_messages.h"
#include "gateway/okx/protocol/coverage.h"
#include "gateway/okx/protocol/endpoints.h"
#include "gateway/okx/protocol/error_codes.h"

namespace gannet::app {
namespace {

using okx::CoverageGroup;
using okx::CoverageRow;

void append_group(std::string& page, CoverageGroup group, std::string_view head,
                  std::string_view of_what) {
  const auto put = std::back_inserter(page);
  fmt::format_to(put, "\n## {}\n\n| {} | what becomes of it | test |\n|---|---|---|\n", head,
                 of_what);
  for (const CoverageRow& row : okx::kCoverage) {
    if (row.group == group && !row.test.empty())
      fmt::format_to(put, "| `{}` | {} | `{}` |\n", row.word, row.what, row.test);
  }
  bool first = true;
  for (const CoverageRow& row : okx::kCoverage) {
    if (row.group != group || !row.test.empty()) continue;
    if (std::exchange(first, false))
      fmt::format_to(put, "\nNot supported:\n\n| {} | why not |\n|---|---|\n", of_what);
    fmt::format_to(put, "| `{}` | {} |\n", row.word, row.what);
  }
}

bool is_asked(std::string_view pattern) {
  const bool open = pattern.ends_with('*');
  if (open) pattern.remove_suffix(1);
  for (const okx::EndpointRule& rule : okx::endpoint_rules()) {
    if (open ? rule.path.starts_with(pattern) : rule.path == pattern) return true;
  }
  return false;
}

}  // namespace

std::string coverage_page() {
  std::string page =
      "# What of OKX is spoken\n\n"
      "<!-- Printed by `gannet docs okx-coverage` from gateway/okx/protocol; do not edit. -->\n\n"
      "Every channel, operation, question, order type and class of errors: with the test that "
      "shows it (under\n"
      "`tests/`), or with the reason why it is not spoken. What is sent by REST, and how often, "
      "stands in\n"
      "[okx-rest.md](okx-rest.md); every error code in [okx-errors.md](okx-errors.md).\n";
  append_group(page, CoverageGroup::Channel, "Channels", "channel");
  append_group(page, CoverageGroup::Operation, "Operations", "operation");
  append_group(page, CoverageGroup::OrderType, "Order types", "type");
  append_group(page, CoverageGroup::AlgoOrder, "Algo orders", "type");
  append_group(page, CoverageGroup::Connection, "Connections", "what");
  const auto put = std::back_inserter(page);
  page += "\n## Classes of errors\n\n| class | test |\n|---|---|\n";
  for (int i = 0; i <= static_cast<int>(okx::ErrorClass::Reconnect); ++i) {
    fmt::format_to(put, "| {} | `simulation/error_codes_end_test.cpp` |\n",
                   okx::name_of(static_cast<okx::ErrorClass>(i)));
  }
  page += "\n## Questions by REST\n\n| path | what | test |\n|---|---|---|\n";
  for (const okx::EndpointRule& rule : okx::endpoint_rules()) {
    fmt::format_to(put, "| `{}` | {} | `unit/okx_protocol/rest_samples_test.cpp` |\n", rule.path,
                   rule.name);
  }
  page += "\nNot asked:\n\n| path | why not |\n|---|---|\n";
  for (const IgnoredMessage& ignored : ignored_messages()) {
    if (ignored.where == IgnoredMessage::Where::RestPath && !is_asked(ignored.name))
      fmt::format_to(put, "| `{}` | {} |\n", ignored.name, ignored.why);
  }
  return page;
}

}  // namespace gannet::app
