#include "engine/bill_book.h"

#include <algorithm>
#include <limits>

namespace gannet::engine {

namespace {

constexpr Nanos kLengths[] = {seconds(3600), seconds(24 * 3600)};

Timestamp begin_of(Timestamp time, Nanos length, Nanos offset) noexcept {
  const std::int64_t since = time.nanos - offset.count;
  return {time.nanos - (since % length.count + length.count) % length.count};
}

std::int64_t millionths_of(__int128 raw) noexcept {
  constexpr __int128 kLargest = std::numeric_limits<std::int64_t>::max();
  return static_cast<std::int64_t>(std::clamp(raw / 1'000'000'000'000, -kLargest, kLargest));
}

}  // namespace

BillBook::BillBook(std::size_t currencies, Journal& journal, EngineListener& listener,
                   const BalanceCheckSettings& settings)
    : books_(currencies), journal_(journal), listener_(listener), settings_(settings) {}

bool BillBook::on_bill(const BillReport& bill) noexcept {
  const CurrencyId currency = bill.change.currency;
  if (currency.value >= books_.size()) return true;
  Book& book = books_[currency.value];
  if (bill.bill_id <= book.newest_bill) return false;
  book.newest_bill = bill.bill_id;
  // What the first balance told holds already: the two bear times of different clocks.
  const Timestamp begun_at = book.at.time;
  const bool continues = bill.balance.raw == book.at.cash + bill.change.raw;
  const bool is_before = book.begun && !book.chained &&
                         (bill.exchange_time <= begun_at ||
                          (!continues && bill.exchange_time <= begun_at + settings_.clock_slack));
  if (book.begun && !is_before) {
    const __int128 left_over = bill.balance.raw - (book.at.cash + bill.change.raw);
    if (left_over != 0) tell(currency, left_over, bill.receive_time);
    for (std::size_t period = 0; period < 2; ++period)
      book.changes[period] += bill.change.raw + left_over;
  }
  if (!is_before) {
    const bool was_begun = book.begun;
    book.at = {bill.exchange_time, bill.balance.raw};
    book.begun = book.chained = true;
    if (!was_begun) begin_period(book);
  }
  book.bills.push({bill.exchange_time, bill.balance.raw});
  return true;
}

void BillBook::restore(const BillRecord& record) noexcept {
  if (record.currency >= books_.size()) return;
  Book& book = books_[record.currency];
  if (record.bill_id <= book.newest_bill) return;
  book.newest_bill = record.bill_id;
  book.at = {{record.exchange_time}, record.balance};
  book.begun = book.chained = true;
  book.bills.push(book.at);
}

void BillBook::on_balance(const BalanceReport& balance) noexcept {
  const CurrencyId currency = balance.cash.currency;
  if (currency.value >= books_.size() || balance.exchange_time.nanos == 0) return;
  Book& book = books_[currency.value];
  const Point point{balance.exchange_time, balance.cash.raw};
  if (!book.begun) {
    book.at = point;
    book.begun = true;
    begin_period(book);
  }
  if (book.told.count == 0 || point.time >= book.told.back(0).time) book.told.push(point);
}

void BillBook::on_listed(Timestamp until, Timestamp now) noexcept {
  for (std::size_t c = 0; c < books_.size(); ++c)
    compare(CurrencyId{static_cast<std::uint16_t>(c)}, until, now);
}

/// The newest balance that all bills are known for.
void BillBook::compare(CurrencyId currency, Timestamp until, Timestamp now) noexcept {
  Book& book = books_[currency.value];
  if (!book.begun) return;
  for (std::size_t i = 0; i < book.told.size(); ++i) {
    const Point& told = book.told.back(i);
    if (told.time + settings_.clock_slack > until) continue;
    if (told.time <= book.compared) return;
    book.compared = told.time;
    if (is_explained(book, told)) {
      ++agreed_;
      return;
    }
    const bool is_newest = told.time >= book.at.time;
    if (!is_newest) return;  // older than the bills we keep: a newer one will be told
    const __int128 left_over = told.cash - book.at.cash;
    for (std::size_t period = 0; period < 2; ++period) book.changes[period] += left_over;
    book.at = told;
    tell(currency, left_over, now);
    return;
  }
}

/// It is what the account held after the last bill before it, or after one of about that time.
bool BillBook::is_explained(const Book& book, const Point& told) const noexcept {
  for (std::size_t i = 0; i < book.bills.size(); ++i) {
    const Point& after = book.bills.back(i);
    if (after.time > told.time + settings_.clock_slack) continue;
    if (after.cash == told.cash) return true;
    if (after.time + settings_.clock_slack < told.time) break;
  }
  return book.at.time <= told.time + settings_.clock_slack && book.at.cash == told.cash;
}

void BillBook::tell(CurrencyId currency, __int128 left_over, Timestamp now) noexcept {
  books_[currency.value].unexplained += left_over;
  listener_.on_alert({.alert = Alert::BillsUnexplained,
                      .instrument = {},
                      .client_id = {},
                      .venue_id = {},
                      .expected = 0,
                      .actual = millionths_of(left_over),
                      .time = now,
                      .currency = currency});
}

void BillBook::begin_period(Book& book) noexcept {
  for (std::size_t period = 0; period < 2; ++period) {
    book.opening[period] = book.at.cash;
    book.changes[period] = 0;
    book.opened[period] = true;
  }
}

bool BillBook::accept(CurrencyId currency) noexcept {
  if (currency.value >= books_.size() || books_[currency.value].unexplained == 0) return false;
  books_[currency.value].unexplained = 0;
  return true;
}

void BillBook::on_timer(Timestamp now) noexcept {
  for (std::size_t period = 0; period < 2; ++period) {
    const Timestamp begin = begin_of(now, kLengths[period], settings_.day_start);
    if (begin <= periods_[period]) continue;
    if (periods_[period].nanos != 0) close(period, periods_[period], now);
    periods_[period] = begin;
    for (Book& book : books_) {
      book.opened[period] = book.begun;
      book.opening[period] = book.at.cash;
      book.changes[period] = 0;
    }
  }
}

void BillBook::close(std::size_t period, Timestamp begin, Timestamp now) noexcept {
  for (std::size_t c = 0; c < books_.size(); ++c) {
    const Book& book = books_[c];
    if (!book.opened[period] || (book.changes[period] == 0 && book.opening[period] == 0)) continue;
    BalanceCheckRecord entry;
    entry.opening = book.opening[period];
    entry.changes = book.changes[period];
    entry.closing = book.at.cash;
    entry.unexplained = book.unexplained;
    entry.begin = begin.nanos;
    entry.currency = static_cast<std::uint16_t>(c);
    entry.is_day = period == 1 ? 1 : 0;
    if (append(journal_, entry, now)) continue;
    listener_.on_alert({Alert::JournalFull, {}, {}, {}, 0, 0, now});
  }
}

}  // namespace gannet::engine
