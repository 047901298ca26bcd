#include <gtest/gtest.h>

#include <random>
#include <string>

#include "gateway/okx/protocol/algo_rest.h"
#include "gateway/okx/protocol/algo_session.h"
#include "tests/unit/okx_protocol/account_side.h"

// What the network says may be anything: the sessions count it and live on.

namespace gannet::okx {
namespace {

std::vector<std::string> seeds() {
  return {
      testing::order_push(""),
      testing::order_push(R"(,"state":"filled","accFillSz":"0.05","fillSz":"0.05","fillPx":)"
                          R"("61250.1","tradeId":"771","fillFee":"-0.1","fillFeeCcy":"USDT")"),
      R"({"id":"1","op":"order","code":"0","msg":"","data":[{"ordId":"5","clOrdId":"17",)"
      R"("tag":"","ts":"1","sCode":"0","sMsg":"","subCode":""}],"inTime":"1","outTime":"2"})",
      R"({"arg":{"channel":"account","uid":"1"},"eventType":"snapshot","curPage":1,)"
      R"("lastPage":true,"data":[{"details":[{"ccy":"USDT","cashBal":"1.5","availEq":"1",)"
      R"("eq":"2","uTime":"1795430400413"}],"totalEq":"1"}]})",
      R"({"arg":{"channel":"positions","instType":"ANY"},"eventType":"event_update","data":[)"
      R"({"instId":"BTC-USDT-SWAP","mgnMode":"cross","posSide":"net","pos":"-5","avgPx":"61250.1",)"
      R"("liqPx":"1.5","tradeId":"9","uTime":"1795430400413","closeOrderAlgo":[]}]})",
      R"({"event":"error","code":"60012","msg":"Invalid \"request\"","connId":"c0","id":"1"})",
      R"({"event":"subscribe","arg":{"channel":"orders","instType":"ANY"},"connId":"c0"})",
      R"({"code":"0","msg":"","data":[{"instId":"BTC-USDT-SWAP","tradeId":"3","ordId":"5",)"
      R"("billId":"9","fillPx":"61000.5","fillSz":"0.01","side":"sell","posSide":"net",)"
      R"("execType":"T","fee":"-0.3","feeCcy":"USDT","fillTime":"300"}]})",
  };
}

std::string mutate(std::string text, std::mt19937_64& random) {
  static constexpr std::string_view kBytes = "{}[]\",:\\0123456789-+.eE tfnu\x00\x80\xff";
  const int changes = 1 + static_cast<int>(random() % 4);
  for (int i = 0; i < changes && !text.empty(); ++i) {
    const std::size_t at = random() % text.size();
    switch (random() % 5) {
      case 0:
        text[at] = static_cast<char>(random());
        break;
      case 1:
        text[at] = kBytes[random() % kBytes.size()];
        break;
      case 2:
        text.erase(at, 1 + random() % 8);
        break;
      case 3:
        text.insert(at, text.substr(random() % text.size(), random() % 12));
        break;
      default:
        text.resize(at);
        break;
    }
  }
  return text;
}

TEST(AccountSide, SurvivesTwoHundredThousandMutatedMessages) {
  std::mt19937_64 random(20'261'123);
  const std::vector<std::string> originals = seeds();
  testing::AccountSide side;
  side.connect();
  std::size_t reports = 0;
  for (int i = 0; i < 200'000; ++i) {
    const std::string message = mutate(originals[random() % originals.size()], random);
    if (side.orders->state() != OrderSession::State::Ready) {
      reports += side.heard.reports.size();
      side.venue.reset();  // before the session that it sends by
      side.orders = std::make_unique<OrderSession>(side.signer, side.context, side.heard,
                                                   side.heard, OrderSessionSettings{});
      side.venue = std::make_unique<AccountVenue>(*side.orders, *side.rest, side.context,
                                                  side.terms, side.heard);
      side.heard = {};
      side.socket = {};
      side.connect();
    }
    if (i % 16 == 0) static_cast<void>(side.venue->place(side.place_request(17), side.now));
    side.say(message);
    if (i % 8 == 0) {
      side.now = side.now + seconds(3);
      side.http.sent.clear();
      const auto kind = static_cast<SnapshotKind>(random() % 4);
      ASSERT_TRUE(side.rest->request_snapshot(kind, 1, {}, side.now));
      side.answer(side.http.sent.back().first, 200, message);
      // Retries and further pages get no answer.
      for (int turn = 0; turn < 4; ++turn) {
        side.now = side.now + seconds(5);
        side.rest->on_timer(side.now);
      }
    }
    for (const ExecutionReport& report : side.heard.reports) {
      ASSERT_TRUE(report.instrument.valid());
      ASSERT_GE(report.quantity.raw, 0);
      ASSERT_GE(report.cumulative_quantity.raw, 0);
    }
    if (side.heard.reports.size() > 200) {
      reports += side.heard.reports.size();
      side.heard = {};
      side.socket.sent.clear();
    }
  }
  EXPECT_GT(reports, 10'000u);  // most mutations leave something readable
  EXPECT_TRUE(side.rest->stop_reason().empty());
}

TEST(AccountSide, SurvivesMutatedMessagesAboutAlgoOrders) {
  const std::string row =
      R"("data":[{"instId":"BTC-USDT-SWAP","algoId":"42","algoClOrdId":"17","tag":"mm1",)"
      R"("ordType":"conditional","state":"effective","side":"sell","posSide":"net","sz":"0.05",)"
      R"("slTriggerPx":"60000","slOrdPx":"-1","slTriggerPxType":"last","ordIdList":["5","6"],)"
      R"("ordId":"6","failCode":"51008","reqId":"4","amendResult":"-1","sCode":"0",)"
      R"("uTime":"1795430400413"}])";
  const std::string originals[] = {
      R"({"arg":{"channel":"orders-algo","instType":"ANY"},)" + row + "}",
      R"({"code":"0","msg":"",)" + row + "}"};
  std::mt19937_64 random(7);
  testing::AccountSide side;
  AlgoRest rest(RestIdentity{&side.signer, false}, side.context, side.terms, side.heard, side.heard,
                side.http, AlgoRestSettings{});
  AlgoSession session(side.signer, side.context, side.heard, side.heard, {});
  for (int i = 0; i < 20'000; ++i) {
    if (!session.ready()) {
      session.on_open(side.socket, side.now);
      for (const char* text : {R"({"event":"login","code":"0"})",
                               R"({"event":"subscribe","arg":{"channel":"orders-algo"}})",
                               R"({"event":"subscribe","arg":{"channel":"algo-advance"}})"}) {
        const testing::Text padded(text);
        session.on_text(padded.view(), side.now);
      }
    }
    const std::string message = mutate(originals[random() % 2], random);
    const testing::Text padded(message);
    session.on_text(padded.view(), side.now);
    if (i % 4 == 0) {
      ASSERT_TRUE(i % 8 == 0
                      ? rest.request_list(1, side.now)
                      : rest.query_algo(side.swap, AlgoKind::Conditional, {17}, {42}, side.now));
      HttpResponse response;
      response.status = 200;
      response.body = message;
      rest.on_response(side.http.sent.back().first, response, side.now);
      for (int turn = 0; turn < 12; ++turn) {
        side.now = side.now + seconds(6);
        rest.on_timer(side.now);
      }
      side.http.sent.clear();
      side.socket.sent.clear();
    }
    for (const AlgoReport& report : side.heard.algos) {
      ASSERT_TRUE(report.instrument.valid());
      ASSERT_GE(report.terms.quantity.raw, 0);
      ASSERT_TRUE(is_believable(report.terms.quantity));
    }
    if (i % 100 == 99) side.heard = {};
  }
  EXPECT_GT(session.counters().frames, 20'000u);
}

}  // namespace
}  // namespace gannet::okx
