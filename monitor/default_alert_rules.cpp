#include <utility>

#include "monitor/alert_settings.h"

namespace gannet::monitor {
namespace {

using Kind = AlertCondition::Kind;
using Id = FigureId;
using Event = LogEvent;
using enum Severity;

constexpr Nanos kEventLasts = seconds(600);

AlertRule named(std::string name, Severity severity, std::string text) {
  AlertRule rule;
  rule.name = std::move(name);
  rule.severity = severity;
  rule.text = std::move(text);
  rule.built_in = true;
  return rule;
}

/// Events alone: over when none came for ten minutes.
AlertRule on_events(std::string name, Severity severity, std::string text,
                    std::vector<Event> events) {
  AlertRule rule = named(std::move(name), severity, std::move(text));
  rule.events = std::move(events);
  rule.quiet_for = kEventLasts;
  return rule;
}

AlertRule on_figure(std::string name, Severity severity, std::string text, Id figure, Kind kind,
                    double threshold, Nanos hold = {}) {
  AlertRule rule = named(std::move(name), severity, std::move(text));
  rule.figure = figure;
  rule.condition.kind = kind;
  rule.condition.threshold = threshold;
  rule.hold = hold;
  return rule;
}

AlertRule with(AlertRule rule, std::vector<Event> events) {
  rule.events = std::move(events);
  return rule;
}

AlertRule of(AlertRule rule, std::string label, std::string value) {
  rule.labels.emplace_back(std::move(label), std::move(value));
  return rule;
}

AlertRule cleared_at(AlertRule rule, double clear) {
  rule.condition.clear = clear;
  return rule;
}

AlertRule at_least(AlertRule rule, double least) {
  rule.condition.at_least = least;
  return rule;
}

/// Absent or unchanged for so long.
AlertRule silent(std::string name, Severity severity, std::string text, Id figure, Kind kind,
                 Nanos deadline) {
  AlertRule rule = on_figure(std::move(name), severity, std::move(text), figure, kind, 0);
  rule.condition.within = deadline;
  return rule;
}

void add_stops(std::vector<AlertRule>& all) {
  all.push_back(with(
      on_figure("killed", Critical,
                "The kill switch is pressed: nothing new is ordered. `gannet status` says why.",
                Id::Killed, Kind::Above, 0),
      {Event::EngineKilled}));
  all.push_back(
      with(on_figure("part_killed", Critical, "A strategy, an instrument or the account is killed.",
                     Id::KilledParts, Kind::Above, 0),
           {Event::PartKilled}));
  all.push_back(with(
      on_figure("strategy_stopped", Critical, "A strategy trades no more: its log line says why.",
                Id::StrategyStopped, Kind::Above, 0),
      {Event::StrategyStopped, Event::StrategyDisabled}));
  all.push_back(on_figure("held", Warning,
                          "Trading is held for longer than a start or a reconnect takes.",
                          Id::HoldReason, Kind::Above, 0, seconds(60)));
  all.push_back(on_figure("instrument_held", Warning,
                          "An instrument does not trade: `gannet status` names the reason.",
                          Id::InstrumentTrading, Kind::Below, 1, seconds(60)));
  all.push_back(on_events("resumed", Info, "A person ended a kill or hold.",
                          {Event::EngineResumed, Event::StrategyEnabled}));
  AlertRule rest = named("critical_event", Critical,
                         "A critical event that no other rule names: docs/logs.md explains it.");
  rest.critical_events = true;
  rest.quiet_for = kEventLasts;
  all.push_back(std::move(rest));
}

void add_money(std::vector<AlertRule>& all) {
  all.push_back(on_events("loss_limit", Critical,
                          "A limit of loss or drawdown was reached: new risk is refused.",
                          {Event::LossLimit}));
  all.push_back(cleared_at(of(on_figure("loss", Warning, "The loss of the day nears its limit.",
                                        Id::LossLimitUsed, Kind::Above, 0.8),
                              "limit", "loss_day"),
                           0.7));
  all.push_back(cleared_at(of(on_figure("drawdown", Warning, "The drawdown nears its limit.",
                                        Id::LossLimitUsed, Kind::Above, 0.8),
                              "limit", "drawdown"),
                           0.7));
  all.push_back(with(on_figure("balance_unexplained", Critical,
                               "A balance is not what its bills add up to. `gannet accept "
                               "CURRENCY` takes it over once it is understood.",
                               Id::BalancesUnexplained, Kind::Above, 0),
                     {Event::BillsUnexplained}));
  all.push_back(on_events("balance_changed", Warning,
                          "Money moved without a trade of ours, or two channels disagree on it.",
                          {Event::MoneyMoved, Event::BalanceDifference}));
  all.push_back(with(on_figure("position_drift", Critical,
                               "Our position and the venue's differ: the instrument is held.",
                               Id::HeldInstruments, Kind::Above, 0),
                     {Event::PositionDifference, Event::Adjustment, Event::LateFill}));
  all.push_back(on_events("position_taken", Critical,
                          "The venue ended a position, or warns that it may.",
                          {Event::PositionTaken, Event::LiquidationWarning}));
  all.push_back(on_events("fees", Warning, "A fee is not the rate that is reckoned with.",
                          {Event::FeesDiffer}));
}

void add_orders(std::vector<AlertRule>& all) {
  all.push_back(on_figure("errors", Warning,
                          "The venue refuses questions, logins or subscriptions, or is silent.",
                          Id::VenueErrors, Kind::RisesBy, 10));
  all.push_back(on_figure("rest_errors", Warning, "Questions over REST fail or time out.",
                          Id::RestFailures, Kind::RisesBy, 10));
  all.push_back(on_figure("frames_refused", Warning,
                          "Messages of the venue are not understood: `frame.refused` shows them.",
                          Id::FramesRefused, Kind::RisesBy, 10));
  all.push_back(on_figure("rejects", Warning, "The venue rejects many orders.", Id::OrdersRejected,
                          Kind::RisesBy, 20));
  all.push_back(on_figure("denials", Warning, "We deny many orders ourselves.", Id::OrdersDenied,
                          Kind::RisesBy, 200));
  all.push_back(on_events("rule_broken", Warning,
                          "A behavioural rule was broken: repeats, reject storm, ratio, sanity.",
                          {Event::RuleBroken, Event::MarketSuspect}));
  all.push_back(on_figure("unknown_orders", Warning, "The outcome of orders is not known for long.",
                          Id::UnknownOrders, Kind::Above, 0, seconds(10)));
  all.push_back(on_events("foreign_orders", Warning, "Orders on the account are not ours.",
                          {Event::OrderForeign}));
  all.push_back(on_events("exits", Warning, "A protective order failed, or was left at the venue.",
                          {Event::AlgoFailed, Event::ProtectiveKept}));
  all.push_back(at_least(on_figure("volume", Warning, "Far more is traded than in the hour before.",
                                   Id::Fills, Kind::AboveUsual, 5),
                         50));
  all.push_back(
      at_least(on_figure("order_volume", Warning, "Far more is sent than in the hour before.",
                         Id::Requests, Kind::AboveUsual, 5),
               600));
  all.push_back(on_events("venue_timer", Critical,
                          "The venue's cancel-all-after timer was refused, or it fired.",
                          {Event::TimerRefused}));
}

void add_latency(std::vector<AlertRule>& all) {
  all.push_back(at_least(
      of(on_figure("latency", Warning, "Ticks take long to become orders, at the 99th percentile.",
                   Id::Latency, Kind::Quantile, 0.005, seconds(10)),
         "stage", "tick_to_order"),
      20));
  all.push_back(at_least(
      of(on_figure("acknowledgements", Warning, "The venue takes long to acknowledge orders.",
                   Id::Latency, Kind::Quantile, 1, seconds(10)),
         "stage", "acknowledge"),
      20));
  all.push_back(on_figure("loop_slow", Warning,
                          "The trading loop was silent for longer than it should be: a near miss.",
                          Id::StatusAge, Kind::Above, 0.8));
  all.push_back(on_events("paused", Warning, "The machine or the process stood still.",
                          {Event::ClockJumped}));
  all.push_back(on_figure("rings", Warning, "A queue between threads is half full.", Id::RingUsed,
                          Kind::Above, 0.5, seconds(2)));
}

/// MON-04: each feed, strategy and timer has a deadline.
void add_silence(std::vector<AlertRule>& all) {
  all.push_back(on_figure("engine_silent", Critical,
                          "The trading loop does not turn: is it hung? The watchdog restarts it.",
                          Id::StatusAge, Kind::Above, 2));
  all.push_back(silent("feed_silent", Critical, "A connection brings no messages any more.",
                       Id::FramesReceived, Kind::StaleFor, seconds(60)));
  all.push_back(on_figure("connection_down", Critical,
                          "A connection is not ready, and reconnecting does not help.",
                          Id::ConnectionReady, Kind::Below, 1, seconds(15)));
  all.push_back(on_figure("line_down", Warning, "One line of the market feed is down.",
                          Id::LineReady, Kind::Below, 1, seconds(15)));
  all.push_back(on_figure("book_silent", Warning, "Nothing is heard about an instrument's book.",
                          Id::BookAge, Kind::Above, 30));
  all.push_back(on_figure("book_invalid", Critical, "An instrument has no proven book.",
                          Id::BookValid, Kind::Below, 1, seconds(15)));
  all.push_back(on_figure("lane_behind", Critical,
                          "A strategy's lane misses trades: the strategy is slow or hangs.",
                          Id::TradesMissed, Kind::RisesBy, 0));
  all.push_back(silent("comparison_silent", Critical,
                       "Orders and positions were not compared with the venue for too long.",
                       Id::Comparisons, Kind::StaleFor, seconds(120)));
  all.push_back(silent("figures_absent", Critical,
                       "The engine publishes no figures: it has not started, or hangs.",
                       Id::StatusAge, Kind::AbsentFor, seconds(120)));
  // Raised by the alert thread itself.
  all.push_back(named("cold_silent", Critical,
                      "The thread of commands and figures does not turn: it hangs."));
}

void add_host(std::vector<AlertRule>& all) {
  all.push_back(of(on_figure("clock_ntp", Warning,
                             "The machine's clock is off by more than 1 ms: look at chrony.",
                             Id::ClockOffset, Kind::Outside, 0.001, seconds(5)),
                   "reference", "ntp"));
  all.push_back(
      of(on_figure("clock_venue", Warning, "Our clock and the venue's differ by more than 100 ms.",
                   Id::ClockOffset, Kind::Outside, 0.1, seconds(5)),
         "reference", "venue"));
  all.push_back(of(on_figure("clock_set", Critical,
                             "The machine's clock was set by more than 100 ms since the start.",
                             Id::ClockOffset, Kind::Outside, 0.1),
                   "reference", "system"));
  all.push_back(on_figure("clock_unkept", Warning, "Neither NTP nor PTP keeps the machine's clock.",
                          Id::ClockSynchronised, Kind::Below, 1, seconds(300)));
  all.push_back(
      cleared_at(on_figure("disk", Warning, "Less than 2 GB are free where the state directory is.",
                           Id::DiskFree, Kind::Below, 2e9),
                 2.5e9));
  all.push_back(cleared_at(
      on_figure("disk_full", Critical, "Less than 500 MB are free where the state directory is.",
                Id::DiskFree, Kind::Below, 5e8),
      7e8));
  all.push_back(
      with(on_figure("journal", Critical, "The journal cannot be written: nothing new is ordered.",
                     Id::JournalFailed, Kind::Above, 0),
           {Event::JournalFull, Event::JournalError}));
  all.push_back(with(on_figure("recorder", Warning, "The recorder stopped or drops messages.",
                               Id::RecorderStopped, Kind::Above, 0),
                     {Event::RecorderStopped, Event::RecorderDropped}));
  all.push_back(on_events("history", Warning, "The history database cannot be written.",
                          {Event::HistoryFailed}));
  all.push_back(with(on_figure("log_lost", Warning,
                               "Log lines were lost: events may be missing, the journal is whole.",
                               Id::LogLost, Kind::RisesBy, 0),
                     {Event::LogLost}));
  all.push_back(on_figure("crashed", Warning,
                          "The run before this one died; a third time in ten minutes stays down.",
                          Id::Crashes, Kind::Above, 0));
}

void add_changes(std::vector<AlertRule>& all) {
  all.push_back(on_events("credentials", Warning, "The API key was changed, or was not taken.",
                          {Event::CredentialsReloaded, Event::CredentialsRefused}));
  all.push_back(on_events("venue_maintenance", Warning, "The venue announces a maintenance.",
                          {Event::VenueMaintenance, Event::ConnectionNotice}));
  all.push_back(on_events("limits_changed", Info, "A person changed a limit or used an override.",
                          {Event::LimitChanged, Event::OverrideGranted, Event::OverrideUsed}));
  // Raised by the alert thread itself. [MON-02]
  all.push_back(
      named("route_lost", Critical, "An alert route takes nothing any more; this one still does."));
}

}  // namespace

std::vector<AlertRule> default_alert_rules() {
  std::vector<AlertRule> all;
  add_stops(all);
  add_money(all);
  add_orders(all);
  add_latency(all);
  add_silence(all);
  add_host(all);
  add_changes(all);
  return all;
}

}  // namespace gannet::monitor
