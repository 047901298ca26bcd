#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include "domain/exact_math.h"
#include "domain/orders.h"
#include "risk/conversion_table.h"

namespace gannet::risk {

/// The account's money as a whole, in the risk currency (PRE-07): the venue's last word on each
/// currency, less what our own orders have taken since. Known when one list of balances was read to
/// its end; a currency that it did not name is zero then.
///
/// A currency without a price counts as nothing while it is an asset; as a debt it makes the whole
/// unknown. What an order takes is what it adds to the account's worst case, by its instrument's
/// leverage; it counts until a word of the venue that is `kSettled` younger than the order: by then
/// the venue counts it itself. Thread: one (the reactor). Allocates at construction only.
class AccountFunds {
 public:
  static constexpr Nanos kSettled = milliseconds(250);
  static constexpr std::size_t kHolds = 256;

  explicit AccountFunds(std::size_t currencies);

  /// `heard`: its exchange time on our clock.
  void on_balance(const BalanceReport& balance, Timestamp heard) noexcept;
  void on_list_begin() noexcept;
  void on_list_end(bool complete, Timestamp requested_at) noexcept;
  /// At today's prices: for `equity` and `available`.
  void revalue(const ConversionTable& conversions, Timestamp now) noexcept;
  /// An order was sent that needs so much.
  void hold(Int128 margin, Timestamp sent) noexcept;

  bool is_known() const noexcept { return is_complete_; }
  /// Absent: not known, or a debt without a price.
  std::optional<Int128> equity() const noexcept;
  /// What new orders may use: the venue's figure less `held`.
  std::optional<Int128> available() const noexcept;
  Int128 held() const noexcept { return held_; }
  /// Something is held longer than that: the venue should be asked for its balances.
  bool is_hold_older_than(Nanos age, Timestamp now) const noexcept {
    return !holds_.empty() && now - holds_.front().sent > age;
  }

 private:
  struct Money {
    Amount available;
    Amount equity;
    Timestamp time;  // zero: never told
    bool in_list = false;
  };
  struct Hold {
    Int128 margin = 0;
    Timestamp sent;
  };

  void release(Timestamp until) noexcept;

  std::vector<Money> money_;  // by currency
  std::vector<Hold> holds_;   // oldest first; never beyond its capacity
  Int128 held_ = 0;
  Int128 equity_ = 0;
  Int128 available_ = 0;
  bool is_valued_ = false;
  bool is_complete_ = false;
};

}  // namespace gannet::risk
