#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <optional>

#include "base/duration_text.h"
#include "base/nearest.h"
#include "config/internal/sections.h"

namespace gannet::config {
namespace {

using monitor::AlertCondition;
using monitor::AlertRoute;
using monitor::AlertRule;
using monitor::AlertSettings;
using Kind = AlertCondition::Kind;

constexpr std::pair<std::string_view, monitor::Severity> kAlertSeverities[] = {
    {"critical", monitor::Severity::Critical},
    {"warning", monitor::Severity::Warning},
    {"info", monitor::Severity::Info}};
constexpr std::pair<std::string_view, AlertRoute::Kind> kAlertRouteKinds[] = {
    {"journald", AlertRoute::Kind::Journald},
    {"webhook", AlertRoute::Kind::Webhook},
    {"slack", AlertRoute::Kind::Slack},
    {"alertmanager", AlertRoute::Kind::Alertmanager}};
constexpr std::array kConditionKinds = {Kind::Above,     Kind::Below,      Kind::Outside,
                                        Kind::RisesBy,   Kind::AboveUsual, Kind::Quantile,
                                        Kind::AbsentFor, Kind::StaleFor};
constexpr Nanos kLongest = seconds(24 * 3600);
constexpr std::size_t kMostRules = 256;
constexpr std::size_t kMostRoutes = 16;

/// "0.8", "-5", "80 %", and of a figure in seconds "5ms".
std::optional<double> number_of(std::string_view text) {
  double scale = 1;
  if (text.ends_with('%')) {
    text.remove_suffix(1);
    while (text.ends_with(' ')) text.remove_suffix(1);
    scale = 0.01;
  }
  if (const auto exact = parse_decimal(text))
    return scale * static_cast<double>(exact->mantissa) /
           static_cast<double>(power_of_ten(exact->digits));
  if (const auto duration = parse_duration(text); duration && scale == 1)
    return static_cast<double>(duration->count) / 1e9;
  return std::nullopt;
}

std::optional<double> read_number(TableReader& table, std::string_view key) {
  const auto given = table.text(key);
  if (!given) return std::nullopt;
  const auto number = number_of(*given);
  if (!number)
    table.problem(key, fmt::format("\"{}\" is no number: \"0.8\", \"80 %\" or \"5ms\"", *given));
  return number;
}

void read_span(TableReader& table, std::string_view key, Nanos least, Nanos& out) {
  const auto given = table.duration(key);
  if (!given) return;
  out = *given;
  if (out < least || out > kLongest)
    table.problem(key, fmt::format("must be {} to 24h", least.count == 0 ? "0s" : "1s"));
}

void read_figure(TableReader& table, AlertRule& rule) {
  const auto name = table.text("figure");
  if (!name) return;
  const auto figure = monitor::figure_named(*name);
  if (figure) {
    if (rule.figure && rule.figure != figure) {  // the condition was made for another one
      rule.condition = {};
      rule.labels.clear();
    }
    rule.figure = figure;
    return;
  }
  std::vector<std::string> names;
  for (const monitor::FigureName& known : monitor::figure_names()) names.emplace_back(known.name);
  table.problem("figure", fmt::format("there is no figure \"{}\"{}; docs/metrics.md has them all",
                                      *name, did_you_mean(*name, names)));
}

void read_labels(TableReader& table, AlertRule& rule) {
  TableReader labels = table.table("labels");
  if (!labels.exists()) return;
  rule.labels.clear();
  std::vector<std::string> known;
  if (rule.figure) {
    std::string_view rest = monitor::info_of(*rule.figure).labels;
    while (!rest.empty()) {
      const std::size_t comma = std::min(rest.find(", "), rest.size());
      known.emplace_back(rest.substr(0, comma));
      rest.remove_prefix(std::min(rest.size(), comma + 2));
    }
  }
  for (const auto& [key, node] : labels.entries()) {
    const auto value = labels.text(key);
    if (std::ranges::find(known, key) == known.end())
      labels.problem(key, known.empty()
                              ? std::string("the rule's figure has no labels")
                              : fmt::format("the figure has the labels {}{}",
                                            fmt::join(known, ", "), did_you_mean(key, known)));
    if (value) rule.labels.emplace_back(key, *value);
  }
}

void read_events(TableReader& table, AlertRule& rule) {
  const std::vector<std::string> wanted = table.texts("events");
  if (!table.has("events")) return;
  rule.events.clear();
  for (const std::string& name : wanted) {
    const auto all = log_events();
    const auto found = std::ranges::find(all, name, &LogEventInfo::name);
    if (found != all.end()) {
      rule.events.push_back(found->event);
      continue;
    }
    std::vector<std::string> names;
    for (const LogEventInfo& info : all) names.emplace_back(info.name);
    table.problem("events", fmt::format("there is no log event \"{}\"{}; docs/logs.md has them all",
                                        name, did_you_mean(name, names)));
  }
}

void check_kind(TableReader& table, const AlertRule& rule) {
  const Kind kind = rule.condition.kind;
  if (kind == Kind::None && rule.figure)
    table.problem("figure",
                  "needs a condition: above, below, outside, rises_by, above_usual, "
                  "quantile_above, absent_for or stale_for");
  if (kind == Kind::None) return;
  if (!rule.figure) {
    table.problem(key_of(kind), "needs a figure that it is about");
    return;
  }
  const bool is_histogram = monitor::info_of(*rule.figure).kind == monitor::FigureKind::Histogram;
  if (is_histogram != (kind == Kind::Quantile))
    table.problem(key_of(kind),
                  fmt::format("{} is {}: {}", monitor::info_of(*rule.figure).name,
                              is_histogram ? "a histogram" : "no histogram",
                              is_histogram ? "say quantile_above" : "say above or below"));
}

void read_condition(TableReader& table, AlertRule& rule) {
  AlertCondition& condition = rule.condition;
  int given = 0;
  for (const Kind kind : kConditionKinds) {
    const std::string_view key = key_of(kind);
    if (!table.has(key)) {
      static_cast<void>(table.text(key));  // a key that is known
      continue;
    }
    ++given;
    if (kind != condition.kind) condition.clear.reset();
    condition.kind = kind;
    if (kind == Kind::AbsentFor || kind == Kind::StaleFor) {
      read_span(table, key, seconds(1), condition.within);
    } else {
      condition.threshold = read_number(table, key).value_or(0);
    }
  }
  for (const Kind kind : kConditionKinds)
    if (given > 1 && table.has(key_of(kind)))
      table.problem(key_of(kind), "is one condition of several: a rule has one");
  if (const auto clear = read_number(table, "clear")) condition.clear = clear;
  const bool is_lower = condition.kind == Kind::Below;
  const bool has_clear = is_lower || condition.kind == Kind::Above ||
                         condition.kind == Kind::Outside || condition.kind == Kind::Quantile;
  if (table.has("clear") && condition.clear &&
      (!has_clear || (is_lower ? *condition.clear < condition.threshold
                               : *condition.clear > condition.threshold)))
    table.problem("clear",
                  "must be on the good side of the threshold of above, below, outside or "
                  "quantile_above");
  read_span(table, "within", seconds(1), condition.within);
  if (table.has("within") && !monitor::has_window(condition.kind))
    table.problem("within", "is of rises_by, above_usual and quantile_above");
  read_span(table, "over", seconds(60), condition.over);
  if (const auto least = read_number(table, "at_least")) condition.at_least = *least;
  if (const auto quantile = read_number(table, "quantile")) {
    condition.quantile = *quantile;
    if (*quantile <= 0 || *quantile >= 1) table.problem("quantile", "must be between 0 and 1");
  }
  check_kind(table, rule);
}

/// A rule of its own, or changes of a built-in one.
void read_rule(TableReader& table, AlertRule& rule) {
  rule.configured = true;
  rule.enabled = table.boolean("enabled").value_or(rule.enabled);
  rule.severity = table.choice("severity", kAlertSeverities).value_or(rule.severity);
  rule.text = table.text("text").value_or(rule.text);
  read_figure(table, rule);
  read_labels(table, rule);
  read_events(table, rule);
  read_condition(table, rule);
  read_span(table, "for", {}, rule.hold);
  read_span(table, "quiet_for", seconds(1), rule.quiet_for);
  if (!rule.built_in && !table.has("figure") && !table.has("events"))
    table.problem("name", "watches nothing: it needs a figure with a condition, or events");
  table.finish();
}

void read_rules_of(std::vector<TableReader> tables, AlertSettings& settings) {
  std::vector<std::string> seen;
  std::vector<std::string> built_in;
  for (const AlertRule& rule : settings.rules) built_in.push_back(rule.name);
  for (TableReader& table : tables) {
    const std::string name =
        table.required_text("name", "a built-in rule's, to change it, or a new one");
    if (std::ranges::find(seen, name) != seen.end())
      table.problem("name", fmt::format("\"{}\" is there twice", name));
    seen.push_back(name);
    auto found = std::ranges::find(settings.rules, name, &AlertRule::name);
    if (found == settings.rules.end()) {
      // Somebody who changes a rule says less than one who makes one: likely a slip of the pen.
      if (!table.has("figure") && !table.has("events"))
        table.problem("name", fmt::format("there is no built-in rule \"{}\"{}", name,
                                          did_you_mean(name, built_in)));
      if (settings.rules.size() >= kMostRules)
        table.problem("name", fmt::format("{} rules are the most", kMostRules));
      AlertRule rule;
      rule.name = name;
      if (!table.has("figure")) rule.quiet_for = seconds(600);
      found = settings.rules.insert(settings.rules.end(), std::move(rule));
    }
    read_rule(table, *found);
  }
}

/// A text, for what is no secret, or { file = … } for what is.
void read_alert_url(TableReader& table, std::string_view key, bool may_be_plain,
                    Environment environment, bool want_secrets, Secret& url) {
  const bool is_plain = may_be_plain && table.is_text(key);
  if (is_plain) {
    url = Secret(table.required_text(key, "where it listens"));
  } else if (want_secrets) {
    url = read_secret(table, key, environment);
  } else {
    static_cast<void>(table.table(key).entries());
  }
  const std::string_view text = url.reveal();
  if (!url.empty() && !text.starts_with("https://") && !text.starts_with("http://"))
    table.problem(key, "is no http:// or https:// URL");
}

AlertRoute read_route(TableReader& table, Environment environment, bool want_secrets) {
  AlertRoute route;
  route.name = table.required_text("name", "what `gannet alert` calls this route");
  const auto kind = table.choice("kind", kAlertRouteKinds);
  if (!kind && !table.has("kind"))
    table.problem("kind", "is needed: journald, webhook, slack or alertmanager");
  route.kind = kind.value_or(route.kind);
  route.severity_min = table.choice("severity_min", kAlertSeverities).value_or(route.severity_min);
  const bool is_journal = route.kind == AlertRoute::Kind::Journald;
  // The URL of an incoming webhook is all that one needs to write there.
  read_alert_url(table, "url", route.kind == AlertRoute::Kind::Alertmanager, environment,
                 want_secrets, route.url);
  if (is_journal && table.has("url")) table.problem("url", "journald has none");
  if (!is_journal && !table.has("url"))
    table.problem("url", route.kind == AlertRoute::Kind::Alertmanager
                             ? "is needed: \"http://127.0.0.1:9093\""
                             : "is a secret: { credential = \"…\" }, { file = \"…\" } or, for "
                               "sim and demo, { env = \"…\" }");
  route.ca_file = table.text("ca_file").value_or("");
  route.timeout = table.duration("timeout").value_or(route.timeout);
  if (route.timeout < milliseconds(100) || route.timeout > seconds(30))
    table.problem("timeout", "must be 100ms to 30s");
  table.finish();
  return route;
}

void read_routes_of(std::vector<TableReader> tables, AlertSettings& settings,
                    Environment environment, bool want_secrets) {
  for (TableReader& table : tables) {
    AlertRoute route = read_route(table, environment, want_secrets);
    const auto same = std::ranges::find(settings.routes, route.name, &AlertRoute::name);
    if (!route.name.empty() && same != settings.routes.end())
      table.problem("name", fmt::format("\"{}\" is there twice", route.name));
    if (settings.routes.size() >= kMostRoutes)
      table.problem("name", fmt::format("{} routes are the most", kMostRoutes));
    settings.routes.push_back(std::move(route));
  }
  const bool has_journal = std::ranges::find(settings.routes, AlertRoute::Kind::Journald,
                                             &AlertRoute::kind) != settings.routes.end();
  if (has_journal) return;
  AlertRoute journal;
  journal.name = "journald";
  settings.routes.push_back(std::move(journal));
}

}  // namespace

void read_alerts(TableReader& root, Settings& settings, bool want_secrets) {
  AlertSettings& out = settings.alerts;
  const Environment environment = settings.venue.environment;
  TableReader alerts = root.table("alerts");
  read_alert_url(alerts, "heartbeat_url", false, environment, want_secrets, out.heartbeat_url);
  out.heartbeat_ca_file = alerts.text("heartbeat_ca_file").value_or("");
  read_span(alerts, "heartbeat_interval", seconds(1), out.heartbeat_interval);
  read_span(alerts, "digest_interval", seconds(1), out.digest_interval);
  read_span(alerts, "resend_interval", seconds(1), out.resend_interval);
  if (const auto least = alerts.integer("critical_routes_min", 0, 16))
    out.critical_routes_min = *least;
  read_rules_of(root.tables("alert"), out);
  read_routes_of(root.tables("alert_route"), out, environment, want_secrets);
  // MON-02. Real money is traded only where somebody will hear of trouble, or says that it may be.
  const auto routes = static_cast<std::int64_t>(critical_routes(out));
  if (environment == Environment::Live && routes < out.critical_routes_min)
    alerts.problem("critical_routes_min",
                   fmt::format("live trading wants {} routes for critical alerts, there is {}: "
                               "add an [[alert_route]], or say critical_routes_min = {}",
                               out.critical_routes_min, routes, routes));
  alerts.finish();
}

}  // namespace gannet::config
