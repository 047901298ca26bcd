#include "sim/okx_server/protocol/internal/control.h"

#include <algorithm>

#include "sim/okx_server/protocol/internal/fault_orders.h"
#include "sim/okx_server/protocol/internal/instrument_control.h"
#include "sim/okx_server/protocol/internal/json_writer.h"
#include "sim/okx_server/protocol/internal/number_text.h"
#include "sim/okx_server/protocol/internal/signature.h"
#include "sim/okx_server/protocol/internal/step_control.h"

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

HttpResponse order(ServerState& state, const HttpRequest& request) {
  const auto ids = order_faults(state, request.body, state.now);
  if (!ids) return complaint(400, ids.error());
  std::string body;
  JsonWriter json(body);
  json.begin_object().field("ok", true).key("ids").begin_array();
  for (const std::uint64_t id : *ids) json.raw(std::to_string(id));
  json.end_array().end_object();
  return json_response(200, std::move(body));
}

/// DELETE: all without a query, or `?id=7`, or `?fault=cut`. Nothing ends by a mistyped one.
HttpResponse end_faults(ServerState& state, std::string_view query) {
  std::string order = "true";
  if (query.starts_with("id=")) {
    const auto id = parse_digits(query.substr(3));
    if (!id) return complaint(400, "id: want a number");
    order = std::to_string(*id);
  } else if (query.starts_with("fault=")) {
    order.clear();
    JsonWriter(order).string(query.substr(6));
  } else if (!query.empty()) {
    return complaint(400, "want nothing, id=NUMBER or fault=NAME");
  }
  const auto ended = order_faults(state, "{\"clear\":" + order + "}", state.now);
  if (!ended) return complaint(400, ended.error());
  return json_response(200, fault_list_text(state));
}

HttpResponse faults(ServerState& state, const HttpRequest& request, std::string_view query) {
  if (request.method == "POST") return order(state, request);
  if (request.method == "DELETE") return end_faults(state, query);
  if (query == "table") return {200, {{"Content-Type", "text/plain"}}, describe_faults()};
  return json_response(200, fault_list_text(state));
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
  if (path == "step" && request.method == "POST") return step(state, request);
  if (path == "connections" && request.method == "GET") return connections(state);
  if (path == "faults") return faults(state, request, query);
  if (path == "instruments") return control_instruments(state, request);
  return complaint(404, "truth, connections, faults or instruments");
}

}  // namespace gannet::okx_server
