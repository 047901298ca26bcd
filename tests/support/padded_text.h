#pragma once

#include <string>
#include <string_view>

#include "gateway/okx/protocol/session_io.h"

namespace gannet::test {

/// Text followed by the bytes that the JSON reader may look at; garbage on purpose.
class PaddedText {
 public:
  explicit PaddedText(std::string_view text) : size_(text.size()), bytes_(text) {
    bytes_.append(okx::kTextPadding, '}');
  }
  std::string_view view() const { return {bytes_.data(), size_}; }
  operator std::string_view() const { return view(); }  // NOLINT(google-explicit-constructor)

 private:
  std::size_t size_;
  std::string bytes_;
};

}  // namespace gannet::test
