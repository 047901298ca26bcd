#include <algorithm>
#include <initializer_list>

#include "sim/okx_server/protocol/internal/names.h"
#include "sim/okx_server/protocol/internal/number_text.h"
#include "sim/okx_server/protocol/internal/order_entry.h"
#include "sim/okx_server/protocol/internal/order_json.h"
#include "sim/okx_server/protocol/internal/rest.h"

namespace gannet::okx_server {
namespace {

bool is_open(const sim::OrderView& order) noexcept {
  return order.state == OrderState::Live || order.state == OrderState::PartiallyFilled;
}

bool inside_time(const RestCall& call, Timestamp wall) noexcept {
  const auto begin = parse_digits(call.param("begin"));
  const auto end = parse_digits(call.param("end"));
  const auto time = static_cast<std::uint64_t>(to_unix_millis(wall));
  return (!begin || time >= *begin) && (!end || time <= *end);
}

bool inside_order_filter(const RestCall& call, const sim::OrderView& order) {
  return inside_filter(call, order.terms.instrument) &&
         inside_page(call, wire_order_id(order.id)) &&
         inside_time(call, call.state.wall_time(order.create_time)) &&
         listed_in(call.param("ordType"), name_of(order.terms.type)) &&
         listed_in(call.param("state"), name_of(order.state)) &&
         listed_in(call.param("category"), name_of(order.category));
}

bool all_listed(std::string_view list, std::initializer_list<std::string_view> known) {
  while (!list.empty()) {
    const std::size_t end = std::min(list.find(','), list.size());
    if (std::find(known.begin(), known.end(), list.substr(0, end)) == known.end()) return false;
    list.remove_prefix(std::min(end + 1, list.size()));
  }
  return true;
}

/// The first parameter of a query that names what does not exist, or "".
std::string_view wrong_parameter(const RestCall& call) {
  const std::string_view type = call.param("instType");
  if (!all_listed(type, {"SPOT", "MARGIN", "SWAP", "FUTURES", "OPTION", "EVENTS"}))
    return "instType";
  if (!all_listed(call.param("state"),
                  {"live", "partially_filled", "filled", "canceled", "mmp_canceled"}))
    return "state";
  if (!all_listed(call.param("ordType"),
                  {"market", "limit", "post_only", "fok", "ioc", "optimal_limit_ioc", "mmp",
                   "mmp_and_post_only", "op_fok", "rpi", "elp"}))
    return "ordType";
  for (const std::string_view number : {"after", "before", "begin", "end", "limit"}) {
    if (!call.param(number).empty() && !parse_digits(call.param(number))) return number;
  }
  return "";
}

/// Newest first, those that `wanted` keeps.
template <class Wanted>
RestReply order_rows(const RestCall& call, const std::vector<VenueOrderId>& ids, Wanted&& wanted) {
  if (const std::string_view wrong = wrong_parameter(call); !wrong.empty())
    return bad_parameter(wrong);
  RestReply reply;
  JsonWriter json(reply.data);
  std::size_t left = page_limit(call, 100);
  for (auto id = ids.rbegin(); id != ids.rend() && left > 0; ++id) {
    const sim::OrderView* const order = call.state.exchange->find(*id);
    if (order == nullptr || !wanted(*order) || !inside_order_filter(call, *order)) continue;
    write_rest_order(json, call.state, call.account(), *order);
    --left;
  }
  return reply;
}

RestReply one_order(RestCall& call) {
  if (call.param("instId").empty()) return missing("instId");
  if (call.param("ordId").empty() && call.param("clOrdId").empty())
    return refusal("51003", "Either ordId or clOrdId is needed", 400);
  const InstrumentId id = call.state.find_instrument(call.param("instId"));
  if (!id.valid()) return refusal("51001", "Instrument ID does not exist");
  const sim::OrderView* const order =
      named_order(call.state, call.account(), id, call.param("ordId"), call.param("clOrdId"));
  // A cancelled order without a fill is kept for two hours.
  const bool gone = order != nullptr && !is_open(*order) && order->filled.raw == 0 &&
                    call.state.exchange_time() - order->update_time > seconds(2 * 3600);
  if (order == nullptr || gone) return refusal("51603", "Order does not exist");
  RestReply reply;
  JsonWriter json(reply.data);
  write_rest_order(json, call.state, call.account(), *order);
  return reply;
}

RestReply pending(RestCall& call) {
  return order_rows(call, call.state.exchange->open_orders(call.account().id), is_open);
}

RestReply history_since(RestCall& call, Nanos span, bool unfilled) {
  if (call.param("instType").empty()) return missing("instType");
  const Timestamp now = call.state.exchange_time();
  return order_rows(call, call.state.exchange->all_orders(call.account().id),
                    [&](const sim::OrderView& order) {
                      if (is_open(order) || now - order.update_time > span) return false;
                      if (order.filled.raw > 0) return true;
                      return unfilled && now - order.update_time <= seconds(2 * 3600);
                    });
}

RestReply history(RestCall& call) { return history_since(call, seconds(7 * 24 * 3600), true); }
RestReply archive(RestCall& call) { return history_since(call, seconds(90 * 24 * 3600), false); }

RestReply fills_since(RestCall& call, Nanos span) {
  if (const std::string_view wrong = wrong_parameter(call); !wrong.empty())
    return bad_parameter(wrong);
  RestReply reply;
  JsonWriter json(reply.data);
  std::size_t left = page_limit(call, 100);
  const auto& all = call.state.exchange->fills(call.account().id);
  const Timestamp now = call.state.exchange_time();
  for (auto fill = all.rbegin(); fill != all.rend() && left > 0; ++fill) {
    if (now - fill->fill.exchange_time > span) break;
    if (!inside_filter(call, fill->instrument) || !inside_page(call, fill->bill_id)) continue;
    if (!listed_in(call.param("ordId"), std::to_string(wire_order_id(fill->order)))) continue;
    if (!inside_time(call, call.state.wall_time(fill->fill.exchange_time))) continue;
    if (!listed_in(call.param("subType"), fill_sub_type(*fill))) continue;
    write_rest_fill(json, call.state, call.account(), *fill);
    --left;
  }
  return reply;
}

RestReply fills(RestCall& call) { return fills_since(call, seconds(3 * 24 * 3600)); }
RestReply fills_history(RestCall& call) {
  if (call.param("instType").empty()) return missing("instType");
  return fills_since(call, seconds(90 * 24 * 3600));
}

constexpr LimitScope kUser = LimitScope::User;
constexpr Route kRoutes[] = {
    {"GET", "/api/v5/trade/order", true, false, 60, 2000, LimitScope::UserInstrument, one_order},
    {"GET", "/api/v5/trade/orders-pending", true, false, 60, 2000, kUser, pending},
    {"GET", "/api/v5/trade/orders-history", true, false, 40, 2000, kUser, history},
    {"GET", "/api/v5/trade/orders-history-archive", true, false, 20, 2000, kUser, archive},
    {"GET", "/api/v5/trade/fills", true, false, 60, 2000, kUser, fills},
    {"GET", "/api/v5/trade/fills-history", true, false, 10, 2000, kUser, fills_history},
};

}  // namespace

std::span<const Route> history_routes() noexcept { return kRoutes; }

}  // namespace gannet::okx_server
