#include "sim/okx_server/protocol/internal/control.h"

#include <algorithm>

#include "sim/okx_server/protocol/internal/json_reader.h"
#include "sim/okx_server/protocol/internal/json_writer.h"
#include "sim/okx_server/protocol/internal/number_text.h"
#include "sim/okx_server/protocol/internal/signature.h"

namespace gannet::okx_server {
namespace {

constexpr std::string_view kPrefix = "/sim/v1/";

HttpResponse json_response(int status, std::string body) {
  return {status, {{"Content-Type", "application/json"}}, std::move(body)};
}

HttpResponse complaint(int status, std::string_view text) {
  std::string body;
  JsonWriter(body).begin_object().field("error", text).end_object();
  return json_response(status, std::move(body));
}

bool is_loopback(std::string_view peer) noexcept {
  const std::string_view host = host_of(peer);
  return host.starts_with("127.") || host == "::1" || host == "localhost" ||
         host.starts_with("::ffff:127.");
}

/// "public", "private", "business", a connId, or "all".
bool is_meant(const Session& session, std::string_view target) noexcept {
  return target == "all" || target == name_of(session.path) || target == session.name;
}

std::vector<ConnectionId> meant_sessions(const ServerState& state, std::string_view target) {
  std::vector<ConnectionId> meant;
  for (const auto& [id, session] : state.sessions) {
    if (is_meant(session, target)) meant.push_back(id);
  }
  return meant;
}

void announce_upgrade(ServerState& state, simdjson::dom::object options) {
  const Nanos left = milliseconds(integer_member(options, "close_after_ms").value_or(60'000));
  for (const ConnectionId id : meant_sessions(state, text_or_empty(options, "connection"))) {
    Session& session = state.sessions.at(id);
    session.close_at = state.now + left;
    std::string text;
    JsonWriter json(text);
    json.begin_object()
        .field("event", "notice")
        .field("code", "64008")
        .field("msg", "The connection will soon be closed for a service upgrade. Please reconnect.")
        .field("connId", session.name)
        .end_object();
    send(state, session, text);
  }
}

bool order_counted_fault(ServerState& state, std::string_view name, simdjson::dom::object options) {
  struct Named {
    std::string_view name;
    Fault::Kind kind;
    std::string_view target;  ///< the member that names what it hits
  };
  static constexpr Named kNamed[] = {
      {"drop_ack", Fault::Kind::DropAck, "op"},
      {"drop_request", Fault::Kind::DropRequest, "op"},
      {"late_ack", Fault::Kind::LateAck, "op"},
      {"reject_code", Fault::Kind::RejectCode, "op"},
      {"duplicate_push", Fault::Kind::DuplicatePush, "channel"},
      {"delay_push", Fault::Kind::DelayPush, "channel"},
      {"drop_push", Fault::Kind::DropPush, "channel"},
      {"http_status", Fault::Kind::HttpStatus, "path"},
  };
  for (const Named& known : kNamed) {
    if (known.name != name) continue;
    Fault fault;
    fault.kind = known.kind;
    fault.target = text_or_empty(options, known.target);
    fault.code = text_or_empty(options, "code");
    if (fault.kind == Fault::Kind::RejectCode && fault.code.empty()) fault.code = "51000";
    fault.status = static_cast<int>(
        std::clamp<std::int64_t>(integer_member(options, "status").value_or(503), 100, 599));
    fault.left = static_cast<std::uint64_t>(
        std::max<std::int64_t>(integer_member(options, "count").value_or(1), 1));
    fault.delay = milliseconds(
        std::clamp<std::int64_t>(integer_member(options, "ms").value_or(500), 0, 3'600'000));
    state.faults.add(std::move(fault));
    return true;
  }
  return false;
}

void order_sequence_fault(ServerState& state, simdjson::dom::object options, bool reset) {
  const std::string_view name = text_or_empty(options, "instId");
  for (InstrumentMarket& market : state.markets) {
    const InstrumentId id{static_cast<std::uint32_t>(&market - state.markets.data())};
    if (!name.empty() && state.find_instrument(name) != id) continue;
    if (reset)
      market.sequence = 1;
    else
      for (BookStream& stream : market.streams) stream.lose_next = true;
  }
}

/// One member of the request. False: no such fault.
bool order_fault(ServerState& state, std::string_view name, simdjson::dom::element value) {
  if (name == "clear") {
    state.faults.clear();
    return true;
  }
  if (name == "no_snapshot") {
    bool wanted = true;
    if (value.get(wanted) != simdjson::SUCCESS) wanted = true;
    state.settings.initial_book_snapshot = !wanted;
    return true;
  }
  const auto options = as_object(value);
  if (!options) return false;
  const std::string_view target = text_or_empty(*options, "connection");
  if (name == "cut") {
    for (const ConnectionId id : meant_sessions(state, target)) close_session(state, id, 0, "");
    if (!bool_member(*options, "once").value_or(true)) {
      Fault fault;
      fault.kind = Fault::Kind::CutOnOpen;
      fault.target = target == "all" ? "" : target;
      fault.left = static_cast<std::uint64_t>(-1);
      state.faults.add(std::move(fault));
    }
    return true;
  }
  if (name == "close") {
    const auto code = static_cast<std::uint16_t>(
        std::clamp<std::int64_t>(integer_member(*options, "code").value_or(4006), 1000, 4999));
    for (const ConnectionId id : meant_sessions(state, target))
      close_session(state, id, code, "An ordered fault");
    return true;
  }
  if (name == "notice64008") {
    announce_upgrade(state, *options);
    return true;
  }
  if (name == "send_raw") {
    for (const ConnectionId id : meant_sessions(state, target))
      send(state, state.sessions.at(id), text_or_empty(*options, "text"));
    return true;
  }
  if (name == "sequence_gap" || name == "sequence_reset") {
    order_sequence_fault(state, *options, name == "sequence_reset");
    return true;
  }
  return order_counted_fault(state, name, *options);
}

HttpResponse faults(ServerState& state, const HttpRequest& request) {
  simdjson::dom::element root;
  if (state.parser.parse(request.body.data(), request.body.size(), true).get(root) !=
      simdjson::SUCCESS)
    return complaint(400, "the body is not JSON");
  const auto members = as_object(root);
  if (!members) return complaint(400, "the body is not an object");
  for (const auto member : *members) {
    if (!order_fault(state, member.key, member.value))
      return complaint(400, "unknown fault: " + std::string(member.key));
  }
  return json_response(200, "{\"ok\":true}");
}

HttpResponse connections(const ServerState& state) {
  std::string body;
  JsonWriter json(body);
  json.begin_array();
  for (const auto& [id, session] : state.sessions) {
    json.begin_object()
        .field("connId", session.name)
        .field("path", name_of(session.path))
        .field("peer", session.peer)
        .field("user",
               session.user ? state.users[*session.user].settings.account.name : std::string())
        .key("subscriptions")
        .begin_array();
    for (const Subscription& subscription : session.subscriptions)
      json.begin_object().members(subscription.arg).end_object();
    json.end_array().end_object();
  }
  json.end_array();
  return json_response(200, std::move(body));
}

HttpResponse truth(const ServerState& state, std::string_view query) {
  std::string_view name;
  if (query.starts_with("user=")) name = query.substr(5);
  if (state.users.empty()) return complaint(404, "no users");
  const auto user = name.empty() ? std::optional<std::size_t>(0) : state.find_user(name);
  if (!user) return complaint(404, "no such user");
  return json_response(200, truth_text(state, state.users[*user]));
}

}  // namespace

HttpResponse handle_control(ServerState& state, const HttpRequest& request, std::string_view peer) {
  if (!is_loopback(peer)) return complaint(403, "for loopback peers alone");
  std::string_view path = request.target;
  const std::size_t question = std::min(path.find('?'), path.size());
  const std::string_view query = path.substr(std::min(question + 1, path.size()));
  path = path.substr(0, question);
  path.remove_prefix(std::min(kPrefix.size(), path.size()));
  if (path == "truth" && request.method == "GET") return truth(state, query);
  if (path == "connections" && request.method == "GET") return connections(state);
  if (path == "faults" && request.method == "POST") return faults(state, request);
  return complaint(404, "truth, connections or faults");
}

bool survives_opening(ServerState& state, const Session& session) {
  return !state.faults.take(Fault::Kind::CutOnOpen, name_of(session.path)).has_value();
}

}  // namespace gannet::okx_server
