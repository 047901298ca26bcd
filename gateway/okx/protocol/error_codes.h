#pragma once

#include <cstdint>
#include <string_view>

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

struct ErrorRule {
  ErrorClass error_class = ErrorClass::None;
  VenueReason reason = VenueReason::None;
};

/// The rule of a code in `code` or `sCode`; unknown codes by their range (10.1, rule 2): 50xxx may
/// have been executed, 51xxx, 54xxx, 58xxx, 59xxx are final, 60xxx cost the connection, all else
/// is unknown. A pure look-up in a table.
ErrorRule classify_code(std::int32_t code) noexcept;

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
