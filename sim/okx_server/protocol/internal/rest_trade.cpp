#include "sim/okx_server/protocol/internal/cancel_all_after.h"
#include "sim/okx_server/protocol/internal/json_reader.h"
#include "sim/okx_server/protocol/internal/number_text.h"
#include "sim/okx_server/protocol/internal/order_entry.h"
#include "sim/okx_server/protocol/internal/position_orders.h"
#include "sim/okx_server/protocol/internal/rest.h"

namespace gannet::okx_server {
namespace {

/// HTTP status of a refusal as a whole. OKX API v5, error codes.
int status_of(std::string_view code) noexcept {
  if (code == "50011" || code == "50061" || code == "51113" || code == "51115") return 429;
  for (const std::string_view bad_request :
       {"50000", "50002", "50006", "50014", "50015", "50016", "51000", "51406", "51501"}) {
    if (code == bad_request) return 400;
  }
  return 200;
}

RestReply refused_by(const Verdict& verdict) {
  return refusal(verdict.code, verdict.message, status_of(verdict.code));
}

/// Single operations take an object, batches an array.
RestReply operate(RestCall& call, Operation operation, bool batch, std::string_view name) {
  const auto root = parse_body(call.state, call.request);
  if (!root) return refusal("50002", "JSON syntax error", 400);
  std::vector<simdjson::dom::element> items;
  simdjson::dom::array array;
  if (batch) {
    if (root->get(array) != simdjson::SUCCESS) return refusal("50002", "JSON syntax error", 400);
    for (const simdjson::dom::element item : array) items.push_back(item);
    if (items.empty()) return refusal("50014", "Parameter data can not be empty", 400);
  } else {
    if (!as_object(*root)) return refusal("50002", "JSON syntax error", 400);
    items.push_back(*root);
  }
  OperationRequest request;
  request.user = *call.user;
  request.operation = operation;
  request.batch = batch;
  request.source = Source::Rest;
  request.name = name;
  request.expire_time = call.request.header("expTime");
  OperationReply done = run_operation(call.state, request, items);
  RestReply reply;
  reply.code = std::move(done.code);
  reply.message = std::move(done.message);
  reply.data = std::move(done.data);
  reply.timed = true;
  if (reply.data.empty()) reply.http_status = status_of(reply.code);
  return reply;
}

RestReply place(RestCall& call) { return operate(call, Operation::Place, false, "order"); }
RestReply place_batch(RestCall& call) {
  return operate(call, Operation::Place, true, "batch-orders");
}
RestReply cancel(RestCall& call) { return operate(call, Operation::Cancel, false, "cancel-order"); }
RestReply cancel_batch(RestCall& call) {
  return operate(call, Operation::Cancel, true, "batch-cancel-orders");
}
RestReply amend(RestCall& call) { return operate(call, Operation::Amend, false, "amend-order"); }
RestReply amend_batch(RestCall& call) {
  return operate(call, Operation::Amend, true, "batch-amend-orders");
}

RestReply mass_cancel(RestCall& call) {
  const auto root = parse_body(call.state, call.request);
  const auto body = root ? as_object(*root) : std::nullopt;
  if (!body) return refusal("50002", "JSON syntax error", 400);
  return refused_by(refuse_mass_cancel(call.state, call.account(), *body));
}

RestReply account_rate_limit(RestCall& call) {
  // Nobody trades enough here for a larger allowance than the first tier's.
  const std::string limit = std::to_string(call.state.settings.limits.account_orders);
  RestReply reply;
  JsonWriter json(reply.data);
  json.begin_object()
      .field("fillRatio", "0")
      .field("mainFillRatio", "0")
      .field("accRateLimit", limit)
      .field("nextAccRateLimit", limit)
      .field("ts", millis_text(call.state.now))
      .end_object();
  return reply;
}

// The six order operations have their own limits, shared with the sockets.
constexpr LimitScope kUser = LimitScope::User;
constexpr Route kRoutes[] = {
    {"POST", "/api/v5/trade/order", true, true, 0, 0, kUser, place},
    {"POST", "/api/v5/trade/batch-orders", true, true, 0, 0, kUser, place_batch},
    {"POST", "/api/v5/trade/cancel-order", true, true, 0, 0, kUser, cancel},
    {"POST", "/api/v5/trade/cancel-batch-orders", true, true, 0, 0, kUser, cancel_batch},
    {"POST", "/api/v5/trade/amend-order", true, true, 0, 0, kUser, amend},
    {"POST", "/api/v5/trade/amend-batch-orders", true, true, 0, 0, kUser, amend_batch},
    {"POST", "/api/v5/trade/cancel-all-after", true, true, 0, 0, kUser, cancel_all_after},
    {"POST", "/api/v5/trade/mass-cancel", true, true, 0, 0, kUser, mass_cancel},
    {"POST", "/api/v5/trade/close-position", true, true, 0, 0, kUser, close_position},
    {"POST", "/api/v5/trade/order-precheck", true, false, 5, 2000, kUser, precheck_order},
    {"GET", "/api/v5/trade/account-rate-limit", true, false, 1, 1000, kUser, account_rate_limit},
};

}  // namespace

std::span<const Route> trade_routes() noexcept { return kRoutes; }

}  // namespace gannet::okx_server
