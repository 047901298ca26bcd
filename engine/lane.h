#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "gannet/abi.h"

#include "domain/instrument_table.h"
#include "domain/venue.h"
#include "engine/lane_messages.h"
#include "engine/strategy_host.h"

namespace gannet::engine {

/// The wish that a trade answers.
constexpr std::uint32_t channel_of(const TradeEvent& trade) noexcept {
  return trade.stream == TradeEvent::Stream::Single ? GANNET_WANT_SINGLE_TRADES
                                                    : GANNET_WANT_TRADES;
}

/// Where a lane's commands go: a plain queue (inline) or the ring to the reactor (threaded).
class CommandSink {
 public:
  virtual bool try_push(const LaneCommand& command) noexcept = 0;

 protected:
  ~CommandSink() = default;
};

/// Hosts strategies and hands each event to those that want it, in the order in which they were
/// added. Its clock is the newest time it was told; it never goes back and nobody reads another.
/// Owns no thread: the reactor calls an inline lane, LaneThread a threaded one; the code and so the
/// decisions are the same. Books it is given must stay in place until the next event of that book
/// (the book store's and the snapshots' do). It keeps the instruments' definitions for
/// itself: the reactor goes on writing into the engine's table, of which a lane hears by events.
class Lane final : public LaneServices {
 public:
  Lane(std::string name, const InstrumentTable& instruments, const CurrencyTable& currencies,
       CommandSink& commands);
  /// The strategies go first: their destroy may still call what the rest of the lane answers.
  ~Lane() { hosts_.clear(); }
  Lane(const Lane&) = delete;
  Lane& operator=(const Lane&) = delete;

  /// Before start.
  void add(std::unique_ptr<StrategyHost> host);
  const std::string& name() const noexcept { return name_; }
  /// What its strategies are to be given as their surroundings.
  const InstrumentTable& instruments() const noexcept { return instruments_; }
  std::span<const std::unique_ptr<StrategyHost>> hosts() const noexcept { return hosts_; }
  StrategyHost* find(StrategyId strategy) noexcept;
  bool wants(InstrumentId instrument, std::uint32_t channel) const noexcept;
  bool wants_book(InstrumentId instrument, BookFeed feed) const noexcept;
  bool wants(const MarketUpdate& update) const noexcept;

  /// Sets the clock and runs the timers that are due by then. Every input calls it first, but for
  /// those of a book: they replace the view first, since the old one points into changed levels.
  void advance(Timestamp now) noexcept;
  void start(Timestamp now) noexcept;
  void stop(Timestamp now) noexcept;
  /// True when every strategy has stopped or failed.
  bool has_stopped() const noexcept;
  /// Pushes what full rings kept back. True if something was sent.
  bool flush() noexcept;

  /// `now` is the receive time of market events, the reactor's time for the others.
  void on_book(const gannet_book& book) noexcept;
  void on_book_withdrawn(InstrumentId instrument, BookFeed feed, BookWithdrawal why,
                         Timestamp now) noexcept;
  void on_trade(const TradeEvent& trade) noexcept;
  void on_trades_missed(InstrumentId instrument, std::uint64_t missed, Timestamp now) noexcept;
  void on_ticker(const TickerEvent& ticker) noexcept;
  void on_reference_price(const ReferencePriceEvent& price) noexcept;
  void on_market_update(const MarketUpdate& update) noexcept;
  /// Its own copy of the definition follows; strategies are told.
  void on_instrument_changed(const InstrumentChange& change, Timestamp now) noexcept;
  void on_order_event(const OrderEvent& event, Timestamp now) noexcept;
  void on_fill_event(const FillEvent& event, Timestamp now) noexcept;
  void on_position_event(const PositionEvent& event, Timestamp now) noexcept;
  void on_balance(const BalanceReport& report, Timestamp now) noexcept;
  void on_state_event(const StateEvent& event, Timestamp now) noexcept;
  void on_operator_command(StrategyId strategy, const char* name, const char* argument,
                           Timestamp now) noexcept;
  void on_parameters_changed(StrategyId strategy, const ParameterSet& parameters,
                             Timestamp now) noexcept;

  // LaneServices
  bool push_command(const LaneCommand& command) noexcept override {
    return commands_.try_push(command);
  }
  Timestamp lane_time() const noexcept override { return clock_; }
  bool find_book(InstrumentId instrument, BookFeed feed, gannet_book& book) const noexcept override;
  bool find_state(InstrumentId instrument, gannet_state& state) const noexcept override;
  bool find_balance(std::string_view currency, gannet_balance& balance) const noexcept override;
  bool find_funding(InstrumentId instrument, gannet_funding& funding) const noexcept override;
  bool find_price_limit(InstrumentId instrument, gannet_price_limit& limit) const noexcept override;
  bool find_reference_price(InstrumentId instrument, ReferencePriceEvent::Kind kind,
                            gannet_reference_price& price) const noexcept override;

 private:
  struct Interest {
    StrategyHost* host;
    Subscription subscription;
  };
  /// The latest book of one (instrument, feed); count 0 and not valid when withdrawn.
  struct BookEntry {
    gannet_book book{};
    bool valid = false;
  };
  static constexpr std::size_t kMaxCurrencies = 64;
  /// The last values of an instrument, for queries; size 0: none yet.
  struct Latest {
    gannet_funding funding{};
    gannet_price_limit limit{};
    std::array<gannet_reference_price, 2> references{};  // by kind
  };

  template <class F>
  void for_each_interested(InstrumentId instrument, std::uint32_t channel, F&& f) noexcept;

  std::string name_;
  InstrumentTable instruments_;
  const CurrencyTable& currencies_;
  CommandSink& commands_;
  std::vector<std::unique_ptr<StrategyHost>> hosts_;
  std::vector<std::vector<Interest>> interests_;  // by instrument
  std::vector<BookEntry> books_;                  // by instrument * kBookFeeds + feed
  std::vector<gannet_state> states_;              // by instrument
  std::vector<Latest> latest_;                    // by instrument
  gannet_state engine_state_{};
  std::vector<gannet_balance> balances_;
  Timestamp clock_;
};

}  // namespace gannet::engine
