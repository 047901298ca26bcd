#include "gateway/okx/protocol/book_sequencer.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "support/market_codes.h"

namespace gannet::okx {
namespace {

// PROTOCOL 4.3 and 4.4; RELIABILITY D, faults 31 (gap, reset, resent snapshot, keep-alive), 32
// (checksum 0, absent, right, wrong) and 33 (crossed).

struct Recorder final : BookSequencerOutput {
  std::vector<std::string> log;
  Timestamp last_receive_time;

  void publish_book(const BookUpdate& update) noexcept override {
    const bool is_empty = update.bids.empty() && update.asks.empty();
    const char* const kind = update.kind == BookUpdate::Kind::Snapshot ? "snapshot "
                             : is_empty                                ? "alive "
                                                                       : "update ";
    log.push_back(kind + std::to_string(update.sequence));
    last_receive_time = update.receive_time;
  }
  void withdraw_book(InstrumentId, BookFeed, BookWithdrawal why, Timestamp) noexcept override {
    log.push_back("withdraw " + std::to_string(static_cast<int>(why)));
  }
  void resubscribe_book(InstrumentId, BookFeed, Timestamp) noexcept override {
    log.emplace_back("resubscribe");
  }
  void request_book_seed(InstrumentId, BookFeed, Timestamp) noexcept override {
    log.emplace_back("seed?");
  }
  std::vector<std::string> take() { return std::exchange(log, {}); }
};

using Log = std::vector<std::string>;
const std::string kWithdrawnForGap =
    "withdraw " + std::to_string(static_cast<int>(BookWithdrawal::Gap));
const std::string kWithdrawnForChecksum =
    "withdraw " + std::to_string(static_cast<int>(BookWithdrawal::Checksum));

class Sequencer : public ::testing::Test {
 protected:
  static constexpr Timestamp kNow = from_unix_millis(1'000'000);

  /// A message with one bid level of that price; quantity 0 makes it empty.
  DecodedBook message(BookUpdate::Kind kind, std::optional<std::int64_t> previous,
                      std::optional<std::int64_t> sequence, std::int64_t quantity = 1,
                      std::optional<std::int32_t> checksum = 0) {
    level_ = {100, quantity, 1, 0};
    raw_ = {"100", "1"};
    DecodedBook book;
    book.instrument = test::kBtcSpot;
    book.kind = kind;
    if (quantity > 0) {
      book.bids = {&level_, 1};
      book.raw_bids = {&raw_, 1};
    }
    book.previous_sequence = previous;
    book.sequence = sequence;
    book.checksum = checksum;
    return book;
  }
  void snapshot(std::int64_t sequence) {
    sequencer_.on_book(message(BookUpdate::Kind::Snapshot, -1, sequence), kNow);
  }
  void update(std::int64_t previous, std::int64_t sequence, std::int64_t quantity = 1) {
    sequencer_.on_book(message(BookUpdate::Kind::Update, previous, sequence, quantity), kNow);
  }

  Recorder output_;
  BookSequencer sequencer_{test::kBtcSpot, BookFeed::Depth400, output_};
  Level level_{};
  RawLevel raw_;
};

TEST_F(Sequencer, FollowsTheWorkedChainOfTheVenuesDocumentation) {
  snapshot(10);
  update(10, 15);
  update(15, 15, 0);  // keep-alive
  update(15, 3);      // maintenance put the counter back: not a gap
  update(3, 5);
  EXPECT_EQ(output_.take(), (Log{"snapshot 10", "update 15", "alive 15", "update 3", "update 5"}));
  EXPECT_EQ(sequencer_.counts().gaps, 0u);
  EXPECT_EQ(sequencer_.counts().keep_alives, 1u);
  EXPECT_EQ(sequencer_.counts().resets, 1u);
}

TEST_F(Sequencer, PassesAKeepAliveOnSinceItProvesAQuietBook) {
  snapshot(10);
  output_.take();
  const Timestamp later = kNow + seconds(60);
  sequencer_.on_book(message(BookUpdate::Kind::Update, 10, 10, 0), later);
  EXPECT_EQ(output_.take(), (Log{"alive 10"}));
  EXPECT_EQ(output_.last_receive_time, later);
}

TEST_F(Sequencer, PassesNoKeepAliveOfABookThatIsNotLive) {
  snapshot(10);
  update(11, 15);  // a gap
  output_.take();
  update(15, 15, 0);
  EXPECT_TRUE(output_.take().empty());
}

TEST_F(Sequencer, WithdrawsFirstAndAsksSecondOnAGap) {
  snapshot(10);
  update(11, 15);  // last + 1 is no link
  EXPECT_EQ(output_.take(), (Log{"snapshot 10", kWithdrawnForGap, "resubscribe"}));
  EXPECT_EQ(sequencer_.counts().gaps, 1u);
}

TEST_F(Sequencer, DropsTheOldChainUntilTheNewSnapshot) {
  snapshot(10);
  update(12, 15);
  output_.take();
  update(15, 16);
  EXPECT_TRUE(output_.take().empty());
  snapshot(20);
  update(20, 22);
  EXPECT_EQ(output_.take(), (Log{"snapshot 20", "update 22"}));
  EXPECT_EQ(sequencer_.counts().dropped, 1u);
}

TEST_F(Sequencer, LetsASnapshotReplaceTheBookAtAnyTime) {
  snapshot(10);
  update(10, 12);
  snapshot(7);
  update(7, 9);
  EXPECT_EQ(output_.take(), (Log{"snapshot 10", "update 12", "snapshot 7", "update 9"}));
}

TEST_F(Sequencer, ProvesUnnumberedFramesByTheirChecksumAlone) {
  const std::int32_t sum = crc32_signed("100:1");
  sequencer_.on_book(message(BookUpdate::Kind::Snapshot, {}, {}, 1, sum), kNow);
  sequencer_.on_book(message(BookUpdate::Kind::Update, {}, {}, 1, sum), kNow);
  EXPECT_EQ(output_.take(), (Log{"snapshot -1", "update -1"}));
  EXPECT_EQ(sequencer_.counts().checksums_ok, 2u);
  sequencer_.on_book(message(BookUpdate::Kind::Update, {}, {}, 1, sum + 1), kNow);
  EXPECT_EQ(output_.take(), (Log{kWithdrawnForChecksum, "resubscribe"}));
  EXPECT_EQ(sequencer_.counts().checksums_bad, 1u);
}

TEST_F(Sequencer, VerifiesAChecksumBesideTheSequenceWhenOneIsSupplied) {
  sequencer_.on_book(message(BookUpdate::Kind::Snapshot, -1, 10, 1, crc32_signed("100:1")), kNow);
  sequencer_.on_book(message(BookUpdate::Kind::Update, 10, 11, 1, 12345), kNow);
  EXPECT_EQ(output_.take(), (Log{"snapshot 10", kWithdrawnForChecksum, "resubscribe"}));
}

TEST_F(Sequencer, TakesChecksumZeroForNone) {
  snapshot(10);
  update(10, 11);
  EXPECT_EQ(sequencer_.counts().checksums_ok + sequencer_.counts().checksums_bad, 0u);
  EXPECT_EQ(sequencer_.state(), BookSequencer::State::Live);
}

TEST_F(Sequencer, WithdrawsWhatNothingProves) {
  sequencer_.on_book(message(BookUpdate::Kind::Snapshot, {}, {}, 1, 0), kNow);
  sequencer_.on_book(message(BookUpdate::Kind::Update, {}, {}, 1, 0), kNow);
  EXPECT_EQ(output_.take(), (Log{"snapshot -1", kWithdrawnForGap, "resubscribe"}));
  EXPECT_EQ(sequencer_.counts().unproven, 1u);
}

TEST_F(Sequencer, CountsACrossedWholeBookAndPassesItOn) {
  Level bid{200, 1, 1, 0};
  Level ask{100, 1, 1, 0};
  DecodedBook book = message(BookUpdate::Kind::Snapshot, -1, 10);
  book.bids = {&bid, 1};
  book.asks = {&ask, 1};
  sequencer_.on_book(book, kNow);
  EXPECT_EQ(sequencer_.counts().crossed, 1u);
  EXPECT_EQ(output_.take(), (Log{"snapshot 10"}));
}

TEST_F(Sequencer, WithdrawsOnAMalformedFrameAndWhenTheConnectionIsLost) {
  snapshot(10);
  sequencer_.on_malformed(BookWithdrawal::Malformed, kNow);
  const std::string malformed =
      "withdraw " + std::to_string(static_cast<int>(BookWithdrawal::Malformed));
  EXPECT_EQ(output_.take(), (Log{"snapshot 10", malformed, "resubscribe"}));
  snapshot(11);
  sequencer_.on_disconnected(kNow);
  sequencer_.on_disconnected(kNow);
  const std::string gone =
      "withdraw " + std::to_string(static_cast<int>(BookWithdrawal::Disconnected));
  EXPECT_EQ(output_.take(), (Log{"snapshot 11", gone}));
}

class SeededSequencer : public Sequencer {
 protected:
  void SetUp() override { sequencer_.on_subscribed(); }
  void seed(std::int64_t sequence, Timestamp now = kNow) {
    DecodedBook book = message(BookUpdate::Kind::Snapshot, {}, sequence);
    book.checksum.reset();
    sequencer_.on_seed(book, now);
  }
};

TEST_F(SeededSequencer, AsksForASeedWhenAnUpdateComesFirstAndLinksToIt) {
  update(10, 15);
  update(15, 20);
  update(20, 30);
  EXPECT_EQ(output_.take(), (Log{"seed?"}));
  seed(17);  // 15 <= 17 < 20
  EXPECT_EQ(output_.take(), (Log{"snapshot 17", "update 20", "update 30"}));
  update(30, 31);
  EXPECT_EQ(output_.take(), (Log{"update 31"}));
}

TEST_F(SeededSequencer, AsksAgainWhenTheSeedIsTooOld) {
  update(10, 15);
  seed(9);
  EXPECT_EQ(output_.take(), (Log{"seed?"}));
  sequencer_.on_timer(kNow + BookSequencer::kSeedRetry);
  seed(10, kNow + seconds(1));
  EXPECT_EQ(output_.take(), (Log{"seed?", "snapshot 10", "update 15"}));
}

TEST_F(SeededSequencer, LinksTheFirstLaterUpdateWhenTheSeedCoversAllThatWasKept) {
  update(10, 15);
  seed(18);
  EXPECT_EQ(output_.take(), (Log{"seed?", "snapshot 18"}));
  update(15, 17);  // older than the seed
  update(17, 25);
  EXPECT_EQ(output_.take(), (Log{"update 25"}));
  update(26, 27);
  EXPECT_EQ(output_.take(), (Log{kWithdrawnForGap, "resubscribe"}));
}

TEST_F(SeededSequencer, StartsItsBufferAnewOnAGap) {
  update(10, 15);
  update(16, 20);
  seed(12);  // covers the part that was lost: too old for what is kept now
  EXPECT_EQ(output_.take(), (Log{"seed?"}));
  sequencer_.on_timer(kNow + BookSequencer::kSeedRetry);
  seed(16);
  EXPECT_EQ(output_.take(), (Log{"seed?", "snapshot 16", "update 20"}));
}

TEST_F(SeededSequencer, KeepsABoundedNumberOfUpdates) {
  const auto many = static_cast<std::int64_t>(4 * BookSequencer::kMaxKeptUpdates);
  for (std::int64_t i = 0; i < many; ++i) update(i, i + 1);
  seed(many);
  EXPECT_EQ(output_.take(), (Log{"seed?", "snapshot " + std::to_string(many)}));
}

TEST_F(SeededSequencer, TakesASnapshotFromTheSocketInsteadOfTheSeed) {
  update(10, 15);
  snapshot(15);
  seed(11);
  update(15, 16);
  EXPECT_EQ(output_.take(), (Log{"seed?", "snapshot 15", "update 16"}));
}

TEST_F(SeededSequencer, RepeatsAnUnansweredQuestion) {
  update(10, 15);
  sequencer_.on_timer(kNow + BookSequencer::kSeedTimeout);
  sequencer_.on_timer(kNow + BookSequencer::kSeedTimeout + BookSequencer::kSeedRetry);
  EXPECT_EQ(output_.take(), (Log{"seed?", "seed?"}));
}

TEST(BookChecksum, MatchesTheVenuesWorkedExamples) {
  EXPECT_EQ(crc32_signed("3366.1:7:3366.8:9:3366:6:3368:8"), -1'881'014'294);
  EXPECT_EQ(crc32_signed("3366.1:7:3366.8:9:3368:8:3372:8"), 831'078'360);
  const Level bids[] = {{33661, 7, 1, 0}};
  const Level asks[] = {{33668, 9, 1, 0}, {33680, 8, 1, 0}, {33720, 8, 1, 0}};
  const RawLevel raw_bids[] = {{"3366.1", "7"}};
  const RawLevel raw_asks[] = {{"3366.8", "9"}, {"3368", "8"}, {"3372", "8"}};
  DecodedBook book;
  book.bids = bids;
  book.asks = asks;
  book.raw_bids = raw_bids;
  book.raw_asks = raw_asks;
  BookChecksum checksum;
  checksum.start(book);
  ASSERT_TRUE(checksum.running());
  EXPECT_EQ(checksum.compute(), 831'078'360);
}

TEST(BookChecksum, CountsOverTheTextAsReceived) {
  const Level bid[] = {{100, 1, 1, 0}};
  const RawLevel raw[] = {{"1.00", "1.0"}};
  DecodedBook book;
  book.bids = bid;
  book.raw_bids = raw;
  BookChecksum checksum;
  checksum.start(book);
  EXPECT_EQ(checksum.compute(), crc32_signed("1.00:1.0"));
}

}  // namespace
}  // namespace gannet::okx
