#pragma once

// Algo orders: orders that wait for a price, follow it, or come in slices. A desk above the
// exchange, on its public calls alone, for all its users. Deterministic, on virtual time.
// Source: OKX API v5, algo trading.

#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "base/time.h"
#include "domain/instrument_table.h"
#include "sim/algo_terms.h"
#include "sim/exchange.h"

namespace gannet::sim {

/// Which exit went in.
enum class FiredExit : std::uint8_t { None, TakeProfit, StopLoss };

/// One algo order as the desk knows it. Live view: valid until the next call.
struct AlgoView {
  AlgoId id;
  NewAlgo terms;  ///< as amended
  AlgoState state = AlgoState::Live;
  FiredExit fired = FiredExit::None;
  AlgoRefusal failure;               ///< Failed, PartiallyFailed
  Quantity ordered;                  ///< sum of its orders as placed; slices: what they filled
  Price order_price;                 ///< of its newest order; a market order's: its average fill
  std::vector<VenueOrderId> orders;  ///< its orders, oldest first
  std::vector<AlgoId> spawned;       ///< the chase that a trigger began
  VenueOrderId resting;              ///< the take profit that rests; zero: none
  VenueOrderId parent;               ///< the order it was attached to; zero: none
  Price last_price;                  ///< last trade when it was placed; 0 none
  Price trail_trigger;               ///< TrailingStop: where it would fire now; 0 not active yet
  Timestamp create_time;
  Timestamp update_time;
  std::optional<Timestamp> trigger_time;
};

/// Exits waiting for their order to fill.
struct AttachmentView {
  std::vector<AttachedExit> exits;
  AlgoRefusal failure;  ///< why they could not go live
};

struct AlgoChange {
  AlgoView algo;  ///< after the change
  bool amended = false;
  std::string_view amend_request_id;
};

/// What becomes of an algo order whose price is there.
enum class Triggered : std::uint8_t {
  GoesIn,    ///< its order goes in
  Refused,   ///< its order is refused for want of funds
  ArmsAnew,  ///< a trailing stop follows the price from here again; any other goes in
};

/// What the desk tells, in order, during its calls: placed (Live), amended, paused, resumed, ended,
/// and for slices each order that filled. Handlers may query, never change.
class AlgoEvents {
 public:
  virtual void on_algo_change(const AlgoChange& change) noexcept = 0;
  /// Asked when one triggers: those who try a client's wits may want another answer.
  virtual Triggered on_trigger(const AlgoView&) noexcept { return Triggered::GoesIn; }

 protected:
  ~AlgoEvents() = default;
};

/// Caps on pending algo orders, per user and instrument. PROTOCOL 9.2; chases have none there.
struct AlgoCaps {
  std::size_t exits = 100;
  std::size_t triggers = 500;
  std::size_t trailing = 50;
  std::size_t icebergs = 100;
  std::size_t time_weighted = 20;
  std::size_t chases = 100;
};

/// Holds all algo orders. It is told what the exchange tells (`on_*`, from an ExchangeEvents
/// handler: they only take notes) and acts in its own calls, `run` above all, which must be called
/// after each turn of the market and after each request. A price that was touched between two turns
/// has triggered: every trade is looked at. Thread: the exchange's.
class AlgoDesk {
 public:
  AlgoDesk(Exchange& exchange, const InstrumentTable& instruments, AlgoEvents& events,
           const AlgoCaps& caps = {});
  ~AlgoDesk();
  AlgoDesk(const AlgoDesk&) = delete;
  AlgoDesk& operator=(const AlgoDesk&) = delete;

  struct PlaceResult {
    AlgoRefusal refusal;
    AlgoId id;  ///< valid when not refused
  };
  PlaceResult place(const NewAlgo& algo, Timestamp now);
  AlgoRefusal amend(UserId user, AlgoId id, const AmendAlgo& change, std::string_view request_id,
                    Timestamp now);
  AlgoRefusal cancel(UserId user, AlgoId id, Timestamp now);
  /// Of a smart iceberg that waits for somebody's word: it comes now. Otherwise nothing.
  void begin(AlgoId id);

  /// Checks exits that are to come with an order and keeps them for it: sets `order.attachment`,
  /// then the order may be placed. If the exchange refuses it, `drop`.
  AlgoRefusal attach(NewOrder& order, std::vector<AttachedExit> exits, Timestamp now);
  void drop(std::uint32_t attachment);
  AlgoRefusal amend_attached(std::uint32_t attachment, const std::vector<AmendAttached>& changes);
  const AttachmentView* attachment(std::uint32_t id) const noexcept;  ///< null: none

  // What the exchange tells.
  void on_order_change(const OrderChange& change);
  void on_trade(const PublicTrade& trade);
  void on_position(UserId user, const PositionView& position);
  void on_mark_price(InstrumentId instrument, Price mark, Price index);

  /// Does all that is due: triggered orders go in, slices and chases move on.
  void run(Timestamp now);
  /// Whether `run` would do anything.
  bool has_work() const noexcept;

  /// Pending or ended; null if unknown. Of each user the newest 5,000 that ended are kept.
  const AlgoView* find(AlgoId id) const noexcept;
  /// The newest with that client id.
  const AlgoView* find_by_client_id(UserId user, std::string_view client_id) const noexcept;
  std::vector<AlgoId> all(UserId user) const;  ///< oldest first, ended ones that are kept too
  std::size_t pending_count(UserId user) const noexcept;
  std::size_t pending_count(UserId user, InstrumentId instrument) const noexcept;

  struct State;

 private:
  std::unique_ptr<State> state_;
};

}  // namespace gannet::sim
