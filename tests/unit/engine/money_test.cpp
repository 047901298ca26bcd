#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include "engine/greek_book.h"
#include "engine/loss_limits.h"
#include "engine/profit_book.h"
#include "support/engine_bench.h"
#include "support/instrument_samples.h"

// What the account and its strategies earn (PRE-15, POST-10): exact in the currency it arose in,
// the same after a restart, and what follows when it is too little.

namespace gannet {
namespace {

using engine::Alert;
using engine::EngineState;
using engine::HoldReason;
using engine::OrderEventKind;
using test::EngineBench;

Amount money(std::string_view text, CurrencyId currency) { return *parse_amount(text, currency); }
__int128 raw(std::string_view text) { return parse_amount(text, {})->raw; }

/// The book with what it looks at, and a journal as the engine writes it.
struct BooksOfMoney {
  static constexpr Timestamp kMorning{1'789'948'800'000'000'000};  // 00:00 UTC

  explicit BooksOfMoney(engine::MemoryJournal& its_journal, Nanos day_start = {})
      : journal(its_journal) {
    linear = instruments.add(test::linear_swap(currencies));
    inverse = instruments.add(test::inverse_swap(currencies));
    coin = instruments.add(test::spot(currencies));
    usdt = currencies.find("USDT");
    btc = currencies.find("BTC");
    token = currencies.intern("OKB");
    keeper.emplace(instruments, 2);
    references.emplace(instruments.size());
    conversions.emplace(usdt, currencies.size(), seconds(75));
    conversions->treat_as_risk_currency(currencies.find("USD"));
    engine::ProfitBookSettings settings;
    settings.day_start = day_start;
    book.emplace(instruments, currencies.size(), 2, *keeper, *references, *conversions, journal,
                 settings);
  }

  /// Everything the journal says, as TradingCore::restore does it.
  void restore() {
    for (const auto& entry : journal.entries()) {
      const auto read = [&]<class Record>(Record*) {
        return engine::read_record<Record>(entry.payload);
      };
      switch (entry.type) {
        case engine::RecordType::FillBooked: {
          const auto it = read(static_cast<engine::FillBookedRecord*>(nullptr));
          const Fill fill = engine::from_fields(it->fill);
          book->on_fill(StrategyId{it->strategy}, InstrumentId{it->instrument}, fill);
          keeper->apply(StrategyId{it->strategy}, InstrumentId{it->instrument}, it->side, fill);
          break;
        }
        case engine::RecordType::Adjustment: {
          const auto it = read(static_cast<engine::AdjustmentRecord*>(nullptr));
          keeper->adjust(InstrumentId{it->instrument}, {it->after},
                         {it->average_entry_price, usdt});
          break;
        }
        case engine::RecordType::Bill:
          book->restore(*read(static_cast<engine::BillRecord*>(nullptr)));
          break;
        case engine::RecordType::DayRow:
          book->restore(*read(static_cast<engine::DayRowRecord*>(nullptr)));
          break;
        case engine::RecordType::DayMoney:
          book->restore(*read(static_cast<engine::DayMoneyRecord*>(nullptr)));
          break;
        case engine::RecordType::Peak:
          book->restore(*read(static_cast<engine::PeakRecord*>(nullptr)));
          break;
        default:
          break;
      }
    }
  }

  void trade(std::uint16_t strategy, InstrumentId instrument, Side side, std::int64_t price,
             std::int64_t quantity, Amount fee = {}) {
    Fill fill;
    fill.trade_id = {++trades};
    fill.price = {price};
    fill.quantity = {quantity};
    fill.fee = fee;
    fill.exchange_time = now;
    engine::FillBookedRecord record;
    record.fill = engine::to_fields(fill);
    record.instrument = instrument.value;
    record.strategy = strategy;
    record.side = side;
    engine::append(journal, record, now);
    book->on_fill(StrategyId{strategy}, instrument, fill);
    keeper->apply(StrategyId{strategy}, instrument, side, fill);
  }
  void bill(BillKind kind, Amount change, InstrumentId instrument = {}) {
    BillReport report;
    report.kind = kind;
    report.bill_id = static_cast<std::uint64_t>(++trades);
    report.change = change;
    report.instrument = instrument;
    report.exchange_time = report.receive_time = now;
    engine::append(journal, engine::to_record(report), now);
    book->on_bill(report);
  }
  /// A person takes the venue's position of the account for ours.
  void adjust(InstrumentId instrument, std::int64_t quantity, std::string_view entry) {
    const PositionCost before = keeper->of_account(instrument).held;
    engine::AdjustmentRecord record;
    record.before = before.quantity.raw;
    record.after = quantity;
    record.average_entry_price = raw(entry);
    record.instrument = instrument.value;
    engine::append(journal, record, now);
    keeper->adjust(instrument, {quantity}, money(entry, usdt));
    book->on_adjusted(instrument, before, now);
  }
  void mark(InstrumentId instrument, std::int64_t price) {
    references->set_alive(now);
    references->set_mark(instrument, Price{price}, now);
  }
  void worth(CurrencyId currency, std::string_view price) {
    conversions->set(currency, money(price, usdt), now);
  }
  void look() {
    now = now + milliseconds(100);
    book->on_timer(now);
  }
  const engine::ProfitFigures& of(std::uint16_t strategy) {
    return book->figures(StrategyId{strategy});
  }
  const engine::ProfitFigures& account() { return book->figures({}); }

  CurrencyTable currencies;
  InstrumentTable instruments;
  InstrumentId linear, inverse, coin;
  CurrencyId usdt, btc, token;
  std::optional<engine::PositionKeeper> keeper;
  std::optional<risk::ReferencePrices> references;
  std::optional<risk::ConversionTable> conversions;
  engine::MemoryJournal& journal;
  std::optional<engine::ProfitBook> book;
  Timestamp now = kMorning + seconds(3600);
  std::int64_t trades = 0;
};

TEST(ProfitBook, ResultIsRealisedUnrealisedFeesFundingAndOtherInTheRiskCurrency) {  // POST-10
  engine::MemoryJournal journal;
  BooksOfMoney at(journal);
  at.book->start(at.now);
  // 2 contracts of 0.01 BTC at 100,000, one sold at 102,000; a fee of 0.5 USDT.
  at.trade(0, at.linear, Side::Buy, 100'000'000, 200, money("0.5", at.usdt));
  at.trade(0, at.linear, Side::Sell, 102'000'000, 100);
  // 10 contracts of 100 USD at 40,000, the mark at 50,000: 0.005 BTC; a rebate of 0.00001 BTC.
  at.trade(1, at.inverse, Side::Buy, 40'000'000, 10, money("-0.00001", at.btc));
  at.now = at.now + seconds(3600);
  at.worth(at.btc, "50000");
  at.mark(at.linear, 101'000'000);
  at.mark(at.inverse, 50'000'000);
  at.bill(BillKind::Funding, money("-0.25", at.usdt), at.linear);
  at.bill(BillKind::Interest, money("-0.125", at.usdt));
  at.bill(BillKind::Transfer, money("1000000", at.usdt));
  at.bill(BillKind::Settlement, money("7", at.usdt), at.linear);
  at.look();
  EXPECT_EQ(at.of(0).realised, raw("20"));
  EXPECT_EQ(at.of(0).unrealised, raw("10"));
  EXPECT_EQ(at.of(0).fees, raw("0.5"));
  EXPECT_EQ(at.of(0).funding, raw("-0.25"));
  EXPECT_EQ(at.of(0).result, raw("29.25"));
  EXPECT_EQ(at.of(1).unrealised, raw("250"));
  EXPECT_EQ(at.of(1).fees, raw("-0.5"));
  EXPECT_EQ(at.account().other, raw("-0.125")) << "money that came is no profit";
  EXPECT_EQ(at.account().result, raw("279.625"));
  EXPECT_EQ(at.account().total, raw("279.625"));
  EXPECT_TRUE(at.account().valued);
  // POST-07: 1 contract of 0.01 BTC at 101,000, and 1,000 USD of BTC.
  EXPECT_EQ(at.account().long_value, raw("2010"));
  EXPECT_EQ(at.account().short_value, 0);
}

TEST(ProfitBook, FeesInWhatWasBoughtCountAtTheFillsPriceAndOthersAtTheirWorth) {
  engine::MemoryJournal journal;
  BooksOfMoney at(journal);
  at.book->start(at.now);
  at.mark(at.linear, 100'000'000);
  at.references->set_best(at.coin, Price{99'999'900}, Price{100'000'100}, at.now);
  at.trade(0, at.coin, Side::Buy, 100'000'000, 100'000'000, money("0.001", at.btc));
  at.look();
  EXPECT_EQ(at.of(0).fees, raw("100"));
  EXPECT_TRUE(at.of(0).valued);
  at.trade(0, at.linear, Side::Buy, 100'000'000, 100, money("2", at.token));
  at.look();
  EXPECT_FALSE(at.of(0).valued) << "what a token is worth nobody has told";
  at.worth(at.token, "50");
  at.look();
  EXPECT_EQ(at.of(0).fees, raw("200"));
  EXPECT_TRUE(at.of(0).valued);
}

TEST(ProfitBook, WhatAnAcceptedPositionBringsWasNotEarnedTodayAndIsNoDrawdown) {  // PRE-15
  engine::MemoryJournal journal;
  __int128 result = 0;
  __int128 drawdown = 0;
  {
    BooksOfMoney at(journal);
    at.book->start(at.now);
    at.mark(at.linear, 100'000'000);
    at.trade(0, at.linear, Side::Buy, 99'000'000, 100);  // 10 to the good
    at.look();
    ASSERT_EQ(at.account().result, raw("10"));
    // 3 contracts of 0.01 at 120,000 that nobody here has traded: 600 lost, whenever that was.
    at.adjust(at.linear, 300, "120000");
    at.look();
    EXPECT_EQ(at.account().result, raw("10"));
    EXPECT_EQ(at.account().drawdown, 0);
    at.mark(at.linear, 99'900'000);
    at.look();
    EXPECT_EQ(at.account().result, raw("7"));
    EXPECT_EQ(at.account().drawdown, raw("3"));
    // Gone by itself: what it had earned today stays earned.
    at.adjust(at.linear, 0, "0");
    at.look();
    EXPECT_EQ(at.account().result, raw("7"));
    EXPECT_EQ(at.account().drawdown, raw("3"));
    // No price is known: it counts from the first one on.
    at.now = at.now + seconds(600);
    at.adjust(at.inverse, -10, "40000");
    at.look();
    EXPECT_FALSE(at.account().valued);
    at.worth(at.btc, "50000");
    at.mark(at.linear, 99'900'000);
    at.mark(at.inverse, 50'000'000);
    at.look();
    EXPECT_TRUE(at.account().valued);
    result = at.account().result;
    drawdown = at.account().drawdown;
    EXPECT_EQ(result, raw("7"));
    EXPECT_EQ(drawdown, raw("3"));
  }
  BooksOfMoney again(journal);
  again.restore();
  again.now = BooksOfMoney::kMorning + seconds(7200);
  again.book->start(again.now);
  again.worth(again.btc, "50000");
  again.mark(again.linear, 99'900'000);
  again.mark(again.inverse, 50'000'000);
  again.look();
  EXPECT_EQ(again.account().result, result) << "after a restart";
  EXPECT_EQ(again.account().drawdown, drawdown);
}

// A review found both: a base that had ended came back, and what was held before lost its loss.
TEST(ProfitBook, WhatWasAcceptedAndIsGoneLeavesNothingBehindTheDay) {  // PRE-15
  engine::MemoryJournal journal;
  {
    BooksOfMoney at(journal);
    at.book->start(at.now);
    at.mark(at.linear, 100'000'000);
    at.look();
    at.adjust(at.linear, 500, "90000");
    at.mark(at.linear, 90'000'000);
    at.look();
    at.adjust(at.linear, 0, "0");
    EXPECT_EQ(at.account().result, raw("-500"));  // 5 contracts of 0.01 fell by 10,000
    at.now = at.now + seconds(86'400);
    at.look();
    EXPECT_EQ(at.account().result, 0) << "a new day";
  }
  BooksOfMoney again(journal);
  again.restore();
  again.now = BooksOfMoney::kMorning + seconds(86'400 + 7'200);
  again.book->start(again.now);
  again.look();
  EXPECT_EQ(again.account().result, 0) << "after a restart";
}

TEST(ProfitBook, AnAcceptWithoutAPriceForgivesNoLossOfWhatWasHeldBefore) {  // PRE-15
  engine::MemoryJournal journal;
  {
    BooksOfMoney at(journal);
    at.book->start(at.now);
    at.mark(at.linear, 100'000'000);
    at.trade(0, at.linear, Side::Buy, 100'000'000, 1'000);
    at.look();
    at.mark(at.linear, 99'000'000);
    at.look();
    ASSERT_EQ(at.account().result, raw("-100"));
  }
  BooksOfMoney again(journal);
  again.restore();
  again.now = BooksOfMoney::kMorning + seconds(7'200);
  again.book->start(again.now);
  again.adjust(again.linear, 1'100, "100000");
  again.mark(again.linear, 99'000'000);
  again.look();
  EXPECT_EQ(again.account().result, raw("-100"));
  EXPECT_EQ(again.account().drawdown, raw("100"));
}

TEST(ProfitBook, StrategiesShareFundingByWhatTheyHeldAtTheHour) {
  engine::MemoryJournal journal;
  BooksOfMoney at(journal);
  at.book->start(at.now);
  at.mark(at.linear, 100'000'000);
  at.trade(0, at.linear, Side::Buy, 100'000'000, 300);
  at.trade(1, at.linear, Side::Sell, 100'000'000, 100);
  at.now = BooksOfMoney::kMorning + seconds(8 * 3600 + 20);
  at.trade(0, at.linear, Side::Sell, 100'000'000, 300);  // after the hour: it paid all the same
  at.bill(BillKind::Funding, money("-2", at.usdt), at.linear);
  at.mark(at.linear, 100'000'000);
  at.look();
  EXPECT_EQ(at.account().funding, raw("-2"));
  EXPECT_EQ(at.of(0).funding, raw("-3"));
  EXPECT_EQ(at.of(1).funding, raw("1")) << "the short side received";
}

TEST(ProfitBook, DayBeginsAtItsTimeAndWaitsForAPriceWhereThereIsNone) {  // PRE-15
  engine::MemoryJournal journal;
  BooksOfMoney at(journal, seconds(2 * 3600));
  at.book->start(at.now);  // 01:00: the day of yesterday, 02:00
  EXPECT_EQ(at.book->day_start(), BooksOfMoney::kMorning - seconds(22 * 3600));
  at.mark(at.linear, 100'000'000);
  at.trade(0, at.linear, Side::Buy, 100'000'000, 200);
  at.trade(0, at.linear, Side::Sell, 101'000'000, 100);
  at.look();
  EXPECT_EQ(at.of(0).result, raw("10"));
  at.now = BooksOfMoney::kMorning + seconds(2 * 3600);
  at.mark(at.linear, 102'000'000);
  at.look();
  EXPECT_EQ(at.book->day_start(), BooksOfMoney::kMorning + seconds(2 * 3600));
  EXPECT_EQ(at.of(0).result, 0) << "what was earned before is yesterday's";
  EXPECT_TRUE(at.book->has_turned());
  EXPECT_EQ(at.book->closing(StrategyId{0}).result, raw("30"));
  EXPECT_EQ(at.of(0).total, raw("30"));
  at.mark(at.linear, 103'000'000);
  at.look();
  EXPECT_EQ(at.of(0).result, raw("10"));

  // It is down over the next turn of the day: the base waits for the first price.
  BooksOfMoney after(journal, seconds(2 * 3600));
  after.restore();
  after.now = at.now + seconds(30 * 3600);
  after.book->start(after.now);
  after.look();
  EXPECT_FALSE(after.of(0).valued);
  after.mark(after.linear, 90'000'000);
  after.look();
  EXPECT_TRUE(after.of(0).valued);
  EXPECT_EQ(after.of(0).result, 0);
  EXPECT_EQ(after.of(0).total, raw("-90"));
}

TEST(ProfitBook, DrawdownIsFromTheLargestResultAndOutlivesARestart) {  // PRE-15
  engine::MemoryJournal journal;
  BooksOfMoney at(journal);
  at.book->start(at.now);
  at.mark(at.linear, 100'000'000);
  at.trade(0, at.linear, Side::Buy, 100'000'000, 100);
  at.look();
  at.now = at.now + seconds(20);
  at.mark(at.linear, 105'000'000);
  at.look();
  at.mark(at.linear, 101'000'000);
  at.look();
  EXPECT_EQ(at.account().peak, raw("50"));
  EXPECT_EQ(at.account().drawdown, raw("40"));
  BooksOfMoney after(journal);
  after.restore();
  after.now = at.now;
  after.book->start(after.now);
  after.mark(after.linear, 102'000'000);
  after.look();
  EXPECT_EQ(after.account().drawdown, raw("30"));
  EXPECT_EQ(after.account().result, at.account().result + raw("10")) << "of the same day";
  after.book->restart_peak({}, after.now);
  EXPECT_EQ(after.account().drawdown, 0);
}

TEST(ProfitBook, StatementFromTheJournalAloneEqualsTheRunningTotals) {  // POST-10
  for (unsigned seed = 1; seed <= 20; ++seed) {
    std::mt19937_64 random(seed);
    const auto below = [&](std::uint64_t n) { return static_cast<std::int64_t>(random() % n); };
    engine::MemoryJournal journal;
    BooksOfMoney at(journal);
    at.book->start(at.now);
    __int128 cash = 0;  // of the linear swap, reckoned by what was paid and received alone
    __int128 held = 0;
    std::int64_t price = 100'000'000;
    for (int step = 0; step < 400; ++step) {
      at.now = at.now + seconds(1 + below(600));
      price =
          std::clamp<std::int64_t>(price + (below(2'001) - 1'000) * 1'000, 50'000'000, 150'000'000);
      at.mark(at.linear, price);
      at.mark(at.inverse, price);
      at.references->set_best(at.coin, Price{price - 100}, Price{price + 100}, at.now);
      at.worth(at.btc, std::to_string(price / 1000));
      const auto who = static_cast<std::uint16_t>(below(3) == 2 ? StrategyId::kNone : below(2));
      const Side side = below(2) == 0 ? Side::Buy : Side::Sell;
      const Amount fee = money("0." + std::to_string(1'000'000 + below(9'000'000)), at.usdt);
      switch (below(5)) {
        case 0:
        case 1: {
          const std::int64_t quantity = 1 + below(5'000);
          at.trade(who, at.linear, side, price, quantity, fee);
          const __int128 sign = side == Side::Buy ? 1 : -1;
          // raw price 10^-3, raw quantity 10^-2, contracts of 10^-2: 10^-7
          cash -= sign * price * quantity * raw("0.0000001") + fee.raw;
          held += sign * quantity;
          break;
        }
        case 2:
          at.trade(who, at.inverse, side, price, 1 + below(500), money("0.00000001", at.btc));
          break;
        case 3:
          at.trade(who, at.coin, side, price, 1'000 + below(1'000'000), money("0.0000003", at.btc));
          break;
        case 4:
          at.bill(below(2) == 0 ? BillKind::Funding : BillKind::Interest,
                  money(std::to_string(below(100) - 50), at.usdt),
                  below(2) == 0 ? at.linear : InstrumentId{});
          break;
      }
      at.look();
    }
    const engine::ProfitRow row = at.book->row({}, at.linear);
    EXPECT_EQ(row.realised.raw + row.unrealised->raw - row.fees.raw,
              cash + held * price * raw("0.0000001"))
        << "seed " << seed << ": not what was paid, received and is held";

    BooksOfMoney after(journal);
    after.restore();
    after.now = at.now - milliseconds(100);
    after.book->start(after.now);
    after.mark(after.linear, price);
    after.mark(after.inverse, price);
    after.references->set_best(after.coin, Price{price - 100}, Price{price + 100}, after.now);
    after.worth(after.btc, std::to_string(price / 1000));
    const std::size_t before = journal.entries().size();
    after.look();
    EXPECT_EQ(after.book->day_start(), at.book->day_start());
    for (const std::uint16_t who : {std::uint16_t{0}, std::uint16_t{1}, StrategyId::kNone}) {
      const engine::ProfitFigures& was = at.of(who);
      const engine::ProfitFigures& is = after.of(who);
      EXPECT_EQ(is.realised, was.realised) << "seed " << seed << " strategy " << who;
      EXPECT_EQ(is.unrealised, was.unrealised) << "seed " << seed << " strategy " << who;
      EXPECT_EQ(is.fees, was.fees) << "seed " << seed << " strategy " << who;
      EXPECT_EQ(is.funding, was.funding) << "seed " << seed << " strategy " << who;
      EXPECT_EQ(is.other, was.other) << "seed " << seed << " strategy " << who;
      EXPECT_EQ(is.result, was.result) << "seed " << seed << " strategy " << who;
      EXPECT_EQ(is.total, was.total) << "seed " << seed << " strategy " << who;
      EXPECT_EQ(is.result, is.realised + is.unrealised - is.fees + is.funding + is.other);
    }
    EXPECT_LE(journal.entries().size() - before, 3u) << "peaks at most: no day begins anew";
  }
}

/// Contracts of 0.01 at about 100: one traded for one more or less is a cent; limits in USDT.
struct LossBench : EngineBench {
  explicit LossBench(std::uint64_t run = kRun) : EngineBench(1, run) {
    settings.losses.strategies.resize(2);
  }
  void make_trading() {
    make_ready();
    venue.faults.automatic = true;
  }
  void trade(Side side, std::int64_t quantity, std::int64_t price, std::uint16_t strategy = 0) {
    const Handle handle = place(side, quantity, price, 0, strategy);
    run_for(milliseconds(20));
    for (auto& [id, at] : venue.orders) {
      if (order(handle) != nullptr && at.client_id == order(handle)->client_id && at.open())
        venue.fill(at, at.quantity, at.price, now);
    }
    run_for(milliseconds(20));
  }
  void mark(std::int64_t price) {
    core->on_reference_price(
        {InstrumentId{0}, ReferencePriceEvent::Kind::Mark, Price{price}, now, now});
    run_for(milliseconds(200));
  }
};

TEST(GreekBook, PositionsBearTheGreeksThatTheVenueToldLast) {  // POST-07
  CurrencyTable currencies;
  InstrumentTable instruments;
  Instrument option = test::linear_swap(currencies);
  option.kind = InstrumentKind::Option;
  option.name = std::string_view("BTC-USD-260327-100000-C");
  option.quantity_digits = 0;
  option.contract_value = {1, 0};
  option.contract_multiplier = {1, 2};
  const InstrumentId id = instruments.add(option);
  engine::GreekBook book(instruments);
  EXPECT_FALSE(book.of(id, Quantity{3})) << "never told";
  OptionSummaryEvent summary;
  summary.instrument = id;
  summary.dollar = {.delta = 0.5, .gamma = 0.25, .theta = -8, .vega = 100};
  book.on_summary(summary);
  const auto greeks = book.of(id, Quantity{-300});
  ASSERT_TRUE(greeks);
  EXPECT_DOUBLE_EQ(greeks->delta, -1.5);
  EXPECT_DOUBLE_EQ(greeks->gamma, -0.75);
  EXPECT_DOUBLE_EQ(greeks->theta, 24);
  EXPECT_DOUBLE_EQ(greeks->vega, -300);
}

TEST(LossLimits, AccountBeyondItsLossOfTheDayIsKilledAndAPersonCannotResumeItAway) {  // PRE-15
  LossBench bench;
  bench.settings.losses.account.loss_day_max = raw("1");
  bench.make_trading();
  bench.trade(Side::Buy, 100, 100'000);
  const Handle resting = bench.place(Side::Buy, 1, 99'500);
  bench.mark(99'000);
  EXPECT_EQ(bench.core->state(), EngineState::Ready) << "a loss equal to the limit passes";
  bench.mark(98'999);
  EXPECT_EQ(bench.core->state(), EngineState::Killed);
  EXPECT_TRUE(bench.ears.killed);
  ASSERT_TRUE(bench.ears.heard(Alert::LossLimit));
  bench.run_for(seconds(2));
  EXPECT_EQ(bench.ears.last(resting), OrderEventKind::Cancelled);
  bench.ears.killed = false;
  bench.core->resume("tester", bench.now);
  bench.run_for(seconds(1));
  EXPECT_EQ(bench.core->state(), EngineState::Killed);
  EXPECT_TRUE(bench.ears.killed);
}

TEST(LossLimits, OneThatIsBrokenWhileTheAccountIsKilledOutlivesThatKill) {  // PRE-15, KILL-12
  LossBench bench;
  bench.settings.exclusive_account = true;
  bench.settings.losses.account.loss_day_max = raw("1");
  bench.make_trading();
  bench.trade(Side::Buy, 100, 100'000);
  const engine::ControlScope account{.level = engine::ControlLevel::Account};
  ASSERT_EQ(bench.core->kill(account, "test", "tester", bench.now), engine::ControlResult::Done);
  bench.mark(98'000);
  ASSERT_EQ(bench.core->resume(account, "tester", bench.now), engine::ControlResult::Done);
  EXPECT_EQ(bench.core->state(), EngineState::Killed);
  const auto told = std::ranges::count(bench.ears.alerts, Alert::LossLimit,
                                       [](const auto& event) { return event.alert; });
  bench.mark(98'000);
  EXPECT_EQ(bench.core->state(), EngineState::Killed);
  EXPECT_EQ(std::ranges::count(bench.ears.alerts, Alert::LossLimit,
                               [](const auto& event) { return event.alert; }),
            told + 1)
      << "who resumed hears why it is killed still";
}

TEST(LossLimits, AccountBeyondItsDrawdownIsKilledAndBeginsAnewOnceResumed) {  // PRE-15
  LossBench bench;
  bench.settings.losses.account.drawdown_max = raw("1");
  bench.make_trading();
  bench.trade(Side::Buy, 100, 100'000);
  bench.mark(103'000);
  bench.mark(102'000);
  EXPECT_EQ(bench.core->state(), EngineState::Ready);
  bench.mark(101'900);
  EXPECT_EQ(bench.core->state(), EngineState::Killed) << "in profit, but not by as much as before";
  bench.core->resume("tester", bench.now);
  bench.mark(101'800);
  bench.run_for(seconds(1));
  EXPECT_EQ(bench.core->state(), EngineState::Ready);
}

TEST(LossLimits, StrategyBeyondItsOwnIsStoppedAndTheOthersTradeOn) {  // PRE-15
  LossBench bench;
  bench.settings.losses.strategies[0].loss_day_max = raw("0.5");
  bench.make_trading();
  bench.trade(Side::Buy, 100, 100'000, 0);
  bench.trade(Side::Sell, 100, 100'000, 1);
  const Handle own = bench.place(Side::Buy, 1, 99'500, 0, 0);
  const Handle others = bench.place(Side::Buy, 1, 99'500, 0, 1);
  bench.run_for(milliseconds(50));
  bench.mark(99'400);
  bench.run_for(seconds(2));
  EXPECT_EQ(bench.core->state(), EngineState::Ready);
  EXPECT_TRUE(bench.core->is_stopped(StrategyId{0}));
  EXPECT_FALSE(bench.core->is_stopped(StrategyId{1}));
  EXPECT_EQ(bench.ears.last(own), OrderEventKind::Cancelled);
  EXPECT_EQ(bench.ears.last(others), OrderEventKind::Live);
  EXPECT_EQ(bench.ears.last(bench.place(Side::Buy, 1, 99'500, 0, 0)), OrderEventKind::Denied);
}

TEST(LossLimits, MissingPricesNeitherBreakALimitNorHideThatItIsBroken) {  // PRE-15
  LossBench bench;
  bench.settings.losses.account.loss_day_max = raw("1");
  bench.settings.profits.price_age_max = seconds(5);
  bench.make_trading();
  bench.trade(Side::Buy, 100, 100'000);
  bench.mark(99'500);
  bench.core->on_market_connection(ConnectionState::Disconnected, bench.now);
  bench.market_up = false;
  bench.run_for(seconds(30), milliseconds(50));
  EXPECT_FALSE(bench.ears.killed) << "no price says that the limit is broken";
  bench.core->on_market_connection(ConnectionState::Ready, bench.now);
  bench.market_up = true;  // connected, but no book and no mark
  bench.run_for(seconds(1));
  bench.core->on_book_withdrawn(InstrumentId{0}, BookFeed::BestBidOffer, BookWithdrawal::Gap,
                                bench.now);
  for (int i = 0; i < 120; ++i) {
    bench.now = bench.now + milliseconds(100);
    bench.venue.run(bench.now);
    bench.core->on_market_alive(bench.now);
    bench.core->on_account_alive(bench.now);
    bench.core->on_timer(bench.now);
  }
  EXPECT_EQ(bench.core->state(), EngineState::Held);
  EXPECT_EQ(bench.core->hold_reason(), HoldReason::NoValuation);
  EXPECT_TRUE(bench.ears.heard(Alert::ValuationMissing));
  bench.mark(98'000);
  EXPECT_EQ(bench.core->state(), EngineState::Killed) << "as soon as it can be seen";
}

TEST(LossLimits, LossOfTheDayOutlivesARestartAndNothingTradesBeforeItIsJudged) {  // PRE-15, REC-01
  LossBench bench;
  bench.settings.losses.account.loss_day_max = raw("1");
  bench.make_trading();
  bench.trade(Side::Buy, 100, 100'000);
  bench.mark(99'100);
  bench.trade(Side::Sell, 100, 99'100);
  EXPECT_EQ(bench.core->state(), EngineState::Ready);

  engine::PriorBelief belief;
  for (const auto& entry : bench.journal.entries())
    belief.add(entry.type, entry.payload, entry.time);
  LossBench again(EngineBench::kRun + 100);
  again.settings = bench.settings;
  again.settings.losses.account.loss_day_max = raw("0.8");
  again.now = bench.now + seconds(60);
  again.build(&belief);
  again.venue.faults.automatic = true;
  again.connect();
  again.run_for(milliseconds(300));
  EXPECT_EQ(again.core->profits().figures({}).result, raw("-0.9"));
  EXPECT_EQ(again.core->state(), EngineState::Killed);
  for (const auto& event : again.ears.state_events)
    EXPECT_NE(event.state, EngineState::Ready) << "it was never let trade";
}

}  // namespace
}  // namespace gannet
