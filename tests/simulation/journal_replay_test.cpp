#include <gtest/gtest.h>

#include <random>
#include <string>
#include <vector>

#include "engine/journal_digest.h"
#include "engine/prior_belief.h"
#include "support/replayed.h"
#include "support/wired_engine.h"

// A session with everything that goes wrong in one, done again from its journal alone: the core
// writes the same bytes. And a snapshot with the tail after it says what the whole says.
// [RELIABILITY I10, REC-06, REC-07]

namespace gannet::test {
namespace {

using engine::RecordType;
using engine::ReplayResult;

/// A strategy that does a bit of everything, a person, and a network that fails.
class EventfulSession {
 public:
  explicit EventfulSession(std::uint64_t seed, WiredEngine& wired) : random_(seed), wired_(wired) {
    wired.hook = [this](const WiredEngine::Message& message) {
      if (!faulty_ || message.line != WiredEngine::Line::Private) return WiredEngine::Fate::Deliver;
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
      // The venue takes one request for its timer a second: the core's own may have to wait.
      wired_.venue->set_cancel_all_after(20, wired_.now);
      wired_.run_for(milliseconds(500));
    } else if (dice < 95) {
      wired_.core->request_round();
    } else if (dice < 96) {
      wired_.core->cancel_all("a person", wired_.now);
    } else if (dice < 97) {
      wired_.core->accept(wired_.swap, "a person", wired_.now);
    } else if (dice < 98) {
      wired_.core->note({.user = 1000, .process = 42, .who = "a person", .what = "strategy-stop"},
                        wired_.now);
      wired_.core->disable(StrategyId{0}, "a person", wired_.now);
      wired_.place(order);  // is denied
      wired_.run_for(milliseconds(20));
      wired_.core->enable(StrategyId{0}, "a person", wired_.now);
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

ReplayResult replay_of(WiredEngine& wired, const InstrumentTable& at_start,
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
    const ReplayResult result = replay_of(wired, at_start, records);
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
  ASSERT_EQ(replay_of(wired, at_start, records).what, "");

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
  const ReplayResult result = replay_of(wired, at_start, mutated);
  EXPECT_EQ(result.outcome, ReplayResult::Outcome::Differs);
  EXPECT_EQ(result.at, records[changed].sequence) << result.what;
  EXPECT_NE(result.what.find("place differs from byte 24 on"), std::string::npos) << result.what;

  // A record left out is missed as well.
  auto shortened = records;
  shortened.erase(shortened.begin() + static_cast<std::ptrdiff_t>(changed));
  EXPECT_EQ(replay_of(wired, at_start, shortened).outcome, ReplayResult::Outcome::Differs);
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
  const ReplayResult result = replay_of(wired, at_start, records);
  EXPECT_EQ(result.outcome, ReplayResult::Outcome::CannotGoOn) << result.what;
  EXPECT_NE(result.what.find("journal was full"), std::string::npos) << result.what;
}

/// All that a start takes from the journal, as text.
std::string belief_text(const engine::PriorBelief& belief) {
  std::string text;
  const auto put = [&](auto... numbers) {
    ((text += std::to_string(numbers) + " "), ...);
    text += "\n";
  };
  put(belief.killed(), belief.newest_run(), belief.first_time().nanos, belief.fills_known().nanos);
  put(belief.protections().size(), belief.acted_rules().size(), belief.reductions().size(),
      belief.position_steps().size());
  put(belief.account_killed(), belief.killed_strategies().size(),
      belief.killed_instruments().size(), belief.disabled_strategies().size());
  for (std::uint32_t i = 0; i < 2; ++i) put(belief.known_since(InstrumentId{i}).nanos);
  for (const engine::Order& order : belief.open_orders()) {
    put(order.client_id.value, order.venue_id.value, order.price.raw, order.quantity.raw,
        order.cumulative_quantity.raw, order.booked_quantity.raw, static_cast<int>(order.phase),
        order.venue_time.nanos, order.sent_time.nanos, order.acknowledged, order.unknown,
        order.expire_time.nanos, order.cookie, order.amends.size());
    for (const auto& amend : order.amends)
      put(amend.amend_id, amend.price.raw, amend.quantity.raw, amend.expire_time.nanos);
  }
  for (const engine::PriorBelief::SentRequest& sent : belief.sent_last())
    put(sent.time.nanos, sent.instrument.value, static_cast<int>(sent.request), sent.algo,
        sent.single, sent.batch);
  for (const auto& step : belief.position_steps()) {
    if (const auto* fill = std::get_if<engine::FillBookedRecord>(&step)) {
      put(fill->client_id, fill->venue_id, fill->fill.trade_id, fill->fill.price,
          fill->fill.quantity, static_cast<std::int64_t>(fill->fill.fee));
    } else if (const auto* adjustment = std::get_if<engine::AdjustmentRecord>(&step)) {
      put(adjustment->before, adjustment->after, adjustment->as_of);
    }
  }
  return text;
}

/// What a core makes of it: the figures that limits and reports are reckoned from.
std::string restored_state(WiredEngine& wired, const engine::PriorBelief& belief) {
  engine::MemoryJournal journal;
  engine::JournalReplay silent({});
  InstrumentTable instruments = wired.instruments;
  const auto core =
      wired.make_core(journal, silent, nullptr, instruments, belief.newest_run() + 1, &belief);
  std::string text;
  for (const Instrument& instrument : instruments) {
    const engine::InstrumentStatus status = core->status(instrument.id, wired.now);
    const risk::Holding& holding = core->exposure().of_account(instrument.id);
    for (const std::int64_t number :
         {status.position.raw, static_cast<std::int64_t>(status.realised_pnl.raw / 1'000'000),
          static_cast<std::int64_t>(status.fees.raw / 1'000'000), holding.position.raw,
          holding.working_buy.raw, holding.working_sell.raw})
      text += std::to_string(number) + " ";
  }
  return text + std::to_string(core->status().open_orders);
}

/// REC-06: wherever the snapshot is taken.
TEST(JournalReplay, ASnapshotAndTheTailAreTheWholeJournal_REC_06) {
  std::size_t cuts_with_open_orders = 0;
  for (std::uint64_t seed = 21; seed < 24; ++seed) {
    WiredOptions options;
    options.seed = seed;
    WiredEngine wired(options);
    ASSERT_TRUE(wired.make_ready());
    EventfulSession session(seed, wired);
    session.run(250);
    const auto& entries = wired.journal.entries();
    engine::PriorBelief whole;
    for (const auto& entry : entries) whole.add(entry.type, entry.payload, entry.time);
    std::mt19937_64 random(seed);
    for (int i = 0; i < 12; ++i) {
      const std::size_t first = random() % entries.size();
      const std::size_t second = first + random() % (entries.size() - first);
      engine::JournalDigest digest;
      // A snapshot made of a snapshot and what came since, like the second of a long run.
      engine::JournalDigest again;
      const auto head_of = [&](std::size_t at) {
        JournalRecordHead head;
        head.sequence = at + 1;
        head.type = static_cast<std::uint16_t>(entries[at].type);
        head.time = entries[at].time.nanos;
        return head;
      };
      for (std::size_t at = 0; at < first; ++at) digest.add(head_of(at), entries[at].payload);
      for (const auto* kept : digest.records()) again.add(kept->head, kept->payload);
      for (std::size_t at = first; at < second; ++at) again.add(head_of(at), entries[at].payload);
      engine::PriorBelief belief;
      for (const auto* kept : again.records())
        belief.add(static_cast<RecordType>(kept->head.type), kept->payload, {kept->head.time});
      cuts_with_open_orders += belief.open_orders().empty() ? 0u : 1u;
      for (std::size_t at = second; at < entries.size(); ++at)
        belief.add(entries[at].type, entries[at].payload, entries[at].time);
      EXPECT_LT(again.size(), entries.size() / 3 + 20) << "it leaves out what does not matter";
      ASSERT_EQ(belief_text(belief), belief_text(whole))
          << "seed " << seed << ", cut at " << second;
      ASSERT_EQ(restored_state(wired, belief), restored_state(wired, whole));
      // By the venue's clock: a snapshot leaves out how that wandered by less than 10 ms.
      const auto is_near = [](Timestamp a, Timestamp b) {
        return (a.nanos == 0) == (b.nanos == 0) && a - b < milliseconds(10) &&
               b - a < milliseconds(10);
      };
      EXPECT_TRUE(is_near(belief.fills_known_venue(), whole.fills_known_venue()));
      for (std::uint32_t one = 0; one < 2; ++one)
        EXPECT_TRUE(is_near(belief.known_since_venue(InstrumentId{one}),
                            whole.known_since_venue(InstrumentId{one})));
    }
  }
  EXPECT_GT(cuts_with_open_orders, 5u);
}

}  // namespace
}  // namespace gannet::test
