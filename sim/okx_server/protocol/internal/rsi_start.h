#pragma once

#include <simdjson.h>

#include <optional>
#include <vector>

#include "sim/algo_terms.h"
#include "sim/okx_server/protocol/internal/candle_series.h"
#include "sim/okx_server/protocol/internal/json_writer.h"
#include "sim/okx_server/protocol/internal/order_codes.h"
#include "sim/okx_server/protocol/internal/state.h"

namespace gannet::okx_server {

// A smart iceberg that begins when the relative strength index of the traded price says so. The
// desk of algo orders has no candles; this watches theirs and gives it the word.

/// timeframe, timePeriod, thold and triggerCond out of `triggerParams`.
Verdict take_rsi_start(simdjson::dom::object item, std::optional<sim::RsiStart>& start);
/// The same back, into an open object.
void write_rsi_start(JsonWriter& json, const sim::RsiStart& start);

/// Wilder's index, 0 to 100, of closes from the oldest to the newest: the mean gain and loss of the
/// first `period` steps, smoothed over those that follow. A market that does not move has 50.
/// Requires closes.size() > period > 0.
double relative_strength(const std::vector<double>& closes, int period) noexcept;

/// Looks at the candles that have closed since the last look and begins whose hour has come.
void begin_by_rsi(ServerState& state);

}  // namespace gannet::okx_server
