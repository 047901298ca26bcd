// Frames that make no sense are counted, told once a kind, and survived; trading goes on.
// [RELIABILITY fault 35]
#include <map>

#include "support/daemon.h"
#include "support/venue_agreement.h"

namespace gannet::test {
namespace {

std::string as_fault(std::string_view connection, const std::string& text) {
  std::string escaped;
  for (const char c : text) {
    if (c == '"' || c == '\\') escaped += '\\';
    escaped += c;
  }
  return R"({"send_raw":{"connection":")" + std::string(connection) + R"(","text":")" + escaped +
         "\"}}";
}

const std::vector<std::string>& of_any_socket() {
  static const std::vector<std::string> texts{
      "",
      "this is not JSON",
      "{",
      "[]",
      "null",
      "{}",
      R"({"event":"dance"})",
      R"({"event":"error"})",
      R"({"arg":{},"data":[]})",
      R"({"arg":5,"data":"text"})",
      R"({"arg":{"channel":"books-of-the-future","instId":"BTC-USDT-SWAP"},"data":[{}]})",
      std::string(200'000, '['),
      R"({"a":)" + std::string(100'000, '[') + std::string(100'000, ']') + "}",
  };
  return texts;
}

std::vector<std::string> of_the_market() {
  const std::string bbo = R"({"arg":{"channel":"bbo-tbt","instId":"ETH-USDT-SWAP"},"data":)";
  const std::string mark = R"({"arg":{"channel":"mark-price","instId":"ETH-USDT-SWAP"},"data":)";
  return {
      bbo + "[{}]}",
      bbo + "{}}",
      bbo + R"([{"asks":[["1e400","1","0","1"]],"bids":[],"ts":"1","seqId":1}]})",
      bbo +
          R"([{"asks":[["99999999999999999999999999","1","0","1"]],"bids":[["-5","1","0","1"]],)" +
          R"("ts":"1700000000000","seqId":5}]})",
      bbo + R"([{"asks":"none","bids":null,"ts":"soon","seqId":"x"}]})",
      bbo + R"([{"asks":[["NaN","1","0","1"]],"bids":[["2500.1"]],"ts":"-1","seqId":-7}]})",
      R"({"arg":{"channel":"bbo-tbt","instId":"NO-SUCH-SWAP"},"data":[{}]})",
      mark + R"([{"instId":"ETH-USDT-SWAP","markPx":"","ts":"1700000000000"}]})",
      mark + R"([{"instId":"ETH-USDT-SWAP","markPx":"-1","ts":"99999999999999999999"}]})",
  };
}

std::vector<std::string> of_the_account() {
  const std::string orders = R"({"arg":{"channel":"orders","instType":"ANY"},"data":)";
  return {
      orders + "[{}]}",
      orders + R"([{"instId":"ETH-USDT-SWAP","instType":"SWAP","ordId":"1","clOrdId":"1",)" +
          R"("state":"dancing","side":"both","px":"1","sz":"1"}]})",
      orders + R"([{"instId":"ETH-USDT-SWAP","instType":"SWAP","ordId":"x","clOrdId":"",)" +
          R"("state":"live","side":"buy","px":"1e999","sz":"-1"}]})",
      orders + R"("everything")" + "}",
      R"({"arg":{"channel":"account"},"data":[{"details":"none"}]})",
      R"({"arg":{"channel":"positions","instType":"ANY"},"data":[{"instId":5}]})",
      R"({"id":"999999999","op":"order","code":"0","msg":"","data":[]})",
      R"({"id":"nobody","op":"cancel-order","code":"abc","data":[{"ordId":"1"}]})",
      R"({"id":"1","op":"sing","code":"0","data":[{}]})",
  };
}

TEST(VenueGarbage, IsCountedToldOnceAKindAndSurvived) {
  const Folder folder;
  Venue venue(folder);
  Daemon daemon(folder, {.state_directory = folder.state(), .venue = &venue.ready()});
  ASSERT_TRUE(daemon.wait_for_orders(2));
  const auto send_all = [&] {
    for (const char* connection : {"public", "private"})
      for (const std::string& text : of_any_socket()) venue.order_fault(as_fault(connection, text));
    for (const std::string& text : of_the_market()) venue.order_fault(as_fault("public", text));
    for (const std::string& text : of_the_account()) venue.order_fault(as_fault("private", text));
  };
  send_all();
  ASSERT_TRUE(daemon.wait_for_market_frames(30));
  ASSERT_TRUE(daemon.wait_for_state("ready"));
  ASSERT_TRUE(daemon.wait_for_orders(3)) << "the streams go on";
  const auto told = daemon.log_lines({"frame.refused"});
  EXPECT_GE(told.size(), 4u);
  EXPECT_FALSE(daemon.log_lines({"frame.refused", "this is not JSON"}).empty())
      << "with the frame, so that someone can look at it";
  for (const std::string& line : told) EXPECT_LT(line.size(), 2'000u);
  const auto counted = daemon.status()->number("frames_refused");
  EXPECT_GE(counted, 10);

  for (int i = 0; i < 5; ++i) send_all();
  ASSERT_TRUE(daemon.wait_for("the same again", [&](const Json& now) {
    return now.number("frames_refused") >= 5 * counted;
  }));
  ASSERT_TRUE(daemon.wait_for_orders(3));
  std::map<std::string, int> kinds;
  for (const std::string& line : daemon.log_lines({"frame.refused"})) {
    const Json entry(line);
    std::string kind;
    for (const char* member : {"kind", "detail", "code", "text"}) {
      auto value = entry.root()[member];
      if (value.error() == simdjson::SUCCESS) kind += simdjson::minify(value.value()) + " ";
    }
    EXPECT_EQ(++kinds[kind], 1) << "told again: " << line;
  }
  EXPECT_EQ(daemon.status()->number("reconnects"), 0);
  EXPECT_EQ(daemon.stop(), 0) << daemon.summary();
  const Said ledger = gannet(folder, {"journal", "ledger", "--state", folder.state()});
  ASSERT_EQ(ledger.code, 0) << ledger.err;
  EXPECT_EQ(differences(venue.truth(), Json(ledger.out)), std::vector<std::string>{});
}

TEST(VenueGarbage, ABookThatCannotBeProvenIsWithdrawnAndComesBack) {
  const Folder folder;
  Venue venue(folder);
  Daemon daemon(folder, {.state_directory = folder.state(), .venue = &venue.ready()});
  ASSERT_TRUE(daemon.wait_for_orders(2));
  for (int i = 0; i < 3; ++i) {
    venue.order_fault(R"({"sequence_gap":{"instId":"BTC-USDT-SWAP"}})");
    ASSERT_TRUE(daemon.wait_for_market_frames(20));
  }
  ASSERT_TRUE(daemon.wait_for("both books", [](const Json& now) {
    for (const auto row : now["instruments"].get_array())
      if (row["best_bid"].is_null()) return false;
    return now.text("state") == "ready";
  }));
  ASSERT_TRUE(daemon.wait_for_orders(2));
  EXPECT_EQ(daemon.stop(), 0) << daemon.summary();
}

TEST(CutSockets, AreReconnectedReconciledAndTradedOn) {
  const Folder folder;
  Venue venue(folder);
  Daemon daemon(folder, {.state_directory = folder.state(), .venue = &venue.ready()});
  ASSERT_TRUE(daemon.wait_for_orders(2));
  std::int64_t cuts = 0;
  for (const char* connection : {"private", "public", "all"}) {
    venue.order_fault(R"({"cut":{"connection":")" + std::string(connection) + "\"}}");
    ++cuts;
    ASSERT_TRUE(daemon.wait_for("a reconnect",
                                [&](const Json& now) { return now.number("reconnects") >= cuts; }));
    ASSERT_TRUE(daemon.wait_for_state("ready"));
    ASSERT_TRUE(daemon.wait_for_orders(2));
  }
  EXPECT_EQ(daemon.stop(), 0) << daemon.summary();
  const Said ledger = gannet(folder, {"journal", "ledger", "--state", folder.state()});
  ASSERT_EQ(ledger.code, 0) << ledger.err;
  EXPECT_EQ(differences(venue.truth(), Json(ledger.out)), std::vector<std::string>{});
}

}  // namespace
}  // namespace gannet::test
