#pragma once

#include <expected>
#include <optional>
#include <string>
#include <string_view>

#include "gateway/okx/protocol/frame.h"
#include "gateway/okx/protocol/session_io.h"
#include "gateway/okx/protocol/signing.h"

namespace gannet::okx {

/// Logs in on a private socket and does nothing else: whether a key is taken. Once; a connection
/// that is lost before the answer is no answer. Thread: one.
class LoginProbe final : public SocketSession {
 public:
  /// `signer` outlives it. `clock_offset`: venue minus ours.
  LoginProbe(const Signer& signer, Nanos clock_offset)
      : signer_(signer), clock_offset_(clock_offset) {}

  void on_open(SocketOutput& output, Timestamp now) noexcept override;
  void on_text(std::string_view text, Timestamp now) noexcept override;
  void on_closed(Timestamp now) noexcept override;
  void on_timer(Timestamp) noexcept override {}

  /// Absent: no answer yet. Errors: one sentence.
  const std::optional<std::expected<void, std::string>>& outcome() const noexcept {
    return outcome_;
  }

 private:
  const Signer& signer_;
  Nanos clock_offset_;
  FrameReader reader_{4'096};
  std::optional<std::expected<void, std::string>> outcome_;
};

}  // namespace gannet::okx
