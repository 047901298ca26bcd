#pragma once

#include <cerrno>
#include <cstring>
#include <string>

#include "base/error.h"

namespace gannet {

/// "WHAT PATH: what errno says".
inline Error system_error(const std::string& what, const std::string& path) {
  return {what + " " + path + ": " + std::strerror(errno)};
}

}  // namespace gannet
