#pragma once

#include <cstdlib>
#include <string>

namespace gannet::config {

/// A directory that the service manager made for this process (STATE_DIRECTORY, RUNTIME_DIRECTORY;
/// the first, of several); "" without one.
inline std::string service_directory(const char* variable) {
  const char* const value = std::getenv(variable);
  const std::string all = value == nullptr ? "" : value;
  return all.substr(0, all.find(':'));
}

}  // namespace gannet::config
