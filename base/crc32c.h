#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>

#if defined(__SSE4_2__)
#include <nmmintrin.h>
#endif

namespace gannet {

/// CRC-32C (Castagnoli) of `bytes`, continuing from `seed` (the CRC of what came before; 0 at the
/// start). By the processor's instruction where it has one. Pure, any thread, no allocation.
std::uint32_t crc32c(std::uint32_t seed, std::span<const std::byte> bytes) noexcept;

/// The same, and copies `bytes` to `to` on the way. Inline: it is most of what a journal record
/// costs.
inline std::uint32_t crc32c_copy(std::uint32_t seed, std::byte* to,
                                 std::span<const std::byte> bytes) noexcept {
#if defined(__SSE4_2__)
  std::uint64_t crc = static_cast<std::uint32_t>(~seed);
  const std::byte* p = bytes.data();
  std::size_t left = bytes.size();
  for (; left >= 8; left -= 8, p += 8, to += 8) {
    std::uint64_t word = 0;
    std::memcpy(&word, p, 8);
    std::memcpy(to, &word, 8);
    crc = _mm_crc32_u64(crc, word);
  }
  if (left == 0) return ~static_cast<std::uint32_t>(crc);
  std::memcpy(to, p, left);
  return crc32c(~static_cast<std::uint32_t>(crc), {p, left});
#else
  if (!bytes.empty()) std::memcpy(to, bytes.data(), bytes.size());
  return crc32c(seed, bytes);
#endif
}

/// The same by a table: the fall-back, and the twin that tests compare with.
std::uint32_t crc32c_by_table(std::uint32_t seed, std::span<const std::byte> bytes) noexcept;

}  // namespace gannet
