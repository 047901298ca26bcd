#pragma once

#include <expected>
#include <span>
#include <string>
#include <string_view>

#include "base/error.h"

namespace CLI {
class App;
}

namespace gannet::app {

/// Takes from a TOML file what the command line does not say: its keys are the command's options,
/// with - or _. `others`: tables of the file that somebody else reads. Errors name file, line, key
/// and reason, for an unknown key also the nearest known one.
std::expected<void, Error> take_option_file(CLI::App& command, const std::string& file,
                                            std::span<const std::string_view> others);

}  // namespace gannet::app
