#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "base/time.h"
#include "domain/instrument_table.h"
#include "sim/exchange.h"
#include "sim/market.h"

namespace gannet::sim {

struct SyntheticSettings {
  std::uint64_t seed = 1;
  double events_per_second = 40;          ///< per instrument, in its normal mood
  double volatility = 0.4;                ///< of the underlying, a year's standard deviation
  std::size_t levels = 100;               ///< resting orders wanted per side
  double level_notional = 30'000;         ///< typical value of one order, quote currency
  std::vector<InstrumentId> instruments;  ///< empty: every Live spot, swap and futures
};

/// Seeded agents that make a market, all as kMarketUser. One fair value per base currency walks at
/// random, through quiet spells and bursts; spot, swaps and futures of that currency trade around
/// it. Makers quote on a ladder about the fair value and withdraw what has gone stale; takers hit
/// either side, and quickly where a price stands on the wrong side of fair, a user's too. A side
/// that was swept is quoted again at the instrument's next event: the market cannot die. Index and
/// mark prices follow every half second of virtual time.
/// The same seed, instruments and user orders give the same market.
class SyntheticMarket final : public MarketDriver {
 public:
  /// Quotes the first ladders and sets the first reference prices at `start`. The tables and the
  /// exchange must outlive it.
  SyntheticMarket(Exchange& exchange, const InstrumentTable& instruments,
                  const CurrencyTable& currencies, const SyntheticSettings& settings,
                  Timestamp start);
  ~SyntheticMarket() override;

  void advance(Timestamp now) override;
  std::optional<Timestamp> next_event() const override;
  /// Events since the start, for summaries.
  std::uint64_t events() const noexcept;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace gannet::sim
