// Products of OKX that this venue has none of: spreads, blocks, loans, conversions, bots, earn.
// What only asks finds nothing there; what would do something is refused with the code that OKX's
// own demo has for it.

#include <algorithm>

#include "sim/okx_server/protocol/internal/number_text.h"
#include "sim/okx_server/protocol/internal/rest.h"

namespace gannet::okx_server {
namespace {

RestReply unavailable() { return refusal("50038", "This feature is unavailable in demo trading"); }

RestReply nothing(RestCall&) { return {}; }
RestReply not_here(RestCall&) { return unavailable(); }

RestReply nothing_of_instrument(RestCall& call) {
  RestReply reply;
  wanted_instrument(call, reply);
  return reply;
}

RestReply nothing_of_family(RestCall& call) {
  if (call.param("instFamily").empty()) return missing("instFamily");
  return {};
}

/// No spread is listed.
RestReply nothing_of_spread(RestCall& call) {
  if (call.param("sprdId").empty()) return missing("sprdId");
  return unknown_instrument();
}

RestReply announcements(RestCall&) {
  RestReply reply;
  JsonWriter json(reply.data);
  json.begin_object().key("details").begin_array().end_array();
  json.field("totalPage", "0").end_object();
  return reply;
}

/// Both lists of currencies, empty.
RestReply nothing_to_convert(RestCall&) {
  RestReply reply;
  JsonWriter json(reply.data);
  json.begin_object().key("fromData").begin_array().end_array();
  json.key("toCcy").begin_array().end_array();
  json.end_object();
  return reply;
}

/// Bills of past quarters: asked for, and never there, for the venue is younger.
RestReply apply_for_bills(RestCall& call) {
  RestReply reply;
  JsonWriter json(reply.data);
  json.begin_object().field("result", "true").field("ts", millis_text(call.state.now)).end_object();
  return reply;
}

RestReply applied_bills(RestCall& call) {
  for (const std::string_view wanted : {"year", "quarter"}) {
    if (call.param(wanted).empty()) return missing(wanted);
  }
  RestReply reply;
  JsonWriter json(reply.data);
  json.begin_object()
      .field("fileHref", "")
      .field("state", "unavailable")
      .field("ts", millis_text(call.state.now))
      .end_object();
  return reply;
}

constexpr LimitScope kAddress = LimitScope::Address;
constexpr LimitScope kUser = LimitScope::User;
constexpr Route kRoutes[] = {
    {"GET", "/api/v5/public/block-trades", false, false, 20, 2000, kAddress, nothing_of_instrument},
    {"GET", "/api/v5/public/premium-history", false, false, 20, 2000, kAddress,
     nothing_of_instrument},
    {"GET", "/api/v5/public/estimated-settlement-info", false, false, 10, 2000, kAddress,
     nothing_of_instrument},
    {"GET", "/api/v5/public/settlement-history", false, false, 40, 2000, kAddress,
     nothing_of_family},
    {"GET", "/api/v5/public/vip-interest-rate-loan-quota", false, false, 2, 2000, kAddress,
     nothing},
    {"GET", "/api/v5/public/market-data-history", false, false, 5, 2000, kAddress, nothing},
    {"GET", "/api/v5/public/economic-calendar", true, false, 1, 5000, kUser, nothing},
    {"GET", "/api/v5/market/option/instrument-family-trades", false, false, 20, 2000, kAddress,
     nothing_of_family},
    {"GET", "/api/v5/market/sprd-ticker", false, false, 20, 2000, kAddress, nothing_of_spread},
    {"GET", "/api/v5/market/sprd-candles", false, false, 40, 2000, kAddress, nothing_of_spread},
    {"GET", "/api/v5/market/sprd-history-candles", false, false, 20, 2000, kAddress,
     nothing_of_spread},
    {"GET", "/api/v5/sprd/spreads", false, false, 20, 2000, kAddress, nothing},
    {"GET", "/api/v5/sprd/books", false, false, 20, 2000, kAddress, nothing_of_spread},
    {"GET", "/api/v5/sprd/public-trades", false, false, 20, 2000, kAddress, nothing},
    {"GET", "/api/v5/sprd/orders-pending", true, false, 10, 2000, kUser, nothing},
    {"GET", "/api/v5/sprd/orders-history", true, false, 20, 2000, kUser, nothing},
    {"GET", "/api/v5/sprd/orders-history-archive", true, false, 20, 2000, kUser, nothing},
    {"GET", "/api/v5/sprd/trades", true, false, 20, 2000, kUser, nothing},
    {"GET", "/api/v5/support/announcements", false, false, 5, 2000, kAddress, announcements},
    {"GET", "/api/v5/support/announcement-types", false, false, 1, 2000, kAddress, nothing},
    {"GET", "/api/v5/finance/savings/lending-rate-summary", false, false, 6, 1000, kAddress,
     nothing},
    {"GET", "/api/v5/finance/savings/lending-rate-history", false, false, 6, 1000, kAddress,
     nothing},
    {"GET", "/api/v5/finance/savings/balance", true, false, 6, 1000, kUser, nothing},
    {"GET", "/api/v5/finance/staking-defi/offers", true, false, 3, 1000, kUser, nothing},
    {"GET", "/api/v5/finance/staking-defi/orders-active", true, false, 3, 1000, kUser, nothing},
    {"GET", "/api/v5/finance/staking-defi/orders-history", true, false, 3, 1000, kUser, nothing},
    {"GET", "/api/v5/asset/exchange-list", false, false, 6, 1000, kAddress, nothing},
    {"GET", "/api/v5/asset/deposit-withdraw-status", true, false, 1, 2000, kUser, nothing},
    {"GET", "/api/v5/asset/convert/currencies", true, false, 6, 1000, kUser, nothing},
    {"GET", "/api/v5/asset/convert/history", true, false, 6, 1000, kUser, nothing},
    {"GET", "/api/v5/asset/subaccount/managed-subaccount-bills", true, false, 6, 1000, kUser,
     nothing},
    {"GET", "/api/v5/users/entrust-subaccount-list", true, false, 1, 1000, kUser, nothing},
    {"GET", "/api/v5/account/spot-borrow-repay-history", true, false, 5, 2000, kUser, nothing},
    {"GET", "/api/v5/account/borrow-repay-history", true, false, 5, 2000, kUser, nothing},
    {"GET", "/api/v5/account/move-positions-history", true, false, 1, 2000, kUser, nothing},
    {"POST", "/api/v5/account/bills-history-archive", true, false, 1, 10'000, kUser,
     apply_for_bills},
    {"GET", "/api/v5/account/bills-history-archive", true, false, 10, 2000, kUser, applied_bills},
    {"GET", "/api/v5/trade/easy-convert-currency-list", true, false, 1, 2000, kUser,
     nothing_to_convert},
    {"GET", "/api/v5/trade/easy-convert-history", true, false, 1, 2000, kUser, nothing},
    {"GET", "/api/v5/trade/one-click-repay-currency-list", true, false, 1, 2000, kUser, nothing},
    {"GET", "/api/v5/trade/one-click-repay-currency-list-v2", true, false, 1, 2000, kUser, nothing},
    {"GET", "/api/v5/trade/one-click-repay-history", true, false, 1, 2000, kUser, nothing},
    {"GET", "/api/v5/trade/one-click-repay-history-v2", true, false, 1, 2000, kUser, nothing},
    {"GET", "/api/v5/rfq/public-trades", false, false, 5, 2000, kAddress, nothing},
    {"GET", "/api/v5/rfq/rfqs", true, false, 2, 2000, kUser, nothing},
    {"GET", "/api/v5/rfq/quotes", true, false, 2, 2000, kUser, nothing},
    {"GET", "/api/v5/rfq/trades", true, false, 5, 2000, kUser, nothing},
};

/// All else that begins like one of these.
constexpr std::string_view kProducts[] = {"/api/v5/tradingBot/",
                                          "/api/v5/copytrading/",
                                          "/api/v5/finance/",
                                          "/api/v5/rfq/",
                                          "/api/v5/sprd/",
                                          "/api/v5/broker/",
                                          "/api/v5/affiliate/",
                                          "/api/v5/fiat/",
                                          "/api/v5/users/",
                                          "/api/v5/trade/easy-convert",
                                          "/api/v5/trade/one-click-repay",
                                          "/api/v5/asset/convert",
                                          "/api/v5/asset/deposit-lightning",
                                          "/api/v5/asset/withdrawal-lightning",
                                          "/api/v5/asset/lending",
                                          "/api/v5/asset/purchase_redempt",
                                          "/api/v5/asset/monthly-statement",
                                          "/api/v5/account/activate-option",
                                          "/api/v5/account/borrow-repay",
                                          "/api/v5/account/fixed-loan/",
                                          "/api/v5/account/move-positions",
                                          "/api/v5/account/position-builder",
                                          "/api/v5/account/quick-margin-borrow-repay",
                                          "/api/v5/account/set-riskOffset",
                                          "/api/v5/account/simulated_margin",
                                          "/api/v5/account/spot-manual-borrow-repay",
                                          "/api/v5/account/subaccount/",
                                          "/api/v5/account/vip-"};

// No limit: nothing is done.
constexpr Route kGet{"GET", "", true, false, 0, 2000, kUser, not_here};
constexpr Route kPost{"POST", "", true, true, 0, 2000, kUser, not_here};

}  // namespace

std::span<const Route> elsewhere_routes() noexcept { return kRoutes; }

const Route* route_elsewhere(std::string_view method, std::string_view path) noexcept {
  const bool is_product = std::ranges::any_of(kProducts, [&](std::string_view product) {
    return path.starts_with(product) && (path.size() > product.size() || !product.ends_with('/'));
  });
  if (!is_product) return nullptr;
  if (method == "GET") return &kGet;
  return method == "POST" ? &kPost : nullptr;
}

}  // namespace gannet::okx_server
