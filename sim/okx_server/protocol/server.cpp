#include "sim/okx_server/protocol/server.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "sim/okx_server/protocol/internal/control.h"
#include "sim/okx_server/protocol/internal/market_push.h"
#include "sim/okx_server/protocol/internal/private_push.h"
#include "sim/okx_server/protocol/internal/rest.h"
#include "sim/okx_server/protocol/internal/signature.h"
#include "sim/okx_server/protocol/internal/socket.h"
#include "sim/okx_server/protocol/internal/state.h"

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

void fire_cancel_all_after(ServerState& state) {
  for (UserState& user : state.users) {
    std::vector<std::string> fired;
    for (const auto& [tag, due] : user.cancel_all_after) {
      if (due <= state.now) fired.push_back(tag);
    }
    for (const std::string& tag : fired) {
      user.cancel_all_after.erase(tag);
      state.exchange->cancel_all(user.id, tag, sim::CancelCause::CancelAllAfter,
                                 state.exchange_time());
    }
  }
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

}  // namespace

Server::Server(const Settings& settings, InstrumentTable& instruments, CurrencyTable& currencies,
               ServerOutput& output, Timestamp start)
    : state_(std::make_unique<ServerState>(settings, instruments, currencies, output,
                                           start + settings.clock_skew)) {}

Server::~Server() = default;

sim::Exchange& Server::exchange() noexcept { return *state_->exchange; }

void Server::set_market(std::function<void(Timestamp)> advance) {
  state_->advance_market = std::move(advance);
}

Timestamp Server::exchange_time(Timestamp now) const noexcept {
  return state_->exchange_time(now + state_->settings.clock_skew);
}

std::size_t Server::connections() const noexcept { return state_->sessions.size(); }

int Server::on_upgrade(std::string_view path, std::string_view peer, Timestamp now) {
  set_time(*state_, now);
  if (!socket_path(path)) return 404;
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
  if (!survives_opening(*state_, session)) close_session(*state_, connection, 0, "");
}

void Server::on_text(ConnectionId connection, std::string_view text, Timestamp now) {
  set_time(*state_, now);
  const auto found = state_->sessions.find(connection);
  if (found == state_->sessions.end()) return;  // we closed it, the transport was not done
  handle_text(*state_, found->second, text);
  flush_changes(*state_);
}

void Server::on_closed(ConnectionId connection, Timestamp now) {
  set_time(*state_, now);
  forget_session(*state_, connection);
}

HttpResponse Server::on_http(const HttpRequest& request, std::string_view peer, Timestamp now) {
  set_time(*state_, now);
  if (request.target.starts_with("/sim/v1/")) return handle_control(*state_, request, peer);
  // What it changed is told by the next input, so that the answer goes first.
  return handle_rest(*state_, request, peer);
}

void Server::on_timer(Timestamp now) {
  set_time(*state_, now);
  send_late_frames(*state_);
  if (state_->advance_market) state_->advance_market(state_->exchange_time());
  fire_cancel_all_after(*state_);
  flush_changes(*state_);
  take_turns(*state_);
  push_accounts(*state_);
  const int regular = state_->settings.regular_push_ms;
  if (regular > 0 && take_turn(state_->next_regular_turn, state_->now, regular))
    push_regular_snapshots(*state_);
  close_idle_sessions(*state_);
}

}  // namespace gannet::okx_server
