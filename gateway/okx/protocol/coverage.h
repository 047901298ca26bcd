#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace gannet::okx {

/// What of the venue the gateway speaks, and what not and why: the rows of docs/okx-coverage.md
/// that no other table of the protocol has. A test holds them to the code (every channel, order
/// type and kind of algo order that the code knows stands here) and to the tests that they name.
enum class CoverageGroup : std::uint8_t { Channel, Operation, OrderType, AlgoOrder, Connection };

struct CoverageRow {
  CoverageGroup group = CoverageGroup::Channel;
  std::string_view word;       ///< the venue's
  std::string_view what;       ///< supported: what becomes of it; else the reason why not
  std::string_view test{};     ///< under tests/; "": not supported
  std::string_view seen_as{};  ///< how that test writes it; "": by the word
};

namespace coverage {
using enum CoverageGroup;
inline constexpr std::string_view kBooks = "unit/okx_protocol/decode_book_test.cpp";
inline constexpr std::string_view kEvents = "unit/okx_protocol/decode_market_events_test.cpp";
inline constexpr std::string_view kUpdates = "unit/okx_protocol/market_updates_test.cpp";
inline constexpr std::string_view kMarket = "unit/okx_protocol/market_session_test.cpp";
inline constexpr std::string_view kOrders = "unit/okx_protocol/order_session_test.cpp";
inline constexpr std::string_view kEncode = "unit/okx_protocol/encode_order_test.cpp";
inline constexpr std::string_view kVenue = "unit/okx_protocol/account_venue_test.cpp";
inline constexpr std::string_view kAlgos = "unit/okx_protocol/algo_protocol_test.cpp";
inline constexpr std::string_view kConnections = "unit/okx_protocol/connections_test.cpp";

inline constexpr std::string_view kNoSpreads = "spreads are not traded";
inline constexpr std::string_view kNoBlocks = "blocks are not traded";
inline constexpr std::string_view kNoBots = "the venue's bots are not used";
inline constexpr std::string_view kNoCopies = "copy trading is not used";
inline constexpr std::string_view kNoFunds = "the funding account is read by REST alone";
inline constexpr std::string_view kNoEvents = "event contracts are not traded";
}  // namespace coverage

inline constexpr auto kCoverage = std::to_array<CoverageRow>({
    {CoverageGroup::Channel, "bbo-tbt", "best bid and offer, every change", coverage::kBooks},
    {CoverageGroup::Channel, "books5", "five levels, each message whole", coverage::kBooks},
    {CoverageGroup::Channel, "books", "400 levels, proven by sequence and checksum",
     coverage::kBooks},
    {CoverageGroup::Channel, "books-l2-tbt",
     "400 levels, 10 ms; `books` in its place where the fee tier is too low (64003)",
     coverage::kMarket},
    {CoverageGroup::Channel, "books50-l2-tbt",
     "50 levels, 10 ms; `books` in its place where the fee tier is too low (64003)",
     coverage::kMarket, "Depth50Fast"},
    {CoverageGroup::Channel, "books-rpi", "the book with retail quotes, for strategies that ask",
     "integration/market_side_against_sim_test.cpp", "Depth400Retail"},
    {CoverageGroup::Channel, "trades", "matches, several told as one", coverage::kEvents},
    {CoverageGroup::Channel, "trades-all", "every match", coverage::kUpdates},
    {CoverageGroup::Channel, "tickers", "last, best prices", coverage::kEvents},
    {CoverageGroup::Channel, "candle*", "bars of trades, all periods", coverage::kUpdates,
     "candle1m"},
    {CoverageGroup::Channel, "mark-price-candle*", "bars of the mark price", coverage::kUpdates,
     "mark-price-candle"},
    {CoverageGroup::Channel, "index-candle*", "bars of the index", coverage::kUpdates,
     "index-candle"},
    {CoverageGroup::Channel, "mark-price", "references of the gate, valuation", coverage::kEvents},
    {CoverageGroup::Channel, "index-tickers", "references of the gate, valuation",
     coverage::kEvents},
    {CoverageGroup::Channel, "funding-rate", "told to strategies", coverage::kUpdates},
    {CoverageGroup::Channel, "open-interest", "told to strategies", coverage::kUpdates},
    {CoverageGroup::Channel, "price-limit", "bounds the gate's collar (PRE-04)",
     coverage::kUpdates},
    {CoverageGroup::Channel, "estimated-price", "told to strategies", coverage::kUpdates},
    {CoverageGroup::Channel, "instruments",
     "states, ticks and lots while running; never deletes by absence", coverage::kMarket},
    {CoverageGroup::Channel, "opt-summary", "greeks and volatilities of a family, to strategies",
     coverage::kUpdates},
    {CoverageGroup::Channel, "liquidation-orders", "told to strategies", coverage::kUpdates},
    {CoverageGroup::Channel, "adl-warning", "told to strategies", coverage::kUpdates},
    {CoverageGroup::Channel, "status", "maintenance of the venue", coverage::kUpdates},
    {CoverageGroup::Channel, "option-trades", "matches of a family", coverage::kUpdates},
    {CoverageGroup::Channel, "orders", "the order's life; fills are booked from it",
     coverage::kOrders},
    {CoverageGroup::Channel, "fills", "a hint, counted and never booked; off by default",
     coverage::kAlgos},
    {CoverageGroup::Channel, "account", "balances", coverage::kOrders},
    {CoverageGroup::Channel, "positions", "compared with positions by fills", coverage::kOrders},
    {CoverageGroup::Channel, "balance_and_position", "compared, never booked a second time",
     coverage::kAlgos},
    {CoverageGroup::Channel, "liquidation-warning", "an alert", coverage::kAlgos},
    {CoverageGroup::Channel, "orders-algo", "conditional, one-cancels-other, trigger orders",
     coverage::kAlgos},
    {CoverageGroup::Channel, "algo-advance", "trailing, iceberg, time-weighted orders",
     coverage::kAlgos},
    {CoverageGroup::Channel, "account-greeks", "greeks of the account are the strategy's business"},
    {CoverageGroup::Channel, "call-auction-details", "auctions are not traded"},
    {CoverageGroup::Channel, "economic-calendar", "not market data"},
    {CoverageGroup::Channel, "event-contract-markets", coverage::kNoEvents},
    {CoverageGroup::Channel, "books-elp", "the old name of books-rpi"},
    {CoverageGroup::Channel, "sprd-*", coverage::kNoSpreads},
    {CoverageGroup::Channel, "block-tickers, public-block-trades, public-struc-block-trades",
     coverage::kNoBlocks},
    {CoverageGroup::Channel, "rfqs, quotes, struc-block-trades", coverage::kNoBlocks},
    {CoverageGroup::Channel, "grid-*, algo-recurring-buy", coverage::kNoBots},
    {CoverageGroup::Channel, "copytrading-*", coverage::kNoCopies},
    {CoverageGroup::Channel, "deposit-info, withdrawal-info", coverage::kNoFunds},
    {CoverageGroup::Channel, "the binary (SBE) feed", "JSON is what every account may have"},

    {CoverageGroup::Operation, "order", "socket and REST", coverage::kEncode},
    {CoverageGroup::Operation, "batch-orders", "socket and REST, up to 20", coverage::kEncode},
    {CoverageGroup::Operation, "cancel-order", "socket and REST", coverage::kEncode},
    {CoverageGroup::Operation, "batch-cancel-orders", "socket and REST, up to 20",
     coverage::kEncode},
    {CoverageGroup::Operation, "amend-order", "socket and REST", coverage::kEncode},
    {CoverageGroup::Operation, "batch-amend-orders", "socket and REST, up to 20", coverage::kVenue},
    {CoverageGroup::Operation, "mass-cancel", "options under market maker protection",
     coverage::kVenue},
    {CoverageGroup::Operation, "cancel-all-after", "the dead-man timer of our tag",
     "unit/okx_protocol/rest_session_test.cpp"},
    {CoverageGroup::Operation, "order-algo", "REST", coverage::kAlgos},
    {CoverageGroup::Operation, "amend-algos", "REST, where the kind can be amended",
     coverage::kAlgos, "encode_amend_algo"},
    {CoverageGroup::Operation, "cancel-algos", "REST, up to 10", coverage::kAlgos,
     "encode_cancel_algos"},
    {CoverageGroup::Operation, "close-position",
     "a market order without a bound on its price: reduce-only orders with a collar instead"},
    {CoverageGroup::Operation, "order-precheck", "the gate checks without a question"},
    {CoverageGroup::Operation, "sprd-*, rfq/*", "spreads and blocks are not traded"},
    {CoverageGroup::Operation, "transfer, withdrawal", "an engine moves no money"},

    {CoverageGroup::OrderType, "market", "in base or contracts, on spot in money too",
     coverage::kEncode},
    {CoverageGroup::OrderType, "limit", "good till cancel", coverage::kEncode},
    {CoverageGroup::OrderType, "post_only", "ends when it would take", coverage::kEncode},
    {CoverageGroup::OrderType, "fok", "whole or not at all", coverage::kEncode},
    {CoverageGroup::OrderType, "ioc", "the remainder ends at once", coverage::kEncode},
    {CoverageGroup::OrderType, "optimal_limit_ioc",
     "market order of contracts that ends at the edge of the price band", coverage::kEncode},
    {CoverageGroup::OrderType, "mmp", "options, where the account has the protection",
     coverage::kEncode},
    {CoverageGroup::OrderType, "mmp_and_post_only", "the same, post-only", coverage::kEncode},
    {CoverageGroup::OrderType, "rpi", "retail price improvement, where the account may",
     coverage::kEncode},
    {CoverageGroup::OrderType, "op_fok", "simple options, which the venue alone places"},
    {CoverageGroup::OrderType, "elp", "the old name of rpi"},
    {CoverageGroup::OrderType, "pxUsd, pxVol",
     "option prices in dollars or as a volatility, which no limit could be compared with"},
    {CoverageGroup::OrderType, "rpiTakerAccess",
     "reaching retail quotes costs every such order a delay: they are seen (books-rpi), not taken"},

    {CoverageGroup::AlgoOrder, "conditional", "stop loss or take profit", coverage::kAlgos},
    {CoverageGroup::AlgoOrder, "oco", "both, the first ends the other", coverage::kAlgos,
     "OneCancelsOther"},
    {CoverageGroup::AlgoOrder, "trigger", "an order that goes in at a price", coverage::kAlgos},
    {CoverageGroup::AlgoOrder, "move_order_stop", "trailing stop", coverage::kAlgos,
     "TrailingStop"},
    {CoverageGroup::AlgoOrder, "smart_iceberg", "small limit orders, a few at a time",
     coverage::kAlgos, "Iceberg"},
    {CoverageGroup::AlgoOrder, "twap", "small taking orders at a pace", coverage::kAlgos,
     "TimeWeighted"},
    {CoverageGroup::AlgoOrder, "chase", "a post-only order that follows the best price",
     coverage::kAlgos, "Chase"},

    {CoverageGroup::AlgoOrder, "attachAlgoOrds",
     "exits that come with an order and live when it fills", coverage::kAlgos},
    {CoverageGroup::AlgoOrder, "attachAlgoOrds of amend-order",
     "exits before their order fills: denied as not working; cancel the order and place it anew, "
     "or "
     "amend them once they live"},
    {CoverageGroup::AlgoOrder, "advChaseParams",
     "a trigger that becomes a chase: its child would carry no id of ours"},

    {CoverageGroup::Connection, "login", "time-out, refusals, the clock corrected once",
     coverage::kOrders},
    {CoverageGroup::Connection, "64008", "moved before it goes, nothing lost or told twice",
     coverage::kConnections},
    {CoverageGroup::Connection, "channel-conn-count", "counted, and backed off from",
     coverage::kConnections},
    {CoverageGroup::Connection, "4001 to 4009", "each close code has its reaction",
     coverage::kConnections, "400"},
});

}  // namespace gannet::okx
