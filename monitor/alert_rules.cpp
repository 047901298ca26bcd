#include "monitor/alert_rules.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "monitor/internal/figure_change.h"

namespace gannet::monitor {
namespace {

using Kind = AlertCondition::Kind;

bool wants_labels(const std::vector<std::pair<std::string, std::string>>& wanted,
                  const std::vector<Label>& labels) {
  return std::ranges::all_of(wanted, [&](const auto& pair) {
    return std::ranges::any_of(labels, [&](const Label& label) {
      return label.key == pair.first && label.value == pair.second;
    });
  });
}

/// Of conditions on the value itself, with their hysteresis.
bool is_beyond(const AlertCondition& condition, double value, bool is_true) {
  const double limit =
      is_true ? condition.clear.value_or(condition.threshold) : condition.threshold;
  switch (condition.kind) {
    case Kind::Above:
    case Kind::Quantile:
      return value > limit;
    case Kind::Below:
      return value < limit;
    case Kind::Outside:
      return std::abs(value) > limit;
    default:
      return false;
  }
}

std::string value_text(const AlertRule& rule, const AlertLabels& labels, double value) {
  const std::string of = labels_text(labels);
  return fmt::format("{}{}{}{} = {:.6g}", info_of(*rule.figure).name, of.empty() ? "" : "{", of,
                     of.empty() ? "" : "}", value);
}

}  // namespace

AlertRules::AlertRules(const std::vector<AlertRule>& rules, AlertBook& book) : book_(book) {
  for (const AlertRule& rule : rules)
    if (rule.enabled) watched_.push_back({rule, {}, {}, {}});
}

const AlertRule* AlertRules::find(std::string_view name) const noexcept {
  const auto found = std::ranges::find_if(
      watched_, [&](const Watched& watched) { return watched.rule.name == name; });
  return found == watched_.end() ? nullptr : &found->rule;
}

std::vector<bool> AlertRules::wanted_events() const {
  std::vector<bool> wanted(log_events().size(), false);
  for (const Watched& watched : watched_) {
    for (const LogEvent event : watched.rule.events) wanted[static_cast<std::size_t>(event)] = true;
    if (!watched.rule.critical_events) continue;
    for (const LogEventInfo& info : log_events())
      if (info.level == LogLevel::Critical) wanted[static_cast<std::size_t>(info.event)] = true;
  }
  return wanted;
}

void AlertRules::on_event(const AlertEvent& event, Moment now) {
  const std::string_view name = info_of(event.event).name;
  std::string detail = fmt::format("{}{}{}", name, event.detail.empty() ? "" : ": ", event.detail);
  bool is_named = false;
  for (const Watched& watched : watched_) {
    const AlertRule& rule = watched.rule;
    if (std::ranges::find(rule.events, event.event) == rule.events.end()) continue;
    is_named = true;
    // With a figure too the alert is one, whoever tells it first.
    book_.happen(rule, rule.figure ? AlertLabels{} : event.fields, detail, event.times, now);
  }
  if (is_named || info_of(event.event).level != LogLevel::Critical) return;
  AlertLabels labels{{"event", std::string(name)}};
  labels.insert(labels.end(), event.fields.begin(), event.fields.end());
  for (const Watched& watched : watched_)
    if (watched.rule.critical_events) book_.happen(watched.rule, labels, detail, event.times, now);
}

AlertRules::Series* AlertRules::series_of(Watched& watched, const std::vector<Label>& labels,
                                          Moment now) {
  AlertLabels key;
  for (const Label& label : labels) key.emplace_back(label.key, label.value);
  const auto found = watched.series.find(key);
  if (found != watched.series.end()) return &found->second;
  if (series_count_ >= kMostSeries) return nullptr;
  ++series_count_;
  Series& made = watched.series[key];
  made.labels = std::move(key);
  made.last_change = now.steady;
  return &made;
}

void AlertRules::judge(Watched& watched, Series& series, bool is_true, std::string detail,
                       Moment now) {
  if (!is_true) return stop(series, now);
  if (!series.true_since) series.true_since = now.steady;
  if (series.alert) return book_.refresh(*series.alert, std::move(detail));
  if (now.steady - *series.true_since < watched.rule.hold) return;
  const AlertRule& rule = watched.rule;
  series.alert = book_.begin(rule, rule.events.empty() ? series.labels : AlertLabels{},
                             std::move(detail), now);
}

void AlertRules::stop(Series& series, Moment now) {
  series.true_since.reset();
  if (series.alert) book_.end(*series.alert, now);
  series.alert.reset();
}

void AlertRules::see(Watched& watched, const Figure& figure, Moment now) {
  if (!wants_labels(watched.rule.labels, figure.labels)) return;
  Series* const series = series_of(watched, figure.labels, now);
  if (series == nullptr) return;
  const AlertCondition& condition = watched.rule.condition;
  const bool is_first = series->last_seen.count == 0;
  if (is_first || figure.value != series->value) series->last_change = now.steady;
  series->value = figure.value;
  series->last_seen = now.steady;
  series->seen_now = true;
  bool is_true = is_beyond(condition, figure.value, series->alert.has_value());
  double shown = figure.value;
  if (has_window(condition.kind)) {
    const Nanos span =
        condition.kind == Kind::AboveUsual ? condition.over + condition.within : condition.within;
    keep_sample(series->samples, Sample{now.steady, figure.value, {}}, condition.within, span);
    const double rise = rise_within(series->samples, condition.within);
    shown = rise;
    if (condition.kind == Kind::RisesBy) {
      is_true = rise > condition.threshold;
    } else if (const auto usual = usual_rise(series->samples, condition.within, condition.over)) {
      is_true = rise >= condition.at_least && rise > condition.threshold * *usual;
    }
  } else if (condition.kind == Kind::StaleFor) {
    const Nanos still = now.steady - series->last_change;
    is_true = still >= condition.within;
    shown = static_cast<double>(still.count) / 1e9;
  }
  std::string detail = value_text(watched.rule, series->labels, shown);
  if (has_window(condition.kind)) {
    detail += fmt::format(" more within {:g} s", static_cast<double>(condition.within.count) / 1e9);
  } else if (condition.kind == Kind::StaleFor) {
    detail += " s without a change";
  }
  judge(watched, *series, is_true, std::move(detail), now);
}

void AlertRules::see(Watched& watched, const HistogramFigure& figure, Moment now) {
  const AlertCondition& condition = watched.rule.condition;
  if (!wants_labels(watched.rule.labels, figure.labels)) return;
  Series* const series = series_of(watched, figure.labels, now);
  if (series == nullptr) return;
  series->last_seen = now.steady;
  series->seen_now = true;
  if (condition.kind != Kind::Quantile) return;
  keep_sample(series->samples, Sample{now.steady, 0, figure.counts}, condition.within,
              condition.within);
  const auto value =
      quantile_within(series->samples, figure.bounds, condition.quantile, condition.at_least);
  const bool is_true = value && is_beyond(condition, *value, series->alert.has_value());
  judge(watched, *series, is_true,
        fmt::format("p{:g} of {}", condition.quantile * 100,
                    value_text(watched.rule, series->labels, value.value_or(0))),
        now);
}

void AlertRules::look_for_absent(Watched& watched, Moment now) {
  const AlertCondition& condition = watched.rule.condition;
  bool any = false;
  for (auto& [key, series] : watched.series) {
    any = any || series.seen_now;
    if (series.seen_now) {
      stop(series, now);
    } else if (now.steady - series.last_seen >= condition.within) {
      judge(watched, series, true,
            value_text(watched.rule, series.labels, series.value) + " was its last value", now);
    }
  }
  if (any || watched.last_any.count == 0) watched.last_any = any ? now.steady : *first_look_;
  const bool is_absent =
      watched.series.empty() && now.steady - watched.last_any >= condition.within;
  if (is_absent && !watched.absent) {
    watched.absent = book_.begin(
        watched.rule, {}, fmt::format("{} is not there", info_of(*watched.rule.figure).name), now);
  } else if (!is_absent && watched.absent) {
    book_.end(*watched.absent, now);
    watched.absent.reset();
  }
}

void AlertRules::look(const Figures& figures, Moment now) {
  if (!first_look_) first_look_ = now.steady;
  for (Watched& watched : watched_) {
    if (!watched.rule.figure) continue;
    for (const Figure& figure : figures.values)
      if (figure.what == *watched.rule.figure) see(watched, figure, now);
    for (const HistogramFigure& figure : figures.histograms)
      if (figure.what == *watched.rule.figure) see(watched, figure, now);
    const bool is_absence = watched.rule.condition.kind == Kind::AbsentFor;
    if (is_absence) look_for_absent(watched, now);
    for (auto at = watched.series.begin(); at != watched.series.end();) {
      Series& series = at->second;
      const bool is_gone = !std::exchange(series.seen_now, false);
      // What is not known any more is no condition that is true.
      if (is_gone && !is_absence) stop(series, now);
      if (!is_gone || now.steady - series.last_seen < kForgetAfter) {
        ++at;
        continue;
      }
      stop(series, now);
      --series_count_;
      at = watched.series.erase(at);
    }
  }
}

}  // namespace gannet::monitor
