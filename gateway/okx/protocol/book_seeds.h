#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "base/http_message.h"
#include "base/time.h"
#include "gateway/okx/protocol/full_jitter.h"
#include "gateway/okx/protocol/instrument_codes.h"
#include "gateway/okx/protocol/market_session.h"
#include "gateway/okx/protocol/request_bucket.h"
#include "gateway/okx/protocol/rest_requests.h"
#include "gateway/okx/protocol/session_io.h"

namespace gannet::okx {

struct BookSeedSettings {
  /// Of the 40 that the venue allows one address, whoever asks. [PROTOCOL 7.2]
  std::size_t most_in_two_seconds = 20;
  Nanos first_pause = milliseconds(500);  ///< bound of the wait before a book is asked for again
  Nanos longest_pause = seconds(32);
  Nanos forget_after = seconds(60);  ///< without a question the pause begins anew
  Nanos longest_retry_after = seconds(60);
  std::uint64_t jitter_seed = 1;
};

/// Asks for the books that begin from REST: one request for a book at a time, however many sessions
/// want it, all together within a bucket, and repeated questions with a pause that doubles. Its
/// requests ride on a connection of their own: they never stand before an order's.
/// Allocates; thread: the reactor.
class BookSeeds final : public BookSeedSource {
 public:
  struct Book {
    InstrumentId instrument;
    BookFeed feed = BookFeed::Depth400;
  };

  /// References outlive this; rows of `codes` are all there.
  BookSeeds(const RestIdentity& identity, const InstrumentCodes& codes, RestOutput& output,
            BookSeedSettings settings = {});

  /// True: it is asked for, now or in its turn, or has been and the answer is awaited.
  bool request_book_snapshot(InstrumentId instrument, BookFeed feed,
                             Timestamp now) noexcept override;
  /// Which book that answer is of; absent: not one of ours.
  std::optional<Book> on_response(std::uint64_t id, const HttpResponse& response,
                                  Timestamp now) noexcept;
  /// At least every 100 ms.
  void on_timer(Timestamp now) noexcept {
    if (waiting_ != 0) pump(now);
  }

  std::uint64_t requests() const noexcept { return requests_; }
  std::size_t waiting() const noexcept { return waiting_; }

 private:
  struct Wish {
    enum class State : std::uint8_t { Idle, Waiting, Asked };
    Book book;
    State state = State::Idle;
    Timestamp not_before;
    std::optional<Timestamp> wanted;  // last
    int repeats = 0;
    std::uint64_t id = 0;  // of the request
  };

  Wish& wish_of(InstrumentId instrument, BookFeed feed);
  void pump(Timestamp now);

  static constexpr int kLevels = 400;

  RestIdentity identity_;
  const InstrumentCodes& codes_;
  RestOutput& output_;
  BookSeedSettings settings_;
  FullJitter jitter_;
  RequestBucket bucket_;
  std::vector<Wish> wishes_;
  std::size_t waiting_ = 0;
  std::optional<Timestamp> not_before_;  // of all: the venue asked for a pause, or is not there
  int failures_ = 0;                     // in a row
  std::uint64_t requests_ = 0;
};

}  // namespace gannet::okx
