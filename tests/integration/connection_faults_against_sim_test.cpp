#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "gateway/okx/protocol/market_feed.h"
#include "gateway/okx/protocol/order_lines.h"
#include "sim/okx_server/protocol/server.h"
#include "tests/unit/okx_protocol/account_side.h"

// Connections of one engine and the simulated venue in one process on virtual time: lines of a
// market feed beside a line that nothing happens to, and the account's line with its successor.

namespace gannet {
namespace {

using okx::testing::Heard;
using Log = std::vector<std::string>;

struct MarketEar final : MarketListener {
  std::map<BookFeed, OrderBook> books;
  std::vector<std::int64_t> trades;
  std::size_t withdrawals = 0;
  std::vector<ConnectionState> connection;
  void on_book_update(const BookUpdate& update) noexcept override {
    books.try_emplace(update.feed, static_cast<std::size_t>(depth_of(update.feed)))
        .first->second.apply(update);
  }
  void on_book_withdrawn(InstrumentId, BookFeed, BookWithdrawal, Timestamp) noexcept override {
    ++withdrawals;
  }
  void on_trade(const TradeEvent& trade) noexcept override {
    trades.push_back(trade.trade_id.value);
  }
  void on_ticker(const TickerEvent&) noexcept override {}
  void on_reference_price(const ReferencePriceEvent&) noexcept override {}
  void on_instrument_state(InstrumentId, InstrumentState, Timestamp) noexcept override {}
  void on_market_connection(ConnectionState state, Timestamp) noexcept override {
    connection.push_back(state);
  }
  void on_market_alive(Timestamp) noexcept override {}
};

struct NoDiagnostics final : okx::Diagnostics {
  void on_diagnostic(okx::DiagnosticKind, std::string_view, std::string_view) noexcept override {}
};

/// Our end of one connection: what the transport does, on virtual time.
struct LineEnd final : okx::SocketOutput {
  okx::SocketSession* session = nullptr;
  std::string path;
  std::function<void()> on_replace;
  std::string name;  // the venue's for it
  okx_server::ConnectionId connection = 0;
  bool started = false;
  bool open = false;
  std::optional<std::uint16_t> closing;  // by a code, 0: by us
  Timestamp connect_at;
  Nanos pause = milliseconds(100);
  std::deque<std::string> to_client, to_server;
  Log reconnects;

  bool send_text(std::string_view text) noexcept override {
    to_server.emplace_back(text);
    return true;
  }
  void reconnect(std::string_view why) noexcept override {
    reconnects.emplace_back(why);
    closing = 0;
  }
  bool replace(std::string_view) noexcept override {
    if (on_replace) on_replace();
    return on_replace != nullptr;
  }
};

class WiredVenue final : public okx_server::ServerOutput {
 public:
  struct Lines final : okx::LineControl {
    std::vector<LineEnd*> ends;
    Timestamp* now = nullptr;
    void open_line(std::size_t line) noexcept override {
      ends[line]->started = true;
      ends[line]->connect_at = *now;
    }
    void close_line(std::size_t line) noexcept override {
      ends[line]->started = false;
      ends[line]->closing = 0;
    }
  };

  explicit WiredVenue(std::size_t lines) {
    swap = instruments.add(okx::testing::make_instrument("BTC-USDT-SWAP", InstrumentKind::Swap, 3,
                                                         2, currencies, "BTC", "USDT", "USDT"));
    instruments[swap].minimum_quantity = {1};
    instruments[swap].maximum_limit_quantity = {100'000'000};
    instruments[swap].contract_value = {1, 2};
    okx_server::Settings settings = okx_server::make_default_settings(7, instruments, currencies);
    settings.limits = okx_server::no_limits();
    const okx_server::Credentials key = settings.keys.front().credentials;
    signer = std::make_unique<okx::Signer>(
        okx::Credentials{Secret(key.key), Secret(key.secret), Secret(key.passphrase)});
    codes.add({swap, std::string_view("BTC-USDT-SWAP"), std::string_view("BTC-USDT"),
               std::string_view("BTC-USDT"), InstrumentKind::Swap, 3, 2,
               settings.instruments[0].code});
    terms.set(swap, okx::make_order_terms(instruments[swap], settings.instruments[0].code, false));
    server = std::make_unique<okx_server::Server>(std::move(settings), instruments, currencies,
                                                  *this, now);
    server->exchange().set_reference_prices(swap, {61'250'000}, {61'250'000}, now);

    market_settings.instrument_states = false;
    market_lines.now = order_lines.now = &now;
    feed = std::make_unique<okx::MarketFeed>(lines, market_settings, codes, wanted, market, quiet,
                                             market_lines);
    for (std::size_t seat = 0; seat < feed->seats(); ++seat) {
      LineEnd& end = add_end(feed->session(seat), "public");
      end.on_replace = [this, seat] { feed->replace(seat, now); };
      market_lines.ends.push_back(&end);
    }
    orders = std::make_unique<okx::OrderLines>(*signer, context, heard, heard,
                                               okx::OrderSessionSettings{}, order_lines);
    for (std::size_t line = 0; line < 2; ++line) {
      LineEnd& end = add_end(orders->session(line), "private");
      end.on_replace = [this, line] { orders->replace(line); };
      order_lines.ends.push_back(&end);
    }
    rest =
        std::make_unique<okx::RestSession>(okx::RestIdentity{signer.get(), false}, context, terms,
                                           heard, heard, no_rest, okx::RestSessionSettings{});
    venue = std::make_unique<okx::AccountVenue>(orders->current(), *rest, context, terms, heard);
    orders->on_switch([this](okx::OrderSession& session) { venue->use(session); });
    reference_session =
        std::make_unique<okx::MarketSession>(market_settings, codes, wanted, reference, quiet);
    reference_end = &add_end(*reference_session, "public");
    reference_end->started = true;
    reference_end->connect_at = now;
    feed->start();
    order_lines.open_line(0);
  }

  void pass(Nanos time) {
    const Timestamp end_of_it = now + time;
    while (now < end_of_it) {
      now = now + milliseconds(10);
      server->on_timer(now);
      for (auto& end : ends) {
        if (end->started && !end->open && !end->closing && now >= end->connect_at) connect(*end);
        if (end->open) end->session->on_timer(now);
      }
      venue->on_timer(now);
      orders->on_timer(now);
      feed->on_timer(now);
      deliver();
    }
  }
  /// Someone else trades: books and trades move.
  void trade_on(Nanos time) {
    const Timestamp end_of_it = now + time;
    while (now < end_of_it) {
      sim::NewOrder order;
      order.instrument = swap;
      order.side = random() % 2 == 0 ? Side::Buy : Side::Sell;
      order.price = {61'250'000 + static_cast<std::int64_t>(random() % 40) * 100 - 2'000};
      order.quantity = {static_cast<std::int64_t>(1 + random() % 20)};
      server->exchange().place(order, now);
      pass(milliseconds(10));
    }
  }
  void fault(const std::string& json) {
    const auto ordered = server->order_faults(json, now);
    ASSERT_TRUE(ordered) << ordered.error();
  }
  bool until(const std::function<bool()>& condition, Nanos longest = seconds(60)) {
    const Timestamp last = now + longest;
    while (!condition() && now < last) trade_on(milliseconds(20));
    return condition();
  }

  // ServerOutput
  void send_text(okx_server::ConnectionId id, std::string_view text) noexcept override {
    if (LineEnd* const end = end_of(id)) {
      const std::size_t at = text.find("\"connId\":\"");
      if (at != std::string_view::npos) end->name = text.substr(at + 10, 8);
      end->to_client.emplace_back(text);
    }
  }
  void close(okx_server::ConnectionId id, std::uint16_t code, std::string_view) noexcept override {
    if (LineEnd* const end = end_of(id)) end->closing = code == 0 ? std::uint16_t{1006} : code;
  }

  std::mt19937_64 random{11};
  Timestamp now = okx::testing::kStart;
  CurrencyTable currencies;
  InstrumentTable instruments;
  InstrumentId swap;
  okx::InstrumentCodes codes;
  okx::OrderTermsTable terms;
  okx::AccountContext context{instruments, currencies, AccountId{0}, okx::OrderTag("mm1")};
  okx::MarketSessionSettings market_settings;
  const std::vector<okx::MarketSubscription> wanted{
      {InstrumentId{0}, okx::MarketStream::Depth400},
      {InstrumentId{0}, okx::MarketStream::BestBidOffer},
      {InstrumentId{0}, okx::MarketStream::Trades},
      {InstrumentId{0}, okx::MarketStream::Ticker}};
  Heard heard;
  MarketEar market, reference;
  NoDiagnostics quiet;
  okx::testing::FakeRest no_rest;
  std::unique_ptr<okx::Signer> signer;
  std::unique_ptr<okx_server::Server> server;
  Lines market_lines, order_lines;
  std::unique_ptr<okx::MarketFeed> feed;
  std::unique_ptr<okx::OrderLines> orders;
  std::unique_ptr<okx::RestSession> rest;
  std::unique_ptr<okx::AccountVenue> venue;
  std::unique_ptr<okx::MarketSession> reference_session;
  LineEnd* reference_end = nullptr;

 private:
  LineEnd& add_end(okx::SocketSession& session, std::string path) {
    ends.push_back(std::make_unique<LineEnd>());
    ends.back()->session = &session;
    ends.back()->path = "/ws/v5/" + std::move(path);
    return *ends.back();
  }
  LineEnd* end_of(okx_server::ConnectionId id) noexcept {
    for (auto& end : ends) {
      if (end->open && end->connection == id) return end.get();
    }
    return nullptr;
  }
  void connect(LineEnd& end) {
    if (server->on_upgrade(end.path, "127.0.0.1:1", now) != 0) {
      end.connect_at = now + seconds(1);
      return;
    }
    end.connection = ++last_connection;
    end.open = true;
    server->on_open(end.connection, end.path, "127.0.0.1:1", now);
    end.session->on_open(end, now);
  }
  void finish(LineEnd& end) {
    const std::uint16_t code = *std::exchange(end.closing, std::nullopt);
    if (!end.open) return;
    end.open = false;
    end.to_server.clear();
    end.to_client.clear();
    server->on_closed(end.connection, now);
    okx::CloseReaction reaction = okx::CloseReaction::Reconnect;
    if (code != 0 && code != 1006) reaction = end.session->on_close_code(code, now);
    if (reaction == okx::CloseReaction::Stop) end.started = false;
    end.session->on_closed(now);
    end.connect_at = now + end.pause;
  }
  void deliver() {
    for (bool again = true; again;) {
      again = false;
      for (auto& end : ends) {
        while (end->open && !end->to_server.empty()) {
          const std::string text = std::exchange(end->to_server.front(), {});
          end->to_server.pop_front();
          server->on_text(end->connection, text, now);
          again = true;
        }
        while (end->open && !end->to_client.empty() && end->closing != 0) {
          const okx::testing::Text text(end->to_client.front());
          end->to_client.pop_front();
          end->session->on_text(text.view(), now);
          again = true;
        }
        if (end->closing) finish(*end);
      }
    }
  }

  std::vector<std::unique_ptr<LineEnd>> ends;
  okx_server::ConnectionId last_connection = 0;
};

void expect_same_book(const OrderBook& one, const OrderBook& other) {
  ASSERT_EQ(one.bid_levels(), other.bid_levels());
  ASSERT_EQ(one.ask_levels(), other.ask_levels());
  for (std::size_t i = 0; i < one.bid_levels(); ++i) {
    ASSERT_EQ(one.bid(i).price, other.bid(i).price);
    ASSERT_EQ(one.bid(i).quantity, other.bid(i).quantity);
  }
  for (std::size_t i = 0; i < one.ask_levels(); ++i) {
    ASSERT_EQ(one.ask(i).price, other.ask(i).price);
    ASSERT_EQ(one.ask(i).quantity, other.ask(i).quantity);
  }
}

/// What the feed told is what a line told that nothing happened to.
void expect_the_reference(WiredVenue& town) {
  town.pass(seconds(2));
  for (const BookFeed feed : {BookFeed::Depth400, BookFeed::BestBidOffer}) {
    expect_same_book(town.market.books.at(feed), town.reference.books.at(feed));
  }
  auto trades = town.market.trades;
  std::ranges::sort(trades);
  EXPECT_EQ(trades, town.reference.trades);
  EXPECT_GT(trades.size(), 50u);
  EXPECT_EQ(town.reference.withdrawals, 0u);
}

bool all_ready(const WiredVenue& town) {
  std::size_t ready = 0;
  for (std::size_t seat = 0; seat < town.feed->seats(); ++seat) {
    ready += town.feed->state(seat).working && town.feed->state(seat).ready ? 1u : 0u;
  }
  return ready == town.feed->lines() && town.orders->current().ready();
}

// Faults 12: no arrow of a connection waits for ever.
TEST(ConnectionFaults, ASlowLoginAndLostAcknowledgementsEndInANewConnectionThatWorks) {
  WiredVenue town(1);
  town.fault(R"({"slow_login":{"ms":15000},"drop_subscribe_ack":{"channel":"books"}})");
  ASSERT_TRUE(town.until([&] { return all_ready(town); }));
  const LineEnd& account = *town.order_lines.ends[0];
  EXPECT_EQ(account.reconnects, (Log{"no answer to the login"}));
  EXPECT_EQ(town.market_lines.ends[0]->reconnects, (Log{"a subscription was not acknowledged"}));
  town.fault(R"({"drop_subscribe_ack":{"channel":"positions"},"cut":{"connection":"private"}})");
  town.pass(seconds(1));
  EXPECT_FALSE(town.orders->current().ready());
  ASSERT_TRUE(town.until([&] { return all_ready(town); }));
  EXPECT_EQ(account.reconnects.back(), "a subscription was not acknowledged");
}

// PROTOCOL 3.6, by the venue itself.
TEST(ConnectionFaults, AClosedConnectionComesBackUnlessTheKeyWasChanged) {
  WiredVenue town(1);
  ASSERT_TRUE(town.until([&] { return all_ready(town); }));
  for (const char* code : {"1001", "1006", "4004", "4005", "4006"}) {
    for (const char* path : {"public", "private"}) {
      town.fault(R"({"close":{"connection":")" + std::string(path) + R"(","code":)" + code + "}}");
      town.pass(milliseconds(20));
      EXPECT_FALSE(all_ready(town)) << code;
      ASSERT_TRUE(town.until([&] { return all_ready(town); })) << code;
    }
  }
  town.fault(R"({"close":{"connection":"private","code":4007}})");
  town.pass(seconds(5));
  EXPECT_EQ(town.orders->current().state(), okx::OrderSession::State::Stopped);
  EXPECT_FALSE(town.order_lines.ends[0]->open);
}

TEST(ConnectionFaults, AMoveLosesNothingAndTellsNothingTwice) {  // fault 11
  for (const std::size_t lines : {1u, 2u}) {
    SCOPED_TRACE(std::to_string(lines) + " lines");
    WiredVenue town(lines);
    ASSERT_TRUE(town.until([&] { return all_ready(town); }));
    town.trade_on(seconds(1));
    const std::size_t told = town.market.connection.size();
    std::uint64_t id = 1;
    for (std::uint64_t round = 1; round <= 3; ++round) {
      town.fault(R"({"notice64008":{"connection":"private","close_after_ms":30000}})");
      for (LineEnd* const end : town.market_lines.ends) {
        if (!end->open) continue;
        town.fault(R"({"notice64008":{"connection":")" + end->name +
                   R"(","close_after_ms":30000}})");
      }
      // Orders leave at every moment of the move.
      const bool moved = town.until([&] {
        PlaceRequest request;
        request.client_id = {id++};
        request.instrument = town.swap;
        request.price = {61'000'000 - static_cast<std::int64_t>(id) * 100};
        request.quantity = {1};
        request.expire_time = town.now + seconds(1);
        EXPECT_EQ(town.venue->place(request, town.now), SendResult::Sent);
        return town.feed->moves() == round * lines && town.orders->moves() == round;
      });
      ASSERT_TRUE(moved);
      town.trade_on(seconds(5));
    }
    EXPECT_EQ(town.market.withdrawals, 0u);
    EXPECT_EQ(town.market.connection.size(), told) << "the engine saw no connection go";
    EXPECT_EQ(town.heard.connection,
              (std::vector{ConnectionState::Connecting, ConnectionState::Ready}));
    EXPECT_EQ(town.heard.count(ExecutionReport::Kind::PlaceAccepted), id - 1);
    EXPECT_EQ(town.heard.count(ExecutionReport::Kind::OutcomeUnknown), 0u);
    EXPECT_EQ(town.heard.count(ExecutionReport::Kind::Status), id - 1) << "each told live, once";
    EXPECT_EQ(town.venue->counters().by_rest, 0u);
    expect_the_reference(town);
  }
}

TEST(ConnectionFaults, OfTwoLinesOneMayBeLateCutOrLossyAndTheFeedIsWhole) {
  WiredVenue town(2);
  ASSERT_TRUE(town.until([&] { return all_ready(town); }));
  std::mt19937_64 random(5);
  for (int round = 0; round < 40; ++round) {
    LineEnd& end = *town.market_lines.ends[static_cast<std::size_t>(round % 2)];
    const std::string name = end.name;
    switch (random() % 4) {
      case 0:
        town.fault(R"({"cut":{"connection":")" + name + "\"}}");
        break;
      case 1:
        town.fault(R"({"latency":{"connection":")" + name +
                   R"(","ms":50,"jitter_ms":100,"direction":"out","for":"500ms"}})");
        break;
      case 2:
        town.fault(R"({"stall":{"connection":")" + name + R"(","direction":"out","for":"300ms"}})");
        break;
      default:
        town.fault(R"({"half_open":{"connection":")" + name + R"(","for":"9s"}})");
        town.trade_on(seconds(10));  // nobody knows until it has been silent for long
        break;
    }
    town.trade_on(milliseconds(400));
    ASSERT_TRUE(town.until([&] { return all_ready(town); }));
    town.trade_on(milliseconds(600));
  }
  EXPECT_EQ(town.market.withdrawals, 0u);
  EXPECT_EQ(town.market.connection,
            (std::vector{ConnectionState::Connecting, ConnectionState::Ready}));
  expect_the_reference(town);
  EXPECT_GT(town.feed->figures(0).first, 500u);
  EXPECT_GT(town.feed->figures(1).first, 500u);
  EXPECT_GE(std::max(town.feed->figures(0).lead.maximum(), town.feed->figures(1).lead.maximum()),
            milliseconds(50));
}

}  // namespace
}  // namespace gannet
