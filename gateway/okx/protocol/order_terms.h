#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "base/fixed_string.h"
#include "domain/instrument.h"
#include "domain/orders.h"
#include "gateway/okx/protocol/account_mode.h"

namespace gannet::okx {

/// Everything an order of one instrument needs on the wire beside the request itself, ready to be
/// written. Fixed for a run but for `code`, which changes when the venue lists the instrument anew.
struct OrderTerms {
  InstrumentName name;               ///< instId, for REST
  InstrumentName family;             ///< instFamily, of options
  std::optional<std::int64_t> code;  ///< instIdCode, for the socket; absent: not known, REST only
  InstrumentKind kind = InstrumentKind::Spot;
  AccountMode account_mode = AccountMode::Futures;
  std::uint8_t price_digits = 0;
  std::uint8_t quantity_digits = 0;
  CurrencyName margin_currency;  ///< ccy; "": not sent (margin trading in futures mode needs it)
  CurrencyName trade_quote_currency;  ///< tradeQuoteCcy; "": not sent (some regions need it)
  /// posSide: sent for swaps and futures in long/short mode only; in net mode the default is it.
  bool long_short_mode = false;
};

/// Terms by InstrumentId. Filled before trading starts; look-ups are an index. Thread: reactor.
class OrderTermsTable {
 public:
  void set(InstrumentId instrument, const OrderTerms& terms) {
    if (rows_.size() <= instrument.value) rows_.resize(instrument.value + 1);
    rows_[instrument.value] = terms;
  }
  /// Null if the instrument has no terms: it is not traded here.
  const OrderTerms* find(InstrumentId instrument) const noexcept {
    if (instrument.value >= rows_.size() || !rows_[instrument.value]) return nullptr;
    return &*rows_[instrument.value];
  }
  void set_code(InstrumentId instrument, std::int64_t code) noexcept {
    if (instrument.value < rows_.size() && rows_[instrument.value]) {
      rows_[instrument.value]->code = code;
    }
  }

 private:
  std::vector<std::optional<OrderTerms>> rows_;
};

/// Terms from an instrument's definition.
inline OrderTerms make_order_terms(const Instrument& instrument, std::optional<std::int64_t> code,
                                   bool long_short_mode,
                                   AccountMode account_mode = AccountMode::Futures) noexcept {
  OrderTerms terms;
  terms.name = instrument.name;
  terms.family = instrument.family;
  terms.code = code;
  terms.kind = instrument.kind;
  terms.account_mode = account_mode;
  terms.price_digits = instrument.price_digits;
  terms.quantity_digits = instrument.quantity_digits;
  terms.long_short_mode = long_short_mode && is_derivative(instrument.kind) &&
                          instrument.kind != InstrumentKind::Option;
  return terms;
}

}  // namespace gannet::okx
