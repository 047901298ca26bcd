#pragma once

#include <gtest/gtest.h>

#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "backtest/runner.h"
#include "tests/support/instrument_samples.h"
#include "tests/support/scripted_strategy.h"

namespace gannet::backtest::test {

/// A recording written down in a test, event by event; times in microseconds after `kStart`.
class HandMadeSource final : public EventSource {
 public:
  static constexpr Timestamp kStart = from_unix_millis(1'795'430'400'000);

  HandMadeSource() : content_(1) {}

  struct Entry {
    Timestamp time;
    std::variant<BookUpdate, TradeEvent, ReferencePriceEvent, MarketUpdate> event;
    std::vector<Level> bids;
    std::vector<Level> asks;
  };
  using Side = std::vector<std::pair<std::int64_t, std::int64_t>>;  // price, quantity: raw units

  void book(std::int64_t at_us, BookUpdate::Kind kind, const Side& bids, const Side& asks) {
    Entry entry;
    entry.time = kStart + microseconds(at_us);
    BookUpdate update;
    update.instrument = {0};
    update.feed = BookFeed::Depth400Fast;
    update.kind = kind;
    update.exchange_time = update.receive_time = entry.time;
    entry.event = update;
    for (const auto& [price, quantity] : bids) entry.bids.push_back({price, quantity, 1, 0});
    for (const auto& [price, quantity] : asks) entry.asks.push_back({price, quantity, 1, 0});
    entries_.push_back(std::move(entry));
    content_[0].books[static_cast<std::size_t>(BookFeed::Depth400Fast)] = true;
  }
  void snapshot(std::int64_t at_us, const Side& bids, const Side& asks) {
    book(at_us, BookUpdate::Kind::Snapshot, bids, asks);
  }
  void update(std::int64_t at_us, const Side& bids, const Side& asks) {
    book(at_us, BookUpdate::Kind::Update, bids, asks);
  }
  void trade(std::int64_t at_us, gannet::Side aggressor, std::int64_t price,
             std::int64_t quantity) {
    TradeEvent trade;
    trade.instrument = {0};
    trade.aggressor = aggressor;
    trade.price = {price};
    trade.quantity = {quantity};
    trade.exchange_time = trade.receive_time = kStart + microseconds(at_us);
    entries_.push_back({trade.receive_time, trade, {}, {}});
    content_[0].trades = true;
  }
  void mark(std::int64_t at_us, std::int64_t price) {
    ReferencePriceEvent event{{0}, ReferencePriceEvent::Kind::Mark, {price}, {}, {}};
    event.exchange_time = event.receive_time = kStart + microseconds(at_us);
    entries_.push_back({event.receive_time, event, {}, {}});
    content_[0].mark_price = true;
  }
  /// `rate` in 10^-16, for the settlement at `due_us`; hourly.
  void funding(std::int64_t at_us, std::int64_t rate, std::int64_t due_us) {
    FundingEvent event;
    event.instrument = {0};
    event.rate = {rate, 16};
    event.funding_time = kStart + microseconds(due_us);
    event.next_funding_time = event.funding_time + seconds(3600);
    event.exchange_time = event.receive_time = kStart + microseconds(at_us);
    entries_.push_back({event.receive_time, event, {}, {}});
  }

  const std::vector<RecordedContent>& content() const noexcept override { return content_; }
  std::expected<std::optional<Timestamp>, Error> next() override {
    if (at_ == entries_.size()) return std::optional<Timestamp>{};
    ++counts_.messages;
    return std::optional(entries_[at_].time);
  }
  std::expected<void, Error> tell(MarketListener& listener) override {
    Entry& entry = entries_[at_++];
    if (auto* book = std::get_if<BookUpdate>(&entry.event)) {
      book->bids = entry.bids;
      book->asks = entry.asks;
      listener.on_book_update(*book);
    } else if (auto* trade = std::get_if<TradeEvent>(&entry.event)) {
      listener.on_trade(*trade);
    } else if (auto* update = std::get_if<MarketUpdate>(&entry.event)) {
      listener.on_market_update(*update);
    } else {
      listener.on_reference_price(std::get<ReferencePriceEvent>(entry.event));
    }
    ++counts_.used;
    return {};
  }
  const SourceCounts& counts() const noexcept override { return counts_; }
  int progress() const noexcept override { return 0; }

 private:
  std::vector<Entry> entries_;
  std::size_t at_ = 0;
  std::vector<RecordedContent> content_;
  SourceCounts counts_;
};

/// One linear swap (tick 0.1 = 100 raw, contracts of 0.01 BTC in hundredths), one scripted
/// strategy, 10,000 USDT, no delay, fees of 0.02 % and 0.05 %.
class BacktestStage : public testing::Test {
 protected:
  BacktestStage() {
    swap = table.add(gannet::test::linear_swap(currencies));
    settings.recording = "hand-made";
    settings.balances.push_back({CurrencyName("USDT"), {10'000, 0}});
    settings.latency = {{}, {}};
  }

  void run() {
    gannet::test::scripted::next = &script;
    engine::StrategySettings strategy;
    strategy.name = "s";
    strategy.on_stop = on_stop;
    strategy.parameters.push_back(
        {"instrument", "BTC-USDT-SWAP", engine::ParameterSetting::Kind::Text, "test:1"});
    engine::InstrumentSettings instrument;
    instrument.name = "BTC-USDT-SWAP";
    auto made = Backtest::make({.settings = settings,
                                .account = {},
                                .instruments = {instrument},
                                .strategies = {strategy},
                                .risk = risk,
                                .types = {&type},
                                .table = table,
                                .currencies = currencies,
                                .source = source});
    ASSERT_TRUE(made) << made.error().message;
    backtest = std::move(*made);
    const auto done = backtest->run();
    ASSERT_TRUE(done) << done.error().message;
    EXPECT_EQ(backtest->outcome().money_fault, "");
    EXPECT_TRUE(backtest->outcome().positions_agree);
  }

  /// A limit order of the script's; price and quantity raw.
  std::uint64_t place(gannet::Side side, std::int64_t price, std::int64_t quantity,
                      bool post_only = false,
                      std::uint8_t time_in_force = GANNET_GOOD_TILL_CANCEL) {
    gannet_order order{};
    order.size = sizeof order;
    order.instrument = swap.value;
    order.side = side == gannet::Side::Buy ? GANNET_BUY : GANNET_SELL;
    order.time_in_force = time_in_force;
    order.post_only = post_only ? 1 : 0;
    order.price = price;
    order.quantity = quantity;
    std::uint64_t handle = 0;
    EXPECT_EQ(script.host->place(script.engine, &order, &handle), GANNET_OK);
    return handle;
  }

  const std::vector<FillLine>& fills() const { return backtest->log().fills(); }
  const std::vector<OrderLine>& orders() const { return backtest->log().orders(); }
  static std::int64_t micros(Timestamp time) {
    return (time - HandMadeSource::kStart).count / 1000;
  }

  CurrencyTable currencies;
  InstrumentTable table;
  InstrumentId swap;
  Settings settings;
  risk::Settings risk;
  HandMadeSource source;
  gannet::test::Script script;
  engine::StrategyType type =
      gannet::test::scripted_type(GANNET_WANT_BOOK | GANNET_WANT_TRADES, BookFeed::Depth400Fast);
  engine::StrategySettings::OnStop on_stop = engine::StrategySettings::OnStop::Cancel;
  std::unique_ptr<Backtest> backtest;
};

}  // namespace gannet::backtest::test
