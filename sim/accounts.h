#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "domain/ids.h"
#include "sim/exchange.h"
#include "sim/money.h"
#include "sim/positions.h"

namespace gannet::sim {

/// Cash of one currency, 10^-18. May be negative (the market's, or a loss beyond the deposit).
struct Balance {
  CurrencyId currency;
  __int128 cash = 0;
  __int128 frozen = 0;  ///< held by open orders
  Timestamp update_time;
};

/// One user: settings, money, positions, and what happened to them. Bills and fills of the market's
/// own user are not kept (they would grow without end and nobody asks).
struct Account {
  UserId id = 0;
  UserSettings settings;
  std::vector<Balance> balances;  // in order of first use; few
  Positions positions;
  std::vector<Exchange::UserFill> fills;
  std::vector<Bill> bills;
  std::vector<std::int64_t> leverage;  // by instrument, 0: the default

  bool is_market() const noexcept { return id == kMarketUser; }
  Balance& balance(CurrencyId currency);
  const Balance* find_balance(CurrencyId currency) const noexcept;
};

/// All accounts and the exchange's own pockets: fees earned, and the digits finer than cash that
/// closing a position leaves over. Every movement goes through `move`, so that money is conserved
/// to the last digit and `audit` can prove it. Thread: one.
class Accounts {
 public:
  Accounts();

  Account& operator[](UserId user) noexcept { return accounts_[user]; }
  const Account& operator[](UserId user) const noexcept { return accounts_[user]; }
  std::size_t size() const noexcept { return accounts_.size(); }
  UserId add(UserSettings settings);

  struct Reference {
    InstrumentId instrument;
    VenueOrderId order;
    TradeId trade;
  };
  /// Changes cash and writes the bill. Deposits come from outside, fees go to the exchange, the
  /// rest must be matched by a movement of another user. The bill, as stored.
  Bill move(UserId user, Bill::Cause cause, Amount change, const Reference& why,
            std::uint64_t bill_id, Timestamp now);
  void add_remainder(CurrencyId settle, Cost remainder);

  /// Empty when money is conserved: per currency, deposits - cash - fees - leftovers + cost of all
  /// open positions is zero, and no instrument's positions sum to anything but zero.
  std::string audit(const InstrumentTable& instruments, const CurrencyTable& currencies) const;

 private:
  struct Pocket {
    __int128 deposits = 0;
    __int128 fees = 0;
    Cost leftovers = 0;
  };
  Pocket& pocket(CurrencyId currency);

  std::vector<Account> accounts_;
  std::vector<Pocket> pockets_;  // by currency
};

}  // namespace gannet::sim
