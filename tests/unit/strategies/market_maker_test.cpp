#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/strategies/strategy_stage.h"

namespace gannet {
namespace {

using engine::OrderEventKind;

class MarketMaker : public test::StrategyStage {
 protected:
  /// Half a spread of 5 ticks; skew of one half spread at 10 contracts.
  void load_it(Parameters more = {}) {
    Parameters parameters = {{"instrument", "BTC-USDT-SWAP"},  {"quantity", "1 contract"},
                             {"max_position", "10 contracts"}, {"half_spread_bps", "0"},
                             {"half_spread_ticks", "5"},       {"requote_interval", "10ms"},
                             {"requote_threshold_ticks", "2"}};
    parameters.insert(parameters.end(), more.begin(), more.end());
    load("market_maker", parameters);
  }
  /// Both quotes placed and resting around a mid of 1000 ticks.
  void quote(std::int64_t at_ms = 100) {
    book(999, 1001, at_ms);
    const auto placed = take();
    ASSERT_EQ(placed.size(), 2u);
    bid_ = placed[0].place;
    ask_ = placed[1].place;
    live(bid_);
    live(ask_);
  }
  OrderIntent bid_;
  OrderIntent ask_;
};

TEST_F(MarketMaker, QuotesBothSidesPostOnlyAroundTheMid) {
  load_it();
  quote();
  EXPECT_EQ(bid_.side, Side::Buy);
  EXPECT_EQ(ticks(bid_.price), 995);
  EXPECT_EQ(ask_.side, Side::Sell);
  EXPECT_EQ(ticks(ask_.price), 1005);
  EXPECT_TRUE(bid_.post_only);
  EXPECT_TRUE(ask_.post_only);
  EXPECT_EQ(bid_.quantity, Quantity{100});
}

TEST_F(MarketMaker, DoesNotQuoteUntilEngineAndInstrumentAreReady) {
  load_it();
  state(swap_, engine::EngineState::Held);
  book(999, 1001, 100);
  EXPECT_TRUE(take().empty());
  state(swap_, engine::EngineState::Ready);
  book(999, 1001, 101);
  EXPECT_EQ(take().size(), 2u);
}

TEST_F(MarketMaker, MovesItsQuotesAgainstThePosition) {
  load_it();
  position(5);  // half full: half a half spread down, rounded away from the mid
  book(999, 1001, 100);
  const auto placed = take();
  ASSERT_EQ(placed.size(), 2u);
  EXPECT_EQ(ticks(placed[0].place.price), 992);
  EXPECT_EQ(ticks(placed[1].place.price), 1003);
}

TEST_F(MarketMaker, DoesNotQuoteASideThatCouldPassThePositionLimit) {
  load_it();
  position(10);
  book(999, 1001, 100);
  const auto placed = take();
  ASSERT_EQ(placed.size(), 1u);
  EXPECT_EQ(placed[0].place.side, Side::Sell);
}

TEST_F(MarketMaker, PullsTheSideThatTheLimitForbids) {
  load_it();
  quote();
  position(-10);
  book(999, 1001, 200);
  const auto done = take();
  ASSERT_EQ(done.size(), 2u);  // the bid moves up with the skew, the ask goes
  EXPECT_EQ(done[0].kind, Kind::Amend);
  EXPECT_EQ(done[1].kind, Kind::Cancel);
  EXPECT_EQ(done[1].cancel.handle, ask_.handle);
}

TEST_F(MarketMaker, NeverStandsAcrossTheBook) {
  load_it({{"skew", "10"}});
  position(-10);  // would quote its bid far above the best ask
  book(999, 1001, 100);
  const auto placed = take();
  ASSERT_EQ(placed.size(), 1u);
  EXPECT_EQ(ticks(placed[0].place.price), 1000);
}

TEST_F(MarketMaker, AmendsOnlyPastTheThreshold) {
  load_it();
  quote();
  book(1000, 1002, 200);  // one tick
  EXPECT_TRUE(take().empty());
  book(1002, 1004, 300);  // three
  const auto amended = take();
  ASSERT_EQ(amended.size(), 2u);
  EXPECT_EQ(amended[0].kind, Kind::Amend);
  EXPECT_EQ(amended[0].amend.handle, bid_.handle);
  EXPECT_EQ(amended[0].amend.new_price, Price{998 * 100});
}

TEST_F(MarketMaker, WaitsForAnAmendToBeAnsweredAndForItsInterval) {
  load_it();
  quote();
  book(1002, 1004, 200);
  ASSERT_EQ(take().size(), 2u);
  book(1012, 1014, 300);
  EXPECT_TRUE(take().empty());  // both pending
  event(OrderEventKind::Amended, bid_, 998);
  event(OrderEventKind::Amended, ask_, 1008);
  book(1012, 1014, 301);
  EXPECT_EQ(take().size(), 2u);
  event(OrderEventKind::Amended, bid_, 1008);
  book(1022, 1024, 305);
  EXPECT_TRUE(take().empty());  // 4 ms after its last action
}

TEST_F(MarketMaker, ReplacesByCancelIfToldSo) {
  load_it({{"move_by", "cancel"}});
  quote();
  book(1002, 1004, 200);
  const auto cancels = take();
  ASSERT_EQ(cancels.size(), 2u);
  EXPECT_EQ(cancels[0].kind, Kind::Cancel);
  event(OrderEventKind::Cancelled, bid_, 995);
  book(1002, 1004, 300);
  const auto placed = take();
  ASSERT_EQ(placed.size(), 1u);
  EXPECT_EQ(ticks(placed[0].place.price), 998);
}

TEST_F(MarketMaker, WaitsUntilTheTimeThatADenialNamesEvenInAQuietMarket) {
  load_it();
  book(999, 1001, 100);
  const auto placed = take();
  event(OrderEventKind::Denied, placed[0].place, 995, 700);
  book(999, 1001, 699);
  EXPECT_TRUE(take().empty());
  // The core would cancel what it pulled; here the book is still there when the timer fires.
  lane_->advance({700 * 1'000'000});
  const auto again = take();
  ASSERT_EQ(again.size(), 1u);
  EXPECT_EQ(again[0].place.side, Side::Buy);
}

TEST_F(MarketMaker, PausesAfterARejectAndThenQuotesAgain) {
  load_it({{"denied_pause", "1s"}});
  quote();
  event(OrderEventKind::Rejected, bid_, 995);
  book(999, 1001, 500);
  EXPECT_TRUE(take().empty());
  book(999, 1001, 1101);
  EXPECT_EQ(take().size(), 1u);
}

TEST_F(MarketMaker, QuotesAgainAfterAFill) {
  load_it();
  quote();
  event(OrderEventKind::Filled, bid_, 995);
  position(1);
  book(999, 1001, 200);
  const auto done = take();
  ASSERT_GE(done.size(), 1u);
  EXPECT_EQ(done[0].kind, Kind::Place);
  EXPECT_EQ(done[0].place.side, Side::Buy);
}

TEST_F(MarketMaker, PullsBothQuotesWhenTheBookIsWithdrawnOrOneSided) {
  load_it();
  quote();
  lane_->on_book_withdrawn(swap_, BookFeed::BestBidOffer, BookWithdrawal::Gap, {now_});
  EXPECT_EQ(take().size(), 2u);
  event(OrderEventKind::Cancelled, bid_, 995);
  event(OrderEventKind::Cancelled, ask_, 1005);
  quote(200);
  book(999, 0, 300);
  const auto cancels = take();
  ASSERT_EQ(cancels.size(), 2u);
  EXPECT_EQ(cancels[0].kind, Kind::Cancel);
}

TEST_F(MarketMaker, TakesOverOneOrderASideThatTheRunBeforeLeft) {
  load_it();
  OrderIntent left;
  left.side = Side::Buy;
  left.quantity = {100};
  left.handle = {7'000'001};
  event(OrderEventKind::Adopted, left, 990);
  OrderIntent second = left;
  second.handle = {7'000'002};
  event(OrderEventKind::Adopted, second, 991);
  OrderIntent other_size = left;
  other_size.handle = {7'000'003};
  other_size.side = Side::Sell;
  other_size.quantity = {300};
  event(OrderEventKind::Adopted, other_size, 1010);
  const auto cancels = take();
  ASSERT_EQ(cancels.size(), 2u);
  EXPECT_EQ(cancels[0].cancel.handle, second.handle);
  EXPECT_EQ(cancels[1].cancel.handle, other_size.handle);
  book(999, 1001, 100);  // the one goes to its place, the other side is quoted anew
  const auto moves = take();
  ASSERT_EQ(moves.size(), 2u);
  EXPECT_EQ(moves[0].kind, Kind::Amend);
  EXPECT_EQ(moves[0].amend.handle, left.handle);
  EXPECT_EQ(moves[0].amend.new_price, Price{995 * 100});
  EXPECT_EQ(moves[1].kind, Kind::Place);
  EXPECT_EQ(moves[1].place.side, Side::Sell);
}

TEST_F(MarketMaker, LeavesItsQuotesAtStopToThePolicyEvenWhileAnAmendIsPending) {
  load_it();
  quote();
  book(1002, 1004, 200);
  ASSERT_EQ(take().size(), 2u);
  lane_->stop({now_});
  const auto last = take();
  ASSERT_EQ(last.size(), 1u);
  EXPECT_EQ(last[0].kind, Kind::CancelAll);
}

}  // namespace
}  // namespace gannet
