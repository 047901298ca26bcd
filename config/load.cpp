#include "config/load.h"

#include <fmt/format.h>

#include <fstream>
#include <iterator>

#include "config/internal/sections.h"
#include "config/internal/table_reader.h"

namespace gannet::config {
namespace {

void read_trading(TableReader& root, Settings& settings, Problems& problems) {
  read_account(root.table("account"), settings);
  read_engine(root.table("engine"), settings);
  read_instruments(root.tables("instrument"), settings);
  read_strategies(root.tables("strategy"), settings, problems);
  read_risk(root.table("risk"), settings);
  read_protections(root.tables("protection"), settings, problems);
}

void read_root(TableReader root, Settings& settings, Problems& problems) {
  settings.file = problems.file();
  read_venue(root.table("venue"), settings, problems.want_secrets());
  read_trading(root, settings, problems);
  read_record(root.table("record"), settings);
  read_metrics(root.table("metrics"), settings);
  read_journal(root.table("journal"), settings);
  read_control(root.table("control"), settings);
  read_alerts(root, settings, problems.want_secrets());
  root.finish();
}

void read_root(TableReader root, BacktestSettings& settings, Problems& problems) {
  settings.trading.file = problems.file();
  TableReader venue = root.table("venue");
  read_rates(venue.table("limits"), settings.trading.risk.rates);
  venue.finish();
  read_trading(root, settings.trading, problems);
  read_backtest(root.table("backtest"), settings);
  root.finish();
}

template <class Result>
std::expected<Result, std::vector<Problem>> parse(std::string_view text, std::string name,
                                                  bool want_secrets = true) {
  Problems problems(std::move(name), want_secrets);
  Result settings;
  try {
    const toml::table table = toml::parse(text, std::string_view(problems.file()));
    read_root(TableReader(&table, "", problems, 1), settings, problems);
  } catch (const toml::parse_error& e) {
    problems.add(static_cast<int>(e.source().begin.line), "", std::string(e.description()));
  }
  if (!problems.empty()) return std::unexpected(problems.take());
  return settings;
}

std::expected<std::string, std::vector<Problem>> read_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::string text{std::istreambuf_iterator<char>(file), {}};
  if (!file.is_open() || file.bad())
    return std::unexpected(std::vector<Problem>{{path, 0, "", "no such file, or not readable"}});
  return text;
}

template <class Result>
KeyLog keys_of() {
  KeyLog log;
  Problems problems("");
  problems.describe_into(log);
  const toml::table nothing;
  Result settings;
  read_root(TableReader(&nothing, "", problems), settings, problems);
  return log;
}

}  // namespace

KeyLog daemon_keys() { return keys_of<Settings>(); }
KeyLog backtest_keys() { return keys_of<BacktestSettings>(); }

std::string to_string(const Problem& problem) {
  std::string text = problem.file;
  if (problem.line > 0) text += fmt::format(":{}", problem.line);
  if (!problem.key.empty()) text += fmt::format(": {}", problem.key);
  return text + ": " + problem.message;
}

std::expected<Settings, std::vector<Problem>> load_text(std::string_view text, std::string name) {
  return parse<Settings>(text, std::move(name));
}

std::expected<Settings, std::vector<Problem>> load_text_without_secrets(std::string_view text,
                                                                        std::string name) {
  return parse<Settings>(text, std::move(name), false);
}

std::expected<Settings, std::vector<Problem>> load(const std::string& path) {
  const auto text = read_file(path);
  if (!text) return std::unexpected(text.error());
  return load_text(*text, path);
}

std::expected<Settings, std::vector<Problem>> load_without_secrets(const std::string& path) {
  const auto text = read_file(path);
  if (!text) return std::unexpected(text.error());
  return parse<Settings>(*text, path, false);
}

std::expected<BacktestSettings, std::vector<Problem>> load_backtest_text(std::string_view text,
                                                                         std::string name) {
  return parse<BacktestSettings>(text, std::move(name));
}

std::expected<BacktestSettings, std::vector<Problem>> load_backtest(const std::string& path) {
  const auto text = read_file(path);
  if (!text) return std::unexpected(text.error());
  return load_backtest_text(*text, path);
}

}  // namespace gannet::config
