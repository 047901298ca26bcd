#pragma once

#include <cstdint>
#include <memory>
#include <string_view>

#include "base/time.h"
#include "bench/path/scripted_venue.h"
#include "domain/market_events.h"
#include "engine/trading_core.h"

namespace gannet::bench {

/// One market frame through the engine.
struct Tick {
  Nanos
      to_order;  ///< frame handed to the session until the order's bytes were handed to the socket
  Nanos whole;   ///< until the session returned: with the cancel of the order before, and events
  std::uint64_t orders = 0;  ///< new orders written by it: 1, or 0 when it was denied
};

/// The whole path of a tick in one process, everything but sockets and TLS as in the daemon: market
/// session, trading core, event tap, publisher with the bundled `probe` plugin on the inline lane,
/// order manager, gate, limiter, journal ring, account venue, order session. Market frames turn the
/// best bid to and fro by one tick, so that each makes the probe bid once and cancel its bid
/// before. Virtual time, 1 ms a tick; the same inputs every time. One thread.
///
/// Heap allocations are counted on this thread over every input of the hot path: market and account
/// frames, timers, the turns of publisher and core. Left out: REST (DESIGN 2: cold) and the script.
class PathFixture {
 public:
  static constexpr std::uint32_t kUnthrottled = 1'000'000;

  /// BestBidOffer, or Depth400 with a full book. Comes back when the engine is Ready. Aborts when
  /// it does not get there, or the plugin cannot be loaded: lib/gannet/strategies beside the
  /// program's folder.
  /// `orders_per_two_seconds`: the limiter's for new orders; by default nothing is throttled.
  explicit PathFixture(BookFeed feed, std::uint32_t orders_per_two_seconds = kUnthrottled);
  ~PathFixture();
  PathFixture(const PathFixture&) = delete;
  PathFixture& operator=(const PathFixture&) = delete;

  /// The next market frame.
  Tick tick() noexcept;
  /// The venue answers what was written meanwhile, timers run, the journal is drained.
  void answer(Ending ending = Ending::Rest);
  /// Both, `count` times. Returns the orders written.
  std::uint64_t run(int count, Ending ending = Ending::Rest);

  std::uint64_t allocations() const noexcept;
  /// `*flag` is 1 while something of the hot path runs, else 0. Null: none.
  void set_hot_flag_at(volatile char* flag) noexcept;
  /// Alerts, refused frames, script errors: 0, or what was measured was not the path.
  std::uint64_t surprises() const noexcept;
  const engine::TradingCore& core() const noexcept;
  const ScriptedVenue& venue() const noexcept;
  /// Records that the journal took so far.
  std::uint64_t journal_records() const noexcept;

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

}  // namespace gannet::bench
