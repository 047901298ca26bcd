#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/log_events.h"
#include "base/secret.h"
#include "base/time.h"
#include "monitor/figure.h"

namespace gannet::monitor {

/// How soon a person should look: now, today, at some time.
enum class Severity : std::uint8_t { Info, Warning, Critical };
inline constexpr std::size_t kSeverities = 3;
std::string_view name_of(Severity severity) noexcept;

/// When a figure's value is one to tell about.
struct AlertCondition {
  enum class Kind : std::uint8_t {
    None,        ///< the rule is about events alone
    Above,       ///< value > threshold
    Below,       ///< value < threshold
    Outside,     ///< |value| > threshold: offsets, which have a sign
    RisesBy,     ///< grew by more than threshold within `within`
    AboveUsual,  ///< grew within `within` by more than threshold times what it grows by on average
                 ///< over `over`, and by `at_least`
    Quantile,    ///< of a histogram, of what was added within `within`: above threshold
    AbsentFor,   ///< it is not there, for `within`
    StaleFor,    ///< it is there and does not change, for `within`
  };
  Kind kind = Kind::None;
  double threshold = 0;
  /// Hysteresis: once it is true, it stays so until the value has come back to this; absent: to the
  /// threshold. Of Above, Below, Outside and Quantile.
  std::optional<double> clear;
  Nanos within = seconds(60);
  Nanos over = seconds(3600);
  double at_least = 1;
  double quantile = 0.99;
};
/// The configuration's key of a kind: "above", ...; "" of None.
std::string_view key_of(AlertCondition::Kind kind) noexcept;
bool has_window(AlertCondition::Kind kind) noexcept;

/// What is watched and what is said. A log event fires it at once; a figure fires it when its
/// condition has been true for `hold`. With both, either does: the figure still tells when the
/// event's record was lost, and it tells when the state is over.
struct AlertRule {
  std::string name;
  Severity severity = Severity::Warning;
  std::string text;              ///< one sentence, and what to do
  std::vector<LogEvent> events;  ///< what fires it at once
  bool critical_events =
      false;  ///< likewise every event of level critical that no other rule names
  std::optional<FigureId> figure;
  std::vector<std::pair<std::string, std::string>> labels;  ///< only figures with these
  AlertCondition condition;
  Nanos hold;                     ///< true for that long before it fires
  Nanos quiet_for = seconds(60);  ///< over after that long without its condition and its events
  bool enabled = true;
  bool built_in = false;
  bool configured = false;  ///< the configuration made or changed it
};

/// The rules that are there without a word of configuration. docs/alerts.md is printed from them.
std::vector<AlertRule> default_alert_rules();

/// Where alerts go.
struct AlertRoute {
  enum class Kind : std::uint8_t { Journald, Webhook, Slack, Alertmanager };
  std::string name;
  Kind kind = Kind::Journald;
  Severity severity_min = Severity::Info;
  Secret url;           ///< of all but Journald; never logged
  std::string ca_file;  ///< a trust anchor in place of the system's; "": the system's
  Nanos timeout = seconds(5);
};
std::string_view name_of(AlertRoute::Kind kind) noexcept;

struct AlertSettings {
  std::vector<AlertRule> rules = default_alert_rules();
  std::vector<AlertRoute> routes;
  Secret heartbeat_url;
  std::string heartbeat_ca_file;
  Nanos heartbeat_interval = seconds(30);
  Nanos digest_interval = seconds(60);  ///< how often repeats of an alert are told
  Nanos resend_interval = seconds(60);  ///< to an Alertmanager, while an alert fires
  std::int64_t critical_routes_min = 2;
  // What every alert says of its sender.
  std::string engine;
  std::string environment;
};

/// How many routes take critical alerts. [MON-02]
std::size_t critical_routes(const AlertSettings& settings) noexcept;

}  // namespace gannet::monitor
