#include "app/strategy_project.h"

#include <fmt/format.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <system_error>
#include <utility>

namespace gannet::app {
namespace {

namespace files = std::filesystem;

constexpr std::string_view kNameWord = "strategy_name";
constexpr std::string_view kClassWord = "StrategyName";
// Without its dot in the template, where it is to be seen.
constexpr std::string_view kPacked = "gitignore";
constexpr std::string_view kReal = ".gitignore";

void replace_all(std::string& text, std::string_view from, std::string_view to) {
  for (std::size_t at = text.find(from); at != std::string::npos;
       at = text.find(from, at + to.size()))
    text.replace(at, from.size(), to);
}

std::string in_its_words(std::string text, std::string_view name) {
  replace_all(text, kNameWord, name);
  replace_all(text, kClassWord, class_name_of(name));
  return text;
}

bool write_file(const files::path& path, const std::string& text) {
  std::ofstream file(path, std::ios::binary);
  file << text;
  file.close();
  return file.good();
}

}  // namespace

std::string class_name_of(std::string_view strategy) {
  std::string result;
  char before = '_';
  for (const char c : strategy) {
    const bool letter = c >= 'a' && c <= 'z';
    const bool digit = c >= '0' && c <= '9';
    if (!letter && !digit && c != '_') return {};
    if (before == '_' && !letter && (c == '_' || result.empty())) return {};
    if (c != '_') result += before == '_' && letter ? static_cast<char>(c - 'a' + 'A') : c;
    before = c;
  }
  return before == '_' ? std::string() : result;
}

std::expected<void, Error> make_strategy_project(const std::string& template_folder,
                                                 std::string_view name, const std::string& folder) {
  const auto refused = [](std::string why) { return std::unexpected(Error{std::move(why)}); };
  if (class_name_of(name).empty())
    return refused(fmt::format(
        "\"{}\" is no name for a strategy: small letters, digits and single underscores, "
        "a letter first (order_flow)",
        name));
  std::error_code error;
  if (files::exists(folder, error)) return refused(fmt::format("{} is there already", folder));
  const files::recursive_directory_iterator entries(template_folder, error);
  if (error)
    return refused(fmt::format(
        "no template in {}: install gannet-dev, or name one with --template DIR", template_folder));
  files::create_directories(folder, error);
  if (error) return refused(fmt::format("cannot make {}: {}", folder, error.message()));
  for (const files::directory_entry& entry : entries) {
    const std::string relative =
        in_its_words(files::relative(entry.path(), template_folder).string(), name);
    const files::path target =
        files::path(folder) / (relative == kPacked ? kReal : std::string_view(relative));
    if (entry.is_directory()) {
      files::create_directories(target, error);
      continue;
    }
    std::ifstream source(entry.path(), std::ios::binary);
    std::string text{std::istreambuf_iterator<char>(source), {}};
    if (!write_file(target, in_its_words(std::move(text), name)))
      return refused(fmt::format("cannot write {}", target.string()));
  }
  return {};
}

}  // namespace gannet::app
