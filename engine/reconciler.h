#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "domain/venue.h"
#include "engine/order_manager.h"
#include "engine/venue_positions.h"

namespace gannet::engine {

struct ReconcilerSettings {
  Nanos round_spacing = milliseconds(500);  ///< between the starts of two rounds
  Nanos answer_timeout = seconds(10);       ///< a list that does not come is asked for again
  Nanos period = seconds(30);               ///< a round at least so often (POST-02, POST-04)
  Nanos fills_overlap = seconds(120);       ///< fills are asked for since the last list, less this
  Nanos replica_lag_max = seconds(5);       ///< how far a list may be behind pushes
  Nanos difference_grace = seconds(2);      ///< POST-03: how long a difference must last
  /// POST-03 allows 5 s: after that it holds, whether the lists could be read or not.
  Nanos difference_patience = milliseconds(4'500);
  bool asks_algos = false;            ///< the venue has algo orders: their list too
  Nanos overdue_after = seconds(60);  ///< without a complete round: nothing is known any more
};

/// Asks the venue for its lists, one after the other, in rounds: open orders, fills, positions,
/// balances; and compares positions by fills with what the venue says. One mechanism for start,
/// reconnect, crash, unknown orders, missed fills, flat confirmation and the regular check.
///
/// Fills come before positions, so that what was missed is booked before it is compared. They are
/// asked for since the last complete list of them, not since the newest fill booked: a push after
/// an outage says nothing about what the outage swallowed. A row older than the last fill booked
/// for its instrument is no difference; one that lasts longer than `difference_grace` and over a
/// complete round is (`differs`), or longer than `difference_patience` in any case, until a person
/// accepts it.
///
/// Thread: the reactor. No allocation after construction.
class Reconciler {
 public:
  Reconciler(const InstrumentTable& instruments, OrderManager& orders,
             const risk::Exposure& exposure, const FillBooking& booking, VenuePort& port,
             const ReconcilerSettings& settings);

  /// A round that starts from now on is wanted.
  void want_round() noexcept { wanted_ = true; }
  void on_timer(Timestamp now) noexcept;

  void on_snapshot_begin(SnapshotKind kind, std::uint64_t request, Timestamp requested_at) noexcept;
  void on_snapshot_end(SnapshotKind kind, std::uint64_t request, bool complete,
                       Timestamp now) noexcept;
  /// A row of the list of open orders, before the order manager has seen it.
  void on_open_order_row(const ExecutionReport& report) noexcept;
  /// Likewise of the list of algo orders. One that is kept can add no risk: it leaves the account
  /// flat of orders.
  void on_algo_row(const AlgoReport& report) noexcept;
  void on_position(const PositionReport& report, bool from_snapshot) noexcept;
  /// A fill of the instrument was booked, or may have been.
  void on_fill(InstrumentId instrument, Timestamp now) noexcept;
  void on_venue_clock(Nanos offset) noexcept { venue_offset_ = offset; }

  /// When the last complete round began; zero: none yet.
  Timestamp last_round() const noexcept { return last_complete_round_; }
  /// The venue's lists of open orders held none of ours, from then on; zero: the last held some.
  /// Two such lists, asked for 500 ms apart, are flat.
  Timestamp empty_since() const noexcept { return empty_since_; }
  Timestamp empty_until() const noexcept { return empty_until_; }
  /// Flat is being waited for: where the list of orders says that it is not, the many lists of algo
  /// orders are left out every second time, for their limit would delay the next look (KILL-05).
  void set_wants_flat(bool on) noexcept { wants_flat_ = on; }
  /// Everybody's orders count, not only ours.
  void set_account_wide(bool on) noexcept { account_wide_ = on; }
  /// Flat is to be shown from here on.
  void forget_empty_lists() noexcept { empty_since_ = empty_until_ = {}; }
  std::size_t own_orders_listed() const noexcept { return own_orders_listed_; }
  /// No complete round for long, counted from `from` at the earliest.
  bool is_overdue(Timestamp from, Timestamp now) const noexcept;
  /// All fills up to then, on our clock, are in the books of an earlier run.
  /// `venue`: the same on the venue's clock; zero: not known, and today's offset stands for it.
  void set_fills_known(Timestamp until, Timestamp venue = {}) noexcept {
    fills_known_ = until;
    fills_known_venue_ = venue;
  }
  /// Fills of the instrument are booked from then on, on our clock; zero: from the start.
  void set_first_seen(InstrumentId instrument, Timestamp when, Timestamp venue = {}) noexcept {
    first_seen_[instrument.value] = when;
    first_seen_venue_[instrument.value] = venue;
  }
  void start(Timestamp now) noexcept;
  bool is_before_first_seen(const FillReport& fill) const noexcept;

  /// The venue's position is known, is not the one by fills, and that has lasted over a round.
  bool differs(InstrumentId instrument, Timestamp now) const noexcept;
  /// It has not been the one by fills for so long that no round is waited for.
  bool differs_too_long(InstrumentId instrument, Timestamp now) const noexcept;
  PositionComparison compare(InstrumentId instrument) const noexcept {
    return venue_.compare(instrument);
  }
  const VenuePositions& venue_positions() const noexcept { return venue_; }
  std::uint64_t rounds() const noexcept { return rounds_; }

 private:
  enum class Step : std::uint8_t { Idle, OpenOrders, AlgoOrders, Fills, Positions, Balances };

  static constexpr SnapshotKind kind_of(Step step) noexcept;
  void start_step(Step step, Timestamp now) noexcept;
  void finish_round(Timestamp now) noexcept;
  void note_own_orders() noexcept;
  void look_at_differences(Timestamp now) noexcept;
  void look_at_difference(InstrumentId instrument, Timestamp now) noexcept;
  Timestamp fills_since() const noexcept;

  OrderManager& orders_;
  VenuePort& port_;
  ReconcilerSettings settings_;
  VenuePositions venue_;
  std::vector<Timestamp> first_seen_;        // by instrument
  std::vector<Timestamp> first_seen_venue_;  // on the venue's clock; zero: not known
  std::vector<Timestamp> differs_since_;  // by instrument; zero: agreed when it was last compared

  Step step_ = Step::Idle;
  bool asked_ = false;  // the current step's list was asked for
  bool begun_ = false;
  bool wanted_ = false;
  bool account_wide_ = false;
  bool wants_flat_ = false;
  bool skips_algos_ = false;  // in this round: it is not a whole one
  std::uint64_t request_ = 0;
  std::uint64_t last_request_ = 0;
  Timestamp round_start_;
  Timestamp asked_at_;
  Timestamp requested_at_;
  Timestamp last_complete_round_;
  Timestamp fills_known_;        // the last complete list of fills was asked for then
  Timestamp fills_known_venue_;  // of an earlier run's list, on the venue's clock; zero: none
  Nanos venue_offset_;
  Timestamp empty_since_;
  Timestamp empty_until_;
  std::size_t own_orders_seen_ = 0;
  std::size_t own_orders_listed_ = 0;
  Timestamp orders_requested_at_;  // the list of open orders of this round
  std::uint64_t rounds_ = 0;
  Timestamp next_look_;
};

}  // namespace gannet::engine
