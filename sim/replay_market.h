#pragma once

#include <cstdint>
#include <expected>
#include <memory>
#include <optional>
#include <string>

#include "base/error.h"
#include "base/time.h"
#include "domain/instrument_table.h"
#include "sim/exchange.h"
#include "sim/market.h"

namespace gannet::sim {

struct ReplayCounts {
  std::uint64_t lines = 0;
  std::uint64_t book_messages = 0;
  std::uint64_t trades = 0;
  std::uint64_t trades_unmatched = 0;  ///< nothing (left) rested at their price when they came
  std::uint64_t levels_refused = 0;    ///< off the grid, not a number, or crossing the other side
  std::uint64_t ignored = 0;           ///< other channels, unknown instruments, not understood
};

/// Replays a recording of the venue's public channels (books, books-l2-tbt, books50-l2-tbt, trades;
/// jsonl, plain or zstd) as the exchange's market. The first message happens at `start`, the others
/// as much later as they were received; speed is the caller's clock.
///
/// The queue model. A recorded level becomes orders of the market that rest there. A user's order
/// stands behind what rested when it came. Recorded trades hit the book as takers at their price,
/// so they eat the queue from the front, and a user's order that they reach is filled: recorded
/// volume fills it, nothing else does (but a recorded quote that crosses it). When a recorded level
/// shrinks without a trade, the loss is spread over what stands before and behind a user's order in
/// proportion; when it grows, the new part stands behind. What users take from a level comes back
/// with that level's next update, for the recording does not know them.
/// Its limits: where trades are told after the book that already lacks their volume, queues are
/// judged a little too long, and the trade finds nothing recorded to hit (counted, not on the
/// tape). Users move no prices. Orders within a recorded level are not told apart.
class ReplayMarket final : public MarketDriver {
 public:
  /// Errors: the file cannot be read. The tables and the exchange must outlive it.
  static std::expected<std::unique_ptr<ReplayMarket>, Error> open(
      const std::string& path, Exchange& exchange, const InstrumentTable& instruments,
      Timestamp start);
  ~ReplayMarket() override;

  void advance(Timestamp now) override;
  /// Absent at the end of the recording: the books then stand still.
  std::optional<Timestamp> next_event() const override;
  const ReplayCounts& counts() const noexcept;
  /// Why reading stopped early (the file is damaged); "" if it did not.
  const std::string& failure() const noexcept;

 private:
  struct State;
  explicit ReplayMarket(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace gannet::sim
