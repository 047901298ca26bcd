// The rules of connections: paths, logins, arguments, counts. PROTOCOL 2.3, 2.5, 3.
#include <gtest/gtest.h>

#include <algorithm>

#include "unit/okx_server/venue.h"

namespace gannet::okx_server {
namespace {

Settings any_pace(Settings settings) {
  settings.limits.connections_per_second = 0;
  return settings;
}

std::string code_of(Venue& venue, ConnectionId id, std::string_view text) {
  venue.take(id);
  venue.text(id, text);
  return venue.output.frames[id].empty() ? "nothing" : venue.last(id).at("/code");
}

std::string subscribe(std::string_view arg) {
  return fmt::format(R"({{"op":"subscribe","args":[{}]}})", arg);
}

TEST(SocketPaths, HaveTheirChannelsAndSayWhereOthersAre) {
  Venue venue(any_pace);
  const ConnectionId market = venue.open("/ws/v5/public");
  const ConnectionId account = venue.open_private();
  const ConnectionId business = venue.open("/ws/v5/business");
  const std::string trades = subscribe(R"({"channel":"trades","instId":"BTC-USDT"})");
  const std::string orders = subscribe(R"({"channel":"orders","instType":"ANY"})");
  const std::string candles = subscribe(R"({"channel":"candle1m","instId":"BTC-USDT"})");
  const std::string algos = subscribe(R"({"channel":"orders-algo","instType":"ANY"})");
  EXPECT_EQ(code_of(venue, market, trades), "<none>");
  EXPECT_EQ(code_of(venue, account, orders), "<none>");
  EXPECT_EQ(code_of(venue, business, candles), "<none>");
  EXPECT_EQ(code_of(venue, market, orders), "60018");
  EXPECT_EQ(code_of(venue, account, trades), "60018");
  for (const ConnectionId id : {market, account}) {
    EXPECT_EQ(code_of(venue, id, candles), "64001");
    EXPECT_EQ(code_of(venue, id, algos), "64001");
  }
  EXPECT_EQ(code_of(venue, business, trades), "64002");
  EXPECT_EQ(code_of(venue, business, orders), "64002");
  EXPECT_EQ(code_of(venue, business, algos), "60011") << "not logged in there";
  for (const ConnectionId id : {market, business})
    EXPECT_EQ(code_of(venue, id, venue.order("1", "5", "buy", "limit", "61000", "1")), "60028");
}

TEST(SocketPaths, AKeyWithTooManyPrivateSubscriptionsLosesTheConnection) {
  Venue venue([](Settings settings) {
    settings = any_pace(std::move(settings));
    settings.limits.subscriptions_per_key = 3;
    return settings;
  });
  const ConnectionId first = venue.open_private();
  const ConnectionId second = venue.open_private();
  const auto orders_of = [](std::string_view type) {
    return subscribe(fmt::format(R"({{"channel":"orders","instType":"{}"}})", type));
  };
  venue.text(first, orders_of("SWAP"));
  venue.text(first, orders_of("SPOT"));
  venue.text(second, orders_of("ANY"));
  EXPECT_TRUE(venue.output.closes.empty());
  venue.text(second, orders_of("FUTURES"));
  EXPECT_EQ(venue.output.closes[second], 4003);
  EXPECT_FALSE(venue.output.closes.contains(first));
}

TEST(SocketPaths, NameTheOffenderInTheTextAloneAsRecorded) {
  Venue venue;
  const ConnectionId id = venue.open("/ws/v5/public");
  venue.text(id, subscribe(R"({"channel":"index-tickers","instId":"BTC-USDT-SWAP"})"));
  EXPECT_EQ(venue.last(id).at("/arg"), "<none>");
  EXPECT_EQ(venue.last(id).at("/msg"),
            "Wrong URL or channel:index-tickers, instId:BTC-USDT-SWAP doesn't exist. Please use "
            "the correct URL, channel and parameters referring to API document.");
}

TEST(SocketPaths, RefuseTheUnderlyingAndUnsubscribeByTheSameRules) {
  Venue venue;
  const ConnectionId id = venue.open("/ws/v5/public");
  EXPECT_EQ(code_of(venue, id, subscribe(R"({"channel":"opt-summary","uly":"BTC-USD"})")), "64000");
  EXPECT_EQ(code_of(venue, id, R"({"op":"unsubscribe","args":[{"channel":"candle1m"}]})"), "64001");
  EXPECT_EQ(
      code_of(venue, id, R"({"op":"unsubscribe","args":[{"channel":"trades","instId":"NO"}]})"),
      "60018");
  EXPECT_EQ(code_of(venue, id, R"({"op":"unsubscribe","args":[7]})"), "60013");
}

TEST(SocketLogin, AnswersEachFailureWithItsCodeAndClosesWith4001) {
  Venue venue(any_pace);
  const auto with = [&](auto change) {
    struct Login {
      std::string key, passphrase, time, sign;
    } login{venue.credentials.key, venue.credentials.passphrase,
            std::to_string(to_unix_millis(venue.now) / 1000), ""};
    change(login);
    if (login.sign.empty())
      login.sign = test_signature(venue.credentials.secret, login.time + "GET/users/self/verify");
    const ConnectionId id = venue.open("/ws/v5/private");
    venue.text(
        id,
        fmt::format(
            R"({{"op":"login","args":[{{"apiKey":"{}","passphrase":"{}","timestamp":"{}","sign":"{}"}}]}})",
            login.key, login.passphrase, login.time, login.sign));
    const Json last = venue.last(id);
    EXPECT_EQ(last.at("/connId").size(), 8u);
    EXPECT_EQ(venue.output.closes.contains(id), last.at("/event") == "error");
    if (venue.output.closes.contains(id)) {
      EXPECT_EQ(venue.output.closes.at(id), 4001);
    }
    return last.at("/code");
  };
  EXPECT_EQ(with([](auto&) {}), "0");
  EXPECT_EQ(with([](auto& login) { login.time += "000"; }), "60004");
  EXPECT_EQ(with([](auto& login) { login.key = "short"; }), "60005");
  EXPECT_EQ(with([](auto& login) { login.time = "1704876947"; }), "60006");
  EXPECT_EQ(with([](auto& login) { login.sign = "bm90IHRoZSBzaWduYXR1cmU="; }), "60007");
  EXPECT_EQ(with([](auto& login) { login.passphrase = "wrong"; }), "60024");
  EXPECT_EQ(with([](auto& login) { login.passphrase = ""; }), "60027");
  EXPECT_EQ(with([](auto& login) { login.key = "00000000-0000-4000-8000-000000000000"; }), "60032");
}

TEST(SocketLogin, IsGoodForThirtySecondsEitherWay) {
  Venue venue(any_pace);
  const std::string login = venue.login_text();
  venue.advance(seconds(30));
  const ConnectionId in_time = venue.open("/ws/v5/private");
  EXPECT_EQ(code_of(venue, in_time, login), "0");
  EXPECT_EQ(code_of(venue, in_time, venue.login_text()), "60031");
  EXPECT_FALSE(venue.output.closes.contains(in_time));
  venue.advance(milliseconds(1010));
  EXPECT_EQ(code_of(venue, venue.open("/ws/v5/private"), login), "60006");
}

TEST(SocketRequests, HaveIdsOfLettersAndDigits) {
  Venue venue;
  const ConnectionId id = venue.open("/ws/v5/public");
  const auto with_id = [&](const std::string& name) {
    return code_of(venue, id,
                   R"({"id":")" + name +
                       R"(","op":"subscribe","args":[{"channel":"trades","instId":"BTC-USDT"}]})");
  };
  EXPECT_EQ(with_id(std::string(32, 'a')), "<none>");
  EXPECT_EQ(venue.last(id).at("/id"), std::string(32, 'a'));
  EXPECT_EQ(with_id(std::string(33, 'a')), "60033");
  EXPECT_EQ(with_id("a-b"), "60033");
}

TEST(SocketRequests, AreAnsweredWithTheirIdThoughItIsANumberAndTheArgsAreMany) {
  Venue venue;
  const ConnectionId id = venue.open("/ws/v5/public");
  for (const char* const op : {"subscribe", "unsubscribe"}) {
    std::string args;
    for (int i = 0; i < 300; ++i) args += R"({"channel":"tickers","instId":7},)";
    args.pop_back();
    venue.text(id, fmt::format(R"({{"id":12345,"op":"{}","args":[{}]}})", op, args));
    const auto frames = venue.take(id);
    ASSERT_EQ(frames.size(), 300u);
    for (const std::string& frame : frames) EXPECT_EQ(Json(frame).at("/id"), "12345") << frame;
  }
}

// What a number is written as lives for 256 more of them: the exits of these orders have more.
TEST(SocketRequests, OfManyOrdersKeepAnExpiryThatIsANumber) {
  Venue venue;
  const ConnectionId id = venue.open_private();
  std::string exits;
  for (int i = 0; i < 8; ++i) {
    exits += fmt::format(R"({{"tpTriggerPx":{},"tpOrdPx":-1,"sz":1}},)", 70000 + i);
  }
  exits.pop_back();
  std::string items;
  for (int i = 0; i < 20; ++i) {
    items += fmt::format(
        R"({{"instIdCode":{},"tdMode":"cross","side":"buy","ordType":"limit","px":60000,"sz":8,"attachAlgoOrds":[{}]}},)",
        venue.swap_code, exits);
  }
  items.pop_back();
  const auto codes = [&](const std::string& expiry) {
    venue.text(id, fmt::format(R"({{"id":"1","op":"batch-orders","expTime":{},"args":[{}]}})",
                               expiry, items));
    const auto frames = venue.take(id);
    const Json reply(frames.empty() ? "" : frames.front());
    std::vector<std::string> all;
    for (std::size_t i = 0; i < reply.size("/data"); ++i)
      all.push_back(reply.at(fmt::format("/data/{}/sCode", i)));
    venue.advance(seconds(3));
    return all;
  };
  const auto expiry = [&] { return std::to_string(to_unix_millis(venue.now) + 5'000); };
  const auto as_text = codes("\"" + expiry() + "\"");
  const auto as_number = codes(expiry());
  ASSERT_EQ(as_number.size(), 20u);
  EXPECT_EQ(as_number, as_text);
  EXPECT_EQ(std::ranges::count(as_number, "50036"), 0);
  EXPECT_EQ(std::ranges::count(codes("60000"), "50036"), 20);
}

TEST(SocketRequests, OfMoreThan64KilobytesCloseTheConnection) {
  Venue venue;
  const ConnectionId id = venue.open("/ws/v5/public");
  std::string args;
  for (int i = 0; i < 1'700; ++i) args += R"({"channel":"trades","instId":"BTC-USDT"},)";
  args.pop_back();
  venue.text(id, subscribe(args));
  EXPECT_EQ(venue.output.closes.at(id), 1009);
}

TEST(SocketRequests, AreCountedByTheHourAndLoginsToo) {
  Venue venue;
  const ConnectionId id = venue.open("/ws/v5/private");
  EXPECT_EQ(code_of(venue, id, venue.login_text()), "0");
  const std::string orders = subscribe(R"({"channel":"orders","instType":"ANY"})");
  for (int i = 1; i < 480; ++i) venue.text(id, orders);
  EXPECT_EQ(code_of(venue, id, orders), "60014");
  for (int i = 0; i < 180; ++i) {  // an hour, kept alive
    venue.text(id, "ping");
    venue.advance(seconds(20));
  }
  EXPECT_NE(code_of(venue, id, orders), "60014");
}

TEST(SocketRequests, SubscribedTwiceAreAcknowledgedTwiceAndPushedOnce) {
  Venue venue;
  const ConnectionId id = venue.open_private();
  const std::string orders = subscribe(R"({"channel":"orders","instType":"ANY"})");
  venue.text(id, orders);
  venue.text(id, orders);
  std::size_t acks = 0;
  for (const std::string& frame : venue.take(id))
    acks += frame.find(R"("event":"subscribe")") != std::string::npos ? 1u : 0u;
  EXPECT_EQ(acks, 2u);
  venue.text(id, venue.order("1", "5", "buy", "limit", "61000", "1"));
  EXPECT_EQ(venue.pushes(id, "orders").size(), 1u);
}

TEST(SocketCounts, TellEachSubscriberAndRefuseTheThirtyFirst) {
  Venue venue(any_pace);
  const std::string both =
      subscribe(R"({"channel":"orders","instType":"SWAP"},{"channel":"orders","instType":"SPOT"})");
  ConnectionId last = 0;
  for (int i = 1; i <= 30; ++i) {
    last = venue.open_private();
    venue.text(last, both);
    EXPECT_EQ(venue.last(last).at("/event"), "channel-conn-count");
    EXPECT_EQ(venue.last(last).at("/channel"), "orders");
    EXPECT_EQ(venue.last(last).at("/connCount"), std::to_string(i)) << "two arguments count once";
  }
  const ConnectionId refused = venue.open_private();
  venue.text(refused, subscribe(R"({"channel":"orders","instType":"ANY"})"));
  const auto frames = venue.take(refused);
  ASSERT_EQ(frames.size(), 2u);
  EXPECT_EQ(Json(frames[0]).at("/event"), "subscribe") << "the usual acknowledgement comes first";
  EXPECT_EQ(Json(frames[1]).at("/event"), "channel-conn-count-error");
  EXPECT_EQ(Json(frames[1]).at("/connCount"), "30");
  venue.text(last, venue.order("1", "5", "buy", "limit", "61000", "1"));
  EXPECT_TRUE(venue.pushes(refused, "orders").empty()) << "the subscription is dead";
  EXPECT_EQ(venue.pushes(last, "orders").size(), 1u);
  venue.text(refused, subscribe(R"({"channel":"account"})"));
  EXPECT_EQ(Json(venue.output.frames[refused][1]).at("/connCount"), "1")
      << "each channel by itself";
}

TEST(DeepBooks, NeedALoginAndATier) {
  Venue venue(any_pace);
  const std::string deep = subscribe(R"({"channel":"books-l2-tbt","instId":"BTC-USDT-SWAP"})");
  const ConnectionId stranger = venue.open("/ws/v5/public");
  EXPECT_EQ(code_of(venue, stranger, deep), "60011");
  EXPECT_EQ(code_of(venue, stranger, venue.login_text()), "0");
  EXPECT_EQ(code_of(venue, stranger, deep), "64003");
  EXPECT_EQ(code_of(venue, stranger,
                    subscribe(R"({"channel":"books50-l2-tbt","instId":"BTC-USDT-SWAP"})")),
            "64003");
  EXPECT_EQ(code_of(venue, venue.open_private(), subscribe(R"({"channel":"fills"})")), "64003");
}

TEST(DeepBooks, ExcludeOthersOfTheSameInstrumentOnOneConnection) {
  Venue venue([](Settings settings) {
    settings.deep_books_for_all = true;
    return any_pace(settings);
  });
  const auto of = [](const char* channel, const char* instrument) {
    return subscribe(fmt::format(R"({{"channel":"{}","instId":"{}"}})", channel, instrument));
  };
  const ConnectionId id = venue.open("/ws/v5/public");
  venue.text(id, venue.login_text());
  venue.text(id, of("books", "BTC-USDT-SWAP"));
  EXPECT_EQ(code_of(venue, id, of("books-l2-tbt", "BTC-USDT-SWAP")), "64004");
  EXPECT_EQ(code_of(venue, id, of("books-l2-tbt", "BTC-USDT")), "<none>");
  EXPECT_EQ(code_of(venue, id, of("books50-l2-tbt", "BTC-USDT")), "64004");
  EXPECT_EQ(code_of(venue, id, of("books50-l2-tbt", "BTC-USDT-SWAP")), "<none>")
      << "books and books50-l2-tbt go together";
}

TEST(BookChannels, OfRetailSayTwoQuantitiesAndNoChecksum) {
  Venue venue;
  venue.market_order(Side::Buy, "61249", "10");
  const ConnectionId id = venue.open("/ws/v5/public");
  venue.text(id, subscribe(R"({"channel":"books-rpi","instId":"BTC-USDT-SWAP"})"));
  const Json snapshot = venue.last(id);
  EXPECT_EQ(snapshot.at("/action"), "snapshot");
  EXPECT_EQ(snapshot.at("/data/0/bids/0"), R"(["61249","10","10","1"])");
  EXPECT_EQ(snapshot.at("/data/0/checksum"), "<none>");
  venue.market_order(Side::Buy, "61249", "5");
  venue.advance(milliseconds(110));
  EXPECT_EQ(venue.last(id).at("/data/0/bids/0"), R"(["61249","15","15","2"])");
  EXPECT_EQ(venue.last(id).at("/data/0/prevSeqId"), snapshot.at("/data/0/seqId"));
}

TEST(BookChannels, SayAfterAMinuteThatNothingChanged) {
  Venue venue;
  venue.market_order(Side::Buy, "61249", "10");
  const ConnectionId id = venue.open("/ws/v5/public");
  venue.text(id, subscribe(R"({"channel":"books","instId":"BTC-USDT-SWAP"})"));
  const std::string sequence = venue.last(id).at("/data/0/seqId");
  venue.take(id);
  for (int i = 0; i < 3; ++i) {
    venue.advance(seconds(20));
    venue.text(id, "ping");
  }
  venue.advance(milliseconds(200));
  const auto pushed = venue.pushes(id, "books");
  ASSERT_EQ(pushed.size(), 1u);
  const Json alive(pushed[0]);
  EXPECT_EQ(alive.at("/data/0/seqId"), sequence);
  EXPECT_EQ(alive.at("/data/0/prevSeqId"), sequence);
  EXPECT_EQ(alive.size("/data/0/asks"), 0u);
}

}  // namespace
}  // namespace gannet::okx_server
