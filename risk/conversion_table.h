#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include "base/time.h"
#include "domain/amount.h"
#include "domain/ids.h"
#include "risk/market_tap.h"

namespace gannet::risk {

/// What one unit of each currency is worth in the risk currency, with the time it was known: index
/// prices, put in by the engine. The risk currency itself is 1 for ever. Nothing known, or known
/// too long ago: no valuation, and the order is denied, never valued at zero (PRE-05).
/// Thread: one (the reactor). No allocation after construction.
class ConversionTable {
 public:
  ConversionTable(CurrencyId risk_currency, std::size_t currencies, Nanos age_max = seconds(60));

  /// `price`: of one unit, in the risk currency, as a count of 10^-18; > 0, else it is ignored.
  void set(CurrencyId currency, Amount price, Timestamp receive_time) noexcept;
  /// A currency that counts as the risk currency, one to one and without age: the USD face of
  /// inverse contracts and of the venue's maxima where the risk currency is a dollar stablecoin.
  void treat_as_risk_currency(CurrencyId currency) noexcept;

  /// `amount` in the risk currency, rounded away from zero; nothing without a fresh price or when
  /// the result leaves the range of Amount.
  std::optional<Amount> convert(const Amount& amount, Timestamp now) const noexcept;
  CurrencyId risk_currency() const noexcept { return risk_currency_; }
  /// What is read from now on passes through it; it outlives this.
  void set_tap(MarketTap& tap) noexcept { tap_ = &tap; }

 private:
  struct Entry {
    __int128 price = 0;  // 10^-18 of the risk currency; 0: never told
    Timestamp receive_time;
    bool fixed = false;
  };

  CurrencyId risk_currency_;
  std::vector<Entry> entries_;
  Nanos age_max_;
  MarketTap* tap_ = nullptr;  // null: nobody minds
};

}  // namespace gannet::risk
