#include "app/commands/new_strategy_command.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <filesystem>
#include <memory>
#include <string>

#include "app/program_folder.h"
#include "app/strategy_project.h"

namespace gannet::app {
namespace {

struct NewStrategyWords {
  std::string name;
  std::string folder;           // "": ./NAME
  std::string template_folder;  // "": the one that came with this program
};

/// What cmake must be told to find SDK and gannetd: nothing where the system's programs are.
std::string prefix_option(const std::string& prefix) {
  if (prefix == "/usr" || prefix == "/usr/local") return {};
  return " -DCMAKE_PREFIX_PATH=" + prefix;
}

int make_project(const NewStrategyWords& words) {
  const std::filesystem::path prefix = std::filesystem::path(program_folder()).parent_path();
  const std::string folder = words.folder.empty() ? words.name : words.folder;
  const std::string from = words.template_folder.empty()
                               ? (prefix / "share/gannet/strategy-template").string()
                               : words.template_folder;
  if (const auto made = make_strategy_project(from, words.name, folder); !made) {
    fmt::print(stderr, "gannet new-strategy: {}\n", made.error().message);
    return 2;
  }
  fmt::print(
      "{0} is a project of its own: {1}.cpp has the strategy, README.md the rest. Now\n"
      "  cd {0}\n"
      "  cmake -B build{2} && cmake --build build\n"
      "  ctest --test-dir build\n",
      folder, words.name, prefix_option(prefix.string()));
  return 0;
}

}  // namespace

void add_new_strategy_command(CLI::App& app) {
  auto words = std::make_shared<NewStrategyWords>();
  CLI::App* const command =
      app.add_subcommand("new-strategy", "a project for a strategy of your own, ready to build");
  command->add_option("name", words->name, "small letters, digits, underscores: order_flow")
      ->required();
  command->add_option("--folder", words->folder, "where to make it; else a folder of that name");
  command->add_option("--template", words->template_folder,
                      "the files to start from; else those of the SDK");
  command->callback([words] {
    if (const int code = make_project(*words); code != 0) throw CLI::RuntimeError(code);
  });
}

}  // namespace gannet::app
