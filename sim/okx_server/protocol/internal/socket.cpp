#include "sim/okx_server/protocol/internal/socket.h"

#include <fmt/format.h>

#include "sim/okx_server/protocol/internal/auth.h"
#include "sim/okx_server/protocol/internal/json_reader.h"
#include "sim/okx_server/protocol/internal/json_writer.h"
#include "sim/okx_server/protocol/internal/number_text.h"

namespace gannet::okx_server {
namespace {

constexpr std::size_t kLongestRequest = 64 * 1024;

/// Printable ASCII of what a client sent, cut: for messages that quote it.
std::string quoted(std::string_view text) {
  std::string out(text.substr(0, 200));
  for (char& c : out) {
    if (c < 0x20 || c > 0x7e) c = '?';
  }
  return out;
}

bool take_request(ServerState& state, Session& session) {
  const std::uint32_t limit = state.settings.limits.session_requests_per_hour;
  while (!session.requests.empty() && state.now - session.requests.front() >= seconds(3600))
    session.requests.pop_front();
  if (limit != 0 && session.requests.size() >= limit) return false;
  if (limit != 0) session.requests.push_back(state.now);
  return true;
}

void handle_login(ServerState& state, Session& session, std::string_view id,
                  simdjson::dom::array args) {
  if (session.user) {
    send_error(state, session, id, "60031", "Repeated login");
    return;
  }
  simdjson::dom::element first;
  const bool present = args.at(0).get(first) == simdjson::SUCCESS;
  const auto login = present ? as_object(first) : std::nullopt;
  if (!login) {
    send_error(state, session, id, "60013", "Invalid args");
    return;
  }
  if (const auto fault = state.faults.take(FaultKind::RefuseLogin, "")) {
    send_error(state, session, id, fault->text("code", "60009"), "Login failed.");
    close_session(state, session.id, 4001, "Login failed");
    return;
  }
  const AuthResult result = verify_login(state, *login, session.peer);
  if (!result.ok()) {
    send_error(state, session, id, result.code, result.message);
    close_session(state, session.id, 4001, "Login failed");
    return;
  }
  session.user = result.user;
  session.key = result.key->credentials.key;
  std::string text;
  JsonWriter json(text);
  json.begin_object()
      .field("event", "login")
      .field("code", "0")
      .field("msg", "")
      .field("connId", session.name)
      .end_object();
  if (const auto slow = state.faults.take(FaultKind::SlowLogin, ""))
    return send_later(state, session.id, slow->duration("ms", seconds(1)), std::move(text));
  send(state, session, text);
}

void handle_request(ServerState& state, Session& session, simdjson::dom::object request) {
  const std::string_view op = text_or_empty(request, "op");
  // Its own text: that of a number is not kept while hundreds of args are read.
  const std::string id(text_or_empty(request, "id"));
  state.current.operation = op.substr(0, 40);
  if (!id.empty() && !is_plain_name(id, 32)) {
    send_error(state, session, "", "60033", "Parameter id error");
    return;
  }
  if (handle_order_operation(state, session, op, request)) return;
  if (op != "login" && op != "subscribe" && op != "unsubscribe") {
    send_error(state, session, id, "60019", "Invalid op: " + quoted(op));
    return;
  }
  simdjson::dom::array args;
  if (request.at_key("args").get(args) != simdjson::SUCCESS || args.size() == 0) {
    send_error(state, session, id, "60013", "Invalid args");
    return;
  }
  if (!take_request(state, session)) {
    send_error(state, session, id, "60014", "Requests too frequent");
    return;
  }
  if (op == "login")
    handle_login(state, session, id, args);
  else if (op == "subscribe")
    handle_subscribe(state, session, id, args);
  else
    handle_unsubscribe(state, session, id, args);
}

}  // namespace

namespace {

/// An error that the log was told of, or need not be.
void write_error(ServerState& state, Session& session, std::string_view id, std::string_view code,
                 std::string_view message) {
  std::string text;
  JsonWriter json(text);
  json.begin_object();
  if (!id.empty()) json.field("id", id);
  json.field("event", "error")
      .field("code", code)
      .field("msg", message)
      .field("connId", session.name)
      .end_object();
  send(state, session, text);
}

}  // namespace

void send_error(ServerState& state, Session& session, std::string_view id, std::string_view code,
                std::string_view message) {
  state.refuse(name_of(session.path), code, message);
  write_error(state, session, id, code, message);
}

namespace {

void read_text(ServerState& state, Session& session, std::string_view text) {
  if (text.size() > kLongestRequest) {
    close_session(state, session.id, 1009, "Request too long");
    return;
  }
  simdjson::dom::element root;
  const auto error = state.parser.parse(text.data(), text.size(), true).get(root);
  const auto request = error == simdjson::SUCCESS ? as_object(root) : std::nullopt;
  if (!request || text_or_empty(*request, "op").empty()) {
    // A passphrase may stand in it: the client gets it back, the log its length.
    state.refuse(name_of(session.path), "60012",
                 fmt::format("Invalid request of {} bytes", text.size()));
    write_error(state, session, request ? text_or_empty(*request, "id") : std::string_view(),
                "60012", "Invalid request: " + quoted(text));
    return;
  }
  handle_request(state, session, *request);
}

}  // namespace

void handle_text(ServerState& state, Session& session, std::string_view text) {
  if (text == "ping") {
    send(state, session, "pong");
    return;
  }
  // The session may end within, and its names with it.
  const std::string peer = session.peer;
  const std::string key = session.key;
  state.current = {.method = {},
                   .path = name_of(session.path),
                   .operation = {},
                   .peer = peer,
                   .key = key,
                   .detail = {},
                   .refused = false};
  read_text(state, session, text);
  state.end_request();
}

void close_idle_sessions(ServerState& state) {
  std::vector<ConnectionId> idle;
  std::vector<ConnectionId> upgraded;
  const Nanos longest = seconds(state.settings.idle_close_s);
  for (const auto& [id, session] : state.sessions) {
    if (session.close_at && *session.close_at <= state.now)
      upgraded.push_back(id);
    else if (state.settings.idle_close_s > 0 && state.now - session.last_sent >= longest)
      idle.push_back(id);
  }
  for (const ConnectionId id : upgraded) close_session(state, id, 4006, "Service upgrade");
  for (const ConnectionId id : idle) close_session(state, id, 4004, "No data received in 30s.");
}

}  // namespace gannet::okx_server
