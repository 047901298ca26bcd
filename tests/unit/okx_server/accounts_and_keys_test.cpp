#include <gtest/gtest.h>

#include "unit/okx_server/venue.h"

namespace gannet::okx_server {
namespace {

Amount dollars(std::int64_t whole, CurrencyTable&) {
  // USDT is the second currency of the fixture's tables: BTC, then USDT.
  return {static_cast<__int128>(whole) * 1'000'000'000'000'000'000, CurrencyId{1}};
}

/// trader with a key that trades and one that reads, and its sub-account "hedge"; "other" is
/// somebody else.
Settings family(Settings settings) {
  settings.limits = no_limits();
  CurrencyTable unused;
  settings.users.front().funding = {dollars(5'000, unused)};
  User hedge;
  hedge.account.name = "hedge";
  hedge.master = "trader";
  hedge.account.deposits = {dollars(1'000, unused)};
  settings.users.push_back(hedge);
  User other;
  other.account.name = "other";
  settings.users.push_back(other);
  const auto add_key = [&](std::string user, std::uint64_t seed) -> ApiKey& {
    ApiKey key;
    key.credentials = make_default_credentials(seed);
    key.user = std::move(user);
    settings.keys.push_back(key);
    return settings.keys.back();
  };
  add_key("trader", 100).may_trade = false;
  add_key("hedge", 200);
  add_key("other", 300);
  add_key("trader", 400).addresses = {"10.0.0.0/8"};
  return settings;
}

struct FamilyVenue : Venue {
  FamilyVenue() : Venue(family) {}
  void use(std::uint64_t seed) { credentials = make_default_credentials(seed); }
  void use_main() { credentials = make_default_credentials(7); }
  std::string cash(std::string_view) {
    const Json json = get("/api/v5/account/balance?ccy=USDT");
    return json.at("/data/0/details/0/cashBal");
  }
  std::string funding() { return get("/api/v5/asset/balances?ccy=USDT").at("/data/0/bal"); }
};

TEST(Keys, WithoutPermissionReadButDoNotTradeOrMoveMoney) {
  FamilyVenue venue;
  venue.use(100);
  const Json config = venue.get("/api/v5/account/config");
  EXPECT_EQ(config.at("/data/0/perm"), "read_only");
  const Json refused = venue.post(
      "/api/v5/trade/order",
      R"({"instId":"BTC-USDT-SWAP","tdMode":"cross","side":"buy","ordType":"limit","px":"61000","sz":"1"})");
  EXPECT_EQ(refused.at("/code"), "50120");
  EXPECT_EQ(venue.post("/api/v5/asset/transfer", R"({"ccy":"USDT","amt":"1","from":"6","to":"18"})")
                .at("/code"),
            "50120");
  EXPECT_EQ(venue.post("/api/v5/asset/withdrawal", R"({"ccy":"USDT","amt":"1"})").at("/code"),
            "50120");
  EXPECT_EQ(venue.get("/api/v5/asset/deposit-address?ccy=USDT").at("/code"), "58301");
}

TEST(Keys, AreBoundToTheirAddresses) {
  FamilyVenue venue;
  venue.use(400);
  const HttpRequest request = venue.signed_request("GET", "/api/v5/account/config");
  EXPECT_EQ(Json(venue.server->on_http(request, "127.0.0.1:5000", venue.now).body).at("/code"),
            "50110");
  const Json inside(venue.server->on_http(request, "10.20.30.40:5000", venue.now).body);
  EXPECT_EQ(inside.at("/code"), "0");
  EXPECT_EQ(inside.at("/data/0/ip"), "10.0.0.0/8");
}

TEST(SubAccounts, AreListedByTheirMainAccountAlone) {
  FamilyVenue venue;
  const Json list = venue.get("/api/v5/users/subaccount/list");
  ASSERT_EQ(list.size("/data"), 1u);
  EXPECT_EQ(list.at("/data/0/subAcct"), "hedge");
  EXPECT_EQ(venue.get("/api/v5/account/subaccount/balances?subAcct=hedge")
                .at("/data/0/details/0/cashBal"),
            "1000");
  EXPECT_EQ(venue.get("/api/v5/account/subaccount/balances?subAcct=other").at("/code"), "59510");
  EXPECT_EQ(venue.get("/api/v5/account/subaccount/balances").at("/code"), "50014");
  EXPECT_EQ(venue.get("/api/v5/users/subaccount/apikey?subAcct=hedge").at("/data/0/apiKey"),
            make_default_credentials(200).key);
  const std::string main_uid = venue.get("/api/v5/account/config").at("/data/0/uid");
  venue.use(200);
  EXPECT_EQ(venue.get("/api/v5/users/subaccount/list").at("/code"), "59500");
  const Json config = venue.get("/api/v5/account/config");
  EXPECT_EQ(config.at("/data/0/mainUid"), main_uid);
  EXPECT_NE(config.at("/data/0/uid"), main_uid);
  EXPECT_EQ(config.at("/data/0/type"), "1");
}

TEST(Transfers, MoveMoneyBetweenFundingAndTradingAndAreFoundAgain) {
  FamilyVenue venue;
  EXPECT_EQ(venue.funding(), "5000");
  const Json moved =
      venue.post("/api/v5/asset/transfer",
                 R"({"ccy":"USDT","amt":"1500.5","from":"6","to":"18","clientId":"a1"})");
  ASSERT_EQ(moved.at("/code"), "0");
  EXPECT_EQ(moved.at("/data/0/amt"), "1500.5");
  EXPECT_EQ(venue.funding(), "3499.5");
  EXPECT_EQ(venue.cash("USDT"), "101500.5");
  const std::string id = moved.at("/data/0/transId");
  EXPECT_EQ(venue.get("/api/v5/asset/transfer-state?transId=" + id).at("/data/0/state"), "success");
  EXPECT_EQ(venue.get("/api/v5/asset/transfer-state?clientId=a1").at("/data/0/transId"), id);
  EXPECT_EQ(venue.get("/api/v5/asset/transfer-state?transId=1").at("/code"), "58129");
  const Json bills = venue.get("/api/v5/asset/bills?ccy=USDT");
  ASSERT_EQ(bills.size("/data"), 1u);
  EXPECT_EQ(bills.at("/data/0/balChg"), "-1500.5");
  EXPECT_EQ(bills.at("/data/0/bal"), "3499.5");
  EXPECT_EQ(bills.at("/data/0/type"), "131");
  // A number instead of text, as some clients send it.
  EXPECT_EQ(venue.post("/api/v5/asset/transfer", R"({"ccy":"USDT","amt":0.5,"from":"18","to":"6"})")
                .at("/code"),
            "0");
  EXPECT_EQ(venue.funding(), "3500");
  EXPECT_EQ(venue.server->exchange().check_money(), "");
}

TEST(Transfers, AreRefusedAsByOkx) {
  FamilyVenue venue;
  const auto code = [&](std::string_view body) {
    return venue.post("/api/v5/asset/transfer", std::string(body)).at("/code");
  };
  EXPECT_EQ(code(R"({"amt":"1","from":"6","to":"18"})"), "50014");
  EXPECT_EQ(code(R"({"ccy":"NONE","amt":"1","from":"6","to":"18"})"), "51000");
  EXPECT_EQ(code(R"({"ccy":"USDT","amt":"x","from":"6","to":"18"})"), "51000");
  EXPECT_EQ(code(R"({"ccy":"USDT","amt":"0","from":"6","to":"18"})"), "58114");
  EXPECT_EQ(code(R"({"ccy":"USDT","amt":"1","from":"7","to":"18"})"), "51000");
  EXPECT_EQ(code(R"({"ccy":"USDT","amt":"1","from":"6","to":"6"})"), "58123");
  EXPECT_EQ(code(R"({"ccy":"USDT","amt":"5001","from":"6","to":"18"})"), "58350");
  EXPECT_EQ(code(R"({"ccy":"USDT","amt":"1","from":"6","to":"6","type":"1"})"), "50014");
  EXPECT_EQ(code(R"({"ccy":"USDT","amt":"1","from":"6","to":"6","type":"1","subAcct":"other"})"),
            "58115");
  EXPECT_EQ(venue.funding(), "5000");
}

TEST(Transfers, GoToAndFromSubAccounts) {
  FamilyVenue venue;
  EXPECT_EQ(
      venue
          .post("/api/v5/asset/transfer",
                R"({"ccy":"USDT","amt":"100","from":"6","to":"18","type":"1","subAcct":"hedge"})")
          .at("/code"),
      "0");
  EXPECT_EQ(
      venue
          .post("/api/v5/asset/transfer",
                R"({"ccy":"USDT","amt":"40","from":"18","to":"6","type":"2","subAcct":"hedge"})")
          .at("/code"),
      "0");
  EXPECT_EQ(venue.funding(), "4940");
  venue.use(200);
  EXPECT_EQ(venue.cash("USDT"), "1060");
  EXPECT_EQ(venue
                .post("/api/v5/asset/transfer",
                      R"({"ccy":"USDT","amt":"60","from":"18","to":"6","type":"3"})")
                .at("/code"),
            "0");
  venue.use_main();
  EXPECT_EQ(venue.funding(), "5000");
  EXPECT_EQ(venue.server->exchange().check_money(), "");
}

TEST(Assets, CurrenciesAreListedWithAChainEach) {
  FamilyVenue venue;
  const Json json = venue.get("/api/v5/asset/currencies");
  ASSERT_EQ(json.size("/data"), 2u);
  EXPECT_EQ(json.at("/data/0/ccy"), "BTC");
  EXPECT_EQ(json.at("/data/0/chain"), "BTC-Bitcoin");
  EXPECT_EQ(json.at("/data/0/canWd"), "false");
  EXPECT_EQ(venue.get("/api/v5/asset/currencies?ccy=USDT").size("/data"), 1u);
  const Json worth = venue.get("/api/v5/asset/asset-valuation?ccy=USDT");
  EXPECT_EQ(worth.at("/data/0/details/funding"), "5000");
}

}  // namespace
}  // namespace gannet::okx_server
