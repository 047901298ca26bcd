// Recording a venue and playing it back, and paper trading on another venue's prices, as a person
// does it: with the programs themselves. [REC-09]
#include <map>

#include "app/recording_directory.h"
#include "support/daemon.h"

namespace gannet::test {
namespace {

class RecordAndPaperTest : public ::testing::Test {
 protected:
  std::vector<std::string> at(const Venue& venue, std::vector<std::string> more) const {
    std::vector<std::string> words{"record",    "--url",          venue.ready().ws,
                                   "--ca",      venue.ready().ca, "--out",
                                   recording(), "--disk-free",    "0"};
    words.insert(words.end(), more.begin(), more.end());
    return words;
  }
  std::string recording() const { return folder.file("recording"); }
  Json verdict(const std::string& path) {
    const Said said = gannet(folder, {"data", "verify", path, "--json"});
    EXPECT_LT(said.code, 2) << said.err;
    return Json(said.out);
  }

  Folder folder;
};

TEST_F(RecordAndPaperTest, WhatIsRecordedIsSoundAndPlaysBackEverywhere) {
  Venue venue(folder);
  {
    Process recorder(folder, program("gannet"),
                     at(venue, {"--instruments", "BTC-USDT-SWAP,ETH-USDT", "--channels",
                                "books,bbo-tbt,trades,tickers,mark-price,index-tickers,candle1m",
                                "--segment-duration", "2s", "--json"}));
    ASSERT_TRUE(wait_until([&] {
      const auto index = app::read_index(recording());
      return index && index->size() >= 2;
    })) << recorder.err();
    recorder.signal(SIGTERM);
    EXPECT_EQ(recorder.wait(), 0) << recorder.err();
    const Json ended(lines_of(recorder.out()).back());
    EXPECT_EQ(ended.text("event"), "record.ended");
    EXPECT_EQ(ended.number("dropped"), 0);
    EXPECT_EQ(ended.number("gaps"), 0);
    EXPECT_GT(ended.number("messages"), 100);
  }
  const Json sound = verdict(recording());
  EXPECT_TRUE(sound.flag("sound")) << sound.source();

  const Said info = gannet(folder, {"data", "info", recording(), "--json"});
  std::map<std::string, std::int64_t> messages;
  const Json told(info.out);
  for (const auto stream : told["streams"].get_array()) {
    messages[std::string(std::string_view(stream["channel"])) + " " +
             std::string(std::string_view(stream["instrument"]))] =
        std::int64_t(stream["messages"]);
  }
  for (const char* stream : {"books BTC-USDT-SWAP", "bbo-tbt ETH-USDT", "trades BTC-USDT-SWAP",
                             "mark-price BTC-USDT-SWAP", "index-tickers ETH-USDT"}) {
    EXPECT_GT(messages[stream], 0) << stream << " in " << info.out;
  }

  // Every book proven to its end, from the directory and from one file made of it.
  const std::string one = folder.file("one.jsonl.zst");
  EXPECT_EQ(gannet(folder, {"data", "convert", recording(), "--out", one}).code, 0);
  const Said books = gannet(folder, {"book", "--rebuild", recording()});
  EXPECT_EQ(books.out, gannet(folder, {"book", "--rebuild", one}).out);
  ASSERT_EQ(lines_of(books.out).size(), 2u) << books.err;
  for (const std::string& line : lines_of(books.out)) {
    const Json book(line);
    EXPECT_TRUE(book.flag("valid")) << line;
    EXPECT_EQ(book.number("gaps"), 0) << line;
  }
  const Json decoded(lines_of(gannet(folder, {"decode", recording()}).out).back());
  EXPECT_EQ(decoded.number("refused"), 0);

  // A part from the middle begins with the books as they were, and ends as the whole does.
  const auto index = app::read_index(recording());
  // The last segment may have begun a moment before the end, with nothing of a book in it.
  const Timestamp begun = index->front().first;
  const std::string from =
      std::to_string((begun + Nanos{(index->front().last - begun).count / 2}).nanos);
  const std::string part = folder.file("part");
  const Said cut = gannet(folder, {"data", "convert", recording(), "--out", part, "--from", from,
                                   "--channels", "books,trades"});
  EXPECT_EQ(cut.code, 0) << cut.err;
  EXPECT_NE(cut.out.find("after 2 books as they were"), std::string::npos) << cut.out;
  std::vector<std::string> best[2];
  for (const auto& [path, into] : {std::pair{recording(), &best[0]}, {part, &best[1]}}) {
    for (const std::string& line : lines_of(gannet(folder, {"book", "--rebuild", path}).out)) {
      const Json book(line);
      EXPECT_TRUE(book.flag("valid")) << line;
      into->push_back(book.text("best_bid") + " " + book.text("best_ask") + " " +
                      std::to_string(book.number("last_sequence")));
    }
  }
  EXPECT_EQ(best[0], best[1]);

  // Tables: as many trades as the recording tells, and candles made of them.
  const Said trades = gannet(folder, {"data", "export", recording(), "--table", "trades"});
  const Said candles = gannet(folder, {"data", "export", recording(), "--table", "candles"});
  EXPECT_EQ(trades.code, 0) << trades.err;
  std::uint64_t in_candles = 0;
  for (const std::string& line : lines_of(candles.out)) {
    if (!line.starts_with("open_time")) in_candles += std::stoull(line.substr(line.rfind(',') + 1));
  }
  EXPECT_GT(in_candles, 0u);
  EXPECT_EQ(in_candles, lines_of(trades.out).size() - 1);
  const Said depth = gannet(folder, {"data", "export", recording(), "--table", "books", "--depth",
                                     "3", "--every", "500ms", "--instruments", "ETH-USDT"});
  EXPECT_GT(lines_of(depth.out).size(), 2u) << depth.err;

  // The directory is a market for the simulated venue.
  auto replay = app::ChildSim::spawn({.program = program("gannet"),
                                      .arguments = {"--market", "replay:" + recording()},
                                      .log_file = folder.file("replay.log")});
  EXPECT_TRUE(replay) << replay.error().message << read_file(folder.file("replay.log"));

  // And damage is seen, wherever it is.
  const std::string segment = recording() + "/" + index->front().segment;
  std::string bytes = read_file(segment);
  bytes[bytes.size() / 2] = static_cast<char>(bytes[bytes.size() / 2] ^ 1);
  std::ofstream(segment, std::ios::binary | std::ios::trunc) << bytes;
  EXPECT_FALSE(verdict(recording()).flag("sound"));
  EXPECT_EQ(gannet(folder, {"data", "verify", folder.file("nowhere")}).code, 2);
}

TEST_F(RecordAndPaperTest, ALostConnectionIsNamedInTheIndexAndTheBooksGoOn) {
  Venue venue(folder);
  Process recorder(folder, program("gannet"),
                   at(venue, {"--instruments", "BTC-USDT-SWAP", "--channels", "books", "--quiet"}));
  const auto messages = [&] {
    std::uint64_t count = 0;
    if (!std::filesystem::exists(recording())) return count;
    if (const auto files = app::recorded_files(recording())) {
      for (const auto& file : *files) count += file.bytes;
    }
    return count;
  };
  ASSERT_TRUE(wait_until([&] { return messages() > 3'000; })) << recorder.err();
  venue.order_fault(R"({"fault":"cut","connection":"public"})");
  const std::uint64_t then = messages();
  ASSERT_TRUE(wait_until([&] { return messages() > then + 3'000; })) << recorder.err();
  recorder.signal(SIGINT);
  EXPECT_EQ(recorder.wait(), 0) << recorder.err();
  EXPECT_NE(recorder.err().find("recorder.gap"), std::string::npos) << recorder.err();
  const auto index = app::read_index(recording());
  ASSERT_EQ(index->size(), 1u);
  ASSERT_EQ(index->front().gaps.size(), 1u);
  EXPECT_EQ(index->front().gaps[0].kind, app::RecordingGap::Kind::Outage);
  EXPECT_GE(index->front().streams.at({"books", "BTC-USDT-SWAP"}).snapshots, 2u);
  const Json unsound = verdict(recording());
  EXPECT_FALSE(unsound.flag("sound"));
  EXPECT_EQ(unsound["findings"].get_array().size(), 1u) << unsound.source();
}

TEST_F(RecordAndPaperTest, PaperTradesOnMirroredPricesAndTellsTheSiteNothing) {
  Venue site(folder);
  DemoConfig config{.state_directory = folder.state(), .venue = &site.ready()};
  config.environment = "paper";
  config.more = "[record]\ndirectory = \"" + recording() + "\"\ndisk_free_min = \"0%\"\n" +
                "[venue.paper]\nbalances = [\"4321 USDT\"]\n";
  Daemon daemon(folder, config);
  ASSERT_TRUE(daemon.wait_for_state("ready"));
  ASSERT_TRUE(daemon.wait_for_orders(10));
  ASSERT_TRUE(daemon.wait_for("a fill", [](const Json& now) { return now.number("fills") > 0; }));
  const auto status = daemon.status();
  EXPECT_EQ(status->text("environment"), "paper");
  EXPECT_FALSE(bool((*status)["recording"]["stopped"]));
  EXPECT_NE(gannet(folder, {"status", "--state", folder.state()}).out.find("PAPER ready"),
            std::string::npos);
  // Its prices are the site's.
  const Json truth = site.truth();
  EXPECT_EQ(site.orders(), 0u) << truth.source().substr(0, 400);
  EXPECT_EQ(daemon.stop(), 0) << daemon.summary();
  EXPECT_EQ(Json(daemon.summary()).text("environment"), "paper");
  EXPECT_EQ(site.orders(), 0u);
  // The engine's own market connection was recorded, and goes through the same checks.
  const Json sound = verdict(recording());
  EXPECT_TRUE(sound.flag("sound")) << sound.source();
  EXPECT_GT(sound.number("messages"), 50);
  EXPECT_NE(read_file(folder.file("state/paper-account.toml")).find("4321 USDT"),
            std::string::npos);
}

}  // namespace
}  // namespace gannet::test
