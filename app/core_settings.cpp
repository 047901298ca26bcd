#include "app/core_settings.h"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

#include "engine/durable_port.h"

namespace gannet::app {

std::vector<std::string> strategy_names(const config::Settings& settings) {
  std::vector<std::string> names;
  names.reserve(settings.strategies.size());
  for (const auto& strategy : settings.strategies) names.push_back(strategy.name);
  return names;
}

std::expected<engine::TradingCoreSettings, Error> core_settings(const config::Settings& settings,
                                                                const InstrumentTable& instruments,
                                                                const CurrencyTable& currencies) {
  const auto names = strategy_names(settings);
  engine::TradingCoreSettings core;
  core.orders.keep_protective = settings.engine.keep_protective;
  core.orders.requires_timer_cover = settings.engine.require_cod;
  if (settings.journal.mode != JournalMode::Process)
    core.send_delay_max = engine::DurablePortSettings{}.patience;
  core.exclusive_account = settings.account.exclusive_account;
  core.reducer.long_short =
      settings.account.position_mode == engine::AccountSettings::PositionMode::LongShort;
  core.reducer.reduces_foreign = settings.account.exclusive_account;
  core.profits.day_start = settings.risk.day_start;
  core.losses = engine::loss_limits_of(settings.risk, names);
  auto protections =
      engine::resolve_protections(settings.protections, names, instruments, currencies);
  if (!protections) return std::unexpected(std::move(protections.error()));
  core.protections = std::move(*protections);
  for (const auto& instrument : settings.instruments)
    core.margin_modes.push_back(instrument.margin_mode);
  for (const auto& strategy : settings.strategies) core.on_start.push_back(strategy.on_start);
  // Dollars of all kinds count alike, but only where the limits are in dollars.
  constexpr std::array<std::string_view, 3> kDollars{"USD", "USDT", "USDC"};
  if (std::ranges::find(kDollars, settings.risk.currency.view()) == kDollars.end()) return core;
  for (const std::string_view dollar : kDollars) {
    const CurrencyId id = currencies.find(dollar);
    if (id.valid()) core.dollar_currencies.push_back(id);
  }
  return core;
}

std::expected<risk::LimitTable, Error> limit_table(
    const config::Settings& settings, const InstrumentTable& instruments,
    const CurrencyTable& currencies, std::span<const std::vector<InstrumentId>> permitted) {
  const auto names = strategy_names(settings);
  risk::Settings risk_settings = settings.risk;
  risk_settings.venue_reduces =
      settings.account.account_mode != engine::AccountSettings::Mode::Portfolio;
  auto limits = risk::LimitTable::build(risk_settings, instruments, currencies, names);
  if (!limits) return std::unexpected(std::move(limits.error()));
  for (std::uint16_t s = 0; s < permitted.size() && s < names.size(); ++s) {
    for (const InstrumentId instrument : permitted[s]) {
      auto allowed = limits->permit({s}, instruments[instrument]);
      if (!allowed)
        return std::unexpected(std::move(allowed.error()).with("strategy \"" + names[s] + "\""));
    }
  }
  for (const auto& instrument : settings.instruments) {
    constexpr int kDigits = 4;
    if (!instrument.leverage) continue;
    if (const auto value = parse_units(*instrument.leverage, kDigits))
      limits->set_leverage(instruments.find(instrument.name), {*value, kDigits});
  }
  return std::move(*limits);
}

}  // namespace gannet::app
