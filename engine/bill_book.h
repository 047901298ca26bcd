#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "domain/bills.h"
#include "domain/orders.h"
#include "engine/engine_listener.h"
#include "engine/journal.h"

namespace gannet::engine {

/// Where a currency stands, in the journal every hour and every day.
struct BalanceCheckSettings {
  Nanos day_start;                 ///< after 00:00 UTC
  Nanos clock_slack = seconds(2);  ///< between the times of a balance and of the bill behind it
};

/// Balances against what the venue booked (POST-05): each bill must continue the one before to the
/// last unit, and what the venue tells a currency holds must be what its bills add up to. What is
/// left over is told once, and taken as the new beginning.
///
/// A balance bears its own time, and bills come from a list that is read now and then: a balance is
/// compared once every bill up to its time has been told. The first balance of a currency is where
/// its bills begin; bills of earlier runs continue where the journal left them.
///
/// Thread: the reactor. Allocates at construction only.
class BillBook {
 public:
  BillBook(std::size_t currencies, Journal& journal, EngineListener& listener,
           const BalanceCheckSettings& settings);

  /// False: it was told before.
  bool on_bill(const BillReport& bill) noexcept;
  void on_balance(const BalanceReport& balance) noexcept;
  void on_listed(Timestamp until, Timestamp now) noexcept;
  /// Closes the hour and the day.
  void on_timer(Timestamp now) noexcept;
  void restore(const BillRecord& record) noexcept;

  /// A person has looked at what was left over. False: nothing is.
  bool accept(CurrencyId currency) noexcept;

  /// What bills did not explain and nobody has accepted; by currency, raw.
  __int128 unexplained(CurrencyId currency) const noexcept {
    return books_[currency.value].unexplained;
  }
  /// Balances that were found to be what their bills add up to.
  std::uint64_t agreed() const noexcept { return agreed_; }

 private:
  static constexpr std::size_t kKept = 64;
  /// A balance at a time: told by the venue, or what it was after a bill.
  struct Point {
    Timestamp time;
    __int128 cash = 0;
  };
  template <std::size_t N>
  struct Newest {
    std::array<Point, N> points{};
    std::size_t count = 0;
    void push(const Point& point) noexcept { points[count++ % N] = point; }
    std::size_t size() const noexcept { return count < N ? count : N; }
    /// 0: the newest.
    const Point& back(std::size_t i) const noexcept { return points[(count - 1 - i) % N]; }
  };
  struct Book {
    bool begun = false;
    bool chained = false;  // a bill has continued what it began with
    std::uint64_t newest_bill = 0;
    Point at;             // after the newest bill, or where the bills begin
    Newest<kKept> bills;  // balances after them
    Newest<kKept> told;   // balances told and not compared yet, and older ones
    Timestamp compared;   // the time of the newest balance that was compared
    __int128 unexplained = 0;
    // Of the hour and of the day: what it was, and what bills changed.
    std::array<__int128, 2> opening{};
    std::array<__int128, 2> changes{};
    std::array<bool, 2> opened{};
  };

  void compare(CurrencyId currency, Timestamp until, Timestamp now) noexcept;
  bool is_explained(const Book& book, const Point& told) const noexcept;
  void tell(CurrencyId currency, __int128 left_over, Timestamp now) noexcept;
  void begin_period(Book& book) noexcept;
  void close(std::size_t period, Timestamp begin, Timestamp now) noexcept;

  std::vector<Book> books_;  // by currency
  Journal& journal_;
  EngineListener& listener_;
  BalanceCheckSettings settings_;
  std::array<Timestamp, 2> periods_{};  // when the hour and the day began
  std::uint64_t agreed_ = 0;
};

}  // namespace gannet::engine
