#pragma once

#include <string>
#include <vector>

namespace gannet::kill {

/// Everything the program is told: by its file, and by the command line, which wins.
struct Options {
  std::string file = "/etc/gannet/kill.conf";
  std::string url = "https://www.okx.com";
  std::string address;  ///< in place of a look-up of the host's name
  std::string ca_file;
  std::string api_key, secret, passphrase;
  bool demo = false;
  std::string tag;              ///< of the engine's orders: its engine_id
  std::string state_directory;  ///< "": the engine runs on another host, or is stopped already
  bool account = false;         ///< everybody's orders, and an untagged timer
  bool cancel_stops = false;    ///< also what guards an open position
  bool dry_run = false;
  bool json = false;
  bool leave_engine = false;  ///< do not stop it
  int seconds = 60;           ///< until it gives up
  std::string reason = "gannet-kill";
};

/// What is wrong, in one sentence for each; empty: `options` can be used.
struct OptionsResult {
  Options options;
  std::vector<std::string> problems;
  std::vector<std::string> warnings;
  bool wants_help = false;
};

OptionsResult read_options(int argc, const char* const* argv);
/// The text of `--help`.
const char* help_text();

}  // namespace gannet::kill
