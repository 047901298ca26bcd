#pragma once

#include <cstdint>
#include <vector>

#include "sim/exchange.h"
#include "sim/money.h"

namespace gannet::sim {

/// A ladder for an instrument of which nobody gave one: each rung twice as large as the one below,
/// the first worth about five million dollars at `price`. The venue's own tables differ by
/// instrument and change often; this one has their shape. `largest_leverage` caps the first rungs.
std::vector<RiskTier> make_risk_tiers(const ValueTerms& terms, Price price, Quantity lot,
                                      std::int64_t largest_leverage, bool settles_in_dollars);

/// The rung of a position of that size; the last one's rates hold beyond it.
const RiskTier& tier_of(const std::vector<RiskTier>& tiers, Quantity size) noexcept;

/// The largest position at that leverage.
Quantity largest_position(const std::vector<RiskTier>& tiers, std::int64_t leverage) noexcept;

}  // namespace gannet::sim
