#include "app/alert_answers.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "app/daemon_status.h"
#include "base/json_text.h"

namespace gannet::app {
namespace {

std::string json_text(std::string_view text) {
  std::string out;
  append_json_string(out, text);
  return out;
}

}  // namespace

monitor::AlertSettings take_alert_settings(config::Settings& settings) {
  monitor::AlertSettings out = std::exchange(settings.alerts, {});
  out.engine = settings.account.engine_id;
  out.environment = name_of(settings.venue.environment);
  return out;
}

std::string alerts_json(const monitor::AlertView& view) {
  std::string out = "{\"ok\":true,\"firing\":[";
  for (const monitor::Alert& alert : view.firing) {
    if (&alert != view.firing.data()) out += ',';
    std::string labels;
    for (const auto& [key, value] : alert.labels)
      labels += fmt::format("{}{}:{}", labels.empty() ? "" : ",", json_text(key), json_text(value));
    out += fmt::format(
        R"({{"name":{},"severity":"{}","fingerprint":"{}","labels":{{{}}},"started":"{}",)"
        R"("total":{},"text":{},"detail":{}}})",
        json_text(alert.rule), name_of(alert.severity),
        monitor::fingerprint_text(alert.fingerprint), labels, monitor::rfc3339_text(alert.started),
        alert.total, json_text(alert.text), json_text(alert.detail));
  }
  out += "],\"routes\":[";
  for (const monitor::AlertView::Route& route : view.routes) {
    if (&route != view.routes.data()) out += ',';
    out += fmt::format(
        R"({{"name":{},"kind":"{}","severity_min":"{}","lost":{},"waiting":{},"taken":{},)"
        R"("failed":{},"why":{}}})",
        json_text(route.name), name_of(route.kind), name_of(route.severity_min), route.lost,
        route.waiting, route.deliveries, route.failures, json_text(route.why));
  }
  return out + fmt::format("],\"heartbeats\":{}}}", view.heartbeats);
}

std::string alert_test_json(std::span<const monitor::AlertTestResult> results) {
  if (results.empty()) return R"({"ok":false,"error":"there is no alert route of that name"})";
  const bool all = std::ranges::all_of(results, &monitor::AlertTestResult::taken);
  std::string out = fmt::format("{{\"ok\":true,\"all_taken\":{},\"routes\":[", all);
  for (const monitor::AlertTestResult& result : results) {
    if (&result != results.data()) out += ',';
    out += fmt::format(R"({{"route":{},"kind":"{}","taken":{},"took_us":{},"note":{}}})",
                       json_text(result.route), name_of(result.kind), result.taken,
                       result.took.count / 1'000, json_text(result.note));
  }
  return out + "]}";
}

}  // namespace gannet::app
