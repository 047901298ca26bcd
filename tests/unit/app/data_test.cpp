// What `gannet data` says of recordings and of downloaded history.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <stdlib.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "app/data_check.h"
#include "app/data_convert.h"
#include "app/data_export.h"
#include "app/history_csv.h"
#include "app/paper_venue.h"
#include "app/record_run.h"
#include "support/padded_text.h"
#include "support/recordings.h"

namespace gannet::app {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class DataTest : public testing::Test {
 protected:
  DataTest() {
    std::string name = (std::filesystem::temp_directory_path() / "gannet-data-XXXXXX").string();
    directory = ::mkdtemp(name.data());
  }
  ~DataTest() override { std::filesystem::remove_all(directory); }
  std::string write(const std::string& name, const std::string& text) const {
    std::ofstream(directory + "/" + name, std::ios::binary) << text;
    return directory + "/" + name;
  }
  static std::vector<std::string> findings(const std::string& path) {
    const auto verdict = verify_data(path, {});
    return verdict ? verdict->findings : std::vector<std::string>{verdict.error().message};
  }
  static std::vector<std::string> rows(const ExportOptions& options) {
    std::vector<std::string> out;
    const auto done = export_data(options, [&](std::string_view row) { out.emplace_back(row); });
    if (!done) out.push_back(done.error().message);
    return out;
  }

  std::string directory;
};

TEST(HistoryTime, IsToldByItsSizeOrItsShape) {
  const Timestamp moment{1'645'883'100'000'000'000};  // 2022-02-26 13:45:00 UTC
  for (const char* text : {"1645883100", "1645883100000", "1645883100000.0", "1645883100000000",
                           "1645883100000000000", "2022-02-26 13:45:00", "2022-02-26T13:45:00Z"}) {
    ASSERT_TRUE(parse_history_time(text)) << text;
    EXPECT_EQ(*parse_history_time(text), moment) << text;
  }
  EXPECT_EQ(parse_history_time("2022-02-26 13:45:00.5")->nanos, moment.nanos + 500'000'000);
  EXPECT_EQ(parse_history_time("2024-02-29")->nanos, 1'709'164'800'000'000'000);
  for (const char* text : {"", "x", "-5", "2022-13-26 13:45:00", "13:45"}) {
    EXPECT_FALSE(parse_history_time(text)) << text;
  }
}

TEST_F(DataTest, ReadsTheVenuesTradesWhateverTheirHeadersLanguage) {
  // The published daily files: an older header has both languages, a newer one names the market.
  const auto older = write("BTC-USDT-trades-2022-01-01.csv",
                           "trade_id/\xE6\x88\x90,side/\xE4\xBA\xA4,size/x,price/y,created_time/z\n"
                           "10,BUY,0.5,100.10,1640995200123\n12,sell,1,100.2,1640995260000\n");
  const auto newer =
      write("swap.csv",
            "instrument_name,trade_id,side,price,size,created_time\n"
            "BTC-USDT-SWAP,1,buy,100,3,1640995200123\nBTC-USDT-SWAP,1,buy,100,3,1640995200123\n");
  const auto summary = summarize_data(older);
  ASSERT_TRUE(summary) << summary.error().message;
  EXPECT_EQ(summary->kind, DataKind::TradesCsv);
  EXPECT_EQ(summary->messages, 2u);
  EXPECT_EQ(summary->streams.begin()->first.second, "BTC-USDT");
  EXPECT_THAT(findings(older), IsEmpty());
  EXPECT_THAT(findings(newer), ElementsAre("1 trades are told twice"));
  EXPECT_THAT(rows({.input = older}),
              ElementsAre("receive_time,exchange_time,instrument,trade_id,side,price,quantity",
                          "1640995200123000000,1640995200123000000,BTC-USDT,10,buy,100.1,0.5",
                          "1640995260000000000,1640995260000000000,BTC-USDT,12,sell,100.2,1"));
  EXPECT_THAT(rows({.input = older, .table = ExportTable::Candles, .period = seconds(300)}),
              ElementsAre("open_time,instrument,open,high,low,close,volume,trades",
                          "1640995200000000000,BTC-USDT,100.1,100.2,100.1,100.2,1.5,2"));
  // What `gannet data download` writes.
  const auto own = write("BTC-USDT-trades.csv",
                         "time_ms,trade_id,side,price,quantity\n1640995200123,7,sell,100,1\n");
  EXPECT_EQ(rows({.input = own}).back(),
            "1640995200123000000,1640995200123000000,BTC-USDT,7,sell,100,1");
  const auto gemini = write("eth-usd.csv",
                            "time_seconds,price,size,is_buyer_maker\n"
                            "1625097621.647,2278.15,0.0409,1\n");
  EXPECT_EQ(rows({.input = gemini}).back(),
            "1625097621647000000,1625097621647000000,eth-usd,0,sell,2278.15,0.0409");
  const auto broken =
      write("x.csv", "trade_id,side,size,price,created_time\n1,buy,much,1,1640995200\n");
  EXPECT_THAT(findings(broken).at(0), HasSubstr("x.csv:2: a price or quantity cannot be read"));
  EXPECT_FALSE(summarize_data(write("y.csv", "a,b\n1,2\n")));
}

TEST_F(DataTest, FindsWhatIsWrongWithCandles) {
  const std::string head = "datetime,open,high,low,close,volume\n";
  const auto sound = write("ok.csv", head +
                                         "2022-01-01 00:00:00,1,3,1,2,5\n"
                                         "2022-01-01 00:01:00,2,3,1,2,5\n"
                                         "2022-01-01 00:02:00,2,3,1,3,5\n");
  EXPECT_THAT(findings(sound), IsEmpty());
  EXPECT_THAT(summarize_data(sound)->notes, ElementsAre("candles of 60 s, oldest first"));
  const auto own = write("own.csv",
                         "time_ms,open,high,low,close,volume,volume_base,volume_quote\n"
                         "1640995200000,1,3,1,2,5,5,5\n1640995260000,2,3,1,2,5,5,5\n");
  EXPECT_THAT(findings(own), IsEmpty());
  const auto holes = write("holes.csv", head +
                                            "2022-01-01 00:05:00,1,3,1,2,5\n"
                                            "2022-01-01 00:04:00,4,3,1,2,5\n"
                                            "2022-01-01 00:03:00,2,3,1,2,5\n"
                                            "2022-01-01 00:03:00,2,3,1,2,5\n"
                                            "2022-01-01 00:00:00,2,3,1,3,5\n");
  EXPECT_THAT(findings(holes), ElementsAre("1 candles open or close outside low..high",
                                           "1 candles are told twice", "2 candles are missing"));
}

TEST_F(DataTest, EveryRecordingOfTheSetIsReadAndProven) {
  const std::string recordings = test::recordings_folder().string();
  if (recordings.empty()) GTEST_SKIP() << "no recordings: set GANNET_RECORDINGS";
  const auto books = recordings + "/okx/ws/public-20220513-books.jsonl";
  const auto verdict = verify_data(books, {});
  ASSERT_TRUE(verdict) << verdict.error().message;
  EXPECT_THAT(verdict->findings, IsEmpty());
  EXPECT_EQ(verdict->checksums, 290u);
  const auto chained = recordings + "/okx/ws/public-20260824-books-seqid.jsonl";
  EXPECT_THAT(findings(chained), IsEmpty());
  const auto summary = summarize_data(chained);
  const StreamTally& tally = summary->streams.at({"books", "BTC-USDT"});
  EXPECT_EQ(tally.messages, 7u);
  EXPECT_EQ(tally.snapshots, 1u);
  EXPECT_EQ(tally.last_sequence, 80'274'875'033);

  // The same message left out: the chain breaks there, and there alone.
  std::ifstream lines(chained);
  std::string damaged;
  int number = 0;
  for (std::string line; std::getline(lines, line);) {
    if (++number != 5) damaged += line + "\n";
  }
  EXPECT_THAT(findings(write("damaged.jsonl", damaged)),
              ElementsAre(HasSubstr("books BTC-USDT: a gap")));

  const auto candles = recordings + "/candles/okx-BTC-USDT-15m-202202.csv";
  EXPECT_THAT(findings(candles), IsEmpty());
  EXPECT_EQ(summarize_data(candles)->messages, 300u);
  EXPECT_THAT(findings(recordings + "/candles/bybit-BTCUSDT-1h-202503-202504.csv"), IsEmpty());
}

TEST_F(DataTest, ACutCarriesProvenBooksOver) {
  const std::string recordings = test::recordings_folder().string();
  if (recordings.empty()) GTEST_SKIP() << "no recordings: set GANNET_RECORDINGS";
  // Five seconds in: three books of 2022, whose checksums prove the snapshots that are made.
  const ConvertOptions options{.inputs = {recordings + "/okx/ws/public-20220513-books.jsonl"},
                               .output = directory + "/part.jsonl",
                               .from = parse_history_time("2022-05-13 16:27:10"),
                               .to = {},
                               .instruments = {},
                               .channels = {"books"}};
  const auto done = convert_data(options);
  ASSERT_TRUE(done) << done.error().message;
  EXPECT_EQ(done->carried, 3u);
  const auto verdict = verify_data(options.output, {});
  ASSERT_TRUE(verdict);
  EXPECT_THAT(verdict->findings, IsEmpty());
  EXPECT_EQ(verdict->checksums, done->written + 3);
  EXPECT_FALSE(convert_data(options)) << "it was overwritten";
}

TEST(ListenArguments, AskEachChannelForWhatItExistsFor) {
  const auto arguments = listen_arguments(
      {"books", "mark-price", "index-tickers", "funding-rate", "instruments", "status"},
      {"BTC-USDT", "BTC-USDT-SWAP", "BTC-USD-240628"});
  std::vector<std::string> words;
  for (const auto& argument : arguments) words.push_back(argument.channel + " " + argument.name);
  EXPECT_THAT(words, ElementsAre("books BTC-USDT", "books BTC-USDT-SWAP", "books BTC-USD-240628",
                                 "mark-price BTC-USDT-SWAP", "mark-price BTC-USD-240628",
                                 "index-tickers BTC-USDT", "index-tickers BTC-USD",
                                 "funding-rate BTC-USDT-SWAP", "instruments SPOT",
                                 "instruments SWAP", "instruments FUTURES", "status "));
  RecordOptions options;
  for (const char* url : {"wss://h:1", "wss://h:1/ws/v5", "wss://h:1/ws/v5/public/"}) {
    set_socket_urls(url, options);
    EXPECT_EQ(options.public_url, "wss://h:1/ws/v5/public") << url;
    EXPECT_EQ(options.business_url, "wss://h:1/ws/v5/business") << url;
  }
}

TEST(PaperVenue, HasTheConfiguredAccount) {
  config::Settings settings;
  settings.account.account_mode = engine::AccountSettings::Mode::MultiCurrency;
  settings.venue.paper.balances = {"5 BTC", "100 USDT"};
  const auto file = paper_account_file(settings);
  ASSERT_TRUE(file);
  EXPECT_THAT(*file, HasSubstr("account_mode = \"multi_currency\""));
  EXPECT_THAT(*file, HasSubstr("trading = [\"5 BTC\", \"100 USDT\"]"));
  settings.account.account_mode = engine::AccountSettings::Mode::Portfolio;
  EXPECT_FALSE(paper_account_file(settings));
}

}  // namespace
}  // namespace gannet::app
