#pragma once

#include <string_view>

namespace gannet::net {

/// Whether these bytes are UTF-8 as RFC 3629 has it: no surrogates, nothing above U+10FFFF, no
/// longer form than needed. Plain ASCII, which is nearly all that comes, costs a few bytes a cycle.
bool is_utf8(std::string_view text) noexcept;

}  // namespace gannet::net
