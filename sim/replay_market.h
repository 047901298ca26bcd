#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "base/time.h"
#include "sim/exchange.h"
#include "sim/market.h"
#include "sim/market_tape.h"
#include "sim/queue_model.h"

namespace gannet::sim {

struct ReplaySettings {
  QueueModel queue = QueueModel::Back;
  bool loop = false;  ///< from the beginning again at the end, for ever
  Nanos offset;       ///< start that far into the recording: its books are played at once
  Nanos loop_pause = seconds(1);  ///< between the last event and the first of the next round
};

struct ReplayCounts {
  std::uint64_t lines = 0;
  std::uint64_t ignored = 0;            ///< lines that tell nothing of a traded instrument
  std::uint64_t gaps = 0;               ///< book updates that did not link to the one before
  std::uint64_t books = 0;              ///< messages that made or changed a book
  std::uint64_t books_passed_over = 0;  ///< of a second, lesser feed, or updates without a snapshot
  std::uint64_t trades = 0;
  std::uint64_t user_hits = 0;       ///< times that recorded trading reached a user's order
  std::uint64_t crossed_levels = 0;  ///< levels across the recorded other side, not shown
  std::uint64_t levels_refused = 0;  ///< without a price, or too large
  std::uint64_t rounds = 0;          ///< times that the end was reached
};

/// Replays a recording as the exchange's market. The first event happens at `start`, the others as
/// much later as they were received; how fast that goes is the caller's clock.
///
/// The recorded book is what stands, the recorded trades are what happens; users change neither.
///  - A user's resting order stands behind what is recorded at its price when it comes (what stood
///    at the best 400, 50, 5 or 1 levels, as far as the feed shows: an order beyond that window
///    waits until its level is seen, and then behind all of it). Orders that are moved, or grow,
///    go to the back.
///  - A recorded trade at that price first takes what stands before the order, then the order, and
///    never more than its own size over all users: volume is consumed once. A trade beyond the
///    price takes the order first, for price goes before time. A trade that had happened when the
///    order came (by the exchange's clock) reaches nobody.
///  - When a recorded level shrinks without a trade, the queue model says how much of that stood
///    before the order (`QueueModel`; the default lets nobody gain by it while anything stands
///    behind). A book that lacks the volume of a trade told later counts once.
///  - A recorded quote that comes to stand across a user's order trades with it, with as much as is
///    new at that level.
///  - What users take from a level (market and crossing orders) stays away until the recording
///    speaks of that level again: with its next update in feeds of updates, with its next change in
///    feeds of whole books, with any snapshot. Then it is there again, for the recording does not
///    know them.
///  - The tape shows each recorded trade with its own size; where users were filled by it, in as
///    many parts.
/// Mark and index prices follow the recording; where it has none, the middle of the book. Funding
/// has the recorded rates, as long after the start as it was after the first recorded event.
class ReplayMarket final : public MarketDriver {
 public:
  /// The exchange must outlive it. An error of the tape is a `failure`, from the first event on.
  ReplayMarket(std::unique_ptr<MarketTape> tape, Exchange& exchange, const ReplaySettings& settings,
               Timestamp start);
  ~ReplayMarket() override;

  void advance(Timestamp now) override;
  /// Absent at the end of the recording: the books then stand still.
  std::optional<Timestamp> next_event() const override;
  ReplayCounts counts() const noexcept;
  /// Why reading stopped early, with file and line; "" if it did not.
  const std::string& failure() const noexcept;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace gannet::sim
