#pragma once

#include <array>
#include <cstdint>
#include <cstring>
#include <string_view>

#include "domain/units.h"
#include "gateway/okx/protocol/encode_order.h"
#include "gateway/okx/protocol/plain_writer.h"

namespace gannet::okx {

/// Appends to an OrderText from its start. Writing past the end is cut and remembered: the encoders
/// then return nothing rather than half a message. (Messages are bounded far below the capacity.)
class TextWriter {
 public:
  explicit TextWriter(OrderText& text) noexcept
      : begin_(text.bytes_.data()), p_(begin_), end_(begin_ + text.bytes_.size()), text_(text) {}

  TextWriter& raw(std::string_view s) noexcept {
    if (s.size() > room()) {
      overflow_ = true;
      return *this;
    }
    std::memcpy(p_, s.data(), s.size());
    p_ += s.size();
    return *this;
  }
  /// ,"name":"value"
  TextWriter& text(std::string_view prefix, std::string_view value) noexcept {
    return raw(prefix).raw(value).raw("\"");
  }
  TextWriter& number(std::uint64_t value) noexcept {
    if (room() < kWriteSlack) {
      overflow_ = true;
      return *this;
    }
    p_ = write_number(p_, value);
    return *this;
  }
  TextWriter& units(std::int64_t value, int digits) noexcept {
    if (room() < kWriteSlack) {
      overflow_ = true;
      return *this;
    }
    p_ = write_units(p_, value, digits);
    return *this;
  }
  /// The first `size` of N bytes, all of which are readable: copied without a look at the size.
  template <std::size_t N>
  TextWriter& piece(const std::array<char, N>& bytes, std::size_t size) noexcept {
    if (room() < N) {
      overflow_ = true;
      return *this;
    }
    std::memcpy(p_, bytes.data(), N);
    p_ += size;
    return *this;
  }
  /// Fixes the text's length; "" if it did not fit.
  std::string_view finish() noexcept {
    text_.size_ = overflow_ ? 0 : static_cast<std::size_t>(p_ - begin_);
    return text_.view();
  }

 private:
  std::size_t room() const noexcept { return static_cast<std::size_t>(end_ - p_); }

  char* begin_;
  char* p_;
  char* end_;
  OrderText& text_;
  bool overflow_ = false;
};

}  // namespace gannet::okx
