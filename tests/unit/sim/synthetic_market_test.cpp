#include "sim/synthetic_market.h"

#include <memory>

#include "sim/instruments.h"
#include "support/exchange_fixture.h"

namespace gannet::sim {
namespace {

/// An exchange with the built-in instruments and a synthetic market on it.
struct Venue {
  CurrencyTable currencies;
  InstrumentTable instruments;
  std::vector<InstrumentId> ids = add_built_in_instruments(instruments, currencies);
  RecordedEvents events;
  Exchange exchange{instruments, currencies, events};
  Timestamp start = from_unix_millis(1'795'430'400'000);
  UserId user = 0;
  std::unique_ptr<SyntheticMarket> market;

  explicit Venue(std::uint64_t seed) {
    events.keep = false;
    UserSettings settings;
    settings.name = "trader";
    settings.deposits = {parse_amount("1000000000", currencies.find("USDT")).value()};
    user = exchange.add_user(settings, start);
    SyntheticSettings synthetic;
    synthetic.seed = seed;
    market = std::make_unique<SyntheticMarket>(exchange, instruments, currencies, synthetic, start);
  }
  Price best(InstrumentId id, Side side) { return exchange.best(id, side).value_or(Price{}); }
};

TEST(SyntheticMarket, SameSeedGivesTheSameEventsHoweverTheTimeIsCut) {
  Venue once(7);
  Venue often(7);
  Venue other(8);
  once.market->advance(once.start + seconds(60));
  for (int ms = 7; ms < 60'000; ms += 7) often.market->advance(often.start + milliseconds(ms));
  often.market->advance(often.start + seconds(60));
  other.market->advance(other.start + seconds(60));
  EXPECT_EQ(once.events.hash, often.events.hash);
  EXPECT_EQ(once.market->next_event(), often.market->next_event());
  EXPECT_NE(once.events.hash, other.events.hash);
}

TEST(SyntheticMarket, BooksStayDeepAndTight) {
  Venue venue(3);
  for (int s = 1; s <= 300; ++s) {
    venue.market->advance(venue.start + seconds(s));
    for (const InstrumentId id : venue.ids) {
      const auto bids = venue.exchange.book(id, Side::Buy, 400);
      const auto asks = venue.exchange.book(id, Side::Sell, 400);
      ASSERT_GE(bids.size(), 15u) << venue.instruments[id].name.view() << " at " << s;
      ASSERT_GE(asks.size(), 15u) << venue.instruments[id].name.view() << " at " << s;
      ASSERT_LT(bids[0].price, asks[0].price);
      ASSERT_LT(asks[0].price - bids[0].price, bids[0].price / 500);
    }
  }
  EXPECT_EQ(venue.exchange.check_money(), "");
  // A few dozen acts a second and instrument, moods included.
  const double per_second = static_cast<double>(venue.market->events()) / 300 / 7;
  EXPECT_GT(per_second, 15);
  EXPECT_LT(per_second, 200);
}

TEST(SyntheticMarket, PricesMoveTradesHappenAndTheMarkFollowsTheMiddle) {
  Venue venue(5);
  const InstrumentId swap = venue.instruments.find("BTC-USDT-SWAP");
  const Price before = venue.best(swap, Side::Buy);
  venue.events.keep = true;
  venue.market->advance(venue.start + seconds(120));
  EXPECT_NE(venue.best(swap, Side::Buy), before);
  EXPECT_GT(venue.events.trades.size(), 500u);
  const double mark = to_double(venue.exchange.mark_price(swap), 3);
  const double bid = to_double(venue.best(swap, Side::Buy), 3);
  EXPECT_NEAR(mark, bid, bid * 0.002);
  EXPECT_GT(venue.exchange.index_price(swap).raw, 0);
}

TEST(SyntheticMarket, ComesBackAfterBothSidesWereSweptAway) {
  Venue venue(9);
  const InstrumentId swap = venue.instruments.find("BTC-USDT-SWAP");
  venue.exchange.cancel_all(kMarketUser, "", CancelCause::User, venue.start);
  ASSERT_FALSE(venue.exchange.best(swap, Side::Buy));
  venue.market->advance(venue.start + seconds(20));
  EXPECT_GE(venue.exchange.book(swap, Side::Buy, 400).size(), 20u);
  EXPECT_GE(venue.exchange.book(swap, Side::Sell, 400).size(), 20u);
}

TEST(SyntheticMarket, FillsAUserWhoQuotesAtTheTouch) {
  Venue venue(11);
  const InstrumentId swap = venue.instruments.find("BTC-USDT-SWAP");
  NewOrder order;
  order.user = venue.user;
  order.instrument = swap;
  order.type = OrderType::PostOnly;
  order.quantity = {100};
  for (int s = 0; s < 60; ++s) {
    const Timestamp now = venue.start + seconds(s);
    venue.market->advance(now);
    venue.exchange.cancel_all(venue.user, "", CancelCause::User, now);
    for (const Side side : {Side::Buy, Side::Sell}) {
      order.side = side;
      order.price = venue.best(swap, side);
      venue.exchange.place(order, now);
    }
  }
  EXPECT_GT(venue.exchange.fills(venue.user).size(), 10u);
  EXPECT_EQ(venue.exchange.check_money(), "");
}

TEST(SyntheticMarket, QuotesWhatIsListedLaterOnceItIsLive) {
  Venue venue(13);
  venue.market->advance(venue.start + seconds(1));
  const auto list = [&](std::string_view name, InstrumentState state) {
    Instrument fresh = venue.instruments[venue.instruments.find("SOL-USDT-SWAP")];
    fresh.name = name;
    fresh.base = venue.currencies.intern(name.substr(0, 3));
    fresh.state = state;
    return venue.instruments.add(fresh);
  };
  const InstrumentId at_once = list("NEW-USDT-SWAP", InstrumentState::Live);
  const InstrumentId later = list("SOL-USDT-SWAP-2", InstrumentState::PreOpen);
  const Price told{7 * power_of_ten(venue.instruments[at_once].price_digits)};
  venue.exchange.set_reference_prices(at_once, told, told, venue.start + seconds(1));
  venue.market->advance(venue.start + seconds(3));
  EXPECT_GE(venue.exchange.book(at_once, Side::Buy, 400).size(), 15u);
  EXPECT_NEAR(static_cast<double>(venue.best(at_once, Side::Sell).raw),
              static_cast<double>(told.raw), 0.02 * static_cast<double>(told.raw));
  EXPECT_TRUE(venue.exchange.book(later, Side::Buy, 400).empty());
  venue.exchange.set_instrument_state(later, InstrumentState::Live, venue.start + seconds(3));
  venue.market->advance(venue.start + seconds(5));
  const double old =
      static_cast<double>(venue.exchange.mark_price(venue.instruments.find("SOL-USDT-SWAP")).raw);
  EXPECT_NEAR(static_cast<double>(venue.best(later, Side::Buy).raw), old, 0.02 * old);
}

TEST(SyntheticMarket, FollowsAnotherTick) {
  Venue venue(15);
  const InstrumentId swap = venue.instruments.find("BTC-USDT-SWAP");
  venue.market->advance(venue.start + seconds(5));
  for (const std::int64_t times : {50, 10}) {  // coarser, then finer again
    Instrument& terms = venue.instruments[swap];
    terms.tick_size = {times == 50 ? terms.tick_size.raw * 50 : terms.tick_size.raw / 10};
    const Timestamp changed = venue.start + seconds(times == 50 ? 5 : 20);
    venue.market->advance(changed + seconds(10));
    for (const Side side : {Side::Buy, Side::Sell}) {
      const auto book = venue.exchange.book(swap, side, 400);
      ASSERT_GE(book.size(), 15u);
      for (const Level& level : book) EXPECT_EQ(level.price % terms.tick_size.raw, 0);
    }
  }
}

TEST(BuiltInInstruments, HaveTheVenuesGridsAndDistinctCodes) {
  Venue venue(1);
  const Instrument& swap = venue.instruments[venue.instruments.find("BTC-USDT-SWAP")];
  EXPECT_EQ(to_double(swap.tick_size, swap.price_digits), 0.1);
  EXPECT_EQ(to_double(swap.lot_size, swap.quantity_digits), 0.01);
  EXPECT_EQ(swap.contract_value, (Decimal{1, 2}));
  const Instrument& inverse = venue.instruments[venue.instruments.find("BTC-USD-SWAP")];
  EXPECT_EQ(inverse.contract, ContractKind::Inverse);
  EXPECT_EQ(venue.currencies.name(inverse.settle), "BTC");
  std::vector<std::int64_t> codes;
  for (const Instrument& instrument : venue.instruments) {
    codes.push_back(instrument_code(instrument.name.view()));
    EXPECT_GT(codes.back(), 0);
  }
  std::sort(codes.begin(), codes.end());
  EXPECT_EQ(std::adjacent_find(codes.begin(), codes.end()), codes.end());
  EXPECT_EQ(instrument_code("NO-SUCH"), 0);
}

}  // namespace
}  // namespace gannet::sim
