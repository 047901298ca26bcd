#pragma once

#include <span>

#include "domain/algo_orders.h"
#include "gateway/okx/protocol/encode_order.h"

namespace gannet::okx {

// Bodies of the algo orders' REST requests; the venue takes them by no other way. Pure but for the
// buffer, no allocation; the view is valid until the buffer's next use. [PROTOCOL 7.5]

/// `tag` may be empty. PRE-21: the one caller is AlgoRest::place_algo.
Encoded encode_place_algo(OrderText& out, const AlgoPlaceRequest& request, const OrderTerms& terms,
                          const OrderTag& tag) noexcept;
Encoded encode_amend_algo(OrderText& out, const AlgoAmendRequest& request,
                          const OrderTerms& terms) noexcept;
/// `terms[i]` belongs to `requests[i]`; 1..kMaxAlgoCancels.
Encoded encode_cancel_algos(OrderText& out, std::span<const AlgoCancelRequest> requests,
                            std::span<const OrderTerms* const> terms) noexcept;

}  // namespace gannet::okx
