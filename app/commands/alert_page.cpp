#include <fmt/format.h>

#include <iterator>
#include <string>

#include "app/commands/docs_command.h"
#include "monitor/alert_settings.h"

namespace gannet::app {
namespace {

using monitor::AlertCondition;
using monitor::AlertRule;

std::string span_text(Nanos span) {
  return span.count % 60'000'000'000 == 0
             ? fmt::format("{} min", span.count / 60'000'000'000)
             : fmt::format("{:g} s", static_cast<double>(span.count) / 1e9);
}

std::string condition_text(const AlertRule& rule) {
  using Kind = AlertCondition::Kind;
  const AlertCondition& condition = rule.condition;
  std::string of = fmt::format("`{}", monitor::info_of(*rule.figure).name);
  for (const auto& [key, value] : rule.labels) of += fmt::format("{{{}={}}}", key, value);
  of += '`';
  std::string text;
  switch (condition.kind) {
    case Kind::None:
      break;
    case Kind::Above:
    case Kind::Below:
      text = fmt::format("{} {} {:g}", of, key_of(condition.kind), condition.threshold);
      break;
    case Kind::Outside:
      text = fmt::format("{} outside ±{:g}", of, condition.threshold);
      break;
    case Kind::RisesBy:
      text = fmt::format("{} rises by more than {:g} in {}", of, condition.threshold,
                         span_text(condition.within));
      break;
    case Kind::AboveUsual:
      text = fmt::format("{} rises in {} by {:g} or more, and {:g} times what was usual in {}", of,
                         span_text(condition.within), condition.at_least, condition.threshold,
                         span_text(condition.over));
      break;
    case Kind::Quantile:
      text = fmt::format("p{:g} of {} above {:g} in {}, of {:g} or more", condition.quantile * 100,
                         of, condition.threshold, span_text(condition.within), condition.at_least);
      break;
    case Kind::AbsentFor:
      text = fmt::format("{} absent for {}", of, span_text(condition.within));
      break;
    case Kind::StaleFor:
      text = fmt::format("{} unchanged for {}", of, span_text(condition.within));
      break;
  }
  if (condition.clear) text += fmt::format(" (until {:g})", *condition.clear);
  if (rule.hold.count != 0) text += fmt::format(", for {}", span_text(rule.hold));
  return text;
}

std::string watches_text(const AlertRule& rule) {
  std::string text = rule.figure ? condition_text(rule) : "";
  for (const LogEvent event : rule.events)
    text += fmt::format("{}`{}`", text.empty() ? "" : "; ", info_of(event).name);
  if (rule.critical_events) text += "every critical event that no other rule names";
  return text.empty() ? "what the alert thread sees by itself" : text;
}

}  // namespace

std::string alert_rules_page() {
  std::string page =
      "# Built-in alert rules\n\n"
      "<!-- Printed by `gannet docs alerts` from monitor/default_alert_rules.cpp; do not edit. "
      "-->\n\n"
      "In force unless the configuration says otherwise; [alerts.md](alerts.md) tells how. A log "
      "event fires its\nrule at once. *Over after*: that long without the condition, and without "
      "the events.\n\n"
      "| rule | severity | what it watches | over after | what it says |\n|---|---|---|---|---|\n";
  for (const AlertRule& rule : monitor::default_alert_rules()) {
    fmt::format_to(std::back_inserter(page), "| `{}` | {} | {} | {} | {} |\n", rule.name,
                   name_of(rule.severity), watches_text(rule), span_text(rule.quiet_for),
                   rule.text);
  }
  return page;
}

}  // namespace gannet::app
