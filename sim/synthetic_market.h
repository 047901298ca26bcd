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
  double events_per_second = 40;          ///< acts of agents, per instrument, on average
  double volatility = 0.5;                ///< of the underlying, a year's standard deviation
  std::size_t levels = 100;               ///< resting orders wanted per side
  double level_notional = 30'000;         ///< typical value of one order, dollars
  std::vector<InstrumentId> instruments;  ///< empty: every Live spot, swap and futures

  /// An instrument that differs. Instruments of one base currency share one fair value: the first
  /// that names a volatility or a price says it for all of them.
  struct Pace {
    InstrumentId instrument;
    std::optional<double> events_per_second;
    std::optional<double> volatility;
    std::optional<Price> start_price;
  };
  std::vector<Pace> paces;
};

/// Seeded agents that make a market, all as kMarketUser. One fair value per base currency walks at
/// random with the volatility that was asked for, through quiet spells, bursts and trends, all
/// currencies pulled by one common factor; spot, swaps and futures of a currency trade around it
/// (swaps at a slowly changing premium, which is what funding is about; futures at a carry that
/// shrinks towards delivery). Makers keep the touch about one tick wide and a ladder behind it that
/// grows thicker with distance, and withdraw what has gone stale; takers come in clusters, in
/// heavy-tailed sizes and in runs of one side, and quickly where a price stands on the wrong side
/// of fair, a user's too. A side that was swept is quoted again at the instrument's next event: the
/// market cannot die. Index and mark prices follow every half second of virtual time. An instrument
/// that is listed later is quoted within that half second of being live; another tick, lot or
/// contract value is followed at the instrument's next event.
/// The same seed, instruments and user orders give the same market, however time is cut into calls.
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
