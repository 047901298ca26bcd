#include "config/load.h"

#include <fmt/format.h>

#include <fstream>
#include <iterator>

#include "config/internal/sections.h"
#include "config/internal/table_reader.h"

namespace gannet::config {
namespace {

void read_root(const toml::table& table, Settings& settings, Problems& problems) {
  TableReader root(&table, "", problems, 1);
  read_venue(root.table("venue"), settings);
  read_account(root.table("account"), settings);
  read_engine(root.table("engine"), settings);
  read_instruments(root.tables("instrument"), settings);
  read_strategies(root.tables("strategy"), settings, problems);
  read_risk(root.table("risk"), settings);
  root.finish();
}

}  // namespace

std::string to_string(const Problem& problem) {
  std::string text = problem.file;
  if (problem.line > 0) text += fmt::format(":{}", problem.line);
  if (!problem.key.empty()) text += fmt::format(": {}", problem.key);
  return text + ": " + problem.message;
}

std::expected<Settings, std::vector<Problem>> load_text(std::string_view text, std::string name) {
  Problems problems(name);
  Settings settings;
  settings.file = std::move(name);
  try {
    const toml::table table = toml::parse(text, std::string_view(settings.file));
    read_root(table, settings, problems);
  } catch (const toml::parse_error& e) {
    problems.add(static_cast<int>(e.source().begin.line), "", std::string(e.description()));
  }
  if (!problems.empty()) return std::unexpected(problems.take());
  return settings;
}

std::expected<Settings, std::vector<Problem>> load(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  if (!file.is_open() || file.bad())
    return std::unexpected(std::vector<Problem>{{path, 0, "", "no such file, or not readable"}});
  return load_text(text, path);
}

}  // namespace gannet::config
