#include "sim/okx_server/protocol/internal/sub_accounts.h"

namespace gannet::okx_server {

std::size_t master_of(const ServerState& state, std::size_t user) {
  const std::string& master = state.users[user].settings.master;
  if (master.empty()) return user;
  return state.find_user(master).value_or(user);
}

bool is_sub_account_of(const ServerState& state, std::size_t user, std::size_t master) {
  return user != master && master_of(state, user) == master;
}

bool is_master(const RestCall& call) { return master_of(call.state, *call.user) == *call.user; }

std::optional<std::size_t> wanted_sub_account(const RestCall& call, RestReply& reply) {
  if (!is_master(call)) {
    reply = refusal("59500", "Only the API key of the main account has permission");
    return std::nullopt;
  }
  const std::string_view name = call.param("subAcct");
  if (name.empty()) {
    reply = missing("subAcct");
    return std::nullopt;
  }
  const auto sub = call.state.find_user(name);
  if (sub && is_sub_account_of(call.state, *sub, *call.user)) return sub;
  reply = refusal("59510", "Sub-account does not exist");
  return std::nullopt;
}

std::string permissions_text(const ApiKey& key) {
  std::string text = "read_only";
  if (key.may_trade) text += ",trade";
  if (key.may_withdraw) text += ",withdraw";
  return text;
}

std::string addresses_text(const ApiKey& key) {
  std::string text;
  for (const std::string& address : key.addresses) {
    if (!text.empty()) text += ',';
    text += address;
  }
  return text;
}

}  // namespace gannet::okx_server
