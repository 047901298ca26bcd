#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "domain/instrument_table.h"
#include "domain/orders.h"
#include "engine/fill_booking.h"
#include "risk/exposure.h"

namespace gannet::engine {

/// How the venue's position stands to the one by fills.
enum class PositionComparison : std::uint8_t {
  NotComparable,  ///< the venue's word is older than the newest fill, or there is none (spot)
  Agrees,
  Differs,
};

/// The account's positions as the venue told them last. A hedged pair, and cross beside isolated,
/// are rows of their own, each with its own time; the engine's view has two legs, long (or net) and
/// short, that are compared one by one. Thread: the reactor. Allocates at construction only.
class VenuePositions {
 public:
  VenuePositions(const InstrumentTable& instruments, const risk::Exposure& exposure,
                 const FillBooking& booking, Nanos replica_lag_max);

  /// `requested_at`: of the list it is a row of; zero: not of a list we follow. A row older than a
  /// later word is passed over.
  void on_position(const PositionReport& report, Timestamp requested_at) noexcept;
  /// A complete list was read: what it left out is flat, unless something happened since it was
  /// asked for.
  void on_listed(Timestamp requested_at, Timestamp now) noexcept;

  /// The venue's word is as new as the newest fill if its time is, or if it names that fill: the
  /// two bear times of different clocks of the venue.
  PositionComparison compare(InstrumentId instrument) const noexcept;
  /// Sum of all rows.
  Quantity quantity(InstrumentId instrument) const noexcept;
  /// Of one leg: PositionSide::Short, or any other for net and long.
  Quantity quantity(InstrumentId instrument, PositionSide leg) const noexcept;
  /// Of the largest row.
  const Amount& average_entry_price(InstrumentId instrument) const noexcept;
  /// Fills up to then (venue's clock) are in the position.
  Timestamp time(InstrumentId instrument) const noexcept { return words_[instrument.value].time; }
  bool contains(InstrumentId instrument) const noexcept { return instrument.value < words_.size(); }

 private:
  static constexpr std::size_t kSides = 3;  // PositionSide
  static constexpr std::size_t kModes = 3;  // MarginMode

  struct Row {
    Quantity quantity;
    Amount average_entry_price;
    Timestamp venue_time;
    Timestamp received;
    Timestamp listed;  // requested_at of the newest list that named it
  };
  /// All that the venue says of one instrument.
  struct Word {
    std::array<Row, kSides * kModes> rows;  // [side][mode]
    Timestamp time;
    TradeId last_trade;  // of the row told last; > 0, or not said
    bool known = false;
  };

  const InstrumentTable& instruments_;
  const risk::Exposure& exposure_;
  const FillBooking& booking_;
  Nanos replica_lag_max_;
  std::vector<Word> words_;  // by instrument
};

}  // namespace gannet::engine
