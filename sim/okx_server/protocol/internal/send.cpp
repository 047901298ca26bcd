#include <algorithm>

#include "sim/okx_server/protocol/internal/link.h"
#include "sim/okx_server/protocol/internal/socket.h"
#include "sim/okx_server/protocol/internal/state.h"

namespace gannet::okx_server {

void send(ServerState& state, Session& session, std::string_view text) {
  session.last_sent = state.now;
  transmit(state, session, text);
}

void send_later(ServerState& state, ConnectionId connection, Nanos delay, std::string text) {
  state.late_frames.push_back({state.now + delay, connection, std::move(text), false});
}

void send_late_frames(ServerState& state) {
  for (std::size_t i = 0; i < state.late_frames.size();) {
    if (state.late_frames[i].due > state.now) {
      ++i;
      continue;
    }
    const LateFrame frame = std::move(state.late_frames[i]);
    state.late_frames.erase(state.late_frames.begin() + static_cast<std::ptrdiff_t>(i));
    const auto found = state.sessions.find(frame.connection);
    if (found == state.sessions.end()) continue;
    if (!frame.request) {
      send(state, found->second, frame.text);
      continue;
    }
    state.handling_late = true;
    handle_text(state, found->second, frame.text);
    state.handling_late = false;
    flush_changes(state);
  }
}

void publish(ServerState& state, TopicKey topic, std::string_view text) {
  const auto found = state.topics.find(topic);
  if (found == state.topics.end()) return;
  for (const ConnectionId id : found->second) {
    const auto session = state.sessions.find(id);
    if (session != state.sessions.end()) send(state, session->second, text);
  }
}

bool has_subscribers(const ServerState& state, TopicKey topic) noexcept {
  const auto found = state.topics.find(topic);
  return found != state.topics.end() && !found->second.empty();
}

void forget_session(ServerState& state, ConnectionId connection) {
  const auto found = state.sessions.find(connection);
  if (found == state.sessions.end()) return;
  for (const Subscription& subscription : found->second.subscriptions) {
    const auto topic = state.topics.find({subscription.channel, subscription.topic});
    if (topic != state.topics.end()) std::erase(topic->second, connection);
  }
  state.sessions.erase(found);
}

void close_session(ServerState& state, ConnectionId connection, std::uint16_t code,
                   std::string_view reason) {
  if (!state.sessions.contains(connection)) return;
  forget_session(state, connection);
  state.output.close(connection, code, reason);
}

}  // namespace gannet::okx_server
