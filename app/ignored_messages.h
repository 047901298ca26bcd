#pragma once

#include <span>
#include <string_view>

namespace gannet::app {

/// One kind of recorded message that `gannet decode` knowingly leaves alone.
struct IgnoredMessage {
  enum class Where : unsigned char { Channel, RestPath, Line };
  Where where;
  std::string_view name;  ///< a trailing * stands for any ending
  std::string_view why;
};

/// The closed list, printed by `gannet decode --list-ignored`. What is neither decoded nor in it is
/// refused: a new channel of the venue must be seen by a person once.
std::span<const IgnoredMessage> ignored_messages() noexcept;

/// Null when nothing in the list fits.
const IgnoredMessage* find_ignored(IgnoredMessage::Where where, std::string_view name) noexcept;

}  // namespace gannet::app
