#pragma once

#include <optional>
#include <string>

#include "sim/okx_server/protocol/internal/rest.h"

namespace gannet::okx_server {

/// The users of one master account: `User::master` names it.
bool is_sub_account_of(const ServerState& state, std::size_t user, std::size_t master);
/// Index of its master, itself if it is one.
std::size_t master_of(const ServerState& state, std::size_t user);
bool is_master(const RestCall& call);
/// The caller's sub-account that `subAcct` names; nothing with a refusal in `reply`.
std::optional<std::size_t> wanted_sub_account(const RestCall& call, RestReply& reply);

/// "read_only,trade", as account/config shows it.
std::string permissions_text(const ApiKey& key);
std::string addresses_text(const ApiKey& key);

// asset/transfer and its kin (transfers.cpp).
RestReply transfer_funds(RestCall& call);
RestReply transfer_state(RestCall& call);
RestReply transfer_between_subs(RestCall& call);

}  // namespace gannet::okx_server
