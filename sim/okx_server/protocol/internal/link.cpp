#include "sim/okx_server/protocol/internal/link.h"

#include <algorithm>

#include "sim/okx_server/protocol/internal/malform.h"
#include "sim/okx_server/protocol/internal/raw_frames.h"
#include "sim/okx_server/protocol/internal/socket.h"

namespace gannet::okx_server {
namespace {

// OKX closes with 4005 when its send buffer of a connection is full; its size is not published.
constexpr std::size_t kMostHeldBytes = 16u << 20;
constexpr std::size_t kMostHeldFrames = 100'000;
constexpr Nanos kRetransmission = milliseconds(200);

enum class Way : std::uint8_t { In, Out };

bool goes(const Fault& fault, Way way) noexcept {
  const std::string_view direction = fault.text("direction", "both");
  return direction == "both" || direction == (way == Way::In ? "in" : "out");
}

const Fault* mode(const ServerState& state, const Session& session, FaultKind kind) noexcept {
  return state.faults.find_for(kind, name_of(session.path), session.name);
}

const Fault* mode(const ServerState& state, const Session& session, FaultKind kind,
                  Way way) noexcept {
  const Fault* const fault = mode(state, session, kind);
  return fault != nullptr && goes(*fault, way) ? fault : nullptr;
}

/// How long a frame takes beyond what is normal.
Nanos delay_of(ServerState& state, Session& session, Way way, std::size_t bytes) {
  Nanos delay;
  if (const Fault* const fault = mode(state, session, FaultKind::Latency, way)) {
    state.faults.count(FaultKind::Latency);
    delay = delay + fault->duration("ms", milliseconds(100));
    const Nanos jitter = fault->duration("jitter_ms", {});
    if (jitter.count > 0)
      delay = delay + Nanos{static_cast<std::int64_t>(
                          state.faults.random().below(static_cast<std::uint64_t>(jitter.count)))};
  }
  if (const Fault* const fault = mode(state, session, FaultKind::Loss, way)) {
    const double chance =
        static_cast<double>(std::clamp<std::int64_t>(fault->number("percent", 10), 0, 90)) / 100;
    Nanos wait = kRetransmission;
    while (state.faults.random().chance(chance) && wait < seconds(60)) {
      state.faults.count(FaultKind::Loss);
      delay = delay + wait;
      wait = wait * 2;
    }
  }
  if (way == Way::Out) {
    if (const Fault* const fault = mode(state, session, FaultKind::Bandwidth)) {
      state.faults.count(FaultKind::Bandwidth);
      const auto rate = std::max<std::int64_t>(fault->number("bytes_per_s", 8'000), 1);
      const auto takes = Nanos{static_cast<std::int64_t>(bytes) * 1'000'000'000 / rate};
      session.link.out_free = std::max(session.link.out_free, state.now) + takes;
      delay = std::max(delay, session.link.out_free - state.now);
    }
  }
  return delay;
}

bool is_stalled(const ServerState& state, const Session& session, Way way) noexcept {
  return mode(state, session, FaultKind::Stall, way) != nullptr;
}

/// Is there any fault at all that could bend a frame of any connection?
bool line_is_good(const Faults& faults) noexcept {
  return !faults.any(FaultKind::HalfOpen) && !faults.any(FaultKind::Stall) &&
         !faults.any(FaultKind::Latency) && !faults.any(FaultKind::Loss) &&
         !faults.any(FaultKind::Bandwidth);
}

/// On the wire now: whole, in fragments, or the beginning of it and a reset.
void emit(ServerState& state, Session& session, std::string_view text) {
  const std::string_view path = name_of(session.path);
  if (const auto cut = state.faults.take_for(FaultKind::CutAtByte, path, session.name)) {
    const auto bytes = static_cast<std::size_t>(std::max<std::int64_t>(cut->number("byte", 0), 0));
    const std::string frame = text_frame(text);
    return send_bytes_and_cut(state, session.id, std::string_view(frame).substr(0, bytes));
  }
  if (const auto rule = state.faults.take_for(FaultKind::Fragment, path, session.name)) {
    const auto bytes = std::max<std::int64_t>(rule->number("bytes", 10), 1);
    state.output.send_bytes(session.id, fragmented_text(text, static_cast<std::size_t>(bytes)));
    return;
  }
  state.output.send_text(session.id, text);
}

}  // namespace

void transmit(ServerState& state, Session& session, std::string_view text) {
  if (session.link.broken) return;
  std::string bent;
  if ((state.faults.any(FaultKind::Malform) || state.faults.any(FaultKind::FundingShift)) &&
      malform_push(state, text, bent))
    text = bent;
  Link& link = session.link;
  if (link.out.empty() && line_is_good(state.faults)) return emit(state, session, text);
  if (mode(state, session, FaultKind::HalfOpen) != nullptr)
    return state.faults.count(FaultKind::HalfOpen);
  const bool stalled = is_stalled(state, session, Way::Out);
  const Nanos delay = delay_of(state, session, Way::Out, text.size());
  if (link.out.empty() && !stalled && delay.count == 0) return emit(state, session, text);
  if (stalled) state.faults.count(FaultKind::Stall);
  // In order: nothing overtakes what left before it.
  Timestamp due = state.now + delay;
  if (!link.out.empty()) due = std::max(due, link.out.back().due);
  link.out_bytes += text.size();
  link.out.push_back({due, std::string(text)});
}

bool arrives(ServerState& state, Session& session, std::string_view text) {
  Link& link = session.link;
  if (link.broken) return false;
  if (link.in.empty() && line_is_good(state.faults)) return true;
  if (mode(state, session, FaultKind::HalfOpen) != nullptr) {
    state.faults.count(FaultKind::HalfOpen);
    return false;
  }
  const bool stalled = is_stalled(state, session, Way::In);
  const Nanos delay = delay_of(state, session, Way::In, text.size());
  if (link.in.empty() && !stalled && delay.count == 0) return true;
  if (stalled) state.faults.count(FaultKind::Stall);
  Timestamp due = state.now + delay;
  if (!link.in.empty()) due = std::max(due, link.in.back().due);
  if (link.in_bytes + text.size() > kMostHeldBytes || link.in.size() >= kMostHeldFrames) {
    close_session(state, session.id, 4005, "Receive buffer full");
    return false;
  }
  link.in_bytes += text.size();
  link.in.push_back({due, std::string(text)});
  return false;
}

void pump_links(ServerState& state) {
  std::vector<ConnectionId> waiting;
  for (const auto& [id, session] : state.sessions) {
    const Link& link = session.link;
    if (link.broken || !link.in.empty() || !link.out.empty()) waiting.push_back(id);
  }
  for (const ConnectionId id : waiting) {
    // Each frame may end the connection.
    for (;;) {
      const auto found = state.sessions.find(id);
      if (found == state.sessions.end()) break;
      Session& session = found->second;
      Link& link = session.link;
      if (link.broken) {
        forget_session(state, id);
        break;
      }
      if (link.out_bytes > kMostHeldBytes || link.out.size() > kMostHeldFrames) {
        close_session(state, id, 4005, "Send buffer full");
        break;
      }
      if (!link.out.empty() && link.out.front().due <= state.now &&
          !is_stalled(state, session, Way::Out)) {
        const std::string text = std::move(link.out.front().text);
        link.out.pop_front();
        link.out_bytes -= text.size();
        emit(state, session, text);
      } else if (!link.in.empty() && link.in.front().due <= state.now &&
                 !is_stalled(state, session, Way::In)) {
        const std::string text = std::move(link.in.front().text);
        link.in.pop_front();
        link.in_bytes -= text.size();
        handle_text(state, session, text);
        flush_changes(state);
      } else {
        break;
      }
    }
  }
}

void send_bytes_and_cut(ServerState& state, ConnectionId connection, std::string_view bytes) {
  const auto found = state.sessions.find(connection);
  if (found == state.sessions.end()) return;
  // Whoever sends may be walking through the sessions: this one goes later.
  found->second.link.broken = true;
  if (!bytes.empty()) state.output.send_bytes(connection, bytes);
  state.output.close(connection, 0, "");
}

}  // namespace gannet::okx_server
