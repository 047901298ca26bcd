#include "gateway/okx/protocol/close_codes.h"

#include <algorithm>
#include <array>

namespace gannet::okx {
namespace {

using enum CloseReaction;

constexpr auto kRules = std::to_array<CloseRule>({
    {1000, Reconnect, "the venue said goodbye"},
    {1001, Reconnect, "the venue goes away"},
    {1006, Reconnect, "the connection was lost without a word"},
    {1009, ReconnectSlowly, "a message of ours was too long"},
    {4001, CheckLogin, "the login failed"},
    {4002, ReconnectSlowly, "a request of ours was invalid"},
    {4003, ReconnectSlowly,
     "more than 100 subscriptions of this API key: close other programs that use it"},
    {4004, Reconnect, "the venue had nothing to send, and no ping of ours, for 30 s"},
    {4005, Reconnect, "we read too slowly: the venue's send buffer was full"},
    {4006, Reconnect, "the venue ended the connection abnormally"},
    {4007, Stop, "the API key was changed or deleted: look at it on the venue's site"},
    {4008, ReconnectSlowly, "too many channels on one connection: configure fewer instruments"},
    {4009, ReconnectSlowly, "too many channels on one connection: configure fewer instruments"},
});
constexpr CloseRule kOther{0, Reconnect, "the connection was closed"};

}  // namespace

std::span<const CloseRule> close_rules() noexcept { return kRules; }

const CloseRule& rule_of_close(std::uint16_t code) noexcept {
  const auto* const rule = std::ranges::find(kRules, code, &CloseRule::code);
  return rule == kRules.end() ? kOther : *rule;
}

}  // namespace gannet::okx
