#include <gtest/gtest.h>

#include "unit/okx_server/venue.h"

namespace gannet::okx_server {
namespace {

std::string login_with(const Venue& venue, std::string_view timestamp, std::string_view sign,
                       std::string_view key = "", std::string_view passphrase = "") {
  return fmt::format(
      R"({{"op":"login","args":[{{"apiKey":"{}","passphrase":"{}","timestamp":"{}","sign":"{}"}}]}})",
      key.empty() ? std::string_view(venue.credentials.key) : key,
      passphrase.empty() ? std::string_view(venue.credentials.passphrase) : passphrase, timestamp,
      sign);
}

std::string seconds_text(Timestamp time) { return std::to_string(to_unix_millis(time) / 1000); }

struct LoginOutcome {
  std::string event, code;
  std::optional<std::uint16_t> close;
};
LoginOutcome try_login(Venue& venue, const std::string& text) {
  const ConnectionId id = venue.open("/ws/v5/private");
  venue.text(id, text);
  LoginOutcome outcome{venue.last(id).at("/event"), venue.last(id).at("/code"), {}};
  if (venue.output.closes.contains(id)) outcome.close = venue.output.closes[id];
  venue.advance(seconds(1));  // connections a second are limited
  return outcome;
}

TEST(SocketLogin, AcceptsOurOwnSignature) {
  Venue venue;
  const ConnectionId id = venue.open("/ws/v5/private");
  venue.text(id, venue.login_text());
  EXPECT_EQ(venue.last(id).at("/event"), "login");
  EXPECT_EQ(venue.last(id).at("/code"), "0");
  EXPECT_EQ(venue.last(id).at("/connId").size(), 8u);
  EXPECT_FALSE(venue.output.closes.contains(id));
}

TEST(SocketLogin, RefusesEachWrongPartWithItsOwnCodeAndCloses) {
  Venue venue;
  const auto sign = [&](const std::string& time) {
    return test_signature(venue.credentials.secret, time + "GET/users/self/verify");
  };
  const auto now = [&] { return seconds_text(venue.now); };
  EXPECT_EQ(try_login(venue, login_with(venue, now(), "bm9wZQ==")).code, "60007");
  EXPECT_EQ(try_login(venue, login_with(venue, now(), sign(now()), "", "wrong")).code, "60024");
  EXPECT_EQ(try_login(venue,
                      login_with(venue, now(), sign(now()), "00000000-0000-4000-8000-000000000000"))
                .code,
            "60032");
  EXPECT_EQ(try_login(venue, login_with(venue, now(), sign(now()), "?")).code, "60005");
  EXPECT_EQ(try_login(venue, login_with(venue, "soon", sign("soon"))).code, "60004");
  EXPECT_EQ(try_login(venue, login_with(venue, "", sign(""))).code, "60027");
  for (const int off : {-31, 32}) {
    const std::string time = seconds_text(venue.now + seconds(off));
    const LoginOutcome outcome = try_login(venue, login_with(venue, time, sign(time)));
    EXPECT_EQ(outcome.event, "error");
    EXPECT_EQ(outcome.code, "60006");
    EXPECT_EQ(outcome.close, 4001);
  }
}

TEST(SocketLogin, RefusesMillisecondsAndIsoTimesOfOtherRecipes) {
  Venue venue;
  for (const std::string& time : {std::to_string(to_unix_millis(venue.now)), iso_time(venue.now)}) {
    const std::string sign =
        test_signature(venue.credentials.secret, time + "GET/users/self/verify");
    EXPECT_EQ(try_login(venue, login_with(venue, time, sign)).code, "60004");
  }
}

// The documentation's own sample divides milliseconds by a thousand, and so do clients (vnpy).
TEST(SocketLogin, TakesSecondsWithAFractionAndSignsThemAsTheyWere) {
  const auto code_at = [](std::string_view rest) {
    Venue venue;
    const std::string time = seconds_text(venue.now) + std::string(rest);
    const std::string sign =
        test_signature(venue.credentials.secret, time + "GET/users/self/verify");
    return try_login(venue, login_with(venue, time, sign)).code;
  };
  EXPECT_EQ(code_at(".4795671"), "0");
  EXPECT_EQ(code_at(".5"), "0");
  for (const std::string_view bad : {".", ".1.2", ".5s", ".1234567890", "e1"})
    EXPECT_EQ(code_at(bad), "60004") << bad;
}

// PROTOCOL 5: Unix time in seconds, which has ten digits until the year 2286.
TEST(SocketLogin, RefusesATimestampCenturiesAheadAndLeadingZeros) {
  Venue venue;
  const auto code_at = [&](const std::string& time) {
    const std::string sign =
        test_signature(venue.credentials.secret, time + "GET/users/self/verify");
    return try_login(venue, login_with(venue, time, sign)).code;
  };
  const std::string now = seconds_text(venue.now);
  EXPECT_EQ(code_at(std::to_string(std::stoll(now) + 9'000'000'000)), "60004");
  EXPECT_EQ(code_at("0" + now), "60004");
  EXPECT_EQ(code_at(now.substr(1)), "60004");
  EXPECT_EQ(code_at("9999999999"), "60006");  // more nanoseconds than 64 bits hold
  EXPECT_EQ(code_at("0000000001"), "60006");
}

TEST(SocketLogin, RefusesASecondLoginWithoutClosing) {
  Venue venue;
  const ConnectionId id = venue.open_private();
  venue.text(id, venue.login_text());
  EXPECT_EQ(venue.last(id).at("/code"), "60031");
  EXPECT_FALSE(venue.output.closes.contains(id));
}

TEST(RestSignature, AcceptsPathWithQueryAndBodyAsSent) {
  Venue venue;
  EXPECT_EQ(venue.get("/api/v5/account/balance?ccy=USDT").at("/code"), "0");
  EXPECT_EQ(venue
                .post("/api/v5/account/set-leverage",
                      R"({"instId":"BTC-USDT-SWAP","lever":"7","mgnMode":"cross"})")
                .at("/code"),
            "0");
}

TEST(RestSignature, AnswersEachFailureWithItsCodeAndStatus) {
  Venue venue;
  const auto code_without = [&](std::string_view header) {
    HttpRequest request = venue.signed_request("GET", "/api/v5/account/config");
    std::erase_if(request.headers, [&](const auto& h) { return h.first == header; });
    const HttpResponse response = venue.http(request);
    EXPECT_EQ(response.status, 401);
    return Json(response.body).at("/code");
  };
  EXPECT_EQ(code_without("OK-ACCESS-KEY"), "50103");
  EXPECT_EQ(code_without("OK-ACCESS-PASSPHRASE"), "50104");
  EXPECT_EQ(code_without("OK-ACCESS-SIGN"), "50106");
  EXPECT_EQ(code_without("OK-ACCESS-TIMESTAMP"), "50107");

  const auto code_with = [&](std::string_view header, const std::string& value) {
    HttpRequest request = venue.signed_request("GET", "/api/v5/account/config");
    for (auto& [name, text] : request.headers) {
      if (name == header) text = value;
    }
    return Json(venue.http(request).body).at("/code");
  };
  EXPECT_EQ(code_with("OK-ACCESS-SIGN", "bm9wZQ=="), "50113");
  EXPECT_EQ(code_with("OK-ACCESS-PASSPHRASE", "wrong"), "50105");
  EXPECT_EQ(code_with("OK-ACCESS-KEY", "00000000-0000-4000-8000-000000000000"), "50119");
  EXPECT_EQ(code_with("OK-ACCESS-KEY", "?"), "50111");
  EXPECT_EQ(code_with("OK-ACCESS-TIMESTAMP", iso_time(venue.now - seconds(31))), "50102");
  EXPECT_EQ(code_with("OK-ACCESS-TIMESTAMP", iso_time(venue.now + seconds(31))), "50102");
  // Integer times belong to other recipes.
  EXPECT_EQ(code_with("OK-ACCESS-TIMESTAMP", std::to_string(to_unix_millis(venue.now))), "50112");
  EXPECT_EQ(code_with("x-simulated-trading", "1"), "0");  // the header was not there to change
}

TEST(RestSignature, RefusesSortedParametersOfOtherRecipes) {
  Venue venue;
  const std::string target = "/api/v5/account/positions?instType=SWAP&instId=BTC-USDT-SWAP";
  const std::string time = iso_time(venue.now);
  HttpRequest request = venue.signed_request("GET", target);
  const std::string sorted =
      time + "GET/api/v5/account/positions?instId=BTC-USDT-SWAP&instType=SWAP";
  for (auto& [name, text] : request.headers) {
    if (name == "OK-ACCESS-SIGN") text = test_signature(venue.credentials.secret, sorted);
  }
  EXPECT_EQ(Json(venue.http(request).body).at("/code"), "50113");
}

TEST(RestSignature, KeepsDemoAndLiveApart) {
  Venue demo([](Settings settings) {
    settings.demo = true;
    return settings;
  });
  EXPECT_EQ(demo.get("/api/v5/account/config").at("/code"), "0");
  HttpRequest request = demo.signed_request("GET", "/api/v5/account/config");
  request.headers.pop_back();
  const HttpResponse response = demo.http(request);
  EXPECT_EQ(response.status, 401);
  EXPECT_EQ(Json(response.body).at("/code"), "50101");
}

TEST(RestSignature, HoldsAKeyToItsAddressesAndPermissions) {
  Venue venue([](Settings settings) {
    settings.keys[0].addresses = {"10.0.0.0/8"};
    return settings;
  });
  EXPECT_EQ(venue.get("/api/v5/account/config").at("/code"), "50110");
  Venue reader([](Settings settings) {
    settings.keys[0].may_trade = false;
    settings.keys[0].addresses = {"127.0.0.1"};
    return settings;
  });
  const Json config = reader.get("/api/v5/account/config");
  EXPECT_EQ(config.at("/data/0/perm"), "read_only");
  EXPECT_EQ(config.at("/data/0/ip"), "127.0.0.1");
  EXPECT_EQ(reader.post("/api/v5/trade/order", "{}").at("/code"), "50120");
}

TEST(DefaultCredentials, AreTheSameForTheSameSeedAlone) {
  EXPECT_EQ(make_default_credentials(3).secret, make_default_credentials(3).secret);
  EXPECT_NE(make_default_credentials(3).key, make_default_credentials(4).key);
}

}  // namespace
}  // namespace gannet::okx_server
