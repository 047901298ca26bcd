#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "domain/venue.h"
#include "gateway/okx/protocol/feed_arbiter.h"
#include "gateway/okx/protocol/market_session.h"
#include "gateway/okx/protocol/session_io.h"

namespace gannet::okx {

/// One market feed over one or several connections (lines) that all subscribe to the same. With one
/// line its session tells the listener directly; with more, or while a line moves, the arbiter
/// stands between, and the listener hears of one connection.
///
/// A line that the venue will end (notice 64008) is moved: one more line connects and subscribes,
/// and when it has every book the old one says goodbye; its place becomes the spare. One line moves
/// at a time, the others wait for their turn. So is one whose login is of a key that was replaced.
/// No socket, clock or thread: time comes in. Thread: reactor.
class MarketFeed final : private BookRenewer {
 public:
  static constexpr std::size_t kMostLines = kMaxFeedLines - 1;

  /// `lines`: 1..kMostLines. References outlive the feed; `seeds` may be null.
  MarketFeed(std::size_t lines, const MarketSessionSettings& settings, InstrumentCodes& codes,
             std::span<const MarketSubscription> subscriptions, MarketListener& listener,
             Diagnostics& diagnostics, LineControl& control, BookSeedSource* seeds = nullptr);

  /// Sessions for sockets, the spare included: lines() + 1.
  std::size_t seats() const noexcept { return sessions_.size(); }
  std::size_t lines() const noexcept { return sessions_.size() - 1; }
  MarketSession& session(std::size_t seat) noexcept { return *sessions_[seat]; }
  const MarketSession& session(std::size_t seat) const noexcept { return *sessions_[seat]; }

  /// Opens the lines.
  void start() noexcept;
  void stop() noexcept;
  /// The connection of that seat will end: move it, now or in its turn.
  void replace(std::size_t seat, Timestamp now) noexcept;
  /// Venue clock minus our wall clock; for the sessions' next logins.
  void set_clock_offset(Nanos offset) noexcept;
  /// At least every 100 ms (the sessions' timers are their transports').
  void on_timer(Timestamp now) noexcept;
  /// As MarketSession::on_book_seed: whoever waits for it takes it.
  void on_book_seed(InstrumentId instrument, BookFeed feed, std::string_view body,
                    Timestamp now) noexcept;

  struct SeatState {
    bool working = false;  ///< a line, or on its way to become one; else the spare
    bool ready = false;
    bool moving = false;  ///< about to go, its successor is being made ready
  };
  SeatState state(std::size_t seat) const noexcept;
  const FeedLineFigures& figures(std::size_t seat) const noexcept { return arbiter_.figures(seat); }
  bool is_moving() const noexcept { return leaving_.has_value(); }
  std::uint64_t moves() const noexcept { return moves_; }
  std::uint64_t frames() const noexcept;
  std::uint64_t diagnostics(DiagnosticKind kind) const noexcept;

  /// For the successor to be ready; the venue closes the old connection a minute after its notice.
  static constexpr Nanos kMoveWithin = seconds(55);
  /// A stream that sends no first snapshot in this time does not hold up the move.
  static constexpr Nanos kBooksWithin = seconds(10);
  /// After the old line's goodbye, until the new one, alone, tells the listener directly: what the
  /// old one told last has come by the new one by then.
  static constexpr Nanos kSettleAfter = seconds(3);

 private:
  void begin_move(std::size_t seat, Timestamp now) noexcept;
  void end_move(Timestamp now) noexcept;
  void start_next_move(Timestamp now) noexcept;
  void arbitrate() noexcept;
  void try_direct(Timestamp now) noexcept;
  void renew_book(std::size_t seat, InstrumentId instrument, BookFeed feed,
                  Timestamp now) noexcept override;

  MarketListener& listener_;
  LineControl& control_;
  FeedArbiter arbiter_;
  std::vector<std::unique_ptr<MarketSession>> sessions_;
  std::vector<std::uint8_t> working_;  // by seat
  std::vector<std::uint8_t> wanted_;   // by seat: a move that waits for its turn
  std::size_t spare_;
  std::optional<std::size_t> leaving_;  // its successor is the seat `joining_`
  std::size_t joining_ = 0;
  Timestamp move_began_;
  std::optional<Timestamp> joined_;     // the successor was first seen ready
  std::optional<Timestamp> settle_at_;  // one line again: the arbiter may go
  bool direct_;
  std::uint64_t moves_ = 0;
};

}  // namespace gannet::okx
