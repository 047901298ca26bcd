#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <variant>
#include <vector>

#include "base/histogram.h"
#include "domain/order_book.h"
#include "domain/venue.h"
#include "gateway/okx/protocol/succession.h"
#include "gateway/okx/protocol/told_events.h"
#include "gateway/okx/protocol/trade_window.h"

namespace gannet::okx {

/// How one line of a feed does beside the others.
struct FeedLineFigures {
  std::uint64_t first = 0;   ///< events it told before any other line
  std::uint64_t second = 0;  ///< events another line had told before
  std::uint64_t whole = 0;   ///< books taken from it as a whole: another line was lost or behind
  LatencyHistogram lead;     ///< of its firsts, before the same event came by another line
};

/// Who can make a line subscribe to a book anew.
class BookRenewer {
 public:
  /// That line withdraws the book and asks for another snapshot.
  virtual void renew_book(std::size_t line, InstrumentId instrument, BookFeed feed,
                          Timestamp now) noexcept = 0;

 protected:
  ~BookRenewer() = default;
};

/// Between several market sessions that subscribe to the same and one listener: the first arrival
/// of each event passes, whatever line it comes by, and the listener cannot tell how many there
/// are. Losing a line withdraws nothing while another one has the book.
///
/// Every session proves its own sequence of each book (BookSequencer), so what a line tells leads
/// from the state it told last to the next. States have the same ids on every line [PROTOCOL 3.7]:
/// an update passes if the line was level with the newest state, whichever line told that. It is
/// not relied on: should two lines cut the stream differently, a line that gets ahead without
/// meeting the newest state has its whole book passed instead, from a copy that is kept up to date
/// for every line (incremental feeds), and a book whose last level line is gone is taken from the
/// best of the others within kOrphanPatience. A line without a copy (one that told the listener
/// directly before) tells only what follows the newest state, until it meets a line that has one.
/// If nobody can tell the book whole, it is withdrawn and the line subscribes anew. Whole-book
/// feeds, tickers and reference prices: newer wins. Trades: each once, by id; closed bars by their
/// open time; liquidations and maintenances by what they say. States and terms of instruments, and
/// bars as they grow, which bear neither time nor id: as one line tells them, the reference.
///
/// Allocates when a stream is first told, not after. A function of its inputs; no I/O. Thread: one.
class FeedArbiter {
 public:
  /// `renewer` outlives the arbiter; null: a book that no line can tell whole stays withdrawn until
  /// one of them says a snapshot.
  FeedArbiter(std::size_t lines, std::size_t instruments, MarketListener& listener,
              BookRenewer* renewer = nullptr);
  ~FeedArbiter();
  FeedArbiter(const FeedArbiter&) = delete;
  FeedArbiter& operator=(const FeedArbiter&) = delete;

  /// Where the session of that line tells.
  MarketListener& line(std::size_t line) noexcept;

  /// Takes over from a line that told the listener directly so far.
  void adopt_connection(std::size_t line, ConnectionState state) noexcept;
  void adopt_book(std::size_t line, InstrumentId instrument, BookFeed feed,
                  std::int64_t sequence) noexcept;
  /// The listener holds of every book just what that line told last: it may tell directly.
  bool is_level_everywhere(std::size_t line) const noexcept;
  /// Forgets all streams and lines, tells nothing; the figures stay.
  void clear() noexcept;

  /// At least every 100 ms.
  void on_timer(Timestamp now) noexcept;

  const FeedLineFigures& figures(std::size_t line) const noexcept { return figures_[line]; }
  ConnectionState state() const noexcept { return told_state_; }

  static constexpr Nanos kOrphanPatience = seconds(1);
  /// A line without any frame for longer is quiet (a session pings after 2 s): a book that only
  /// quiet lines have is withdrawn, else another line's life would make it look fresh.
  static constexpr Nanos kLineQuiet = seconds(3);

 private:
  class Line;
  struct BookStream;

  void on_book(std::size_t line, const BookUpdate& update) noexcept;
  void on_whole_book(BookStream& stream, std::size_t line, const BookUpdate& update) noexcept;
  void on_snapshot(BookStream& stream, std::size_t line, const BookUpdate& update) noexcept;
  void on_update(BookStream& stream, std::size_t line, const BookUpdate& update) noexcept;
  void on_withdrawn(std::size_t line, InstrumentId instrument, BookFeed feed, BookWithdrawal why,
                    Timestamp now) noexcept;
  void on_trade(std::size_t line, const TradeEvent& trade) noexcept;
  void on_ticker(std::size_t line, const TickerEvent& ticker) noexcept;
  void on_reference_price(std::size_t line, const ReferencePriceEvent& price) noexcept;
  void on_instrument_state(std::size_t line, InstrumentId instrument, InstrumentState state,
                           Timestamp now) noexcept;
  void on_market_update(std::size_t line, const MarketUpdate& update) noexcept;
  void on_instrument_changed(std::size_t line, const InstrumentChange& change,
                             Timestamp now) noexcept;
  void on_book_replaced(InstrumentId instrument, BookFeed wanted, BookFeed instead,
                        Timestamp now) noexcept;
  void on_connection(std::size_t line, ConnectionState state, Timestamp now) noexcept;

  BookStream* stream(InstrumentId instrument, BookFeed feed) noexcept;
  void pass(BookStream& stream, std::size_t line, const BookUpdate& update) noexcept;
  void pass_whole(BookStream& stream, std::size_t line, Timestamp now) noexcept;
  void note_second(BookStream& stream, std::size_t line, const StreamKey& key,
                   Timestamp now) noexcept;
  void note_second(std::size_t line, std::size_t first, Timestamp before, Timestamp now) noexcept;
  bool passes(Succession& values, std::size_t line, Timestamp time) noexcept;
  bool is_news(std::size_t kind, TradeId id, Timestamp time, InstrumentId instrument,
               std::size_t line, Timestamp received) noexcept;
  Succession::Novelty judge_update(BookStream& stream, std::size_t line) noexcept;
  void withdraw(BookStream& stream, BookWithdrawal why, Timestamp now) noexcept;
  void share_copy(BookStream& stream, std::size_t line) noexcept;
  bool pass_best(BookStream& stream, Timestamp now) noexcept;
  void rescue(BookStream& stream, Timestamp now) noexcept;
  void renew_uncopied(BookStream& stream, Timestamp now) noexcept;
  void on_alive(std::size_t line, Timestamp now) noexcept;
  bool is_quiet(std::size_t line, Timestamp now) const noexcept;
  void withdraw_quiet(Timestamp now) noexcept;
  void begin_anew(Timestamp now) noexcept;
  void choose_reference(Timestamp now) noexcept;
  bool is_news(const CandleEvent& candle, std::size_t line) noexcept;
  bool is_news(const LiquidationEvent& liquidation, std::size_t line) noexcept;
  bool is_news(const VenueStatusEvent& status) noexcept;

  /// Of one instrument, what is told as a value.
  struct Values {
    Succession ticker;
    std::array<Succession, 2> reference;                 // by ReferencePriceEvent::Kind
    std::array<std::unique_ptr<TradeWindow>, 3> trades;  // by TradeEvent::Stream; of options, last
    std::array<Succession, std::variant_size_v<MarketUpdate>> updates;  // by kind
    ToldCandles candles;
    ToldContents liquidations;
    std::array<std::optional<BookFeed>, kBookFeeds> replaced;  // told last, by wanted feed
    std::optional<InstrumentState> told;
    std::array<std::optional<InstrumentState>, kMaxFeedLines> states;    // by line
    std::array<std::optional<InstrumentChange>, kMaxFeedLines> changes;  // last told, by line
  };

  MarketListener& listener_;
  BookRenewer* renewer_;
  std::vector<std::unique_ptr<Line>> lines_;
  std::vector<ConnectionState> states_;          // by line
  std::vector<std::optional<Timestamp>> alive_;  // by line: its last proof of life
  ConnectionState told_state_ = ConnectionState::Disconnected;
  std::size_t reference_ = 0;
  std::vector<std::unique_ptr<BookStream>> streams_;  // [instrument * kBookFeeds + feed]
  std::vector<Values> values_;                        // by instrument
  ToldContents statuses_;
  std::vector<Level> bids_;  // of a book passed as a whole
  std::vector<Level> asks_;
  std::array<FeedLineFigures, kMaxFeedLines> figures_;
};

}  // namespace gannet::okx
