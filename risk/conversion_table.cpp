#include "risk/conversion_table.h"

#include "domain/exact_math.h"

namespace gannet::risk {

ConversionTable::ConversionTable(CurrencyId risk_currency, std::size_t currencies, Nanos age_max)
    : risk_currency_(risk_currency), entries_(currencies), age_max_(age_max) {
  treat_as_risk_currency(risk_currency);
}

void ConversionTable::set(CurrencyId currency, Amount price, Timestamp receive_time) noexcept {
  if (currency.value >= entries_.size() || price.raw <= 0) return;
  Entry& entry = entries_[currency.value];
  if (!entry.fixed) entry = {price.raw, receive_time, false};
}

void ConversionTable::treat_as_risk_currency(CurrencyId currency) noexcept {
  if (currency.value >= entries_.size()) return;
  entries_[currency.value] = {wide_power_of_ten(Amount::kDigits), {}, true};
}

std::optional<Amount> ConversionTable::convert(const Amount& amount, Timestamp now) const noexcept {
  if (amount.currency.value >= entries_.size()) return std::nullopt;
  const Entry& entry = entries_[amount.currency.value];
  if (entry.fixed) return Amount{amount.raw, risk_currency_};
  std::optional<__int128> price;
  if (entry.price != 0 && now - entry.receive_time <= age_max_) price = entry.price;
  if (tap_ != nullptr) price = tap_->read(MarketValue::CurrencyPrice, amount.currency.value, price);
  if (!price) return std::nullopt;
  const Rounding away = amount.raw < 0 ? Rounding::Down : Rounding::Up;
  const auto value = mul_div(amount.raw, *price, wide_power_of_ten(Amount::kDigits), away);
  if (!value) return std::nullopt;
  return Amount{*value, risk_currency_};
}

}  // namespace gannet::risk
