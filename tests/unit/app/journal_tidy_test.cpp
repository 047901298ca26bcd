#include "app/journal_tidy.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>
#include <string>
#include <vector>

#include "app/crash_brake.h"
#include "app/disk_watch.h"
#include "app/prior_journal.h"
#include "app/store_journal.h"
#include "base/journal_snapshot.h"
#include "base/journal_store.h"
#include "support/faulty_files.h"

// Closed segments: a snapshot stands for them, they are packed, and in the end they go.
// [RELIABILITY REC-06, REC-09, REC-12]

namespace gannet::app {
namespace {

namespace disk = std::filesystem;

/// The disk, counting how often each file is read.
class CountingFiles final : public JournalFiles {
 public:
  std::map<std::string, int> reads;

  std::expected<void, Error> make_directory(const std::string& directory) override {
    return disk_.make_directory(directory);
  }
  std::expected<std::vector<std::string>, Error> list(const std::string& directory) override {
    return disk_.list(directory);
  }
  std::optional<std::vector<std::byte>> read(const std::string& path) override {
    ++reads[path];
    return disk_.read(path);
  }
  std::unique_ptr<JournalFile> create(const std::string& path, std::size_t reserve) override {
    return disk_.create(path, reserve);
  }
  bool cut(const std::string& path, std::uint64_t size) override { return disk_.cut(path, size); }
  bool remove(const std::string& path) override { return disk_.remove(path); }
  bool rename(const std::string& from, const std::string& to) override {
    return disk_.rename(from, to);
  }
  bool sync_directory(const std::string& directory) override {
    return disk_.sync_directory(directory);
  }
  std::optional<std::uint32_t> free_ppm(const std::string& directory) override {
    return disk_.free_ppm(directory);
  }

 private:
  JournalFiles& disk_ = JournalFiles::disk();
};

class JournalTidyTest : public ::testing::Test {
 protected:
  void SetUp() override {
    // Many small files: not for a disk.
    root_ =
        std::string(access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp") + "/gannet-tidy-XXXXXX";
    ASSERT_NE(mkdtemp(root_.data()), nullptr);
    settings_.directory = root_ + "/journal";
    settings_.ring_path = root_ + "/ring";
    settings_.ring_bytes = 1u << 20;
    settings_.segment_bytes = 20'000;
  }
  void TearDown() override { disk::remove_all(root_); }

  /// Orders that fill and end, but for every hundredth.
  void trade(int orders) {
    engine::PriorBelief ignored;
    auto writer = JournalWriter::open(settings_, [](const JournalRecord&) {});
    ASSERT_TRUE(writer.has_value()) << writer.error().message;
    StoreJournal journal((*writer)->ring());
    ASSERT_TRUE(engine::append(journal, engine::RunRecord{++run_, 1, 0}, now_));
    for (int i = 0; i < orders; ++i) {
      now_ = now_ + seconds(60);
      const std::uint64_t id = run_ * 1'000'000 + static_cast<std::uint64_t>(i);
      engine::PlaceIntentRecord intent;
      intent.handle = id;
      engine::PlaceRecord place;
      place.client_id = place.handle = id;
      place.instrument = 0;
      place.quantity = 2;
      place.price = 100 + i;
      engine::FillBookedRecord fill;
      fill.client_id = fill.venue_id = id;
      fill.instrument = 0;
      fill.strategy = 0;
      fill.fill.trade_id = static_cast<std::int64_t>(id);
      fill.fill.quantity = fill.fill.price = 1 + i;
      ASSERT_TRUE(engine::append(journal, intent, now_));
      ASSERT_TRUE(engine::append(journal, place, now_));
      ASSERT_TRUE(engine::append(journal, fill, now_));
      engine::OrderEndedRecord ended;
      ended.client_id = id;
      if (i % 100 != 99) {
        ASSERT_TRUE(engine::append(journal, ended, now_));
      }
      if (i % 20 == 19) {
        ASSERT_TRUE((*writer)->drain());
      }
    }
    ASSERT_TRUE((*writer)->drain() && (*writer)->sync());
  }
  /// What a start believes: open orders and fills.
  std::pair<std::size_t, std::size_t> belief() {
    engine::PriorBelief belief;
    auto writer = JournalWriter::open(settings_, [&](const JournalRecord& record) {
      belief.add(static_cast<engine::RecordType>(record.head.type), record.payload,
                 {record.head.time});
    });
    EXPECT_TRUE(writer.has_value()) << writer.error().message;
    return {belief.open_orders().size(), belief.position_steps().size()};
  }
  std::size_t files(std::string_view ending) const {
    return static_cast<std::size_t>(std::ranges::count_if(
        disk::directory_iterator(settings_.directory), [&](const disk::directory_entry& entry) {
          return entry.path().filename().string().ends_with(ending);
        }));
  }
  std::expected<TidyReport, Error> tidy(Nanos retention = seconds(30 * 86'400)) {
    return tidy_journal(settings_.directory, retention, now_);
  }

  std::string root_;
  JournalSettings settings_;
  Timestamp now_{1'790'000'000'000'000'000};
  std::uint64_t run_ = 0;
};

/// A disk that is full, or a kill, between a segment and its head: what waits in the ring goes on
/// from the segment before, also where a snapshot covers that.
TEST_F(JournalTidyTest, AnEmptyNewestSegmentBehindASnapshotLosesNothingOfTheRing) {
  trade(200);
  const auto whole = read_journal(settings_.directory, [](const JournalRecord&) {});
  ASSERT_TRUE(whole.has_value());
  {
    auto writer = JournalWriter::open(settings_, [](const JournalRecord&) {});
    ASSERT_TRUE(writer.has_value());
    StoreJournal journal((*writer)->ring());
    engine::FillBookedRecord fill;
    fill.instrument = 0;
    fill.strategy = 0;
    fill.fill.trade_id = 7;
    fill.fill.quantity = fill.fill.price = 1;
    ASSERT_TRUE(engine::append(journal, fill, now_));  // in the ring alone
  }
  std::ofstream(settings_.directory + "/" + segment_name(whole->last_sequence + 1)).flush();
  const auto report = tidy();
  ASSERT_TRUE(report.has_value()) << report.error().message;
  EXPECT_EQ(report->snapshot_through, whole->last_sequence);
  EXPECT_EQ(belief(), std::pair(std::size_t{2}, std::size_t{201}));
}

TEST_F(JournalTidyTest, AStartFromTheSnapshotBelievesWhatItBelievedFromAllOfIt) {
  trade(1'000);
  const auto before = belief();
  EXPECT_EQ(before, std::pair(std::size_t{10}, std::size_t{1'000}));
  const std::size_t segments = files(".gnt");
  ASSERT_GT(segments, 5u);
  const auto report = tidy();
  ASSERT_TRUE(report.has_value()) << report.error().message;
  EXPECT_EQ(report->compressed, segments - 2);
  EXPECT_EQ(report->removed, 0u);
  EXPECT_EQ(files(".gnt"), 2u);
  EXPECT_EQ(files(".gns"), 1u);
  EXPECT_EQ(belief(), before);
  // Packed segments are read as they were.
  const auto read = read_journal(settings_.directory, [](const JournalRecord&) {});
  ASSERT_TRUE(read.has_value());
  EXPECT_EQ(read->damage, "");
  EXPECT_EQ(read->records, 3'991u);
  // A run more, a snapshot more; the one before it stays, an older one goes.
  for (int i = 0; i < 3; ++i) {
    trade(200);
    ASSERT_TRUE(tidy().has_value());
  }
  EXPECT_EQ(files(".gns"), 2u);
  EXPECT_EQ(belief(), std::pair(std::size_t{16}, std::size_t{1'600}));
}

TEST_F(JournalTidyTest, OldSegmentsGoWhenASnapshotStandsForThemAndNeverBefore) {
  trade(1'000);  // over 16 hours
  ASSERT_TRUE(tidy(seconds(3'600)).has_value());
  const std::size_t all = files(".gnt") + files(".zst");
  trade(200);
  const auto before = belief();
  CountingFiles counted;
  const auto report = tidy_journal(settings_.directory, seconds(3'600), now_, counted);
  ASSERT_TRUE(report.has_value()) << report.error().message;
  EXPECT_GT(report->removed, all / 2);
  for (const auto& [path, times] : counted.reads)
    EXPECT_LE(times, 4) << path << ": for the snapshot, its newest time, and to pack it";
  EXPECT_EQ(belief(), before);
  const auto kept = read_journal(settings_.directory, [](const JournalRecord&) {});
  ASSERT_TRUE(kept.has_value());
  EXPECT_EQ(kept->damage, "") << "what is left is a valid journal";
  EXPECT_GT(kept->first_sequence, 1u);
  // Without a snapshot what is left does not say enough: that is refused, not guessed.
  for (const auto& entry : disk::directory_iterator(settings_.directory)) {
    if (entry.path().extension() == ".gns") disk::remove(entry.path());
  }
  const auto writer = JournalWriter::open(settings_, [](const JournalRecord&) {});
  ASSERT_FALSE(writer.has_value());
  EXPECT_NE(writer.error().message.find("snapshot"), std::string::npos) << writer.error().message;
}

TEST_F(JournalTidyTest, ADamagedSnapshotIsPassedOverForTheOneBeforeIt) {
  trade(600);
  ASSERT_TRUE(tidy().has_value());
  trade(600);
  ASSERT_TRUE(tidy().has_value());
  const auto before = belief();
  ASSERT_EQ(files(".gns"), 2u);
  std::vector<disk::path> snapshots;
  for (const auto& entry : disk::directory_iterator(settings_.directory)) {
    if (entry.path().extension() == ".gns") snapshots.push_back(entry.path());
  }
  std::ranges::sort(snapshots);
  std::fstream file(snapshots.back(), std::ios::binary | std::ios::in | std::ios::out);
  file.seekp(200);
  file.put('x');
  file.close();
  EXPECT_EQ(belief(), before);
}

/// REC-09: trading stops before the process, and each comes back with room to spare.
TEST(DiskWatch, HoldsTradingFirstAndEndsTheProcessLast_REC_09) {
  test::FaultyFiles files(1);
  config::JournalConfig limits;
  DiskWatch watch("nowhere", limits, files);
  using Verdict = DiskWatch::Verdict;
  Nanos now = seconds(10);
  const auto look = [&](std::uint32_t free) {
    files.free = free;
    now = now + seconds(1);
    return watch.look(now);
  };
  EXPECT_EQ(look(500'000), std::nullopt);
  EXPECT_EQ(look(99'000), std::nullopt) << "the recorder's limit, not ours";
  EXPECT_EQ(look(49'000), Verdict::HoldTrading);
  EXPECT_EQ(look(55'000), std::nullopt) << "not on the edge";
  EXPECT_EQ(look(61'000), Verdict::Enough);
  EXPECT_EQ(look(49'000), Verdict::HoldTrading);
  EXPECT_EQ(look(19'000), Verdict::EndProcess);
  EXPECT_EQ(watch.look(now + milliseconds(10)), std::nullopt) << "once a second";
}

TEST(CrashBrake, CountsOnlyStartsWithoutAnEndOfTheirOwn_REC_12) {
  char name[] = "/tmp/gannet-brake-XXXXXX";
  ASSERT_NE(mkdtemp(name), nullptr);
  const std::string root = name;
  const Timestamp start{1'790'000'000'000'000'000};
  CrashBrake brake(root);
  for (int i = 0; i < 5; ++i) {  // clean ends never add up
    ASSERT_TRUE(brake.start(start + seconds(i), false).has_value());
    brake.end();
  }
  for (int i = 0; i < 3; ++i)
    ASSERT_TRUE(brake.start(start + seconds(10 + i), false).has_value()) << i;
  const auto refused = brake.start(start + seconds(20), false);
  ASSERT_FALSE(refused.has_value());
  EXPECT_NE(refused.error().message.find("--after-crashes"), std::string::npos);
  // Ten minutes after the first of them, or by a person's word.
  EXPECT_TRUE(brake.start(start + seconds(10 + 601), false).has_value());
  ASSERT_FALSE(brake.start(start + seconds(10 + 602 - 1), false).has_value());
  EXPECT_TRUE(brake.start(start + seconds(10 + 602), true).has_value());
  EXPECT_TRUE(brake.start(start + seconds(10 + 603), false).has_value()) << "counting anew";
  // A start that was refused for another reason says nothing, and wipes nothing.
  brake.end();
  for (int i = 0; i < 3; ++i) {
    ASSERT_TRUE(brake.start(start + seconds(2'000 + 2 * i), false).has_value()) << i;
    if (i == 2) break;
    ASSERT_TRUE(brake.start(start + seconds(2'001 + 2 * i), false).has_value()) << i;
    brake.refused();
  }
  EXPECT_FALSE(brake.start(start + seconds(2'010), false).has_value());
  disk::remove_all(root);
}

}  // namespace
}  // namespace gannet::app
