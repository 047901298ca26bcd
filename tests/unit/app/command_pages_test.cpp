#include "app/commands/command_pages.h"

#include <gtest/gtest.h>
#include <stdlib.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <cstdlib>
#include <fstream>

#include "app/commands/all_commands.h"

namespace gannet::app {
namespace {

bool holds(const std::string& page, const std::string& text) {
  return page.find(text) != std::string::npos;
}

TEST(Manual, HasEveryCommandAndOptionOfTheProgram) {
  const std::string page = gannet_manual();
  CLI::App app{"", "gannet"};
  add_all_commands(app);
  for (const CLI::App* command : app.get_subcommands([](const CLI::App*) { return true; }))
    EXPECT_TRUE(
        holds(page, ".SS gannet " + command->get_name().substr(0, command->get_name().find('-'))))
        << command->get_name();
  for (const char* text : {".TH GANNET 1", "gannet limits set", "\\-\\-watch", ".SH EXIT STATUS",
                           "no daemon answers", "gannet order resolve"})
    EXPECT_TRUE(holds(page, text)) << text;
  EXPECT_TRUE(holds(gannetd_manual(), ".TH GANNETD 8"));
  EXPECT_TRUE(holds(gannetd_manual(), "\\-\\-after\\-crashes"));
  EXPECT_TRUE(holds(gannet_kill_manual(), "\\-\\-cancel\\-stops"));
}

TEST(Completion, KnowsWhatMayFollow) {
  const std::string script = bash_completion();
  EXPECT_TRUE(holds(script, "' strategy') words='list start stop set tell"));
  EXPECT_TRUE(holds(script, "--watch"));
  EXPECT_TRUE(holds(script, "complete -o default -F _gannetd gannetd"));
  const std::string zsh = zsh_completion();
  EXPECT_TRUE(zsh.starts_with("#compdef gannet\n"));
  EXPECT_TRUE(holds(zsh, "'resume:clear a kill"));
}

TEST(Completion, CompletesInARealShell) {
  char name[] = "/tmp/gannet-completion-XXXXXX";
  const int fd = ::mkstemp(name);
  ASSERT_GE(fd, 0);
  ::close(fd);
  {
    std::ofstream file(name);
    file << bash_completion()
         << "COMP_WORDS=(gannet limits se); COMP_CWORD=2; _gannet\n"
            "[ \"${COMPREPLY[*]}\" = set ] || exit 3\n"
            "COMP_WORDS=(gannet --json sta); COMP_CWORD=2; _gannet\n"
            "[ \"${COMPREPLY[*]}\" = status ] || exit 4\n";
  }
  EXPECT_EQ(std::system((std::string("bash -u ") + name).c_str()), 0);
  std::remove(name);
}

}  // namespace
}  // namespace gannet::app
