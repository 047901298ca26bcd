#include "gateway/okx/protocol/decode_control.h"

#include "gateway/okx/protocol/lenient_number.h"

namespace gannet::okx {
namespace {

std::int32_t small_number(std::string_view text, std::int32_t otherwise) noexcept {
  const auto number = whole_number(text);
  if (!number || *number < 0 || *number > 0x7FFF'FFFF) return otherwise;
  return static_cast<std::int32_t>(*number);
}

/// The word after `key` up to a comma, space or the end.
std::string_view word_after(std::string_view text, std::string_view key) noexcept {
  const std::size_t at = text.find(key);
  if (at == std::string_view::npos) return {};
  text.remove_prefix(at + key.size());
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  std::size_t end = 0;
  while (end < text.size() && text[end] != ',' && text[end] != ' ') ++end;
  return text.substr(0, end);
}

}  // namespace

std::optional<ControlEvent> decode_control(const Frame& frame) noexcept {
  switch (frame.kind) {
    case FrameKind::Subscribed:
    case FrameKind::Unsubscribed:
    case FrameKind::Login:
    case FrameKind::Error:
    case FrameKind::Notice:
    case FrameKind::ConnectionCount:
    case FrameKind::ConnectionCountError:
      break;
    case FrameKind::Pong:
    case FrameKind::OperationReply:
    case FrameKind::Push:
    case FrameKind::UnknownEvent:
    case FrameKind::Unknown:
      return std::nullopt;
  }
  ControlEvent event;
  event.kind = frame.kind;
  event.code = frame.code.empty() ? 0 : small_number(frame.code, -1);
  event.message = frame.message;
  event.channel_name = frame.channel_name;
  event.instrument = frame.instrument;
  event.instrument_type = frame.instrument_type;
  event.family = frame.family;
  event.request_id = frame.id;
  event.connection_count =
      frame.connection_count.empty() ? 0 : small_number(frame.connection_count, 0);
  return event;
}

RefusedArgument refused_argument(std::string_view message) noexcept {
  RefusedArgument argument{word_after(message, "channel:"), word_after(message, "instId:")};
  if (argument.instrument.empty()) argument.instrument = word_after(message, "instFamily:");
  if (argument.instrument.empty()) argument.instrument = word_after(message, "instType:");
  return argument;
}

}  // namespace gannet::okx
