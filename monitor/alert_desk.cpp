#include "monitor/alert_desk.h"

#include <algorithm>
#include <utility>

namespace gannet::monitor {
namespace {

/// Results of the routes as they come in.
struct TestRun {
  std::vector<AlertTestResult> results;
  std::size_t open = 0;
  std::function<void(std::vector<AlertTestResult>)> done;

  void close_one() {
    if (--open == 0) done(std::move(results));
  }
};

Told test_alert(Timestamp now) {
  Told told;
  told.alert.rule = "test";
  told.alert.fingerprint = alert_fingerprint("test", {});
  told.alert.severity = Severity::Info;
  told.alert.text = "A test alert: somebody asked whether this route works. Nothing is wrong.";
  told.alert.started = now;
  told.alert.total = 1;
  told.count = 1;
  return told;
}

}  // namespace

AlertDesk::AlertDesk(const AlertSettings& settings, AlertLinks links)
    : settings_(settings),
      links_(std::move(links)),
      sender_{settings.engine, settings.environment},
      book_(settings.digest_interval),
      rules_(settings.rules, book_) {
  for (const AlertRoute& route : settings.routes)
    routes_.push_back(
        {route, AlertOutbox(route.kind == AlertRoute::Kind::Alertmanager), {}, false, {}});
}

void AlertDesk::look(const Figures& figures, Moment now) {
  last_look_ = now.steady;
  loop_age_.reset();
  for (const Figure& figure : figures.values)
    if (figure.what == FigureId::StatusAge) loop_age_ = figure.value;
  rules_.look(figures, now);
}

void AlertDesk::on_event(const AlertEvent& event, Moment now) { rules_.on_event(event, now); }

void AlertDesk::work(Moment now) {
  now_ = now;
  watch_cold(now);
  watch_routes(now);
  book_.work(now);
  spread_news();
  for (Route& route : routes_) {
    send(route, now);
    probe(route, now);
  }
  beat(now);
}

/// MON-04: the thread that looks has a deadline too.
void AlertDesk::watch_cold(Moment now) {
  const AlertRule* const rule = rules_.find("cold_silent");
  if (rule == nullptr || !last_look_) return;
  const bool is_silent = now.steady - *last_look_ >= kColdDeadline;
  if (is_silent && !cold_alert_) {
    cold_alert_ = book_.begin(*rule, {}, "no look at the engine for 5 s", now);
  } else if (!is_silent && cold_alert_) {
    book_.end(*cold_alert_, now);
    cold_alert_.reset();
  }
}

/// MON-02: a route that takes nothing is told by the others.
void AlertDesk::watch_routes(Moment now) {
  for (Route& route : routes_)
    watch_health(route.settings.name, route.outbox, route.lost_alert, now);
  watch_health("heartbeat", heartbeat_, heartbeat_alert_, now);
}

void AlertDesk::watch_health(const std::string& name, const AlertOutbox& outbox,
                             std::optional<std::uint64_t>& alert, Moment now) {
  const AlertRule* const rule = rules_.find("route_lost");
  if (rule == nullptr) return;
  const bool is_lost = outbox.is_lost(now.steady);
  if (is_lost && !alert) {
    alert = book_.begin(*rule, {{"route", name}}, outbox.why(), now);
  } else if (!is_lost && alert) {
    book_.end(*alert, now);
    alert.reset();
  }
}

void AlertDesk::spread_news() {
  for (const AlertNews& news : book_.take_news()) {
    for (Route& route : routes_)
      if (news.alert.severity >= route.settings.severity_min) route.outbox.add(news);
    links_.told(news);
  }
}

HttpJob AlertDesk::job_of(const Route& route, std::span<const Told> told, Timestamp wall) const {
  HttpJob job;
  job.url = route.settings.url.reveal();
  job.ca_file = route.settings.ca_file;
  job.timeout = route.settings.timeout;
  switch (route.settings.kind) {
    case AlertRoute::Kind::Journald:
      break;
    case AlertRoute::Kind::Webhook:
      job.body = webhook_body(told, sender_);
      break;
    case AlertRoute::Kind::Slack:
      job.body = slack_body(told, sender_);
      break;
    case AlertRoute::Kind::Alertmanager:
      job.path = "/api/v2/alerts";
      // Three resends may get lost before it takes the alert for over.
      job.body = alertmanager_body(told, sender_, wall + settings_.resend_interval * 4);
      break;
  }
  return job;
}

bool AlertDesk::write_journal(std::span<const Told> told) const {
  if (!links_.journal) return true;
  return std::ranges::all_of(
      told, [&](const Told& one) { return links_.journal(journal_entry(one, sender_)); });
}

void AlertDesk::send(Route& route, Moment now) {
  AlertOutbox& outbox = route.outbox;
  if (route.settings.kind == AlertRoute::Kind::Alertmanager &&
      now.steady - route.last_resend >= settings_.resend_interval) {
    route.last_resend = now.steady;
    outbox.resend();
  }
  while (outbox.is_due(now.steady)) {
    const std::vector<Told> told = outbox.take();
    if (route.settings.kind == AlertRoute::Kind::Journald) {
      if (write_journal(told)) {
        outbox.delivered(now.steady);
      } else {
        outbox.failed(now.steady, "the journal does not take it");
      }
      continue;
    }
    links_.http.start(job_of(route, told, now.wall), [this, &route](const HttpOutcome& outcome) {
      if (outcome.taken) return route.outbox.delivered(now_.steady);
      route.outbox.failed(now_.steady, outcome.error);
      if (links_.route_failed) links_.route_failed(route.settings.name, outcome.error);
    });
    return;
  }
}

/// While nothing is to be told, the route is looked at: its loss must not be found out by the alert
/// that it was for.
void AlertDesk::probe(Route& route, Moment now) {
  if (route.settings.kind == AlertRoute::Kind::Journald || route.probing) return;
  AlertOutbox& outbox = route.outbox;
  const Nanos wait = outbox.why().empty() ? kProbeInterval : kProbeAgain;
  if (outbox.waiting() != 0 || now.steady - outbox.last_word() < wait) return;
  route.probing = true;
  HttpJob job = job_of(route, {}, now.wall);
  job.kind = HttpJob::Kind::Connect;
  job.path = {};
  job.body.clear();
  links_.http.start(std::move(job), [this, &route](const HttpOutcome& outcome) {
    route.probing = false;
    // A delivery that began meanwhile knows better.
    if (route.outbox.waiting() == 0) route.outbox.probed(now_.steady, outcome.taken, outcome.error);
  });
}

/// The watchdog outside is told that all is well only while the trading loop turns, the cold thread
/// looks at it, and this thread lives. [MON-02]
void AlertDesk::beat(Moment now) {
  if (settings_.heartbeat_url.empty() || beating_) return;
  const Nanos interval =
      heartbeat_.is_lost(now.steady) ? kProbeInterval : settings_.heartbeat_interval;
  if (last_beat_ && now.steady - *last_beat_ < interval) return;
  const bool is_seen = last_look_ && now.steady - *last_look_ < kColdDeadline;
  const bool turns = loop_age_ && *loop_age_ < static_cast<double>(kLoopDeadline.count) / 1e9;
  if (!is_seen || !turns) return;
  last_beat_ = now.steady;
  beating_ = true;
  HttpJob job;
  job.kind = HttpJob::Kind::Get;
  job.url = settings_.heartbeat_url.reveal();
  job.ca_file = settings_.heartbeat_ca_file;
  job.timeout = kHeartbeatTimeout;
  links_.http.start(std::move(job), [this](const HttpOutcome& outcome) {
    beating_ = false;
    heartbeat_.probed(now_.steady, outcome.taken, outcome.error);
    if (outcome.taken) ++heartbeats_;
    if (!outcome.taken && links_.route_failed) links_.route_failed("heartbeat", outcome.error);
  });
}

bool AlertDesk::test(std::string_view name, std::function<void(std::vector<AlertTestResult>)> done,
                     Moment now) {
  const std::vector<Told> told{test_alert(now.wall)};
  const auto run = std::make_shared<TestRun>();
  run->done = std::move(done);
  std::vector<std::pair<Route*, std::size_t>> asked;
  for (Route& route : routes_) {
    if (!name.empty() && route.settings.name != name) continue;
    asked.emplace_back(&route, run->results.size());
    run->results.push_back({route.settings.name, route.settings.kind, false, {}, {}});
  }
  if (asked.empty()) return false;
  run->open = asked.size();
  for (const auto& [route, place] : asked) {
    const Nanos began = links_.steady_clock();
    const auto end = [this, run, place, began](const HttpOutcome& outcome) {
      AlertTestResult& result = run->results[place];
      result.taken = outcome.taken;
      result.note = outcome.error;
      result.took = links_.steady_clock() - began;
      run->close_one();
    };
    if (route->settings.kind != AlertRoute::Kind::Journald) {
      links_.http.start(job_of(*route, told, now.wall), end);
    } else if (write_journal(told)) {
      end({true, links_.journal ? "" : "no journal here: the log line stands for it"});
    } else {
      end({false, "the journal does not take it"});
    }
  }
  return true;
}

bool AlertDesk::is_idle(Nanos now) const noexcept {
  return std::ranges::all_of(routes_, [&](const Route& route) {
    return route.outbox.waiting() == 0 || route.outbox.is_lost(now);
  });
}

AlertView AlertDesk::view(Nanos now) const {
  AlertView view;
  view.firing = book_.firing();
  view.firing_by_severity = book_.firing_by_severity();
  view.raised = book_.raised();
  view.heartbeats = heartbeats_;
  for (const Route& route : routes_)
    view.routes.push_back({route.settings.name, route.settings.kind, route.settings.severity_min,
                           route.outbox.waiting(), route.outbox.deliveries(),
                           route.outbox.failures(), route.outbox.is_lost(now), route.outbox.why()});
  return view;
}

}  // namespace gannet::monitor
