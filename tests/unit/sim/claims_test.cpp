// What orders claim of positions and money, when the position changes behind their back.

#include <array>
#include <cstdlib>

#include "sim/random.h"
#include "support/exchange_fixture.h"

namespace gannet::sim {
namespace {

class PositionEvents final : public ExchangeEvents {
 public:
  std::vector<std::pair<UserId, PositionView>> told;
  int cancelled = 0;
  void on_order_change(const OrderChange& change) noexcept override {
    cancelled += change.what == OrderChange::What::Cancelled ? 1 : 0;
  }
  void on_trade(const PublicTrade&) noexcept override {}
  void on_level(InstrumentId, Side, Price, Quantity, std::uint32_t, Timestamp) noexcept override {}
  void on_position(UserId user, const PositionView& position) noexcept override {
    told.push_back({user, position});
  }
  void on_balance(UserId, const BalanceView&) noexcept override {}
  void on_bill(const Bill&) noexcept override {}
  void on_mark_price(InstrumentId, Price, Price, Timestamp) noexcept override {}
};

class Claims : public ExchangeTest {
 public:
  PositionEvents watcher;
  Exchange venue{instruments, currencies, watcher};
  UserId dave = add("dave", "100000", false);
  UserId carol = add("carol", "100", true);  // in long/short mode
  UserId erin = add("erin", "500", false);

  UserId add(std::string_view name, std::string_view dollars, bool long_short, int mode = 2) {
    UserSettings settings;
    settings.name = name;
    settings.account_mode = mode;
    settings.long_short_mode = long_short;
    settings.deposits = {money(dollars, usdt)};
    const UserId user = venue.add_user(settings, now);
    venue.set_leverage(user, swap, 50);
    return user;
  }
  VenueOrderId place(UserId user, Side side, std::string_view price, std::string_view quantity,
                     OrderType type = OrderType::Limit) {
    NewOrder terms = order(user, swap, side, price, quantity, type);
    if (venue.settings(user).long_short_mode) terms.position_side = PositionSide::Long;
    const Exchange::PlaceResult result = venue.place(terms, now);
    EXPECT_EQ(result.refusal, Refusal::None);
    return result.id;
  }
  void open(UserId user, std::string_view quantity) {
    place(dave, Side::Sell, "60000", quantity);
    place(user, Side::Buy, "60000", quantity);
  }
  void mark(std::string_view price) { venue.set_reference_prices(swap, px(price), px(price), now); }
  PositionView held(UserId user) const { return venue.positions(user).at(0); }
  BalanceView dollars(UserId user) const { return venue.balances(user).at(0); }
  void TearDown() override {
    EXPECT_EQ(venue.check_money(), "");
    ExchangeTest::TearDown();
  }
};

TEST_F(Claims, ClosingOrdersOfALegDoNotOutliveItsLiquidation) {
  open(carol, "8");
  const VenueOrderId closing = place(carol, Side::Sell, "60500", "8");
  mark("58000");
  ASSERT_EQ(held(carol).quantity.raw, 0);
  EXPECT_EQ(venue.find(closing)->state, OrderState::Cancelled);
  place(dave, Side::Buy, "60500", "8");
  EXPECT_EQ(held(carol).quantity.raw, 0);  // a long leg is never sold short
}

TEST_F(Claims, ClosingOrdersOfALegAreCutToWhatDeleveragingLeavesOfIt) {
  open(carol, "8");
  const VenueOrderId closing = place(carol, Side::Sell, "60500", "6");
  ASSERT_EQ(
      venue.deleverage(carol, swap, PositionSide::Long, TradeMode::Cross, qty(swap, "5"), now),
      AccountRefusal::None);
  EXPECT_EQ(venue.find(closing)->terms.quantity, qty(swap, "3"));
  place(dave, Side::Buy, "60500", "6");
  EXPECT_EQ(held(carol).quantity.raw, 0);
}

TEST_F(Claims, ThePositionToldAfterAFillKnowsWhatTheOrderStillPromises) {
  open(carol, "8");
  place(carol, Side::Sell, "60500", "6");
  place(dave, Side::Buy, "60500", "5");
  ASSERT_FALSE(watcher.told.empty());
  PositionView last;
  for (const auto& [user, position] : watcher.told) {
    if (user == carol) last = position;
  }
  EXPECT_EQ(last.quantity, qty(swap, "3"));
  EXPECT_EQ(last.promised[1], qty(swap, "1"));  // so 2 are available
}

TEST_F(Claims, APositionWithoutMarkAndBookIsWorthItsLastTrade) {
  open(erin, "10");
  // 0.1 BTC at 60000 and 50 times: 120 of margin; 3 of fee.
  EXPECT_EQ(to_string(held(erin).initial_margin), "120");
  EXPECT_EQ(to_string(dollars(erin).available), "377");
}

TEST_F(Claims, MarketsStayWhereTheyAreWhenAnotherIsMade) {
  // Valuing the bitcoin makes the markets of what was listed since, while that of the swap is in
  // use. A memory checker sees it if that moves.
  Exchange fresh{instruments, currencies, watcher};
  UserSettings settings;
  settings.account_mode = 3;
  settings.deposits = {money("1000", usdt), money("1", btc)};
  const UserId user = fresh.add_user(settings, now);
  for (const std::string_view name : {"BTC-USD-261225", "BTC-USD-270326"}) {
    Instrument listed = instruments[inverse];
    listed.name = InstrumentName(name);
    instruments.add(listed);
  }
  const auto room = [&] {
    return fresh.order_room(user, swap, TradeMode::Cross, px("60000"), 10, false).buy;
  };
  const Quantity first = room();
  EXPECT_GT(first.raw, 0);
  EXPECT_EQ(first, room());
}

TEST_F(Claims, AnOrderThatWouldOpenAfterThePositionWasClosedHoldsItsMargin) {
  open(erin, "10");
  const VenueOrderId resting = place(erin, Side::Sell, "60500", "10");
  EXPECT_EQ(dollars(erin).frozen.raw, 0);  // it closes
  place(dave, Side::Buy, "60000", "10");
  place(erin, Side::Sell, "60000", "10", OrderType::ImmediateOrCancel);
  ASSERT_EQ(held(erin).quantity.raw, 0);
  // 0.1 BTC at 60500: 121 at 50 times, 3.025 of fee. Cash is 494: twice 3 of fees.
  EXPECT_GE(dollars(erin).frozen, money("124.025", usdt));
  EXPECT_LT(dollars(erin).frozen, money("124.02500001", usdt));
  EXPECT_EQ(venue.transfer(erin, Wallet::Trading, erin, Wallet::Funding, money("370", usdt), now),
            AccountRefusal::InsufficientFunds);
  // The other way: what comes back to be closed needs nothing held.
  place(dave, Side::Sell, "60000", "10");
  place(erin, Side::Buy, "60000", "10");
  EXPECT_EQ(dollars(erin).frozen.raw, 0);
  EXPECT_EQ(venue.find(resting)->state, OrderState::Live);
}

TEST_F(Claims, OfOrdersThatWouldOpenAndAreNotCoveredTheNewestGo) {
  open(erin, "20");  // 240 of margin, 6 of fee: 494 in cash
  const VenueOrderId older = place(erin, Side::Sell, "60500", "20");  // closes all of it
  const VenueOrderId newer = place(erin, Side::Sell, "60400", "10");  // opens: 120.8 and 3.02
  ASSERT_EQ(venue.transfer(erin, Wallet::Trading, erin, Wallet::Funding, money("120", usdt), now),
            AccountRefusal::None);
  place(dave, Side::Buy, "60000", "20");
  NewOrder close = order(erin, swap, Side::Sell, "60000", "20", OrderType::ImmediateOrCancel);
  close.reduce_only = true;
  ASSERT_EQ(venue.place(close, now).refusal, Refusal::None);
  ASSERT_EQ(held(erin).quantity.raw, 0);
  // 368 are left; the older one would open now and holds 242 and 6.05.
  EXPECT_EQ(venue.find(older)->state, OrderState::Live);
  EXPECT_EQ(venue.find(newer)->cancel_cause, CancelCause::MarginShort);
  EXPECT_GE(dollars(erin).frozen, money("248.05", usdt));
  EXPECT_LE(dollars(erin).frozen, dollars(erin).cash);
}

TEST_F(Claims, WhatUsersQuoteMovesNobodysProfit) {
  place(dave, Side::Sell, "60000", "10");
  place(erin, Side::Buy, "60000", "10");
  const Amount before = held(erin).unrealised_pnl;
  place(dave, Side::Buy, "70000", "1");
  EXPECT_EQ(held(erin).unrealised_pnl, before);  // no mark: the last trade stands for it
}

TEST_F(Claims, LiquidationCancelsTheClosingOrdersOfANetPosition) {
  const UserId frank = add("frank", "100", false);
  open(frank, "8");
  const VenueOrderId closing = place(frank, Side::Sell, "60500", "8");
  mark("59000");
  ASSERT_EQ(held(frank).quantity.raw, 0);
  EXPECT_EQ(venue.find(closing)->cancel_cause, CancelCause::Liquidation);
}

/// What the open orders of the user close of the position, the oldest first, and whether that is
/// what the exchange says.
void expect_the_oldest_close(const Exchange& venue, UserId user) {
  const PositionView position = venue.positions(user).at(0);
  const std::int64_t held = position.quantity.raw;
  std::int64_t room = std::abs(held);
  std::array<std::int64_t, 2> promised{};
  venue.for_each_open_order(user, [&](const OrderView& order) {
    const bool sells = order.terms.side == Side::Sell;
    if (held == 0 || (held > 0) != sells) return;
    const std::int64_t closes = std::min((order.terms.quantity - order.filled).raw, room);
    room -= closes;
    promised[sells ? 1 : 0] += closes;
  });
  EXPECT_EQ(position.promised[0].raw, promised[0]);
  EXPECT_EQ(position.promised[1].raw, promised[1]);
}

TEST_F(Claims, AfterEveryMatchTheOldestOrdersCloseThePositionHoweverManyThereAre) {
  const std::array users{add("x", "10000000", false), add("y", "10000000", false),
                         add("z", "10000000", false)};
  std::array<std::vector<VenueOrderId>, 3> placed;
  Random random(11);
  int checked = 0;
  for (int i = 0; i < 20'000; ++i) {
    const std::size_t who = random.below(3);
    const std::array fills{venue.fills(users[0]).size(), venue.fills(users[1]).size(),
                           venue.fills(users[2]).size()};
    watcher.cancelled = 0;
    if (random.below(5) == 0 && !placed[who].empty()) {
      venue.cancel(users[who], placed[who][random.below(placed[who].size())], CancelCause::User,
                   now);
    } else {
      NewOrder terms;
      terms.user = users[who];
      terms.instrument = swap;
      terms.side = random.below(2) == 0 ? Side::Buy : Side::Sell;
      const auto ticks = static_cast<std::int64_t>(random.below(60));
      terms.price = {px("60000").raw +
                     (terms.side == Side::Buy ? 2'000 - ticks * 100 : ticks * 100 - 2'000)};
      terms.quantity = {static_cast<std::int64_t>(random.below(400) + 1)};
      const auto result = venue.place(terms, now);
      if (result.refusal == Refusal::None) placed[who].push_back(result.id);
    }
    if (watcher.cancelled > 0) continue;  // what that sets free is shared out at the next match
    for (std::size_t u = 0; u < users.size(); ++u) {
      if (venue.fills(users[u]).size() == fills[u]) continue;
      ++checked;
      expect_the_oldest_close(venue, users[u]);
    }
    ASSERT_FALSE(HasFailure()) << "at step " << i;
  }
  EXPECT_GT(checked, 2'000);
}

}  // namespace
}  // namespace gannet::sim
