// Random recordings, random users: whatever happens, users get no more than recorded trading could
// have given, and change nothing of it.

#include <map>

#include "sim/random.h"
#include "sim/replay_market.h"
#include "support/exchange_fixture.h"
#include "support/hand_made_tape.h"

namespace gannet::sim {
namespace {

constexpr std::int64_t kTick = 100;
constexpr std::int64_t kMiddle = 60'000'000;

/// A sound recorded market: bids below asks, trades at prices near the touch, told in random order
/// with books that know of them already or not yet.
struct RandomTape {
  Random random;
  InstrumentId instrument;
  std::map<std::int64_t, std::int64_t> side[2];  // bids, asks, by price
  std::int64_t middle = kMiddle;
  Timestamp time = from_unix_millis(1'000'000);
  std::unique_ptr<HandMadeTape> tape = std::make_unique<HandMadeTape>();
  std::vector<TapeEvent> told;        // without spans
  std::vector<std::int64_t> arrived;  // per event: what was new at any level

  RandomTape(std::uint64_t seed, InstrumentId id) : random(seed), instrument(id) {}

  void book(BookUpdate::Kind kind) {
    std::vector<Level> levels[2];
    std::int64_t news = 0;
    if (kind == BookUpdate::Kind::Snapshot) {
      side[0].clear();
      side[1].clear();
      news = 1'000'000'000;  // anything may be new
    } else if (random.chance(0.3)) {
      middle += (random.chance(0.5) ? 1 : -1) * kTick * static_cast<std::int64_t>(random.below(4));
      for (int s = 0; s < 2; ++s) {
        for (auto& [price, quantity] : side[s]) {
          const bool wrong = s == 0 ? price >= middle : price < middle;
          if (!wrong || quantity == 0) continue;
          quantity = 0;
          levels[s].push_back({price, 0, 0, 0});
        }
      }
    }
    const std::uint64_t changes = kind == BookUpdate::Kind::Snapshot ? 12 : 1 + random.below(4);
    for (std::uint64_t i = 0; i < changes; ++i) {
      const int s = random.chance(0.5) ? 0 : 1;
      const auto away = static_cast<std::int64_t>(random.below(8)) * kTick;
      const std::int64_t price = s == 0 ? middle - kTick - away : middle + away;
      const bool named = std::ranges::any_of(
          levels[s], [price](const Level& level) { return level.price == price; });
      if (named) continue;
      const std::int64_t quantity =
          random.chance(0.25) ? 0 : 1 + static_cast<std::int64_t>(random.below(900));
      news += std::max<std::int64_t>(quantity - side[s][price], 0);
      side[s][price] = quantity;
      levels[s].push_back({price, quantity, 0, 0});
    }
    BookUpdate update;
    update.instrument = instrument;
    update.kind = kind;
    update.receive_time = time;
    update.exchange_time = time - milliseconds(5);
    tape->add(update, levels[0], levels[1]);
    told.emplace_back(update);
    arrived.push_back(news);
  }
  void trade() {
    TradeEvent event;
    event.instrument = instrument;
    event.aggressor = random.chance(0.5) ? Side::Buy : Side::Sell;
    const auto away = static_cast<std::int64_t>(random.below(3)) * kTick;
    event.price.raw = event.aggressor == Side::Sell ? middle - kTick - away : middle + away;
    event.quantity.raw = 1 + static_cast<std::int64_t>(random.below(700));
    event.receive_time = time;
    event.exchange_time = time - milliseconds(1 + static_cast<std::int64_t>(random.below(200)));
    tape->add(event);
    told.emplace_back(event);
    arrived.push_back(0);
  }
  void write(int events) {
    book(BookUpdate::Kind::Snapshot);
    for (int i = 1; i < events; ++i) {
      time = time + milliseconds(20);
      if (random.chance(0.4)) {
        trade();
      } else {
        book(random.chance(0.01) ? BookUpdate::Kind::Snapshot : BookUpdate::Kind::Update);
      }
    }
  }
};

class ReplayProperty : public ExchangeTest, public testing::WithParamInterface<QueueModel> {
 public:
  std::int64_t user_fills() const {
    std::int64_t sum = 0;
    for (const UserId user : {alice, bob}) {
      for (const Exchange::UserFill& fill : exchange.fills(user)) {
        if (fill.fill.maker) sum += fill.fill.quantity.raw;
      }
    }
    return sum;
  }
  void act(Random& random) {
    const UserId user = random.chance(0.5) ? alice : bob;
    const auto open = exchange.open_orders(user);
    if (open.size() > 4 || (!open.empty() && random.chance(0.3))) {
      exchange.cancel(user, open[random.below(open.size())], CancelCause::User, now);
      return;
    }
    NewOrder terms;
    terms.user = user;
    terms.instrument = swap;
    terms.side = random.chance(0.5) ? Side::Buy : Side::Sell;
    terms.type = random.chance(0.1) ? OrderType::Market : OrderType::Limit;
    const auto away = (static_cast<std::int64_t>(random.below(12)) - 3) * kTick;
    terms.price.raw = terms.side == Side::Buy ? kMiddle - away : kMiddle + away;
    terms.quantity.raw = 1 + static_cast<std::int64_t>(random.below(300));
    exchange.place(terms, now);
  }
};

TEST_P(ReplayProperty, UsersGetNoMoreThanRecordedTradingCouldGive) {
  for (std::uint64_t seed = 1; seed <= 12; ++seed) {
    RandomTape recorded(seed, swap);
    recorded.write(800);
    ReplaySettings settings;
    settings.queue = GetParam();
    ReplayMarket market(std::move(recorded.tape), exchange, settings, now);
    Random random(seed * 77);
    for (std::size_t i = 0; i < recorded.told.size(); ++i) {
      const std::int64_t before = user_fills();
      events.clear();
      ASSERT_TRUE(market.next_event());
      now = *market.next_event();
      // Some events fall on one moment of the exchange's clock only by accident: none do here.
      market.advance(now);
      std::int64_t taped = 0;
      for (const PublicTrade& trade : events.trades) taped += trade.quantity.raw;
      const std::int64_t filled = user_fills() - before;
      if (const auto* const trade = std::get_if<TradeEvent>(&recorded.told[i])) {
        ASSERT_LE(filled, trade->quantity.raw) << "seed " << seed << " event " << i;
        ASSERT_EQ(taped, trade->quantity.raw) << "seed " << seed << " event " << i;
      } else {
        ASSERT_LE(filled, recorded.arrived[i]) << "seed " << seed << " event " << i;
        ASSERT_EQ(taped, filled) << "seed " << seed << " event " << i;
      }
      const auto bid = exchange.best(swap, Side::Buy);
      const auto ask = exchange.best(swap, Side::Sell);
      if (bid && ask) {
        ASSERT_LT(*bid, *ask) << "seed " << seed << " event " << i;
      }
      if (random.chance(0.3)) act(random);
    }
    EXPECT_EQ(market.counts().crossed_levels, 0u) << seed;
    EXPECT_GT(market.counts().user_hits, 0u) << seed;
    exchange.cancel_all(alice, "", CancelCause::User, now);
    exchange.cancel_all(bob, "", CancelCause::User, now);
    exchange.cancel_all(kMarketUser, "", CancelCause::User, now);
    ASSERT_EQ(exchange.check_money(), "");
  }
}

INSTANTIATE_TEST_SUITE_P(Models, ReplayProperty,
                         testing::Values(QueueModel::Back, QueueModel::Proportional,
                                         QueueModel::Front),
                         [](const auto& given) { return std::string(to_string(given.param)); });

// What users do shows nowhere in the recorded market once they are gone.
TEST_F(ExchangeTest, ARecordingEndsWithTheSameBookWhoeverTraded) {
  const auto final_book = [this](bool with_users) {
    CurrencyTable money = currencies;
    InstrumentTable table = instruments;
    RecordedEvents told;
    Exchange venue(table, money, told);
    UserSettings settings;
    settings.name = "trader";
    settings.deposits = {parse_amount("100000000", usdt).value()};
    const UserId user = venue.add_user(settings, now);
    RandomTape recorded(5, swap);
    recorded.write(400);
    recorded.time = recorded.time + seconds(1);
    recorded.book(BookUpdate::Kind::Snapshot);
    ReplayMarket market(std::move(recorded.tape), venue, {}, now);
    Random random(9);
    Timestamp at = now;
    while (market.next_event()) {
      at = *market.next_event();
      if (with_users && random.chance(0.3)) {
        NewOrder terms;
        terms.user = user;
        terms.instrument = swap;
        terms.side = random.chance(0.5) ? Side::Buy : Side::Sell;
        terms.price.raw = kMiddle + (static_cast<std::int64_t>(random.below(9)) - 4) * kTick;
        terms.quantity.raw = 100;
        venue.place(terms, at);
        venue.cancel_all(user, "", CancelCause::User, at);
      }
      market.advance(at);
    }
    std::string text;
    for (const Side side : {Side::Buy, Side::Sell}) {
      for (const Level& level : venue.book(swap, side, 100)) {
        text += std::to_string(level.price) + ":" + std::to_string(level.quantity) + " ";
      }
    }
    return text;
  };
  EXPECT_EQ(final_book(true), final_book(false));
  EXPECT_FALSE(final_book(true).empty());
}

}  // namespace
}  // namespace gannet::sim
