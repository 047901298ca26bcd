#pragma once

#include <expected>
#include <string>
#include <string_view>
#include <vector>

#include "config/load.h"
#include "domain/instrument.h"

namespace gannet::config {

/// "100000 USDT": an exact amount of one currency.
struct SimMoney {
  Decimal amount;
  std::string currency;
};

/// A [[user]] of `gannet sim --config FILE`: one account of the venue.
struct SimUser {
  std::string name;
  std::string main_account;       ///< name of the user that this is a sub-account of; "": none
  int account_mode = 2;           ///< 1 simple, 2 futures, 3 multi-currency
  bool long_short = false;        ///< position mode
  bool deep_books = false;        ///< fee tier of the tick-by-tick books and the fills channel
  std::vector<SimMoney> trading;  ///< deposits at start
  std::vector<SimMoney> funding;
};

/// A [[key]]: what a client signs with.
struct SimKey {
  std::string user;
  // All three or none: then they are made from the seed.
  std::string key;
  std::string secret;
  std::string passphrase;
  std::string label;
  bool may_trade = false;
  bool may_withdraw = false;
  std::vector<std::string> addresses;  ///< "127.0.0.1", "10.0.0.0/8"; empty: any
};

struct SimAccounts {
  std::vector<SimUser> users;
  std::vector<SimKey> keys;
};

/// The users and keys of a file whose other keys are options of `gannet sim`, which this leaves
/// alone. Both empty if it names none.
std::expected<SimAccounts, std::vector<Problem>> load_sim_accounts(const std::string& path);
std::expected<SimAccounts, std::vector<Problem>> load_sim_accounts_text(std::string_view text,
                                                                        std::string name);

}  // namespace gannet::config
