#include "engine/spot_inventory.h"

#include "base/fixed_vector.h"
#include "domain/exact_math.h"

namespace gannet::engine {

namespace {

constexpr Nanos kGrace = seconds(5);  // between the venue's times of a match and of its bills

std::uint64_t key_of(VenueOrderId order, TradeId trade, CurrencyId currency) noexcept {
  std::uint64_t key = order.value * 0x9E3779B97F4A7C15ull;
  key ^= static_cast<std::uint64_t>(trade.value) * 0xC2B2AE3D27D4EB4Full;
  return key ^ (static_cast<std::uint64_t>(currency.value) << 48);
}

bool is_spot(const Instrument& instrument) noexcept {
  return instrument.kind == InstrumentKind::Spot || instrument.kind == InstrumentKind::Margin;
}

}  // namespace

void SpotInventory::on_fill(InstrumentId id, VenueOrderId order, Side side,
                            const Fill& fill) noexcept {
  const Instrument& instrument = instruments_[id];
  const int digits = instrument.price_digits + instrument.quantity_digits;
  if (!is_spot(instrument) || fill.trade_id.value <= 0 || digits > Amount::kDigits) return;
  const Int128 sign = side == Side::Buy ? 1 : -1;
  Amount base{
      sign * fill.quantity.raw * wide_power_of_ten(Amount::kDigits - instrument.quantity_digits),
      instrument.base};
  Amount quote{
      -sign * fill.quantity.raw * fill.price.raw * wide_power_of_ten(Amount::kDigits - digits),
      instrument.quote};
  for (Amount* const side_of : {&base, &quote}) {
    if (fill.fee.currency == side_of->currency) side_of->raw -= fill.fee.raw;
    add(id, order, fill.trade_id, *side_of, fill.exchange_time, true);
  }
}

void SpotInventory::on_bill(const BillReport& bill) noexcept {
  if (bill.kind != BillKind::Trade || !instruments_.contains(bill.instrument) ||
      bill.trade_id.value <= 0)
    return;
  const Instrument& instrument = instruments_[bill.instrument];
  const CurrencyId currency = bill.change.currency;
  const bool is_side = currency == instrument.base || currency == instrument.quote;
  const int digits = instrument.price_digits + instrument.quantity_digits;
  if (!is_spot(instrument) || !is_side || digits > Amount::kDigits) return;
  add(bill.instrument, bill.venue_id, bill.trade_id, bill.change, bill.exchange_time, false);
}

void SpotInventory::add(InstrumentId instrument, VenueOrderId order, TradeId trade,
                        const Amount& change, Timestamp time, bool is_fill) noexcept {
  // Bills that nobody reads: what waits for them is worth nothing.
  if (open_.full()) open_.clear();
  const std::uint64_t key = key_of(order, trade, change.currency);
  Entry* entry = open_.insert(key, {});
  entry->left += is_fill ? change.raw : -change.raw;
  if (time > entry->time) entry->time = time;
  entry->instrument = instrument;
  entry->order = order;
  (is_fill ? entry->has_fill : entry->has_bill) = true;
  if (!entry->has_fill || !entry->has_bill || entry->left != 0) return;
  ++agreed_;
  open_.erase(key);
}

void SpotInventory::on_listed(Timestamp until, Timestamp now) noexcept {
  FixedVector<std::uint64_t, 64> overdue;
  open_.for_each([&](std::uint64_t key, const Entry& entry) {
    if (entry.time + kGrace <= until) overdue.push(key);
  });
  for (const std::uint64_t key : overdue) {
    const Entry& entry = *open_.find(key);
    ++differed_;
    listener_.on_alert({Alert::PositionDifference,
                        entry.instrument,
                        {},
                        entry.order,
                        entry.has_fill ? 1 : 0,
                        entry.has_bill ? 1 : 0,
                        now});
    open_.erase(key);
  }
}

}  // namespace gannet::engine
