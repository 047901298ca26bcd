#pragma once

#include <compare>
#include <cstdint>

namespace gannet {

/// Dense index, distinct by tag. `kNone` is the one value that names nothing.
template <class Tag, class Int>
struct Id {
  Int value = kNone;
  static constexpr Int kNone = static_cast<Int>(-1);

  constexpr bool valid() const noexcept { return value != kNone; }
  friend constexpr auto operator<=>(Id, Id) noexcept = default;
};

using InstrumentId = Id<struct InstrumentTag, std::uint32_t>;
using CurrencyId = Id<struct CurrencyTag, std::uint16_t>;
using StrategyId = Id<struct StrategyTag, std::uint16_t>;
using AccountId = Id<struct AccountTag, std::uint16_t>;

/// Made by the engine from (engine number, run, sequence): decimal digits only and positive in 63
/// bits, because the venue echoes only such ids on every channel. Zero: not ours.
struct ClientOrderId {
  std::uint64_t value = 0;
  constexpr bool valid() const noexcept { return value != 0; }
  friend constexpr auto operator<=>(ClientOrderId, ClientOrderId) noexcept = default;
};

/// Given by the venue. Zero: not known (yet).
struct VenueOrderId {
  std::uint64_t value = 0;
  constexpr bool valid() const noexcept { return value != 0; }
  friend constexpr auto operator<=>(VenueOrderId, VenueOrderId) noexcept = default;
};

/// The venue's id of one match, per instrument. Positive; zero or negative for liquidations and
/// ADL.
struct TradeId {
  std::int64_t value = 0;
  friend constexpr auto operator<=>(TradeId, TradeId) noexcept = default;
};

/// What a strategy holds for its order: made by its lane, known at once, unique for the run. Zero:
/// none (foreign or adopted orders have none until adopted).
struct Handle {
  std::uint64_t value = 0;
  constexpr bool valid() const noexcept { return value != 0; }
  friend constexpr auto operator<=>(Handle, Handle) noexcept = default;
};

}  // namespace gannet
