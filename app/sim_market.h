#pragma once

#include <expected>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "app/market_recording.h"
#include "app/mirror_feed.h"
#include "app/sim_options.h"
#include "base/error.h"
#include "base/time.h"
#include "domain/instrument_table.h"
#include "gateway/net/event_loop.h"
#include "sim/exchange.h"
#include "sim/market.h"
#include "sim/mirror_market.h"
#include "sim/okx_server/protocol/settings.h"
#include "sim/replay_market.h"
#include "sim/synthetic_market.h"

namespace gannet::app {

/// The instruments of a simulated venue and what trades on it. Two steps, since the exchange stands
/// between them: the instruments must be known to make it, and it must be there to trade on.
/// Thread: the loop's.
class SimMarket {
 public:
  /// Reads the instruments (and the recording, whole), or asks the mirrored venue for them, running
  /// the loop. Errors name the file, and the line of a recording.
  static std::expected<std::unique_ptr<SimMarket>, Error> prepare(net::EventLoop& loop,
                                                                  const SimOptions& options);

  InstrumentTable& instruments() noexcept { return instruments_; }
  CurrencyTable& currencies() noexcept { return currencies_; }
  /// What the venue offers, with the numeric codes.
  const std::vector<okx_server::ListedInstrument>& listed() const noexcept { return listed_; }

  /// This exchange's time at a wall time.
  using ExchangeTime = std::function<Timestamp(Timestamp wall)>;
  /// `now`: wall time. The exchange and the loop must outlive the market, or its `close`.
  std::expected<void, Error> open(net::EventLoop& loop, sim::Exchange& exchange,
                                  const SimOptions& options, ExchangeTime exchange_time,
                                  Timestamp now);
  void advance(Timestamp exchange_time);
  /// The exchange is not touched any more.
  void close() noexcept;

 private:
  SimMarket() = default;
  std::expected<void, Error> load_recording(const SimOptions& options);
  std::expected<void, Error> load_lists(const SimOptions& options);
  std::expected<void, Error> load_mirrored(net::EventLoop& loop, const SimOptions& options);
  void list_built_in();
  void list(const okx::InstrumentCodes& codes);
  void open_replay(sim::Exchange& exchange, const SimOptions& options, Timestamp start);
  std::expected<void, Error> open_mirror(net::EventLoop& loop, sim::Exchange& exchange,
                                         const SimOptions& options, ExchangeTime exchange_time,
                                         Timestamp start);
  std::expected<sim::SyntheticSettings, Error> synthetic_settings(const SimOptions& options) const;
  void report_replay();

  InstrumentTable instruments_;
  CurrencyTable currencies_;
  std::vector<okx_server::ListedInstrument> listed_;
  std::unique_ptr<MarketRecording> recording_;
  std::unique_ptr<sim::MarketDriver> driver_;
  sim::ReplayMarket* replay_ = nullptr;  // the driver, if it is one
  bool replay_ended_ = false;            // and that was told
  std::unique_ptr<RecordingTables> mirrored_;
  std::unique_ptr<sim::MirrorMarket> mirror_;
  std::unique_ptr<MirrorFeed> feed_;
};

}  // namespace gannet::app
