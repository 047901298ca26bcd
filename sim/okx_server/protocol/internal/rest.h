#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/http_message.h"
#include "sim/okx_server/protocol/internal/json_writer.h"
#include "sim/okx_server/protocol/internal/state.h"

namespace gannet::okx_server {

/// A request that found its route and, where needed, its signature.
struct RestCall {
  ServerState& state;
  const HttpRequest& request;
  std::map<std::string, std::string, std::less<>> query;
  std::optional<std::size_t> user;
  const ApiKey* key = nullptr;  ///< what the request was signed with

  std::string_view param(std::string_view name) const noexcept {
    const auto found = query.find(name);
    return found == query.end() ? std::string_view() : std::string_view(found->second);
  }
  UserState& account() const { return state.users[*user]; }
};

/// Code, message and the items of `data`.
struct RestReply {
  std::string code = "0";
  std::string message;
  std::string data;
  int http_status = 200;
  bool data_is_object = false;  ///< `data` is one object, not a list: index-components alone
  bool timed = false;           ///< with inTime and outTime: answers of write endpoints
};

enum class LimitScope : std::uint8_t { Address, AddressInstrument, User, UserInstrument };

struct Route {
  std::string_view method;
  std::string_view path;
  bool signed_by_user;
  bool trades;  ///< needs the permission to trade
  std::uint32_t limit;
  std::uint32_t window_ms;
  LimitScope scope;
  RestReply (*handle)(RestCall& call);
};

// By subject; their order decides nothing.
std::span<const Route> public_routes() noexcept;
std::span<const Route> market_routes() noexcept;
std::span<const Route> candle_routes() noexcept;
std::span<const Route> reference_routes() noexcept;
std::span<const Route> asset_routes() noexcept;
std::span<const Route> account_routes() noexcept;
std::span<const Route> trade_routes() noexcept;
std::span<const Route> history_routes() noexcept;
std::span<const Route> algo_routes() noexcept;
std::span<const Route> trading_data_routes() noexcept;
std::span<const Route> elsewhere_routes() noexcept;
/// The refusing route of any other path of OKX's products that are not here; null: no such path.
const Route* route_elsewhere(std::string_view method, std::string_view path) noexcept;

HttpResponse handle_rest(ServerState& state, const HttpRequest& request, std::string_view peer);

RestReply refusal(std::string code, std::string message, int http_status = 200);
RestReply missing(std::string_view parameter);
RestReply bad_parameter(std::string_view parameter);
RestReply unknown_instrument();
/// The listed instrument that `instId` names; invalid with a refusal in `reply`.
InstrumentId wanted_instrument(const RestCall& call, RestReply& reply);
/// Is the listed instrument inside instType (MARGIN: the spot pairs), instFamily, uly and instId?
bool inside_market_filter(const RestCall& call, const Instrument& instrument);
/// Body of a POST as an element; nothing if it is not JSON.
std::optional<simdjson::dom::element> parse_body(ServerState& state, const HttpRequest& request);

/// `limit` of a page: 1 to `most`, `most` when absent or absurd.
std::size_t page_limit(const RestCall& call, std::size_t most) noexcept;
/// Is a row with that id inside `after` (older than) and `before` (newer than)?
bool inside_page(const RestCall& call, std::uint64_t id) noexcept;
/// Is a row of that instrument inside instType, instFamily and instId?
bool inside_filter(const RestCall& call, InstrumentId id);
/// Does the comma list hold the text? An empty list holds all.
bool listed_in(std::string_view list, std::string_view text) noexcept;

}  // namespace gannet::okx_server
