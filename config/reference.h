#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace gannet::config {

/// One key as docs/configuration.md tells it.
struct KeyReference {
  std::string name;
  std::string form;       ///< what may stand there
  std::string given;      ///< what counts without it; "": nothing, or it is needed
  std::string_view text;  ///< "": nobody has written what it is; a test fails then
  bool is_needed = false;
};
struct SectionReference {
  std::string path;    ///< "venue.limits"
  std::string header;  ///< "[venue.limits]", "[[instrument]]"
  std::string_view text;
  std::vector<KeyReference> keys;
};

/// What gannetd's file may hold: sections and keys as the readers ask for them, defaults as
/// `print_resolved` prints them, texts from key_docs.cpp. Cold; allocates.
std::vector<SectionReference> daemon_reference();
/// What only a backtest's file has.
std::vector<SectionReference> backtest_reference();
/// Texts of key_docs.cpp that name no section or key of either.
std::vector<std::string> orphaned_key_docs();

}  // namespace gannet::config
