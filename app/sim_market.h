#pragma once

#include <expected>
#include <memory>
#include <string>
#include <vector>

#include "app/market_recording.h"
#include "app/sim_options.h"
#include "base/error.h"
#include "base/time.h"
#include "domain/instrument_table.h"
#include "sim/exchange.h"
#include "sim/market.h"
#include "sim/okx_server/protocol/settings.h"

namespace gannet::app {

/// The instruments of a simulated venue and what trades on it. Two steps, since the exchange stands
/// between them: the instruments must be known to make it, and it must be there to trade on.
/// Thread: the loop's.
class SimMarket {
 public:
  /// Reads the instruments (and the recording, whole). Errors name the file, and the line of a
  /// recording.
  static std::expected<std::unique_ptr<SimMarket>, Error> prepare(const SimOptions& options);

  InstrumentTable& instruments() noexcept { return instruments_; }
  CurrencyTable& currencies() noexcept { return currencies_; }
  /// What the venue offers, with the numeric codes.
  const std::vector<okx_server::ListedInstrument>& listed() const noexcept { return listed_; }

  /// The exchange must outlive the market. `start`: the exchange's time.
  std::expected<void, Error> open(sim::Exchange& exchange, const SimOptions& options,
                                  Timestamp start);
  void advance(Timestamp exchange_time);

 private:
  SimMarket() = default;
  std::expected<void, Error> load_recording(const SimOptions& options);
  std::expected<void, Error> load_lists(const SimOptions& options);
  void list_built_in();

  InstrumentTable instruments_;
  CurrencyTable currencies_;
  std::vector<okx_server::ListedInstrument> listed_;
  std::unique_ptr<MarketRecording> recording_;
  std::unique_ptr<sim::MarketDriver> driver_;
};

}  // namespace gannet::app
