#pragma once

#include <gtest/gtest.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "sim/exchange.h"

namespace gannet::sim {

/// Keeps what the exchange tells, as values and as one line of text an event.
class RecordedEvents final : public ExchangeEvents {
 public:
  std::vector<OrderChange> changes;
  std::vector<PublicTrade> trades;
  std::vector<std::string> log;
  std::uint64_t hash = 1469598103934665603ull;
  bool keep = true;

  void on_order_change(const OrderChange& change) noexcept override {
    if (keep) changes.push_back(change);
    static constexpr std::string_view kNames[] = {"live", "fill", "amended", "cancelled",
                                                  "completed"};
    note(std::string(kNames[static_cast<int>(change.what)]) + " " + order_name(change.order) +
         " filled " + std::to_string(change.order.filled.raw));
  }
  void on_trade(const PublicTrade& trade) noexcept override {
    if (keep) trades.push_back(trade);
    note("trade " + std::to_string(trade.quantity.raw) + " @ " + std::to_string(trade.price.raw));
  }
  void on_level(InstrumentId, Side side, Price price, Quantity quantity, std::uint32_t orders,
                Timestamp) noexcept override {
    note(std::string("level ") + (side == Side::Buy ? "bid " : "ask ") + std::to_string(price.raw) +
         " " + std::to_string(quantity.raw) + " " + std::to_string(orders));
  }
  void on_position(UserId user, const PositionView& position) noexcept override {
    note("position " + std::to_string(user) + " " + std::to_string(position.quantity.raw));
  }
  void on_balance(UserId user, const BalanceView& balance) noexcept override {
    note("balance " + std::to_string(user) + " " + to_string(balance.cash));
  }
  void on_bill(const Bill& bill) noexcept override {
    note("bill " + std::to_string(bill.user) + " " + to_string(bill.change));
  }
  void on_mark_price(InstrumentId, Price mark, Price, Timestamp) noexcept override {
    note("mark " + std::to_string(mark.raw));
  }
  void clear() {
    changes.clear();
    trades.clear();
    log.clear();
  }

 private:
  static std::string order_name(const OrderView& order) {
    if (!order.terms.client_id.empty()) return std::string(order.terms.client_id.view());
    return std::to_string(order.id.value);
  }
  void note(std::string line) {
    for (const char c : line) hash = (hash ^ static_cast<unsigned char>(c)) * 1099511628211ull;
    if (keep) log.push_back(std::move(line));
  }
};

/// An exchange with one spot, one linear and one inverse instrument and two users with money, and
/// words to trade with: prices and quantities are decimal text.
class ExchangeTest : public testing::Test {
 public:
  CurrencyTable currencies;
  InstrumentTable instruments;
  CurrencyId usdt = currencies.intern("USDT");
  CurrencyId btc = currencies.intern("BTC");
  CurrencyId usd = currencies.intern("USD");
  InstrumentId spot = add_spot();
  InstrumentId swap = add_contract("BTC-USDT-SWAP", ContractKind::Linear, "0.1", "0.01", {1, 2});
  InstrumentId inverse = add_contract("BTC-USD-SWAP", ContractKind::Inverse, "0.1", "1", {100, 0});
  RecordedEvents events;
  Exchange exchange{instruments, currencies, events};
  Timestamp now = from_unix_millis(1'795'430'400'000);
  UserId alice = add_user("alice");
  UserId bob = add_user("bob");

  Amount money(std::string_view text, CurrencyId currency) const {
    return parse_amount(text, currency).value();
  }
  Price px(std::string_view text) const { return {parse_units(text, 3).value()}; }
  Quantity qty(InstrumentId instrument, std::string_view text) const {
    return {parse_units(text, instruments[instrument].quantity_digits).value()};
  }

  UserId add_user(std::string name, bool long_short = false) {
    UserSettings settings;
    settings.name = std::move(name);
    settings.long_short_mode = long_short;
    settings.deposits = {money("100000", usdt), money("10", btc)};
    return exchange.add_user(std::move(settings), now);
  }

  NewOrder order(UserId user, InstrumentId instrument, Side side, std::string_view price,
                 std::string_view quantity, OrderType type = OrderType::Limit) const {
    NewOrder terms;
    terms.user = user;
    terms.instrument = instrument;
    terms.side = side;
    terms.type = type;
    terms.mode = is_derivative(instruments[instrument].kind) ? TradeMode::Cross : TradeMode::Cash;
    if (!price.empty()) terms.price = px(price);
    terms.quantity = qty(instrument, quantity);
    return terms;
  }
  VenueOrderId buy(UserId user, InstrumentId instrument, std::string_view price,
                   std::string_view quantity, OrderType type = OrderType::Limit) {
    return must_place(order(user, instrument, Side::Buy, price, quantity, type));
  }
  VenueOrderId sell(UserId user, InstrumentId instrument, std::string_view price,
                    std::string_view quantity, OrderType type = OrderType::Limit) {
    return must_place(order(user, instrument, Side::Sell, price, quantity, type));
  }
  VenueOrderId must_place(const NewOrder& terms) {
    const Exchange::PlaceResult result = exchange.place(terms, now);
    EXPECT_EQ(result.refusal, Refusal::None);
    return result.id;
  }
  Refusal refusal(const NewOrder& terms) { return exchange.place(terms, now).refusal; }

  OrderState state(VenueOrderId id) const { return exchange.find(id)->state; }
  std::int64_t filled(VenueOrderId id) const { return exchange.find(id)->filled.raw; }
  CancelCause cause(VenueOrderId id) const { return exchange.find(id)->cancel_cause; }
  std::string cash(UserId user, CurrencyId currency) const {
    for (const BalanceView& balance : exchange.balances(user)) {
      if (balance.currency == currency) return to_string(balance.cash);
    }
    return "none";
  }
  BalanceView balance(UserId user, CurrencyId currency) const {
    for (const BalanceView& view : exchange.balances(user)) {
      if (view.currency == currency) return view;
    }
    return {};
  }
  PositionView position(UserId user, InstrumentId instrument,
                        PositionSide side = PositionSide::Net) const {
    for (const PositionView& view : exchange.positions(user)) {
      if (view.instrument == instrument && view.side == side) return view;
    }
    return {};
  }

  void TearDown() override { EXPECT_EQ(exchange.check_money(), ""); }

 private:
  InstrumentId add_spot() {
    Instrument instrument;
    instrument.name = std::string_view("BTC-USDT");
    instrument.kind = InstrumentKind::Spot;
    instrument.state = InstrumentState::Live;
    instrument.base = btc;
    instrument.quote = instrument.settle = usdt;
    set_grid(instrument, "0.1", "0.00000001", 8);
    instrument.minimum_quantity = {1'000};
    return instruments.add(instrument);
  }
  InstrumentId add_contract(std::string_view name, ContractKind kind, std::string_view tick,
                            std::string_view lot, Decimal contract_value) {
    Instrument instrument;
    instrument.name = InstrumentName(name);
    instrument.kind = InstrumentKind::Swap;
    instrument.contract = kind;
    instrument.state = InstrumentState::Live;
    instrument.base = btc;
    instrument.quote = kind == ContractKind::Linear ? usdt : usd;
    instrument.settle = kind == ContractKind::Linear ? usdt : btc;
    instrument.contract_value = contract_value;
    set_grid(instrument, tick, lot, lot == "1" ? 0 : 2);
    return instruments.add(instrument);
  }
  static void set_grid(Instrument& instrument, std::string_view tick, std::string_view lot,
                       int quantity_digits) {
    instrument.price_digits = 3;
    instrument.quantity_digits = static_cast<std::uint8_t>(quantity_digits);
    instrument.tick_size = {parse_units(tick, 3).value()};
    instrument.lot_size = {parse_units(lot, quantity_digits).value()};
    instrument.minimum_quantity = instrument.lot_size;
    instrument.maximum_limit_quantity = {instrument.lot_size.raw * 100'000'000'000};
  }
};

}  // namespace gannet::sim
