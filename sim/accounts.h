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
  __int128 frozen = 0;       ///< held by open orders
  __int128 frozen_fee = 0;   ///< of that, the reserve for fees
  __int128 frozen_spot = 0;  ///< of that, what open spot orders would pay
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
  std::vector<ClosedPosition> closed;
  std::uint64_t closed_count = 0;      // ever
  std::vector<Amount> funding;         // the other wallet, in order of first use
  std::vector<std::int64_t> leverage;  // by leverage_slot, 0: the default

  bool is_market() const noexcept { return id == kMarketUser; }
  Balance& balance(CurrencyId currency);
  const Balance* find_balance(CurrencyId currency) const noexcept;
  __int128& funding_balance(CurrencyId currency);

  /// Cross margin has one leverage for all sides of an instrument, isolated one a side.
  static std::size_t leverage_slot(InstrumentId instrument, TradeMode mode,
                                   PositionSide side) noexcept {
    return instrument.value * std::size_t{4} +
           (mode == TradeMode::Isolated ? 1 + static_cast<std::size_t>(side) : 0);
  }
};

/// The newest rows are kept, at least so many.
inline constexpr std::size_t kKeptBills = 20'000;
inline constexpr std::size_t kKeptClosedPositions = 2'000;

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

  /// Changes cash by `draft.change` and writes the bill. Where the money comes from or goes to, the
  /// cause says: see Pocket. Profit of trades is matched by the cost of positions, margins by the
  /// positions' own. The bill, as stored.
  Bill move(UserId user, const Bill& draft);
  /// The same without a bill: of the market's own user, and where one bill tells several movements.
  void change_funding_wallet(UserId user, Amount change);
  void note_outside(Amount change) { pocket(change.currency).outside += change.raw; }
  void add_insurance(Amount change) { pocket(change.currency).insurance += change.raw; }
  __int128 insurance(CurrencyId currency) const noexcept;
  /// What two sides of a forced match differ by, signed values added: the insurance fund's.
  void absorb(CurrencyId settle, Cost difference);
  /// Funding that went to an isolated position's margin instead of cash.
  void note_funding(Amount paid) { pocket(paid.currency).funding -= paid.raw; }
  void add_remainder(CurrencyId settle, Cost remainder);

  /// Empty when money is conserved: per currency, what came from outside is in cash, isolated
  /// margins, funding wallets and the exchange's pockets, less what open positions cost; and no
  /// instrument's positions sum to anything but zero.
  std::string audit(const InstrumentTable& instruments, const CurrencyTable& currencies) const;

 private:
  /// The exchange's own money of one currency, 10^-18.
  struct Pocket {
    __int128 outside = 0;    ///< deposits less withdrawals, not a pocket but the other end
    __int128 fees = 0;       ///< earned
    __int128 insurance = 0;  ///< the insurance fund
    __int128 funding = 0;    ///< passes through at each settlement; what rounding leaves stays
    Cost leftovers = 0;
  };
  Pocket& pocket(CurrencyId currency);

  std::vector<Account> accounts_;
  std::vector<Pocket> pockets_;  // by currency
};

}  // namespace gannet::sim
