#pragma once

#include <cstdint>
#include <optional>

#include "base/time.h"
#include "domain/ids.h"
#include "domain/market_updates.h"

namespace gannet::sim {

class Exchange;

/// What a market tells of a swap's funding.
struct FundingNotice {
  InstrumentId instrument;
  std::int64_t rate = 0;  ///< 10^-16 of the value, of the settlement at `time`
  Timestamp time;         ///< of the next settlement, by the told market's clock
  Nanos interval;         ///< to the one after it; 0: not told
  Timestamp exchange_time;
  Timestamp receive_time;
};

/// Absent: it says no time, or was heard at none, or its rate is out of all measure.
std::optional<FundingNotice> notice_of(const FundingEvent& event) noexcept;

/// The exchange has the rate as told, at a moment as far ahead of `now` as it was when it was told.
void follow_funding(Exchange& exchange, const FundingNotice& notice, Timestamp now);

}  // namespace gannet::sim
