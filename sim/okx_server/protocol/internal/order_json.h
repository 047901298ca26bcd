#pragma once

#include <string>

#include "sim/okx_server/protocol/internal/json_writer.h"
#include "sim/okx_server/protocol/internal/state.h"

namespace gannet::okx_server {

/// An order as REST queries tell it: `fill*` fields are of the last fill.
void write_rest_order(JsonWriter& json, const ServerState& state, const UserState& user,
                      const sim::OrderView& order);

/// An order as the `orders` channel tells it: `fill*` fields are of this change.
/// `profit`: realised by this change.
void write_pushed_order(JsonWriter& json, const ServerState& state, const UserState& user,
                        const sim::OrderChange& change, const Amount& profit);

/// A fill as the `fills` channel tells it.
void write_pushed_fill(JsonWriter& json, const ServerState& state, const sim::OrderView& order,
                       const Fill& fill);

/// OKX's number of what a fill did: 1 bought, 2 sold; 3 to 6 opened or closed a leg.
std::string_view fill_sub_type(const sim::Exchange::UserFill& fill) noexcept;

/// A fill as REST lists it.
void write_rest_fill(JsonWriter& json, const ServerState& state, const UserState& user,
                     const sim::Exchange::UserFill& fill);

}  // namespace gannet::okx_server
