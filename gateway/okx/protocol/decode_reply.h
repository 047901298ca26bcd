#pragma once

#include <cstdint>

#include "base/fixed_vector.h"
#include "domain/ids.h"
#include "gateway/okx/protocol/decode_error.h"
#include "gateway/okx/protocol/encode_order.h"
#include "gateway/okx/protocol/in_flight.h"

namespace gannet::okx {

class FrameReader;

/// One element's result in the reply to an order operation, by socket or REST.
struct ReplyItem {
  ClientOrderId client_id;  ///< zero: foreign or not said
  VenueOrderId venue_id;    ///< zero when refused
  std::int32_t code = 0;    ///< sCode; 0 is success
};

/// Whether the item is about that element of the request.
inline bool names(const ReplyItem& item, const Flight& flight) noexcept {
  if (item.client_id.valid() && flight.client_id.valid()) return item.client_id == flight.client_id;
  return item.venue_id.valid() && item.venue_id == flight.venue_id;
}

using ReplyItems = FixedVector<ReplyItem, kMaxBatch>;

/// All items of the reply just read, in the venue's order; none if `data` is empty or absent (the
/// frame's own code then speaks for all). An item without a code has -1, which no rule knows.
/// Errors: of the frame as a whole; Overflow for more items than a request can have.
DecodeStatus decode_reply(FrameReader& frame, bool has_data, ReplyItems& items) noexcept;

}  // namespace gannet::okx
