#pragma once

#include <cerrno>
#include <cstring>
#include <string>

#include "base/error.h"

namespace gannet {

/// What a person does about it; "" where that depends on more than the error.
inline const char* remedy_of(int error) noexcept {
  switch (error) {
    case ENOSPC:
    case EDQUOT:
      return ": make room on its disk";
    case EROFS:
      return ": its file system is mounted read-only; remount it, or name another directory";
    case EACCES:
    case EPERM:
      return ": it must belong to the user that runs this";
    case EMFILE:
    case ENFILE:
      return ": allow more open files (LimitNOFILE=, ulimit -n)";
    default:
      return "";
  }
}

/// "WHAT PATH: what errno says: what to do".
inline Error system_error(const std::string& what, const std::string& path) {
  const int error = errno;
  return {what + " " + path + ": " + std::strerror(error) + remedy_of(error)};
}

}  // namespace gannet
