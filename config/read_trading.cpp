#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <sstream>

#include "base/nearest.h"
#include "config/internal/sections.h"
#include "config/internal/service_directory.h"

namespace gannet::config {
namespace {

bool is_engine_id(std::string_view text) {
  return !text.empty() && text.size() <= 8 && std::ranges::all_of(text, [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
  });
}

std::optional<engine::ParameterSetting> parameter_of(const std::string& name,
                                                     const toml::node& node) {
  using Kind = engine::ParameterSetting::Kind;
  if (const auto* text = node.as_string()) return {{name, text->get(), Kind::Text, ""}};
  if (const auto* flag = node.as_boolean())
    return {{name, flag->get() ? "true" : "false", Kind::Bool, ""}};
  if (const auto* integer = node.as_integer())
    return {{name, fmt::format("{}", integer->get()), Kind::Integer, ""}};
  if (const auto* number = node.as_floating_point())
    return {{name, fmt::format("{}", number->get()), Kind::Number, ""}};
  return std::nullopt;
}

std::vector<engine::ParameterSetting> read_parameters(TableReader table, const std::string& file) {
  std::vector<engine::ParameterSetting> parameters;
  table.note(KeyLog::kName, "text, number, true or false");
  for (const auto& [name, node] : table.entries()) {
    auto parameter = parameter_of(name, *node);
    if (!parameter) {
      table.problem(name, "must be text, a number, true or false");
      continue;
    }
    parameter->where = fmt::format("{}:{}", file, table.line_of(name));
    parameters.push_back(std::move(*parameter));
  }
  return parameters;
}

engine::InstrumentSettings read_instrument(TableReader& table) {
  engine::InstrumentSettings out;
  out.name = table.required_text("name", "the venue's name of the instrument");
  out.margin_mode = table.choice("margin_mode", kMarginModes).value_or(out.margin_mode);
  if (const auto leverage = table.decimal("leverage")) {
    out.leverage = table.text("leverage");
    if (leverage->mantissa == 0) table.problem("leverage", "must be above 0");
  }
  out.set_leverage = table.boolean("set_leverage").value_or(out.set_leverage);
  if (out.set_leverage && !table.has("leverage"))
    table.problem("set_leverage", "says to set the leverage, but leverage is not given");
  out.trade_quote_currency = table.text("trade_quote_currency").value_or("");
  if (!CurrencyName::fits(out.trade_quote_currency))
    table.problem("trade_quote_currency", "is no currency: too long");
  out.book = table.choice("book", kBooks);
  table.finish();
  return out;
}

engine::StrategySettings read_strategy(TableReader& table, const std::string& file) {
  engine::StrategySettings out;
  out.where = fmt::format("{}:{}", file, table.line());
  out.name = table.required_text("name", "what this instance is called in logs and commands");
  out.plugin = table.required_text("plugin", "a name in the plugin folder, or a path");
  out.lane = table.text("lane").value_or(out.lane);
  if (out.lane.empty()) table.problem("lane", "is \"inline\" or the name of a lane");
  out.on_start = table.choice("on_start", kOnStart).value_or(out.on_start);
  out.on_stop = table.choice("on_stop", kOnStop).value_or(out.on_stop);
  out.parameters = read_parameters(table.table("parameters"), file);
  table.finish();
  return out;
}

}  // namespace

void read_account(TableReader account, Settings& settings) {
  engine::AccountSettings& out = settings.account;
  out.engine_id = account.text("engine_id").value_or(out.engine_id);
  if (!is_engine_id(out.engine_id))
    account.problem("engine_id",
                    fmt::format("\"{}\" is not 1 to 8 letters and digits", out.engine_id));
  out.exclusive_account = account.boolean("exclusive_account").value_or(out.exclusive_account);
  out.account_mode = account.choice("account_mode", kAccountModes).value_or(out.account_mode);
  out.position_mode = account.choice("position_mode", kPositionModes).value_or(out.position_mode);
  out.account_number = account.text("account_number").value_or("");
  out.fee_level = account.text("fee_level").value_or("");
  out.fees_in_quote = account.choice("spot_fees", kSpotFees);
  out.allow_unbound_key = account.boolean("allow_unbound_key").value_or(false);
  account.finish();
}

void read_engine(TableReader engine, Settings& settings) {
  engine::EngineSettings& out = settings.engine;
  out.busy_poll = engine.boolean("busy_poll").value_or(out.busy_poll);
  if (const auto cpu = engine.integer("reactor_cpu", 0, 1023))
    out.reactor_cpu = static_cast<int>(*cpu);
  if (std::string given = service_directory("STATE_DIRECTORY"); !given.empty())
    out.state_directory = std::move(given);
  out.state_directory = engine.text("state_directory").value_or(out.state_directory);
  if (out.state_directory.empty()) engine.problem("state_directory", "must not be empty");
  out.plugin_directory = engine.text("plugin_directory").value_or(out.plugin_directory);
  out.keep_protective = engine.choice("protective", kProtective).value_or(out.keep_protective);
  out.require_cod = engine.boolean("require_cod").value_or(out.require_cod);
  out.keep_history = engine.boolean("history").value_or(out.keep_history);
  out.lock_memory = engine.boolean("lock_memory").value_or(out.lock_memory);
  out.lane_sleep = engine.duration("lane_sleep").value_or(out.lane_sleep);
  if (out.lane_sleep > seconds(1)) engine.problem("lane_sleep", "must be at most \"1s\"");
  engine.finish();
}

void read_instruments(std::vector<TableReader> instruments, Settings& settings) {
  for (TableReader& table : instruments) {
    auto instrument = read_instrument(table);
    const auto same = [&](const engine::InstrumentSettings& i) {
      return i.name == instrument.name;
    };
    if (!instrument.name.empty() && std::ranges::any_of(settings.instruments, same))
      table.problem("name", fmt::format("\"{}\" is there twice", instrument.name));
    settings.instruments.push_back(std::move(instrument));
  }
}

void read_strategies(std::vector<TableReader> strategies, Settings& settings,
                     const Problems& problems) {
  for (TableReader& table : strategies) {
    auto strategy = read_strategy(table, problems.file());
    const auto same = [&](const engine::StrategySettings& s) { return s.name == strategy.name; };
    if (!strategy.name.empty() && std::ranges::any_of(settings.strategies, same))
      table.problem("name", fmt::format("\"{}\" is there twice", strategy.name));
    if (strategy.name == engine::kOperatorStrategy)
      table.problem("name", "\"operator\" is the name of a person's own orders: take another");
    settings.strategies.push_back(std::move(strategy));
  }
}

}  // namespace gannet::config
