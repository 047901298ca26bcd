#pragma once

#include <cstdint>

namespace gannet::okx {

/// How the venue margins the account, and whether long and short are kept apart. [PROTOCOL 8.1]
enum class AccountMode : std::uint8_t { Spot, Futures, MultiCurrency, Portfolio };
enum class PositionMode : std::uint8_t { Net, LongShort };

}  // namespace gannet::okx
