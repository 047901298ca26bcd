#pragma once

#include <algorithm>
#include <cstdint>
#include <expected>
#include <list>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "base/fixed_ring.h"
#include "domain/instrument_table.h"
#include "engine/book_listener.h"
#include "engine/fee_table.h"
#include "engine/lane.h"
#include "engine/lane_messages.h"
#include "engine/settings.h"
#include "engine/strategy_output.h"
#include "engine/threaded_lane.h"

namespace gannet::engine {

struct PublisherSettings {
  RingCapacities rings{};
  std::size_t inline_commands = 4096;
  std::size_t inline_reports = 4096;
  /// Steps of one settling: strategies that answer every denial with a new order must not hold the
  /// reactor. What is left is done in the next turn.
  int settle_steps_max = 4096;
  /// Stamps `decided_time`, for latency figures alone; null: the lane's clock.
  Timestamp (*stamp)() noexcept = nullptr;
  const FeeTable* fees = nullptr;  ///< what strategies may ask for; null: not known
};

/// Between the core and the strategies: each event to every lane that wants it, each command back
/// to the core. Inline strategies are called directly by market events; their commands are carried
/// out, and what came of them delivered, right after the handler returned. Order events, fills,
/// positions and states wait for a moment when the core is not in the middle of something: the end
/// of a market event's call, or `do_work`. So neither the core nor a handler is ever re-entered.
/// Thread: the reactor's. No allocation after `start`.
class Publisher final : public StrategyEvents, public BookListener {
 public:
  Publisher(const InstrumentTable& instruments, const CurrencyTable& currencies,
            StrategyOutput* output, PublisherSettings settings);

  // Set-up, once the instruments are known. Cold.
  /// `type` must outlive the publisher. Ids are given in order, from 0.
  std::expected<StrategyId, Error> add_strategy(const StrategyType& type,
                                                const StrategySettings& settings);
  /// What all strategies want, one entry per (instrument, feed, channels) of each.
  std::vector<Subscription> subscriptions() const;
  /// The candles that all want, one request per (instrument, kind, period); `count` is the largest
  /// wish for history, 0 where nobody wants any.
  std::vector<CandleRequest> candles() const;
  /// A past candle, to those that want it: before `start` and before the lanes' threads run.
  void warm_up(const CandleEvent& candle) noexcept;
  std::size_t strategies() const noexcept { return routes_.size(); }
  /// Instruments that the strategy may trade.
  std::span<const InstrumentId> instruments_of(StrategyId strategy) const noexcept;
  std::string_view name_of(StrategyId strategy) const noexcept;
  /// Why it failed; "" if it did not.
  std::string_view failure_of(StrategyId strategy) const noexcept;
  std::span<const std::unique_ptr<ThreadedLane>> threaded_lanes() const noexcept {
    return threaded_;
  }

  /// Calls the strategies' start. `core` takes the commands from now on.
  void start(LaneCommands& core, Timestamp now) noexcept;
  /// Calls their stop handlers; afterwards `do_work` until `has_stopped`, then let the core end
  /// what it sent.
  void stop(Timestamp now) noexcept;
  bool has_stopped() const noexcept;
  /// When `has_stopped` stays false too long: gives up the lanes that have not stopped, tells the
  /// core that their strategies failed, so that it cancels their orders, and takes no more commands
  /// of theirs. Answers how many lanes; see LaneThread for what becomes of their threads.
  int abandon_lanes(Timestamp now) noexcept;

  /// When the next timer of an inline strategy is due, for who skips over idle time; the largest
  /// time if there is none.
  Timestamp next_timer() const noexcept;
  /// One turn: timers, commands of all lanes in lane order, queued events. Returns work done.
  int do_work(Timestamp now) noexcept;

  /// False: unknown strategy, or its lane's ring is full.
  bool operator_command(StrategyId strategy, std::string_view name, std::string_view argument,
                        Timestamp now) noexcept;
  /// Checks the new values and hands them over; the old ones stay if they do not fit. Cold.
  std::expected<void, Error> change_parameters(StrategyId strategy,
                                               const std::vector<ParameterSetting>& given,
                                               Timestamp now);
  /// One set of values, made by another thread and checked there: nothing is allocated here, and
  /// `made` is empty afterwards if they were handed over. False: unknown strategy, or its lane's
  /// ring is full.
  bool hand_over_parameters(StrategyId strategy, std::list<ParameterSet>& made,
                            Timestamp now) noexcept;

  // StrategyEvents
  void on_order_event(const OrderEvent& event) noexcept override;
  void on_fill_event(const FillEvent& event) noexcept override;
  void on_position_event(const PositionEvent& event) noexcept override;
  void on_state_event(const StateEvent& event) noexcept override;
  void on_balance_event(const BalanceReport& report) noexcept override;
  void on_instrument_changed(const InstrumentChange& change) noexcept override;

  // BookListener
  void on_book(InstrumentId instrument, BookFeed feed, const OrderBook& book, bool best_changed,
               Timestamp exchange_time, Timestamp receive_time) noexcept override;
  void on_book_unavailable(InstrumentId instrument, BookFeed feed, BookWithdrawal why,
                           Timestamp now) noexcept override;
  void on_trade(const TradeEvent& trade) noexcept override;
  void on_ticker(const TickerEvent& ticker) noexcept override;
  void on_reference_price(const ReferencePriceEvent& price) noexcept override;
  void on_market_update(const MarketUpdate& update) noexcept override;

 private:
  struct InlineQueue final : CommandSink {
    explicit InlineQueue(std::size_t capacity) : commands(capacity) {}
    bool try_push(const LaneCommand& command) noexcept override {
      return commands.try_push(command);
    }
    FixedRing<LaneCommand> commands;
  };
  struct Route {
    StrategyHost* host;
    ThreadedLane* lane;  ///< null: inline
    const StrategyType* type;
    bool failure_unsent = false;
    std::string_view stopped_why = "";  ///< why we muted it
  };

  void advance(Timestamp now) noexcept { now_ = std::max(now_, now); }
  template <class Event>
  void send(StrategyId strategy, const Event& event) noexcept;
  void send_to_all(const LaneReport::Content& content) noexcept;
  void stop_strategy(Route& route, std::string_view why) noexcept;
  void stop_lane(const ThreadedLane& lane, std::string_view why) noexcept;
  int send_failures() noexcept;
  int settle() noexcept;
  int drain_threaded() noexcept;
  ThreadedLane* find_lane(std::string_view name) noexcept;

  const InstrumentTable& instruments_;
  const CurrencyTable& currencies_;
  StrategyOutput* output_;
  PublisherSettings settings_;
  InlineQueue inline_queue_;
  FixedRing<LaneReport> inline_reports_;
  Lane inline_lane_;
  std::vector<std::unique_ptr<ThreadedLane>> threaded_;
  std::vector<Route> routes_;                   // by StrategyId
  std::list<ParameterSet> changed_parameters_;  // strategies look into them: they stay
  LaneCommands* core_ = nullptr;
  bool settling_ = false;
  bool failures_unsent_ = false;
  Timestamp now_;
};

}  // namespace gannet::engine
