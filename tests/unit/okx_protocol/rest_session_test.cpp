#include "gateway/okx/protocol/rest_session.h"

#include <gtest/gtest.h>

#include <string>

#include "gateway/okx/protocol/rest_answers.h"
#include "tests/unit/okx_protocol/account_side.h"

namespace gannet::okx {
namespace {

using Kind = ExecutionReport::Kind;

RestSessionSettings quiet_clock() {
  RestSessionSettings settings;
  settings.clock_interval = {};
  return settings;
}

HttpResponse response(int status, std::string body) {
  HttpResponse answer;
  answer.status = status;
  answer.body = std::move(body);
  return answer;
}

std::string row(std::uint64_t venue_id, std::string_view more = "") {
  return R"({"instType":"SWAP","instId":"BTC-USDT-SWAP","ordId":")" + std::to_string(venue_id) +
         R"(","clOrdId":"17","tag":"mm1","state":"live","side":"buy","posSide":"net",)"
         R"("ordType":"limit","px":"61250.1","sz":"0.05","accFillSz":"0","avgPx":"",)"
         R"("uTime":"1795430400413","cTime":"1795430400412")" +
         std::string(more) + "}";
}

std::string page(std::uint64_t first, std::size_t rows) {
  std::string body = R"({"code":"0","msg":"","data":[)";
  for (std::size_t i = 0; i < rows; ++i) body += (i > 0 ? "," : "") + row(first - i);
  return body + "]}";
}

struct Rest : ::testing::Test {
  testing::AccountSide side{{}, quiet_clock()};
  testing::Heard& heard = side.heard;
  testing::FakeRest& http = side.http;
  const HttpRequest& last() { return http.sent.back().second; }
  void answer(int status, std::string body) {
    side.answer(http.sent.back().first, status, std::move(body));
  }
};

TEST_F(Rest, SignsWhatItSendsByteForByte) {
  ASSERT_TRUE(side.rest->query_order(side.swap, {17}, {}, side.now));
  EXPECT_EQ(last().target, "/api/v5/trade/order?instId=BTC-USDT-SWAP&clOrdId=17");
  EXPECT_EQ(last().header("OK-ACCESS-TIMESTAMP"), rest_timestamp(side.now).view());
  EXPECT_EQ(
      last().header("OK-ACCESS-SIGN"),
      side.signer.sign_rest(rest_timestamp(side.now).view(), "GET", last().target, "").view());
  EXPECT_EQ(last().header("x-simulated-trading"), "");
}

TEST_F(Rest, ListsAreReadPageByPageAndToldInOneRun) {
  ASSERT_TRUE(side.rest->request_snapshot(SnapshotKind::OpenOrders, 5, {}, side.now));
  EXPECT_EQ(last().target, "/api/v5/trade/orders-pending?limit=100");
  answer(200, page(1'000, 100));
  EXPECT_TRUE(heard.begun.empty());
  EXPECT_EQ(last().target, "/api/v5/trade/orders-pending?limit=100&after=901");
  answer(200, page(900, 2));
  ASSERT_EQ(heard.ended.size(), 1u);
  EXPECT_TRUE(heard.ended[0].complete);
  EXPECT_EQ(heard.ended[0].request, 5u);
  EXPECT_EQ(heard.reports.size(), 102u);
  EXPECT_EQ(heard.reports[0].source, ExecutionReport::Source::Query);
}

TEST_F(Rest, AMissingPageOrABadRowMakesTheListIncomplete) {
  ASSERT_TRUE(side.rest->request_snapshot(SnapshotKind::OpenOrders, 1, {}, side.now));
  answer(200, page(1'000, 100));
  answer(400, R"({"code":"51000","msg":"after","data":[]})");
  ASSERT_EQ(heard.ended.size(), 1u);
  EXPECT_FALSE(heard.ended[0].complete);
  ASSERT_TRUE(side.rest->request_snapshot(SnapshotKind::OpenOrders, 2, {}, side.now));
  answer(200,
         R"({"code":"0","msg":"","data":[)" + row(5, R"(,"state":"odd")") + "," + row(4) + "]}");
  ASSERT_EQ(heard.ended.size(), 2u);
  EXPECT_FALSE(heard.ended[1].complete);
  // A page that repeats itself ends, too.
  ASSERT_TRUE(side.rest->request_snapshot(SnapshotKind::OpenOrders, 3, {}, side.now));
  answer(200, page(1'000, 100));
  answer(200, page(1'000, 100));
  ASSERT_EQ(heard.ended.size(), 3u);
  EXPECT_FALSE(heard.ended[2].complete);
  // What is no row at all ends the reading: what stood behind it is not known.
  ASSERT_TRUE(side.rest->request_snapshot(SnapshotKind::OpenOrders, 4, {}, side.now));
  answer(200, R"({"code":"0","msg":"","data":[)" + row(5) + ",7," + row(4) + "]}");
  ASSERT_EQ(heard.ended.size(), 4u);
  EXPECT_FALSE(heard.ended[3].complete);
}

TEST_F(Rest, PagesThatOverlapTellEachOrderOnce) {
  ASSERT_TRUE(side.rest->request_snapshot(SnapshotKind::OpenOrders, 1, {}, side.now));
  answer(200, page(1'000, 100));
  answer(200, page(901, 100));  // begins with the last row of the page before
  EXPECT_EQ(last().target, "/api/v5/trade/orders-pending?limit=100&after=802");
  answer(200, page(801, 0));
  ASSERT_EQ(heard.ended.size(), 1u);
  EXPECT_TRUE(heard.ended[0].complete);
  EXPECT_EQ(heard.reports.size(), 199u);
}

TEST_F(Rest, WaitsAsLongAsTheVenueSays) {
  ASSERT_TRUE(side.rest->query_order(side.swap, {17}, {}, side.now));
  HttpResponse busy = response(429, R"({"code":"50011","msg":"","data":[]})");
  busy.headers = {{"retry-after", "3"}};
  side.rest->on_response(http.sent.back().first, busy, side.now);
  side.pass(milliseconds(2'900));
  EXPECT_EQ(http.sent.size(), 1u);
  side.pass(milliseconds(200));
  EXPECT_EQ(http.sent.size(), 2u);
}

TEST_F(Rest, FillsComeOldestFirst) {
  ASSERT_TRUE(side.rest->request_snapshot(SnapshotKind::Fills, 1, from_unix_millis(77), side.now));
  EXPECT_EQ(last().target, "/api/v5/trade/fills?limit=100&begin=77");
  const auto fill = [](std::string_view trade, std::string_view time) {
    return R"({"instId":"BTC-USDT-SWAP","tradeId":")" + std::string(trade) +
           R"(","ordId":"5","clOrdId":"17","tag":"mm1","billId":"9","fillPx":"61000.5","fillSz":"0.01",)"
           R"("side":"sell","posSide":"net","execType":"T","fee":"-0.3","feeCcy":"USDT",)"
           R"("fillTime":")" +
           std::string(time) + R"(","ts":"1"})";
  };
  answer(200, R"({"code":"0","msg":"","data":[)" + fill("3", "300") + "," + fill("-2", "200") +
                  "," + fill("1", "100") + "]}");
  ASSERT_EQ(heard.fills.size(), 3u);
  EXPECT_EQ(heard.fills[0].fill.trade_id.value, 1);
  EXPECT_EQ(heard.fills[1].fill.trade_id.value, -2);  // a liquidation keeps its sign
  EXPECT_EQ(to_string(heard.fills[0].fill.fee), "0.3");
  EXPECT_EQ(heard.fills[0].side, Side::Sell);
  EXPECT_EQ(heard.fills[1].fill.bill_id, 9u);  // what tells rows without a trade id apart
  EXPECT_TRUE(heard.fills[1].own_tag);
  EXPECT_TRUE(heard.ended.at(0).complete);
}

TEST_F(Rest, AnUnknownOrderIsNotFoundAndAFailedQuestionIsUnknown) {
  ASSERT_TRUE(side.rest->query_order(side.swap, {17}, {}, side.now));
  answer(200, R"({"code":"51603","msg":"Order does not exist","data":[]})");
  ASSERT_TRUE(side.rest->query_order(side.swap, {17}, {88}, side.now));
  EXPECT_EQ(last().target, "/api/v5/trade/order?instId=BTC-USDT-SWAP&ordId=88");
  answer(200, page(88, 1));
  ASSERT_TRUE(side.rest->query_order(side.swap, {17}, {}, side.now));
  answer(400, R"({"code":"51000","msg":"","data":[]})");
  ASSERT_EQ(heard.reports.size(), 3u);
  EXPECT_EQ(heard.reports[0].kind, Kind::NotFound);
  EXPECT_EQ(heard.reports[1].kind, Kind::Status);
  EXPECT_EQ(heard.reports[1].venue_id.value, 88u);
  EXPECT_EQ(heard.reports[2].kind, Kind::OutcomeUnknown);
  EXPECT_FALSE(side.rest->query_order(InstrumentId{99}, {17}, {}, side.now));
}

TEST_F(Rest, PassingFailuresAreAskedAgainAFewTimes) {
  ASSERT_TRUE(side.rest->query_order(side.swap, {17}, {}, side.now));
  answer(503, "<html>");
  EXPECT_EQ(http.sent.size(), 1u);
  side.pass(milliseconds(300));
  ASSERT_EQ(http.sent.size(), 2u);
  answer(200, R"({"code":"50011","msg":"","data":[]})");
  side.pass(milliseconds(600));  // the bound of the wait has doubled
  ASSERT_EQ(http.sent.size(), 3u);
  side.pass(seconds(5));  // no answer: the time-out
  EXPECT_EQ(heard.count(Kind::OutcomeUnknown), 1u);
  answer(200, page(88, 1));  // and a late one says nothing
  EXPECT_EQ(heard.reports.size(), 1u);
  EXPECT_EQ(side.rest->counters().late_answers, 1u);
}

TEST_F(Rest, NeverAsksFasterThanTheVenueAllows) {
  std::vector<Timestamp> times;
  std::size_t accepted = 0;
  for (int i = 0; i < 30; ++i) {
    accepted += side.rest->request_snapshot(SnapshotKind::Positions, 1, {}, side.now) ? 1u : 0u;
  }
  for (int step = 0; step < 100; ++step) {
    while (times.size() < http.sent.size()) times.push_back(side.now);
    side.pass(milliseconds(100));
  }
  EXPECT_EQ(accepted, 30u);
  ASSERT_GE(times.size(), 30u);
  for (std::size_t i = 10; i < 30; ++i) EXPECT_GE((times[i] - times[i - 10]).count, 2'000'000'000);
}

TEST_F(Rest, RefusedCredentialsStopItForGood) {
  ASSERT_TRUE(side.rest->request_snapshot(SnapshotKind::Balances, 1, {}, side.now));
  answer(401,
         R"({"code":"50105","msg":"Request header OK-ACCESS-PASSPHRASE incorrect.","data":[]})");
  EXPECT_NE(side.rest->stop_reason().find("passphrase"), std::string_view::npos);
  EXPECT_FALSE(side.rest->request_snapshot(SnapshotKind::Balances, 2, {}, side.now));
  side.pass(seconds(100));
  EXPECT_EQ(http.sent.size(), 1u);
  ASSERT_EQ(heard.ended.size(), 1u);
  EXPECT_FALSE(heard.ended[0].complete);
}

TEST_F(Rest, MeasuresTheVenuesClock) {
  testing::AccountSide clocked;
  clocked.pass(milliseconds(1));
  ASSERT_EQ(clocked.http.sent.size(), 1u);
  EXPECT_EQ(clocked.http.sent[0].second.target, "/api/v5/public/time");
  EXPECT_EQ(clocked.http.sent[0].second.header("OK-ACCESS-KEY"), "");
  const std::int64_t sent = to_unix_millis(clocked.now);
  clocked.now = clocked.now + milliseconds(40);
  clocked.answer(
      1, 200, R"({"code":"0","msg":"","data":[{"ts":")" + std::to_string(sent + 1'520) + R"("}]})");
  ASSERT_TRUE(clocked.heard.clock.has_value());
  EXPECT_EQ(clocked.heard.clock->count, 1'500'000'000);
  ASSERT_TRUE(clocked.rest->request_snapshot(SnapshotKind::Balances, 1, {}, clocked.now));
  EXPECT_EQ(clocked.http.sent.back().second.header("OK-ACCESS-TIMESTAMP"),
            rest_timestamp(clocked.now + milliseconds(1'500)).view());
}

TEST_F(Rest, OrdersGoByRestWithTheSameClientIdWhileTheSocketIsDown) {
  ASSERT_EQ(side.venue->place(side.place_request(900000000017), side.now), SendResult::Sent);
  EXPECT_EQ(last().target, "/api/v5/trade/order");
  EXPECT_EQ(last().header("expTime"), "1795430400900");
  EXPECT_EQ(last().header("Content-Type"), "application/json");
  EXPECT_EQ(
      last().header("OK-ACCESS-SIGN"),
      side.signer.sign_rest(rest_timestamp(side.now).view(), "POST", last().target, last().body)
          .view());
  EXPECT_NE(last().body.find(R"("clOrdId":"900000000017")"), std::string::npos);
  answer(200,
         R"({"code":"0","msg":"","data":[{"ordId":"5","clOrdId":"900000000017","sCode":"0"}]})");
  side.connect();
  ASSERT_EQ(side.venue->cancel(side.cancel_request(900000000017, 5), side.now), SendResult::Sent);
  EXPECT_EQ(http.sent.size(), 1u);
  EXPECT_NE(side.socket.sent.back().find(R"("op":"cancel-order")"), std::string::npos);
  ASSERT_EQ(heard.reports.size(), 1u);
  EXPECT_EQ(heard.reports[0].kind, Kind::PlaceAccepted);
  EXPECT_EQ(heard.reports[0].venue_id.value, 5u);
  EXPECT_EQ(side.venue->counters().by_rest, 1u);
  EXPECT_EQ(side.venue->counters().by_socket, 1u);
}

TEST_F(Rest, EveryAnswerToAnOrderIsJudged) {
  struct Case {
    int status;
    const char* body;
    Kind kind;
    VenueReason reason;
  };
  const Case cases[] = {
      {0, "", Kind::OutcomeUnknown, VenueReason::OutcomeUnknown},
      {500, "", Kind::OutcomeUnknown, VenueReason::OutcomeUnknown},
      {502, "<html>", Kind::OutcomeUnknown, VenueReason::OutcomeUnknown},
      {503, "", Kind::OutcomeUnknown, VenueReason::OutcomeUnknown},
      {429, "<html>", Kind::PlaceRejected, VenueReason::RateLimited},
      {429, R"({"code":"50011","msg":"","data":[]})", Kind::PlaceRejected,
       VenueReason::RateLimited},
      {400, R"({"code":"50004","msg":"","data":[]})", Kind::OutcomeUnknown,
       VenueReason::OutcomeUnknown},
      {500, R"({"code":"51149","msg":"","data":[]})", Kind::OutcomeUnknown,
       VenueReason::OutcomeUnknown},
      {500, R"({"code":"51054","msg":"","data":[]})", Kind::OutcomeUnknown,
       VenueReason::OutcomeUnknown},
      {401, R"({"code":"50113","msg":"","data":[]})", Kind::PlaceRejected,
       VenueReason::NotAuthorised},
      {200, R"({"code":"1","msg":"","data":[{"ordId":"","clOrdId":"17","sCode":"50037"}]})",
       Kind::PlaceRejected, VenueReason::RequestExpired},
      {200, R"({"code":"1","msg":"","data":[{"ordId":"","clOrdId":"17","sCode":"51008"}]})",
       Kind::PlaceRejected, VenueReason::InsufficientFunds},
      {200, R"({"code":"0","msg":"","data":[]})", Kind::OutcomeUnknown,
       VenueReason::OutcomeUnknown},
      {200, R"({"code":"0","msg":"","data":[{"ordId":"5","clOrdId":"17"}]})", Kind::PlaceAccepted,
       VenueReason::None},
      {200, R"({"code":"0","msg":"","data":[{"ordId":"5)", Kind::OutcomeUnknown,
       VenueReason::OutcomeUnknown},
  };
  for (const Case& c : cases) {
    heard.reports.clear();
    ASSERT_EQ(side.venue->place(side.place_request(17), side.now), SendResult::Sent);
    answer(c.status, c.body);
    ASSERT_EQ(heard.reports.size(), 1u) << c.status << c.body;
    EXPECT_EQ(heard.reports[0].kind, c.kind) << c.status << c.body;
    EXPECT_EQ(heard.reports[0].reason, c.reason) << c.status << c.body;
  }
  ASSERT_EQ(side.venue->place(side.place_request(17), side.now), SendResult::Sent);
  side.rest->on_response(http.sent.back().first, {}, side.now, true);
  EXPECT_EQ(heard.reports.back().kind, Kind::PlaceRejected);  // no byte left: surely not there
  ASSERT_EQ(side.venue->place(side.place_request(17), side.now), SendResult::Sent);
  side.pass(seconds(5));
  EXPECT_EQ(heard.reports.back().kind, Kind::OutcomeUnknown);
}

TEST_F(Rest, WhatTheVenueHasNoWordsForIsRejectedWithTheNextTimer) {
  PlaceRequest request = side.place_request(17);
  request.time_in_force = TimeInForce::FillOrKill;  // and post-only
  EXPECT_EQ(side.venue->place(request, side.now), SendResult::Sent);
  request.instrument = {77};
  EXPECT_EQ(side.venue->place(request, side.now), SendResult::Sent);
  EXPECT_TRUE(heard.reports.empty());
  side.pass(milliseconds(100));
  ASSERT_EQ(heard.reports.size(), 2u);
  EXPECT_EQ(heard.reports[0].kind, Kind::PlaceRejected);
  EXPECT_EQ(heard.reports[0].reason, VenueReason::Unsupported);
  EXPECT_EQ(heard.reports[1].reason, VenueReason::UnknownInstrument);
  EXPECT_TRUE(http.sent.empty());
}

TEST_F(Rest, TheDeadMansTimerCarriesOurTagAndIsNotHurried) {
  EXPECT_TRUE(side.venue->set_cancel_all_after(60, side.now));
  EXPECT_EQ(last().target, "/api/v5/trade/cancel-all-after");
  EXPECT_EQ(last().body, R"({"timeOut":"60","tag":"mm1"})");
  EXPECT_FALSE(side.venue->set_cancel_all_after(60, side.now + milliseconds(500)));
  answer(200,
         R"({"code":"0","msg":"","data":[{"triggerTime":"1795430460","tag":"mm1","ts":"1"}]})");
  side.pass(seconds(2));
  EXPECT_TRUE(side.venue->set_cancel_all_after(0, side.now));
  answer(500, "");
  EXPECT_EQ(heard.dead_man, (std::vector{true, false}));
}

TEST(RestOfAnExclusiveAccount, HasATimerForEverybodysOrders) {  // COD-01
  RestSessionSettings settings = quiet_clock();
  settings.untagged_timer = true;
  testing::AccountSide side({}, settings);
  EXPECT_TRUE(side.venue->set_cancel_all_after(15, side.now));
  EXPECT_EQ(side.http.sent.back().second.body, R"({"timeOut":"15"})");
}

TEST(RestAnswers, ReadTheQuestionsOfStartUp) {
  const auto time = decode_time(response(200, R"({"code":"0","msg":"","data":[{"ts":"7"}]})"));
  ASSERT_TRUE(time.has_value());
  EXPECT_EQ(to_unix_millis(*time), 7);
  const auto config = decode_account_config(response(
      200, R"({"code":"0","msg":"","data":[{"uid":"1","acctLv":"2","posMode":"long_short_mode",)"
           R"("perm":"read_only,trade","ip":"","feeType":"1","level":"Lv1","autoLoan":false,)"
           R"("traderInsts":[]}]})"));
  ASSERT_TRUE(config.has_value());
  EXPECT_EQ(config->account_mode, AccountMode::Futures);
  EXPECT_EQ(config->position_mode, PositionMode::LongShort);
  EXPECT_TRUE(config->may_trade);
  EXPECT_FALSE(config->may_withdraw);
  EXPECT_FALSE(config->bound_to_addresses);
  EXPECT_TRUE(config->fees_in_quote);
  CurrencyTable currencies;
  const auto count = intern_currencies(
      response(200, R"({"code":"0","data":[{"details":[{"ccy":"BTC"},{"ccy":"USDT"}]}]})"),
      currencies);
  EXPECT_EQ(count.value_or(0), 2u);
  EXPECT_TRUE(currencies.find("USDT").valid());
}

TEST(RestAnswers, SayInOneSentenceWhatToDo) {
  const auto said = [](int status, std::string body) {
    return check_answer(response(status, std::move(body))).error().message;
  };
  EXPECT_NE(said(401, R"({"code":"50102","msg":"Timestamp request expired"})").find("clock"),
            std::string::npos);
  EXPECT_NE(said(401, R"({"code":"50101","msg":"x"})").find("environment"), std::string::npos);
  EXPECT_NE(said(401, R"({"code":"50119","msg":"x"})").find("region"), std::string::npos);
  EXPECT_NE(said(0, "").find("rest_url"), std::string::npos);
  EXPECT_NE(said(403, "<html>").find("blocked"), std::string::npos);
  EXPECT_TRUE(needs_a_person(response(401, R"({"code":"50111","msg":"x"})")));
  EXPECT_FALSE(needs_a_person(response(503, "")));
  EXPECT_FALSE(needs_a_person({}));
  EXPECT_FALSE(decode_time(response(200, R"({"code":"0","data":[]})")).has_value());
  EXPECT_FALSE(decode_account_config(response(200, "{")).has_value());
}

}  // namespace
}  // namespace gannet::okx
