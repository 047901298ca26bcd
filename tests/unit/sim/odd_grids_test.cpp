#include "sim/synthetic_market.h"
#include "support/exchange_fixture.h"

namespace gannet::sim {
namespace {

Instrument spot_row(CurrencyTable& currencies, std::string_view name, std::string_view base,
                    std::string_view quote, int price_digits, int quantity_digits) {
  Instrument instrument;
  instrument.name = InstrumentName(name);
  instrument.kind = InstrumentKind::Spot;
  instrument.state = InstrumentState::Live;
  instrument.base = currencies.intern(base);
  instrument.quote = instrument.settle = currencies.intern(quote);
  instrument.price_digits = static_cast<std::uint8_t>(price_digits);
  instrument.quantity_digits = static_cast<std::uint8_t>(quantity_digits);
  instrument.tick_size = {100};
  instrument.lot_size = {1};
  instrument.minimum_quantity = {1};
  return instrument;
}

TEST(OddGrids, TinyTicksWholeLotsAndCoinQuotesHaveMarketsAndConserveMoney) {
  CurrencyTable currencies;
  InstrumentTable instruments;
  // A tick of 1e-13 with whole lots, 15 + 8 decimals together (more than money has), a coin quote.
  instruments.add(spot_row(currencies, "BTT-USDT", "BTT", "USDT", 15, 0));
  instruments.add(spot_row(currencies, "FINE-USDT", "FINE", "USDT", 15, 8));
  instruments.add(spot_row(currencies, "ETH-BTC", "ETH", "BTC", 7, 6));
  RecordedEvents events;
  events.keep = false;
  Exchange exchange(instruments, currencies, events);
  const Timestamp start = from_unix_millis(1'795'430'400'000);
  UserSettings settings;
  settings.deposits = {parse_amount("1000", currencies.find("USDT")).value(),
                       parse_amount("1", currencies.find("BTC")).value()};
  const UserId user = exchange.add_user(settings, start);
  SyntheticMarket market(exchange, instruments, currencies, {}, start);
  for (int s = 1; s <= 30; ++s) {
    const Timestamp now = start + seconds(s);
    market.advance(now);
    for (const Instrument& instrument : instruments) {
      ASSERT_GE(exchange.book(instrument.id, Side::Buy, 400).size(), 2u) << instrument.name.view();
      ASSERT_GE(exchange.book(instrument.id, Side::Sell, 400).size(), 2u);
      NewOrder order;
      order.user = user;
      order.instrument = instrument.id;
      order.type = OrderType::Market;
      order.mode = TradeMode::Cash;
      order.quantity_is_quote = true;
      order.quote_quantity = {
          power_of_ten(18) / (instrument.quote == currencies.find("BTC") ? 12'345 : 3),
          instrument.quote};
      ASSERT_EQ(exchange.place(order, now).refusal, Refusal::None) << instrument.name.view();
    }
  }
  EXPECT_GE(exchange.fills(user).size(), 90u);
  EXPECT_EQ(exchange.check_money(), "");
}

TEST(OddGrids, AbsurdFiguresAreRefusedNotCrashedOn) {
  CurrencyTable currencies;
  InstrumentTable instruments;
  const InstrumentId id = instruments.add(spot_row(currencies, "A-B", "A", "B", 3, 8));
  Instrument inverse = spot_row(currencies, "A-B-SWAP", "A", "B", 3, 0);
  inverse.kind = InstrumentKind::Swap;
  inverse.contract = ContractKind::Inverse;
  inverse.settle = inverse.base;
  inverse.contract_value = {100, 0};
  const InstrumentId swap = instruments.add(inverse);
  RecordedEvents events;
  Exchange exchange(instruments, currencies, events);
  const Timestamp now = from_unix_millis(1'795'430'400'000);
  UserSettings settings;
  settings.deposits = {parse_amount("1000", currencies.find("A")).value()};
  const UserId user = exchange.add_user(settings, now);
  constexpr std::int64_t kHuge = std::numeric_limits<std::int64_t>::max() / 100 * 100;
  for (const InstrumentId which : {id, swap}) {
    for (const std::int64_t price : {std::int64_t{100}, kHuge, -kHuge, std::int64_t{0}}) {
      for (const std::int64_t quantity : {std::int64_t{1}, kHuge, -kHuge, std::int64_t{0}}) {
        for (const OrderType type : {OrderType::Limit, OrderType::Market, OrderType::FillOrKill}) {
          for (const Side side : {Side::Buy, Side::Sell}) {
            NewOrder order;
            order.user = user;
            order.instrument = which;
            order.mode = which == id ? TradeMode::Cash : TradeMode::Cross;
            order.side = side;
            order.type = type;
            order.price = {price};
            order.quantity = {quantity};
            exchange.place(order, now);
            for (const VenueOrderId open : exchange.open_orders(user)) {
              exchange.amend(user, open, {Price{kHuge}, Quantity{kHuge}, {}}, now);
              exchange.amend(user, open, {Price{-kHuge}, Quantity{-kHuge}, {}}, now);
            }
          }
        }
      }
    }
  }
  exchange.cancel_all(user, "", CancelCause::User, now);
  EXPECT_EQ(exchange.check_money(), "");
}

}  // namespace
}  // namespace gannet::sim
