#include "unit/okx_server/venue.h"

namespace gannet::okx_server {
namespace {

Settings quiet(Settings settings) {
  settings.regular_push_ms = 0;
  settings.limits = no_limits();
  return settings;
}

class AccountsOnTheWire : public testing::Test {
 public:
  Venue venue{quiet};

  std::string place(std::string_view mode, std::string_view side, std::string_view price,
                    std::string_view quantity, std::string_view more = "") {
    return venue
        .post(
            "/api/v5/trade/order",
            fmt::format(
                R"({{"instId":"BTC-USDT-SWAP","tdMode":"{}","side":"{}","ordType":"limit","px":"{}","sz":"{}"{}}})",
                mode, side, price, quantity, more))
        .at("/data/0/sCode");
  }
  void bought(std::string_view mode, std::string_view quantity) {
    venue.market_order(Side::Sell, "61250", quantity);
    ASSERT_EQ(place(mode, "buy", "61250", quantity), "0");
  }
  void mark(std::string_view price) {
    venue.server->exchange().set_reference_prices(venue.swap, venue.price(price),
                                                  venue.price(price), venue.now);
  }
  Json set_leverage(std::string_view lever, std::string_view mode, std::string_view more = "") {
    return venue.post("/api/v5/account/set-leverage",
                      fmt::format(R"({{"instId":"BTC-USDT-SWAP","lever":"{}","mgnMode":"{}"{}}})",
                                  lever, mode, more));
  }
  std::string position(std::string_view field) {
    return venue.get("/api/v5/account/positions").at("/data/0/" + std::string(field));
  }
};

TEST_F(AccountsOnTheWire, LeverageIsPerModeAndRefusedAsTheVenueDoes) {
  EXPECT_EQ(set_leverage("10", "cross").at("/data/0/lever"), "10");
  EXPECT_EQ(set_leverage("3", "isolated").at("/data/0/lever"), "3");
  const std::string info = "/api/v5/account/leverage-info?instId=BTC-USDT-SWAP&mgnMode=";
  EXPECT_EQ(venue.get(info + "cross").at("/data/0/lever"), "10");
  EXPECT_EQ(venue.get(info + "isolated").at("/data/0/lever"), "3");
  EXPECT_EQ(venue.get(info + "isolated").at("/data/0/posSide"), "net");
  EXPECT_EQ(set_leverage("101", "cross").at("/code"), "59102");
  EXPECT_EQ(set_leverage("0", "cross").at("/code"), "51000");
  EXPECT_EQ(set_leverage("5", "cash").at("/code"), "51000");
  ASSERT_EQ(place("isolated", "buy", "60000", "1"), "0");
  EXPECT_EQ(set_leverage("5", "isolated").at("/code"), "59101");
}

TEST_F(AccountsOnTheWire, LegsOfLongShortModeHaveIsolatedLeveragesOfTheirOwn) {
  ASSERT_EQ(venue.post("/api/v5/account/set-position-mode", R"({"posMode":"long_short_mode"})")
                .at("/code"),
            "0");
  EXPECT_EQ(venue.get("/api/v5/account/config").at("/data/0/posMode"), "long_short_mode");
  EXPECT_EQ(set_leverage("7", "isolated").at("/code"), "51000");  // which?
  EXPECT_EQ(set_leverage("7", "isolated", R"(,"posSide":"short")").at("/code"), "0");
  const Json info =
      venue.get("/api/v5/account/leverage-info?instId=BTC-USDT-SWAP&mgnMode=isolated");
  EXPECT_EQ(info.at("/data/0/posSide"), "long");
  EXPECT_EQ(info.at("/data/0/lever"), "5");
  EXPECT_EQ(info.at("/data/1/lever"), "7");
  EXPECT_EQ(place("cross", "buy", "60000", "1"), "51000");
  EXPECT_EQ(place("cross", "buy", "60000", "1", R"(,"posSide":"long")"), "0");
  EXPECT_EQ(
      venue.post("/api/v5/account/set-position-mode", R"({"posMode":"net_mode"})").at("/code"),
      "59000");
}

TEST_F(AccountsOnTheWire, TheAccountModeChangesOnlyWhenNothingIsOpen) {
  const auto set = [&](std::string_view level) {
    return venue
        .post("/api/v5/account/set-account-level", fmt::format(R"({{"acctLv":"{}"}})", level))
        .at("/code");
  };
  EXPECT_EQ(set("4"), "59133");
  EXPECT_EQ(set("5"), "51000");
  ASSERT_EQ(place("cross", "buy", "60000", "1"), "0");
  EXPECT_EQ(set("3"), "59132");
  venue.server->exchange().cancel_all(1, "", sim::CancelCause::User, venue.now);
  EXPECT_EQ(set("3"), "0");
  EXPECT_EQ(venue.get("/api/v5/account/config").at("/data/0/acctLv"), "3");
  EXPECT_EQ(place("isolated", "buy", "60000", "1"), "50072");
  const Json account = venue.get("/api/v5/account/balance");
  EXPECT_NE(account.at("/data/0/adjEq"), "");
  EXPECT_EQ(set("1"), "0");
  EXPECT_EQ(place("cross", "buy", "60000", "1"), "51010");
}

TEST_F(AccountsOnTheWire, AnIsolatedPositionShowsItsMarginWhichIsMovedByHand) {
  bought("isolated", "10");  // 0.1 BTC: 6125 of value, 1225 of margin at leverage 5
  EXPECT_EQ(position("mgnMode"), "isolated");
  EXPECT_EQ(position("margin"), "1225");
  EXPECT_EQ(position("imr"), "");
  const auto adjust = [&](std::string_view type, std::string_view amount) {
    return venue.post(
        "/api/v5/account/position/margin-balance",
        fmt::format(R"({{"instId":"BTC-USDT-SWAP","posSide":"net","type":"{}","amt":"{}"}})", type,
                    amount));
  };
  EXPECT_EQ(adjust("add", "25").at("/data/0/amt"), "25");
  EXPECT_EQ(position("margin"), "1250");
  EXPECT_EQ(adjust("reduce", "26").at("/code"), "59301");
  EXPECT_EQ(adjust("add", "100000000").at("/code"), "59303");
  EXPECT_EQ(adjust("take", "1").at("/code"), "51000");
  // (1250 + 0) / (6125 x (0.4 % + 0.05 %))
  EXPECT_NEAR(std::stod(position("mgnRatio")), 1250 / (6125 * 0.0045), 1e-9);
  // (margin - size x average) / (size x (rate - 1)), PROTOCOL 12.5
  EXPECT_NEAR(std::stod(position("liqPx")), (1250 - 6125) / (0.1 * (0.0045 - 1)), 1e-6);
  const Json bill = venue.get("/api/v5/account/bills?type=6");
  EXPECT_EQ(bill.size("/data"), 1u);
  EXPECT_EQ(bill.at("/data/0/subType"), "160");
  EXPECT_EQ(bill.at("/data/0/balChg"), "-25");
  EXPECT_EQ(bill.at("/data/0/posBalChg"), "25");
}

TEST_F(AccountsOnTheWire, OneBillAMatchWithItsFeeAndProfit) {
  bought("cross", "10");
  venue.market_order(Side::Buy, "61350", "4");
  ASSERT_EQ(place("cross", "sell", "61350", "4"), "0");
  const Json bills = venue.get("/api/v5/account/bills?type=2&instType=SWAP");
  ASSERT_EQ(bills.size("/data"), 2u);
  EXPECT_EQ(bills.at("/data/0/subType"), "2");
  EXPECT_EQ(bills.at("/data/0/sz"), "4");
  EXPECT_EQ(bills.at("/data/0/px"), "61350");
  EXPECT_EQ(bills.at("/data/0/pnl"), "4");       // 0.04 x 100
  EXPECT_EQ(bills.at("/data/0/fee"), "-1.227");  // 2454 x 0.05 %
  EXPECT_EQ(bills.at("/data/0/balChg"), "2.773");
  EXPECT_EQ(bills.at("/data/0/execType"), "T");
  EXPECT_EQ(bills.at("/data/1/fee"), "-3.0625");
  const std::string newest = bills.at("/data/0/billId");
  EXPECT_EQ(venue.get("/api/v5/account/bills?type=2&after=" + newest).size("/data"), 1u);
  EXPECT_EQ(venue.get("/api/v5/account/bills-archive?type=2&subType=1").size("/data"), 1u);
  EXPECT_EQ(venue.get("/api/v5/account/bills?type=8").size("/data"), 0u);
}

TEST_F(AccountsOnTheWire, PositionsHistoryHasWhatWasClosed) {
  bought("cross", "10");
  venue.market_order(Side::Buy, "61350", "10");
  ASSERT_EQ(place("cross", "sell", "61350", "10"), "0");
  const Json history = venue.get("/api/v5/account/positions-history?instType=SWAP");
  ASSERT_EQ(history.size("/data"), 1u);
  EXPECT_EQ(history.at("/data/0/type"), "2");
  EXPECT_EQ(history.at("/data/0/direction"), "long");
  EXPECT_EQ(history.at("/data/0/openAvgPx"), "61250");
  EXPECT_EQ(history.at("/data/0/closeAvgPx"), "61350");
  EXPECT_EQ(history.at("/data/0/closeTotalPos"), "10");
  EXPECT_EQ(history.at("/data/0/pnl"), "10");
  EXPECT_EQ(history.at("/data/0/fee"), "-6.13");  // 3.0625 and 3.0675
  EXPECT_EQ(history.at("/data/0/realizedPnl"), "3.87");
  EXPECT_EQ(venue.get("/api/v5/account/positions-history?type=3").size("/data"), 0u);
}

TEST_F(AccountsOnTheWire, FundingIsPaidAndToldAsTheVenueDoes) {
  const ConnectionId id = venue.open_private();
  venue.text(id, R"({"op":"subscribe","args":[{"channel":"balance_and_position"}]})");
  bought("cross", "10");
  venue.advance(milliseconds(20));
  venue.server->exchange().set_funding_rate(venue.swap, 1'000'000'000'000);  // 0.0001
  venue.server->exchange().set_funding_time(venue.swap, venue.now + seconds(1), Nanos{});
  venue.take(id);
  venue.advance(seconds(2));
  const std::vector<std::string> pushes = venue.pushes(id, "balance_and_position");
  ASSERT_EQ(pushes.size(), 1u);
  EXPECT_EQ(Json(pushes[0]).at("/data/0/eventType"), "funding_fee");
  EXPECT_EQ(Json(pushes[0]).size("/data/0/balData"), 1u);
  EXPECT_EQ(position("fundingFee"), "-0.6125");  // 6125 x 0.0001
  const Json bill = venue.get("/api/v5/account/bills?type=8");
  EXPECT_EQ(bill.at("/data/0/subType"), "173");
  EXPECT_EQ(bill.at("/data/0/pnl"), "-0.6125");
  EXPECT_EQ(bill.at("/data/0/balChg"), "-0.6125");
  EXPECT_EQ(bill.at("/data/0/sz"), "10");
}

TEST_F(AccountsOnTheWire, LiquidationLeavesTheTraceOfPrivateChannelsAndLists) {
  const ConnectionId id = venue.open_private();
  venue.text(
      id,
      R"({"op":"subscribe","args":[{"channel":"liquidation-warning","instType":"SWAP"},{"channel":"orders","instType":"ANY"},{"channel":"balance_and_position"},{"channel":"fills"}]})");
  set_leverage("50", "isolated");
  bought("isolated", "10");  // 122.5 of margin
  venue.advance(milliseconds(20));
  venue.take(id);
  mark("60500");  // 47.5 are left; 6050 x 0.45 % x 3 = 81.7
  venue.advance(milliseconds(20));
  const std::vector<std::string> warned = venue.pushes(id, "liquidation-warning");
  ASSERT_EQ(warned.size(), 1u);
  EXPECT_EQ(Json(warned[0]).at("/data/0/instId"), "BTC-USDT-SWAP");
  EXPECT_EQ(Json(warned[0]).at("/data/0/pos"), "10");
  EXPECT_LT(std::stod(Json(warned[0]).at("/data/0/mgnRatio")), 3);
  venue.take(id);
  mark("60200");  // 17.5; 27.09
  venue.advance(milliseconds(20));
  const std::vector<std::string> orders = venue.pushes(id, "orders");
  ASSERT_EQ(orders.size(), 1u);
  const Json order(orders[0]);
  EXPECT_EQ(order.at("/data/0/category"), "full_liquidation");
  EXPECT_EQ(order.at("/data/0/state"), "filled");
  EXPECT_EQ(order.at("/data/0/clOrdId"), "");
  EXPECT_EQ(order.at("/data/0/tradeId"), "0");
  EXPECT_EQ(order.at("/data/0/fillPx"), "60055.1");  // 17.5 less the penalty of 3.01, over 0.1
  EXPECT_TRUE(venue.pushes(id, "fills").empty());
  const std::vector<std::string> money = venue.pushes(id, "balance_and_position");
  ASSERT_FALSE(money.empty());
  EXPECT_EQ(Json(money.back()).at("/data/0/eventType"), "liquidation");
  EXPECT_EQ(Json(money.back()).at("/data/0/posData/0/pos"), "0");
  const Json fills = venue.get("/api/v5/trade/fills?instType=SWAP");
  EXPECT_LT(std::stoll(fills.at("/data/0/tradeId")), 0);
  EXPECT_EQ(fills.at("/data/0/subType"), "107");
  const Json bill = venue.get("/api/v5/account/bills?type=5");
  EXPECT_EQ(bill.at("/data/0/billId"), fills.at("/data/0/billId"));
  EXPECT_EQ(venue.get("/api/v5/account/positions-history").at("/data/0/type"), "3");
  EXPECT_EQ(venue.get("/api/v5/account/positions-history").at("/data/0/liqPenalty"), "-3.01");
  EXPECT_EQ(venue.server->exchange().check_money(), "");
}

TEST_F(AccountsOnTheWire, DeleveragingFundingAndPricesHappenByOrder) {  // RELIABILITY D 19, 37
  bought("cross", "10");
  const auto order = [&](std::string_view text) {
    return std::string(venue.fault(std::string(text)).at("/ok"));
  };
  EXPECT_EQ(order(R"({"adl":{"instId":"BTC-USDT-SWAP","sz":"4"}})"), "true");
  EXPECT_EQ(position("pos"), "6");
  EXPECT_EQ(venue.get("/api/v5/account/bills?type=9").at("/data/0/subType"), "128");
  EXPECT_EQ(order(R"({"funding":{"instId":"BTC-USDT-SWAP","rate":"-0.001","in_ms":500}})"), "true");
  venue.advance(seconds(1));
  EXPECT_EQ(position("fundingFee"), "3.675");  // 3675 x 0.001, shorts pay
  const Json rate = venue.get("/api/v5/public/funding-rate?instId=BTC-USDT-SWAP");
  EXPECT_EQ(rate.at("/data/0/fundingRate"), "-0.001");
  EXPECT_EQ(order(R"({"reference_price":{"instId":"BTC-USDT-SWAP","px":"61300"}})"), "true");
  EXPECT_EQ(position("upl"), "3");
  EXPECT_EQ(order(R"({"insurance_fund":{"ccy":"USDT","amt":"5"}})"), "true");
  EXPECT_EQ(to_string(venue.server->exchange().insurance_fund(venue.currencies.find("USDT"))), "5");
  EXPECT_EQ(venue.server->exchange().check_money(), "");
}

TEST_F(AccountsOnTheWire, LoansAreNotToldOfModesAndCurrenciesThatAreNoNames) {
  const std::string pair = "/api/v5/account/max-loan?instId=BTC-USDT&mgnMode=";
  for (const char* const junk : {"%ff", "cash", "CROSS", "cross%00", "cross&mgnCcy=%ff",
                                 "isolated&mgnCcy=%22", "cross&ccy=%c3%28", "cross&mgnCcy=US-D"})
    EXPECT_EQ(venue.get(pair + junk).at("/code"), "51000") << junk;
  EXPECT_EQ(venue.get("/api/v5/account/max-loan?mgnMode=cross&ccy=%ff").at("/code"), "51000");
  const Json loan = venue.get(pair + "isolated&mgnCcy=USDT");
  EXPECT_EQ(loan.at("/code"), "0");
  EXPECT_EQ(loan.at("/data/0/mgnCcy"), "USDT");
  const std::string fund = "/api/v5/public/insurance-fund?instType=SWAP&ccy=USDT&instFamily=";
  const Json none = venue.get(fund + "%ff");
  EXPECT_EQ(none.at("/code"), "0");
  EXPECT_EQ(none.size("/data"), 0u);
  EXPECT_EQ(venue.get(fund + "BTC-USDT").at("/data/0/instFamily"), "BTC-USDT");
}

TEST_F(AccountsOnTheWire, SaysHowMuchMayBeOrderedAndTakenOut) {
  const std::string swap = "instId=BTC-USDT-SWAP&tdMode=cross";
  const Json size = venue.get("/api/v5/account/max-size?" + swap + "&px=60000");
  ASSERT_EQ(size.at("/code"), "0");
  EXPECT_EQ(size.at("/data/0/ccy"), "USDT");
  const std::string most = size.at("/data/0/maxBuy");
  EXPECT_EQ(place("cross", "buy", "60000", most), "0");
  EXPECT_EQ(place("cross", "buy", "60000", "1"), "51008");
  EXPECT_EQ(venue.get("/api/v5/account/max-avail-size?" + swap).at("/code"), "0");
  EXPECT_EQ(venue.get("/api/v5/account/max-size?instId=BTC-USDT-SWAP").at("/code"), "50014");
  EXPECT_EQ(venue.get("/api/v5/account/max-withdrawal?ccy=USDT").size("/data"), 1u);
  EXPECT_EQ(
      venue.get("/api/v5/account/max-loan?instId=BTC-USDT&mgnMode=cross").at("/data/0/maxLoan"),
      "0");
  EXPECT_EQ(venue.get("/api/v5/account/interest-accrued").at("/code"), "0");
  for (const char* const portfolio : {"risk-state", "position-tiers", "mmp-config"})
    EXPECT_EQ(venue.get("/api/v5/account/" + std::string(portfolio)).at("/code"), "51010");
  EXPECT_EQ(venue.get("/api/v5/account/collateral-assets?ccy=USDT").at("/data/0/collateralEnabled"),
            "true");
  EXPECT_EQ(venue.post("/api/v5/account/set-auto-repay", R"({"autoRepay":true})").at("/code"),
            "50064");
  EXPECT_EQ(venue.get("/api/v5/account/greeks?ccy=USDT").at("/data/0/deltaBS"), "0");
  EXPECT_EQ(venue.post("/api/v5/account/set-greeks", R"({"greeksType":"BS"})").at("/code"), "0");
  EXPECT_EQ(venue.get("/api/v5/account/config").at("/data/0/greeksType"), "BS");
  EXPECT_EQ(venue
                .get("/api/v5/account/adjust-leverage-info?instType=SWAP&mgnMode=cross&lever=10&"
                     "instId=BTC-USDT-SWAP")
                .at("/data/0/maxLever"),
            "100");
  const Json risk = venue.get("/api/v5/account/account-position-risk");
  EXPECT_GE(risk.size("/data/0/balData"), 1u);
}

TEST_F(AccountsOnTheWire, GreeksAndTheChainsHaveTheirChannels) {
  const ConnectionId id = venue.open_private();
  venue.text(id, R"({"op":"subscribe","args":[{"channel":"account-greeks","ccy":"USDT"}]})");
  ASSERT_EQ(venue.pushes(id, "account-greeks").size(), 1u);
  const Json first(venue.pushes(id, "account-greeks").front());
  EXPECT_EQ(first.size("/data"), 1u);
  EXPECT_EQ(first.at("/data/0/ccy"), "USDT");
  EXPECT_EQ(first.at("/data/0/vegaPA"), "0");
  venue.take(id);
  bought("cross", "1");
  venue.advance(milliseconds(200));
  EXPECT_FALSE(venue.pushes(id, "account-greeks").empty()) << "the account has changed";
  const ConnectionId business = venue.open("/ws/v5/business");
  const std::string ask = R"({"op":"subscribe","args":[{"channel":"deposit-info"}]})";
  venue.text(business, ask);
  EXPECT_EQ(venue.last(business).at("/code"), "60011");
  venue.text(business, venue.login_text());
  venue.text(business, ask);
  EXPECT_EQ(venue.last(business).at("/event"), "subscribe");
}

TEST_F(AccountsOnTheWire, FrozenMoneyIsToldWithAndWithoutTheReserveForFees) {
  ASSERT_EQ(place("cross", "buy", "60000", "10"), "0");  // 6000 of value: 1200 and 3
  const Json account = venue.get("/api/v5/account/balance?ccy=USDT");
  EXPECT_NEAR(std::stod(account.at("/data/0/details/0/ordFrozen")), 1200, 1e-9);
  EXPECT_NEAR(std::stod(account.at("/data/0/details/0/frozenBal")), 1203, 1e-9);
  EXPECT_EQ(account.at("/data/0/details/0/upl"), "0");
}

TEST_F(AccountsOnTheWire, TheTierOfALeverageLimitsTheOrder) {
  venue.server->exchange().set_risk_tiers(
      venue.swap, {{1, {}, venue.lots("5"), 10'000'000, 4'000'000, 100},
                   {2, venue.lots("5"), venue.lots("50"), 50'000'000, 5'000'000, 20}});
  set_leverage("50", "cross");
  EXPECT_EQ(place("cross", "buy", "60000", "6"), "51004");
  set_leverage("20", "cross");
  EXPECT_EQ(place("cross", "buy", "60000", "6"), "0");
}

TEST(OptionsOnTheWire, AreBoughtByLimitForTheirPremium) {
  Venue venue(nullptr, true);
  sim::NewOrder offer;
  offer.instrument = venue.option;
  offer.side = Side::Sell;
  offer.price = {50'000};  // 0.05
  offer.quantity = {10};
  venue.server->exchange().place(offer, venue.now);
  const auto order = [&](const std::string& type) {
    return venue
        .post("/api/v5/trade/order",
              R"({"instId":"BTC-USD-271231-60000-C","tdMode":"cross","side":"buy","ordType":")" +
                  type + R"(","px":"0.05","sz":"10"})")
        .at("/data/0/sCode");
  };
  EXPECT_EQ(order("market"), "51066");
  EXPECT_EQ(order("limit"), "0");
  const Json position = venue.get("/api/v5/account/positions?instType=OPTION");
  EXPECT_EQ(position.at("/data/0/pos"), "10");
  EXPECT_EQ(position.at("/data/0/avgPx"), "0.05");
  EXPECT_EQ(position.at("/data/0/optVal"), "0.005");
  EXPECT_EQ(position.at("/data/0/lever"), "");
  EXPECT_EQ(venue.get("/api/v5/trade/fills?instType=OPTION").at("/data/0/fee"), "-0.00005");
  const Json bill = venue.get("/api/v5/account/bills?instType=OPTION");
  EXPECT_EQ(bill.at("/data/0/balChg"), "-0.00505");
  EXPECT_EQ(venue.get("/sim/v1/truth").at("/money_ok"), "true");
}

}  // namespace
}  // namespace gannet::okx_server
