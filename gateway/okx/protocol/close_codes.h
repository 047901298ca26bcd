#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace gannet::okx {

/// What the venue's close of a connection means for the next one.
enum class CloseReaction : std::uint8_t {
  Reconnect,        ///< again, with the usual back-off
  ReconnectSlowly,  ///< our own doing: at once it would only end the same way
  CheckLogin,       ///< refused credentials, unless it was the clock: again a few times, then Stop
  Stop,             ///< for good, until a person has acted
};

struct CloseRule {
  std::uint16_t code = 0;
  CloseReaction reaction = CloseReaction::Reconnect;
  std::string_view meaning;  ///< for people, with what to do where there is something
};

/// The codes that have a meaning of their own. [PROTOCOL 3.6]
std::span<const CloseRule> close_rules() noexcept;
/// Any other code is an ordinary loss.
const CloseRule& rule_of_close(std::uint16_t code) noexcept;

}  // namespace gannet::okx
