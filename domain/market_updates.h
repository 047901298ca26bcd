#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <variant>

#include "base/fixed_string.h"
#include "base/time.h"
#include "domain/ids.h"
#include "domain/instrument.h"
#include "domain/market_events.h"
#include "domain/units.h"

namespace gannet {

// What a market tells beside books, trades, tickers, mark and index. Figures that no limit and no
// order is reckoned with are `double`: statistics and signals.

/// Length of a bar and where long ones begin. Bars under 6 h begin alike everywhere. Months are
/// calendar months, named by 30 days, quarters by 90.
struct CandlePeriod {
  Nanos length;
  bool from_utc8 = false;  ///< bars of 6 h and longer begin by UTC+8 instead of UTC
  friend constexpr bool operator==(const CandlePeriod&, const CandlePeriod&) noexcept = default;
};

/// One bar as it stands; the one that is `complete` is the last of its open time.
struct CandleEvent {
  enum class Kind : std::uint8_t { Trade, Mark, Index };

  InstrumentId instrument;
  Kind kind = Kind::Trade;
  bool complete = false;
  bool warm_up = false;  ///< history, told before the strategy starts
  CandlePeriod period;
  Timestamp open_time;
  Price open, high, low, close;
  Quantity volume;  ///< Trade only: contracts, or base currency on spot
  Timestamp receive_time;
};

/// Funding of a perpetual. Rates are of the position's value; positive: longs pay shorts.
struct FundingEvent {
  InstrumentId instrument;
  Decimal rate;                         ///< as reckoned so far for the coming settlement
  std::optional<Decimal> minimum_rate;  ///< its floor and cap
  std::optional<Decimal> maximum_rate;
  std::optional<Decimal> settled_rate;  ///< of the settlement that is running or was last
  Timestamp funding_time;               ///< the coming settlement
  Timestamp next_funding_time;          ///< the one after it
  Timestamp exchange_time;
  Timestamp receive_time;
};

struct OpenInterestEvent {
  InstrumentId instrument;
  Quantity open_interest;  ///< contracts
  double value_usd = 0;    ///< 0: not told
  Timestamp exchange_time;
  Timestamp receive_time;
};

/// The venue takes no buy above and no sell below. It tells changes alone: the last one holds while
/// the connection does. Both absent: no limit is in force.
struct PriceLimitEvent {
  InstrumentId instrument;
  std::optional<Price> highest_buy;
  std::optional<Price> lowest_sell;
  Timestamp exchange_time;
  Timestamp receive_time;
};

/// The price that a coming delivery, exercise or settlement would have now.
struct EstimatedPriceEvent {
  enum class Kind : std::uint8_t { Delivery, Exercise, Settlement, Unknown };
  InstrumentId instrument;
  Kind kind = Kind::Unknown;
  Price price;  ///< rounded to the nearest unit
  Timestamp exchange_time;
  Timestamp receive_time;
};

/// Greeks and volatilities of an option; NaN where the venue tells none. `coin`: in the settlement
/// coin; `dollar`: by Black-Scholes, in dollars.
struct OptionSummaryEvent {
  struct Greeks {
    double delta, gamma, theta, vega;
  };
  InstrumentId instrument;
  Greeks coin{};
  Greeks dollar{};
  double mark_volatility = 0;
  double bid_volatility = 0;
  double ask_volatility = 0;
  double volatility_level = 0;
  double leverage = 0;
  double forward_price = 0;
  Timestamp exchange_time;
  Timestamp receive_time;
};

/// A position that the venue took over. Not every one is told, nor in order of time.
struct LiquidationEvent {
  InstrumentId instrument;
  Side side = Side::Buy;  ///< of the liquidating order: Sell ends a long position
  Price bankruptcy_price;
  Quantity quantity;
  double loss = 0;  ///< of the bankruptcy, in the settlement currency
  Timestamp exchange_time;
  Timestamp receive_time;
};

/// State of the insurance fund behind the instrument's family.
struct AdlWarningEvent {
  enum class State : std::uint8_t { Normal, Warning, Deleveraging, Unknown };
  InstrumentId instrument;
  State state = State::Unknown;
  double fund_balance = 0;  ///< 0: not told
  Timestamp exchange_time;
  Timestamp receive_time;
};

/// One match of an option, with what it says of volatility. Prices that are not the option's are
/// `double`: they are in another unit.
struct OptionTradeEvent {
  InstrumentId instrument;
  Side aggressor = Side::Buy;
  Price price;
  Quantity quantity;
  TradeId trade_id;
  double volatility = 0;
  double forward_price = 0;
  double index_price = 0;
  double mark_price = 0;
  Timestamp exchange_time;
  Timestamp receive_time;
};

/// A maintenance of the venue.
struct VenueStatusEvent {
  enum class State : std::uint8_t { Scheduled, Ongoing, PreOpen, Completed, Cancelled, Unknown };
  enum class Service : std::uint8_t { Sockets, Trading, Other };
  State state = State::Unknown;
  Service service = Service::Other;
  bool of_demo = false;  ///< concerns the venue's demo, not its production
  Timestamp begin;       ///< zero: not told
  Timestamp end;
  FixedString<63> title;  ///< for people; cut
  Timestamp exchange_time;
  Timestamp receive_time;
};

/// Stable words, for logs and tools.
std::string_view name_of(CandleEvent::Kind kind) noexcept;
std::string_view name_of(EstimatedPriceEvent::Kind kind) noexcept;
std::string_view name_of(AdlWarningEvent::State state) noexcept;
std::string_view name_of(VenueStatusEvent::State state) noexcept;
std::string_view name_of(VenueStatusEvent::Service service) noexcept;

using MarketUpdate = std::variant<CandleEvent, FundingEvent, OpenInterestEvent, PriceLimitEvent,
                                  EstimatedPriceEvent, OptionSummaryEvent, LiquidationEvent,
                                  AdlWarningEvent, OptionTradeEvent, VenueStatusEvent>;

/// Invalid for what concerns the whole venue.
constexpr InstrumentId instrument_of(const MarketUpdate& update) noexcept {
  return std::visit(
      [](const auto& event) -> InstrumentId {
        if constexpr (requires { event.instrument; }) return event.instrument;
        return {};
      },
      update);
}
constexpr Timestamp receive_time_of(const MarketUpdate& update) noexcept {
  return std::visit([](const auto& event) { return event.receive_time; }, update);
}

/// A definition that the venue told while we run, in the units that are fixed for the run. Absent:
/// not told.
struct InstrumentChange {
  InstrumentId instrument;
  InstrumentState state = InstrumentState::Unknown;
  std::optional<Price> tick_size;
  std::optional<Quantity> lot_size;
  std::optional<Quantity> minimum_quantity;
  std::optional<Quantity> maximum_limit_quantity;
  std::optional<Quantity> maximum_market_quantity;
  std::optional<Decimal> contract_value;
  std::optional<Decimal> contract_multiplier;
  std::optional<Timestamp> expiry_time;
  bool unit_too_coarse = false;  ///< the new tick or lot is finer than our unit: hold until restart
};

/// The contract is worth something else than when we started: limits, positions and their costs
/// were reckoned with the old value.
bool changes_contract(const InstrumentChange& change, const Instrument& instrument) noexcept;
/// Takes over the state and everything that fits the units of the run; not the contract's value.
/// True: something beside the state is another than before.
bool apply(const InstrumentChange& change, Instrument& instrument) noexcept;

}  // namespace gannet
