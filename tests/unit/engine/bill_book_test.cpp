#include "engine/bill_book.h"

#include <gtest/gtest.h>

#include "support/engine_bench.h"
#include "support/instrument_samples.h"

// POST-05: a balance changes by its bills, to the last unit. POST-06: what is no trade is told.

namespace gannet {
namespace {

using engine::Alert;

/// A venue's account of one currency: what it books, tells and lists.
struct BookedAccount {
  BookedAccount() { restart(); }
  void restart() { book.emplace(2, journal, ears, engine::BalanceCheckSettings{}); }
  BillReport bill(std::int64_t change, BillKind kind = BillKind::Trade) {
    now = now + seconds(10);
    cash += change;
    BillReport report;
    report.kind = kind;
    report.bill_id = ++bills;
    report.change = {change, CurrencyId{1}};
    report.balance = {cash, CurrencyId{1}};
    report.exchange_time = report.receive_time = now;
    return report;
  }
  void book_and_list(std::int64_t change) { book->on_bill(bill(change)); }
  void tell_balance() {
    BalanceReport balance;
    balance.cash = {cash, CurrencyId{1}};
    balance.exchange_time = balance.receive_time = now;
    book->on_balance(balance);
  }
  void list() {
    now = now + seconds(10);
    book->on_listed(now, now);
  }
  std::size_t alerts() const { return ears.alerts.size(); }

  engine::MemoryJournal journal;
  test::EngineEars ears;
  std::optional<engine::BillBook> book;
  Timestamp now{1'790'000'000'000'000'000};
  std::int64_t cash = 1'000;
  std::uint64_t bills = 100;
};

TEST(BillBook, BalanceIsWhatItsBillsAddUpToAndSaysNothing) {  // POST-05
  BookedAccount at;
  at.tell_balance();
  for (const std::int64_t change : {-7, 3, -1, 250, -99}) {
    at.book_and_list(change);
    at.tell_balance();
  }
  at.list();
  EXPECT_EQ(at.book->agreed(), 1u);
  at.tell_balance();
  at.list();
  EXPECT_EQ(at.alerts(), 0u);
  EXPECT_EQ(at.book->unexplained(CurrencyId{1}), 0);
}

TEST(BillBook, OneUnitThatNoBillExplainsIsToldOnce) {  // POST-05
  BookedAccount at;
  at.tell_balance();
  at.book_and_list(5);
  at.now = at.now + seconds(10);
  at.cash += 1;
  at.tell_balance();
  EXPECT_EQ(at.alerts(), 0u) << "its bill may be listed yet";
  at.list();
  ASSERT_EQ(at.alerts(), 1u);
  EXPECT_EQ(at.ears.alerts[0].alert, Alert::BillsUnexplained);
  EXPECT_EQ(at.book->unexplained(CurrencyId{1}), 1);
  at.book_and_list(5);
  at.tell_balance();
  at.list();
  EXPECT_EQ(at.alerts(), 1u) << "it goes on from there";
  // REC-11: until a person has looked at it.
  EXPECT_FALSE(at.book->accept(CurrencyId{0})) << "nothing is left over of that one";
  EXPECT_TRUE(at.book->accept(CurrencyId{1}));
  EXPECT_EQ(at.book->unexplained(CurrencyId{1}), 0);
  EXPECT_FALSE(at.book->accept(CurrencyId{1}));
}

TEST(BillBook, BillThatIsMissingBetweenTwoIsSeenByTheNext) {  // POST-05
  BookedAccount at;
  at.tell_balance();
  at.book_and_list(5);
  static_cast<void>(at.bill(-40));
  at.book_and_list(2);
  ASSERT_EQ(at.alerts(), 1u);
  EXPECT_EQ(at.book->unexplained(CurrencyId{1}), -40);
}

TEST(BillBook, BillsInTheFirstBalanceAndRepeatedOnesChangeNothing) {  // POST-05
  BookedAccount at;
  const BillReport earlier = at.bill(30);
  const BillReport just_before = at.bill(-20);
  at.tell_balance();
  EXPECT_TRUE(at.book->on_bill(earlier));
  EXPECT_TRUE(at.book->on_bill(just_before));
  EXPECT_FALSE(at.book->on_bill(just_before));
  at.book_and_list(4);
  at.tell_balance();
  at.list();
  EXPECT_EQ(at.alerts(), 0u);
  EXPECT_EQ(at.book->agreed(), 1u);
}

TEST(BillBook, BalanceOlderThanTheNewestBillIsComparedWithTheBillsOfItsTime) {  // POST-05
  BookedAccount at;
  at.tell_balance();
  at.book_and_list(11);
  at.tell_balance();
  at.book_and_list(-3);  // its balance is not told yet
  at.list();
  EXPECT_EQ(at.alerts(), 0u);
  EXPECT_EQ(at.book->agreed(), 1u);
}

TEST(BillBook, HourAndDayCloseWithOpeningPlusChangesEqualToClosing) {  // POST-05, hourly and daily
  BookedAccount at;
  at.now = Timestamp{1'789'948'800'000'000'000} + seconds(60);
  at.tell_balance();
  at.book->on_timer(at.now);
  std::size_t hours = 0;
  std::size_t days = 0;
  for (int i = 0; i < 9'000; ++i) {
    at.book_and_list(i % 7 - 3);
    at.book->on_timer(at.now);
  }
  for (const auto& entry : at.journal.entries()) {
    const auto check = engine::read_record<engine::BalanceCheckRecord>(entry.payload);
    if (entry.type != engine::RecordType::BalanceCheck || !check) continue;
    EXPECT_EQ(check->opening + check->changes, check->closing);
    EXPECT_EQ(check->unexplained, 0);
    ++(check->is_day != 0 ? days : hours);
  }
  EXPECT_EQ(hours, 25u);
  EXPECT_EQ(days, 1u);
}

TEST(BillBook, ChainGoesOnOverARestart) {  // POST-05, REC-01
  BookedAccount at;
  at.tell_balance();
  const BillReport last = at.bill(5);
  at.book->on_bill(last);
  const BillReport while_down = at.bill(-2, BillKind::Funding);
  at.restart();
  at.book->restore(engine::to_record(last));
  at.tell_balance();
  EXPECT_FALSE(at.book->on_bill(last)) << "the list reaches back";
  EXPECT_TRUE(at.book->on_bill(while_down));
  at.list();
  EXPECT_EQ(at.alerts(), 0u);
  EXPECT_EQ(at.book->agreed(), 1u);
}

TEST(SpotInventory, ByFillsIsTheOneByBillsNetOfFeesAndEachDifferenceIsTold) {  // POST-02
  CurrencyTable currencies;
  InstrumentTable instruments;
  const InstrumentId coin = instruments.add(test::spot(currencies));
  const CurrencyId btc = currencies.find("BTC");
  const CurrencyId usdt = currencies.find("USDT");
  test::EngineEars ears;
  engine::SpotInventory inventory(instruments, ears);
  const Timestamp then{1'790'000'000'000'000'000};
  const auto fill = [&](std::int64_t trade, Side side, std::string_view fee, CurrencyId paid) {
    Fill one;
    one.trade_id = {trade};
    one.price = {100'000'000};     // 100,000
    one.quantity = {100'000'000};  // 1
    one.fee = *parse_amount(fee, paid);
    one.exchange_time = then;
    inventory.on_fill(coin, VenueOrderId{7}, side, one);
  };
  const auto bill = [&](std::int64_t trade, std::string_view change, CurrencyId currency) {
    BillReport one;
    one.kind = BillKind::Trade;
    one.change = *parse_amount(change, currency);
    one.instrument = coin;
    one.venue_id = {7};
    one.trade_id = {trade};
    one.exchange_time = then;
    inventory.on_bill(one);
  };
  fill(1, Side::Buy, "0.001", btc);
  bill(1, "0.999", btc);
  bill(1, "-100000", usdt);
  bill(2, "-1", btc);  // told before its fill
  bill(2, "99900", usdt);
  fill(2, Side::Sell, "100", usdt);
  inventory.on_listed(then + seconds(10), then + seconds(12));
  EXPECT_EQ(inventory.agreed(), 4u);
  EXPECT_TRUE(ears.alerts.empty());

  fill(3, Side::Buy, "0.001", btc);
  bill(3, "0.998999999999999999", btc);  // one unit less
  bill(3, "-100000", usdt);
  bill(4, "-5", btc);  // of a fill that nobody told us of
  inventory.on_listed(then + seconds(4), then + seconds(6));
  EXPECT_TRUE(ears.alerts.empty()) << "it may come yet";
  inventory.on_listed(then + seconds(10), then + seconds(12));
  EXPECT_EQ(inventory.differed(), 2u);
  ASSERT_EQ(ears.alerts.size(), 2u);
  EXPECT_EQ(ears.alerts[0].alert, Alert::PositionDifference);
  inventory.on_listed(then + seconds(20), then + seconds(22));
  EXPECT_EQ(ears.alerts.size(), 2u) << "once";
}

TEST(Bills, WhatIsNoTradeIsToldAndFundingCountsOnce) {  // POST-06
  test::EngineBench bench;
  bench.make_ready();
  const auto tell = [&](BillKind kind, std::uint64_t id, std::int64_t change) {
    BillReport bill;
    bill.kind = kind;
    bill.bill_id = id;
    bill.change = {static_cast<__int128>(change) * 1'000'000'000'000'000'000, bench.usdt};
    bill.balance = bill.change;
    bill.instrument = InstrumentId{0};
    bill.exchange_time = bill.receive_time = bench.now;
    bench.core->on_bill(bill);
  };
  tell(BillKind::Funding, 1, -2);
  tell(BillKind::Funding, 1, -2);
  bench.run_for(seconds(1));
  EXPECT_EQ(bench.core->profits().figures({}).funding, -2'000'000'000'000'000'000);
  struct Case {
    BillKind kind;
    Alert alert;
  };
  std::uint64_t id = 1;
  for (const Case& c :
       {Case{BillKind::Liquidation, Alert::Liquidated},
        Case{BillKind::AutoDeleveraging, Alert::AutoDeleveraged},
        Case{BillKind::Delivery, Alert::Delivered}, Case{BillKind::Transfer, Alert::MoneyMoved}}) {
    EXPECT_FALSE(bench.ears.heard(c.alert));
    tell(c.kind, ++id, 1);
    EXPECT_TRUE(bench.ears.heard(c.alert));
  }
}

}  // namespace
}  // namespace gannet
