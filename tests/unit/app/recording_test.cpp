// What a recorder writes, and what can be read of it after any end. REC-09
#include "app/recording.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <stdlib.h>
#include <unistd.h>

#include <atomic>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "app/frame_recorder.h"
#include "app/frame_ring.h"
#include "app/recorded_session.h"
#include "app/recording_reader.h"
#include "app/segment_writer.h"
#include "base/clock.h"
#include "gateway/okx/protocol/listen_session.h"
#include "support/padded_text.h"

namespace gannet::app {
namespace {

using test::PaddedText;
using testing::ElementsAre;
using testing::HasSubstr;

std::string book(int sequence, int previous, const char* action = "update") {
  return std::string(R"({"arg":{"channel":"books","instId":"BTC-USDT"},"action":")") + action +
         R"(","data":[{"asks":[],"bids":[["1","2","0","1"]],"ts":"1","checksum":0,"seqId":)" +
         std::to_string(sequence) + R"(,"prevSeqId":)" + std::to_string(previous) + "}]}";
}

class RecordingTest : public testing::Test {
 protected:
  RecordingTest() {
    std::string name = (std::filesystem::temp_directory_path() / "gannet-record-XXXXXX").string();
    directory = ::mkdtemp(name.data());
  }
  ~RecordingTest() override { std::filesystem::remove_all(directory); }

  std::unique_ptr<SegmentWriter> open(SegmentSettings more = {}) const {
    more.directory = directory;
    auto writer = SegmentWriter::open(more);
    if (!writer) throw std::runtime_error(writer.error().message);
    return std::move(*writer);
  }
  std::vector<std::string> messages() const {
    std::vector<std::string> found;
    const auto read = for_each_line(directory, [&](const RecordingLine& line) {
      EXPECT_EQ(line.number, found.size() + 1);
      found.emplace_back(line.recorded.message);
    });
    EXPECT_TRUE(read) << read.error().message;
    return found;
  }
  std::vector<SegmentEntry> index() const { return *read_index(directory); }
  std::string path(const std::string& name) const { return directory + "/" + name; }
  static void put(SegmentWriter& writer, const std::string& text, std::int64_t nanos,
                  std::uint32_t connection = 0) {
    ASSERT_TRUE(writer.write({{nanos}, "public", "in", connection}, text));
  }

  std::string directory;
};

TEST_F(RecordingTest, KeepsBytesAsReceivedInTheFormatOfTheRecordings) {
  auto writer = open();
  put(*writer, book(1, -1, "snapshot"), 1'000);
  put(*writer, "pong", 2'000, 3);
  ASSERT_TRUE(writer->close());
  ASSERT_EQ(index().size(), 1u);
  auto reader = RecordingReader::open(directory);
  ASSERT_TRUE(reader);
  EXPECT_EQ(**reader->next(),
            R"({"t":1000,"ch":"public","dir":"in","m":)" + book(1, -1, "snapshot") + "}");
  EXPECT_EQ(**reader->next(), R"({"t":2000,"ch":"public","dir":"in","c":3,"m":"pong"})");
  EXPECT_FALSE(*reader->next());
}

TEST_F(RecordingTest, RotatesBySizeAndTimeAndTheIndexTellsWhatIsWhere) {
  auto writer =
      open({.directory = {}, .segment_bytes_max = 1'000, .segment_duration_max = seconds(9)});
  for (int i = 0; i < 12; ++i) put(*writer, book(i + 1, i == 0 ? -1 : i), 1'000 + i);
  put(*writer, book(13, 12), 1'000 + seconds(20).count);
  ASSERT_TRUE(writer->close());
  const auto entries = index();
  ASSERT_EQ(entries.size(), 4u);  // lines of some 200 bytes each: five, five, two, and a late one
  std::uint64_t sum = 0;
  for (const SegmentEntry& entry : entries) {
    sum += entry.messages;
    EXPECT_EQ(entry.bytes, std::filesystem::file_size(path(entry.segment)));
    const auto counted = count_segment(path(entry.segment), entry.bytes);
    ASSERT_TRUE(counted);
    EXPECT_EQ(counted->crc, entry.crc);
    EXPECT_EQ(counted->text_bytes, entry.text_bytes);
  }
  EXPECT_EQ(sum, 13u);
  const StreamTally& first = entries[0].streams.at({"books", "BTC-USDT"});
  EXPECT_EQ(first.first_sequence, 1);
  EXPECT_EQ(entries[3].streams.at({"books", "BTC-USDT"}).last_sequence, 13);
  EXPECT_EQ(entries[3].first.nanos, 1'000 + seconds(20).count);
  EXPECT_EQ(messages().size(), 13u);
}

TEST_F(RecordingTest, NamesAGapBySequenceOnce) {
  auto writer = open();
  put(*writer, book(10, -1, "snapshot"), 1);
  put(*writer, book(12, 10), 2);
  put(*writer, book(20, 15), 3);
  put(*writer, book(21, 20), 4);
  put(*writer, book(30, 29), 5, 1);  // another connection: its own chain, not begun yet
  writer->tally().on_opened("public", 0, {5});
  writer->tally().on_closed("public", 0, {6});
  writer->tally().on_opened("public", 0, {9});
  put(*writer, book(50, -1, "snapshot"), 10);
  writer->tally().on_dropped("public", 7, {11});
  ASSERT_TRUE(writer->close());
  const SegmentEntry entry = index().at(0);
  EXPECT_EQ(entry.gap_count, 4u);
  ASSERT_EQ(entry.gaps.size(), 4u);
  EXPECT_EQ(entry.gaps[0].expected, 12);
  EXPECT_EQ(entry.gaps[0].got, 15);
  EXPECT_EQ(entry.gaps[0].from.nanos, 2);
  EXPECT_EQ(entry.gaps[0].instrument, "BTC-USDT");
  EXPECT_EQ(entry.gaps[2].kind, RecordingGap::Kind::Outage);
  EXPECT_EQ(entry.gaps[2].from.nanos, 6);
  EXPECT_EQ(entry.gaps[2].to.nanos, 9);
  EXPECT_EQ(entry.gaps[3].kind, RecordingGap::Kind::Dropped);
  EXPECT_EQ(entry.gaps[3].messages, 7u);
  EXPECT_EQ(entry.streams.at({"books", "BTC-USDT"}).gaps, 2u);
}

TEST_F(RecordingTest, ATornTailIsReadToTheLastWholeFrameAndRepairedByTheNextRun) {
  std::vector<std::uint64_t> ends;
  std::string name;
  {
    auto writer = open();
    for (int i = 0; i < 3; ++i) {
      put(*writer, book(i + 2, i + 1), i);
      ASSERT_TRUE(writer->flush());
      name = writer->segment();
      ends.push_back(std::filesystem::file_size(path(name)));
    }
  }  // no close: as after a kill
  std::ifstream file(path(name), std::ios::binary);
  const std::string whole{std::istreambuf_iterator<char>(file), {}};
  std::set<std::uint64_t> sizes;
  for (std::uint64_t size = 0; size <= whole.size(); size += 7) sizes.insert(size);
  for (const std::uint64_t end : ends) sizes.insert({end - 1, end, end + 1});
  for (const std::uint64_t size : sizes) {
    if (size > whole.size()) continue;
    std::filesystem::resize_file(path(name), size);
    EXPECT_EQ(messages().size(), size >= ends[2]   ? 3u
                                 : size >= ends[1] ? 2u
                                                   : size >= ends[0])
        << size << " of " << whole.size();
    std::ofstream(path(name), std::ios::binary | std::ios::trunc) << whole;
  }
  std::filesystem::resize_file(path(name), ends[2] - 1);
  std::ofstream(path("index.jsonl"), std::ios::binary) << R"({"segment":"0000)";
  auto next = open();
  EXPECT_EQ(next->recovered(), 1u);
  put(*next, book(9, 8), 100);
  ASSERT_TRUE(next->close());
  const auto entries = index();
  ASSERT_EQ(entries.size(), 2u);
  EXPECT_TRUE(entries[0].recovered);
  EXPECT_EQ(entries[0].messages, 2u);
  EXPECT_EQ(entries[0].bytes, ends[1]);
  EXPECT_THAT(entries[1].segment, testing::StartsWith("000002-"));
  EXPECT_EQ(messages().size(), 3u);
}

TEST_F(RecordingTest, ADirectoryHasOneWriterAtATime) {
  const auto writer = open();
  const auto second = SegmentWriter::open({.directory = directory});
  ASSERT_FALSE(second);
  EXPECT_THAT(second.error().message, HasSubstr("another recorder is at work"));
}

TEST_F(RecordingTest, ADirectoryWithoutSegmentsIsToldSo) {
  const auto reader = RecordingReader::open(directory);
  ASSERT_FALSE(reader);
  EXPECT_THAT(reader.error().message, HasSubstr("holds no segment"));
  EXPECT_FALSE(RecordingReader::open(directory + "/nowhere"));
}

TEST(FrameRing, CarriesFramesOfEveryLengthAcrossThreadsAndRefusesWhatDoesNotFit) {
  FrameRing ring(64 * 1024);
  EXPECT_FALSE(ring.try_push({TappedFrame::Kind::In, {1}, 0, std::string(40'000, 'x')}));
  constexpr int kFrames = 20'000;
  std::thread pusher([&] {
    for (int i = 0; i < kFrames; ++i) {
      const std::string text(static_cast<std::size_t>(i * 7 % 3'000),
                             static_cast<char>('a' + i % 26));
      while (!ring.try_push({TappedFrame::Kind::In, {i}, 0, text})) std::this_thread::yield();
    }
  });
  for (int i = 0; i < kFrames;) {
    TappedFrame frame;
    if (!ring.peek(frame)) {
      std::this_thread::yield();
      continue;
    }
    ASSERT_EQ(frame.time.nanos, i);
    ASSERT_EQ(frame.text, std::string(static_cast<std::size_t>(i * 7 % 3'000),
                                      static_cast<char>('a' + i % 26)));
    ring.pop();
    ++i;
  }
  pusher.join();
}

class Quiet final : public okx::SocketSession {
 public:
  void on_open(okx::SocketOutput& output, Timestamp) noexcept override {
    output.send_text(R"({"op":"login","args":[{"apiKey":"canary"}]})");
    output.send_text(R"({"op":"subscribe"})");
  }
  void on_text(std::string_view, Timestamp) noexcept override {}
  void on_closed(Timestamp) noexcept override {}
  void on_timer(Timestamp) noexcept override {}
};
struct Sink final : okx::SocketOutput {
  bool send_text(std::string_view text) noexcept override {
    sent.emplace_back(text);
    return true;
  }
  void reconnect(std::string_view why) noexcept override { reconnects.emplace_back(why); }
  std::vector<std::string> sent, reconnects;
};

TEST_F(RecordingTest, TheRecorderHearsASessionButNoLogin_SEC02) {
  RecorderSettings settings;
  settings.segments.directory = directory;
  settings.disk_free_min_ppm = 0;
  auto recorder = FrameRecorder::open(settings);
  ASSERT_TRUE(recorder) << recorder.error().message;
  FrameTap& tap = (*recorder)->add_tap("private");
  (*recorder)->start();
  Quiet session;
  RecordedSession recorded(session, tap);
  Sink sink;
  recorded.on_open(sink, {5});
  recorded.on_text(book(1, -1, "snapshot"), {6});
  recorded.on_closed({7});
  EXPECT_EQ(sink.sent.size(), 2u);
  (*recorder)->stop();
  EXPECT_THAT(messages(), ElementsAre(R"({"op":"subscribe"})", book(1, -1, "snapshot")));
  EXPECT_EQ((*recorder)->figures().messages, 2u);
  EXPECT_EQ((*recorder)->figures().segments, 1u);
}

TEST_F(RecordingTest, SeveralConnectionsOfOneSocketAreRecordedAsOne) {
  RecorderSettings settings;
  settings.segments.directory = directory;
  settings.disk_free_min_ppm = 0;
  auto recorder = FrameRecorder::open(settings);
  ASSERT_TRUE(recorder);
  FrameTap& first = (*recorder)->add_tap("public", "market", 0);
  FrameTap& second = (*recorder)->add_tap("public", "market", 1);
  const std::string mark =
      R"({"arg":{"channel":"mark-price","instId":"BTC-USDT-SWAP"},"data":[{"markPx":"1"}]})";
  std::int64_t time = 0;
  const auto hears = [&](FrameTap& tap, const std::string& text) {
    tap.on_received(text, {++time});
  };
  first.on_opened({++time});
  second.on_opened({++time});
  hears(first, book(10, -1, "snapshot"));
  hears(second, book(10, -1, "snapshot"));  // repeated
  hears(second, book(12, 10));
  hears(first, book(12, 10));  // repeated
  hears(first, mark);
  hears(second, mark);  // has no sequence: that of the connection that told it first counts
  hears(first, book(15, 12));
  first.on_closed({++time});
  hears(second, book(15, 12));  // repeated, and late
  hears(second, book(16, 15));
  hears(second, mark);
  first.on_opened({++time});  // no outage: the second was there
  hears(first, book(16, -1, "snapshot"));
  (*recorder)->start();
  (*recorder)->stop();
  EXPECT_THAT(messages(), ElementsAre(book(10, -1, "snapshot"), book(12, 10), mark, book(15, 12),
                                      book(16, 15), mark));
  EXPECT_EQ(index().at(0).gap_count, 0u);
  EXPECT_EQ((*recorder)->figures().repeated, 5u);
}

TEST_F(RecordingTest, AHalfDeadConnectionGivesAStreamWithoutSequencesAway) {
  LineMerge merge;
  merge.on_opened(0);
  merge.on_opened(1);
  okx::FrameSummarizer summarizer;
  const PaddedText mark(R"({"arg":{"channel":"mark-price","instId":"X"},"data":[{"markPx":"1"}]})");
  const auto news = [&](std::uint32_t connection, Nanos at) {
    return merge.is_news(connection, *summarizer.read(mark), Timestamp{} + at);
  };
  EXPECT_TRUE(news(0, seconds(1)));
  EXPECT_FALSE(news(1, milliseconds(1'010)));
  EXPECT_FALSE(news(1, milliseconds(2'010)));  // perhaps the first is late
  EXPECT_TRUE(news(1, milliseconds(3'010)));
  EXPECT_FALSE(news(0, milliseconds(3'500)));
  EXPECT_TRUE(news(1, milliseconds(4'010)));
}

TEST_F(RecordingTest, AnOutageIsOfConnectionsThatStandInForOneAnother_AndItsMarksGetThrough) {
  RecorderSettings settings;
  settings.segments.directory = directory;
  settings.queue_bytes = 64 * 1024;
  settings.disk_free_min_ppm = 0;
  auto recorder = FrameRecorder::open(settings);
  ASSERT_TRUE(recorder);
  FrameTap& algos = (*recorder)->add_tap("business", "algo_orders", 0);
  FrameTap& candles = (*recorder)->add_tap("business", "business", 1);
  std::int64_t time = 0;
  algos.on_opened({++time});
  candles.on_opened({++time});
  const std::string frame = R"({"event":")" + std::string(3'000, 'x') + R"("})";
  for (int i = 0; i < 100; ++i)
    candles.on_received(frame, {++time});  // full, and nobody drains yet
  EXPECT_GT((*recorder)->figures().dropped, 0u);
  candles.on_closed({++time});
  candles.on_opened({++time});
  (*recorder)->start();
  (*recorder)->stop();
  const SegmentEntry entry = index().at(0);
  ASSERT_EQ(entry.gaps.size(), 2u);  // what was lost, and the time without a connection
  EXPECT_EQ(entry.gaps[1].kind, RecordingGap::Kind::Outage);
  EXPECT_EQ(entry.gaps[1].channel, "business");
  EXPECT_EQ(entry.gaps[1].from.nanos, time - 1);
}

TEST_F(RecordingTest, AFullQueueDropsCountsAndNames) {
  RecorderSettings settings;
  settings.segments.directory = directory;
  settings.queue_bytes = 64 * 1024;
  settings.disk_free_min_ppm = 0;
  auto recorder = FrameRecorder::open(settings);
  ASSERT_TRUE(recorder);
  FrameTap& tap = (*recorder)->add_tap("public");
  const std::string frame = R"({"event":")" + std::string(20'000, 'x') + R"("})";
  for (int i = 0; i < 10; ++i) tap.on_received(frame, {i + 1});  // nobody drains yet
  const std::uint64_t dropped = (*recorder)->figures().dropped;
  EXPECT_GE(dropped, 6u);
  (*recorder)->start();
  (*recorder)->stop();
  const SegmentEntry entry = index().at(0);
  EXPECT_EQ(entry.messages + dropped, 10u);
  ASSERT_EQ(entry.gaps.size(), 1u);
  EXPECT_EQ(entry.gaps[0].messages, dropped);
}

TEST_F(RecordingTest, ALowDiskStopsTheRecorderAlone_REC09) {
  RecorderSettings settings;
  settings.segments.directory = directory;
  settings.disk_free_min_ppm = 1'000'001;  // more than there can be
  const auto refused = FrameRecorder::open(settings);
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().message, HasSubstr("too little room"));
}

std::atomic<std::uint32_t> made_up_free_ppm{1'000'000};

TEST_F(RecordingTest, ADiskThatRunsLowEndsTheSegmentWholeAndNothingMoreIsHeard_REC09) {
  made_up_free_ppm = 500'000;
  RecorderSettings settings;
  settings.segments.directory = directory;
  settings.flush_interval = milliseconds(1);
  settings.free_ppm = [](const std::string&) { return made_up_free_ppm.load(); };
  auto recorder = FrameRecorder::open(settings);
  ASSERT_TRUE(recorder) << recorder.error().message;
  FrameTap& tap = (*recorder)->add_tap("public");
  tap.on_received(book(1, -1, "snapshot"), {1});
  (*recorder)->start();
  while ((*recorder)->figures().bytes == 0) std::this_thread::yield();
  made_up_free_ppm = 99'999;
  while (!(*recorder)->figures().stopped) std::this_thread::yield();
  tap.on_received(book(2, 1), {2});
  (*recorder)->stop();
  ASSERT_EQ(index().size(), 1u);
  EXPECT_EQ(index()[0].messages, 1u);
  EXPECT_EQ(index()[0].bytes, std::filesystem::file_size(path(index()[0].segment)));
  EXPECT_EQ((*recorder)->figures().dropped, 0u);  // a choice, not a loss
}

struct Refusals final : okx::ListenProblems {
  void on_refused(std::string_view message) noexcept override { told.emplace_back(message); }
  std::vector<std::string> told;
};

TEST(ListenSession, SubscribesPingsAndAsksAgainForABrokenBook) {
  Refusals refusals;
  okx::ListenSession session({}, {{"books", "BTC-USDT"}, {"instruments", "SWAP"}, {"status", ""}},
                             refusals);
  Sink sink;
  session.on_open(sink, {0});
  ASSERT_EQ(sink.sent.size(), 1u);
  EXPECT_EQ(sink.sent[0], R"({"op":"subscribe","args":[{"channel":"books","instId":"BTC-USDT"},)"
                          R"({"channel":"instruments","instType":"SWAP"},{"channel":"status"}]})");
  const auto tell = [&](const std::string& text, std::int64_t nanos) {
    const PaddedText padded(text);
    session.on_text(padded.view(), {nanos});
  };
  tell(R"({"event":"subscribe","arg":{"channel":"books","instId":"BTC-USDT"}})", 1);
  tell(R"({"event":"error","code":"60018","msg":"no such channel"})", 2);
  EXPECT_THAT(refusals.told, ElementsAre("no such channel"));
  EXPECT_FALSE(session.settled());
  tell(R"({"event":"subscribe","arg":{"channel":"status"}})", 3);
  EXPECT_TRUE(session.settled());
  tell(book(10, -1, "snapshot"), 4);
  tell(book(20, 19), 5);
  session.on_timer({6});
  ASSERT_EQ(sink.sent.size(), 3u);
  EXPECT_EQ(sink.sent[1],
            R"({"op":"unsubscribe","args":[{"channel":"books","instId":"BTC-USDT"}]})");
  EXPECT_EQ(sink.sent[2], R"({"op":"subscribe","args":[{"channel":"books","instId":"BTC-USDT"}]})");
  tell(R"({"event":"subscribe","arg":{"channel":"books","instId":"BTC-USDT"}})", 7);
  session.on_timer({7 + seconds(16).count});
  EXPECT_EQ(sink.sent.back(), "ping");
  session.on_timer({7 + seconds(26).count});
  EXPECT_THAT(sink.reconnects, ElementsAre("nothing comes any more"));
}

}  // namespace
}  // namespace gannet::app
