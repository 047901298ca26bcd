#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "domain/instrument.h"
#include "domain/orders.h"
#include "sim/exchange.h"

namespace gannet::okx_server {

// OKX's words for our enumerations, and back. OKX API v5, enumerations.

std::string_view name_of(InstrumentKind kind) noexcept;
std::optional<InstrumentKind> parse_instrument_kind(std::string_view name) noexcept;
std::string_view name_of(InstrumentState state) noexcept;
std::string_view name_of(Side side) noexcept;
std::string_view name_of(PositionSide side) noexcept;
std::string_view name_of(sim::OrderType type) noexcept;
std::optional<sim::OrderType> parse_order_type(std::string_view name) noexcept;
std::string_view name_of(sim::TradeMode mode) noexcept;
std::optional<sim::TradeMode> parse_trade_mode(std::string_view name) noexcept;
std::string_view name_of(sim::SelfTradePrevention mode) noexcept;
std::string_view name_of(OrderState state) noexcept;
std::string_view name_of(sim::OrderCategory category) noexcept;
/// "31" for a post-only order that would take; "" for none.
std::string_view cancel_source(sim::CancelCause cause) noexcept;
std::string_view describe_cancel(sim::CancelCause cause) noexcept;

/// "BTC-USDT" for BTC-USDT and BTC-USDT-SWAP, "BTC-USD" for BTC-USD_UM-SWAP.
std::string index_name(const Instrument& instrument);

}  // namespace gannet::okx_server
