#pragma once

#include <immintrin.h>

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

// Reading frames in exactly the shape the venue writes them: no white space, no escapes, plain
// numbers. Whatever is not that is left to the general parser, which is also the judge of what a
// text means: a reader made of these pieces either agrees with it or says nothing.
// All: no allocation, no branch on the length of a number. Loads read up to kTextPadding bytes
// behind the text and 16 before a number's end, never used.

namespace gannet::okx {

/// Digits of a plain decimal, its point left out: 61250.1 is 612501 with one decimal.
struct PlainNumber {
  std::uint64_t digits = 0;
  unsigned decimals = 0;
  bool is_plain = false;  ///< 1..15 characters, digits and at most one point between two of them
};

namespace detail {

/// Bytes that keep the last `n` of sixteen: loaded from `kKeepLast + n`.
alignas(32) inline constexpr std::uint8_t kKeepLast[32] = {
    0,    0,    0,    0,    0,    0,    0,    0,    0,    0,    0,    0,    0,    0,    0,    0,
    0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF};

/// Takes the point out: what stands before the last `decimals` bytes moves one to the right.
/// Loaded from `kCloseGap + decimals`; 0x80 is a zero. The first leaves all where it is: a point
/// with nothing behind it is not plain.
struct ShuffleTable {
  alignas(16) std::uint8_t rows[16][16];
};
inline constexpr ShuffleTable kCloseGap = [] {
  ShuffleTable table{};
  for (unsigned decimals = 0; decimals < 16; ++decimals) {
    for (unsigned i = 0; i < 16; ++i) {
      const bool behind = i >= 16 - decimals || decimals == 0;
      table.rows[decimals][i] = static_cast<std::uint8_t>(behind ? i : (i == 0 ? 0x80 : i - 1));
    }
  }
  return table;
}();

}  // namespace detail

/// The number that ends right before `end` and is `length` bytes long. Sixteen bytes before `end`
/// must be readable.
inline PlainNumber read_plain_number(const char* end, std::size_t length) noexcept {
  constexpr std::size_t kLongest = 15;
  if (length - 1 >= kLongest) return {};
  const __m128i keep = _mm_loadu_si128(
      reinterpret_cast<const __m128i*>(detail::kKeepLast + length));  // NOLINT: unaligned load
  const __m128i text = _mm_loadu_si128(reinterpret_cast<const __m128i*>(end - 16));  // NOLINT
  __m128i value = _mm_and_si128(_mm_sub_epi8(text, _mm_set1_epi8('0')), keep);
  const auto points = static_cast<std::uint32_t>(
      _mm_movemask_epi8(_mm_cmpeq_epi8(value, _mm_set1_epi8(static_cast<char>('.' - '0')))));
  const unsigned decimals = points != 0 ? 15 - static_cast<unsigned>(__builtin_ctz(points)) : 0;
  // ".5" and "5." are not plain.
  if (points != 0 && (decimals == 0 || decimals + 1 == length)) return {};
  if (points != 0) {
    value = _mm_shuffle_epi8(value, _mm_load_si128(reinterpret_cast<const __m128i*>(
                                        detail::kCloseGap.rows[decimals])));  // NOLINT
  }
  const __m128i over = _mm_subs_epu8(value, _mm_set1_epi8(9));
  const __m128i pairs = _mm_maddubs_epi16(value, _mm_set1_epi16(0x010A));
  const __m128i fours = _mm_madd_epi16(pairs, _mm_set1_epi32(0x0001'0064));
  const __m128i packed = _mm_packus_epi32(fours, fours);
  const __m128i eights = _mm_madd_epi16(packed, _mm_set1_epi32(0x0001'2710));
  const auto both = static_cast<std::uint64_t>(_mm_cvtsi128_si64(eights));
  return {(both & 0xFFFF'FFFF) * 100'000'000 + (both >> 32), decimals,
          _mm_testz_si128(over, over) != 0};
}

/// Two at once, for what both of a level's numbers cost is nearly all that a level costs. Plain
/// both, or neither is.
struct PlainPair {
  PlainNumber first;
  PlainNumber second;
};
inline PlainPair read_plain_numbers(const char* first_end, std::size_t first_length,
                                    const char* second_end, std::size_t second_length) noexcept {
  constexpr std::size_t kLongest = 15;
  if (first_length - 1 >= kLongest || second_length - 1 >= kLongest) return {};
  const auto load = [](const void* at) {
    return _mm_loadu_si128(static_cast<const __m128i*>(at));  // NOLINT: unaligned load
  };
  const auto both = [](__m128i first, __m128i second) { return _mm256_set_m128i(second, first); };
  const __m256i keep =
      both(load(detail::kKeepLast + first_length), load(detail::kKeepLast + second_length));
  const __m256i text = both(load(first_end - 16), load(second_end - 16));
  __m256i value = _mm256_and_si256(_mm256_sub_epi8(text, _mm256_set1_epi8('0')), keep);
  const auto points = static_cast<std::uint32_t>(_mm256_movemask_epi8(
      _mm256_cmpeq_epi8(value, _mm256_set1_epi8(static_cast<char>('.' - '0')))));
  const std::uint32_t first_points = points & 0xFFFF;
  const std::uint32_t second_points = points >> 16;
  // Without a point it is as if there were one behind the last digit.
  const unsigned first_decimals = 15 - _tzcnt_u32(first_points | 0x8000);
  const unsigned second_decimals = 15 - _tzcnt_u32(second_points | 0x8000);
  // ".5" and "5." are not plain.
  const auto is_odd = [](std::uint32_t marks, unsigned decimals, std::size_t length) {
    return static_cast<unsigned>(marks != 0) &
           (static_cast<unsigned>(decimals == 0) | static_cast<unsigned>(decimals + 1 == length));
  };
  value = _mm256_shuffle_epi8(value, both(load(detail::kCloseGap.rows[first_decimals]),
                                          load(detail::kCloseGap.rows[second_decimals])));
  const __m256i over = _mm256_subs_epu8(value, _mm256_set1_epi8(9));
  const __m256i pairs = _mm256_maddubs_epi16(value, _mm256_set1_epi16(0x010A));
  const __m256i fours = _mm256_madd_epi16(pairs, _mm256_set1_epi32(0x0001'0064));
  const __m256i packed = _mm256_packus_epi32(fours, fours);
  const __m256i eights = _mm256_madd_epi16(packed, _mm256_set1_epi32(0x0001'2710));
  const bool is_plain = _mm256_testz_si256(over, over) != 0 &&
                        (is_odd(first_points, first_decimals, first_length) |
                         is_odd(second_points, second_decimals, second_length)) == 0;
  const auto joined = [](std::uint64_t halves) {
    return (halves & 0xFFFF'FFFF) * 100'000'000 + (halves >> 32);
  };
  return {{joined(static_cast<std::uint64_t>(_mm256_extract_epi64(eights, 0))), first_decimals,
           is_plain},
          {joined(static_cast<std::uint64_t>(_mm256_extract_epi64(eights, 2))), second_decimals,
           is_plain}};
}

/// Where quotes and commas stand in the 64 bytes from `at`: bit i is at[i].
struct PlainMarks {
  std::uint64_t quotes;
  std::uint64_t commas;
};
inline PlainMarks marks_in_64(const char* at) noexcept {
  const __m256i low = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(at));        // NOLINT
  const __m256i high = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(at + 32));  // NOLINT
  const auto where = [&](char what) {
    const __m256i wanted = _mm256_set1_epi8(what);
    const auto first =
        static_cast<std::uint32_t>(_mm256_movemask_epi8(_mm256_cmpeq_epi8(low, wanted)));
    const auto second =
        static_cast<std::uint32_t>(_mm256_movemask_epi8(_mm256_cmpeq_epi8(high, wanted)));
    return first | static_cast<std::uint64_t>(second) << 32;
  };
  return {where('"'), where(',')};
}

/// Where the quotes stand in the 64 bytes from `at`: bit i is at[i].
inline std::uint64_t quotes_in_64(const char* at) noexcept {
  const __m256i quote = _mm256_set1_epi8('"');
  const __m256i low = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(at));        // NOLINT
  const __m256i high = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(at + 32));  // NOLINT
  const auto first =
      static_cast<std::uint32_t>(_mm256_movemask_epi8(_mm256_cmpeq_epi8(low, quote)));
  const auto second =
      static_cast<std::uint32_t>(_mm256_movemask_epi8(_mm256_cmpeq_epi8(high, quote)));
  return first | static_cast<std::uint64_t>(second) << 32;
}

/// A place in a text, moving forward. Every step says whether what it found is what was asked for;
/// after a "no" the place is of no use. A step looks at most kTextPadding bytes behind the text.
class PlainCursor {
 public:
  explicit PlainCursor(std::string_view text) noexcept
      : p_(text.data()), end_(text.data() + text.size()) {}

  const char* at() const noexcept { return p_; }
  bool inside() const noexcept { return p_ < end_; }
  bool ended() const noexcept { return p_ == end_; }
  void go(const char* to) noexcept { p_ = to; }

  /// `literal` stands here: passes it. At most 64 bytes.
  template <std::size_t N>
  bool take(const char (&literal)[N]) noexcept {
    static_assert(N - 1 <= 64);
    if (p_ > end_ || std::memcmp(p_, literal, N - 1) != 0) return false;
    p_ += N - 1;
    return true;
  }
  bool take(char c) noexcept {
    if (p_ >= end_ || *p_ != c) return false;
    ++p_;
    return true;
  }
  /// Up to the next quote, which must come within 64 bytes; passes it. For text whose bytes are
  /// compared with something afterwards: an escape or a control is not looked for.
  bool take_until_quote(std::string_view& text) noexcept {
    const std::uint64_t quotes = inside() ? quotes_in_64(p_) : 0;
    if (quotes == 0) return false;
    const auto length = static_cast<std::size_t>(__builtin_ctzll(quotes));
    if (static_cast<std::size_t>(end_ - p_) <= length) return false;
    text = {p_, length};
    p_ += length + 1;
    return true;
  }
  /// The same, however far away it is; the text has a QuoteIndex.
  bool take_to_quote(std::string_view& text) noexcept {
    if (take_until_quote(text)) return true;
    const auto* const found = static_cast<const char*>(
        p_ < end_ ? std::memchr(p_, '"', static_cast<std::size_t>(end_ - p_)) : nullptr);
    if (found == nullptr) return false;
    text = {p_, static_cast<std::size_t>(found - p_)};
    p_ = found + 1;
    return true;
  }
  /// A whole number of at most 18 digits, as written outside of quotes: no zeros in front.
  bool take_integer(std::int64_t& number) noexcept {
    if (p_ >= end_) return false;
    const bool negative = *p_ == '-';
    const char* const first = p_ + (negative ? 1 : 0);
    const char* p = first;
    std::uint64_t value = 0;
    for (; *p >= '0' && *p <= '9' && p - first < 19; ++p) {
      value = value * 10 + static_cast<std::uint64_t>(*p - '0');
    }
    if (p == first || p - first > 18 || (*first == '0' && (negative || p - first > 1)))
      return false;
    number = negative ? -static_cast<std::int64_t>(value) : static_cast<std::int64_t>(value);
    p_ = p;
    return true;
  }

 private:
  const char* p_;
  const char* end_;
};

/// Where all quotes of a text stand, found 64 bytes at a time: a row of seventy fields is then read
/// without the beginning of one waiting for the end of the other. Only for texts whose bytes are
/// printable ASCII without a backslash: a quote then always opens or closes a string.
class QuoteIndex {
 public:
  static constexpr std::size_t kMost = 1'024;

  /// `text` is followed by kTextPadding readable bytes. False: not such a text, or too long a one.
  bool read(std::string_view text) noexcept {
    count_ = 0;
    if (text.size() > 0xFFFF) return false;
    __m256i good = _mm256_set1_epi8(-1);
    const char* const end = text.data() + text.size();
    for (const char* p = text.data(); p < end; p += 64) {
      // Up to eight more than there are may be written below.
      if (count_ + 64 + 8 > kMost) return false;
      std::uint64_t quotes = quotes_in_64(p);
      const auto left = static_cast<std::size_t>(end - p);
      if (left >= 64) {
        good = _mm256_and_si256(good, _mm256_and_si256(plain_in_32(p), plain_in_32(p + 32)));
      } else {
        quotes &= (std::uint64_t{1} << left) - 1;
        const auto first = static_cast<std::uint32_t>(_mm256_movemask_epi8(plain_in_32(p)));
        const auto second = static_cast<std::uint32_t>(_mm256_movemask_epi8(plain_in_32(p + 32)));
        const std::uint64_t plain = first | static_cast<std::uint64_t>(second) << 32;
        if ((~plain & ((std::uint64_t{1} << left) - 1)) != 0) return false;
      }
      const auto base = static_cast<std::uint32_t>(p - text.data());
      std::uint16_t* out = places_ + count_;
      count_ += static_cast<std::size_t>(__builtin_popcountll(quotes));
      do {
        for (int i = 0; i < 8; ++i) {
          *out++ = static_cast<std::uint16_t>(base + _tzcnt_u64(quotes));
          quotes = _blsr_u64(quotes);
        }
      } while (quotes != 0);
    }
    return _mm256_movemask_epi8(good) == -1;
  }

  std::size_t size() const noexcept { return count_; }
  std::size_t operator[](std::size_t i) const noexcept { return places_[i]; }

 private:
  static __m256i plain_in_32(const char* p) noexcept {
    const __m256i bytes = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(p));  // NOLINT
    // As signed bytes, what is above 0x7F is negative.
    return _mm256_andnot_si256(_mm256_cmpeq_epi8(bytes, _mm256_set1_epi8('\\')),
                               _mm256_cmpgt_epi8(bytes, _mm256_set1_epi8(0x1F)));
  }

  std::size_t count_ = 0;
  std::uint16_t places_[kMost];  // not set: written before it is read
};

/// What stands for a member's value.
enum class PlainValue : std::uint8_t { String, Word, Nested };  ///< Word: number, true, false, null

/// Passes a value that nobody wants, four levels deep at most.
inline bool skip_plain_value(PlainCursor& in, std::string_view& text, PlainValue& kind,
                             int depth = 0) noexcept;

/// Calls `each(key, text, kind)` for the members of the object that begins here; `each` returns
/// false to give up. The text has a QuoteIndex. The texts of nested values are empty. False: not an
/// object in plain shape.
template <class F>
bool for_each_plain_member(PlainCursor& in, F&& each, int depth = 0) noexcept {
  if (!in.take('{')) return false;
  if (in.take('}')) return true;
  do {
    std::string_view key;
    std::string_view value;
    if (!in.inside() || !in.take('"') || !in.take_until_quote(key) || !in.take(':')) return false;
    PlainValue kind = PlainValue::String;
    if (!skip_plain_value(in, value, kind, depth) || !each(key, value, kind)) return false;
  } while (in.take(','));
  return in.take('}');
}

inline bool skip_plain_value(PlainCursor& in, std::string_view& text, PlainValue& kind,
                             int depth) noexcept {
  if (in.take('"')) {
    kind = PlainValue::String;
    return in.take_to_quote(text);
  }
  kind = PlainValue::Word;
  const char* const begin = in.at();
  const auto word = [&] {
    text = {begin, static_cast<std::size_t>(in.at() - begin)};
    return true;
  };
  if (in.take("false") || in.take("true")) return word();
  if (in.take("null")) {
    text = {};
    return true;
  }
  std::int64_t number = 0;
  if (*begin == '-' || (*begin >= '0' && *begin <= '9')) {
    return in.take_integer(number) && (*in.at() == ',' || *in.at() == '}' || *in.at() == ']') &&
           word();
  }
  kind = PlainValue::Nested;
  text = {};
  constexpr int kDeepest = 4;
  if (depth == kDeepest) return false;
  if (*begin == '{') {
    return for_each_plain_member(
        in, [](std::string_view, std::string_view, PlainValue) { return true; }, depth + 1);
  }
  if (!in.take('[')) return false;
  if (in.take(']')) return true;
  std::string_view inner;
  PlainValue inner_kind{};
  do {
    if (!in.inside() || !skip_plain_value(in, inner, inner_kind, depth + 1)) return false;
  } while (in.take(','));
  return in.take(']');
}

/// The same with the index at hand, for the rows themselves: `next` is the index's entry of the
/// first quote behind the brace that opens the object, and then of the first one behind the object.
template <class F>
bool for_each_plain_member(PlainCursor& in, std::string_view text, const QuoteIndex& quotes,
                           std::size_t& next, F&& each) noexcept {
  const char* const begin = text.data();
  if (!in.take('{')) return false;
  if (in.take('}')) return true;
  auto at = static_cast<std::size_t>(in.at() - begin);
  for (;;) {
    if (next + 2 > quotes.size()) return false;
    const std::size_t key_open = quotes[next];
    const std::size_t key_close = quotes[next + 1];
    const std::string_view key(begin + key_open + 1, key_close - key_open - 1);
    if (key_open != at || begin[key_close + 1] != ':') return false;
    std::size_t behind = 0;
    if (next + 4 <= quotes.size() && quotes[next + 2] == key_close + 2) {
      const std::size_t close = quotes[next + 3];
      const std::string_view value(begin + key_close + 3, close - key_close - 3);
      if (!each(key, value, PlainValue::String)) return false;
      next += 4;
      behind = close + 1;
    } else {
      in.go(begin + key_close + 2);
      std::string_view value;
      PlainValue kind{};
      if (!skip_plain_value(in, value, kind, 0) || !each(key, value, kind)) return false;
      behind = static_cast<std::size_t>(in.at() - begin);
      next += 2;
      while (next < quotes.size() && quotes[next] < behind) ++next;
    }
    at = behind + 1;
    if (begin[behind] == ',') continue;
    in.go(begin + behind);
    return in.take('}');
  }
}

}  // namespace gannet::okx
