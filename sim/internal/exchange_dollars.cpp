// What money is worth in dollars, and how much of it counts as collateral. All 10^-18.

#include <algorithm>
#include <span>
#include <string_view>

#include "sim/internal/exchange_state.h"

namespace gannet::sim {
namespace {

constexpr __int128 kOne = 1'000'000'000'000'000'000;
constexpr std::int64_t kRateUnit = 1'000'000'000;

bool is_dollar(std::string_view name) noexcept { return name.starts_with("USD"); }

/// One rung of a built-in table: up to so many units (0: no end) at that rate.
struct Rung {
  std::int64_t units = 0;
  std::int64_t rate = 0;
};
// The venue's own tables are longer; these are the first rungs of some (April 2026).
constexpr Rung kDollarRungs[] = {{0, kRateUnit}};
constexpr Rung kBitcoinRungs[] = {
    {20, 980'000'000}, {25, 977'500'000}, {30, 975'000'000}, {50, 970'000'000}, {0, 950'000'000}};
constexpr Rung kEtherRungs[] = {{500, 980'000'000}, {0, 950'000'000}};
constexpr Rung kOtherRungs[] = {{0, 850'000'000}};

std::span<const Rung> built_in_rungs(std::string_view currency) noexcept {
  if (is_dollar(currency)) return kDollarRungs;
  if (currency == "BTC") return kBitcoinRungs;
  if (currency == "ETH") return kEtherRungs;
  return kOtherRungs;
}

}  // namespace

void Exchange::State::find_pricing() {
  if (pricing_made_for == instruments.size() && pricing.size() >= currencies.size()) return;
  pricing.assign(currencies.size(), {});
  for (const Instrument& instrument : instruments) {
    // An inverse contract's face is in dollars: its coin is what it settles in.
    const CurrencyId coin =
        instrument.contract == ContractKind::Inverse ? instrument.settle : instrument.base;
    const bool priced = coin.valid() && coin.value < pricing.size() && instrument.quote.valid() &&
                        is_dollar(currencies.name(instrument.quote)) &&
                        instrument.kind != InstrumentKind::Option;
    if (priced) pricing[coin.value].push_back(instrument.id);
  }
  pricing_made_for = instruments.size();
}

__int128 Exchange::State::dollar_price(CurrencyId currency) {
  if (currency.value < dollar_override.size() && dollar_override[currency.value] > 0)
    return dollar_override[currency.value];
  if (!currency.valid()) return 0;
  if (is_dollar(currencies.name(currency))) return kOne;
  find_pricing();
  if (currency.value >= pricing.size()) return 0;
  for (const InstrumentId id : pricing[currency.value]) {
    const Market& here = market(id);
    const Price price = here.index.raw > 0 ? here.index : here.mark;
    if (price.raw > 0)
      return static_cast<__int128>(price.raw) *
             power_of_ten(Amount::kDigits - instruments[id].price_digits);
  }
  return 0;
}

__int128 Exchange::State::in_dollars(CurrencyId currency, __int128 money) {
  const __int128 price = dollar_price(currency);
  return price == kOne ? money : multiply_divide(money, price, kOne).value_or(0);
}

std::vector<DiscountTier> Exchange::State::discount_tiers(CurrencyId currency) const {
  if (currency.value < discounts.size() && !discounts[currency.value].empty())
    return discounts[currency.value];
  std::vector<DiscountTier> made;
  for (const Rung& rung : built_in_rungs(currencies.name(currency)))
    made.push_back({{rung.units * kOne, currency}, rung.rate});
  return made;
}

__int128 Exchange::State::discounted(CurrencyId currency, __int128 money) {
  if (money <= 0) return in_dollars(currency, money);
  __int128 counted = 0;
  __int128 below = 0;
  const auto climb = [&](__int128 most, std::int64_t rate) {
    const bool last = most == 0 || money <= most;
    counted += fee_on((last ? money : most) - below, rate);
    below = most;
    return last;
  };
  if (currency.value < discounts.size() && !discounts[currency.value].empty()) {
    for (const DiscountTier& tier : discounts[currency.value]) {
      if (climb(tier.most.raw, tier.rate)) break;
    }
  } else {
    // Without `discount_tiers`, which allocates: every balance that is told comes here.
    for (const Rung& rung : built_in_rungs(currencies.name(currency))) {
      if (climb(rung.units * kOne, rung.rate)) break;
    }
  }
  return in_dollars(currency, counted);
}

std::vector<DiscountTier> Exchange::discount_tiers(CurrencyId currency) const {
  return state_->discount_tiers(currency);
}

void Exchange::set_discount_tiers(CurrencyId currency, std::vector<DiscountTier> tiers) {
  auto& table = state_->discounts;
  if (currency.value >= table.size()) table.resize(std::size_t{currency.value} + 1);
  table[currency.value] = std::move(tiers);
}

Amount Exchange::dollar_price(CurrencyId currency) const {
  return {state_->dollar_price(currency), currency};
}

void Exchange::set_dollar_price(CurrencyId currency, Amount dollars) {
  auto& table = state_->dollar_override;
  if (currency.value >= table.size()) table.resize(std::size_t{currency.value} + 1);
  table[currency.value] = dollars.raw;
}

}  // namespace gannet::sim
