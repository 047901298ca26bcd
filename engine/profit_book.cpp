#include "engine/profit_book.h"

#include <algorithm>
#include <utility>

#include "domain/exact_math.h"

namespace gannet::engine {

namespace {

constexpr Nanos kDay = seconds(24 * 3600);
constexpr Nanos kHour = seconds(3600);
constexpr Int128 kOne = wide_power_of_ten(Amount::kDigits);

Timestamp floor_to(Timestamp time, Nanos unit, Nanos offset) noexcept {
  const std::int64_t since = time.nanos - offset.count;
  return {time.nanos - (since % unit.count + unit.count) % unit.count};
}

void add(Int128& sum, Int128 more) noexcept { sum = add_saturating(sum, more); }

/// Profit that a bill brings beside what the fills say; nothing of what merely came or went.
Int128 other_income(const BillReport& bill) noexcept {
  switch (bill.kind) {
    case BillKind::Interest:
    case BillKind::Clawback:
    case BillKind::Delivery:
      return bill.change.raw;
    case BillKind::Liquidation:
    case BillKind::AutoDeleveraging:
      // Its fill has brought profit and fee: the rest is the penalty.
      return bill.change.raw - bill.profit.raw + bill.fee.raw;
    case BillKind::Trade:
    case BillKind::Funding:     // by instrument
    case BillKind::Settlement:  // paid out of the profit that the position shows already
    case BillKind::Transfer:
    case BillKind::MarginTransfer:
    case BillKind::Conversion:
    case BillKind::Other:
      return 0;
  }
  return 0;
}

}  // namespace

ProfitBook::ProfitBook(const InstrumentTable& instruments, std::size_t currencies,
                       std::size_t strategies, const PositionKeeper& positions,
                       const risk::ReferencePrices& references,
                       const risk::ConversionTable& conversions, Journal& journal,
                       const ProfitBookSettings& settings)
    : instruments_(instruments),
      currencies_(currencies),
      strategies_(strategies),
      positions_(positions),
      references_(references),
      conversions_(conversions),
      journal_(journal),
      settings_(settings),
      rows_((strategies + 1) * instruments.size()),
      money_((strategies + 1) * currencies),
      scopes_(strategies + 1),
      sums_(currencies),
      prices_(instruments.size()),
      worth_(currencies),
      at_hour_((strategies + 1) * instruments.size()) {
  for (const Instrument& instrument : instruments)
    row_currency_.push_back(notional_currency(instrument));
}

const Position& ProfitBook::position(std::size_t scope, std::size_t instrument) const noexcept {
  const InstrumentId id{static_cast<std::uint32_t>(instrument)};
  return scope == account()
             ? positions_.of_account(id)
             : positions_.of_strategy(StrategyId{static_cast<std::uint16_t>(scope)}, id);
}

void ProfitBook::on_fill(StrategyId strategy, InstrumentId instrument, const Fill& fill) noexcept {
  if (!instruments_.contains(instrument)) return;
  note_hour(fill.exchange_time);
  const CurrencyId own = row_currency_[instrument.value];
  const CurrencyId paid = fill.fee.currency;
  if (fill.fee.raw == 0 || paid == own || paid.value >= currencies_) return;  // the keeper has it
  // Spot buys pay in what they bought: worth the fill's price.
  const Instrument& traded = instruments_[instrument];
  const bool is_base = !is_derivative(traded.kind) && paid == traded.base;
  const auto at_price = is_base ? mul_div(fill.fee.raw, fill.price.raw,
                                          power_of_ten(traded.price_digits), Rounding::Nearest)
                                : std::nullopt;
  const auto book = [&](std::size_t scope) {
    add(at_price ? row_at(scope, instrument.value).fees : money_at(scope, paid.value).fees,
        at_price.value_or(fill.fee.raw));
  };
  book(account());
  if (strategy.value < strategies_) book(strategy.value);
}

void ProfitBook::on_bill(const BillReport& bill) noexcept { add_bill(bill); }

void ProfitBook::add_bill(const BillReport& bill) noexcept {
  const CurrencyId currency = bill.change.currency;
  if (currency.value >= currencies_) return;
  if (bill.kind == BillKind::Funding) {
    if (instruments_.contains(bill.instrument) && row_currency_[bill.instrument.value] == currency)
      return share_funding(bill);
    add(money_at(account(), currency.value).other, bill.change.raw);
    return;
  }
  add(money_at(account(), currency.value).other, other_income(bill));
}

void ProfitBook::share_funding(const BillReport& bill) noexcept {
  const std::size_t i = bill.instrument.value;
  add(row_at(account(), i).funding, bill.change.raw);
  // No fill since the hour began: what is held now was held then.
  const bool is_now = floor_to(bill.exchange_time, kHour, {}) > hour_;
  const auto quantity_of = [&](std::size_t scope) {
    return is_now ? position(scope, i).quantity().raw : at_hour_[scope * instruments_.size() + i];
  };
  const std::int64_t whole = quantity_of(account());
  if (whole == 0) return;
  for (std::size_t s = 0; s < strategies_; ++s) {
    const auto share = mul_div(bill.change.raw, quantity_of(s), whole, Rounding::Nearest);
    add(row_at(s, i).funding, share.value_or(0));
  }
}

/// Before a fill of another hour changes them: what was held when that hour began.
void ProfitBook::note_hour(Timestamp exchange_time) noexcept {
  const Timestamp hour = floor_to(exchange_time, kHour, {});
  if (hour <= hour_) return;
  hour_ = hour;
  for (std::size_t scope = 0; scope <= account(); ++scope) {
    for (std::size_t i = 0; i < instruments_.size(); ++i)
      at_hour_[scope * instruments_.size() + i] = position(scope, i).quantity().raw;
  }
}

void ProfitBook::on_adjusted(InstrumentId instrument, const PositionCost& before,
                             Timestamp now) noexcept {
  if (!instruments_.contains(instrument)) return;
  const std::size_t i = instrument.value;
  Row& row = row_at(account(), i);
  const PositionCost& after = position(account(), i).held;
  // A price that nothing was held at may be old.
  bool was_held = before.quantity.raw != 0;
  for (std::size_t s = 0; s < strategies_; ++s)
    was_held = was_held || position(s, i).held.quantity.raw != 0;
  if (!was_held) prices_[i] = {};
  look_at_price(i, now);
  if (prices_[i].value == 0 || row.base_waits) {
    // What it brings alone: of what was held before the base is known, or waits already.
    if (!row.base_waits) {
      row.base_held = {};
      row.peak_waits = true;
    }
    row.base_held.quantity = row.base_held.quantity + (after.quantity - before.quantity);
    row.base_held.cost += after.cost - before.cost;
    row.base_waits = row.base_held.quantity.raw != 0;
    row.peak_waits = row.peak_waits && row.base_waits;
  } else {
    const Instrument& traded = instruments_[instrument];
    const Price price{static_cast<std::int64_t>(prices_[i].value)};
    const Int128 by =
        unrealised_pnl(traded, after, price).raw - unrealised_pnl(traded, before, price).raw;
    add(row.base_unrealised, by);
    shift_peak(i, by, now);
  }
  record_row(account(), i, now);
}

/// What the account has now counts as what it had when it was highest, by so much.
void ProfitBook::shift_peak(std::size_t instrument, Int128 by, Timestamp now) noexcept {
  Scope& at = scopes_[account()];
  const auto worth = value_of({by, row_currency_[instrument]});
  if (!at.has_peak || !worth || *worth == 0) return;
  add(at.figures.peak, *worth);
  add(at.figures.total, *worth);
  at.peak_told = {};
  note_peak(account(), now);
}

void ProfitBook::start(Timestamp now) noexcept {
  const Timestamp day = floor_to(now, kDay, settings_.day_start);
  if (day > day_) turn_day(day, now);
}

bool ProfitBook::on_timer(Timestamp now) noexcept {
  if (now < next_look_) return false;
  next_look_ = now + settings_.look_spacing;
  look_at_prices(now);
  const Timestamp day = floor_to(now, kDay, settings_.day_start);
  has_turned_ = day > day_;
  if (has_turned_) {
    // The old day's last figures, at the prices that the new one begins with.
    for (std::size_t scope = 0; scope <= account(); ++scope) {
      value(scope, now);
      scopes_[scope].closing = scopes_[scope].figures;
    }
    turn_day(day, now);
  }
  settle_bases(now);
  for (std::size_t scope = 0; scope <= account(); ++scope) {
    value(scope, now);
    note_peak(scope, now);
  }
  return true;
}

/// What is read of the market is in the journal: no more of it than something hangs on.
bool ProfitBook::wants_price(std::size_t instrument) const noexcept {
  for (std::size_t scope = 0; scope <= account(); ++scope) {
    if (position(scope, instrument).held.quantity.raw != 0 || row_at(scope, instrument).base_waits)
      return true;
  }
  return false;
}

void ProfitBook::look_at_prices(Timestamp now) noexcept {
  for (std::size_t i = 0; i < prices_.size(); ++i) {
    if (wants_price(i)) look_at_price(i, now);
  }
  for (std::size_t c = 0; c < worth_.size(); ++c) {
    const auto one = conversions_.convert({kOne, CurrencyId{static_cast<std::uint16_t>(c)}}, now);
    if (one) worth_[c] = {one->raw, now};
  }
}

void ProfitBook::look_at_price(std::size_t instrument, Timestamp now) noexcept {
  const InstrumentId id{static_cast<std::uint32_t>(instrument)};
  auto price = references_.fresh_mark(id, now);
  if (!price) price = references_.fresh_reference(id, now);
  if (price) prices_[instrument] = {price->raw, now};
}

void ProfitBook::turn_day(Timestamp day, Timestamp now) noexcept {
  day_ = day;
  for (std::size_t scope = 0; scope <= account(); ++scope) {
    for (std::size_t i = 0; i < instruments_.size(); ++i) {
      const Position& held = position(scope, i);
      Row& row = row_at(scope, i);
      row.base_realised = held.realised_pnl.raw;
      row.base_fees = held.fees.raw + row.fees;
      row.base_funding = row.funding;
      row.base_unrealised = 0;
      row.base_held = held.held;
      row.base_waits = held.held.quantity.raw != 0;
      row.peak_waits = false;
      record_row(scope, i, now);
    }
    for (std::size_t c = 0; c < currencies_; ++c) {
      Money& money = money_at(scope, c);
      money.base_other = money.other;
      money.base_fees = money.fees;
      const CurrencyId currency{static_cast<std::uint16_t>(c)};
      // The account's own currency last, whatever is in it: the day has begun.
      const bool is_last = scope == account() && currency == conversions_.risk_currency();
      if (is_last || (money.other == 0 && money.fees == 0 && worth_[c].value == 0)) continue;
      record(
          DayMoneyRecord{money.base_other,
                         money.base_fees,
                         worth_[c].value,
                         day.nanos,
                         currency.value,
                         scope == account() ? StrategyId::kNone : static_cast<std::uint16_t>(scope),
                         scope == account() ? std::uint8_t{1} : std::uint8_t{0},
                         0,
                         {}},
          now);
    }
  }
  const CurrencyId risk = conversions_.risk_currency();
  const Money& money = money_at(account(), risk.value);
  record(DayMoneyRecord{money.base_other,
                        money.base_fees,
                        kOne,
                        day.nanos,
                        risk.value,
                        StrategyId::kNone,
                        1,
                        1,
                        {}},
         now);
}

void ProfitBook::settle_bases(Timestamp now) noexcept {
  for (std::size_t scope = 0; scope <= account(); ++scope) {
    for (std::size_t i = 0; i < instruments_.size(); ++i) {
      Row& row = row_at(scope, i);
      if (!row.base_waits || prices_[i].value == 0) continue;
      row.base_waits = false;
      const Int128 by =
          unrealised_pnl(instruments_[InstrumentId{static_cast<std::uint32_t>(i)}], row.base_held,
                         Price{static_cast<std::int64_t>(prices_[i].value)})
              .raw;
      add(row.base_unrealised, by);
      if (std::exchange(row.peak_waits, false)) shift_peak(i, by, now);
      record_row(scope, i, now);
    }
  }
}

void ProfitBook::record_row(std::size_t scope, std::size_t instrument, Timestamp now) noexcept {
  Row& row = row_at(scope, instrument);
  // One that was told must be told again when it ends, or a restart brings it back.
  if (!row.is_told && row.base_realised == 0 && row.base_fees == 0 && row.base_funding == 0 &&
      row.base_unrealised == 0 && row.base_held.quantity.raw == 0)
    return;
  row.is_told = true;
  DayRowRecord entry;
  entry.base_realised = row.base_realised;
  entry.base_fees = row.base_fees;
  entry.base_funding = row.base_funding;
  entry.base_unrealised = row.base_unrealised;
  entry.held_cost = row.base_held.cost;
  entry.held_quantity = row.base_held.quantity.raw;
  entry.price = row.base_waits ? 0 : static_cast<std::int64_t>(prices_[instrument].value);
  entry.day = day_.nanos;
  entry.instrument = static_cast<std::uint32_t>(instrument);
  entry.strategy = scope == account() ? StrategyId::kNone : static_cast<std::uint16_t>(scope);
  entry.is_account = scope == account() ? 1 : 0;
  entry.waits = row.peak_waits ? 2 : row.base_waits ? 1 : 0;
  record(entry, now);
}

void ProfitBook::add_rows(std::size_t scope) noexcept {
  for (std::size_t i = 0; i < instruments_.size(); ++i) {
    const Position& held = position(scope, i);
    const Row& row = row_at(scope, i);
    if (held.fills == 0 && held.held.quantity.raw == 0 && row.is_idle()) continue;
    Sums& sums = sums_[row_currency_[i].value];
    const Instrument& instrument = instruments_[InstrumentId{static_cast<std::uint32_t>(i)}];
    Int128 unrealised = 0;
    if (held.held.quantity.raw != 0) {
      const Price price{static_cast<std::int64_t>(prices_[i].value)};
      sums.price_time = std::min(sums.price_time, prices_[i].time);
      if (price.raw > 0) {
        unrealised = unrealised_pnl(instrument, held.held, price).raw;
        const bool is_long = held.held.quantity.raw > 0;
        const Quantity size = is_long ? held.held.quantity : Quantity{} - held.held.quantity;
        add(is_long ? sums.long_value : sums.short_value,
            order_notional(instrument, price, size).raw);
      }
    }
    sums.is_used = true;
    sums.is_priced =
        sums.is_priced && !row.base_waits && (held.held.quantity.raw == 0 || prices_[i].value != 0);
    const Int128 fees = add_saturating(held.fees.raw, row.fees);
    add(sums.realised, held.realised_pnl.raw - row.base_realised);
    add(sums.unrealised, unrealised - row.base_unrealised);
    add(sums.fees, fees - row.base_fees);
    add(sums.funding, row.funding - row.base_funding);
    add(sums.total, held.realised_pnl.raw);
    add(sums.total, unrealised);
    add(sums.total, row.funding - fees);
  }
}

void ProfitBook::value(std::size_t scope, Timestamp now) noexcept {
  std::ranges::fill(sums_, Sums{.price_time = now});
  add_rows(scope);
  ProfitFigures figures;
  figures.judged = scopes_[scope].figures.judged;
  figures.peak = scopes_[scope].figures.peak;
  bool is_priced = true;
  for (std::size_t c = 0; c < currencies_; ++c) {
    Sums& sums = sums_[c];
    const Money& money = money_at(scope, c);
    if (!sums.is_used && money.other == 0 && money.fees == 0) continue;
    add(sums.other, money.other - money.base_other);
    add(sums.fees, money.fees - money.base_fees);
    add(sums.total, money.other - money.fees);
    if (sums.is_priced && sums.is_nothing()) continue;  // whatever it is worth
    is_priced = is_priced && sums.is_priced && worth_[c].value != 0;
    figures.age = std::max({figures.age, now - sums.price_time, now - worth_[c].time});
    const auto convert = [&](Int128 raw, Int128& into) {
      if (raw == 0) return;  // most of what there is
      const auto worth = worth_[c].value == kOne
                             ? std::optional(raw)  // the risk currency itself
                             : mul_div(raw, worth_[c].value, kOne, Rounding::Nearest);
      is_priced = is_priced && worth.has_value();
      add(into, worth.value_or(0));
    };
    convert(sums.realised, figures.realised);
    convert(sums.unrealised, figures.unrealised);
    convert(sums.fees, figures.fees);
    convert(sums.funding, figures.funding);
    convert(sums.other, figures.other);
    convert(sums.total, figures.total);
    convert(sums.long_value, figures.long_value);
    convert(sums.short_value, figures.short_value);
  }
  figures.result = figures.realised;
  add(figures.result, figures.unrealised);
  add(figures.result, figures.funding - figures.fees);
  add(figures.result, figures.other);
  figures.valued = is_priced && figures.age <= settings_.price_age_max;
  figures.judged = figures.judged || figures.valued;
  scopes_[scope].figures = figures;
}

void ProfitBook::note_peak(std::size_t scope, Timestamp now) noexcept {
  Scope& at = scopes_[scope];
  ProfitFigures& figures = at.figures;
  if (figures.valued && (!at.has_peak || figures.total > figures.peak)) {
    figures.peak = figures.total;
    at.has_peak = true;
  }
  figures.drawdown = at.has_peak ? std::max<Int128>(0, figures.peak - figures.total) : 0;
  const bool is_due = at.peak_told.nanos == 0 || now - at.peak_told >= settings_.peak_spacing;
  if (!at.has_peak || figures.peak == at.told_peak || !is_due) return;
  at.told_peak = figures.peak;
  at.peak_told = now;
  PeakRecord entry;
  entry.peak = figures.peak;
  entry.currency = conversions_.risk_currency().value;
  entry.strategy = scope == account() ? StrategyId::kNone : static_cast<std::uint16_t>(scope);
  entry.is_account = scope == account() ? 1 : 0;
  record(entry, now);
}

void ProfitBook::restart_peak(StrategyId strategy, Timestamp now) noexcept {
  Scope& at = scopes_[scope_of(strategy)];
  at.has_peak = false;
  at.peak_told = {};
  note_peak(scope_of(strategy), now);
}

ProfitRow ProfitBook::row(StrategyId strategy, InstrumentId instrument) const noexcept {
  const std::size_t scope = scope_of(strategy);
  const Position& held = position(scope, instrument.value);
  const Row& row = row_at(scope, instrument.value);
  const CurrencyId currency = row_currency_[instrument.value];
  ProfitRow out;
  out.realised = held.realised_pnl;
  out.fees = {add_saturating(held.fees.raw, row.fees), currency};
  out.funding = {row.funding, currency};
  out.position = held.quantity();
  if (out.position.raw == 0) {
    out.unrealised = Amount{0, currency};
  } else if (const auto price = price_of(instrument)) {
    out.unrealised = unrealised_pnl(instruments_[instrument], held.held, *price);
  }
  return out;
}

std::optional<Int128> ProfitBook::value_of(const Amount& amount) const noexcept {
  if (amount.raw == 0) return 0;
  if (amount.currency.value >= currencies_ || worth_[amount.currency.value].value == 0)
    return std::nullopt;
  return mul_div(amount.raw, worth_[amount.currency.value].value, kOne, Rounding::Nearest);
}

std::optional<Price> ProfitBook::price_of(InstrumentId instrument) const noexcept {
  const Int128 price = prices_[instrument.value].value;
  if (price == 0) return std::nullopt;
  return Price{static_cast<std::int64_t>(price)};
}

void ProfitBook::restore(const DayRowRecord& record) noexcept {
  const bool is_account = record.is_account != 0;
  if (!instruments_.contains(InstrumentId{record.instrument}) ||
      (!is_account && record.strategy >= strategies_))
    return;
  Row& row = row_at(is_account ? account() : record.strategy, record.instrument);
  row.base_realised = record.base_realised;
  row.base_fees = record.base_fees;
  row.base_funding = record.base_funding;
  row.base_unrealised = record.base_unrealised;
  row.base_held = {{record.held_quantity}, record.held_cost};
  row.base_waits = record.waits != 0;
  row.peak_waits = record.waits == 2;
  row.is_told = true;
}

void ProfitBook::restore(const DayMoneyRecord& record) noexcept {
  const bool is_account = record.is_account != 0;
  if (record.begins != 0) day_ = std::max(day_, Timestamp{record.day});
  if (record.currency >= currencies_ || (!is_account && record.strategy >= strategies_)) return;
  Money& money = money_at(is_account ? account() : record.strategy, record.currency);
  money.base_other = record.base_other;
  money.base_fees = record.base_fees;
}

void ProfitBook::restore(const PeakRecord& record) noexcept {
  const bool is_account = record.is_account != 0;
  if (record.currency != conversions_.risk_currency().value ||
      (!is_account && record.strategy >= strategies_))
    return;
  Scope& at = scopes_[is_account ? account() : record.strategy];
  at.figures.peak = record.peak;
  at.told_peak = record.peak;
  at.has_peak = true;
}

void ProfitBook::restore(const BillRecord& record) noexcept { add_bill(from_record(record)); }

}  // namespace gannet::engine
