#pragma once

#include <deque>
#include <string>
#include <utility>
#include <vector>

#include "monitor/alert_desk.h"

namespace gannet::test {

/// Carries nothing: a test says what becomes of each request, under virtual time.
class PaperCourier final : public monitor::HttpCourier {
 public:
  struct Letter {
    monitor::HttpJob job;
    Done done;
    Nanos started;
  };

  void start(monitor::HttpJob job, Done done) override {
    letters.push_back({std::move(job), std::move(done), now});
  }
  /// Answers all that was asked so far.
  void answer_all(bool taken, const std::string& error = "") {
    for (Letter& letter : std::exchange(letters, {}))
      if (letter.done) letter.done({taken, taken ? "" : error});
  }

  Nanos now;
  std::deque<Letter> letters;
};

/// An alert desk with a clock of its own.
class AlertStage {
 public:
  explicit AlertStage(monitor::AlertSettings given)
      : settings(std::move(given)),
        desk(settings, {courier,
                        {},
                        [this](const monitor::AlertNews& news) { told.push_back(news); },
                        {},
                        [this] { return time; }}) {}

  monitor::Moment now() const { return {time, {1'800'000'000'000'000'000 + time.count}}; }
  void pass(Nanos duration) {
    time = time + duration;
    courier.now = time;
  }
  void event(LogEvent event, monitor::AlertLabels fields = {}, std::uint64_t times = 1) {
    desk.on_event({event, std::move(fields), "why=a test", times}, now());
  }
  /// One look at one figure.
  void look(monitor::FigureId what, double value, std::vector<monitor::Label> labels = {}) {
    monitor::Figures figures;
    figures.add(what, value, std::move(labels));
    desk.look(figures, now());
  }
  void work() { desk.work(now()); }
  /// Names of alerts of which that news was told, in order.
  std::vector<std::string> news(monitor::AlertNews::What what) const {
    std::vector<std::string> names;
    for (const monitor::AlertNews& one : told)
      if (one.what == what) names.push_back(one.alert.rule);
    return names;
  }
  std::vector<std::string> fired() const { return news(monitor::AlertNews::What::Fired); }
  std::vector<std::string> resolved() const { return news(monitor::AlertNews::What::Resolved); }

  Nanos time = seconds(1'000);
  PaperCourier courier;
  std::vector<monitor::AlertNews> told;
  monitor::AlertSettings settings;
  monitor::AlertDesk desk;
};

inline monitor::AlertRoute route_of(std::string name, monitor::AlertRoute::Kind kind,
                                    const std::string& url = "http://127.0.0.1:1/hook",
                                    monitor::Severity least = monitor::Severity::Info) {
  monitor::AlertRoute route;
  route.name = std::move(name);
  route.kind = kind;
  route.severity_min = least;
  route.url = Secret(url);
  return route;
}

inline monitor::AlertSettings alert_settings(std::vector<monitor::AlertRule> rules,
                                             std::vector<monitor::AlertRoute> routes = {}) {
  monitor::AlertSettings settings;
  settings.rules = std::move(rules);
  settings.routes = std::move(routes);
  settings.engine = "e1";
  settings.environment = "sim";
  return settings;
}

}  // namespace gannet::test
