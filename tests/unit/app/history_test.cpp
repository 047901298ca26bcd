#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <string>
#include <thread>

#include "app/history_fold.h"
#include "app/history_report.h"
#include "app/history_thread.h"
#include "app/journal_tidy.h"
#include "app/store_journal.h"
#include "support/instrument_samples.h"

namespace gannet::app {
namespace {

using What = ReportQuestion::What;
using By = ReportQuestion::By;

/// An engine's state directory with a journal of two days of trading, kept by a HistoryThread.
class HistoryDirectory : public testing::Test {
 protected:
  static constexpr Timestamp kDay{1'789'948'800'000'000'000};  // 2026-09-21

  HistoryDirectory() {
    directory_ = testing::TempDir() + "history." + std::to_string(::getpid());
    std::filesystem::create_directories(directory_);
  }
  ~HistoryDirectory() override { std::filesystem::remove_all(directory_); }

  Amount money(std::string_view text, CurrencyId currency) { return *parse_amount(text, currency); }

  void trade_two_days(HistoryThread& thread) {
    CurrencyTable currencies;
    InstrumentTable instruments;
    const InstrumentId swap = instruments.add(gannet::test::linear_swap(currencies));
    const CurrencyId usdt = currencies.find("USDT");
    JournalSettings settings;
    settings.directory = directory_ + "/journal";
    settings.ring_path = directory_ + "/ring";
    settings.segment_bytes = segment_bytes_;
    settings.on_drained = [&](const JournalRecord& record) { thread.offer(record); };
    auto store = JournalStore::open(settings, [](const JournalRecord&) {});
    ASSERT_TRUE(store) << store.error().message;
    StoreJournal journal((*store)->ring());
    thread.start();
    for (std::uint16_t c = 0; c < currencies.size(); ++c)
      journal.define(engine::to_definition(CurrencyId{c}, currencies.name({c})), kDay);
    journal.define(engine::to_definition(instruments[swap]), kDay);
    journal.define(engine::to_definition(StrategyId{0}, "quotes", "maker", 1), kDay);
    journal.define(engine::to_definition(StrategyId{1}, "other", "maker", 1), kDay);

    std::uint64_t id = 0;
    const auto trade = [&](Nanos after, std::uint16_t strategy, Side side, std::int64_t price,
                           std::int64_t quantity, std::string_view fee) {
      const Timestamp now = kDay + after;
      engine::PlaceRecord place;
      place.client_id = ++id;
      place.instrument = swap.value;
      place.strategy = strategy;
      place.side = side;
      place.price = price;
      place.quantity = quantity;
      ASSERT_TRUE(engine::append(journal, place, now));
      engine::FillBookedRecord fill;
      fill.client_id = id;
      fill.venue_id = 1'000 + id;
      fill.instrument = swap.value;
      fill.strategy = strategy;
      fill.side = side;
      fill.fill.trade_id = static_cast<std::int64_t>(id);
      fill.fill.price = price;
      fill.fill.quantity = quantity;
      fill.fill.fee = money(fee, usdt).raw;
      fill.fill.fee_currency = usdt.value;
      fill.fill.exchange_time = now.nanos;
      ASSERT_TRUE(engine::append(journal, fill, now));
      engine::OrderEndedRecord ended;
      ended.client_id = id;
      ended.kind = engine::OrderEventKind::Filled;
      ended.cumulative_quantity = quantity;
      ASSERT_TRUE(engine::append(journal, ended, now));
      while ((*store)->ring().bytes_waiting() != 0) std::this_thread::yield();  // drained
    };
    // One contract is 0.01 of the coin; quantities have two digits.
    trade(seconds(3600), 0, Side::Buy, 100'000'000, 100, "0.5");
    trade(seconds(7200), 1, Side::Sell, 101'000'000, 100, "0.505");
    trade(seconds(90'000), 0, Side::Sell, 102'000'000, 100, "-0.1");
    BillReport bill;
    bill.kind = BillKind::Funding;
    bill.bill_id = 77;
    bill.change = money("-0.25", usdt);
    bill.balance = money("999.75", usdt);
    bill.instrument = swap;
    bill.exchange_time = kDay + seconds(28'800);
    ASSERT_TRUE(engine::append(journal, engine::to_record(bill), bill.exchange_time));
  }

  std::string answer(HistoryDatabase& database, What what, By by) {
    ReportQuestion question;
    question.what = what;
    question.by = by;
    question.json = true;
    const auto text = report(database, question);
    return text ? *text : text.error().message;
  }

  std::string directory_;
  std::size_t segment_bytes_ = 1u << 20;
};

TEST_F(HistoryDirectory, ReportsByDayStrategyAndInstrumentAndIsMadeAnewAlike) {
  {
    HistoryThread thread(directory_);
    trade_two_days(thread);
    thread.stop();
    EXPECT_FALSE(thread.failed());
  }
  auto opened = HistoryDatabase::open(history_path(directory_));
  ASSERT_TRUE(opened) << opened.error().message;
  HistoryDatabase& database = **opened;
  {
    HistoryFold fold(database);
    const auto fresh = catch_up_history(database, fold, directory_);
    ASSERT_TRUE(fresh);
    EXPECT_EQ(*fresh, 0u) << "the thread has written them all";
  }
  const auto expect_reports = [&] {
    // The account was flat after the second trade; each strategy still held its own.
    EXPECT_EQ(answer(database, What::Pnl, By::Day),
              "{\"day\":\"2026-09-21\",\"currency\":\"USDT\",\"fills\":\"2\",\"realised\":\"10\","
              "\"fees\":\"1.005\",\"funding\":\"-0.25\",\"other\":\"0\",\"result\":\"8.745\"}\n"
              "{\"day\":\"2026-09-22\",\"currency\":\"USDT\",\"fills\":\"1\",\"realised\":\"0\","
              "\"fees\":\"-0.1\",\"funding\":\"0\",\"other\":\"0\",\"result\":\"0.1\"}\n");
    EXPECT_EQ(answer(database, What::Fills, By::Strategy),
              "{\"strategy\":\"other\",\"currency\":\"USDT\",\"fills\":\"1\",\"realised\":\"0\","
              "\"fees\":\"0.505\"}\n"
              "{\"strategy\":\"quotes\",\"currency\":\"USDT\",\"fills\":\"2\",\"realised\":\"20\","
              "\"fees\":\"0.4\"}\n");
    EXPECT_EQ(answer(database, What::Fees, By::Instrument),
              "{\"instrument\":\"BTC-USDT-SWAP\",\"currency\":\"USDT\",\"fills\":\"3\","
              "\"fees\":\"0.905\"}\n");
    EXPECT_EQ(answer(database, What::Funding, By::Nothing),
              "{\"currency\":\"USDT\",\"funding\":\"-0.25\"}\n");
    EXPECT_NE(answer(database, What::Orders, By::Strategy)
                  .find("\"strategy\":\"quotes\",\"orders\":\"2\",\"filled\":\"2\""),
              std::string::npos);
    EXPECT_EQ(std::ranges::count(answer(database, What::Fills, By::Nothing), '\n'), 3);
  };
  expect_reports();

  database.begin();
  database.clear();
  ASSERT_TRUE(database.commit(0));
  EXPECT_EQ(answer(database, What::Fills, By::Nothing), "");
  for (int times = 0; times < 2; ++times) {
    HistoryFold fold(database);
    const auto fresh = catch_up_history(database, fold, directory_);
    ASSERT_TRUE(fresh) << fresh.error().message;
    EXPECT_EQ(*fresh > 0, times == 0);
    expect_reports();
  }
}

TEST_F(HistoryDirectory, IsMadeAnewThoughOldSegmentsAreGone) {
  segment_bytes_ = 1;  // each drain begins one
  HistoryThread thread(directory_);
  trade_two_days(thread);
  thread.stop();
  auto opened = HistoryDatabase::open(history_path(directory_));
  ASSERT_TRUE(opened);
  const std::string before = answer(**opened, What::Pnl, By::Day);
  std::size_t removed = 0;
  for (int times = 0; times < 3; ++times) {
    const auto tidied = tidy_journal(directory_ + "/journal", Nanos{}, kDay + seconds(1'000'000));
    ASSERT_TRUE(tidied) << tidied.error().message;
    removed += tidied->removed;
  }
  (*opened)->begin();
  (*opened)->clear();
  ASSERT_TRUE((*opened)->commit(0));
  HistoryFold fold(**opened);
  const auto fresh = catch_up_history(**opened, fold, directory_);
  ASSERT_TRUE(fresh) << fresh.error().message;
  EXPECT_EQ(answer(**opened, What::Pnl, By::Day), before);
  EXPECT_GT(removed, 0u) << "some are gone";
}

TEST_F(HistoryDirectory, ThatCannotBeWrittenIsToldAndStopsNobody) {
  const std::string nowhere = directory_ + "/missing";
  HistoryThread thread(nowhere);
  thread.start();
  thread.stop();
  EXPECT_TRUE(thread.failed());
  JournalRecord record{};
  thread.offer(record);  // passed over
}

}  // namespace
}  // namespace gannet::app
