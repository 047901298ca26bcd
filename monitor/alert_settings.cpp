#include "monitor/alert_settings.h"

#include <algorithm>

namespace gannet::monitor {

std::string_view name_of(Severity severity) noexcept {
  switch (severity) {
    case Severity::Info:
      return "info";
    case Severity::Warning:
      return "warning";
    case Severity::Critical:
      return "critical";
  }
  return "";
}

std::string_view name_of(AlertRoute::Kind kind) noexcept {
  switch (kind) {
    case AlertRoute::Kind::Journald:
      return "journald";
    case AlertRoute::Kind::Webhook:
      return "webhook";
    case AlertRoute::Kind::Slack:
      return "slack";
    case AlertRoute::Kind::Alertmanager:
      return "alertmanager";
  }
  return "";
}

std::string_view key_of(AlertCondition::Kind kind) noexcept {
  using Kind = AlertCondition::Kind;
  switch (kind) {
    case Kind::None:
      return "";
    case Kind::Above:
      return "above";
    case Kind::Below:
      return "below";
    case Kind::Outside:
      return "outside";
    case Kind::RisesBy:
      return "rises_by";
    case Kind::AboveUsual:
      return "above_usual";
    case Kind::Quantile:
      return "quantile_above";
    case Kind::AbsentFor:
      return "absent_for";
    case Kind::StaleFor:
      return "stale_for";
  }
  return "";
}

bool has_window(AlertCondition::Kind kind) noexcept {
  using Kind = AlertCondition::Kind;
  return kind == Kind::RisesBy || kind == Kind::AboveUsual || kind == Kind::Quantile;
}

std::size_t critical_routes(const AlertSettings& settings) noexcept {
  // Each takes what is at or above its bound, so every one takes what is critical.
  return settings.routes.size();
}

}  // namespace gannet::monitor
