#pragma once

#include <span>
#include <string>
#include <string_view>

#include "base/time.h"
#include "monitor/alert_outbox.h"

namespace gannet::monitor {

/// Who sends, in every alert.
struct AlertSender {
  std::string engine;
  std::string environment;
};

/// One line for people: "[CRITICAL] killed (e1, live): The kill switch ... engine.killed: why=...".
std::string alert_line(const Told& told, const AlertSender& sender);

// The bodies of HTTP requests. `told` is not empty.

/// {"version":1,"engine":...,"alerts":[{"status":"firing","name":...}]}
std::string webhook_body(std::span<const Told> told, const AlertSender& sender);
/// {"text":"..."}: a line an alert, as Slack's incoming webhooks (and Mattermost's) take it.
std::string slack_body(std::span<const Told> told, const AlertSender& sender);
/// POST /api/v2/alerts of an Alertmanager. What fires ends at `ends_at` unless it is told again.
std::string alertmanager_body(std::span<const Told> told, const AlertSender& sender,
                              Timestamp ends_at);

/// One entry in the form of systemd's native journal protocol: a field a line. PRIORITY is 2, 4 or
/// 6 by severity, 5 when it is over.
std::string journal_entry(const Told& told, const AlertSender& sender);

/// "2026-11-30T14:45:00.123456Z"
std::string rfc3339_text(Timestamp time);

}  // namespace gannet::monitor
