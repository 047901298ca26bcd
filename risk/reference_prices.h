#pragma once

#include <algorithm>
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

  // Inline: an order asks some fifteen times.
  std::optional<Price> fresh_bid(InstrumentId instrument, Timestamp now) const noexcept {
    return read(MarketValue::Bid, instrument, fresh(at(instrument).bid, ages_.book, now));
  }
  std::optional<Price> fresh_ask(InstrumentId instrument, Timestamp now) const noexcept {
    return read(MarketValue::Ask, instrument, fresh(at(instrument).ask, ages_.book, now));
  }
  std::optional<Price> fresh_mark(InstrumentId instrument, Timestamp now) const noexcept {
    return read(MarketValue::Mark, instrument, fresh(at(instrument).mark, ages_.mark, now));
  }
  std::optional<Price> fresh_index(InstrumentId instrument, Timestamp now) const noexcept {
    return read(MarketValue::Index, instrument, fresh(at(instrument).index, ages_.index, now));
  }
  /// What collars are measured from: the middle of a two-sided, uncrossed, fresh book; else the
  /// mark; else the index; else nothing, and the order is denied (PRE-04).
  std::optional<Price> fresh_reference(InstrumentId instrument, Timestamp now) const noexcept {
    const Entry& entry = at(instrument);
    const bool alive = is_alive(now);
    const auto bid = read(MarketValue::Bid, instrument, fresh(entry.bid, ages_.book, now, alive));
    const auto ask = read(MarketValue::Ask, instrument, fresh(entry.ask, ages_.book, now, alive));
    if (bid && ask && *bid < *ask) return Price{bid->raw + (ask->raw - bid->raw) / 2};
    if (const auto mark = fresh_mark(instrument, now)) return mark;
    return fresh_index(instrument, now);
  }
  /// What the venue takes no buy above and no sell below; absent: it told no bound since the
  /// connection is up.
  std::optional<Price> highest_buy(InstrumentId instrument) const noexcept {
    return read(MarketValue::HighestBuy, instrument, at(instrument).highest_buy);
  }
  std::optional<Price> lowest_sell(InstrumentId instrument) const noexcept {
    return read(MarketValue::LowestSell, instrument, at(instrument).lowest_sell);
  }
  /// Zero: never.
  Timestamp definition_time(InstrumentId instrument) const noexcept {
    return read(MarketValue::DefinitionTime, instrument, at(instrument).definition_time);
  }
  /// What an order was measured against, and when that was received, for the record: what is absent
  /// is zero.
  struct Snapshot {
    Price bid, ask, mark;
    Timestamp book_time, mark_time;
  };
  Snapshot snapshot(InstrumentId instrument, Timestamp now) const noexcept {
    const Entry& entry = at(instrument);
    const bool alive = is_alive(now);
    const auto told = [&](MarketValue what, const Reference& reference, Nanos age_max) {
      return read(what, instrument, fresh(reference, age_max, now, alive)).value_or(Price{});
    };
    Snapshot all;
    all.bid = told(MarketValue::Bid, entry.bid, ages_.book);
    all.ask = told(MarketValue::Ask, entry.ask, ages_.book);
    all.mark = told(MarketValue::Mark, entry.mark, ages_.mark);
    all.book_time = read(MarketValue::BookTime, instrument,
                         std::max(entry.bid.receive_time, entry.ask.receive_time));
    all.mark_time = read(MarketValue::MarkTime, instrument, entry.mark.receive_time);
    return all;
  }
  /// What is read from now on passes through it; it outlives this.
  void set_tap(MarketTap& tap) noexcept { tap_ = &tap; }

 private:
  struct Entry {
    Reference bid, ask, mark, index;
    std::optional<Price> highest_buy, lowest_sell;
    Timestamp definition_time;
  };

  Entry& at(InstrumentId instrument) noexcept {
    CHECK(instrument.value < entries_.size());
    return entries_[instrument.value];
  }
  const Entry& at(InstrumentId instrument) const noexcept {
    CHECK(instrument.value < entries_.size());
    return entries_[instrument.value];
  }
  std::optional<Price> fresh(const Reference& reference, Nanos age_max,
                             Timestamp now) const noexcept {
    return fresh(reference, age_max, now, is_alive(now));
  }
  bool is_alive(Timestamp now) const noexcept { return alive_ && now - *alive_ <= ages_.alive; }
  [[gnu::always_inline]] static std::optional<Price> fresh(const Reference& reference,
                                                           Nanos age_max, Timestamp now,
                                                           bool alive) noexcept {
    const bool is_fresh = alive && reference.usable && reference.price.raw > 0 &&
                          now - reference.receive_time <= age_max;
    return is_fresh ? std::optional(reference.price) : std::nullopt;
  }
  [[gnu::always_inline]] std::optional<Price> read(MarketValue what, InstrumentId instrument,
                                                   std::optional<Price> value) const noexcept {
    if (tap_ == nullptr) return value;
    const auto seen =
        tap_->read_narrow(what, instrument.value, value ? std::optional(value->raw) : std::nullopt);
    return seen ? std::optional(Price{*seen}) : std::nullopt;
  }
  Timestamp read(MarketValue what, InstrumentId instrument, Timestamp value) const noexcept {
    if (tap_ == nullptr) return value;
    return {tap_->read_narrow(what, instrument.value, value.nanos).value_or(0)};
  }

  std::vector<Entry> entries_;
  ReferenceAges ages_;
  std::optional<Timestamp> alive_;
  MarketTap* tap_ = nullptr;  // null: nobody minds
};

}  // namespace gannet::risk
