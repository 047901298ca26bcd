#include <CLI/CLI.hpp>

#include "app/commands/all_commands.h"
#include "app/commands/operator.h"

int main(int argc, char** argv) {
  CLI::App app{"Gannet: tools around the trading daemon", "gannet"};
  app.require_subcommand(1);
  gannet::app::add_all_commands(app);
  try {
    app.parse(argc, argv);
  } catch (const CLI::RuntimeError& e) {
    return e.get_exit_code();  // a command's own
  } catch (const CLI::ParseError& e) {
    return app.exit(e) == 0 ? 0 : gannet::app::kBadWords;  // --help ends well
  }
  return 0;
}
