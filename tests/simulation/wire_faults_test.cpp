#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <ostream>
#include <string>
#include <vector>

#include "sim/okx_server/protocol/fault_table.h"
#include "support/order_run.h"
#include "support/wired_engine.h"

// RELIABILITY part D, faults 1 to 37: those of the wire, one a row, ordered from the simulated
// venue while an engine trades. Each run ends reconciled: orders, fills, positions and balances are
// the venue's, nothing is unknown or held, and the deep book is the exchange's. [invariants I1 I2
// I11]
//
// Elsewhere, because they need real sockets or another desk: 5-8 name service, TLS and frames below
// texts (integration/wire_faults_against_sim_test.cpp), 22 every error code
// (error_codes_end_test.cpp), 24 algo orders (integration/algo_orders_against_sim_test.cpp).

namespace gannet::test {
namespace {

struct WireFault {
  const char* ids;     ///< of RELIABILITY part D
  const char* name;    ///< of the test
  const char* faults;  ///< as POST /sim/v1/faults takes them
  enum class During : std::uint8_t {
    Run,    ///< orders one after the other: they must all come to their end
    Rest,   ///< a position and two resting orders: what happens to them is not ours
    Pages,  ///< 205 resting orders: the lists have pages
  } during = During::Run;
  bool accepts = false;  ///< a person accepts what the venue did to the position
};

void PrintTo(const WireFault& fault, std::ostream* out) { *out << fault.ids << " " << fault.name; }

using enum WireFault::During;

constexpr WireFault kWireFaults[] = {
    // Network and sockets.
    {"1", "PrivateReset", R"({"cut":{"connection":"private","every":"700ms","count":4}})"},
    {"1", "PublicReset", R"({"cut":{"connection":"public","every":"700ms","count":4}})"},
    {"1", "ResetWithinAFrame",
     R"({"cut_at_byte":{"connection":"all","byte":9,"count":4,"nth":5}})"},
    {"1", "ResetOnOpen",
     R"({"cut":{"connection":"all"},"cut_on_open":{"connection":"all","count":4}})"},
    {"1 13", "RestCutAfterEffect", R"({"http_cut":{"path":"","byte":20,"count":6}})"},
    {"1 13", "RestCutBeforeEffect",
     R"({"http_cut":{"path":"","byte":20,"before_effect":true,"count":6}})"},
    {"2", "HalfOpenPrivate", R"({"half_open":{"connection":"private","for":"12s"}})"},
    {"2", "HalfOpenPublic", R"({"half_open":{"connection":"public","for":"12s"}})"},
    {"3", "StallIn", R"({"stall":{"connection":"private","direction":"in","for":"4s"}})"},
    {"3", "StallOut", R"({"stall":{"connection":"private","direction":"out","for":"4s"}})"},
    {"3", "StallPublic", R"({"stall":{"connection":"public","for":"60s"}})"},
    {"4", "Latency", R"({"latency":{"connection":"all","ms":300,"jitter_ms":200,"for":"20s"}})"},
    {"4 14", "SlowRest", R"({"http_delay":{"path":"","ms":2500,"count":12}})"},
    {"5", "Loss", R"({"loss":{"connection":"all","percent":30,"for":"20s"}})"},
    {"6", "Bandwidth", R"({"bandwidth":{"connection":"all","bytes_per_s":8000,"for":"10s"}})"},
    {"9", "CloseCodes",
     R"([{"close":{"connection":"all","code":1001}},{"close":{"connection":"private","code":4004,"at":"2s"}},
         {"close":{"connection":"all","code":4005,"at":"4s"}},{"close":{"connection":"private","code":4006,"at":"6s"}},
         {"close":{"connection":"private","code":4001,"at":"8s"}},{"close":{"connection":"all","code":1006,"at":"10s"}}])"},
    {"9 35", "TextsThatAreNoMessages",
     R"([{"send_raw":{"connection":"all","text":"{\"arg\":","count":3}},{"send_raw":{"connection":"all","text":"[]"}},
         {"send_raw":{"connection":"all","text":"{\"event\":\"new\"}"}},{"send_raw":{"connection":"all","text":"\u0001"}}])"},
    {"10", "Refused",
     R"({"cut":{"connection":"all"},"refuse_connect":{"connection":"all","status":503,"count":6}})"},
    {"10", "RestGateway", R"({"http_status":{"path":"","status":502,"count":8}})"},
    {"10 59", "Down", R"({"down":{"for":"5s"}})"},
    {"11", "Upgrade",
     R"({"notice64008":{"connection":"all","close_after_ms":3000,"every":"4s","count":3}})"},
    {"12", "LoginRefused",
     R"({"cut":{"connection":"private"},"refuse_login":{"code":"63999","count":3}})"},
    {"12", "LoginSlow", R"({"cut":{"connection":"private"},"slow_login":{"ms":15000}})"},
    {"12", "SubscribeRefused",
     R"({"cut":{"connection":"all"},"refuse_subscribe":{"code":"64007","count":3}})"},
    {"12", "AcknowledgementMissing",
     R"({"cut":{"connection":"all"},"drop_subscribe_ack":{"channel":"orders"}})"},
    // Order path.
    {"13", "RequestLost", R"({"drop_request":{"count":6,"nth":2}})"},
    {"13", "AckLost", R"({"drop_ack":{"count":6,"nth":2}})"},
    {"13", "PushLost", R"({"drop_push":{"channel":"orders","count":6,"nth":3}})"},
    {"13 14", "AckAndPushLost",
     R"({"drop_ack":{"count":6,"nth":2},"drop_push":{"channel":"orders","count":6,"nth":3}})"},
    {"14", "AckAfterFill", R"({"late_ack":{"ms":400,"count":12}})"},
    {"14", "PushAfterAck", R"({"delay_push":{"channel":"orders","ms":400,"count":12,"nth":2}})"},
    {"15", "AcksTwice", R"({"duplicate_ack":{"count":20}})"},
    {"15", "PushesTwice", R"({"duplicate_push":{"count":60}})"},
    {"15", "OldPushAgain", R"({"replay_push":{"channel":"orders","every":"300ms","count":20}})"},
    {"16", "FillBeforeCancel", R"({"fill_first":{"op":"cancel-order","percent":50,"count":4}})",
     Rest},
    {"16", "FillBeforeAmend", R"({"fill_first":{"op":"amend-order","percent":50,"count":4}})",
     Rest},
    {"16", "GoneBeforeAmend", R"({"cancel_first":{"op":"amend-order","count":3}})"},
    {"16", "GoneBeforeCancel", R"({"cancel_first":{"op":"cancel-order","count":3}})"},
    {"17", "BatchPartlyRefused",
     R"({"reject_code":{"op":"batch-orders","code":"51008","nth":2,"count":3}})"},
    {"17", "BatchReplyLost",
     R"({"drop_ack":{"op":"batch-orders","count":2},"drop_request":{"op":"batch-cancel-orders","count":2}})"},
    {"18", "LatePastItsTime", R"({"late_request":{"op":"order","ms":2000,"count":4}})"},
    {"19", "CancelledByTheVenue", R"({"venue_cancel":{"every":"300ms","count":8}})"},
    {"19", "Deleveraged", R"({"adl":{"sz":"0.01"}})", Rest, true},
    {"20", "ShrunkByTheVenue", R"({"shrink_order":{"lots":1}})", Rest},
    {"20", "FilledByMoreThanAskedFor", R"({"overfill":{"lots":1}})", Rest, true},
    {"21", "RateRefusals", R"({"rate_refusal":{"probability":0.3,"for":"10s"}})"},
    {"21", "RestBan", R"({"http_status":{"path":"","status":429,"for":"10s","count":0}})"},
    {"22", "MarginRefusals", R"({"reject_code":{"op":"order","code":"51008","count":4}})"},
    {"22", "UnlistedCode", R"({"reject_code":{"code":"59876","count":4,"nth":3}})"},
    {"23", "InstrumentCodeRefused", R"({"refuse_instrument_code":{"for":"5s"}})"},
    {"25 26", "LeverageFromElsewhere", R"({"set_leverage":{"instId":"BTC-USDT-SWAP","lever":"2"}})",
     Rest},
    {"26", "Transfer", R"({"transfer":{"ccy":"USDT","amount":"-1000"}})", Rest},
    {"26 60", "OrderByHand",
     R"({"foreign_order":{"instId":"BTC-USDT-SWAP","side":"buy","sz":"0.03"}})", Rest, true},
    // Snapshots and REST.
    {"27", "PagesOverlap", R"({"page_overlap":{"path":"","count":4}})", Pages},
    {"27", "PageFails", R"({"page_error":{"path":"","count":2}})", Pages},
    {"27", "ChangeBetweenPages",
     R"([{"page_change":{"path":"","how":"cancel","count":2}},{"page_change":{"path":"","how":"fill","at":"4s"}}])",
     Pages},
    {"28", "RestIsBehind", R"({"replica_lag":{"ms":5000,"for":"20s"}})"},
    {"29", "PositionMissing", R"({"missing_row":{"path":"/api/v5/account/positions","count":2}})",
     Rest},
    {"29", "NoPositions", R"({"empty_list":{"path":"/api/v5/account/positions","count":2}})", Rest},
    {"29 30", "ListsInReverse", R"({"reverse_rows":{"path":"","count":20}})"},
    {"30", "FillsTruncated",
     R"({"drop_push":{"channel":"orders","count":4},"truncate_list":{"path":"/api/v5/trade/fills","keep":1,"count":3}})"},
    // Market data.
    {"31", "SequenceGap", R"({"sequence_gap":{"every":"400ms","count":4}})"},
    {"31", "SequenceReset", R"({"sequence_reset":{"every":"400ms","count":4}})"},
    {"31", "SnapshotAgain", R"({"resend_snapshot":{"every":"400ms","count":4}})"},
    {"31", "KeepAlives", R"({"keep_alive":{"every":"400ms","count":4}})"},
    {"31", "NoSnapshot",
     R"({"no_snapshot":{"for":"20s"},"cut":{"connection":"public","at":"100ms"}})"},
    {"32", "ChecksumRight", R"({"checksum":{"shape":"right","for":"5s"}})"},
    {"32", "ChecksumWrong", R"({"checksum":{"shape":"wrong","for":"5s"}})"},
    {"32", "ChecksumAbsent", R"({"checksum":{"shape":"absent","for":"5s"}})"},
    {"33", "CrossedBook", R"({"crossed_book":{"count":4}})"},
    {"33", "EmptySide", R"({"empty_side":{"count":4}})"},
    {"33", "ZeroLevel", R"({"zero_level":{"count":4}})"},
    {"33", "LevelBurst", R"({"level_burst":{"count":4}})"},
    {"33", "RateBurst", R"({"rate_burst":{"times":10,"for":"5s"}})"},
    {"34", "FeedsDisagree", R"({"disagree":{"ticks":3,"for":"5s"}})"},
    {"35", "FieldAdded", R"({"malform":{"how":"add","count":40}})"},
    {"35", "FieldRemoved", R"({"malform":{"how":"remove","count":20}})"},
    {"35", "FieldUnknown", R"({"malform":{"how":"set","field":"state","value":"new","count":6}})"},
    {"35", "FieldAsNumber", R"({"malform":{"how":"number","count":20}})"},
    {"35", "FieldAsText", R"({"malform":{"how":"string","count":20}})"},
    {"35", "FieldWithExponent", R"({"malform":{"how":"exponent","count":20}})"},
    {"35", "FieldTooLong", R"({"malform":{"how":"long","count":10}})"},
    {"35", "FieldNegativeZero", R"({"malform":{"how":"negative_zero","count":10}})"},
    {"36", "Suspended",
     R"([{"instrument_state":{"instId":"BTC-USDT-SWAP","state":"suspend"}},
         {"instrument_state":{"instId":"BTC-USDT-SWAP","state":"live","at":"4s"}}])"},
    {"36", "TickChanges", R"({"instrument_state":{"instId":"BTC-USDT-SWAP","tickSz":"0.2"}})",
     Rest},
    {"37", "MarkFrozen", R"({"mark_frozen":{"for":"20s"}})"},
    {"37", "IndexJumps", R"({"index_jump":{"percent":5,"for":"5s"}})"},
    {"37", "FundingShifts",
     R"({"funding_shift":{"ms":3600000,"for":"5s"},"cut":{"connection":"public"}})"},
};

class WireFaults : public ::testing::TestWithParam<WireFault> {
 protected:
  static WiredEngine::Options options() {
    WiredEngine::Options options;
    options.depth = true;
    options.core.unknown_orders_max = 1'000;
    options.core.orders.open_capacity = 512;
    options.core.orders.ended_capacity = 512;
    return options;
  }
  void order_faults() {
    std::string text = GetParam().faults;
    if (text.starts_with('[')) text = R"({"faults":)" + text + "}";
    const auto ordered = wired.server->order_faults(text, wired.now);
    ASSERT_TRUE(ordered) << ordered.error();
  }
  Handle rest(Price price, Quantity quantity = {2}) {
    OrderIntent order = WiredEngine::intent(wired.swap, Side::Buy, price, quantity);
    order.post_only = true;
    return wired.place(order);
  }

  HttpResponse ask_switches(const char* method) {
    HttpRequest request;
    request.method = method;
    request.target = "/sim/v1/faults";
    return wired.server->on_http(request, "127.0.0.1:3", wired.now);
  }
  void expect_they_happened() {
    const std::string body = ask_switches("GET").body;
    const std::string happened = body.substr(body.find("\"happened\""));
    int kinds = 0;
    for (const okx_server::FaultInfo& info : okx_server::fault_table()) {
      const std::string name = "\"" + std::string(info.id) + "\":";
      if (std::string_view(GetParam().faults).find(name) == std::string_view::npos) continue;
      ++kinds;
      EXPECT_NE(happened.find(name), std::string::npos) << info.id << "\n" << happened;
    }
    EXPECT_GT(kinds, 0);
  }

  /// Every other second the lists are read, and every second mark and index move.
  void keep_busy() {
    if (wired.now < next_move_) return;
    next_move_ = wired.now + seconds(1);
    if (++moves_ % 2 == 0) wired.core->request_round();
    const Price price{61'250'000 + (moves_ % 5) * 100};
    wired.server->exchange().set_reference_prices(wired.swap, price, price, wired.now);
  }
  void pass(Nanos span) {
    for (const Timestamp end = wired.now + span; wired.now < end;) {
      keep_busy();
      wired.run_for(milliseconds(100));
    }
  }

  void trade() {
    OrderRun script(wired, 24, seconds(1));
    const bool ended = wired.run_until_true(
        [&] {
          script.work();
          keep_busy();
          return script.is_done();
        },
        seconds(240));
    EXPECT_TRUE(ended) << wired.disagreement();
    EXPECT_EQ(wired.position(wired.swap), script.target());
  }
  /// A position, an order that is amended and cancelled, and one that stays.
  void stay() {
    OrderIntent buy = WiredEngine::intent(wired.swap, Side::Buy, WiredEngine::kAsk, {5});
    buy.time_in_force = TimeInForce::ImmediateOrCancel;
    wired.place(buy);
    const Handle first = rest({60'000'000}, {4});
    rest({59'000'000}, {4});
    ASSERT_TRUE(wired.run_until_true([&] { return wired.venue_open_orders() == 2; }));
    ASSERT_TRUE(wired.run_until_true([&] { return wired.disagreement().empty(); }))
        << wired.disagreement();
    order_faults();
    wired.amend(first, Price{60'000'200});
    pass(seconds(2));
    wired.cancel(first);
    pass(seconds(10));
  }
  void fill_pages() {
    for (int i = 0; i < 205; ++i) rest({60'000'000 - i * 100}, {1});
    ASSERT_TRUE(wired.run_until_true([&] { return wired.venue_open_orders() == 205; }));
    order_faults();
    for (int i = 0; i < 4; ++i) {
      wired.core->request_round();
      wired.run_for(seconds(3));
    }
  }

  WiredEngine wired{options()};
  Timestamp next_move_;
  std::int64_t moves_ = 0;
};

TEST_P(WireFaults, EndsReconciled) {
  const WireFault& fault = GetParam();
  ASSERT_TRUE(wired.make_ready()) << wired.disagreement();
  switch (fault.during) {
    case WireFault::During::Run:
      order_faults();
      trade();
      break;
    case WireFault::During::Rest:
      stay();
      break;
    case WireFault::During::Pages:
      fill_pages();
      break;
  }
  expect_they_happened();
  EXPECT_EQ(ask_switches("DELETE").status, 200);
  if (fault.accepts) {
    wired.run_for(seconds(10));
    static_cast<void>(wired.core->accept(wired.swap, "a person", wired.now));
  }
  EXPECT_TRUE(wired.run_until_true([&] { return wired.disagreement().empty(); }, seconds(90)))
      << wired.disagreement();
}

INSTANTIATE_TEST_SUITE_P(Rows, WireFaults, ::testing::ValuesIn(kWireFaults), [](const auto& row) {
  std::string ids = row.param.ids;
  std::ranges::replace(ids, ' ', '_');
  return std::string(row.param.name) + "_Fault" + ids;
});

}  // namespace
}  // namespace gannet::test
