#include "sim/risk_tiers.h"

#include <algorithm>
#include <array>

namespace gannet::sim {
namespace {

struct Rung {
  std::int64_t times;             ///< the first rung's size
  std::int64_t maintenance_rate;  ///< 10^-9
  std::int64_t leverage;
};
constexpr std::array kRungs{Rung{1, 4'000'000, 125},   Rung{2, 5'000'000, 100},
                            Rung{4, 7'500'000, 50},    Rung{8, 10'000'000, 40},
                            Rung{16, 15'000'000, 25},  Rung{32, 25'000'000, 20},
                            Rung{64, 50'000'000, 10},  Rung{128, 100'000'000, 5},
                            Rung{512, 125'000'000, 4}, Rung{2048, 150'000'000, 3}};
constexpr std::int64_t kRateUnit = 1'000'000'000;
constexpr std::int64_t kFirstRungDollars = 5'000'000;

/// One significant digit, and whole lots.
std::int64_t rounded_size(__int128 size, std::int64_t lot) noexcept {
  __int128 unit = 1;
  while (unit * 10 <= size) unit *= 10;
  size = size / unit * unit;
  return static_cast<std::int64_t>(std::max<__int128>(size / lot, 1) * lot);
}

}  // namespace

std::vector<RiskTier> make_risk_tiers(const ValueTerms& terms, Price price, Quantity lot,
                                      std::int64_t largest_leverage, bool settles_in_dollars) {
  // Inverse contracts have their face in dollars, so that their price does not matter; linear ones
  // that settle in something else than dollars are taken at face too: a table, not a valuation.
  constexpr __int128 kDollars = static_cast<__int128>(kFirstRungDollars);
  const Quantity probe{1'000'000'000};
  __int128 worth = 0;  // of the probe, in whole dollars
  if (terms.contract == ContractKind::Inverse || !settles_in_dollars) {
    worth = probe.raw * terms.face;
    for (int i = 0; i < terms.face_digits; ++i) worth /= 10;
  } else {
    worth = money_of(value_at(terms, price, probe).value_or(0)) / power_of_ten(18);
  }
  constexpr __int128 kMost = static_cast<__int128>(1) << 50;
  const __int128 size = worth <= 0 ? kMost : std::min(kDollars * probe.raw / worth, kMost);
  const std::int64_t first = rounded_size(std::max<__int128>(size, 1), lot.raw);

  std::vector<RiskTier> tiers;
  Quantity least;
  for (const Rung& rung : kRungs) {
    RiskTier tier;
    tier.tier = static_cast<int>(tiers.size()) + 1;
    tier.least = least;
    tier.most = {first * rung.times};
    tier.largest_leverage = std::min(rung.leverage, largest_leverage);
    tier.initial_rate = kRateUnit / tier.largest_leverage;
    tier.maintenance_rate = rung.maintenance_rate;
    least = tier.most;
    tiers.push_back(tier);
  }
  return tiers;
}

const RiskTier& tier_of(const std::vector<RiskTier>& tiers, Quantity size) noexcept {
  for (const RiskTier& tier : tiers) {
    if (size <= tier.most) return tier;
  }
  return tiers.back();
}

Quantity largest_position(const std::vector<RiskTier>& tiers, std::int64_t leverage) noexcept {
  Quantity most;
  for (const RiskTier& tier : tiers) {
    if (tier.largest_leverage >= leverage) most = std::max(most, tier.most);
  }
  return most;
}

}  // namespace gannet::sim
