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

}  // namespace
}  // namespace gannet::okx_server
