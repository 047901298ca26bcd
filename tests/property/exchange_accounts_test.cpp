#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "sim/exchange.h"
#include "sim/random.h"

namespace gannet::sim {
namespace {

/// Counts what happened, so that a run proves that it met everything.
class Counts final : public ExchangeEvents {
 public:
  int warnings = 0, liquidations = 0, deleveraged = 0, partial = 0, fundings = 0;

  void on_order_change(const OrderChange& change) noexcept override {
    deleveraged += change.order.category == OrderCategory::AutoDeleverage ? 1 : 0;
    partial += change.order.category == OrderCategory::PartialLiquidation ? 1 : 0;
  }
  void on_trade(const PublicTrade&) noexcept override {}
  void on_level(InstrumentId, Side, Price, Quantity, std::uint32_t, Timestamp) noexcept override {}
  void on_position(UserId, const PositionView&) noexcept override {}
  void on_balance(UserId, const BalanceView&) noexcept override {}
  void on_bill(const Bill&) noexcept override {}
  void on_mark_price(InstrumentId, Price, Price, Timestamp) noexcept override {}
  void on_margin_warning(UserId, const PositionView&) noexcept override { ++warnings; }
  void on_liquidation(const LiquidationView&) noexcept override { ++liquidations; }
  void on_funding_settled(InstrumentId, const FundingSettlement&) noexcept override { ++fundings; }
};

/// Several users of all account and position modes with high leverages, funding by the hour, prices
/// that jump, transfers, margins moved by hand, leverages changed, a future that is delivered.
class Accounts : public testing::Test {
 public:
  CurrencyTable currencies;
  InstrumentTable instruments;
  CurrencyId usdt = currencies.intern("USDT");
  CurrencyId btc = currencies.intern("BTC");
  CurrencyId usd = currencies.intern("USD");
  Timestamp now = from_unix_millis(1'795'430'400'000);
  InstrumentId spot = add("BTC-USDT", InstrumentKind::Spot, ContractKind::None, {1, 0}, 8);
  InstrumentId linear = add("BTC-USDT-SWAP", InstrumentKind::Swap, ContractKind::Linear, {1, 2}, 2);
  InstrumentId inverse =
      add("BTC-USD-SWAP", InstrumentKind::Swap, ContractKind::Inverse, {100, 0}, 0);
  InstrumentId future =
      add("BTC-USDT-261123", InstrumentKind::Futures, ContractKind::Linear, {1, 2}, 2);
  Counts counts;
  Exchange exchange{instruments, currencies, counts};
  std::vector<UserId> users;
  Random random{20'261'123};
  std::int64_t middle = 60'000'000;

  std::int64_t pick(std::uint64_t n) { return static_cast<std::int64_t>(random.below(n)); }

  void start() {
    for (int i = 0; i < 10; ++i) {
      UserSettings settings;
      settings.name = "user " + std::to_string(i);
      settings.account_mode = i % 3 == 2 ? 3 : 2;
      settings.long_short_mode = i % 2 == 1;
      settings.derivative_fees = {i % 4 == 0 ? -50'000 : 200'000, 500'000};
      settings.deposits = {parse_amount(i < 3 ? "50000" : "300", usdt).value(),
                           parse_amount(i < 3 ? "1" : "0.004", btc).value()};
      users.push_back(exchange.add_user(settings, now));
      exchange.deposit_to_funding(users.back(), parse_amount("100", usdt).value());
    }
    exchange.fund_insurance(parse_amount("40", usdt).value());
    const std::vector<RiskTier> ladder{{1, {}, {300}, 10'000'000, 4'000'000, 100},
                                       {2, {300}, {600}, 10'000'000, 5'000'000, 100},
                                       {3, {600}, {1'200}, 10'000'000, 7'500'000, 100},
                                       {4, {1'200}, {50'000}, 20'000'000, 10'000'000, 100}};
    for (const InstrumentId id : {linear, future}) exchange.set_risk_tiers(id, ladder);
    prices();
    for (const InstrumentId id : {linear, inverse})
      exchange.set_funding_time(id, now + seconds(3'600), seconds(3'600));
  }

  void step() {
    now = now + milliseconds(pick(4'000));
    switch (pick(12)) {
      case 0:
        middle += (pick(2'001) - 1'000) * (pick(40) == 0 ? 3'000 : 300) -
                  (middle - 60'000'000) / 20'000 * 100;
        prices();
        check_ratios();
        break;
      case 1:
        exchange.advance(now);
        break;
      case 2:
        settings();
        break;
      case 3:
        transfers();
        break;
      default:
        trade();
    }
    check();
  }

 private:
  InstrumentId add(std::string_view name, InstrumentKind kind, ContractKind contract, Decimal face,
                   std::uint8_t digits) {
    Instrument instrument;
    instrument.name = InstrumentName(name);
    instrument.kind = kind;
    instrument.contract = contract;
    instrument.state = InstrumentState::Live;
    instrument.base = btc;
    instrument.quote = contract == ContractKind::Inverse ? usd : usdt;
    instrument.settle = contract == ContractKind::Inverse ? btc : usdt;
    instrument.contract_value = face;
    instrument.price_digits = 3;
    instrument.quantity_digits = digits;
    instrument.tick_size = {100};
    instrument.lot_size = instrument.minimum_quantity = {kind == InstrumentKind::Spot ? 1'234 : 1};
    instrument.maximum_limit_quantity = {1'000'000'000'000};
    if (kind == InstrumentKind::Futures) instrument.expiry_time = now + seconds(8 * 3'600);
    return instruments.add(instrument);
  }

  void prices() {
    for (const InstrumentId id : {spot, linear, inverse, future}) {
      const Price mark{middle + pick(200) * 100};
      exchange.set_reference_prices(id, mark, {middle}, now);
    }
  }

  InstrumentId any_contract() {
    const InstrumentId all[] = {linear, inverse, future};
    return all[pick(3)];
  }

  void trade() {
    NewOrder terms;
    terms.user = pick(6) == 0 ? kMarketUser : users[static_cast<std::size_t>(pick(10))];
    terms.instrument = pick(5) == 0 ? spot : any_contract();
    const bool market = terms.user == kMarketUser;
    const UserSettings& settings = exchange.settings(terms.user);
    const bool derivative = terms.instrument != spot;
    terms.side = pick(2) == 0 ? Side::Buy : Side::Sell;
    terms.type = pick(5) == 0 ? OrderType::ImmediateOrCancel : OrderType::Limit;
    terms.mode = !derivative ? (settings.account_mode == 3 ? TradeMode::Cross : TradeMode::Cash)
                 : pick(3) == 0 && !market ? TradeMode::Isolated
                                           : TradeMode::Cross;
    if (derivative && !market && settings.long_short_mode)
      terms.position_side = pick(2) == 0 ? PositionSide::Long : PositionSide::Short;
    terms.price = {middle + (pick(41) - 20) * 1'000};
    terms.quantity = {
        instruments[terms.instrument].lot_size.raw *
        (derivative ? (terms.instrument == inverse ? pick(30) : pick(400)) + 1 : pick(3'000) + 1)};
    exchange.place(terms, now);
    if (pick(40) == 0)
      exchange.cancel_all(users[static_cast<std::size_t>(pick(10))], "", CancelCause::User, now);
  }

  void settings() {
    const UserId user = users[static_cast<std::size_t>(pick(10))];
    const PositionSide side = !exchange.settings(user).long_short_mode ? PositionSide::Net
                              : pick(2) == 0                           ? PositionSide::Long
                                                                       : PositionSide::Short;
    const InstrumentId id = any_contract();
    if (pick(3) == 0) {
      const Amount change{static_cast<__int128>(pick(2'001) - 1'000) * power_of_ten(15),
                          instruments[id].settle};
      exchange.adjust_margin(user, id, side, change, now);
    } else {
      exchange.change_leverage(user, id, pick(2) == 0 ? TradeMode::Cross : TradeMode::Isolated,
                               side, pick(100) + 1, now);
    }
    if (pick(10) == 0) exchange.set_position_mode(user, pick(2) == 0);
    if (pick(10) == 0) exchange.set_account_mode(user, static_cast<int>(pick(3)) + 1);
    if (pick(20) == 0) {
      exchange.deleverage(user, id, side, TradeMode::Cross, {pick(100) + 1}, now);
    }
  }

  void transfers() {
    const UserId from = users[static_cast<std::size_t>(pick(10))];
    const UserId to = users[static_cast<std::size_t>(pick(10))];
    const Amount amount{static_cast<__int128>(pick(1'000) + 1) * power_of_ten(16),
                        pick(3) == 0 ? btc : usdt};
    const auto wallet = [&] { return pick(2) == 0 ? Wallet::Trading : Wallet::Funding; };
    const Wallet out = wallet();
    exchange.transfer(from, out, to, wallet(), amount, now);
    if (pick(30) == 0) exchange.deposit(from, {amount.raw * 3, amount.currency}, now);
  }

  void check() {
    ASSERT_EQ(exchange.check_money(), "");
    for (const UserId user : users) {
      const std::vector<PositionView> positions = exchange.positions(user);
      for (const PositionView& position : positions) {
        if (position.side == PositionSide::Long) {
          ASSERT_GE(position.quantity.raw, 0);
        } else if (position.side == PositionSide::Short) {
          ASSERT_LE(position.quantity.raw, 0);
        }
      }
      for (const BalanceView& balance : exchange.balances(user)) {
        __int128 sum = balance.cash.raw;
        for (const PositionView& position : positions) {
          if (instruments[position.instrument].settle != balance.currency) continue;
          sum += position.unrealised_pnl.raw + position.isolated_margin.raw;
          ASSERT_GE(position.isolated_margin.raw, 0);
          if (position.quantity.raw == 0) {
            ASSERT_EQ(position.isolated_margin.raw, 0);
          }
        }
        ASSERT_EQ(balance.equity.raw, sum);
        ASSERT_GE(balance.frozen.raw, 0);
        ASSERT_GE(balance.available.raw, 0);
      }
      for (const Amount& held : exchange.funding_balances(user)) ASSERT_GE(held.raw, 0);
    }
  }

  /// Right after prices moved nobody holds what their money does not carry.
  void check_ratios() {
    for (const UserId user : users) {
      for (const PositionView& position : exchange.positions(user)) {
        if (position.margin_needed > 0) {
          ASSERT_GT(position.margin_equity, position.margin_needed);
        }
      }
    }
  }
};

TEST_F(Accounts, ConserveMoneyThroughFundingLiquidationDeleveragingAndTransfers) {
  start();
  for (int i = 0; i < 30'000; ++i) {
    step();
    if (HasFatalFailure()) FAIL() << "step " << i;
  }
  EXPECT_GT(counts.warnings, 0);
  EXPECT_GT(counts.liquidations, 0);
  EXPECT_GT(counts.deleveraged, 0);
  EXPECT_GT(counts.partial, 0);
  EXPECT_GT(counts.fundings, 0);
  EXPECT_EQ(instruments[future].state, InstrumentState::Expired);
}

}  // namespace
}  // namespace gannet::sim
