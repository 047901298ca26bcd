#include "gateway/okx/protocol/login_probe.h"

namespace gannet::okx {

void LoginProbe::on_open(SocketOutput& output, Timestamp now) noexcept {
  if (!output.send_text(signer_.login_message(now + clock_offset_).reveal())) {
    outcome_ = std::unexpected("the login could not be sent");
  }
}

void LoginProbe::on_text(std::string_view text, Timestamp) noexcept {
  if (outcome_) return;
  const auto frame = reader_.read(text);
  if (!frame) return;
  const bool accepted =
      frame->kind == FrameKind::Login && (frame->code.empty() || frame->code == "0");
  if (accepted) {
    outcome_.emplace();
  } else if (frame->kind == FrameKind::Login || frame->kind == FrameKind::Error) {
    outcome_ = std::unexpected("the login is refused: code " + std::string(frame->code) + ", " +
                               std::string(frame->message));
  }
}

void LoginProbe::on_closed(Timestamp) noexcept {
  if (!outcome_) outcome_ = std::unexpected("the connection ended before the login was answered");
}

}  // namespace gannet::okx
