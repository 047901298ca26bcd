#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/time.h"

namespace gannet::okx {

/// What the engine and its tools ask the venue by REST, beside orders. Grouped as PROTOCOL 7 does.
enum class Endpoint : std::uint8_t {
  // reference data
  VenueTime,
  Instruments,
  TickBands,
  PriceLimit,
  MarkPrice,
  FundingRate,
  FundingHistory,
  OpenInterest,
  PositionTiers,
  EstimatedPrice,
  DeliveryHistory,
  OptionSummary,
  Underlying,
  CollateralDiscount,
  SystemStatus,
  // market data
  Ticker,
  Tickers,
  IndexTickers,
  Book,
  FullBook,
  Candles,
  CandleHistory,
  IndexCandles,
  IndexCandleHistory,
  MarkCandles,
  MarkCandleHistory,
  Trades,
  TradeHistory,
  // account
  AccountInstruments,
  AccountConfig,
  Balance,
  Positions,
  PositionsHistory,
  AccountRisk,
  RiskState,
  LeverageInfo,
  SetLeverage,
  MaximumSize,
  MaximumAvailable,
  MaximumWithdrawal,
  TradeFee,
  Bills,
  BillsArchive,
  Greeks,
  AccountPositionTiers,
  // orders
  OpenOrders,
  OrderHistory,
  OrderArchive,
  Fills,
  FillHistory,
  SingleOrder,
  OpenAlgoOrders,
  AlgoOrderHistory,
  SingleAlgoOrder,
  CancelAllAfter,
  OrderRateLimit,
  // funding account, read only
  FundingBalances,
  FundingBills,
  DepositHistory,
  WithdrawalHistory,
  Valuation,
};
inline constexpr std::size_t kEndpoints = static_cast<std::size_t>(Endpoint::Valuation) + 1;

/// Whose requests the venue counts together. Public questions are counted by our address, private
/// ones by the account; some by what they ask about as well.
enum class RateScope : std::uint8_t {
  Address,
  AddressAndInstrument,
  AddressAndKind,
  AddressAndFamily,
  Account,
  AccountAndInstrument,
  AccountAndKind,
  AccountAndTag,
};
constexpr bool is_private(RateScope scope) noexcept { return scope >= RateScope::Account; }

/// How a list goes on. All are newest first; `after` asks for what is older than the cursor.
enum class PageRule : std::uint8_t {
  None,    ///< everything in one answer
  ById,    ///< the cursor names one row: pages neither overlap nor leave out
  ByTime,  ///< the cursor is a time, which several rows may share
  /// The first page before a time, further ones by id (public trades).
  ByTimeThenId,
};

struct EndpointRule {
  Endpoint endpoint = Endpoint::VenueTime;
  std::string_view name;  ///< for people
  std::string_view path;
  RateScope scope = RateScope::Address;
  std::uint16_t limit = 1;  ///< requests in `window`, the venue's own figure [PROTOCOL 7, 11.3]
  Nanos window = seconds(2);
  PageRule page = PageRule::None;
  std::string_view cursor{};    ///< the row's field that `after` takes; "#0": first of an array
  std::string_view identity{};  ///< the row's field that tells rows of one cursor apart; "" cursor
  std::string_view time{};      ///< the row's field that a range of time is held against
  std::uint16_t page_rows = 0;  ///< most rows of a page, asked for as `limit`; 0: not asked for
  std::string_view required{};  ///< parameters without which it is refused, comma list
  bool post = false;
};

namespace detail {
using enum Endpoint;
using enum RateScope;
inline constexpr Nanos k1s = seconds(1), k2s = seconds(2), k5s = seconds(5);
inline constexpr auto kById = PageRule::ById;
inline constexpr auto kByTime = PageRule::ByTime;

inline constexpr std::array<EndpointRule, kEndpoints> kEndpointRules{{
    {VenueTime, "venue clock", "/api/v5/public/time", Address, 10},
    {Instruments, "instruments", "/api/v5/public/instruments", AddressAndKind, 20, k2s, {}, {},
     {}, {}, 0, "instType"},
    {TickBands, "tick bands", "/api/v5/public/instrument-tick-bands", Address, 5, k2s, {}, {}, {},
     {}, 0, "instType"},
    {PriceLimit, "price limits", "/api/v5/public/price-limit", Address, 20, k2s, {}, {}, {}, {}, 0,
     "instId"},
    {MarkPrice, "mark prices", "/api/v5/public/mark-price", AddressAndInstrument, 10, k2s, {}, {},
     {}, {}, 0, "instType"},
    {FundingRate, "funding rates", "/api/v5/public/funding-rate", AddressAndInstrument, 10, k2s,
     {}, {}, {}, {}, 0, "instId"},
    {FundingHistory, "funding history", "/api/v5/public/funding-rate-history",
     AddressAndInstrument, 10, k2s, kByTime, "fundingTime", {}, "fundingTime", 400, "instId"},
    {OpenInterest, "open interest", "/api/v5/public/open-interest", AddressAndInstrument, 20, k2s,
     {}, {}, {}, {}, 0, "instType"},
    {PositionTiers, "position tiers", "/api/v5/public/position-tiers", Address, 10, k2s, {}, {},
     {}, {}, 0, "instType,tdMode"},
    {EstimatedPrice, "estimated delivery price", "/api/v5/public/estimated-price",
     AddressAndInstrument, 10, k2s, {}, {}, {}, {}, 0, "instId"},
    {DeliveryHistory, "delivery history", "/api/v5/public/delivery-exercise-history",
     AddressAndFamily, 40, k2s, kByTime, "ts", {}, "ts", 100, "instType,instFamily"},
    {OptionSummary, "option summary", "/api/v5/public/opt-summary", AddressAndFamily, 20, k2s, {},
     {}, {}, {}, 0, "instFamily"},
    {Underlying, "underlyings", "/api/v5/public/underlying", Address, 20, k2s, {}, {}, {}, {}, 0,
     "instType"},
    {CollateralDiscount, "collateral discounts",
     "/api/v5/public/discount-rate-interest-free-quota", Address, 2},
    {SystemStatus, "maintenance", "/api/v5/system/status", Address, 1, k5s},

    {Ticker, "ticker", "/api/v5/market/ticker", Address, 20, k2s, {}, {}, {}, {}, 0, "instId"},
    {Tickers, "tickers", "/api/v5/market/tickers", Address, 20, k2s, {}, {}, {}, {}, 0,
     "instType"},
    {IndexTickers, "index prices", "/api/v5/market/index-tickers", Address, 20},
    {Book, "book", "/api/v5/market/books", Address, 40, k2s, {}, {}, {}, {}, 0, "instId"},
    {FullBook, "whole book", "/api/v5/market/books-full", Address, 10, k2s, {}, {}, {}, {}, 0,
     "instId"},
    {Candles, "candles", "/api/v5/market/candles", Address, 40, k2s, kByTime, "#0", {}, "#0", 300,
     "instId"},
    {CandleHistory, "candle history", "/api/v5/market/history-candles", Address, 20, k2s, kByTime,
     "#0", {}, "#0", 300, "instId"},
    {IndexCandles, "index candles", "/api/v5/market/index-candles", Address, 20, k2s, kByTime,
     "#0", {}, "#0", 100, "instId"},
    {IndexCandleHistory, "index candle history", "/api/v5/market/history-index-candles", Address,
     10, k2s, kByTime, "#0", {}, "#0", 100, "instId"},
    {MarkCandles, "mark candles", "/api/v5/market/mark-price-candles", Address, 20, k2s, kByTime,
     "#0", {}, "#0", 100, "instId"},
    {MarkCandleHistory, "mark candle history", "/api/v5/market/history-mark-price-candles",
     Address, 20, k2s, kByTime, "#0", {}, "#0", 100, "instId"},
    {Trades, "trades", "/api/v5/market/trades", Address, 100, k2s, {}, {}, "tradeId", "ts", 0,
     "instId"},
    {TradeHistory, "trade history", "/api/v5/market/history-trades", Address, 20, k2s,
     PageRule::ByTimeThenId, "tradeId", {}, "ts", 100, "instId"},

    {AccountInstruments, "instruments of the account", "/api/v5/account/instruments",
     AccountAndKind, 20, k2s, {}, {}, {}, {}, 0, "instType"},
    {AccountConfig, "account", "/api/v5/account/config", Account, 5},
    {Balance, "balances", "/api/v5/account/balance", Account, 10},
    {Positions, "positions", "/api/v5/account/positions", Account, 10},
    {PositionsHistory, "closed positions", "/api/v5/account/positions-history", Account, 10, k2s,
     kByTime, "uTime", "posId", "uTime", 100},
    {AccountRisk, "account risk", "/api/v5/account/account-position-risk", Account, 10},
    {RiskState, "risk state", "/api/v5/account/risk-state", Account, 10},
    {LeverageInfo, "leverage", "/api/v5/account/leverage-info", Account, 20, k2s, {}, {}, {}, {},
     0, "mgnMode"},
    {SetLeverage, "setting leverage", "/api/v5/account/set-leverage", Account, 20, k2s, {}, {}, {},
     {}, 0, "lever,mgnMode", true},
    {MaximumSize, "largest order", "/api/v5/account/max-size", Account, 20, k2s, {}, {}, {}, {}, 0,
     "instId,tdMode"},
    {MaximumAvailable, "available for an order", "/api/v5/account/max-avail-size", Account, 20,
     k2s, {}, {}, {}, {}, 0, "instId,tdMode"},
    {MaximumWithdrawal, "transferable", "/api/v5/account/max-withdrawal", Account, 20},
    {TradeFee, "fee rates", "/api/v5/account/trade-fee", Account, 5, k2s, {}, {}, {}, {}, 0,
     "instType"},
    {Bills, "bills", "/api/v5/account/bills", Account, 5, k1s, kById, "billId", {}, "ts", 100},
    {BillsArchive, "archived bills", "/api/v5/account/bills-archive", Account, 5, k2s, kById,
     "billId", {}, "ts", 100},
    {Greeks, "greeks", "/api/v5/account/greeks", Account, 10},
    {AccountPositionTiers, "largest positions", "/api/v5/account/position-tiers", Account, 10, k2s,
     {}, {}, {}, {}, 0, "instType"},

    {OpenOrders, "open orders", "/api/v5/trade/orders-pending", Account, 60, k2s, kById, "ordId",
     {}, {}, 100},
    {OrderHistory, "order history", "/api/v5/trade/orders-history", Account, 40, k2s, kById,
     "ordId", {}, "cTime", 100, "instType"},
    {OrderArchive, "archived orders", "/api/v5/trade/orders-history-archive", Account, 20, k2s,
     kById, "ordId", {}, "cTime", 100, "instType"},
    {Fills, "fills", "/api/v5/trade/fills", Account, 60, k2s, kById, "billId", {}, "ts", 100},
    {FillHistory, "fill history", "/api/v5/trade/fills-history", Account, 10, k2s, kById, "billId",
     {}, "ts", 100, "instType"},
    {SingleOrder, "order", "/api/v5/trade/order", AccountAndInstrument, 60, k2s, {}, {}, {}, {}, 0,
     "instId"},
    {OpenAlgoOrders, "open algo orders", "/api/v5/trade/orders-algo-pending", Account, 20, k2s,
     kById, "algoId", {}, {}, 100, "ordType"},
    {AlgoOrderHistory, "algo order history", "/api/v5/trade/orders-algo-history", Account, 20, k2s,
     kById, "algoId", {}, {}, 100, "ordType"},
    {SingleAlgoOrder, "algo order", "/api/v5/trade/order-algo", Account, 20},
    {CancelAllAfter, "dead-man timer", "/api/v5/trade/cancel-all-after", AccountAndTag, 1, k1s, {},
     {}, {}, {}, 0, "timeOut", true},
    {OrderRateLimit, "order rate limit", "/api/v5/trade/account-rate-limit", Account, 1, k1s},

    {FundingBalances, "funding balances", "/api/v5/asset/balances", Account, 6, k1s},
    {FundingBills, "funding bills", "/api/v5/asset/bills", Account, 6, k1s, kByTime, "ts",
     "billId", "ts", 100},
    {DepositHistory, "deposits", "/api/v5/asset/deposit-history", Account, 6, k1s, kByTime, "ts",
     "depId", "ts", 100},
    {WithdrawalHistory, "withdrawals", "/api/v5/asset/withdrawal-history", Account, 6, k1s,
     kByTime, "ts", "wdId", "ts", 100},
    {Valuation, "valuation", "/api/v5/asset/asset-valuation", Account, 1, k1s},
}};
}  // namespace detail

constexpr const EndpointRule& rule_of(Endpoint endpoint) noexcept {
  return detail::kEndpointRules[static_cast<std::size_t>(endpoint)];
}
/// All of them, in order of the enumeration.
constexpr const std::array<EndpointRule, kEndpoints>& endpoint_rules() noexcept {
  return detail::kEndpointRules;
}

static_assert([] {
  for (std::size_t i = 0; i < kEndpoints; ++i) {
    const EndpointRule& rule = detail::kEndpointRules[i];
    if (static_cast<std::size_t>(rule.endpoint) != i) return false;
    if (rule.name.empty() || !rule.path.starts_with("/api/v5/") || rule.limit == 0) return false;
    if ((rule.page != PageRule::None) != (rule.page_rows != 0)) return false;
    if ((rule.page != PageRule::None) != !rule.cursor.empty()) return false;
    // Nothing that moves money out, ever.
    if (rule.path == "/api/v5/asset/withdrawal" || rule.path == "/api/v5/asset/transfer") {
      return false;
    }
    const bool is_public = rule.path.starts_with("/api/v5/public/") ||
                           rule.path.starts_with("/api/v5/market/") ||
                           rule.path.starts_with("/api/v5/system/");
    if (is_private(rule.scope) == is_public) return false;
  }
  return true;
}());

}  // namespace gannet::okx
