#pragma once

#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "sim/algo_desk.h"
#include "sim/exchange.h"

namespace gannet::sim {

/// Hands on to the desk what the exchange tells, and keeps the changes of orders.
class ToDesk final : public ExchangeEvents {
 public:
  AlgoDesk* desk = nullptr;
  std::vector<OrderChange> changes;

  void on_order_change(const OrderChange& change) noexcept override {
    changes.push_back(change);
    if (desk != nullptr) desk->on_order_change(change);
  }
  void on_trade(const PublicTrade& trade) noexcept override {
    if (desk != nullptr) desk->on_trade(trade);
  }
  void on_level(InstrumentId, Side, Price, Quantity, std::uint32_t, Timestamp) noexcept override {}
  void on_position(UserId user, const PositionView& position) noexcept override {
    if (desk != nullptr) desk->on_position(user, position);
  }
  void on_balance(UserId, const BalanceView&) noexcept override {}
  void on_bill(const Bill&) noexcept override {}
  void on_mark_price(InstrumentId instrument, Price mark, Price index,
                     Timestamp) noexcept override {
    if (desk != nullptr) desk->on_mark_price(instrument, mark, index);
  }
};

class RecordedAlgos final : public AlgoEvents {
 public:
  std::vector<AlgoChange> changes;
  void on_algo_change(const AlgoChange& change) noexcept override { changes.push_back(change); }
};

/// An exchange with a linear swap (0.01 BTC) and a spot pair, a desk on it, two users with money,
/// one of them in long/short mode, and a market that can be put anywhere: `move_to(60000)` bids
/// 1,000 at 59990, offers 1,000 at 60010 and has just traded at 60000.
class AlgoTest : public testing::Test {
 public:
  CurrencyTable currencies;
  InstrumentTable instruments;
  CurrencyId usdt = currencies.intern("USDT");
  CurrencyId btc = currencies.intern("BTC");
  InstrumentId spot = add("BTC-USDT", InstrumentKind::Spot);
  InstrumentId swap = add("BTC-USDT-SWAP", InstrumentKind::Swap);
  ToDesk events;
  RecordedAlgos told;
  Exchange exchange{instruments, currencies, events};
  AlgoDesk desk{exchange, instruments, told};
  Timestamp now = from_unix_millis(1'795'430'400'000);
  UserId alice = add_user("alice", false);
  UserId hedger = add_user("hedger", true);

  void SetUp() override {
    events.desk = &desk;
    move_to("60000");
  }
  void TearDown() override { EXPECT_EQ(exchange.check_money(), ""); }

  Price px(std::string_view text) const { return {parse_units(text, 3).value()}; }
  Quantity lots(std::string_view text) const { return {parse_units(text, 2).value()}; }

  void wait(Nanos time) {
    now = now + time;
    desk.run(now);
  }
  /// The market's own quotes and the last trade, on one instrument.
  void move_to(std::string_view price, InstrumentId instrument) {
    quote(instrument, px(price) - px("10"), px(price) + px("10"), px("0"));
    print(price, instrument);
  }
  void move_to(std::string_view price) { move_to(price, swap); }
  void quote(InstrumentId instrument, Price bid, Price ask, Price) {
    std::vector<VenueOrderId>& old = quotes_[instrument.value];
    for (const VenueOrderId id : std::exchange(old, {})) {
      exchange.cancel(kMarketUser, id, CancelCause::User, now);
    }
    old.push_back(market_order(instrument, Side::Buy, bid, lots("1000")));
    old.push_back(market_order(instrument, Side::Sell, ask, lots("1000")));
  }
  void quote(std::string_view bid, std::string_view ask) {
    quote(swap, px(bid), px(ask), {});
    desk.run(now);
  }
  /// A trade of the market with itself, inside its quotes.
  void print(std::string_view price, InstrumentId instrument) {
    trade_at(price, instrument);
    desk.run(now);
  }
  void print(std::string_view price) { print(price, swap); }
  void trade_at(std::string_view price, InstrumentId instrument) {
    market_order(instrument, Side::Sell, px(price), lots("1"));
    market_order(instrument, Side::Buy, px(price), lots("1"), OrderType::ImmediateOrCancel);
  }
  VenueOrderId market_order(InstrumentId instrument, Side side, Price price, Quantity quantity,
                            OrderType type = OrderType::Limit) {
    NewOrder order;
    order.instrument = instrument;
    order.side = side;
    order.type = type;
    order.price = price;
    order.quantity = quantity;
    return exchange.place(order, now).id;
  }

  NewOrder order(UserId user, Side side, std::string_view price, std::string_view quantity,
                 OrderType type = OrderType::Limit, PositionSide leg = PositionSide::Net) const {
    NewOrder terms;
    terms.user = user;
    terms.instrument = swap;
    terms.side = side;
    terms.type = type;
    terms.position_side = leg;
    if (!price.empty()) terms.price = px(price);
    terms.quantity = lots(quantity);
    return terms;
  }
  VenueOrderId must_place(const NewOrder& terms) {
    const Exchange::PlaceResult result = exchange.place(terms, now);
    EXPECT_EQ(result.refusal, Refusal::None);
    desk.run(now);
    return result.id;
  }
  /// Opens a position at the market: long if it buys.
  void open(UserId user, Side side, std::string_view quantity,
            PositionSide leg = PositionSide::Net) {
    must_place(order(user, side, "", quantity, OrderType::Market, leg));
  }
  std::int64_t held(UserId user, PositionSide leg = PositionSide::Net) const {
    for (const PositionView& view : exchange.positions(user)) {
      if (view.instrument == swap && view.side == leg) return view.quantity.raw;
    }
    return 0;
  }

  NewAlgo algo(AlgoType type, Side side, std::string_view quantity) const {
    NewAlgo terms;
    terms.user = alice;
    terms.instrument = swap;
    terms.type = type;
    terms.side = side;
    terms.quantity = lots(quantity);
    return terms;
  }
  Exit exit_at(std::string_view trigger, std::string_view limit = "") const {
    Exit exit;
    exit.trigger = px(trigger);
    if (!limit.empty()) exit.limit = px(limit);
    return exit;
  }
  AlgoId must_place(const NewAlgo& terms) {
    const AlgoDesk::PlaceResult result = desk.place(terms, now);
    EXPECT_EQ(static_cast<int>(result.refusal.problem), 0)
        << "order " << static_cast<int>(result.refusal.order);
    desk.run(now);
    return result.id;
  }
  AlgoProblem problem(const NewAlgo& terms) { return desk.place(terms, now).refusal.problem; }
  const AlgoView& view(AlgoId id) const {
    static const AlgoView kNone;
    const AlgoView* const found = desk.find(id);
    EXPECT_NE(found, nullptr);
    return found == nullptr ? kNone : *found;
  }
  AlgoState state(AlgoId id) const { return view(id).state; }
  /// The newest order that it put in.
  const OrderView& child(AlgoId id) const {
    static const OrderView kNone;
    EXPECT_FALSE(view(id).orders.empty());
    return view(id).orders.empty() ? kNone : *exchange.find(view(id).orders.back());
  }

 private:
  UserId add_user(std::string name, bool long_short) {
    UserSettings settings;
    settings.name = std::move(name);
    settings.long_short_mode = long_short;
    settings.deposits = {{parse_amount("1000000", usdt).value()},
                         {parse_amount("10", btc).value()}};
    return exchange.add_user(std::move(settings), now);
  }
  InstrumentId add(std::string_view name, InstrumentKind kind) {
    Instrument instrument;
    instrument.name = InstrumentName(name);
    instrument.kind = kind;
    instrument.state = InstrumentState::Live;
    instrument.base = btc;
    instrument.quote = instrument.settle = usdt;
    instrument.price_digits = 3;
    instrument.quantity_digits = 2;
    instrument.tick_size = {100};
    instrument.lot_size = {1};
    instrument.minimum_quantity = {1};
    instrument.maximum_limit_quantity = {10'000'000};
    if (kind == InstrumentKind::Swap) {
      instrument.family = InstrumentName("BTC-USDT");
      instrument.contract = ContractKind::Linear;
      instrument.contract_value = {1, 2};
      instrument.maximum_market_quantity = Quantity{500'00};
    }
    return instruments.add(instrument);
  }

  std::vector<VenueOrderId> quotes_[2];
};

}  // namespace gannet::sim
