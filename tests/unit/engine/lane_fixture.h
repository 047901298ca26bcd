#pragma once

#include <deque>
#include <string>
#include <vector>

#include "domain/order_book.h"
#include "engine/lane.h"
#include "engine/publisher.h"
#include "tests/support/instrument_samples.h"
#include "tests/support/scripted_strategy.h"

namespace gannet::engine::test {

/// One instrument, and a core that notes what strategies ask of it.
class LaneFixture {
 public:
  LaneFixture() { swap = instruments.add(gannet::test::linear_swap(currencies)); }

  struct Core final : LaneCommands {
    void on_lane_command(const LaneCommand& command, Timestamp) noexcept override {
      commands.push_back(command);
      if (command.kind == LaneCommand::Kind::Place && denies && publisher != nullptr) {
        OrderEvent event;
        event.kind = OrderEventKind::Denied;
        event.strategy = command.strategy;
        event.handle = command.place.handle;
        event.instrument = command.place.instrument;
        event.denial.reason = DenialReason::RateLimited;
        event.denial.retry_at = {99};
        publisher->on_order_event(event);
      }
    }
    std::vector<LaneCommand> commands;
    bool denies = false;
    Publisher* publisher = nullptr;
  };

  static StrategySettings settings(const std::string& lane = "inline") {
    StrategySettings s;
    s.name = "s";
    s.lane = lane;
    s.parameters.push_back(
        {"instrument", "BTC-USDT-SWAP", ParameterSetting::Kind::Text, "test.toml:1"});
    return s;
  }

  StrategyId add(Publisher& publisher, gannet::test::Script& script, const StrategyType& type,
                 const std::string& lane = "inline") {
    gannet::test::scripted::next = &script;
    return publisher.add_strategy(keep(type), settings(lane)).value();
  }

  /// Types must outlive the strategies made of them.
  const StrategyType& keep(const StrategyType& type) { return types_.emplace_back(type); }

  /// A best-bid-and-offer book with these prices.
  const OrderBook& book(std::int64_t bid, std::int64_t ask, std::int64_t time) {
    const Level bids[] = {{bid, 10, 1, 0}};
    const Level asks[] = {{ask, 20, 1, 0}};
    order_book.apply({.instrument = swap,
                      .feed = BookFeed::BestBidOffer,
                      .kind = BookUpdate::Kind::Snapshot,
                      .bids = bids,
                      .asks = asks,
                      .sequence = time,
                      .exchange_time = {time},
                      .receive_time = {time}});
    return order_book;
  }
  void publish_book(Publisher& publisher, std::int64_t bid, std::int64_t ask, std::int64_t time) {
    publisher.on_book(swap, BookFeed::BestBidOffer, book(bid, ask, time), true, {time}, {time});
  }
  TradeEvent trade(std::int64_t time) const {
    TradeEvent t;
    t.instrument = swap;
    t.price = {100'000};
    t.quantity = {1};
    t.receive_time = {time};
    return t;
  }

  CurrencyTable currencies;
  InstrumentTable instruments;
  InstrumentId swap;
  OrderBook order_book{1};
  Core core;

 private:
  std::deque<StrategyType> types_;
};

}  // namespace gannet::engine::test
