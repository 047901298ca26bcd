#pragma once

#include <expected>
#include <span>
#include <string>
#include <vector>

#include "base/error.h"
#include "config/settings.h"
#include "domain/instrument_table.h"
#include "engine/trading_core.h"
#include "risk/limit_table.h"

namespace gannet::app {

// What the configuration says to the core: one place for the daemon and for the replay of what it
// did. Cold.

std::vector<std::string> strategy_names(const config::Settings& settings);
/// Errors: a protection that cannot be.
std::expected<engine::TradingCoreSettings, Error> core_settings(const config::Settings& settings,
                                                                const InstrumentTable& instruments,
                                                                const CurrencyTable& currencies);
/// `permitted`: by strategy, the instruments that it may trade. Errors: a limit that cannot be.
std::expected<risk::LimitTable, Error> limit_table(
    const config::Settings& settings, const InstrumentTable& instruments,
    const CurrencyTable& currencies, std::span<const std::vector<InstrumentId>> permitted);

}  // namespace gannet::app
