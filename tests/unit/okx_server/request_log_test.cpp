// What the log of requests is told: the first thing that a puzzled user needs.
#include <gtest/gtest.h>

#include "unit/okx_server/venue.h"

namespace gannet::okx_server {
namespace {

std::vector<std::string>* told = nullptr;

Settings with_log(Settings settings) {
  settings.on_request = [](const RequestNote& note) {
    told->push_back(fmt::format("{} key={} {}: {}", note.what, note.key,
                                note.refused ? note.code : "ok", note.why));
  };
  return settings;
}

struct LoggedVenue {
  std::vector<std::string> lines;
  Venue venue;
  LoggedVenue() : venue((told = &lines, with_log)) {}
  ~LoggedVenue() { told = nullptr; }
  std::string last() const { return lines.empty() ? "nothing" : lines.back(); }
  std::string masked() const { return venue.credentials.key.substr(0, 4) + "***"; }
};

TEST(RequestLog, SaysWhatWasAskedByWhomAndWhyItWasRefused) {
  LoggedVenue desk;
  desk.venue.get("/api/v5/account/balance");
  EXPECT_EQ(desk.last(), "GET /api/v5/account/balance key=" + desk.masked() + " ok: ");
  desk.venue.post(
      "/api/v5/trade/order",
      R"({"instId":"BTC-USDT-SWAP","tdMode":"cross","side":"buy","ordType":"limit","px":"61000","sz":"100000"})");
  EXPECT_EQ(desk.last().find("POST /api/v5/trade/order key=" + desk.masked() + " 51008: "), 0u)
      << desk.last();
  // 100,000 contracts of 0.01 BTC at 61,000.
  EXPECT_NE(desk.last().find("available 100000 USDT, order value 61000000 USDT at leverage 5"),
            std::string::npos)
      << desk.last();
}

TEST(RequestLog, TellsOfSocketsTheirPathAndOperation) {
  LoggedVenue desk;
  const ConnectionId id = desk.venue.open("/ws/v5/private");
  desk.venue.text(id, R"({"op":"subscribe","args":[{"channel":"account"}]})");
  EXPECT_EQ(desk.last(), "ws/private subscribe key= 60011: Please log in");
  desk.venue.text(id, desk.venue.login_text());
  EXPECT_EQ(desk.last(), "ws/private login key= ok: ");
  desk.venue.text(id, desk.venue.order("1", "5", "buy", "limit", "61000.05", "1"));
  EXPECT_EQ(desk.last().find("ws/private order key=" + desk.masked() + " 51000: "), 0u);
  EXPECT_NE(desk.last().find("tickSz 0.1"), std::string::npos) << desk.last();
  const std::size_t lines = desk.lines.size();
  desk.venue.text(id, "ping");
  EXPECT_EQ(desk.lines.size(), lines) << "pings are no requests";
}

TEST(RequestLog, OfAFrameThatIsNoRequestHoldsItsLengthAlone) {
  LoggedVenue desk;
  const ConnectionId id = desk.venue.open("/ws/v5/private");
  const std::string login = desk.venue.login_text();
  const std::string cut = login.substr(0, login.size() - 1);
  desk.venue.text(id, cut);
  EXPECT_EQ(desk.venue.last(id).at("/code"), "60012");
  EXPECT_EQ(desk.venue.last(id).at("/msg").find("Invalid request: {"), 0u);
  ASSERT_EQ(desk.lines.size(), 1u);
  EXPECT_EQ(desk.last().find(desk.venue.credentials.passphrase), std::string::npos) << desk.last();
  EXPECT_EQ(desk.last().find(desk.venue.credentials.key), std::string::npos) << desk.last();
  EXPECT_NE(desk.last().find(fmt::format("60012: Invalid request of {} bytes", cut.size())),
            std::string::npos)
      << desk.last();
}

TEST(RequestLog, HoldsNoSecret) {
  LoggedVenue desk;
  const ConnectionId id = desk.venue.open("/ws/v5/private");
  std::string wrong = desk.venue.login_text();
  wrong.replace(wrong.find("\"sign\""), 6, "\"nign\"");
  desk.venue.text(id, wrong);
  desk.venue.get("/api/v5/account/nothing");
  HttpRequest request = desk.venue.signed_request("GET", "/api/v5/account/balance");
  request.headers[3].second = "wrong";
  desk.venue.http(request);
  ASSERT_GE(desk.lines.size(), 3u);
  for (const std::string& line : desk.lines) {
    EXPECT_EQ(line.find(desk.venue.credentials.secret), std::string::npos);
    EXPECT_EQ(line.find(desk.venue.credentials.passphrase), std::string::npos);
    EXPECT_EQ(line.find(desk.venue.credentials.key), std::string::npos);
  }
}

}  // namespace
}  // namespace gannet::okx_server
