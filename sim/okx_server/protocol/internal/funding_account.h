#pragma once

#include <cstdint>
#include <deque>
#include <string>

#include "base/time.h"
#include "domain/amount.h"

namespace gannet::okx_server {

/// A transfer that was made; transfers here are done at once.
struct FundTransfer {
  std::uint64_t id = 0;
  std::size_t by = 0;  ///< user whose key asked
  std::string client_id;
  std::string type;  ///< 0 within an account, 1 to and 2 from a sub-account, 3, 4 by one
  std::string from;  ///< 6 funding, 18 trading
  std::string to;
  std::string sub_account;  ///< its name, or ""
  std::string currency;
  std::string amount;
  Timestamp time;
};

/// A line of a funding account.
struct FundingBill {
  std::uint64_t id = 0;
  std::size_t user = 0;
  std::string client_id;
  std::string type;  ///< OKX's number
  Amount change;
  Amount balance;  ///< after it
  Timestamp time;
};

/// What the funding accounts' endpoints remember; the money itself is the exchange's.
struct FundingBooks {
  static constexpr std::size_t kMost = 10'000;
  std::uint64_t last_id = 0;
  std::deque<FundTransfer> transfers;
  std::deque<FundingBill> bills;
};

}  // namespace gannet::okx_server
