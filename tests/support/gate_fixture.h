#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "risk/pre_trade_gate.h"
#include "support/instrument_samples.h"

namespace gannet::test {

/// Everything the gate looks at, in a state where a sensible order passes: four instruments, two
/// strategies that may trade all of them, fresh prices of 100,000.0, engine ready. Tests spoil one
/// thing each.
class GateFixture : public testing::Test {
 protected:
  static constexpr Timestamp kNow{1'790'000'000'000'000'000};
  static constexpr StrategyId kQuotes{0};
  static constexpr StrategyId kOther{1};
  static constexpr std::optional<DenialReason> kPasses = std::nullopt;

  GateFixture() {
    linear = instruments.add(linear_swap(currencies));
    inverse = instruments.add(inverse_swap(currencies));
    coin = instruments.add(spot(currencies));
    call = instruments.add(option(currencies));
    settings.instrument_default.price_collar_ppm = 10'000;
    settings.price_collar_majors_ppm = 10'000;  // 1 % is easier to reckon with
    rebuild();
  }

  /// Anew from `settings`, with everything fresh and ready.
  void rebuild() {
    auto limits = risk::LimitTable::build(settings, instruments, currencies, strategies);
    ASSERT_TRUE(limits) << limits.error().message;
    for (std::uint16_t s = 0; s < strategies.size(); ++s) {
      for (const Instrument& instrument : instruments) {
        const auto permitted = limits->permit({s}, instrument);
        ASSERT_TRUE(permitted) << permitted.error().message;
      }
    }
    gate.emplace(std::move(*limits));
    exposure.emplace(strategies.size(), instruments.size());
    references.emplace(instruments.size());
    modes.emplace(strategies.size(), instruments.size());
    conversions.emplace(currencies.find("USDT"), currencies.size());
    conversions->treat_as_risk_currency(currencies.find("USD"));
    conversions->set(currencies.find("BTC"), *parse_amount("100000", {}), kNow);
    references->set_alive(kNow);
    modes->set_engine(risk::TradingMode::Ready);
    for (const Instrument& instrument : instruments) {
      references->set_definition_time(instrument.id, kNow);
      const bool is_option = instrument.kind == InstrumentKind::Option;
      const std::int64_t price = is_option ? 50'000 : 100'000'000;
      references->set_best(instrument.id, Price{price - 100}, Price{price + 100}, kNow);
      modes->set_instrument(instrument.id, risk::TradingMode::Ready);
    }
  }

  /// Buys one contract of the linear swap at the reference.
  OrderIntent intent() const {
    OrderIntent order;
    order.strategy = kQuotes;
    order.handle = {1};
    order.instrument = linear;
    order.price = {100'000'000};
    order.quantity = {100};
    return order;
  }
  OrderIntent intent_with(const std::function<void(OrderIntent&)>& change) const {
    OrderIntent order = intent();
    change(order);
    return order;
  }

  risk::GateContext context() const {
    return {instruments, *exposure, *references, *conversions, *modes};
  }
  auto check(const OrderIntent& order, Timestamp now = kNow) const {
    return gate->check(order, context(), now);
  }
  /// The reason, or nothing when it passes.
  std::optional<DenialReason> denied(const OrderIntent& order, Timestamp now = kNow) const {
    const auto result = check(order, now);
    return result ? std::nullopt : std::optional(result.error().reason);
  }

  CurrencyTable currencies;
  InstrumentTable instruments;
  std::vector<std::string> strategies{"quotes", "other"};
  InstrumentId linear, inverse, coin, call;
  risk::Settings settings;
  std::optional<risk::PreTradeGate> gate;
  std::optional<risk::Exposure> exposure;
  std::optional<risk::ReferencePrices> references;
  std::optional<risk::ConversionTable> conversions;
  std::optional<risk::TradingModes> modes;
};

}  // namespace gannet::test
