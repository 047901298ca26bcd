#pragma once

#include <filesystem>
#include <string>
#include <system_error>

namespace gannet::app {

/// Where this program lies; its companions are found from there, wherever all of it was installed.
/// A program whose file an upgrade has replaced still knows its folder.
inline std::string program_folder() {
  std::error_code unknown;
  return std::filesystem::read_symlink("/proc/self/exe", unknown).parent_path().string();
}

/// The plugins that came with it.
inline std::string bundled_plugins() { return program_folder() + "/../lib/gannet/strategies"; }

}  // namespace gannet::app
