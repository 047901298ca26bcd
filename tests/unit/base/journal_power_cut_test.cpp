#include <gtest/gtest.h>
#include <unistd.h>

#include <cstring>
#include <filesystem>
#include <fstream>
#include <random>
#include <string>
#include <vector>

#include "base/crc32c.h"
#include "base/journal_store.h"
#include "support/faulty_files.h"

// What the journal promises when the machine dies, the disk fails, or somebody has edited it.
// [RELIABILITY REC-03, REC-04, REC-08, REC-13]

namespace gannet {
namespace {

namespace disk = std::filesystem;
using test::FaultyFiles;

class JournalPowerCut : public ::testing::Test {
 protected:
  void SetUp() override {
    // Thousands of small files: not for a disk.
    root_ =
        std::string(access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp") + "/gannet-power-XXXXXX";
    ASSERT_NE(mkdtemp(root_.data()), nullptr);
    settings_.directory = root_ + "/journal";
    settings_.ring_path = root_ + "/ring";
    settings_.ring_bytes = 1u << 16;
    settings_.segment_bytes = 3'000;
  }
  void TearDown() override { disk::remove_all(root_); }

  std::unique_ptr<JournalWriter> open(JournalFiles& files) {
    seen_.clear();
    auto writer = JournalWriter::open(
        settings_,
        [&](const JournalRecord& record) {
          if ((record.head.type & kJournalDefinition) != 0) return;
          seen_.emplace_back(reinterpret_cast<const char*>(record.payload.data()),
                             record.payload.size());
        },
        files);
    if (writer) return std::move(*writer);
    error_ = writer.error().message;
    return nullptr;
  }
  static bool append(JournalWriter& writer, const std::string& text) {
    return writer.ring().append(1, std::as_bytes(std::span(text)), {42});
  }

  /// Segments on the real disk.
  std::vector<disk::path> write_segments(int records) {
    auto writer = open(JournalFiles::disk());
    for (int i = 0; i < records; ++i) {
      EXPECT_TRUE(append(*writer, "record " + std::to_string(i)));
      if (i % 7 == 6) {
        EXPECT_TRUE(writer->drain());
      }
    }
    EXPECT_TRUE(writer->drain() && writer->sync());
    std::vector<disk::path> paths;
    for (const auto& entry : disk::directory_iterator(settings_.directory))
      paths.push_back(entry.path());
    std::ranges::sort(paths);
    return paths;
  }
  static std::string content(const disk::path& path) {
    std::ifstream in(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
  }
  static void put(const disk::path& path, const std::string& bytes) {
    std::ofstream(path, std::ios::binary | std::ios::trunc) << bytes;
  }
  /// What a reader makes of the directory: how many records, or that it refuses.
  std::pair<std::size_t, bool> read() {
    std::size_t records = 0;
    bool in_order = true;
    const auto result = read_journal(settings_.directory, [&](const JournalRecord& record) {
      const std::string text(reinterpret_cast<const char*>(record.payload.data()),
                             record.payload.size());
      in_order = in_order && text == "record " + std::to_string(records);
      ++records;
    });
    EXPECT_TRUE(in_order);
    return {records, result.has_value() && result->damage.empty()};
  }

  std::string root_;
  JournalSettings settings_;
  std::vector<std::string> seen_;
  std::string error_;
};

/// REC-03: after a cut what was durable is there, whole and in order, and nothing that never was.
TEST_F(JournalPowerCut, WhatWasDurableIsThereAfterEachOfAThousandCuts) {
  std::uint64_t torn = 0;
  std::uint64_t rolled = 0;
  std::uint64_t beyond = 0;
  for (std::uint64_t seed = 0; seed < 1'000; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    std::mt19937_64 random(seed * 7 + 1);
    settings_.mode = seed % 3 == 0 ? JournalMode::Full : JournalMode::Group;
    FaultyFiles files(seed);
    std::vector<std::string> sent;
    std::uint64_t durable = 0;
    for (int life = 0; life < 3; ++life) {
      disk::remove(settings_.ring_path);  // shared memory goes with the power
      auto writer = open(files);
      ASSERT_NE(writer, nullptr) << error_;
      ASSERT_GE(seen_.size(), durable) << "a durable record is lost";
      ASSERT_LE(seen_.size(), sent.size());
      for (std::size_t i = 0; i < seen_.size(); ++i) ASSERT_EQ(seen_[i], sent[i]) << i;
      beyond += seen_.size() > durable ? 1u : 0u;
      torn += writer->recovered().damage.empty() ? 0u : 1u;
      rolled += writer->recovered().segments > 1 ? 1u : 0u;
      sent.resize(seen_.size());
      files.dies_after = files.operations + random() % 40;
      const std::size_t steps = 1 + random() % 40;
      for (std::size_t step = 0; step < steps; ++step) {
        for (std::uint64_t n = 1 + random() % 4; n > 0; --n) {
          std::string text(1 + random() % 700, static_cast<char>('a' + random() % 26));
          if (append(*writer, text)) sent.push_back(std::move(text));
        }
        if (random() % 2 == 0) writer->drain();
        if (random() % 2 == 0) writer->sync();
        if (random() % 8 == 0) {
          writer->drain();
          writer->sync();
        }
      }
      durable = writer->durable_sequence();
      writer.reset();
      files.cut_power();
    }
  }
  // The cuts did what they were made for.
  EXPECT_GT(torn, 300u);
  EXPECT_GT(rolled, 300u);
  EXPECT_GT(beyond, 100u);
}

/// REC-08: what a failed sync left in doubt is never promised by a later one.
TEST_F(JournalPowerCut, AFailedSyncIsFinal) {
  for (const JournalMode mode : {JournalMode::Process, JournalMode::Group, JournalMode::Full}) {
    disk::remove(settings_.ring_path);
    settings_.mode = mode;
    FaultyFiles files(1);
    auto writer = open(files);
    ASSERT_NE(writer, nullptr) << error_;
    ASSERT_TRUE(append(*writer, "first"));
    ASSERT_TRUE(writer->drain() && writer->sync());
    EXPECT_EQ(writer->durable_sequence(), 1u);
    files.failing_syncs = {files.syncs + 1};
    ASSERT_TRUE(append(*writer, "second"));
    EXPECT_FALSE(writer->drain() && writer->sync());
    EXPECT_TRUE(writer->failed());
    const std::uint64_t operations = files.operations;
    ASSERT_TRUE(append(*writer, "third"));
    EXPECT_FALSE(writer->drain());
    EXPECT_FALSE(writer->sync()) << "the disk works again, but nobody knows what it lost";
    EXPECT_EQ(files.operations, operations) << "it was written on";
    EXPECT_EQ(writer->durable_sequence(), 1u);
  }
}

/// REC-04: truncated, zeroed, doubled, swapped: the longest valid prefix, or a refusal.
TEST_F(JournalPowerCut, NoEditedJournalIsAcceptedSilently) {
  const auto paths = write_segments(400);
  ASSERT_GT(paths.size(), 4u);
  ASSERT_EQ(read(), std::pair(std::size_t{400}, true));
  const std::size_t middle = paths.size() / 2;
  const std::string whole = content(paths[middle]);
  const auto record_at = [&](std::size_t from) {
    JournalRecordHead head;
    std::memcpy(&head, whole.data() + from, sizeof head);
    return padded_size(head.length);
  };
  const std::size_t first = sizeof(SegmentHead);
  const std::size_t second = first + record_at(first);
  const std::size_t third = second + record_at(second);
  std::vector<std::pair<std::string, std::string>> edits;
  edits.emplace_back("a record doubled", whole.substr(0, second) + whole.substr(first));
  edits.emplace_back("a record left out", whole.substr(0, first) + whole.substr(second));
  edits.emplace_back("two records swapped",
                     whole.substr(0, first) + whole.substr(second, third - second) +
                         whole.substr(first, second - first) + whole.substr(third));
  for (std::size_t block = 0; block + 64 < whole.size(); block += 509) {
    std::string zeroed = whole;
    std::fill_n(zeroed.begin() + static_cast<std::ptrdiff_t>(block), 64, '\0');
    edits.emplace_back("zeros at " + std::to_string(block), zeroed);
  }
  edits.emplace_back("cut in the middle", whole.substr(0, whole.size() / 2));
  edits.emplace_back("bytes after the end", whole + std::string(40, '\0'));
  for (const auto& [what, bytes] : edits) {
    put(paths[middle], bytes);
    const auto [records, is_whole] = read();
    EXPECT_FALSE(is_whole) << what;
    EXPECT_LT(records, 400u) << what;
    // Segments follow, so that this is no torn tail: a person must look.
    EXPECT_EQ(open(JournalFiles::disk()), nullptr) << what;
    EXPECT_NE(error_.find("damaged before its end"), std::string::npos) << error_;
  }
  put(paths[middle], whole);
  // A segment doubled, swapped with another, or missing.
  const std::string other = content(paths[middle + 1]);
  put(paths[middle], other);
  EXPECT_FALSE(read().second);
  put(paths[middle + 1], whole);
  EXPECT_FALSE(read().second);
  put(paths[middle], whole);
  disk::remove(paths[middle + 1]);
  EXPECT_FALSE(read().second);
  put(paths[middle + 1], other);
  EXPECT_EQ(read(), std::pair(std::size_t{400}, true));
}

/// REC-13: what an earlier version wrote is read.
TEST_F(JournalPowerCut, ReadsASegmentOfAnEarlierVersion) {
  const auto paths = write_segments(20);
  std::string bytes = content(paths.front());
  SegmentHead head;
  std::memcpy(&head, bytes.data(), sizeof head);
  head.version = 1;
  head.head_crc = crc_of_head(head);
  std::memcpy(bytes.data(), &head, sizeof head);
  put(paths.front(), bytes);
  EXPECT_EQ(read(), std::pair(std::size_t{20}, true));
}

}  // namespace
}  // namespace gannet
