#pragma once

#include <ostream>
#include <string>
#include <string_view>
#include <utility>

namespace gannet::okx {

/// Text that must not be seen: prints as ***, is wiped when it dies, and is read by one named
/// function, so that a search for `reveal` finds every place that touches it.
class Secret {
 public:
  Secret() = default;
  explicit Secret(std::string text) : text_(std::move(text)) {}
  Secret(const Secret&) = default;
  Secret(Secret&&) = default;
  Secret& operator=(const Secret&) = default;
  Secret& operator=(Secret&&) = default;
  ~Secret();

  const std::string& reveal() const noexcept { return text_; }
  bool empty() const noexcept { return text_.empty(); }
  friend std::ostream& operator<<(std::ostream& out, const Secret&) { return out << "***"; }

 private:
  std::string text_;
};

/// For formatting libraries, which find it by the argument's namespace: ***.
inline std::string_view format_as(const Secret&) noexcept { return "***"; }

/// An API key of the venue, as its owner typed it in.
struct Credentials {
  Secret api_key;
  Secret secret;
  Secret passphrase;

  bool complete() const noexcept {
    return !api_key.empty() && !secret.empty() && !passphrase.empty();
  }
};

}  // namespace gannet::okx
