#include "sim/okx_server/protocol/internal/json_reader.h"
#include "sim/okx_server/protocol/internal/json_writer.h"
#include "sim/okx_server/protocol/internal/number_text.h"
#include "sim/okx_server/protocol/internal/order_entry.h"
#include "sim/okx_server/protocol/internal/order_faults.h"
#include "sim/okx_server/protocol/internal/socket.h"

namespace gannet::okx_server {
namespace {

struct SocketOperation {
  std::string_view name;
  Operation operation;
  bool batch;
};
constexpr SocketOperation kOperations[] = {
    {"order", Operation::Place, false},         {"batch-orders", Operation::Place, true},
    {"cancel-order", Operation::Cancel, false}, {"batch-cancel-orders", Operation::Cancel, true},
    {"amend-order", Operation::Amend, false},   {"batch-amend-orders", Operation::Amend, true},
};

const SocketOperation* find_operation(std::string_view name) noexcept {
  for (const SocketOperation& operation : kOperations) {
    if (operation.name == name) return &operation;
  }
  return nullptr;
}

std::string reply_text(const ServerState& state, std::string_view id, std::string_view op,
                       const OperationReply& reply) {
  std::string text;
  JsonWriter json(text);
  json.begin_object()
      .field("id", id)
      .field("op", op)
      .field("code", reply.code)
      .field("msg", reply.message);
  json.key("data").begin_array().members(reply.data).end_array();
  // The protocol has one reading of the clock a call: handling takes what is made up here.
  json.field("inTime", micros_text(state.now))
      .field("outTime", micros_text(state.now + microseconds(400)))
      .end_object();
  return text;
}

/// Everything that is said of any order operation, whatever it is.
OperationReply check_request(const ServerState& state, const Session& session,
                             simdjson::dom::object request, simdjson::dom::array& args) {
  if (session.path != SocketPath::Private)
    return {"60028", "This operation is not supported on this URL", ""};
  if (!session.user) return {"60011", "Please log in", ""};
  const std::string_view id = text_or_empty(request, "id");
  if (!is_plain_name(id, 32) || request.at_key("args").get(args) != simdjson::SUCCESS)
    return {"60013", "Invalid args", ""};
  for (const ApiKey& key : state.settings.keys) {
    if (key.credentials.key == session.key && !key.may_trade)
      return {"50120", "This API key doesn't have permission to use this function", ""};
  }
  return {};
}

OperationReply run(ServerState& state, const Session& session, const SocketOperation& operation,
                   simdjson::dom::object request) {
  simdjson::dom::array args;
  if (OperationReply refused = check_request(state, session, request, args); refused.code != "0")
    return refused;
  OperationRequest wanted;
  wanted.user = *session.user;
  wanted.operation = operation.operation;
  wanted.batch = operation.batch;
  wanted.source = Source::Socket;
  wanted.name = operation.name;
  wanted.expire_time = text_or_empty(request, "expTime");
  std::vector<simdjson::dom::element> items;
  for (const simdjson::dom::element item : args) items.push_back(item);
  OperationReply reply = run_operation(state, wanted, items);
  // The items say why; on sockets the reply as a whole has no text then, as recorded.
  if (!reply.data.empty()) reply.message.clear();
  return reply;
}

OperationReply mass_cancel(ServerState& state, const Session& session,
                           simdjson::dom::object request) {
  simdjson::dom::array args;
  if (OperationReply refused = check_request(state, session, request, args); refused.code != "0")
    return refused;
  simdjson::dom::object item;
  if (args.size() != 1 || args.at(0).get(item) != simdjson::SUCCESS)
    return {"60013", "Invalid args", ""};
  const Verdict verdict = refuse_mass_cancel(state, state.users[*session.user], item);
  return {verdict.code, verdict.message, ""};
}

}  // namespace

bool handle_order_operation(ServerState& state, Session& session, std::string_view op,
                            simdjson::dom::object request) {
  const SocketOperation* const operation = find_operation(op);
  const bool is_mass_cancel = op == "mass-cancel";
  if (operation == nullptr && !is_mass_cancel) return false;
  if (takes_request(state, session, op, request)) return true;
  const OperationReply reply = is_mass_cancel ? mass_cancel(state, session, request)
                                              : run(state, session, *operation, request);
  if (reply.data.empty()) state.refuse(op, reply.code, reply.message);
  send_reply(state, session, op, reply_text(state, text_or_empty(request, "id"), op, reply));
  return true;
}

}  // namespace gannet::okx_server
