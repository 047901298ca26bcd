#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "gateway/okx/protocol/frame.h"

namespace gannet::okx {

/// What an event that is not data says. Views as in Frame.
struct ControlEvent {
  FrameKind kind = FrameKind::UnknownEvent;
  std::int32_t code = 0;  ///< events error, login, notice: the venue's number; -1 if it is none
  std::string_view message;
  std::string_view channel_name;  ///< acks: arg.channel; connection counts: the channel
  std::string_view instrument;    ///< acks: arg.instId
  std::string_view instrument_type;
  std::string_view family;  ///< acks: arg.instFamily
  std::string_view request_id;
  std::int32_t connection_count = 0;
};

/// Absent when the frame is data, a reply or unknown.
std::optional<ControlEvent> decode_control(const Frame& frame) noexcept;

/// The argument an error event speaks of: the venue names it in words alone ("Wrong URL or
/// channel:index-tickers, instId:NEAR-USDT-SWAP doesn't exist. ..."). Empty where it is not named.
struct RefusedArgument {
  std::string_view channel_name;
  std::string_view instrument;
};
RefusedArgument refused_argument(std::string_view message) noexcept;

inline constexpr std::int32_t kNoticeServiceUpgrade = 64008;

}  // namespace gannet::okx
