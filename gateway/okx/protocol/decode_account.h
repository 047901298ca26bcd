#pragma once

#include <cstdint>

#include "domain/orders.h"
#include "gateway/okx/protocol/account_context.h"
#include "gateway/okx/protocol/decode_error.h"

namespace gannet::okx {

class FrameReader;

class BalanceRows {
 public:
  virtual void on_balance_row(const BalanceReport& balance) noexcept = 0;
  /// UnknownInstrument stands for a currency that is not in the table.
  virtual void on_bad_balance(DecodeError error) noexcept = 0;

 protected:
  ~BalanceRows() = default;
};

/// The currencies of an `account` push or of the REST balance (same shape). `available` is what the
/// account mode fills in: availEq with margin, availBal for spot accounts. [PROTOCOL 5.5]
/// Errors: of the frame as a whole.
DecodeStatus decode_account(FrameReader& frame, const AccountContext& context,
                            Timestamp receive_time, BalanceRows& rows) noexcept;

}  // namespace gannet::okx
