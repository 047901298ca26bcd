#include "monitor/alert_format.h"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>
#include <ctime>
#include <iterator>

#include "base/json_text.h"

namespace gannet::monitor {
namespace {

/// The members of one JSON object, in order.
class JsonMembers {
 public:
  explicit JsonMembers(std::string& out) : out_(out) { out_ += '{'; }
  ~JsonMembers() { out_ += '}'; }
  JsonMembers(const JsonMembers&) = delete;
  JsonMembers& operator=(const JsonMembers&) = delete;

  std::string& key(std::string_view name) {
    if (!is_first_) out_ += ',';
    is_first_ = false;
    append_json_string(out_, name);
    out_ += ':';
    return out_;
  }
  void text(std::string_view name, std::string_view value) { append_json_string(key(name), value); }
  void number(std::string_view name, std::uint64_t value) {
    fmt::format_to(std::back_inserter(key(name)), "{}", value);
  }

 private:
  std::string& out_;
  bool is_first_ = true;
};

void append_labels(std::string& out, const AlertLabels& labels) {
  JsonMembers members(out);
  for (const auto& [key, value] : labels) members.text(key, value);
}

std::string_view status_of(const Told& told) {
  if (!told.alert.firing) return "resolved";
  return told.count < told.alert.total ? "repeated" : "firing";
}

void append_alert(std::string& out, const Told& told) {
  const Alert& alert = told.alert;
  JsonMembers members(out);
  members.text("status", status_of(told));
  members.text("name", alert.rule);
  members.text("severity", name_of(alert.severity));
  members.text("fingerprint", fingerprint_text(alert.fingerprint));
  append_labels(members.key("labels"), alert.labels);
  members.text("text", alert.text);
  members.text("detail", alert.detail);
  members.text("started", rfc3339_text(alert.started));
  if (!alert.firing) members.text("ended", rfc3339_text(alert.ended));
  members.number("count", told.count);
  members.number("total", alert.total);
}

int priority_of(const Alert& alert) {
  if (!alert.firing) return 5;
  switch (alert.severity) {
    case Severity::Info:
      return 6;
    case Severity::Warning:
      return 4;
    case Severity::Critical:
      return 2;
  }
  return 4;
}

/// A field of the journal's protocol is one line.
void append_field(std::string& out, std::string_view key, std::string_view value) {
  out.append(key).append("=");
  std::ranges::replace_copy_if(
      value, std::back_inserter(out), [](char c) { return c == '\n' || c == '\0'; }, ' ');
  out += '\n';
}

}  // namespace

std::string rfc3339_text(Timestamp time) {
  const std::int64_t whole = time.nanos / 1'000'000'000;
  return fmt::format("{:%Y-%m-%dT%H:%M:%S}.{:06}Z", fmt::gmtime(static_cast<std::time_t>(whole)),
                     time.nanos % 1'000'000'000 / 1'000);
}

std::string alert_line(const Told& told, const AlertSender& sender) {
  const Alert& alert = told.alert;
  std::string head(alert.firing ? name_of(alert.severity) : std::string_view("over"));
  std::ranges::transform(head, head.begin(), [](char c) {
    return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  });
  std::string line =
      fmt::format("[{}] {} ({}, {})", head, alert.rule, sender.engine, sender.environment);
  if (!alert.labels.empty()) line += fmt::format(" {}", labels_text(alert.labels));
  if (!alert.text.empty()) line += fmt::format(": {}", alert.text);
  if (!alert.detail.empty()) line += fmt::format(" [{}]", alert.detail);
  if (alert.total > 1) line += fmt::format(" ({} more times, {} in all)", told.count, alert.total);
  return line;
}

std::string webhook_body(std::span<const Told> told, const AlertSender& sender) {
  std::string out;
  {
    JsonMembers members(out);
    members.number("version", 1);
    members.text("engine", sender.engine);
    members.text("environment", sender.environment);
    std::string& list = members.key("alerts");
    list += '[';
    for (const Told& one : told) {
      if (&one != told.data()) list += ',';
      append_alert(list, one);
    }
    list += ']';
  }
  return out;
}

std::string slack_body(std::span<const Told> told, const AlertSender& sender) {
  std::string lines;
  for (const Told& one : told) {
    if (!lines.empty()) lines += '\n';
    // Slack's three: everything else is text.
    for (const char c : alert_line(one, sender)) {
      if (c == '&') {
        lines += "&amp;";
      } else if (c == '<') {
        lines += "&lt;";
      } else if (c == '>') {
        lines += "&gt;";
      } else {
        lines += c;
      }
    }
  }
  std::string out;
  {
    JsonMembers members(out);
    members.text("text", lines);
  }
  return out;
}

std::string alertmanager_body(std::span<const Told> told, const AlertSender& sender,
                              Timestamp ends_at) {
  std::string out = "[";
  for (const Told& one : told) {
    const Alert& alert = one.alert;
    if (&one != told.data()) out += ',';
    JsonMembers members(out);
    {
      JsonMembers labels(members.key("labels"));
      labels.text("alertname", alert.rule);
      labels.text("severity", name_of(alert.severity));
      labels.text("engine", sender.engine);
      labels.text("environment", sender.environment);
      for (const auto& [key, value] : alert.labels)
        // A name of ours must not replace one of those above.
        labels.text(key == "severity" || key == "engine" ? "of_" + key : key, value);
    }
    {
      JsonMembers notes(members.key("annotations"));
      notes.text("summary", alert.text);
      notes.text("description", alert.detail);
      notes.text("total", fmt::format("{}", alert.total));
    }
    members.text("startsAt", rfc3339_text(alert.started));
    members.text("endsAt", rfc3339_text(alert.firing ? ends_at : alert.ended));
  }
  return out + "]";
}

std::string journal_entry(const Told& told, const AlertSender& sender) {
  const Alert& alert = told.alert;
  std::string out;
  append_field(out, "MESSAGE", alert_line(told, sender));
  append_field(out, "PRIORITY", fmt::format("{}", priority_of(alert)));
  append_field(out, "SYSLOG_IDENTIFIER", "gannetd");
  append_field(out, "GANNET_ALERT", alert.rule);
  append_field(out, "GANNET_STATUS", status_of(told));
  append_field(out, "GANNET_SEVERITY", name_of(alert.severity));
  append_field(out, "GANNET_FINGERPRINT", fingerprint_text(alert.fingerprint));
  append_field(out, "GANNET_ENGINE", sender.engine);
  append_field(out, "GANNET_ENVIRONMENT", sender.environment);
  append_field(out, "GANNET_COUNT", fmt::format("{}", told.count));
  append_field(out, "GANNET_TOTAL", fmt::format("{}", alert.total));
  for (const auto& [key, value] : alert.labels) {
    std::string name = "GANNET_LABEL_" + key;
    std::ranges::transform(name, name.begin(), [](char c) {
      if (c >= 'a' && c <= 'z') return static_cast<char>(c - 'a' + 'A');
      return (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ? c : '_';
    });
    append_field(out, name, value);
  }
  return out;
}

}  // namespace gannet::monitor
