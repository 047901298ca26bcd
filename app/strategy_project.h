#pragma once

#include <expected>
#include <string>
#include <string_view>

#include "base/error.h"

namespace gannet::app {

/// "order_flow" to "OrderFlow"; empty if it is no name for a strategy: small letters, digits and
/// underscores, a letter first, none of them twice or last.
std::string class_name_of(std::string_view strategy);

/// A copy of the template's files in `folder`, which must not be there yet. In names and text
/// `strategy_name` becomes the name, `StrategyName` its class.
std::expected<void, Error> make_strategy_project(const std::string& template_folder,
                                                 std::string_view name, const std::string& folder);

}  // namespace gannet::app
