#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "domain/exact_math.h"
#include "domain/instrument_table.h"
#include "risk/conversion_table.h"
#include "risk/exposure.h"
#include "risk/reference_prices.h"

namespace gannet::risk {

/// Value of positions and of everything that may still fill, in the risk currency (10^-18).
struct WorstNotional {
  Int128 gross = 0;  ///< each position at its worse side, added up
  Int128 high = 0;   ///< long less short if every buy fills and no sell does
  Int128 low = 0;    ///< likewise if every sell fills and no buy does
  /// The larger magnitude of both.
  Int128 net() const noexcept;
  friend bool operator==(const WorstNotional&, const WorstNotional&) noexcept = default;
};

/// Worst-case notional of the account, of each strategy and of each instrument (PRE-07), as running
/// sums: an order costs no walk over instruments. Quantities are Exposure's, taken anew when they
/// changed (`refresh`); prices are those of the last `revalue`.
///
/// A contract or coin is worth its reference price. An option is worth one unit of what it is on,
/// whatever its premium: its delta is never beyond one, and selling many is what this limit is for.
/// Which way an option counts follows from its kind: a call bought or a put sold is long.
///
/// Thread: one (the reactor). Allocates at construction only.
class Portfolio {
 public:
  Portfolio(const InstrumentTable& instruments, Exposure& exposure, std::size_t strategies);

  /// At today's price; nothing known: what is held there has no value, and says so.
  void revalue(InstrumentId instrument, const ReferencePrices& references,
               const ConversionTable& conversions, Timestamp now) noexcept;
  /// All in which anything is held or working.
  void revalue_all(const ReferencePrices& references, const ConversionTable& conversions,
                   Timestamp now) noexcept;
  /// Takes over what Exposure says of the instruments that changed.
  void refresh() noexcept;

  const WorstNotional& of_account() const noexcept { return sums_[strategies_].worst; }
  const WorstNotional& of_strategy(StrategyId strategy) const noexcept {
    return sums_[strategy.value].worst;
  }
  /// The account's in one instrument.
  const WorstNotional& of_instrument(InstrumentId instrument) const noexcept {
    return parts_[strategies_ * instruments_.size() + instrument.value].worst;
  }
  /// Everything held or working has a value.
  bool is_account_valued() const noexcept { return sums_[strategies_].unvalued == 0; }
  bool is_strategy_valued(StrategyId strategy) const noexcept {
    return sums_[strategy.value].unvalued == 0;
  }
  bool is_valued(InstrumentId instrument) const noexcept { return unit_[instrument.value] > 0; }

  /// What more leaves of that side would make of the sums.
  struct Change {
    WorstNotional account;
    WorstNotional strategy;
    WorstNotional instrument;
  };
  Change with(StrategyId strategy, InstrumentId instrument, Side side, PositionSide leg,
              std::int64_t added) const noexcept;

 private:
  struct Part {
    WorstNotional worst;
    bool unvalued = false;
  };
  struct Sum {
    WorstNotional worst;
    std::uint32_t unvalued = 0;
  };
  struct Added {
    PositionSide leg = PositionSide::Net;
    std::int64_t buy = 0;
    std::int64_t sell = 0;
  };

  const Holding& holding(std::size_t row, InstrumentId instrument, PositionSide leg) const noexcept;
  WorstNotional worth(std::size_t row, InstrumentId instrument, const Added& added) const noexcept;
  void recompute(std::size_t row, InstrumentId instrument) noexcept;
  void recompute(InstrumentId instrument) noexcept;
  bool is_busy(std::size_t row, InstrumentId instrument) const noexcept;

  const InstrumentTable& instruments_;
  Exposure& exposure_;
  std::size_t strategies_;
  std::vector<Int128> unit_;  // by instrument: value of one raw quantity; 0: not known
  std::vector<Part> parts_;   // [strategy..., account][instrument]
  std::vector<Sum> sums_;     // [strategy..., account]
};

}  // namespace gannet::risk
