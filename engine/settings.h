#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/time.h"
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
  Nanos lane_sleep = microseconds(50);    ///< how long an idle lane sleeps; 0: it spins
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

/// One value of a strategy's `parameters` as it was written; the plugin's schema gives it meaning.
struct ParameterSetting {
  enum class Kind : std::uint8_t { Text, Integer, Number, Bool };
  std::string name;
  std::string text;  ///< "true", "42", "0.5", or the string itself
  Kind kind = Kind::Text;
  std::string where;  ///< "demo.toml:12", for errors
};

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
