#pragma once

#include <cstdint>

#include "engine/engine_listener.h"
#include "engine/fill_keys.h"
#include "engine/journal.h"
#include "engine/lane_messages.h"
#include "engine/order.h"
#include "engine/position_keeper.h"
#include "engine/profit_book.h"
#include "engine/spot_inventory.h"
#include "risk/exposure.h"

namespace gannet::engine {

enum class BookingResult : std::uint8_t {
  Booked,
  Duplicate,   ///< in the books already
  TooOld,      ///< cannot be told from one whose key was forgotten
  Invalid,     ///< no quantity or price, or an absurd one
  InBaseline,  ///< in the position that a person accepted; `booked` goes up, nothing else changes
};

/// Whose fill it is, and where it goes.
struct FillOwner {
  StrategyId strategy;  ///< invalid: a foreign order's
  Handle handle;
  std::uint64_t cookie = 0;
  AccountId account;
  InstrumentId instrument;
  ClientOrderId client_id;
  VenueOrderId venue_id;
  Side side = Side::Buy;
  PositionSide position_side = PositionSide::Net;
};

/// The one door through which fills enter the books: journal, positions, exposure, strategy, in
/// that order (POST-01). Each fill once:
/// its key is new, and it is younger than the newest key forgotten (see FillKeys). The key is
/// (venue order id, trade id). Trade ids of liquidations and ADL are zero or negative and repeat:
/// there it is (venue order id, booking id). Only rows of the list of fills have one, so pushes of
/// such fills are not handed over; a row without one is told from others by its time and price.
/// Thread: the reactor.
class FillBooking {
 public:
  FillBooking(const InstrumentTable& instruments, PositionKeeper& positions, ProfitBook& profits,
              SpotInventory& spot, risk::Exposure& exposure, Journal& journal,
              StrategyEvents& events, EngineListener& listener, std::size_t keys);

  /// `booked`: of the order, goes up by what was booked. `late`: the order was believed to be gone.
  BookingResult book(const FillOwner& owner, const Fill& fill, Quantity& booked, bool late,
                     Timestamp now) noexcept;
  /// In the books already.
  bool has(VenueOrderId order, const Fill& fill) const noexcept;
  /// A fill that the journal of an earlier run holds: positions and keys, no events.
  void restore(const FillBookedRecord& record) noexcept;

  /// Fills up to then, of the venue's clock, are in the position that was accepted.
  void set_baseline(InstrumentId instrument, Timestamp as_of) noexcept {
    Timestamp& baseline = times_[instrument.value].baseline;
    if (as_of > baseline) baseline = as_of;
  }

  /// Venue's time of the newest fill booked; zero: none yet.
  Timestamp newest() const noexcept { return newest_; }
  /// Of the instrument.
  Timestamp newest(InstrumentId instrument) const noexcept {
    return times_[instrument.value].venue;
  }
  /// Its trade id; the position that it made names it (PositionReport::last_trade).
  TradeId newest_trade(InstrumentId instrument) const noexcept {
    return times_[instrument.value].trade;
  }
  Timestamp newest_received(InstrumentId instrument) const noexcept {
    return times_[instrument.value].received;
  }
  std::uint64_t booked() const noexcept { return booked_; }
  std::uint64_t duplicates() const noexcept { return duplicates_; }

 private:
  struct Times {
    Timestamp venue;
    TradeId trade;  // of the fill at `venue`
    Timestamp received;
    Timestamp baseline;
  };

  PositionKeeper& positions_;
  ProfitBook& profits_;
  SpotInventory& spot_;
  risk::Exposure& exposure_;
  Journal& journal_;
  StrategyEvents& events_;
  EngineListener& listener_;
  FillKeys keys_;
  std::vector<Times> times_;
  Timestamp newest_;
  std::uint64_t booked_ = 0;
  std::uint64_t duplicates_ = 0;
};

}  // namespace gannet::engine
