#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <random>
#include <string>
#include <vector>

#include "base/crc32c.h"
#include "base/journal_store.h"

namespace gannet {
namespace {

namespace fs = std::filesystem;

class JournalTest : public ::testing::Test {
 protected:
  void SetUp() override {
    // Thousands of small files: not for a disk.
    root_ =
        std::string(access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp") + "/gannet-journal-XXXXXX";
    ASSERT_NE(mkdtemp(root_.data()), nullptr);
    settings_.directory = root_ + "/journal";
    settings_.ring_path = root_ + "/ring";
    settings_.ring_bytes = 1u << 16;
  }
  void TearDown() override { fs::remove_all(root_); }

  std::unique_ptr<JournalStore> open() {
    seen_.clear();
    auto store = JournalStore::open(settings_, [&](const JournalRecord& record) {
      seen_.emplace_back(reinterpret_cast<const char*>(record.payload.data()),
                         record.payload.size());
    });
    if (!store) {
      error_ = store.error().message;
      return nullptr;
    }
    return std::move(*store);
  }
  static bool append(JournalStore& store, const std::string& text, std::uint16_t type = 1) {
    return store.ring().append(type, std::as_bytes(std::span(text)), {42});
  }
  /// Appends, waiting for room as a held engine would.
  static void append_all(JournalStore& store, const std::string& text) {
    while (!append(store, text)) ASSERT_FALSE(store.failed());
  }
  std::vector<fs::path> segments() const {
    std::vector<fs::path> paths;
    for (const auto& entry : fs::directory_iterator(settings_.directory))
      paths.push_back(entry.path());
    std::ranges::sort(paths);
    return paths;
  }

  std::string root_;
  JournalSettings settings_;
  std::vector<std::string> seen_;
  std::string error_;
};

std::span<const std::byte> bytes_of(const std::string& text) {
  return std::as_bytes(std::span(text));
}

TEST(Crc32c, AgreesWithTheStandardsVectorAndWithItsTable) {
  const std::string digits = "123456789";
  EXPECT_EQ(crc32c(0, bytes_of(digits)), 0xE3069283u);  // RFC 3720's check value
  std::mt19937_64 random(1);
  std::string text;
  for (int i = 0; i < 500; ++i) {
    text += static_cast<char>(random());
    EXPECT_EQ(crc32c(7, bytes_of(text)), crc32c_by_table(7, bytes_of(text)));
  }
  EXPECT_EQ(crc32c(crc32c(0, bytes_of("1234")), bytes_of("56789")), 0xE3069283u);
}

TEST_F(JournalTest, KeepsRecordsInOrderOverCleanRestarts) {
  for (int run = 0; run < 3; ++run) {
    auto store = open();
    ASSERT_NE(store, nullptr) << error_;
    ASSERT_EQ(seen_.size(), static_cast<std::size_t>(run) * 1'000);
    for (int i = 0; i < 1'000; ++i) append_all(*store, "record " + std::to_string(run * 1'000 + i));
  }
  auto store = open();
  ASSERT_NE(store, nullptr) << error_;
  ASSERT_EQ(seen_.size(), 3'000u);
  for (std::size_t i = 0; i < seen_.size(); ++i) EXPECT_EQ(seen_[i], "record " + std::to_string(i));
  EXPECT_EQ(store->recovered().last_sequence, 3'000u);
  EXPECT_EQ(store->durable_sequence(), 3'000u);
}

// REC-02: what was appended before the process died is there, whole and once.
TEST_F(JournalTest, SurvivesAKillAtAnyMoment) {
  int pipes[2];
  std::size_t promised = 0;
  for (int run = 0; run < 20; ++run) {
    ASSERT_EQ(pipe(pipes), 0);
    const pid_t child = fork();
    if (child == 0) {
      auto store = open();
      if (!store) {
        std::fprintf(stderr, "%s\n", error_.c_str());
        _exit(3);
      }
      if (seen_.size() < promised) {
        std::fprintf(stderr, "%zu records of %zu promised\n", seen_.size(), promised);
        _exit(5);
      }
      for (std::uint32_t i = 0;; ++i) {
        while (!append(*store, "x" + std::to_string(i))) {
        }
        // The parent counts what was promised, and kills at a moment of its own.
        if (::write(pipes[1], "r", 1) != 1) _exit(4);
      }
    }
    ::close(pipes[1]);
    std::size_t got = 0;
    std::vector<char> buffer(256);
    const auto target = static_cast<std::size_t>(50 + run * 37);
    while (got < target) {
      const ssize_t n = ::read(pipes[0], buffer.data(), buffer.size());
      ASSERT_GT(n, 0);
      got += static_cast<std::size_t>(n);
    }
    kill(child, SIGKILL);
    int status = 0;
    waitpid(child, &status, 0);
    ASSERT_TRUE(WIFSIGNALED(status)) << "the child ended by itself: " << WEXITSTATUS(status);
    for (ssize_t n = 1; n > 0;) {
      n = ::read(pipes[0], buffer.data(), buffer.size());
      if (n > 0) got += static_cast<std::size_t>(n);
    }
    ::close(pipes[0]);
    promised += got;
  }
  auto store = open();
  ASSERT_NE(store, nullptr) << error_;
  EXPECT_GE(seen_.size(), promised);
  EXPECT_LE(seen_.size(), promised + 20);  // at most the one in hand, each time
  // A kill between the making of a segment and its head leaves one that is empty: nothing was in
  // it, as the count has shown.
  const std::string& damage = store->recovered().damage;
  EXPECT_TRUE(damage.empty() || damage.ends_with("at byte 0: the segment's head is cut off"))
      << damage;
}

TEST_F(JournalTest, RefusesWhenTheRingIsFullAndLosesNothing) {
  auto ring = JournalRing::open(root_ + "/alone", 4'096);
  ASSERT_TRUE(ring.has_value());
  const std::string text(100, 'a');
  std::size_t kept = 0;
  while (ring->append(1, bytes_of(text), {1})) ++kept;
  EXPECT_EQ(kept, 4'096u / padded_size(100));
  EXPECT_FALSE(ring->append(1, bytes_of(text), {1}));
  EXPECT_EQ(ring->next_sequence(), kept + 1);
  const auto waiting = ring->peek();
  EXPECT_EQ(waiting.size(), kept * padded_size(100));
  ring->release(padded_size(100) * 3);
  EXPECT_TRUE(ring->append(1, bytes_of(text), {1}));
}

TEST_F(JournalTest, WrapsAroundWithRecordsOfAnyLength) {
  std::mt19937 random(3);
  std::vector<std::string> sent;
  {
    auto store = open();
    ASSERT_NE(store, nullptr);
    for (int i = 0; i < 5'000; ++i) {
      sent.push_back(std::string(random() % 900, static_cast<char>('a' + i % 26)));
      append_all(*store, sent.back());
    }
  }
  auto store = open();
  ASSERT_NE(store, nullptr) << error_;
  EXPECT_EQ(seen_, sent);
}

TEST_F(JournalTest, RollsSegmentsAndRepeatsDefinitionsAtTheirHeads) {
  settings_.segment_bytes = 4'096;
  {
    auto store = open();
    ASSERT_NE(store, nullptr);
    while (!append(*store, "instrument 1 is BTC", 1 | kJournalDefinition)) {
    }
    for (int i = 0; i < 2'000; ++i) append_all(*store, std::string(40, 'z'));
  }
  const auto paths = segments();
  ASSERT_GT(paths.size(), 2u);
  for (const fs::path& path : paths) {
    std::ifstream in(path, std::ios::binary);
    const std::string bytes((std::istreambuf_iterator<char>(in)), {});
    EXPECT_NE(bytes.find("instrument 1 is BTC"), std::string::npos) << path;
  }
  auto store = open();
  ASSERT_NE(store, nullptr) << error_;
  EXPECT_EQ(seen_.size(), 2'001u);
}

// REC-04: truncated at every byte, the longest valid prefix is what remains.
TEST_F(JournalTest, CutsATornTailAtEveryByte) {
  {
    auto store = open();
    ASSERT_NE(store, nullptr);
    for (int i = 0; i < 20; ++i) append_all(*store, "record " + std::to_string(i));
  }
  const fs::path segment = segments().at(0);
  std::vector<char> bytes(fs::file_size(segment));
  std::ifstream(segment, std::ios::binary)
      .read(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  fs::remove(settings_.ring_path);
  std::size_t before = 0;
  for (std::size_t size = 0; size <= bytes.size(); ++size) {
    std::ofstream(segment, std::ios::binary | std::ios::trunc)
        .write(bytes.data(), static_cast<std::streamsize>(size));
    std::size_t records = 0;
    const auto read = read_journal(settings_.directory, [&](const JournalRecord&) { ++records; });
    ASSERT_TRUE(read.has_value());
    EXPECT_GE(records, before);
    before = records;
  }
  EXPECT_EQ(before, 20u);
  fs::resize_file(segment, bytes.size() - 5);
  {
    auto store = open();
    ASSERT_NE(store, nullptr) << error_;
    EXPECT_EQ(seen_.size(), 19u);
    EXPECT_NE(store->recovered().damage, "");
    append_all(*store, "after");
  }
  auto store = open();
  ASSERT_NE(store, nullptr) << error_;
  ASSERT_EQ(seen_.size(), 20u);
  EXPECT_EQ(seen_.back(), "after");
  EXPECT_EQ(store->recovered().damage, "");
}

// REC-04: no flipped bit is accepted silently.
TEST_F(JournalTest, SeesEveryFlippedBit) {
  {
    auto store = open();
    ASSERT_NE(store, nullptr);
    for (int i = 0; i < 30; ++i) append_all(*store, "record " + std::to_string(i));
  }
  const fs::path segment = segments().at(0);
  std::vector<char> bytes(fs::file_size(segment));
  std::ifstream(segment, std::ios::binary)
      .read(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  for (std::size_t bit = 0; bit < bytes.size() * 8; ++bit) {
    bytes[bit / 8] = static_cast<char>(bytes[bit / 8] ^ (1 << (bit % 8)));
    std::ofstream(segment, std::ios::binary | std::ios::trunc)
        .write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
    const auto read = read_journal(settings_.directory, [](const JournalRecord&) {});
    EXPECT_TRUE(!read.has_value() || !read->damage.empty()) << "bit " << bit;
    bytes[bit / 8] = static_cast<char>(bytes[bit / 8] ^ (1 << (bit % 8)));
  }
}

// REC-13
TEST_F(JournalTest, RefusesASegmentOfANewerVersionWithAHint) {
  {
    auto store = open();
    ASSERT_NE(store, nullptr);
    append_all(*store, "x");
  }
  std::fstream file(segments().at(0), std::ios::binary | std::ios::in | std::ios::out);
  file.seekp(8);
  const std::uint32_t version = 4;  // one more than is known
  file.write(reinterpret_cast<const char*>(&version), sizeof version);
  file.close();
  EXPECT_EQ(open(), nullptr);
  EXPECT_NE(error_.find("newer version"), std::string::npos) << error_;
}

}  // namespace
}  // namespace gannet
