#include "sim/mirror_market.h"

#include "support/exchange_fixture.h"

namespace gannet::sim {
namespace {

class Mirror : public ExchangeTest {
 public:
  MirrorMarket market{exchange, instruments, {swap}, QueueModel::Back, now};

  void book(BookUpdate::Kind kind, std::vector<Level> bids, std::vector<Level> asks) {
    now = now + milliseconds(100);
    BookUpdate update;
    update.instrument = swap;
    update.kind = kind;
    update.bids = bids;
    update.asks = asks;
    update.exchange_time = update.receive_time = now;
    market.on_book(update, now);
  }
  Level level(std::string_view price, std::string_view quantity) const {
    return {px(price).raw, qty(swap, quantity).raw, 0, 0};
  }
  void snapshot() {
    book(BookUpdate::Kind::Snapshot, {level("60000", "4")}, {level("60000.1", "5")});
  }
  Refusal try_buy() { return refusal(order(alice, swap, Side::Buy, "60000", "1")); }
};

TEST_F(Mirror, AnInstrumentIsHeldUntilItsBookIsWhole) {
  EXPECT_FALSE(market.is_whole(swap));
  EXPECT_EQ(try_buy(), Refusal::InstrumentNotLive);
  book(BookUpdate::Kind::Update, {level("60000", "4")}, {});
  EXPECT_EQ(try_buy(), Refusal::InstrumentNotLive);
  EXPECT_FALSE(exchange.best(swap, Side::Buy));
  snapshot();
  EXPECT_TRUE(market.is_whole(swap));
  EXPECT_EQ(try_buy(), Refusal::None);
  EXPECT_EQ(instruments[spot].state, InstrumentState::Live);  // not mirrored, not touched
}

TEST_F(Mirror, AGapHoldsTheInstrumentAndTheNextSnapshotFreesIt) {
  snapshot();
  const VenueOrderId id = buy(alice, swap, "60000", "1");
  market.on_book_withdrawn(swap, now);
  EXPECT_EQ(try_buy(), Refusal::InstrumentNotLive);
  EXPECT_EQ(state(id), OrderState::Live);  // what rests stays
  TradeEvent trade{swap, Side::Sell, px("59990"), qty(swap, "9"), {7}, 1, now, now};
  market.on_trade(trade, now);
  EXPECT_EQ(filled(id), 0);  // nobody can say whom it reached
  EXPECT_EQ(exchange.cancel(alice, id, CancelCause::User, now), Refusal::None);
  snapshot();
  EXPECT_EQ(try_buy(), Refusal::None);
}

TEST_F(Mirror, ADisconnectHoldsAllAndWhatMovedMeanwhileReachesOurOrders) {
  snapshot();
  const VenueOrderId id = buy(alice, swap, "60000", "3");
  market.on_disconnected(now);
  EXPECT_EQ(market.held(), 1u);
  book(BookUpdate::Kind::Snapshot, {level("59980", "4")}, {level("59990", "2")});
  EXPECT_EQ(market.held(), 0u);
  EXPECT_EQ(filled(id), qty(swap, "2").raw);  // the new best ask is below our bid
  EXPECT_EQ(exchange.find(id)->last_fill->price, px("60000"));
}

TEST_F(Mirror, ItsStateIsTheVenuesOwnOnceTheBookIsWhole) {
  market.on_instrument_state(swap, InstrumentState::PostOnly, now);
  EXPECT_EQ(instruments[swap].state, InstrumentState::Suspended);
  snapshot();
  EXPECT_EQ(instruments[swap].state, InstrumentState::PostOnly);
  market.on_instrument_state(swap, InstrumentState::Live, now);
  EXPECT_EQ(try_buy(), Refusal::None);
}

TEST_F(Mirror, AnInstrumentThatExpiredStaysExpired) {
  snapshot();
  exchange.set_instrument_state(swap, InstrumentState::Expired, now);
  market.on_book_withdrawn(swap, now);
  EXPECT_EQ(instruments[swap].state, InstrumentState::Expired);
  snapshot();
  market.on_instrument_state(swap, InstrumentState::PostOnly, now);
  market.on_instrument_state(swap, InstrumentState::Live, now);
  EXPECT_EQ(instruments[swap].state, InstrumentState::Expired);
}

TEST_F(Mirror, LiveTradesFillOursInTheQueue) {
  snapshot();
  const VenueOrderId id = buy(alice, swap, "60000", "2");
  for (const std::string_view size : {"4", "1"}) {
    now = now + milliseconds(50);
    market.on_trade({swap, Side::Sell, px("60000"), qty(swap, size), {1}, 1, now, now}, now);
  }
  EXPECT_EQ(filled(id), qty(swap, "1").raw);
  market.on_reference_price({swap, ReferencePriceEvent::Kind::Mark, px("60000.5"), now, now}, now);
  EXPECT_EQ(exchange.mark_price(swap), px("60000.5"));
}

TEST_F(Mirror, WhatIsToldOfOtherInstrumentsIsPassedOver) {
  market.on_trade({spot, Side::Sell, px("60000"), qty(spot, "1"), {1}, 1, now, now}, now);
  market.on_book_withdrawn({12'345}, now);
  market.on_instrument_state({12'345}, InstrumentState::Live, now);
  EXPECT_TRUE(events.trades.empty());
}

}  // namespace
}  // namespace gannet::sim
