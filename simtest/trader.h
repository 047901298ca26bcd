#pragma once

#include <cstdint>
#include <string>
#include <unordered_map>
#include <vector>

#include "engine/trading_core.h"
#include "sim/random.h"
#include "simtest/listing.h"
#include "simtest/watch.h"

namespace gannet::simtest {

/// Strategies that do anything a strategy may: orders of all kinds, amends, cancels, batches, algo
/// orders, exits, and now and then what they may not. And the ears of the process: what the engine
/// tells them is held against what it told before.
class Trader final : public engine::StrategyEvents,
                     public engine::BookListener,
                     public engine::EngineListener {
 public:
  Trader(std::uint64_t seed, Watch& watch);

  /// A new life of the process: it knows no orders.
  void begin_life(engine::TradingCore* core) noexcept;
  /// One thing at random, around these prices.
  void act(const std::array<std::int64_t, kInstruments>& mids, Timestamp now);
  /// A hundred and more small orders far from the market, in batches, as long as it is left to.
  void rest_many(const std::array<std::int64_t, kInstruments>& mids, Timestamp now);
  /// Many requests at once, a part of them unfit.
  void flood(const std::array<std::int64_t, kInstruments>& mids, Timestamp now);
  std::size_t working() const noexcept { return live_.size(); }

  std::uint64_t flat_confirmations() const noexcept { return flat_; }

  // engine::StrategyEvents
  void on_order_event(const engine::OrderEvent& event) noexcept override;
  void on_fill_event(const engine::FillEvent& event) noexcept override;
  void on_position_event(const engine::PositionEvent&) noexcept override {}
  void on_state_event(const engine::StateEvent&) noexcept override {}
  // engine::BookListener
  void on_book(InstrumentId instrument, BookFeed feed, const OrderBook& book, bool best_changed,
               Timestamp exchange_time, Timestamp receive_time) noexcept override;
  void on_book_unavailable(InstrumentId instrument, BookFeed feed, BookWithdrawal why,
                           Timestamp now) noexcept override;
  void on_trade(const TradeEvent&) noexcept override {}
  void on_ticker(const TickerEvent&) noexcept override {}
  void on_reference_price(const ReferencePriceEvent&) noexcept override {}
  // engine::EngineListener
  void on_engine_state(const engine::StateEvent& event) noexcept override;
  void on_alert(const engine::AlertEvent& event) noexcept override;
  void on_kill_changed(bool killed, std::string_view why, std::string_view who,
                       Timestamp now) noexcept override;
  void on_flat_confirmed(Timestamp now) noexcept override;

 private:
  struct Known {
    std::uint16_t strategy = 0;
    bool has_ended = false;
  };

  OrderIntent draw_order(const std::array<std::int64_t, kInstruments>& mids, Timestamp now);
  void place(OrderIntent order, bool more, Timestamp now);
  void place_algo(const std::array<std::int64_t, kInstruments>& mids, Timestamp now);
  void amend(const std::array<std::int64_t, kInstruments>& mids, bool more, Timestamp now);
  void cancel(bool more, Timestamp now);
  std::size_t pick();
  engine::LaneCommand command(engine::LaneCommand::Kind kind, std::uint16_t strategy, bool more,
                              Timestamp now) const;
  std::uint16_t draw_strategy() { return static_cast<std::uint16_t>(random_.below(2)); }

  sim::Random random_;
  Watch& watch_;
  engine::TradingCore* core_ = nullptr;
  std::unordered_map<std::uint64_t, Known> known_;  // by handle, of this life
  std::vector<std::uint64_t> live_;
  std::uint64_t last_handle_ = 0;
  std::uint64_t life_ = 0;
  std::uint64_t flat_ = 0;
};

}  // namespace gannet::simtest
