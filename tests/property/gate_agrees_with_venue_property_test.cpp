#include <gtest/gtest.h>

#include <optional>
#include <random>

#include "sim/exchange.h"
#include "support/gate_fixture.h"

// PRE-03: on the venue's grid the gate lets through what the simulated exchange takes, and nothing
// else. Each has its own code for it.

namespace gannet::risk {
namespace {

struct Deaf final : sim::ExchangeEvents {
  void on_order_change(const sim::OrderChange&) noexcept override {}
  void on_trade(const sim::PublicTrade&) noexcept override {}
  void on_level(InstrumentId, Side, Price, Quantity, std::uint32_t, Timestamp) noexcept override {}
  void on_position(sim::UserId, const sim::PositionView&) noexcept override {}
  void on_balance(sim::UserId, const sim::BalanceView&) noexcept override {}
  void on_bill(const sim::Bill&) noexcept override {}
  void on_mark_price(InstrumentId, Price, Price, Timestamp) noexcept override {}
};

bool is_of_the_grid(std::optional<DenialReason> why) {
  return why == DenialReason::PriceNotOnTick || why == DenialReason::PriceNotPositive ||
         why == DenialReason::QuantityNotOnLot || why == DenialReason::QuantityBelowMinimum ||
         why == DenialReason::QuantityAboveVenueMaximum;
}
bool is_of_the_grid(sim::Refusal why) {
  return why == sim::Refusal::PriceOffTick || why == sim::Refusal::PriceNotPositive ||
         why == sim::Refusal::QuantityOffLot || why == sim::Refusal::QuantityTooSmall ||
         why == sim::Refusal::QuantityTooLarge;
}

class GateAgreesWithVenue : public test::GateFixture {
 protected:
  std::int64_t draw(std::int64_t below) {
    return static_cast<std::int64_t>(random_() % static_cast<std::uint64_t>(below));
  }
  /// A grid of its own for each instrument: ticks and lots that are no powers of ten among them.
  void draw_grids() {
    constexpr std::int64_t kTicks[] = {1, 5, 25, 100, 250, 1'000};
    constexpr std::int64_t kLots[] = {1, 2, 5, 10, 100};
    for (const InstrumentId id : {linear, inverse, coin}) {
      Instrument& instrument = instruments[id];
      instrument.tick_size = {kTicks[draw(std::ssize(kTicks))]};
      instrument.lot_size = {kLots[draw(std::ssize(kLots))]};
      instrument.minimum_quantity = {instrument.lot_size.raw * (1 + draw(20))};
      instrument.maximum_limit_quantity = {instrument.minimum_quantity.raw * (2 + draw(200))};
      instrument.maximum_market_quantity = instrument.maximum_limit_quantity;
      instrument.maximum_limit_notional.reset();
      instrument.maximum_market_notional.reset();
    }
  }
  std::mt19937_64 random_{20'261'130};
};

TEST_F(GateAgreesWithVenue, OnWhatLiesOnTheGridAndWithinTheVenuesSizes) {  // PRE-03
  std::uint64_t on_grid = 0;
  std::uint64_t off_grid = 0;
  for (int round = 0; round < 40; ++round) {
    draw_grids();
    rebuild();
    Deaf deaf;
    sim::Exchange exchange(instruments, currencies, deaf);
    sim::UserSettings user;
    user.name = "u";
    for (const char* currency : {"USDT", "BTC", "USD"})
      user.deposits.push_back(*parse_amount("1000000000", currencies.find(currency)));
    const sim::UserId trader = exchange.add_user(std::move(user), kNow);
    for (int i = 0; i < 250; ++i) {
      const InstrumentId choices[] = {linear, inverse, coin};
      const Instrument& instrument = instruments[choices[draw(3)]];
      OrderIntent intent = intent_with([&](OrderIntent& order) {
        order.instrument = instrument.id;
        order.side = draw(2) == 0 ? Side::Buy : Side::Sell;
        // On a tick, one unit beside it, or anywhere; never near the collar.
        const std::int64_t tick = instrument.tick_size.raw;
        order.price = {(100'000'000 + draw(200'000) - 100'000) / tick * tick};
        if (draw(3) == 0) order.price.raw += draw(tick + 1);
        // Around the lots, the minimum and the maximum.
        const std::int64_t lot = instrument.lot_size.raw;
        const std::int64_t ends[] = {0, instrument.minimum_quantity.raw,
                                     instrument.maximum_limit_quantity.raw, lot * draw(4'000)};
        order.quantity = {ends[draw(4)] + (draw(3) - 1) * (draw(2) == 0 ? lot : 1)};
      });
      if (draw(50) == 0) intent.price = {-intent.price.raw};
      sim::NewOrder order;
      order.user = trader;
      order.instrument = intent.instrument;
      order.side = intent.side;
      order.mode = is_derivative(instrument.kind) ? sim::TradeMode::Cross : sim::TradeMode::Cash;
      order.price = intent.price;
      order.quantity = intent.quantity;
      const auto here = denied(intent);
      const sim::Exchange::PlaceResult there = exchange.place(order, kNow);
      if (there.refusal == sim::Refusal::None)
        exchange.cancel(trader, there.id, sim::CancelCause::User, kNow);
      ASSERT_EQ(is_of_the_grid(here), is_of_the_grid(there.refusal))
          << instrument.name.view() << " tick " << instrument.tick_size.raw << " lot "
          << instrument.lot_size.raw << " from " << instrument.minimum_quantity.raw << " to "
          << instrument.maximum_limit_quantity.raw << ": " << intent.quantity.raw << " at "
          << intent.price.raw << ": " << (here ? name_of(*here) : "passes") << ", refusal "
          << static_cast<int>(there.refusal);
      ++(is_of_the_grid(here) ? off_grid : on_grid);
    }
  }
  EXPECT_GT(on_grid, 1'000u);
  EXPECT_GT(off_grid, 1'000u);
}

}  // namespace
}  // namespace gannet::risk
