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

__int128& Account::funding_balance(CurrencyId currency) {
  for (Amount& amount : funding) {
    if (amount.currency == currency) return amount.raw;
  }
  return funding.emplace_back(Amount{0, currency}).raw;
}

Bill Accounts::move(UserId user, const Bill& draft) {
  Account& account = accounts_[user];
  Balance& balance = account.balance(draft.change.currency);
  Pocket& own = pocket(draft.change.currency);
  balance.cash += draft.change.raw;
  balance.update_time = draft.time;
  switch (draft.cause) {
    case Bill::Cause::Deposit:
      own.outside += draft.change.raw;
      break;
    case Bill::Cause::Trade:
    case Bill::Cause::AutoDeleverage:
    case Bill::Cause::Delivery:
    case Bill::Cause::Exercise:
      own.fees += draft.fee.raw;
      break;
    case Bill::Cause::PartialLiquidation:
    case Bill::Cause::Liquidation:
      own.insurance += draft.fee.raw;
      break;
    case Bill::Cause::Funding:
      own.funding -= draft.profit.raw;
      break;
    case Bill::Cause::MarginAdded:
    case Bill::Cause::MarginReduced:
    case Bill::Cause::Transfer:
      break;  // the other end is a margin, a wallet or another user
  }
  Bill bill = draft;
  bill.user = user;
  bill.balance_after = {balance.cash, draft.change.currency};
  if (!account.is_market()) {
    account.bills.push_back(bill);
    if (account.bills.size() >= 2 * kKeptBills)
      account.bills.erase(account.bills.begin(), account.bills.end() - kKeptBills);
  }
  return bill;
}

void Accounts::change_funding_wallet(UserId user, Amount change) {
  accounts_[user].funding_balance(change.currency) += change.raw;
}

__int128 Accounts::insurance(CurrencyId currency) const noexcept {
  return currency.value < pockets_.size() ? pockets_[currency.value].insurance : 0;
}

void Accounts::absorb(CurrencyId settle, Cost difference) {
  const __int128 whole = money_of(difference);
  pocket(settle).insurance += whole;
  pocket(settle).leftovers += difference - whole * kCostPerMoney;
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
      // An option's cost was paid when it was bought.
      if (instrument.kind != InstrumentKind::Option) {
        open_cost[instrument.settle.value] += position.cost;
      }
      net[position.instrument.value] += position.quantity.raw;
      cash[instrument.settle.value] += position.margin;
    }
    for (const Balance& balance : account.balances) cash[balance.currency.value] += balance.cash;
    for (const Amount& amount : account.funding) cash[amount.currency.value] += amount.raw;
  }
  for (const Instrument& instrument : instruments) {
    if (net[instrument.id.value] != 0) {
      return "positions of " + std::string(instrument.name.view()) + " do not sum to zero";
    }
  }
  for (std::size_t c = 0; c < currencies.size(); ++c) {
    const Pocket own = c < pockets_.size() ? pockets_[c] : Pocket{};
    const Cost unsettled = open_cost[c] - own.leftovers;
    const __int128 missing =
        own.outside - cash[c] - own.fees - own.insurance - own.funding + money_of(unsettled);
    if (missing != 0 || unsettled % kCostPerMoney != 0) {
      const CurrencyId id{static_cast<std::uint16_t>(c)};
      return std::string(currencies.name(id)) + " is not conserved: off by " +
             to_string(Amount{missing, id});
    }
  }
  return {};
}

}  // namespace gannet::sim
