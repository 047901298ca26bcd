// Is the made-up market like a market? Each figure is compared with what is known of real ones (or
// with what was asked for), on seeded runs: nothing here is left to chance.

#include <algorithm>
#include <cmath>
#include <numeric>

#include "sim/instruments.h"
#include "sim/synthetic_market.h"
#include "support/exchange_fixture.h"

namespace gannet::sim {
namespace {

/// A trade as its taker saw it: the parts that one order met are one.
struct Taken {
  Timestamp time;
  Side side;
  double quantity;
};

class TapeOfTakers final : public ExchangeEvents {
 public:
  InstrumentId watched;
  std::vector<Taken> trades;

  void on_trade(const PublicTrade& trade) noexcept override {
    if (trade.instrument != watched) return;
    const auto quantity = static_cast<double>(trade.quantity.raw);
    if (!trades.empty() && trades.back().time == trade.time &&
        trades.back().side == trade.aggressor) {
      trades.back().quantity += quantity;
    } else {
      trades.push_back({trade.time, trade.aggressor, quantity});
    }
  }
  void on_order_change(const OrderChange&) noexcept override {}
  void on_level(InstrumentId, Side, Price, Quantity, std::uint32_t, Timestamp) noexcept override {}
  void on_position(UserId, const PositionView&) noexcept override {}
  void on_balance(UserId, const BalanceView&) noexcept override {}
  void on_bill(const Bill&) noexcept override {}
  void on_mark_price(InstrumentId, Price, Price, Timestamp) noexcept override {}
};

struct MadeVenue {
  CurrencyTable currencies;
  InstrumentTable instruments;
  std::vector<InstrumentId> ids = add_built_in_instruments(instruments, currencies);
  TapeOfTakers tape;
  Exchange exchange{instruments, currencies, tape};
  Timestamp start = from_unix_millis(1'795'430'400'000);
  SyntheticSettings settings;
  std::unique_ptr<SyntheticMarket> market;

  explicit MadeVenue(std::uint64_t seed) { settings.seed = seed; }
  InstrumentId id(std::string_view name) const { return instruments.find(name); }
  void open() {
    market = std::make_unique<SyntheticMarket>(exchange, instruments, currencies, settings, start);
  }
  double index(InstrumentId id) const {
    return to_double(exchange.index_price(id), instruments[id].price_digits);
  }
  double mid(InstrumentId id) const {
    const double bid = to_double(*exchange.best(id, Side::Buy), instruments[id].price_digits);
    const double ask = to_double(*exchange.best(id, Side::Sell), instruments[id].price_digits);
    return (bid + ask) / 2;
  }
};

double mean(const std::vector<double>& values) {
  return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

double covariance(const std::vector<double>& a, const std::vector<double>& b) {
  const double mean_a = mean(a);
  const double mean_b = mean(b);
  double sum = 0;
  for (std::size_t i = 0; i < a.size(); ++i) sum += (a[i] - mean_a) * (b[i] - mean_b);
  return sum / static_cast<double>(a.size());
}

double correlation(const std::vector<double>& a, const std::vector<double>& b) {
  return covariance(a, b) / std::sqrt(covariance(a, a) * covariance(b, b));
}

double autocorrelation(const std::vector<double>& a, std::size_t lag) {
  const std::vector<double> early(a.begin(), a.end() - static_cast<std::ptrdiff_t>(lag));
  const std::vector<double> late(a.begin() + static_cast<std::ptrdiff_t>(lag), a.end());
  return correlation(early, late);
}

// Real BTC swaps stand one tick wide nearly always, wider for moments when all run.
TEST(SyntheticStatistics, MajorsAreMostlyOneOrTwoTicksWide) {
  MadeVenue venue(21);
  venue.settings.instruments = {venue.id("BTC-USDT-SWAP"), venue.id("ETH-USDT-SWAP")};
  venue.open();
  struct Seen {
    int narrow = 0;
    int samples = 0;
    double widest = 0;  // of the price
  };
  Seen all[2];
  for (int i = 1; i <= 1'200; ++i) {
    venue.market->advance(venue.start + milliseconds(100 * i));
    for (std::size_t k = 0; k < 2; ++k) {
      const InstrumentId id = venue.settings.instruments[k];
      const auto bid = venue.exchange.best(id, Side::Buy);
      const auto ask = venue.exchange.best(id, Side::Sell);
      if (!bid || !ask) continue;
      ++all[k].samples;
      const std::int64_t spread = (ask->raw - bid->raw) / venue.instruments[id].tick_size.raw;
      ASSERT_GE(spread, 1);
      all[k].narrow += spread <= 2 ? 1 : 0;
      all[k].widest = std::max(
          all[k].widest, static_cast<double>(ask->raw - bid->raw) / static_cast<double>(bid->raw));
    }
  }
  for (const Seen& seen : all) {
    EXPECT_GE(seen.samples, 1'190);
    EXPECT_GE(seen.narrow, seen.samples * 8 / 10);
    EXPECT_LE(seen.widest, 0.002);
  }
}

/// Ten minutes of one swap's tape.
std::vector<Taken> ten_minutes(std::uint64_t seed) {
  MadeVenue venue(seed);
  venue.settings.instruments = {venue.id("BTC-USDT-SWAP")};
  venue.tape.watched = venue.settings.instruments[0];
  venue.open();
  venue.market->advance(venue.start + seconds(600));
  return venue.tape.trades;
}

// Sizes of real trades have a power-law tail with an exponent of about 1.5 (measured from 1.2
// to 1.8 on stocks and coins alike); a thin tail would give Hill's estimate above 3 and a 99th
// percentile of a few medians.
TEST(SyntheticStatistics, TradeSizesAreHeavyTailed) {
  std::vector<double> sizes;
  for (const Taken& taken : ten_minutes(22)) sizes.push_back(taken.quantity);
  ASSERT_GT(sizes.size(), 1'500u);
  std::ranges::sort(sizes, std::ranges::greater());
  const double median = sizes[sizes.size() / 2];
  EXPECT_GT(sizes[sizes.size() / 100], 8 * median);
  const std::size_t tail = sizes.size() / 20;
  double sum = 0;
  for (std::size_t i = 0; i < tail; ++i) sum += std::log(sizes[i] / sizes[tail]);
  const double exponent = static_cast<double>(tail) / sum;
  EXPECT_GT(exponent, 1.0);
  EXPECT_LT(exponent, 2.2);
}

// Were arrivals a Poisson process, counts per second would have a variance equal to their mean.
TEST(SyntheticStatistics, TradesComeInClusters) {
  std::vector<double> counts(600);
  const auto trades = ten_minutes(23);
  const Timestamp start = from_unix_millis(1'795'430'400'000);
  for (const Taken& taken : trades) {
    const std::int64_t second = (taken.time - start).count / 1'000'000'000;
    if (second < 600) ++counts[static_cast<std::size_t>(second)];
  }
  EXPECT_GT(covariance(counts, counts), 3 * mean(counts));
  const double quarter = mean(counts) / 4;
  EXPECT_GT(std::ranges::count_if(counts, [=](double n) { return n < quarter; }), 30);
  EXPECT_GT(autocorrelation(counts, 1), 0.3);  // bursts last
}

// Large orders are worked in parts: the sign of trades remembers itself over many trades.
TEST(SyntheticStatistics, TheSidesOfTradesComeInRuns) {
  std::vector<double> signs;
  for (const Taken& taken : ten_minutes(24)) signs.push_back(taken.side == Side::Buy ? 1 : -1);
  EXPECT_GT(autocorrelation(signs, 1), 0.15);
  EXPECT_GT(autocorrelation(signs, 5), 0.05);
  EXPECT_NEAR(mean(signs), 0, 0.2);  // and there are as many buyers as sellers
}

// 8 hours of ten-second returns: 2,880 of them. The moods make them heavy-tailed (kurtosis about 6)
// and persistent, so that the estimate of the deviation is good to about 5 %; trends add 3 %.
TEST(SyntheticStatistics, ReturnsHaveTheVolatilityThatWasAskedForAndTheCommonFactor) {
  for (const double asked : {0.3, 1.0}) {
    MadeVenue venue(25);
    venue.settings.volatility = asked;
    venue.settings.events_per_second = 0.05;  // the index needs no agents
    const InstrumentId btc = venue.id("BTC-USDT");
    const InstrumentId eth = venue.id("ETH-USDT");
    const InstrumentId sol = venue.id("SOL-USDT-SWAP");
    venue.settings.instruments = {btc, eth, sol};
    venue.settings.paces = {{sol, {}, asked * 2, {}}};
    venue.open();
    std::vector<double> returns[3];
    const InstrumentId ids[3] = {btc, eth, sol};
    double last[3];
    for (int k = 0; k < 3; ++k) last[k] = venue.index(ids[k]);
    for (int i = 1; i <= 2'880; ++i) {
      venue.market->advance(venue.start + seconds(10 * i));
      for (int k = 0; k < 3; ++k) {
        const double here = venue.index(ids[k]);
        returns[k].push_back(std::log(here / last[k]));
        last[k] = here;
      }
    }
    const double per_year = std::sqrt(365.0 * 86'400 / 10);
    for (int k = 0; k < 3; ++k) {
      const double wanted = k == 2 ? asked * 2 : asked;
      const double found = std::sqrt(covariance(returns[k], returns[k])) * per_year;
      EXPECT_NEAR(found / wanted, 1, 0.15) << k;
    }
    // A share of 0.6 of the variance in common; differing moods take a little of it.
    EXPECT_GT(correlation(returns[0], returns[1]), 0.35);
    EXPECT_LT(correlation(returns[0], returns[1]), 0.75);
    // Heavier tails than a normal distribution's 3.
    double fourth = 0;
    for (const double r : returns[0]) fourth += std::pow(r, 4);
    const double variance = covariance(returns[0], returns[0]);
    EXPECT_GT(fourth / static_cast<double>(returns[0].size()) / (variance * variance), 3.5);
  }
}

// One index, and arbitrage holds what trades on it near: spot at it, the swap within a premium of a
// few basis points, futures at their carry.
TEST(SyntheticStatistics, SpotSwapAndFuturesStayNearOneIndex) {
  MadeVenue venue(26);
  const InstrumentId spot = venue.id("BTC-USDT");
  const InstrumentId swap = venue.id("BTC-USDT-SWAP");
  const InstrumentId inverse = venue.id("BTC-USD-SWAP");
  const InstrumentId futures = venue.id("BTC-USDT-271231");
  venue.settings.instruments = {spot, swap, inverse, futures};
  venue.open();
  std::vector<double> premium;
  for (int s = 1; s <= 120; ++s) {
    venue.market->advance(venue.start + seconds(s));
    const double index = venue.index(spot);
    EXPECT_NEAR(venue.index(swap), index, index * 1e-6);
    EXPECT_NEAR(venue.mid(spot), index, index * 0.0015);
    EXPECT_NEAR(venue.mid(swap), index, index * 0.0025);
    EXPECT_NEAR(venue.mid(inverse), index, index * 0.0025);
    EXPECT_NEAR(venue.mid(futures), index * 1.02, index * 0.0025);
    premium.push_back(venue.mid(swap) / index - 1);
  }
  EXPECT_GT(covariance(premium, premium), 0);
}

// The mean size of what rests grows with the distance from the touch.
TEST(SyntheticStatistics, BooksAreThinAtTheTouchAndThickBehind) {
  MadeVenue venue(27);
  const InstrumentId swap = venue.id("BTC-USDT-SWAP");
  venue.settings.instruments = {swap};
  venue.open();
  double near = 0;
  double far = 0;
  for (int s = 1; s <= 60; ++s) {
    venue.market->advance(venue.start + seconds(s));
    const auto bids = venue.exchange.book(swap, Side::Buy, 400);
    ASSERT_GT(bids.size(), 30u);
    for (std::size_t i = 0; i < 5; ++i) near += static_cast<double>(bids[i].quantity);
    for (std::size_t i = 20; i < 25; ++i) far += static_cast<double>(bids[i].quantity);
  }
  EXPECT_GT(far, near * 1.2);
}

TEST(SyntheticStatistics, RatesArePerInstrumentAndNearWhatWasAskedFor) {
  MadeVenue venue(28);
  const InstrumentId fast = venue.id("BTC-USDT-SWAP");
  const InstrumentId slow = venue.id("ETH-USDT-SWAP");
  venue.settings.instruments = {fast, slow};
  venue.settings.events_per_second = 2;
  venue.settings.paces = {{fast, 30, {}, {}}};
  venue.open();
  constexpr int kSeconds = 900;
  venue.market->advance(venue.start + seconds(kSeconds));
  const double steps = 50;  // of the fair values, a second
  const double acts = static_cast<double>(venue.market->events()) / kSeconds - steps;
  EXPECT_GT(acts, 32 * 0.6);
  EXPECT_LT(acts, 32 * 1.6);
}

TEST(SyntheticStatistics, StartPricesMayBeGivenAndOddCoinsGetAPriceThatTheirGridCanShow) {
  MadeVenue venue(29);
  const InstrumentId eth = venue.id("ETH-USDT-SWAP");
  Instrument odd = venue.instruments[venue.id("ETH-USDT")];
  odd.name = InstrumentName("ODD-BTC");
  odd.base = venue.currencies.intern("ODD");
  odd.quote = odd.settle = venue.currencies.find("BTC");
  const InstrumentId coin = venue.instruments.add(odd);
  venue.settings.instruments = {eth, coin};
  venue.settings.paces = {{eth, {}, {}, Price{1'900 * 10'000}}};
  venue.open();
  EXPECT_NEAR(venue.index(eth), 1'900, 20);
  EXPECT_GT(venue.exchange.best(coin, Side::Buy)->raw, 200 * odd.tick_size.raw);
}

}  // namespace
}  // namespace gannet::sim
