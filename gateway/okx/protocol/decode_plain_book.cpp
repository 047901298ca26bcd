#include <algorithm>
#include <array>
#include <cstring>
#include <limits>

#include "gateway/okx/protocol/decode_book.h"
#include "gateway/okx/protocol/plain_text.h"

// The hot twin of decode_book.cpp: see `BookDecoder::decode_plain`. Whatever is unusual returns at
// once; no error is ever decided here.

namespace gannet::okx {
namespace {

constexpr std::array<std::uint64_t, 16> kPowers = [] {
  std::array<std::uint64_t, 16> powers{};
  for (int i = 0; i < 16; ++i)
    powers[static_cast<std::size_t>(i)] = static_cast<std::uint64_t>(power_of_ten(i));
  return powers;
}();
/// What times that power still is at most 10^18.
constexpr std::array<std::uint64_t, 16> kLargest = [] {
  std::array<std::uint64_t, 16> largest{};
  for (std::size_t i = 0; i < 16; ++i) largest[i] = 1'000'000'000'000'000'000 / kPowers[i];
  return largest;
}();

/// Plain, no finer than `digits`, and inside of 63 bits.
inline bool to_units(const PlainNumber& number, unsigned digits, std::int64_t& units) noexcept {
  const unsigned shift = digits - number.decimals;  // wraps where there are more decimals
  if (!number.is_plain || shift > 15 || number.digits > kLargest[shift]) return false;
  units = static_cast<std::int64_t>(number.digits * kPowers[shift]);
  return true;
}

constexpr std::size_t kChannelAt = 19;  // {"arg":{"channel":"

bool take_millis(PlainCursor& in, Timestamp& time) noexcept {
  std::string_view text;
  if (!in.take_until_quote(text)) return false;
  const PlainNumber number = read_plain_number(text.data() + text.size(), text.size());
  if (!number.is_plain || number.decimals != 0) return false;
  constexpr std::uint64_t kLatest = 9'000'000'000'000;
  if (number.digits > kLatest) return false;
  time = from_unix_millis(static_cast<std::int64_t>(number.digits));
  return true;
}

}  // namespace

/// By what a frame says in the place where channel and instrument stand.
BookDecoder::KnownHead& BookDecoder::known_head(std::string_view text) noexcept {
  constexpr std::size_t kWords = 5;
  const char* const names = text.data() + kChannelAt;
  std::uint64_t hash = 0;
  for (std::size_t i = 0; i < kWords; ++i) {
    std::uint64_t word = 0;
    std::memcpy(&word, names + 8 * i, sizeof word);
    hash = _mm_crc32_u64(hash, word);
  }
  return heads_[hash % kKnownHeads];
}

const InstrumentCode* BookDecoder::take_known_head(PlainCursor& in, std::string_view text,
                                                   const InstrumentCodes& codes, PlainBooks& plain,
                                                   BookFeed& feed,
                                                   BookUpdate::Kind& kind) noexcept {
  const KnownHead& head = known_head(text);
  if (head.size == 0 || text.size() <= head.size ||
      std::memcmp(text.data(), head.bytes.data(), head.size) != 0)
    return nullptr;
  const InstrumentCode* const code = codes.find(head.instrument);
  plain.instrument = text.substr(head.instrument_at, head.instrument_size);
  if (code == nullptr || code->name.view() != plain.instrument) return nullptr;  // another table
  plain.channel_name = text.substr(kChannelAt, head.channel_size);
  feed = head.feed;
  kind = head.kind;
  in.go(text.data() + head.size);
  return code;
}

const InstrumentCode* BookDecoder::take_head(PlainCursor& in, std::string_view text,
                                             const InstrumentCodes& codes, PlainBooks& plain,
                                             BookFeed& feed, BookUpdate::Kind& kind) noexcept {
  in.go(text.data());
  if (!in.take(R"({"arg":{"channel":"b)")) return nullptr;
  in.go(text.data() + kChannelAt);
  if (!in.take_until_quote(plain.channel_name) || !in.take(R"(,"instId":")") ||
      !in.take_until_quote(plain.instrument) || !in.take('}'))
    return nullptr;
  const auto named = book_feed_of(channel_of(plain.channel_name));
  const InstrumentCode* const code = codes.find(plain.instrument);
  if (!named || code == nullptr) return nullptr;
  feed = *named;
  kind = BookUpdate::Kind::Snapshot;
  if (depth_of(feed) > 5) {
    if (in.take(R"(,"action":"update")")) {
      kind = BookUpdate::Kind::Update;
    } else if (!in.take(R"(,"action":"snapshot")")) {
      return nullptr;
    }
  }
  if (!in.take(R"(,"data":[)")) return nullptr;
  const auto size = static_cast<std::size_t>(in.at() - text.data());
  KnownHead& head = known_head(text);
  if (size > text.size() || size > head.bytes.size()) return code;
  std::copy_n(text.data(), size, head.bytes.data());
  head.size = static_cast<std::uint8_t>(size);
  head.channel_size = static_cast<std::uint8_t>(plain.channel_name.size());
  head.instrument_at = static_cast<std::uint8_t>(plain.instrument.data() - text.data());
  head.instrument_size = static_cast<std::uint8_t>(plain.instrument.size());
  head.instrument = code->id;
  head.feed = feed;
  head.kind = kind;
  return code;
}

std::optional<PlainBooks> BookDecoder::decode_plain(std::string_view text,
                                                    const InstrumentCodes& codes) noexcept {
  PlainCursor in(text);
  PlainBooks plain;
  // Numbers are loaded from sixteen bytes before their end.
  constexpr std::size_t kShortest = 64;
  if (text.size() < kShortest) return std::nullopt;
  BookFeed feed = BookFeed::BestBidOffer;
  BookUpdate::Kind kind = BookUpdate::Kind::Snapshot;
  const InstrumentCode* code = take_known_head(in, text, codes, plain, feed, kind);
  if (code == nullptr) code = take_head(in, text, codes, plain, feed, kind);
  if (code == nullptr) return std::nullopt;
  books_.clear();
  bids_.used = 0;
  asks_.used = 0;
  do {
    if (!in.inside() || books_.size() == kMaxBooksPerFrame) return std::nullopt;
    if (!take_plain_row(in, *code, feed, kind)) return std::nullopt;
  } while (in.take(','));
  if (!in.take("]}") || !in.ended()) return std::nullopt;
  plain.books = books_;
  return plain;
}

bool BookDecoder::take_plain_row(PlainCursor& in, const InstrumentCode& code, BookFeed feed,
                                 BookUpdate::Kind kind) noexcept {
  DecodedBook book;
  book.feed = feed;
  book.kind = kind;
  book.instrument = code.id;
  const std::size_t first_bid = bids_.used;
  const std::size_t first_ask = asks_.used;
  enum Seen : unsigned {
    kAsks = 1,
    kBids = 2,
    kTime = 4,
    kSum = 8,
    kPrevious = 16,
    kSequence = 32,
    kName = 64
  };
  unsigned seen = 0;
  const auto once = [&](unsigned which) {
    const bool is_first = (seen & which) == 0;
    seen |= which;
    return is_first;
  };
  if (!in.take('{')) return false;
  do {
    if (!in.inside()) return false;
    if (in.take(R"("asks":[)")) {
      if (!once(kAsks) || !take_plain_side(in, code, asks_)) return false;
    } else if (in.take(R"("bids":[)")) {
      if (!once(kBids) || !take_plain_side(in, code, bids_)) return false;
    } else if (in.take(R"("ts":")")) {
      if (!once(kTime) || !take_millis(in, book.exchange_time)) return false;
    } else if (in.take(R"("seqId":)")) {
      if (!once(kSequence) || !in.take_integer(book.sequence.emplace())) return false;
    } else if (in.take(R"("prevSeqId":)")) {
      if (!once(kPrevious) || !in.take_integer(book.previous_sequence.emplace())) return false;
    } else if (in.take(R"("checksum":)")) {
      std::int64_t sum = 0;
      if (!once(kSum) || !in.take_integer(sum)) return false;
      if (sum < std::numeric_limits<std::int32_t>::min() || sum > 0xFFFF'FFFF) return false;
      book.checksum = static_cast<std::int32_t>(sum);
    } else if (in.take(R"("instId":")")) {
      // books5 says it once more; only what is the same again is passed over.
      std::string_view name;
      if (!once(kName) || !in.take_until_quote(name) || name != code.name.view()) return false;
    } else {
      return false;
    }
  } while (in.take(','));
  if (!in.take('}') || (seen & (kAsks | kBids)) != (kAsks | kBids)) return false;
  if (kind == BookUpdate::Kind::Snapshot) {
    drop_empty_levels(bids_, first_bid);
    drop_empty_levels(asks_, first_ask);
  }
  book.bids = {bids_.levels.data() + first_bid, bids_.used - first_bid};
  book.asks = {asks_.levels.data() + first_ask, asks_.used - first_ask};
  book.raw_bids = {bids_.raw.data() + first_bid, bids_.used - first_bid};
  book.raw_asks = {asks_.raw.data() + first_ask, asks_.used - first_ask};
  books_.push_back(book);
  return true;
}

/// Behind the opening bracket: levels ["61250.1","100","0","1"], their third element one digit.
bool BookDecoder::take_plain_side(PlainCursor& in, const InstrumentCode& code,
                                  Side& side) noexcept {
  if (in.take(']')) return true;
  const std::size_t first = side.used;
  const unsigned price_digits = code.price_digits;
  const unsigned quantity_digits = code.quantity_digits;
  const char* p = in.at();
  for (;;) {
    in.go(p);
    if (!in.inside() || side.used - first == kMaxLevelsPerSide || side.used == side.levels.size())
      return false;
    // All eight quotes of a level at once: where the next one begins must not wait for the length
    // of each of its numbers.
    const PlainMarks marks = marks_in_64(p);
    const auto last =
        static_cast<unsigned>(_tzcnt_u64(_pdep_u64(std::uint64_t{1} << 7, marks.quotes)));
    if (last > 61) return false;  // of 64: none; the two bytes behind it are looked at as well
    // The second, fourth and sixth quote each have a comma and the next quote behind them, and
    // nothing else in the level does.
    const std::uint64_t closing = _pdep_u64(0b0010'1010, marks.quotes);
    const std::uint64_t separated =
        marks.quotes & (marks.commas >> 1) & (marks.quotes >> 2) & ((std::uint64_t{1} << last) - 1);
    const auto price_close = static_cast<unsigned>(_tzcnt_u64(closing));
    const std::uint64_t behind_price = _blsr_u64(closing);
    const auto quantity_close = static_cast<unsigned>(_tzcnt_u64(behind_price));
    const auto third_close = static_cast<unsigned>(_tzcnt_u64(_blsr_u64(behind_price)));
    const bool shaped =
        static_cast<unsigned>(separated == closing) & static_cast<unsigned>(p[0] == '[') &
        static_cast<unsigned>((marks.quotes & 3) == 2) &
        static_cast<unsigned>(third_close == quantity_close + 4) &
        static_cast<unsigned>(static_cast<unsigned char>(p[third_close - 1] - '0') <= 9) &
        static_cast<unsigned>(p[last + 1] == ']');
    if (!shaped) return false;
    const unsigned price_size = price_close - 2;
    const unsigned quantity_size = quantity_close - price_close - 3;
    const unsigned orders_size = last - third_close - 3;
    Level& level = side.levels[side.used];
    const auto [price, quantity] =
        read_plain_numbers(p + price_close, price_size, p + quantity_close, quantity_size);
    const PlainNumber orders = read_plain_number(p + last, orders_size);
    if (!to_units(price, price_digits, level.price) ||
        !to_units(quantity, quantity_digits, level.quantity) || level.price == 0 ||
        !orders.is_plain || orders.decimals != 0)
      return false;
    level.orders = static_cast<std::uint32_t>(std::min<std::uint64_t>(orders.digits, 0xFFFF'FFFF));
    level.reserved = 0;
    side.raw[side.used] = {{p + 2, price_size}, {p + price_close + 3, quantity_size}};
    ++side.used;
    p += last + 2;
    if (*p == ',') {
      ++p;
      continue;
    }
    in.go(p);
    return in.take(']');
  }
}

}  // namespace gannet::okx
