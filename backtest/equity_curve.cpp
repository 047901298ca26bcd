#include "backtest/equity_curve.h"

#include <algorithm>

#include "backtest/text.h"
#include "domain/exact_math.h"

namespace gannet::backtest {
namespace {

/// Derivatives: contracts, all legs together; spot: what there is of the base currency.
std::string held_text(const Instrument& instrument, const std::vector<sim::PositionView>& positions,
                      const std::vector<sim::BalanceView>& balances) {
  if (is_derivative(instrument.kind)) {
    Quantity sum;
    for (const sim::PositionView& position : positions) {
      if (position.instrument == instrument.id) sum += position.quantity;
    }
    return quantity_text(instrument, sum);
  }
  for (const sim::BalanceView& balance : balances) {
    if (balance.currency == instrument.base) return to_string(balance.cash);
  }
  return "0";
}

}  // namespace

EquityCurve::EquityCurve(const SimulatedVenue& venue, const InstrumentTable& instruments,
                         const CurrencyTable& currencies, CurrencyId currency,
                         std::vector<CurrencyId> dollars)
    : venue_(venue),
      instruments_(instruments),
      currencies_(currencies),
      currency_(currency),
      dollars_(std::move(dollars)) {
  csv_ = "time,why,equity,cash,unrealised_pnl";
  for (const Instrument& instrument : instruments_) {
    const std::string name(instrument.name.view());
    csv_ += ",position " + name + ",mark_price " + name;
  }
  csv_ += '\n';
}

bool EquityCurve::can_value_all() const {
  const auto balances = venue_.exchange().balances(venue_.user());
  return std::ranges::all_of(balances, [this](const sim::BalanceView& balance) {
    return value_of({balance.equity.raw, balance.currency}).has_value();
  });
}

void EquityCurve::sample(Timestamp now, std::string_view why) {
  Amount equity{0, currency_};
  Amount cash{0, currency_};
  const auto balances = venue_.exchange().balances(venue_.user());
  for (const sim::BalanceView& balance : balances) {
    const auto worth = value_of({balance.equity.raw, balance.currency});
    const auto worth_in_cash = value_of({balance.cash.raw, balance.currency});
    if (!worth || !worth_in_cash) {
      if (balance.equity.raw != 0 &&
          std::ranges::find(unvalued_, balance.currency) == unvalued_.end()) {
        unvalued_.push_back(balance.currency);
      }
      continue;
    }
    equity = equity + *worth;
    cash = cash + *worth_in_cash;
  }
  csv_ += time_text(now);
  csv_ += ',';
  csv_ += why;
  csv_ += ',' + to_string(equity) + ',' + to_string(cash) + ',' + to_string(equity - cash);
  const auto positions = venue_.exchange().positions(venue_.user());
  for (const Instrument& instrument : instruments_) {
    const Price mark = venue_.exchange().mark_price(instrument.id);
    csv_ += ',' + held_text(instrument, positions, balances);
    csv_ += ',' + (mark.raw == 0 ? std::string() : price_text(instrument, mark));
  }
  csv_ += '\n';

  if (samples_++ == 0) first_ = peak_ = equity, peak_time_ = now;
  last_ = equity;
  if (equity.raw > peak_.raw) {
    peak_ = equity;
    peak_time_ = now;
  } else if ((peak_ - equity).raw > fall_.amount.raw) {
    fall_ = {peak_ - equity, peak_, peak_time_, now};
  }
}

std::optional<Amount> EquityCurve::value_of(Amount amount) const {
  const auto counts_as_it = [this](CurrencyId id) {
    return id == currency_ || std::ranges::find(dollars_, id) != dollars_.end();
  };
  if (counts_as_it(amount.currency)) return Amount{amount.raw, currency_};
  for (const Instrument& instrument : instruments_) {
    // The base of an inverse contract is dollars: what is priced is the coin it settles in.
    const CurrencyId coin =
        instrument.contract == ContractKind::Inverse ? instrument.settle : instrument.base;
    if (coin != amount.currency || !counts_as_it(instrument.quote)) continue;
    const Price mark = venue_.exchange().mark_price(instrument.id);
    if (mark.raw == 0) continue;
    const auto worth =
        mul_div(amount.raw, mark.raw, power_of_ten(instrument.price_digits), Rounding::Nearest);
    if (worth) return Amount{*worth, currency_};
  }
  if (amount.raw == 0) return Amount{0, currency_};
  return std::nullopt;
}

}  // namespace gannet::backtest
