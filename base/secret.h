#pragma once

#include <ostream>
#include <string>
#include <string_view>
#include <utility>

namespace gannet {

/// Text that must not be shown: prints as ***, compares with nothing, is wiped when it goes.
/// SEC-02.
class Secret {
 public:
  Secret() = default;
  explicit Secret(std::string text) : text_(std::move(text)) {}
  Secret(const Secret&) = default;
  Secret(Secret&&) = default;
  Secret& operator=(const Secret&) = default;
  Secret& operator=(Secret&&) = default;
  ~Secret() {
    // volatile: the compiler may not drop writes to memory that is about to be freed.
    volatile char* bytes = text_.data();
    for (std::size_t i = 0; i < text_.size(); ++i) bytes[i] = 0;
  }

  bool empty() const noexcept { return text_.empty(); }
  /// For the signer alone.
  const std::string& reveal() const noexcept { return text_; }
  friend std::ostream& operator<<(std::ostream& out, const Secret&) { return out << "***"; }

 private:
  std::string text_;
};

/// fmt prints it as *** too.
inline std::string_view format_as(const Secret&) noexcept { return "***"; }

}  // namespace gannet
