#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace gannet::net {

/// A client's request for a WebSocket (RFC 6455, 4.1), and what the answer to it must be.
class Upgrade {
 public:
  using Headers = std::vector<std::pair<std::string, std::string>>;
  /// `text` is empty where a header or the target holds control characters.
  Upgrade(const std::string& authority, const std::string& target, const Headers& headers);

  const std::string& text() const noexcept { return text_; }

  enum class Verdict : std::uint8_t {
    Accepted,
    Refused,     ///< another HTTP status: see `status`
    Unreadable,  ///< no answer to this request
  };
  /// `head`: up to and with the empty line.
  Verdict judge(std::string_view head);
  int status() const noexcept { return status_; }

 private:
  std::string text_;
  std::string expected_key_;
  int status_ = 0;
};

}  // namespace gannet::net
