#pragma once

#include <array>
#include <cstdint>
#include <string>

#include "base/fixed_string.h"
#include "base/time.h"
#include "domain/amount.h"
#include "domain/instrument.h"

namespace gannet::app {

/// What the account and its strategies earned and hold, by value, as a part of DaemonStatus. Money
/// is 10^-18, of `currency` where nothing else is said. Trivially copyable.
struct MoneyStatus {
  static constexpr std::size_t kMaxScopes = 17;  ///< the account and sixteen strategies
  static constexpr std::size_t kMaxRows = 64;

  struct Scope {
    FixedString<47> name;  ///< "account", or a strategy's instance
    // Of the day; fees are paid, funding is received.
    __int128 realised = 0;
    __int128 unrealised = 0;
    __int128 fees = 0;
    __int128 funding = 0;
    __int128 other = 0;
    __int128 result = 0;
    __int128 total = 0;  ///< since the journal began
    __int128 peak = 0;
    __int128 drawdown = 0;
    __int128 long_value = 0;
    __int128 short_value = 0;   ///< a magnitude
    __int128 loss_day_max = 0;  ///< 0: no limit
    __int128 drawdown_max = 0;  ///< 0: no limit
    bool valued = false;        ///< every part has a fresh price
    bool limit_broken = false;
    bool stopped = false;  ///< a strategy that may trade no more
    Nanos age;             ///< of the oldest price used
  };
  /// Of one instrument, in its notional currency, since the journal began.
  struct Row {
    std::uint16_t scope = 0;
    std::uint8_t quantity_digits = 0;
    bool has_price = false;
    InstrumentName instrument;
    CurrencyName currency;
    Quantity position;
    __int128 realised = 0;
    __int128 unrealised = 0;
    __int128 fees = 0;
    __int128 funding = 0;
    bool has_greeks = false;  ///< of an option: delta in coins, the others in dollars
    double delta = 0;
    double gamma = 0;
    double theta = 0;
    double vega = 0;
  };

  Timestamp time;
  Timestamp day_start;
  CurrencyName currency;                   ///< risk.currency
  std::uint64_t balances_agreed = 0;       ///< compared with their bills and found right (POST-05)
  std::uint16_t balances_unexplained = 0;  ///< currencies whose bills have left something over
  std::uint16_t scopes = 0;
  std::uint16_t rows = 0;
  std::array<Scope, kMaxScopes> scope;
  std::array<Row, kMaxRows> row;
};

/// One JSON object, one line; money and quantities are strings.
std::string to_json(const MoneyStatus& money);
/// Several lines, for `gannet pnl`.
std::string money_page(const MoneyStatus& money);
/// A line for the account, two where a limit is set; for `gannet status`.
std::string money_line(const MoneyStatus& money);

}  // namespace gannet::app
