#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "base/fixed_vector.h"
#include "domain/venue.h"
#include "engine/bill_book.h"
#include "engine/book_listener.h"
#include "engine/book_store.h"
#include "engine/core_journal.h"
#include "engine/engine_listener.h"
#include "engine/fill_booking.h"
#include "engine/greek_book.h"
#include "engine/journal.h"
#include "engine/journal_backlog.h"
#include "engine/kill_switch.h"
#include "engine/lane_messages.h"
#include "engine/loss_limits.h"
#include "engine/order_manager.h"
#include "engine/port_recorder.h"
#include "engine/position_keeper.h"
#include "engine/position_reducer.h"
#include "engine/prior_belief.h"
#include "engine/profit_book.h"
#include "engine/protection.h"
#include "engine/reconciler.h"
#include "engine/settings.h"
#include "engine/wire_audit.h"
#include "risk/settings.h"

namespace gannet::engine {

struct TradingCoreSettings {
  OrderManagerSettings orders;
  ReconcilerSettings reconciler;
  std::size_t fill_keys = 65'536;
  Nanos alive_max = seconds(3);          ///< without proof of life a connection is not fresh
  Nanos clock_offset_max = seconds(30);  ///< between ours and the venue's
  Nanos book_grace = seconds(3);         ///< a book gone that long: its orders go too (COD-08)
  std::size_t unknown_orders_max = 20;   ///< more unknown outcomes than that: hold
  Nanos venue_unavailable_pause = seconds(5);  ///< held that long after the venue said it is down
  std::uint32_t dead_man_seconds = 15;         ///< cancel-all-after (COD-01)
  Nanos dead_man_refresh = seconds(3);
  Nanos cash_patience = seconds(5);        ///< before two channels' cash counts as a difference
  Nanos flat_spacing = milliseconds(500);  ///< between two empty lists that prove flat (KILL-05)
  PositionReducerSettings reducer;
  ProfitBookSettings profits;
  LossLimitsSettings losses;
  std::vector<ProtectionRule> protections;
  std::vector<MarginMode> margin_modes;             ///< by instrument; missing: cross
  std::vector<StrategySettings::OnStart> on_start;  ///< by strategy; missing: cancel
  std::vector<CurrencyId> dollar_currencies;        ///< count as the risk currency, one to one
  Nanos pause_max = milliseconds(500);  ///< standing still for longer is an incident (COD-09)
  Nanos send_delay_max{};          ///< requests that wait for the disk may leave that much later
  bool exclusive_account = false;  ///< nobody else trades here: account-wide commands are allowed
};

/// What a person or a page sees of the core.
struct CoreStatus {
  EngineState state = EngineState::Cold;
  HoldReason hold_reason = HoldReason::None;
  bool killed = false;
  bool account_killed = false;     ///< everybody's orders, that is
  std::uint64_t killed_parts = 0;  ///< strategies and instruments
  bool flat_confirmed = false;
  bool reconciled = false;  ///< the venue's lists have been read since last in doubt
  ConnectionState market = ConnectionState::Disconnected;
  ConnectionState account = ConnectionState::Disconnected;
  std::uint64_t open_orders = 0;
  std::uint64_t algo_orders = 0;  ///< of the open ones
  std::uint64_t kept_orders = 0;  ///< of those: reduce-only exits that kill and hold leave
  std::uint64_t fill_hints = 0;   ///< told by a faster channel, never booked
  std::uint64_t foreign_orders = 0;
  std::uint64_t unknown_orders = 0;
  std::uint64_t held_instruments = 0;
  std::uint64_t fills = 0;
  std::uint64_t duplicate_fills = 0;
  std::uint64_t rounds = 0;
  std::uint64_t market_events = 0;
  OrderCounters orders;
  BookCounters books;
};

struct InstrumentStatus {
  bool held = false;
  bool killed = false;      ///< by itself, whatever the engine is
  Quantity position;        ///< of the account, by fills
  Quantity venue_position;  ///< as the venue told last
  Amount average_entry_price;
  Amount realised_pnl;
  Amount fees;
  std::optional<Amount> unrealised_pnl;  ///< at mark, else mid; absent: no fresh price
};

struct CoreLinks {
  InstrumentTable& instruments;  ///< complete; only `state` changes afterwards
  const CurrencyTable& currencies;
  Journal& journal;
  VenuePort& port;
  DeadManPort* dead_man = nullptr;  ///< null: the venue has none, and nothing waits for it
  StrategyEvents& events;
  BookListener& books;
  EngineListener& listener;
  AlgoPort* algos = nullptr;  ///< null: the venue has no algo orders
};

/// The trading engine of one account as one deterministic machine: market, account and strategies
/// in; orders, events and states out (DESIGN 4, 5). It reads no clock and keeps no thread: time
/// comes with each input and must not step back.
///
/// States: cold -> connecting -> reconciling -> ready; held(reason) cancels what it can and goes on
/// by itself after a reconciliation when every reason is gone; killed stays until a person resumes.
/// Only ready adds risk. Thread: the reactor. Allocates at construction and in `restore` only.
class TradingCore final : public MarketListener, public AccountListener, public LaneCommands {
 public:
  TradingCore(const CoreLinks& given, TradingCoreSettings settings,
              const risk::Settings& risk_settings, risk::LimitTable limits, std::size_t strategies,
              ClientOrderIds ids);

  // Start-up, in this order.
  void add_book(InstrumentId instrument, BookFeed feed) { books_.add(instrument, feed); }
  /// The gate's reference of the instrument, whatever other books there are.
  void set_reference_book(InstrumentId instrument, BookFeed feed) {
    books_.set_reference(instrument, feed);
  }
  void restore(const PriorBelief& prior);
  void start(Timestamp now) noexcept;

  /// Every turn of the loop; cheap when nothing is due.
  void on_timer(Timestamp now) noexcept;

  // A person's commands.
  void kill(std::string_view why, std::string_view who, Timestamp now) noexcept;
  /// Ends kill and an operator's hold; trading goes on after a reconciliation.
  void resume(std::string_view who, Timestamp now) noexcept;
  void hold(std::string_view why, std::string_view who, Timestamp now) noexcept;
  void cancel_all(std::string_view who, Timestamp now) noexcept;
  // The same at any level (KILL-12); what is killed at one is resumed at that one alone.
  ControlResult kill(const ControlScope& scope, std::string_view why, std::string_view who,
                     Timestamp now) noexcept;
  ControlResult resume(const ControlScope& scope, std::string_view who, Timestamp now) noexcept;
  /// What is open now; new orders may follow. An order named by its number goes whatever it is;
  /// of the others, exits that guard an open position stay.
  ControlResult cancel(const ControlScope& scope, std::string_view who, Timestamp now) noexcept;
  /// Positions go, apart from any kill: by reduce-only orders within the collar, residue told
  /// (KILL-13). A strategy's: its own position alone. An instrument's, or all: the account's, as
  /// far as our strategies hold it; what nobody owns too where the account is ours alone.
  ControlResult flatten(const ControlScope& scope, std::string_view who, Timestamp now) noexcept;
  /// The engine's books contradict themselves: it kills itself (KILL-10).
  void on_broken_invariant(std::string_view what, std::int64_t expected, std::int64_t actual,
                           Timestamp now) noexcept;
  /// The machine stood still for so long (suspend, migration): what the venue did meanwhile is
  /// looked at before anything new (COD-09).
  void on_pause(Nanos length, Timestamp now) noexcept;
  /// The journal's writer has failed (or works again): holds, and `resume` does not lift it.
  void set_journal_failed(bool failed, Timestamp now) noexcept;
  /// One order of a strategy may break one rule (PRE-19).
  std::optional<OverrideRefusal> grant(const Override& wish, Timestamp now) noexcept;
  /// A strategy that a behavioural rule disabled, or a person stopped, may trade again. False: it
  /// was not disabled.
  bool enable(StrategyId strategy, std::string_view who, Timestamp now) noexcept;
  /// A person stops a strategy: its orders go and new ones are denied until `enable`, over restarts
  /// too. False: no such strategy, or it is disabled already.
  bool disable(StrategyId strategy, std::string_view who, Timestamp now) noexcept;
  /// Who said what, before it is carried out (SEC-04).
  void note(const OperatorCommandRecord& command, Timestamp now) noexcept;
  /// The instrument's market is newly suspect: its own books say so, a replay too.
  void on_market_suspect(InstrumentId instrument, Timestamp now) noexcept;
  /// Other limits from now on (PRE-20), each change on record. The table before comes back in
  /// `limits`, for another thread to let go. Requires the same strategies and instruments.
  void replace_limits(risk::LimitTable& limits, const risk::BehaviourRules& rules,
                      std::span<const LimitChangeRecord> changes, Timestamp now) noexcept;
  /// The venue's position becomes ours. False: there is no difference to accept.
  bool accept(InstrumentId instrument, std::string_view who, Timestamp now) noexcept;
  /// What bills left over of a currency is nobody's worry any more. False: nothing was.
  bool accept_balance(CurrencyId currency, std::string_view who, Timestamp now) noexcept;
  bool resolve(ClientOrderId id, OrderResolution resolution, std::string_view who,
               Timestamp now) noexcept;
  /// Positions are brought down by the engine's own reduce-only orders, or what is being brought
  /// down is left alone from now on (PositionReducer).
  PositionReducer& reducer() noexcept { return reducer_; }
  const ProfitBook& profits() const noexcept { return profits_; }
  const LossLimits& losses() const noexcept { return losses_; }
  const Protections& protections() const noexcept { return protections_; }
  const BillBook& bills() const noexcept { return bills_; }
  const SpotInventory& spot_inventory() const noexcept { return spot_; }
  const GreekBook& greeks() const noexcept { return greeks_; }
  /// It may trade no more in this run, and its orders go; what it holds stays.
  void stop_strategy(StrategyId strategy, Timestamp now) noexcept;
  risk::TradingMode mode_of(StrategyId strategy) const noexcept {
    return modes_.strategy(strategy);
  }
  /// Its definition changed so that it is held until a restart.
  bool is_outgrown(InstrumentId instrument) const noexcept {
    return outgrown_[instrument.value] != 0;
  }
  bool is_stopped(StrategyId strategy) const noexcept {
    return modes_.strategy(strategy) == risk::TradingMode::Killed;
  }

  /// Orders are to stay at the venue when we are gone: its dead-man timer is set to zero, and asked
  /// again until it says so (`dead_man_is_off`); nothing is armed any more. For the end of a run.
  void release_dead_man() noexcept;
  bool dead_man_is_off() const noexcept { return links_.dead_man == nullptr || dead_man_off_; }
  /// All lists are asked for once more; `status().rounds` counts when they have come.
  void request_round() noexcept;
  /// One order of ours, by the engine's own wish; none such: nothing happens.
  void cancel_order(ClientOrderId id, Timestamp now) noexcept;

  CoreStatus status() const noexcept;
  InstrumentStatus status(InstrumentId instrument, Timestamp now) const noexcept;
  EngineState state() const noexcept { return state_; }
  HoldReason hold_reason() const noexcept { return hold_reason_; }
  bool is_held(InstrumentId instrument) const noexcept {
    return held_[instrument.value] != 0 || outgrown_[instrument.value] != 0;
  }
  const KillSwitch& kills() const noexcept { return kills_; }
  /// When the venue's lists were read last, as of the question; zero: never.
  Timestamp last_round() const noexcept { return reconciler_.last_round(); }
  const OrderManager& orders() const noexcept { return orders_; }
  OrderManager& orders() noexcept { return orders_; }
  const PositionKeeper& positions() const noexcept { return positions_; }
  const BookStore& books() const noexcept { return books_; }
  const risk::Exposure& exposure() const noexcept { return exposure_; }
  const risk::RateLimiter& limiter() const noexcept { return limiter_; }
  const risk::LimitTable& limits() const noexcept { return gate_.limits(); }
  const OrderRules& rules() const noexcept { return rules_; }
  /// Newest of each currency; absent: never told.
  const std::optional<BalanceReport>& balance(CurrencyId currency) const noexcept {
    return balances_[currency.value];
  }

  // LaneCommands
  void on_lane_command(const LaneCommand& command, Timestamp now) noexcept override;

  // MarketListener
  void on_book_update(const BookUpdate& update) noexcept override;
  void on_book_withdrawn(InstrumentId instrument, BookFeed feed, BookWithdrawal why,
                         Timestamp now) noexcept override;
  void on_trade(const TradeEvent& trade) noexcept override;
  void on_ticker(const TickerEvent& ticker) noexcept override;
  void on_reference_price(const ReferencePriceEvent& price) noexcept override;
  void on_instrument_state(InstrumentId instrument, InstrumentState state,
                           Timestamp now) noexcept override;
  void on_market_update(const MarketUpdate& update) noexcept override;
  void on_instrument_changed(const InstrumentChange& change, Timestamp now) noexcept override;
  void on_book_replaced(InstrumentId instrument, BookFeed wanted, BookFeed instead,
                        Timestamp now) noexcept override;
  void on_market_connection(ConnectionState state, Timestamp now) noexcept override;
  void on_market_alive(Timestamp now) noexcept override;

  // AccountListener
  void on_execution_report(const ExecutionReport& report) noexcept override;
  void on_fill_report(const FillReport& fill) noexcept override;
  void on_position(const PositionReport& position, bool from_snapshot) noexcept override;
  void on_balance(const BalanceReport& balance, bool from_snapshot) noexcept override;
  void on_snapshot_begin(SnapshotKind kind, std::uint64_t request,
                         Timestamp requested_at) noexcept override;
  void on_snapshot_end(SnapshotKind kind, std::uint64_t request, bool complete,
                       Timestamp now) noexcept override;
  void on_account_connection(ConnectionState state, Timestamp now) noexcept override;
  void on_account_alive(Timestamp now) noexcept override;
  void on_venue_clock(Nanos offset, Timestamp now) noexcept override;
  void on_algo_report(const AlgoReport& report) noexcept override;
  void on_cash(const CashReport& cash) noexcept override;
  void on_fill_hint(const FillHint& hint) noexcept override;
  void on_liquidation_warning(const LiquidationWarning& warning) noexcept override;
  void on_cancel_all_after(bool accepted, Timestamp requested_at, Timestamp now) noexcept override;
  void on_bill(const BillReport& bill) noexcept override;
  void on_bills_listed(Timestamp until, Timestamp now) noexcept override;
  bool may_send_again(ExecutionReport::Request request, ClientOrderId id, InstrumentId instrument,
                      std::uint64_t amend_id, Timestamp now) noexcept override;
  /// The worst of the modes that the order stands under: the engine's, its instrument's, its
  /// strategy's. One that nobody knows: killed.
  risk::TradingMode mode_of(ClientOrderId id) const noexcept;
  bool is_open(ClientOrderId id) const noexcept;
  /// A batch of which more was to come ends here. Lanes need not say so: a turn of the timer does.
  void end_batch(Timestamp now) noexcept {
    const CoreJournal::Input input(journal_);
    flush_batches(now);
  }
  /// Its own pen, for who replays or writes what is noted at the end.
  CoreJournal& journal() noexcept { return journal_; }

 private:
  void flush_batches(Timestamp now) noexcept;
  void record_batch(BatchEdgeRecord::Kind kind, std::size_t count, Timestamp now) noexcept;
  void record_call(CoreCallRecord::Kind kind, std::uint64_t argument, Timestamp now) noexcept;
  void on_dead_man_answer(bool accepted, Timestamp requested_at, Timestamp now) noexcept;
  /// What was read of the market and is not kept by the parts that are tapped.
  bool observe(risk::MarketValue what, bool value) noexcept {
    return journal_.read(what, 0, value ? 1 : 0).value_or(0) != 0;
  }
  /// PRE-07, 10, 12, 13, 17: what rules with a memory want done.
  void heed_rules(Timestamp now) noexcept;
  void heed_refusal(const ExecutionReport& report) noexcept;

  // trading_core_kill.cpp
  ControlResult check_scope(const ControlScope& scope) const noexcept;
  void stop_account(bool on) noexcept;
  void restore_kills(const PriorBelief& prior) noexcept;
  void charge_sent(Timestamp now) noexcept;
  void sweep_killed(Timestamp now) noexcept;
  void look_at_invariants(Timestamp now) noexcept;
  void judge_pause(Timestamp now) noexcept;
  void tell_instrument(InstrumentId instrument, Timestamp now) noexcept;
  void record_control(ControlRecord::Action action, const ControlScope& scope, std::string_view why,
                      std::string_view who, Timestamp now) noexcept;
  // trading_core_money.cpp
  void look_at_money(Timestamp now) noexcept;
  void act_on(const LossVerdict& verdict, Timestamp now) noexcept;
  void act_on(const ProtectionVerdict& verdict, Timestamp now) noexcept;
  void protect(const ProtectionRule& rule, risk::TradingMode mode, Timestamp now) noexcept;
  bool set_protected(const ProtectionRule& rule, StrategyId strategy,
                     risk::TradingMode mode) noexcept;
  void reduce(const ProtectionRule& rule, InstrumentId instrument, Timestamp now) noexcept;
  void lift_protections() noexcept;
  void restore_protections(const PriorBelief& prior) noexcept;
  void tell_bill(const BillReport& bill) noexcept;

  // trading_core_states.cpp
  void set_hold(HoldReason reason, bool on, Timestamp now) noexcept;
  HoldReason first_hold() const noexcept;
  bool is_connected() const noexcept {
    return market_ == ConnectionState::Ready && account_ == ConnectionState::Ready;
  }
  void judge_health(Timestamp now) noexcept;
  void update_state(Timestamp now) noexcept;
  EngineState wanted_state(Timestamp now) const noexcept;
  void enter(EngineState state, HoldReason reason, Timestamp now) noexcept;
  bool is_reconciled() const noexcept;
  void reconcile_again(Timestamp now) noexcept;
  void judge_instruments(Timestamp now) noexcept;
  void compare_cash(Timestamp now) noexcept;
  void hold_instrument(InstrumentId instrument, bool on, Timestamp now) noexcept;
  void hold_until_restart(InstrumentId instrument, Timestamp now) noexcept;
  void record_state(const StateEvent& event) noexcept;
  void sweep_previous_run(Timestamp now) noexcept;
  void feed_dead_man(Timestamp now) noexcept;
  void ask_dead_man(std::uint32_t timeout_seconds, Timestamp now) noexcept;
  void switch_dead_man_off(Timestamp now) noexcept;
  void watch_flat(Timestamp now) noexcept;
  void tell_positions(InstrumentId instrument, Timestamp now) noexcept;
  void tell_restored_positions(Timestamp now) noexcept;
  bool has_dead_man_failed() const noexcept { return dead_man_failures_ >= 2; }
  void note_dead_man_failure(Timestamp now) noexcept;
  void forget_dead_man() noexcept;
  void record_command(CommandRecord::Kind kind, std::string_view why, std::string_view who,
                      Timestamp now, InstrumentId instrument = {}, ClientOrderId id = {},
                      std::uint8_t resolution = 0, CurrencyId balance = {}) noexcept;
  template <class Record>
  void record(const Record& what, Timestamp now) noexcept {
    if (!append(links_.journal, what, now)) journal_full_ = true;
  }

  CoreJournal journal_;
  JournalBacklog backlog_;
  PortRecorder port_;
  CoreLinks links_;  // with these two in place of those given
  TradingCoreSettings settings_;
  risk::Exposure exposure_;
  risk::TradingModes modes_;
  KillSwitch kills_;
  risk::ReferencePrices references_;
  risk::ConversionTable conversions_;
  risk::RateLimiter limiter_;
  risk::PreTradeGate gate_;
  WireAudit audit_;  ///< before the journal, for the order manager
  OrderRules rules_;
  PositionKeeper positions_;
  ProfitBook profits_;
  LossLimits losses_;
  Protections protections_;
  BillBook bills_;
  SpotInventory spot_;
  GreekBook greeks_;
  FillBooking booking_;
  OrderManager orders_;
  Reconciler reconciler_;
  PositionReducer reducer_;
  BookStore books_;
  // Elements of a batch that came so far; the rest follows in the same turn of the loop.
  FixedVector<OrderIntent, kLargestBatch> placing_;
  FixedVector<AmendIntent, kLargestBatch> amending_;
  Timestamp placing_decided_;
  Timestamp placing_trigger_;
  std::vector<std::optional<BalanceReport>> balances_;
  /// Cash as the faster channel told it last, and whether a difference was told.
  struct ToldCash {
    CashReport report;
    bool is_told = false;
  };
  std::vector<ToldCash> cash_;                        // by currency
  std::deque<PriorBelief::SentRequest> sent_before_;  // of earlier runs, until the start
  Timestamp sent_before_end_;
  std::vector<std::uint8_t> held_;      // by instrument
  std::vector<std::uint8_t> outgrown_;  // by instrument: held until restart

  EngineState state_ = EngineState::Cold;
  HoldReason hold_reason_ = HoldReason::None;
  std::uint32_t holds_ = 0;  // one bit a HoldReason
  bool started_ = false;
  bool killed_ = false;  // of kills_: all
  bool has_been_ready_ = false;
  bool journal_full_ = false;
  bool was_connected_ = false;  // both connections have been ready once
  ConnectionState market_ = ConnectionState::Disconnected;
  ConnectionState account_ = ConnectionState::Disconnected;
  Timestamp market_alive_;
  Timestamp account_alive_;
  Timestamp now_;
  Timestamp next_tick_;
  Timestamp reconcile_from_;  // only a round begun from then on counts
  bool wants_flat_ = false;
  bool flat_confirmed_ = false;
  // The venue's dead-man timer.
  Timestamp dead_man_sent_;         // the newest request, and its name
  bool dead_man_pending_ = false;   // its answer is awaited; answers to others are passed over
  Timestamp dead_man_armed_until_;  // unless refreshed; zero: not armed
  int dead_man_failures_ = 0;       // in a row
  bool dead_man_released_ = false;
  bool dead_man_asked_zero_ = false;  // the pending request is the one that sets it to zero
  bool dead_man_off_ = false;
  Timestamp lists_wanted_;
  std::optional<Timestamp> venue_unavailable_;  // when the venue said so last
  Timestamp next_invariants_;
  std::uint32_t invariants_cursor_ = 0;  // instruments take turns
  std::optional<Timestamp> paused_;      // when the machine was found to have stood still
  Timestamp next_instrument_look_;
  std::uint64_t journal_failures_seen_ = 0;
  std::uint64_t market_events_ = 0;
  std::uint64_t fill_hints_ = 0;
  Nanos venue_offset_;
  Timestamp next_audit_;
  Timestamp next_revaluation_;
  Timestamp balances_requested_;  // of the list of balances that is being read
};

}  // namespace gannet::engine
