#pragma once

#include <string_view>

#include "sim/okx_server/protocol/internal/json_writer.h"
#include "sim/okx_server/protocol/internal/state.h"

namespace gannet::okx_server {

struct BillType {
  std::string_view type;
  std::string_view sub_type;
};
/// The venue's numbers for it. PROTOCOL 7.3.2 and 7.4.2; those of margin and transfers are from
/// memory.
BillType bill_type(const sim::Bill& bill) noexcept;

void write_bill(JsonWriter& json, const ServerState& state, const sim::Bill& bill);

/// What of balance_and_position's words fits: filled, liquidation, funding_fee, ...
std::string_view event_type(sim::Bill::Cause cause) noexcept;

}  // namespace gannet::okx_server
