#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <string_view>

#include "base/time.h"

namespace gannet {

/// "250ms", "2s", "50us", "10ns", "5m", "24h": digits and a unit, nothing between but one optional
/// space. Absent: not that, negative, or too long for 63 bits of nanoseconds.
constexpr std::optional<Nanos> parse_duration(std::string_view text) noexcept {
  std::int64_t count = 0;
  std::size_t i = 0;
  for (; i < text.size() && text[i] >= '0' && text[i] <= '9'; ++i) {
    if (__builtin_mul_overflow(count, 10, &count)) return std::nullopt;
    if (__builtin_add_overflow(count, text[i] - '0', &count)) return std::nullopt;
  }
  if (i == 0) return std::nullopt;
  std::string_view unit = text.substr(i);
  if (!unit.empty() && unit.front() == ' ') unit.remove_prefix(1);
  std::int64_t scale = 0;
  if (unit == "ns") scale = 1;
  if (unit == "us") scale = 1'000;
  if (unit == "ms") scale = 1'000'000;
  if (unit == "s") scale = 1'000'000'000;
  if (unit == "m") scale = 60'000'000'000;
  if (unit == "h") scale = 3'600'000'000'000;
  if (scale == 0) return std::nullopt;
  if (__builtin_mul_overflow(count, scale, &count)) return std::nullopt;
  return Nanos{count};
}

static_assert(parse_duration("250ms") == milliseconds(250));
static_assert(!parse_duration("250"));
static_assert(!parse_duration("-1s"));

}  // namespace gannet
