#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "monitor/alert_book.h"
#include "monitor/alert_intake.h"
#include "monitor/figure.h"

namespace gannet::monitor {

/// Holds the rules against each look at the engine, and against its events. Values in, alerts into
/// the book; reads no clock. Thread: one.
class AlertRules {
 public:
  /// `book` outlives it. Rules that are switched off are left out.
  AlertRules(const std::vector<AlertRule>& rules, AlertBook& book);

  void look(const Figures& figures, Moment now);
  void on_event(const AlertEvent& event, Moment now);

  /// Null: there is none, or it is switched off.
  const AlertRule* find(std::string_view name) const noexcept;
  /// Events that some rule wants to hear of, by LogEvent.
  std::vector<bool> wanted_events() const;

 private:
  static constexpr std::size_t kMostSeries = 4'096;
  static constexpr Nanos kForgetAfter = seconds(3'600);  // a series that is not there any more

  struct Sample {
    Nanos time;
    double value = 0;
    std::vector<std::uint64_t> counts;  ///< of a histogram
  };
  /// One value of a figure over time, as one rule sees it.
  struct Series {
    AlertLabels labels;
    std::deque<Sample> samples;  ///< of conditions with a window
    double value = 0;
    Nanos last_seen;
    Nanos last_change;
    std::optional<Nanos> true_since;
    std::optional<std::uint64_t> alert;  ///< its fingerprint while it fires
    bool seen_now = false;
  };
  struct Watched {
    AlertRule rule;
    std::map<AlertLabels, Series> series;
    Nanos last_any;  ///< when any series was there; of AbsentFor
    std::optional<std::uint64_t> absent;
  };

  Series* series_of(Watched& watched, const std::vector<Label>& labels, Moment now);
  void see(Watched& watched, const Figure& figure, Moment now);
  void see(Watched& watched, const HistogramFigure& figure, Moment now);
  void judge(Watched& watched, Series& series, bool is_true, std::string detail, Moment now);
  void look_for_absent(Watched& watched, Moment now);
  void stop(Series& series, Moment now);

  AlertBook& book_;
  std::vector<Watched> watched_;
  std::size_t series_count_ = 0;
  std::optional<Nanos> first_look_;
};

}  // namespace gannet::monitor
