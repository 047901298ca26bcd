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
  if (over.gross_notional_max) result.gross_notional_max = over.gross_notional_max;
  if (over.net_notional_max) result.net_notional_max = over.net_notional_max;
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

/// Money of a limit as 10^-18, rounded down. Error: out of range.
std::expected<Int128, Error> resolve_money(const Decimal& value, const char* key) {
  const int exponent = Amount::kDigits - value.digits;
  const auto raw = exponent < 0
                       ? std::nullopt
                       : mul_div(value.mantissa, wide_power_of_ten(exponent), 1, Rounding::Down);
  if (!raw || *raw < 0) return std::unexpected(Error{std::string(key) + ": out of range"});
  return *raw;
}

/// Tightens `into` where the limit is set.
std::expected<void, Error> tighten_money(Int128& into, const std::optional<Decimal>& limit,
                                         const char* key) {
  if (!limit) return {};
  const auto raw = resolve_money(*limit, key);
  if (!raw) return std::unexpected(raw.error());
  into = std::min(into, *raw);
  return {};
}

/// The limits of gross and net notional of one level.
std::expected<void, Error> tighten_portfolio(Int128& gross, Int128& net, const Limits& limits,
                                             const std::string& level) {
  auto ok = tighten_money(gross, limits.gross_notional_max, "gross_notional_max");
  if (ok) ok = tighten_money(net, limits.net_notional_max, "net_notional_max");
  if (!ok) return std::unexpected(std::move(ok.error()).with(level));
  return {};
}

/// A part of a size, count or sum, rounded down: what is left of a limit in a canary.
Limits part_of(Limits limits, std::uint32_t ppm) {
  if (ppm >= 1'000'000) return limits;
  const auto scale_decimal = [ppm](std::optional<Decimal>& value) {
    if (!value) return;
    // Six digits more, so that nothing is lost, where they fit.
    constexpr std::int64_t kRoom = std::numeric_limits<std::int64_t>::max() / 1'000'000;
    if (value->mantissa <= kRoom && value->digits <= 12) {
      value = Decimal{value->mantissa * ppm, static_cast<std::uint8_t>(value->digits + 6)};
      while (value->digits > 0 && value->mantissa % 10 == 0)
        value = Decimal{value->mantissa / 10, static_cast<std::uint8_t>(value->digits - 1)};
    } else {
      value->mantissa = static_cast<std::int64_t>(Int128{value->mantissa} * ppm / 1'000'000);
    }
  };
  const auto scale_size = [&](std::optional<SizeLimit>& size) {
    if (!size) return;
    std::optional<Decimal> value = size->value;
    scale_decimal(value);
    size->value = *value;
  };
  scale_size(limits.order_quantity_max);
  scale_size(limits.position_long_max);
  scale_size(limits.position_short_max);
  scale_decimal(limits.order_notional_max);
  scale_decimal(limits.gross_notional_max);
  scale_decimal(limits.net_notional_max);
  scale_decimal(limits.leverage_max);
  if (limits.open_orders_max && *limits.open_orders_max > 0) {
    const std::uint64_t part = std::uint64_t{*limits.open_orders_max} * ppm / 1'000'000;
    limits.open_orders_max = static_cast<std::uint32_t>(std::max<std::uint64_t>(part, 1));
  }
  return limits;
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
  if (auto ok =
          tighten_money(into.order_notional_max, limits.order_notional_max, "order_notional_max");
      !ok)
    return ok;
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
  table.leverage_.resize(instruments.size(), Decimal{1, 0});
  const Limits account = part_of(settings.account, settings.canary_ppm);
  if (auto ok = table.read_account(account); !ok) return std::unexpected(std::move(ok.error()));
  table.metadata_age_max_ = settings.metadata_age_max;
  table.venue_reduces_ = settings.venue_reduces;
  table.is_canary_ = settings.canary_ppm < 1'000'000;
  for (const Instrument& instrument : instruments) {
    ResolvedLimits& limits = table.by_instrument_[instrument.id.value];
    const Limits own =
        part_of(instrument_limits(settings, instrument, currencies), settings.canary_ppm);
    if (auto ok = tighten(limits, account, instrument, currencies); !ok) {
      return std::unexpected(std::move(ok.error()).with("risk.account"));
    }
    if (auto ok = tighten(limits, own, instrument, currencies); !ok) {
      return std::unexpected(
          std::move(ok.error()).with("risk.instrument." + std::string(instrument.name.view())));
    }
    if (auto ok = tighten_portfolio(limits.gross_notional_max, limits.net_notional_max, own,
                                    "risk.instrument." + std::string(instrument.name.view()));
        !ok)
      return std::unexpected(std::move(ok.error()));
    limits.open_orders_max = own.open_orders_max.value_or(limits.open_orders_max);
  }
  for (std::size_t s = 0; s < strategies.size(); ++s) {
    const Limits* named = find(settings.strategies, strategies[s]);
    const Limits own = part_of(named == nullptr ? settings.strategy_default
                                                : overridden(settings.strategy_default, *named),
                               settings.canary_ppm);
    for (const Instrument& instrument : instruments) {
      ResolvedLimits& limits = table.by_strategy_[s * instruments.size() + instrument.id.value];
      if (auto ok = tighten(limits, own, instrument, currencies); !ok) {
        return std::unexpected(std::move(ok.error()).with("risk.strategy." + strategies[s]));
      }
      if (auto ok = tighten_portfolio(limits.gross_notional_max, limits.net_notional_max, own,
                                      "risk.strategy." + strategies[s]);
          !ok)
        return std::unexpected(std::move(ok.error()));
      limits.open_orders_max = own.open_orders_max.value_or(limits.open_orders_max);
    }
  }
  for (const auto* rows : {&table.by_instrument_, &table.by_strategy_}) {
    for (const ResolvedLimits& limits : *rows) {
      table.limits_portfolio_ = table.limits_portfolio_ ||
                                limits.gross_notional_max != ResolvedLimits::kNoNotional ||
                                limits.net_notional_max != ResolvedLimits::kNoNotional;
    }
  }
  return table;
}

std::expected<void, Error> LimitTable::read_account(const Limits& limits) {
  account_open_orders_max_ = limits.open_orders_max.value_or(account_open_orders_max_);
  if (auto ok = tighten_portfolio(account_gross_max_, account_net_max_, limits, "risk.account");
      !ok)
    return ok;
  if (limits.leverage_max) {
    const int exponent = 6 - limits.leverage_max->digits;
    const auto ppm = exponent < 0 ? mul_div(limits.leverage_max->mantissa, 1,
                                            wide_power_of_ten(-exponent), Rounding::Down)
                                  : mul_div(limits.leverage_max->mantissa,
                                            wide_power_of_ten(exponent), 1, Rounding::Down);
    constexpr Int128 kLargest = 1'000'000'000'000;  // a million times: no venue gives it
    if (!ppm || *ppm > kLargest)
      return std::unexpected(Error{"risk.account: leverage_max: out of range"});
    leverage_max_ppm_ = static_cast<std::uint64_t>(*ppm);
  }
  if (limits.free_margin_min) {
    const auto raw = resolve_money(*limits.free_margin_min, "free_margin_min");
    if (!raw) return std::unexpected(Error(raw.error()).with("risk.account"));
    free_margin_min_ = *raw;
  }
  limits_portfolio_ = account_gross_max_ != ResolvedLimits::kNoNotional ||
                      account_net_max_ != ResolvedLimits::kNoNotional || limits_funds();
  return {};
}

__int128 LimitTable::margin_of(InstrumentId instrument, __int128 notional) const noexcept {
  const Decimal& leverage = leverage_[instrument.value];
  if (leverage.mantissa == 1 && leverage.digits == 0) return notional;
  return mul_div(notional, wide_power_of_ten(leverage.digits), leverage.mantissa, Rounding::Up)
      .value_or(notional);
}

void LimitTable::set_leverage(InstrumentId instrument, const Decimal& leverage) noexcept {
  if (leverage.mantissa > 0) leverage_[instrument.value] = leverage;
}

std::expected<void, Error> LimitTable::permit_like(const LimitTable& before,
                                                   const InstrumentTable& instruments) {
  leverage_ = before.leverage_;
  venue_reduces_ = before.venue_reduces_;  // the account's mode says that, no key
  for (std::uint16_t s = 0; s < strategies_; ++s) {
    for (const Instrument& instrument : instruments) {
      if (!before.permits({s}, instrument.id)) continue;
      if (auto ok = permit({s}, instrument); !ok) return ok;
    }
  }
  return {};
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
  const Quantity largest = std::min(of_instrument(instrument.id).order_quantity_max,
                                    of_strategy(strategy, instrument.id).order_quantity_max);
  if (is_canary_ && largest < instrument.minimum_quantity) {
    return std::unexpected(
        Error{"risk.canary: that part of order_quantity_max is less than the "
              "smallest order of " +
              std::string(instrument.name.view())});
  }
  permitted_[strategy.value * instruments_ + instrument.id.value] = 1;
  return {};
}

bool LimitTable::permits(StrategyId strategy, InstrumentId instrument) const noexcept {
  if (strategy.value >= strategies_ || instrument.value >= instruments_) return false;
  return permitted_[strategy.value * instruments_ + instrument.value] != 0;
}

}  // namespace gannet::risk
