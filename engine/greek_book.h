#pragma once

#include <optional>
#include <vector>

#include "domain/exact_math.h"
#include "domain/instrument_table.h"
#include "domain/market_updates.h"

namespace gannet::engine {

/// Greeks of options as the venue told them last, for people to see what the positions are exposed
/// to (POST-07): no decision rests on them, so the journal has none. Thread: the reactor. Allocates
/// at construction only.
class GreekBook {
 public:
  using Greeks = OptionSummaryEvent::Greeks;

  explicit GreekBook(const InstrumentTable& instruments)
      : instruments_(instruments), newest_(instruments.size()) {}

  void on_summary(const OptionSummaryEvent& summary) noexcept {
    if (summary.instrument.value < newest_.size())
      newest_[summary.instrument.value] = summary.dollar;
  }

  /// Of a position (raw quantity, signed), by Black-Scholes: delta in coins, the others in dollars.
  /// Absent: never told, as for all but options; NaN: what the venue leaves out.
  std::optional<Greeks> of(InstrumentId instrument, Quantity position) const noexcept {
    if (instrument.value >= newest_.size() || !newest_[instrument.value]) return std::nullopt;
    const Instrument& option = instruments_[instrument];
    const auto plain = [](std::int64_t raw, int digits) {
      return static_cast<double>(raw) / static_cast<double>(power_of_ten(digits));
    };
    const double coins =
        plain(position.raw, option.quantity_digits) *
        plain(option.contract_value.mantissa, option.contract_value.digits) *
        plain(option.contract_multiplier.mantissa, option.contract_multiplier.digits);
    const Greeks& one = *newest_[instrument.value];
    return Greeks{one.delta * coins, one.gamma * coins, one.theta * coins, one.vega * coins};
  }

 private:
  const InstrumentTable& instruments_;
  std::vector<std::optional<Greeks>> newest_;  // by instrument
};

}  // namespace gannet::engine
