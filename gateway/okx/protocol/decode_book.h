#pragma once

#include <array>
#include <cstdint>
#include <expected>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "base/time.h"
#include "domain/market_events.h"
#include "gateway/okx/protocol/decode_error.h"
#include "gateway/okx/protocol/frame.h"
#include "gateway/okx/protocol/instrument_codes.h"

namespace gannet::okx {

class PlainCursor;

inline constexpr std::size_t kMaxLevelsPerSide = 1'024;
inline constexpr std::size_t kMaxBooksPerFrame = 16;

/// Price and size of a level exactly as received: the old checksum is over these.
struct RawLevel {
  std::string_view price;
  std::string_view quantity;
};

/// One element of a book message, decoded but not proven. Spans: at most kMaxLevelsPerSide levels a
/// side, in the venue's order (best first in snapshots), either may be empty; quantity 0 deletes
/// (updates only; left out of snapshots). They point into the decoder, the raw ones into the frame:
/// valid until the next frame.
struct DecodedBook {
  InstrumentId instrument;
  BookFeed feed = BookFeed::Depth400;
  BookUpdate::Kind kind = BookUpdate::Kind::Snapshot;
  std::span<const Level> bids;
  std::span<const Level> asks;
  std::span<const RawLevel> raw_bids;  ///< beside `bids`, level for level
  std::span<const RawLevel> raw_asks;
  std::optional<std::int64_t> sequence;
  std::optional<std::int64_t> previous_sequence;
  std::optional<std::int32_t> checksum;  ///< 0 is the venue's "none"; absent on whole-book feeds
  Timestamp exchange_time;
};

/// A book message read without the general parser. The views point into the frame.
struct PlainBooks {
  std::string_view channel_name;
  std::string_view instrument;
  std::span<const DecodedBook> books;
};

std::optional<BookFeed> book_feed_of(Channel channel) noexcept;
Channel channel_of(BookFeed feed) noexcept;

/// books, books5, bbo-tbt, books-l2-tbt, books50-l2-tbt, books-rpi and GET /market/books. Buffers
/// are taken at construction; decoding does not allocate. Thread: one.
class BookDecoder {
 public:
  BookDecoder();

  /// Decodes the frame just read. All of it or nothing: errors as DecodeError says; Overflow for
  /// over kMaxLevelsPerSide levels or kMaxBooksPerFrame elements.
  std::expected<std::span<const DecodedBook>, DecodeError> decode(
      FrameReader& reader, const Frame& frame, const InstrumentCodes& codes) noexcept;

  /// The same in one pass over the text, for a push in exactly the shape in which the venue writes
  /// them: arg, action and data in that order, no white space, levels of four strings, plain
  /// numbers. Absent: it is something else, or something is odd about it; nothing is decided then,
  /// and `decode` is to be asked. What it returns is what `decode` would have.
  /// `text` is followed by kTextPadding readable bytes.
  std::optional<PlainBooks> decode_plain(std::string_view text,
                                         const InstrumentCodes& codes) noexcept;

  /// The answer of GET /market/books for that instrument (it does not name it): a snapshot.
  std::expected<std::span<const DecodedBook>, DecodeError> decode_rest(FrameReader& reader,
                                                                       const Frame& frame,
                                                                       const InstrumentCode& code,
                                                                       BookFeed feed) noexcept;

 private:
  struct Side {
    std::vector<Level> levels;
    std::vector<RawLevel> raw;
    std::size_t used = 0;
  };

  /// How the frames of one book begin, up to their first row: always the same bytes, which are read
  /// once and compared from then on.
  struct KnownHead {
    std::array<char, 120> bytes{};
    std::uint8_t size = 0;  ///< 0: none
    std::uint8_t channel_size = 0;
    std::uint8_t instrument_at = 0;
    std::uint8_t instrument_size = 0;
    InstrumentId instrument;
    BookFeed feed = BookFeed::BestBidOffer;
    BookUpdate::Kind kind = BookUpdate::Kind::Snapshot;
  };
  static constexpr std::size_t kKnownHeads = 64;

  /// What an earlier frame that began like this one was about; null: read it.
  const InstrumentCode* take_known_head(PlainCursor& in, std::string_view text,
                                        const InstrumentCodes& codes, PlainBooks& plain,
                                        BookFeed& feed, BookUpdate::Kind& kind) noexcept;
  const InstrumentCode* take_head(PlainCursor& in, std::string_view text,
                                  const InstrumentCodes& codes, PlainBooks& plain, BookFeed& feed,
                                  BookUpdate::Kind& kind) noexcept;
  KnownHead& known_head(std::string_view text) noexcept;

  bool take_plain_row(PlainCursor& in, const InstrumentCode& code, BookFeed feed,
                      BookUpdate::Kind kind) noexcept;
  static bool take_plain_side(PlainCursor& in, const InstrumentCode& code, Side& side) noexcept;
  static void drop_empty_levels(Side& side, std::size_t first) noexcept;
  DecodeStatus decode_rows(FrameReader& reader, const Frame& frame, const InstrumentCodes* codes,
                           const InstrumentCode* code, BookFeed feed) noexcept;

  Side bids_;
  Side asks_;
  std::vector<DecodedBook> books_;
  std::vector<KnownHead> heads_;
};

}  // namespace gannet::okx
