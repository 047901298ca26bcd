#include "sim/okx_server/protocol/internal/auth.h"

#include <algorithm>

#include "sim/okx_server/protocol/internal/json_reader.h"
#include "sim/okx_server/protocol/internal/number_text.h"
#include "sim/okx_server/protocol/internal/signature.h"

namespace gannet::okx_server {
namespace {

constexpr Nanos kWindow = seconds(30);

AuthResult refused(std::string code, std::string message, int http_status = 401) {
  return {std::move(code), std::move(message), http_status, nullptr, 0};
}

bool outside_window(Timestamp signed_at, Timestamp now) noexcept {
  const Nanos age = now - signed_at;
  return age > kWindow || age < kWindow * -1;
}

const ApiKey* find_key(const ServerState& state, std::string_view key) noexcept {
  for (const ApiKey& candidate : state.settings.keys) {
    if (candidate.credentials.key == key) return &candidate;
  }
  return nullptr;
}

bool looks_like_key(std::string_view key) noexcept {
  if (key.size() < 8 || key.size() > 64) return false;
  for (const char c : key) {
    const bool fits =
        (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-';
    if (!fits) return false;
  }
  return true;
}

bool address_allowed(const ApiKey& key, std::string_view peer) noexcept {
  if (key.addresses.empty()) return true;
  for (const std::string& rule : key.addresses) {
    if (address_matches(peer, rule)) return true;
  }
  return false;
}

/// Ten digits until 2286: milliseconds and dates are another recipe. A fraction may follow, as in
/// the documentation's own sample (Date.now() / 1000) and in clients that trade at OKX (vnpy).
std::optional<std::uint64_t> whole_seconds(std::string_view text) noexcept {
  const std::size_t dot = std::min(text.find('.'), text.size());
  const std::string_view fraction = text.substr(std::min(dot + 1, text.size()));
  if (dot != 10 || fraction.size() > 9) return std::nullopt;
  if (dot < text.size() && !parse_digits(fraction)) return std::nullopt;
  return parse_digits(text.substr(0, dot));
}

AuthResult accepted(const ServerState& state, const ApiKey& key) {
  const auto user = state.find_user(key.user);
  if (!user) return refused("50008", "User does not exist", 200);
  return {"0", "", 200, &key, *user};
}

}  // namespace

AuthResult verify_rest(const ServerState& state, const HttpRequest& request,
                       std::string_view peer) {
  const std::string_view key_text = request.header("OK-ACCESS-KEY");
  const std::string_view sign = request.header("OK-ACCESS-SIGN");
  const std::string_view passphrase = request.header("OK-ACCESS-PASSPHRASE");
  const std::string_view timestamp = request.header("OK-ACCESS-TIMESTAMP");
  if (key_text.empty()) return refused("50103", "Request header OK-ACCESS-KEY can not be empty.");
  if (passphrase.empty())
    return refused("50104", "Request header OK-ACCESS-PASSPHRASE can not be empty.");
  if (sign.empty()) return refused("50106", "Request header OK-ACCESS-SIGN can not be empty.");
  if (timestamp.empty())
    return refused("50107", "Request header OK-ACCESS-TIMESTAMP can not be empty.");
  const auto signed_at = parse_iso_time(timestamp);
  if (!signed_at) return refused("50112", "Invalid OK-ACCESS-TIMESTAMP");
  if (outside_window(*signed_at, state.now)) return refused("50102", "Timestamp request expired");
  if (!looks_like_key(key_text)) return refused("50111", "Invalid OK-ACCESS-KEY");
  const ApiKey* const key = find_key(state, key_text);
  if (key == nullptr) return refused("50119", "API key doesn't exist");
  if ((request.header("x-simulated-trading") == "1") != state.settings.demo)
    return refused("50101", "APIKey does not match current environment.");
  if (passphrase != key->credentials.passphrase)
    return refused("50105", "Request header OK-ACCESS-PASSPHRASE incorrect.");
  std::string text;
  text.reserve(timestamp.size() + request.target.size() + request.body.size() + 8);
  text.append(timestamp).append(request.method).append(request.target).append(request.body);
  if (!same_signature(sign, signature_of(key->credentials.secret, text)))
    return refused("50113", "Invalid Sign");
  if (!address_allowed(*key, peer))
    return refused("50110", "Your IP is not included in your API key's IP whitelist.");
  return accepted(state, *key);
}

AuthResult verify_login(const ServerState& state, simdjson::dom::object login,
                        std::string_view peer) {
  const std::string_view key_text = text_or_empty(login, "apiKey");
  const std::string_view passphrase = text_or_empty(login, "passphrase");
  const std::string_view timestamp = text_or_empty(login, "timestamp");
  const std::string_view sign = text_or_empty(login, "sign");
  if (key_text.empty() || passphrase.empty() || timestamp.empty() || sign.empty())
    return refused("60027", "Login parameters can not be empty");
  const auto unix_seconds = whole_seconds(timestamp);
  if (!unix_seconds) return refused("60004", "Invalid timestamp");
  // Later ones do not fit into nanoseconds of 64 bits; they are outside the window either way.
  constexpr std::uint64_t kLatest = 9'000'000'000;
  const Timestamp signed_at{static_cast<std::int64_t>(std::min(*unix_seconds, kLatest)) *
                            1'000'000'000};
  if (outside_window(signed_at, state.now)) return refused("60006", "Timestamp request expired");
  if (!looks_like_key(key_text)) return refused("60005", "Invalid apiKey");
  const ApiKey* const key = find_key(state, key_text);
  if (key == nullptr) return refused("60032", "API key doesn't exist");
  if (passphrase != key->credentials.passphrase) return refused("60024", "Wrong passphrase");
  const std::string text = std::string(timestamp) + "GET/users/self/verify";
  if (!same_signature(sign, signature_of(key->credentials.secret, text)))
    return refused("60007", "Invalid sign");
  if (!address_allowed(*key, peer)) return refused("60009", "Login failed: address not allowed");
  return accepted(state, *key);
}

}  // namespace gannet::okx_server
