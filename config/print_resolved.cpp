#include <fmt/format.h>

#include <iterator>

#include "config/internal/sections.h"
#include "config/load.h"

namespace gannet::config {
namespace {

/// Text as a TOML string.
std::string quoted(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    if (static_cast<unsigned char>(c) < 0x20) {
      out += fmt::format("\\u{:04x}", static_cast<unsigned>(c));
    } else {
      out += c;
    }
  }
  return out + "\"";
}

std::string duration_text(Nanos duration) {
  if (duration.count % 1'000'000'000 == 0)
    return fmt::format("{}s", duration.count / 1'000'000'000);
  if (duration.count % 1'000'000 == 0) return fmt::format("{}ms", duration.count / 1'000'000);
  if (duration.count % 1'000 == 0) return fmt::format("{}us", duration.count / 1'000);
  return fmt::format("{}ns", duration.count);
}

std::string decimal_text(const Decimal& decimal) {
  char text[kMaxUnitsText];
  return std::string(text, format_units(text, decimal.mantissa, decimal.digits));
}

std::string size_text(const risk::SizeLimit& size) {
  return fmt::format("{} {}", decimal_text(size.value),
                     size.currency.empty() ? std::string_view("contracts") : size.currency.view());
}

std::string fraction_text(std::uint32_t ppm) {
  return decimal_text({static_cast<std::int64_t>(ppm), 4}) + "%";
}

/// Writes `key = value` lines.
class Printer {
 public:
  void section(std::string_view header) { out_ += fmt::format("\n{}\n", header); }
  void comment(std::string_view text) { out_ += fmt::format("# {}\n", text); }
  void text(std::string_view key, std::string_view value) { line(key, quoted(value)); }
  void texts(std::string_view key, const std::vector<std::string>& values) {
    std::string list;
    for (const std::string& value : values) list += (list.empty() ? "" : ", ") + quoted(value);
    line(key, "[" + list + "]");
  }
  void text_if(std::string_view key, std::string_view value) {
    if (!value.empty()) text(key, value);
  }
  void flag(std::string_view key, bool value) { line(key, value ? "true" : "false"); }
  void number(std::string_view key, std::int64_t value) { line(key, fmt::format("{}", value)); }
  void number(std::string_view key, std::uint64_t value) { line(key, fmt::format("{}", value)); }
  void line(std::string_view key, std::string_view value) {
    out_ += fmt::format("{} = {}\n", key, value);
  }
  void rate(std::string_view key, const risk::RateLimit& rate) {
    text(key, fmt::format("{}/{}", rate.count, duration_text(rate.window)));
  }
  std::string take() { return std::move(out_); }

 private:
  std::string out_;
};

void print_secret(Printer& p, std::string_view key, const Secret& secret) {
  if (!secret.empty()) p.line(key, "\"***\"");
}

void print_venue(Printer& p, const VenueSettings& venue, const risk::RateLimits& rates) {
  p.section("[venue]");
  p.text("kind", venue.kind);
  p.text("environment", word_for(venue.environment, kEnvironments));
  p.text("region", word_for(venue.region, kRegions));
  p.text_if("rest_url", venue.rest_url);
  p.text_if("ws_public_url", venue.ws_public_url);
  p.text_if("ws_private_url", venue.ws_private_url);
  p.text_if("ws_business_url", venue.ws_business_url);
  p.number("market_connections", std::uint64_t{venue.market_connections});
  p.text_if("ca_file", venue.ca_file);
  if (venue.embedded) {
    p.section("[venue.embedded]");
    p.text("market", venue.embedded->market);
    p.number("seed", venue.embedded->seed);
    p.text("speed", venue.embedded->speed);
    p.text_if("instruments", venue.embedded->instruments);
  }
  if (venue.environment == Environment::Paper) {
    p.section("[venue.paper]");
    p.texts("balances", venue.paper.balances);
    p.text("queue", venue.paper.queue);
  }
  p.section("[venue.credentials]");
  print_secret(p, "api_key", venue.credentials.api_key);
  print_secret(p, "secret", venue.credentials.secret);
  print_secret(p, "passphrase", venue.credentials.passphrase);
  p.section("[venue.routes]");
  p.text("place", word_for(venue.routes.place, kRoutes));
  p.text("amend", word_for(venue.routes.amend, kRoutes));
  p.text("cancel", word_for(venue.routes.cancel, kRoutes));
  p.section("[venue.limits]");
  p.rate("place", rates.place);
  p.rate("place_batch", rates.place_batch);
  p.rate("amend", rates.amend);
  p.rate("amend_batch", rates.amend_batch);
  p.rate("cancel", rates.cancel);
  p.rate("cancel_batch", rates.cancel_batch);
  p.rate("place_algo", rates.place_algo);
  p.rate("amend_algo", rates.amend_algo);
  p.rate("cancel_algo", rates.cancel_algo);
  p.rate("account", rates.account);
  p.text("cancel_reserve", fraction_text(rates.cancel_reserve_ppm));
  p.text("burst", fraction_text(rates.burst_ppm));
  p.text("rate_share", fraction_text(rates.share_ppm));
  p.text("recovery", duration_text(rates.recovery));
}

void print_account_and_engine(Printer& p, const Settings& settings) {
  p.section("[account]");
  p.text("engine_id", settings.account.engine_id);
  p.flag("exclusive_account", settings.account.exclusive_account);
  p.text("account_mode", word_for(settings.account.account_mode, kAccountModes));
  p.text("position_mode", word_for(settings.account.position_mode, kPositionModes));
  p.text_if("account_number", settings.account.account_number);
  p.text_if("fee_level", settings.account.fee_level);
  if (settings.account.fees_in_quote)
    p.text("spot_fees", word_for(*settings.account.fees_in_quote, kSpotFees));
  p.flag("allow_unbound_key", settings.account.allow_unbound_key);
  p.section("[engine]");
  p.flag("busy_poll", settings.engine.busy_poll);
  if (settings.engine.reactor_cpu)
    p.number("reactor_cpu", std::int64_t{*settings.engine.reactor_cpu});
  p.text("state_directory", settings.engine.state_directory);
  p.text_if("plugin_directory", settings.engine.plugin_directory);
  p.text("protective", word_for(settings.engine.keep_protective, kProtective));
  p.flag("require_cod", settings.engine.require_cod);
  p.flag("history", settings.engine.keep_history);
  p.flag("lock_memory", settings.engine.lock_memory);
  p.text("lane_sleep", duration_text(settings.engine.lane_sleep));
}

void print_instrument(Printer& p, const engine::InstrumentSettings& instrument) {
  p.section("[[instrument]]");
  p.text("name", instrument.name);
  p.text("margin_mode", word_for(instrument.margin_mode, kMarginModes));
  if (instrument.leverage) p.text("leverage", *instrument.leverage);
  p.flag("set_leverage", instrument.set_leverage);
  p.text_if("trade_quote_currency", instrument.trade_quote_currency);
  if (instrument.book) p.text("book", word_for(*instrument.book, kBooks));
}

void print_strategy(Printer& p, const engine::StrategySettings& strategy) {
  p.section("[[strategy]]");
  p.text("name", strategy.name);
  p.text("plugin", strategy.plugin);
  p.text("lane", strategy.lane);
  p.text("on_start", word_for(strategy.on_start, kOnStart));
  p.text("on_stop", word_for(strategy.on_stop, kOnStop));
  for (const engine::ParameterSetting& parameter : strategy.parameters) {
    const bool is_text = parameter.kind == engine::ParameterSetting::Kind::Text;
    p.line(fmt::format("parameters.{}", parameter.name),
           is_text ? quoted(parameter.text) : parameter.text);
  }
}

void print_limits(Printer& p, const std::string& header, const risk::Limits& limits,
                  const risk::LossSettings& losses = {}) {
  p.section(header);
  if (losses.loss_day_max) p.text("loss_day_max", decimal_text(*losses.loss_day_max));
  if (losses.drawdown_max) p.text("drawdown_max", decimal_text(*losses.drawdown_max));
  if (limits.order_quantity_max)
    p.text("order_quantity_max", size_text(*limits.order_quantity_max));
  if (limits.order_notional_max)
    p.text("order_notional_max", decimal_text(*limits.order_notional_max));
  if (limits.position_long_max) p.text("position_long_max", size_text(*limits.position_long_max));
  if (limits.position_short_max)
    p.text("position_short_max", size_text(*limits.position_short_max));
  if (limits.open_orders_max) p.number("open_orders_max", std::int64_t{*limits.open_orders_max});
  if (limits.price_collar_ppm) p.text("price_collar", fraction_text(*limits.price_collar_ppm));
  if (limits.gross_notional_max)
    p.text("gross_notional_max", decimal_text(*limits.gross_notional_max));
  if (limits.net_notional_max) p.text("net_notional_max", decimal_text(*limits.net_notional_max));
  if (limits.leverage_max) p.text("leverage_max", decimal_text(*limits.leverage_max));
  if (limits.free_margin_min) p.text("free_margin_min", decimal_text(*limits.free_margin_min));
}

void print_rules(Printer& p, const risk::BehaviourRules& rules) {
  const auto mode = [&p](risk::RuleMode value) { p.text("mode", word_for(value, kRuleModes)); };
  p.section("[risk.repeated_execution]");
  mode(rules.repeated_execution.mode);
  p.number("count_max", std::uint64_t{rules.repeated_execution.count_max});
  p.text("window", duration_text(rules.repeated_execution.window));
  p.text("price_band", fraction_text(rules.repeated_execution.price_band_ppm));
  p.section("[risk.duplicate_intent]");
  mode(rules.duplicate_intent);
  p.section("[risk.reject_storm]");
  mode(rules.reject_storm.mode);
  p.number("identical_max", std::uint64_t{rules.reject_storm.identical_max});
  p.number("per_minute_max", std::uint64_t{rules.reject_storm.per_minute_max});
  p.section("[risk.self_trade]");
  mode(rules.self_trade.mode);
  p.text("at_venue", word_for(rules.self_trade.at_venue, kSelfTrade));
  p.section("[risk.order_to_trade]");
  mode(rules.order_to_trade.mode);
  p.number("ratio_max", std::uint64_t{rules.order_to_trade.ratio_max});
  if (rules.order_to_trade.cancel_ratio_max_ppm)
    p.text("cancel_ratio_max", fraction_text(*rules.order_to_trade.cancel_ratio_max_ppm));
  p.text("window", duration_text(rules.order_to_trade.window));
  p.section("[risk.market_sanity]");
  mode(rules.market_sanity.mode);
  p.text("jump", fraction_text(rules.market_sanity.jump_ppm));
  p.number("spread_ratio_max", std::uint64_t{rules.market_sanity.spread_ratio_max});
  p.text("index_divergence", fraction_text(rules.market_sanity.index_divergence_ppm));
  p.text("settle", duration_text(rules.market_sanity.settle));
}

void print_risk(Printer& p, const risk::Settings& risk) {
  p.section("[risk]");
  p.text("currency", risk.currency.view());
  p.text("metadata_age_max", duration_text(risk.metadata_age_max));
  p.text("alive_age_max", duration_text(risk.alive_age_max));
  p.text("book_age_max", duration_text(risk.book_age_max));
  p.text("mark_age_max", duration_text(risk.mark_age_max));
  p.text("index_age_max", duration_text(risk.index_age_max));
  p.text("valuation_age_max", duration_text(risk.valuation_age_max));
  p.text("price_collar_majors", fraction_text(risk.price_collar_majors_ppm));
  const std::int64_t minutes = risk.day_start.count / 60'000'000'000;
  p.text("day_start", fmt::format("{:02}:{:02}", minutes / 60, minutes % 60));
  p.text("profile", word_for(risk.is_canary, kProfiles));
  p.text("canary", fraction_text(risk.canary_part_ppm));
  print_rules(p, risk.rules);
  print_limits(p, "[risk.account]", risk.account, risk.account_loss);
  print_limits(p, "[risk.instrument_default]", risk.instrument_default);
  print_limits(p, "[risk.strategy_default]", risk.strategy_default, risk.strategy_loss_default);
  for (const auto& [name, limits] : risk.instruments)
    print_limits(p, fmt::format("[risk.instrument.{}]", quoted(name)), limits);
  for (std::size_t i = 0; i < risk.strategies.size(); ++i) {
    const auto& [name, limits] = risk.strategies[i];
    print_limits(
        p, fmt::format("[risk.strategy.{}]", quoted(name)), limits,
        i < risk.strategy_losses.size() ? risk.strategy_losses[i].second : risk::LossSettings{});
  }
}

std::string ratio_text(std::uint64_t ppm) {
  return decimal_text({static_cast<std::int64_t>(ppm), 4}) + "%";
}

void print_protection(Printer& p, const engine::ProtectionSettings& protection) {
  const bool is_ratio = protection.watch == engine::ProtectionWatch::PositionRatio ||
                        protection.watch == engine::ProtectionWatch::MarginRatio;
  const bool is_below = protection.watch == engine::ProtectionWatch::Balance ||
                        protection.watch == engine::ProtectionWatch::MarginRatio;
  p.section("[[protection]]");
  p.text("name", protection.name);
  p.text("watch", word_for(protection.watch, kWatches));
  p.text_if("strategy", protection.strategy);
  p.text_if("instrument", protection.instrument);
  p.text_if("currency", protection.currency);
  if (protection.watch != engine::ProtectionWatch::LiquidationWarning)
    p.text(is_below ? "below" : "above",
           is_ratio ? ratio_text(protection.ratio_ppm) : decimal_text(protection.threshold));
  if (protection.hold_for.count != 0) p.text("for", duration_text(protection.hold_for));
  if (protection.action == engine::ProtectionAction::ReduceTo) {
    p.text("reduce_to", fraction_text(protection.reduce_to_ppm));
  } else {
    p.text("action", word_for(protection.action, kProtectionActions));
  }
  if (protection.collar_ppm != 0) p.text("collar", fraction_text(protection.collar_ppm));
  if (protection.action != engine::ProtectionAction::Alert) p.flag("confirmed", true);
}

void print_metrics(Printer& p, const monitor::ScrapeSettings& metrics) {
  const bool is_ipv6 = metrics.host.find(':') != std::string::npos;
  const bool is_loopback = metrics.host.starts_with("127.") || metrics.host == "::1";
  p.section("[metrics]");
  p.text("listen", is_ipv6 ? fmt::format("[{}]:{}", metrics.host, metrics.port)
                           : fmt::format("{}:{}", metrics.host, metrics.port));
  p.flag("beyond_loopback", !is_loopback);
}

void print_record(Printer& p, const RecordSettings& record) {
  p.section("[record]");
  p.text("directory", record.directory);
  p.texts("channels", record.channels);
  p.flag("private_frames", record.private_frames);
  p.number("segment_megabytes", record.segment_bytes_max >> 20);
  p.text("segment_duration_max", duration_text(record.segment_duration_max));
  p.number("queue_megabytes", std::uint64_t{record.queue_bytes >> 20});
  p.text("disk_free_min", fraction_text(record.disk_free_min_ppm));
}

void print_journal(Printer& p, const JournalConfig& journal) {
  p.section("[journal]");
  p.text("mode", word_for(journal.mode, kJournalModes));
  p.text_if("ring_directory", journal.ring_directory);
  p.number("ring_megabytes", std::uint64_t{journal.ring_bytes >> 20});
  p.number("segment_megabytes", std::uint64_t{journal.segment_bytes >> 20});
  p.text("sync_interval", duration_text(journal.sync_interval));
  p.number("retention_days", std::uint64_t{journal.retention_days});
  p.text("disk_free_trading", fraction_text(journal.disk_free_trading_ppm));
  p.text("disk_free_process", fraction_text(journal.disk_free_process_ppm));
}

void print_control(Printer& p, const ControlSettings& control) {
  p.section("[control]");
  p.text_if("socket", control.socket);
  p.text_if("socket_group", control.socket_group);
  for (const auto& [key, who] :
       {std::pair{"view", &control.view}, std::pair{"operate", &control.operate},
        std::pair{"kill", &control.kill}, std::pair{"admin", &control.admin}}) {
    if (!who->empty()) p.texts(key, *who);
  }
}

/// As the configuration takes it.
std::string number_text(double value) {
  std::string text = fmt::format("{:.9f}", value);
  while (text.ends_with('0')) text.pop_back();
  if (text.ends_with('.')) text.pop_back();
  return text;
}

void print_alert_condition(Printer& p, const monitor::AlertCondition& condition) {
  using Kind = monitor::AlertCondition::Kind;
  const Kind kind = condition.kind;
  if (kind == Kind::None) return;
  const bool is_silence = kind == Kind::AbsentFor || kind == Kind::StaleFor;
  p.text(key_of(kind),
         is_silence ? duration_text(condition.within) : number_text(condition.threshold));
  if (condition.clear) p.text("clear", number_text(*condition.clear));
  if (monitor::has_window(kind)) p.text("within", duration_text(condition.within));
  if (kind == Kind::AboveUsual) p.text("over", duration_text(condition.over));
  if (kind == Kind::AboveUsual || kind == Kind::Quantile)
    p.text("at_least", number_text(condition.at_least));
  if (kind == Kind::Quantile) p.text("quantile", number_text(condition.quantile));
}

void print_alert_rule(Printer& p, const monitor::AlertRule& rule) {
  p.section("[[alert]]");
  p.text("name", rule.name);
  p.flag("enabled", rule.enabled);
  p.text("severity", name_of(rule.severity));
  p.text_if("text", rule.text);
  if (rule.figure) p.text("figure", monitor::info_of(*rule.figure).name);
  std::string labels;
  for (const auto& [key, value] : rule.labels)
    labels += fmt::format("{}{} = {}", labels.empty() ? "" : ", ", key, quoted(value));
  if (!labels.empty()) p.line("labels", fmt::format("{{ {} }}", labels));
  std::vector<std::string> events;
  for (const LogEvent event : rule.events) events.emplace_back(info_of(event).name);
  if (!events.empty()) p.texts("events", events);
  print_alert_condition(p, rule.condition);
  p.text("for", duration_text(rule.hold));
  p.text("quiet_for", duration_text(rule.quiet_for));
}

void print_alerts(Printer& p, const monitor::AlertSettings& alerts) {
  p.section("[alerts]");
  print_secret(p, "heartbeat_url", alerts.heartbeat_url);
  p.text_if("heartbeat_ca_file", alerts.heartbeat_ca_file);
  p.text("heartbeat_interval", duration_text(alerts.heartbeat_interval));
  p.text("digest_interval", duration_text(alerts.digest_interval));
  p.text("resend_interval", duration_text(alerts.resend_interval));
  p.number("critical_routes_min", alerts.critical_routes_min);
  std::string as_they_are;
  for (const monitor::AlertRule& rule : alerts.rules)
    if (!rule.configured) as_they_are += " " + rule.name;
  p.comment("built-in rules as docs/alerts.md has them:" + as_they_are);
  for (const monitor::AlertRoute& route : alerts.routes) {
    p.section("[[alert_route]]");
    p.text("name", route.name);
    p.text("kind", name_of(route.kind));
    p.text("severity_min", name_of(route.severity_min));
    if (route.kind == monitor::AlertRoute::Kind::Journald) continue;
    print_secret(p, "url", route.url);
    p.text_if("ca_file", route.ca_file);
    p.text("timeout", duration_text(route.timeout));
  }
  for (const monitor::AlertRule& rule : alerts.rules)
    if (rule.configured) print_alert_rule(p, rule);
}

}  // namespace

std::string print_resolved(const Settings& settings) {
  Printer p;
  p.comment("resolved from " + settings.file);
  print_venue(p, settings.venue, settings.risk.rates);
  print_account_and_engine(p, settings);
  for (const auto& instrument : settings.instruments) print_instrument(p, instrument);
  for (const auto& strategy : settings.strategies) print_strategy(p, strategy);
  print_risk(p, settings.risk);
  for (const auto& protection : settings.protections) print_protection(p, protection);
  if (settings.record) print_record(p, *settings.record);
  if (settings.metrics) print_metrics(p, *settings.metrics);
  print_journal(p, settings.journal);
  if (settings.control.is_open() || !settings.control.socket.empty())
    print_control(p, settings.control);
  print_alerts(p, settings.alerts);
  return p.take();
}

}  // namespace gannet::config
