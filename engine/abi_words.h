#pragma once

#include <cstdint>

#include "gannet/abi.h"

#include "domain/amount.h"
#include "domain/denial.h"
#include "domain/instrument_table.h"
#include "domain/market_events.h"
#include "domain/market_updates.h"
#include "engine/lane_messages.h"

namespace gannet::engine {

// Between the engine's types and the plugin boundary's. Enumerators are equal by number, which the
// .cpp asserts; names are stable and end with a zero byte, as the boundary promises.

const char* abi_name(DenialReason reason) noexcept;
const char* abi_name(VenueReason reason) noexcept;
const char* abi_name(HoldReason reason) noexcept;
const char* abi_name(BookWithdrawal why) noexcept;

gannet_amount to_abi(const Amount& amount) noexcept;
gannet_amount to_abi(__int128 value) noexcept;
gannet_order_event to_abi(const OrderEvent& event) noexcept;
gannet_fill to_abi(const FillEvent& event) noexcept;
gannet_position to_abi(const PositionEvent& event) noexcept;
gannet_balance to_abi(const BalanceReport& report, const CurrencyTable& currencies) noexcept;
gannet_state to_abi(const StateEvent& event) noexcept;
gannet_trade to_abi(const TradeEvent& event) noexcept;
gannet_ticker to_abi(const TickerEvent& event) noexcept;
gannet_reference_price to_abi(const ReferencePriceEvent& event) noexcept;
gannet_candle to_abi(const CandleEvent& event) noexcept;
gannet_funding to_abi(const FundingEvent& event) noexcept;
gannet_price_limit to_abi(const PriceLimitEvent& event) noexcept;
gannet_open_interest to_abi(const OpenInterestEvent& event) noexcept;
gannet_estimated_price to_abi(const EstimatedPriceEvent& event) noexcept;
gannet_option_summary to_abi(const OptionSummaryEvent& event) noexcept;
gannet_option_trade to_abi(const OptionTradeEvent& event) noexcept;
gannet_liquidation to_abi(const LiquidationEvent& event) noexcept;
gannet_adl_warning to_abi(const AdlWarningEvent& event) noexcept;
/// Without its title, which is the caller's to keep.
gannet_venue_status to_abi(const VenueStatusEvent& event) noexcept;
gannet_instrument to_abi(const Instrument& instrument, const CurrencyTable& currencies) noexcept;

AttachedExits exits_of(const gannet_order& order) noexcept;
/// Requires enumerators in range.
AlgoTerms terms_of(const gannet_algo_order& order) noexcept;

}  // namespace gannet::engine
