#include <map>
#include <string>

#include "support/algo_fixture.h"

namespace gannet::sim {
namespace {

/// A seeded market with all kinds of algo orders, plain orders and exits in it, and what must hold
/// whatever happens.
class AlgoRandom : public AlgoTest {
 public:
  /// Runs `steps` and returns what the desk told, as text.
  std::string run(std::uint64_t seed, int steps) {
    random_ = seed;
    for (int step = 0; step < steps; ++step) {
      act();
      if (step % 50 == 0) check(step);
    }
    check(steps);
    std::string log;
    for (const AlgoChange& change : told.changes) {
      log += std::to_string(change.algo.id.value) + " " +
             std::to_string(static_cast<int>(change.algo.state)) + " " +
             std::to_string(change.algo.ordered.raw) + " " +
             std::to_string(change.algo.update_time.nanos) + "\n";
    }
    return log;
  }

 private:
  std::uint64_t draw(std::uint64_t below) {
    random_ += 0x9E3779B97F4A7C15ull;
    std::uint64_t z = random_;
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ull;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBull;
    return (z ^ (z >> 31)) % below;
  }
  bool maybe() { return draw(2) == 0; }
  Price near(std::int64_t ticks) const { return Price{middle_ + ticks * 100}; }
  Price somewhere() { return near(static_cast<std::int64_t>(draw(600)) - 300); }
  Side side() { return maybe() ? Side::Buy : Side::Sell; }
  Quantity some() { return Quantity{static_cast<std::int64_t>(1 + draw(2000))}; }

  void act() {
    switch (draw(8)) {
      case 0:
      case 1:
        return move();
      case 2:
      case 3:
        place_algo();
        return desk.run(now);
      case 4:
        plain_order();
        return desk.run(now);
      case 5:
        return touch_one();
      case 6:
        return wait(milliseconds(static_cast<std::int64_t>(draw(3'000))));
      case 7:
        exchange.set_reference_prices(swap, somewhere(), {}, now);
        return desk.run(now);
    }
  }
  void move() {
    middle_ += (static_cast<std::int64_t>(draw(101)) - 50) * 100;
    middle_ = std::max<std::int64_t>(middle_, 50'000'000);
    quote(swap, near(-20), near(20), {});
    if (maybe()) desk.run(now);
    market_order(swap, Side::Sell, near(0), lots("1"));
    market_order(swap, Side::Buy, near(0), lots("1"), OrderType::ImmediateOrCancel);
    // A large taker now and then, so that what rests fills too.
    if (draw(4) == 0) {
      const bool buys = maybe();
      market_order(swap, buys ? Side::Buy : Side::Sell, near(buys ? 60 : -60), lots("1100"),
                   OrderType::ImmediateOrCancel);
    }
    desk.run(now);
  }
  PositionSide leg_of(UserId user) {
    if (user != hedger) return PositionSide::Net;
    return maybe() ? PositionSide::Long : PositionSide::Short;
  }
  Exit some_exit() {
    Exit exit;
    exit.trigger = somewhere();
    exit.source = draw(4) == 0 ? PriceSource::Mark : PriceSource::Last;
    if (maybe()) exit.limit = somewhere();
    return exit;
  }
  void place_algo() {
    NewAlgo terms;
    terms.user = maybe() ? alice : hedger;
    terms.instrument = swap;
    terms.type = static_cast<AlgoType>(draw(8));
    terms.side = side();
    terms.position_side = leg_of(terms.user);
    terms.quantity = some();
    terms.reduce_only = terms.user == alice && maybe();
    terms.close_all = draw(6) == 0;
    terms.ends_with_position = maybe();
    if (draw(4) != 0) terms.take_profit = some_exit();
    if (draw(4) != 0) terms.stop_loss = some_exit();
    if (terms.take_profit && terms.take_profit->limit && draw(3) == 0) {
      terms.take_profit->resting = true;
    }
    terms.trigger = somewhere();
    if (maybe()) terms.limit = somewhere();
    terms.triggered = static_cast<TriggeredOrder>(draw(4));
    if (draw(3) == 0) terms.attached = some_exits();
    terms.trail.callback.absolute = Price{static_cast<std::int64_t>(1 + draw(200)) * 100};
    terms.slices.slice = Quantity{static_cast<std::int64_t>(1 + draw(600))};
    terms.slices.variance.absolute = Price{static_cast<std::int64_t>(draw(60)) * 100};
    if (maybe()) terms.slices.limit = somewhere();
    terms.slices.interval = seconds(static_cast<std::int64_t>(1 + draw(5)));
    terms.slices.orders = static_cast<int>(1 + draw(5));
    terms.slices.aggressiveness = static_cast<Aggressiveness>(draw(3));
    terms.chase.distance.absolute = Price{static_cast<std::int64_t>(draw(5)) * 100};
    if (maybe()) terms.chase.farthest = Distance{Price{10'000}, 0, false};
    desk.place(terms, now);
  }
  std::vector<AttachedExit> some_exits() {
    std::vector<AttachedExit> exits(1 + draw(2));
    for (AttachedExit& exit : exits) {
      if (maybe()) exit.take_profit = some_exit();
      if (maybe()) exit.stop_loss = some_exit();
      if (maybe()) exit.quantity = some();
    }
    return exits;
  }
  void plain_order() {
    NewOrder terms;
    terms.user = maybe() ? alice : hedger;
    terms.instrument = swap;
    terms.side = side();
    terms.position_side = leg_of(terms.user);
    terms.type = static_cast<OrderType>(draw(3));
    terms.price = somewhere();
    terms.quantity = some();
    if (maybe()) desk.attach(terms, some_exits(), now);
    if (exchange.place(terms, now).refusal != Refusal::None) desk.drop(terms.attachment);
  }
  void touch_one() {
    const UserId user = maybe() ? alice : hedger;
    const std::vector<AlgoId> ids = desk.all(user);
    if (!ids.empty()) {
      const AlgoId id = ids[ids.size() - 1 - draw(std::min<std::uint64_t>(ids.size(), 30))];
      if (maybe()) {
        desk.cancel(user, id, now);
      } else {
        AmendAlgo change;
        change.quantity = some();
        if (maybe()) change.stop_loss.trigger = somewhere();
        if (maybe()) change.trigger.trigger = somewhere();
        desk.amend(user, id, change, "", now);
      }
    }
    const std::vector<VenueOrderId> open = exchange.open_orders(user);
    if (!open.empty() && maybe()) {
      exchange.cancel(user, open[draw(open.size())], CancelCause::User, now);
    }
    desk.run(now);
  }

  void check(int step) {
    ASSERT_EQ(exchange.check_money(), "") << "step " << step;
    for (; seen_ < events.changes.size(); ++seen_) {
      const OrderChange& change = events.changes[seen_];
      if (change.order.terms.algo_id == 0) continue;
      if (change.fill) filled_[change.order.terms.algo_id] += change.fill->quantity.raw;
    }
    for (const UserId user : {alice, hedger}) {
      for (const AlgoId id : desk.all(user)) {
        const AlgoView& algo = view(id);
        if (algo.terms.close_all) continue;
        ASSERT_LE(filled_[id.value], algo.terms.quantity.raw)
            << "step " << step << ": more than its quantity, type "
            << static_cast<int>(algo.terms.type);
        if (algo.state == AlgoState::Effective && algo.terms.type >= AlgoType::Iceberg) {
          ASSERT_EQ(filled_[id.value], algo.terms.quantity.raw);
        }
        // Of two exits one alone has fired: nothing of it is left in the book but its own order.
        if (!is_pending(algo.state)) {
          for (const VenueOrderId order : exchange.open_orders(user)) {
            const OrderView& open = *exchange.find(order);
            if (open.terms.algo_id != id.value) continue;
            ASSERT_NE(order, algo.resting) << "a take profit outlived its stop";
            ASSERT_TRUE(algo.state == AlgoState::Effective ||
                        algo.state == AlgoState::PartiallyFailed);
          }
        }
      }
    }
    // The book is never crossed.
    const auto bid = exchange.best(swap, Side::Buy);
    const auto ask = exchange.best(swap, Side::Sell);
    if (bid && ask) {
      ASSERT_LT(*bid, *ask);
    }
  }

  std::uint64_t random_ = 0;
  std::int64_t middle_ = 60'000'000;
  std::size_t seen_ = 0;
  std::map<std::uint64_t, std::int64_t> filled_;
};

class AlgoRandomSeeds : public AlgoRandom, public testing::WithParamInterface<std::uint64_t> {};

TEST_P(AlgoRandomSeeds, KeepsMoneyQuantitiesAndPairs) {
  const std::string log = run(GetParam(), 4'000);
  EXPECT_GT(told.changes.size(), 500u);
}

INSTANTIATE_TEST_SUITE_P(Seeds, AlgoRandomSeeds, testing::Values(1u, 2u, 3u, 4u, 5u));

/// The same seed in two worlds of their own.
class World : public AlgoRandom {
 public:
  void TestBody() override {}
  std::string log_of(std::uint64_t seed) {
    SetUp();
    return run(seed, 1'500);
  }
};

TEST(AlgoRandomRuns, OfOneSeedAreAlike) {
  World one;
  World other;
  World third;
  const std::string log = one.log_of(9);
  EXPECT_EQ(log, other.log_of(9));
  EXPECT_NE(log, third.log_of(10));
}

}  // namespace
}  // namespace gannet::sim
