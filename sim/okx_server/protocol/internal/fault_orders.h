#pragma once

#include <expected>
#include <string>
#include <string_view>

#include "sim/okx_server/protocol/internal/state.h"

namespace gannet::okx_server {

// Ordering faults: by POST /sim/v1/faults, a scenario or a seed, all in one form.
//   {"cut":{"connection":"private"}}                   one or several faults, by their ids
//   {"fault":"cut","connection":"private","at":"5s"}   the same
//   {"faults":[{...},{...}]}                           a list of either
//   {"clear":true}, {"clear":"cut"}, {"clear":7}       ends all, those of a kind, or that one

/// Takes all of the text or nothing. The ids it gave, or why not. `from`: what `at` counts from.
std::expected<std::vector<std::uint64_t>, std::string> order_faults(ServerState& state,
                                                                    std::string_view json,
                                                                    Timestamp from);

/// Does and arms what is due, the scenario's and the seed's too; ends what is over.
void run_fault_schedule(ServerState& state);

/// What is on, what is to come, and how often each kind happened, as JSON.
std::string fault_list_text(const ServerState& state);

/// An action, now.
void do_fault(ServerState& state, const Fault& fault);

/// What has to be done beside arming when a rule or mode begins.
void on_fault_armed(ServerState& state, const Fault& fault);

}  // namespace gannet::okx_server
