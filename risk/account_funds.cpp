#include "risk/account_funds.h"

#include <algorithm>

namespace gannet::risk {

AccountFunds::AccountFunds(std::size_t currencies) : money_(currencies) { holds_.reserve(kHolds); }

void AccountFunds::on_balance(const BalanceReport& balance, Timestamp heard) noexcept {
  const CurrencyId currency = balance.available.currency;
  if (currency.value >= money_.size()) return;
  Money& money = money_[currency.value];
  money.in_list = true;
  if (heard < money.time) return;
  money.available = balance.available;
  money.equity = balance.equity;
  money.time = heard;
  release(heard - kSettled);
}

void AccountFunds::on_list_begin() noexcept {
  for (Money& money : money_) money.in_list = false;
}

void AccountFunds::on_list_end(bool complete, Timestamp requested_at) noexcept {
  if (!complete) return;
  is_complete_ = true;
  for (Money& money : money_) {
    // Not named, and nothing said of it since the list was asked for: there is none.
    if (!money.in_list && money.time <= requested_at) money = {};
  }
  release(requested_at - kSettled);
}

void AccountFunds::revalue(const ConversionTable& conversions, Timestamp now) noexcept {
  equity_ = available_ = 0;
  is_valued_ = true;
  for (const Money& money : money_) {
    const auto worth = [&](const Amount& amount) -> Int128 {
      if (amount.raw == 0) return 0;
      const auto value = conversions.convert(amount, now);
      if (value) return value->raw;
      if (amount.raw < 0) is_valued_ = false;  // a debt of unknown size
      return 0;
    };
    equity_ = add_saturating(equity_, worth(money.equity));
    available_ = add_saturating(available_, worth(money.available));
  }
}

void AccountFunds::hold(Int128 margin, Timestamp sent) noexcept {
  if (margin <= 0) return;
  held_ = add_saturating(held_, margin);
  if (holds_.size() < kHolds) return holds_.push_back({margin, sent});
  // More at once than we keep apart: they are released together, with the youngest.
  holds_.back().margin = add_saturating(holds_.back().margin, margin);
  holds_.back().sent = sent;
}

std::optional<Int128> AccountFunds::equity() const noexcept {
  return is_complete_ && is_valued_ ? std::optional(equity_) : std::nullopt;
}

std::optional<Int128> AccountFunds::available() const noexcept {
  return is_complete_ && is_valued_ ? std::optional(available_ - held_) : std::nullopt;
}

void AccountFunds::release(Timestamp until) noexcept {
  const auto young = std::ranges::find_if(holds_, [&](const Hold& h) { return h.sent > until; });
  for (auto it = holds_.begin(); it != young; ++it) held_ -= it->margin;
  holds_.erase(holds_.begin(), young);
}

}  // namespace gannet::risk
