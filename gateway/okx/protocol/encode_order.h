#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <expected>
#include <span>
#include <string_view>

#include "base/fixed_string.h"
#include "domain/orders.h"
#include "gateway/okx/protocol/order_terms.h"

namespace gannet::okx {

/// Most orders that one message may name. [PROTOCOL 6.7]
inline constexpr std::size_t kMaxBatch = kLargestBatch;

/// At most 16 letters and digits, on every order of this engine. [6.3]
using OrderTag = FixedString<16>;

/// A reused buffer for one outgoing message; large enough for every message the encoders make.
class OrderText {
 public:
  static constexpr std::size_t kCapacity = 12 * 1024;

  std::string_view view() const noexcept { return {bytes_.data(), size_}; }

 private:
  friend class TextWriter;
  std::array<char, kCapacity> bytes_{};
  std::size_t size_ = 0;
};

/// Where a message goes: to the socket (a whole frame with that request id, the instrument by code)
/// or to REST (a body, the instrument by name).
struct Target {
  std::uint64_t request_id = 0;  ///< 0: REST
  bool rest() const noexcept { return request_id == 0; }
};
inline constexpr Target kRest{};

/// Why there is nothing to send.
enum class EncodeError : std::uint8_t {
  Unsupported,       ///< the venue has no such order (post-only market, market option, ...)
  NoInstrumentCode,  ///< not known for the socket: send it by REST
  NoOrderId,         ///< neither id: the order cannot be named
  NothingToAmend,
  TooMany,  ///< over kMaxBatch, or none
};
using Encoded = std::expected<std::string_view, EncodeError>;
class TextWriter;
/// The whole text; one that its buffer has no room for is too many.
Encoded finish(TextWriter& out) noexcept;

// All: pure but for the buffer, no allocation; the view is valid until the buffer's next use.

/// One new order. `tag` may be empty. PRE-21: the one caller is AccountVenue, as of the batch
/// below.
Encoded encode_place(OrderText& out, Target target, const PlaceRequest& request,
                     const OrderTerms& terms, const OrderTag& tag) noexcept;
Encoded encode_amend(OrderText& out, Target target, const AmendRequest& request,
                     const OrderTerms& terms) noexcept;
Encoded encode_cancel(OrderText& out, Target target, const CancelRequest& request,
                      const OrderTerms& terms) noexcept;
/// Batches: `terms[i]` belongs to `requests[i]`; 1..kMaxBatch. A message has one expiry: the
/// earliest of its elements'.
Encoded encode_place_batch(OrderText& out, Target target, std::span<const PlaceRequest> requests,
                           std::span<const OrderTerms* const> terms, const OrderTag& tag) noexcept;
Encoded encode_amend_batch(OrderText& out, Target target, std::span<const AmendRequest> requests,
                           std::span<const OrderTerms* const> terms) noexcept;
Encoded encode_cancel_batch(OrderText& out, Target target, std::span<const CancelRequest> requests,
                            std::span<const OrderTerms* const> terms) noexcept;

/// Ends every protected quote of an option family; the lock (0..10 s) keeps new ones out.
/// [PROTOCOL 6.9: options in portfolio margin with the venue's permission alone]
Encoded encode_mass_cancel(OrderText& out, Target target, std::string_view family,
                           std::uint32_t lock_milliseconds) noexcept;

/// Whether there is such an order at all: nothing, or why not, before anything is sent.
std::expected<void, EncodeError> check_place(const PlaceRequest& request,
                                             const OrderTerms& terms) noexcept;

/// Of a batch: the earliest that is set.
template <class Request>
Timestamp expiry_of(std::span<const Request> requests) noexcept {
  Timestamp earliest;
  for (const Request& request : requests) {
    const Timestamp expiry = request.expire_time;
    if (expiry.nanos > 0 && (earliest.nanos == 0 || expiry < earliest)) earliest = expiry;
  }
  return earliest;
}

}  // namespace gannet::okx
