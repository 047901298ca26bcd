#pragma once

#include "base/secret.h"

namespace gannet::okx {

/// An API key of the venue, as its owner typed it in. Never logged: `reveal` is called by the
/// signer alone.
struct Credentials {
  Secret api_key;
  Secret secret;
  Secret passphrase;

  bool complete() const noexcept {
    return !api_key.empty() && !secret.empty() && !passphrase.empty();
  }
};

}  // namespace gannet::okx
