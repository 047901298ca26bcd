#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "domain/instrument_table.h"
#include "domain/order_book.h"
#include "engine/book_listener.h"
#include "risk/reference_prices.h"

namespace gannet::engine {

struct BookCounters {
  std::uint64_t updates = 0;
  std::uint64_t withdrawals = 0;
  std::uint64_t unwanted = 0;  ///< of a book nobody asked for, or an update with no snapshot before
};

/// The book of every (instrument, feed) that is wanted: applies proven updates, tells the listener,
/// and keeps the gate's reference prices. A withdrawn book is empty and is served to nobody until
/// its next snapshot (I9). A book that the venue does not give this account is served by the one
/// that stands for it, under its own name. An update without levels re-stamps the reference prices
/// and is told to nobody. The fastest feed of an instrument is the one the gate measures against,
/// unless one was chosen; the retail book never is.
/// Thread: the reactor. Allocates in `add`, `set_reference` and `replace` only.
class BookStore {
 public:
  BookStore(const InstrumentTable& instruments, risk::ReferencePrices& references,
            BookListener& listener);

  /// At start-up: this book is wanted.
  void add(InstrumentId instrument, BookFeed feed);
  /// At start-up: the gate measures against this book, whatever others there are.
  void set_reference(InstrumentId instrument, BookFeed feed);
  /// `instead` is served to all that want `wanted`, and to the gate; `wanted` itself ends that.
  /// Allocates.
  void replace(InstrumentId instrument, BookFeed wanted, BookFeed instead, Timestamp now);

  void on_update(const BookUpdate& update) noexcept;
  void on_withdrawn(InstrumentId instrument, BookFeed feed, BookWithdrawal why,
                    Timestamp now) noexcept;
  /// The connection is gone: every book with it.
  void withdraw_all(BookWithdrawal why, Timestamp now) noexcept;

  /// Null while withdrawn or never started.
  const OrderBook* find(InstrumentId instrument, BookFeed feed) const noexcept;
  /// Middle of the gate's book, rounded down, if it is usable and two-sided.
  std::optional<Price> mid(InstrumentId instrument) const noexcept;
  /// Since when the gate's book of the instrument is not usable; absent: it is, or none is wanted.
  std::optional<Timestamp> unusable_since(InstrumentId instrument) const noexcept;
  const BookCounters& counters() const noexcept { return counters_; }
  /// What is read of `mid` and `unusable_since` from now on passes through it; it outlives this.
  void set_tap(risk::MarketTap& tap) noexcept { tap_ = &tap; }

 private:
  struct Entry {
    explicit Entry(BookFeed feed) : book(static_cast<std::size_t>(depth_of(feed))) {}
    OrderBook book;
    bool usable = false;
    Timestamp unusable_since;
  };

  static constexpr std::size_t kNoFeed = static_cast<std::size_t>(-1);
  Entry* entry(InstrumentId instrument, BookFeed feed) const noexcept;
  std::optional<__int128> read(risk::MarketValue what, InstrumentId instrument,
                               std::optional<__int128> value) const noexcept {
    return tap_ == nullptr ? value : tap_->read(what, instrument.value, value);
  }
  std::optional<Price> own_mid(InstrumentId instrument) const noexcept;
  void withdraw(Entry& entry, InstrumentId instrument, BookFeed feed, BookWithdrawal why,
                Timestamp now) noexcept;

  risk::ReferencePrices& references_;
  BookListener& listener_;
  void choose_reference(InstrumentId instrument) noexcept;
  template <class F>
  void for_each_name(InstrumentId instrument, BookFeed feed, F&& f) const noexcept;

  std::vector<std::unique_ptr<Entry>> entries_;  // [instrument][feed]
  std::vector<BookFeed> stands_;                 // [instrument][feed]: which is served for it
  std::vector<std::uint8_t> has_stand_;          // by instrument: not every feed stands for itself
  std::vector<std::uint8_t> is_chosen_;          // by instrument: set_reference
  std::vector<std::size_t> primary_;             // by instrument: feed of the reference prices
  BookCounters counters_;
  risk::MarketTap* tap_ = nullptr;  // null: nobody minds
};

}  // namespace gannet::engine
