#include "app/strategy_desk.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <utility>

#include "app/json_line.h"
#include "base/nearest.h"

namespace gannet::app {
namespace {

std::vector<std::string> strategy_list(const std::vector<engine::StrategySettings>& strategies) {
  std::vector<std::string> names;
  for (const auto& strategy : strategies) names.push_back(strategy.name);
  return names;
}

const DaemonStatus::StrategyRow* status_row(const DaemonStatus& status, std::string_view name) {
  const auto end = status.strategy.begin() + status.strategies;
  const auto found = std::find_if(status.strategy.begin(), end,
                                  [&](const auto& row) { return row.name.view() == name; });
  return found == end ? nullptr : &*found;
}

/// As it is now: given, or the schema's default.
std::string value_of(const engine::ParameterSpec& spec, const engine::StrategySettings& strategy) {
  const auto given =
      std::ranges::find(strategy.parameters, spec.name, &engine::ParameterSetting::name);
  return given != strategy.parameters.end() ? given->text : spec.default_value.value_or("");
}

}  // namespace

StrategyDesk::StrategyDesk(std::vector<engine::StrategySettings> strategies,
                           std::vector<const engine::StrategyType*> types,
                           InstrumentTable instruments, const CurrencyTable& currencies)
    : strategies_(std::move(strategies)),
      types_(std::move(types)),
      instruments_(std::move(instruments)),
      currencies_(currencies) {}

std::expected<StrategyDesk::Change, Error> StrategyDesk::change(std::string_view strategy,
                                                                std::string_view words) const {
  const auto found = std::ranges::find(strategies_, strategy, &engine::StrategySettings::name);
  if (found == strategies_.end()) {
    return std::unexpected(Error{fmt::format("no strategy \"{}\" here{}", strategy,
                                             did_you_mean(strategy, strategy_list(strategies_)))});
  }
  const auto equals = words.find('=');
  if (equals == std::string_view::npos || equals == 0)
    return std::unexpected(Error{"KEY=VALUE is needed"});
  const std::string_view key = words.substr(0, equals);
  const std::string_view value = words.substr(equals + 1);
  const auto at = static_cast<std::size_t>(found - strategies_.begin());
  const engine::StrategyType& type = *types_[at];
  const auto spec = std::ranges::find(type.parameters, key, &engine::ParameterSpec::name);
  if (spec != type.parameters.end() && spec->type == GANNET_PARAMETER_INSTRUMENT) {
    return std::unexpected(Error{
        fmt::format("{} names an instrument: what a strategy trades is fixed for a run, restart "
                    "gannetd for another",
                    key)});
  }
  Change change{{static_cast<std::uint16_t>(at)}, {}, found->parameters};
  std::erase_if(change.given, [&](const auto& given) { return given.name == key; });
  change.given.push_back({std::string(key), std::string(value),
                          spec == type.parameters.end() ? engine::ParameterSetting::Kind::Text
                                                        : engine::text_kind_of(*spec),
                          "command"});
  auto parsed = engine::parse_parameters(type, change.given, instruments_, currencies_);
  if (!parsed) return std::unexpected(Error{fmt::format("{}", fmt::join(parsed.error(), "; "))});
  change.parameters = std::move(*parsed);
  return change;
}

void StrategyDesk::note_changed(StrategyId strategy, std::vector<engine::ParameterSetting> given) {
  strategies_[strategy.value].parameters = std::move(given);
}

std::string StrategyDesk::text(const DaemonStatus& status, bool as_page) const {
  return as_page ? page(status) : json(status);
}

std::string StrategyDesk::json(const DaemonStatus& status) const {
  JsonLine line;
  line.begin_object().begin_array("strategies");
  for (std::size_t s = 0; s < strategies_.size(); ++s) {
    const engine::StrategySettings& strategy = strategies_[s];
    const auto* const row = status_row(status, strategy.name);
    const NotTrading why = row == nullptr ? NotTrading::Starting : row->why_not;
    line.begin_object()
        .field("strategy", strategy.name)
        .field("plugin", types_[s]->name)
        .field("version", types_[s]->version)
        .field("lane", strategy.lane)
        .field("not_trading", name_of(why))
        .field("remedy", remedy_of(why))
        .field("detail", row == nullptr ? std::string_view() : row->detail.view())
        .field("open_orders", row == nullptr ? 0u : row->open_orders)
        .begin_object("parameters");
    for (const engine::ParameterSpec& spec : types_[s]->parameters)
      line.field(spec.name, value_of(spec, strategy));
    line.end_object().end_object();
  }
  line.end_array().end_object();
  return line.text();
}

std::string StrategyDesk::page(const DaemonStatus& status) const {
  std::string page;
  auto put = std::back_inserter(page);
  for (std::size_t s = 0; s < strategies_.size(); ++s) {
    const engine::StrategySettings& strategy = strategies_[s];
    const auto* const row = status_row(status, strategy.name);
    const NotTrading why = row == nullptr ? NotTrading::Starting : row->why_not;
    fmt::format_to(put, "{:<16} {} {} on {}: {}\n", strategy.name, types_[s]->name,
                   types_[s]->version, strategy.lane,
                   why == NotTrading::Trades
                       ? fmt::format("trades, {} open orders", row->open_orders)
                       : fmt::format("does NOT trade: {}. {} {}", name_of(why), describe(why),
                                     remedy_of(why)));
    for (const engine::ParameterSpec& spec : types_[s]->parameters)
      fmt::format_to(put, "  {:<22} {}{}{}\n", spec.name, value_of(spec, strategy),
                     spec.unit.empty() ? "" : " ", spec.unit);
  }
  return page;
}

}  // namespace gannet::app
