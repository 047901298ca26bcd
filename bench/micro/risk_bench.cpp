#include <benchmark/benchmark.h>

#include <cstdlib>
#include <memory>
#include <string>
#include <vector>

#include "bench/alloc_counter.h"
#include "bench/instruction_counter.h"
#include "engine/order_rules.h"
#include "risk/pre_trade_gate.h"
#include "risk/rate_limiter.h"
#include "support/instrument_samples.h"

namespace gannet::risk {
namespace {

constexpr Timestamp kNow{1'790'000'000'000'000'000};

struct NoJournal final : engine::Journal {
  bool append(engine::RecordType, std::span<const std::byte>, Timestamp) noexcept override {
    return true;
  }
  std::uint64_t sequence() const noexcept override { return 0; }
};
struct NoListener final : engine::EngineListener {
  void on_engine_state(const engine::StateEvent&) noexcept override {}
  void on_alert(const engine::AlertEvent&) noexcept override {}
  void on_kill_changed(bool, std::string_view, std::string_view, Timestamp) noexcept override {}
  void on_flat_confirmed(Timestamp) noexcept override {}
};

/// A ready engine with every limit set and every rule of behaviour enforced, so that each has
/// something to compare; orders of its own rest on both sides.
struct World {
  World() {
    const Decimal million{1'000'000, 0};
    for (Limits* level :
         {&settings.account, &settings.instrument_default, &settings.strategy_default}) {
      level->gross_notional_max = level->net_notional_max = million;
    }
    settings.account.leverage_max = Decimal{10, 0};
    settings.account.free_margin_min = Decimal{100, 0};
    BehaviourRules& rules = settings.rules;
    rules.repeated_execution.mode = rules.duplicate_intent = rules.reject_storm.mode =
        rules.order_to_trade.mode = rules.market_sanity.mode = RuleMode::Enforce;
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
    const engine::OrderRules::Links links{instruments,  exposure, *gate,   references,
                                          *conversions, modes,    journal, listener};
    memory = std::make_unique<engine::OrderRules>(
        links, settings.rules, engine::OrderRules::Sizes{1, currencies.size(), 64});
    BalanceReport balance;
    balance.cash = balance.available = balance.equity =
        *parse_amount("1000000", currencies.find("USDT"));
    memory->on_balances_begin();
    memory->on_balance(balance, kNow);
    memory->on_balances_end(true, kNow);
    for (const InstrumentId id : {linear, inverse}) {
      exposure.set_position({0}, id, {50});
      memory->on_best(id, kNow);
      for (int i = 0; i < 8; ++i) rest(id, i);
    }
    memory->revalue(kNow);
  }

  void rest(InstrumentId instrument, int i) {
    engine::Order order;
    order.client_id = {static_cast<std::uint64_t>(++last_id)};
    order.strategy = {0};
    order.instrument = instrument;
    order.side = i % 2 == 0 ? Side::Buy : Side::Sell;
    order.price = {100'000'000 + (i % 2 == 0 ? -100 : 100) * (i + 1)};
    order.quantity = {1};
    order.phase = engine::OrderPhase::Live;
    order.acknowledged = true;
    engine::Order* kept = orders.add(order);
    exposure.on_order_opened({0}, instrument, order.side, order.quantity);
    memory->on_counted(*kept);
  }

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
  NoJournal journal;
  NoListener listener;
  engine::OrderTable orders{64, 64};
  std::unique_ptr<engine::OrderRules> memory;
  int last_id = 0;
};

/// PRE-22: all that one new order passes: rules with a memory, then the gate over the whole
/// portfolio, after the market has moved by a tick.
void check_order(benchmark::State& state, bool inverse) {
  World world;
  const bench::InstructionCounter instructions;
  const InstrumentId instrument = inverse ? world.inverse : world.linear;
  OrderIntent intent = world.order(inverse ? world.inverse : world.linear);
  std::int64_t step = 0;
  const std::uint64_t before = bench::allocations();
  const auto first = instructions.read();
  for (auto _ : state) {
    benchmark::DoNotOptimize(intent);
    step = 200 - step;
    world.references.set_best(instrument, Price{99'999'900 - step}, Price{100'000'100}, kNow);
    const auto refused = world.memory->check_new(intent, world.orders, kNow);
    if (refused) state.SkipWithError("refused");
    const auto approved = world.gate->check(intent, world.memory->context(instrument, kNow), kNow);
    if (!approved) state.SkipWithError("denied");
    benchmark::DoNotOptimize(approved->worst_price());
  }
  state.counters["allocs"] = static_cast<double>(bench::allocations() - before);
  if (const auto last = instructions.read(); first && last) {
    state.counters["instructions"] =
        benchmark::Counter(static_cast<double>(*last - *first), benchmark::Counter::kAvgIterations);
  }
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
