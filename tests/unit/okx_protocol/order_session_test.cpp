#include "gateway/okx/protocol/order_session.h"

#include <gtest/gtest.h>

#include <initializer_list>
#include <string>

#include "gateway/okx/protocol/login_probe.h"
#include "tests/unit/okx_protocol/account_side.h"

namespace gannet::okx {
namespace {

using Kind = ExecutionReport::Kind;
using State = OrderSession::State;

struct Session : ::testing::Test {
  testing::AccountSide side;
  testing::Heard& heard = side.heard;
  OrderSession& session() { return *side.orders; }

  std::string reply(std::uint64_t id, std::string_view code, std::string_view data) {
    return R"({"id":")" + std::to_string(id) + R"(","op":"order","code":")" + std::string(code) +
           R"(","msg":"","data":[)" + std::string(data) + R"(],"inTime":"1","outTime":"2"})";
  }
  std::string item(std::uint64_t client_id, std::string_view venue_id, std::string_view code) {
    return R"({"ordId":")" + std::string(venue_id) + R"(","clOrdId":")" +
           std::to_string(client_id) + R"(","tag":"","ts":"1","sCode":")" + std::string(code) +
           R"(","sMsg":"","subCode":""})";
  }
};

TEST_F(Session, LogsInFirstAndIsReadyOnlyWhenEverySubscriptionIsAcknowledged) {
  session().on_open(side.socket, side.now);
  ASSERT_EQ(side.socket.sent.size(), 1u);
  EXPECT_NE(side.socket.sent[0].find(R"("op":"login")"), std::string::npos);
  side.say(R"({"event":"login","code":"0","msg":"","connId":"c0"})");
  ASSERT_EQ(side.socket.sent.size(), 6u);
  EXPECT_NE(side.socket.sent[1].find(R"("channel":"orders","instType":"ANY")"), std::string::npos);
  side.acknowledge("account");
  side.acknowledge("orders");
  side.acknowledge("orders");
  EXPECT_EQ(session().state(), State::Subscribing);
  EXPECT_EQ(side.orders->send("x", {}, side.now), SendResult::NotConnected);
  side.acknowledge("positions");
  side.acknowledge("balance_and_position");
  side.acknowledge("liquidation-warning");
  EXPECT_TRUE(session().ready());
  EXPECT_EQ(heard.connection, (std::vector{ConnectionState::Connecting, ConnectionState::Ready}));
}

TEST_F(Session, AMissingAcknowledgementReconnectsInTime) {
  session().on_open(side.socket, side.now);
  side.say(R"({"event":"login","code":"0","msg":"","connId":"c0"})");
  side.acknowledge("orders");
  side.acknowledge("account");
  for (int i = 0; i < 90; ++i) {
    side.pass(milliseconds(100));
    side.say("pong");
  }
  EXPECT_TRUE(side.socket.reconnects.empty());
  for (int i = 0; i < 10; ++i) {
    side.pass(milliseconds(100));
    side.say("pong");
  }
  EXPECT_EQ(side.socket.reconnects.size(), 1u);
  EXPECT_EQ(heard.connection.back(), ConnectionState::Disconnected);
}

TEST_F(Session, ASlowLoginReconnectsAndEachLoginIsSignedAnew) {
  session().on_open(side.socket, side.now);
  for (int i = 0; i < 101; ++i) {
    side.pass(milliseconds(100));
    side.say("pong");
  }
  ASSERT_EQ(side.socket.reconnects.size(), 1u);
  session().on_closed(side.now);
  session().set_clock_offset(seconds(5));
  session().on_open(side.socket, side.now);
  EXPECT_NE(side.socket.sent.front(), side.socket.sent.back());
  const std::string timestamp = std::to_string(to_unix_millis(side.now) / 1'000 + 5);
  EXPECT_NE(side.socket.sent.back().find(R"("timestamp":")" + timestamp), std::string::npos);
}

TEST_F(Session, RefusedCredentialsStopItWithAdviceAndNoStorm) {
  session().on_open(side.socket, side.now);
  side.say(R"({"event":"error","code":"60007","msg":"Invalid sign","connId":"c0"})");
  EXPECT_EQ(session().state(), State::Stopped);
  EXPECT_NE(session().stop_reason().find("secret"), std::string_view::npos);
  EXPECT_TRUE(heard.has_problem(ProblemKind::Fatal));
  const std::size_t sent = side.socket.sent.size();
  session().on_closed(side.now);
  session().on_open(side.socket, side.now);
  side.pass(seconds(60));
  EXPECT_EQ(side.socket.sent.size(), sent);
  for (const auto& problem : heard.problems) {
    EXPECT_EQ(problem.text.find("key-1"), std::string::npos);  // SEC-02
  }
}

TEST_F(Session, AnOldLoginIsTriedAgainTwiceThenStops) {
  for (int i = 0; i < 2; ++i) {
    session().on_open(side.socket, side.now);
    side.say(R"({"event":"error","code":"60006","msg":"","connId":"c0"})");
    EXPECT_EQ(session().state(), State::Closed);
    session().on_closed(side.now);
  }
  session().on_open(side.socket, side.now);
  side.say(R"({"event":"error","code":"60006","msg":"","connId":"c0"})");
  EXPECT_EQ(session().state(), State::Stopped);
  EXPECT_NE(session().stop_reason().find("clock"), std::string_view::npos);
}

TEST_F(Session, AnInternalLoginErrorIsNoReasonToStop) {
  session().on_open(side.socket, side.now);
  side.say(R"({"event":"error","code":"63999","msg":"","connId":"c0"})");
  EXPECT_EQ(session().state(), State::Closed);
  EXPECT_EQ(side.socket.reconnects.size(), 1u);
}

TEST_F(Session, ARefusedSubscriptionReconnectsAFewTimesThenStops) {
  for (int i = 0; i < 4; ++i) {
    session().on_open(side.socket, side.now);
    side.say(R"({"event":"login","code":"0","msg":""})");
    side.say(R"({"id":"suborders","event":"error","code":"60018","msg":"no channel"})");
    EXPECT_EQ(session().state(), i < 3 ? State::Closed : State::Stopped);
  }
}

TEST_F(Session, ARefusalForThePassingTroubleOfTheVenueNeverStopsIt) {
  for (const std::string code : {"60014", "64007", "50001", "63999"}) {
    for (int i = 0; i < 10; ++i) {
      session().on_open(side.socket, side.now);
      side.say(R"({"event":"login","code":"0","msg":""})");
      side.say(R"({"id":"suborders","event":"error","code":")" + code + R"(","msg":"later"})");
      ASSERT_EQ(session().state(), State::Closed) << code << ", attempt " << i;
    }
  }
}

TEST_F(Session, PingsWhenQuietAndReconnectsWhenNothingAnswers) {
  side.connect();
  side.pass(milliseconds(1'999));
  EXPECT_NE(side.socket.sent.back(), "ping");
  side.pass(milliseconds(1));
  EXPECT_EQ(side.socket.sent.back(), "ping");
  side.say("pong");
  EXPECT_EQ(heard.alive, side.now);
  side.pass(seconds(2));
  EXPECT_EQ(side.socket.sent.back(), "ping");
  side.pass(milliseconds(2'999));
  EXPECT_TRUE(side.socket.reconnects.empty());
  side.pass(milliseconds(1));
  EXPECT_EQ(side.socket.reconnects.size(), 1u);
}

TEST_F(Session, AnUpgradeNoticeWaitsForRequestsInFlight) {
  side.connect();
  ASSERT_EQ(side.venue->place(side.place_request(17), side.now), SendResult::Sent);
  side.say(R"({"event":"notice","code":"64008","msg":"upgrade soon","connId":"c0"})");
  side.pass(milliseconds(100));
  EXPECT_TRUE(side.socket.reconnects.empty());
  side.say(reply(1, "0", item(17, "5", "0")));
  side.pass(milliseconds(100));
  EXPECT_EQ(side.socket.reconnects.size(), 1u);
  EXPECT_EQ(heard.count(Kind::OutcomeUnknown), 0u);
}

TEST_F(Session, ARenewedLoginWaitsForRequestsInFlightToo) {
  session().renew_login(side.now);  // not connected: the next login is a new one anyhow
  side.connect();
  side.pass(milliseconds(100));
  EXPECT_TRUE(side.socket.reconnects.empty());
  ASSERT_EQ(side.venue->place(side.place_request(17), side.now), SendResult::Sent);
  session().renew_login(side.now);
  side.pass(milliseconds(100));
  EXPECT_TRUE(side.socket.reconnects.empty());
  side.say(reply(1, "0", item(17, "5", "0")));
  side.pass(milliseconds(100));
  ASSERT_EQ(side.socket.reconnects.size(), 1u);
  EXPECT_EQ(side.socket.reconnects[0], "logging in with another key");
  EXPECT_EQ(heard.count(Kind::OutcomeUnknown), 0u);
}

TEST_F(Session, AProbeSaysWhetherAKeyIsTakenAndNothingElse) {
  const Signer signer({Secret("key-1"), Secret("secret"), Secret("pass")});
  const auto probe_hears = [&](std::initializer_list<std::string_view> texts) {
    LoginProbe probe(signer, {});
    side.socket.sent.clear();
    probe.on_open(side.socket, side.now);
    EXPECT_EQ(side.socket.sent.size(), 1u);
    for (const std::string_view text : texts) {
      std::string padded(text);
      padded.append(kTextPadding, ' ');
      probe.on_text(std::string_view(padded).substr(0, text.size()), side.now);
    }
    const auto before = probe.outcome();
    probe.on_closed(side.now);
    return before ? (*before ? std::string("taken") : before->error())
                  : "unanswered: " + probe.outcome()->error();
  };
  EXPECT_EQ(probe_hears({R"({"event":"login","code":"0","msg":"","connId":"c0"})"}), "taken");
  EXPECT_EQ(probe_hears({"pong", R"({"event":"error","code":"60005","msg":"Invalid apiKey"})"}),
            "the login is refused: code 60005, Invalid apiKey");
  EXPECT_EQ(probe_hears({}), "unanswered: the connection ended before the login was answered");
}

TEST_F(Session, RepliesComeBackAsExactlyOneReportEach) {
  side.connect();
  ASSERT_EQ(side.venue->place(side.place_request(17), side.now), SendResult::Sent);
  ASSERT_EQ(side.venue->place(side.place_request(18), side.now), SendResult::Sent);
  ASSERT_EQ(side.venue->cancel(side.cancel_request(17), side.now), SendResult::Sent);
  // Replies overtake each other; field order is whatever the venue likes.
  side.say(R"({"code":"1","data":[{"clOrdId":"18","ordId":"","sCode":"51008","sMsg":"x"}],)"
           R"("id":"2","msg":"","op":"order"})");
  side.say(reply(1, "0", item(17, "3811122233344455566", "0")));
  side.say(reply(1, "0", item(17, "3811122233344455566", "0")));  // a duplicate
  side.say(reply(3, "1", item(17, "", "51400")));
  ASSERT_EQ(heard.reports.size(), 3u);
  EXPECT_EQ(heard.reports[0].kind, Kind::PlaceRejected);
  EXPECT_EQ(heard.reports[0].reason, VenueReason::InsufficientFunds);
  EXPECT_EQ(heard.reports[0].venue_code, 51008);
  EXPECT_EQ(heard.reports[0].client_id.value, 18u);
  EXPECT_EQ(heard.reports[1].kind, Kind::PlaceAccepted);
  EXPECT_EQ(heard.reports[1].venue_id.value, 3811122233344455566u);
  EXPECT_EQ(heard.reports[2].kind, Kind::CancelRejected);
  EXPECT_EQ(heard.reports[2].reason, VenueReason::OrderGone);
  EXPECT_EQ(session().counters().unmatched_replies, 1u);
}

TEST_F(Session, LostRepliesAreUnknownAfterTheTimeOutAndALateOneChangesNothing) {
  side.connect();
  ASSERT_EQ(side.venue->place(side.place_request(17), side.now), SendResult::Sent);
  side.pass(milliseconds(1'500));
  side.say("pong");
  side.pass(milliseconds(1'499));
  EXPECT_TRUE(heard.reports.empty());
  side.pass(milliseconds(1));
  ASSERT_EQ(heard.reports.size(), 1u);
  EXPECT_EQ(heard.reports[0].kind, Kind::OutcomeUnknown);
  EXPECT_EQ(heard.reports[0].request, ExecutionReport::Request::Place);
  side.say(reply(1, "0", item(17, "5", "0")));
  EXPECT_EQ(heard.reports.size(), 1u);
}

TEST_F(Session, WhatWasInFlightWhenTheConnectionWentIsUnknown) {
  side.connect();
  ASSERT_EQ(side.venue->place(side.place_request(17), side.now), SendResult::Sent);
  ASSERT_EQ(side.venue->place(side.place_request(18), side.now), SendResult::Sent);
  session().on_closed(side.now);
  ASSERT_EQ(heard.reports.size(), 2u);
  EXPECT_EQ(heard.reports[0].client_id.value, 17u);
  EXPECT_EQ(heard.reports[1].client_id.value, 18u);
  EXPECT_EQ(heard.count(Kind::OutcomeUnknown), 2u);
  EXPECT_EQ(heard.connection.back(), ConnectionState::Disconnected);
  side.connect();  // and a reply to an id of the old connection finds nothing
  side.say(reply(1, "0", item(17, "5", "0")));
  EXPECT_EQ(heard.reports.size(), 2u);
}

TEST_F(Session, AMixedBatchIsReadItemByItem) {
  side.connect();
  const CancelRequest three[] = {side.cancel_request(17), side.cancel_request(18),
                                 side.cancel_request(19, 77)};
  ASSERT_EQ(side.venue->cancel_batch(three, side.now), SendResult::Sent);
  // Out of order, one left out.
  side.say(R"({"id":"1","op":"batch-cancel-orders","code":"2","msg":"","data":[)" +
           item(18, "6", "51400") + "," + item(17, "5", "0") + "]}");
  ASSERT_EQ(heard.reports.size(), 3u);
  EXPECT_EQ(heard.reports[0].kind, Kind::CancelRejected);
  EXPECT_EQ(heard.reports[0].client_id.value, 18u);
  EXPECT_EQ(heard.reports[1].kind, Kind::CancelAccepted);
  EXPECT_EQ(heard.reports[1].client_id.value, 17u);
  EXPECT_EQ(heard.reports[2].kind, Kind::OutcomeUnknown);
  EXPECT_EQ(heard.reports[2].client_id.value, 19u);
}

TEST_F(Session, AReplyWithoutItemsSpeaksByItsOwnCode) {
  side.connect();
  ASSERT_EQ(side.venue->place(side.place_request(17), side.now), SendResult::Sent);
  ASSERT_EQ(side.venue->place(side.place_request(18), side.now), SendResult::Sent);
  ASSERT_EQ(side.venue->place(side.place_request(19), side.now), SendResult::Sent);
  ASSERT_EQ(side.venue->place(side.place_request(20), side.now), SendResult::Sent);
  ASSERT_EQ(side.venue->place(side.place_request(21), side.now), SendResult::Sent);
  side.say(reply(1, "60013", ""));
  side.say(reply(2, "50011", ""));
  side.say(reply(3, "50013", ""));  // busy, without a word on the order
  side.say(reply(4, "50999", ""));  // a code nobody knows
  side.say(R"({"id":"5","event":"error","code":"60012","msg":"Invalid request","connId":"c"})");
  ASSERT_EQ(heard.reports.size(), 3u);
  EXPECT_EQ(heard.reports[0].kind, Kind::PlaceRejected);
  EXPECT_EQ(heard.reports[0].reason, VenueReason::RateLimited);
  EXPECT_EQ(heard.reports[1].kind, Kind::OutcomeUnknown);
  EXPECT_EQ(heard.reports[2].kind, Kind::OutcomeUnknown);
  EXPECT_EQ(side.venue->counters().rescued, 2u);  // what was not even read goes by REST
}

TEST_F(Session, ADuplicateClientIdIsUnknownNotRejected) {
  side.connect();
  ASSERT_EQ(side.venue->place(side.place_request(17), side.now), SendResult::Sent);
  side.say(reply(1, "1", item(17, "", "51016")));
  ASSERT_EQ(heard.reports.size(), 1u);
  EXPECT_EQ(heard.reports[0].kind, Kind::OutcomeUnknown);
  EXPECT_EQ(heard.reports[0].reason, VenueReason::DuplicateClientOrderId);
}

TEST_F(Session, AnUnreadableReplyIsUnknown) {
  side.connect();
  ASSERT_EQ(side.venue->place(side.place_request(17), side.now), SendResult::Sent);
  side.say(R"({"id":"1","op":"order","code":"0","msg":"","data":{"not":"an array"}})");
  EXPECT_EQ(heard.count(Kind::OutcomeUnknown), 1u);
  EXPECT_TRUE(session().ready());
}

TEST_F(Session, AFullTableSaysSoBeforeAnythingIsSent) {
  OrderSessionSettings settings;
  settings.maximum_in_flight = 2;
  testing::AccountSide small(settings);
  small.connect();
  ASSERT_EQ(small.venue->place(small.place_request(1), small.now), SendResult::Sent);
  ASSERT_EQ(small.venue->place(small.place_request(2), small.now), SendResult::Sent);
  const std::size_t sent = small.socket.sent.size();
  EXPECT_EQ(small.venue->place(small.place_request(3), small.now), SendResult::QueueFull);
  EXPECT_EQ(small.socket.sent.size(), sent);
}

TEST_F(Session, PushesBecomeStatusReports) {
  side.connect();
  side.say(testing::order_push(""));
  side.say(testing::order_push(
      R"(,"state":"partially_filled","accFillSz":"0.02","fillSz":"0.02","fillPx":"61250.1",)"
      R"("tradeId":"771200345","fillTime":"1795430400500","execType":"M","fillFee":"-0.00245",)"
      R"("fillFeeCcy":"USDT")"));
  side.say(testing::order_push(
      R"(,"px":"61249.9","accFillSz":"0.02","state":"partially_filled","reqId":"18",)"
      R"("amendResult":"0","amendSource":"1")"));
  side.say(testing::order_push(R"(,"state":"canceled","cancelSource":"31","accFillSz":"0.02")"));
  ASSERT_EQ(heard.reports.size(), 4u);
  EXPECT_EQ(heard.reports[0].state, OrderState::Live);
  EXPECT_FALSE(heard.reports[0].has_fill);
  EXPECT_TRUE(heard.reports[0].own_tag);
  const ExecutionReport& fill = heard.reports[1];
  ASSERT_TRUE(fill.has_fill);
  EXPECT_EQ(fill.fill.trade_id.value, 771200345);
  EXPECT_EQ(fill.fill.quantity.raw, 2);
  EXPECT_EQ(fill.fill.price.raw, 61'250'100);
  EXPECT_TRUE(fill.fill.maker);
  EXPECT_EQ(to_string(fill.fill.fee), "0.00245");  // paid: a positive cost
  EXPECT_EQ(fill.cumulative_quantity.raw, 2);
  EXPECT_EQ(heard.reports[2].amend_id, 18u);
  EXPECT_EQ(heard.reports[2].price.raw, 61'249'900);
  EXPECT_EQ(heard.reports[3].state, OrderState::Cancelled);
  EXPECT_EQ(heard.reports[3].reason, VenueReason::PostOnlyWouldTake);
}

TEST_F(Session, AFailedAmendIsToldBeforeTheOrdersState) {
  side.connect();
  side.say(testing::order_push(R"(,"reqId":"18","amendResult":"-1","code":"51511","msg":"no")"));
  ASSERT_EQ(heard.reports.size(), 2u);
  EXPECT_EQ(heard.reports[0].kind, Kind::AmendRejected);
  EXPECT_EQ(heard.reports[0].amend_id, 18u);
  EXPECT_EQ(heard.reports[0].reason, VenueReason::PostOnlyWouldTake);
  EXPECT_EQ(heard.reports[1].kind, Kind::Status);
  EXPECT_EQ(heard.reports[1].amend_id, 0u);
}

TEST_F(Session, UndocumentedWordsAndAbsurdNumbersMakeTheOrderUnknownAndTheStreamGoesOn) {
  side.connect();
  side.say(testing::order_push(R"(,"state":"teleported")"));
  side.say(testing::order_push(R"(,"side":"both")"));
  side.say(testing::order_push(R"(,"accFillSz":"1e99")"));
  side.say(testing::order_push(R"(,"sz":"-1")"));
  side.say(testing::order_push(R"(,"ordId":"")"));
  // Representable, and larger than anything that trades.
  side.say(testing::order_push(R"(,"sz":"20000000000000000")"));
  side.say(testing::order_push(R"(,"accFillSz":"20000000000000000")"));
  side.say(testing::order_push(
      R"(,"fillSz":"20000000000000000","fillPx":"61250.1","tradeId":"771","accFillSz":"0.01")"));
  EXPECT_EQ(heard.count(Kind::OutcomeUnknown), 8u);
  EXPECT_EQ(session().counters().malformed, 8u);
  side.say(testing::order_push(R"(,"instId":"NO-SUCH-THING")"));
  EXPECT_EQ(session().counters().unknown_instruments, 1u);
  side.say(testing::order_push(R"(,"clOrdId":"web-order-1","state":"teleported")"));
  EXPECT_EQ(heard.count(Kind::OutcomeUnknown), 8u);  // not ours: nothing to ask for
  side.say("{\"arg\":{\"channel\":\"orders\"},\"data\":[{\"instId\":");
  side.say("not json");
  side.say("[]");
  side.say(R"({"event":"invented"})");
  side.say(R"({"arg":{"channel":"invented"},"data":[{}]})");
  EXPECT_TRUE(session().ready());
  side.say(testing::order_push(""));
  EXPECT_EQ(heard.reports.back().kind, Kind::Status);
}

TEST_F(Session, WhatCannotBeUsedIsToldWithItsFrameAndWithoutSecrets) {
  side.connect();
  const std::string echoed = R"({"event":"invented","apiKey":"canary-key","passphrase":"canary"})";
  side.say(echoed);
  ASSERT_FALSE(heard.problems.empty());
  EXPECT_EQ(heard.problems.back().kind, ProblemKind::Ignored);
  EXPECT_NE(heard.problems.back().excerpt.find("invented"), std::string::npos);
  EXPECT_EQ(heard.problems.back().excerpt.find("canary"), std::string::npos);
  side.say(testing::order_push(R"(,"state":"teleported")"));
  EXPECT_EQ(heard.problems.back().kind, ProblemKind::Malformed);
  EXPECT_TRUE(heard.problems.back().excerpt.starts_with(R"({"arg":{"channel":"orders")"));
  side.say("not json, sign=\"canary\"");
  EXPECT_EQ(heard.problems.back().kind, ProblemKind::Malformed);
  EXPECT_NE(heard.problems.back().excerpt.find("not json"), std::string::npos);
  EXPECT_EQ(heard.problems.back().text.find("not json"), std::string::npos);
}

TEST_F(Session, ForeignOrdersHaveNoClientIdOfOurs) {
  side.connect();
  for (const char* id : {"", "abcABC125", "007", "9223372036854775808", "-5"}) {
    side.say(testing::order_push(R"(,"tag":"","clOrdId":")" + std::string(id) + '"'));
    EXPECT_FALSE(heard.reports.back().client_id.valid()) << id;
    EXPECT_FALSE(heard.reports.back().own_tag);
  }
}

TEST_F(Session, AQuoteSizedMarketOrderEndsFilledWithoutAFill) {
  side.connect();
  side.say(testing::order_push(
      R"(,"instId":"BTC-USDT","instType":"SPOT","ordType":"market","tgtCcy":"quote_ccy",)"
      R"("px":"","sz":"10.5","accFillSz":"0.00038128","state":"filled","posSide":"")"));
  ASSERT_EQ(heard.reports.size(), 1u);
  EXPECT_EQ(heard.reports[0].state, OrderState::Filled);
  EXPECT_FALSE(heard.reports[0].has_fill);
  EXPECT_EQ(heard.reports[0].order_kind, OrderKind::Market);
  EXPECT_EQ(heard.reports[0].quantity.raw, 38'128);
  EXPECT_EQ(heard.reports[0].cumulative_quantity.raw, 38'128);
}

TEST_F(Session, LiquidationsAreNamedAndCarryNoFill) {  // POST-06
  side.connect();
  side.say(testing::order_push(
      R"(,"clOrdId":"","tag":"","ordType":"market","px":"","category":"full_liquidation",)"
      R"("state":"filled","accFillSz":"0.05","fillSz":"0.05","fillPx":"61000","tradeId":"0")"));
  ASSERT_EQ(heard.reports.size(), 1u);
  EXPECT_EQ(heard.reports[0].reason, VenueReason::Liquidation);
  EXPECT_FALSE(heard.reports[0].has_fill);
  EXPECT_EQ(heard.reports[0].cumulative_quantity.raw, 5);
}

TEST_F(Session, BalancesAndPositionsAreTold) {
  side.connect();
  side.say(R"({"arg":{"channel":"account","uid":"1"},"eventType":"event_update","data":[)"
           R"({"uTime":"1","details":[{"ccy":"USDT","cashBal":"100.5","availEq":"90",)"
           R"("availBal":"","eq":"101","uTime":"1795430400413"},)"
           R"({"ccy":"UNHEARD","cashBal":"1","uTime":"1"}]}]})");
  ASSERT_EQ(heard.balances.size(), 1u);
  EXPECT_EQ(to_string(heard.balances[0].cash), "100.5");
  EXPECT_EQ(to_string(heard.balances[0].available), "90");
  EXPECT_EQ(to_string(heard.balances[0].equity), "101");
  side.say(R"({"arg":{"channel":"positions","instType":"ANY","uid":"1"},"eventType":"snapshot",)"
           R"("curPage":1,"lastPage":true,"data":[{"instId":"BTC-USDT-SWAP","instType":"SWAP",)"
           R"("mgnMode":"cross","posSide":"short","pos":"0.05","avgPx":"61250.1","liqPx":)"
           R"("89.114976152262641","tradeId":"771200345","uTime":"1795430400413",)"
           R"("closeOrderAlgo":[{"algoId":"1"}]}]})");
  ASSERT_EQ(heard.positions.size(), 1u);
  EXPECT_TRUE(heard.positions_from_snapshot[0]);
  EXPECT_EQ(heard.positions[0].quantity.raw, -5);
  EXPECT_EQ(heard.positions[0].side, PositionSide::Short);
  EXPECT_EQ(heard.positions[0].liquidation_price->raw, 89'115);
  EXPECT_EQ(heard.positions[0].last_trade.value, 771200345);
}

TEST_F(Session, AFullSendQueueMeansNothingWasSent) {
  side.connect();
  side.socket.refuse = true;
  EXPECT_EQ(side.venue->place(side.place_request(17), side.now), SendResult::QueueFull);
  side.pass(seconds(4));
  EXPECT_TRUE(heard.reports.empty());
}

}  // namespace
}  // namespace gannet::okx
