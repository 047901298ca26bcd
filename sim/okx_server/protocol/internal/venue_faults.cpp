#include "sim/okx_server/protocol/internal/venue_faults.h"

#include <algorithm>

#include "sim/okx_server/protocol/internal/market_push.h"

namespace gannet::okx_server {
namespace {

void cut_everyone(ServerState& state) {
  std::vector<ConnectionId> all;
  for (const auto& [id, session] : state.sessions) all.push_back(id);
  for (const ConnectionId id : all) close_session(state, id, 0, "");
}

void announce_maintenance(ServerState& state, const Fault& fault) {
  Maintenance& window = state.maintenance;
  window.announced = true;
  window.begin = state.now + fault.duration("lead_ms", {});
  window.end = fault.until.value_or(window.begin + seconds(3600));
  if (window.end < window.begin) window.end = window.begin;
  window.service = fault.text("service", "5");
  window.told = {};
}

}  // namespace

void on_faults_changed(ServerState& state) {
  const Fault* const certificate = state.faults.find(FaultKind::Certificate, "");
  const std::string shape(certificate == nullptr ? "" : certificate->text("shape", "expired"));
  if (shape != state.certificate) {
    state.certificate = shape;
    state.output.use_certificate(shape);
    if (!shape.empty()) state.faults.count(FaultKind::Certificate);
  }
  const Fault* const window = state.faults.find(FaultKind::Maintenance, "");
  if (window != nullptr && !state.maintenance.announced) announce_maintenance(state, *window);
  // Cleared before its time: it is over.
  if (window == nullptr && state.maintenance.announced)
    state.maintenance.end = std::min(state.maintenance.end, state.now);
  const Fault* const down = state.faults.find(FaultKind::Down, "");
  if (down != nullptr) {
    state.faults.count(FaultKind::Down);
    cut_everyone(state);
  }
  const bool listens = down == nullptr || down->flag("listen", true);
  if (listens != state.listens) state.output.set_listening(state.listens = listens);
  state.replica.follow(state);
}

void restart_venue(ServerState& state, Nanos down) {
  flush_changes(state);
  for (const UserState& user : state.users)
    state.exchange->cancel_all(user.id, "", sim::CancelCause::System, state.exchange_time());
  // Half of it is still told.
  std::vector<OrderPush> told;
  for (std::size_t i = 0; i < state.order_pushes.size(); i += 2)
    told.push_back(std::move(state.order_pushes[i]));
  state.order_pushes = std::move(told);
  flush_changes(state);
  cut_everyone(state);
  state.late_frames.clear();
  for (InstrumentMarket& market : state.markets) {
    market.sequence = 1;
    for (BookStream& stream : market.streams) stream.started = false;
  }
  state.limiter = {};
  for (UserState& user : state.users) user.cancel_all_after.clear();
  state.down_until = state.now + down;
}

void run_maintenance(ServerState& state) {
  Maintenance& window = state.maintenance;
  if (!window.announced) return;
  const std::string_view now = state.now < window.begin ? "scheduled"
                               : state.now < window.end ? "ongoing"
                                                        : "completed";
  if (now == window.told) return;
  window.told = now;
  window.changed = state.now;
  state.faults.count(FaultKind::Maintenance);
  std::string data;
  JsonWriter json(data);
  write_status(json, state);
  publish(state, {Channel::Status, 0}, R"({"arg":{"channel":"status"},"data":[)" + data + "]}");
  if (now == "completed" && state.faults.find(FaultKind::Maintenance, "") == nullptr)
    window.announced = false;
}

bool under_maintenance(const ServerState& state) noexcept {
  const Maintenance& window = state.maintenance;
  // 5 and 99: trading; 0: the sockets alone, whose orders go on by REST.
  return window.announced && window.service != "0" && state.now >= window.begin &&
         state.now < window.end;
}

std::optional<int> down_status(ServerState& state) noexcept {
  if (const Fault* const fault = state.faults.find(FaultKind::Down, "")) {
    state.faults.count(FaultKind::Down);
    return static_cast<int>(std::clamp<std::int64_t>(fault->number("status", 503), 400, 599));
  }
  if (!state.down_until) return std::nullopt;
  if (*state.down_until > state.now) return 503;
  state.down_until.reset();
  return std::nullopt;
}

}  // namespace gannet::okx_server
