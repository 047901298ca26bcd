#include "risk/limit_changes.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>
#include <string_view>
#include <utility>

#include "domain/exact_math.h"

namespace gannet::risk {
namespace {

/// What a limit says, comparable: the larger, the more may pass.
struct Measure {
  Int128 value = 0;
  std::string unit;  ///< sizes: only of one unit can two be compared
  std::string text;
};
using Said = std::optional<Measure>;  // nothing: no limit

std::string decimal_text(const Decimal& decimal) {
  char text[kMaxUnitsText];
  return std::string(text, format_units(text, decimal.mantissa, decimal.digits));
}

Int128 scaled(const Decimal& decimal) {
  return Int128{decimal.mantissa} * wide_power_of_ten(std::max(0, 18 - decimal.digits));
}

Said measure(const std::optional<SizeLimit>& size) {
  if (!size) return std::nullopt;
  const std::string unit =
      size->currency.empty() ? "contracts" : std::string(size->currency.view());
  return Measure{scaled(size->value), unit, decimal_text(size->value) + " " + unit};
}
Said measure(const std::optional<Decimal>& value) {
  if (!value) return std::nullopt;
  return Measure{scaled(*value), "", decimal_text(*value)};
}
Said measure(const std::optional<std::uint32_t>& count) {
  if (!count) return std::nullopt;
  return Measure{*count, "", std::to_string(*count)};
}
Measure fraction(std::uint32_t ppm) {
  return {ppm, "", decimal_text({static_cast<std::int64_t>(ppm), 4}) + "%"};
}
/// The stricter, the less may pass.
Measure measure(RuleMode mode) {
  constexpr std::array<std::string_view, 3> kNames{"off", "observe", "enforce"};
  const auto i = static_cast<std::size_t>(mode);
  return {2 - static_cast<Int128>(i), "", std::string(kNames[i])};
}

/// A field of Limits as the configuration names it.
template <class Field>
struct Key {
  std::string_view name;
  Field Limits::* field;
  bool is_minimum = false;  ///< the larger, the less may pass
  bool is_fraction = false;
};

/// Calls `f(key)` for each.
template <class F>
void for_each_key(F&& f) {
  f(Key{"order_quantity_max", &Limits::order_quantity_max});
  f(Key{"order_notional_max", &Limits::order_notional_max});
  f(Key{"position_long_max", &Limits::position_long_max});
  f(Key{"position_short_max", &Limits::position_short_max});
  f(Key{"open_orders_max", &Limits::open_orders_max});
  f(Key{"price_collar", &Limits::price_collar_ppm, false, true});
  f(Key{"gross_notional_max", &Limits::gross_notional_max});
  f(Key{"net_notional_max", &Limits::net_notional_max});
  f(Key{"leverage_max", &Limits::leverage_max});
  f(Key{"free_margin_min", &Limits::free_margin_min, true});
}

template <class Field>
Said measure(const Key<Field>& key, const Field& field) {
  if constexpr (std::is_same_v<Field, std::optional<std::uint32_t>>) {
    if (key.is_fraction && field) return fraction(*field);
  }
  return measure(field);
}

bool is_looser(const Said& before, const Said& after, bool is_minimum) {
  if (!before) return false;  // any limit is tighter than none
  if (!after || before->unit != after->unit) return true;
  return is_minimum ? after->value < before->value : after->value > before->value;
}

bool is_thousandfold(const Said& before, const Said& after) {
  if (!before || !after || before->value <= 0 || after->value <= 0) return false;
  const auto [small, large] = std::minmax(before->value, after->value);
  return large / small >= 1'000;
}

std::string text_of(const Said& said) { return said ? said->text : "none"; }

/// Notes the difference, if there is one; whether it loosens.
bool note(std::vector<LimitChange>& changes, std::string key, const Said& before, const Said& after,
          bool is_minimum = false) {
  if (text_of(before) == text_of(after)) return false;
  const bool loosens = is_looser(before, after, is_minimum);
  changes.push_back(
      {std::move(key), text_of(before), text_of(after), loosens, is_thousandfold(before, after)});
  return loosens;
}

using NamedLimits = std::vector<std::pair<std::string, Limits>>;

const Limits* find_named(const NamedLimits& named, std::string_view name) {
  const auto it = std::ranges::find(named, name, &NamedLimits::value_type::first);
  return it == named.end() ? nullptr : &it->second;
}

Limits& entry(NamedLimits& named, std::string_view name) {
  const auto it = std::ranges::find(named, name, &NamedLimits::value_type::first);
  return it == named.end() ? named.emplace_back(std::string(name), Limits{}).second : it->second;
}

/// Walks over every limit of two configurations. A difference is noted; one that loosens is undone
/// in `tight`, a copy of the second.
class Walk {
 public:
  Walk(const Settings& before, const Settings& after)
      : before_(before), after_(after), tight_(after) {
    const Limits none;
    level("risk.account", before.account, after.account, tight_.account);
    level("risk.instrument_default", before.instrument_default, after.instrument_default,
          tight_.instrument_default);
    level("risk.strategy_default", before.strategy_default, after.strategy_default,
          tight_.strategy_default);
    if (note(changes_, "risk.price_collar_majors", fraction(before.price_collar_majors_ppm),
             fraction(after.price_collar_majors_ppm)))
      tight_.price_collar_majors_ppm = before.price_collar_majors_ppm;
    if (note(changes_, "risk.canary", fraction(before.canary_ppm), fraction(after.canary_ppm)))
      keep_canary();
    named("risk.instrument.", before.instruments, after.instruments, tight_.instruments,
          before.instrument_default, after.instrument_default);
    named("risk.strategy.", before.strategies, after.strategies, tight_.strategies,
          before.strategy_default, after.strategy_default);
    modes();
  }
  std::vector<LimitChange> take_changes() { return std::move(changes_); }
  const Settings& tight() const noexcept { return tight_; }

 private:
  void level(const std::string& name, const Limits& before, const Limits& after, Limits& tight) {
    for_each_key([&]<class Field>(const Key<Field>& key) {
      const Field& was = before.*key.field;
      if (note(changes_, name + "." + std::string(key.name), measure(key, was),
               measure(key, after.*key.field), key.is_minimum))
        tight.*key.field = was;
    });
  }

  void named(const std::string& prefix, const NamedLimits& before, const NamedLimits& after,
             NamedLimits& tight, const Limits& default_before, const Limits& default_after) {
    std::vector<std::string> names;
    for (const NamedLimits* list : {&before, &after}) {
      for (const auto& [name, limits] : *list) {
        if (std::ranges::find(names, name) == names.end()) names.push_back(name);
      }
    }
    const Limits none;
    for (const std::string& name : names) {
      // The collar beneath an instrument on a major coin is the majors' own. [limit_table.cpp]
      const bool is_major =
          prefix == "risk.instrument." && (name.starts_with("BTC-") || name.starts_with("ETH-"));
      Limits beneath_before = default_before;
      Limits beneath_after = default_after;
      if (is_major) {
        beneath_before.price_collar_ppm = before_.price_collar_majors_ppm;
        beneath_after.price_collar_ppm = after_.price_collar_majors_ppm;
      }
      const Limits* old = find_named(before, name);
      const Limits* now = find_named(after, name);
      for_each_key([&]<class Field>(const Key<Field>& key) {
        const Field& own_before = (old == nullptr ? none : *old).*key.field;
        const Field& own_after = (now == nullptr ? none : *now).*key.field;
        if (!own_before && !own_after) return;
        // What counted for it: its own, or the default beneath.
        const Field& was = own_before ? own_before : beneath_before.*key.field;
        const Field& is = own_after ? own_after : beneath_after.*key.field;
        if (note(changes_, prefix + name + "." + std::string(key.name), measure(key, was),
                 measure(key, is), key.is_minimum))
          entry(tight, name).*key.field = was;
      });
    }
  }

  void keep_canary() {
    tight_.canary_ppm = before_.canary_ppm;
    tight_.is_canary = before_.is_canary;
    tight_.canary_part_ppm = before_.canary_part_ppm;
  }

  void modes() {
    const auto compare = [this](std::string_view rule, RuleMode was, RuleMode is, RuleMode& tight) {
      if (note(changes_, "risk." + std::string(rule) + ".mode", measure(was), measure(is)))
        tight = was;
    };
    const BehaviourRules& old = before_.rules;
    const BehaviourRules& now = after_.rules;
    compare("repeated_execution", old.repeated_execution.mode, now.repeated_execution.mode,
            tight_.rules.repeated_execution.mode);
    compare("duplicate_intent", old.duplicate_intent, now.duplicate_intent,
            tight_.rules.duplicate_intent);
    compare("reject_storm", old.reject_storm.mode, now.reject_storm.mode,
            tight_.rules.reject_storm.mode);
    compare("self_trade", old.self_trade.mode, now.self_trade.mode, tight_.rules.self_trade.mode);
    compare("order_to_trade", old.order_to_trade.mode, now.order_to_trade.mode,
            tight_.rules.order_to_trade.mode);
    compare("market_sanity", old.market_sanity.mode, now.market_sanity.mode,
            tight_.rules.market_sanity.mode);
  }

  const Settings& before_;
  const Settings& after_;
  Settings tight_;
  std::vector<LimitChange> changes_;
};

}  // namespace

std::vector<LimitChange> limit_changes(const Settings& before, const Settings& after) {
  return Walk(before, after).take_changes();
}

Settings without_loosening(const Settings& before, const Settings& after) {
  return with_limits_of(Walk(before, after).tight(), before);
}

Settings with_limits_of(const Settings& from, const Settings& to) {
  Settings result = to;
  result.account = from.account;
  result.instrument_default = from.instrument_default;
  result.strategy_default = from.strategy_default;
  result.price_collar_majors_ppm = from.price_collar_majors_ppm;
  result.instruments = from.instruments;
  result.strategies = from.strategies;
  result.canary_ppm = from.canary_ppm;
  result.is_canary = from.is_canary;
  result.canary_part_ppm = from.canary_part_ppm;
  result.rules.repeated_execution.mode = from.rules.repeated_execution.mode;
  result.rules.duplicate_intent = from.rules.duplicate_intent;
  result.rules.reject_storm.mode = from.rules.reject_storm.mode;
  result.rules.self_trade.mode = from.rules.self_trade.mode;
  result.rules.order_to_trade.mode = from.rules.order_to_trade.mode;
  result.rules.market_sanity.mode = from.rules.market_sanity.mode;
  return result;
}

}  // namespace gannet::risk
