#pragma once

#include <span>
#include <vector>

#include "domain/instrument_table.h"
#include "domain/venue.h"
#include "engine/settings.h"
#include "engine/strategy_host.h"
#include "gateway/okx/protocol/subscription_book.h"

namespace gannet::app {

/// What the strategies want, and what the gate and the valuation need of every instrument: a book
/// that everybody may take (`settings.book`, or the best prices where no strategy wants another),
/// mark and index prices, and the venue's price limits. Each (instrument, stream, period) once.
/// What an instrument's kind cannot have is left out: options alone have greeks.
std::vector<okx::MarketSubscription> market_subscriptions(
    const InstrumentTable& instruments, std::span<const engine::InstrumentSettings> settings,
    std::span<const engine::Subscription> wanted, std::span<const CandleRequest> candles);

/// Those of the business socket, or the others.
std::vector<okx::MarketSubscription> streams_of_socket(std::span<const okx::MarketSubscription> all,
                                                       bool business);

}  // namespace gannet::app
