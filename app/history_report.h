#pragma once

#include <cstdint>
#include <expected>
#include <string>

#include "app/history_database.h"
#include "base/error.h"
#include "base/time.h"

namespace gannet::app {

/// What of the history is asked for.
struct ReportQuestion {
  enum class What : std::uint8_t { Orders, Fills, Pnl, Fees, Funding };
  enum class By : std::uint8_t { Nothing, Day, Strategy, Instrument };
  What what = What::Pnl;
  By by = By::Nothing;
  Timestamp from;
  Timestamp to{INT64_MAX};  ///< exclusive
  Nanos day_start;          ///< days begin that long after 00:00 UTC
  bool json = false;
};

/// The answer as a table for a terminal, or one JSON object a line. Sums are exact; money of
/// different currencies is never added up: each has a line. By strategy, realised profit is that of
/// the strategy's own position; by day and instrument, the account's. Without a group: rows for
/// orders and fills, one sum for the others.
std::expected<std::string, Error> report(HistoryDatabase& database, const ReportQuestion& question);

}  // namespace gannet::app
