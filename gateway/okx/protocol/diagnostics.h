#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace gannet::okx {

enum class DiagnosticKind : std::uint8_t {
  MalformedFrame,       ///< refused by the frame reader or a decoder
  UnknownEvent,         ///< an event word we do not know
  UnknownFrame,         ///< an object of no known shape
  UnknownChannel,       ///< data of a channel that we did not ask for
  UnknownInstrument,    ///< data of an instrument that we do not have
  VenueError,           ///< an error event
  SubscriptionRefused,  ///< an error event that names one of our subscriptions
  SubscriptionSilent,   ///< a channel that repeats itself has stopped: subscribed again
  BookReplaced,         ///< a book that this account is not given: another stands for it
  LoginRefused,         ///< of the public socket: only deep books needed it
  ConnectionNotice,     ///< the venue announces the end of the connection
  BookGap,              ///< an update did not link
  BookChecksum,         ///< a supplied checksum differs
  BookUnproven,         ///< an update with neither sequence nor checksum
  BookCrossed,          ///< a whole book with bid >= ask (legal in pre-open only)
};
inline constexpr std::size_t kDiagnosticKinds = 15;
std::string_view name_of(DiagnosticKind kind) noexcept;

/// Where a session tells what it could not use. Thread: the session's. `excerpt` is the frame's
/// beginning with secrets masked, valid during the call.
class Diagnostics {
 public:
  virtual void on_diagnostic(DiagnosticKind kind, std::string_view detail,
                             std::string_view excerpt) noexcept = 0;

 protected:
  ~Diagnostics() = default;
};

/// Counts every case and tells the first of each (kind, detail): a broken feed must not fill a
/// disk. Thread: one.
class DiagnosticCounter {
 public:
  static constexpr std::size_t kExcerpt = 512;
  static constexpr std::size_t kRemembered = 64;  ///< distinct (kind, detail) that are told

  explicit DiagnosticCounter(Diagnostics& output) : output_(output) {}

  void report(DiagnosticKind kind, std::string_view detail, std::string_view frame) noexcept;
  std::uint64_t count(DiagnosticKind kind) const noexcept {
    return counts_[static_cast<std::size_t>(kind)];
  }

 private:
  Diagnostics& output_;
  std::array<std::uint64_t, kDiagnosticKinds> counts_{};
  std::array<std::uint64_t, kRemembered> told_{};  // hashes
  std::size_t told_count_ = 0;
};

/// Copies at most `capacity` bytes of `text` to `out` with the values of apiKey, passphrase, sign
/// and their like replaced by ***; returns the bytes written.
std::size_t mask_secrets(std::string_view text, char* out, std::size_t capacity) noexcept;

}  // namespace gannet::okx
