#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/log.h"
#include "monitor/alert_desk.h"
#include "monitor/figure.h"

namespace gannet::monitor {

/// The thread `alerts`: takes events from the log thread and looks from the cold thread, neither of
/// which it makes wait, and tells the routes. It outlives the log thread, whose listener it is, and
/// at its own end stays kLastWords for what is still to be told.
class AlertService {
 public:
  static constexpr Nanos kTurn = milliseconds(100);  ///< asleep at most that long
  static constexpr Nanos kLastWords = seconds(3);

  /// Starts the thread.
  explicit AlertService(AlertSettings settings);
  ~AlertService();
  AlertService(const AlertService&) = delete;
  AlertService& operator=(const AlertService&) = delete;

  // Any thread; nothing of it waits for a route.
  /// Of every log record: the log thread's listener.
  void on_record(const LogRecord& record);
  /// One look at the engine; an older one that was not taken yet goes.
  void look(Figures figures);
  /// `done` is called on the thread `alerts`. An unknown route: it gets no results.
  void test(std::string route, std::function<void(std::vector<AlertTestResult>)> done);
  /// From now on no `done` is called: who asked is about to go.
  void forget_tests();
  AlertView view() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// The figures of the alerts themselves.
void add_alert_figures(const AlertView& view, Figures& figures);

}  // namespace gannet::monitor
