#pragma once

#include <cstdlib>
#include <filesystem>
#include <string>

#include "test_paths.h"

namespace gannet::test {

/// Where recorded frames lie: GANNET_RECORDINGS, or ../shared/okx/recorded beside the sources;
/// empty when there are none.
inline std::filesystem::path recordings_folder() {
  if (const char* stated = std::getenv("GANNET_RECORDINGS"); stated != nullptr && *stated != '\0') {
    return std::filesystem::is_directory(stated) ? std::filesystem::path(stated)
                                                 : std::filesystem::path();
  }
  const auto beside =
      std::filesystem::path(GANNET_SOURCE_DIR).parent_path() / "shared/okx/recorded";
  return std::filesystem::is_directory(beside) ? beside : std::filesystem::path();
}

/// The file, or "" when it is not there.
inline std::string recording(const std::string& name) {
  const auto folder = recordings_folder();
  if (folder.empty() || !std::filesystem::exists(folder / name)) return {};
  return (folder / name).string();
}

}  // namespace gannet::test

/// Sets `path` to a recorded file, or skips the test saying why.
#define GANNET_RECORDING(path, name)                        \
  const std::string path = ::gannet::test::recording(name); \
  if (path.empty())                                         \
  GTEST_SKIP() << "no recording " << name << ": GANNET_RECORDINGS names no folder with it"
