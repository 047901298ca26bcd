#pragma once

#include <cstddef>
#include <cstdint>

#include "base/fixed_map.h"
#include "domain/bills.h"
#include "domain/instrument_table.h"
#include "domain/orders.h"
#include "engine/engine_listener.h"

namespace gannet::engine {

/// Spot has balances, not positions. What its fills did to each currency, net of fees, is compared
/// with the bills of the same match, to the last unit (POST-02): with the balances that BillBook
/// compares with all bills, inventory by fills is the venue's. A match that only one of the two
/// tells of, or tells otherwise, is told once all bills of its time are known.
/// Thread: the reactor. Allocates at construction only.
class SpotInventory {
 public:
  SpotInventory(const InstrumentTable& instruments, EngineListener& listener,
                std::size_t capacity = 16'384)
      : instruments_(instruments), listener_(listener), open_(capacity) {}

  void on_fill(InstrumentId instrument, VenueOrderId order, Side side, const Fill& fill) noexcept;
  void on_bill(const BillReport& bill) noexcept;
  void on_listed(Timestamp until, Timestamp now) noexcept;

  std::uint64_t agreed() const noexcept { return agreed_; }
  std::uint64_t differed() const noexcept { return differed_; }

 private:
  /// One currency of one match: fills less bills, 10^-18.
  struct Entry {
    __int128 left = 0;
    Timestamp time;
    InstrumentId instrument;
    VenueOrderId order;
    bool has_fill = false;
    bool has_bill = false;
  };

  void add(InstrumentId instrument, VenueOrderId order, TradeId trade, const Amount& change,
           Timestamp time, bool is_fill) noexcept;

  const InstrumentTable& instruments_;
  EngineListener& listener_;
  FixedMap<Entry> open_;
  std::uint64_t agreed_ = 0;
  std::uint64_t differed_ = 0;
};

}  // namespace gannet::engine
