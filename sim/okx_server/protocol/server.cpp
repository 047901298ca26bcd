#include "sim/okx_server/protocol/server.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "sim/okx_server/protocol/internal/cancel_all_after.h"
#include "sim/okx_server/protocol/internal/control.h"
#include "sim/okx_server/protocol/internal/fault_orders.h"
#include "sim/okx_server/protocol/internal/link.h"
#include "sim/okx_server/protocol/internal/market_push.h"
#include "sim/okx_server/protocol/internal/private_push.h"
#include "sim/okx_server/protocol/internal/rest.h"
#include "sim/okx_server/protocol/internal/rsi_start.h"
#include "sim/okx_server/protocol/internal/signature.h"
#include "sim/okx_server/protocol/internal/socket.h"
#include "sim/okx_server/protocol/internal/state.h"
#include "sim/okx_server/protocol/internal/venue_faults.h"

namespace gannet::okx_server {
namespace {

constexpr std::string_view kSocketPrefix = "/ws/v5/";

std::optional<SocketPath> socket_path(std::string_view path) noexcept {
  path = path.substr(0, std::min(path.find('?'), path.size()));
  if (!path.starts_with(kSocketPrefix)) return std::nullopt;
  path.remove_prefix(kSocketPrefix.size());
  for (const SocketPath known : {SocketPath::Public, SocketPath::Private, SocketPath::Business}) {
    if (name_of(known) == path) return known;
  }
  return std::nullopt;
}

void set_time(ServerState& state, Timestamp now) noexcept {
  // A clock that steps back stands still here.
  state.now = std::max(state.now, now + state.settings.clock_skew);
}

/// Is it the turn of channels with that pace? Late turns are not made up for.
bool take_turn(Timestamp& next, Timestamp now, int interval_ms) noexcept {
  if (now < next) return false;
  next = now + milliseconds(std::max(interval_ms, 1));
  return true;
}

void take_turns(ServerState& state) {
  const Settings& settings = state.settings;
  const int fast =
      std::min(settings.fast_book_interval_ms, std::max(settings.best_price_interval_ms, 1));
  if (take_turn(state.next_fast_turn, state.now, fast)) turn_fast_channels(state);
  if (take_turn(state.next_turn, state.now, settings.book_interval_ms)) turn_slow_channels(state);
  if (take_turn(state.next_mark_turn, state.now, 200)) turn_reference_channels(state);
  if (take_turn(state.next_sweep, state.now, 10'000)) state.limiter.sweep(state.now, seconds(5));
}

/// The status with which faults refuse a handshake; 0: they do not.
int refuse_upgrade(ServerState& state, SocketPath path) {
  if (const auto status = down_status(state)) return *status;
  if (const auto fault = state.faults.take_for(FaultKind::RefuseConnect, name_of(path), ""))
    return static_cast<int>(std::clamp<std::int64_t>(fault->number("status", 503), 400, 599));
  const Fault* const limit = state.faults.find(FaultKind::ConnectionLimit, "");
  if (limit == nullptr ||
      static_cast<std::int64_t>(state.sessions.size()) < limit->number("most", 1))
    return 0;
  state.faults.count(FaultKind::ConnectionLimit);
  return 429;
}

void order_scenario(ServerState& state) {
  for (const std::string& order : state.settings.scenario) {
    const auto taken = order_faults(state, order, state.now);
    if (!taken) state.refuse("scenario", "", taken.error());
  }
}

}  // namespace

Server::Server(const Settings& settings, InstrumentTable& instruments, CurrencyTable& currencies,
               ServerOutput& output, Timestamp start)
    : state_(std::make_unique<ServerState>(settings, instruments, currencies, output,
                                           start + settings.clock_skew)) {
  order_scenario(*state_);
}

Server::~Server() = default;

sim::Exchange& Server::exchange() noexcept { return *state_->exchange; }
const sim::AlgoDesk& Server::algos() const noexcept { return *state_->algos; }

void Server::set_market(std::function<void(Timestamp)> advance) {
  state_->advance_market = std::move(advance);
}

Timestamp Server::exchange_time(Timestamp now) const noexcept {
  return state_->exchange_time(now + state_->settings.clock_skew);
}

std::size_t Server::connections() const noexcept { return state_->sessions.size(); }

std::expected<void, std::string> Server::order_faults(std::string_view json, Timestamp now) {
  set_time(*state_, now);
  const auto taken = okx_server::order_faults(*state_, json, state_->now);
  if (!taken) return std::unexpected(taken.error());
  return {};
}

int Server::on_upgrade(std::string_view path, std::string_view peer, Timestamp now) {
  set_time(*state_, now);
  const auto known = socket_path(path);
  if (!known) return 404;
  if (const int refused = refuse_upgrade(*state_, *known); refused != 0) return refused;
  const std::string bucket = "connect:" + std::string(host_of(peer));
  if (!state_->limiter.acquire(bucket, state_->settings.limits.connections_per_second, seconds(1),
                               1, state_->now)) {
    state_->refuse("upgrade", "429", "more than the allowed connections a second");
    return 429;
  }
  return 0;
}

void Server::on_open(ConnectionId connection, std::string_view path, std::string_view peer,
                     Timestamp now) {
  set_time(*state_, now);
  const auto known = socket_path(path);
  if (!known) {
    state_->output.close(connection, 4002, "Wrong URL");
    return;
  }
  Session session;
  session.id = connection;
  session.path = *known;
  session.name = fmt::format("{:08x}", state_->next_random() & 0xffff'ffffull);
  session.peer = peer;
  session.last_sent = state_->now;
  state_->sessions.insert_or_assign(connection, session);
  if (state_->faults.take_for(FaultKind::CutOnOpen, name_of(*known), session.name))
    close_session(*state_, connection, 0, "");
}

void Server::on_text(ConnectionId connection, std::string_view text, Timestamp now) {
  set_time(*state_, now);
  const auto found = state_->sessions.find(connection);
  if (found == state_->sessions.end()) return;  // we closed it, the transport was not done
  Session& session = found->second;
  if (!arrives(*state_, session, text)) return;
  handle_text(*state_, session, text);
  state_->algos->run(state_->exchange_time());
  flush_changes(*state_);
}

void Server::on_closed(ConnectionId connection, Timestamp now) {
  set_time(*state_, now);
  forget_session(*state_, connection);
}

HttpResponse Server::on_http(const HttpRequest& request, std::string_view peer, Timestamp now) {
  set_time(*state_, now);
  state_->delivery = {};
  if (request.target.starts_with("/sim/v1/")) return handle_control(*state_, request, peer);
  const std::string_view target = request.target;
  state_->current = {.method = request.method,
                     .path = target.substr(0, target.find('?')),
                     .operation = {},
                     .peer = peer,
                     .key = request.header("OK-ACCESS-KEY"),
                     .detail = {},
                     .refused = false};
  // What it changed is told by the next input, so that the answer goes first.
  HttpResponse response = handle_rest(*state_, request, peer);
  state_->algos->run(state_->exchange_time());
  state_->end_request();
  return response;
}

HttpDelivery Server::delivery() { return state_->delivery; }

void Server::on_timer(Timestamp now) {
  set_time(*state_, now);
  run_fault_schedule(*state_);
  send_late_frames(*state_);
  if (state_->advance_market) state_->advance_market(state_->exchange_time());
  state_->exchange->advance(state_->exchange_time());
  fire_cancel_all_after(*state_);
  begin_by_rsi(*state_);
  state_->algos->run(state_->exchange_time());
  flush_changes(*state_);
  take_turns(*state_);
  push_accounts(*state_);
  const int regular = state_->settings.regular_push_ms;
  if (regular > 0 && take_turn(state_->next_regular_turn, state_->now, regular))
    push_regular_snapshots(*state_);
  pump_links(*state_);
  close_idle_sessions(*state_);
}

}  // namespace gannet::okx_server
