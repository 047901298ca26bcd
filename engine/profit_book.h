#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "domain/bills.h"
#include "domain/instrument_table.h"
#include "domain/notional.h"
#include "engine/journal.h"
#include "engine/position_keeper.h"
#include "risk/conversion_table.h"
#include "risk/reference_prices.h"

namespace gannet::engine {

struct ProfitBookSettings {
  Nanos day_start;                         ///< of the trading day, after 00:00 UTC; below 24 h
  Nanos price_age_max = seconds(75);       ///< older ones value nothing that a limit may rest on
  Nanos look_spacing = milliseconds(100);  ///< between two valuations (POST-07)
  Nanos peak_spacing = seconds(10);        ///< between two records of a risen peak
};

/// What somebody earned and holds, in the risk currency (10^-18): of the account or one strategy.
/// `result` is exactly realised + unrealised - fees + funding + other, each converted by itself.
struct ProfitFigures {
  // Since the day began; `unrealised` is its change since then.
  __int128 realised = 0;
  __int128 unrealised = 0;
  __int128 fees = 0;     ///< paid; a rebate is negative
  __int128 funding = 0;  ///< received; paid is negative
  __int128 other = 0;    ///< interest, penalties, clawbacks, deliveries: income positive
  __int128 result = 0;
  // Since the journal began.
  __int128 total = 0;
  __int128 peak = 0;  ///< largest total since the last resume that followed a drawdown limit
  __int128 drawdown = 0;
  // Now.
  __int128 long_value = 0;   ///< of positions above zero
  __int128 short_value = 0;  ///< of those below, as a magnitude
  bool valued = false;       ///< every part has a price no older than price_age_max
  bool judged = false;       ///< it has been valued since the start
  Nanos age;                 ///< of the oldest price used
};

/// The same of one instrument, in its notional currency and not since the day began but ever.
struct ProfitRow {
  Amount realised;
  Amount fees;
  Amount funding;
  std::optional<Amount> unrealised;  ///< absent: no price was ever told
  Quantity position;
};

/// Profit by strategy, instrument and account (PRE-15, POST-07, POST-10). Realised profit and fees
/// are those of the booked fills (PositionKeeper); funding, interest, penalties and the like are
/// the venue's bills; money that came or went is in neither. All sums are exact in the currency
/// they arose in; converted to the risk currency where they are read, at the price of that moment.
///
/// Valuation: mark price, else the middle of the book or the index; when none is fresh the last one
/// known, with its age. Beyond `price_age_max`, or never told, the figures are not `valued`.
///
/// The day begins at a fixed time of UTC. What each row was worth then is its base, written to the
/// journal with the prices it was reckoned with; with the fills and bills there, a restart finds
/// the same sums. A base waits for the first price where none is known at that time.
///
/// Funding bills name an instrument: strategies share them by their positions at the full hour that
/// the bill belongs to; what cannot be divided stays with the account alone.
///
/// Thread: the reactor. Allocates at construction only; reads no clock.
class ProfitBook {
 public:
  ProfitBook(const InstrumentTable& instruments, std::size_t currencies, std::size_t strategies,
             const PositionKeeper& positions, const risk::ReferencePrices& references,
             const risk::ConversionTable& conversions, Journal& journal,
             const ProfitBookSettings& settings);

  /// Just before the keeper is told of it.
  void on_fill(StrategyId strategy, InstrumentId instrument, const Fill& fill) noexcept;
  void on_bill(const BillReport& bill) noexcept;
  /// Just after the keeper took the venue's position of the account for its own: what that is worth
  /// more or less was not earned today, and is no drawdown.
  void on_adjusted(InstrumentId instrument, const PositionCost& before, Timestamp now) noexcept;
  /// Begins the day that `now` is in, unless the journal said so already.
  void start(Timestamp now) noexcept;
  /// Values everything when it is due, and turns the day. True: there are new figures.
  bool on_timer(Timestamp now) noexcept;
  /// Whether the last look turned the day: `closing` is what the one before ended with.
  bool has_turned() const noexcept { return has_turned_; }
  const ProfitFigures& closing(StrategyId strategy) const noexcept {
    return scopes_[scope_of(strategy)].closing;
  }

  /// An invalid strategy: the account.
  const ProfitFigures& figures(StrategyId strategy) const noexcept {
    return scopes_[scope_of(strategy)].figures;
  }
  ProfitRow row(StrategyId strategy, InstrumentId instrument) const noexcept;
  /// The drawdown begins anew from what there is.
  void restart_peak(StrategyId strategy, Timestamp now) noexcept;
  Timestamp day_start() const noexcept { return day_; }
  /// Risk currency value of an amount at the last known price; nothing: never told, or out of
  /// range.
  std::optional<__int128> value_of(const Amount& amount) const noexcept;
  /// What valued the instrument last; nothing: never told.
  std::optional<Price> price_of(InstrumentId instrument) const noexcept;

  // What the journal of earlier runs says, in its order, fills between by `on_fill`.
  void restore(const DayRowRecord& record) noexcept;
  void restore(const DayMoneyRecord& record) noexcept;
  void restore(const PeakRecord& record) noexcept;
  void restore(const BillRecord& record) noexcept;

 private:
  /// Of one instrument in one scope, beside what the keeper has. Raw 10^-18 notional currency.
  struct Row {
    __int128 fees = 0;  // paid in another currency, at the fill's price
    __int128 funding = 0;
    // When the day began:
    __int128 base_realised = 0;
    __int128 base_fees = 0;
    __int128 base_funding = 0;
    __int128 base_unrealised = 0;
    PositionCost base_held;  // until there is a price for it
    bool base_waits = false;
    bool peak_waits = false;  // likewise: for what an adjustment brought
    bool is_told = false;     // the journal holds a record of it
    bool is_idle() const noexcept {
      return fees == 0 && funding == 0 && base_realised == 0 && base_fees == 0 &&
             base_funding == 0 && base_unrealised == 0 && !base_waits;
    }
  };
  /// Of one currency in one scope.
  struct Money {
    __int128 other = 0;
    __int128 fees = 0;  // in a currency that the fill's price does not convert
    __int128 base_other = 0;
    __int128 base_fees = 0;
  };
  struct Scope {
    ProfitFigures figures;
    ProfitFigures closing;              // of the day before
    std::optional<__int128> told_peak;  // nothing: the journal has none
    Timestamp peak_told;
    bool has_peak = false;
  };
  struct Known {
    __int128 value = 0;  // raw price, or 10^-18 of the risk currency; 0: never told
    Timestamp time;
  };
  /// Of one currency in one scope, raw.
  struct Sums {
    __int128 realised = 0, unrealised = 0, fees = 0, funding = 0, other = 0;  // of the day
    __int128 total = 0;
    __int128 long_value = 0, short_value = 0;
    Timestamp price_time{};  // of the oldest price used
    bool is_used = false;
    bool is_priced = true;
    bool is_nothing() const noexcept {
      return realised == 0 && unrealised == 0 && fees == 0 && funding == 0 && other == 0 &&
             total == 0 && long_value == 0 && short_value == 0;
    }
  };

  std::size_t account() const noexcept { return strategies_; }
  std::size_t scope_of(StrategyId strategy) const noexcept {
    return strategy.value < strategies_ ? strategy.value : account();
  }
  const Position& position(std::size_t scope, std::size_t instrument) const noexcept;
  Row& row_at(std::size_t scope, std::size_t instrument) noexcept {
    return rows_[scope * instruments_.size() + instrument];
  }
  const Row& row_at(std::size_t scope, std::size_t instrument) const noexcept {
    return rows_[scope * instruments_.size() + instrument];
  }
  Money& money_at(std::size_t scope, std::size_t currency) noexcept {
    return money_[scope * currencies_ + currency];
  }
  void add_bill(const BillReport& bill) noexcept;
  void share_funding(const BillReport& bill) noexcept;
  void note_hour(Timestamp exchange_time) noexcept;
  bool wants_price(std::size_t instrument) const noexcept;
  void look_at_prices(Timestamp now) noexcept;
  void turn_day(Timestamp day, Timestamp now) noexcept;
  void settle_bases(Timestamp now) noexcept;
  void shift_peak(std::size_t instrument, __int128 by, Timestamp now) noexcept;
  void look_at_price(std::size_t instrument, Timestamp now) noexcept;
  void add_rows(std::size_t scope) noexcept;
  void value(std::size_t scope, Timestamp now) noexcept;
  void note_peak(std::size_t scope, Timestamp now) noexcept;
  void record_row(std::size_t scope, std::size_t instrument, Timestamp now) noexcept;
  template <class Record>
  void record(const Record& what, Timestamp now) noexcept {
    lost_ += append(journal_, what, now) ? 0u : 1u;
  }

  const InstrumentTable& instruments_;
  std::size_t currencies_;
  std::size_t strategies_;
  const PositionKeeper& positions_;
  const risk::ReferencePrices& references_;
  const risk::ConversionTable& conversions_;
  Journal& journal_;
  ProfitBookSettings settings_;
  std::vector<CurrencyId> row_currency_;  // by instrument: of its notional
  std::vector<Row> rows_;                 // [scope][instrument]; the last scope is the account
  std::vector<Money> money_;              // [scope][currency]
  std::vector<Scope> scopes_;
  std::vector<Sums> sums_;             // by currency, of the scope at hand
  std::vector<Known> prices_;          // by instrument
  std::vector<Known> worth_;           // by currency
  std::vector<std::int64_t> at_hour_;  // [scope][instrument]: raw quantities
  Timestamp hour_;
  Timestamp day_;
  Timestamp next_look_;
  bool has_turned_ = false;
  std::uint64_t lost_ = 0;  // records that found no room
};

}  // namespace gannet::engine
