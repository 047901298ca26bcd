#include <gtest/gtest.h>

#include <random>
#include <string>
#include <vector>

#include "support/replayed.h"
#include "support/wired_engine.h"

// A session with everything that goes wrong in one, done again from its journal alone: the core
// writes the same bytes. [RELIABILITY I10, REC-07]

namespace gannet::test {
namespace {

using engine::RecordType;
using engine::ReplayResult;

/// A strategy that does a bit of everything, a person, and a network that fails.
class EventfulSession {
 public:
  explicit EventfulSession(std::uint64_t seed, WiredEngine& wired) : random_(seed), wired_(wired) {
    wired.hook = [this](const WiredEngine::Message& message) {
      if (!faulty_ || message.line != WiredEngine::Line::Private)
        return WiredEngine::Fate::Deliver;
      const std::uint64_t dice = random_() % 200;
      if (dice == 0) return WiredEngine::Fate::CutAfter;
      if (dice == 1) return WiredEngine::Fate::CutBefore;
      return dice < 5 ? WiredEngine::Fate::Drop : WiredEngine::Fate::Deliver;
    };
  }

  void run(int steps) {
    for (int i = 0; i < steps; ++i) {
      step();
      wired_.run_for(milliseconds(static_cast<std::int64_t>(1 + random_() % 60)));
    }
    faulty_ = false;
    wired_.rest_is_up = true;
    wired_.run_for(seconds(20));
  }

 private:
  void step() {
    if (random_() % 3 == 0) wired_.rest_is_up = true;
    if (wired_.core->state() >= engine::EngineState::Held && random_() % 4 == 0)
      wired_.core->resume("a person", wired_.now);
    const std::uint64_t dice = random_() % 100;
    const Side side = random_() % 2 == 0 ? Side::Buy : Side::Sell;
    OrderIntent order = WiredEngine::intent(wired_.swap, side, price(side), {quantity()});
    if (dice < 30) {
      order.post_only = random_() % 3 == 0;
      handles_.push_back(wired_.place(order));
    } else if (dice < 40) {
      order.price = side == Side::Buy ? WiredEngine::kAsk : WiredEngine::kBid;
      order.time_in_force = TimeInForce::ImmediateOrCancel;
      handles_.push_back(wired_.place(order));
    } else if (dice < 48) {
      const std::size_t count = 2 + random_() % 4;
      for (std::size_t i = 0; i < count; ++i) {
        order.quantity = {quantity()};
        handles_.push_back(wired_.place(order, i + 1 < count));
      }
    } else if (dice < 58) {
      amend(false);
    } else if (dice < 62) {
      amend(true);
      amend(false);
    } else if (dice < 78 && !handles_.empty()) {
      wired_.cancel(handles_[random_() % handles_.size()], dice < 66);
    } else if (dice < 80) {
      order.quantity = {-5};  // refused
      wired_.place(order);
    } else if (dice < 86) {
      const Price touch{61'250'000 + 100 * (static_cast<std::int64_t>(random_() % 3) - 1)};
      wired_.market(side, touch, {1 + static_cast<std::int64_t>(random_() % 3)});
    } else if (dice < 88) {
      wired_.rest_is_up = false;
    } else if (dice < 89) {
      wired_.cut(random_() % 2 == 0 ? WiredEngine::Line::Market : WiredEngine::Line::Private);
    } else if (dice < 90) {
      wired_.core->hold("to look", "a person with a name that is longer than the record holds",
                        wired_.now);
    } else if (dice < 91) {
      wired_.core->kill("to be safe", "a person", wired_.now);
    } else if (dice < 94) {
      wired_.run_for(milliseconds(500));
    } else if (dice < 95) {
      wired_.core->request_round();
    } else if (dice < 96) {
      wired_.core->cancel_all("a person", wired_.now);
    } else if (dice < 97) {
      wired_.core->accept(wired_.swap, "a person", wired_.now);
    } else {
      wired_.run_for(milliseconds(500));
    }
  }

  void amend(bool more) {
    if (handles_.empty()) return;
    wired_.amend(handles_[random_() % handles_.size()], price(Side::Buy), Quantity{quantity()},
                 more);
  }
  Price price(Side side) {
    const auto away = static_cast<std::int64_t>(random_() % 20) * 100;
    return side == Side::Buy ? Price{61'240'000 - away} : Price{61'260'000 + away};
  }
  std::int64_t quantity() { return 1 + static_cast<std::int64_t>(random_() % 4); }

  std::mt19937_64 random_;
  WiredEngine& wired_;
  std::vector<Handle> handles_;
  bool faulty_ = true;
};

ReplayResult replay(WiredEngine& wired, const InstrumentTable& at_start,
                    const std::vector<engine::ReplayRecord>& records) {
  InstrumentTable instruments = at_start;
  engine::JournalReplay replay(records);
  const auto run = engine::read_record<engine::RunRecord>(records.front().payload);
  const auto core = wired.make_core(replay, replay, &replay, instruments, run->run, nullptr);
  return replay.run(*core, instruments);
}

TEST(JournalReplay, ASessionFullOfFaultsIsDoneAgainByteForByte) {
  std::size_t records_seen = 0, unknown = 0, not_sent = 0, nested = 0;
  for (std::uint64_t seed = 1; seed <= 8; ++seed) {
    WiredOptions options;
    options.seed = seed;
    WiredEngine wired(options);
    const InstrumentTable at_start = wired.instruments;
    ASSERT_TRUE(wired.make_ready());
    EventfulSession session(seed, wired);
    session.run(400);
    const auto records = records_of(wired.journal);
    const ReplayResult result = replay(wired, at_start, records);
    ASSERT_EQ(result.what, "") << "seed " << seed << ", record " << result.at << " of "
                               << records.size();
    EXPECT_EQ(result.outcome, ReplayResult::Outcome::Same);
    EXPECT_EQ(result.records, records.size()) << "seed " << seed;
    EXPECT_GT(result.inputs, 500u);
    records_seen += records.size();
    unknown += wired.core->status().orders.unknown;
    not_sent += count_of(wired.journal, RecordType::NotSent);
    nested += count_of(wired.journal, RecordType::NotAsked);
  }
  // What the sessions were made for did happen in them.
  EXPECT_GT(records_seen, 20'000u);
  EXPECT_GT(unknown, 20u);
  EXPECT_GT(not_sent + nested, 5u);
}

TEST(JournalReplay, ABitOfDifferenceIsFoundAndNamed) {
  WiredOptions options;
  options.seed = 3;
  WiredEngine wired(options);
  const InstrumentTable at_start = wired.instruments;
  ASSERT_TRUE(wired.make_ready());
  EventfulSession session(3, wired);
  session.run(150);
  const auto records = records_of(wired.journal);
  ASSERT_EQ(replay(wired, at_start, records).what, "");

  // An intent of another price is another order: the first record that tells so is its place.
  std::size_t changed = 0;
  for (std::size_t i = 0; i < records.size() && changed == 0; ++i) {
    if (records[i].type == RecordType::Place) changed = i;
  }
  ASSERT_NE(changed, 0u);
  std::size_t intent = changed;
  while (records[intent].type != RecordType::PlaceIntent) --intent;
  auto record = *engine::read_record<engine::PlaceIntentRecord>(records[intent].payload);
  record.price -= 100;
  auto mutated = records;
  mutated[intent].payload = std::as_bytes(std::span(&record, 1));
  const ReplayResult result = replay(wired, at_start, mutated);
  EXPECT_EQ(result.outcome, ReplayResult::Outcome::Differs);
  EXPECT_EQ(result.at, records[changed].sequence) << result.what;
  EXPECT_NE(result.what.find("place differs from byte 24 on"), std::string::npos) << result.what;

  // A record left out is missed as well.
  auto shortened = records;
  shortened.erase(shortened.begin() + static_cast<std::ptrdiff_t>(changed));
  EXPECT_EQ(replay(wired, at_start, shortened).outcome, ReplayResult::Outcome::Differs);
}

/// Where inputs were lost a replay says so, instead of something wrong.
TEST(JournalReplay, StopsWhereTheJournalWasFull) {
  WiredOptions options;
  options.seed = 4;
  WiredEngine wired(options);
  const InstrumentTable at_start = wired.instruments;
  ASSERT_TRUE(wired.make_ready());
  wired.journal.set_capacity(wired.journal.entries().size() + 3);
  for (int i = 0; i < 4; ++i)
    wired.place(WiredEngine::intent(wired.swap, Side::Buy, Price{61'000'000}, {1}));
  wired.run_for(milliseconds(200));
  wired.journal.set_capacity(1'000'000);
  wired.run_for(seconds(5));
  const auto records = records_of(wired.journal);
  const ReplayResult result = replay(wired, at_start, records);
  EXPECT_EQ(result.outcome, ReplayResult::Outcome::CannotGoOn) << result.what;
  EXPECT_NE(result.what.find("journal was full"), std::string::npos) << result.what;
}

}  // namespace
}  // namespace gannet::test
