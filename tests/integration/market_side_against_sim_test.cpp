#include <gtest/gtest.h>

#include <deque>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <variant>

#include "gateway/okx/protocol/market_session.h"
#include "sim/okx_server/protocol/server.h"
#include "tests/support/padded_text.h"
#include "tests/unit/okx_protocol/account_side.h"

// The market side of the wire against the simulated venue, both protocols in one process on virtual
// time: every channel that the venue offers, subscribed, acknowledged and told.

namespace gannet {
namespace {

using okx::MarketStream;

struct Heard final : MarketListener, okx::Diagnostics {
  std::map<std::string, int> counts;
  std::vector<std::string> problems;
  std::optional<ConnectionState> state;
  void on_book_update(const BookUpdate& update) noexcept override {
    ++counts["book" + std::to_string(static_cast<int>(update.feed))];
  }
  void on_book_withdrawn(InstrumentId, BookFeed, BookWithdrawal, Timestamp) noexcept override {
    ++counts["withdrawn"];
  }
  void on_trade(const TradeEvent& trade) noexcept override {
    ++counts[trade.stream == TradeEvent::Stream::Single ? "single" : "trade"];
  }
  void on_ticker(const TickerEvent&) noexcept override { ++counts["ticker"]; }
  void on_reference_price(const ReferencePriceEvent& price) noexcept override {
    ++counts[price.kind == ReferencePriceEvent::Kind::Mark ? "mark" : "index"];
  }
  void on_instrument_state(InstrumentId, InstrumentState, Timestamp) noexcept override {}
  void on_instrument_changed(const InstrumentChange& change, Timestamp) noexcept override {
    ++counts["definition"];
    last_change = change;
  }
  void on_market_update(const MarketUpdate& update) noexcept override {
    ++counts["update" + std::to_string(update.index())];
  }
  void on_book_replaced(InstrumentId, BookFeed, BookFeed, Timestamp) noexcept override {
    ++counts["replaced"];
  }
  void on_market_connection(ConnectionState now, Timestamp) noexcept override { state = now; }
  void on_market_alive(Timestamp) noexcept override {}
  void on_diagnostic(okx::DiagnosticKind kind, std::string_view detail,
                     std::string_view) noexcept override {
    problems.push_back(std::string(okx::name_of(kind)) + " " + std::string(detail));
  }
  template <class Event>
  int updates() {
    return counts["update" + std::to_string(MarketUpdate(Event{}).index())];
  }
  InstrumentChange last_change;
};

class Venue final : public okx_server::ServerOutput {
 public:
  explicit Venue(bool deep_books = false) {
    swap_ = instruments_.add(okx::testing::make_instrument("BTC-USDT-SWAP", InstrumentKind::Swap, 3,
                                                           2, currencies_, "BTC", "USDT", "USDT"));
    instruments_[swap_].family = InstrumentName(std::string_view("BTC-USDT"));
    instruments_[swap_].minimum_quantity = {1};
    instruments_[swap_].maximum_limit_quantity = {100'000'000};
    instruments_[swap_].contract_value = {1, 2};
    codes_.add({swap_, std::string_view("BTC-USDT-SWAP"), std::string_view("BTC-USDT"),
                std::string_view("BTC-USDT"), InstrumentKind::Swap, 3, 2, std::nullopt});
    auto settings = okx_server::make_default_settings(7, instruments_, currencies_);
    settings.limits = okx_server::no_limits();
    settings.users.front().deep_books = deep_books;
    const auto key = settings.keys.front().credentials;
    signer_ = std::make_unique<okx::Signer>(
        okx::Credentials{Secret(key.key), Secret(key.secret), Secret(key.passphrase)});
    server_ = std::make_unique<okx_server::Server>(std::move(settings), instruments_, currencies_,
                                                   *this, now_);
    server_->exchange().set_reference_prices(swap_, {61'250'000}, {61'250'000}, now_);
    run_for(milliseconds(200));  // a market that has traded
  }

  /// One of our sessions on that path, with those streams.
  void connect(std::string_view path, const std::vector<MarketStream>& streams) {
    std::vector<okx::MarketSubscription> wanted;
    for (const MarketStream stream : streams) wanted.push_back({swap_, stream, {seconds(60)}});
    okx::MarketSessionSettings settings;
    settings.instrument_states = settings.venue_status = path.ends_with("public");
    auto link = std::make_unique<Link>(*this, links_.size() + 1);
    link->session = std::make_unique<okx::MarketSession>(settings, codes_, wanted, heard, heard);
    link->session->log_in_with(*signer_, {});
    ASSERT_EQ(server_->on_upgrade(path, "127.0.0.1:1", now_), 0);
    server_->on_open(link->id, path, "127.0.0.1:1", now_);
    Link& added = *links_.emplace_back(std::move(link));
    added.session->on_open(added, now_);
    deliver();
  }
  bool ready() const {
    return std::ranges::all_of(links_, [](const auto& link) { return link->session->ready(); });
  }
  /// The market quotes and trades; both sides' timers run.
  void run_for(Nanos span) {
    for (const Timestamp end = now_ + span; now_ < end;) {
      now_ = now_ + milliseconds(50);
      const std::int64_t price = 61'250'000 + 100 * (++steps_ % 7);
      place(Side::Sell, price);
      place(Side::Buy, price);
      place(Side::Buy, price - 10'000);
      server_->exchange().set_reference_prices(swap_, {price}, {price}, now_);
      server_->on_timer(now_);
      deliver();
      for (const auto& link : links_) link->session->on_timer(now_);
      deliver();
    }
  }
  HttpResponse control(std::string target, std::string body) {
    return server_->on_http({"POST", std::move(target), {}, std::move(body)}, "127.0.0.1:2", now_);
  }
  Heard heard;

 private:
  struct Link final : okx::SocketOutput {
    Link(Venue& of, okx_server::ConnectionId number) : venue(of), id(number) {}
    bool send_text(std::string_view text) noexcept override {
      to_server.emplace_back(text);
      return true;
    }
    void reconnect(std::string_view why) noexcept override {
      venue.heard.problems.push_back("reconnect " + std::string(why));
    }
    Venue& venue;
    okx_server::ConnectionId id;
    std::unique_ptr<okx::MarketSession> session;
    std::deque<std::string> to_server, to_client;
  };

  void place(Side side, std::int64_t price) {
    sim::NewOrder order;
    order.instrument = swap_;
    order.side = side;
    order.price = {price};
    order.quantity = {100};
    server_->exchange().place(order, now_);
  }
  void deliver() {
    for (bool any = true; std::exchange(any, false);) {
      for (const auto& link : links_) {
        while (!link->to_server.empty()) {
          const std::string text = std::exchange(link->to_server.front(), {});
          link->to_server.pop_front();
          server_->on_text(link->id, text, now_);
          any = true;
        }
        while (!link->to_client.empty()) {
          const test::PaddedText text(link->to_client.front());
          link->to_client.pop_front();
          link->session->on_text(text, now_);
          any = true;
        }
      }
    }
  }
  void send_text(okx_server::ConnectionId id, std::string_view text) noexcept override {
    for (const auto& link : links_) {
      if (link->id == id) link->to_client.emplace_back(text);
    }
  }
  void close(okx_server::ConnectionId, std::uint16_t, std::string_view why) noexcept override {
    heard.problems.push_back("close " + std::string(why));
  }

  Timestamp now_{1'795'430'400'000'000'000};
  InstrumentTable instruments_;
  CurrencyTable currencies_;
  okx::InstrumentCodes codes_;
  InstrumentId swap_;
  std::unique_ptr<okx::Signer> signer_;
  std::unique_ptr<okx_server::Server> server_;
  std::vector<std::unique_ptr<Link>> links_;
  int steps_ = 0;
};

TEST(MarketSideAgainstSim, EveryPublicAndBusinessChannelIsAcknowledgedAndTold) {
  Venue venue;
  venue.connect("/ws/v5/public",
                {MarketStream::BestBidOffer, MarketStream::Top5, MarketStream::Depth400,
                 MarketStream::Depth400Retail, MarketStream::Trades, MarketStream::Ticker,
                 MarketStream::MarkPrice, MarketStream::IndexPrice, MarketStream::FundingRate,
                 MarketStream::PriceLimit, MarketStream::OpenInterest, MarketStream::EstimatedPrice,
                 MarketStream::Liquidations, MarketStream::AdlWarning});
  venue.connect("/ws/v5/business", {MarketStream::SingleTrades, MarketStream::Candles,
                                    MarketStream::MarkCandles, MarketStream::IndexCandles});
  EXPECT_TRUE(venue.ready());
  venue.run_for(seconds(10));
  Heard& heard = venue.heard;
  for (const char* what : {"book0", "book1", "book2", "book5", "trade", "single", "ticker", "mark",
                           "index", "definition"}) {
    EXPECT_GT(heard.counts[what], 0) << what;
  }
  EXPECT_GT(heard.updates<CandleEvent>(), 3);
  EXPECT_GT(heard.updates<FundingEvent>(), 0);
  EXPECT_GT(heard.updates<PriceLimitEvent>(), 0);
  EXPECT_GT(heard.updates<OpenInterestEvent>(), 0);
  EXPECT_EQ(heard.counts["withdrawn"], 0);
  EXPECT_EQ(heard.problems, std::vector<std::string>{});
}

TEST(MarketSideAgainstSim, ADeepBookIsReplacedWhereTheTierIsTooLowAndServedWhereItIsNot) {
  Venue poor;
  poor.connect("/ws/v5/public", {MarketStream::Depth400Fast, MarketStream::Trades});
  EXPECT_TRUE(poor.ready());
  poor.run_for(seconds(1));
  EXPECT_EQ(poor.heard.counts["replaced"], 1);
  EXPECT_EQ(poor.heard.counts["book3"], 0);
  EXPECT_GT(poor.heard.counts["book2"], 1);
  EXPECT_EQ(poor.heard.problems, std::vector<std::string>{"book_replaced BTC-USDT-SWAP"});

  Venue rich(true);
  rich.connect("/ws/v5/public", {MarketStream::Depth400Fast, MarketStream::Trades});
  EXPECT_TRUE(rich.ready());
  rich.run_for(seconds(1));
  EXPECT_EQ(rich.heard.counts["replaced"], 0);
  EXPECT_GT(rich.heard.counts["book3"], 1);
  EXPECT_EQ(rich.heard.problems, std::vector<std::string>{});
}

TEST(MarketSideAgainstSim, AChangedTickIsPushedInTheUnitsOfTheRun) {
  Venue venue;
  venue.connect("/ws/v5/public", {MarketStream::BestBidOffer});
  const HttpResponse answer =
      venue.control("/sim/v1/instruments", R"({"instId":"BTC-USDT-SWAP","tickSz":"0.05"})");
  ASSERT_EQ(answer.status, 200) << answer.body;
  venue.run_for(seconds(1));
  EXPECT_EQ(venue.heard.last_change.tick_size, Price{50});
  EXPECT_FALSE(venue.heard.last_change.unit_too_coarse);
}

}  // namespace
}  // namespace gannet
