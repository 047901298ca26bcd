#include "gateway/okx/protocol/decode_book.h"

#include <algorithm>
#include <limits>

#include "gateway/okx/protocol/decode_common.h"

namespace gannet::okx {

std::optional<BookFeed> book_feed_of(Channel channel) noexcept {
  switch (channel) {
    case Channel::BboTbt:
      return BookFeed::BestBidOffer;
    case Channel::Books5:
      return BookFeed::Top5;
    case Channel::Books:
      return BookFeed::Depth400;
    case Channel::BooksL2Tbt:
      return BookFeed::Depth400Fast;
    case Channel::Books50L2Tbt:
      return BookFeed::Depth50Fast;
    case Channel::BooksRpi:
      return BookFeed::Depth400Retail;
    default:
      return std::nullopt;
  }
}

Channel channel_of(BookFeed feed) noexcept {
  switch (feed) {
    case BookFeed::BestBidOffer:
      return Channel::BboTbt;
    case BookFeed::Top5:
      return Channel::Books5;
    case BookFeed::Depth400:
      return Channel::Books;
    case BookFeed::Depth400Fast:
      return Channel::BooksL2Tbt;
    case BookFeed::Depth50Fast:
      return Channel::Books50L2Tbt;
    case BookFeed::Depth400Retail:
      return Channel::BooksRpi;
  }
  return Channel::Other;
}

namespace {

/// One level: [price, quantity, "0", orders], or three elements [price, quantity, orders].
DecodeStatus decode_level(JsonValue value, const InstrumentCode& code, Level& level,
                          RawLevel& raw) noexcept {
  std::string_view orders;
  int position = 0;
  const DecodeStatus status = for_each_element(value, [&](JsonValue item) -> DecodeStatus {
    const auto text = text_of(item);
    if (!text) return std::unexpected(text.error());
    switch (position++) {
      case 0:
        raw.price = *text;
        break;
      case 1:
        raw.quantity = *text;
        break;
      default:
        orders = *text;
        break;
    }
    return {};
  });
  if (!status) return status;
  if (position < 2) return std::unexpected(DecodeError::MissingField);
  const auto price = exact_units(raw.price, code.price_digits);
  if (!price) return std::unexpected(price.error());
  const auto quantity = exact_units(raw.quantity, code.quantity_digits);
  if (!quantity) return std::unexpected(quantity.error());
  if (*price <= 0 || *quantity < 0) return std::unexpected(DecodeError::OutOfRange);
  level = {*price, *quantity, 0, 0};
  if (position > 2 && !orders.empty()) {
    const auto count = whole_number(orders);
    if (!count) return std::unexpected(count.error());
    if (*count < 0) return std::unexpected(DecodeError::OutOfRange);
    level.orders = static_cast<std::uint32_t>(std::min<std::int64_t>(*count, 0xFFFF'FFFF));
  }
  return {};
}

}  // namespace

BookDecoder::BookDecoder() {
  for (Side* side : {&bids_, &asks_}) {
    side->levels.resize(2 * kMaxLevelsPerSide);
    side->raw.resize(2 * kMaxLevelsPerSide);
  }
  books_.reserve(kMaxBooksPerFrame);
  heads_.resize(kKnownHeads);
}

std::expected<std::span<const DecodedBook>, DecodeError> BookDecoder::decode(
    FrameReader& reader, const Frame& frame, const InstrumentCodes& codes) noexcept {
  const auto feed = book_feed_of(frame.channel);
  if (!feed) return std::unexpected(DecodeError::UnknownValue);
  if (const DecodeStatus status =
          decode_rows(reader, frame, &codes, codes.find(frame.instrument), *feed);
      !status) {
    return std::unexpected(status.error());
  }
  return std::span<const DecodedBook>(books_);
}

std::expected<std::span<const DecodedBook>, DecodeError> BookDecoder::decode_rest(
    FrameReader& reader, const Frame& frame, const InstrumentCode& code, BookFeed feed) noexcept {
  if (const DecodeStatus status = decode_rows(reader, frame, nullptr, &code, feed); !status) {
    return std::unexpected(status.error());
  }
  return std::span<const DecodedBook>(books_);
}

DecodeStatus BookDecoder::decode_rows(FrameReader& reader, const Frame& frame,
                                      const InstrumentCodes* codes, const InstrumentCode* code,
                                      BookFeed feed) noexcept {
  books_.clear();
  bids_.used = 0;
  asks_.used = 0;
  const bool whole = codes == nullptr || depth_of(feed) <= 5;
  std::optional<BookUpdate::Kind> stated;
  if (whole || frame.action == "snapshot") {
    stated = BookUpdate::Kind::Snapshot;
  } else if (frame.action == "update") {
    stated = BookUpdate::Kind::Update;
  } else if (!frame.action.empty()) {
    return std::unexpected(DecodeError::UnknownValue);
  }

  return for_each_row(reader, [&](JsonValue row) -> DecodeStatus {
    if (books_.size() == kMaxBooksPerFrame) return std::unexpected(DecodeError::Overflow);
    DecodedBook book;
    book.feed = feed;
    const std::size_t first_bid = bids_.used;
    const std::size_t first_ask = asks_.used;
    bool has_bids = false;
    bool has_asks = false;
    const InstrumentCode* row_code = code;

    auto take_levels = [&](JsonValue value, Side& side, bool& seen) -> DecodeStatus {
      if (seen) return std::unexpected(DecodeError::WrongShape);
      seen = true;
      if (row_code == nullptr) return std::unexpected(DecodeError::UnknownInstrument);
      const std::size_t first = side.used;
      return for_each_element(value, [&](JsonValue item) -> DecodeStatus {
        if (side.used - first == kMaxLevelsPerSide || side.used == side.levels.size()) {
          return std::unexpected(DecodeError::Overflow);
        }
        if (const DecodeStatus status =
                decode_level(item, *row_code, side.levels[side.used], side.raw[side.used]);
            !status) {
          return status;
        }
        ++side.used;
        return {};
      });
    };
    const DecodeStatus status =
        for_each_field(row, [&](std::string_view key, JsonValue value) -> DecodeStatus {
          if (key == "asks") return take_levels(value, asks_, has_asks);
          if (key == "bids") return take_levels(value, bids_, has_bids);
          if (key == "ts") return take_millis(value, book.exchange_time);
          if (key == "seqId") return take_integer(value, book.sequence);
          if (key == "prevSeqId") return take_integer(value, book.previous_sequence);
          if (key == "checksum") {
            std::optional<std::int64_t> checksum;
            if (const DecodeStatus taken = take_integer(value, checksum); !taken) return taken;
            if (!checksum) return {};
            // Signed by the venue; an unsigned spelling of the same 32 bits is the same sum.
            if (*checksum < std::numeric_limits<std::int32_t>::min() || *checksum > 0xFFFF'FFFF) {
              return std::unexpected(DecodeError::OutOfRange);
            }
            book.checksum = static_cast<std::int32_t>(*checksum);
            return {};
          }
          if (key == "instId" && codes != nullptr && code == nullptr) {
            std::string_view name;
            if (const DecodeStatus taken = take_text(value, name); !taken) return taken;
            row_code = codes->find(name);
          }
          return {};
        });
    if (!status) return status;
    // An absent side is a side cut off, not an empty one: those are sent as [].
    if (!has_bids || !has_asks) return std::unexpected(DecodeError::MissingField);
    if (stated) {
      book.kind = *stated;
    } else if (book.previous_sequence) {
      book.kind =
          *book.previous_sequence < 0 ? BookUpdate::Kind::Snapshot : BookUpdate::Kind::Update;
    } else {
      return std::unexpected(DecodeError::MissingField);
    }
    book.instrument = row_code->id;
    if (book.kind == BookUpdate::Kind::Snapshot) {
      drop_empty_levels(bids_, first_bid);
      drop_empty_levels(asks_, first_ask);
    }
    book.bids = {bids_.levels.data() + first_bid, bids_.used - first_bid};
    book.asks = {asks_.levels.data() + first_ask, asks_.used - first_ask};
    book.raw_bids = {bids_.raw.data() + first_bid, bids_.used - first_bid};
    book.raw_asks = {asks_.raw.data() + first_ask, asks_.used - first_ask};
    books_.push_back(book);
    return {};
  });
}

void BookDecoder::drop_empty_levels(Side& side, std::size_t first) noexcept {
  std::size_t kept = first;
  for (std::size_t i = first; i < side.used; ++i) {
    if (side.levels[i].quantity == 0) continue;
    side.levels[kept] = side.levels[i];
    side.raw[kept] = side.raw[i];
    ++kept;
  }
  side.used = kept;
}

}  // namespace gannet::okx
