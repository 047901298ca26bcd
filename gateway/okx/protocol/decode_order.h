#pragma once

#include <cstdint>
#include <string_view>

#include "domain/orders.h"
#include "gateway/okx/protocol/account_context.h"
#include "gateway/okx/protocol/decode_error.h"

namespace gannet::okx {

class FrameReader;

/// The row's channel: a push tells this update's fill, a query row the last one, which is no news.
enum class OrderRow : std::uint8_t { Push, Query };

struct DecodedOrder {
  ExecutionReport report;
  /// An amend that had been accepted failed (amendResult -1): the order stands as `report` says.
  bool amend_failed = false;
  std::int32_t amend_code = 0;
};

/// Takes the rows of an orders message. Called once a row, in order; a row that cannot be
/// understood comes with its error, and with the ids that could be read (zero otherwise), so that
/// the order can be asked for.
class OrderRows {
 public:
  virtual void on_order(const DecodedOrder& order) noexcept = 0;
  virtual void on_bad_order(const ExecutionReport& ids, DecodeError error) noexcept = 0;

 protected:
  ~OrderRows() = default;
};

/// Decodes the `data` of the frame just read (orders push, or REST order lists). Status reports:
/// cumulative quantity always, fill only from pushes with a positive trade id (liquidations carry
/// none: their fills come by REST), fees turned into costs, quote-sized market orders in base
/// currency with what they have filled as their quantity. [PROTOCOL 5.1, 5.2, 7.4.1]
/// Errors: of the frame as a whole; rows before the break have been told.
DecodeStatus decode_orders(FrameReader& frame, OrderRow kind, const AccountContext& context,
                           Timestamp receive_time, OrderRows& rows) noexcept;

/// The same for an orders push of one row in exactly the shape in which the venue writes it,
/// without the general parser. False: it is something else, or something is odd about it; nothing
/// has been told, and `decode_orders` is to be asked. `text` is followed by kTextPadding readable
/// bytes.
bool decode_plain_order(std::string_view text, const AccountContext& context,
                        Timestamp receive_time, OrderRows& rows) noexcept;

}  // namespace gannet::okx
