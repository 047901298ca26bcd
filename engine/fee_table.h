#pragma once

#include <optional>
#include <vector>

#include "domain/instrument.h"

namespace gannet::engine {

/// What a trade costs, of its value; a rebate is negative.
struct FeeRate {
  Decimal maker;
  Decimal taker;
};

/// The account's rates by instrument, as far as the venue told them. Filled before trading starts,
/// then read by every lane.
class FeeTable {
 public:
  void set(InstrumentId instrument, const FeeRate& rate) {
    if (rates_.size() <= instrument.value) rates_.resize(instrument.value + 1);
    rates_[instrument.value] = rate;
  }
  /// Null where they are not known.
  const FeeRate* find(InstrumentId instrument) const noexcept {
    if (instrument.value >= rates_.size() || !rates_[instrument.value]) return nullptr;
    return &*rates_[instrument.value];
  }

 private:
  std::vector<std::optional<FeeRate>> rates_;  // by instrument id
};

}  // namespace gannet::engine
