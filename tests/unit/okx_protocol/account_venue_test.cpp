#include <gtest/gtest.h>

#include <string>

#include "gateway/okx/protocol/order_rules.h"
#include "tests/unit/okx_protocol/account_side.h"

// Which way a request goes, and what is sent again: only what nobody executed, once, by REST, under
// the same client order id. [RELIABILITY fault 23]

namespace gannet::okx {
namespace {

using Kind = ExecutionReport::Kind;

struct Way : ::testing::Test {
  testing::AccountSide side;

  void use(AccountVenueSettings settings) {
    side.venue.reset();
    side.venue = std::make_unique<AccountVenue>(*side.orders, *side.rest, side.context, side.terms,
                                                side.heard, settings);
  }
  /// Places 17 on the ready socket; the id its frame bore.
  std::string place_by_socket() {
    side.connect();
    EXPECT_EQ(side.venue->place(side.place_request(17), side.now), SendResult::Sent);
    const std::string& frame = side.socket.sent.back();
    const std::size_t at = frame.find(R"({"id":")") + 7;
    return frame.substr(at, frame.find('"', at) - at);
  }
  void refuse(const std::string& id, const std::string& code) {
    side.say(R"({"id":")" + id + R"(","op":"order","code":"1","msg":"","data":[{"ordId":"",)" +
             R"("clOrdId":"17","sCode":")" + code + R"(","sMsg":""}]})");
  }
  std::size_t rest_orders() const {
    std::size_t n = 0;
    for (const auto& [id, request] : side.http.sent)
      n += request.target.starts_with("/api/v5/trade/") && request.method == "POST" ? 1u : 0u;
    return n;
  }
};

TEST_F(Way, EachActionGoesByItsRoute) {
  use({.place = Route::Rest, .cancel = Route::Rest});
  side.connect();
  const std::size_t frames = side.socket.sent.size();
  ASSERT_EQ(side.venue->place(side.place_request(17), side.now), SendResult::Sent);
  EXPECT_EQ(side.http.sent.back().second.target, "/api/v5/trade/order");
  ASSERT_EQ(side.venue->cancel(side.cancel_request(17), side.now), SendResult::Sent);
  EXPECT_EQ(side.http.sent.back().second.target, "/api/v5/trade/cancel-order");
  EXPECT_EQ(side.socket.sent.size(), frames);
  AmendRequest amend;
  amend.client_id = {17};
  amend.instrument = side.swap;
  amend.new_price = Price{61'249'900};
  ASSERT_EQ(side.venue->amend(amend, side.now), SendResult::Sent);
  EXPECT_EQ(side.socket.sent.size(), frames + 1);
}

TEST_F(Way, OnlyTheEnginesOwnReductionsMayPassWhatStopsOrdersByRest) {  // KILL-13
  use({.place = Route::Rest});
  side.connect();
  PlaceRequest request = side.place_request(17);
  ASSERT_EQ(side.venue->place(request, side.now), SendResult::Sent);
  EXPECT_FALSE(side.http.sent.back().second.is_exempt);
  request.client_id = {18};
  request.reduce_only = true;
  ASSERT_EQ(side.venue->place(request, side.now), SendResult::Sent);
  EXPECT_FALSE(side.http.sent.back().second.is_exempt) << "a strategy's";
  request.client_id = {19};
  request.by_engine = true;
  ASSERT_EQ(side.venue->place(request, side.now), SendResult::Sent);
  EXPECT_TRUE(side.http.sent.back().second.is_exempt);
  std::vector<PlaceRequest> both{request, request};
  both[0].client_id = {20};
  both[1].client_id = {21};
  both[1].by_engine = false;
  ASSERT_EQ(side.venue->place_batch(both, side.now), SendResult::Sent);
  EXPECT_FALSE(side.http.sent.back().second.is_exempt);
}

TEST_F(Way, ACodeThatTheSocketRefusesGoesByNameUnderTheSameClientOrderId) {
  const std::string id = place_by_socket();
  refuse(id, "51001");
  ASSERT_EQ(rest_orders(), 1u);
  const HttpRequest& again = side.http.sent.back().second;
  EXPECT_EQ(again.target, "/api/v5/trade/order");
  EXPECT_NE(again.body.find(R"("instId":"BTC-USDT-SWAP")"), std::string::npos);
  EXPECT_NE(again.body.find(R"("clOrdId":"17")"), std::string::npos);
  EXPECT_EQ(side.heard.reports.size(), 0u);  // its report comes from there
  side.answer(side.http.sent.back().first, 200,
              R"({"code":"0","data":[{"ordId":"5","clOrdId":"17","sCode":"0"}]})");
  ASSERT_EQ(side.heard.reports.size(), 1u);
  EXPECT_EQ(side.heard.reports[0].kind, Kind::PlaceAccepted);
  // For a while the instrument's requests go that way at once; others do not.
  ASSERT_EQ(side.venue->place(side.place_request(18), side.now), SendResult::Sent);
  EXPECT_EQ(rest_orders(), 2u);
  PlaceRequest spot = side.place_request(19);
  spot.instrument = side.spot;
  ASSERT_EQ(side.venue->place(spot, side.now), SendResult::Sent);
  EXPECT_EQ(rest_orders(), 2u);
  side.now = side.now + seconds(61);
  ASSERT_EQ(side.venue->place(side.place_request(20), side.now), SendResult::Sent);
  EXPECT_EQ(rest_orders(), 2u);
  EXPECT_EQ(side.venue->counters().rescued, 1u);
}

TEST_F(Way, ARefusalByRestAfterThatIsFinal) {
  refuse(place_by_socket(), "51001");
  side.answer(side.http.sent.back().first, 200,
              R"({"code":"1","data":[{"ordId":"","clOrdId":"17","sCode":"51001"}]})");
  EXPECT_EQ(rest_orders(), 1u);
  ASSERT_EQ(side.heard.reports.size(), 1u);
  EXPECT_EQ(side.heard.reports[0].kind, Kind::PlaceRejected);
  EXPECT_EQ(side.heard.reports[0].reason, VenueReason::UnknownInstrument);
}

TEST_F(Way, WhatMayHaveBeenExecutedIsNeverSentAgain) {
  refuse(place_by_socket(), "64007");
  EXPECT_EQ(rest_orders(), 0u);
  ASSERT_EQ(side.heard.reports.size(), 1u);
  EXPECT_EQ(side.heard.reports[0].kind, Kind::OutcomeUnknown);
  // But the socket is not trusted for a while.
  ASSERT_EQ(side.venue->place(side.place_request(18), side.now), SendResult::Sent);
  EXPECT_EQ(rest_orders(), 1u);
}

TEST_F(Way, WhenRestCannotTakeItTheRefusalIsTold) {
  const std::string id = place_by_socket();
  side.http.refuse = true;
  refuse(id, "51001");
  ASSERT_EQ(side.heard.reports.size(), 1u);
  EXPECT_EQ(side.heard.reports[0].kind, Kind::PlaceRejected);
  EXPECT_EQ(side.heard.reports[0].venue_code, 51001);
}

TEST_F(Way, ElementsOfAMalformedBatchAreSentAgainOneByOne) {
  side.connect();
  const PlaceRequest two[] = {side.place_request(17), side.place_request(18)};
  ASSERT_EQ(side.venue->place_batch(two, side.now), SendResult::Sent);
  EXPECT_NE(side.socket.sent.back().find(R"("op":"batch-orders")"), std::string::npos);
  side.say(R"({"id":"1","event":"error","code":"60013","msg":"Invalid args"})");
  ASSERT_EQ(rest_orders(), 2u);  // each counted, and asked about, as a single request
  EXPECT_EQ(side.http.sent.back().second.target, "/api/v5/trade/order");
  EXPECT_NE(side.http.sent.back().second.body.find(R"("clOrdId":"18")"), std::string::npos);
  EXPECT_TRUE(side.heard.reports.empty());
}

TEST_F(Way, NothingIsSentAgainThatTheEngineNoLongerWants) {
  const std::string id = place_by_socket();
  side.heard.sends_again = false;  // held, killed, over its limits, or the order has a cancel wish
  refuse(id, "51001");
  EXPECT_EQ(rest_orders(), 0u);
  ASSERT_EQ(side.heard.reports.size(), 1u);
  EXPECT_EQ(side.heard.reports[0].kind, Kind::PlaceRejected);
  // A cancel is told as one to try again, which goes by REST from now on.
  side.now = side.now + seconds(61);
  ASSERT_EQ(side.venue->cancel(side.cancel_request(17), side.now), SendResult::Sent);
  side.say(R"({"id":"2","op":"cancel-order","code":"1","data":[{"ordId":"","clOrdId":"17",)"
           R"("sCode":"51001"}]})");
  ASSERT_EQ(side.heard.reports.size(), 2u);
  EXPECT_EQ(side.heard.reports[1].kind, Kind::CancelRejected);
  EXPECT_EQ(side.heard.reports[1].reason, VenueReason::VenueBusy);
  ASSERT_EQ(side.venue->cancel(side.cancel_request(17), side.now), SendResult::Sent);
  EXPECT_EQ(rest_orders(), 1u);
}

TEST_F(Way, AnItemThatNamesAnotherOrderAnswersNoneOfTheMessage) {
  side.connect();
  const PlaceRequest two[] = {side.place_request(17), side.place_request(18)};
  ASSERT_EQ(side.venue->place_batch(two, side.now), SendResult::Sent);
  side.say(
      R"({"id":"1","op":"batch-orders","code":"0","data":[)"
      R"({"ordId":"5","clOrdId":"99","sCode":"0"},{"ordId":"6","clOrdId":"17","sCode":"0"}]})");
  ASSERT_EQ(side.heard.reports.size(), 2u);
  EXPECT_EQ(side.heard.reports[0].client_id.value, 17u);
  EXPECT_EQ(side.heard.reports[0].venue_id.value, 6u);
  EXPECT_EQ(side.heard.reports[1].client_id.value, 18u);  // nobody spoke of it
  EXPECT_EQ(side.heard.reports[1].kind, Kind::OutcomeUnknown);
}

TEST_F(Way, ElementsThatTheVenueLacksAreAnsweredAndTheOthersGo) {
  side.connect();
  PlaceRequest orders[] = {side.place_request(17), side.place_request(18), side.place_request(19)};
  orders[1].time_in_force = TimeInForce::FillOrKill;  // and post-only
  orders[2].instrument = InstrumentId{99};
  ASSERT_EQ(side.venue->place_batch(orders, side.now), SendResult::Sent);
  EXPECT_NE(side.socket.sent.back().find(R"("op":"order")"), std::string::npos);  // one is single
  EXPECT_TRUE(side.heard.reports.empty());
  side.pass(milliseconds(20));
  ASSERT_EQ(side.heard.reports.size(), 2u);
  EXPECT_EQ(side.heard.reports[0].reason, VenueReason::Unsupported);
  EXPECT_EQ(side.heard.reports[1].reason, VenueReason::UnknownInstrument);
}

TEST_F(Way, AmendsOfABatchAreAnsweredOneByOne) {
  side.connect();
  AmendRequest amends[2];
  for (std::uint64_t i = 0; i < 2; ++i) {
    amends[i].client_id = {17 + i};
    amends[i].instrument = side.swap;
    amends[i].amend_id = 90 + i;
    amends[i].new_price = Price{61'249'900};
    amends[i].cancel_on_failure = i == 1;
  }
  ASSERT_EQ(side.venue->amend_batch(amends, side.now), SendResult::Sent);
  const std::string& frame = side.socket.sent.back();
  EXPECT_NE(frame.find(R"("op":"batch-amend-orders")"), std::string::npos);
  EXPECT_NE(frame.find(R"("cxlOnFail":true)"), std::string::npos);
  side.say(R"({"id":"1","op":"batch-amend-orders","code":"2","data":[)"
           R"({"ordId":"5","clOrdId":"17","reqId":"90","sCode":"0"},)"
           R"({"ordId":"","clOrdId":"18","reqId":"91","sCode":"51503"}]})");
  ASSERT_EQ(side.heard.reports.size(), 2u);
  EXPECT_EQ(side.heard.reports[0].kind, Kind::AmendAccepted);
  EXPECT_EQ(side.heard.reports[1].kind, Kind::AmendRejected);
  EXPECT_EQ(side.heard.reports[1].amend_id, 91u);
}

TEST_F(Way, ProtectedQuotesOfAFamilyEndInOneRequest) {
  Instrument option = testing::make_instrument("BTC-USD-261225-60000-C", InstrumentKind::Option, 6,
                                               0, side.currencies, "BTC", "USD", "BTC");
  option.family = InstrumentName("BTC-USD");
  const InstrumentId id = side.instruments.add(option);
  side.terms.set(id, make_order_terms(side.instruments[id], 99, false, AccountMode::Portfolio));
  side.connect();
  EXPECT_FALSE(side.venue->cancel_protected(side.swap, side.now));
  ASSERT_TRUE(side.venue->cancel_protected(id, side.now));
  EXPECT_EQ(side.socket.sent.back(), R"({"id":"1","op":"mass-cancel","args":[{"instType":"OPTION",)"
                                     R"("instFamily":"BTC-USD"}]})");
  side.say(R"({"id":"1","op":"mass-cancel","code":"0","msg":"","data":[{"result":true}]})");
  EXPECT_TRUE(side.heard.problems.empty());
  ASSERT_TRUE(side.venue->cancel_protected(id, side.now));
  side.say(R"({"id":"2","op":"mass-cancel","code":"51411","msg":"","data":[]})");
  EXPECT_TRUE(side.heard.has_problem(ProblemKind::Refused));
  EXPECT_TRUE(side.heard.reports.empty());  // no order's
}

TEST_F(Way, EveryLackHasItsSentence) {
  for (int i = 1; i <= static_cast<int>(Lack::IsolatedInMulti); ++i)
    EXPECT_FALSE(describe(static_cast<Lack>(i)).empty()) << i;
}

}  // namespace
}  // namespace gannet::okx
