#pragma once

#include <gtest/gtest.h>

#include <deque>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "engine/lane.h"
#include "engine/plugin_loader.h"
#include "test_paths.h"
#include "tests/support/instrument_samples.h"

namespace gannet::test {

/// One bundled plugin, loaded from its file, on a lane of its own; the test plays market and core.
class StrategyStage : public testing::Test, public engine::CommandSink {
 public:
  bool try_push(const engine::LaneCommand& command) noexcept override {
    commands_.push_back(command);
    return true;
  }

 protected:
  using Kind = engine::LaneCommand::Kind;
  using Parameters = std::vector<std::pair<std::string, std::string>>;

  void load(const std::string& plugin, const Parameters& parameters) {
    swap_ = instruments_.add(linear_swap(currencies_));
    auto loaded =
        engine::load_plugin(plugin, std::string(GANNET_BINARY_DIR) + "/lib/gannet/strategies");
    ASSERT_TRUE(loaded) << loaded.error().message;
    plugin_ = std::make_unique<engine::Plugin>(std::move(*loaded));
    engine::StrategySettings settings;
    settings.name = plugin;
    for (const auto& [name, value] : parameters)
      settings.parameters.push_back({name, value, engine::ParameterSetting::Kind::Text, "test"});
    lane_ = std::make_unique<engine::Lane>("stage", instruments_, currencies_, *this);
    auto host = engine::StrategyHost::create(plugin_->type(), {0}, settings,
                                             {&instruments_, &currencies_, lane_.get(), nullptr});
    ASSERT_TRUE(host) << host.error().message;
    lane_->add(std::move(*host));
    lane_->start({1});
    state({}, engine::EngineState::Ready);
    state(swap_, engine::EngineState::Ready);
  }

  void state(InstrumentId instrument, engine::EngineState to) {
    lane_->on_state_event({instrument, to, engine::HoldReason::None, {now_}}, {now_});
  }
  /// Prices in ticks of 0.1, times in milliseconds.
  void book(std::int64_t bid_ticks, std::int64_t ask_ticks, std::int64_t at_ms) {
    now_ = at_ms * 1'000'000;
    bid_level_ = {bid_ticks * 100, 10, 0, 0};
    ask_level_ = {ask_ticks * 100, 10, 0, 0};
    gannet_book raw{};
    raw.size = sizeof raw;
    raw.instrument = swap_.value;
    raw.feed = GANNET_BOOK_BEST;
    raw.bids = {bid_ticks == 0 ? nullptr : &bid_level_, 1, bid_ticks == 0 ? 0u : 1u, 0};
    raw.asks = {ask_ticks == 0 ? nullptr : &ask_level_, 1, ask_ticks == 0 ? 0u : 1u, 0};
    raw.receive_time = now_;
    lane_->on_book(raw);
  }
  void event(engine::OrderEventKind kind, const OrderIntent& order, std::int64_t price_ticks,
             std::int64_t retry_at_ms = 0) {
    engine::OrderEvent e;
    e.kind = kind;
    e.strategy = {0};
    e.handle = order.handle;
    e.instrument = swap_;
    e.side = order.side;
    e.price = {price_ticks * 100};
    e.quantity = order.quantity;
    e.denial.reason = DenialReason::RateLimited;
    e.denial.retry_at = {retry_at_ms * 1'000'000};
    lane_->on_order_event(e, {now_});
  }
  void live(const OrderIntent& order) {
    event(engine::OrderEventKind::Live, order, order.price.raw / 100);
  }
  void position(std::int64_t contracts) {
    lane_->on_position_event({{0}, swap_, {contracts * 100}, {contracts * 100}, {now_}}, {now_});
  }
  /// What was commanded since the last time.
  std::vector<engine::LaneCommand> take() { return std::exchange(commands_, {}); }
  std::int64_t ticks(Price price) const { return price.raw / 100; }

  CurrencyTable currencies_;
  InstrumentTable instruments_;
  InstrumentId swap_;
  std::unique_ptr<engine::Plugin> plugin_;
  std::unique_ptr<engine::Lane> lane_;
  std::vector<engine::LaneCommand> commands_;
  gannet_level bid_level_{};  // the lane keeps a view of the latest book
  gannet_level ask_level_{};
  std::int64_t now_ = 1;
};

}  // namespace gannet::test
