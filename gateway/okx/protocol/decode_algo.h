#pragma once

#include "domain/algo_orders.h"
#include "gateway/okx/protocol/account_context.h"
#include "gateway/okx/protocol/decode_error.h"
#include "gateway/okx/protocol/decode_reply.h"

namespace gannet::okx {

class FrameReader;

/// Takes the rows of a message about algo orders. A row that cannot be understood comes with its
/// error and with the ids that could be read, so that the order can be asked for.
class AlgoRows {
 public:
  virtual void on_algo_row(const AlgoReport& report) noexcept = 0;
  virtual void on_bad_algo(const AlgoReport& ids, DecodeError error) noexcept = 0;

 protected:
  ~AlgoRows() = default;
};

/// Decodes the `data` of the frame just read: pushes of orders-algo and algo-advance, and the lists
/// and single orders of REST. An order that the venue's bots made, of a kind that we do not know,
/// is a bad row of UnknownValue. [PROTOCOL 5.8, 7.5] Errors: of the frame as a whole.
DecodeStatus decode_algos(FrameReader& frame, ExecutionReport::Source source,
                          const AccountContext& context, Timestamp receive_time,
                          AlgoRows& rows) noexcept;

/// Like decode_reply, for replies that name algo orders.
DecodeStatus decode_algo_reply(FrameReader& frame, bool has_data, ReplyItems& items) noexcept;

}  // namespace gannet::okx
