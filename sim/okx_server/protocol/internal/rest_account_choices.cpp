// Choices of an account that change nothing here: the one that is in force may be chosen again, the
// others are refused. And money of a demo account, by the asking.

#include <optional>

#include "sim/okx_server/protocol/internal/account_routes.h"
#include "sim/okx_server/protocol/internal/json_reader.h"
#include "sim/okx_server/protocol/internal/number_text.h"

namespace gannet::okx_server {
namespace {

constexpr int kIncreasesADay = 3;  // OKX API v5, demo-adjust-balance

std::optional<simdjson::dom::object> body_of(const RestCall& call, RestReply& reply) {
  const auto root = parse_body(call.state, call.request);
  auto body = root ? as_object(*root) : std::nullopt;
  if (!body) reply = refusal("50002", "JSON syntax error", 400);
  return body;
}

RestReply unavailable() { return refusal("50038", "This feature is unavailable in demo trading"); }

/// Fees are paid in the currency that is received.
RestReply set_fee_type(RestCall& call) {
  RestReply reply;
  const auto body = body_of(call, reply);
  if (!body) return reply;
  const std::string_view type = text_or_empty(*body, "feeType");
  if (type != "0" && type != "1") return bad_parameter("feeType");
  if (type == "1") return unavailable();
  JsonWriter json(reply.data);
  json.begin_object().field("feeType", type).end_object();
  return reply;
}

/// Each contract settles in the one currency that its definition names.
RestReply set_settle_currency(RestCall& call) {
  RestReply reply;
  const auto body = body_of(call, reply);
  if (!body) return reply;
  const std::string_view name = text_or_empty(*body, "settleCcy");
  if (name.empty()) return missing("settleCcy");
  if (!call.state.currencies.find(name).valid()) return bad_parameter("settleCcy");
  JsonWriter json(reply.data);
  json.begin_object().field("settleCcy", name).end_object();
  return reply;
}

/// All that has a discount rate is collateral.
RestReply set_collateral_assets(RestCall& call) {
  RestReply reply;
  const auto body = body_of(call, reply);
  if (!body) return reply;
  const std::string_view type = text_or_empty(*body, "type");
  if (type != "all" && type != "custom") return bad_parameter("type");
  const auto enabled = bool_member(*body, "collateralEnabled");
  if (!enabled) return missing("collateralEnabled");
  if (!*enabled) return unavailable();
  JsonWriter json(reply.data);
  json.begin_object().field("type", type).field("collateralEnabled", true);
  json.key("ccyList").begin_array().end_array();
  json.end_object();
  return reply;
}

/// Increases are counted by the day of the clock, UTC.
RestReply adjust_demo_balance(RestCall& call) {
  if (!call.state.settings.demo)
    return refusal("50053", "This feature is only available in demo trading");
  RestReply reply;
  const auto body = body_of(call, reply);
  if (!body) return reply;
  const std::string_view name = text_or_empty(*body, "ccy");
  const std::string_view text = text_or_empty(*body, "amt");
  if (name.empty()) return missing("ccy");
  if (text.empty()) return missing("amt");
  const CurrencyId currency = call.state.currencies.find(name);
  if (!currency.valid()) return bad_parameter("ccy");
  const bool lowers = text.starts_with('-');
  const auto units = parse_units(text.substr(lowers ? 1 : 0), 8);
  constexpr std::int64_t kMost = 1'000'000'000'000'000;  // ten million of it
  if (!units || *units <= 0 || *units > kMost) return bad_parameter("amt");
  UserState& account = call.account();
  Amount change{static_cast<__int128>(*units) * power_of_ten(Amount::kDigits - 8), currency};
  if (lowers) {
    const Amount most = call.state.exchange->max_withdrawal(account.id, currency);
    if (change.raw > most.raw)
      return refusal("51008", "Order failed. Insufficient " + std::string(name) + " balance");
    change.raw = -change.raw;
  } else {
    const std::int64_t day = to_unix_millis(call.state.now) / 86'400'000;
    if (account.increases_day != day) account.increases = 0;
    account.increases_day = day;
    if (account.increases >= kIncreasesADay)
      return refusal("59691", "The balance can be increased three times a day");
    ++account.increases;
  }
  call.state.exchange->deposit(account.id, change, call.state.exchange_time());
  JsonWriter json(reply.data);
  json.begin_object().field("ccy", name).field("amt", text).end_object();
  return reply;
}

constexpr LimitScope kUser = LimitScope::User;
constexpr Route kRoutes[] = {
    {"POST", "/api/v5/account/set-fee-type", true, true, 5, 2000, kUser, set_fee_type},
    {"POST", "/api/v5/account/set-settle-currency", true, true, 20, 2000, kUser,
     set_settle_currency},
    {"POST", "/api/v5/account/set-collateral-assets", true, true, 5, 2000, kUser,
     set_collateral_assets},
    {"POST", "/api/v5/account/demo-adjust-balance", true, true, 5, 2000, kUser,
     adjust_demo_balance},
};

}  // namespace

std::span<const Route> account_choice_routes() noexcept { return kRoutes; }

}  // namespace gannet::okx_server
