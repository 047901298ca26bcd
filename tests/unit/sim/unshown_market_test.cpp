// The market of backtests against the market of `gannet sim`: the same recording and the same
// orders must fill alike, though one of them keeps the recorded book out of the exchange.

#include "sim/unshown_market.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <string>
#include <vector>

#include "sim/exchange.h"
#include "sim/random.h"
#include "sim/replay_market.h"
#include "tests/support/hand_made_tape.h"
#include "tests/support/instrument_samples.h"

namespace gannet::sim {
namespace {

constexpr Timestamp kStart = from_unix_millis(1'795'430'400'000);
constexpr std::int64_t kTickUnits = 100;
constexpr std::int64_t kFairPrice = 60'000'000;

/// What a user's orders went through, as text.
class Diary final : public ExchangeEvents {
 public:
  void on_order_change(const OrderChange& change) noexcept override {
    const OrderView& order = change.order;
    std::string line =
        std::to_string(order.update_time.nanos) + " " + std::string(order.terms.client_id.view()) +
        " " + std::to_string(static_cast<int>(change.what)) + " filled " +
        std::to_string(order.filled.raw) + " of " + std::to_string(order.terms.quantity.raw);
    if (change.fill) {
      line += " at " + std::to_string(change.fill->price.raw) + (change.fill->maker ? " m" : " t");
    }
    lines.push_back(line);
  }
  void on_trade(const PublicTrade&) noexcept override {}
  void on_level(InstrumentId, Side, Price, Quantity, std::uint32_t, Timestamp) noexcept override {}
  void on_position(UserId, const PositionView&) noexcept override {}
  void on_balance(UserId, const BalanceView&) noexcept override {}
  void on_bill(const Bill&) noexcept override {}
  void on_mark_price(InstrumentId, Price, Price, Timestamp) noexcept override {}

  std::vector<std::string> lines;
};

struct World {
  explicit World(QueueModel) {
    swap = instruments.add(gannet::test::linear_swap(currencies));
    UserSettings settings;
    settings.deposits = {
        Amount{static_cast<__int128>(1'000'000'000) * power_of_ten(18), currencies.find("USDT")}};
    user = exchange.add_user(settings, kStart);
  }

  CurrencyTable currencies;
  InstrumentTable instruments;
  Diary diary;
  Exchange exchange{instruments, currencies, diary};
  InstrumentId swap;
  UserId user = 0;
};

/// A book that walks: snapshots now and then, updates and trades between.
class WalkingBook {
 public:
  WalkingBook(InstrumentId swap, std::uint64_t seed) : swap_(swap), random_(seed) { refill(); }

  HandMadeTape::Entry step(Timestamp now, bool first) {
    const std::uint64_t dice = random_.below(100);
    if (!first && dice < 30) return trade(now);
    if (!first && dice < 97) return update(now);
    return snapshot(now);
  }

 private:
  using Levels = std::map<std::int64_t, std::int64_t>;

  std::int64_t size() { return static_cast<std::int64_t>(random_.below(50)) + 1; }
  std::int64_t best(Side side) const {
    return side == Side::Buy ? bids_.rbegin()->first : asks_.begin()->first;
  }
  Levels& levels(Side side) { return side == Side::Buy ? bids_ : asks_; }

  void refill() {
    while (bids_.size() < 12) {
      const std::int64_t worst = bids_.empty() ? kFairPrice : bids_.begin()->first;
      bids_[worst - kTickUnits] = size();
    }
    while (asks_.size() < 12) {
      const std::int64_t worst = asks_.empty() ? kFairPrice : asks_.rbegin()->first;
      asks_[worst + kTickUnits] = size();
    }
  }

  BookUpdate head(Timestamp now, BookUpdate::Kind kind) const {
    BookUpdate update;
    update.instrument = swap_;
    update.feed = BookFeed::Depth400;
    update.kind = kind;
    update.exchange_time = update.receive_time = now;
    return update;
  }

  HandMadeTape::Entry snapshot(Timestamp now) {
    HandMadeTape::Entry entry{head(now, BookUpdate::Kind::Snapshot), {}, {}};
    for (auto it = bids_.rbegin(); it != bids_.rend(); ++it)
      entry.bids.push_back({it->first, it->second, 1, 0});
    for (const auto& [price, quantity] : asks_) entry.asks.push_back({price, quantity, 1, 0});
    return entry;
  }

  HandMadeTape::Entry update(Timestamp now) {
    const Levels old_bids = bids_;
    const Levels old_asks = asks_;
    for (std::uint64_t n = random_.below(4) + 1; n > 0; --n) change();
    refill();
    HandMadeTape::Entry entry{head(now, BookUpdate::Kind::Update), {}, {}};
    tell(old_bids, bids_, entry.bids);
    tell(old_asks, asks_, entry.asks);
    return entry;
  }

  void change() {
    const Side side = random_.below(2) == 0 ? Side::Buy : Side::Sell;
    const std::int64_t away = static_cast<std::int64_t>(random_.below(6)) * kTickUnits;
    std::int64_t price = side == Side::Buy ? best(side) - away : best(side) + away;
    if (random_.below(8) == 0) price += side == Side::Buy ? kTickUnits : -kTickUnits;
    const std::uint64_t what = random_.below(3);
    if (what == 0) {
      levels(side).erase(price);
    } else {
      levels(side)[price] = size();
    }
    // The other side gives way: a recorded book is not crossed.
    if (what != 0 && side == Side::Buy) asks_.erase(asks_.begin(), asks_.upper_bound(price));
    if (what != 0 && side == Side::Sell) bids_.erase(bids_.lower_bound(price), bids_.end());
    refill_if_empty();
  }
  void refill_if_empty() {
    if (bids_.empty()) bids_[asks_.begin()->first - kTickUnits] = size();
    if (asks_.empty()) asks_[bids_.rbegin()->first + kTickUnits] = size();
  }

  static void tell(const Levels& before, const Levels& after, std::vector<Level>& out) {
    for (const auto& [price, quantity] : before) {
      if (!after.contains(price)) out.push_back({price, 0, 0, 0});
    }
    for (const auto& [price, quantity] : after) {
      const auto old = before.find(price);
      if (old == before.end() || old->second != quantity) out.push_back({price, quantity, 1, 0});
    }
  }

  HandMadeTape::Entry trade(Timestamp now) {
    TradeEvent trade;
    trade.instrument = swap_;
    trade.aggressor = random_.below(2) == 0 ? Side::Buy : Side::Sell;
    const Side resting = opposite(trade.aggressor);
    const std::int64_t through = random_.below(5) == 0 ? kTickUnits : 0;
    trade.price = {resting == Side::Buy ? best(resting) - through : best(resting) + through};
    trade.quantity = {size()};
    trade.receive_time = now;
    // Some are told late: the book has them already.
    trade.exchange_time = random_.below(4) == 0 ? now - milliseconds(3) : now;
    return {trade, {}, {}};
  }

  InstrumentId swap_;
  Random random_;
  Levels bids_;
  Levels asks_;
};

/// The first line in which they differ, and the one before; "" if they do not.
std::string first_difference(const Diary& a, const Diary& b) {
  const std::size_t common = std::min(a.lines.size(), b.lines.size());
  for (std::size_t i = 0; i <= common; ++i) {
    const std::string one = i < a.lines.size() ? a.lines[i] : "nothing more";
    const std::string other = i < b.lines.size() ? b.lines[i] : "nothing more";
    if (one == other) continue;
    return "shown: " + one + "\nunshown: " + other + "\nafter: " + (i == 0 ? "" : a.lines[i - 1]);
  }
  return "";
}

class UnshownMarketProperty : public testing::TestWithParam<QueueModel> {};

TEST_P(UnshownMarketProperty, FillsUsersAsTheShownMarketDoes) {
  std::size_t fills = 0;
  for (std::uint64_t seed = 1; seed <= 40; ++seed) {
    World shown(GetParam());
    World unshown(GetParam());
    WalkingBook walk(shown.swap, seed);
    std::vector<HandMadeTape::Entry> entries;
    auto tape = std::make_unique<HandMadeTape>();
    constexpr int kSteps = 400;
    for (int i = 0; i < kSteps; ++i) {
      entries.push_back(walk.step(kStart + milliseconds(i), i == 0));
      HandMadeTape::Entry& entry = entries.back();
      if (const auto* book = std::get_if<BookUpdate>(&entry.event)) {
        tape->add(*book, entry.bids, entry.asks);
      } else {
        tape->add(std::get<TradeEvent>(entry.event));
      }
    }
    ReplaySettings settings;
    settings.queue = GetParam();
    ReplayMarket replay(std::move(tape), shown.exchange, settings, kStart);
    UnshownMarket market(unshown.exchange, {BookFeed::Depth400}, GetParam());

    Random dice(seed * 977);
    int orders = 0;
    for (int i = 0; i < kSteps; ++i) {
      const Timestamp now = kStart + milliseconds(i);
      replay.advance(now);
      HandMadeTape::Entry& entry = entries[static_cast<std::size_t>(i)];
      if (auto* book = std::get_if<BookUpdate>(&entry.event)) {
        book->bids = entry.bids;
        book->asks = entry.asks;
        market.on_book(*book, now);
      } else {
        market.on_trade(std::get<TradeEvent>(entry.event), now);
      }
      // The bands hang on a reference price, which the replay tells by itself.
      unshown.exchange.set_reference_prices(unshown.swap, shown.exchange.mark_price(shown.swap),
                                            shown.exchange.index_price(shown.swap), now);
      const auto middle = market.middle(unshown.swap);
      if (!middle || dice.below(3) != 0) continue;
      const auto open = shown.exchange.open_orders(shown.user);
      const std::uint64_t what = dice.below(10);
      if (what < 3 && !open.empty()) {
        const std::size_t which = dice.below(open.size());
        const OrderView before = *shown.exchange.find(open[which]);
        const auto twins = unshown.exchange.open_orders(unshown.user);
        ASSERT_EQ(twins.size(), open.size()) << "seed " << seed << " step " << i;
        if (what == 0) {
          shown.exchange.cancel(shown.user, open[which], CancelCause::User, now);
          unshown.exchange.cancel(unshown.user, twins[which], CancelCause::User, now);
        } else {
          const std::int64_t move = (static_cast<std::int64_t>(dice.below(5)) - 2) * kTickUnits;
          const AmendTerms terms{before.terms.price + Price{move},
                                 before.terms.quantity + Quantity{(what == 1) ? 5 : 0},
                                 {}};
          shown.exchange.amend(shown.user, open[which], terms, now);
          market.before_order(unshown.swap, before.terms.side, terms.price,
                              *terms.quantity - before.filled, now);
          unshown.exchange.amend(unshown.user, twins[which], terms, now);
          market.after_order(unshown.swap, now);
        }
        continue;
      }
      NewOrder order;
      order.instrument = shown.swap;
      // One side a walk: where a user's order meets his own at a price, the recorded level there
      // stands behind it in the unshown market, whichever came first.
      order.side = seed % 2 == 0 ? Side::Buy : Side::Sell;
      constexpr OrderType kTypes[] = {OrderType::Limit,    OrderType::PostOnly,
                                      OrderType::PostOnly, OrderType::ImmediateOrCancel,
                                      OrderType::Market,   OrderType::FillOrKill};
      order.type = kTypes[dice.below(std::size(kTypes))];
      const std::int64_t away = (static_cast<std::int64_t>(dice.below(8)) - 3) * kTickUnits;
      const std::int64_t price = middle->raw / kTickUnits * kTickUnits;
      order.price = {order.side == Side::Buy ? price - away : price + away};
      order.quantity = {static_cast<std::int64_t>(dice.below(60)) + 1};
      order.client_id = FixedString<32>("o" + std::to_string(++orders));
      order.user = shown.user;
      const auto a = shown.exchange.place(order, now);
      order.user = unshown.user;
      const bool has_limit = order.type != OrderType::Market;
      market.before_order(unshown.swap, order.side,
                          has_limit ? std::optional(order.price) : std::nullopt, order.quantity,
                          now);
      const auto b = unshown.exchange.place(order, now);
      market.after_order(unshown.swap, now);
      ASSERT_EQ(a.refusal, b.refusal) << "seed " << seed << " step " << i;
      ASSERT_EQ(first_difference(shown.diary, unshown.diary), "")
          << "seed " << seed << " step " << i;
    }
    ASSERT_EQ(first_difference(shown.diary, unshown.diary), "") << "seed " << seed;
    fills += shown.exchange.fills(shown.user).size();
    EXPECT_EQ(unshown.exchange.check_money(), "");
  }
  EXPECT_GT(fills, 2'000u);  // the walk meets orders often enough to prove something
}

INSTANTIATE_TEST_SUITE_P(Models, UnshownMarketProperty,
                         testing::Values(QueueModel::Back, QueueModel::Proportional,
                                         QueueModel::Front));

}  // namespace
}  // namespace gannet::sim
