#include "app/ignored_messages.h"

namespace gannet::app {
namespace {

using enum IgnoredMessage::Where;

constexpr IgnoredMessage kIgnoredMessages[] = {
    {Channel, "liquidations", "made up by a recorder, not a channel of the venue"},
    {Channel, "call-auction-details", "auctions are not traded"},
    {Channel, "economic-calendar", "not market data"},
    {Channel, "event-contract-markets", "event contracts are not traded"},
    {Channel, "books-elp", "retail price improvement depth cannot be taken"},
    {Channel, "sprd-*", "spreads are not traded"},
    {Channel, "block-tickers", "blocks are not traded"},
    {Channel, "public-block-trades", "blocks are not traded"},
    {Channel, "public-struc-block-trades", "blocks are not traded"},
    {Channel, "struc-block-trades", "blocks are not traded"},
    {Channel, "rfqs", "blocks are not traded"},
    {Channel, "quotes", "blocks are not traded"},
    {Channel, "grid-*", "the venue's bots are not used"},
    {Channel, "algo-recurring-buy", "the venue's bots are not used"},
    {Channel, "copytrading-*", "copy trading is not used"},
    {Channel, "deposit-info", "the funding account is not used"},
    {Channel, "withdrawal-info", "the funding account is not used"},
    {Channel, "account-greeks", "option greeks are the strategy's business"},
    {RestPath, "/api/v5/account/account-*", "account settings"},
    {RestPath, "/api/v5/account/adjust-leverage-info", "account settings"},
    {RestPath, "/api/v5/account/bills*", "the history's business"},
    {RestPath, "/api/v5/account/config", "read by the daemon at start"},
    {RestPath, "/api/v5/account/greeks", "option greeks are the strategy's business"},
    {RestPath, "/api/v5/account/interest-*", "borrowing is not used"},
    {RestPath, "/api/v5/account/instruments", "account settings"},
    {RestPath, "/api/v5/account/leverage-info", "read by the daemon at start"},
    {RestPath, "/api/v5/account/max-*", "account settings"},
    {RestPath, "/api/v5/account/mmp-*", "market maker protection is not used"},
    {RestPath, "/api/v5/account/position/*", "account settings"},
    {RestPath, "/api/v5/account/position-*", "account settings"},
    {RestPath, "/api/v5/account/positions-history", "the history's business"},
    {RestPath, "/api/v5/account/risk-state", "account settings"},
    {RestPath, "/api/v5/account/set-*", "account settings"},
    {RestPath, "/api/v5/account/simulated_margin", "account settings"},
    {RestPath, "/api/v5/account/spot-*", "borrowing is not used"},
    {RestPath, "/api/v5/account/subtypes", "account settings"},
    {RestPath, "/api/v5/account/trade-fee", "account settings"},
    {RestPath, "/api/v5/account/vip-*", "borrowing is not used"},
    {RestPath, "/api/v5/asset/*", "the funding account is not used"},
    {RestPath, "/api/v5/copytrading/*", "copy trading is not used"},
    {RestPath, "/api/v5/finance/*", "products are not used"},
    {RestPath, "/api/v5/market/block-*", "blocks are not traded"},
    {RestPath, "/api/v5/market/books-*", "books come from /market/books"},
    {RestPath, "/api/v5/market/call-auction-details", "auctions are not traded"},
    {RestPath, "/api/v5/market/exchange-rate", "statistics"},
    {RestPath, "/api/v5/market/history-trades", "the data tools' business"},
    {RestPath, "/api/v5/market/index-components", "statistics"},
    {RestPath, "/api/v5/market/open-oracle", "statistics"},
    {RestPath, "/api/v5/market/option/*", "trades of single options come by the trades channel"},
    {RestPath, "/api/v5/market/platform-24-volume", "statistics"},
    {RestPath, "/api/v5/market/sprd-*", "spreads are not traded"},
    {RestPath, "/api/v5/public/block-trades", "blocks are not traded"},
    {RestPath, "/api/v5/public/convert-contract-coin", "computed here"},
    {RestPath, "/api/v5/public/delivery-exercise-history", "statistics"},
    {RestPath, "/api/v5/public/discount-*", "account settings"},
    {RestPath, "/api/v5/public/economic-calendar", "not market data"},
    {RestPath, "/api/v5/public/estimated-settlement-info", "the estimated price tells it"},
    {RestPath, "/api/v5/public/funding-rate-history", "the data tools' business"},
    {RestPath, "/api/v5/public/instrument-tick-bands", "the smallest band is in the instrument"},
    {RestPath, "/api/v5/public/insurance-fund", "statistics"},
    {RestPath, "/api/v5/public/interest-*", "borrowing is not used"},
    {RestPath, "/api/v5/public/market-data-history", "the data tools' business"},
    {RestPath, "/api/v5/public/mm-instrument-types", "statistics"},
    {RestPath, "/api/v5/public/position-tiers", "no handler yet"},
    {RestPath, "/api/v5/public/premium-history", "statistics"},
    {RestPath, "/api/v5/public/settlement-history", "statistics"},
    {RestPath, "/api/v5/public/underlying", "instruments name it"},
    {RestPath, "/api/v5/public/vip-*", "borrowing is not used"},
    {RestPath, "/api/v5/rfq/*", "blocks are not traded"},
    {RestPath, "/api/v5/rubik/*", "statistics"},
    {RestPath, "/api/v5/sprd/*", "spreads are not traded"},
    {RestPath, "/api/v5/support/*", "not market data"},
    {RestPath, "/api/v5/tradingBot/*", "the venue's bots are not used"},
    {RestPath, "/api/v5/trade/account-rate-limit", "statistics"},
    {RestPath, "/api/v5/trade/cancel-advance-algos", "gone: cancel-algos does it"},
    {RestPath, "/api/v5/trade/cancel-all-after", "no handler yet"},
    {RestPath, "/api/v5/trade/close-position", "not used"},
    {RestPath, "/api/v5/trade/easy-convert*", "not used"},
    {RestPath, "/api/v5/trade/mass-cancel", "not used"},
    {RestPath, "/api/v5/trade/one-click-*", "not used"},
    {RestPath, "/api/v5/trade/order-precheck", "not used"},
    {RestPath, "/api/v5/users/*", "sub-accounts are not managed"},
    {Line, "request", "a REST request of some client, not a message of the venue"},
};

bool fits(std::string_view pattern, std::string_view name) noexcept {
  if (!pattern.ends_with('*')) return pattern == name;
  return name.starts_with(pattern.substr(0, pattern.size() - 1));
}

}  // namespace

std::span<const IgnoredMessage> ignored_messages() noexcept { return kIgnoredMessages; }

const IgnoredMessage* find_ignored(IgnoredMessage::Where where, std::string_view name) noexcept {
  for (const IgnoredMessage& ignored : kIgnoredMessages) {
    if (ignored.where == where && fits(ignored.name, name)) return &ignored;
  }
  return nullptr;
}

}  // namespace gannet::app
