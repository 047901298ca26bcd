#pragma once

#include <array>
#include <cstddef>
#include <initializer_list>
#include <string>
#include <string_view>

#include "base/fixed_string.h"
#include "base/time.h"
#include "gateway/okx/protocol/credentials.h"

namespace gannet::okx {

/// Base64 of an HMAC-SHA256: always 44 characters.
using Signature = FixedString<44>;
/// "2026-11-23T09:08:57.715Z": always exactly three digits of milliseconds. [PROTOCOL 2.1, 14]
using RestTimestamp = FixedString<24>;

RestTimestamp rest_timestamp(Timestamp venue_time) noexcept;

/// Signs for one API key. The key's two hash states are computed once, so that a signature costs
/// two short hashes and allocates nothing. Thread: any (const functions only read).
class Signer {
 public:
  explicit Signer(Credentials credentials);
  ~Signer();
  Signer(const Signer&) = delete;
  Signer& operator=(const Signer&) = delete;

  /// Base64(HMAC-SHA256(secret, the parts joined)).
  Signature sign(std::initializer_list<std::string_view> parts) const noexcept;

  /// timestamp + METHOD + path?query + body, byte for byte as sent; nothing is sorted. [2.2]
  Signature sign_rest(std::string_view timestamp, std::string_view method, std::string_view target,
                      std::string_view body) const noexcept {
    return sign({timestamp, method, target, body});
  }

  /// The login message of a private socket, signed for `venue_time` (valid 30 s): to be made anew
  /// for every connection. Holds secrets: never to be logged. [2.3]
  std::string login_message(Timestamp venue_time) const;

  const std::string& api_key() const noexcept { return credentials_.api_key.reveal(); }
  const std::string& passphrase() const noexcept { return credentials_.passphrase.reveal(); }

 private:
  struct HashState {  // a SHA256_CTX, whose header stays out of ours
    alignas(8) std::array<std::byte, 128> bytes{};
  };

  Credentials credentials_;
  HashState inner_;
  HashState outer_;
};

}  // namespace gannet::okx
