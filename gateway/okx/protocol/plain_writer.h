#pragma once

#include <immintrin.h>

#include <array>
#include <cstddef>
#include <cstdint>

#include "domain/units.h"

namespace gannet::okx {

// Writing numbers the quick way, without a branch on their length: sixteen digits at once. Twins:
// std::to_chars and format_units, with which a property test compares.
// All: no allocation. Each writes up to kWriteSlack bytes from where it is told to, whatever the
// number's length; what is behind it is of no meaning.

inline constexpr std::size_t kWriteSlack = 48;

namespace detail {

inline constexpr std::uint64_t kTenTo8 = 100'000'000;
inline constexpr std::uint64_t kTenTo16 = kTenTo8 * kTenTo8;

inline constexpr std::array<std::uint64_t, 20> kTens = [] {
  std::array<std::uint64_t, 20> tens{1};
  for (std::size_t i = 1; i < tens.size(); ++i) tens[i] = tens[i - 1] * 10;
  return tens;
}();

/// Moves bytes to the front: loaded from `kMoveLeft + n` it drops the first n of sixteen.
alignas(32) inline constexpr std::array<std::uint8_t, 32> kMoveLeft = [] {
  std::array<std::uint8_t, 32> rows{};
  for (std::uint8_t i = 0; i < 32; ++i) rows[i] = i < 16 ? i : std::uint8_t{0x80};
  return rows;
}();

/// 1..20; of 0 it is 1.
inline unsigned decimal_digits(std::uint64_t value) noexcept {
  const auto bits = static_cast<unsigned>(64 - __builtin_clzll(value | 1));
  const unsigned about = bits * 1'233 >> 12;  // log10(2) = 0.30103
  return about + (value >= kTens[about] ? 1 : 0) + (value == 0 ? 1 : 0);
}

/// Sixteen characters, with zeros in front. Requires value < 10^16. Each step halves: by 10^8, then
/// in all lanes by 10^4, 10^2 and 10, divisions being multiplications that are exact in that range.
inline __m128i sixteen_digits(std::uint64_t value) noexcept {
  const __m128i eights = _mm_set_epi64x(static_cast<long long>(value % kTenTo8),
                                        static_cast<long long>(value / kTenTo8));
  const __m128i high4 =
      _mm_srli_epi64(_mm_mul_epu32(eights, _mm_set1_epi64x(0xD1B7'1759)), 45);  // / 10^4
  const __m128i low4 = _mm_sub_epi32(eights, _mm_mul_epu32(high4, _mm_set1_epi64x(10'000)));
  const __m128i fours = _mm_or_si128(high4, _mm_slli_epi64(low4, 32));
  const __m128i high2 = _mm_srli_epi16(_mm_mulhi_epu16(fours, _mm_set1_epi32(5'243)), 3);  // / 100
  const __m128i low2 = _mm_sub_epi16(fours, _mm_mullo_epi16(high2, _mm_set1_epi32(100)));
  const __m128i twos = _mm_or_si128(high2, _mm_slli_epi32(low2, 16));
  const __m128i high1 = _mm_mulhi_epu16(twos, _mm_set1_epi16(6'554));  // / 10
  const __m128i low1 = _mm_sub_epi16(twos, _mm_mullo_epi16(high1, _mm_set1_epi16(10)));
  const __m128i ones = _mm_or_si128(high1, _mm_slli_epi16(low1, 8));
  return _mm_add_epi8(ones, _mm_set1_epi8('0'));
}

inline void store(char* out, __m128i bytes) noexcept {
  _mm_storeu_si128(reinterpret_cast<__m128i*>(out), bytes);  // NOLINT: unaligned store
}
inline __m128i drop_first(__m128i bytes, std::size_t n) noexcept {
  const auto* const row = kMoveLeft.data() + n;
  return _mm_shuffle_epi8(bytes,
                          _mm_loadu_si128(reinterpret_cast<const __m128i*>(row)));  // NOLINT
}

}  // namespace detail

/// Plain decimal text; returns one past the last digit.
inline char* write_number(char* out, std::uint64_t value) noexcept {
  using namespace detail;
  const unsigned digits = decimal_digits(value);
  if (digits <= 16) {
    store(out, drop_first(sixteen_digits(value), 16 - digits));
    return out + digits;
  }
  store(out, drop_first(sixteen_digits(value / kTenTo16), 32 - digits));
  store(out + digits - 16, sixteen_digits(value % kTenTo16));
  return out + digits;
}

/// As format_units, for what has room in sixteen digits; the rest it does itself.
inline char* write_units(char* out, std::int64_t raw, int digits) noexcept {
  using namespace detail;
  const auto value = static_cast<std::uint64_t>(raw);
  if (value >= kTenTo16 || digits > 15) return format_units(out, raw, digits);
  const auto behind = static_cast<unsigned>(digits);
  const __m128i text = sixteen_digits(value);
  const auto zeros =
      static_cast<std::uint32_t>(_mm_movemask_epi8(_mm_cmpeq_epi8(text, _mm_set1_epi8('0'))));
  // Of sixteen bits the upper ones are the last characters; below them stands a zero bit at least.
  const auto trailing = static_cast<unsigned>(__builtin_clz(~(zeros << 16)));
  const unsigned in_all = decimal_digits(value);
  const unsigned whole = in_all > behind ? in_all - behind : 1;
  store(out, drop_first(text, 16 - behind - whole));
  out += whole;
  if (trailing >= behind) return out;
  *out++ = '.';
  store(out, drop_first(text, 16 - behind));
  return out + (behind - trailing);
}

}  // namespace gannet::okx
