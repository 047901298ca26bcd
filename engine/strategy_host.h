#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <expected>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "gannet/abi.h"

#include "base/error.h"
#include "base/fixed_string.h"
#include "domain/instrument_table.h"
#include "engine/fee_table.h"
#include "engine/lane_messages.h"
#include "engine/open_order_list.h"
#include "engine/parameters.h"
#include "engine/settings.h"
#include "engine/strategy_output.h"
#include "engine/strategy_timers.h"
#include "engine/strategy_type.h"

namespace gannet::engine {

/// What one strategy wants of one instrument.
struct Subscription {
  InstrumentId instrument;
  std::uint32_t channels = 0;  ///< GANNET_WANT_...
  BookFeed book = BookFeed::BestBidOffer;
  std::uint32_t depth = 0;  ///< levels a side; 0: all
};

/// What a strategy's host asks of its lane. The lane's thread.
class LaneServices {
 public:
  /// False: full, the command is not taken.
  virtual bool push_command(const LaneCommand& command) noexcept = 0;
  virtual Timestamp lane_time() const noexcept = 0;
  /// The latest proven book that the lane has; false if it has none.
  virtual bool find_book(InstrumentId instrument, BookFeed feed,
                         gannet_book& book) const noexcept = 0;
  virtual bool find_state(InstrumentId instrument, gannet_state& state) const noexcept = 0;
  virtual bool find_balance(std::string_view currency, gannet_balance& balance) const noexcept = 0;
  /// The last one told to the lane; false if there was none.
  virtual bool find_funding(InstrumentId instrument, gannet_funding& funding) const noexcept = 0;
  virtual bool find_price_limit(InstrumentId instrument,
                                gannet_price_limit& limit) const noexcept = 0;
  virtual bool find_reference_price(InstrumentId instrument, ReferencePriceEvent::Kind kind,
                                    gannet_reference_price& price) const noexcept = 0;

 protected:
  ~LaneServices() = default;
};

/// One instance of a strategy behind the plugin boundary: turns events into calls and calls into
/// commands, keeps what its queries answer, contains its failures. A handler that answers anything
/// but GANNET_OK ends it: no more calls but destroy, StrategyFailed to the reactor, which cancels
/// its orders. Allocates at creation only.
/// Thread: the lane's; `mute` and `failure` from any.
class StrategyHost {
 public:
  static constexpr std::size_t kMaxOpenOrders = 512;

  struct Surroundings {
    const InstrumentTable* instruments = nullptr;
    const CurrencyTable* currencies = nullptr;
    LaneServices* lane = nullptr;
    StrategyOutput* output = nullptr;         ///< null: said to nobody
    Timestamp (*stamp)() noexcept = nullptr;  ///< for `decided_time`; null: the lane's clock
    const FeeTable* fees = nullptr;           ///< null: not known
  };

  /// Calls the plugin's create. `type` must outlive the host. Errors: parameters that do not fit
  /// the schema, all of them; create failed.
  static std::expected<std::unique_ptr<StrategyHost>, Error> create(
      const StrategyType& type, StrategyId id, const StrategySettings& settings,
      const Surroundings& surroundings);
  ~StrategyHost();
  StrategyHost(const StrategyHost&) = delete;
  StrategyHost& operator=(const StrategyHost&) = delete;

  StrategyId id() const noexcept { return id_; }
  const std::string& name() const noexcept { return name_; }
  std::span<const Subscription> subscriptions() const noexcept { return subscriptions_; }
  /// Those that its parameters or create named: the only ones it may trade.
  std::span<const InstrumentId> instruments() const noexcept { return own_instruments_; }

  void start() noexcept;
  /// The stop handler, then a cancel-all unless the settings say to leave orders. Nothing follows.
  void stop() noexcept;

  /// `trigger`: receive time of the market event, which commands made meanwhile carry.
  void book(const gannet_book& book, Timestamp trigger) noexcept;
  void book_withdrawn(const gannet_book_withdrawn& withdrawn) noexcept;
  void trade(const gannet_trade& trade, Timestamp trigger) noexcept;
  void trades_missed(const gannet_trades_missed& missed) noexcept;
  void ticker(const gannet_ticker& ticker, Timestamp trigger) noexcept;
  void reference_price(const gannet_reference_price& price, Timestamp trigger) noexcept;
  /// One of its warm-ups' only. History comes before start.
  void candle(const CandleEvent& candle) noexcept;
  bool wants_candles(CandleEvent::Kind kind, CandlePeriod period) const noexcept;
  std::span<const WarmUp> warm_ups() const noexcept { return type_.warm_ups; }
  void funding(const gannet_funding& funding) noexcept;
  void price_limit(const gannet_price_limit& limit) noexcept;
  void open_interest(const OpenInterestEvent& event) noexcept;
  void estimated_price(const EstimatedPriceEvent& event) noexcept;
  void option_summary(const OptionSummaryEvent& event) noexcept;
  void option_trade(const OptionTradeEvent& event) noexcept;
  void liquidation(const LiquidationEvent& event) noexcept;
  void adl_warning(const AdlWarningEvent& event) noexcept;
  void venue_status(const VenueStatusEvent& event) noexcept;
  void instrument_changed(const gannet_instrument& instrument) noexcept;
  void order_event(const OrderEvent& event) noexcept;
  void fill_event(const FillEvent& event) noexcept;
  void position_event(const PositionEvent& event) noexcept;
  void balance(const gannet_balance& balance) noexcept;
  void state(const gannet_state& state) noexcept;
  void operator_command(const char* name, const char* argument) noexcept;
  /// `parameters` must live as long as the host.
  void parameters_changed(const ParameterSet& parameters) noexcept;
  /// Calls the timers that are due.
  void run_timers(Timestamp now) noexcept;
  std::int64_t next_timer() const noexcept { return timers_.next_due(); }

  /// Takes calls and gives orders.
  bool is_running() const noexcept { return phase_ == Phase::Running && !is_muted(); }
  /// Ended, and all that had to be said of it is sent.
  bool has_stopped() const noexcept {
    return (phase_ == Phase::Stopped || phase_ == Phase::Failed) && !end_unsent_;
  }
  /// No more calls from now on: its reports could not be delivered. Any thread.
  void mute() noexcept { muted_.store(true, std::memory_order_release); }
  bool is_muted() const noexcept { return muted_.load(std::memory_order_acquire); }
  /// Why it failed; "" if it did not. Any thread.
  std::string_view failure() const noexcept;
  /// Sends what a full ring kept back: the failure, or the last cancel-all. True if it was sent.
  bool flush() noexcept;

 private:
  friend struct HostFunctions;
  enum class Phase : std::uint8_t { Created, Running, Stopping, Stopped, Failed };
  struct Positions {
    Quantity own;
    Quantity account;
    Timestamp event_time;
  };

  StrategyHost(const StrategyType& type, StrategyId id, const StrategySettings& settings,
               const Surroundings& surroundings, ParameterSet parameters);
  void subscribe_defaults();
  std::expected<void, Error> call_create();
  void add_subscription(Subscription subscription);
  template <class Event>
  void call(std::int32_t (*handler)(void*, const Event*), const Event& event,
            Timestamp trigger = {}) noexcept;
  template <class Handler, class... Arguments>
  std::int32_t enter(Handler handler, Arguments... arguments) noexcept;
  void finish_call(std::int32_t answer) noexcept;
  void fail(std::string_view why) noexcept;
  void send_end(LaneCommand::Kind kind) noexcept;
  bool push(LaneCommand& command) noexcept;
  bool may_act() const noexcept;

  bool knows(InstrumentId instrument) const noexcept {
    return surroundings_.instruments->contains(instrument);
  }
  bool has_open(std::uint64_t handle) noexcept { return open_orders_.find(handle) != nullptr; }
  // `more`: the next call belongs to the same batch.
  std::int32_t place(const gannet_order& order, std::uint64_t& handle, bool more) noexcept;
  std::int32_t amend(const gannet_amend& amend, bool more) noexcept;
  std::int32_t cancel(std::uint64_t handle, bool more) noexcept;
  std::int32_t place_algo(const gannet_algo_order& order, std::uint64_t& handle) noexcept;
  std::int32_t cancel_all(std::uint32_t instrument) noexcept;

  const StrategyType& type_;
  StrategyId id_;
  std::string name_;
  StrategySettings::OnStop on_stop_;
  Surroundings surroundings_;
  ParameterSet parameters_;
  std::vector<Subscription> subscriptions_;
  std::vector<InstrumentId> own_instruments_;
  void* self_ = nullptr;
  Phase phase_ = Phase::Created;
  bool in_call_ = false;
  bool end_unsent_ = false;
  Timestamp trigger_;
  std::uint64_t last_handle_;
  OpenOrderList open_orders_{kMaxOpenOrders};
  StrategyTimers timers_;
  std::vector<Positions> positions_;  // by instrument
  FixedString<191> failure_;
  FixedString<191> reported_failure_;  // what host->fail said, before the handler answers
  std::atomic<bool> failed_{false};
  std::atomic<bool> muted_{false};
};

}  // namespace gannet::engine
