#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "backtest/simulated_venue.h"
#include "domain/instrument_table.h"

namespace gannet::backtest {

/// The account's worth over time, by the venue's own books, in one currency: rows of equity.csv,
/// and the largest fall from a peak. Thread: one.
class EquityCurve {
 public:
  /// `currency`: all is valued in it. `dollars`: currencies that count as it, one to one.
  EquityCurve(const SimulatedVenue& venue, const InstrumentTable& instruments,
              const CurrencyTable& currencies, CurrencyId currency,
              std::vector<CurrencyId> dollars);

  /// Everything held has a price: a total says something.
  bool can_value_all() const;
  /// Adds a row. `why`: start, fill, time or end.
  void sample(Timestamp now, std::string_view why);

  const std::string& csv() const noexcept { return csv_; }
  Amount first() const noexcept { return first_; }
  Amount last() const noexcept { return last_; }
  struct Fall {
    Amount amount;  ///< from the peak, positive
    Amount peak;
    Timestamp peak_time;
    Timestamp time;
  };
  const Fall& largest_fall() const noexcept { return fall_; }
  std::uint64_t samples() const noexcept { return samples_; }
  /// Currencies that were held and could not be valued: they are missing from every total.
  const std::vector<CurrencyId>& unvalued() const noexcept { return unvalued_; }
  /// What one unit of the currency is worth now; absent: no price.
  std::optional<Amount> value_of(Amount amount) const;

 private:
  const SimulatedVenue& venue_;
  const InstrumentTable& instruments_;
  const CurrencyTable& currencies_;
  CurrencyId currency_;
  std::vector<CurrencyId> dollars_;
  std::vector<CurrencyId> unvalued_;
  std::string csv_;
  std::uint64_t samples_ = 0;
  Amount first_;
  Amount last_;
  Amount peak_;
  Timestamp peak_time_;
  Fall fall_;
};

}  // namespace gannet::backtest
