#pragma once

#include <cstdint>
#include <expected>
#include <optional>
#include <string>

#include "base/http_message.h"
#include "gateway/okx/protocol/error_codes.h"
#include "gateway/okx/protocol/frame.h"
#include "gateway/okx/protocol/lenient_number.h"
#include "gateway/okx/protocol/session_io.h"

namespace gannet::okx {

/// The body of an answer, padded for the JSON reader, and what its envelope says.
class RestFrame {
 public:
  /// Reads the envelope. `code`: the venue's, or -1 if the body is not the venue's JSON.
  void read(const HttpResponse& response) noexcept {
    http_status_ = response.status;
    retry_after_.reset();
    const auto wait = whole_number(response.header("Retry-After"));
    if (wait && *wait >= 0 && *wait <= 86'400) retry_after_ = seconds(*wait);
    body_.assign(response.body);
    body_.append(kTextPadding, ' ');
    const auto frame = reader_.read(std::string_view(body_.data(), response.body.size()));
    frame_ = frame ? *frame : Frame{};
    code_ = frame ? parse_code(frame_.code) : -1;
  }

  std::int32_t code() const noexcept { return code_; }
  bool is_json() const noexcept { return code_ != -1; }
  bool ok() const noexcept { return code_ == 0; }
  /// How long the answer asks to wait before the next request; a date is not understood.
  std::optional<Nanos> retry_after() const noexcept { return retry_after_; }
  const Frame& frame() const noexcept { return frame_; }
  FrameReader& reader() noexcept { return reader_; }
  ErrorRule rule() const noexcept {
    return is_json() ? classify_code(code_) : classify_http(http_status_);
  }

 private:
  FrameReader reader_{1024 * 1024};
  std::string body_;
  Frame frame_;
  int http_status_ = 0;
  std::optional<Nanos> retry_after_;
  std::int32_t code_ = -1;
};

}  // namespace gannet::okx
