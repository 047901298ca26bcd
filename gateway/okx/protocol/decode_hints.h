#pragma once

#include "domain/orders.h"
#include "gateway/okx/protocol/account_context.h"
#include "gateway/okx/protocol/decode_error.h"

namespace gannet::okx {

class FrameReader;

// Private channels that decide nothing: what they tell is compared, counted or shown.

class FillHintRows {
 public:
  virtual void on_fill_hint_row(const FillHint& hint) noexcept = 0;
  virtual void on_bad_fill_hint(DecodeError error) noexcept = 0;

 protected:
  ~FillHintRows() = default;
};
/// A `fills` push: before the order's own, without a fee, and by fee tier. [PROTOCOL 5.4]
DecodeStatus decode_fill_hints(FrameReader& frame, const AccountContext& context,
                               Timestamp receive_time, FillHintRows& rows) noexcept;

class LiquidationWarningRows {
 public:
  virtual void on_warning_row(const LiquidationWarning& warning) noexcept = 0;
  virtual void on_bad_warning(DecodeError error) noexcept = 0;

 protected:
  ~LiquidationWarningRows() = default;
};
/// A `liquidation-warning` push. A quantity or ratio that cannot be read does not keep the warning
/// back: it is zero then. [PROTOCOL 5.8]
DecodeStatus decode_liquidation_warnings(FrameReader& frame, const AccountContext& context,
                                         Timestamp receive_time,
                                         LiquidationWarningRows& rows) noexcept;

}  // namespace gannet::okx
