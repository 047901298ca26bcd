#include "gateway/okx/protocol/close_codes.h"

#include <algorithm>
#include <array>

namespace gannet::okx {
namespace {

constexpr auto kAgain = CloseReaction::Reconnect;
constexpr auto kSlowly = CloseReaction::ReconnectSlowly;

constexpr auto kCloseRules = std::to_array<CloseRule>({
    {1000, kAgain, "the venue said goodbye"},
    {1001, kAgain, "the venue goes away"},
    {1006, kAgain, "the connection was lost without a word"},
    {1009, kSlowly, "a message of ours was too long"},
    {4001, CloseReaction::CheckLogin, "the login failed"},
    {4002, kSlowly, "a request of ours was invalid"},
    {4003, kSlowly,
     "more than 100 subscriptions of this API key: close other programs that use it"},
    {4004, kAgain, "the venue had nothing to send, and no ping of ours, for 30 s"},
    {4005, kAgain, "we read too slowly: the venue's send buffer was full"},
    {4006, kAgain, "the venue ended the connection abnormally"},
    {4007, CloseReaction::Stop,
     "the API key was changed or deleted: look at it on the venue's site"},
    {4008, kSlowly, "too many channels on one connection: configure fewer instruments"},
    {4009, kSlowly, "too many channels on one connection: configure fewer instruments"},
});
constexpr CloseRule kAnyOtherClose{0, kAgain, "the connection was closed"};

}  // namespace

std::span<const CloseRule> close_rules() noexcept { return kCloseRules; }

const CloseRule& rule_of_close(std::uint16_t code) noexcept {
  const auto* const rule = std::ranges::find(kCloseRules, code, &CloseRule::code);
  return rule == kCloseRules.end() ? kAnyOtherClose : *rule;
}

}  // namespace gannet::okx
