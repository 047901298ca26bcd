#include "sim/synthetic_market.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <queue>
#include <string>

#include "sim/instruments.h"
#include "sim/internal/quoting_agents.h"
#include "sim/random.h"

namespace gannet::sim {
namespace {

constexpr Nanos kStep = milliseconds(20);  ///< of the fair values
constexpr int kStepsPerReference = 25;     ///< index and mark prices every half second
constexpr double kSecondsPerYear = 365.0 * 86'400.0;

/// The fair value of one currency in dollars and its mood.
struct Underlying {
  CurrencyId base;
  double start = 1;
  double fair = 1;
  double liveliness = 1;   ///< multiplies rates
  double nervousness = 1;  ///< multiplies volatility
  Timestamp mood_ends;
  Random random{0};

  void step(double volatility, Timestamp now) noexcept {
    if (now >= mood_ends) change_mood(now);
    const double dt = static_cast<double>(kStep.count) * 1e-9;
    const double sigma = volatility * std::sqrt(dt / kSecondsPerYear) * nervousness;
    // A weak pull home: days of simulation must not end at zero or at the moon.
    const double pull = 1e-5 * dt * std::log(start / fair);
    fair *= std::exp(pull + sigma * random.normal());
    fair = std::clamp(fair, start * 0.1, start * 10);
  }

  void change_mood(Timestamp now) noexcept {
    const double dice = random.unit();
    double mean_s = 20;
    liveliness = nervousness = 1;
    if (dice < 0.3) {
      liveliness = nervousness = 0.3;
      mean_s = 15;
    } else if (dice < 0.5) {
      liveliness = 5;
      nervousness = 2.5;
      mean_s = 1.5;
    }
    mood_ends = now + nanoseconds(static_cast<std::int64_t>(random.waiting(mean_s) * 1e9) + 1);
  }
};

struct Trading {
  QuotingAgents agents;
  std::size_t underlying = 0;
  double basis = 1;            ///< price over the underlying's
  double scale = 1;            ///< price units per dollar
  double average_premium = 0;  ///< of the mid over the index, price units, for the mark price
};

struct Due {
  Timestamp time;
  std::uint32_t who = 0;  ///< 0: the fair values; n: trading[n - 1]
  friend auto operator<=>(const Due&, const Due&) noexcept = default;
};

}  // namespace

struct SyntheticMarket::State {
  State(Exchange& venue, const InstrumentTable& table, const SyntheticSettings& given)
      : exchange(venue), instruments(table), settings(given), random(given.seed) {}

  Exchange& exchange;
  const InstrumentTable& instruments;
  SyntheticSettings settings;
  std::vector<Underlying> underlyings;
  std::vector<Trading> trading;
  std::priority_queue<Due, std::vector<Due>, std::greater<>> due;
  Random random;
  std::uint64_t steps = 0;
  std::uint64_t events = 0;

  double fair_of(const Trading& one) const noexcept {
    return underlyings[one.underlying].fair * one.basis * one.scale;
  }

  std::size_t underlying_of(const Instrument& instrument, const CurrencyTable& currencies,
                            Timestamp start) {
    for (std::size_t i = 0; i < underlyings.size(); ++i) {
      if (underlyings[i].base == instrument.base) return i;
    }
    Underlying fresh;
    fresh.base = instrument.base;
    fresh.start = usual_price(currencies.name(instrument.base));
    if (fresh.start <= 0) {
      // Unknown: ten thousand ticks make a reasonable grid.
      fresh.start = 10'000 * to_double(instrument.tick_size, instrument.price_digits);
    }
    fresh.fair = fresh.start;
    fresh.random = Random(random.next());
    fresh.change_mood(start);
    underlyings.push_back(fresh);
    return underlyings.size() - 1;
  }

  void add(const Instrument& instrument, const CurrencyTable& currencies, Timestamp start) {
    const std::size_t underlying = underlying_of(instrument, currencies, start);
    // Swaps stand a little off spot, futures a little above.
    const double basis = instrument.kind == InstrumentKind::Spot ? 1.0
                         : instrument.kind == InstrumentKind::Futures
                             ? 1.012
                             : 1.0 + random.normal() * 1e-4;
    // Quoted in a coin, prices and sizes are so many times smaller (its own walk is left out).
    const double quote_price = usual_price(currencies.name(instrument.quote));
    const double divisor = quote_price > 0 ? quote_price : 1.0;
    SyntheticSettings own = settings;
    own.level_notional /= divisor;
    trading.push_back({QuotingAgents(exchange, instrument, own, random.next()), underlying, basis,
                       static_cast<double>(power_of_ten(instrument.price_digits)) / divisor, 0});
  }

  void act(std::uint32_t who, Timestamp now) {
    Trading& one = trading[who - 1];
    one.agents.act(fair_of(one), now);
    const double rate = settings.events_per_second * underlyings[one.underlying].liveliness;
    const double wait_s = one.agents.random().waiting(1.0 / std::max(rate, 1e-3));
    due.push({now + nanoseconds(static_cast<std::int64_t>(wait_s * 1e9) + 1), who});
  }

  void step(Timestamp now) {
    for (Underlying& underlying : underlyings) underlying.step(settings.volatility, now);
    if (steps++ % kStepsPerReference == 0) tell_reference_prices(now);
    due.push({now + kStep, 0});
  }

  void tell_reference_prices(Timestamp now) {
    for (Trading& one : trading) {
      const InstrumentId id = one.agents.instrument().id;
      const double index = underlyings[one.underlying].fair * one.scale;
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
};

SyntheticMarket::SyntheticMarket(Exchange& exchange, const InstrumentTable& instruments,
                                 const CurrencyTable& currencies, const SyntheticSettings& settings,
                                 Timestamp start)
    : state_(std::make_unique<State>(exchange, instruments, settings)) {
  std::vector<InstrumentId> wanted = settings.instruments;
  if (wanted.empty()) {
    for (const Instrument& instrument : instruments) {
      const bool tradable = instrument.kind == InstrumentKind::Spot ||
                            instrument.kind == InstrumentKind::Swap ||
                            instrument.kind == InstrumentKind::Futures;
      if (tradable && instrument.state == InstrumentState::Live) wanted.push_back(instrument.id);
    }
  }
  for (const InstrumentId id : wanted) state_->add(instruments[id], currencies, start);
  for (std::uint32_t who = 1; who <= state_->trading.size(); ++who) {
    Trading& one = state_->trading[who - 1];
    one.agents.act(state_->fair_of(one), start);  // an empty side: a ladder each
    state_->act(who, start);
  }
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
