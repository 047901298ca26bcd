#include "sim/okx_server/protocol/internal/rest.h"

#include <algorithm>

#include "sim/okx_server/protocol/internal/auth.h"
#include "sim/okx_server/protocol/internal/names.h"
#include "sim/okx_server/protocol/internal/number_text.h"
#include "sim/okx_server/protocol/internal/rest_faults.h"
#include "sim/okx_server/protocol/internal/signature.h"

namespace gannet::okx_server {
namespace {

std::string percent_decoded(std::string_view text) {
  const auto hex = [](char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
  };
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '%' && i + 2 < text.size() && hex(text[i + 1]) >= 0 && hex(text[i + 2]) >= 0) {
      out += static_cast<char>(hex(text[i + 1]) * 16 + hex(text[i + 2]));
      i += 2;
    } else {
      out += text[i] == '+' ? ' ' : text[i];
    }
  }
  return out;
}

void parse_query(std::string_view text, std::map<std::string, std::string, std::less<>>& out) {
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('&'), text.size());
    const std::string_view pair = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    const std::size_t equals = pair.find('=');
    if (equals == std::string_view::npos) continue;
    out[percent_decoded(pair.substr(0, equals))] = percent_decoded(pair.substr(equals + 1));
  }
}

HttpResponse respond(const ServerState& state, const RestReply& reply) {
  HttpResponse response;
  response.status = reply.http_status;
  response.headers = {{"Content-Type", "application/json"}};
  JsonWriter json(response.body);
  json.begin_object().field("code", reply.code).field("msg", reply.message);
  json.key("data");
  if (reply.data_is_object)
    json.raw(reply.data);
  else
    json.begin_array().members(reply.data).end_array();
  if (reply.timed) {
    json.field("inTime", micros_text(state.now))
        .field("outTime", micros_text(state.now + microseconds(400)));
  }
  json.end_object();
  return response;
}

struct FoundRoute {
  const Route* route = nullptr;
  bool path_exists = false;
};

FoundRoute find_route(std::string_view method, std::string_view path) noexcept {
  FoundRoute found;
  for (const auto& routes : {public_routes(), market_routes(), candle_routes(), reference_routes(),
                             asset_routes(), account_routes(), trade_routes(), history_routes(),
                             algo_routes(), trading_data_routes(), elsewhere_routes()}) {
    for (const Route& route : routes) {
      if (route.path != path) continue;
      found.path_exists = true;
      if (route.method == method) found.route = &route;
    }
  }
  if (!found.path_exists) found.route = route_elsewhere(method, path);
  return found;
}

/// What a limit by instrument counts apart: the listed instrument, or else the kind and the family
/// that are known here. Anything else that a client writes names no bucket of its own.
std::string limited_part(const RestCall& call) {
  const InstrumentId id = call.state.find_instrument(call.param("instId"));
  if (id.valid()) return std::to_string(id.value);
  std::string part;
  if (const auto kind = parse_instrument_kind(call.param("instType"))) part += name_of(*kind);
  part += ':';
  const std::string_view family = call.param("instFamily");
  const bool known = std::ranges::any_of(
      call.state.instruments, [&](const Instrument& one) { return one.family.view() == family; });
  if (known) part += family;
  return part;
}

bool take_rate(RestCall& call, const Route& route, std::string_view peer) {
  if (!call.state.settings.limits.rest || route.limit == 0) return true;
  std::string bucket(route.path);
  bucket += ':';
  const bool by_user = route.scope == LimitScope::User || route.scope == LimitScope::UserInstrument;
  bucket += by_user ? std::string_view(call.account().settings.uid) : host_of(peer);
  if (route.scope == LimitScope::AddressInstrument || route.scope == LimitScope::UserInstrument) {
    bucket += ':';
    bucket += limited_part(call);
  }
  return call.state.limiter.acquire(bucket, route.limit, milliseconds(route.window_ms), 1,
                                    call.state.now);
}

RestReply dispatch(ServerState& state, const HttpRequest& request, std::string_view peer) {
  const std::string_view target = request.target;
  const std::size_t question = std::min(target.find('?'), target.size());
  const FoundRoute found = find_route(request.method, target.substr(0, question));
  if (found.route == nullptr) {
    if (found.path_exists) return refusal("50115", "Invalid request method.", 405);
    return refusal("404", "Not Found", 404);
  }
  const Route& route = *found.route;
  RestCall call{state, request, {}, std::nullopt, nullptr};
  if (question < target.size()) parse_query(target.substr(question + 1), call.query);
  if (route.signed_by_user) {
    const AuthResult auth = verify_rest(state, request, peer);
    if (!auth.ok()) return refusal(auth.code, auth.message, auth.http_status);
    if (route.trades && !auth.key->may_trade)
      return refusal("50120", "This API key doesn't have permission to use this function");
    call.user = auth.user;
    call.key = auth.key;
  }
  if (request.method == "POST") {
    if (request.body.empty()) return refusal("50000", "Body can not be empty.", 400);
    if (!request.header("Content-Type").starts_with("application/json"))
      return refusal("50006", "Invalid Content-Type, please use application/json format", 400);
  }
  if (request.method == "GET") {
    const std::string_view limit = call.param("limit");
    if (!limit.empty() && !parse_digits(limit)) return bad_parameter("limit");
  }
  if (!take_rate(call, route, peer))
    return refusal("50011",
                   "Rate limit reached. Please refer to API documentation and throttle "
                   "requests accordingly",
                   429);
  if (!call.user) return route.handle(call);
  bend_query(call, route.path);
  RestReply reply = route.handle(call);
  bend_reply(call, route.path, reply);
  return reply;
}

}  // namespace

HttpResponse handle_rest(ServerState& state, const HttpRequest& request, std::string_view peer) {
  const std::string_view path =
      std::string_view(request.target)
          .substr(0, std::min(request.target.find('?'), request.target.size()));
  if (auto answer = answer_by_fault(state, request, path)) {
    state.refuse(path, std::to_string(answer->status), "by an ordered fault");
    return std::move(*answer);
  }
  const RestReply reply = dispatch(state, request, peer);
  if (reply.code != "0" && reply.data.empty()) state.refuse(path, reply.code, reply.message);
  HttpResponse response = respond(state, reply);
  bend_answer(state, path, response);
  return response;
}

RestReply refusal(std::string code, std::string message, int http_status) {
  RestReply reply;
  reply.code = std::move(code);
  reply.message = std::move(message);
  reply.http_status = http_status;
  return reply;
}

RestReply missing(std::string_view parameter) {
  return refusal("50014", "Parameter " + std::string(parameter) + " can not be empty", 400);
}

RestReply bad_parameter(std::string_view parameter) {
  return refusal("51000", "Parameter " + std::string(parameter) + " error", 400);
}

RestReply unknown_instrument() {
  return refusal("51001", "Instrument ID, Instrument ID code, or Spread ID doesn't exist.");
}

InstrumentId wanted_instrument(const RestCall& call, RestReply& reply) {
  const std::string_view name = call.param("instId");
  if (name.empty()) {
    reply = missing("instId");
    return {};
  }
  const InstrumentId id = call.state.find_instrument(name);
  if (!id.valid()) reply = unknown_instrument();
  return id;
}

std::optional<simdjson::dom::element> parse_body(ServerState& state, const HttpRequest& request) {
  simdjson::dom::element root;
  if (state.parser.parse(request.body.data(), request.body.size(), true).get(root) !=
      simdjson::SUCCESS)
    return std::nullopt;
  return root;
}

std::size_t page_limit(const RestCall& call, std::size_t most) noexcept {
  const auto limit = parse_digits(call.param("limit"));
  return limit && *limit > 0 && *limit <= most ? static_cast<std::size_t>(*limit) : most;
}

bool inside_page(const RestCall& call, std::uint64_t id) noexcept {
  const auto after = parse_digits(call.param("after"));
  const auto before = parse_digits(call.param("before"));
  return (!after || id < *after) && (!before || id > *before);
}

bool inside_filter(const RestCall& call, InstrumentId id) {
  if (!call.state.instruments.contains(id)) return false;
  const Instrument& instrument = call.state.instruments[id];
  const std::string_view type = call.param("instType");
  if (!type.empty() && type != name_of(instrument.kind)) return false;
  const std::string_view family = call.param("instFamily");
  if (!family.empty() && family != instrument.family.view()) return false;
  return listed_in(call.param("instId"), instrument.name.view());
}

bool inside_market_filter(const RestCall& call, const Instrument& instrument) {
  if (!call.state.listed(instrument.id)) return false;
  const std::string_view type = call.param("instType");
  const bool margin_pair = type == "MARGIN" && instrument.kind == InstrumentKind::Spot;
  if (!type.empty() && type != "ANY" && !margin_pair && type != name_of(instrument.kind))
    return false;
  const std::string_view family = call.param("instFamily");
  if (!family.empty() && family != instrument.family.view()) return false;
  const std::string_view underlying = call.param("uly");
  if (!underlying.empty() &&
      (!is_derivative(instrument.kind) || underlying != index_name(instrument)))
    return false;
  return listed_in(call.param("instId"), instrument.name.view());
}

bool listed_in(std::string_view list, std::string_view text) noexcept {
  if (list.empty()) return true;
  while (!list.empty()) {
    const std::size_t end = std::min(list.find(','), list.size());
    if (list.substr(0, end) == text) return true;
    list.remove_prefix(std::min(end + 1, list.size()));
  }
  return false;
}

}  // namespace gannet::okx_server
