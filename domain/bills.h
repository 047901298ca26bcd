#pragma once

#include <cstdint>

#include "base/time.h"
#include "domain/amount.h"
#include "domain/ids.h"

namespace gannet {

/// Why a balance changed, in the trade's words.
enum class BillKind : std::uint8_t {
  Trade,  ///< a fill: profit and fee
  Funding,
  Transfer,        ///< money came or went: deposits, withdrawals, sub-accounts
  MarginTransfer,  ///< between the account's own pockets
  Interest,
  Liquidation,
  AutoDeleveraging,
  Delivery,  ///< of a future, or an option's exercise
  Settlement,
  Clawback,  ///< the venue's losses shared out
  Conversion,
  Other,
};
inline constexpr int kBillKinds = static_cast<int>(BillKind::Other) + 1;

/// One change of a balance as the venue booked it. A currency's bills in the order of their ids are
/// a chain: each balance is the one before plus the change.
struct BillReport {
  AccountId account;
  BillKind kind = BillKind::Other;
  std::uint64_t bill_id = 0;
  Amount change;            ///< of the currency's balance
  Amount balance;           ///< after it
  Amount profit;            ///< trades: realised; funding: what was received (negative: paid)
  Amount fee;               ///< paid; a rebate is negative
  InstrumentId instrument;  ///< invalid: none is concerned, or one this run does not know
  VenueOrderId venue_id;
  TradeId trade_id;
  std::int32_t venue_kind = 0;  ///< the venue's numbers, for people
  std::int32_t venue_sub_kind = 0;
  Timestamp exchange_time;
  Timestamp receive_time;
};

}  // namespace gannet
