#include "app/sim_accounts.h"

#include <algorithm>

#include "config/sim_accounts.h"
#include "domain/exact_math.h"

namespace gannet::app {
namespace {

std::expected<std::vector<Amount>, Error> amounts(const std::vector<config::SimMoney>& money,
                                                  CurrencyTable& currencies) {
  std::vector<Amount> found;
  for (const config::SimMoney& one : money) {
    if (one.amount.digits > Amount::kDigits)
      return std::unexpected(Error{one.currency + ": an amount has at most 18 decimals"});
    const __int128 unit = wide_power_of_ten(Amount::kDigits - one.amount.digits);
    found.push_back({one.amount.mantissa * unit, currencies.intern(one.currency)});
  }
  return found;
}

std::expected<okx_server::User, Error> user_of(const config::SimUser& given,
                                               CurrencyTable& currencies) {
  okx_server::User user;
  user.account.name = given.name;
  user.account.account_mode = given.account_mode;
  user.account.long_short_mode = given.long_short;
  user.master = given.main_account;
  user.deep_books = given.deep_books;
  auto trading = amounts(given.trading, currencies);
  if (!trading) return std::unexpected(std::move(trading.error()));
  user.account.deposits = std::move(*trading);
  auto funding = amounts(given.funding, currencies);
  if (!funding) return std::unexpected(std::move(funding.error()));
  user.funding = std::move(*funding);
  return user;
}

/// A main account and its sub-accounts do not trade with each other.
void form_self_trade_groups(std::vector<okx_server::User>& users) {
  std::uint32_t group = 0;
  for (okx_server::User& main : users) {
    if (!main.master.empty()) continue;
    ++group;
    for (okx_server::User& user : users) {
      if (&user == &main || user.master == main.account.name) user.account.self_trade_group = group;
    }
  }
}

okx_server::ApiKey key_of(const config::SimKey& given, std::uint64_t seed) {
  okx_server::ApiKey key;
  key.credentials = given.key.empty()
                        ? okx_server::make_default_credentials(seed)
                        : okx_server::Credentials{given.key, given.secret, given.passphrase};
  key.user = given.user;
  key.label = given.label;
  key.may_trade = given.may_trade;
  key.may_withdraw = given.may_withdraw;
  key.addresses = given.addresses;
  return key;
}

}  // namespace

std::expected<void, Error> take_accounts(const std::string& file, CurrencyTable& currencies,
                                         okx_server::Settings& settings) {
  if (file.empty()) return {};
  const auto accounts = config::load_sim_accounts(file);
  if (!accounts) return std::unexpected(Error{config::to_string(accounts.error().front())});
  if (accounts->users.empty() && accounts->keys.empty()) return {};
  if (!accounts->users.empty()) {
    settings.users.clear();
    for (const config::SimUser& given : accounts->users) {
      auto user = user_of(given, currencies);
      if (!user) return std::unexpected(std::move(user.error()));
      settings.users.push_back(std::move(*user));
    }
    form_self_trade_groups(settings.users);
  }
  settings.keys.clear();
  std::uint64_t made = 0;
  for (const config::SimKey& given : accounts->keys)
    settings.keys.push_back(key_of(given, settings.seed + (given.key.empty() ? made++ : 0)));
  return {};
}

}  // namespace gannet::app
