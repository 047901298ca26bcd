#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"
#include "domain/instrument.h"
#include "domain/market_events.h"
#include "domain/orders.h"

namespace gannet::engine {

/// Who trades, and what the account must be. Compared with the venue's answer at start.
struct AccountSettings {
  enum class Mode : std::uint8_t { Simple, Futures, MultiCurrency, Portfolio };
  enum class PositionMode : std::uint8_t { Net, LongShort };

  std::string engine_id = "e1";    ///< 1..8 letters and digits; the tag on every order
  bool exclusive_account = false;  ///< nobody else trades here: account-wide cancels are allowed
  Mode account_mode = Mode::Futures;
  PositionMode position_mode = PositionMode::Net;
  std::string account_number;         ///< the venue's number of the account; "": not compared
  std::string fee_level;              ///< the venue's name of the fee tier; "": not compared
  std::optional<bool> fees_in_quote;  ///< spot buys pay their fee in quote currency; else in base
  bool allow_unbound_key = false;     ///< live: take a key that works from any address
};

/// The process.
struct EngineSettings {
  bool busy_poll = true;                  ///< the reactor never sleeps
  std::optional<int> reactor_cpu;         ///< pinned to that processor
  std::string state_directory = "state";  ///< journal, lock, kill flag
  std::string plugin_directory;           ///< "": lib/gannet/strategies beside the program
  bool keep_protective = true;            ///< kill, hold and sweeps leave reduce-only exits
  bool require_cod = false;  ///< what the venue's dead-man timer does not cancel is refused
  bool keep_history = true;  ///< orders, fills and bills for people, in a database beside
  Nanos lane_sleep = microseconds(50);  ///< how long an idle lane sleeps; 0: it spins
  bool lock_memory = true;  ///< what was touched stays in memory, where the system allows it
};

/// An instrument that this engine trades.
struct InstrumentSettings {
  std::string name;  ///< the venue's
  MarginMode margin_mode = MarginMode::Cross;
  std::optional<std::string> leverage;  ///< exact decimal, compared with the venue's
  bool set_leverage = false;            ///< change it there if it differs
  std::string trade_quote_currency;     ///< spot, where the region has several; "": the name's own
  /// Kept by the engine itself, and what the gate measures orders against; absent: the fastest book
  /// that its strategies want, or the best prices alone.
  std::optional<BookFeed> book;
};

/// What a protection looks at.
enum class ProtectionWatch : std::uint8_t {
  Balance,             ///< equity of one currency, below
  PositionRatio,       ///< value of all positions (or of one instrument's) over equity, above
  MarginRatio,         ///< the venue's, of one currency, below
  Loss,                ///< of the day, above
  Profit,              ///< of the day, above
  Drawdown,            ///< from the largest result, above
  LiquidationWarning,  ///< the venue's
  Unhedged,            ///< value of positions, long less short, either way, above (POST-09)
};

/// What it does. All but Alert must have been confirmed by a person, in configuration.
enum class ProtectionAction : std::uint8_t {
  Alert,
  Hold,        ///< no new risk, orders go; until a person resumes
  ReduceOnly,  ///< orders that can add risk go and are refused; until a person resumes
  Cancel,      ///< orders go; nothing else
  ReduceTo,    ///< ReduceOnly, and positions are brought down to a part of what they are
  Close,       ///< ReduceOnly, and positions are closed
};

/// One automatic protection as a person wrote it.
struct ProtectionSettings {
  std::string name;
  ProtectionWatch watch = ProtectionWatch::Drawdown;
  ProtectionAction action = ProtectionAction::Alert;
  std::string strategy;         ///< instance name; "": the account
  std::string instrument;       ///< "": all
  std::string currency;         ///< Balance, MarginRatio
  Decimal threshold;            ///< money
  std::uint64_t ratio_ppm = 0;  ///< instead: PositionRatio, MarginRatio
  std::uint32_t reduce_to_ppm = 0;
  std::uint32_t collar_ppm = 0;
  Nanos hold_for{};  ///< the condition must have held so long
  std::string where;
};

/// One value of a strategy's `parameters` as it was written; the plugin's schema gives it meaning.
struct ParameterSetting {
  enum class Kind : std::uint8_t { Text, Integer, Number, Bool };
  std::string name;
  std::string text;  ///< "true", "42", "0.5", or the string itself
  Kind kind = Kind::Text;
  std::string where;  ///< "demo.toml:12", for errors
};

/// A person's own orders are this one's: limits, journal and reports know it like any strategy.
inline constexpr std::string_view kOperatorStrategy = "operator";

/// One instance of a strategy.
struct StrategySettings {
  enum class OnStart : std::uint8_t { Cancel, Adopt };
  enum class OnStop : std::uint8_t { Cancel, Leave };

  std::string name;                    ///< of the instance, unique
  std::string plugin;                  ///< a name in the plugin directory, or a path
  std::string lane = "inline";         ///< "inline": on the reactor; else the name of a lane thread
  OnStart on_start = OnStart::Cancel;  ///< its orders of an earlier run
  OnStop on_stop = OnStop::Cancel;
  std::vector<ParameterSetting> parameters;
  std::string where;
};

}  // namespace gannet::engine
