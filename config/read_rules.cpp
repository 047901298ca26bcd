#include "config/internal/sections.h"

namespace gannet::config {
namespace {

void read_mode(TableReader& rule, risk::RuleMode& out) {
  if (const auto mode = rule.choice<risk::RuleMode>("mode", kRuleModes)) out = *mode;
}

void read_count(TableReader& rule, std::string_view key, std::int64_t most, std::uint32_t& out) {
  if (const auto count = rule.integer(key, 1, most)) out = static_cast<std::uint32_t>(*count);
}

void read_part(TableReader& rule, std::string_view key, std::uint32_t& out) {
  const auto part = rule.fraction(key);
  if (part && *part == 0) rule.problem(key, "must be above 0: everything would break the rule");
  if (part) out = *part;
}

void read_window(TableReader& rule, std::string_view key, Nanos& out) {
  const auto window = rule.duration(key);
  if (window && (*window < seconds(1) || *window > seconds(24 * 3600)))
    rule.problem(key, "must be from 1 s to 24 h");
  if (window) out = *window;
}

}  // namespace

void read_rules(TableReader& risk, risk::BehaviourRules& rules) {
  // The newest of them are kept in memory by strategy, instrument and side: so not more.
  constexpr std::int64_t kMostKept = 1'000;
  TableReader repeated = risk.table("repeated_execution");
  read_mode(repeated, rules.repeated_execution.mode);
  read_count(repeated, "count_max", kMostKept, rules.repeated_execution.count_max);
  read_window(repeated, "window", rules.repeated_execution.window);
  read_part(repeated, "price_band", rules.repeated_execution.price_band_ppm);
  repeated.finish();
  TableReader duplicate = risk.table("duplicate_intent");
  read_mode(duplicate, rules.duplicate_intent);
  duplicate.finish();
  TableReader storm = risk.table("reject_storm");
  read_mode(storm, rules.reject_storm.mode);
  read_count(storm, "identical_max", kMostKept, rules.reject_storm.identical_max);
  read_count(storm, "per_minute_max", kMostKept, rules.reject_storm.per_minute_max);
  storm.finish();
  TableReader self_trade = risk.table("self_trade");
  read_mode(self_trade, rules.self_trade.mode);
  if (const auto at_venue = self_trade.choice<SelfTradePrevention>("at_venue", kSelfTrade))
    rules.self_trade.at_venue = *at_venue;
  self_trade.finish();
  TableReader ratio = risk.table("order_to_trade");
  read_mode(ratio, rules.order_to_trade.mode);
  read_count(ratio, "ratio_max", 1'000'000, rules.order_to_trade.ratio_max);
  if (const auto part = ratio.fraction("cancel_ratio_max"))
    rules.order_to_trade.cancel_ratio_max_ppm = part;
  read_window(ratio, "window", rules.order_to_trade.window);
  ratio.finish();
  TableReader sanity = risk.table("market_sanity");
  read_mode(sanity, rules.market_sanity.mode);
  read_part(sanity, "jump", rules.market_sanity.jump_ppm);
  read_count(sanity, "spread_ratio_max", 10'000, rules.market_sanity.spread_ratio_max);
  read_part(sanity, "index_divergence", rules.market_sanity.index_divergence_ppm);
  read_window(sanity, "settle", rules.market_sanity.settle);
  sanity.finish();
}

}  // namespace gannet::config
