#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>
#include <limits>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <vector>

#include "gannet/strategy.hpp"

namespace {

using gannet::Price;
using gannet::Quantity;
using gannet::Rounding;

template <class A, class B>
concept Addable = requires(A a, B b) { a + b; };
static_assert(Addable<Price, Price>);
static_assert(!Addable<Price, Quantity>);
static_assert(std::is_trivially_copyable_v<Price> && sizeof(Price) == 8);

gannet::Instrument swap() {
  gannet_instrument raw{};
  raw.size = sizeof raw;
  raw.price_digits = 3;
  raw.quantity_digits = 2;
  raw.tick_size = 100;
  raw.lot_size = 10;
  return gannet::Instrument(raw);
}

TEST(SdkInstrument, RoundsSignalsToTheTick) {
  const auto i = swap();
  EXPECT_EQ(i.round_to_tick(100.07, Rounding::Down).raw, 100'000);
  EXPECT_EQ(i.round_to_tick(100.07, Rounding::Up).raw, 100'100);
  EXPECT_EQ(i.round_to_tick(100.07, Rounding::Nearest).raw, 100'100);
  EXPECT_DOUBLE_EQ(i.to_double(Price{100'100}), 100.1);
}

TEST(SdkInstrument, RefusesSignalsThatAreNoPrice) {
  const auto i = swap();
  EXPECT_THROW(i.round_to_tick(std::numeric_limits<double>::quiet_NaN(), Rounding::Down),
               std::range_error);
  EXPECT_THROW(i.round_to_tick(std::numeric_limits<double>::infinity(), Rounding::Down),
               std::range_error);
  EXPECT_THROW(i.round_to_tick(1e300, Rounding::Down), std::range_error);
}

TEST(SdkInstrument, RoundsQuantitiesToTheLotTowardsTheNamedSide) {
  const auto i = swap();
  EXPECT_EQ(i.round_to_lot(Quantity{25}, Rounding::Down).raw, 20);
  EXPECT_EQ(i.round_to_lot(Quantity{25}, Rounding::Up).raw, 30);
  EXPECT_EQ(i.round_to_lot(Quantity{-25}, Rounding::Down).raw, -30);
}

TEST(SdkBook, ReadsLevelsBestFirstWhicheverWayTheyLie) {
  const gannet_level worst_first[] = {{98, 1, 0, 0}, {99, 2, 0, 0}, {100, 3, 0, 0}};
  const gannet_level best_first[] = {{101, 4, 0, 0}, {102, 5, 0, 0}};
  gannet_book raw{};
  raw.size = sizeof raw;
  raw.bids = {&worst_first[2], -1, 3, 0};
  raw.asks = {&best_first[0], 1, 2, 0};
  const gannet::Book book(raw);
  EXPECT_TRUE(book.is_two_sided());
  EXPECT_EQ(book.best_bid().price, Price{100});
  EXPECT_EQ(book.bids()[2].price, Price{98});
  EXPECT_EQ(book.asks()[1].quantity, Quantity{5});
}

class Throws : public gannet::Strategy {
 public:
  static void describe(gannet::Description& d) { d.name = "throws"; }
  explicit Throws(gannet::Setup& setup) : Strategy(setup) {}
  void on_start() override { throw std::runtime_error("no reason"); }
};

TEST(SdkBoundary, TurnsExceptionsIntoAFailureWithItsText) {
  static std::string reported;
  gannet_host host{};
  host.size = sizeof host;
  host.fail = [](void*, const char* text) -> std::int32_t {
    reported = text;
    return GANNET_OK;
  };
  const gannet_descriptor& descriptor = *gannet::boundary::descriptor<Throws>();
  EXPECT_EQ(descriptor.abi_version, GANNET_ABI_VERSION);
  EXPECT_STREQ(descriptor.name, "throws");
  const gannet_parameters parameters{sizeof parameters, 0, nullptr, sizeof(gannet_value), 0};
  void* self = nullptr;
  ASSERT_EQ(descriptor.handlers->create(&host, nullptr, &parameters, &self), GANNET_OK);
  EXPECT_EQ(descriptor.handlers->start(self), GANNET_FAILED);
  EXPECT_EQ(reported, "no reason");
  descriptor.handlers->destroy(self);
}

class Asks : public gannet::Strategy {
 public:
  static void describe(gannet::Description& d) {
    d.name = "asks";
    d.integer("levels", "how many");
  }
  explicit Asks(gannet::Setup& setup) : Strategy(setup) { setup.parameters().integer("lvels"); }
};

TEST(SdkBoundary, NamesAParameterThatTheSchemaLacks) {
  static std::string reported;
  gannet_host host{};
  host.size = sizeof host;
  host.fail = [](void*, const char* text) -> std::int32_t {
    reported = text;
    return GANNET_OK;
  };
  gannet_value value{};
  value.size = sizeof value;
  value.type = GANNET_PARAMETER_INTEGER;
  const gannet_parameters parameters{sizeof parameters, 1, &value, sizeof value, 0};
  void* self = nullptr;
  EXPECT_EQ(
      gannet::boundary::descriptor<Asks>()->handlers->create(&host, nullptr, &parameters, &self),
      GANNET_FAILED);
  EXPECT_EQ(reported, "no parameter lvels");
}

class Batches : public gannet::Strategy {
 public:
  static void describe(gannet::Description& d) { d.name = "batches"; }
  explicit Batches(gannet::Setup& setup) : Strategy(setup) {}
  void on_start() override {
    gannet::Order money;
    money.market = true;
    money.quote_quantity = {1'250'000'000};
    money.slippage_max_bps = 50;
    gannet::Order second;
    second.quantity = {3};
    second.self_trade = gannet::SelfTrade::CancelTaker;
    second.position_side = gannet::PositionSide::Short;
    const gannet::Order orders[] = {money, second};
    gannet::OrderHandle handles[2];
    answer = place(orders, handles);
    last_handle = handles[1];
    const gannet::Amend amends[] = {{handles[1], gannet::Price{7}, {}, true, true}};
    amend_answer = amend(amends);
  }
  static inline gannet::Answer answer{}, amend_answer{};
  static inline gannet::OrderHandle last_handle{};
};

TEST(SdkBoundary, PlacesBatchesWhereTheEngineHasThem) {
  static std::vector<gannet_order> orders;
  static gannet_amend amended;
  gannet_host host{};
  host.size = sizeof host;
  host.fail = [](void*, const char*) -> std::int32_t { return GANNET_OK; };
  host.place_batch = [](void*, const gannet_order* given, std::uint32_t size, std::uint32_t count,
                        std::uint64_t* handles, std::uint32_t*) -> std::int32_t {
    EXPECT_EQ(size, sizeof(gannet_order));
    orders.assign(given, given + count);
    for (std::uint32_t i = 0; i < count; ++i) handles[i] = 41 + i;
    return GANNET_OK;
  };
  host.amend_batch = [](void*, const gannet_amend* given, std::uint32_t, std::uint32_t,
                        std::uint32_t*) -> std::int32_t {
    amended = *given;
    return GANNET_OK;
  };
  const gannet_parameters parameters{sizeof parameters, 0, nullptr, sizeof(gannet_value), 0};
  const gannet_handlers& handlers = *gannet::boundary::descriptor<Batches>()->handlers;
  void* self = nullptr;
  ASSERT_EQ(handlers.create(&host, nullptr, &parameters, &self), GANNET_OK);
  ASSERT_EQ(handlers.start(self), GANNET_OK);
  EXPECT_EQ(Batches::answer, gannet::Answer::Ok);
  EXPECT_EQ(Batches::last_handle.value, 42u);
  ASSERT_EQ(orders.size(), 2u);
  EXPECT_EQ(orders[0].quote_quantity, 1'250'000'000);
  EXPECT_EQ(orders[0].slippage_max_bps, 50);
  EXPECT_EQ(orders[1].self_trade, GANNET_SELF_TRADE_CANCEL_TAKER);
  EXPECT_EQ(orders[1].position_side, GANNET_POSITION_SHORT);
  EXPECT_EQ(amended.fields,
            GANNET_AMEND_PRICE | GANNET_AMEND_CLAMP_PRICE | GANNET_AMEND_CANCEL_ON_FAILURE);
  // An older engine's table ends before them.
  host.size = offsetof(gannet_host, place_batch);
  ASSERT_EQ(handlers.start(self), GANNET_OK);
  EXPECT_EQ(Batches::answer, gannet::Answer::NotAvailable);
  handlers.destroy(self);
}

class PlacesAnExit : public gannet::Strategy {
 public:
  static void describe(gannet::Description& d) { d.name = "places_an_exit"; }
  explicit PlacesAnExit(gannet::Setup& setup) : Strategy(setup) {}
  void on_start() override {
    auto order =
        gannet::AlgoOrder::bracket({3}, gannet::Side::Sell, Quantity{5}, Price{120}, Price{80});
    order.stop_limit = Price{79};
    order.stop_by = gannet::TriggerBy::Mark;
    order.cookie = 9;
    placed = place(order);
  }
  static gannet::Placed placed;
};
gannet::Placed PlacesAnExit::placed;

TEST(SdkStrategy, PlacesAlgoOrdersByNamedFunctions) {
  static gannet_algo_order sent;
  gannet_host host{};
  host.size = sizeof host;
  host.place_algo = [](void*, const gannet_algo_order* order, std::uint64_t* handle) {
    sent = *order;
    *handle = 17;
    return std::int32_t{GANNET_OK};
  };
  const gannet_descriptor& descriptor = *gannet::boundary::descriptor<PlacesAnExit>();
  gannet_parameters none{};
  void* self = nullptr;
  ASSERT_EQ(descriptor.handlers->create(&host, nullptr, &none, &self), GANNET_OK);
  ASSERT_EQ(descriptor.handlers->start(self), GANNET_OK);
  descriptor.handlers->destroy(self);
  EXPECT_TRUE(PlacesAnExit::placed);
  EXPECT_EQ(PlacesAnExit::placed.handle.value, 17u);
  EXPECT_EQ(sent.size, sizeof sent);
  EXPECT_EQ(sent.kind, GANNET_ALGO_ONE_CANCELS_OTHER);
  EXPECT_EQ(sent.instrument, 3u);
  EXPECT_EQ(sent.side, GANNET_SELL);
  EXPECT_EQ(sent.reduce_only, 1);
  EXPECT_EQ(sent.trigger_price, 120);
  EXPECT_EQ(sent.stop_price, 80);
  EXPECT_EQ(sent.stop_limit_price, 79);
  EXPECT_EQ(sent.stop_by, GANNET_TRIGGER_BY_MARK);
  EXPECT_EQ(sent.cookie, 9u);
}

}  // namespace
