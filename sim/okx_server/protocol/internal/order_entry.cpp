#include "sim/okx_server/protocol/internal/order_entry.h"

#include <set>

#include "sim/okx_server/protocol/internal/algo_codes.h"
#include "sim/okx_server/protocol/internal/json_reader.h"
#include "sim/okx_server/protocol/internal/json_writer.h"
#include "sim/okx_server/protocol/internal/number_text.h"
#include "sim/okx_server/protocol/internal/order_faults.h"
#include "sim/okx_server/protocol/internal/parse_algo.h"
#include "sim/okx_server/protocol/internal/refusal_notes.h"
#include "sim/okx_server/protocol/internal/valuation.h"

namespace gannet::okx_server {
namespace {

constexpr std::size_t kMostItems = 20;
constexpr Nanos kWindow = seconds(2);

struct ItemReply {
  std::string order_id;
  std::string client_id;
  std::string tag;
  std::string request_id;
  Timestamp time;
  Verdict verdict;
};

std::string too_many_code(Operation operation) {
  switch (operation) {
    case Operation::Place:
      return "51111";
    case Operation::Amend:
      return "51501";
    case Operation::Cancel:
      return "51406";
  }
  return "51111";
}

const Verdict kRateLimited{
    "50011",
    "Rate limit reached. Please refer to API documentation and throttle requests accordingly", ""};
const Verdict kAccountRateLimited{"50061", "Order rate limit of the account reached", ""};

/// One unit of the buckets that this item draws from: user and instrument (options: family), single
/// or batch, and all new and amended derivative orders of the user.
Verdict take_rate(ServerState& state, const OperationRequest& request, bool batch,
                  const UserState& user, const Instrument& instrument) {
  const Limits& limits = state.settings.limits;
  const std::string_view scope =
      instrument.kind == InstrumentKind::Option ? instrument.family.view() : instrument.name.view();
  std::uint32_t limit = 0;
  char kind = 'p';
  switch (request.operation) {
    case Operation::Place:
      limit = batch ? limits.place_batch : limits.place_single;
      break;
    case Operation::Amend:
      kind = 'a';
      limit = batch ? limits.amend_batch : limits.amend_single;
      break;
    case Operation::Cancel:
      kind = 'c';
      limit = batch ? limits.cancel_batch : limits.cancel_single;
      break;
  }
  std::string bucket{kind, batch ? 'b' : 's', ':'};
  bucket += user.settings.uid;
  bucket += ':';
  bucket += scope;
  if (!state.limiter.acquire(bucket, limit, kWindow, 1, state.now)) return kRateLimited;
  if (request.operation == Operation::Cancel || !is_derivative(instrument.kind)) return {};
  if (!state.limiter.acquire("all:" + user.settings.uid, limits.account_orders, kWindow, 1,
                             state.now))
    return kAccountRateLimited;
  return {};
}

/// Take profits and stop losses that come with an order.
Verdict attach_exits(ServerState& state, simdjson::dom::object item, sim::NewOrder& terms) {
  ParsedExits parsed = parse_attached(state.instruments[terms.instrument], item);
  if (!parsed.verdict.ok() || parsed.exits.empty()) return parsed.verdict;
  const sim::AlgoRefusal refusal =
      state.algos->attach(terms, std::move(parsed.exits), state.exchange_time());
  return verdict_of(state, refusal, Operation::Place, terms.instrument, sim::AlgoType::Conditional);
}

ItemReply place(ServerState& state, UserState& user, InstrumentId id, simdjson::dom::object item,
                ItemReply reply) {
  ParsedOrder parsed = parse_order(state, user, id, item);
  reply.verdict = parsed.verdict;
  if (reply.verdict.ok()) reply.verdict = attach_exits(state, item, parsed.terms);
  if (!reply.verdict.ok()) return reply;
  const sim::Exchange::PlaceResult result =
      state.exchange->place(parsed.terms, state.exchange_time());
  reply.verdict = refused(state, result.refusal, Operation::Place, id, parsed.terms.type);
  if (!reply.verdict.ok()) {
    state.algos->drop(parsed.terms.attachment);
    state.current.detail = explain_refusal(state, parsed.terms, result.refusal);
    return reply;
  }
  reply.order_id = std::to_string(wire_order_id(result.id));
  if (const sim::OrderView* order = state.exchange->find(result.id))
    reply.time = state.wall_time(order->create_time);
  return reply;
}

ItemReply with_order(const ServerState& state, const sim::OrderView& order, ItemReply reply) {
  reply.order_id = std::to_string(wire_order_id(order.id));
  reply.client_id = order.terms.client_id.view();
  reply.tag = order.terms.tag.view();
  reply.time = state.wall_time(order.create_time);
  return reply;
}

ItemReply cancel(ServerState& state, UserState& user, InstrumentId id, simdjson::dom::object item,
                 ItemReply reply) {
  const std::string_view order_id = text_or_empty(item, "ordId");
  const std::string_view client_id = text_or_empty(item, "clOrdId");
  const Instrument& instrument = state.instruments[id];
  reply.order_id = order_id;
  reply.verdict = {"51003", "Either ordId or clOrdId is needed", ""};
  if (order_id.empty() && client_id.empty()) return reply;
  const sim::OrderView* const order = named_order(state, user, id, order_id, client_id);
  reply.verdict = verdict_of(sim::Refusal::OrderNotFound, Operation::Cancel, instrument, {}, 0);
  if (order == nullptr) return reply;
  const VenueOrderId found = order->id;
  reply = with_order(state, *order, reply);
  const sim::Refusal refusal =
      state.exchange->cancel(user.id, found, sim::CancelCause::User, state.exchange_time());
  reply.verdict = verdict_of(refusal, Operation::Cancel, instrument, {}, 0);
  return reply;
}

/// newPx and newSz out of a request.
Verdict parse_amend(const ServerState& state, const Instrument& instrument,
                    const sim::NewOrder& order, simdjson::dom::object item,
                    sim::AmendTerms& terms) {
  const sim::OrderType type = order.type;
  const std::string_view price = text_or_empty(item, "newPx");
  const std::string_view size = text_or_empty(item, "newSz");
  if (price.empty() && size.empty())
    return verdict_of(sim::Refusal::NothingToAmend, Operation::Amend, instrument, type, 0);
  if (!price.empty()) {
    const auto raw = parse_units(price, instrument.price_digits);
    if (!raw && raw.error() == ParseError::TooPrecise)
      return verdict_of(sim::Refusal::PriceOffTick, Operation::Amend, instrument, type,
                        state.settings.off_tick_code);
    if (!raw || *raw <= 0) return {"51000", "Parameter newPx error", ""};
    terms.price = Price{*raw};
    if (Verdict v = fit_to_band(state, instrument.id, order.side, item, *terms.price); !v.ok())
      return v;
  }
  if (!size.empty()) {
    const auto raw = parse_units(size, instrument.quantity_digits);
    if (!raw && raw.error() == ParseError::TooPrecise)
      return verdict_of(sim::Refusal::QuantityOffLot, Operation::Amend, instrument, type, 0);
    if (!raw || *raw <= 0) return {"51000", "Parameter newSz error", ""};
    terms.quantity = Quantity{*raw};
  }
  return {};
}

Verdict amend_exits(ServerState& state, const sim::OrderView& order,
                    const ParsedExitAmends& exits) {
  if (!exits.verdict.ok()) return exits.verdict;
  const sim::AlgoRefusal refusal =
      state.algos->amend_attached(order.terms.attachment, exits.changes);
  return verdict_of(state, refusal, Operation::Amend, order.terms.instrument,
                    sim::AlgoType::Conditional);
}

ItemReply amend(ServerState& state, UserState& user, InstrumentId id, simdjson::dom::object item,
                ItemReply reply) {
  const std::string_view order_id = text_or_empty(item, "ordId");
  const std::string_view client_id = text_or_empty(item, "clOrdId");
  const Instrument& instrument = state.instruments[id];
  reply.order_id = order_id;
  reply.request_id = text_or_empty(item, "reqId");
  if (!reply.request_id.empty() && !is_plain_name(reply.request_id, 32)) {
    reply.verdict = {"51000", "Parameter reqId error", ""};
    return reply;
  }
  reply.verdict = {"51003", "Either ordId or clOrdId is needed", ""};
  if (order_id.empty() && client_id.empty()) return reply;
  const sim::OrderView* const order = named_order(state, user, id, order_id, client_id);
  reply.verdict = verdict_of(sim::Refusal::OrderNotFound, Operation::Amend, instrument, {}, 0);
  if (order == nullptr) return reply;
  const VenueOrderId found = order->id;
  const sim::OrderType type = order->terms.type;
  reply = with_order(state, *order, reply);
  sim::AmendTerms terms;
  terms.request_id = reply.request_id;
  const ParsedExitAmends exits = parse_attached_amends(instrument, item);
  if (!exits.verdict.ok() || !exits.changes.empty()) {
    reply.verdict = amend_exits(state, *order, exits);
    const bool alone = text_or_empty(item, "newPx").empty() && text_or_empty(item, "newSz").empty();
    if (reply.verdict.ok() && alone)
      state.sink.on_order_change(
          {sim::OrderChange::What::Amended, *order, {}, terms.request_id, sim::AmendCause::User});
    if (!reply.verdict.ok() || alone) return reply;
  }
  reply.verdict = parse_amend(state, instrument, order->terms, item, terms);
  if (!reply.verdict.ok()) return reply;
  const sim::Refusal refusal = state.exchange->amend(user.id, found, terms, state.exchange_time());
  const Verdict verdict = refused(state, refusal, Operation::Amend, id, type);
  if (verdict.ok()) return reply;
  const bool open = refusal != sim::Refusal::OrderNotFound;
  const bool cancels = open && bool_member(item, "cxlOnFail").value_or(false);
  // OKX finds some of these only after it acknowledged; which ones is not published.
  const bool told_later = open && state.settings.amends_fail_after_ack;
  if (!told_later) reply.verdict = verdict;
  if (!cancels && !told_later) return reply;
  state.failed_amend = FailedAmend{found, reply.request_id, verdict.code, verdict.message};
  if (cancels) {
    state.exchange->cancel(user.id, found, sim::CancelCause::User, state.exchange_time());
  } else if (const sim::OrderView* const unchanged = state.exchange->find(found)) {
    state.sink.on_order_change({sim::OrderChange::What::Amended, *unchanged, {}, {}, {}});
  }
  state.failed_amend.reset();
  return reply;
}

Verdict check_expiry(const ServerState& state, const OperationRequest& request) {
  if (request.expire_time.empty() || request.operation == Operation::Cancel) return {};
  const auto expiry = parse_digits(request.expire_time);
  if (!expiry) return {"51000", "Parameter expTime error", ""};
  if (*expiry > static_cast<std::uint64_t>(to_unix_millis(state.now))) return {};
  if (state.handling_late) return {"50037", "Order expired before it was processed", ""};
  return {"50036", "The expTime can not be earlier than the current system time", ""};
}

ItemReply run_item(ServerState& state, const OperationRequest& request, bool batch,
                   simdjson::dom::element element) {
  UserState& user = state.users[request.user];
  ItemReply reply;
  reply.time = state.now;
  const auto item = as_object(element);
  if (!item) {
    reply.verdict = {"51000", "Parameter args error", ""};
    return reply;
  }
  const std::string_view client_id = text_or_empty(*item, "clOrdId");
  if (client_id.size() <= 32) reply.client_id = client_id;
  if (request.operation == Operation::Place) {
    const std::string_view tag = text_or_empty(*item, "tag");
    if (tag.size() <= 16) reply.tag = tag;
  }
  const NamedInstrument named = named_instrument(state, *item, request.source);
  reply.verdict = named.verdict;
  if (!reply.verdict.ok()) return reply;
  reply.verdict = item_fault(state, request, named.id);
  if (!reply.verdict.ok()) return reply;
  reply.verdict = take_rate(state, request, batch, user, state.instruments[named.id]);
  if (!reply.verdict.ok()) return reply;
  reply.verdict = check_expiry(state, request);
  if (!reply.verdict.ok()) return reply;
  race_order(state, request, named.id, text_or_empty(*item, "ordId"), client_id);
  switch (request.operation) {
    case Operation::Place:
      return place(state, user, named.id, *item, std::move(reply));
    case Operation::Amend:
      return amend(state, user, named.id, *item, std::move(reply));
    case Operation::Cancel:
      return cancel(state, user, named.id, *item, std::move(reply));
  }
  return reply;
}

void write_item(JsonWriter& json, Operation operation, const ItemReply& reply) {
  json.begin_object().field("ordId", reply.order_id).field("clOrdId", reply.client_id);
  if (operation == Operation::Place) json.field("tag", reply.tag);
  if (operation == Operation::Amend) json.field("reqId", reply.request_id);
  json.field("ts", millis_text(reply.time))
      .field("sCode", reply.verdict.code)
      .field("sMsg", reply.verdict.message)
      .field("subCode", reply.verdict.sub_code)
      .end_object();
}

bool has_duplicates(const std::vector<simdjson::dom::element>& items) {
  std::set<std::string> seen;
  for (const simdjson::dom::element element : items) {
    const auto item = as_object(element);
    if (!item) continue;
    const std::string_view order_id = text_or_empty(*item, "ordId");
    std::string name(1, order_id.empty() ? 'c' : 'o');
    name += order_id.empty() ? text_or_empty(*item, "clOrdId") : order_id;
    if (name.size() > 1 && !seen.insert(name).second) return true;
  }
  return false;
}

OperationReply whole_refusal(std::string code, std::string message) {
  return {std::move(code), std::move(message), ""};
}

}  // namespace

Verdict refused(const ServerState& state, sim::Refusal refusal, Operation operation,
                InstrumentId id, sim::OrderType type) {
  const Instrument& instrument = state.instruments[id];
  Verdict verdict = verdict_of(refusal, operation, instrument, type, state.settings.off_tick_code);
  if (refusal != sim::Refusal::PriceOutsideBand) return verdict;
  if (const auto limits = price_limits(state, id)) {
    verdict.message += " (max buy price: " + price_text(instrument, limits->highest_buy) +
                       " min sell price: " + price_text(instrument, limits->lowest_sell) + ")";
  }
  return verdict;
}

Verdict refuse_mass_cancel(ServerState& state, const UserState& user, simdjson::dom::object item) {
  if (!state.limiter.acquire("mass:" + user.settings.uid, state.settings.limits.rest ? 5 : 0,
                             kWindow, 1, state.now))
    return kRateLimited;
  const std::string_view type = text_or_empty(item, "instType");
  if (type.empty()) return {"50014", "Parameter instType can not be empty", ""};
  if (type != "OPTION") return {"51000", "Parameter instType error", ""};
  if (text_or_empty(item, "instFamily").empty())
    return {"50014", "Parameter instFamily can not be empty", ""};
  return {"51411", "Account does not have permission for mass cancellation", ""};
}

OperationReply run_operation(ServerState& state, const OperationRequest& request,
                             const std::vector<simdjson::dom::element>& items) {
  if (items.empty()) return whole_refusal("60013", "Invalid args");
  if (!request.batch && items.size() > 1) return whole_refusal("60013", "Invalid args");
  if (items.size() > kMostItems)
    return whole_refusal(too_many_code(request.operation), "Maximum 20 orders in one request");
  if (request.operation == Operation::Amend && has_duplicates(items))
    return whole_refusal("51512", "Batch modification failed: duplicate order");

  // A batch of one is charged as a single order.
  const bool batch = items.size() > 1;
  OperationReply reply;
  std::size_t failed = 0;
  JsonWriter json(reply.data);
  for (const simdjson::dom::element element : items) {
    const ItemReply item = run_item(state, request, batch, element);
    if (!item.verdict.ok()) {
      ++failed;
      state.refuse(request.name, item.verdict.code, item.verdict.message);
      const bool rate = item.verdict.code == "50011" || item.verdict.code == "50061";
      if (!batch && rate) return whole_refusal(item.verdict.code, item.verdict.message);
    }
    write_item(json, request.operation, item);
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

}  // namespace gannet::okx_server
