#include <gtest/gtest.h>

#include <algorithm>
#include <cctype>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <map>
#include <string>
#include <tuple>

#include "gateway/okx/protocol/order_words.h"
#include "gateway/okx/protocol/rest_answers.h"
#include "test_paths.h"
#include "tests/unit/okx_protocol/account_side.h"

// Private-channel and account samples, recorded and documented, where recordings are at hand.

namespace gannet::okx {
namespace {

std::filesystem::path samples_folder() {
  const char* set = std::getenv("GANNET_RECORDINGS");
  const std::filesystem::path root =
      set != nullptr ? std::filesystem::path(set)
                     : std::filesystem::path(GANNET_SOURCE_DIR) / "../shared/okx/recorded";
  return root / "okx/samples";
}

struct Sample {
  std::string head;  ///< the line up to its message
  std::string message;
  bool says(std::string_view text) const { return head.find(text) != std::string::npos; }
};

std::vector<Sample> read_samples(const char* file) {
  std::vector<Sample> samples;
  std::ifstream in(samples_folder() / file);
  for (std::string line; std::getline(in, line);) {
    const std::size_t at = line.find("\"m\":");
    if (at == std::string::npos) continue;
    samples.push_back({line.substr(0, at), line.substr(at + 4, line.size() - at - 5)});
  }
  return samples;
}

void for_each_value(const std::string& text, std::string_view key,
                    const std::function<void(std::string_view)>& f) {
  const std::string opening = "\"" + std::string(key) + "\":\"";
  for (std::size_t at = text.find(opening); at != std::string::npos;
       at = text.find(opening, at + 1)) {
    const std::size_t begin = at + opening.size();
    f(std::string_view(text).substr(begin, text.find('"', begin) - begin));
  }
}

/// Every instrument and currency that the message names, so that nothing is left out as unknown.
void learn(testing::AccountSide& side, const std::string& message) {
  for_each_value(message, "instId", [&](std::string_view name) {
    if (name.empty() || side.instruments.find(name).valid()) return;
    const bool spot = std::count(name.begin(), name.end(), '-') < 2;
    side.instruments.add(
        testing::make_instrument(name, spot ? InstrumentKind::Spot : InstrumentKind::Swap, 8, 8,
                                 side.currencies, "BASE", "QUOTE", "QUOTE"));
  });
  for (const char* key : {"ccy", "feeCcy", "fillFeeCcy"}) {
    for_each_value(message, key, [&](std::string_view name) {
      if (!name.empty()) side.currencies.intern(name);
    });
  }
}

struct Samples : ::testing::Test {
  void SetUp() override {
    if (!std::filesystem::exists(samples_folder() / "ws-samples.jsonl")) {
      GTEST_SKIP() << "no recordings: set GANNET_RECORDINGS";
    }
  }
};

TEST_F(Samples, EveryPrivateMessageDecodesOrIsKnowinglyIgnored) {
  testing::AccountSide side;
  side.connect();
  std::size_t seen = 0;
  std::size_t replies = 0;
  FrameReader reader;
  for (const Sample& sample : read_samples("ws-samples.jsonl")) {
    if (!sample.says(R"("ch":"private")") || !sample.says(R"("dir":"in")")) continue;
    const testing::Text text(sample.message);
    const auto frame = reader.read(text.view());
    ASSERT_TRUE(frame.has_value()) << sample.head;
    if (frame->kind == FrameKind::ConnectionCountError) continue;  // ends the session: told below
    ++seen;
    learn(side, sample.message);
    if (frame->kind == FrameKind::OperationReply) {
      ++replies;
      ReplyItems items;
      EXPECT_TRUE(decode_reply(reader, frame->has_data, items).has_value()) << sample.head;
      EXPECT_FALSE(items.empty()) << sample.head;
      for (const ReplyItem& item : items) EXPECT_GE(item.code, 0);
    }
    side.say(sample.message);
    EXPECT_TRUE(side.orders->ready()) << sample.head;
  }
  EXPECT_GT(seen, 30u);
  EXPECT_GE(replies, 9u);
  const OrderSessionCounters& counters = side.orders->counters();
  EXPECT_EQ(counters.malformed, 0u);
  EXPECT_EQ(counters.unknown_instruments, 0u);
  for (const auto& problem : side.heard.problems) {
    if (problem.kind != ProblemKind::Ignored) ADD_FAILURE() << problem.text;
  }
  EXPECT_GE(side.heard.reports.size(), 13u);
  EXPECT_GE(side.heard.balances.size(), 5u);
  EXPECT_GE(side.heard.positions.size(), 4u);
}

TEST_F(Samples, OneRecordedOrdersLifeIsLiveAmendedCancelled) {
  testing::AccountSide side;
  side.connect();
  for (int i = 0; i < 4; ++i) {
    const std::string place = "roq-okx:test/json_orders.cpp#seq" + std::to_string(i) + "\"";
    for (const Sample& sample : read_samples("ws-samples.jsonl")) {
      if (!sample.says(place)) continue;
      learn(side, sample.message);
      side.say(sample.message);
    }
  }
  ASSERT_EQ(side.heard.reports.size(), 3u);
  const auto& [live, amended, cancelled] =
      std::tie(side.heard.reports[0], side.heard.reports[1], side.heard.reports[2]);
  EXPECT_EQ(live.state, OrderState::Live);
  EXPECT_EQ(live.price.raw, 4'003'020'000'000);
  EXPECT_EQ(live.position_side, PositionSide::Long);
  EXPECT_FALSE(live.client_id.valid());
  EXPECT_EQ(amended.state, OrderState::Live);
  EXPECT_EQ(amended.price.raw, 3'003'670'000'000);
  EXPECT_EQ(cancelled.state, OrderState::Cancelled);
  EXPECT_EQ(cancelled.venue_id.value, 393940260828377089u);
  EXPECT_EQ(side.heard.balances.size(), 1u);
}

TEST_F(Samples, EveryRestAnswerAboutTheAccountDecodes) {
  testing::AccountSide side;
  std::map<std::string, int> seen;
  for (const Sample& sample : read_samples("rest-samples.jsonl")) {
    const HttpResponse response{200, {}, sample.message};
    learn(side, sample.message);
    const auto is = [&](std::string_view path) {
      const bool matches = sample.says(R"("path":"/api/v5/)" + std::string(path) + '"');
      if (matches) ++seen[std::string(path)];
      return matches;
    };
    const auto ask = [&](SnapshotKind kind) {
      side.pass(seconds(3));
      ASSERT_TRUE(side.rest->request_snapshot(kind, 1, {}, side.now));
      const std::size_t ended = side.heard.ended.size();
      side.answer(side.http.sent.back().first, 200, sample.message);
      ASSERT_EQ(side.heard.ended.size(), ended + 1) << sample.head;
      EXPECT_TRUE(side.heard.ended.back().complete) << sample.head;
    };
    if (is("account/config")) {
      EXPECT_TRUE(decode_account_config(response).has_value()) << sample.head;
    } else if (is("public/time")) {
      EXPECT_TRUE(decode_time(response).has_value());
    } else if (is("account/balance")) {
      EXPECT_TRUE(intern_currencies(response, side.currencies).has_value());
      ask(SnapshotKind::Balances);
    } else if (is("account/positions")) {
      ask(SnapshotKind::Positions);
    } else if (is("trade/orders-pending") || is("trade/orders-history")) {
      ask(SnapshotKind::OpenOrders);
    } else if (is("trade/fills") || is("trade/fills-history")) {
      ask(SnapshotKind::Fills);
    } else if (is("account/leverage-info")) {
      EXPECT_TRUE(decode_leverage(response).has_value());
    }
  }
  EXPECT_EQ(side.rest->counters().malformed_rows, 0u);
  EXPECT_EQ(side.rest->counters().unknown_instruments, 0u);
  EXPECT_EQ(seen["account/config"], 2);
  EXPECT_EQ(seen["account/positions"], 4);
  EXPECT_EQ(seen["trade/orders-pending"], 4);
  EXPECT_EQ(seen["trade/fills"], 2);
}

/// Flat JSON objects as they are written: [{"key":"value",...},...] or one object. Values are kept
/// as their text; nested ones are skipped over.
std::vector<std::map<std::string, std::string>> flat_objects(const std::string& json) {
  std::vector<std::map<std::string, std::string>> objects;
  std::string key;
  int depth = 0;
  bool wants_value = false;
  for (std::size_t i = 0; i < json.size(); ++i) {
    const char c = json[i];
    if (c == '{' && ++depth == 1) {
      objects.emplace_back();
      wants_value = false;
    }
    if (c == '}') --depth;
    if (depth != 1) continue;
    if (c == ',') wants_value = false;
    if (c == ':') wants_value = true;
    if (c == '"') {
      const std::size_t end = json.find('"', i + 1);
      const std::string text = json.substr(i + 1, end - i - 1);
      if (wants_value) {
        objects.back()[key] = text;
      } else {
        key = text;
        objects.back()[key] = "?";
      }
      i = end;
    } else if (wants_value && (std::isalnum(static_cast<unsigned char>(c)) != 0)) {
      const std::size_t end = json.find_first_of(",}", i);
      objects.back()[key] = json.substr(i, end - i);
      i = end - 1;
    }
  }
  return objects;
}

/// What is left when ids and what is said by default are taken out: a size's currency where only
/// one is possible, the net side in net mode, and the recording library's own settings.
std::map<std::string, std::string> essence(std::map<std::string, std::string> request) {
  for (const char* id : {"clOrdId", "tag", "ordId", "reqId", "createMarketBuyOrderRequiresPrice"})
    request.erase(id);
  if (request["ordType"] != "market") request.erase("tgtCcy");
  if (request["posSide"] == "net") request.erase("posSide");
  std::erase_if(request, [](const auto& field) { return field.second.empty(); });
  return request;
}

std::string value_of(const std::string& line, const std::string& key) {
  const std::string opening = "\"" + key + "\":\"";
  const std::size_t begin = line.find(opening) + opening.size();
  std::size_t end = begin;
  while (line[end] != '"' || line[end - 1] == '\\') ++end;
  std::string text = line.substr(begin, end - begin);
  std::erase(text, '\\');
  return text;
}

/// The same request from our encoders: what the recorded one asks, in the domain's words.
struct Asked {
  explicit Asked(testing::AccountSide& account_side) : side(account_side) {}

  PlaceRequest place(const std::map<std::string, std::string>& fields) {
    PlaceRequest request;
    request.client_id = {1};
    request.instrument = instrument(fields);
    const OrderTerms& row = *side.terms.find(request.instrument);
    const std::string& type = fields.at("ordType");
    const bool by_money = fields.contains("tgtCcy") && fields.at("tgtCcy") == "quote_ccy";
    request.side = side_of(fields.at("side")).value();
    request.margin_mode = margin_mode_of(fields.at("tdMode")).value();
    request.kind = type == "market" ? OrderKind::Market : OrderKind::Limit;
    request.post_only = type == "post_only";
    if (by_money) {
      request.quote_quantity = {*parse_units(fields.at("sz"), kQuoteQuantityDigits)};
    } else {
      request.quantity = {*parse_units(fields.at("sz"), row.quantity_digits)};
    }
    if (fields.contains("px")) request.price = {*parse_units(fields.at("px"), row.price_digits)};
    if (fields.contains("posSide"))
      request.position_side = position_side_of(fields.at("posSide")).value();
    if (request.position_side != PositionSide::Net) {
      OrderTerms sided = row;
      sided.long_short_mode = true;
      side.terms.set(request.instrument, sided);
    }
    return request;
  }
  AmendRequest amend(const std::map<std::string, std::string>& fields) {
    AmendRequest request;
    request.instrument = instrument(fields);
    request.venue_id = {1};
    const OrderTerms& row = *side.terms.find(request.instrument);
    request.new_quantity = Quantity{*parse_units(fields.at("newSz"), row.quantity_digits)};
    request.new_price = Price{*parse_units(fields.at("newPx"), row.price_digits)};
    return request;
  }
  CancelRequest cancel(const std::map<std::string, std::string>& fields) {
    return {{}, {1}, instrument(fields)};
  }
  InstrumentId instrument(const std::map<std::string, std::string>& fields) {
    const InstrumentId id = side.instruments.find(fields.at("instId"));
    side.terms.set(id, make_order_terms(side.instruments[id], 1, false));
    return id;
  }
  testing::AccountSide& side;
};

TEST_F(Samples, EveryRecordedOrderRequestHasAnEqualOfOurs) {
  testing::AccountSide side;
  Asked asked(side);
  OrderText text;
  std::ifstream in(samples_folder() / "client-requests.jsonl");
  std::map<std::string, int> equal;
  int left_to_algo_orders = 0;
  for (std::string line; std::getline(in, line);) {
    const std::string target = value_of(line, "target");
    if (!target.starts_with("/api/v5/trade/") || line.find(R"("method":"POST")") == line.npos)
      continue;
    const std::string path = target.substr(sizeof("/api/v5/trade/") - 1);
    const std::string body = value_of(line, "body");
    if (path != "batch-orders" && path != "amend-order" && path != "cancel-order" &&
        path != "cancel-batch-orders" && path != "order")
      continue;
    const auto wanted = flat_objects(body);
    const bool attaches = body.find("attachAlgoOrds") != body.npos ||
                          body.find("newTp") != body.npos || body.find("newSl") != body.npos;
    if (attaches) {
      ++left_to_algo_orders;
      continue;
    }
    learn(side, body);
    std::vector<PlaceRequest> places;
    std::vector<AmendRequest> amends;
    std::vector<CancelRequest> cancels;
    std::vector<const OrderTerms*> rows;
    for (const auto& fields : wanted) {
      if (path.starts_with("amend"))
        amends.push_back(asked.amend(fields));
      else if (path.starts_with("cancel"))
        cancels.push_back(asked.cancel(fields));
      else
        places.push_back(asked.place(fields));
    }
    for (const auto& request : places) rows.push_back(side.terms.find(request.instrument));
    for (const auto& request : amends) rows.push_back(side.terms.find(request.instrument));
    for (const auto& request : cancels) rows.push_back(side.terms.find(request.instrument));
    // As the recorded client does, one order goes as a batch of one too.
    const Encoded ours = path == "batch-orders"
                             ? encode_place_batch(text, kRest, places, rows, OrderTag("mm1"))
                         : path == "amend-order"  ? encode_amend(text, kRest, amends[0], *rows[0])
                         : path == "cancel-order" ? encode_cancel(text, kRest, cancels[0], *rows[0])
                                                  : encode_cancel_batch(text, kRest, cancels, rows);
    ASSERT_TRUE(ours.has_value()) << line;
    EXPECT_EQ(ours->starts_with("["), body.starts_with("[")) << line;
    const auto made = flat_objects(std::string(*ours));
    ASSERT_EQ(made.size(), wanted.size()) << line;
    for (std::size_t i = 0; i < made.size(); ++i)
      EXPECT_EQ(essence(made[i]), essence(wanted[i])) << *ours << "\n" << body;
    ++equal[path];
  }
  EXPECT_EQ(equal["batch-orders"], 8);
  EXPECT_EQ(equal["amend-order"], 1);
  EXPECT_EQ(equal["cancel-order"], 1);
  EXPECT_EQ(equal["cancel-batch-orders"], 2);
  EXPECT_EQ(left_to_algo_orders, 6);
}

}  // namespace
}  // namespace gannet::okx
