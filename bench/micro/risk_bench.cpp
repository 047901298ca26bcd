#include <benchmark/benchmark.h>

#include <cstdlib>
#include <memory>
#include <string>
#include <vector>

#include "bench/alloc_counter.h"
#include "risk/pre_trade_gate.h"
#include "risk/rate_limiter.h"
#include "support/instrument_samples.h"

namespace gannet::risk {
namespace {

constexpr Timestamp kNow{1'790'000'000'000'000'000};

/// A ready engine with every limit set, so that each rule has something to compare.
struct World {
  World() {
    linear = instruments.add(test::linear_swap(currencies));
    inverse = instruments.add(test::inverse_swap(currencies));
    settings.account.order_notional_max = Decimal{5'000, 0};
    settings.instruments = {{"BTC-USDT-SWAP", {}}, {"BTC-USD-SWAP", {}}};
    for (auto& [name, limits] : settings.instruments) {
      limits.order_quantity_max = SizeLimit{{50, 0}, {}};
      limits.position_long_max = SizeLimit{{1'000, 0}, {}};
      limits.position_short_max = SizeLimit{{1'000, 0}, {}};
    }
    const std::vector<std::string> strategies{"quotes"};
    auto limits = LimitTable::build(settings, instruments, currencies, strategies);
    references.set_alive(kNow);
    conversions = std::make_unique<ConversionTable>(currencies.find("USDT"), currencies.size());
    conversions->set(currencies.find("BTC"), *parse_amount("100000", {}), kNow);
    modes.set_engine(TradingMode::Ready);
    for (const InstrumentId id : {linear, inverse}) {
      if (!limits || !limits->permit({0}, instruments[id])) std::abort();
      references.set_best(id, Price{99'999'900}, Price{100'000'100}, kNow);
      references.set_definition_time(id, kNow);
      modes.set_instrument(id, TradingMode::Ready);
    }
    gate = std::make_unique<PreTradeGate>(std::move(*limits));
  }

  GateContext context() const { return {instruments, exposure, references, *conversions, modes}; }
  OrderIntent order(InstrumentId instrument) const {
    OrderIntent intent;
    intent.strategy = {0};
    intent.instrument = instrument;
    intent.price = {100'000'000};
    intent.quantity = {instrument == linear ? 100 : 10};
    return intent;
  }

  CurrencyTable currencies;
  InstrumentTable instruments;
  InstrumentId linear, inverse;
  Settings settings;
  Exposure exposure{1, 2};
  ReferencePrices references{2};
  TradingModes modes{1, 2};
  std::unique_ptr<ConversionTable> conversions;
  std::unique_ptr<PreTradeGate> gate;
};

void check_order(benchmark::State& state, bool inverse) {
  const World world;
  const GateContext context = world.context();
  OrderIntent intent = world.order(inverse ? world.inverse : world.linear);
  const std::uint64_t before = bench::allocations();
  for (auto _ : state) {
    benchmark::DoNotOptimize(intent);
    const auto approved = world.gate->check(intent, context, kNow);
    if (!approved) state.SkipWithError("denied");
    benchmark::DoNotOptimize(approved->worst_price());
  }
  state.counters["allocs"] = static_cast<double>(bench::allocations() - before);
}
BENCHMARK_CAPTURE(check_order, linear, false)->Name("risk/gate");
BENCHMARK_CAPTURE(check_order, inverse, true)->Name("risk/gate_inverse");

/// At a pace that the venue allows, so that requests are granted: the dear way.
void acquire(benchmark::State& state) {
  const World world;
  RateLimiter limiter({}, world.instruments);
  Timestamp now = kNow;
  const std::uint64_t before = bench::allocations();
  for (auto _ : state) {
    now = now + milliseconds(70);
    const auto decision = limiter.try_acquire(RequestKind::Place, world.linear, now);
    if (!decision.granted) state.SkipWithError("refused");
    benchmark::DoNotOptimize(decision.retry_at);
  }
  state.counters["allocs"] = static_cast<double>(bench::allocations() - before);
}
BENCHMARK(acquire)->Name("limiter/acquire");

}  // namespace
}  // namespace gannet::risk
