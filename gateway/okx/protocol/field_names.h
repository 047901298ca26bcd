#pragma once

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
    }
  }

  /// kNone if it is not in the list.
  constexpr std::size_t find(std::string_view name) const noexcept {
    for (std::size_t slot = hash(name); slots_[slot] != N; slot = (slot + 1) % kSlots) {
      if (names_[slots_[slot]] == name) return slots_[slot];
    }
    return kNone;
  }

 private:
  static constexpr std::size_t kSlots = 128;
  static_assert(N <= kSlots / 2);

  static constexpr std::size_t hash(std::string_view name) noexcept {
    if (name.empty()) return 0;
    const auto byte = [name](std::size_t i) { return static_cast<unsigned char>(name[i]); };
    return (name.size() * 29u + byte(0) * 7u + byte(name.size() / 2) * 13u +
            byte(name.size() - 1) * 3u) %
           kSlots;
  }

  std::array<std::string_view, N> names_;
  std::array<std::uint8_t, kSlots> slots_{};
};

}  // namespace gannet::okx
