#include <gtest/gtest.h>

#include "unit/okx_server/venue.h"

// What clients of others send, and OKX takes.

namespace gannet::okx_server {
namespace {

TEST(ClientHabits, LoginWithATimestampThatIsANumberIsAccepted) {  // python-okx
  Venue venue;
  const ConnectionId id = venue.open("/ws/v5/private");
  const std::string time = std::to_string(to_unix_millis(venue.now) / 1000);
  venue.text(
      id,
      fmt::format(
          R"({{"op":"login","args":[{{"apiKey":"{}","passphrase":"{}","timestamp":{},"sign":"{}"}}]}})",
          venue.credentials.key, venue.credentials.passphrase, time,
          test_signature(venue.credentials.secret, time + "GET/users/self/verify")));
  EXPECT_EQ(venue.last(id).at("/event"), "login");
  EXPECT_EQ(venue.last(id).at("/code"), "0");
}

TEST(ClientHabits, LeverageMayBeANumber) {  // ccxt
  Venue venue;
  const Json answer = venue.post("/api/v5/account/set-leverage",
                                 R"({"lever":7,"mgnMode":"cross","instId":"BTC-USDT-SWAP"})");
  EXPECT_EQ(answer.at("/code"), "0");
  EXPECT_EQ(answer.at("/data/0/lever"), "7");
}

TEST(ClientHabits, PricesAndSizesMayBeNumbers) {
  Venue venue;
  const Json answer = venue.post(
      "/api/v5/trade/order",
      R"({"instId":"BTC-USDT-SWAP","tdMode":"cross","side":"buy","ordType":"limit","px":60000.5,"sz":3})");
  EXPECT_EQ(answer.at("/code"), "0");
  const Json order =
      venue.get("/api/v5/trade/order?instId=BTC-USDT-SWAP&ordId=" + answer.at("/data/0/ordId"));
  EXPECT_EQ(order.at("/data/0/px"), "60000.5");
  EXPECT_EQ(order.at("/data/0/sz"), "3");
}

TEST(ClientHabits, EveryParameterThatAnOrderDoesNotNeedMayBeEmpty) {  // python-okx
  Venue venue;
  const Json answer = venue.post(
      "/api/v5/trade/order",
      R"({"instId":"BTC-USDT","tdMode":"cash","side":"buy","ordType":"limit","sz":"1","ccy":"","clOrdId":"","tag":"","posSide":"","px":"60000","reduceOnly":"","tgtCcy":"","stpMode":"","pxUsd":"","pxVol":"","banAmend":"","attachAlgoOrds":null})");
  EXPECT_EQ(answer.at("/code"), "0");
  EXPECT_EQ(answer.at("/data/0/sCode"), "0");
}

TEST(ClientHabits, TransfersWithSubAccountsAreListed) {  // python-okx: SubAccount.bills
  Venue venue([](Settings settings) {
    User helper;
    helper.account.name = "helper";
    helper.master = "trader";
    settings.users.push_back(std::move(helper));
    return settings;
  });
  const Json moved =
      venue.post("/api/v5/asset/transfer",
                 R"({"ccy":"USDT","amt":"7","from":"18","to":"18","type":"1","subAcct":"helper"})");
  ASSERT_EQ(moved.at("/code"), "0");
  const Json bills = venue.get("/api/v5/asset/subaccount/bills?subAcct=helper&ccy=USDT");
  EXPECT_EQ(bills.size("/data"), 1u);
  EXPECT_EQ(bills.at("/data/0/billId"), moved.at("/data/0/transId"));
  EXPECT_EQ(bills.at("/data/0/amt"), "7");
  EXPECT_EQ(bills.at("/data/0/type"), "0");
  EXPECT_EQ(venue.get("/api/v5/asset/subaccount/bills?type=1").size("/data"), 0u);
}

TEST(ClientHabits, AnInstrumentIsAskedForItsMarkPriceWhateverItsKind) {
  Venue venue;
  for (const std::string_view kind : {"instType=ANY&" /* nautilus_trader */, "" /* ccxt */}) {
    const Json one =
        venue.get("/api/v5/public/mark-price?" + std::string(kind) + "instId=BTC-USDT-SWAP");
    EXPECT_EQ(one.size("/data"), 1u);
    EXPECT_EQ(one.at("/data/0/instType"), "SWAP");
    EXPECT_EQ(one.at("/data/0/markPx"), "61250");
  }
  EXPECT_EQ(venue.get("/api/v5/public/mark-price").at("/code"), "50014");
  EXPECT_EQ(venue.get("/api/v5/public/mark-price?instType=ANY").at("/code"), "51000");
}

TEST(ClientHabits, ABalanceTellsEachFieldOnce) {  // strict decoders know both names for one
  Venue venue;
  const std::string text = venue.http(venue.signed_request("GET", "/api/v5/account/balance")).body;
  EXPECT_NE(text.find("\"maxSpotInUseAmt\""), std::string::npos);
  EXPECT_EQ(text.find("\"maxSpotInUse\""), std::string::npos);
}

TEST(ClientHabits, SocketOrdersMayNameTheirInstrumentOnlyWhereTheVenueSaysSo) {
  constexpr std::string_view kOrder =
      R"({"id":"1","op":"order","args":[{"instId":"BTC-USDT-SWAP","tdMode":"cross","side":"buy","ordType":"limit","px":"61000","sz":"1"}]})";
  Venue strict;
  const ConnectionId first = strict.open_private();
  strict.text(first, kOrder);
  EXPECT_EQ(strict.last(first).at("/data/0/sCode"), "50014");
  Venue kind([](Settings settings) {
    settings.socket_orders_by_name = true;
    return settings;
  });
  const ConnectionId second = kind.open_private();
  kind.text(second, kOrder);
  EXPECT_EQ(kind.last(second).at("/data/0/sCode"), "0");
}

TEST(AccountChoices, TheOneInForceIsTakenAndTheOthersAreRefused) {
  Venue venue;
  const auto code = [&](const std::string& path, const std::string& body) {
    return venue.post("/api/v5/account/" + path, body).at("/code");
  };
  EXPECT_EQ(code("set-fee-type", R"({"feeType":"0"})"), "0");
  EXPECT_EQ(code("set-fee-type", R"({"feeType":"1"})"), "50038");
  EXPECT_EQ(code("set-fee-type", R"({"feeType":"2"})"), "51000");
  EXPECT_EQ(code("set-settle-currency", R"({"settleCcy":"USDT"})"), "0");
  EXPECT_EQ(code("set-settle-currency", R"({"settleCcy":"XYZ"})"), "51000");
  EXPECT_EQ(code("set-collateral-assets", R"({"type":"all","collateralEnabled":true})"), "0");
  EXPECT_EQ(code("set-collateral-assets", R"({"type":"custom","collateralEnabled":false})"),
            "50038");
  EXPECT_EQ(code("demo-adjust-balance", R"({"ccy":"USDT","amt":"5"})"), "50053");
}

TEST(AccountChoices, ADemoBalanceIsRaisedThreeTimesADayAndKeepsTheMoneyWhole) {
  Venue venue([](Settings settings) {
    settings.demo = true;
    return without_limits(std::move(settings));
  });
  const auto ask = [&](const std::string& amount) {
    return venue
        .post("/api/v5/account/demo-adjust-balance", R"({"ccy":"USDT","amt":")" + amount + R"("})")
        .at("/code");
  };
  const auto cash = [&] {
    return venue.get("/api/v5/account/balance?ccy=USDT").at("/data/0/details/0/cashBal");
  };
  EXPECT_EQ(ask("250.5"), "0");
  EXPECT_EQ(cash(), "100250.5");
  EXPECT_EQ(ask("-100250.5"), "0");
  EXPECT_EQ(ask("-1"), "51008") << "there is nothing left";
  EXPECT_EQ(ask("1"), "0");
  EXPECT_EQ(ask("1"), "0");
  EXPECT_EQ(ask("1"), "59691");
  venue.now = venue.now + seconds(86'400);
  EXPECT_EQ(ask("1"), "0");
  for (const std::string bad : {"0", "x", "1e3", "-", "99999999999999"})
    EXPECT_EQ(ask(bad), "51000") << bad;
  EXPECT_EQ(venue.server->exchange().check_money(), "");
}

// Products that the venue has none of: what asks finds nothing, what does is refused.
TEST(Elsewhere, ListsAreEmptyAndActionsAreRefusedAsInDemo) {
  Venue venue(without_limits);
  for (const std::string_view path :
       {"sprd/spreads", "asset/exchange-list", "public/settlement-history?instFamily=BTC-USDT",
        "market/option/instrument-family-trades?instFamily=BTC-USD", "rfq/public-trades",
        "public/premium-history?instId=BTC-USDT-SWAP", "support/announcement-types"}) {
    const HttpResponse answer = venue.http({"GET", "/api/v5/" + std::string(path), {}, ""});
    EXPECT_EQ(answer.body, R"({"code":"0","msg":"","data":[]})") << path;
  }
  for (const std::string_view path :
       {"asset/convert/currencies", "finance/savings/balance", "sprd/orders-pending",
        "account/spot-borrow-repay-history", "trade/one-click-repay-history"}) {
    EXPECT_EQ(venue.http({"GET", "/api/v5/" + std::string(path), {}, ""}).status, 401) << path;
    const Json answer = venue.get("/api/v5/" + std::string(path));
    EXPECT_EQ(answer.at("/code"), "0") << path;
    EXPECT_EQ(answer.size("/data"), 0u) << path;
  }
  for (const std::string_view path :
       {"asset/convert/trade", "tradingBot/grid/order-algo", "sprd/order", "trade/easy-convert",
        "users/subaccount/create-subaccount", "finance/savings/purchase-redempt",
        "account/activate-option", "account/subaccount/set-loan-allocation"})
    EXPECT_EQ(venue.post("/api/v5/" + std::string(path), "{}").at("/code"), "50038") << path;
  EXPECT_EQ(venue.get("/api/v5/tradingBot/grid/orders-algo-pending").at("/code"), "50038");
  EXPECT_EQ(venue.get("/api/v5/market/sprd-ticker?sprdId=A_B").at("/code"), "51001");
  EXPECT_EQ(venue.get("/api/v5/sprd/books").at("/code"), "50014");
  EXPECT_EQ(venue.get("/api/v5/account/bills-history-archive?year=2026").at("/code"), "50014");
  EXPECT_EQ(venue.http({"GET", "/api/v5/finance/", {}, ""}).status, 404);
  EXPECT_EQ(venue.http({"PUT", "/api/v5/finance/x", {}, ""}).status, 404);
}

TEST(TradingData, VolumesAreTheCandlesSplitBetweenTheSides) {
  Venue venue(without_limits);
  venue.market_order(Side::Sell, "61250", "300");
  venue.market_order(Side::Buy, "61250", "100");
  venue.market_order(Side::Buy, "61250", "200");
  venue.advance(milliseconds(1));
  const std::string root = "/api/v5/rubik/stat/";
  const Json candles = venue.get("/api/v5/market/candles?instId=BTC-USDT-SWAP&bar=5m&limit=2");
  const Json taken = venue.get(root + "taker-volume-contract?instId=BTC-USDT-SWAP&limit=2");
  ASSERT_EQ(taken.size("/data"), 2u);
  EXPECT_EQ(taken.at("/data/0/0"), candles.at("/data/0/0"));
  EXPECT_EQ(std::stod(taken.at("/data/0/1")) + std::stod(taken.at("/data/0/2")),
            std::stod(candles.at("/data/0/5")));
  const Json interest = venue.get(root + "contracts/open-interest-volume?ccy=BTC&period=1H");
  EXPECT_EQ(interest.size("/data/0"), 3u);
  EXPECT_EQ(interest.size("/data"), 100u);
  const Json history =
      venue.get(root + "contracts/open-interest-history?instId=BTC-USDT-SWAP&period=1D&limit=3");
  EXPECT_EQ(history.size("/data"), 3u);
  EXPECT_EQ(history.at("/data/0/1"),
            venue.get("/api/v5/public/open-interest?instType=SWAP").at("/data/0/oi"));
  EXPECT_EQ(venue.get(root + "contracts/long-short-account-ratio?ccy=BTC").at("/data/0/1"), "1");
  EXPECT_EQ(venue.get(root + "trading-data/support-coin").at("/data/contract/0"), "BTC");
  const std::string one = candles.at("/data/1/0");
  EXPECT_EQ(venue.get(root + "taker-volume?ccy=BTC&instType=SPOT&begin=" + one + "&end=" + one)
                .at("/data/0/0"),
            one);
  for (const std::string_view bad :
       {"taker-volume?ccy=BTC&instType=SWAP", "taker-volume?ccy=NONE&instType=SPOT",
        "contracts/open-interest-volume?ccy=BTC&period=2H",
        "taker-volume-contract?instId=BTC-USDT&unit=1",
        "taker-volume-contract?instId=BTC-USDT-SWAP&period=1m",
        "contracts/long-short-account-ratio?ccy=BTC&end=x"})
    EXPECT_EQ(venue.get(root + std::string(bad)).at("/code"), "51000") << bad;
}

}  // namespace
}  // namespace gannet::okx_server
