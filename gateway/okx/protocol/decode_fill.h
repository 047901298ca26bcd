#pragma once

#include <cstdint>

#include "domain/orders.h"
#include "gateway/okx/protocol/account_context.h"
#include "gateway/okx/protocol/decode_error.h"

namespace gannet::okx {

class FrameReader;

class FillRows {
 public:
  /// `bill_id`: the page cursor of the list, 0 if absent.
  virtual void on_fill_row(const FillReport& fill, std::uint64_t bill_id) noexcept = 0;
  virtual void on_bad_fill(DecodeError error, std::uint64_t bill_id) noexcept = 0;

 protected:
  ~FillRows() = default;
};

/// Rows of REST fills, newest first. Trade ids of liquidations and ADL are negative and stay so.
/// Errors: of the frame as a whole. [PROTOCOL 7.4.2]
DecodeStatus decode_fills(FrameReader& frame, const AccountContext& context, Timestamp receive_time,
                          FillRows& rows) noexcept;

}  // namespace gannet::okx
