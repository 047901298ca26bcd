#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "sim/okx_server/protocol/internal/state.h"

namespace gannet::okx_server {

/// Why a subscription is refused.
struct Refused {
  std::string_view code;
  std::string message;
};

/// 60018 in OKX's words: the argument's members in the text are all that a client learns.
Refused no_such_channel(simdjson::dom::object arg);
/// A channel that is unknown (null) or lives on another path.
Refused wrong_path(const ChannelInfo* info, SocketPath path, simdjson::dom::object arg);

/// Puts the topic and the filters of a public or business channel into the subscription.
std::optional<Refused> name_public_topic(const ServerState& state, const ChannelInfo& info,
                                         simdjson::dom::object arg, Subscription& subscription);

/// The topic of a candle channel, and back.
std::uint32_t candle_topic(std::size_t bar, InstrumentId instrument) noexcept;
std::size_t bar_of_topic(std::uint32_t topic) noexcept;
InstrumentId instrument_of_topic(std::uint32_t topic) noexcept;

}  // namespace gannet::okx_server
