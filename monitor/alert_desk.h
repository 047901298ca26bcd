#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "monitor/alert_book.h"
#include "monitor/alert_format.h"
#include "monitor/alert_intake.h"
#include "monitor/alert_outbox.h"
#include "monitor/alert_rules.h"
#include "monitor/http_courier.h"

namespace gannet::monitor {

/// What a person, a scrape or a test wants to know of the alerts, by value.
struct AlertView {
  struct Route {
    std::string name;
    AlertRoute::Kind kind{};
    Severity severity_min{};
    std::size_t waiting = 0;
    std::uint64_t deliveries = 0;
    std::uint64_t failures = 0;
    bool lost = false;
    std::string why;  ///< while it fails
  };
  std::vector<Alert> firing;
  std::array<std::uint64_t, kSeverities> firing_by_severity{};
  std::map<std::string, std::uint64_t> raised;  ///< by rule
  std::vector<Route> routes;
  std::uint64_t heartbeats = 0;
};

/// What became of a test alert on one route.
struct AlertTestResult {
  std::string route;
  AlertRoute::Kind kind{};
  bool taken = false;
  std::string note;  ///< why it was not taken; or how, where that is not as usual
  Nanos took;
};

/// What the desk sends through and tells.
struct AlertLinks {
  HttpCourier& http;
  /// One entry for systemd's journal; false: it was not taken. Empty: there is no journal here, and
  /// what `told` writes stands for it.
  std::function<bool(const std::string& entry)> journal;
  std::function<void(const AlertNews& news)> told;
  std::function<void(std::string_view route, std::string_view why)> route_failed;
  std::function<Nanos()> steady_clock;  ///< for how long a test alert took
};

/// All of the alerts but threads and sockets: rules, book, routes, the outside heartbeat. Time
/// comes in, requests go out by the courier. Thread: one.
class AlertDesk {
 public:
  static constexpr Nanos kProbeInterval = seconds(10);
  static constexpr Nanos kProbeAgain = seconds(3);    ///< when the last one failed
  static constexpr Nanos kColdDeadline = seconds(5);  ///< for the next look at the engine
  static constexpr Nanos kLoopDeadline = seconds(2);  ///< the trading loop's, for the heartbeat
  static constexpr Nanos kHeartbeatTimeout = seconds(10);

  /// `settings` and what `links` name outlive it.
  AlertDesk(const AlertSettings& settings, AlertLinks links);

  void look(const Figures& figures, Moment now);
  void on_event(const AlertEvent& event, Moment now);
  /// To one route or ("") to all, whatever their severities; `done` with what became of it. False:
  /// there is no such route.
  bool test(std::string_view route, std::function<void(std::vector<AlertTestResult>)> done,
            Moment now);
  /// A turn: ends, digests, deliveries, probes, heartbeat. Often.
  void work(Moment now);

  /// No route that still takes something has anything to be told.
  bool is_idle(Nanos now) const noexcept;
  AlertView view(Nanos now) const;
  std::vector<bool> wanted_events() const { return rules_.wanted_events(); }

 private:
  struct Route {
    const AlertRoute& settings;
    AlertOutbox outbox;
    std::optional<std::uint64_t> lost_alert;
    bool probing = false;
    Nanos last_resend;
  };

  void watch_cold(Moment now);
  void watch_routes(Moment now);
  void watch_health(const std::string& name, const AlertOutbox& outbox,
                    std::optional<std::uint64_t>& alert, Moment now);
  void spread_news();
  void send(Route& route, Moment now);
  void probe(Route& route, Moment now);
  void beat(Moment now);
  HttpJob job_of(const Route& route, std::span<const Told> told, Timestamp wall) const;
  bool write_journal(std::span<const Told> told) const;

  const AlertSettings& settings_;
  AlertLinks links_;
  AlertSender sender_;
  AlertBook book_;
  AlertRules rules_;
  std::vector<Route> routes_;
  Moment now_;  // of the turn that runs, or the newest
  std::optional<Nanos> last_look_;
  std::optional<double> loop_age_;  // seconds, at the last look
  std::optional<std::uint64_t> cold_alert_;
  AlertOutbox heartbeat_{false};  // its health alone
  std::optional<std::uint64_t> heartbeat_alert_;
  bool beating_ = false;
  std::optional<Nanos> last_beat_;
  std::uint64_t heartbeats_ = 0;
};

}  // namespace gannet::monitor
