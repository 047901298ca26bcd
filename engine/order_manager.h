#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <expected>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "domain/venue.h"
#include "engine/algo_book.h"
#include "engine/client_order_ids.h"
#include "engine/engine_listener.h"
#include "engine/fill_booking.h"
#include "engine/foreign_orders.h"
#include "engine/journal.h"
#include "engine/lane_messages.h"
#include "engine/order_rules.h"
#include "engine/order_table.h"
#include "engine/settings.h"
#include "engine/wire_audit.h"
#include "risk/pre_trade_gate.h"
#include "risk/rate_limiter.h"

namespace gannet::engine {

struct OrderManagerSettings {
  std::size_t open_capacity = 2048;
  std::size_t ended_capacity = 8192;
  std::size_t foreign_capacity = 2048;
  Nanos expiry = seconds(1);             ///< of every place and amend, on the venue's clock
  Nanos query_after = seconds(2);        ///< acknowledged, but no push: ask
  Nanos query_spacing = seconds(1);      ///< between two questions about one order
  Nanos query_timeout = seconds(5);      ///< a question without an answer is asked again
  Nanos not_found_spacing = seconds(1);  ///< two "not found" count only that far apart
  Nanos cancel_retry = seconds(1);       ///< after a refused or lost cancel
  Nanos send_retry = milliseconds(100);  ///< after the port could not take a cancel
  std::size_t algo_capacity = 512;       ///< algo orders, ended ones too
  std::size_t child_capacity = 4096;     ///< what they put in
  /// Algo orders know no expiry: only that long after it was sent does "not found" count.
  Nanos algo_patience = seconds(60);
  /// A fill whose order may be a child that nobody told of yet waits that long for its parent.
  Nanos held_fill_patience = seconds(10);
  /// Kill, hold and sweeps leave reduce-only exits at the venue while their position is open.
  bool keep_protective = true;
  /// Orders that the venue's dead-man timer does not cancel are refused (COD-06).
  bool requires_timer_cover = false;
  /// Of orders that say nothing themselves: what the venue does where they meet our own (PRE-14).
  SelfTradePrevention self_trade = SelfTradePrevention::AccountDefault;
};

struct OrderCounters {
  std::uint64_t placed = 0;
  std::uint64_t amended = 0;
  std::uint64_t cancels = 0;
  std::uint64_t denied = 0;
  std::uint64_t rejected = 0;
  std::uint64_t unknown = 0;   ///< outcomes that became unknown
  std::uint64_t resolved = 0;  ///< unknown ones settled by venue evidence
  std::uint64_t queries = 0;
  std::uint64_t duplicates = 0;  ///< reports that told nothing new
  std::uint64_t stale = 0;       ///< reports older than what we know
  std::uint64_t unmatched = 0;   ///< reports that fit no order of ours
  std::uint64_t revived = 0;
  std::uint64_t journal_full = 0;
  std::array<std::uint64_t, 64> denied_by_reason{};
};

/// What a person says became of an unknown order.
enum class OrderResolution : std::uint8_t { NotPlaced, Live, Ended };

/// What the order manager works with and does not own. All outlive it.
struct OrderManagerLinks {
  const InstrumentTable& instruments;
  risk::PreTradeGate& gate;
  risk::RateLimiter& limiter;
  risk::Exposure& exposure;
  const risk::ReferencePrices& references;
  const risk::ConversionTable& conversions;
  const risk::TradingModes& modes;
  WireAudit& journal;
  VenuePort& port;
  StrategyEvents& events;
  EngineListener& listener;
  FillBooking& booking;
  OrderRules& rules;
  AlgoPort* algos = nullptr;  ///< null: the venue has no algo orders
};

/// Life of every order of ours (DESIGN 4): handle to client id, gate, limiter, journal, port; then
/// the venue's words in whatever order they come.
///
/// Invariants: a request is in the journal before the port sees it. An order counts in Exposure at
/// its worst leaves from approval until it ended by evidence *and* all its fills are booked.
/// `unknown` is left by venue evidence or a person's word alone: a status of the order; or "not
/// found" twice, spaced, after its expiry, and absence from complete lists of open orders and fills
/// asked for after its expiry. A new order is never sent twice; a cancel that was throttled,
/// refused for no lasting reason, or lost is sent again until the order ended.
///
/// Thread: the reactor. No allocation after construction.
class OrderManager {
 public:
  /// `margin_modes`: by instrument.
  OrderManager(const OrderManagerLinks& links, const OrderManagerSettings& settings,
               ClientOrderIds ids, std::vector<MarginMode> margin_modes);

  // Strategies' wishes. What is refused is told by an event.
  void place(const OrderIntent& intent, Timestamp decided, Timestamp trigger,
             Timestamp now) noexcept;
  void place_algo(const AlgoIntent& intent, Timestamp decided, Timestamp trigger,
                  Timestamp now) noexcept;
  void amend(const AmendIntent& intent, Timestamp now) noexcept;
  void cancel(const CancelIntent& intent, Timestamp now) noexcept;
  /// At most kLargestBatch. Each element is journaled, gated, limited and refused like a single
  /// one, in their order; what is left goes out as one request. One element is a single request.
  void place_batch(std::span<const OrderIntent> intents, Timestamp decided, Timestamp trigger,
                   Timestamp now) noexcept;
  void amend_batch(std::span<const AmendIntent> intents, Timestamp now) noexcept;
  /// Like `cancel`, but it leaves with the next one or with the next timer: for batches.
  void cancel_soon(const CancelIntent& intent, Timestamp now) noexcept;
  /// Invalid instrument: all of the strategy's. A refused cancel ends a wish of the strategy's; one
  /// of the engine's (the strategy failed) lasts until the orders have ended.
  void cancel_all_of(StrategyId strategy, InstrumentId instrument, Timestamp now,
                     CancelWish wish = CancelWish::Strategy) noexcept;
  /// The engine's own: kill, hold, sweeps; with the limiter's reserve. Invalid: all instruments.
  /// Orders of earlier runs and others with our tag too.
  void cancel_all(InstrumentId instrument, Timestamp now) noexcept;
  void cancel_by_engine(Order& order, Timestamp now) noexcept;
  /// The same of one strategy's orders.
  void cancel_strategy(StrategyId strategy, Timestamp now) noexcept;
  /// The engine's wish is taken back: what has not left for the venue stays here.
  void forgive(Order& order) noexcept;
  /// An order of ours that is open, by our number or the venue's; null: there is none.
  Order* find_open(ClientOrderId id, VenueOrderId venue_id) noexcept;

  // Orders that are not ours. Requires: the account is this engine's alone.
  /// Whether `cancel_all` takes everybody's orders.
  void set_account_wide(bool on) noexcept { account_wide_ = on; }
  /// Those that are open now, once and for all.
  void cancel_foreign_orders(Timestamp now) noexcept;
  /// False: nobody's open order has that number.
  bool cancel_foreign_order(VenueOrderId venue_id, bool any_tag, Timestamp now) noexcept;
  /// What a person wished of them goes on until they are gone.
  void pump_foreign(Timestamp now) noexcept;
  /// The engine's own order that reduces a position (PositionReducer), through the same journal,
  /// gate and limiter. No strategy holds it; its fills are booked to `intent.strategy`.
  std::expected<ClientOrderId, Denial> place_reduction(OrderIntent intent, Timestamp now) noexcept;

  /// AccountListener::may_send_again: only what still is wanted as it was, where the engine is
  /// ready for new risk, and the limiter has a slot for one more request.
  bool may_send_again(ExecutionReport::Request request, ClientOrderId id, InstrumentId instrument,
                      std::uint64_t amend_id, Timestamp now) noexcept;

  // The venue's words.
  void on_report(const ExecutionReport& report) noexcept;
  void on_fill_row(const FillReport& report) noexcept;
  void on_algo_report(const AlgoReport& report) noexcept;
  /// A complete list has been read; what it lacks, it lacked when it was asked for.
  void on_open_orders_listed(Timestamp requested_at, Timestamp now) noexcept;
  void on_fills_listed(Timestamp requested_at, Timestamp now) noexcept;
  void on_algos_listed(Timestamp requested_at, Timestamp now) noexcept;
  /// Everything in flight has an unknown outcome from here on.
  void on_connection_lost(Timestamp now) noexcept;
  void on_venue_clock(Nanos offset) noexcept { venue_offset_ = offset; }

  /// Questions that are due, cancels that wait. Cheap when there is nothing.
  void on_timer(Timestamp now) noexcept;

  /// False: not an order of ours that is unknown.
  bool resolve(ClientOrderId id, OrderResolution resolution, Timestamp now) noexcept;
  /// An order that the journal of an earlier run believed open, or one found at the venue with an
  /// id of ours. False: no room.
  bool restore(const Order& order, const AlgoTerms* algo = nullptr) noexcept;
  /// An order of an earlier run becomes this strategy's, under a new handle.
  void adopt(Order& order, Timestamp now) noexcept;
  /// Missing fills of the instrument are taken as settled: a person accepted the position.
  void accept_shortfalls(InstrumentId instrument) noexcept;

  /// An order of this engine, of any run: it carries our tag, or is one we know by its venue id.
  /// The client id alone says nothing: other tenants' engines may have the same number.
  bool is_ours(const ExecutionReport& report) const noexcept;
  const ClientOrderIds& ids() const noexcept { return ids_; }
  /// A reduce-only exit, or what it put in, while its position is open: kill, hold and sweeps leave
  /// it, and an account that holds nothing else is flat of orders (KILL-06).
  bool is_kept(const Order& order) const noexcept;
  bool is_kept_child(const ExecutionReport& report) const noexcept;
  std::size_t kept() const noexcept;
  const AlgoBook& algos() const noexcept { return algos_; }
  OrderTable& table() noexcept { return table_; }
  const OrderTable& table() const noexcept { return table_; }
  ForeignOrders& foreign() noexcept { return foreign_; }
  const ForeignOrders& foreign() const noexcept { return foreign_; }
  const OrderCounters& counters() const noexcept { return counters_; }
  /// Open orders whose existence or terms are not known.
  std::size_t unknown_orders() const noexcept;
  bool has_waiting_cancels() const noexcept { return !cancel_queue_.empty(); }
  /// Some of them may leave now.
  bool has_due_cancels(Timestamp now) const noexcept;
  bool has_previous_run_orders() const noexcept;
  /// Evidence or fills that only complete lists can bring are wanted.
  bool wants_lists() const noexcept;
  std::size_t orders_short_of_fills() const noexcept { return short_orders_; }
  bool is_short_of_fills(InstrumentId instrument) noexcept;
  /// An order that the venue told differently than it was sent, since the last call (PRE-13).
  bool take_not_as_sent() noexcept { return std::exchange(not_as_sent_, false); }

 private:
  // order_manager.cpp: intents
  risk::GateContext gate_context(InstrumentId instrument, Timestamp now) noexcept {
    return links_.rules.context(instrument, now);
  }
  /// What comes before the gate: on record, known, not against a rule. Refusals are told.
  bool admit(const OrderIntent& intent, Timestamp trigger, Timestamp now) noexcept;
  /// Gate and limiter. Refusals are not told.
  std::expected<risk::ApprovedOrder, Denial> approve(const OrderIntent& intent,
                                                     risk::RequestForm form,
                                                     Timestamp now) noexcept;
  /// In the table, counted and in the journal: ready to be sent as `request`. Null: denied.
  Order* prepare_place(const risk::ApprovedOrder& approved, Timestamp decided, Timestamp trigger,
                       bool in_batch, PlaceRequest& request, Timestamp now) noexcept;
  void finish_place(Order& order, SendResult sent, Timestamp now) noexcept;
  /// One that was prepared does not go after all.
  void withdraw(Order& order, SendResult result, const Denial& why, Timestamp now) noexcept;
  bool journal_place(const Order& order, const PlaceRequest& request, Timestamp now) noexcept;
  Order* prepare_amend(const AmendIntent& intent, risk::RequestForm form, AmendRequest& request,
                       Timestamp now) noexcept;
  void finish_amend(Order& order, const AmendRequest& request, SendResult sent,
                    Timestamp now) noexcept;
  void withdraw_amend(Order& order, const AmendRequest& request, SendResult result,
                      const Denial& why, Timestamp now) noexcept;
  struct AmendBatch;
  void send_amends(AmendBatch& batch, Timestamp now) noexcept;
  Order* find_own(StrategyId strategy, Handle handle) noexcept;
  void deny(const OrderIntent& intent, const Denial& denial, Timestamp now) noexcept;
  void deny(StrategyId strategy, Handle handle, const Order* order, OrderEventKind kind,
            const Denial& denial, Timestamp now) noexcept;
  void emit(const Order& order, OrderEventKind kind, VenueReason reason, Timestamp now) noexcept;
  void alert(Alert what, const Order& order, Timestamp now, std::int64_t expected = 0,
             std::int64_t actual = 0) noexcept;
  void count(Order& order) noexcept;
  template <class Record>
  void record(const Record& what, Timestamp now) noexcept {
    if (!append(links_.journal, what, now)) ++counters_.journal_full;
  }
  FillOwner owner_of(const Order& order) const noexcept;
  Timestamp local_expiry(Timestamp venue_time) const noexcept { return venue_time - venue_offset_; }

  // algo_intents.cpp
  bool has_algo_room() noexcept;
  void place_with_exits(const OrderIntent& intent, Timestamp decided, Timestamp trigger,
                        Timestamp now) noexcept;
  Order* prepare_exits(const Order& entry, const OrderIntent& intent, Timestamp now) noexcept;
  /// Exits whose order works still: the venue does not know them yet.
  bool is_dormant(const Order& order) const noexcept;
  void settle_exits(Order& exits, Timestamp now) noexcept;
  void amend_algo(Order& order, const AmendIntent& intent, Timestamp now) noexcept;
  std::size_t send_algo_cancels(std::span<Order* const> orders, Timestamp now) noexcept;
  void cancel_children(Order& order, Timestamp now) noexcept;
  bool keeps(const Order& order, Timestamp now) noexcept;

  // algo_reports.cpp
  void on_algo_status(Order& order, AlgoOrder& algo, const AlgoReport& report) noexcept;
  void on_algo_final(Order& order, AlgoOrder& algo, const AlgoReport& report) noexcept;
  void conclude_childless(Order& order, AlgoOrder& algo, Timestamp now) noexcept;
  void note_triggered(Order& order, AlgoOrder& algo, Timestamp now) noexcept;
  AlgoChild* meet_child(Order& order, AlgoOrder& algo, VenueOrderId id, Timestamp now) noexcept;
  void settle_algo_end(Order& order, AlgoOrder& algo, Timestamp now) noexcept;
  Order* meet_previous_run_algo(const AlgoReport& report) noexcept;
  /// True: it was about an order that an algo order of ours put in.
  bool on_child_report(const ExecutionReport& report) noexcept;
  static void note_met_child(Order& order, AlgoChild& child,
                             const ExecutionReport& report) noexcept;
  void on_child_status(Order& order, AlgoOrder& algo, AlgoChild& child,
                       const ExecutionReport& report) noexcept;
  void on_child_not_found(Order& order, AlgoOrder& algo, AlgoChild& child, Timestamp now) noexcept;
  void look_at_children(Timestamp listed, Timestamp now) noexcept;
  void ask_about_children(Timestamp now) noexcept;
  Order* parent_of(const FillReport& report) noexcept;
  bool holds_back(const FillReport& report) noexcept;
  void release_held_fills(Timestamp now) noexcept;

  // order_cancels.cpp
  void wish_cancel(Order& order, CancelWish wish, Timestamp now) noexcept;
  void pump_cancels(Timestamp now) noexcept;
  bool has_cancel_overflow(Timestamp now) const noexcept;
  struct CancelBatch;
  std::size_t send_cancels(CancelBatch& batch, Timestamp now) noexcept;
  void put_back(Order& order, Timestamp not_before) noexcept;
  void cancel_foreign(InstrumentId instrument, Timestamp now) noexcept;
  void send_foreign_cancel(ForeignOrder& order, Timestamp now) noexcept;

  // order_reports.cpp
  void book_fill_row(const FillReport& report) noexcept;
  /// Whether a row or push that bears the order's client id is about this very order.
  static bool is_about(const Order& order, VenueOrderId venue_id, bool own_tag) noexcept;
  void on_absurd(const ExecutionReport& report) noexcept;
  void on_reply(Order& order, const ExecutionReport& report) noexcept;
  /// A refusal that says that the venue counts more requests than we did.
  void heed_limit(const Order& order, const ExecutionReport& report, risk::RequestKind kind,
                  bool in_batch) noexcept;
  void on_place_rejected(Order& order, const ExecutionReport& report) noexcept;
  void on_amend_rejected(Order& order, const ExecutionReport& report) noexcept;
  void on_cancel_rejected(Order& order, const ExecutionReport& report) noexcept;
  void on_status(Order& order, const ExecutionReport& report) noexcept;
  void on_status_of_ended(Order& order, const ExecutionReport& report, bool stale) noexcept;
  void compare_with_sent(const Order& order, const ExecutionReport& report) noexcept;
  void apply_live(Order& order, const ExecutionReport& report) noexcept;
  void settle_amends(Order& order, const ExecutionReport& report) noexcept;
  void end(Order& order, OrderPhase phase, VenueReason reason, EndEvidence evidence,
           Timestamp now) noexcept;
  void revive(Order& order, Timestamp now) noexcept;
  void note_exists(Order& order, Timestamp now) noexcept;
  Order* meet_previous_run_order(const ExecutionReport& report) noexcept;

  // order_queries.cpp
  void become_unknown(Order& order, Timestamp now) noexcept;
  void on_outcome_unknown(Order& order, const ExecutionReport& report) noexcept;
  void on_not_found(Order& order, Timestamp now) noexcept;
  void query_at(Order& order, Timestamp when) noexcept;
  void ask(Order& order, Timestamp now) noexcept;
  bool has_evidence_of_absence(const Order& order) const noexcept;
  void conclude_absent(Order& order, Timestamp now) noexcept;

  OrderManagerLinks links_;
  OrderManagerSettings settings_;
  ClientOrderIds ids_;
  std::vector<MarginMode> margin_modes_;
  OrderTable table_;
  ForeignOrders foreign_;
  AlgoBook algos_;
  std::vector<Order*> cancel_queue_;  // oldest wish first; slots never move
  OrderCounters counters_;
  Nanos venue_offset_;
  std::uint64_t last_amend_id_ = 0;
  std::uint64_t last_adopted_handle_ = 0;
  Timestamp open_orders_listed_;  // when the last complete lists were asked for
  Timestamp fills_listed_;
  Timestamp algos_listed_;
  Timestamp next_scan_;
  Timestamp next_protected_cancel_;
  std::size_t protected_cursor_ = 0;  // families take turns
  std::size_t short_orders_ = 0;      // fills missed in part
  bool account_wide_ = false;
  bool foreign_wished_ = false;  // a cancel of one was wished, and it may be open still
  bool not_as_sent_ = false;
};

}  // namespace gannet::engine
