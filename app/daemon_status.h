#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "app/money_status.h"
#include "app/not_trading.h"
#include "app/recorder_figures.h"
#include "base/fixed_string.h"
#include "base/time.h"
#include "config/settings.h"
#include "domain/amount.h"
#include "domain/instrument.h"
#include "engine/lane_messages.h"
#include "engine/position_reducer.h"

namespace gannet::app {

/// Durations of one stage, as read from its histogram.
struct StageFigures {
  std::uint64_t count = 0;
  Nanos p50;
  Nanos p99;
  Nanos maximum;
};

/// The stages of a market event on its way to an order, and back.
enum class LatencyStage : std::uint8_t {
  Decode,       ///< a frame handed to its session until its book is decoded and proven
  Dispatch,     ///< until the book is applied and strategies are called
  Decide,       ///< until a strategy has decided on an order; lanes on the reactor alone
  Check,        ///< until it has passed rules, gate and limiter and is on record
  Write,        ///< until its bytes were handed to the socket
  TickToOrder,  ///< all of it, and from the receipt of the frame on
  Acknowledge,  ///< from there to the gateway's answer
};
inline constexpr std::size_t kLatencyStages =
    static_cast<std::size_t>(LatencyStage::Acknowledge) + 1;
/// "tick_to_order"; stable.
std::string_view name_of(LatencyStage stage) noexcept;

/// How quick the last kill of the engine was (KILL-01 to KILL-05). All zero: there was none.
struct KillTimes {
  Nanos waited;  ///< from the command's arrival to the turn that set the flag: nothing new after it
  Nanos sent;    ///< from there until every cancel that the limits allow was handed to its socket
  std::uint64_t cancels = 0;  ///< that many orders
  Nanos flat;  ///< from there until the venue's own list had held none, twice; zero: not yet
};

/// What an operator wants to see at a glance, by value: the reactor publishes one a few times a
/// second, the cold thread formats it. Trivially copyable.
struct DaemonStatus {
  static constexpr std::size_t kMaxInstruments = 32;

  struct InstrumentRow {
    InstrumentName name;
    std::uint8_t price_digits = 0;
    std::uint8_t quantity_digits = 0;
    engine::EngineState state = engine::EngineState::Cold;
    engine::HoldReason hold_reason = engine::HoldReason::None;
    NotTrading why_not = NotTrading::Starting;
    bool book_valid = false;
    Price best_bid;
    Price best_ask;
    Quantity position;
    std::uint32_t open_orders = 0;
    Amount realised_pnl;  ///< fees not included, in the instrument's settle currency
    Amount unrealised_pnl;
    Amount fees;  ///< paid: positive
    CurrencyName currency;
  };

  /// A strategy, and whether it may trade.
  struct StrategyRow {
    FixedString<31> name;
    NotTrading why_not = NotTrading::Starting;
    FixedString<95> detail;  ///< of a failure or a broken rule: its words
    std::uint32_t open_orders = 0;
  };
  static constexpr std::size_t kMaxStrategies = 17;

  /// What came on the control socket; the cold thread's own count.
  struct ControlFigures {
    std::uint64_t commands = 0;   ///< taken
    std::uint64_t garbage = 0;    ///< lines that were no command, or did not end
    std::uint64_t forbidden = 0;  ///< of somebody who has no right to it
  };

  /// One connection of the market feed, the spare one included.
  struct MarketLine {
    bool working = false;
    bool ready = false;
    bool moving = false;  ///< its successor is being made ready
    std::uint64_t frames = 0;
    // Of more lines than one:
    std::uint64_t first = 0;   ///< events it told before any other line
    std::uint64_t second = 0;  ///< events another line had told before
    std::uint64_t whole = 0;   ///< books taken from it as a whole
    StageFigures lead;         ///< of its firsts, before the same event came by another line
  };
  static constexpr std::size_t kMaxMarketLines = 5;

  /// A position that was brought down, or not.
  struct Reduction {
    Timestamp time;  ///< when that ended; zero: none
    InstrumentName instrument;
    FixedString<31> strategy;  ///< "": the account's
    Quantity left;             ///< signed
    std::uint8_t quantity_digits = 0;
    engine::ReductionResult::End end = engine::ReductionResult::End::Done;
    std::optional<DenialReason> refusal;  ///< the newest
  };
  static constexpr std::size_t kMaxReductions = 16;

  Timestamp time;
  Timestamp started;
  engine::EngineState state = engine::EngineState::Cold;
  engine::HoldReason hold_reason = engine::HoldReason::None;
  FixedString<120> kill_reason;
  FixedString<255> killed_parts;  ///< "strategy quotes, instrument BTC-USDT-SWAP"; "": none
  KillTimes kill_times;
  std::uint32_t reductions_running = 0;
  std::array<Reduction, kMaxReductions> reductions;  ///< the newest that ended, in no order
  bool flat_confirmed = false;
  bool reconciled = false;  ///< the venue's lists have been read since last in doubt
  bool journal_failed = false;
  bool market_ready = false;
  bool account_ready = false;
  std::uint64_t market_frames = 0;
  std::uint64_t account_frames = 0;
  std::uint64_t reconnects = 0;
  std::uint64_t moves = 0;  ///< connections that a successor took over before they went
  std::uint32_t market_lines = 0;
  std::array<MarketLine, kMaxMarketLines> lines;
  std::uint64_t frames_refused = 0;  ///< frames and rows that could not be understood
  std::uint64_t orders = 0;          ///< new orders sent
  std::uint64_t fills = 0;
  std::uint64_t denied = 0;
  std::uint64_t rejected = 0;
  std::uint32_t open_orders = 0;
  std::uint32_t unknown_orders = 0;
  std::uint32_t foreign_orders = 0;
  std::uint32_t algo_orders = 0;  ///< of the open ones; the venue's dead-man timer spares them
  std::uint32_t kept_orders = 0;  ///< of those: reduce-only exits that kill and hold leave
  std::uint64_t log_records_lost = 0;
  std::uint64_t page_faults = 0;  ///< of the reactor: stands still once it has warmed up
  Nanos clock_offset;
  StageFigures tick_to_order;     ///< receive of the market frame to the order's write
  StageFigures order_round_trip;  ///< the order's write to the gateway's answer
  std::array<StageFigures, kLatencyStages> stages;  ///< by LatencyStage; those two among them
  CurrencyName risk_currency;
  MoneyStatus money;
  config::Environment environment = config::Environment::Sim;
  std::optional<RecorderFigures> recording;  ///< absent: nothing is recorded
  std::uint32_t instruments = 0;
  std::array<InstrumentRow, kMaxInstruments> rows;
  NotTrading why_not = NotTrading::Starting;  ///< of the engine
  std::uint32_t strategies = 0;
  std::array<StrategyRow, kMaxStrategies> strategy;
  ControlFigures control;  ///< filled in by who formats it
};

std::string_view name_of(engine::EngineState state) noexcept;
std::string_view name_of(engine::HoldReason reason) noexcept;
std::string_view name_of(config::Environment environment) noexcept;

/// State and reason in a few words: what a page begins with, and the service manager shows.
std::string state_words(const DaemonStatus& status);

/// One JSON object, one line. Prices, quantities and money are strings.
std::string to_json(const DaemonStatus& status);
/// One line for a terminal: state, position, P&L, open orders, message rate, tick-to-order p50/p99.
/// `before`: the status a second ago, for rates.
std::string status_line(const DaemonStatus& status, const DaemonStatus& before);
/// Several lines, for `gannet status`.
std::string status_page(const DaemonStatus& status);
/// The stages alone: one JSON object, and a table for `gannet latency`.
std::string latency_json(const DaemonStatus& status);
std::string latency_page(const DaemonStatus& status);

}  // namespace gannet::app
