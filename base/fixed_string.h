#pragma once

#include <algorithm>
#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace gannet {

/// Text of at most N bytes held in place: no heap, trivially copyable, comparable. What does not
/// fit is cut; callers that must not lose text ask `fits` first.
template <std::size_t N>
class FixedString {
  static_assert(N > 0 && N <= 255);

 public:
  constexpr FixedString() noexcept = default;
  constexpr FixedString(std::string_view text) noexcept  // NOLINT(google-explicit-constructor)
      : size_(static_cast<std::uint8_t>(std::min(text.size(), N))) {
    std::copy_n(text.data(), size_, bytes_.begin());
  }

  static constexpr bool fits(std::string_view text) noexcept { return text.size() <= N; }
  constexpr std::string_view view() const noexcept { return {bytes_.data(), size_}; }
  constexpr bool empty() const noexcept { return size_ == 0; }
  constexpr std::size_t size() const noexcept { return size_; }
  friend constexpr bool operator==(const FixedString& a, const FixedString& b) noexcept {
    return a.view() == b.view();
  }
  friend constexpr auto operator<=>(const FixedString& a, const FixedString& b) noexcept {
    return a.view() <=> b.view();
  }

 private:
  std::array<char, N> bytes_{};
  std::uint8_t size_ = 0;
};

}  // namespace gannet
