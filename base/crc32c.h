#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace gannet {

/// CRC-32C (Castagnoli) of `bytes`, continuing from `seed` (the CRC of what came before; 0 at the
/// start). By the processor's instruction where it has one. Pure, any thread, no allocation.
std::uint32_t crc32c(std::uint32_t seed, std::span<const std::byte> bytes) noexcept;

/// The same by a table: the fall-back, and the twin that tests compare with.
std::uint32_t crc32c_by_table(std::uint32_t seed, std::span<const std::byte> bytes) noexcept;

}  // namespace gannet
