#include "app/sim_scenario.h"

#include <toml++/toml.h>

#include <sstream>

#include "base/jsonl_reader.h"

namespace gannet::app {
namespace {

std::unexpected<Error> problem(const std::string& file, int line, std::string_view what) {
  return std::unexpected(Error{file + ":" + std::to_string(line) + ": " + std::string(what)});
}

int line_of(const toml::node& node) { return static_cast<int>(node.source().begin.line); }

}  // namespace

std::expected<std::vector<ScenarioStep>, Error> parse_scenario(std::string_view text,
                                                               const std::string& file) {
  toml::table root;
  try {
    root = toml::parse(text, file);
  } catch (const toml::parse_error& e) {
    return problem(file, static_cast<int>(e.source().begin.line), e.description());
  }
  std::vector<ScenarioStep> steps;
  for (const auto& [key, node] : root) {
    if (key.str() != "fault")
      return problem(
          file, line_of(node),
          "unknown key " + std::string(key.str()) + "; a scenario is a list of [[fault]]");
    const toml::array* const list = node.as_array();
    if (list == nullptr) return problem(file, line_of(node), "want [[fault]]");
    for (const toml::node& element : *list) {
      const toml::table* const step = element.as_table();
      if (step == nullptr || !step->get("fault") || !step->get("fault")->is_string())
        return problem(file, line_of(element), "want fault = \"...\"");
      std::ostringstream json;
      json << toml::json_formatter{*step};
      steps.push_back({json.str(), line_of(element)});
    }
  }
  return steps;
}

std::expected<std::vector<ScenarioStep>, Error> read_scenario(const std::string& file) {
  const auto text = read_text_file(file);
  if (!text) return std::unexpected(text.error());
  return parse_scenario(*text, file);
}

}  // namespace gannet::app
