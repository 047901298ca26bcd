#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace gannet::okx {

enum class ProblemKind : std::uint8_t {
  Fatal,              ///< the session stopped and will not try again; the text says what to do
  Malformed,          ///< a frame or row could not be understood and was left out
  UnknownInstrument,  ///< a row names an instrument we do not know
  Ignored,            ///< an event, channel or object that we do not know
  Refused,            ///< a login, subscription or query was refused
  TimedOut,           ///< no answer in time
  Notice,             ///< the venue announces something
};
inline constexpr std::size_t kProblemKinds = static_cast<std::size_t>(ProblemKind::Notice) + 1;

/// Where a session tells what people should see; it counts by itself. Called rarely, on the
/// session's thread; `text` is valid during the call and never holds credentials.
class SessionProblems {
 public:
  virtual void on_problem(ProblemKind kind, std::int32_t code, std::string_view text) noexcept = 0;
  /// Like on_problem, of something that came from the venue and could not be used: `excerpt` is the
  /// frame's beginning with secrets masked, valid during the call.
  virtual void on_bad_frame(ProblemKind kind, std::int32_t code, std::string_view text,
                            std::string_view excerpt) noexcept {
    static_cast<void>(excerpt);
    on_problem(kind, code, text);
  }

 protected:
  ~SessionProblems() = default;
};

}  // namespace gannet::okx
