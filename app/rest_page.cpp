#include <fmt/format.h>

#include <iterator>

#include "app/commands/docs_command.h"
#include "gateway/okx/protocol/endpoints.h"

namespace gannet::app {
namespace {

using okx::EndpointRule;
using okx::PageRule;
using okx::RateScope;

std::string_view counted_by(RateScope scope) {
  switch (scope) {
    case RateScope::Address:
      return "address";
    case RateScope::AddressAndInstrument:
      return "address and instrument";
    case RateScope::AddressAndKind:
      return "address and kind";
    case RateScope::AddressAndFamily:
      return "address and family";
    case RateScope::Account:
      return "account";
    case RateScope::AccountAndInstrument:
      return "account and instrument";
    case RateScope::AccountAndKind:
      return "account and kind";
    case RateScope::AccountAndTag:
      return "account and tag";
  }
  return "";
}

std::string pages_of(const EndpointRule& rule) {
  switch (rule.page) {
    case PageRule::None:
      return "-";
    case PageRule::ById:
      return fmt::format("{}, by `{}`", rule.page_rows, rule.cursor);
    case PageRule::ByTime:
      return fmt::format("{}, by time", rule.page_rows);
    case PageRule::ByTimeThenId:
      return fmt::format("{}, by time, then by `{}`", rule.page_rows, rule.cursor);
  }
  return "";
}

}  // namespace

std::string rest_page() {
  std::string page =
      "# Questions by REST\n\n"
      "<!-- Printed by `gannet docs rest` from gateway/okx/protocol/endpoints.h; do not edit. "
      "-->\n\n"
      "What the engine and its tools ask OKX by REST, beside order operations. Requests are kept a "
      "tenth below\n"
      "the venue's figure, counted as the venue counts them. Lists are read over all their pages "
      "(rows a page;\n"
      "what the next one is asked by). Every row has a decoder; recorded answers are its test\n"
      "(`tests/unit/okx_protocol/rest_samples_test.cpp`). Nothing here moves money, and nothing "
      "ever will: a\n"
      "table with such a path does not compile.\n\n"
      "| path | what | counted by | limit | pages | must name |\n|---|---|---|---|---|---|\n";
  for (const EndpointRule& rule : okx::endpoint_rules()) {
    fmt::format_to(std::back_inserter(page), "| {} `{}` | {} | {} | {} in {} s | {} | {} |\n",
                   rule.post ? "POST" : "GET", rule.path, rule.name, counted_by(rule.scope),
                   rule.limit, rule.window.count / 1'000'000'000, pages_of(rule),
                   rule.required.empty() ? "-" : rule.required);
  }
  return page;
}

}  // namespace gannet::app
