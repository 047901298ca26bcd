#include "engine/parameters.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>
#include <optional>
#include <string_view>
#include <utility>

#include "base/duration_text.h"
#include "base/nearest.h"
#include "engine/abi_words.h"

namespace gannet::engine {
namespace {

using Checked = std::expected<void, std::string>;

std::unexpected<std::string> bad(std::string message) {
  return std::unexpected(std::move(message));
}

/// "0.01 BTC" to its two words; the unit is "" if there is none.
std::pair<std::string_view, std::string_view> split_unit(std::string_view text) {
  const auto space = text.find(' ');
  if (space == std::string_view::npos) return {text, {}};
  std::string_view unit = text.substr(space + 1);
  while (!unit.empty() && unit.front() == ' ') unit.remove_prefix(1);
  return {text.substr(0, space), unit};
}

/// Exact decimal text to mantissa and digits, as it was written.
std::optional<Decimal> parse_decimal(std::string_view text) {
  const auto point = text.find('.');
  const std::size_t digits = point == std::string_view::npos ? 0 : text.size() - point - 1;
  if (digits > 18) return std::nullopt;
  const auto mantissa = parse_units(text, static_cast<int>(digits));
  if (!mantissa) return std::nullopt;
  return Decimal{*mantissa, static_cast<std::uint8_t>(digits)};
}

std::string units_text(std::int64_t raw, int digits) {
  char text[kMaxUnitsText];
  return std::string(text, format_units(text, raw, digits));
}

/// So much of the base currency in contracts, if that is a whole number of quantity units.
std::optional<std::int64_t> contracts_of(const Decimal& base, const Instrument& instrument) {
  // contracts * 10^quantity_digits = base * 10^quantity_digits / (value * multiplier)
  const __int128 per_contract = static_cast<__int128>(instrument.contract_value.mantissa) *
                                instrument.contract_multiplier.mantissa;
  const int shift = instrument.quantity_digits + instrument.contract_value.digits +
                    instrument.contract_multiplier.digits - base.digits;
  __int128 numerator = base.mantissa;
  __int128 denominator = per_contract;
  for (int i = 0; i < shift; ++i)
    if (__builtin_mul_overflow(numerator, static_cast<__int128>(10), &numerator))
      return std::nullopt;
  for (int i = 0; i < -shift; ++i)
    if (__builtin_mul_overflow(denominator, static_cast<__int128>(10), &denominator))
      return std::nullopt;
  if (denominator <= 0 || numerator % denominator != 0) return std::nullopt;
  const __int128 contracts = numerator / denominator;
  if (contracts > std::numeric_limits<std::int64_t>::max()) return std::nullopt;
  return static_cast<std::int64_t>(contracts);
}

}  // namespace

ParameterSetting::Kind text_kind_of(const ParameterSpec& spec) noexcept {
  switch (spec.type) {
    case GANNET_PARAMETER_BOOL:
      return ParameterSetting::Kind::Bool;
    case GANNET_PARAMETER_INTEGER:
      return ParameterSetting::Kind::Integer;
    case GANNET_PARAMETER_NUMBER:
      return ParameterSetting::Kind::Number;
    default:
      return ParameterSetting::Kind::Text;
  }
}

/// Reads one strategy's parameters; one use.
class ParameterParser {
 public:
  ParameterParser(const StrategyType& type, std::span<const ParameterSetting> given,
                  const InstrumentTable& instruments, const CurrencyTable& currencies)
      : type_(type), given_(given), instruments_(instruments), currencies_(currencies) {}

  std::expected<ParameterSet, std::vector<std::string>> parse() {
    refuse_unknown_names();
    set_.values_.resize(type_.parameters.size());
    // Instruments first: they give quantities and prices their units.
    for (const bool instruments : {true, false}) {
      for (std::size_t i = 0; i < type_.parameters.size(); ++i) {
        const bool is_instrument = type_.parameters[i].type == GANNET_PARAMETER_INSTRUMENT;
        if (is_instrument == instruments) parse_one(i);
      }
    }
    if (!problems_.empty()) return std::unexpected(std::move(problems_));
    return std::move(set_);
  }

 private:
  void refuse_unknown_names() {
    std::vector<std::string> names;
    names.reserve(type_.parameters.size());
    for (const ParameterSpec& spec : type_.parameters) names.push_back(spec.name);
    for (const ParameterSetting& setting : given_) {
      if (std::ranges::find(names, setting.name) != names.end()) continue;
      problems_.push_back(fmt::format("{}: {} has no parameter \"{}\"{}", setting.where, type_.name,
                                      setting.name, did_you_mean(setting.name, names)));
    }
  }

  void parse_one(std::size_t i) {
    const ParameterSpec& spec = type_.parameters[i];
    const auto is_it = [&spec](const ParameterSetting& s) { return s.name == spec.name; };
    const auto found = std::ranges::find_if(given_, is_it);
    ParameterSetting setting;
    if (found != given_.end()) {
      setting = *found;
    } else if (spec.default_value) {
      setting = {spec.name, *spec.default_value, text_kind_of(spec), "its default"};
    } else {
      problems_.push_back(
          fmt::format("{} needs parameter \"{}\" ({})", type_.name, spec.name, spec.doc));
      return;
    }
    gannet_value& value = set_.values_[i];
    value.size = sizeof value;
    value.type = spec.type;
    value.instrument = GANNET_NO_INSTRUMENT;
    value.text = set_.texts_.emplace_back(setting.text).c_str();
    if (const Checked checked = parse_value(spec, setting, value); !checked) {
      problems_.push_back(fmt::format("{}: parameter {} = \"{}\": {}", setting.where, spec.name,
                                      setting.text, checked.error()));
    }
  }

  Checked parse_value(const ParameterSpec& spec, const ParameterSetting& setting,
                      gannet_value& value) {
    switch (spec.type) {
      case GANNET_PARAMETER_BOOL:
        if (setting.text != "true" && setting.text != "false") return bad("is true or false");
        value.integer = setting.text == "true" ? 1 : 0;
        return {};
      case GANNET_PARAMETER_INTEGER:
        return parse_integer(spec, setting, value);
      case GANNET_PARAMETER_NUMBER:
        return parse_number(spec, setting, value);
      case GANNET_PARAMETER_TEXT:
        return check_choice(spec, setting);
      case GANNET_PARAMETER_INSTRUMENT:
        return parse_instrument(setting, value);
      case GANNET_PARAMETER_QUANTITY:
        return parse_quantity(spec, setting, value);
      case GANNET_PARAMETER_PRICE:
        return parse_price(spec, setting, value);
      case GANNET_PARAMETER_AMOUNT:
        return parse_money(spec, setting, value);
      case GANNET_PARAMETER_DURATION:
        return parse_time(spec, setting, value);
      default:
        return bad("is of a type that this engine does not know");
    }
  }

  static Checked parse_integer(const ParameterSpec& spec, const ParameterSetting& setting,
                               gannet_value& value) {
    const auto parsed = parse_units(setting.text, 0);
    if (!parsed || setting.text.find('.') != std::string::npos) return bad("is a whole number");
    value.integer = *parsed;
    return check_bounds(spec, *parsed,
                        [](const std::string& bound) { return parse_units(bound, 0).value_or(0); });
  }

  static std::optional<double> to_number(const std::string& text) {
    double number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc{} || end != text.data() + text.size() || !std::isfinite(number))
      return std::nullopt;
    return number;
  }

  static Checked parse_number(const ParameterSpec& spec, const ParameterSetting& setting,
                              gannet_value& value) {
    const auto number = to_number(setting.text);
    if (!number) return bad("is a finite number");
    value.number = *number;
    return check_bounds(spec, *number,
                        [](const std::string& bound) { return to_number(bound).value_or(0); });
  }

  static Checked check_choice(const ParameterSpec& spec, const ParameterSetting& setting) {
    if (setting.kind != ParameterSetting::Kind::Text) return bad("is text: put it in quotes");
    if (spec.choices.empty() || std::ranges::find(spec.choices, setting.text) != spec.choices.end())
      return {};
    return bad(fmt::format("is one of {}{}", fmt::join(spec.choices, ", "),
                           did_you_mean(setting.text, spec.choices)));
  }

  Checked parse_instrument(const ParameterSetting& setting, gannet_value& value) const {
    const InstrumentId id = instruments_.find(setting.text);
    value.instrument = id.value;
    if (id.valid()) return {};
    std::vector<std::string> names;
    for (const Instrument& instrument : instruments_) names.emplace_back(instrument.name.view());
    return bad("no such instrument" + did_you_mean(setting.text, names));
  }

  /// The instrument that gives a quantity or a price its units; null if that parameter is wrong.
  const Instrument* owner_of(const ParameterSpec& spec) const {
    for (std::size_t i = 0; i < type_.parameters.size(); ++i) {
      if (type_.parameters[i].name != spec.of_instrument) continue;
      const InstrumentId id{set_.values_[i].instrument};
      return set_.values_[i].size != 0 && instruments_.contains(id) ? &instruments_[id] : nullptr;
    }
    return nullptr;
  }

  Checked parse_quantity(const ParameterSpec& spec, const ParameterSetting& setting,
                         gannet_value& value) const {
    const Instrument* instrument = owner_of(spec);
    if (instrument == nullptr) return {};  // told where the instrument is wrong
    const auto [number, unit] = split_unit(setting.text);
    const std::string_view base = currencies_.name(instrument->base);
    const bool derivative = is_derivative(instrument->kind);
    const std::string example = derivative ? "\"1 contract\"" : fmt::format("\"0.01 {}\"", base);
    const auto decimal = parse_decimal(number);
    if (!decimal || decimal->mantissa < 0)
      return bad(fmt::format("is a quantity with its unit, like {}", example));
    std::optional<std::int64_t> raw;
    if (derivative && (unit == "contract" || unit == "contracts")) {
      if (const auto parsed = parse_units(number, instrument->quantity_digits)) raw = *parsed;
    } else if (!derivative && unit == base) {
      if (const auto parsed = parse_units(number, instrument->quantity_digits)) raw = *parsed;
    } else if (instrument->contract == ContractKind::Linear && unit == base) {
      raw = contracts_of(*decimal, *instrument);
    } else {
      const bool in_base = !derivative || instrument->contract == ContractKind::Linear;
      return bad(fmt::format("needs a unit that {} has: {}{}{}", instrument->name.view(),
                             derivative ? "contracts" : "", derivative && in_base ? " or " : "",
                             in_base ? base : ""));
    }
    if (!raw || *raw % instrument->lot_size.raw != 0)
      return bad(fmt::format("is not a multiple of the lot size, {} {}",
                             units_text(instrument->lot_size.raw, instrument->quantity_digits),
                             derivative ? std::string_view("contracts") : base));
    value.integer = *raw;
    value.instrument = instrument->id.value;
    return check_bounds(spec, *raw, [instrument](const std::string& bound) {
      return parse_units(bound, instrument->quantity_digits).value_or(0);
    });
  }

  Checked parse_price(const ParameterSpec& spec, const ParameterSetting& setting,
                      gannet_value& value) const {
    const Instrument* instrument = owner_of(spec);
    if (instrument == nullptr) return {};
    const auto parsed = parse_units(setting.text, instrument->price_digits);
    if (!parsed || *parsed % instrument->tick_size.raw != 0)
      return bad(fmt::format("is a price on the tick, {}",
                             units_text(instrument->tick_size.raw, instrument->price_digits)));
    value.integer = *parsed;
    value.instrument = instrument->id.value;
    return check_bounds(spec, *parsed, [instrument](const std::string& bound) {
      return parse_units(bound, instrument->price_digits).value_or(0);
    });
  }

  Checked parse_money(const ParameterSpec& spec, const ParameterSetting& setting,
                      gannet_value& value) const {
    const auto [number, unit] = split_unit(setting.text);
    const CurrencyId currency = currencies_.find(unit);
    const auto amount = parse_amount(number, currency);
    if (!amount || unit.empty()) return bad("is an amount with its currency, like \"500 USDT\"");
    if (!currency.valid()) return bad(fmt::format("no instrument here is in {}", unit));
    value.amount = to_abi(*amount);
    return check_bounds(spec, amount->raw, [currency = currency](const std::string& bound) {
      return parse_amount(bound, currency).value_or(Amount{}).raw;
    });
  }

  static Checked parse_time(const ParameterSpec& spec, const ParameterSetting& setting,
                            gannet_value& value) {
    const auto duration = parse_duration(setting.text);
    if (!duration) return bad("is a duration with its unit, like \"250ms\" or \"2s\"");
    value.integer = duration->count;
    return check_bounds(spec, duration->count, [](const std::string& bound) {
      return parse_duration(bound).value_or(Nanos{}).count;
    });
  }

  template <class T, class Read>
  static Checked check_bounds(const ParameterSpec& spec, T value, Read read) {
    const bool too_low = spec.minimum && value < read(*spec.minimum);
    const bool too_high = spec.maximum && value > read(*spec.maximum);
    if (!too_low && !too_high) return {};
    if (!spec.maximum) return bad(fmt::format("must be at least {} {}", *spec.minimum, spec.unit));
    if (!spec.minimum) return bad(fmt::format("must be at most {} {}", *spec.maximum, spec.unit));
    return bad(fmt::format("must be {} to {} {}", *spec.minimum, *spec.maximum, spec.unit));
  }

  const StrategyType& type_;
  std::span<const ParameterSetting> given_;
  const InstrumentTable& instruments_;
  const CurrencyTable& currencies_;
  ParameterSet set_;
  std::vector<std::string> problems_;
};

gannet_parameters ParameterSet::view() const noexcept {
  return {.size = sizeof(gannet_parameters),
          .count = static_cast<std::uint32_t>(values_.size()),
          .values = values_.data(),
          .value_size = sizeof(gannet_value),
          .reserved = 0};
}

std::vector<InstrumentId> ParameterSet::instruments() const {
  std::vector<InstrumentId> found;
  for (const gannet_value& value : values_) {
    const InstrumentId id{value.instrument};
    if (value.type == GANNET_PARAMETER_INSTRUMENT && std::ranges::find(found, id) == found.end())
      found.push_back(id);
  }
  return found;
}

std::expected<ParameterSet, std::vector<std::string>> parse_parameters(
    const StrategyType& type, std::span<const ParameterSetting> given,
    const InstrumentTable& instruments, const CurrencyTable& currencies) {
  return ParameterParser(type, given, instruments, currencies).parse();
}

}  // namespace gannet::engine
