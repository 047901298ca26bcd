#include <gtest/gtest.h>

#include <algorithm>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "gateway/okx/protocol/book_sequencer.h"
#include "gateway/okx/protocol/feed_arbiter.h"

// One true stream of book states and trades, told over lines that delay, stall, lose frames, are
// cut and come back: what passes the arbiter is always a true book, never goes back, is withdrawn
// only when no line has it, and holds each trade once.

namespace gannet::okx {
namespace {

constexpr InstrumentId kFedInstrument{0};
constexpr Timestamp kFeedStart = from_unix_millis(1'795'430'400'000);
using Quantities = std::map<std::int64_t, std::int64_t>;  // quantity by price

/// How the venue behaves in a run.
struct Manners {
  bool same_cuts = true;             ///< every line tells every state, else each merges its own
  bool snapshots_bear_state = true;  ///< their time is the state's, else that of the sending
  bool resets = false;               ///< ids start anew, and meet old ones by chance
};

struct State {
  std::int64_t previous = -1;
  std::int64_t sequence = 0;
  Timestamp time;
  Quantities bids;
  std::vector<Level> changes;
};

class Truth {
 public:
  explicit Truth(std::uint64_t seed) : random_(seed) {
    State first;
    first.sequence = 1'000;
    first.time = kFeedStart;
    for (int i = 0; i < 8; ++i) first.bids[100 + i] = 1;
    states_.push_back(first);
  }
  void step(Timestamp now, bool may_reset) {
    State next = newest();
    next.previous = next.sequence;
    next.time = now;
    next.changes.clear();
    const bool reset = may_reset && random_() % 150 == 0;
    next.sequence = reset ? static_cast<std::int64_t>(random_() % 5)
                          : next.sequence + 1 + static_cast<std::int64_t>(random_() % 4);
    for (std::uint64_t n = random_() % 3; n < 3; ++n) {
      const auto price = static_cast<std::int64_t>(100 + random_() % 12);
      const auto quantity = static_cast<std::int64_t>(random_() % 5);
      if (quantity == 0) {
        next.bids.erase(price);
      } else {
        next.bids[price] = quantity;
      }
      next.changes.push_back({price, quantity, 1, 0});
    }
    states_.push_back(std::move(next));
  }
  const State& newest() const { return states_.back(); }
  /// The state of that id that was the newest at that time.
  const State* find(std::int64_t sequence, Timestamp time) const {
    for (auto state = states_.rbegin(); state != states_.rend(); ++state) {
      if (state->sequence == sequence && state->time <= time) return &*state;
    }
    return nullptr;
  }

 private:
  std::mt19937_64 random_;
  std::deque<State> states_;
};

/// The listener: checks every event against the truth.
class Checker final : public MarketListener {
 public:
  explicit Checker(const Truth& truth) : truth_(truth) {}

  void on_book_update(const BookUpdate& update) noexcept override {
    if (update.kind == BookUpdate::Kind::Update) {
      ASSERT_TRUE(live);
    }
    const bool is_keep_alive = update.kind == BookUpdate::Kind::Update && update.bids.empty();
    book.apply(update);
    live = true;
    const State* const state = truth_.find(update.sequence, update.exchange_time);
    ASSERT_NE(state, nullptr);
    ASSERT_EQ(book.bid_levels(), state->bids.size()) << "state " << update.sequence;
    std::size_t i = book.bid_levels();
    for (const auto& [price, quantity] : state->bids) {
      ASSERT_EQ(book.bid(--i).price, price);
      ASSERT_EQ(book.bid(i).quantity, quantity);
    }
    if (!is_keep_alive && state->time < newest) ++went_back;
    newest = std::max(newest, state->time);
    ++updates;
  }
  void on_book_withdrawn(InstrumentId, BookFeed, BookWithdrawal, Timestamp) noexcept override {
    live = false;
    newest = {};  // what comes next is better than none
    ++withdrawals;
    ASSERT_FALSE(any_line_live()) << "a line still has the book";
  }
  void on_trade(const TradeEvent& trade) noexcept override {
    ASSERT_TRUE(trades.insert(trade.trade_id.value).second) << trade.trade_id.value;
  }
  void on_ticker(const TickerEvent&) noexcept override {}
  void on_reference_price(const ReferencePriceEvent&) noexcept override {}
  void on_instrument_state(InstrumentId, InstrumentState, Timestamp) noexcept override {}
  /// As the engine does: no book outlives the readiness of its connection.
  void on_market_connection(ConnectionState state, Timestamp) noexcept override {
    if (connection == ConnectionState::Ready && state != ConnectionState::Ready) {
      live = false;
      newest = {};
    }
    connection = state;
  }
  void on_market_alive(Timestamp) noexcept override {}

  std::function<bool()> any_line_live;
  OrderBook book;
  ConnectionState connection = ConnectionState::Disconnected;
  bool live = false;
  Timestamp newest;
  std::size_t updates = 0;
  std::size_t withdrawals = 0;
  std::size_t went_back = 0;
  std::set<std::int64_t> trades;

 private:
  const Truth& truth_;
};

/// One connection: the venue's end, the wire with its delays, and our sequencer.
class Line final : BookSequencerOutput {
 public:
  Line(const Truth& truth, const Manners& manners, MarketListener& told, std::uint64_t seed)
      : truth_(truth), manners_(manners), told_(&told), random_(seed) {}

  void tell(MarketListener& told) { told_ = &told; }
  void renew(Timestamp now) {
    if (live()) sequencer_.on_malformed(BookWithdrawal::NotStarted, now);
  }
  const BookSequencer& sequencer() const { return sequencer_; }
  void open(Timestamp now) {
    connected_ = true;
    tell_connection(ConnectionState::Connecting, now);
    subscribe_at_ = now + milliseconds(5);
  }
  void cut(Timestamp now, std::int64_t away_ms = 20) {
    connected_ = subscribed_ = false;
    subscribe_at_.reset();
    wire_.clear();
    ready_at_.reset();
    sequencer_.on_disconnected(now);
    tell_connection(ConnectionState::Disconnected, now);
    open_at_ = now + milliseconds(away_ms + static_cast<std::int64_t>(random_() % 200));
  }
  bool connected() const { return connected_; }
  ConnectionState connection() const { return connection_; }
  bool live() const { return sequencer_.state() == BookSequencer::State::Live; }
  std::uint64_t gaps() const { return sequencer_.counts().gaps; }
  std::size_t losses() const { return losses_; }

  void tell_state(const State& state, Timestamp now, bool lossy) {
    if (!subscribed_) return;
    for (const Level& level : state.changes) pending_[level.price] = level.quantity;
    const bool held_back = !manners_.same_cuts && random_() % 2 == 0;
    if (held_back || (state.sequence == told_sequence_)) return;
    Frame frame;
    frame.kind = BookUpdate::Kind::Update;
    for (const auto& [price, quantity] : pending_) frame.levels.push_back({price, quantity, 1, 0});
    frame.previous = told_sequence_;
    frame.sequence = state.sequence;
    frame.time = state.time;
    pending_.clear();
    told_sequence_ = state.sequence;
    send(std::move(frame), now, lossy);
  }
  void tell_keep_alive(Timestamp now) {
    if (!subscribed_ || !pending_.empty()) return;
    Frame frame;
    frame.kind = BookUpdate::Kind::Update;
    frame.previous = frame.sequence = told_sequence_;
    frame.time = now;
    send(std::move(frame), now, false);
  }
  void tell_trade(std::int64_t id, Timestamp now) {
    if (!subscribed_) return;
    Frame frame;
    frame.trade = id;
    frame.time = now;
    send(std::move(frame), now, false);
  }
  void turn(Timestamp now, std::set<std::int64_t>& delivered) {
    if (open_at_ && now >= *open_at_) {
      open_at_.reset();
      open(now);
    }
    if (connected_ && now >= pong_at_) {
      pong_at_ = now + seconds(1);
      told_->on_market_alive(now);
    }
    if (ready_at_ && now >= *ready_at_) {
      ready_at_.reset();
      tell_connection(ConnectionState::Ready, now);
    }
    if (subscribe_at_ && now >= *subscribe_at_) {
      subscribe_at_.reset();
      // Other subscriptions are acknowledged later, some by far.
      if (connection_ == ConnectionState::Connecting && !ready_at_) {
        ready_at_ = now + milliseconds(static_cast<std::int64_t>(random_() % 200));
      }
      sequencer_.on_subscribed();
      subscribed_ = true;
      pending_.clear();
      Frame frame;
      const State& newest = truth_.newest();
      for (auto level = newest.bids.rbegin(); level != newest.bids.rend(); ++level) {
        frame.levels.push_back({level->first, level->second, 1, 0});
      }
      frame.sequence = told_sequence_ = newest.sequence;
      frame.time = manners_.snapshots_bear_state ? newest.time : now;
      send(std::move(frame), now, false);
    }
    while (!wire_.empty() && wire_.front().due <= now) {
      const Frame frame = std::move(wire_.front());
      wire_.pop_front();
      told_->on_market_alive(now);
      if (frame.trade) {
        delivered.insert(*frame.trade);
        TradeEvent trade;
        trade.instrument = kFedInstrument;
        trade.trade_id = {*frame.trade};
        trade.exchange_time = frame.time;
        trade.receive_time = now;
        told_->on_trade(trade);
        continue;
      }
      DecodedBook book;
      book.instrument = kFedInstrument;
      book.kind = frame.kind;
      book.bids = frame.levels;
      book.sequence = frame.sequence;
      book.previous_sequence = frame.previous;
      book.exchange_time = frame.time;
      sequencer_.on_book(book, now);
    }
  }

 private:
  void tell_connection(ConnectionState state, Timestamp now) {
    connection_ = state;
    told_->on_market_connection(state, now);
  }
  struct Frame {
    BookUpdate::Kind kind = BookUpdate::Kind::Snapshot;
    std::vector<Level> levels;
    std::int64_t previous = -1;
    std::int64_t sequence = 0;
    Timestamp time;
    std::optional<std::int64_t> trade;
    Timestamp due;
  };

  void send(Frame frame, Timestamp now, bool lossy) {
    if (lossy && random_() % 300 == 0) return;
    auto delay = static_cast<std::int64_t>(random_() % 12);
    if (random_() % 200 == 0) delay += static_cast<std::int64_t>(random_() % 400);
    frame.due = now + milliseconds(delay);
    if (!wire_.empty()) frame.due = std::max(frame.due, wire_.back().due);
    wire_.push_back(std::move(frame));
  }

  void publish_book(const BookUpdate& update) noexcept override { told_->on_book_update(update); }
  void withdraw_book(InstrumentId instrument, BookFeed feed, BookWithdrawal why,
                     Timestamp now) noexcept override {
    ++losses_;
    told_->on_book_withdrawn(instrument, feed, why, now);
  }
  void resubscribe_book(InstrumentId, BookFeed, Timestamp now) noexcept override {
    subscribed_ = false;
    subscribe_at_ = now + milliseconds(10);
  }
  void request_book_seed(InstrumentId, BookFeed, Timestamp) noexcept override {}

  const Truth& truth_;
  Manners manners_;
  MarketListener* told_;
  std::mt19937_64 random_;
  BookSequencer sequencer_{kFedInstrument, BookFeed::Depth400, *this};
  std::deque<Frame> wire_;
  Quantities pending_;  // changes that are not told yet
  std::int64_t told_sequence_ = 0;
  std::size_t losses_ = 0;  // of the book, by cuts and gaps
  ConnectionState connection_ = ConnectionState::Disconnected;
  std::optional<Timestamp> ready_at_;
  Timestamp pong_at_;
  bool connected_ = false;
  bool subscribed_ = false;
  std::optional<Timestamp> open_at_;
  std::optional<Timestamp> subscribe_at_;
};

struct FeedOutcome {
  std::size_t withdrawals = 0;
  std::size_t losses = 0;
  std::uint64_t gaps = 0;
  std::uint64_t whole = 0;
  std::size_t went_back = 0;
};

FeedOutcome run_feed(std::size_t line_count, const Manners& manners, std::uint64_t seed) {
  Truth truth(seed);
  Checker checker(truth);
  FeedArbiter arbiter(line_count, 1, checker);
  std::vector<std::unique_ptr<Line>> lines;
  for (std::size_t i = 0; i < line_count; ++i) {
    lines.push_back(std::make_unique<Line>(truth, manners, arbiter.line(i), seed * 7 + i));
  }
  checker.any_line_live = [&] {
    return std::ranges::any_of(lines, [](const auto& line) { return line->live(); });
  };
  std::mt19937_64 random(seed + 1);
  std::set<std::int64_t> delivered;
  std::int64_t trade_id = 0;
  Timestamp now = kFeedStart;
  for (auto& line : lines) line->open(now);
  constexpr int kTurns = 6'000, kCalm = 1'000, kSilence = 1'500;
  for (int turn = 0; turn < kTurns + kCalm + kSilence; ++turn) {
    now = now + milliseconds(1);
    const bool rough = turn < kTurns;
    if (turn < kTurns + kCalm) {
      if (random() % 4 == 0) {
        truth.step(now, rough && manners.resets);
        for (auto& line : lines) line->tell_state(truth.newest(), now, rough);
      }
      if (random() % 100 == 0) {
        for (auto& line : lines) line->tell_keep_alive(now);
      }
      if (random() % 3 == 0) {
        trade_id += 1 + static_cast<std::int64_t>(random() % 3);
        for (auto& line : lines) line->tell_trade(trade_id, now);
      }
    }
    if (rough && random() % 300 == 0) {
      Line& unlucky = *lines[random() % line_count];
      if (unlucky.connected()) unlucky.cut(now);
    }
    for (auto& line : lines) line->turn(now, delivered);
    if (turn % 50 == 0) arbiter.on_timer(now);
    if (::testing::Test::HasFatalFailure()) return {};
  }
  EXPECT_TRUE(checker.live);
  EXPECT_EQ(checker.trades, delivered);
  FeedOutcome outcome;
  outcome.withdrawals = checker.withdrawals;
  outcome.went_back = checker.went_back;
  for (std::size_t i = 0; i < line_count; ++i) {
    outcome.gaps += lines[i]->gaps();
    outcome.losses += lines[i]->losses();
    outcome.whole += arbiter.figures(i).whole;
  }
  if (manners.same_cuts) {
    EXPECT_EQ(checker.newest, truth.newest().time);
  }
  return outcome;
}

TEST(FeedArbiterProperty, AnyInterleavingOfLinesIsOneTrueStream) {
  FeedOutcome sum;
  for (std::uint64_t seed = 1; seed <= 24; ++seed) {
    for (const bool bear_state : {true, false}) {
      for (const bool resets : {true, false}) {
        SCOPED_TRACE("seed " + std::to_string(seed) + " state times " + std::to_string(bear_state) +
                     " resets " + std::to_string(resets));
        const FeedOutcome outcome = run_feed(2 + seed % 2, {true, bear_state, resets}, seed);
        if (HasFailure()) return;
        sum.gaps += outcome.gaps;
        sum.withdrawals += outcome.withdrawals;
        sum.losses += outcome.losses;
        if (!resets) {
          EXPECT_EQ(outcome.went_back, 0u);
        }
      }
    }
  }
  EXPECT_GT(sum.gaps, 500u) << "the lines were rough";
  EXPECT_LT(sum.withdrawals, sum.losses / 5) << "and hid it from the listener";
}

TEST(FeedArbiterProperty, LinesThatMergeUpdatesDifferentlyStillGiveATrueBook) {
  FeedOutcome sum;
  for (std::uint64_t seed = 1; seed <= 24; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    const FeedOutcome outcome = run_feed(2 + seed % 2, {false, seed % 3 != 0, seed % 2 == 0}, seed);
    if (HasFailure()) return;
    sum.whole += outcome.whole;
  }
  EXPECT_GT(sum.whole, 100u);
}

/// One line tells the listener directly; in the middle of its life it moves: it is adopted, another
/// line joins, either may be lost. `step_every`: turns between states, of a quiet book many.
void run_move(int step_every, int delay_of_notice, const Manners& manners, bool cut_successor,
              bool cut_old, std::uint64_t seed, std::size_t& renewals) {
  Truth truth(seed);
  Checker checker(truth);
  std::vector<std::unique_ptr<Line>> lines;
  struct Renewer final : BookRenewer {
    std::vector<std::unique_ptr<Line>>& lines;
    std::size_t count = 0;
    explicit Renewer(std::vector<std::unique_ptr<Line>>& of) : lines(of) {}
    void renew_book(std::size_t line, InstrumentId, BookFeed, Timestamp now) noexcept override {
      ++count;
      lines[line]->renew(now);
    }
  } renewer(lines);
  FeedArbiter arbiter(2, 1, checker, &renewer);
  checker.any_line_live = [] { return false; };  // withdrawals are not what is looked at here
  lines.push_back(std::make_unique<Line>(truth, manners, checker, seed * 7));
  lines.push_back(std::make_unique<Line>(truth, manners, arbiter.line(1), seed * 7 + 1));
  std::mt19937_64 random(seed + 1);
  std::set<std::int64_t> delivered;
  Timestamp now = kFeedStart;
  lines[0]->open(now);
  constexpr int kTurns = 4'500;
  const int notice = 500 + delay_of_notice;
  for (int turn = 0; turn < kTurns; ++turn) {
    now = now + milliseconds(1);
    if (turn < kTurns - 1'500 && random() % static_cast<std::uint64_t>(step_every) == 0) {
      truth.step(now, false);
      for (auto& line : lines) line->tell_state(truth.newest(), now, false);
    }
    if (random() % 700 == 0) {
      for (auto& line : lines) line->tell_keep_alive(now);
    }
    if (turn == notice) {
      arbiter.adopt_connection(0, lines[0]->connection());
      if (lines[0]->live()) {
        arbiter.adopt_book(0, kFedInstrument, BookFeed::Depth400,
                           lines[0]->sequencer().sequence().value_or(-1));
      }
      lines[0]->tell(arbiter.line(0));
      lines[1]->open(now);
    }
    const int after = turn - notice;
    if (cut_successor && after > 10 && after < 1'000 && random() % 60 == 0 &&
        lines[1]->connected()) {
      lines[1]->cut(now, random() % 2 == 0 ? 20 : 1'200);
    }
    if (cut_old && after == 30 + static_cast<int>(seed % 40)) lines[0]->cut(now);
    for (auto& line : lines) line->turn(now, delivered);
    if (turn % 50 == 0 && after >= 0) arbiter.on_timer(now);
    if (::testing::Test::HasFatalFailure()) return;
  }
  EXPECT_TRUE(checker.live);
  if (manners.same_cuts) {
    EXPECT_EQ(checker.newest, truth.newest().time);
  }
  EXPECT_EQ(checker.went_back, 0u);
  renewals += renewer.count;
}

TEST(FeedArbiterProperty, ARunningLineThatIsAdoptedNeverLeadsToAWrongBook) {
  std::size_t renewals = 0;
  for (std::uint64_t seed = 1; seed <= 12; ++seed) {
    for (const int step_every : {1, 4, 60, 900}) {
      for (const int cuts : {0, 1, 2, 3}) {
        for (const bool bear_state : {true, false}) {
          SCOPED_TRACE("seed " + std::to_string(seed) + " every " + std::to_string(step_every) +
                       " cuts " + std::to_string(cuts) + " state times " +
                       std::to_string(bear_state));
          const Manners manners{seed % 4 != 0, bear_state, false};
          run_move(step_every, static_cast<int>(seed), manners, (cuts & 1) != 0, (cuts & 2) != 0,
                   seed, renewals);
          if (HasFailure()) return;
        }
      }
    }
  }
  EXPECT_GT(renewals, 5u);
}

}  // namespace
}  // namespace gannet::okx
