#include <algorithm>

#include "sim/okx_server/protocol/internal/algo_codes.h"
#include "sim/okx_server/protocol/internal/algo_json.h"
#include "sim/okx_server/protocol/internal/algo_names.h"
#include "sim/okx_server/protocol/internal/json_reader.h"
#include "sim/okx_server/protocol/internal/names.h"
#include "sim/okx_server/protocol/internal/number_text.h"
#include "sim/okx_server/protocol/internal/order_entry.h"
#include "sim/okx_server/protocol/internal/parse_algo.h"
#include "sim/okx_server/protocol/internal/rest.h"

namespace gannet::okx_server {
namespace {

constexpr std::size_t kMostCancels = 10;
constexpr std::uint32_t kLimit = 20;  ///< per 2 s: user and instrument, queries user. PROTOCOL 11.3

struct ItemReply {
  std::string algo_id;
  std::string client_id;
  std::string tag;
  std::string request_id;
  Verdict verdict;
};

bool take_rate(RestCall& call, std::string_view what, InstrumentId id) {
  if (!call.state.settings.limits.rest) return true;
  std::string bucket("algo:");
  bucket.append(what).append(":").append(call.account().settings.uid).append(":");
  bucket.append(call.state.instruments[id].name.view());
  return call.state.limiter.acquire(bucket, kLimit, seconds(2), 1, call.state.now);
}

const Verdict kRateLimited{
    "50011",
    "Rate limit reached. Please refer to API documentation and throttle requests accordingly", ""};

/// By algoId, or else by algoClOrdId; null if the user has none such.
const sim::AlgoView* named_algo(const RestCall& call, std::string_view algo_id,
                                std::string_view client_id) {
  const sim::AlgoDesk& desk = *call.state.algos;
  const sim::UserId user = call.account().id;
  if (algo_id.empty()) return desk.find_by_client_id(user, client_id);
  const auto number = parse_digits(algo_id);
  const sim::AlgoView* const algo = number ? desk.find(sim::AlgoId{*number}) : nullptr;
  return algo != nullptr && algo->terms.user == user ? algo : nullptr;
}

RestReply one_item(RestCall& call, std::string_view name, const ItemReply& item) {
  RestReply reply;
  if (!item.verdict.ok()) {
    call.state.refuse(name, item.verdict.code, item.verdict.message);
    if (item.verdict.code == "50011") return refusal(item.verdict.code, item.verdict.message, 429);
    reply.code = "1";
    reply.message = "All operations failed";
  }
  JsonWriter json(reply.data);
  json.begin_object().field("algoId", item.algo_id).field("algoClOrdId", item.client_id);
  if (name == "amend-algos")
    json.field("reqId", item.request_id);
  else
    // Deprecated, and still given: what was the client id before algo orders had one.
    json.field("clOrdId", item.client_id).field("tag", item.tag);
  json.field("sCode", item.verdict.code).field("sMsg", item.verdict.message).end_object();
  return reply;
}

RestReply place(RestCall& call) {
  const auto root = parse_body(call.state, call.request);
  const auto body = root ? as_object(*root) : std::nullopt;
  if (!body) return refusal("50002", "JSON syntax error", 400);
  ItemReply reply;
  const std::string_view name = text_or_empty(*body, "algoClOrdId");
  reply.client_id = name.empty() ? text_or_empty(*body, "clOrdId") : name;
  reply.tag = text_or_empty(*body, "tag");
  const NamedInstrument named = named_instrument(call.state, *body, Source::Rest);
  reply.verdict = named.verdict;
  if (reply.verdict.ok() && !take_rate(call, "place", named.id)) reply.verdict = kRateLimited;
  if (!reply.verdict.ok()) return one_item(call, "order-algo", reply);
  const ParsedAlgo parsed = parse_algo(call.state, call.account(), named.id, *body);
  reply.verdict = parsed.verdict;
  if (!reply.verdict.ok()) return one_item(call, "order-algo", reply);
  const sim::AlgoDesk::PlaceResult result =
      call.state.algos->place(parsed.terms, call.state.exchange_time());
  reply.verdict =
      verdict_of(call.state, result.refusal, Operation::Place, named.id, parsed.terms.type);
  if (reply.verdict.ok()) {
    reply.algo_id = std::to_string(result.id.value);
    if (parsed.terms.slices.rsi) call.state.rsi_starts.push_back({result.id, {}});
  }
  return one_item(call, "order-algo", reply);
}

RestReply amend(RestCall& call) {
  const auto root = parse_body(call.state, call.request);
  const auto body = root ? as_object(*root) : std::nullopt;
  if (!body) return refusal("50002", "JSON syntax error", 400);
  ItemReply reply;
  reply.algo_id = text_or_empty(*body, "algoId");
  reply.client_id = text_or_empty(*body, "algoClOrdId");
  reply.request_id = text_or_empty(*body, "reqId");
  const NamedInstrument named = named_instrument(call.state, *body, Source::Rest);
  reply.verdict = named.verdict;
  if (reply.verdict.ok() && !take_rate(call, "amend", named.id)) reply.verdict = kRateLimited;
  if (reply.verdict.ok() && !reply.request_id.empty() && !is_plain_name(reply.request_id, 32))
    reply.verdict = {"51000", "Parameter reqId error", ""};
  if (reply.verdict.ok() && reply.algo_id.empty() && reply.client_id.empty())
    reply.verdict = {"50015", "Either parameter algoId or algoClOrdId is required", ""};
  if (!reply.verdict.ok()) return one_item(call, "amend-algos", reply);
  const sim::AlgoView* const algo = named_algo(call, reply.algo_id, reply.client_id);
  if (algo == nullptr || algo->terms.instrument != named.id) {
    reply.verdict = verdict_of(call.state, {sim::AlgoProblem::NotFound}, Operation::Amend, named.id,
                               sim::AlgoType::Conditional);
    return one_item(call, "amend-algos", reply);
  }
  const sim::AlgoId id = algo->id;
  const sim::AlgoType type = algo->terms.type;
  reply.algo_id = std::to_string(id.value);
  reply.client_id = algo->terms.client_id.view();
  const ParsedAlgoAmend parsed =
      parse_algo_amend(call.state.instruments[named.id], algo->terms, *body);
  reply.verdict = parsed.verdict;
  if (reply.verdict.ok()) {
    const sim::AlgoRefusal refused = call.state.algos->amend(
        call.account().id, id, parsed.terms, reply.request_id, call.state.exchange_time());
    reply.verdict = verdict_of(call.state, refused, Operation::Amend, named.id, type);
  }
  if (!reply.verdict.ok() && bool_member(*body, "cxlOnFail").value_or(false))
    call.state.algos->cancel(call.account().id, id, call.state.exchange_time());
  return one_item(call, "amend-algos", reply);
}

ItemReply cancel_one(RestCall& call, simdjson::dom::element element) {
  ItemReply reply;
  const auto item = as_object(element);
  if (!item) {
    reply.verdict = {"51000", "Parameter data error", ""};
    return reply;
  }
  reply.algo_id = text_or_empty(*item, "algoId");
  reply.client_id = text_or_empty(*item, "algoClOrdId");
  const NamedInstrument named = named_instrument(call.state, *item, Source::Rest);
  reply.verdict = named.verdict;
  if (!reply.verdict.ok()) return reply;
  if (!take_rate(call, "cancel", named.id)) {
    reply.verdict = kRateLimited;
    return reply;
  }
  if (reply.algo_id.empty() && reply.client_id.empty()) {
    reply.verdict = {"50015", "Either parameter algoId or algoClOrdId is required", ""};
    return reply;
  }
  const sim::AlgoView* const algo = named_algo(call, reply.algo_id, reply.client_id);
  sim::AlgoRefusal refused{sim::AlgoProblem::NotFound};
  if (algo != nullptr && algo->terms.instrument == named.id) {
    const sim::AlgoId id = algo->id;
    reply.algo_id = std::to_string(id.value);
    reply.client_id = algo->terms.client_id.view();
    refused = call.state.algos->cancel(call.account().id, id, call.state.exchange_time());
  }
  reply.verdict =
      verdict_of(call.state, refused, Operation::Cancel, named.id, sim::AlgoType::Conditional);
  return reply;
}

RestReply cancel(RestCall& call) {
  const auto root = parse_body(call.state, call.request);
  simdjson::dom::array items;
  if (!root || root->get(items) != simdjson::SUCCESS)
    return refusal("50002", "JSON syntax error", 400);
  if (items.size() == 0) return refusal("50014", "Parameter data can not be empty", 400);
  if (items.size() > kMostCancels)
    return refusal("51406", "Canceled - order count exceeds the limit 10", 400);
  RestReply reply;
  JsonWriter json(reply.data);
  std::size_t failed = 0;
  for (const simdjson::dom::element element : items) {
    const ItemReply item = cancel_one(call, element);
    if (!item.verdict.ok()) {
      ++failed;
      call.state.refuse("cancel-algos", item.verdict.code, item.verdict.message);
      if (items.size() == 1 && item.verdict.code == "50011")
        return refusal(item.verdict.code, item.verdict.message, 429);
    }
    json.begin_object()
        .field("algoClOrdId", item.client_id)
        .field("algoId", item.algo_id)
        .field("clOrdId", "")
        .field("sCode", item.verdict.code)
        .field("sMsg", item.verdict.message)
        .field("tag", "")
        .end_object();
  }
  if (failed == items.size()) {
    reply.code = "1";
    reply.message = "All operations failed";
  } else if (failed > 0) {
    reply.code = "2";
    reply.message = "Bulk operation partially succeeded.";
  }
  return reply;
}

/// Only conditional and oco may be asked for together.
bool is_type_list(std::string_view list) noexcept {
  const bool several = list.find(',') != std::string_view::npos;
  while (!list.empty()) {
    const std::size_t end = std::min(list.find(','), list.size());
    const auto type = parse_algo_type(list.substr(0, end));
    if (!type) return false;
    if (several && *type != sim::AlgoType::Conditional && *type != sim::AlgoType::OneCancelsOther)
      return false;
    list.remove_prefix(std::min(end + 1, list.size()));
  }
  return true;
}

std::optional<RestReply> wrong_query(const RestCall& call) {
  if (call.param("ordType").empty()) return missing("ordType");
  if (!is_type_list(call.param("ordType"))) return refusal("51000", "Parameter ordType error", 400);
  for (const std::string_view number : {"after", "before", "limit", "algoId"}) {
    if (!call.param(number).empty() && !parse_digits(call.param(number)))
      return refusal("51000", "Parameter " + std::string(number) + " error", 400);
  }
  return std::nullopt;
}

/// Newest first, those that `wanted` keeps.
template <class Wanted>
RestReply algo_rows(RestCall& call, Wanted&& wanted) {
  RestReply reply;
  JsonWriter json(reply.data);
  std::size_t left = page_limit(call, 100);
  const std::vector<sim::AlgoId> ids = call.state.algos->all(call.account().id);
  for (auto id = ids.rbegin(); id != ids.rend() && left > 0; ++id) {
    const sim::AlgoView* const algo = call.state.algos->find(*id);
    if (algo == nullptr || !wanted(*algo)) continue;
    if (!listed_in(call.param("ordType"), name_of(algo->terms.type))) continue;
    if (!inside_filter(call, algo->terms.instrument) || !inside_page(call, id->value)) continue;
    if (!call.param("algoId").empty() && call.param("algoId") != std::to_string(id->value))
      continue;
    if (!call.param("algoClOrdId").empty() &&
        call.param("algoClOrdId") != algo->terms.client_id.view())
      continue;
    write_rest_algo(json, call.state, *algo);
    --left;
  }
  return reply;
}

RestReply one_algo(RestCall& call) {
  const std::string_view algo_id = call.param("algoId");
  const std::string_view client_id = call.param("algoClOrdId");
  if (algo_id.empty() && client_id.empty())
    return refusal("50015", "Either parameter algoId or algoClOrdId is required", 400);
  const sim::AlgoView* const algo = named_algo(call, algo_id, client_id);
  if (algo == nullptr) return refusal("51603", "Order does not exist");
  RestReply reply;
  JsonWriter json(reply.data);
  write_rest_algo(json, call.state, *algo);
  return reply;
}

RestReply pending(RestCall& call) {
  if (auto wrong = wrong_query(call)) return *wrong;
  return algo_rows(call, [](const sim::AlgoView& algo) { return sim::is_pending(algo.state); });
}

/// `state` of a query: those that did a part are listed with those that did all or failed.
bool in_state(std::string_view wanted, sim::AlgoState state) noexcept {
  if (wanted == "effective")
    return state == sim::AlgoState::Effective || state == sim::AlgoState::PartiallyEffective;
  if (wanted == "canceled") return state == sim::AlgoState::Cancelled;
  return state == sim::AlgoState::Failed || state == sim::AlgoState::PartiallyFailed;
}

RestReply history(RestCall& call) {
  if (auto wrong = wrong_query(call)) return *wrong;
  const std::string_view state = call.param("state");
  const bool by_id = !call.param("algoId").empty();
  if (state.empty() && !by_id)
    return refusal("51602", "Either order status or order ID is required");
  if (!state.empty() && by_id)
    return refusal("51601", "Order status and order id cannot exist at the same time");
  if (!state.empty() && state != "effective" && state != "canceled" && state != "order_failed")
    return refusal("51600", "Status not found");
  const Timestamp now = call.state.exchange_time();
  return algo_rows(call, [&](const sim::AlgoView& algo) {
    if (sim::is_pending(algo.state)) return false;
    if (now - algo.update_time > seconds(90 * 24 * 3600)) return false;
    return state.empty() || in_state(state, algo.state);
  });
}

constexpr LimitScope kUser = LimitScope::User;
constexpr Route kRoutes[] = {
    // The limits of these are by user and instrument, and the instrument is in the body.
    {"POST", "/api/v5/trade/order-algo", true, true, 0, 0, kUser, place},
    {"POST", "/api/v5/trade/cancel-algos", true, true, 0, 0, kUser, cancel},
    // Gone from the documentation; clients still call it.
    {"POST", "/api/v5/trade/cancel-advance-algos", true, true, 0, 0, kUser, cancel},
    {"POST", "/api/v5/trade/amend-algos", true, true, 0, 0, kUser, amend},
    {"GET", "/api/v5/trade/order-algo", true, false, kLimit, 2000, kUser, one_algo},
    {"GET", "/api/v5/trade/orders-algo-pending", true, false, kLimit, 2000, kUser, pending},
    {"GET", "/api/v5/trade/orders-algo-history", true, false, kLimit, 2000, kUser, history},
};

}  // namespace

std::span<const Route> algo_routes() noexcept { return kRoutes; }

}  // namespace gannet::okx_server
