#pragma once

#include <cstddef>
#include <cstdint>
#include <expected>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/error.h"
#include "domain/instrument_table.h"
#include "risk/settings.h"

namespace gannet::risk {

/// The limits that meet one order, in the instrument's own units; "no limit" is the largest value.
struct ResolvedLimits {
  static constexpr std::int64_t kNoQuantity = std::numeric_limits<std::int64_t>::max();
  static constexpr __int128 kNoNotional =
      static_cast<__int128>(~static_cast<unsigned __int128>(0) >> 1);

  Quantity order_quantity_max{kNoQuantity};
  __int128 order_notional_max = kNoNotional;  ///< 10^-18 of the risk currency
  Quantity position_long_max{kNoQuantity};
  Quantity position_short_max{kNoQuantity};
  std::uint32_t open_orders_max = std::numeric_limits<std::uint32_t>::max();
  std::uint32_t price_collar_ppm = std::numeric_limits<std::uint32_t>::max();
  /// 10^-18 of the risk currency: of the account in this instrument, or of the strategy in all.
  __int128 gross_notional_max = kNoNotional;
  __int128 net_notional_max = kNoNotional;
  /// A size limit in a unit that the instrument does not have: it allows nothing. Null: none.
  const char* mismatched_key = nullptr;
};

/// Settings turned into dense tables of exact units, and which strategy may trade what. Sizes in
/// base currency become contracts by the contract value, rounded down. Thread: built at start-up,
/// then read-only (the reactor).
class LimitTable {
 public:
  /// `strategies`: instance names, in the order of StrategyId. Errors, naming the key: an unknown
  /// instrument or strategy, a notional out of range. A size in a unit that an instrument does not
  /// have (contracts of a spot instrument, BTC of an ETH contract) allows nothing there; it is an
  /// error only when a strategy wants to trade it.
  static std::expected<LimitTable, Error> build(const Settings& settings,
                                                const InstrumentTable& instruments,
                                                const CurrencyTable& currencies,
                                                std::span<const std::string> strategies);

  /// Until then the strategy's orders in that instrument are denied (InstrumentNotYours). Error: a
  /// size that limits it is in a unit that it does not have.
  std::expected<void, Error> permit(StrategyId strategy, const Instrument& instrument);
  bool permits(StrategyId strategy, InstrumentId instrument) const noexcept;

  /// Of the account's whole position and orders in the instrument (account and instrument levels
  /// joined: the tighter of each); open_orders_max is the instrument level's.
  const ResolvedLimits& of_instrument(InstrumentId instrument) const noexcept {
    return by_instrument_[instrument.value];
  }
  /// Of the strategy in the instrument; open_orders_max is the strategy's over all instruments.
  const ResolvedLimits& of_strategy(StrategyId strategy, InstrumentId instrument) const noexcept {
    return by_strategy_[strategy.value * instruments_ + instrument.value];
  }
  std::uint32_t account_open_orders_max() const noexcept { return account_open_orders_max_; }
  __int128 account_gross_max() const noexcept { return account_gross_max_; }
  __int128 account_net_max() const noexcept { return account_net_max_; }
  std::optional<std::uint64_t> leverage_max_ppm() const noexcept { return leverage_max_ppm_; }
  std::optional<__int128> free_margin_min() const noexcept { return free_margin_min_; }
  /// Any limit of PRE-07 is set: orders are compared with the whole portfolio.
  bool limits_portfolio() const noexcept { return limits_portfolio_; }
  /// One of leverage or free margin is: balances must be known.
  bool limits_funds() const noexcept {
    return leverage_max_ppm_.has_value() || free_margin_min_.has_value();
  }
  /// What a worst-case notional (10^-18 of the risk currency) needs of margin: all of it, until its
  /// leverage is told.
  __int128 margin_of(InstrumentId instrument, __int128 notional) const noexcept;
  /// Before trading starts. Requires leverage > 0.
  void set_leverage(InstrumentId instrument, const Decimal& leverage) noexcept;
  /// The same strategies and instruments as in a table before: reloaded limits permit no more.
  std::expected<void, Error> permit_like(const LimitTable& before,
                                         const InstrumentTable& instruments);
  Nanos metadata_age_max() const noexcept { return metadata_age_max_; }
  /// Whether the venue keeps an order of such an instrument from increasing a position when told
  /// to.
  bool venue_reduces(InstrumentKind kind) const noexcept {
    return venue_reduces_ && kind != InstrumentKind::Spot && kind != InstrumentKind::Option;
  }
  std::size_t strategies() const noexcept { return strategies_; }
  std::size_t instruments() const noexcept { return instruments_; }

 private:
  LimitTable() = default;
  std::expected<void, Error> read_account(const Limits& limits);

  std::size_t strategies_ = 0;
  std::size_t instruments_ = 0;
  std::vector<ResolvedLimits> by_instrument_;
  std::vector<ResolvedLimits> by_strategy_;  // [strategy][instrument]
  std::vector<std::uint8_t> permitted_;      // [strategy][instrument]
  std::uint32_t account_open_orders_max_ = std::numeric_limits<std::uint32_t>::max();
  __int128 account_gross_max_ = ResolvedLimits::kNoNotional;
  __int128 account_net_max_ = ResolvedLimits::kNoNotional;
  std::optional<std::uint64_t> leverage_max_ppm_;
  std::optional<__int128> free_margin_min_;
  bool limits_portfolio_ = false;
  bool is_canary_ = false;
  std::vector<Decimal> leverage_;  // by instrument
  Nanos metadata_age_max_;
  bool venue_reduces_ = true;
};

}  // namespace gannet::risk
