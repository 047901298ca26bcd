#include "risk/portfolio.h"

#include <gtest/gtest.h>

#include <array>

#include "support/gate_fixture.h"

namespace gannet::risk {
namespace {

constexpr Int128 kUnit = 1'000'000'000'000'000'000;  // 1 USDT

/// The gate with the whole portfolio beside it (PRE-07). Prices 100,000: a contract of the linear
/// swap is 0.01 BTC, so 1,000 USDT; one of the inverse swap 100 USD.
class PortfolioTest : public test::GateFixture {
 protected:
  PortfolioTest() { make(); }

  void make() {
    rebuild();
    portfolio.emplace(instruments, *exposure, strategies.size());
    funds.emplace(currencies.size());
    revalue();
  }
  void revalue(Timestamp now = kNow) {
    for (const Instrument& instrument : instruments)
      portfolio->revalue(instrument.id, *references, *conversions, now);
    portfolio->refresh();
    funds->revalue(*conversions, now);
  }
  GateContext whole() const {
    GateContext context = GateFixture::context();
    context.portfolio = &*portfolio;
    context.funds = &*funds;
    return context;
  }
  std::optional<DenialReason> denied_with(const OrderIntent& order) {
    portfolio->refresh();
    const auto result = gate->check(order, whole(), kNow);
    if (!result) last = result.error();
    return result ? std::nullopt : std::optional(result.error().reason);
  }
  OrderIntent order(Side side, std::int64_t contracts, StrategyId strategy = kQuotes) const {
    OrderIntent intent = GateFixture::intent();
    intent.strategy = strategy;
    intent.side = side;
    intent.quantity = {contracts * 100};
    return intent;
  }
  void hold(InstrumentId instrument, std::int64_t raw, StrategyId strategy = kQuotes,
            PositionSide leg = PositionSide::Net) {
    exposure->set_position(strategy, instrument, {raw}, leg);
    portfolio->refresh();
  }
  void tell_balance(std::string_view currency, std::string_view amount, Timestamp when = kNow) {
    BalanceReport report;
    report.available = report.equity = report.cash =
        *parse_amount(amount, currencies.find(currency));
    funds->on_balance(report, when);
  }
  /// Whole ones, to the nearest.
  static std::int64_t usdt(Int128 raw) {
    return static_cast<std::int64_t>((raw + (raw < 0 ? -kUnit / 2 : kUnit / 2)) / kUnit);
  }

  std::optional<Portfolio> portfolio;
  std::optional<AccountFunds> funds;
  Denial last;
};

TEST_F(PortfolioTest, Pre07WorstCaseOfEveryKindOfInstrumentAndLegIsCounted) {
  hold(linear, 3'00);                                              // 3,000 long
  exposure->on_order_opened(kQuotes, linear, Side::Sell, {5'00});  // worst 2,000 short
  exposure->on_order_opened(kQuotes, linear, Side::Buy, {1'00});   // worst 4,000 long
  portfolio->refresh();
  EXPECT_EQ(usdt(portfolio->of_account().gross), 4'000);
  EXPECT_EQ(usdt(portfolio->of_account().high), 4'000);
  EXPECT_EQ(usdt(portfolio->of_account().low), -2'000);

  hold(inverse, -20);  // 2,000 short, of another strategy
  EXPECT_EQ(usdt(portfolio->of_account().gross), 6'000);
  EXPECT_EQ(usdt(portfolio->of_account().high), 2'000);
  EXPECT_EQ(usdt(portfolio->of_account().net()), 4'000);

  hold(coin, 1'000'000, kOther);  // 0.01 BTC of inventory
  EXPECT_EQ(usdt(portfolio->of_account().gross), 7'000);
  EXPECT_EQ(usdt(portfolio->of_strategy(kOther).gross), 1'000);

  // Options by what they are on, whatever their premium: 10 contracts of 0.01 BTC.
  hold(call, -10);
  EXPECT_EQ(usdt(portfolio->of_account().gross), 17'000);
  EXPECT_EQ(usdt(portfolio->of_account().low), -2'000 - 2'000 + 1'000 - 10'000);
  EXPECT_EQ(usdt(portfolio->of_account().high), 3'000);  // a short call may be worth nothing
  EXPECT_EQ(usdt(portfolio->of_instrument(call).gross), 10'000);
}

TEST_F(PortfolioTest, Pre07LegsOfLongShortModeDoNotNetInTheGross) {
  hold(linear, 3'00, kQuotes, PositionSide::Long);
  hold(linear, -2'00, kQuotes, PositionSide::Short);
  EXPECT_EQ(usdt(portfolio->of_account().gross), 5'000);
  EXPECT_EQ(usdt(portfolio->of_account().net()), 1'000);
  // Closing the short leg never adds to it.
  const auto change = portfolio->with(kQuotes, linear, Side::Buy, PositionSide::Short, 2'00);
  EXPECT_EQ(change.account.gross, portfolio->of_account().gross);
}

TEST_F(PortfolioTest, Pre07SumsComeBackToNothingAndFollowPrices) {
  hold(linear, 1'00);
  exposure->on_order_opened(kOther, inverse, Side::Buy, {7});
  portfolio->refresh();
  references->set_best(linear, Price{50'000'000 - 100}, Price{50'000'000 + 100}, kNow);
  portfolio->revalue_all(*references, *conversions, kNow);
  EXPECT_EQ(usdt(portfolio->of_account().gross), 500 + 700);
  exposure->on_order_closed(kOther, inverse, Side::Buy, {7});
  hold(linear, 0);
  portfolio->refresh();
  EXPECT_EQ(portfolio->of_account(), WorstNotional{});
  EXPECT_EQ(portfolio->of_strategy(kOther), WorstNotional{});
  // What a venue may tell of others' orders is undone exactly, however absurd.
  exposure->set_account_position(linear, {std::int64_t{1} << 60});
  portfolio->refresh();
  exposure->set_account_position(linear, {0});
  portfolio->refresh();
  EXPECT_EQ(portfolio->of_account(), WorstNotional{});
}

struct NotionalCase {
  const char* name;
  std::int64_t held;  ///< contracts, before
  Side side;
  std::int64_t contracts;
  std::optional<DenialReason> denied;
  std::int64_t limit;  ///< USDT, of the denial
  std::int64_t value;
};

TEST_F(PortfolioTest, Pre07GrossAndNetNotionalAreLimitedByLevelAndNeverStopWhatReduces) {
  using enum DenialReason;
  const std::array cases{
      NotionalCase{"at the limit", 0, Side::Buy, 5, kPasses, 0, 0},
      NotionalCase{"above", 0, Side::Buy, 6, GrossNotionalAboveLimit, 5'000, 6'000},
      NotionalCase{"with what is held", 3, Side::Buy, 3, GrossNotionalAboveLimit, 5'000, 6'000},
      NotionalCase{"the other side turns it", 3, Side::Sell, 8, kPasses, 0, 0},
      NotionalCase{"and no further", 3, Side::Sell, 9, GrossNotionalAboveLimit, 5'000, 6'000},
      NotionalCase{"above by itself, reduced", 9, Side::Sell, 4, kPasses, 0, 0},
      NotionalCase{"above by itself, added to", 9, Side::Buy, 1, GrossNotionalAboveLimit, 5'000,
                   10'000}};
  for (const char* level : {"account", "instrument", "strategy"}) {
    settings.account.gross_notional_max.reset();
    settings.instrument_default.gross_notional_max.reset();
    settings.strategy_default.gross_notional_max.reset();
    Limits& limits = *level == 'a'   ? settings.account
                     : *level == 'i' ? settings.instrument_default
                                     : settings.strategy_default;
    limits.gross_notional_max = Decimal{5'000, 0};
    for (const NotionalCase& c : cases) {
      make();
      hold(linear, c.held * 100);
      EXPECT_EQ(denied_with(order(c.side, c.contracts)), c.denied) << level << ": " << c.name;
      if (!c.denied) continue;
      EXPECT_EQ(usdt(last.limit), c.limit) << c.name;
      EXPECT_EQ(usdt(last.value), c.value) << c.name;
    }
  }
  // Net: a hedge passes where more of the same does not.
  settings.strategy_default.gross_notional_max.reset();
  settings.account.net_notional_max = Decimal{2'000, 0};
  make();
  hold(inverse, 20);  // 2,000 long
  EXPECT_EQ(denied_with(order(Side::Buy, 1)), NetNotionalAboveLimit);
  EXPECT_EQ(denied_with(order(Side::Sell, 4)), kPasses);
  EXPECT_EQ(denied_with(order(Side::Sell, 5)), NetNotionalAboveLimit);
}

TEST_F(PortfolioTest, Pre07ALimitWithoutAValueOrAPortfolioDenies) {
  settings.account.gross_notional_max = Decimal{1'000'000, 0};
  make();
  EXPECT_EQ(denied(order(Side::Buy, 1)), DenialReason::NoValuation);  // nobody reckons it
  exposure->set_position(kOther, call, {1});
  references->withdraw_best(call);  // in coin: the coin's price counts
  revalue();
  EXPECT_EQ(denied_with(order(Side::Buy, 1)), kPasses);
  conversions.emplace(currencies.find("USDT"), currencies.size());  // nothing known of BTC
  revalue();
  EXPECT_FALSE(portfolio->is_account_valued());
  EXPECT_EQ(denied_with(order(Side::Buy, 1)), DenialReason::NoValuation);
}

TEST_F(PortfolioTest, Pre07LeverageNeedsTheBalancesAndCountsEquity) {
  settings.account.leverage_max = Decimal{25, 1};  // 2.5
  make();
  EXPECT_EQ(denied_with(order(Side::Buy, 1)), DenialReason::NoBalances);
  tell_balance("USDT", "1000");
  revalue();
  EXPECT_EQ(denied_with(order(Side::Buy, 1)), DenialReason::NoBalances);  // of one alone
  funds->on_list_begin();
  tell_balance("USDT", "1000");
  funds->on_list_end(true, kNow);
  revalue();
  EXPECT_EQ(denied_with(order(Side::Buy, 2)), kPasses);
  EXPECT_EQ(denied_with(order(Side::Buy, 3)), DenialReason::LeverageAboveLimit);
  EXPECT_EQ(last.limit, 2'500'000);
  EXPECT_EQ(last.value, 3'000'000);
  // Coins count at their price; what no list names is nothing.
  tell_balance("BTC", "0.01");
  revalue();
  EXPECT_EQ(denied_with(order(Side::Buy, 5)), kPasses);
  funds->on_list_begin();
  tell_balance("USDT", "1000", kNow + seconds(1));
  funds->on_list_end(true, kNow + seconds(1));
  revalue();
  EXPECT_EQ(denied_with(order(Side::Buy, 3)), DenialReason::LeverageAboveLimit);
  // An incomplete list says nothing about what it lacks. No equity: no leverage is low enough.
  tell_balance("USDT", "-1", kNow + seconds(2));
  revalue();
  EXPECT_EQ(denied_with(order(Side::Buy, 1)), DenialReason::LeverageAboveLimit);
  hold(linear, 5'00);
  EXPECT_EQ(denied_with(order(Side::Sell, 5)), kPasses);
}

TEST_F(PortfolioTest, Pre07FreeMarginIsTheVenuesWordLessWhatOrdersTookSince) {
  settings.account.free_margin_min = Decimal{500, 0};
  make();
  gate->limits().set_leverage(linear, {5, 0});
  funds->on_list_begin();
  tell_balance("USDT", "1000");
  funds->on_list_end(true, kNow);
  revalue();
  EXPECT_EQ(denied_with(order(Side::Buy, 2)), kPasses);  // 400 of margin
  EXPECT_EQ(denied_with(order(Side::Buy, 3)), DenialReason::FreeMarginBelowLimit);
  EXPECT_EQ(usdt(last.limit), 500);
  EXPECT_EQ(usdt(last.value), 400);
  funds->hold(400 * kUnit, kNow + seconds(1));
  EXPECT_EQ(denied_with(order(Side::Buy, 1)), DenialReason::FreeMarginBelowLimit);
  // A word that is too young to count the order changes nothing; a later one does.
  tell_balance("USDT", "1000", kNow + seconds(1) + milliseconds(100));
  revalue();
  EXPECT_EQ(denied_with(order(Side::Buy, 1)), DenialReason::FreeMarginBelowLimit);
  EXPECT_TRUE(funds->is_hold_older_than(seconds(10), kNow + seconds(12)));
  tell_balance("USDT", "800", kNow + seconds(2));
  revalue();
  EXPECT_EQ(funds->held(), 0);
  EXPECT_EQ(denied_with(order(Side::Buy, 1)), kPasses);  // 200: 600 are left
  // More holds than are kept apart are still all counted, and all released.
  for (std::size_t i = 0; i < 3 * AccountFunds::kHolds; ++i) funds->hold(kUnit, kNow + seconds(3));
  EXPECT_EQ(usdt(funds->held()), 3 * static_cast<std::int64_t>(AccountFunds::kHolds));
  tell_balance("USDT", "800", kNow + seconds(4));
  EXPECT_EQ(funds->held(), 0);
}

TEST_F(PortfolioTest, ACanaryTakesAPartOfEveryLimitAndOfNoCollar) {
  settings.account.order_notional_max = Decimal{10'000, 0};
  settings.account.gross_notional_max = Decimal{100'000, 0};
  settings.strategy_default.order_quantity_max = SizeLimit{{40, 0}, {}};
  settings.strategy_default.position_long_max = SizeLimit{{100, 0}, {}};
  settings.strategies.clear();
  settings.canary_ppm = 50'000;  // 5 %
  const std::vector<std::string> names{"quotes"};
  const auto table = LimitTable::build(settings, instruments, currencies, names);
  ASSERT_TRUE(table);
  EXPECT_EQ(table->of_strategy(kQuotes, linear).order_quantity_max.raw, 2'00);
  EXPECT_EQ(table->of_strategy(kQuotes, linear).position_long_max.raw, 5'00);
  EXPECT_EQ(table->of_instrument(linear).order_notional_max, 500 * kUnit);
  EXPECT_EQ(table->account_gross_max(), 5'000 * kUnit);
  EXPECT_EQ(table->of_instrument(linear).price_collar_ppm, 10'000u);
  EXPECT_EQ(table->account_open_orders_max(), 20u);
  EXPECT_EQ(table->of_strategy(kQuotes, linear).open_orders_max, 5u);
  // A part that no order fits in is a mistake, not a silence.
  settings.canary_ppm = 100;
  auto tiny = LimitTable::build(settings, instruments, currencies, names);
  ASSERT_TRUE(tiny);
  EXPECT_FALSE(tiny->permit(kQuotes, instruments[linear]));
}

// PRE-19
TEST_F(PortfolioTest, Pre19AWaivedRuleLetsThatOneRulePassAndNoOther) {
  settings.account.order_notional_max = Decimal{500, 0};
  settings.instruments = {{"BTC-USDT-SWAP", {}}};
  settings.instruments[0].second.position_long_max = SizeLimit{{3, 0}, {}};
  make();
  GateContext context = whole();
  context.waived = DenialReason::NotionalAboveLimit;
  const auto passed = gate->check(order(Side::Buy, 2), context, kNow);
  ASSERT_TRUE(passed);
  EXPECT_TRUE(passed->is_override());
  const auto other = gate->check(order(Side::Buy, 4), context, kNow);
  ASSERT_FALSE(other);
  EXPECT_EQ(other.error().reason, DenialReason::PositionAboveLimit);
  modes->set_engine(TradingMode::Killed);
  EXPECT_EQ(gate->check(order(Side::Buy, 2), context, kNow).error().reason, DenialReason::Killed);
  for (const DenialReason never : {DenialReason::Killed, DenialReason::Held, DenialReason::NotReady,
                                   DenialReason::PriceNotOnTick, DenialReason::RateLimited,
                                   DenialReason::JournalFull, DenialReason::CrossesOwnOrder})
    EXPECT_FALSE(can_be_overridden(never)) << name_of(never);
}

}  // namespace
}  // namespace gannet::risk
