// Lives of real orders: the same actions here give the same pushes in the same order, with the same
// fields present and, where they do not depend on time, ids or dollars, the same values.

#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <map>
#include <set>

#include "support/recordings.h"
#include "unit/okx_server/venue.h"

namespace gannet::okx_server {
namespace {

using Fields = std::map<std::string, std::string>;

/// Members of an object with their values as compact JSON.
Fields fields_of(simdjson::dom::element element) {
  Fields fields;
  simdjson::dom::object object;
  if (element.get(object) != simdjson::SUCCESS) return fields;
  for (const auto& member : object)
    fields[std::string(member.key)] = simdjson::minify(member.value);
  return fields;
}

/// The object at a pointer of each recorded message whose line holds `mark`, in order.
std::vector<Fields> recorded(const std::string& path, std::string_view mark,
                             std::string_view pointer) {
  std::ifstream file(path);
  std::vector<Fields> found;
  simdjson::dom::parser parser;
  for (std::string line; std::getline(file, line);) {
    if (line.find(mark) == std::string::npos) continue;
    simdjson::dom::element element;
    if (parser.parse(line).at_pointer(pointer).get(element) == simdjson::SUCCESS)
      found.push_back(fields_of(element));
  }
  return found;
}

Fields pushed(const std::string& frame, std::string_view pointer = "/data/0") {
  const Json json(frame);
  simdjson::dom::element element;
  if (json.root().at_pointer(pointer).get(element) != simdjson::SUCCESS) return {};
  return fields_of(element);
}

void expect_same(const Fields& real, const Fields& ours,
                 const std::set<std::string>& only_present) {
  for (const auto& [name, value] : real) {
    const auto found = ours.find(name);
    if (found == ours.end()) {
      ADD_FAILURE() << "no field " << name;
    } else if (!only_present.contains(name)) {
      EXPECT_EQ(found->second, value) << name;
    }
  }
}

/// What depends on time, ids, dollar prices, or the year of the recording.
const std::set<std::string> kOfTheMoment = {"ordId",  "cTime",   "uTime",       "fillTime",
                                            "ccy",    "tradeId", "notionalUsd", "fillNotionalUsd",
                                            "stpMode"};

/// A venue with one instrument as recorded, and a logged-in client of it.
class RecordedVenue {
 public:
  RecordedVenue(const Instrument& shape, std::string_view deposit, std::string_view currency,
                bool long_short) {
    Instrument instrument = shape;
    instrument.base = currencies.intern("BTC");
    instrument.quote = currencies.intern(shape.contract == ContractKind::Inverse ? "USD" : "USDT");
    instrument.settle =
        shape.contract == ContractKind::Inverse ? instrument.base : instrument.quote;
    instrument.state = InstrumentState::Live;
    id = instruments.add(instrument);
    Settings settings = make_default_settings(7, instruments, currencies);
    settings.regular_push_ms = 0;
    settings.initial_leverage = 10;
    settings.users[0].account.long_short_mode = long_short;
    settings.users[0].account.deposits = {
        parse_amount(deposit, currencies.intern(currency)).value()};
    const Credentials credentials = settings.keys.front().credentials;
    code = settings.instruments.front().code;
    server = std::make_unique<Server>(std::move(settings), instruments, currencies, output, now);
    EXPECT_EQ(server->on_upgrade("/ws/v5/private", "127.0.0.1:1", now), 0);
    server->on_open(1, "/ws/v5/private", "127.0.0.1:1", now);
    const std::string time = std::to_string(to_unix_millis(now) / 1000);
    say(fmt::format(
        R"({{"op":"login","args":[{{"apiKey":"{}","passphrase":"{}","timestamp":"{}","sign":"{}"}}]}})",
        credentials.key, credentials.passphrase, time,
        test_signature(credentials.secret, time + "GET/users/self/verify")));
  }

  Price price(std::string_view text) const {
    return {*parse_units(text, instruments[id].price_digits)};
  }
  void say(std::string_view text) { server->on_text(1, text, now); }
  void order(std::string_view op, const std::string& members) {
    say(fmt::format(R"({{"id":"1","op":"{}","args":[{{"instIdCode":{},{}}}]}})", op, code,
                    members));
  }
  void wait(Nanos step) {
    for (const Timestamp end = now + step; now < end;) {
      now = now + milliseconds(10);
      server->on_timer(now);
    }
  }
  /// What was pushed since the last call, acknowledgements and answers left out.
  std::vector<std::string> pushes() {
    std::vector<std::string> all = std::exchange(output.frames[1], {});
    std::erase_if(all, [](const std::string& frame) {
      return frame.find(R"("event":)") != std::string::npos ||
             frame.find(R"("op":)") != std::string::npos;
    });
    return all;
  }

  CurrencyTable currencies;
  InstrumentTable instruments;
  FakeOutput output;
  InstrumentId id;
  std::int64_t code = 0;
  Timestamp now = Venue::kStart;
  std::unique_ptr<Server> server;
};

Instrument inverse_future() {
  Instrument instrument;
  instrument.name = std::string_view("BTC-USD-220325");
  instrument.family = InstrumentName("BTC-USD");
  instrument.kind = InstrumentKind::Futures;
  instrument.contract = ContractKind::Inverse;
  instrument.contract_value = {100, 0};
  instrument.price_digits = 3;
  instrument.tick_size = {100};
  instrument.lot_size = {1};
  instrument.minimum_quantity = {1};
  instrument.maximum_limit_quantity = {100'000};
  instrument.maximum_leverage = Decimal{100, 0};
  return instrument;
}

Instrument spot_pair() {
  Instrument instrument;
  instrument.name = std::string_view("BTC-USDT");
  instrument.kind = InstrumentKind::Spot;
  instrument.price_digits = 3;
  instrument.quantity_digits = 8;
  instrument.tick_size = {100};
  instrument.lot_size = {1};
  instrument.minimum_quantity = {1'000};
  instrument.maximum_limit_quantity = {100'000'000'000};
  return instrument;
}

TEST(RecordedLives, OfAFuturesOrderThatIsPlacedAmendedAndCancelled) {
  GANNET_RECORDING(path, "okx/samples/ws-samples.jsonl");
  const auto live = recorded(path, "json_orders.cpp#seq0\"", "/m/data/0");
  const auto account = recorded(path, "json_orders.cpp#seq1\"", "/m/data/0");
  const auto account_detail = recorded(path, "json_orders.cpp#seq1\"", "/m/data/0/details/0");
  const auto amended = recorded(path, "json_orders.cpp#seq2\"", "/m/data/0");
  const auto cancelled = recorded(path, "json_orders.cpp#seq3\"", "/m/data/0");
  ASSERT_EQ(live.size() + account.size() + amended.size() + cancelled.size(), 4u);

  RecordedVenue venue(inverse_future(), "0.0121475", "BTC", true);
  venue.server->exchange().set_reference_prices(venue.id, venue.price("48862.2"),
                                                venue.price("48862.2"), venue.now);
  venue.say(
      R"({"op":"subscribe","args":[{"channel":"orders","instType":"ANY"},{"channel":"account"}]})");
  venue.wait(milliseconds(100));
  venue.pushes();
  venue.order("order", R"("tdMode":"isolated","clOrdId":"3MAAF2IDAAAQAAGSKMZCT5A3","side":"buy",)"
                       R"("posSide":"long","ordType":"limit","px":"40030.2","sz":"1")");
  venue.wait(milliseconds(200));
  auto first = venue.pushes();
  ASSERT_EQ(first.size(), 2u);  // the order, then the money that it holds
  EXPECT_NE(first[0].find(R"("channel":"orders","instType":"ANY","uid":)"), std::string::npos);
  expect_same(live[0], pushed(first[0]), kOfTheMoment);
  EXPECT_EQ(pushed(first[0])["notionalUsd"], "\"100\"");
  EXPECT_NE(first[1].find(R"("channel":"account","uid":)"), std::string::npos);
  std::set<std::string> any;
  for (const auto& [name, value] : account[0]) any.insert(name);
  for (const auto& [name, value] : account_detail[0]) any.insert(name);
  expect_same(account[0], pushed(first[1]), any);
  expect_same(account_detail[0], pushed(first[1], "/data/0/details/0"), any);

  const std::string order_id = pushed(first[0])["ordId"];
  venue.order("amend-order", R"("ordId":)" + order_id + R"(,"newPx":"30036.7")");
  venue.wait(milliseconds(200));
  auto second = venue.pushes();
  ASSERT_GE(second.size(), 1u);
  expect_same(amended[0], pushed(second[0]), kOfTheMoment);
  EXPECT_EQ(pushed(second[0])["ordId"], order_id);
  EXPECT_EQ(pushed(second[0])["cTime"], pushed(first[0])["cTime"]);
  EXPECT_NE(pushed(second[0])["uTime"], pushed(first[0])["uTime"]);

  venue.order("cancel-order", R"("ordId":)" + order_id);
  venue.wait(milliseconds(200));
  auto third = venue.pushes();
  ASSERT_GE(third.size(), 1u);
  expect_same(cancelled[0], pushed(third[0]), kOfTheMoment);
  const auto of_orders = [](const std::vector<std::string>& frames) {
    return std::ranges::count_if(frames, [](const std::string& frame) {
      return frame.find(R"("channel":"orders")") != std::string::npos;
    });
  };
  EXPECT_EQ(of_orders(second) + of_orders(third), 2);
}

TEST(RecordedLives, OfASpotSaleByMoneyThatEndsFilledWithoutAFill) {
  GANNET_RECORDING(path, "okx/samples/ws-samples.jsonl");
  const auto filled = recorded(path, "testdata/wsOrders.json#2\"", "/m/data/0");
  const auto ended = recorded(path, "testdata/wsOrders.json#3\"", "/m/data/0");
  ASSERT_EQ(filled.size() + ended.size(), 2u);

  RecordedVenue venue(spot_pair(), "1", "BTC", false);
  sim::NewOrder bid;
  bid.instrument = venue.id;
  bid.side = Side::Buy;
  bid.mode = sim::TradeMode::Cash;
  bid.price = venue.price("26228.1");
  bid.quantity = {100'000'000};
  venue.server->exchange().place(bid, venue.now);
  venue.say(R"({"op":"subscribe","args":[{"channel":"orders","instType":"SPOT"}]})");
  venue.pushes();
  venue.order("order", R"("tdMode":"cash","side":"sell","ordType":"market","sz":"10",)"
                       R"("tgtCcy":"quote_ccy")");
  auto frames = venue.pushes();
  ASSERT_EQ(frames.size(), 3u);
  EXPECT_EQ(pushed(frames[0])["state"], "\"live\"");
  expect_same(filled[0], pushed(frames[1]), kOfTheMoment);
  expect_same(ended[0], pushed(frames[2]), kOfTheMoment);
  EXPECT_EQ(pushed(frames[1])["tradeId"].size() > 2, true);
  EXPECT_EQ(pushed(frames[2])["tradeId"], ended[0].at("tradeId"));
}

/// Every field that any recorded or documented row of that sort has is there.
TEST(RecordedFields, OfOrdersArePresentInPushesAndInRestRows) {
  GANNET_RECORDING(sockets, "okx/samples/ws-samples.jsonl");
  GANNET_RECORDING(rest, "okx/samples/rest-samples.jsonl");
  Venue venue;
  const ConnectionId id = venue.open_private();
  venue.market_order(Side::Sell, "61251", "10");
  venue.text(id, R"({"op":"subscribe","args":[{"channel":"orders","instType":"ANY"}]})");
  venue.text(id, venue.order("1", "5", "buy", "limit", "61251", "1"));
  venue.text(id, venue.order("2", "6", "buy", "limit", "61000", "1"));
  const auto orders = venue.pushes(id, "orders");
  ASSERT_EQ(orders.size(), 3u);
  const auto all_present = [&](const std::vector<Fields>& real, const Fields& ours) {
    EXPECT_FALSE(real.empty());
    for (const Fields& row : real) {
      for (const auto& [name, value] : row) EXPECT_TRUE(ours.contains(name)) << name;
    }
  };
  all_present(recorded(sockets, R"("arg":{"channel":"orders")", "/m/data/0"), pushed(orders[1]));
  const auto row = [&](const std::string& target) {
    const HttpResponse response = venue.http(venue.signed_request("GET", target));
    return pushed(response.body);
  };
  const auto of = [&](std::string_view endpoint) {
    return recorded(rest, fmt::format(R"("GET","path":"/api/v5/trade/{}")", endpoint), "/m/data/0");
  };
  all_present(of("orders-pending"), row("/api/v5/trade/orders-pending"));
  all_present(of("order"), row("/api/v5/trade/order?instId=BTC-USDT-SWAP&clOrdId=5"));
  all_present(of("orders-history"), row("/api/v5/trade/orders-history?instType=SWAP"));
  all_present(of("orders-history-archive"),
              row("/api/v5/trade/orders-history-archive?instType=SWAP"));
  all_present(of("fills"), row("/api/v5/trade/fills"));
  all_present(of("fills-history"), row("/api/v5/trade/fills-history?instType=SWAP"));
  all_present(of("account-rate-limit"), row("/api/v5/trade/account-rate-limit"));
}

TEST(RecordedFields, OfAcknowledgementsArePresent) {
  GANNET_RECORDING(sockets, "okx/samples/ws-samples.jsonl");
  GANNET_RECORDING(rest, "okx/samples/rest-samples.jsonl");
  Venue venue;
  const ConnectionId id = venue.open_private();
  const auto answer = [&](const std::string& text) {
    venue.text(id, text);
    return venue.take(id).front();
  };
  const auto compare = [](const std::vector<Fields>& real, const Fields& ours) {
    EXPECT_FALSE(real.empty());
    for (const Fields& fields : real) {
      for (const auto& [name, value] : fields) EXPECT_TRUE(ours.contains(name)) << name;
    }
  };
  const std::string placed = answer(venue.order("1", "5", "buy", "limit", "61000", "1"));
  compare(recorded(sockets, R"(json_order.cpp#0")", "/m"), pushed(placed, ""));
  compare(recorded(sockets, R"(json_order.cpp#0")", "/m/data/0"), pushed(placed));
  // The recorded refusal: code 1, no text for the whole, no order id, code 51016.
  const Json twin(answer(venue.order("2", "5", "buy", "limit", "61000", "1")));
  EXPECT_EQ(twin.at("/code"), "1");
  EXPECT_EQ(twin.at("/msg"), "");
  EXPECT_EQ(twin.at("/data/0/ordId"), "");
  EXPECT_EQ(twin.at("/data/0/clOrdId"), "5");
  EXPECT_EQ(twin.at("/data/0/sCode"), "51016");
  const std::string cancelled =
      answer(fmt::format(R"({{"id":"3","op":"cancel-order","args":[{{"instIdCode":{},)"
                         R"("clOrdId":"5"}}]}})",
                         venue.swap_code));
  compare(recorded(sockets, R"(json_cancel_order.cpp#0")", "/m/data/0"), pushed(cancelled));
  const auto posted = [&](std::string_view endpoint, const std::string& body) {
    return pushed(
        venue.http(venue.signed_request("POST", fmt::format("/api/v5/trade/{}", endpoint), body))
            .body);
  };
  const auto of = [&](std::string_view endpoint) {
    return recorded(rest, fmt::format(R"("POST","path":"/api/v5/trade/{}")", endpoint),
                    "/m/data/0");
  };
  const std::string terms =
      R"({"instId":"BTC-USDT-SWAP","tdMode":"cross","side":"buy","ordType":"limit","px":"61000","sz":"1","clOrdId":"9"})";
  const std::string named = R"({"instId":"BTC-USDT-SWAP","clOrdId":"9"})";
  const std::string amend = R"({"instId":"BTC-USDT-SWAP","clOrdId":"9","newSz":"2"})";
  compare(of("order"), posted("order", terms));
  compare(of("amend-order"), posted("amend-order", amend));
  compare(of("amend-batch-orders"), posted("amend-batch-orders", "[" + amend + "]"));
  compare(of("cancel-order"), posted("cancel-order", named));
  compare(of("batch-orders"), posted("batch-orders", "[" + terms + "]"));
  compare(of("cancel-batch-orders"), posted("cancel-batch-orders", "[" + named + "]"));
  compare(of("cancel-all-after"), posted("cancel-all-after", R"({"timeOut":"10"})"));
}

}  // namespace
}  // namespace gannet::okx_server
