#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "domain/venue.h"
#include "engine/order_manager.h"
#include "engine/position_keeper.h"

namespace gannet::engine {

struct ReconcilerSettings {
  Nanos round_spacing = milliseconds(500);  ///< between the starts of two rounds
  Nanos answer_timeout = seconds(10);       ///< a list that does not come is asked for again
  Nanos period = seconds(30);               ///< a round at least so often (POST-02, POST-04)
  Nanos fills_overlap = seconds(120);       ///< fills are asked for since the newest, less this
  Nanos replica_lag_max = seconds(5);       ///< how far a list may be behind pushes
  Nanos difference_grace = seconds(2);      ///< POST-03: how long a difference must last
};

/// Asks the venue for its lists, one after the other, in rounds: open orders, fills, positions,
/// balances; and compares positions by fills with what the venue says. One mechanism for start,
/// reconnect, crash, unknown orders, missed fills, flat confirmation and the regular check.
///
/// Fills come before positions, so that what was missed is booked before it is compared. A row
/// older than the last fill booked for its instrument is no difference; one that lasts longer than
/// `difference_grace` and over a complete round is (`differs`), until a person accepts it.
///
/// Thread: the reactor. No allocation after construction.
class Reconciler {
 public:
  Reconciler(const InstrumentTable& instruments, OrderManager& orders,
             const PositionKeeper& positions, const FillBooking& booking, VenuePort& port,
             const ReconcilerSettings& settings);

  /// A round that starts from now on is wanted.
  void want_round() noexcept { wanted_ = true; }
  void on_timer(Timestamp now) noexcept;

  void on_snapshot_begin(SnapshotKind kind, std::uint64_t request, Timestamp requested_at) noexcept;
  void on_snapshot_end(SnapshotKind kind, std::uint64_t request, bool complete,
                       Timestamp now) noexcept;
  /// A row of the list of open orders, before the order manager has seen it.
  void on_open_order_row(const ExecutionReport& report) noexcept;
  void on_position(const PositionReport& report, bool from_snapshot) noexcept;

  /// When the last complete round began; zero: none yet.
  Timestamp last_round() const noexcept { return last_complete_round_; }
  /// The venue's lists of open orders held none of ours, from then on; zero: the last held some.
  /// Two such lists, asked for 500 ms apart, are flat.
  Timestamp empty_since() const noexcept { return empty_since_; }
  Timestamp empty_until() const noexcept { return empty_until_; }
  /// Flat is to be shown from here on.
  void forget_empty_lists() noexcept { empty_since_ = empty_until_ = {}; }
  std::size_t own_orders_listed() const noexcept { return own_orders_listed_; }
  /// Fills from then on are asked for, where none has been booked yet.
  void set_first_fills_time(Timestamp when) noexcept { first_fills_ = when; }
  /// Likewise, where nothing was said before.
  void set_default_fills_time(Timestamp when) noexcept {
    if (first_fills_.nanos == 0) first_fills_ = when;
  }

  /// The venue's position is known, is not the one by fills, and that has lasted.
  bool differs(InstrumentId instrument, Timestamp now) const noexcept;
  /// It is not the one by fills just now.
  bool differs_now(InstrumentId instrument) const noexcept;
  Quantity venue_position(InstrumentId instrument) const noexcept;
  const Amount& venue_average_price(InstrumentId instrument) const noexcept {
    return venue_[instrument.value].average_entry_price;
  }
  std::uint64_t rounds() const noexcept { return rounds_; }

 private:
  enum class Step : std::uint8_t { Idle, OpenOrders, Fills, Positions, Balances };
  struct VenuePosition {
    Quantity legs[3];  // by PositionSide
    Amount average_entry_price;
    Timestamp venue_time;
    Timestamp received;
    Timestamp listed;         // the round in which a row named it
    Timestamp differs_since;  // zero: agrees
    bool known = false;
  };

  static constexpr SnapshotKind kind_of(Step step) noexcept;
  void start_step(Step step, Timestamp now) noexcept;
  void finish_round(Timestamp now) noexcept;
  void look_at_differences(Timestamp now) noexcept;
  bool compares(InstrumentId instrument) const noexcept;

  const InstrumentTable& instruments_;
  OrderManager& orders_;
  const PositionKeeper& positions_;
  const FillBooking& booking_;
  VenuePort& port_;
  ReconcilerSettings settings_;
  std::vector<VenuePosition> venue_;

  Step step_ = Step::Idle;
  bool asked_ = false;  // the current step's list was asked for
  bool begun_ = false;
  bool wanted_ = false;
  std::uint64_t request_ = 0;
  std::uint64_t last_request_ = 0;
  Timestamp round_start_;
  Timestamp asked_at_;
  Timestamp requested_at_;
  Timestamp last_complete_round_;
  Timestamp first_fills_;
  Timestamp empty_since_;
  Timestamp empty_until_;
  std::size_t own_orders_seen_ = 0;
  std::size_t own_orders_listed_ = 0;
  std::uint64_t rounds_ = 0;
  Timestamp next_look_;
};

}  // namespace gannet::engine
