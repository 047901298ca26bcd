#include <algorithm>

#include "app/internal/engine_room_parts.h"

namespace gannet::app {

// What people are told about money: copied from the core's books into the status.

namespace {

MoneyStatus::Scope money_scope(const engine::TradingCore& core, StrategyId strategy,
                               std::string_view name) {
  const engine::ProfitFigures& figures = core.profits().figures(strategy);
  const engine::LossLimit& limit = core.losses().limit(strategy);
  MoneyStatus::Scope scope;
  scope.name = FixedString<47>(name);
  scope.realised = figures.realised;
  scope.unrealised = figures.unrealised;
  scope.fees = figures.fees;
  scope.funding = figures.funding;
  scope.other = figures.other;
  scope.result = figures.result;
  scope.total = figures.total;
  scope.peak = figures.peak;
  scope.drawdown = figures.drawdown;
  scope.long_value = figures.long_value;
  scope.short_value = figures.short_value;
  scope.loss_day_max = limit.loss_day_max.value_or(0);
  scope.drawdown_max = limit.drawdown_max.value_or(0);
  scope.valued = figures.valued;
  scope.limit_broken = core.losses().is_broken(strategy);
  scope.stopped = strategy.valid() && core.is_stopped(strategy);
  scope.age = figures.age;
  return scope;
}

bool has_figures(const engine::TradingCore& core, StrategyId strategy) {
  const engine::ProfitFigures& figures = core.profits().figures(strategy);
  return figures.total != 0 || figures.fees != 0 || figures.long_value != 0 ||
         figures.short_value != 0;
}

}  // namespace

void EngineRoom::Parts::publish_money(MoneyStatus& money, Timestamp now) const {
  money.time = now;
  money.day_start = core->profits().day_start();
  money.currency = settings.risk.currency;
  money.balances_agreed = core->bills().agreed();
  for (std::uint16_t c = 0; c < facts.currencies.size(); ++c) {
    if (core->bills().unexplained(CurrencyId{c}) != 0) ++money.balances_unexplained;
  }
  const auto add = [&](StrategyId strategy, std::string_view name) {
    if (money.scopes == MoneyStatus::kMaxScopes) return;
    const std::uint16_t at = money.scopes++;
    money.scope[at] = money_scope(*core, strategy, name);
    for (const Instrument& instrument : facts.instruments) {
      const engine::ProfitRow row = core->profits().row(strategy, instrument.id);
      const bool is_idle = row.position.raw == 0 && row.realised.raw == 0 && row.fees.raw == 0 &&
                           row.funding.raw == 0;
      if (is_idle || money.rows == MoneyStatus::kMaxRows) continue;
      MoneyStatus::Row& out = money.row[money.rows++];
      out.scope = at;
      out.quantity_digits = instrument.quantity_digits;
      out.has_price = row.unrealised.has_value();
      out.instrument = instrument.name;
      out.currency = CurrencyName(facts.currencies.name(row.realised.currency));
      out.position = row.position;
      out.realised = row.realised.raw;
      out.unrealised = row.unrealised.value_or(Amount{}).raw;
      out.fees = row.fees.raw;
      out.funding = row.funding.raw;
      if (const auto greeks = core->greeks().of(instrument.id, row.position)) {
        out.has_greeks = true;
        out.delta = greeks->delta;
        out.gamma = greeks->gamma;
        out.theta = greeks->theta;
        out.vega = greeks->vega;
      }
    }
  };
  add({}, "account");
  for (std::uint16_t s = 0; s < settings.strategies.size(); ++s) {
    const bool by_hand = settings.strategies[s].name == engine::kOperatorStrategy;
    if (!by_hand || has_figures(*core, StrategyId{s}))
      add(StrategyId{s}, settings.strategies[s].name);
  }
}

}  // namespace gannet::app
