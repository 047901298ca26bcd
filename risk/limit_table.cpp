#include "risk/limit_table.h"

#include <algorithm>
#include <optional>
#include <string_view>
#include <utility>

#include "base/check.h"
#include "domain/exact_math.h"

namespace gannet::risk {
namespace {

using Named = std::pair<std::string, Limits>;

/// `base` with every key that `over` has in its place.
Limits overridden(const Limits& base, const Limits& over) {
  Limits result = base;
  if (over.order_quantity_max) result.order_quantity_max = over.order_quantity_max;
  if (over.order_notional_max) result.order_notional_max = over.order_notional_max;
  if (over.position_long_max) result.position_long_max = over.position_long_max;
  if (over.position_short_max) result.position_short_max = over.position_short_max;
  if (over.open_orders_max) result.open_orders_max = over.open_orders_max;
  if (over.price_collar_ppm) result.price_collar_ppm = over.price_collar_ppm;
  return result;
}

const Limits* find(const std::vector<Named>& entries, std::string_view name) {
  const auto it =
      std::find_if(entries.begin(), entries.end(), [&](const Named& n) { return n.first == name; });
  return it == entries.end() ? nullptr : &it->second;
}

/// value x 10^digits / 10^value.digits / divisor, rounded down, clamped to what fits.
std::int64_t to_units(const Decimal& value, int digits, const Decimal& divisor) {
  // A coin size / contract value: mantissa x 10^(digits + divisor.digits - value.digits) /
  // mantissa.
  const int exponent = digits + divisor.digits - value.digits;
  const Int128 up = exponent > 0 ? wide_power_of_ten(std::min(exponent, kMaxPowerOfTen)) : 1;
  const Int128 down = exponent < 0 ? wide_power_of_ten(std::min(-exponent, kMaxPowerOfTen)) : 1;
  const auto result = mul_div(value.mantissa, up, down * divisor.mantissa, Rounding::Down);
  constexpr Int128 kMax = ResolvedLimits::kNoQuantity;
  return static_cast<std::int64_t>(std::clamp<Int128>(result.value_or(kMax), 0, kMax));
}

/// Nothing when the instrument does not know the size's unit.
std::optional<Quantity> resolve_size(const SizeLimit& size, const Instrument& instrument,
                                     const CurrencyTable& currencies) {
  const bool derivative = is_derivative(instrument.kind);
  const bool in_contracts = size.currency.empty();
  if (in_contracts && !derivative) return std::nullopt;
  if (!in_contracts && size.currency.view() != currencies.name(instrument.base))
    return std::nullopt;
  if (in_contracts || !derivative) {
    return Quantity{to_units(size.value, instrument.quantity_digits, {1, 0})};
  }
  const Decimal& value = instrument.contract_value;
  const Decimal& multiplier = instrument.contract_multiplier;
  Int128 mantissa = static_cast<Int128>(value.mantissa) * multiplier.mantissa;
  int digits = value.digits + multiplier.digits;
  for (; mantissa % 10 == 0 && digits > 0; --digits) mantissa /= 10;
  if (mantissa <= 0 || mantissa > std::numeric_limits<std::int64_t>::max()) return std::nullopt;
  return Quantity{
      to_units(size.value, instrument.quantity_digits,
               {static_cast<std::int64_t>(mantissa), static_cast<std::uint8_t>(digits)})};
}

/// Tightens `into` by one level's limits. A size whose unit the instrument does not have allows
/// nothing there, and its key is remembered for `permit`.
std::expected<void, Error> tighten(ResolvedLimits& into, const Limits& limits,
                                   const Instrument& instrument, const CurrencyTable& currencies) {
  struct Key {
    const char* name;
    const std::optional<SizeLimit>* size;
    Quantity* quantity;
  };
  for (const Key& key :
       {Key{"order_quantity_max", &limits.order_quantity_max, &into.order_quantity_max},
        Key{"position_long_max", &limits.position_long_max, &into.position_long_max},
        Key{"position_short_max", &limits.position_short_max, &into.position_short_max}}) {
    if (!*key.size) continue;
    const auto quantity = resolve_size(**key.size, instrument, currencies);
    if (!quantity) into.mismatched_key = key.name;
    *key.quantity = std::min(*key.quantity, quantity.value_or(Quantity{0}));
  }
  if (limits.order_notional_max) {
    const Decimal& value = *limits.order_notional_max;
    const int exponent = Amount::kDigits - value.digits;
    const auto raw = exponent < 0
                         ? std::nullopt
                         : mul_div(value.mantissa, wide_power_of_ten(exponent), 1, Rounding::Down);
    if (!raw || *raw < 0) return std::unexpected(Error{"order_notional_max: out of range"});
    into.order_notional_max = std::min(into.order_notional_max, *raw);
  }
  if (limits.price_collar_ppm) {
    into.price_collar_ppm = std::min(into.price_collar_ppm, *limits.price_collar_ppm);
  }
  return {};
}

bool is_major(const Instrument& instrument, const CurrencyTable& currencies) {
  // An inverse contract's base is its face, USD; the family names the coin.
  const std::string_view base = instrument.contract == ContractKind::Inverse
                                    ? instrument.family.view()
                                    : currencies.name(instrument.base);
  return base == "BTC" || base == "ETH" || base.starts_with("BTC-") || base.starts_with("ETH-");
}

Limits instrument_limits(const Settings& settings, const Instrument& instrument,
                         const CurrencyTable& currencies) {
  Limits base = settings.instrument_default;
  if (is_major(instrument, currencies)) base.price_collar_ppm = settings.price_collar_majors_ppm;
  const Limits* own = find(settings.instruments, instrument.name.view());
  return own == nullptr ? base : overridden(base, *own);
}

std::expected<void, Error> check_names(const Settings& settings, const InstrumentTable& instruments,
                                       std::span<const std::string> strategies) {
  for (const auto& [name, limits] : settings.instruments) {
    if (!instruments.find(name).valid()) {
      return std::unexpected(Error{"risk.instrument." + name + ": no such instrument"});
    }
  }
  for (const auto& [name, limits] : settings.strategies) {
    if (std::find(strategies.begin(), strategies.end(), name) == strategies.end()) {
      return std::unexpected(Error{"risk.strategy." + name + ": no such strategy"});
    }
  }
  return {};
}

}  // namespace

std::expected<LimitTable, Error> LimitTable::build(const Settings& settings,
                                                   const InstrumentTable& instruments,
                                                   const CurrencyTable& currencies,
                                                   std::span<const std::string> strategies) {
  if (auto known = check_names(settings, instruments, strategies); !known) {
    return std::unexpected(known.error());
  }
  LimitTable table;
  table.strategies_ = strategies.size();
  table.instruments_ = instruments.size();
  table.by_instrument_.resize(instruments.size());
  table.by_strategy_.resize(strategies.size() * instruments.size());
  table.permitted_.resize(strategies.size() * instruments.size());
  table.account_open_orders_max_ =
      settings.account.open_orders_max.value_or(table.account_open_orders_max_);
  table.metadata_age_max_ = settings.metadata_age_max;
  table.venue_reduces_ = settings.venue_reduces;
  for (const Instrument& instrument : instruments) {
    ResolvedLimits& limits = table.by_instrument_[instrument.id.value];
    const Limits own = instrument_limits(settings, instrument, currencies);
    if (auto ok = tighten(limits, settings.account, instrument, currencies); !ok) {
      return std::unexpected(std::move(ok.error()).with("risk.account"));
    }
    if (auto ok = tighten(limits, own, instrument, currencies); !ok) {
      return std::unexpected(
          std::move(ok.error()).with("risk.instrument." + std::string(instrument.name.view())));
    }
    limits.open_orders_max = own.open_orders_max.value_or(limits.open_orders_max);
  }
  for (std::size_t s = 0; s < strategies.size(); ++s) {
    const Limits* named = find(settings.strategies, strategies[s]);
    const Limits own = named == nullptr ? settings.strategy_default
                                        : overridden(settings.strategy_default, *named);
    for (const Instrument& instrument : instruments) {
      ResolvedLimits& limits = table.by_strategy_[s * instruments.size() + instrument.id.value];
      if (auto ok = tighten(limits, own, instrument, currencies); !ok) {
        return std::unexpected(std::move(ok.error()).with("risk.strategy." + strategies[s]));
      }
      limits.open_orders_max = own.open_orders_max.value_or(limits.open_orders_max);
    }
  }
  return table;
}

std::expected<void, Error> LimitTable::permit(StrategyId strategy, const Instrument& instrument) {
  CHECK(strategy.value < strategies_);
  CHECK(instrument.id.value < instruments_);
  for (const ResolvedLimits* limits :
       {&of_instrument(instrument.id), &of_strategy(strategy, instrument.id)}) {
    if (limits->mismatched_key == nullptr) continue;
    return std::unexpected(
        Error{std::string("risk: a ") + limits->mismatched_key + " that limits " +
              std::string(instrument.name.view()) +
              " is in a unit that it does not have (contracts or base currency)"});
  }
  permitted_[strategy.value * instruments_ + instrument.id.value] = 1;
  return {};
}

bool LimitTable::permits(StrategyId strategy, InstrumentId instrument) const noexcept {
  if (strategy.value >= strategies_ || instrument.value >= instruments_) return false;
  return permitted_[strategy.value * instruments_ + instrument.value] != 0;
}

}  // namespace gannet::risk
