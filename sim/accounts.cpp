#include "sim/accounts.h"

#include <utility>

namespace gannet::sim {

Balance& Account::balance(CurrencyId currency) {
  for (Balance& balance : balances) {
    if (balance.currency == currency) return balance;
  }
  Balance fresh;
  fresh.currency = currency;
  balances.push_back(fresh);
  return balances.back();
}

const Balance* Account::find_balance(CurrencyId currency) const noexcept {
  for (const Balance& balance : balances) {
    if (balance.currency == currency) return &balance;
  }
  return nullptr;
}

Accounts::Accounts() {
  UserSettings market;
  market.name = "market";
  market.spot_fees = {0, 0};
  market.derivative_fees = {0, 0};
  add(std::move(market));
}

UserId Accounts::add(UserSettings settings) {
  Account account;
  account.id = static_cast<UserId>(accounts_.size());
  account.settings = std::move(settings);
  accounts_.push_back(std::move(account));
  return accounts_.back().id;
}

Accounts::Pocket& Accounts::pocket(CurrencyId currency) {
  if (currency.value >= pockets_.size()) pockets_.resize(std::size_t{currency.value} + 1);
  return pockets_[currency.value];
}

Bill Accounts::move(UserId user, Bill::Cause cause, Amount change, const Reference& why,
                    std::uint64_t bill_id, Timestamp now) {
  Account& account = accounts_[user];
  Balance& balance = account.balance(change.currency);
  balance.cash += change.raw;
  balance.update_time = now;
  if (cause == Bill::Cause::Deposit || cause == Bill::Cause::Transfer) {
    pocket(change.currency).deposits += change.raw;
  } else if (cause == Bill::Cause::Fee) {
    pocket(change.currency).fees -= change.raw;
  }
  Bill bill;
  bill.id = bill_id;
  bill.user = user;
  bill.cause = cause;
  bill.change = change;
  bill.balance_after = {balance.cash, change.currency};
  bill.instrument = why.instrument;
  bill.order = why.order;
  bill.trade = why.trade;
  bill.time = now;
  if (!account.is_market()) account.bills.push_back(bill);
  return bill;
}

void Accounts::add_remainder(CurrencyId settle, Cost remainder) {
  pocket(settle).leftovers += remainder;
}

std::string Accounts::audit(const InstrumentTable& instruments,
                            const CurrencyTable& currencies) const {
  std::vector<Cost> open_cost(currencies.size());
  std::vector<__int128> net(instruments.size());
  std::vector<__int128> cash(currencies.size());
  for (const Account& account : accounts_) {
    for (const Position& position : account.positions.all()) {
      const Instrument& instrument = instruments[position.instrument];
      open_cost[instrument.settle.value] += position.cost;
      net[position.instrument.value] += position.quantity.raw;
    }
    for (const Balance& balance : account.balances) cash[balance.currency.value] += balance.cash;
  }
  for (const Instrument& instrument : instruments) {
    if (net[instrument.id.value] != 0) {
      return "positions of " + std::string(instrument.name.view()) + " do not sum to zero";
    }
  }
  for (std::size_t c = 0; c < currencies.size(); ++c) {
    const Pocket own = c < pockets_.size() ? pockets_[c] : Pocket{};
    const Cost unsettled = open_cost[c] - own.leftovers;
    const __int128 missing = own.deposits - cash[c] - own.fees + money_of(unsettled);
    if (missing != 0 || unsettled % kCostPerMoney != 0) {
      const CurrencyId id{static_cast<std::uint16_t>(c)};
      return std::string(currencies.name(id)) + " is not conserved: off by " +
             to_string(Amount{missing, id});
    }
  }
  return {};
}

}  // namespace gannet::sim
