#include <gtest/gtest.h>

#include "risk/pre_trade_gate.h"
#include "support/gate_fixture.h"

namespace gannet::risk {
namespace {

using enum DenialReason;

/// A working buy of 5 contracts at the reference, 2 of them filled.
class AmendGateTest : public test::GateFixture {
 protected:
  AmendGateTest() {
    settings.instruments = {{"BTC-USDT-SWAP", settings.instrument_default}};
    settings.instruments[0].second.position_long_max = SizeLimit{{10, 0}, {}};
    rebuild();
    place();
  }

  void place() {
    working.strategy = kQuotes;
    working.instrument = linear;
    working.price = {100'000'000};
    working.quantity = {500};
    working.cumulative_quantity = working.booked_quantity = {200};
    working.counted_leaves = {300};
    exposure->set_position(kQuotes, linear, Quantity{200});
    exposure->on_order_opened(kQuotes, linear, Side::Buy, Quantity{300});
  }
  std::expected<ApprovedAmend, Denial> amend(std::optional<std::int64_t> price,
                                             std::optional<std::int64_t> quantity) const {
    AmendIntent change;
    change.strategy = kQuotes;
    change.handle = {1};
    if (price) change.new_price = Price{*price};
    if (quantity) change.new_quantity = Quantity{*quantity};
    return gate->check_amend(change, working, context(), kNow);
  }
  std::optional<DenialReason> denied_amend(std::optional<std::int64_t> price,
                                           std::optional<std::int64_t> quantity) const {
    const auto result = amend(price, quantity);
    return result ? std::nullopt : std::optional(result.error().reason);
  }

  WorkingOrder working;
};

TEST_F(AmendGateTest, ApprovalSaysTheTermsAfterwards) {
  const auto approved = amend(99'999'900, {});
  ASSERT_TRUE(approved);
  EXPECT_EQ(approved->price(), Price{99'999'900});
  EXPECT_EQ(approved->quantity(), Quantity{500});
}

TEST_F(AmendGateTest, DeniesAnAmendThatChangesNothing) {
  EXPECT_EQ(denied_amend({}, {}), NothingToAmend);
  EXPECT_EQ(denied_amend(100'000'000, 500), NothingToAmend);
}

TEST_F(AmendGateTest, Pre03NewTermsMustFitTheGrid) {
  EXPECT_EQ(denied_amend(100'000'001, {}), PriceNotOnTick);
  EXPECT_EQ(denied_amend(0, {}), PriceNotPositive);
  instruments[linear].lot_size = {100};
  EXPECT_EQ(denied_amend({}, 450), QuantityNotOnLot);
  EXPECT_EQ(denied_amend({}, 0), QuantityNotOnLot);
  instruments[linear].minimum_quantity = {400};
  EXPECT_EQ(denied_amend({}, 300), QuantityBelowMinimum);
  EXPECT_EQ(denied_amend({}, 400), kPasses);
}

TEST_F(AmendGateTest, Pre04NewPriceMustKeepWithinTheCollar) {
  EXPECT_EQ(denied_amend(101'000'000, {}), kPasses);
  EXPECT_EQ(denied_amend(101'000'100, {}), PriceOutsideCollar);
  references->withdraw_best(linear);
  EXPECT_EQ(denied_amend(99'000'000, {}), NoFreshReferencePrice);
}

TEST_F(AmendGateTest, Pre05ValuesTheWorseOfOldAndNew) {
  settings.account.order_notional_max = Decimal{5'000, 0};
  rebuild();
  place();
  EXPECT_EQ(denied_amend(100'500'000, {}), NotionalAboveLimit);
  EXPECT_EQ(denied_amend({}, 501), NotionalAboveLimit);
  // The old quantity may still be in force: 6 contracts are too much even if the new is fewer.
  working.quantity = {600};
  EXPECT_EQ(denied_amend({}, 400), NotionalAboveLimit);
}

TEST_F(AmendGateTest, Pre06CountsTheLargerOfOldAndNewLeavesOnce) {
  // 200 held, 300 counted; growing to 1,000 in total adds 500.
  EXPECT_EQ(denied_amend({}, 1'000), kPasses);
  EXPECT_EQ(denied_amend({}, 1'001), PositionAboveLimit);
  exposure->on_order_opened(kQuotes, linear, Side::Buy, Quantity{500});
  EXPECT_EQ(denied_amend({}, 501), PositionAboveLimit);
  EXPECT_EQ(denied_amend({}, 400), kPasses);
}

TEST_F(AmendGateTest, Pre06CountsLeavesFromWhatIsBookedNotFromWhatTheVenueTold) {
  // 300 filled by the venue's word, 200 of it booked: the position is 200 and the leaves count 300.
  working.cumulative_quantity = {300};
  EXPECT_EQ(denied_amend({}, 1'000), kPasses);
  EXPECT_EQ(denied_amend({}, 1'001), PositionAboveLimit);
  // Below what is filled: nothing is left, and nothing added.
  EXPECT_EQ(denied_amend({}, 200), kPasses);
}

TEST_F(AmendGateTest, Pre08AmendsDoNotCountAsNewOrders) {
  settings.strategy_default.open_orders_max = 1;
  rebuild();
  place();
  EXPECT_EQ(denied(intent()), TooManyOpenOrders);
  EXPECT_EQ(denied_amend(99'999'900, {}), kPasses);
}

TEST_F(AmendGateTest, Pre18AReduceOnlyOrderMayNotGrowBeyondThePosition) {
  exposure.emplace(strategies.size(), instruments.size());
  exposure->set_position(kQuotes, linear, Quantity{400});
  exposure->on_order_opened(kQuotes, linear, Side::Sell, Quantity{300});
  working.side = Side::Sell;
  working.reduce_only = true;
  working.quantity = {300};
  working.cumulative_quantity = working.booked_quantity = {0};
  EXPECT_EQ(denied_amend({}, 400), kPasses);
  EXPECT_EQ(denied_amend({}, 401), ReduceOnlyWouldIncrease);
}

TEST_F(AmendGateTest, Pre01And02BindAmendsToo) {
  modes->set_engine(TradingMode::Held);
  EXPECT_EQ(denied_amend(99'999'900, {}), Held);
  modes->set_engine(TradingMode::Killed);
  EXPECT_EQ(denied_amend(99'999'900, {}), Killed);
  instruments[linear].state = InstrumentState::Suspended;
  EXPECT_EQ(denied_amend(99'999'900, {}), InstrumentNotTradable);
  working.instrument = {99};
  EXPECT_EQ(denied_amend(99'999'900, {}), UnknownInstrument);
}

}  // namespace
}  // namespace gannet::risk
