#include <map>
#include <random>

#include "support/exchange_fixture.h"

namespace gannet::sim {
namespace {

/// Many users and the market throw random orders, amends and cancels at all three instruments.
class RandomTrading : public ExchangeTest {
 public:
  void run(std::uint64_t seed, int actions, int check_every) {
    std::mt19937_64 random(seed);
    const auto pick = [&](std::int64_t n) {
      return static_cast<std::int64_t>(random() % static_cast<std::uint64_t>(n));
    };
    std::vector<UserId> users{kMarketUser, alice, bob};
    for (int i = 0; i < 5; ++i) users.push_back(add_user("user " + std::to_string(i), i % 2 == 1));
    const InstrumentId all[] = {spot, swap, inverse};
    std::vector<VenueOrderId> placed;
    for (int i = 0; i < actions; ++i) {
      now = now + microseconds(pick(100));
      const UserId user = users[static_cast<std::size_t>(pick(std::ssize(users)))];
      const std::int64_t what = pick(10);
      if (what < 2 && !placed.empty()) {
        const VenueOrderId id = placed[static_cast<std::size_t>(pick(std::ssize(placed)))];
        if (const OrderView* view = exchange.find(id)) {
          if (what == 0) {
            exchange.cancel(view->terms.user, id, CancelCause::User, now);
          } else {
            amend(*view, pick(3), pick(41) - 20, pick(20) + 1);
          }
        }
      } else {
        NewOrder terms;
        terms.user = user;
        terms.instrument = all[pick(3)];
        terms.side = pick(2) == 0 ? Side::Buy : Side::Sell;
        terms.type = static_cast<OrderType>(std::max<std::int64_t>(pick(12) - 6, 0));
        terms.stp = static_cast<SelfTradePrevention>(pick(3));
        terms.mode = terms.instrument == spot ? TradeMode::Cash : TradeMode::Cross;
        terms.reduce_only = terms.instrument != spot && pick(6) == 0;
        if (terms.instrument != spot && user != kMarketUser &&
            exchange.settings(user).long_short_mode) {
          terms.position_side = pick(2) == 0 ? PositionSide::Long : PositionSide::Short;
        }
        terms.price = {60'000'000 + (pick(41) - 20) * 100};
        const Instrument& instrument = instruments[terms.instrument];
        terms.quantity = {instrument.lot_size.raw * (pick(50) + 1) *
                          (terms.instrument == spot ? 12'345 : 1)};
        if (terms.instrument == spot && terms.type == OrderType::Market && pick(2) == 0) {
          terms.quantity_is_quote = true;
          terms.quote_quantity = {static_cast<__int128>(pick(1'000'000)) * 1'234'567'890'123'456,
                                  usdt};
        }
        const Exchange::PlaceResult result = exchange.place(terms, now);
        if (result.refusal == Refusal::None) {
          ++accepted;
          if (placed.size() < 500) {
            placed.push_back(result.id);
          } else {
            placed[static_cast<std::size_t>(pick(500))] = result.id;
          }
        }
      }
      if (i % 997 == 0) {
        for (const InstrumentId id : all) {
          const Price mark{60'000'000 + (pick(2'001) - 1'000) * 10};
          exchange.set_reference_prices(id, mark, mark, now);
        }
      }
      if (i % check_every == 0) check(users);
      if (HasFatalFailure()) return;
    }
    check(users);
  }

  int accepted = 0;

 private:
  void amend(const OrderView& view, std::int64_t kind, std::int64_t ticks, std::int64_t lots) {
    AmendTerms terms;
    if (kind != 1) terms.price = Price{60'000'000 + ticks * 100};
    if (kind != 0) {
      terms.quantity = {instruments[view.terms.instrument].lot_size.raw * lots *
                        (view.terms.instrument == spot ? 12'345 : 1)};
    }
    exchange.amend(view.terms.user, view.id, terms, now);
  }

  void check(const std::vector<UserId>& users) {
    ASSERT_EQ(exchange.check_money(), "");
    for (const Instrument& instrument : instruments) check_book(instrument.id);
    for (const UserId user : users) {
      if (user != kMarketUser) check_user(user);
    }
  }

  void check_book(InstrumentId id) {
    const auto bid = exchange.best(id, Side::Buy);
    const auto ask = exchange.best(id, Side::Sell);
    if (bid && ask) {
      ASSERT_LT(*bid, *ask);
    }
    // What the levels say is what the orders say.
    for (const Side side : {Side::Buy, Side::Sell}) {
      std::map<std::int64_t, std::pair<std::int64_t, std::uint32_t>> sums;
      for (UserId user = 0; user < exchange.user_count(); ++user) {
        exchange.for_each_open_order(user, [&](const OrderView& order) {
          if (order.terms.instrument != id || order.terms.side != side) return;
          sums[order.terms.price.raw].first += (order.terms.quantity - order.filled).raw;
          sums[order.terms.price.raw].second += 1;
        });
      }
      const std::vector<Level> levels = exchange.book(id, side, 1'000);
      ASSERT_EQ(levels.size(), sums.size());
      for (const Level& level : levels) {
        ASSERT_EQ(sums[level.price].first, level.quantity);
        ASSERT_EQ(sums[level.price].second, level.orders);
      }
    }
  }

  void check_user(UserId user) {
    std::map<std::pair<std::uint32_t, PositionSide>, std::int64_t> from_fills;
    for (const Exchange::UserFill& fill : exchange.fills(user)) {
      const std::int64_t raw = fill.fill.quantity.raw;
      from_fills[{fill.instrument.value, fill.position_side}] +=
          fill.side == Side::Buy ? raw : -raw;
    }
    std::map<std::uint32_t, std::int64_t> reducible;
    for (const PositionView& position : exchange.positions(user)) {
      ASSERT_EQ(position.quantity.raw, (from_fills[{position.instrument.value, position.side}]));
      if (position.side == PositionSide::Long) {
        ASSERT_GE(position.quantity.raw, 0);
      }
      if (position.side == PositionSide::Short) {
        ASSERT_LE(position.quantity.raw, 0);
      }
      if (position.side == PositionSide::Net) {
        reducible[position.instrument.value] = position.quantity.raw;
      }
    }
    for (const BalanceView& balance : exchange.balances(user)) {
      ASSERT_GE(balance.frozen.raw, 0);
      ASSERT_GE(balance.available.raw, 0);
    }
    std::map<std::uint32_t, std::int64_t> reducing;
    exchange.for_each_open_order(user, [&](const OrderView& order) {
      ASSERT_LT(order.filled, order.terms.quantity);
      if (order.terms.reduce_only && order.terms.position_side == PositionSide::Net) {
        const std::int64_t left = (order.terms.quantity - order.filled).raw;
        reducing[order.terms.instrument.value] += order.terms.side == Side::Sell ? left : -left;
      }
    });
    for (const auto& [instrument, left] : reducing) {
      ASSERT_LE(std::abs(left), std::abs(reducible[instrument]));
      ASSERT_TRUE(left == 0 || (left > 0) == (reducible[instrument] > 0));
    }
    if (exchange.open_orders(user).empty()) {
      for (const BalanceView& balance : exchange.balances(user)) ASSERT_EQ(balance.frozen.raw, 0);
    }
  }
};

TEST_F(RandomTrading, ConservesMoneyAndKeepsBooksPositionsAndHoldsConsistent) {
  events.keep = false;
  run(7, 220'000, 4'000);
  EXPECT_GT(accepted, 100'000);
}

TEST_F(RandomTrading, SmallRunsAreCheckedAfterEveryAction) {
  events.keep = false;
  run(11, 3'000, 1);
}

TEST(RandomTradingTwice, GivesTheSameEventsToTheLastByte) {
  class Run final : public RandomTrading {
   public:
    void TestBody() override {}
    std::uint64_t hash_of(std::uint64_t seed) {
      events.keep = false;
      run(seed, 10'000, 5'000);
      return events.hash;
    }
  };
  Run first;
  Run second;
  Run other;
  const std::uint64_t hash = first.hash_of(3);
  EXPECT_EQ(hash, second.hash_of(3));
  EXPECT_NE(hash, other.hash_of(4));
}

}  // namespace
}  // namespace gannet::sim
