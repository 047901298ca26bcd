#pragma once

#include <cstdint>
#include <expected>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "backtest/equity_curve.h"
#include "backtest/event_source.h"
#include "backtest/order_log.h"
#include "backtest/settings.h"
#include "backtest/simulated_venue.h"
#include "base/error.h"
#include "engine/settings.h"
#include "engine/strategy_type.h"
#include "engine/trading_core.h"
#include "risk/settings.h"

namespace gannet::backtest {

/// What a backtest is made of. The tables, the source and the types outlive it.
struct Inputs {
  Settings settings;
  engine::AccountSettings account;
  std::vector<engine::InstrumentSettings> instruments;  ///< same order as the table
  std::vector<engine::StrategySettings> strategies;
  risk::Settings risk;
  std::vector<const engine::StrategyType*> types;  ///< one a strategy, same order
  InstrumentTable& table;                          ///< the configured ones, in their order
  CurrencyTable& currencies;
  EventSource& source;
};

struct StrategyOutcome {
  std::string name;
  std::string failure;  ///< "": it did not fail
  std::uint64_t log_lines = 0;
};

/// What came of it, beside the order log and the equity curve.
struct Outcome {
  Timestamp first_message;
  Timestamp last_message;
  SourceCounts source;
  engine::CoreStatus core;
  VenueTotals venue;
  std::vector<engine::InstrumentStatus> instruments;  ///< by instrument
  std::vector<Amount> funding;                        ///< by instrument; positive was received
  std::vector<StrategyOutcome> strategies;
  std::vector<std::pair<std::string, std::uint64_t>> alerts;  ///< of the engine, by name
  std::vector<std::string> notes;  ///< what was made up for want of a recording, and the like
  bool ended_flat_of_orders = false;
  std::string money_fault;       ///< of the venue's checked invariant; "": it holds
  bool positions_agree = false;  ///< the engine's, by fills, with the venue's
};

/// Runs recorded market data through the engine that gannetd drives (order manager, gate, limiter,
/// publisher, positions) and the exchange that `gannet sim` serves, on virtual time. Deterministic:
/// the same inputs give the same calls in the same order. Every lane is inline.
///
/// Order of what happens at the same moment: the recorded message, then requests that arrive at the
/// venue, then reports that arrive at the engine, then timers. So an order that races a recorded
/// change loses. Thread: one.
class Backtest {
 public:
  /// Errors: a strategy's parameters, a limit, an instrument without a recorded book.
  static std::expected<std::unique_ptr<Backtest>, Error> make(Inputs inputs);
  ~Backtest();
  Backtest(const Backtest&) = delete;
  Backtest& operator=(const Backtest&) = delete;

  /// Called every 65,536 messages.
  using Progress = std::function<void(const SourceCounts& counts, int permille)>;
  /// To the end of the recording, and the orderly stop after it. Once. Errors: the recording.
  std::expected<void, Error> run(const Progress& progress = {});

  const Outcome& outcome() const noexcept;
  const OrderLog& log() const noexcept;
  const EquityCurve& equity() const noexcept;
  const SimulatedVenue& venue() const noexcept;
  /// What strategies logged: time, level, strategy, text; one line each.
  const std::string& strategy_log() const noexcept;

 private:
  struct Parts;
  explicit Backtest(std::unique_ptr<Parts> parts);
  std::unique_ptr<Parts> parts_;
};

}  // namespace gannet::backtest
