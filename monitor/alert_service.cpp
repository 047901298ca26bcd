#include "monitor/alert_service.h"

#include <atomic>
#include <deque>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>

#include "base/clock.h"
#include "monitor/curl_courier.h"
#include "monitor/journal_socket.h"

namespace gannet::monitor {
namespace {

Moment moment_now() { return {monotonic_now(), wall_clock_now()}; }

void log_news(const AlertNews& news) {
  const Alert& alert = news.alert;
  const std::string labels = labels_text(alert.labels);
  log(wall_clock_now(),
      news.what == AlertNews::What::Resolved   ? LogEvent::AlertResolved
      : news.what == AlertNews::What::Repeated ? LogEvent::AlertRepeated
                                               : LogEvent::AlertFired,
      {LogField::string("alert", alert.rule), LogField::string("severity", name_of(alert.severity)),
       LogField::string("labels", labels), LogField::string("detail", alert.detail),
       LogField::string("text", alert.text),
       LogField::number("count", static_cast<std::int64_t>(news.count)),
       LogField::number("total", static_cast<std::int64_t>(alert.total))});
}

/// A route that fails is told at its first failure and then once a minute.
class FailureLog {
 public:
  void operator()(std::string_view route, std::string_view why) {
    const Nanos now = monotonic_now();
    auto& last = last_[std::string(route)];
    if (last && now - *last < seconds(60)) return;
    last = now;
    log(wall_clock_now(), LogEvent::AlertRouteFailed,
        {LogField::string("route", route), LogField::string("why", why)});
  }

 private:
  std::map<std::string, std::optional<Nanos>> last_;
};

}  // namespace

struct AlertService::State {
  struct Test {
    std::string route;
    std::function<void(std::vector<AlertTestResult>)> done;
  };

  AlertSettings settings;
  JournalSocket journal;
  CurlCourier courier;
  AlertDesk desk;
  AlertIntake intake;
  std::mutex mutex;  // of what follows; held for a copy
  std::optional<Figures> newest;
  std::deque<Test> tests;
  AlertView shown;
  std::mutex asking;  // held while a test's `done` runs
  bool may_answer = true;
  std::atomic<bool> stop{false};
  std::thread thread;

  explicit State(AlertSettings given)
      : settings(std::move(given)),
        desk(settings, links()),
        intake(desk.wanted_events(), [this] { courier.wake(); }) {}

  AlertLinks links() {
    AlertLinks out{courier, {}, log_news, FailureLog(), monotonic_now};
    if (journal.exists())
      out.journal = [this](const std::string& entry) { return journal.write(entry); };
    return out;
  }

  void turn() {
    std::optional<Figures> figures;
    std::deque<Test> asked;
    {
      const std::lock_guard lock(mutex);
      figures = std::exchange(newest, {});
      asked = std::exchange(tests, {});
    }
    const Moment now = moment_now();
    for (const AlertEvent& event : intake.drain()) desk.on_event(event, now);
    if (figures) desk.look(*figures, now);
    for (Test& test : asked)
      if (!desk.test(test.route, test.done, now)) test.done({});
    desk.work(now);
    AlertView view = desk.view(now.steady);
    const std::lock_guard lock(mutex);
    shown = std::move(view);
  }

  void run() {
    set_thread_name("alerts");
    while (!stop.load(std::memory_order_acquire)) {
      turn();
      courier.work(kTurn);
    }
    const Nanos end = monotonic_now() + kLastWords;
    do {
      turn();
      if (desk.is_idle(monotonic_now())) break;
      courier.work(milliseconds(20));
    } while (monotonic_now() < end);
  }
};

AlertService::AlertService(AlertSettings settings)
    : state_(std::make_unique<State>(std::move(settings))) {
  state_->thread = std::thread([state = state_.get()] { state->run(); });
}

AlertService::~AlertService() {
  state_->stop.store(true, std::memory_order_release);
  state_->courier.wake();
  state_->thread.join();
}

void AlertService::on_record(const LogRecord& record) { state_->intake.take(record); }

void AlertService::look(Figures figures) {
  const std::lock_guard lock(state_->mutex);
  state_->newest = std::move(figures);
}

void AlertService::test(std::string route, std::function<void(std::vector<AlertTestResult>)> done) {
  {
    const std::lock_guard lock(state_->mutex);
    state_->tests.push_back(
        {std::move(route), [state = state_.get(), done = std::move(done)](auto results) {
           const std::lock_guard asking(state->asking);
           if (state->may_answer) done(std::move(results));
         }});
  }
  state_->courier.wake();
}

void AlertService::forget_tests() {
  const std::lock_guard lock(state_->asking);
  state_->may_answer = false;
}

AlertView AlertService::view() const {
  const std::lock_guard lock(state_->mutex);
  return state_->shown;
}

void add_alert_figures(const AlertView& view, Figures& figures) {
  const auto number = [](std::uint64_t value) { return static_cast<double>(value); };
  for (const auto& [rule, times] : view.raised)
    figures.add(FigureId::AlertsRaised, number(times), {{"rule", rule}});
  for (std::size_t i = 0; i < kSeverities; ++i)
    figures.add(FigureId::AlertsActive, number(view.firing_by_severity[i]),
                {{"severity", std::string(name_of(static_cast<Severity>(i)))}});
  for (const AlertView::Route& route : view.routes) {
    figures.add(FigureId::AlertDeliveries, number(route.deliveries),
                {{"route", route.name}, {"result", "taken"}});
    figures.add(FigureId::AlertDeliveries, number(route.failures),
                {{"route", route.name}, {"result", "failed"}});
    figures.add(FigureId::AlertsWaiting, number(route.waiting), {{"route", route.name}});
  }
}

}  // namespace gannet::monitor
