#include <fmt/format.h>

#include <algorithm>

#include "base/nearest.h"
#include "config/internal/sections.h"

namespace gannet::config {
namespace {

bool is_ratio(Watch watch) { return watch == Watch::PositionRatio || watch == Watch::MarginRatio; }
bool is_below(Watch watch) { return watch == Watch::Balance || watch == Watch::MarginRatio; }

/// "250 %", which may be above 100 %: in millionths.
std::optional<std::uint64_t> ratio_of(std::string_view text) {
  const auto percent = text.find('%');
  if (percent == std::string_view::npos || percent + 1 != text.size()) return std::nullopt;
  std::string_view number = text.substr(0, percent);
  while (number.ends_with(' ')) number.remove_suffix(1);
  const auto value = parse_decimal(number);
  if (!value || value->mantissa < 0 || value->digits > 4 || value->mantissa > 1'000'000'000)
    return std::nullopt;
  return static_cast<std::uint64_t>(value->mantissa * power_of_ten(4 - value->digits));
}

void read_threshold(TableReader& table, engine::ProtectionSettings& out) {
  const std::string_view key = is_below(out.watch) ? "below" : "above";
  for (const std::string_view either : {"above", "below"})
    table.note(either, "decimal, or a ratio like \"250 %\"");
  if (out.watch == Watch::LiquidationWarning) return;
  if (is_ratio(out.watch)) {
    const std::string text = table.required_text(key, "the ratio, like \"250 %\"");
    const auto ratio = ratio_of(text);
    if (!text.empty() && !ratio)
      table.problem(key, fmt::format("\"{}\" is no ratio, like \"250 %\"", text));
    out.ratio_ppm = ratio.value_or(0);
  } else if (const auto value = table.decimal(key)) {
    out.threshold = *value;
  } else if (!table.has(key)) {
    table.problem(key, out.watch == Watch::Balance
                           ? "is needed: the least equity, in currency, like \"1000\""
                           : "is needed: how much, in risk.currency, like \"500\"");
  }
}

void read_action(TableReader& table, engine::ProtectionSettings& out) {
  const auto action = table.choice("action", kProtectionActions);
  const auto part = table.fraction("reduce_to");
  if (action.has_value() == part.has_value() && table.has("action") == table.has("reduce_to"))
    table.problem("action",
                  "is one of alert, hold, reduce_only, cancel, close; or, in its place, "
                  "reduce_to = \"50 %\"");
  if (action) out.action = *action;
  if (part) {
    out.action = Protect::ReduceTo;
    out.reduce_to_ppm = *part;
    if (*part >= 1'000'000) table.problem("reduce_to", "must be below 100 %");
  }
  out.collar_ppm = table.fraction("collar").value_or(0);
  if (!table.boolean("confirmed").value_or(false) && out.action != Protect::Alert)
    table.problem("confirmed",
                  "this protection acts by itself: say confirmed = true once you have read what it "
                  "does");
}

engine::ProtectionSettings read_protection(TableReader& table, const Settings& settings,
                                           const std::string& file) {
  engine::ProtectionSettings out;
  out.where = fmt::format("{}:{}", file, table.line());
  out.name = table.required_text("name", "what this protection is called in logs and alerts");
  const auto watch = table.choice("watch", kWatches);
  if (!watch && !table.has("watch"))
    table.problem("watch",
                  "is needed: balance, position_ratio, margin_ratio, loss, profit, "
                  "drawdown, liquidation_warning or unhedged");
  out.watch = watch.value_or(out.watch);
  read_threshold(table, out);
  read_action(table, out);
  out.hold_for = table.duration("for").value_or(out.hold_for);
  if (out.hold_for > seconds(3600)) table.problem("for", "must be at most \"1h\"");
  const auto known = [&](std::string_view key, std::string& value, const auto& entries) {
    value = table.text(key).value_or("");
    std::vector<std::string> names;
    for (const auto& entry : entries) names.push_back(entry.name);
    if (!value.empty() && std::ranges::find(names, value) == names.end())
      table.problem(key,
                    fmt::format("\"{}\" is not configured{}", value, did_you_mean(value, names)));
  };
  known("strategy", out.strategy, settings.strategies);
  known("instrument", out.instrument, settings.instruments);
  out.currency = table.text("currency").value_or("");
  if (is_below(out.watch) && out.currency.empty())
    table.problem("currency", "is needed: whose balance or margin ratio is watched");
  // There the ratio is the account's, and not told by currency.
  using Mode = engine::AccountSettings::Mode;
  if (out.watch == Watch::MarginRatio && settings.account.account_mode != Mode::Futures)
    table.problem("watch",
                  "margin_ratio is told in account_mode = \"futures\" alone; watch "
                  "position_ratio instead");
  const bool is_of_account = is_below(out.watch) || out.watch == Watch::LiquidationWarning;
  if (is_of_account && out.action == Protect::Alert && !out.strategy.empty())
    table.problem("strategy", "says nothing here: the account's figure is watched");
  table.finish();
  return out;
}

}  // namespace

void read_protections(std::vector<TableReader> protections, Settings& settings,
                      const Problems& problems) {
  for (TableReader& table : protections) {
    auto protection = read_protection(table, settings, problems.file());
    const auto same = [&](const engine::ProtectionSettings& other) {
      return other.name == protection.name;
    };
    if (!protection.name.empty() && std::ranges::any_of(settings.protections, same))
      table.problem("name", fmt::format("\"{}\" is there twice", protection.name));
    settings.protections.push_back(std::move(protection));
  }
}

}  // namespace gannet::config
