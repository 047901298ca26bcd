#pragma once

#include <CLI/App.hpp>
#include <string>
#include <string_view>

namespace gannet::app {

// Made from the same tree of commands that parses the command line and prints --help.

/// A manual page of one program: every command with its options.
struct ManualWords {
  std::string_view section;      ///< "1", "8"
  std::string_view description;  ///< paragraphs, as roff
  std::string_view after;        ///< exit status, files, see also: as roff
};
std::string manual_page(const CLI::App& app, const ManualWords& words);

/// The three pages, whole: gannet(1), gannetd(8), gannet-kill(8).
std::string gannet_manual();
std::string gannetd_manual();
std::string gannet_kill_manual();

/// The completion of one program.
std::string bash_of(const CLI::App& app);
std::string zsh_of(const CLI::App& app);
/// What a shell loads to complete `gannet` and `gannetd`.
std::string bash_completion();
std::string zsh_completion();

}  // namespace gannet::app
