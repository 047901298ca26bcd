#pragma once

#include <string>
#include <string_view>
#include <utility>

namespace gannet {

/// What went wrong off the hot path, in one sentence, with a line of context per caller:
/// `return std::unexpected(error.with("loading risk.toml"));`
struct Error {
  std::string message;

  Error with(std::string_view context) && {
    message = std::string(context) + ": " + message;
    return std::move(*this);
  }
};

}  // namespace gannet
