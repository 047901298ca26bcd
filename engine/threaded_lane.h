#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "base/fixed_string.h"
#include "base/spsc_queue.h"
#include "base/triple_buffer.h"
#include "engine/lane.h"
#include "engine/lane_messages.h"

namespace gannet::engine {

/// What must not be lost, reactor -> lane. When it does not fit, the strategy is stopped.
struct LaneReport {
  struct Start {};
  struct Stop {};
  struct OperatorCommand {
    StrategyId strategy;
    FixedString<63> name;
    FixedString<191> argument;
  };
  struct ParametersChanged {
    StrategyId strategy;
    const ParameterSet* parameters;  ///< kept by the publisher for the run
  };
  using Content =
      std::variant<Start, Stop, OrderEvent, FillEvent, PositionEvent, BalanceReport, StateEvent,
                   OperatorCommand, ParametersChanged, InstrumentChange, CandleEvent>;
  Timestamp now;
  Content content;
};

/// What may be lost if the loss is told, reactor -> lane.
struct LaneMarketEvent {
  struct TradesMissed {
    InstrumentId instrument;
    std::uint64_t missed;
    Timestamp now;
  };
  std::variant<TradeEvent, TradesMissed, TickerEvent, ReferencePriceEvent, MarketUpdate> content;
};

struct RingCapacities {
  std::size_t reports = 4096;
  std::size_t market = 8192;
  std::size_t commands = 4096;
};

/// A lane with a thread of its own, joined to the reactor by one ring each for reports, market
/// events and commands, and by one triple-buffered snapshot for each book: a slow lane sees the
/// latest book, never a queue of old ones. The snapshot's fresh mark is the one pending "changed"
/// token.
/// Threads: the functions under "reactor" on the reactor, those under "lane" on the lane's thread,
/// the rest before either starts. No allocation after `prepare`.
class ThreadedLane final : private CommandSink {
 public:
  ThreadedLane(std::string name, const InstrumentTable& instruments,
               const CurrencyTable& currencies, const RingCapacities& capacities);

  Lane& lane() noexcept { return lane_; }
  const Lane& lane() const noexcept { return lane_; }
  /// After the last strategy was added: takes the memory of the snapshots.
  void prepare();

  // reactor
  bool try_push(const LaneReport& report) noexcept { return reports_.try_push(report); }
  void publish_book(const gannet_book& book) noexcept;
  void publish_book_withdrawn(InstrumentId instrument, BookFeed feed, BookWithdrawal why,
                              Timestamp now) noexcept;
  /// Full ring: counted, and told as soon as there is room again.
  void publish_trade(const TradeEvent& trade) noexcept;
  /// Full ring: dropped, a newer value follows.
  void publish_ticker(const TickerEvent& ticker) noexcept;
  void publish_reference_price(const ReferencePriceEvent& price) noexcept;
  /// Full ring: dropped, a newer value follows. Candles go by reports: a bar must not be missing.
  void publish_market_update(const MarketUpdate& update) noexcept;
  /// Lets the lane's clock run on when there are no events, and tells of missed trades.
  void publish_time(Timestamp now) noexcept;
  bool try_pop(LaneCommand& command) noexcept { return !abandoned_ && commands_.try_pop(command); }
  /// All strategies have ended and their last commands were taken, or nobody waits any longer.
  bool has_stopped() const noexcept {
    return abandoned_ || (stopped_.load(std::memory_order_acquire) && commands_.size_approx() == 0);
  }
  /// Its thread does not come back: what it still says is not taken.
  void abandon() noexcept { abandoned_ = true; }
  std::uint64_t trades_missed() const noexcept { return trades_missed_; }
  /// How full its rings are: 0 empty, 1 full.
  struct RingUse {
    double reports = 0;
    double market = 0;
    double commands = 0;
  };
  RingUse rings() const noexcept { return {reports_.used(), market_.used(), commands_.used()}; }

  // lane
  /// A bounded turn: reports first, then books, then other market events. Returns work done.
  int do_work() noexcept;

 private:
  struct BookSnapshot {
    std::vector<gannet_level> bids;  // best first, sized once
    std::vector<gannet_level> asks;
    gannet_book book{};
    bool valid = false;
    BookWithdrawal why = BookWithdrawal::NotStarted;
    Timestamp now;
  };
  struct BookSlot {
    InstrumentId instrument;
    BookFeed feed = BookFeed::BestBidOffer;
    TripleBuffer<BookSnapshot> snapshots;
  };
  struct Missed {
    InstrumentId instrument;
    std::uint64_t count = 0;
    std::uint32_t channels = 0;  // which trades somebody here wants
  };

  bool try_push(const LaneCommand& command) noexcept override {
    return commands_.try_push(command);
  }
  BookSlot* find_slot(InstrumentId instrument, BookFeed feed) noexcept;
  void tell_missed(Missed& missed, Timestamp now) noexcept;
  int take_reports() noexcept;
  int take_books() noexcept;
  int take_market_events() noexcept;

  SpscQueue<LaneReport> reports_;
  SpscQueue<LaneMarketEvent> market_;
  SpscQueue<LaneCommand> commands_;
  std::vector<std::unique_ptr<BookSlot>> slots_;
  std::vector<Missed> missed_;  // reactor's
  std::uint64_t trades_missed_ = 0;
  bool abandoned_ = false;  // reactor's
  alignas(64) std::atomic<std::int64_t> reactor_time_{0};
  std::atomic<bool> stopped_{false};
  Lane lane_;  // last: its strategies go before the books and rings that they were shown
};

}  // namespace gannet::engine
