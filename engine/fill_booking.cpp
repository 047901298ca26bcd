#include "engine/fill_booking.h"

#include <algorithm>
#include <limits>

#include "base/crash_point.h"

namespace gannet::engine {

namespace {

/// What tells this fill from others of its order: positive for trade ids, negative for the rest.
TradeId key_of(const Fill& fill) noexcept {
  if (fill.trade_id.value > 0) return fill.trade_id;
  constexpr std::uint64_t kLargest = std::numeric_limits<std::int64_t>::max();
  std::uint64_t key = fill.bill_id;
  if (key == 0 || key > kLargest) {
    key = static_cast<std::uint64_t>(fill.exchange_time.nanos) * 0x9E3779B97F4A7C15ull;
    key ^= static_cast<std::uint64_t>(fill.price.raw) * 0xC2B2AE3D27D4EB4Full;
    key ^= static_cast<std::uint64_t>(fill.trade_id.value);
    key = (key >> 1) | 1;
  }
  return {-static_cast<std::int64_t>(key)};
}

}  // namespace

FillBooking::FillBooking(const InstrumentTable& instruments, PositionKeeper& positions,
                         ProfitBook& profits, SpotInventory& spot, risk::Exposure& exposure,
                         Journal& journal, StrategyEvents& events, EngineListener& listener,
                         std::size_t keys)
    : positions_(positions),
      profits_(profits),
      spot_(spot),
      exposure_(exposure),
      journal_(journal),
      events_(events),
      listener_(listener),
      keys_(keys),
      times_(instruments.size()) {}

BookingResult FillBooking::book(const FillOwner& owner, const Fill& fill, Quantity& booked,
                                bool late, Timestamp now) noexcept {
  if (fill.quantity.raw <= 0 || !is_believable(fill.quantity) || fill.price.raw <= 0 ||
      owner.instrument.value >= times_.size())
    return BookingResult::Invalid;
  const TradeId key = key_of(fill);
  if (keys_.contains(owner.venue_id, key)) {
    ++duplicates_;
    return BookingResult::Duplicate;
  }
  if (fill.exchange_time.nanos != 0 && fill.exchange_time <= keys_.horizon()) {
    listener_.on_alert({Alert::FillTooOld, owner.instrument, owner.client_id, owner.venue_id, 0,
                        fill.quantity.raw, now});
    return BookingResult::TooOld;
  }
  keys_.add(owner.venue_id, key, fill.exchange_time);
  if (fill.exchange_time.nanos != 0 &&
      fill.exchange_time <= times_[owner.instrument.value].baseline) {
    booked = add_saturating(booked, fill.quantity);
    return BookingResult::InBaseline;
  }

  FillBookedRecord record;
  record.fill = to_fields(fill);
  record.client_id = owner.client_id.value;
  record.venue_id = owner.venue_id.value;
  record.instrument = owner.instrument.value;
  record.account = owner.account.value;
  record.strategy = owner.strategy.value;
  record.side = owner.side;
  record.position_side = owner.position_side;
  record.late = late ? 1 : 0;
  // A fill is a fact: it is booked even where the journal has no room; the venue's list brings it
  // back after a restart.
  if (!append(journal_, record, now))
    listener_.on_alert(
        {Alert::JournalFull, owner.instrument, owner.client_id, owner.venue_id, 0, 0, now});
  crash_point("fill_booked");

  profits_.on_fill(owner.strategy, owner.instrument, fill);
  spot_.on_fill(owner.instrument, owner.venue_id, owner.side, fill);
  positions_.apply(owner.strategy, owner.instrument, owner.side, fill);
  exposure_.on_fill(owner.strategy, owner.instrument, owner.side, fill.quantity,
                    owner.position_side);
  booked = add_saturating(booked, fill.quantity);
  ++booked_;
  newest_ = std::max(newest_, fill.exchange_time);
  Times& times = times_[owner.instrument.value];
  if (fill.exchange_time >= times.venue) times.trade = fill.trade_id;
  times.venue = std::max(times.venue, fill.exchange_time);
  times.received = std::max(times.received, now);
  // The venue's own acts: their trade ids are zero or negative. POST-06
  if (fill.trade_id.value <= 0)
    listener_.on_alert({Alert::Liquidated, owner.instrument, owner.client_id, owner.venue_id, 0,
                        owner.side == Side::Buy ? fill.quantity.raw : -fill.quantity.raw, now});
  if (late)
    listener_.on_alert({Alert::LateFill, owner.instrument, owner.client_id, owner.venue_id, 0,
                        fill.quantity.raw, now});
  if (!positions_.contains(owner.strategy)) return BookingResult::Booked;

  FillEvent event;
  event.strategy = owner.strategy;
  event.handle = owner.handle;
  event.cookie = owner.cookie;
  event.instrument = owner.instrument;
  event.client_id = owner.client_id;
  event.side = owner.side;
  event.fill = fill;
  event.position_after = positions_.of_strategy(owner.strategy, owner.instrument).quantity();
  event.receive_time = now;
  events_.on_fill_event(event);
  events_.on_position_event({owner.strategy, owner.instrument, event.position_after,
                             positions_.of_account(owner.instrument).quantity(),
                             fill.exchange_time});
  return BookingResult::Booked;
}

bool FillBooking::has(VenueOrderId order, const Fill& fill) const noexcept {
  return keys_.contains(order, key_of(fill));
}

void FillBooking::restore(const FillBookedRecord& record) noexcept {
  const Fill fill = from_fields(record.fill);
  const InstrumentId instrument{record.instrument};
  if (instrument.value >= times_.size() || fill.quantity.raw <= 0) return;
  StrategyId strategy{record.strategy};
  if (!positions_.contains(strategy)) strategy = StrategyId{};  // it is not configured any more
  const VenueOrderId order{record.venue_id};
  const TradeId key = key_of(fill);
  if (!keys_.contains(order, key)) keys_.add(order, key, fill.exchange_time);
  profits_.on_fill(strategy, instrument, fill);
  spot_.on_fill(instrument, order, record.side, fill);
  positions_.apply(strategy, instrument, record.side, fill);
  exposure_.on_fill(strategy, instrument, record.side, fill.quantity, record.position_side);
  newest_ = std::max(newest_, fill.exchange_time);
  Times& times = times_[instrument.value];
  if (fill.exchange_time >= times.venue) times.trade = fill.trade_id;
  times.venue = std::max(times.venue, fill.exchange_time);
}

}  // namespace gannet::engine
