#pragma once

#include <cstdint>
#include <string_view>

#include "app/frame_recorder.h"
#include "gateway/okx/protocol/session_io.h"

namespace gannet::app {

/// A session whose frames a recorder hears: in its connection's place between the two. Costs one
/// copy of each frame. Thread: the session's.
class RecordedSession final : public okx::SocketSession, private okx::SocketOutput {
 public:
  /// Both outlive it.
  RecordedSession(okx::SocketSession& session, FrameTap& tap) : session_(session), tap_(tap) {}

  void on_open(okx::SocketOutput& output, Timestamp now) noexcept override {
    output_ = &output;
    now_ = now;
    tap_.on_opened(now);
    session_.on_open(*this, now);
  }
  void on_text(std::string_view text, Timestamp now) noexcept override {
    now_ = now;
    tap_.on_received(text, now);
    session_.on_text(text, now);
  }
  okx::CloseReaction on_close_code(std::uint16_t code, Timestamp now) noexcept override {
    now_ = now;
    return session_.on_close_code(code, now);
  }
  void on_closed(Timestamp now) noexcept override {
    now_ = now;
    tap_.on_closed(now);
    session_.on_closed(now);
    output_ = nullptr;
  }
  void on_timer(Timestamp now) noexcept override {
    now_ = now;
    session_.on_timer(now);
  }

 private:
  bool send_text(std::string_view text) noexcept override {
    if (output_ == nullptr || !output_->send_text(text)) return false;
    tap_.on_sent(text, now_);
    return true;
  }
  void reconnect(std::string_view why) noexcept override {
    if (output_ != nullptr) output_->reconnect(why);
  }
  void reconnect_slowly(std::string_view why) noexcept override {
    if (output_ != nullptr) output_->reconnect_slowly(why);
  }
  bool replace(std::string_view why) noexcept override {
    return output_ != nullptr && output_->replace(why);
  }

  okx::SocketSession& session_;
  FrameTap& tap_;
  okx::SocketOutput* output_ = nullptr;
  Timestamp now_;  // of the input being handled: what is sent is sent then
};

}  // namespace gannet::app
