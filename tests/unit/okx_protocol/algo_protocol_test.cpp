#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <map>
#include <string>

#include "gateway/okx/protocol/algo_rest.h"
#include "gateway/okx/protocol/algo_session.h"
#include "gateway/okx/protocol/algo_words.h"
#include "gateway/okx/protocol/encode_algo.h"
#include "gateway/okx/protocol/line_pair.h"
#include "support/recordings.h"
#include "tests/unit/okx_protocol/account_side.h"

// Algo orders on the wire: bodies against other clients' recorded ones, pushes and lists, the REST
// machine, the business socket; and the private channels that only hint.

namespace gannet::okx {
namespace {

using testing::AccountSide;
using testing::Heard;
using testing::Text;
using Kind = ExecutionReport::Kind;

/// The members of the flat object `text`: name to value as written. Nested ones are not read.
std::map<std::string, std::string> members_of(std::string_view text) {
  std::map<std::string, std::string> members;
  for (std::size_t at = text.find('"'); at != std::string_view::npos;) {
    const std::size_t end = text.find('"', at + 1);
    const std::string name(text.substr(at + 1, end - at - 1));
    std::size_t value = end + 2;
    const bool is_text = text[value] == '"';
    if (is_text) ++value;
    const std::size_t stop = is_text ? text.find('"', value) : text.find_first_of(",}", value);
    members[name] = text.substr(value, stop - value);
    at = text.find('"', is_text ? stop + 1 : stop);
  }
  return members;
}

/// Ids differ by nature; "clOrdId" is the older name of "algoClOrdId"; what a library adds for
/// itself, the venue does not know.
std::map<std::string, std::string> without_ids(std::map<std::string, std::string> members) {
  for (const char* id :
       {"algoClOrdId", "clOrdId", "algoId", "tag", "reqId", "trailingPrice", "stopLossPrice"})
    members.erase(id);
  return members;
}

AlgoTerms exits(Side side, std::int64_t quantity) {
  AlgoTerms terms;
  terms.side = side;
  terms.quantity = {quantity};
  return terms;
}

TEST(AlgoProtocol, OurRequestsAreThoseThatOthersRecorded) {
  GANNET_RECORDING(path, "okx/samples/client-requests.jsonl");
  // Prices of 3 digits, quantities of 1; what each recorded call wishes, in our words.
  struct Wish {
    const char* what;
    const char* instrument;
    InstrumentKind kind;
    AlgoTerms terms;
  };
  AlgoTerms closing = exits(Side::Sell, 0);
  closing.close_position = closing.reduce_only = true;
  closing.trigger = {120'000};
  AlgoTerms spot_profit = exits(Side::Buy, 20);
  spot_profit.trigger = {90'000};
  AlgoTerms spot_stop = exits(Side::Sell, 1);
  spot_stop.stop_trigger = {90'000};
  AlgoTerms entry = exits(Side::Buy, 10);
  entry.kind = AlgoKind::Trigger;
  entry.position_side = PositionSide::Long;
  entry.trigger = {55'000};
  entry.limit = {50'000};
  AlgoTerms limit_stop = exits(Side::Sell, 10);
  limit_stop.position_side = PositionSide::Long;
  limit_stop.stop_trigger = {50'000};
  limit_stop.stop_limit = {49'000};
  AlgoTerms hedged = exits(Side::Sell, 10);
  hedged.position_side = PositionSide::Long;
  hedged.stop_trigger = {2'000'000};
  AlgoTerms trailing = exits(Side::Sell, 10);
  trailing.kind = AlgoKind::TrailingStop;
  trailing.position_side = PositionSide::Long;
  trailing.reduce_only = true;
  trailing.distance = {100'000};
  AlgoTerms profit = exits(Side::Sell, 10);
  profit.position_side = PositionSide::Long;
  profit.trigger = {49'000'000};
  profit.limit = {50'000'000};
  const Wish wishes[] = {
      {"order with closeFraction", "LTC-USDT-SWAP", InstrumentKind::Swap, closing},
      {"spot takeProfitPrice buy", "LTC-USDT", InstrumentKind::Spot, spot_profit},
      {"spot stopLossPrice sell", "LTC-USDT", InstrumentKind::Spot, spot_stop},
      {"limit buy with stopPrice and posSide", "LTC-USDT-SWAP", InstrumentKind::Swap, entry},
      {"limit sell with stopLossPrice", "LTC-USDT-SWAP", InstrumentKind::Swap, limit_stop},
      {"contract with hedged market sell", "ETH-USDT-SWAP", InstrumentKind::Swap, hedged},
      {"create a trailinPrice order", "BTC-USDT-SWAP", InstrumentKind::Swap, trailing},
      {"createTakeProfitOrder", "BTC-USDT-SWAP", InstrumentKind::Swap, profit},
  };
  std::vector<std::string> lines;
  std::ifstream in(path);
  for (std::string line; std::getline(in, line);) {
    std::string plain;
    for (std::size_t i = 0; i < line.size(); ++i) {
      if (line[i] != '\\') plain += line[i];
    }
    lines.push_back(plain);
  }
  OrderText text;
  for (const Wish& wish : wishes) {
    const auto line = std::ranges::find_if(lines, [&](const std::string& l) {
      return l.find("/trade/order-algo") != std::string::npos &&
             l.find(wish.what) != std::string::npos;
    });
    ASSERT_NE(line, lines.end()) << wish.what;
    const std::size_t from = line->find(R"("body":"{)") + 8;
    const std::string body = line->substr(from, line->find("}\"", from) + 1 - from);
    OrderTerms terms;
    terms.name = std::string_view(wish.instrument);
    terms.kind = wish.kind;
    terms.account_mode = AccountMode::MultiCurrency;
    terms.price_digits = 3;
    terms.quantity_digits = 1;
    AlgoPlaceRequest request;
    request.client_id = {17};
    request.terms = wish.terms;
    const Encoded ours = encode_place_algo(text, request, terms, OrderTag("mm1"));
    ASSERT_TRUE(ours) << wish.what;
    EXPECT_EQ(without_ids(members_of(*ours)), without_ids(members_of(body))) << *ours;
  }
}

TEST(AlgoProtocol, AmendsAndCancelsNameWhatChanges) {
  AccountSide side;
  const OrderTerms& terms = *side.terms.find(side.swap);
  OrderText text;
  AlgoAmendRequest amend;
  amend.client_id = {17};
  amend.venue_id = {670963589699682304};
  amend.instrument = side.swap;
  amend.amend_id = 4;
  amend.new_price = amend.new_quantity = true;
  amend.terms = exits(Side::Sell, 100);
  amend.terms.stop_trigger = {62'000'000};
  amend.terms.stop_limit = {33'000'000};
  EXPECT_EQ(*encode_amend_algo(text, amend, terms),
            R"({"instId":"BTC-USDT-SWAP","algoId":"670963589699682304","reqId":"4","newSz":"1",)"
            R"("newSlTriggerPx":"62000","newSlOrdPx":"33000","newSlTriggerPxType":"last"})");
  amend.new_quantity = false;
  amend.venue_id = {};
  amend.terms.kind = AlgoKind::Trigger;
  amend.terms.trigger = {60'000'000};
  EXPECT_EQ(*encode_amend_algo(text, amend, terms),
            R"({"instId":"BTC-USDT-SWAP","algoClOrdId":"17","reqId":"4",)"
            R"("newTriggerPx":"60000","newOrdPx":"-1","newTriggerPxType":"last"})");
  amend.terms.kind = AlgoKind::Chase;
  EXPECT_EQ(encode_amend_algo(text, amend, terms).error(), EncodeError::Unsupported);

  const AlgoCancelRequest cancels[] = {{{1234}, {}, side.swap}, {{}, {5}, side.swap}};
  const OrderTerms* const both[] = {&terms, &terms};
  EXPECT_EQ(*encode_cancel_algos(text, cancels, both),
            R"([{"instId":"BTC-USDT-SWAP","algoClOrdId":"1234"},)"
            R"({"instId":"BTC-USDT-SWAP","algoId":"5"}])");
  EXPECT_EQ(encode_cancel_algos(text, {}, {}).error(), EncodeError::TooMany);
}

TEST(AlgoProtocol, ExitsGoWithTheirOrdersRequest) {
  AccountSide side;
  OrderText text;
  PlaceRequest request = side.place_request(17);
  request.exits.take_profit = {65'000'000};
  request.exits.stop = {60'000'000};
  request.exits.stop_limit = {59'900'000};
  request.exits.stop_by = TriggerSource::Mark;
  request.exits_client_id = {18};
  const Encoded body =
      encode_place(text, kRest, request, *side.terms.find(side.swap), OrderTag("mm1"));
  ASSERT_TRUE(body);
  EXPECT_NE(
      body->find(
          R"(,"attachAlgoOrds":[{"attachAlgoClOrdId":"18","tpTriggerPx":"65000","tpOrdPx":"-1",)"
          R"("tpTriggerPxType":"last","slTriggerPx":"60000","slOrdPx":"59900",)"
          R"("slTriggerPxType":"mark"}]})"),
      std::string_view::npos)
      << *body;
}

TEST(AlgoProtocol, EveryKindIsWrittenAndReadBackAlike) {
  AccountSide side;
  const OrderTerms& terms = *side.terms.find(side.swap);
  std::vector<AlgoTerms> kinds(8, exits(Side::Sell, 5));
  kinds[0].stop_trigger = {60'000'000};
  kinds[0].stop_source = TriggerSource::Mark;
  kinds[1].kind = AlgoKind::OneCancelsOther;
  kinds[1].trigger = {65'000'000};
  kinds[1].limit = {64'900'000};
  kinds[1].stop_trigger = {60'000'000};
  kinds[2].kind = AlgoKind::Trigger;
  kinds[2].trigger = {60'000'000};
  kinds[2].limit = {59'900'000};
  kinds[2].source = TriggerSource::Index;
  kinds[3].kind = AlgoKind::TrailingStop;
  kinds[3].distance_ppm = 10'000;
  kinds[3].trigger = {66'000'000};
  kinds[4].kind = AlgoKind::TimeWeighted;
  kinds[4].distance = {100'000};
  kinds[4].slice = {1};
  kinds[4].limit = {59'000'000};
  kinds[4].interval = seconds(5);
  kinds[5].kind = AlgoKind::Iceberg;
  kinds[5].slice = {1};
  kinds[5].slices = 3;
  kinds[5].aggressiveness = Aggressiveness::Passive;
  kinds[6].kind = AlgoKind::Chase;
  kinds[6].distance_ppm = 1'000;
  kinds[6].farthest = {500'000};
  kinds[7].close_position = kinds[7].reduce_only = true;
  kinds[7].quantity = {};
  kinds[7].stop_trigger = {60'000'000};
  struct Rows final : AlgoRows {
    void on_algo_row(const AlgoReport& report) noexcept override { rows.push_back(report); }
    void on_bad_algo(const AlgoReport&, DecodeError) noexcept override { ++bad; }
    std::vector<AlgoReport> rows;
    int bad = 0;
  } rows;
  OrderText text;
  FrameReader reader;
  for (const AlgoTerms& kind : kinds) {
    AlgoPlaceRequest request;
    request.client_id = {900'000'000'017};
    request.terms = kind;
    const Encoded body = encode_place_algo(text, request, terms, OrderTag("mm1"));
    ASSERT_TRUE(body);
    // The venue tells the same members, but for two names.
    std::string told(*body);
    if (const auto at = told.find("\"orderPx\""); at != std::string::npos)
      told.replace(at, 9, "\"ordPx\"");
    if (const auto at = told.find(R"("reduceOnly":true)"); at != std::string::npos)
      told.replace(at, 17, R"("reduceOnly":"true")");
    told.pop_back();
    told += R"(,"algoId":"77","state":"live","uTime":"1795430400412","ordIdList":["5","6"],)"
            R"("ordId":"6"})";
    const Text frame(R"({"arg":{"channel":"orders-algo","instType":"ANY"},"data":[)" + told + "]}");
    ASSERT_TRUE(reader.read(frame.view()));
    ASSERT_TRUE(decode_algos(reader, ExecutionReport::Source::Push, side.context, side.now, rows));
    ASSERT_EQ(rows.bad, 0) << told;
    EXPECT_TRUE(rows.rows.back().terms == kind) << told;
    EXPECT_EQ(rows.rows.back().children.size(), 2u);
    EXPECT_TRUE(rows.rows.back().own_tag);
  }
}

TEST(AlgoProtocol, RecordedPushesAndListsAreUnderstood) {
  Heard heard;
  AccountSide side;
  std::size_t seen = 0;
  for (const char* file : {"okx/samples/ws-samples.jsonl", "okx/samples/rest-samples.jsonl"}) {
    GANNET_RECORDING(path, file);
    std::ifstream in(path);
    for (std::string line; std::getline(in, line);) {
      const bool is_push = line.find(R"("channel":"orders-algo")") != std::string::npos ||
                           line.find(R"("channel":"algo-advance")") != std::string::npos;
      const bool is_list = line.find("trade/orders-algo-") != std::string::npos;
      const std::size_t at = line.find("\"m\":");
      if ((!is_push && !is_list) || line.find("\"op\"") != std::string::npos) continue;
      for (const char* name : {"BTC-USDC", "ETH-USDT-SWAP"}) {
        if (line.find(name) != std::string::npos && !side.instruments.find(name).valid())
          side.instruments.add(
              testing::make_instrument(name, is_list ? InstrumentKind::Swap : InstrumentKind::Spot,
                                       6, 8, side.currencies, "X", "USDT", "USDT"));
      }
      ++seen;
      struct Rows final : AlgoRows {
        void on_algo_row(const AlgoReport& report) noexcept override { rows.push_back(report); }
        void on_bad_algo(const AlgoReport&, DecodeError error) noexcept override {
          bad.push_back(error);
        }
        std::vector<AlgoReport> rows;
        std::vector<DecodeError> bad;
      } rows;
      FrameReader reader;
      const Text text(line.substr(at + 4, line.size() - at - 5));
      ASSERT_TRUE(reader.read(text.view())) << line.substr(0, 200);
      ASSERT_TRUE(
          decode_algos(reader, ExecutionReport::Source::Push, side.context, side.now, rows));
      // Quantities of a finer grain than this instrument's are the one thing to be refused.
      for (const DecodeError error : rows.bad)
        EXPECT_EQ(error, DecodeError::TooPrecise) << line.substr(0, 300);
    }
  }
  EXPECT_GE(seen, 8u);
}

/// AlgoRest over a fake transport.
struct RestSide {
  RestSide()
      : rest(RestIdentity{&side.signer, false}, side.context, side.terms, side.heard, side.heard,
             side.http, AlgoRestSettings{}) {}
  void answer(std::size_t i, int status, std::string body) {
    HttpResponse response;
    response.status = status;
    response.body = std::move(body);
    rest.on_response(side.http.sent.at(i).first, response, side.now);
  }
  const HttpRequest& request(std::size_t i) { return side.http.sent.at(i).second; }
  static std::string row(std::uint64_t id, std::string_view type = "conditional",
                         std::string_view state = "live") {
    return R"({"instId":"BTC-USDT-SWAP","algoId":")" + std::to_string(id) +
           R"(","algoClOrdId":"","tag":"","ordType":")" + std::string(type) + R"(","state":")" +
           std::string(state) +
           R"(","side":"sell","posSide":"net","sz":"0.05","slTriggerPx":"60000","slOrdPx":"-1"})";
  }
  static std::string rows(std::uint64_t first, std::size_t count) {
    std::string body = R"({"code":"0","msg":"","data":[)";
    for (std::size_t i = 0; i < count; ++i) {
      if (i > 0) body += ",";
      body += row(first - i);
    }
    return body + "]}";
  }

  AccountSide side;
  AlgoRest rest;
};

TEST(AlgoRestSession, AsksForPendingOnesKindByKindAndAllPages) {
  RestSide t;
  ASSERT_TRUE(t.rest.request_list(9, t.side.now));
  EXPECT_EQ(t.request(0).target,
            "/api/v5/trade/orders-algo-pending?ordType=conditional,oco&limit=100");
  t.answer(0, 200, RestSide::rows(1'000, 100));
  EXPECT_TRUE(t.request(1).target.ends_with("&after=901"));
  t.answer(1, 200, RestSide::rows(900, 2));
  std::size_t i = 2;
  for (; i < 8; ++i) t.answer(i, 200, R"({"code":"0","msg":"","data":[]})");
  ASSERT_EQ(t.side.heard.ended.size(), 1u);
  EXPECT_EQ(t.side.heard.ended[0].kind, SnapshotKind::AlgoOrders);
  EXPECT_EQ(t.side.heard.ended[0].request, 9u);
  EXPECT_TRUE(t.side.heard.ended[0].complete);
  EXPECT_EQ(t.side.heard.algos.size(), 102u);
}

TEST(AlgoRestSession, OneThatCannotBeReadMakesTheListIncomplete) {
  RestSide t;
  ASSERT_TRUE(t.rest.request_list(1, t.side.now));
  t.answer(0, 200,
           R"({"code":"0","msg":"","data":[)" + RestSide::row(1, "conditional", "new?") + "]}");
  for (std::size_t i = 1; i < 7; ++i) t.answer(i, 200, R"({"code":"0","msg":"","data":[]})");
  ASSERT_EQ(t.side.heard.ended.size(), 1u);
  EXPECT_FALSE(t.side.heard.ended[0].complete);
}

TEST(AlgoRestSession, LooksInTheHistoryForOneThatTheVenueNoLongerKnows) {
  RestSide t;
  ASSERT_TRUE(t.rest.query_algo(t.side.swap, AlgoKind::Conditional, {17}, {42}, t.side.now));
  EXPECT_EQ(t.request(0).target, "/api/v5/trade/order-algo?algoId=42");
  t.answer(0, 200, R"({"code":"51603","msg":"Order does not exist","data":[]})");
  ASSERT_EQ(t.side.http.sent.size(), 2u);
  EXPECT_EQ(t.request(1).target, "/api/v5/trade/orders-algo-history?ordType=conditional&algoId=42");
  t.answer(
      1, 200,
      R"({"code":"0","msg":"","data":[)" + RestSide::row(42, "conditional", "effective") + "]}");
  ASSERT_EQ(t.side.heard.algos.size(), 1u);
  EXPECT_EQ(t.side.heard.algos[0].state, AlgoState::Effective);
  EXPECT_EQ(t.side.heard.algos[0].source, ExecutionReport::Source::Query);

  ASSERT_TRUE(t.rest.query_algo(t.side.swap, AlgoKind::Conditional, {18}, {}, t.side.now));
  t.answer(2, 200, R"({"code":"51603","msg":"Order does not exist","data":[]})");
  EXPECT_EQ(t.side.heard.count(Kind::NotFound), 1u);
}

TEST(AlgoRestSession, EachRequestHasOneAnswerWhateverComes) {
  RestSide t;
  AlgoPlaceRequest request;
  request.client_id = {17};
  request.instrument = t.side.swap;
  request.terms = exits(Side::Sell, 5);
  request.terms.stop_trigger = {60'000'000};
  struct Case {
    int status;
    const char* body;
    Kind kind;
    VenueReason reason;
  };
  const Case cases[] = {
      {200,
       R"({"code":"0","msg":"","data":[{"algoId":"42","algoClOrdId":"17","sCode":"0","sMsg":""}]})",
       Kind::PlaceAccepted, VenueReason::None},
      {200,
       R"({"code":"1","msg":"","data":[{"algoId":"","algoClOrdId":"17","sCode":"51279","sMsg":""}]})",
       Kind::PlaceRejected, VenueReason::InvalidParameter},
      {200,
       R"({"code":"1","msg":"","data":[{"algoId":"","algoClOrdId":"17","sCode":"51068","sMsg":""}]})",
       Kind::OutcomeUnknown, VenueReason::OutcomeUnknown},
      {502, "<html>", Kind::OutcomeUnknown, VenueReason::OutcomeUnknown},
      {0, "", Kind::OutcomeUnknown, VenueReason::OutcomeUnknown},
      {429, "", Kind::PlaceRejected, VenueReason::RateLimited},
  };
  std::size_t i = 0;
  for (const Case& c : cases) {
    ASSERT_EQ(t.rest.place_algo(request, t.side.now), SendResult::Sent);
    t.answer(i++, c.status, c.body);
    ASSERT_EQ(t.side.heard.reports.size(), i);
    EXPECT_EQ(t.side.heard.reports.back().kind, c.kind) << c.status << c.body;
    if (c.reason == VenueReason::RateLimited) {
      EXPECT_EQ(t.side.heard.reports.back().reason, c.reason);
    }
  }
  EXPECT_EQ(t.side.heard.reports[0].venue_id.value, 42u);
  // What the venue has no words for never leaves, and is told with the next timer.
  request.terms.kind = AlgoKind::Chase;
  request.instrument = t.side.spot;
  ASSERT_EQ(t.rest.place_algo(request, t.side.now), SendResult::Sent);
  EXPECT_EQ(t.side.heard.reports.size(), i);
  t.rest.on_timer(t.side.now);
  EXPECT_EQ(t.side.heard.reports.back().kind, Kind::PlaceRejected);
  EXPECT_EQ(t.side.http.sent.size(), i);
  // No answer at all is an unknown outcome, in time.
  request.terms.kind = AlgoKind::Conditional;
  request.instrument = t.side.swap;
  ASSERT_EQ(t.rest.place_algo(request, t.side.now), SendResult::Sent);
  t.rest.on_timer(t.side.now + seconds(6));
  EXPECT_EQ(t.side.heard.reports.back().kind, Kind::OutcomeUnknown);
}

struct SocketSide {
  SocketSide() : session(side.signer, side.context, side.heard, side.heard, {}) {}
  void say(std::string_view text) {
    const Text padded(text);
    session.on_text(padded.view(), side.now);
  }
  void log_in() {
    session.on_open(side.socket, side.now);
    say(R"({"event":"login","code":"0","msg":"","connId":"c0"})");
  }
  void acknowledge(std::string_view channel) {
    say(R"({"event":"subscribe","arg":{"channel":")" + std::string(channel) +
        R"("},"connId":"c0"})");
  }
  AccountSide side;
  AlgoSession session;
};

TEST(AlgoSocket, LogsInAndIsReadyWhenBothChannelsAreAcknowledged) {
  SocketSide t;
  t.log_in();
  ASSERT_EQ(t.side.socket.sent.size(), 3u);
  EXPECT_NE(t.side.socket.sent[0].find(R"("op":"login")"), std::string::npos);
  t.acknowledge("algo-advance");
  EXPECT_FALSE(t.session.ready());
  t.acknowledge("orders-algo");
  EXPECT_TRUE(t.session.ready());
  t.say(R"({"arg":{"channel":"orders-algo","instType":"ANY"},"data":[)" +
        RestSide::row(42, "trigger", "order_failed") + "]}");
  ASSERT_EQ(t.side.heard.algos.size(), 1u);
  EXPECT_EQ(t.side.heard.algos[0].state, AlgoState::Failed);
  // A row that cannot be read has its order asked for.
  t.say(R"({"arg":{"channel":"orders-algo","instType":"ANY"},"data":[{"instId":"BTC-USDT-SWAP",)"
        R"("algoId":"43","algoClOrdId":"17","ordType":"conditional","state":"?"}]})");
  EXPECT_EQ(t.side.heard.count(Kind::OutcomeUnknown), 1u);
  EXPECT_EQ(t.session.counters().malformed, 1u);
}

TEST(AlgoSocket, ComesBackFromEveryFailureAndStopsForARefusedKey) {
  SocketSide t;
  t.log_in();
  t.side.now = t.side.now + seconds(11);
  t.session.on_timer(t.side.now);
  EXPECT_EQ(t.side.socket.reconnects.size(), 1u);  // no acknowledgement
  t.log_in();
  t.acknowledge("orders-algo");
  t.acknowledge("algo-advance");
  t.say(R"({"event":"notice","code":"64008","msg":"upgrade","connId":"c0"})");
  t.session.on_timer(t.side.now);  // nobody takes over, and nothing is in flight
  EXPECT_EQ(t.side.socket.reconnects.size(), 2u);
  t.log_in();
  t.acknowledge("orders-algo");
  t.acknowledge("algo-advance");
  t.session.on_timer(t.side.now + seconds(6));
  EXPECT_EQ(t.side.socket.sent.back(), "ping");
  t.session.on_timer(t.side.now + seconds(12));
  EXPECT_EQ(t.side.socket.reconnects.size(), 3u);
  t.session.on_open(t.side.socket, t.side.now);
  t.say(R"({"event":"error","code":"60005","msg":"Invalid apiKey","connId":"c0"})");
  EXPECT_EQ(t.session.state(), AlgoSession::State::Stopped);
  EXPECT_EQ(t.side.socket.reconnects.size(), 3u);
  const std::size_t sent = t.side.socket.sent.size();
  t.session.on_open(t.side.socket, t.side.now);
  EXPECT_EQ(t.side.socket.sent.size(), sent);
}

TEST(AlgoSocket, AReplacedKeyMayBeDeletedAndTheOneInUseMayNot) {  // 4007
  SocketSide t;
  t.log_in();
  t.side.signer.replace({Secret("key-2"), Secret("EXAMPLE-SECRET-NOT-REAL-0002"), Secret("p")});
  EXPECT_EQ(t.session.on_close_code(4007, t.side.now), CloseReaction::Reconnect);
  t.session.on_closed(t.side.now);
  t.log_in();
  EXPECT_EQ(t.session.on_close_code(4007, t.side.now), CloseReaction::Stop);
  EXPECT_EQ(t.session.state(), AlgoSession::State::Stopped);
  EXPECT_FALSE(t.side.heard.has_problem(ProblemKind::Fatal)) << "the order session decides that";
}

// Faults 11: the successor is there before the old connection goes, and the lists are read.
TEST(AlgoSocket, MovesToASuccessorBeforeItsConnectionEnds) {
  SocketSide t;
  AlgoSession second(t.side.signer, t.side.context, t.side.heard, t.side.heard, {});
  struct Lines final : LineControl {
    std::vector<std::string> log;
    void open_line(std::size_t line) noexcept override {
      log.push_back("open " + std::to_string(line));
    }
    void close_line(std::size_t line) noexcept override {
      log.push_back("close " + std::to_string(line));
    }
  } control;
  LinePair pair(t.session, second, control);
  int doubts = 0;
  std::vector<ConnectionState> told;
  pair.on_doubt([&] { ++doubts; });
  pair.on_connection([&](ConnectionState state, Timestamp) { told.push_back(state); });
  t.log_in();
  t.acknowledge("orders-algo");
  t.acknowledge("algo-advance");
  EXPECT_TRUE(pair.is_settled_with_current_key());
  pair.replace(0);
  EXPECT_FALSE(pair.is_settled_with_current_key());
  second.on_open(t.side.socket, t.side.now);
  for (const char* text : {R"({"event":"login","code":"0","msg":"","connId":"c1"})",
                           R"({"event":"subscribe","arg":{"channel":"orders-algo"}})",
                           R"({"event":"subscribe","arg":{"channel":"algo-advance"}})"}) {
    EXPECT_EQ(doubts, 0);
    const Text padded(text);
    second.on_text(padded.view(), t.side.now);
  }
  EXPECT_EQ(doubts, 1);
  EXPECT_EQ(pair.current(), 1u);
  pair.on_timer(t.side.now);
  EXPECT_EQ(control.log, (std::vector<std::string>{"open 1", "close 0"}));
  t.session.on_closed(t.side.now);
  EXPECT_EQ(told, (std::vector{ConnectionState::Connecting, ConnectionState::Ready}));
  EXPECT_EQ(doubts, 1);
}

TEST(PrivateHints, CashWarningsAndFillsAreToldAndNothingIsBooked) {
  OrderSessionSettings settings;
  settings.fill_hints = true;
  AccountSide side(settings);
  side.connect();
  ASSERT_TRUE(side.orders->ready());
  EXPECT_NE(side.socket.sent.back().find(R"("channel":"fills")"), std::string::npos);
  side.say(R"({"id":"subfills","event":"error","code":"64003","msg":"tier","connId":"c0"})");
  EXPECT_TRUE(side.orders->ready());  // by fee tier: its refusal costs nothing
  side.say(R"({"arg":{"channel":"fills"},"data":[{"instId":"BTC-USDT-SWAP","fillSz":"1",)"
           R"("fillPx":"60000","side":"buy","ts":"1795430400412","ordId":"42","clOrdId":"17",)"
           R"("tradeId":"9","execType":"T","count":"1"}]})");
  ASSERT_EQ(side.heard.hints.size(), 1u);
  EXPECT_EQ(side.heard.hints[0].trade_id.value, 9);
  side.say(R"({"arg":{"channel":"balance_and_position","uid":"1"},"data":[{"pTime":"1",)"
           R"("eventType":"filled","balData":[{"ccy":"USDT","cashBal":"12.5","uTime":"5"}],)"
           R"("posData":[{"posId":"1","tradeId":"9","instId":"BTC-USDT-SWAP","instType":"SWAP",)"
           R"("mgnMode":"cross","avgPx":"60000","ccy":"USDT","posSide":"net","pos":"0.05",)"
           R"("uTime":"5"}],"trades":[]}]})");
  ASSERT_EQ(side.heard.cash.size(), 1u);
  ASSERT_EQ(side.heard.positions.size(), 1u);
  EXPECT_EQ(side.heard.positions[0].quantity.raw, 5);
  EXPECT_EQ(side.heard.positions[0].last_trade.value, 9);
  side.say(R"({"arg":{"channel":"liquidation-warning","instType":"ANY"},"data":[{)"
           R"("instId":"BTC-USDT-SWAP","posSide":"short","pos":"0.05","mgnRatio":"2.9",)"
           R"("uTime":"5"}]})");
  ASSERT_EQ(side.heard.warnings.size(), 1u);
  EXPECT_EQ(side.heard.warnings[0].margin_ratio_ppm, 2'900'000);
  EXPECT_EQ(side.heard.warnings[0].quantity.raw, -5);
  EXPECT_TRUE(side.heard.fills.empty());
  EXPECT_TRUE(side.heard.reports.empty());
}

}  // namespace
}  // namespace gannet::okx
