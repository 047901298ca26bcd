#include "monitor/alert.h"

#include <fmt/format.h>

namespace gannet::monitor {
namespace {

constexpr std::uint64_t kFnvPrime = 0x100000001b3;

void mix_text(std::uint64_t& hash, std::string_view text) noexcept {
  for (const char c : text) hash = (hash ^ static_cast<std::uint8_t>(c)) * kFnvPrime;
  hash *= kFnvPrime;  // a zero between two texts
}

}  // namespace

std::uint64_t alert_fingerprint(std::string_view rule, const AlertLabels& labels) noexcept {
  std::uint64_t hash = 0xcbf29ce484222325;
  mix_text(hash, rule);
  for (const auto& [key, value] : labels) {
    mix_text(hash, key);
    mix_text(hash, value);
  }
  return hash;
}

std::string fingerprint_text(std::uint64_t fingerprint) {
  return fmt::format("{:016x}", fingerprint);
}

std::string labels_text(const AlertLabels& labels) {
  std::string out;
  for (const auto& [key, value] : labels)
    out += fmt::format("{}{}={}", out.empty() ? "" : ", ", key, value);
  return out;
}

}  // namespace gannet::monitor
