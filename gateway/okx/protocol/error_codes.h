#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "base/fixed_vector.h"
#include "domain/orders.h"

namespace gannet::okx {

/// How to act on a refusal of the venue. [PROTOCOL 10.1]
enum class ErrorClass : std::uint8_t {
  None,               ///< success
  RejectFinal,        ///< refused; do not retry unchanged
  RetryAfterBackoff,  ///< transient
  RateLimited,        ///< surely not executed
  AuthFatal,          ///< stop and ask a person (a wrong clock is worth one retry after a resync)
  VenueUnavailable,   ///< stop new orders, keep trying cancels
  OutcomeUnknown,     ///< it may have been executed: ask, never resend
  Reconcile,          ///< the order is not in the state we thought
  Reconnect,          ///< the connection is of no use any more
};

/// "final reject", ...: stable, for docs and people.
std::string_view name_of(ErrorClass error_class) noexcept;
/// The one behaviour of the class, for docs.
std::string_view behaviour_of(ErrorClass error_class) noexcept;

struct ErrorRule {
  ErrorClass error_class = ErrorClass::None;
  VenueReason reason = VenueReason::None;
  bool listed = true;  ///< false: judged by its range, nobody has documented it
};

/// Codes `first` to `last` mean the same. docs/okx-errors.md is printed from these rows.
struct CodeRow {
  std::int32_t first;
  std::int32_t last;
  ErrorClass error_class;
  VenueReason reason;
  std::string_view meaning;
};
/// Every documented code, in order, and what is made of the others.
std::span<const CodeRow> code_rows() noexcept;
std::span<const CodeRow> code_ranges() noexcept;

/// The rule of a code in `code` or `sCode`; unlisted codes by their range (10.1, rule 2): 50xxx may
/// have been executed, 51xxx, 54xxx, 58xxx, 59xxx are final, 60xxx cost the connection, all else
/// is unknown. A pure look-up in a table.
ErrorRule classify_code(std::int32_t code) noexcept;

inline constexpr std::string_view kUnlistedCode =
    "an answer with a code that is not listed: judged by its range, told once";
/// Counts codes that are not listed and remembers which were told. Thread: one.
class UnlistedCodes {
 public:
  /// True: unlisted, and new: to be told once.
  bool note(std::int32_t code) noexcept;
  std::uint64_t count() const noexcept { return count_; }

 private:
  FixedVector<std::int32_t, 64> seen_;
  std::uint64_t count_ = 0;
};

/// For answers without a JSON body. [10.2]
ErrorRule classify_http(int status) noexcept;

/// What a refused request of each kind means to the engine: Kind and reason of the reply report.
struct Verdict {
  ExecutionReport::Kind kind = ExecutionReport::Kind::OutcomeUnknown;
  VenueReason reason = VenueReason::Other;
};
/// `per_item`: the code stood in the order's own `sCode`, or the venue refused the whole message
/// before looking at it; "system busy" without one promises nothing. A duplicate client id is
/// unknown: an order of that id is, or was, there. A failed cancel is never final for the order.
Verdict judge(ExecutionReport::Request request, std::int32_t code, bool per_item) noexcept;

/// The verdict on a request that was surely not executed.
Verdict refused(ExecutionReport::Request request, VenueReason reason) noexcept;

/// One sentence that tells a person what to do about a code that stops the session.
std::string_view advice(std::int32_t code) noexcept;

/// "51008" to 51008; text that is no such number is -1, which no rule knows.
std::int32_t parse_code(std::string_view text) noexcept;

}  // namespace gannet::okx
