#pragma once

#include <cstdint>
#include <initializer_list>
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
/// two short hashes and allocates nothing. All that it holds lies in SecretMemory. Thread: any, as
/// long as nobody calls `replace`.
class Signer {
 public:
  explicit Signer(Credentials credentials);
  Signer(const Signer&) = delete;
  Signer& operator=(const Signer&) = delete;

  /// Signs with another key from now on; all who hold a reference change over at the same moment.
  /// Thread: the one that signs.
  void replace(Credentials credentials);
  /// Counts the keys: a login that was signed before the last `replace` is of another one.
  std::uint32_t key_number() const noexcept { return key_number_; }

  /// Base64(HMAC-SHA256(secret, the parts joined)).
  Signature sign(std::initializer_list<std::string_view> parts) const noexcept;

  /// timestamp + METHOD + path?query + body, byte for byte as sent; nothing is sorted. [2.2]
  Signature sign_rest(std::string_view timestamp, std::string_view method, std::string_view target,
                      std::string_view body) const noexcept {
    return sign({timestamp, method, target, body});
  }

  /// The login message of a private socket, signed for `venue_time` (valid 30 s): to be made anew
  /// for every connection. [2.3]
  Secret login_message(Timestamp venue_time) const;

  const Secret& api_key() const noexcept { return credentials_.api_key; }
  const Secret& passphrase() const noexcept { return credentials_.passphrase; }

 private:
  Credentials credentials_;
  std::uint32_t key_number_ = 0;
  SecretMemory inner_;  // a SHA256_CTX each, whose header stays out of ours
  SecretMemory outer_;
};

}  // namespace gannet::okx
