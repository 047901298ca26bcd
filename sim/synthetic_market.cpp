#include "sim/synthetic_market.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <queue>
#include <string_view>

#include "sim/instruments.h"
#include "sim/internal/price_path.h"
#include "sim/internal/quoting_agents.h"
#include "sim/random.h"

namespace gannet::sim {
namespace {

constexpr int kStepsPerReference = 25;  ///< index and mark prices every half second
constexpr double kReferenceSeconds = 0.5;
constexpr double kSecondsPerYear = 365.0 * 86'400.0;
/// Orders are refused beyond 5 % of the index: futures must stay well within.
constexpr double kCarryPerYear = 0.05;
constexpr double kMaxCarry = 0.02;
/// A swap's premium over the index: wanders about its mean, funding pulls it back within the hour.
constexpr double kMeanPremium = 1e-4;
constexpr double kPremiumDeviation = 2e-4;
constexpr double kPremiumSeconds = 1'800;
/// Prices of fewer ticks than this make no book.
constexpr double kFewestTicks = 200;
constexpr double kUsualTicks = 10'000;

struct Trading {
  QuotingAgents agents;
  std::size_t path = 0;        ///< the fair value of its base currency
  double rate = 1;             ///< acts a second, in the normal mood
  double scale = 1;            ///< price units per dollar
  double premium = 0;          ///< price over the index, as a part of it
  double average_premium = 0;  ///< of the mid over the index, price units, for the mark price
};

/// Whose price it is: inverse contracts are worth dollars, and are settled in what is traded.
CurrencyId coin_of(const Instrument& instrument) noexcept {
  return instrument.contract == ContractKind::Inverse ? instrument.settle : instrument.base;
}

struct Due {
  Timestamp time;
  std::uint32_t who = 0;  ///< 0: the fair values; n: trading[n - 1]
  friend auto operator<=>(const Due&, const Due&) noexcept = default;
};

}  // namespace

struct SyntheticMarket::State {
  State(Exchange& venue, const InstrumentTable& table, const CurrencyTable& money,
        const SyntheticSettings& given)
      : exchange(venue),
        instruments(table),
        currencies(money),
        settings(given),
        random(given.seed) {}

  Exchange& exchange;
  const InstrumentTable& instruments;
  const CurrencyTable& currencies;
  SyntheticSettings settings;
  std::vector<PricePath> paths;
  std::vector<CurrencyId> coins;  // of the paths
  std::vector<Trading> trading;
  std::priority_queue<Due, std::vector<Due>, std::greater<>> due;
  Random random;
  std::uint64_t steps = 0;
  std::uint64_t events = 0;
  std::size_t known = 0;               // instruments there were when it was looked last
  std::vector<InstrumentId> not_live;  // listed since, not traded yet

  double fair_of(const Trading& one) const noexcept {
    return paths[one.path].fair() * (1 + one.premium) * one.scale;
  }

  const SyntheticSettings::Pace* pace_of(InstrumentId id) const noexcept {
    const auto found = std::ranges::find(settings.paces, id, &SyntheticSettings::Pace::instrument);
    return found == settings.paces.end() ? nullptr : &*found;
  }

  double dollars_per(CurrencyId quote) const {
    const double price = usual_price(currencies.name(quote));
    return price > 0 ? price : 1.0;
  }

  /// What the settings say of any instrument of that base, in dollars and a year's deviation.
  double start_price(const Instrument& first) const {
    for (const SyntheticSettings::Pace& pace : settings.paces) {
      if (!pace.start_price) continue;
      const Instrument& told = instruments[pace.instrument];
      if (coin_of(told) != coin_of(first)) continue;
      return to_double(*pace.start_price, told.price_digits) * dollars_per(told.quote);
    }
    const double usual = usual_price(currencies.name(coin_of(first)));
    if (usual > 0) return usual;
    // Unknown: ten thousand ticks make a reasonable grid.
    return kUsualTicks * to_double(first.tick_size, first.price_digits) * dollars_per(first.quote);
  }
  double volatility_of(CurrencyId coin) const {
    for (const SyntheticSettings::Pace& pace : settings.paces) {
      if (pace.volatility && coin_of(instruments[pace.instrument]) == coin) return *pace.volatility;
    }
    return settings.volatility;
  }

  std::size_t path_of(const Instrument& instrument, Timestamp start) {
    const CurrencyId coin = coin_of(instrument);
    const auto found = std::ranges::find(coins, coin);
    if (found != coins.end()) return static_cast<std::size_t>(found - coins.begin());
    coins.push_back(coin);
    paths.emplace_back(start_price(instrument), volatility_of(coin), random.next(), start);
    return paths.size() - 1;
  }

  void add(const Instrument& instrument, Timestamp start) {
    const std::size_t path = path_of(instrument, start);
    const double unit = static_cast<double>(power_of_ten(instrument.price_digits));
    // Quoted in a coin, prices and sizes are so many times smaller (its own walk is left out).
    const double divisor = dollars_per(instrument.quote);
    double scale = unit / divisor;
    const auto tick = static_cast<double>(instrument.tick_size.raw);
    // What the grid cannot show at its fair value is traded at a price of its own.
    if (paths[path].fair() * scale < kFewestTicks * tick) {
      scale = kUsualTicks * tick / paths[path].fair();
    }
    SyntheticSettings own = settings;
    own.level_notional /= divisor;
    const SyntheticSettings::Pace* const pace = pace_of(instrument.id);
    if (pace != nullptr && pace->events_per_second) {
      own.events_per_second = *pace->events_per_second;
    }
    const double rate = std::max(own.events_per_second, 1e-3) /
                        (PricePath::mean_liveliness() + QuotingAgents::kMeanExcitement);
    trading.push_back({QuotingAgents(exchange, instrument, own, random.next()), path, rate, scale,
                       first_premium(instrument, start), 0});
  }

  /// What was listed since the start is quoted as soon as it is live: at the price that it was
  /// listed with, or else at its coin's.
  void adopt_listed(Timestamp now) {
    for (; known < instruments.size(); ++known) {
      not_live.push_back(InstrumentId{static_cast<std::uint32_t>(known)});
    }
    std::erase_if(not_live, [&](InstrumentId id) {
      const Instrument& instrument = instruments[id];
      if (!is_quotable(instrument)) return instrument.state == InstrumentState::Expired;
      add(instrument, now);
      Trading& fresh = trading.back();
      if (const Price told = exchange.index_price(id); told.raw > 0) {
        fresh.scale = static_cast<double>(told.raw) / paths[fresh.path].fair();
      }
      begin(static_cast<std::uint32_t>(trading.size()), now);
      return true;
    });
  }
  static bool is_quotable(const Instrument& instrument) noexcept {
    const bool tradable = instrument.kind == InstrumentKind::Spot ||
                          instrument.kind == InstrumentKind::Swap ||
                          instrument.kind == InstrumentKind::Futures;
    return tradable && instrument.state == InstrumentState::Live;
  }

  /// The first ladders, then acts for ever.
  void begin(std::uint32_t who, Timestamp now) {
    Trading& one = trading[who - 1];
    // An empty side gets its ladder in one act.
    one.agents.act(fair_of(one), 1, now);
    act(who, now);
  }

  double first_premium(const Instrument& instrument, Timestamp start) {
    const double deviation = random.normal();
    if (instrument.kind == InstrumentKind::Swap) {
      return kMeanPremium + kPremiumDeviation * deviation;
    }
    if (instrument.kind == InstrumentKind::Futures) return carry_of(instrument, start);
    return 0;
  }
  static double carry_of(const Instrument& instrument, Timestamp now) noexcept {
    if (!instrument.expiry_time) return kMaxCarry;
    const double years =
        static_cast<double>((*instrument.expiry_time - now).count) * 1e-9 / kSecondsPerYear;
    return std::clamp(kCarryPerYear * years, 0.0, kMaxCarry);
  }

  void act(std::uint32_t who, Timestamp now) {
    Trading& one = trading[who - 1];
    one.agents.follow(instruments[one.agents.instrument().id], now);
    one.agents.act(fair_of(one), paths[one.path].nervousness(), now);
    const double rate = one.rate * (paths[one.path].liveliness() + one.agents.excitement(now));
    const double wait_s = one.agents.random().waiting(1.0 / rate);
    due.push({now + nanoseconds(static_cast<std::int64_t>(wait_s * 1e9) + 1), who});
  }

  void step(Timestamp now) {
    const double common = random.normal();
    for (PricePath& path : paths) path.step(common, now);
    if (steps++ % kStepsPerReference == 0) {
      adopt_listed(now);
      tell_reference_prices(now);
    }
    due.push({now + PricePath::kStep, 0});
  }

  void tell_reference_prices(Timestamp now) {
    for (Trading& one : trading) {
      const Instrument& instrument = one.agents.instrument();
      const InstrumentId id = instrument.id;
      move_premium(one, now);
      const double index = paths[one.path].fair() * one.scale;
      const auto bid = exchange.best(id, Side::Buy);
      const auto ask = exchange.best(id, Side::Sell);
      if (bid && ask) {
        const double mid = 0.5 * (static_cast<double>(bid->raw) + static_cast<double>(ask->raw));
        const double weight = steps <= 1 ? 1.0 : 0.1;
        one.average_premium += weight * (mid - index - one.average_premium);
      }
      exchange.set_reference_prices(
          id, {std::max<std::int64_t>(std::llround(index + one.average_premium), 1)},
          {std::max<std::int64_t>(std::llround(index), 1)}, now);
    }
  }

  void move_premium(Trading& one, Timestamp now) {
    const Instrument& instrument = one.agents.instrument();
    if (instrument.kind == InstrumentKind::Futures) one.premium = carry_of(instrument, now);
    if (instrument.kind != InstrumentKind::Swap) return;
    constexpr double kPull = kReferenceSeconds / kPremiumSeconds;
    static const double kWander = kPremiumDeviation * std::sqrt(2 * kPull);
    one.premium += kPull * (kMeanPremium - one.premium) + kWander * one.agents.random().normal();
  }
};

SyntheticMarket::SyntheticMarket(Exchange& exchange, const InstrumentTable& instruments,
                                 const CurrencyTable& currencies, const SyntheticSettings& settings,
                                 Timestamp start)
    : state_(std::make_unique<State>(exchange, instruments, currencies, settings)) {
  std::vector<InstrumentId> wanted = settings.instruments;
  if (wanted.empty()) {
    for (const Instrument& instrument : instruments) wanted.push_back(instrument.id);
  }
  state_->known = instruments.size();
  std::erase_if(wanted, [&](InstrumentId id) { return !State::is_quotable(instruments[id]); });
  for (const InstrumentId id : wanted) state_->add(instruments[id], start);
  for (std::uint32_t who = 1; who <= state_->trading.size(); ++who) state_->begin(who, start);
  state_->step(start);
}

SyntheticMarket::~SyntheticMarket() = default;

void SyntheticMarket::advance(Timestamp now) {
  while (!state_->due.empty() && state_->due.top().time <= now) {
    const Due next = state_->due.top();
    state_->due.pop();
    ++state_->events;
    if (next.who == 0) {
      state_->step(next.time);
    } else {
      state_->act(next.who, next.time);
    }
  }
}

std::optional<Timestamp> SyntheticMarket::next_event() const {
  if (state_->due.empty()) return std::nullopt;
  return state_->due.top().time;
}

std::uint64_t SyntheticMarket::events() const noexcept { return state_->events; }

}  // namespace gannet::sim
