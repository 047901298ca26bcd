#pragma once

#include <span>
#include <string_view>

namespace gannet::config {

/// What a section or key is for, in docs/configuration.md. `path`: "[venue.limits]" for a section,
/// "venue.limits.place" for a key; a part "*" stands for any parts, for sections that are alike.
struct KeyDoc {
  std::string_view path;
  std::string_view text;
};
std::span<const KeyDoc> key_docs() noexcept;

}  // namespace gannet::config
