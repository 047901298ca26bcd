#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "base/time.h"
#include "domain/instrument.h"
#include "sim/queue_model.h"

namespace gannet::backtest {

/// Constant, each way; market data has its own in the recording (times are those of receipt).
struct LatencySettings {
  Nanos order_to_venue = milliseconds(1);
  Nanos venue_to_strategy = milliseconds(1);
};

/// In 10^-9 of the value; positive is a cost, negative a rebate. The venue's lowest tier.
struct FeeSettings {
  std::int64_t maker = 200'000;  ///< derivatives
  std::int64_t taker = 500'000;
  std::int64_t spot_maker = 800'000;
  std::int64_t spot_taker = 1'000'000;
};

/// Money that the account holds at the start.
struct StartBalance {
  CurrencyName currency;
  Decimal amount;
};

/// The [backtest] table.
struct Settings {
  std::string recording;         ///< .jsonl or .jsonl.zst
  std::string instruments_file;  ///< the venue's list; "": the built-in set
  std::vector<StartBalance> balances;
  FeeSettings fees;
  LatencySettings latency;
  sim::QueueModel queue_model = sim::QueueModel::Back;
  /// Nothing in a backtest is drawn by lot so far; it is kept in the report, and named for what
  /// will be (latency that varies, queue places that are guessed).
  std::uint64_t seed = 1;
  Nanos sample_interval = seconds(60);  ///< rows of equity.csv beside those of fills
};

}  // namespace gannet::backtest
