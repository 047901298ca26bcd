#include <fmt/format.h>
#include <signal.h>

#include <cstdio>

#include "kill/options.h"
#include "kill/sweep.h"

int main(int argc, char** argv) {
  using namespace gannet::kill;
  ::signal(SIGPIPE, SIG_IGN);
  const OptionsResult read = read_options(argc, argv);
  if (read.wants_help) {
    fmt::print("{}", help_text());
    return 0;
  }
  for (const std::string& warning : read.warnings) fmt::print(stderr, "warning: {}\n", warning);
  for (const std::string& problem : read.problems) fmt::print(stderr, "{}\n", problem);
  if (!read.problems.empty()) return 2;
  const SweepResult result = sweep(read.options);
  if (read.options.json) fmt::print("{}\n", to_json(result));
  return result.exit_code;
}
