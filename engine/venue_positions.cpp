#include "engine/venue_positions.h"

#include <algorithm>

namespace gannet::engine {

VenuePositions::VenuePositions(const InstrumentTable& instruments, const risk::Exposure& exposure,
                               const FillBooking& booking, Nanos replica_lag_max)
    : instruments_(instruments),
      exposure_(exposure),
      booking_(booking),
      replica_lag_max_(replica_lag_max),
      words_(instruments.size()) {}

void VenuePositions::on_position(const PositionReport& report, Timestamp requested_at) noexcept {
  const std::size_t index =
      static_cast<std::size_t>(report.side) * kModes + static_cast<std::size_t>(report.margin_mode);
  if (!contains(report.instrument) || index >= kSides * kModes) return;
  Word& word = words_[report.instrument.value];
  Row& row = word.rows[index];
  const bool is_listed = requested_at.nanos != 0;
  if (is_listed) row.listed = requested_at;
  if (report.exchange_time < row.venue_time) return;
  row.quantity = report.quantity;
  row.average_entry_price = report.average_entry_price;
  row.venue_time = report.exchange_time;
  row.received = report.receive_time;
  word.known = true;
  if (report.exchange_time >= word.time) word.last_trade = report.last_trade;
  word.time = std::max(word.time, report.exchange_time);
  // A list asked for long after the last fill is the newer word, whatever time its row bears.
  if (is_listed && requested_at - booking_.newest_received(report.instrument) >= replica_lag_max_)
    word.time = std::max(word.time, booking_.newest(report.instrument));
}

void VenuePositions::on_listed(Timestamp requested_at, Timestamp now) noexcept {
  for (std::size_t i = 0; i < words_.size(); ++i) {
    const InstrumentId instrument{static_cast<std::uint32_t>(i)};
    if (booking_.newest_received(instrument) >= requested_at) continue;
    Word& word = words_[i];
    bool any_listed = false;
    for (Row& row : word.rows) {
      any_listed = any_listed || row.listed == requested_at;
      if (row.listed == requested_at || row.received >= requested_at) continue;
      row.quantity = {};
      row.average_entry_price.raw = 0;
      row.venue_time = std::max(row.venue_time, booking_.newest(instrument));
      row.received = now;
    }
    word.known = true;
    // A row that was listed has told its own time.
    if (!any_listed) word.time = std::max(word.time, booking_.newest(instrument));
  }
}

PositionComparison VenuePositions::compare(InstrumentId instrument) const noexcept {
  const Word& word = words_[instrument.value];
  // Spot has balances, not positions.
  if (!word.known || !is_derivative(instruments_[instrument].kind))
    return PositionComparison::NotComparable;
  const bool names_newest =
      word.last_trade.value > 0 && word.last_trade == booking_.newest_trade(instrument);
  if (word.time < booking_.newest(instrument) && !names_newest)
    return PositionComparison::NotComparable;
  for (const PositionSide leg : {PositionSide::Long, PositionSide::Short}) {
    if (quantity(instrument, leg) != exposure_.of_account(instrument, leg).position)
      return PositionComparison::Differs;
  }
  return PositionComparison::Agrees;
}

Quantity VenuePositions::quantity(InstrumentId instrument) const noexcept {
  return add_saturating(quantity(instrument, PositionSide::Long),
                        quantity(instrument, PositionSide::Short));
}

Quantity VenuePositions::quantity(InstrumentId instrument, PositionSide leg) const noexcept {
  const Word& word = words_[instrument.value];
  Quantity sum;
  for (std::size_t i = 0; i < word.rows.size(); ++i) {
    const bool is_short = i / kModes == static_cast<std::size_t>(PositionSide::Short);
    if (is_short == (leg == PositionSide::Short)) sum = add_saturating(sum, word.rows[i].quantity);
  }
  return sum;
}

const Amount& VenuePositions::average_entry_price(InstrumentId instrument) const noexcept {
  const Word& word = words_[instrument.value];
  const auto size_of = [](const Row& row) {
    return row.quantity.raw < 0 ? Quantity{} - row.quantity : row.quantity;
  };
  return std::ranges::max_element(word.rows, {}, size_of)->average_entry_price;
}

}  // namespace gannet::engine
