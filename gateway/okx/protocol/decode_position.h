#pragma once

#include <string_view>

#include "domain/orders.h"
#include "gateway/okx/protocol/account_context.h"
#include "gateway/okx/protocol/decode_error.h"

namespace gannet::okx {

class FrameReader;

class PositionRows {
 public:
  virtual void on_position_row(const PositionReport& position) noexcept = 0;
  virtual void on_bad_position(DecodeError error) noexcept = 0;

 protected:
  ~PositionRows() = default;
};

/// Rows of a `positions` push or of REST positions. A short side's quantity comes out negative.
/// Margin positions held in quote currency have no quantity in base: UnknownValue.
/// Errors: of the frame as a whole. [PROTOCOL 5.6]
DecodeStatus decode_positions(FrameReader& frame, const AccountContext& context,
                              Timestamp receive_time, PositionRows& rows) noexcept;

class CashRows {
 public:
  virtual void on_cash_row(const CashReport& cash) noexcept = 0;
  /// UnknownInstrument stands for a currency that is not in the table.
  virtual void on_bad_cash(DecodeError error) noexcept = 0;

 protected:
  ~CashRows() = default;
};

/// The positions and the cash in a `balance_and_position` push (its balances lack what is
/// available). `why` becomes the event that changed it (snapshot, filled, delivered, adl, ...);
/// valid while the frame is. [PROTOCOL 5.7]
DecodeStatus decode_balance_and_position(FrameReader& frame, const AccountContext& context,
                                         Timestamp receive_time, PositionRows& rows, CashRows& cash,
                                         std::string_view& why) noexcept;

}  // namespace gannet::okx
