#include "gateway/okx/protocol/diagnostics.h"

#include <algorithm>
#include <functional>

namespace gannet::okx {
namespace {

constexpr std::array<std::string_view, 7> kSecretKeys{
    "\"apiKey\"", "\"passphrase\"", "\"sign\"", "\"secretKey\"",
    "\"secret\"", "\"token\"",      "\"uid\""};

/// Length of the string literal at `text` (quotes included), or of what there is of it.
std::size_t literal_length(std::string_view text) noexcept {
  std::size_t i = 1;
  while (i < text.size() && text[i] != '"') i += text[i] == '\\' ? 2u : 1u;
  return std::min(i + 1, text.size());
}

}  // namespace

std::string_view name_of(DiagnosticKind kind) noexcept {
  switch (kind) {
    case DiagnosticKind::MalformedFrame:
      return "malformed_frame";
    case DiagnosticKind::UnknownEvent:
      return "unknown_event";
    case DiagnosticKind::UnknownFrame:
      return "unknown_frame";
    case DiagnosticKind::UnknownChannel:
      return "unknown_channel";
    case DiagnosticKind::UnknownInstrument:
      return "unknown_instrument";
    case DiagnosticKind::VenueError:
      return "venue_error";
    case DiagnosticKind::SubscriptionRefused:
      return "subscription_refused";
    case DiagnosticKind::SubscriptionSilent:
      return "subscription_silent";
    case DiagnosticKind::BookReplaced:
      return "book_replaced";
    case DiagnosticKind::LoginRefused:
      return "login_refused";
    case DiagnosticKind::ConnectionNotice:
      return "connection_notice";
    case DiagnosticKind::BookGap:
      return "book_gap";
    case DiagnosticKind::BookChecksum:
      return "book_checksum";
    case DiagnosticKind::BookUnproven:
      return "book_unproven";
    case DiagnosticKind::BookCrossed:
      return "book_crossed";
  }
  return "unknown";
}

void DiagnosticCounter::report(DiagnosticKind kind, std::string_view detail,
                               std::string_view frame) noexcept {
  ++counts_[static_cast<std::size_t>(kind)];
  const std::uint64_t hash =
      std::hash<std::string_view>{}(detail) * 31 + static_cast<std::uint64_t>(kind) + 1;
  const auto end = told_.begin() + static_cast<std::ptrdiff_t>(told_count_);
  if (std::find(told_.begin(), end, hash) != end || told_count_ == told_.size()) return;
  told_[told_count_++] = hash;
  std::array<char, kExcerpt> excerpt;
  const std::size_t length = mask_secrets(frame, excerpt.data(), excerpt.size());
  output_.on_diagnostic(kind, detail, {excerpt.data(), length});
}

std::size_t mask_secrets(std::string_view text, char* out, std::size_t capacity) noexcept {
  std::size_t written = 0;
  const auto put = [&](std::string_view piece) {
    const std::size_t length = std::min(piece.size(), capacity - written);
    std::copy_n(piece.data(), length, out + written);
    written += length;
  };
  while (!text.empty() && written < capacity) {
    const auto key = std::find_if(kSecretKeys.begin(), kSecretKeys.end(),
                                  [&](std::string_view word) { return text.starts_with(word); });
    if (key == kSecretKeys.end()) {
      put(text.substr(0, 1));
      text.remove_prefix(1);
      continue;
    }
    put(*key);
    text.remove_prefix(key->size());
    while (!text.empty() && (text.front() == ' ' || text.front() == ':')) {
      put(text.substr(0, 1));
      text.remove_prefix(1);
    }
    if (text.empty()) break;
    put("\"***\"");
    if (text.front() == '"') {
      text.remove_prefix(literal_length(text));
    } else {
      text.remove_prefix(std::min(text.find_first_of(",}"), text.size()));
    }
  }
  return written;
}

}  // namespace gannet::okx
