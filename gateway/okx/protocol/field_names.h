#pragma once

#include <immintrin.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace gannet::okx {

/// Position of a field's name in a fixed list, by one hash and one compare: rows of 70 fields are
/// read in one pass, in whatever order the venue sends them.
template <std::size_t N>
class FieldNames {
 public:
  static constexpr std::size_t kNone = N;

  consteval explicit FieldNames(const std::array<std::string_view, N>& names) : names_(names) {
    for (std::uint8_t& slot : slots_) slot = static_cast<std::uint8_t>(N);
    for (std::size_t i = 0; i < N; ++i) {
      std::size_t slot = hash(names_[i]);
      while (slots_[slot] != N) slot = (slot + 1) % kSlots;
      slots_[slot] = static_cast<std::uint8_t>(i);
      // Filled up with zeros, which no name has: equal bytes are equal lengths.
      for (std::size_t j = 0; j < names_[i].size() && j < kLongest; ++j)
        loaded_[i][j] = names_[i][j];
    }
  }

  /// kNone if it is not in the list.
  constexpr std::size_t find(std::string_view name) const noexcept {
    for (std::size_t slot = hash(name); slots_[slot] != N; slot = (slot + 1) % kSlots) {
      if (names_[slots_[slot]] == name) return slots_[slot];
    }
    return kNone;
  }

  /// The same of a name after which, or in which, sixteen bytes can be read from its beginning.
  std::size_t find_loaded(std::string_view name) const noexcept {
    static_assert(kLongest <= 16);
    if (name.size() > 16) return kNone;
    const __m128i keep = _mm_loadu_si128(
        reinterpret_cast<const __m128i*>(kKeepFirst + 16 - name.size()));  // NOLINT: unaligned
    const __m128i wanted = _mm_and_si128(
        _mm_loadu_si128(reinterpret_cast<const __m128i*>(name.data())), keep);  // NOLINT
    for (std::size_t slot = hash(name); slots_[slot] != N; slot = (slot + 1) % kSlots) {
      const __m128i here = _mm_loadu_si128(
          reinterpret_cast<const __m128i*>(loaded_[slots_[slot]].data()));  // NOLINT
      if (_mm_movemask_epi8(_mm_cmpeq_epi8(here, wanted)) == 0xFFFF) return slots_[slot];
    }
    return kNone;
  }

 private:
  static constexpr std::size_t kSlots = 128;
  static constexpr std::size_t kLongest = 16;
  static_assert(N <= kSlots / 2);

  static constexpr std::size_t hash(std::string_view name) noexcept {
    if (name.empty()) return 0;
    const auto byte = [name](std::size_t i) { return static_cast<unsigned char>(name[i]); };
    return (name.size() * 29u + byte(0) * 7u + byte(name.size() / 2) * 13u +
            byte(name.size() - 1) * 3u) %
           kSlots;
  }

  static constexpr std::uint8_t kKeepFirst[32] = {0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF,
                                                  0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF,
                                                  0,    0,    0,    0,    0,    0,    0,    0,
                                                  0,    0,    0,    0,    0,    0,    0,    0};

  std::array<std::string_view, N> names_;
  std::array<std::array<char, kLongest>, N> loaded_{};
  std::array<std::uint8_t, kSlots> slots_{};
};

}  // namespace gannet::okx
