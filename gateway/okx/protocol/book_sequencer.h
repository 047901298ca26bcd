#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "base/time.h"
#include "domain/market_events.h"
#include "gateway/okx/protocol/book_checksum.h"
#include "gateway/okx/protocol/decode_book.h"
#include "gateway/okx/protocol/sequence_chain.h"

namespace gannet::okx {

/// What a sequencer asks for and tells. Called from within its inputs.
class BookSequencerOutput {
 public:
  /// A proven step, in sequence; one without levels (a keep-alive) proves that nothing changed.
  virtual void publish_book(const BookUpdate& update) noexcept = 0;
  virtual void withdraw_book(InstrumentId instrument, BookFeed feed, BookWithdrawal why,
                             Timestamp now) noexcept = 0;
  /// Unsubscribe and subscribe again: a snapshot is wanted.
  virtual void resubscribe_book(InstrumentId instrument, BookFeed feed, Timestamp now) noexcept = 0;
  /// A REST snapshot (400 levels) is wanted; the answer goes to `on_seed` or `on_seed_failed`.
  virtual void request_book_seed(InstrumentId instrument, BookFeed feed,
                                 Timestamp now) noexcept = 0;

 protected:
  ~BookSequencerOutput() = default;
};

struct BookSequencerCounts {
  std::uint64_t snapshots = 0;
  std::uint64_t updates = 0;
  std::uint64_t keep_alives = 0;
  std::uint64_t resets = 0;
  std::uint64_t gaps = 0;
  std::uint64_t checksums_ok = 0;
  std::uint64_t checksums_bad = 0;
  std::uint64_t unproven = 0;  ///< updates with neither ids nor checksum
  std::uint64_t crossed = 0;   ///< whole books with bid >= ask
  std::uint64_t dropped = 0;   ///< updates while a new snapshot is awaited
  std::uint64_t seeds_asked = 0;
};

/// Proves that one stream (instrument, feed) is whole before anyone sees it: every published update
/// follows the one before, or replaces the book. PROTOCOL 4.3 and, where the venue sends no first
/// snapshot, the REST-seeded procedure of 4.4. On a gap the book is withdrawn first and asked for
/// anew second. A crossed whole book is counted and passed on: it is legal in pre-open, and whether
/// the market is open is not this class's to know (the gate's sanity rule is).
/// No allocation on the path of numbered books without checksums. Thread: one; time comes in.
class BookSequencer {
 public:
  enum class State : std::uint8_t {
    AwaitingSnapshot,  ///< subscribed (or about to be); updates of the old chain are dropped
    Open,              ///< acknowledged, nothing received: an update first starts seeding
    Seeding,           ///< updates are kept back until the REST snapshot links to them
    Live,
  };

  BookSequencer(InstrumentId instrument, BookFeed feed, BookSequencerOutput& output)
      : instrument_(instrument), feed_(feed), output_(output) {}

  void on_subscribed() noexcept;  ///< the acknowledgement came
  void on_book(const DecodedBook& book, Timestamp now) noexcept;
  /// A frame of this stream could not be decoded: what it changed is unknown.
  void on_malformed(BookWithdrawal why, Timestamp now) noexcept;
  void on_seed(const DecodedBook& snapshot, Timestamp now) noexcept;
  void on_seed_failed(Timestamp now) noexcept;
  void on_disconnected(Timestamp now) noexcept;
  void on_timer(Timestamp now) noexcept;  ///< repeats seed requests, notices silence

  State state() const noexcept { return state_; }
  /// Id of the state that was published last; absent unless live, or where the feed has none.
  std::optional<std::int64_t> sequence() const noexcept { return chain_.last(); }
  InstrumentId instrument() const noexcept { return instrument_; }
  BookFeed feed() const noexcept { return feed_; }
  const BookSequencerCounts& counts() const noexcept { return counts_; }

  static constexpr std::size_t kMaxKeptUpdates = 512;
  static constexpr std::size_t kMaxKeptLevels = 16'384;
  static constexpr Nanos kSeedRetry = milliseconds(500);
  static constexpr Nanos kSeedTimeout = seconds(5);
  /// The venue repeats a quiet book after about 60 s, whole or as a keep-alive: a stream that is
  /// silent for longer is not alive, though its connection may be. [PROTOCOL 4.3]
  static constexpr Nanos kSilenceAllowed = seconds(75);

 private:
  struct KeptUpdate {
    std::int64_t previous;
    std::int64_t sequence;
    Timestamp exchange_time;
    Timestamp receive_time;
    std::size_t first_level;
    std::size_t bid_count;
    std::size_t ask_count;
  };

  void on_snapshot(const DecodedBook& book, Timestamp now) noexcept;
  void on_live_update(const DecodedBook& book, Timestamp now) noexcept;
  bool checksum_holds(const DecodedBook& book) noexcept;
  void start_over(BookWithdrawal why, Timestamp now) noexcept;
  void keep(const DecodedBook& book, Timestamp now) noexcept;
  void begin_seeding(Timestamp now) noexcept;
  void ask_for_seed(Timestamp now) noexcept;
  void publish(const DecodedBook& book, Timestamp now) noexcept;
  bool links_to_seed(std::int64_t previous, std::int64_t sequence) const noexcept;

  InstrumentId instrument_;
  BookFeed feed_;
  BookSequencerOutput& output_;
  State state_ = State::AwaitingSnapshot;
  SequenceChain chain_;
  BookChecksum checksum_;
  BookSequencerCounts counts_;
  std::vector<KeptUpdate> kept_;
  std::vector<Level> kept_levels_;
  bool seed_asked_ = false;
  std::optional<Timestamp> seed_asked_at_;
  std::optional<Timestamp> seed_retry_at_;
  std::optional<Timestamp> heard_;    // last message of this stream since it was subscribed to
  std::optional<std::int64_t> seed_;  // the seed's id while no update has linked to it yet
};

}  // namespace gannet::okx
