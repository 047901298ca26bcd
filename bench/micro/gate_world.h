#pragma once

#include <cstdlib>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/order_rules.h"
#include "risk/pre_trade_gate.h"
#include "support/instrument_samples.h"

namespace gannet::risk {

inline constexpr Timestamp kGateTime{1'790'000'000'000'000'000};

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
struct GateWorld {
  GateWorld() {
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
    references.set_alive(kGateTime);
    conversions = std::make_unique<ConversionTable>(currencies.find("USDT"), currencies.size());
    conversions->set(currencies.find("BTC"), *parse_amount("100000", {}), kGateTime);
    modes.set_engine(TradingMode::Ready);
    for (const InstrumentId id : {linear, inverse}) {
      if (!limits || !limits->permit({0}, instruments[id])) std::abort();
      references.set_best(id, Price{99'999'900}, Price{100'000'100}, kGateTime);
      references.set_definition_time(id, kGateTime);
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
    memory->on_balance(balance, kGateTime);
    memory->on_balances_end(true, kGateTime);
    for (const InstrumentId id : {linear, inverse}) {
      exposure.set_position({0}, id, {50});
      memory->on_best(id, kGateTime);
      for (int i = 0; i < 8; ++i) rest(id, i);
    }
    memory->revalue(kGateTime);
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

  /// PRE-22: all that one new order passes, after the market has moved by a tick.
  bool passes(const OrderIntent& intent) {
    step = 200 - step;
    references.set_best(intent.instrument, Price{99'999'900 - step}, Price{100'000'100}, kGateTime);
    if (memory->check_new(intent, orders, kGateTime)) return false;
    return gate->check(intent, memory->context(intent.instrument, kGateTime), kGateTime)
        .has_value();
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
  std::int64_t step = 0;
};

}  // namespace gannet::risk
