#include "risk/pre_trade_gate.h"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "support/gate_fixture.h"

namespace gannet::risk {
namespace {

using enum DenialReason;
class PreTradeGateTest : public test::GateFixture {};

TEST_F(PreTradeGateTest, PassesASensibleOrderOfEveryKindOfInstrument) {
  for (const InstrumentId id : {linear, inverse, coin}) {
    EXPECT_EQ(denied(intent_with([&](auto& o) {
                o.instrument = id;
                o.quantity = {id == coin ? 1'000'000 : 1};
              })),
              kPasses)
        << instruments[id].name.view();
  }
  EXPECT_EQ(denied(intent_with([&](auto& o) {
              o.instrument = call;
              o.price = {50'000};
              o.quantity = {1};
            })),
            kPasses);
}

TEST_F(PreTradeGateTest, ApprovalCarriesTheIntentAndItsWorstPrice) {
  const auto approved = check(intent());
  ASSERT_TRUE(approved);
  EXPECT_EQ(approved->intent().handle, Handle{1});
  EXPECT_EQ(approved->worst_price(), Price{100'000'000});
  EXPECT_FALSE(approved->send_reduce_only());
}

// PRE-01 ------------------------------------------------------------------------------------------

TEST_F(PreTradeGateTest, Pre01OnlyReadyOnEveryLevelLetsAnOrderThrough) {
  struct Case {
    TradingMode mode;
    DenialReason of_engine, of_instrument, of_strategy;
  };
  for (const Case& c : {Case{TradingMode::NotReady, NotReady, NotReady, StrategyStopped},
                        Case{TradingMode::Held, Held, Held, Held},
                        Case{TradingMode::Killed, Killed, Killed, Killed}}) {
    modes->set_engine(c.mode);
    EXPECT_EQ(denied(intent()), c.of_engine);
    modes->set_engine(TradingMode::Ready);
    modes->set_instrument(linear, c.mode);
    EXPECT_EQ(denied(intent()), c.of_instrument);
    modes->set_instrument(linear, TradingMode::Ready);
    modes->set_strategy(kQuotes, c.mode);
    EXPECT_EQ(denied(intent()), c.of_strategy);
    modes->set_strategy(kQuotes, TradingMode::Ready);
    EXPECT_EQ(denied(intent()), kPasses);
  }
}

TEST_F(PreTradeGateTest, Pre01AKillOfOneStrategyOrInstrumentLeavesTheOthersAlone) {  // KILL-12
  modes->set_strategy(kOther, TradingMode::Killed);
  modes->set_instrument(inverse, TradingMode::Killed);
  EXPECT_EQ(denied(intent()), kPasses);
  EXPECT_EQ(denied(intent_with([&](auto& o) { o.strategy = kOther; })), Killed);
  EXPECT_EQ(denied(intent_with([&](auto& o) { o.instrument = inverse; })), Killed);
}

TEST_F(PreTradeGateTest, Pre01ModesAreReadLastAfterAllOtherRules) {
  modes->set_engine(TradingMode::Killed);
  // Whatever else is wrong is told first, so the kill was looked at after it.
  EXPECT_EQ(denied(intent_with([](auto& o) { o.price = {100'000'001}; })), PriceNotOnTick);
  EXPECT_EQ(denied(intent_with([](auto& o) {
              o.reduce_only = true;
              o.side = Side::Sell;
            })),
            ReduceOnlyWouldIncrease);
}

TEST_F(PreTradeGateTest, Pre01NotOneOfAMillionPassesAfterTheFlagIsSet) {
  std::atomic<bool> set{false};
  std::uint64_t passed_after = 0;
  std::thread killer([&] {
    modes->set_engine(TradingMode::Killed);
    set.store(true, std::memory_order_release);
  });
  for (int i = 0; i < 1'000'000; ++i) {
    const bool was_set = set.load(std::memory_order_acquire);
    if (!denied(intent()) && was_set) ++passed_after;
  }
  killer.join();
  EXPECT_EQ(passed_after, 0u);
  EXPECT_EQ(denied(intent()), Killed);
}

// PRE-02 ------------------------------------------------------------------------------------------

TEST_F(PreTradeGateTest, Pre02DeniesTheUnknown) {
  for (const std::uint32_t id : {4u, 1'000'000u, InstrumentId::kNone}) {
    EXPECT_EQ(denied(intent_with([&](auto& o) { o.instrument = {id}; })), UnknownInstrument);
  }
  for (const int id : {2, 77, int{StrategyId::kNone}}) {
    EXPECT_EQ(denied(intent_with([&](auto& o) { o.strategy = {static_cast<std::uint16_t>(id)}; })),
              StrategyStopped);
  }
}

TEST_F(PreTradeGateTest, Pre02DeniesAnInstrumentThatTheStrategyDidNotName) {
  auto limits = LimitTable::build(settings, instruments, currencies, strategies);
  ASSERT_TRUE(limits->permit(kQuotes, instruments[linear]));
  gate.emplace(std::move(*limits));
  EXPECT_EQ(denied(intent()), kPasses);
  EXPECT_EQ(denied(intent_with([&](auto& o) { o.instrument = inverse; })), InstrumentNotYours);
  EXPECT_EQ(denied(intent_with([&](auto& o) { o.strategy = kOther; })), InstrumentNotYours);
}

TEST_F(PreTradeGateTest, Pre02DeniesEveryStateButLive) {
  for (int s = 0; s <= static_cast<int>(InstrumentState::Unknown); ++s) {
    instruments[linear].state = static_cast<InstrumentState>(s);
    const bool live = instruments[linear].state == InstrumentState::Live;
    EXPECT_EQ(denied(intent()), live ? kPasses : std::optional(InstrumentNotTradable)) << s;
  }
  instruments[linear].state = InstrumentState::PostOnly;
  EXPECT_EQ(denied(intent_with([](auto& o) { o.post_only = true; })), kPasses);
}

TEST_F(PreTradeGateTest, Pre02DeniesADefinitionOlderThanADay) {
  references->set_definition_time(linear, kNow - seconds(24 * 3600));
  EXPECT_EQ(denied(intent()), kPasses);
  references->set_definition_time(linear, kNow - seconds(24 * 3600) - nanoseconds(1));
  EXPECT_EQ(denied(intent()), InstrumentDataStale);
  references->set_definition_time(linear, {});
  EXPECT_EQ(denied(intent()), InstrumentDataStale);
}

// PRE-03 ------------------------------------------------------------------------------------------

TEST_F(PreTradeGateTest, Pre03PriceMustBePositiveAndOnTheTick) {
  struct Case {
    std::int64_t price;
    std::optional<DenialReason> reason;
  };
  for (const Case& c : {Case{100'000'000, kPasses}, Case{99'999'900, kPasses},
                        Case{99'999'950, PriceNotOnTick}, Case{1, PriceNotOnTick},
                        Case{100, kPasses}, Case{0, PriceNotPositive}, Case{-100, PriceNotPositive},
                        Case{std::numeric_limits<std::int64_t>::min(), PriceNotPositive}}) {
    EXPECT_EQ(denied(intent_with([&](auto& o) { o.price = {c.price}; })), c.reason) << c.price;
  }
}

TEST_F(PreTradeGateTest, Pre03QuantityMustBeOnTheLotAndWithinTheVenuesBounds) {
  instruments[linear].lot_size = {10};
  instruments[linear].minimum_quantity = {20};
  instruments[linear].maximum_limit_quantity = {1'000};
  instruments[linear].maximum_market_quantity = Quantity{500};
  struct Case {
    std::int64_t quantity;
    std::optional<DenialReason> of_limit, of_market;
  };
  for (const Case& c :
       {Case{20, kPasses, kPasses}, Case{25, QuantityNotOnLot, QuantityNotOnLot},
        Case{10, QuantityBelowMinimum, QuantityBelowMinimum},
        Case{0, QuantityNotOnLot, QuantityNotOnLot}, Case{-20, QuantityNotOnLot, QuantityNotOnLot},
        Case{500, kPasses, kPasses}, Case{510, kPasses, QuantityAboveVenueMaximum},
        Case{1'000, kPasses, QuantityAboveVenueMaximum},
        Case{1'010, QuantityAboveVenueMaximum, QuantityAboveVenueMaximum}}) {
    auto order = intent_with([&](auto& o) { o.quantity = {c.quantity}; });
    EXPECT_EQ(denied(order), c.of_limit) << c.quantity;
    order.kind = OrderKind::Market;
    EXPECT_EQ(denied(order), c.of_market) << c.quantity;
  }
}

TEST_F(PreTradeGateTest, Pre03VenueMaximaInMoneyBindSpotOrders) {
  auto order = intent_with([&](auto& o) {
    o.instrument = coin;
    o.quantity = {200 * 100'000'000LL};  // 200 BTC at 100,000: 20,000,000
  });
  EXPECT_EQ(denied(order), kPasses);
  order.quantity.raw += 1;
  EXPECT_EQ(denied(order), QuantityAboveVenueMaximum);
  order.kind = OrderKind::Market;
  order.quantity = {9 * 100'000'000LL};
  EXPECT_EQ(denied(order), kPasses);
  order.quantity = {10 * 100'000'000LL};  // at the collar's edge: 1,010,000
  EXPECT_EQ(denied(order), QuantityAboveVenueMaximum);
}

TEST_F(PreTradeGateTest, Pre03DeniesCombinationsThatTheVenueLacks) {
  const auto combined = [&](OrderKind kind, TimeInForce time_in_force, bool post_only) {
    return denied(intent_with([&](auto& o) {
      o.kind = kind;
      o.time_in_force = time_in_force;
      o.post_only = post_only;
    }));
  };
  using enum TimeInForce;
  EXPECT_EQ(combined(OrderKind::Limit, GoodTillCancel, true), kPasses);
  EXPECT_EQ(combined(OrderKind::Limit, ImmediateOrCancel, false), kPasses);
  EXPECT_EQ(combined(OrderKind::Limit, FillOrKill, false), kPasses);
  EXPECT_EQ(combined(OrderKind::Limit, ImmediateOrCancel, true), UnsupportedOrder);
  EXPECT_EQ(combined(OrderKind::Limit, FillOrKill, true), UnsupportedOrder);
  EXPECT_EQ(combined(OrderKind::Market, GoodTillCancel, false), kPasses);
  EXPECT_EQ(combined(OrderKind::Market, GoodTillCancel, true), UnsupportedOrder);
  EXPECT_EQ(combined(OrderKind::Market, FillOrKill, false), UnsupportedOrder);
  EXPECT_EQ(denied(intent_with([&](auto& o) {
              o.instrument = call;
              o.kind = OrderKind::Market;
            })),
            UnsupportedOrder);
}

// PRE-04 ------------------------------------------------------------------------------------------

TEST_F(PreTradeGateTest, Pre04CollarBindsTheAggressiveSideOnly) {
  struct Case {
    Side side;
    std::int64_t price;
    std::optional<DenialReason> reason;
  };
  for (const Case& c :
       {Case{Side::Buy, 101'000'000, kPasses}, Case{Side::Buy, 101'000'100, PriceOutsideCollar},
        Case{Side::Buy, 50'000'000, kPasses}, Case{Side::Sell, 99'000'000, kPasses},
        Case{Side::Sell, 98'999'900, PriceOutsideCollar}, Case{Side::Sell, 200'000'000, kPasses}}) {
    EXPECT_EQ(denied(intent_with([&](auto& o) {
                o.side = c.side;
                o.price = {c.price};
              })),
              c.reason)
        << c.price;
  }
}

TEST_F(PreTradeGateTest, Pre04TheVenuesOwnPriceLimitBindsInsideTheCollar) {
  references->set_price_limit(linear, Price{100'500'000}, Price{99'500'000});
  struct Case {
    Side side;
    std::int64_t price;
    std::optional<DenialReason> reason;
  };
  for (const Case& c :
       {Case{Side::Buy, 100'500'000, kPasses}, Case{Side::Buy, 100'500'100, PriceOutsideVenueLimit},
        Case{Side::Buy, 101'000'100, PriceOutsideCollar}, Case{Side::Sell, 99'500'000, kPasses},
        Case{Side::Sell, 99'499'900, PriceOutsideVenueLimit},
        Case{Side::Sell, 100'600'000, kPasses}}) {
    EXPECT_EQ(denied(intent_with([&](auto& o) {
                o.side = c.side;
                o.price = {c.price};
              })),
              c.reason)
        << c.price;
  }
  references->set_price_limit(linear, std::nullopt, std::nullopt);  // switched off
  EXPECT_EQ(denied(intent_with([](auto& o) { o.price = {100'500'100}; })), kPasses);
  references->set_price_limit(linear, Price{1'000}, std::nullopt);
  references->withdraw_all();  // what it said holds for its connection alone
  EXPECT_FALSE(references->highest_buy(linear));
}

TEST_F(PreTradeGateTest, Pre04DenialSaysEdgeAndPrice) {
  const auto result = check(intent_with([](auto& o) { o.price = {102'000'000}; }));
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().limit, 101'000'000);
  EXPECT_EQ(result.error().value, 102'000'000);
}

TEST_F(PreTradeGateTest, Pre04NoFreshReferenceDenies) {
  references->withdraw_best(linear);
  EXPECT_EQ(denied(intent()), NoFreshReferencePrice);
  references->set_mark(linear, Price{100'000'000}, kNow - seconds(10));
  EXPECT_EQ(denied(intent()), kPasses);
  EXPECT_EQ(denied(intent(), kNow + nanoseconds(1)), NoFreshReferencePrice);  // mark: 10 s
  references->set_index(linear, Price{100'000'000}, kNow - seconds(60));
  EXPECT_EQ(denied(intent()), kPasses);
  references->withdraw_all();
  references->set_alive(kNow);
  EXPECT_EQ(denied(intent()), NoFreshReferencePrice);
}

TEST_F(PreTradeGateTest, Pre04AConnectionWithoutProofOfLifeMakesNothingFresh) {
  EXPECT_EQ(denied(intent(), kNow + seconds(3)), kPasses);
  EXPECT_EQ(denied(intent(), kNow + seconds(3) + nanoseconds(1)), NoFreshReferencePrice);
  references->set_alive(kNow + seconds(4));
  EXPECT_EQ(denied(intent(), kNow + seconds(4)), kPasses);
}

TEST_F(PreTradeGateTest, Pre04MarketOrdersHaveAComputedWorstPriceOnTheTick) {
  instruments[linear].tick_size = {700};  // the edges, 101,000,000 and 99,000,000, are off it
  auto order = intent_with([](auto& o) {
    o.kind = OrderKind::Market;
    o.price = {};
  });
  const auto buy = check(order);
  ASSERT_TRUE(buy);
  EXPECT_EQ(buy->worst_price(), Price{100'999'500});
  order.side = Side::Sell;
  const auto sell = check(order);
  ASSERT_TRUE(sell);
  EXPECT_EQ(sell->worst_price(), Price{99'000'300});
}

TEST_F(PreTradeGateTest, Pre04TheTightestCollarWins) {
  settings.strategies = {{"quotes", Limits{.order_quantity_max = {},
                                           .order_notional_max = {},
                                           .position_long_max = {},
                                           .position_short_max = {},
                                           .open_orders_max = {},
                                           .price_collar_ppm = 1'000}}};
  rebuild();
  const auto order = intent_with([](auto& o) { o.price = {100'500'000}; });
  EXPECT_EQ(denied(order), PriceOutsideCollar);
  auto others = order;
  others.strategy = kOther;
  EXPECT_EQ(denied(others), kPasses);
}

// PRE-05 ------------------------------------------------------------------------------------------

TEST_F(PreTradeGateTest, Pre05QuantityLimitOfAnyLevelBinds) {
  const SizeLimit two{{2, 0}, {}};
  const SizeLimit three{{3, 0}, {}};
  for (const bool tight_strategy : {false, true}) {
    settings.instruments = {{"BTC-USDT-SWAP", settings.instrument_default}};
    settings.instruments[0].second.order_quantity_max = tight_strategy ? three : two;
    settings.strategies.clear();
    rebuild();
    // On the table itself: a strategy limit in contracts would also meet the spot instrument.
    EXPECT_EQ(denied(intent_with([](auto& o) { o.quantity = {200}; })), kPasses);
    EXPECT_EQ(denied(intent_with([](auto& o) { o.quantity = {301}; })), QuantityAboveLimit);
    EXPECT_EQ(denied(intent_with([](auto& o) { o.quantity = {201}; })),
              tight_strategy ? kPasses : std::optional(QuantityAboveLimit));
  }
}

TEST_F(PreTradeGateTest, Pre05NotionalIsInTheRiskCurrencyForEveryContract) {
  settings.account.order_notional_max = Decimal{5'000, 0};
  rebuild();
  struct Case {
    InstrumentId instrument;
    std::int64_t fits, too_much;
  };
  // 5 contracts x 0.01 BTC x 100,000; 50 x 100 USD; 0.05 BTC: 5,000 each.
  for (const Case& c :
       {Case{linear, 500, 501}, Case{inverse, 50, 51}, Case{coin, 5'000'000, 5'000'001}}) {
    auto order = intent_with([&](auto& o) {
      o.instrument = c.instrument;
      o.quantity = {c.fits};
    });
    EXPECT_EQ(denied(order), kPasses) << instruments[c.instrument].name.view();
    order.quantity = {c.too_much};
    const auto result = check(order);
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().reason, NotionalAboveLimit);
    EXPECT_EQ(to_string({result.error().limit, {}}), "5000");
    EXPECT_GT(result.error().value, result.error().limit);
  }
}

TEST_F(PreTradeGateTest, Pre05AnOrderThatMayFillBetterIsValuedAtTheReference) {
  settings.account.order_notional_max = Decimal{5'000, 0};
  rebuild();
  // A sell at 99,000 fills at 100,000: 5 contracts are 5,000, 5.01 are too much.
  auto sell = intent_with([](auto& o) {
    o.side = Side::Sell;
    o.price = {99'000'000};
    o.quantity = {500};
  });
  EXPECT_EQ(denied(sell), kPasses);
  sell.quantity = {501};
  EXPECT_EQ(denied(sell), NotionalAboveLimit);
  // An inverse buy at 101,000 fills at 100,000: more coin than at its limit.
  auto buy = intent_with([&](auto& o) {
    o.instrument = inverse;
    o.price = {101'000'000};
    o.quantity = {50};
  });
  EXPECT_EQ(denied(buy), kPasses);
  buy.quantity = {51};
  EXPECT_EQ(denied(buy), NotionalAboveLimit);
}

TEST_F(PreTradeGateTest, Pre05NoValuationDeniesAndIsNeverZero) {
  const auto order = intent_with([&](auto& o) { o.instrument = inverse; });
  conversions->set(currencies.find("BTC"), *parse_amount("100000", {}), kNow - seconds(60));
  EXPECT_EQ(denied(order), kPasses);
  conversions->set(currencies.find("BTC"), *parse_amount("100000", {}),
                   kNow - seconds(60) - nanoseconds(1));
  EXPECT_EQ(denied(order), NoValuation);
  conversions.emplace(currencies.find("USDT"), currencies.size());
  EXPECT_EQ(denied(order), NoValuation);
  EXPECT_EQ(denied(intent()), kPasses);  // in the risk currency itself
  // The venue's maximum is in USD: no valuation of it, no order.
  EXPECT_EQ(denied(intent_with([&](auto& o) {
              o.instrument = coin;
              o.quantity = {1'000};
            })),
            NoValuation);
}

// PRE-06 ------------------------------------------------------------------------------------------

class PositionLimitTest : public PreTradeGateTest {
 protected:
  PositionLimitTest() {
    settings.instruments = {{"BTC-USDT-SWAP", settings.instrument_default}};
    settings.instruments[0].second.position_long_max = SizeLimit{{10, 0}, {}};
    settings.instruments[0].second.position_short_max = SizeLimit{{5, 0}, {}};
    rebuild();
  }
  std::optional<DenialReason> order(Side side, std::int64_t quantity) {
    return denied(intent_with([&](auto& o) {
      o.side = side;
      o.quantity = {quantity};
    }));
  }
};

TEST_F(PositionLimitTest, Pre06LongAndShortHaveTheirOwnLimit) {
  EXPECT_EQ(order(Side::Buy, 1'000), kPasses);
  EXPECT_EQ(order(Side::Buy, 1'001), PositionAboveLimit);
  EXPECT_EQ(order(Side::Sell, 500), kPasses);
  EXPECT_EQ(order(Side::Sell, 501), PositionAboveLimit);
}

TEST_F(PositionLimitTest, Pre06CountsPositionAndEveryOrderOfThatSide) {
  exposure->set_position(kQuotes, linear, Quantity{300});
  exposure->on_order_opened(kQuotes, linear, Side::Buy, Quantity{200});
  exposure->on_order_opened(kQuotes, linear, Side::Sell, Quantity{250});
  EXPECT_EQ(order(Side::Buy, 500), kPasses);
  EXPECT_EQ(order(Side::Buy, 501), PositionAboveLimit);
  EXPECT_EQ(order(Side::Sell, 550), kPasses);  // 300 - 250 - 550 = -500
  EXPECT_EQ(order(Side::Sell, 551), PositionAboveLimit);
}

TEST_F(PositionLimitTest, Pre06OtherStrategiesAndForeignOrdersCountInTheAccount) {
  exposure->set_position(kOther, linear, Quantity{400});
  exposure->on_order_opened({}, linear, Side::Buy, Quantity{300});
  EXPECT_EQ(order(Side::Buy, 300), kPasses);
  EXPECT_EQ(order(Side::Buy, 301), PositionAboveLimit);
}

TEST_F(PositionLimitTest, Pre06AStrategysOwnLimitHoldsWhereTheAccountIsFlat) {
  settings.instruments.clear();
  settings.strategy_default.position_long_max = SizeLimit{{1, 0}, CurrencyName("BTC")};
  settings.strategy_default.position_short_max = SizeLimit{{1, 0}, CurrencyName("BTC")};
  instruments[inverse].base = currencies.find("BTC");  // so that one unit fits all here
  rebuild();
  exposure->set_position(kQuotes, linear, Quantity{10'000});  // 100 contracts = 1 BTC
  exposure->set_position(kOther, linear, Quantity{-10'000});
  EXPECT_EQ(order(Side::Buy, 1), PositionAboveLimit);
  EXPECT_EQ(order(Side::Sell, 20'000), kPasses);
  EXPECT_EQ(order(Side::Sell, 20'001), PositionAboveLimit);
}

TEST_F(PositionLimitTest, Pre06APositionOverItsLimitMayStillBeReduced) {
  exposure->set_position(kQuotes, linear, Quantity{5'000});
  EXPECT_EQ(order(Side::Buy, 1), PositionAboveLimit);
  EXPECT_EQ(order(Side::Sell, 5'500), kPasses);
}

TEST_F(PositionLimitTest, Pre06AbsurdExposuresDoNotWrap) {
  constexpr std::int64_t kHuge = std::numeric_limits<std::int64_t>::max() - 10;
  exposure->set_position({}, linear, Quantity{kHuge});
  exposure->on_order_opened({}, linear, Side::Buy, Quantity{kHuge});
  EXPECT_EQ(order(Side::Buy, 100), PositionAboveLimit);
}

// PRE-08 ------------------------------------------------------------------------------------------

TEST_F(PreTradeGateTest, Pre08CountsOpenOrdersByStrategyInstrumentAndAccount) {
  settings.strategy_default.open_orders_max = 3;
  settings.instrument_default.open_orders_max = 4;
  settings.account.open_orders_max = 6;
  rebuild();
  const auto open = [&](StrategyId strategy, InstrumentId instrument) {
    exposure->on_order_opened(strategy, instrument, Side::Buy, Quantity{1});
  };
  open(kQuotes, inverse);
  open(kQuotes, linear);
  EXPECT_EQ(denied(intent()), kPasses);
  open(kQuotes, linear);
  EXPECT_EQ(denied(intent()), TooManyOpenOrders);  // the strategy's third
  const auto others = intent_with([](auto& o) { o.strategy = kOther; });
  EXPECT_EQ(denied(others), kPasses);
  open({}, linear);
  open({}, linear);
  EXPECT_EQ(denied(others), TooManyOpenOrders);  // the instrument's fourth
  exposure->on_order_closed({}, linear, Side::Buy, Quantity{1});
  EXPECT_EQ(denied(others), kPasses);
  open({}, coin);
  open({}, coin);
  EXPECT_EQ(denied(others), TooManyOpenOrders);  // the account's sixth
}

// PRE-18 ------------------------------------------------------------------------------------------

TEST_F(PreTradeGateTest, Pre18ReduceOnlyIsCheckedAgainstTheStrategysOwnPosition) {
  const auto reduce = [&](Side side, std::int64_t quantity) {
    return denied(intent_with([&](auto& o) {
      o.reduce_only = true;
      o.side = side;
      o.quantity = {quantity};
    }));
  };
  exposure->set_position(kOther, linear, Quantity{5'000});
  EXPECT_EQ(reduce(Side::Sell, 1), ReduceOnlyWouldIncrease);  // flat itself
  exposure->set_position(kQuotes, linear, Quantity{300});
  EXPECT_EQ(reduce(Side::Sell, 300), kPasses);
  EXPECT_EQ(reduce(Side::Sell, 301), ReduceOnlyWouldIncrease);
  EXPECT_EQ(reduce(Side::Buy, 1), ReduceOnlyWouldIncrease);
  exposure->on_order_opened(kQuotes, linear, Side::Sell, Quantity{200});
  EXPECT_EQ(reduce(Side::Sell, 100), kPasses);
  EXPECT_EQ(reduce(Side::Sell, 101), ReduceOnlyWouldIncrease);
  exposure->set_position(kQuotes, linear, Quantity{-300});
  EXPECT_EQ(reduce(Side::Buy, 300), kPasses);
  EXPECT_EQ(reduce(Side::Buy, 301), ReduceOnlyWouldIncrease);
}

TEST_F(PreTradeGateTest, Pre18TheVenuesFlagIsSentOnlyWhereTheAccountCoversIt) {
  const auto sell = intent_with([](auto& o) {
    o.reduce_only = true;
    o.side = Side::Sell;
    o.quantity = {300};
  });
  exposure->set_position(kQuotes, linear, Quantity{300});
  EXPECT_TRUE(check(sell)->send_reduce_only());
  exposure->set_position(kOther, linear, Quantity{-1});  // the account is long 299
  EXPECT_FALSE(check(sell)->send_reduce_only());
  exposure->set_position(kOther, linear, Quantity{-600});
  EXPECT_FALSE(check(sell)->send_reduce_only());
}

TEST_F(PreTradeGateTest, Pre18LongShortModeLimitsBothLegs) {
  settings.instruments = {{"BTC-USDT-SWAP", settings.instrument_default}};
  settings.instruments[0].second.position_long_max = SizeLimit{{10, 0}, {}};
  settings.instruments[0].second.position_short_max = SizeLimit{{5, 0}, {}};
  rebuild();
  const auto order = [&](Side side, PositionSide leg, std::int64_t quantity) {
    return denied(intent_with([&](auto& o) {
      o.side = side;
      o.position_side = leg;
      o.quantity = {quantity};
    }));
  };
  exposure->set_position(kQuotes, linear, Quantity{900}, PositionSide::Long);
  exposure->set_position(kQuotes, linear, Quantity{-400}, PositionSide::Short);
  EXPECT_EQ(order(Side::Buy, PositionSide::Long, 100), kPasses);
  EXPECT_EQ(order(Side::Buy, PositionSide::Long, 101), PositionAboveLimit);
  EXPECT_EQ(order(Side::Sell, PositionSide::Short, 100), kPasses);
  EXPECT_EQ(order(Side::Sell, PositionSide::Short, 101), PositionAboveLimit);
  // Closing orders never turn a leg.
  EXPECT_EQ(order(Side::Sell, PositionSide::Long, 900), kPasses);
  EXPECT_EQ(order(Side::Sell, PositionSide::Long, 901), ReduceOnlyWouldIncrease);
  EXPECT_EQ(order(Side::Buy, PositionSide::Short, 400), kPasses);
  EXPECT_EQ(order(Side::Buy, PositionSide::Short, 401), ReduceOnlyWouldIncrease);
}

}  // namespace
}  // namespace gannet::risk
