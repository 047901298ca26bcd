#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include "base/check.h"
#include "base/time.h"
#include "domain/ids.h"
#include "domain/market_events.h"
#include "domain/units.h"
#include "risk/market_tap.h"

namespace gannet::risk {

/// Oldest a value may be, from Settings.
struct ReferenceAges {
  Nanos alive = seconds(3);
  Nanos book = seconds(60);
  Nanos mark = seconds(10);
  Nanos index = seconds(60);
};

/// One price with the time it was received. `usable` is cleared when its chain broke (gap,
/// disconnect) and set by the next proven value.
struct Reference {
  Price price;
  Timestamp receive_time;
  bool usable = false;
};

/// What the gate may measure an order against: best bid and offer, mark and index of each
/// instrument, and when its definition was last confirmed. Fresh means: the market connection
/// proved life lately, the value's chain is unbroken, and it is no older than its channel's resend
/// period (DESIGN 5). Thread: one (the reactor writes, the gate reads there). No allocation after
/// construction; an instrument out of range is our bug (CHECK).
class ReferencePrices {
 public:
  explicit ReferencePrices(std::size_t instruments, ReferenceAges ages = {})
      : entries_(instruments), ages_(ages) {}

  /// Best of a proven book; an absent side has no price. Also proof that the book is alive: call it
  /// for every proven update and keep-alive, changed or not.
  void set_best(InstrumentId instrument, std::optional<Price> bid, std::optional<Price> ask,
                Timestamp receive_time) noexcept;
  void set_mark(InstrumentId instrument, Price price, Timestamp receive_time) noexcept;
  void set_index(InstrumentId instrument, Price price, Timestamp receive_time) noexcept;
  /// The venue's own bounds: they are told on change alone, so that no age limits them.
  void set_price_limit(InstrumentId instrument, std::optional<Price> highest_buy,
                       std::optional<Price> lowest_sell) noexcept;
  /// The book is not to be used until the next set_best.
  void withdraw_best(InstrumentId instrument) noexcept;
  /// The market connection is gone: nothing of any instrument is usable until it is told anew.
  void withdraw_all() noexcept;
  /// Any frame or pong of the market connection.
  void set_alive(Timestamp now) noexcept { alive_ = now; }
  /// The instrument's definition was read or confirmed at that time (PRE-02).
  void set_definition_time(InstrumentId instrument, Timestamp when) noexcept;

  std::optional<Price> fresh_bid(InstrumentId instrument, Timestamp now) const noexcept;
  std::optional<Price> fresh_ask(InstrumentId instrument, Timestamp now) const noexcept;
  std::optional<Price> fresh_mark(InstrumentId instrument, Timestamp now) const noexcept;
  std::optional<Price> fresh_index(InstrumentId instrument, Timestamp now) const noexcept;
  /// What collars are measured from: the middle of a two-sided, uncrossed, fresh book; else the
  /// mark; else the index; else nothing, and the order is denied (PRE-04).
  std::optional<Price> fresh_reference(InstrumentId instrument, Timestamp now) const noexcept;
  /// What the venue takes no buy above and no sell below; absent: it told no bound since the
  /// connection is up.
  std::optional<Price> highest_buy(InstrumentId instrument) const noexcept;
  std::optional<Price> lowest_sell(InstrumentId instrument) const noexcept;
  /// Zero: never.
  Timestamp definition_time(InstrumentId instrument) const noexcept;
  /// When the best prices and the mark were received last, for the record; zero: never.
  Timestamp book_time(InstrumentId instrument) const noexcept;
  Timestamp mark_time(InstrumentId instrument) const noexcept;
  /// What is read from now on passes through it; it outlives this.
  void set_tap(MarketTap& tap) noexcept { tap_ = &tap; }

 private:
  struct Entry {
    Reference bid, ask, mark, index;
    std::optional<Price> highest_buy, lowest_sell;
    Timestamp definition_time;
  };

  Entry& at(InstrumentId instrument) noexcept;
  const Entry& at(InstrumentId instrument) const noexcept;
  std::optional<Price> fresh(const Reference& reference, Nanos age_max,
                             Timestamp now) const noexcept;
  std::optional<Price> read(MarketValue what, InstrumentId instrument,
                            std::optional<Price> value) const noexcept;
  Timestamp read(MarketValue what, InstrumentId instrument, Timestamp value) const noexcept;

  std::vector<Entry> entries_;
  ReferenceAges ages_;
  std::optional<Timestamp> alive_;
  MarketTap* tap_ = nullptr;  // null: nobody minds
};

}  // namespace gannet::risk
