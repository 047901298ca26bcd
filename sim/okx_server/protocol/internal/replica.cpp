#include "sim/okx_server/protocol/internal/replica.h"

#include <algorithm>

#include "sim/okx_server/protocol/internal/account_json.h"
#include "sim/okx_server/protocol/internal/json_reader.h"
#include "sim/okx_server/protocol/internal/number_text.h"
#include "sim/okx_server/protocol/internal/order_json.h"
#include "sim/okx_server/protocol/internal/rest.h"

namespace gannet::okx_server {
namespace {

constexpr Nanos kLongestLag = seconds(60);

std::string order_row(const ServerState& state, const UserState& user,
                      const sim::OrderView& order) {
  std::string row;
  JsonWriter json(row);
  write_rest_order(json, state, user, order);
  return row;
}

std::string position_rows(const ServerState& state, const UserState& user) {
  std::string rows;
  JsonWriter json(rows);
  for (const sim::PositionView& position : state.exchange->positions(user.id)) {
    if (position.quantity.raw != 0) write_position(json, state, user, position);
  }
  return rows;
}

std::string balance_row(const ServerState& state, const UserState& user) {
  std::string row;
  JsonWriter json(row);
  write_account(json, state, user, {});
  return row;
}

/// Rows that were there by then, going by the first of those times that they have.
std::string rows_until(const std::string& data, Timestamp seen) {
  simdjson::dom::parser parser;
  simdjson::dom::array array;
  const std::string list = "[" + data + "]";
  if (parser.parse(list.data(), list.size(), true).get(array) != simdjson::SUCCESS) return data;
  std::string kept;
  for (const simdjson::dom::element element : array) {
    const auto row = as_object(element);
    std::string_view time;
    for (const std::string_view name : {"fillTime", "uTime", "ts"}) {
      if (row && time.empty()) time = text_or_empty(*row, name);
    }
    const auto ms = parse_digits(time);
    if (ms && static_cast<std::int64_t>(*ms) > to_unix_millis(seen)) continue;
    if (!kept.empty()) kept += ',';
    kept += simdjson::minify(element);
  }
  return kept;
}

}  // namespace

void Replica::follow(ServerState& state) {
  const bool wanted = state.faults.any(FaultKind::ReplicaLag);
  if (wanted == on_) return;
  on_ = wanted;
  orders_.clear();
  positions_.clear();
  balances_.clear();
  if (!on_) return;
  // Where it begins: long ago, as far as it knows.
  for (std::size_t i = 0; i < state.users.size(); ++i) {
    const UserState& user = state.users[i];
    for (const VenueOrderId id : state.exchange->open_orders(user.id)) {
      if (const sim::OrderView* const order = state.exchange->find(id))
        keep(orders_[{i, wire_order_id(id)}], {{}, order_row(state, user, *order), true});
    }
    keep(positions_[i], {{}, position_rows(state, user), false});
    keep(balances_[i], {{}, balance_row(state, user), false});
  }
}

void Replica::on_order(ServerState& state, std::size_t user, std::uint64_t order, std::string row,
                       bool open) {
  keep(orders_[{user, order}], {state.now, std::move(row), open});
}

void Replica::on_account(ServerState& state, std::size_t user) {
  keep(positions_[user], {state.now, position_rows(state, state.users[user]), false});
  keep(balances_[user], {state.now, balance_row(state, state.users[user]), false});
}

void Replica::keep(Versions& versions, Version version) {
  const Timestamp now = version.time;
  versions.push_back(std::move(version));
  while (versions.size() > 1 && now - versions[1].time > kLongestLag) versions.pop_front();
}

const Replica::Version* Replica::as_of(const Versions& versions, Timestamp time) noexcept {
  const Version* found = nullptr;
  for (const Version& version : versions) {
    if (version.time <= time) found = &version;
  }
  return found;
}

void Replica::bend(RestCall& call, std::string_view path, RestReply& reply) {
  ServerState& state = call.state;
  const Fault* const fault = state.faults.find(FaultKind::ReplicaLag, path);
  if (fault == nullptr || !call.user) return;
  const Nanos lag = std::min(fault->duration("ms", seconds(1)), kLongestLag);
  const Timestamp seen = state.now - lag;
  state.faults.count(FaultKind::ReplicaLag);
  if (path == "/api/v5/trade/order") return bend_order(call, seen, reply);
  if (path == "/api/v5/trade/orders-pending") return bend_pending(call, seen, reply);
  const bool positions = path == "/api/v5/account/positions";
  if (positions || path == "/api/v5/account/balance") {
    if (const Version* const old = as_of((positions ? positions_ : balances_)[*call.user], seen))
      reply.data = old->row;
    return;
  }
  if (path.starts_with("/api/v5/trade/orders-history") || path.starts_with("/api/v5/trade/fills") ||
      path.starts_with("/api/v5/account/bills"))
    reply.data = rows_until(reply.data, seen);
}

void Replica::bend_order(RestCall& call, Timestamp seen, RestReply& reply) {
  if (reply.data.empty()) return;
  simdjson::dom::parser parser;
  simdjson::dom::element root;
  if (parser.parse(reply.data.data(), reply.data.size(), true).get(root) != simdjson::SUCCESS)
    return;
  const auto row = as_object(root);
  const auto id = row ? parse_digits(text_or_empty(*row, "ordId")) : std::nullopt;
  const auto found = id ? orders_.find({*call.user, *id}) : orders_.end();
  if (found == orders_.end()) return;  // it has not changed since the replica began
  if (const Version* const old = as_of(found->second, seen))
    reply.data = old->row;
  else
    reply = refusal("51603", "Order does not exist");
}

void Replica::bend_pending(RestCall& call, Timestamp seen, RestReply& reply) {
  if (reply.code != "0") return;
  reply.data.clear();
  std::size_t left = page_limit(call, 100);
  // Newest first.
  for (auto entry = orders_.rbegin(); entry != orders_.rend() && left > 0; ++entry) {
    if (entry->first.first != *call.user || !inside_page(call, entry->first.second)) continue;
    const Version* const old = as_of(entry->second, seen);
    if (old == nullptr || !old->open) continue;
    const sim::OrderView* const order = call.state.exchange->find({entry->first.second});
    if (order == nullptr || !inside_filter(call, order->terms.instrument)) continue;
    if (!reply.data.empty()) reply.data += ',';
    reply.data += old->row;
    --left;
  }
}

}  // namespace gannet::okx_server
