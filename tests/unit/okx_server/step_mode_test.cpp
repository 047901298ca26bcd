#include "sim/event_log.h"
#include "sim/instruments.h"
#include "sim/synthetic_market.h"
#include "unit/okx_server/venue.h"

namespace gannet::okx_server {
namespace {

/// A venue in step mode with a synthetic market and its event log.
struct Stepped {
  static constexpr Timestamp kStart = Venue::kStart;

  CurrencyTable currencies;
  InstrumentTable instruments;
  std::vector<InstrumentId> ids = sim::add_built_in_instruments(instruments, currencies);
  FakeOutput output;
  std::string log;
  std::unique_ptr<sim::EventLog> events;
  std::unique_ptr<Server> server;
  std::unique_ptr<sim::SyntheticMarket> market;
  Credentials credentials;
  Timestamp now;

  Stepped(std::uint64_t seed, Timestamp start, bool with_market = true) : now(start) {
    Settings settings = make_default_settings(seed, instruments, currencies);
    settings.step_mode = true;
    settings.history_days = 0;
    credentials = settings.keys.front().credentials;
    events = std::make_unique<sim::EventLog>(
        instruments, currencies, start,
        [this](std::string_view line) { log.append(line).append("\n"); });
    settings.observer = events.get();
    server = std::make_unique<Server>(settings, instruments, currencies, output, start);
    if (!with_market) return;
    sim::SyntheticSettings synthetic;
    synthetic.seed = seed;
    synthetic.instruments = {instruments.find("BTC-USDT-SWAP")};
    market = std::make_unique<sim::SyntheticMarket>(server->exchange(), instruments, currencies,
                                                    synthetic, server->exchange_time(now));
    server->set_market([this](Timestamp time) { market->advance(time); });
  }

  Json request(const std::string& method, const std::string& target, const std::string& body = "") {
    const std::string time = iso_time(now);
    HttpRequest made{method, target, {}, body};
    made.headers = {
        {"OK-ACCESS-KEY", credentials.key},
        {"OK-ACCESS-PASSPHRASE", credentials.passphrase},
        {"OK-ACCESS-TIMESTAMP", time},
        {"OK-ACCESS-SIGN", test_signature(credentials.secret, time + method + target + body)},
        {"Content-Type", "application/json"}};
    return Json(server->on_http(made, "127.0.0.1:5001", now).body);
  }
  Json step(int ms) {
    return request("POST", "/sim/v1/step", R"({"ms":)" + std::to_string(ms) + "}");
  }
  Json order(const std::string& side, const std::string& type, const std::string& price) {
    return request("POST", "/api/v5/trade/order",
                   R"({"instId":"BTC-USDT-SWAP","tdMode":"cross","side":")" + side +
                       R"(","ordType":")" + type + R"(","px":")" + price + R"(","sz":"2"})");
  }
  void wall_time_passes(Nanos much) {
    const Timestamp until = now + much;
    while (now < until) {
      now = now + milliseconds(10);
      server->on_timer(now);
    }
  }
};

TEST(StepMode, TheMarketsTimeMovesByStepsAlone) {
  Stepped venue(5, Stepped::kStart);
  const std::uint64_t before = venue.market->events();
  venue.wall_time_passes(seconds(3));
  EXPECT_EQ(venue.market->events(), before);
  const Json answer = venue.step(1'500);
  EXPECT_EQ(answer.at("/time"), std::to_string(to_unix_millis(Stepped::kStart) + 1'500));
  EXPECT_GT(venue.market->events(), before + 50);
  const std::uint64_t after = venue.market->events();
  venue.wall_time_passes(seconds(3));
  EXPECT_EQ(venue.market->events(), after);
}

// Funding is paid at 00:00, 08:00 and 16:00 UTC: the start is two seconds before.
TEST(StepMode, AStepAdvancesTheExchangeWithoutAMarket) {
  constexpr std::int64_t kEightHours = 8 * 3'600'000;
  const std::int64_t due = (to_unix_millis(Stepped::kStart) / kEightHours + 1) * kEightHours;
  Stepped venue(5, Timestamp{(due - 2'000) * 1'000'000}, false);
  const auto next = [&] {
    return venue.request("GET", "/api/v5/public/funding-rate?instId=BTC-USDT-SWAP")
        .at("/data/0/fundingTime");
  };
  EXPECT_EQ(next(), std::to_string(due));
  venue.step(1'990);
  EXPECT_EQ(next(), std::to_string(due));
  venue.step(20);
  EXPECT_EQ(next(), std::to_string(due + kEightHours));
}

TEST(StepMode, CancelAllAfterCountsSteps) {
  Stepped venue(5, Stepped::kStart);
  venue.step(10);
  EXPECT_EQ(venue.order("buy", "limit", "59000").at("/code"), "0");
  venue.request("POST", "/api/v5/trade/cancel-all-after", R"({"timeOut":"10"})");
  const auto resting = [&] {
    return venue.request("GET", "/api/v5/trade/orders-pending").size("/data");
  };
  venue.wall_time_passes(seconds(11));
  EXPECT_EQ(resting(), 1u) << "wall time is nothing to it";
  venue.step(9'980);
  EXPECT_EQ(resting(), 1u);
  venue.step(20);
  EXPECT_EQ(resting(), 0u);
}

TEST(StepMode, BadStepsAreRefused) {
  Stepped venue(5, Stepped::kStart);
  for (const char* const body : {"", "{}", R"({"ms":0})", R"({"ms":-5})", R"({"ms":"10"})",
                                 R"({"ms":86400001})", "[1]", R"({"ms":1e99})"}) {
    const Json answer = venue.request("POST", "/sim/v1/step", body);
    EXPECT_NE(answer.at("/error"), "<none>") << body;
  }
  Venue usual;
  EXPECT_NE(usual.post("/sim/v1/step", R"({"ms":10})").at("/error").find("--step"),
            std::string::npos);
}

/// The same requests between the same steps, at other wall times.
std::string scripted(std::uint64_t seed, Timestamp start, Nanos pause) {
  Stepped venue(seed, start);
  venue.step(500);
  venue.wall_time_passes(pause);
  EXPECT_EQ(venue.order("buy", "limit", "59500").at("/code"), "0");
  EXPECT_EQ(venue.order("buy", "market", "").at("/code"), "0");
  venue.step(1'000);
  venue.wall_time_passes(pause);
  EXPECT_EQ(venue.order("sell", "ioc", "59900").at("/code"), "0");
  venue.step(37);
  venue.step(2'463);
  venue.wall_time_passes(pause);
  return venue.log;
}

// The event log of two runs from one seed is the same, byte for byte, whenever they are made.
TEST(StepMode, TwoRunsFromOneSeedWriteTheSameEvents) {
  const std::string once = scripted(5, Stepped::kStart, milliseconds(20));
  const std::string later = scripted(5, Stepped::kStart + seconds(12'345), milliseconds(700));
  const std::string other = scripted(6, Stepped::kStart, milliseconds(20));
  EXPECT_GT(std::ranges::count(once, '\n'), 500);
  EXPECT_NE(once.find(R"("event":"fill","user":1,"instrument":"BTC-USDT-SWAP")"),
            std::string::npos);
  EXPECT_NE(once.find(R"("event":"balance")"), std::string::npos);
  EXPECT_TRUE(once == later);
  EXPECT_TRUE(once != other);
}

TEST(EventLog, EveryLineIsOneObjectWithTimeAndEvent) {
  const std::string log = scripted(5, Stepped::kStart, milliseconds(20));
  std::size_t at = 0;
  std::int64_t last = 0;
  while (at < log.size()) {
    const std::size_t end = log.find('\n', at);
    const Json line(log.substr(at, end - at));
    ASSERT_TRUE(line.ok()) << log.substr(at, end - at);
    const std::int64_t time = std::stoll(line.at("/t"));
    EXPECT_GE(time, last);
    last = std::max(last, time);
    EXPECT_NE(line.at("/event"), "<none>");
    at = end + 1;
  }
  EXPECT_LE(last, 4'000'000'000);
}

}  // namespace
}  // namespace gannet::okx_server
