#include "gateway/okx/protocol/frame_summary.h"

#include <charconv>

namespace gannet::okx {
namespace {

/// The last number of that key: books have one row, and of several trades the last is the newest.
std::optional<std::int64_t> last_number(std::string_view text, std::string_view key) noexcept {
  const std::size_t at = text.rfind(key);
  if (at == std::string_view::npos) return std::nullopt;
  std::size_t begin = at + key.size();
  while (begin < text.size() && (text[begin] == ' ' || text[begin] == ':' || text[begin] == '"')) {
    ++begin;
  }
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data() + begin, text.data() + text.size(), number);
  if (error != std::errc{}) return std::nullopt;
  return number;
}

}  // namespace

std::expected<FrameSummary, DecodeError> FrameSummarizer::read(std::string_view text) noexcept {
  const auto frame = reader_.read(text);
  if (!frame) return std::unexpected(frame.error());
  FrameSummary summary;
  summary.frame = *frame;
  summary.stream = frame->instrument.empty() ? frame->instrument_type : frame->instrument;
  if (frame->kind == FrameKind::Pong) return summary;
  if (const auto finished = reader_.finish(); !finished) return std::unexpected(finished.error());
  if (frame->kind != FrameKind::Push) return summary;
  summary.chained = !frame->action.empty() && is_book(frame->channel);
  summary.snapshot = frame->action == "snapshot";
  summary.sequence = last_number(text, "\"seqId\"");
  summary.previous = last_number(text, "\"prevSeqId\"");
  return summary;
}

}  // namespace gannet::okx
