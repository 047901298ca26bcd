#pragma once

#include "domain/ids.h"
#include "domain/instrument_table.h"
#include "gateway/okx/protocol/encode_order.h"

namespace gannet::okx {

/// What the account-side decoders need to put names into ids. The tables outlive it.
struct AccountContext {
  const InstrumentTable& instruments;
  const CurrencyTable& currencies;  ///< currencies that are not in it are left out and counted
  AccountId account{0};
  OrderTag own_tag;  ///< this engine's; "": no order is ours by tag
};

}  // namespace gannet::okx
