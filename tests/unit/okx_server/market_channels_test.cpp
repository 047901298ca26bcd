#include <gtest/gtest.h>

#include <random>

#include "unit/okx_server/venue.h"

namespace gannet::okx_server {
namespace {

/// A client's book by PROTOCOL 4.3, as plainly as it can be written.
struct ClientBook {
  std::map<std::string, std::string> bids, asks;  // price text to quantity text
  std::int64_t last = -2;
  int snapshots = 0, updates = 0, gaps = 0, keep_alives = 0, resets = 0;
  bool numbers_skip = false;

  void take(const std::string& frame) {
    const Json json(frame);
    const bool snapshot = json.at("/action") == "snapshot";
    const std::int64_t previous = std::stoll(json.at("/data/0/prevSeqId"));
    const std::int64_t current = std::stoll(json.at("/data/0/seqId"));
    EXPECT_EQ(json.at("/data/0/checksum"), "0");
    if (snapshot) {
      EXPECT_EQ(previous, -1);
      bids.clear();
      asks.clear();
      ++snapshots;
    } else {
      if (previous != last) ++gaps;
      if (current == previous) ++keep_alives;
      if (current < previous) ++resets;
      if (current > previous + 1) numbers_skip = true;
      ++updates;
    }
    apply(json, "/data/0/bids", bids);
    apply(json, "/data/0/asks", asks);
    last = current;
  }

  static void apply(const Json& json, const std::string& side,
                    std::map<std::string, std::string>& book) {
    for (std::size_t i = 0; i < json.size(side); ++i) {
      const std::string level = side + "/" + std::to_string(i);
      const std::string price = json.at(level + "/0");
      const std::string quantity = json.at(level + "/1");
      EXPECT_EQ(json.at(level + "/2"), "0");
      if (quantity == "0")
        book.erase(price);
      else
        book[price] = quantity;
    }
  }
};

std::map<std::string, std::string> true_side(const Venue& venue, Side side) {
  std::map<std::string, std::string> book;
  for (const Level& level : venue.server->exchange().book(venue.swap, side, 400)) {
    char price[kMaxUnitsText], quantity[kMaxUnitsText];
    book[std::string(price, format_units(price, level.price, 3))] =
        std::string(quantity, format_units(quantity, level.quantity, 2));
  }
  return book;
}

/// Random orders of the market around 61,250: they rest, trade and are cancelled.
class Churn {
 public:
  explicit Churn(Venue& venue) : venue_(venue), random_(11) {}
  void step() {
    if (!resting_.empty() && random_() % 3 == 0) {
      const std::size_t i = random_() % resting_.size();
      venue_.server->exchange().cancel(sim::kMarketUser, resting_[i], sim::CancelCause::User,
                                       venue_.now);
      resting_.erase(resting_.begin() + static_cast<std::ptrdiff_t>(i));
      return;
    }
    const Side side = random_() % 2 == 0 ? Side::Buy : Side::Sell;
    sim::NewOrder order;
    order.instrument = venue_.swap;
    order.side = side;
    const auto ticks = static_cast<std::int64_t>(random_() % 600) - 20;
    order.price = {61'250'000 + (side == Side::Buy ? -ticks : ticks) * 100};
    order.quantity = {static_cast<std::int64_t>(1 + random_() % 300)};
    resting_.push_back(venue_.server->exchange().place(order, venue_.now).id);
  }

 private:
  Venue& venue_;
  std::mt19937 random_;
  std::vector<VenueOrderId> resting_;
};

std::string subscribe(std::string_view channel) {
  return fmt::format(
      R"({{"id":"s","op":"subscribe","args":[{{"channel":"{}","instId":"BTC-USDT-SWAP"}}]}})",
      channel);
}

TEST(BookChannel, RebuildsToTheExchangesBookThroughTenThousandChanges) {
  Venue venue;
  Churn churn(venue);
  for (int i = 0; i < 200; ++i) churn.step();
  const ConnectionId first = venue.open("/ws/v5/public");
  venue.text(first, subscribe("books"));
  ClientBook book, late;
  ConnectionId second = 0;
  for (int i = 0; i < 10'000; ++i) {
    churn.step();
    if (i % 7 == 0) venue.advance(milliseconds(10));
    if (i == 5'000) {
      second = venue.open("/ws/v5/public");
      venue.text(second, subscribe("books"));
    }
    for (const std::string& frame : venue.pushes(first, "books")) book.take(frame);
    venue.take(first);
    if (second == 0) continue;
    for (const std::string& frame : venue.pushes(second, "books")) late.take(frame);
    venue.take(second);
  }
  venue.advance(milliseconds(200));
  for (const std::string& frame : venue.pushes(first, "books")) book.take(frame);
  for (const std::string& frame : venue.pushes(second, "books")) late.take(frame);
  EXPECT_EQ(book.snapshots, 1);
  EXPECT_GT(book.updates, 100);
  EXPECT_EQ(book.gaps, 0);
  EXPECT_EQ(late.gaps, 0);
  EXPECT_TRUE(book.numbers_skip);
  EXPECT_EQ(book.last, late.last);  // every connection gets the same numbers
  EXPECT_EQ(book.bids, true_side(venue, Side::Buy));
  EXPECT_EQ(book.asks, true_side(venue, Side::Sell));
  EXPECT_EQ(late.bids, book.bids);
}

TEST(BookChannel, LinksARestSnapshotToTheStreamWhenNoneIsPushed) {
  // PROTOCOL 4.4: P <= S, updates up to S dropped, the next holds prevSeqId <= S < seqId.
  Venue venue([](Settings settings) {
    settings.initial_book_snapshot = false;
    return settings;
  });
  Churn churn(venue);
  for (int i = 0; i < 100; ++i) churn.step();
  const ConnectionId id = venue.open("/ws/v5/public");
  venue.text(id, subscribe("books"));
  const auto turn = [&] {
    for (int i = 0; i < 30; ++i) churn.step();
    venue.advance(milliseconds(100));
  };
  turn();
  turn();
  churn.step();
  venue.advance(milliseconds(30));
  churn.step();
  const HttpRequest request{"GET", "/api/v5/market/books?instId=BTC-USDT-SWAP&sz=400", {}, ""};
  const Json snapshot(venue.http(request).body);
  const std::int64_t seed = std::stoll(snapshot.at("/data/0/seqId"));
  turn();
  turn();
  ClientBook book;
  ClientBook::apply(snapshot, "/data/0/bids", book.bids);
  ClientBook::apply(snapshot, "/data/0/asks", book.asks);
  bool linked = false;
  for (const std::string& frame : venue.pushes(id, "books")) {
    const Json json(frame);
    ASSERT_EQ(json.at("/action"), "update");
    if (std::stoll(json.at("/data/0/seqId")) <= seed) continue;
    if (!linked) {
      EXPECT_LE(std::stoll(json.at("/data/0/prevSeqId")), seed);
      book.last = std::stoll(json.at("/data/0/prevSeqId"));
      linked = true;
    }
    book.take(frame);
  }
  EXPECT_TRUE(linked);
  EXPECT_EQ(book.gaps, 0);
  EXPECT_EQ(book.bids, true_side(venue, Side::Buy));
  EXPECT_EQ(book.asks, true_side(venue, Side::Sell));
}

TEST(BookChannel, KeepsAliveLosesAndResetsAsOrdered) {
  Venue venue;
  venue.market_order(Side::Buy, "61249", "10");
  const ConnectionId id = venue.open("/ws/v5/public");
  venue.text(id, subscribe("books"));
  const auto silent = [&](int s) {  // the client pings, else it is closed
    for (int i = 0; i < s; i += 20) {
      venue.text(id, "ping");
      venue.advance(seconds(20));
    }
  };
  silent(80);
  ClientBook book;
  const auto read = [&] {
    for (const std::string& frame : venue.pushes(id, "books")) book.take(frame);
    venue.take(id);
  };
  read();
  EXPECT_EQ(book.keep_alives, 1);
  EXPECT_EQ(book.gaps, 0);
  const auto change = [&](std::string_view at) {
    venue.market_order(Side::Buy, at, "1");
    venue.advance(milliseconds(100));
    read();
  };
  venue.fault(R"({"sequence_gap":{"instId":"BTC-USDT-SWAP"}})");
  change("61248");
  EXPECT_EQ(book.gaps, 0);  // the lost one
  change("61247");
  EXPECT_EQ(book.gaps, 1);
  venue.fault(R"({"sequence_reset":{"instId":"BTC-USDT-SWAP"}})");
  change("61246");
  EXPECT_EQ(book.resets, 1);
  change("61245");
  EXPECT_EQ(book.gaps, 1);
}

TEST(BookChannel, HoldsTickByTickBooksToLoginTierAndCompany) {
  Venue venue;
  const ConnectionId id = venue.open("/ws/v5/public");
  venue.text(id, subscribe("books-l2-tbt"));
  EXPECT_EQ(venue.last(id).at("/code"), "60011");
  venue.text(id, venue.login_text());
  venue.text(id, subscribe("books-l2-tbt"));
  EXPECT_EQ(venue.last(id).at("/code"), "64003");

  Venue tier([](Settings settings) {
    settings.users[0].deep_books = true;
    return settings;
  });
  const ConnectionId deep = tier.open("/ws/v5/public");
  tier.text(deep, tier.login_text());
  tier.text(deep, subscribe("books-l2-tbt"));
  EXPECT_EQ(tier.last(deep).at("/action"), "snapshot");
  tier.text(deep, subscribe("books"));
  EXPECT_EQ(tier.last(deep).at("/code"), "64004");
  tier.take(deep);
  tier.market_order(Side::Buy, "61249", "10");
  tier.advance(milliseconds(10));
  EXPECT_EQ(tier.pushes(deep, "books-l2-tbt").size(), 1u);
}

TEST(BestPriceChannel, PushesWholeChangesEveryTenMillisecondsOrAtOnce) {
  Venue venue;
  const ConnectionId id = venue.open("/ws/v5/public");
  venue.text(id, subscribe("bbo-tbt"));
  venue.take(id);
  venue.market_order(Side::Buy, "61249", "10");
  venue.market_order(Side::Buy, "61249.5", "3");
  EXPECT_TRUE(venue.pushes(id, "bbo-tbt").empty());
  venue.advance(milliseconds(10));
  const auto pushes = venue.pushes(id, "bbo-tbt");
  ASSERT_EQ(pushes.size(), 1u);
  EXPECT_EQ(Json(pushes[0]).at("/data/0/bids/0/0"), "61249.5");
  EXPECT_EQ(Json(pushes[0]).at("/data/0/bids/0/3"), "1");
  EXPECT_EQ(Json(pushes[0]).size("/data/0/asks"), 0u);

  Venue quick([](Settings settings) {
    settings.best_price_interval_ms = 0;
    return settings;
  });
  const ConnectionId fast = quick.open("/ws/v5/public");
  quick.text(fast, subscribe("bbo-tbt"));
  quick.take(fast);
  quick.market_order(Side::Buy, "61249", "10");
  quick.market_order(Side::Buy, "61248", "10");  // behind the best: nothing to tell
  quick.market_order(Side::Buy, "61249.5", "3");
  EXPECT_EQ(quick.pushes(fast, "bbo-tbt").size(), 2u);
}

TEST(TradesChannel, TellsOneTakerAtOnePriceTogetherAndEachMatchOnTradesAll) {
  Venue venue([](Settings settings) {
    settings.history_days = 0;  // the day's volume is that of the trades below alone
    return settings;
  });
  const ConnectionId id = venue.open("/ws/v5/public");
  const ConnectionId all = venue.open("/ws/v5/business");
  venue.text(id, subscribe("trades"));
  venue.text(id, subscribe("tickers"));
  venue.text(all, subscribe("trades-all"));
  venue.market_order(Side::Sell, "61251", "1");
  venue.market_order(Side::Sell, "61251", "2");
  venue.market_order(Side::Sell, "61252", "4");
  venue.advance(milliseconds(10));
  venue.take(id);
  venue.market_order(Side::Buy, "61252", "7");
  venue.advance(milliseconds(100));
  const auto trades = venue.pushes(id, "trades");
  ASSERT_EQ(trades.size(), 2u);
  EXPECT_EQ(Json(trades[0]).at("/data/0/sz"), "3");
  EXPECT_EQ(Json(trades[0]).at("/data/0/count"), "2");
  EXPECT_EQ(Json(trades[0]).at("/data/0/side"), "buy");
  const auto each = venue.pushes(all, "trades-all");
  ASSERT_EQ(each.size(), 3u);
  EXPECT_EQ(Json(trades[0]).at("/data/0/tradeId"), Json(each[1]).at("/data/0/tradeId"));
  const auto tickers = venue.pushes(id, "tickers");
  ASSERT_FALSE(tickers.empty());
  EXPECT_EQ(Json(tickers.back()).at("/data/0/last"), "61252");
  EXPECT_EQ(Json(tickers.back()).at("/data/0/vol24h"), "7");
  EXPECT_EQ(Json(tickers.back()).at("/data/0/askPx"), "");
}

TEST(ReferenceChannels, PushMarkAndIndexOnChangeAndTakeIndexNamesAlone) {
  Venue venue;
  const ConnectionId id = venue.open("/ws/v5/public");
  venue.text(
      id,
      R"({"op":"subscribe","args":[{"channel":"mark-price","instId":"BTC-USDT-SWAP"},{"channel":"index-tickers","instId":"BTC-USDT"},{"channel":"instruments","instType":"SWAP"},{"channel":"status"}]})");
  EXPECT_EQ(Json(venue.pushes(id, "mark-price")[0]).at("/data/0/markPx"), "61250");
  const Json row(venue.pushes(id, "instruments").at(0));
  EXPECT_EQ(row.at("/data/0/instIdCode"), std::to_string(venue.swap_code));
  EXPECT_EQ(row.at("/data/0/tickSz"), "0.1");
  EXPECT_EQ(row.at("/data/0/lotSz"), "0.01");
  EXPECT_EQ(row.at("/data/0/ctVal"), "0.01");
  EXPECT_EQ(row.at("/data/0/ctType"), "linear");
  EXPECT_EQ(row.at("/data/0/state"), "live");
  EXPECT_EQ(venue.pushes(id, "status").size(), 1u);
  venue.advance(milliseconds(400));
  venue.take(id);
  venue.server->exchange().set_reference_prices(venue.swap, venue.price("61260"),
                                                venue.price("61255"), venue.now);
  venue.advance(milliseconds(200));
  EXPECT_EQ(Json(venue.pushes(id, "mark-price").at(0)).at("/data/0/markPx"), "61260");
  EXPECT_EQ(Json(venue.pushes(id, "index-tickers").at(0)).at("/data/0/idxPx"), "61255");
  venue.take(id);
  venue.server->exchange().set_instrument_state(venue.swap, InstrumentState::Suspended, venue.now);
  venue.advance(milliseconds(200));
  EXPECT_EQ(Json(venue.pushes(id, "instruments").at(0)).at("/data/0/state"), "suspend");
  venue.text(id,
             R"({"op":"subscribe","args":[{"channel":"index-tickers","instId":"BTC-USDT-SWAP"}]})");
  EXPECT_EQ(venue.last(id).at("/code"), "60018");
}

}  // namespace
}  // namespace gannet::okx_server
