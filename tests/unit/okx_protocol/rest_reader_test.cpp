#include "gateway/okx/protocol/rest_reader.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace gannet::okx::rest_reader_test {
namespace {

using Kind = RestOutcome::Kind;

constexpr std::int64_t kStart = 1'795'430'400'000;

HttpResponse json(std::string data, std::string_view code = "0", int status = 200) {
  HttpResponse response;
  response.status = status;
  response.body = R"({"code":")" + std::string(code) + R"(","msg":"said so","data":)" + data + "}";
  return response;
}
HttpResponse html(int status) {
  HttpResponse response;
  response.status = status;
  response.body = "<html><h1>Bad gateway</h1></html>";
  return response;
}

/// `count` bills, ids falling from `newest`, a millisecond apart.
std::string bills(std::int64_t newest, std::int64_t count) {
  std::string rows = "[";
  for (std::int64_t i = 0; i < count; ++i) {
    const std::string id = std::to_string(newest - i);
    rows += (i > 0 ? "," : "") + std::string(R"({"billId":")") + id +
            R"(","type":"8","ccy":"USDT","balChg":"-0.0129340178","bal":"8694.2179403378290202",)"
            R"("pnl":"-0.0129340178","fee":"0","ts":")" +
            std::to_string(kStart + newest - i) + R"("})";
  }
  return rows + "]";
}

std::string query_of(const std::string& target, const std::string& name) {
  const std::size_t at = target.find(name + "=");
  if (at == std::string::npos) return {};
  const std::size_t begin = at + name.size() + 1;
  return target.substr(begin, target.find('&', begin) - begin);
}

struct RestReaderTest : ::testing::Test, RestOutput, RestReaderListener {
  bool send_request(std::uint64_t id, HttpRequest request) noexcept override {
    if (full) return false;
    sent.emplace_back(id, std::move(request));
    sent_at.push_back(now);
    return true;
  }
  void on_answered(std::uint64_t question, const RestOutcome& outcome) noexcept override {
    ended[question] = outcome;
  }
  void make(RestReaderSettings settings = {}) {
    reader.emplace(RestIdentity{&signer, false}, *this, *this, settings, 7);
  }
  const std::string& target() { return sent.back().second.target; }
  void answer(const HttpResponse& response, bool certainly_not_sent = false) {
    reader->on_response(sent.back().first, response, now, certainly_not_sent);
  }
  void pass(Nanos time) {
    for (Nanos passed{}; passed < time; passed = passed + milliseconds(50)) {
      now = now + milliseconds(50);
      reader->on_timer(now);
    }
  }
  /// Every page of a venue that has `total` bills; the bills' question is asked.
  const RestOutcome& read_bills(std::int64_t total, RowSink<Bill>& sink) {
    const std::uint64_t id = reader->ask({.endpoint = Endpoint::Bills}, sink, now);
    for (int turn = 0; turn < 100 && !ended.contains(id); ++turn) {
      const std::string after = query_of(target(), "after");
      const std::int64_t newest = after.empty() ? total : std::stoll(after) - 1;
      answer(json(bills(newest, std::min<std::int64_t>(newest, 100))));
      pass(milliseconds(250));
    }
    return ended.at(id);
  }

  Signer signer{Credentials{Secret("key"), Secret("secret"), Secret("words")}};
  Timestamp now = from_unix_millis(kStart);
  bool full = false;
  std::vector<std::pair<std::uint64_t, HttpRequest>> sent;
  std::vector<Timestamp> sent_at;
  std::map<std::uint64_t, RestOutcome> ended;
  std::optional<RestReader> reader;
};

// Fault 27: lists of every length around a page's end.
TEST_F(RestReaderTest, ListsAreReadToTheirEnd) {
  struct Case {
    std::int64_t rows;
    std::size_t pages;
  };
  for (const Case& list : {Case{0, 1}, {1, 1}, {99, 1}, {100, 2}, {101, 2}, {205, 3}}) {
    make();
    RowSink<Bill> sink;
    const RestOutcome& outcome = read_bills(list.rows, sink);
    EXPECT_EQ(outcome.kind, Kind::Complete) << list.rows << ": " << outcome.message;
    EXPECT_EQ(outcome.pages, list.pages) << list.rows;
    ASSERT_EQ(sink.rows.size(), static_cast<std::size_t>(list.rows));
    for (std::int64_t i = 0; i < list.rows; ++i) {
      EXPECT_EQ(sink.rows[static_cast<std::size_t>(i)].bill_id,
                static_cast<std::uint64_t>(list.rows - i));
    }
    ended.clear();
  }
  EXPECT_EQ(to_string(Amount{-12'934'017'800'000'000, {}}), "-0.0129340178");
}

// Fault 27: a further page begins with rows of the one before; new rows came in between.
TEST_F(RestReaderTest, OverlappingAndMovingPagesTellEachRowOnce) {
  make();
  RowSink<Bill> sink;
  const std::uint64_t id = reader->ask({.endpoint = Endpoint::Bills}, sink, now);
  EXPECT_EQ(target(), "/api/v5/account/bills?limit=100");
  answer(json(bills(300, 100)));
  EXPECT_EQ(target(), "/api/v5/account/bills?after=201&limit=100");
  answer(json(bills(203, 100)));  // three rows again; ten newer ones do not concern it
  EXPECT_EQ(target(), "/api/v5/account/bills?after=104&limit=100");
  answer(json(bills(103, 3)));
  ASSERT_TRUE(ended.contains(id));
  EXPECT_TRUE(ended[id].complete());
  ASSERT_EQ(sink.rows.size(), 200u);
  for (std::size_t i = 0; i < 200; ++i) EXPECT_EQ(sink.rows[i].bill_id, 300 - i);
  EXPECT_EQ(reader->counters().repeated_rows, 3u);
}

// Fault 27: a page that fails is asked again, and only that page.
TEST_F(RestReaderTest, APageThatFailsIsAskedAgain) {
  make();
  RowSink<Bill> sink;
  const std::uint64_t id = reader->ask({.endpoint = Endpoint::Bills}, sink, now);
  answer(json(bills(150, 100)));
  answer(json("[]", "50026", 500));
  pass(seconds(1));
  EXPECT_EQ(target(), "/api/v5/account/bills?after=51&limit=100");
  answer(json(bills(50, 50)));
  ASSERT_TRUE(ended.contains(id));
  EXPECT_TRUE(ended[id].complete());
  EXPECT_EQ(sink.rows.size(), 150u);

  // For good: what came is there, and it is not said to be all.
  RowSink<Bill> half;
  const std::uint64_t other = reader->ask({.endpoint = Endpoint::Bills}, half, now);
  pass(milliseconds(300));
  answer(json(bills(150, 100)));
  for (int i = 0; i < 5; ++i) {
    pass(seconds(5));
    answer(json("[]", "50026", 500));
  }
  ASSERT_TRUE(ended.contains(other));
  EXPECT_EQ(ended[other].kind, Kind::Failed);
  EXPECT_EQ(half.rows.size(), 100u);
  // A list that does not go on ends.
  RowSink<Bill> stuck;
  const std::uint64_t third = reader->ask({.endpoint = Endpoint::Bills}, stuck, now);
  answer(json(bills(150, 100)));
  answer(json(bills(150, 100)));
  EXPECT_EQ(ended[third].kind, Kind::Failed);
  EXPECT_EQ(stuck.rows.size(), 100u);
}

TEST_F(RestReaderTest, PagesByTimeLoseNoRowOfOneMoment) {
  make();
  RowSink<FundingBill> sink;
  const std::uint64_t id =
      reader->ask({.endpoint = Endpoint::FundingBills, .page_rows = 3}, sink, now);
  // Ids 9..1; 6 and 7 of one millisecond, a page's end between them.
  const std::int64_t times[] = {0, 10, 20, 30, 40, 50, 70, 70, 80, 90};
  const auto page = [&](std::int64_t after) {
    std::string rows;
    int count = 0;
    for (int row = 9; row > 0 && count < 3; --row) {
      if (times[row] >= after) continue;
      ++count;
      rows += (rows.empty() ? "" : ",") + std::string(R"({"billId":")") + std::to_string(row) +
              R"(","ccy":"BTC","balChg":"2","bal":"12","type":"1","ts":")" +
              std::to_string(times[row]) + R"("})";
    }
    return json("[" + rows + "]");
  };
  for (int turn = 0; turn < 20 && !ended.contains(id); ++turn) {
    const std::string after = query_of(target(), "after");
    answer(page(after.empty() ? 1'000 : std::stoll(after)));
    pass(milliseconds(250));
  }
  ASSERT_TRUE(ended.contains(id));
  EXPECT_TRUE(ended[id].complete()) << ended[id].message;
  std::vector<std::uint64_t> ids;
  for (const FundingBill& bill : sink.rows) ids.push_back(bill.bill_id);
  EXPECT_EQ(ids, (std::vector<std::uint64_t>{9, 8, 7, 6, 5, 4, 3, 2, 1}));
}

TEST_F(RestReaderTest, ARangeOfTimeEndsThePages) {
  make();
  RowSink<CandleRow> sink;
  const std::uint64_t id = reader->ask({.endpoint = Endpoint::CandleHistory,
                                        .parameters = {{"instId", "BTC-USDT"}, {"bar", "1m"}},
                                        .from = from_unix_millis(120'000),
                                        .to = from_unix_millis(360'000),
                                        .page_rows = 2},
                                       sink, now);
  const auto candle = [](int minute) {
    return R"([")" + std::to_string(minute * 60'000) +
           R"(","43398.6","43493.9","43279.9","43373.9",)" +
           R"("5070.79611732","220057933.233687634","220057933.233687634","1"])";
  };
  EXPECT_EQ(target(), "/api/v5/market/history-candles?instId=BTC-USDT&bar=1m&after=360000&limit=2");
  answer(json("[" + candle(5) + "," + candle(4) + "]"));
  EXPECT_EQ(query_of(target(), "after"), "240000");
  answer(json("[" + candle(3) + "," + candle(2) + "]"));
  answer(json("[" + candle(1) + "," + candle(0) + "]"));
  ASSERT_TRUE(ended.contains(id));
  EXPECT_TRUE(ended[id].complete());
  ASSERT_EQ(sink.rows.size(), 4u);
  EXPECT_EQ(to_string(sink.rows[0].close), "43373.9");
  EXPECT_EQ(to_string(*sink.rows[0].volume_quote), "220057933.233687634");
  EXPECT_TRUE(sink.rows[0].closed);

  RowSink<PublicTrade> trades;
  static_cast<void>(reader->ask({.endpoint = Endpoint::TradeHistory,
                                 .parameters = {{"instId", "BTC-USDT"}},
                                 .to = from_unix_millis(360'000),
                                 .page_rows = 1},
                                trades, now));
  EXPECT_EQ(target(), "/api/v5/market/history-trades?instId=BTC-USDT&type=2&after=360000&limit=1");
  answer(
      json(R"([{"instId":"BTC-USDT","tradeId":"77","px":"1","sz":"2","side":"sell","ts":"5"}])"));
  EXPECT_EQ(target(), "/api/v5/market/history-trades?instId=BTC-USDT&after=77&limit=1");
}

TEST_F(RestReaderTest, WaitsAsLongAsTheVenueSays) {
  make();
  RowSink<VenueTime> sink;
  static_cast<void>(reader->ask({.endpoint = Endpoint::VenueTime}, sink, now));
  HttpResponse busy = json("[]", "50011", 429);
  busy.headers = {{"retry-after", "4"}};
  answer(busy);
  // The bucket is the venue's: whoever else asks that waits too; other questions do not.
  RowSink<VenueTime> other;
  RowSink<TickerRow> ticker;
  static_cast<void>(reader->ask({.endpoint = Endpoint::VenueTime}, other, now));
  static_cast<void>(reader->ask(
      {.endpoint = Endpoint::Ticker, .parameters = {{"instId", "BTC-USDT"}}}, ticker, now));
  EXPECT_EQ(sent.size(), 2u);
  pass(milliseconds(3'950));
  EXPECT_EQ(sent.size(), 2u);
  pass(milliseconds(100));
  EXPECT_EQ(sent.size(), 4u);
  // The wall's own refusal is for our address: nothing goes meanwhile.
  HttpResponse wall = html(429);
  wall.headers = {{"Retry-After", "2"}};
  answer(wall);
  static_cast<void>(reader->ask(
      {.endpoint = Endpoint::Ticker, .parameters = {{"instId", "ETH-USDT"}}}, ticker, now));
  pass(milliseconds(1'900));
  EXPECT_EQ(sent.size(), 4u);
  pass(milliseconds(200));
  EXPECT_GE(sent.size(), 5u);
  EXPECT_EQ(reader->counters().rate_limited, 2u);
}

TEST_F(RestReaderTest, PassingFailuresAreAskedAgainAndOthersAreNot) {
  struct Case {
    HttpResponse response;
    bool again;
    Kind end;
    std::string_view word;
  };
  const Case cases[] = {
      {{}, true, Kind::Failed, "no answer"},
      {html(502), true, Kind::Failed, "HTTP 502"},
      {html(503), true, Kind::Failed, "HTTP 503"},
      {html(429), true, Kind::Failed, "HTTP 429"},
      {html(403), true, Kind::Failed, "HTTP 403"},
      {html(200), false, Kind::Refused, "HTTP 200"},
      {html(404), false, Kind::Refused, "HTTP 404"},
      {json("[]", "50026", 500), true, Kind::Failed, "50026"},
      {json("[]", "50001", 503), true, Kind::Failed, "50001"},
      {json("[]", "50011"), true, Kind::Failed, "50011"},
      {json("[]", "51000", 400), false, Kind::Refused, "said so"},
      {json("[]", "50105", 401), false, Kind::Refused, "passphrase"},
  };
  for (const Case& failure : cases) {
    make({.attempts = 3});
    sent.clear();
    ended.clear();
    RowSink<OrderRateLimit> sink;
    const std::uint64_t id = reader->ask({.endpoint = Endpoint::OrderRateLimit}, sink, now);
    for (int i = 0; i < 3 && !ended.contains(id); ++i) {
      answer(failure.response);
      pass(seconds(3));
    }
    ASSERT_TRUE(ended.contains(id)) << failure.word;
    EXPECT_EQ(ended[id].kind, failure.end) << failure.word;
    EXPECT_EQ(sent.size(), failure.again ? 3u : 1u) << failure.word;
    EXPECT_NE(ended[id].message.find(failure.word), std::string::npos) << ended[id].message;
  }
}

TEST_F(RestReaderTest, WhatChangesSomethingIsAskedAgainOnlyIfItSurelyWasNotDone) {
  const RestQuestion leverage{
      .endpoint = Endpoint::SetLeverage,
      .parameters = {{"instId", "BTC-USDT-SWAP"}, {"lever", "5"}, {"mgnMode", "cross"}}};
  struct Case {
    HttpResponse response;
    bool not_sent;
    std::size_t sent;
  };
  for (const Case& failure : {Case{{}, false, 1},
                              {{}, true, 2},
                              {html(502), false, 1},
                              {json("[]", "50011"), false, 2}}) {
    make({.attempts = 2});
    sent.clear();
    RowSink<Leverage> sink;
    static_cast<void>(reader->ask(leverage, sink, now));
    EXPECT_EQ(sent.back().second.body,
              R"({"instId":"BTC-USDT-SWAP","lever":"5","mgnMode":"cross"})");
    answer(failure.response, failure.not_sent);
    pass(seconds(3));
    EXPECT_EQ(sent.size(), failure.sent);
  }
}

TEST_F(RestReaderTest, AWrongClockIsMeasuredFirst) {
  make();
  RowSink<OrderRateLimit> sink;
  const std::uint64_t id = reader->ask({.endpoint = Endpoint::OrderRateLimit}, sink, now);
  answer(json("[]", "50102", 401));
  EXPECT_EQ(target(), "/api/v5/public/time");
  now = now + milliseconds(40);
  answer(json(R"([{"ts":")" + std::to_string(to_unix_millis(now) + 59'980) + R"("}])"));
  EXPECT_EQ(reader->clock_offset(), seconds(60));
  pass(seconds(2));
  EXPECT_EQ(target(), "/api/v5/trade/account-rate-limit");
  const std::string_view stamp = sent.back().second.header("OK-ACCESS-TIMESTAMP");
  EXPECT_EQ(stamp, rest_timestamp(sent_at.back() + seconds(60)).view());
  answer(json(R"([{"accRateLimit":"1000","fillRatio":"","ts":"1"}])"));
  EXPECT_TRUE(ended[id].complete());
  EXPECT_EQ(sink.rows.at(0).limit, 1'000);
}

TEST_F(RestReaderTest, LimitsAreKeptByScope) {
  make({.maximum_in_flight = 1'000});
  RowSink<FundingRate> rates;
  RowSink<AccountBalance> balances;
  for (int i = 0; i < 30; ++i) {
    for (const char* name : {"BTC-USDT-SWAP", "ETH-USDT-SWAP"}) {
      static_cast<void>(reader->ask(
          {.endpoint = Endpoint::FundingRate, .parameters = {{"instId", name}}}, rates, now));
    }
    static_cast<void>(reader->ask({.endpoint = Endpoint::Balance}, balances, now));
  }
  // 9 of 10 each: per instrument there, per account here.
  EXPECT_EQ(sent.size(), 27u);
  pass(seconds(9));
  EXPECT_EQ(sent.size(), 90u);
  std::map<std::string, std::vector<Timestamp>> times;
  for (std::size_t i = 0; i < sent.size(); ++i) {
    times[sent[i].second.target].push_back(sent_at[i]);
  }
  ASSERT_EQ(times.size(), 3u);
  for (const auto& [name, at] : times) {
    for (std::size_t i = 10; i < at.size(); ++i) EXPECT_GT(at[i] - at[i - 10], seconds(2)) << name;
  }
}

TEST_F(RestReaderTest, TimeOutsCancellationsAndLateAnswers) {
  make({.request_timeout = seconds(1), .attempts = 2});
  RowSink<VenueTime> sink;
  const std::uint64_t lost = reader->ask({.endpoint = Endpoint::VenueTime}, sink, now);
  pass(seconds(3));
  EXPECT_EQ(sent.size(), 2u);
  pass(seconds(2));
  ASSERT_TRUE(ended.contains(lost));
  EXPECT_EQ(ended[lost].kind, Kind::Failed);
  answer(json(R"([{"ts":"5"}])"));
  EXPECT_EQ(reader->counters().late_answers, 1u);
  EXPECT_TRUE(sink.rows.empty());

  const std::uint64_t cancelled = reader->ask({.endpoint = Endpoint::VenueTime}, sink, now);
  reader->cancel(cancelled);
  EXPECT_FALSE(ended.contains(cancelled));
  answer(json(R"([{"ts":"5"}])"));
  pass(milliseconds(50));
  EXPECT_EQ(ended.at(cancelled).kind, Kind::Cancelled);
  EXPECT_TRUE(sink.rows.empty());
  EXPECT_EQ(reader->pending(), 0u);
  // A transport that is full is tried again.
  full = true;
  const std::uint64_t waits = reader->ask({.endpoint = Endpoint::VenueTime}, sink, now);
  full = false;
  pass(milliseconds(300));
  answer(json(R"([{"ts":"5"}])"));
  EXPECT_TRUE(ended.at(waits).complete());
  // What lacks a parameter or credentials is not asked at all.
  EXPECT_EQ(reader->ask({.endpoint = Endpoint::Ticker}, sink, now), 0u);
  reader.emplace(RestIdentity{}, *this, *this, RestReaderSettings{}, 1);
  EXPECT_EQ(reader->ask({.endpoint = Endpoint::Balance}, sink, now), 0u);
}

TEST_F(RestReaderTest, ARowThatMakesNoSenseIsLeftOutAndCounted) {
  make();
  RowSink<FundingRate> sink;
  const std::uint64_t id = reader->ask(
      {.endpoint = Endpoint::FundingRate, .parameters = {{"instId", "ANY"}}}, sink, now);
  answer(json(R"([{"instId":"A-SWAP","fundingRate":"0.0000792386885340","nextFundingRate":""},)"
              R"({"instId":"B-SWAP","fundingRate":"much"},{"fundingRate":"0.1"},"row",)"
              R"({"instId":"C-SWAP","fundingRate":-1e-7,"more":{"a":[1]}}])"));
  ASSERT_TRUE(ended.contains(id));
  EXPECT_TRUE(ended[id].complete()) << ended[id].message;
  EXPECT_EQ(ended[id].refused_rows, 3u);
  ASSERT_EQ(sink.rows.size(), 2u);
  EXPECT_EQ(to_string(sink.rows[0].rate), "0.000079238688534");
  EXPECT_FALSE(sink.rows[0].next_rate.has_value());
  EXPECT_EQ(to_string(sink.rows[1].rate), "-0.0000001");
  static_cast<void>(reader->ask(
      {.endpoint = Endpoint::FundingRate, .parameters = {{"instId", "ANY"}}}, sink, now));
  HttpResponse cut = json("[{\"instId\":\"A");
  cut.body.resize(cut.body.size() - 1);
  answer(cut);
  EXPECT_EQ(sink.rows.size(), 2u);
}

TEST(FullJitterTest, IsUniformBelowABoundThatDoubles) {
  FullJitter jitter(milliseconds(100), seconds(1), 3);
  for (int attempt = 0; attempt < 8; ++attempt) {
    const Nanos bound = std::min(Nanos{milliseconds(100).count << attempt}, seconds(1));
    Nanos least = bound, most{}, sum{};
    for (int i = 0; i < 1'000; ++i) {
      const Nanos delay = jitter.delay(attempt);
      EXPECT_LE(delay, bound);
      least = std::min(least, delay);
      most = std::max(most, delay);
      sum = sum + delay;
    }
    EXPECT_LT(least.count, bound.count / 50);
    EXPECT_GT(most.count, bound.count - bound.count / 50);
    EXPECT_NEAR(static_cast<double>(sum.count) / 1'000.0, static_cast<double>(bound.count) / 2,
                static_cast<double>(bound.count) / 20);
  }
}

}  // namespace
}  // namespace gannet::okx::rest_reader_test
