#pragma once

#include <cstdint>
#include <expected>
#include <optional>
#include <string_view>

#include "gateway/okx/protocol/frame.h"
#include "gateway/okx/protocol/sequence_chain.h"

namespace gannet::okx {

/// What a recorder wants to know of a frame without decoding its data: which stream it belongs to
/// and where in the stream it stands. Views as of `Frame`.
struct FrameSummary {
  Frame frame;
  std::string_view stream;  ///< the instrument, or what else the subscription named; "" none
  bool chained = false;     ///< an incremental book: every message links to the one before it
  bool snapshot = false;
  std::optional<std::int64_t> sequence;
  std::optional<std::int64_t> previous;
};

/// Reads frames to the end of their text, so that a damaged one is seen, but decodes no level and
/// no trade. Thread: one.
class FrameSummarizer {
 public:
  /// `text` is followed by kTextPadding readable bytes. Errors: as FrameReader's.
  std::expected<FrameSummary, DecodeError> read(std::string_view text) noexcept;

 private:
  FrameReader reader_;
};

/// How a chained message stands to those before it in its stream.
inline SequenceLink link(SequenceChain& chain, const FrameSummary& summary) noexcept {
  return chain.accept(summary.snapshot ? BookUpdate::Kind::Snapshot : BookUpdate::Kind::Update,
                      summary.sequence, summary.previous);
}

}  // namespace gannet::okx
