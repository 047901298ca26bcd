#include <gtest/gtest.h>

#include <fstream>
#include <map>
#include <string>
#include <vector>

#include "app/book_rebuild.h"
#include "support/recordings.h"
#include "test_paths.h"

// The verified figures of the recordings, row by row.

namespace gannet::app {
namespace {

struct Row {
  const char* instrument;
  int snapshots, updates, empty, checksums_ok, unknown_deletes, bid_levels, ask_levels;
  const char* best_bid;  // JSON text of best_bid and best_bid_quantity, "" for null
  const char* best_bid_quantity;
  const char* best_ask;
  const char* best_ask_quantity;
  const char* last_checksum;
};

std::string expected_json(const Row& row, std::string_view last_sequence = "null") {
  const auto text = [](const char* value) {
    return *value == '\0' ? std::string("null") : '"' + std::string(value) + '"';
  };
  std::string json = R"({"instrument":")" + std::string(row.instrument) + '"';
  const auto add = [&](const char* key, const std::string& value) {
    json += std::string(",\"") + key + "\":" + value;
  };
  add("snapshots", std::to_string(row.snapshots));
  add("updates", std::to_string(row.updates));
  add("empty", std::to_string(row.empty));
  add("checksums_ok", std::to_string(row.checksums_ok));
  add("checksums_bad", "0");
  add("gaps", "0");
  add("unknown_deletes", std::to_string(row.unknown_deletes));
  add("bid_levels", std::to_string(row.bid_levels));
  add("ask_levels", std::to_string(row.ask_levels));
  add("best_bid", text(row.best_bid));
  add("best_bid_quantity", text(row.best_bid_quantity));
  add("best_ask", text(row.best_ask));
  add("best_ask_quantity", text(row.best_ask_quantity));
  add("last_checksum", row.last_checksum);
  add("last_sequence", std::string(last_sequence));
  add("valid", "true");
  return json + "}";
}

std::vector<std::string> rebuild(const std::string& path,
                                 const std::vector<std::string>& instruments = {}) {
  const auto tables = load_tables(instruments, path);
  EXPECT_TRUE(tables.has_value()) << tables.error().message;
  if (!tables) return {};
  BookRebuild rebuild(*tables);
  EXPECT_TRUE(for_each_line(path, [&](const RecordingLine& line) { rebuild.see(line); }));
  EXPECT_EQ(rebuild.refused(), 0u);
  std::vector<std::string> json;
  for (const RebuiltBook* book : rebuild.books()) {
    json.push_back(book->to_json(tables->instruments[book->instrument()]));
  }
  return json;
}

const std::vector<Row> kFebruary2022{
    {"BTC-USD-220325-40000-C", 2, 60, 1, 62, 0, 4, 4, "0.05", "300", "0.0515", "334",
     "-1235673914"},
    {"ELON-USDT", 2, 1600, 0, 1602, 0, 349, 400, "0.0000007445", "184440410", "0.00000074573",
     "169377147", "716272278"},
    {"ETH-USD-220228-3000-C", 2, 2, 2, 4, 0, 0, 2, "", "", "0.001", "1031", "1499363433"},
    {"ETH-USD-220325-8800-P", 2, 23, 1, 25, 0, 1, 1, "2.201", "201", "2.5505", "201", "1951575424"},
    {"ETH-USD-220429-1900-P", 2, 11, 1, 13, 0, 2, 1, "0.034", "1001", "0.038", "1506",
     "-1328280565"},
    {"ETH-USD-220624-12000-P", 2, 20, 1, 22, 0, 1, 1, "2.595", "201", "4.0465", "201", "355203380"},
    {"ETH-USD-220624-20000-C", 2, 8, 1, 10, 0, 0, 2, "", "", "0.0025", "20", "1483419732"},
    {"PROPS-ETH", 2, 206, 1, 208, 0, 5, 16, "0.00000167", "587891.64595929", "0.00000171",
     "12372.38199594", "829619568"},
    {"UNI-USD-SWAP", 2, 1335, 1, 1337, 0, 154, 400, "9.612", "282", "9.62", "343", "1826473413"},
    {"ZEN-USDT", 2, 394, 2, 396, 0, 251, 400, "32.47", "0.330857", "32.51", "1.162404",
     "-1364437148"},
};

const std::vector<Row> kMay2022{
    {"BTC-USD-220527", 1, 98, 0, 99, 514, 74, 62, "30229.4", "2", "30238.8", "3", "664471393"},
    {"BTC-USDT", 1, 97, 0, 98, 424, 400, 400, "30236.1", "0.18050747", "30236.2", "0.001",
     "-308733687"},
    {"UNI-USD-SWAP", 1, 92, 0, 93, 15, 125, 118, "5.137", "20", "5.145", "50", "1552772605"},
};

std::vector<std::string> expected(const std::vector<Row>& rows) {
  std::vector<std::string> json;
  for (const Row& row : rows) json.push_back(expected_json(row));
  return json;
}

TEST(RecordedBooks, ReproduceEveryChecksumOfFebruary2022) {
  GANNET_RECORDING(path, "okx/ws/public-20220227-books-l2-tbt.jsonl.zst");
  EXPECT_EQ(rebuild(path), expected(kFebruary2022));
}

TEST(RecordedBooks, ReproduceEveryChecksumOfMay2022) {
  GANNET_RECORDING(path, "okx/ws/public-20220513-books.jsonl");
  EXPECT_EQ(rebuild(path), expected(kMay2022));
}

TEST(RecordedBooks, ReproduceTheSameWithTheVenuesOwnDigits) {
  GANNET_RECORDING(path, "okx/ws/public-20220513-books.jsonl");
  GANNET_RECORDING(spot, "okx/rest/instruments-20220513-spot.json");
  GANNET_RECORDING(swap, "okx/rest/instruments-20220513-swap.json");
  GANNET_RECORDING(futures, "okx/rest/instruments-20220513-futures.json");
  EXPECT_EQ(rebuild(path, {spot, swap, futures}), expected(kMay2022));
}

TEST(RecordedBooks, LinkEveryUpdateOfAugust2026) {
  GANNET_RECORDING(path, "okx/ws/public-20260824-books-seqid.jsonl");
  const Row row{"BTC-USDT",   1,     6, 0, 0, 0, 400, 400, "78722.2", "0.35528063", "78722.3",
                "0.44699492", "null"};
  EXPECT_EQ(rebuild(path), std::vector<std::string>{expected_json(row, "80274875033")});
}

std::string rebuilt_golden(const char* name) {
  const auto books = rebuild(std::string(GANNET_SOURCE_DIR) + "/tests/golden/okx/" + name);
  return books.size() == 1 ? books[0] : std::string();
}

TEST(GoldenBooks, FollowKeepAliveAndResetWithoutAGap) {
  EXPECT_EQ(
      rebuilt_golden("books_chain.jsonl"),
      R"({"instrument":"BTC-USDT","snapshots":1,"updates":4,"empty":1,"checksums_ok":0,"checksums_bad":0,"gaps":0,"unknown_deletes":1,"bid_levels":2,"ask_levels":1,"best_bid":"61250.15","best_bid_quantity":"0.50","best_ask":"61250.3","best_ask_quantity":"1","last_checksum":null,"last_sequence":5,"valid":true})");
}

TEST(GoldenBooks, AreNotValidAfterAGapUntilTheNextSnapshot) {
  EXPECT_EQ(
      rebuilt_golden("books_gap.jsonl"),
      R"({"instrument":"BTC-USDT","snapshots":1,"updates":2,"empty":0,"checksums_ok":0,"checksums_bad":0,"gaps":1,"unknown_deletes":0,"bid_levels":1,"ask_levels":1,"best_bid":"61250.1","best_bid_quantity":"3","best_ask":"61250.2","best_ask_quantity":"1","last_checksum":null,"last_sequence":20,"valid":false})");
}

TEST(GoldenBooks, LinkToARestSnapshotWhenNoneCameByTheSocket) {
  EXPECT_EQ(
      rebuilt_golden("books_rest_seed.jsonl"),
      R"({"instrument":"BTC-USDT","snapshots":1,"updates":3,"empty":0,"checksums_ok":0,"checksums_bad":0,"gaps":0,"unknown_deletes":0,"bid_levels":2,"ask_levels":1,"best_bid":"61250.1","best_bid_quantity":"5","best_ask":"61250.2","best_ask_quantity":"1","last_checksum":null,"last_sequence":30,"valid":true})");
}

}  // namespace
}  // namespace gannet::app
