#include "gateway/net/internal/upgrade.h"

#include <openssl/evp.h>
#include <openssl/rand.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>

#include "base/check.h"
#include "gateway/net/internal/http_text.h"

namespace gannet::net {
namespace {

constexpr std::size_t kKeyBytes = 16;
constexpr std::string_view kGuid = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

std::string base64(const unsigned char* bytes, std::size_t size) {
  std::string text((size + 2) / 3 * 4 + 1, '\0');
  const int length =
      EVP_EncodeBlock(reinterpret_cast<unsigned char*>(text.data()), bytes, static_cast<int>(size));
  text.resize(static_cast<std::size_t>(length));
  return text;
}

std::string new_key() {
  std::array<unsigned char, kKeyBytes> bytes{};
  CHECK(RAND_bytes(bytes.data(), static_cast<int>(bytes.size())) == 1);
  return base64(bytes.data(), bytes.size());
}

std::string key_of_answer(const std::string& key) {
  const std::string text = key + std::string(kGuid);
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned size = 0;
  CHECK(EVP_Digest(text.data(), text.size(), digest.data(), &size, EVP_sha1(), nullptr) == 1);
  return base64(digest.data(), size);
}

/// What holds a line break would smuggle in a header, or a second request.
bool clean(std::string_view text) noexcept {
  return std::ranges::none_of(text, [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte < 0x20 || byte == 0x7f;
  });
}

bool same_ignoring_case(std::string_view a, std::string_view b) noexcept {
  return std::ranges::equal(a, b, [](char x, char y) {
    return std::tolower(static_cast<unsigned char>(x)) ==
           std::tolower(static_cast<unsigned char>(y));
  });
}

/// One of the words of a list like "keep-alive, Upgrade".
bool has_word(std::string_view list, std::string_view word) noexcept {
  while (!list.empty()) {
    const std::size_t comma = std::min(list.find(','), list.size());
    std::string_view part = list.substr(0, comma);
    while (part.starts_with(' ')) part.remove_prefix(1);
    while (part.ends_with(' ')) part.remove_suffix(1);
    if (same_ignoring_case(part, word)) return true;
    list.remove_prefix(std::min(comma + 1, list.size()));
  }
  return false;
}

}  // namespace

Upgrade::Upgrade(const std::string& authority, const std::string& target, const Headers& headers) {
  const std::string key = new_key();
  expected_key_ = key_of_answer(key);
  const Headers own = {{"Host", authority},
                       {"Upgrade", "websocket"},
                       {"Connection", "Upgrade"},
                       {"Sec-WebSocket-Key", key},
                       {"Sec-WebSocket-Version", "13"}};
  std::string text = "GET " + target + " HTTP/1.1\r\n";
  bool is_clean = clean(target) && target.find(' ') == std::string::npos;
  for (const Headers* some : {&own, &headers}) {
    for (const auto& [name, value] : *some) {
      is_clean = is_clean && clean(name) && clean(value);
      text.append(name).append(": ").append(value).append("\r\n");
    }
  }
  if (is_clean) text_ = text.append("\r\n");
}

Upgrade::Verdict Upgrade::judge(std::string_view head) {
  // "HTTP/1.1 403 ..." - of a refusal nothing else counts, its body least of all.
  constexpr std::string_view kProtocol = "HTTP/1.";
  constexpr std::size_t kStatusAt = 9;
  if (!head.starts_with(kProtocol) || head.size() < kStatusAt + 3) return Verdict::Unreadable;
  const char* const digits = head.data() + kStatusAt;
  const auto [end, error] = std::from_chars(digits, digits + 3, status_);
  if (error != std::errc{} || end != digits + 3 || status_ < 100) return Verdict::Unreadable;
  constexpr int kSwitchingProtocols = 101;
  if (status_ != kSwitchingProtocols) return Verdict::Refused;
  HttpResponseReader reader(HttpLimits{});
  if (!reader.put(head)) return Verdict::Unreadable;
  const auto answer = reader.take();
  if (!answer || !*answer) return Verdict::Unreadable;
  bool upgrades = false;
  bool connects = false;
  bool has_key = false;
  for (const auto& [name, value] : (*answer)->response.headers) {
    upgrades |= same_ignoring_case(name, "Upgrade") && has_word(value, "websocket");
    connects |= same_ignoring_case(name, "Connection") && has_word(value, "upgrade");
    has_key |= same_ignoring_case(name, "Sec-WebSocket-Accept") && value == expected_key_;
  }
  return upgrades && connects && has_key ? Verdict::Accepted : Verdict::Unreadable;
}

}  // namespace gannet::net
