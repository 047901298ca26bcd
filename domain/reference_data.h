#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/time.h"
#include "domain/amount.h"
#include "domain/instrument.h"
#include "domain/orders.h"

namespace gannet {

// What a venue tells when it is asked, beside the streams: definitions' side tables, history, the
// account's settings, money. For start-up, `gannet` and warm-up; never on the hot path. Rows name
// instruments and currencies by their text, since lists hold many that no run has a number for:
// an Amount's `currency` is not set here, the row's own name says which. A price, quantity or rate
// is a Decimal as it stands; beyond 63 bits or 18 decimals (averages alone) it is rounded to the
// nearest. Absent and empty are nullopt where that says something else than zero.

// ---- definitions ----

/// Options and events: the tick by price.
struct TickBand {
  Decimal lowest_price;
  std::optional<Decimal> highest_price;  ///< absent: no end
  Decimal tick_size;
};
struct TickBands {
  InstrumentName family;
  std::vector<TickBand> bands;
};

/// Orders beyond them are refused.
struct PriceLimits {
  InstrumentName instrument;
  std::optional<Decimal> highest_buy;
  std::optional<Decimal> lowest_sell;
  bool enabled = false;
  Timestamp exchange_time;
};

/// Mark, index or estimated delivery price.
struct ReferencePriceRow {
  InstrumentName instrument;
  Decimal price;
  Timestamp exchange_time;
};

struct FundingRate {
  InstrumentName instrument;
  Decimal rate;                      ///< of the period that ends at `funding_time`
  std::optional<Decimal> next_rate;  ///< estimate; absent where the current one is charged
  std::optional<Decimal> lowest_rate;
  std::optional<Decimal> highest_rate;
  std::optional<Decimal> premium;
  Timestamp funding_time;
  Timestamp next_funding_time;
  Timestamp exchange_time;
};

/// One funding that was charged.
struct FundingCharge {
  InstrumentName instrument;
  Decimal rate;
  std::optional<Decimal> charged_rate;  ///< what was charged, where it differs from the prediction
  Timestamp funding_time;
};

struct OpenInterest {
  InstrumentName instrument;
  Decimal contracts;
  std::optional<Decimal> coins;
  std::optional<Amount> dollars;
  Timestamp exchange_time;
};

/// Margin needed up to a position of that size.
struct PositionTier {
  InstrumentName family;
  InstrumentName instrument;  ///< margin alone
  std::int64_t tier = 0;
  Decimal minimum_quantity;
  std::optional<Decimal> maximum_quantity;
  Decimal maintenance_margin_ratio;
  Decimal initial_margin_ratio;
  Decimal maximum_leverage;
};

struct DeliveryPrice {
  InstrumentName instrument;
  Decimal price;
  std::string kind;  ///< the venue's word: delivery, exercised, expired_otm
};
struct DeliveryRound {
  Timestamp time;
  std::vector<DeliveryPrice> prices;
};

struct OptionSummary {
  InstrumentName instrument;
  InstrumentName family;
  std::optional<Decimal> delta, gamma, vega, theta;  ///< in coin
  std::optional<Decimal> mark_volatility, bid_volatility, ask_volatility;
  std::optional<Decimal> forward_price;
  Timestamp exchange_time;
};

/// Names of the pairs that derivatives of one kind exist for.
struct UnderlyingList {
  std::vector<InstrumentName> names;
};

/// How much of a currency counts as collateral, and what may be borrowed free of interest.
struct CollateralDiscount {
  CurrencyName currency;
  std::optional<Amount> interest_free_quota;
  std::vector<Decimal> discount_rates;  ///< by rising amount
};

struct MaintenanceNotice {
  std::string title;
  std::string state;  ///< the venue's word: scheduled, ongoing, pre_open, completed, canceled
  Timestamp begin;
  Timestamp end;
  std::int64_t service = 0;  ///< the venue's number of what is maintained
};

struct VenueTime {
  Timestamp time;
};

// ---- market data ----

struct TickerRow {
  InstrumentName instrument;
  std::optional<Decimal> last_price;
  std::optional<Decimal> bid_price, bid_quantity;
  std::optional<Decimal> ask_price, ask_quantity;
  std::optional<Decimal> volume_24h;
  Timestamp exchange_time;
};

struct BookRow {
  struct Level {
    Decimal price;
    Decimal quantity;
    std::int64_t orders = 0;
  };
  std::vector<Level> asks;  ///< best first
  std::vector<Level> bids;  ///< best first
  std::optional<std::int64_t> sequence;
  Timestamp exchange_time;
};

/// One bar. Mark and index candles have no volume.
struct CandleRow {
  Timestamp open_time;
  Decimal open, high, low, close;
  std::optional<Decimal> volume;        ///< contracts, or base currency on spot
  std::optional<Decimal> volume_base;   ///< in coin
  std::optional<Decimal> volume_quote;  ///< in quote currency
  bool closed = false;                  ///< false: the bar is still running
};

struct PublicTrade {
  InstrumentName instrument;
  TradeId trade_id;
  Decimal price;
  Decimal quantity;
  Side side = Side::Buy;  ///< of the taker
  Timestamp exchange_time;
};

// ---- account ----

struct CurrencyBalance {
  CurrencyName currency;
  Amount equity;
  Amount cash;
  Amount available;
  Amount frozen;
  Amount unrealised;
  Amount liabilities;
};
struct AccountBalance {
  Amount total_equity;             ///< US dollars
  std::optional<Amount> adjusted;  ///< US dollars; margin modes alone
  std::optional<Decimal> margin_ratio;
  Timestamp exchange_time;
  std::vector<CurrencyBalance> currencies;
};

struct AccountPosition {
  InstrumentName instrument;
  std::string position_id;
  MarginMode margin_mode = MarginMode::Cross;
  PositionSide side = PositionSide::Net;
  Decimal quantity;  ///< signed in net mode
  std::optional<Decimal> average_entry_price;
  std::optional<Decimal> mark_price;
  std::optional<Decimal> liquidation_price;
  std::optional<Decimal> leverage;
  Amount unrealised;
  CurrencyName currency;  ///< of the margin
  Timestamp exchange_time;
};

struct ClosedPosition {
  InstrumentName instrument;
  std::string position_id;
  MarginMode margin_mode = MarginMode::Cross;
  std::optional<Decimal> average_entry_price;
  std::optional<Decimal> average_close_price;
  Amount profit;   ///< with fees, funding and penalties
  Amount fee;      ///< what was paid; a rebate is negative
  Amount funding;  ///< what was paid; what was received is negative
  Amount penalty;  ///< of a liquidation, paid
  CurrencyName currency;
  std::int64_t closed_by =
      0;  ///< the venue's number: 1 part, 2 all, 3 liquidation, 4 part of it, 5 ADL
  Timestamp exchange_time;
};

/// Balances and positions of one moment.
struct AccountRisk {
  struct Currency {
    CurrencyName currency;
    Amount equity;
    Amount counted;  ///< as collateral, US dollars
  };
  struct Position {
    InstrumentName instrument;
    std::string position_id;
    PositionSide side = PositionSide::Net;
    Decimal quantity;
    Amount dollars;
  };
  std::optional<Amount> adjusted_equity;  ///< US dollars
  std::vector<Currency> currencies;
  std::vector<Position> positions;
  Timestamp exchange_time;
};

struct RiskState {
  bool at_risk = false;  ///< portfolio margin: the account's automatic liquidation is near
  Timestamp exchange_time;
};

struct Leverage {
  InstrumentName instrument;
  CurrencyName currency;
  MarginMode margin_mode = MarginMode::Cross;
  PositionSide side = PositionSide::Net;
  Decimal leverage;
};

/// The largest order, or what is available for one.
struct LargestQuantity {
  InstrumentName instrument;
  CurrencyName currency;
  Decimal buy;
  Decimal sell;
};

struct AvailableMoney {
  CurrencyName currency;
  Amount amount;
};

/// Rates that are paid: a rebate is negative. (The venue writes them the other way round.)
struct FeeRates {
  struct Group {
    std::string group;  ///< the venue's number of a group of instruments
    Decimal maker;
    Decimal taker;
  };
  std::string level;  ///< the venue's name of the tier
  std::vector<Group> groups;
  std::optional<Decimal> maker;  ///< where one pair stands for all
  std::optional<Decimal> taker;
  std::optional<Decimal> delivery;
  Timestamp exchange_time;
};

/// One change of a balance.
struct Bill {
  std::uint64_t bill_id = 0;
  std::int64_t kind = 0;  ///< the venue's number: 2 trade, 8 funding fee, ...
  std::int64_t sub_kind = 0;
  CurrencyName currency;
  Amount change;
  Amount balance;             ///< after it
  Amount profit;              ///< funding bills: the funding
  Amount fee;                 ///< paid; a rebate is negative
  InstrumentName instrument;  ///< "" where none is concerned
  VenueOrderId venue_id;
  TradeId trade_id;
  std::optional<Decimal> quantity;
  std::optional<Decimal> price;
  Timestamp exchange_time;
};

struct CurrencyGreeks {
  CurrencyName currency;
  std::optional<Decimal> delta, gamma, vega, theta;  ///< in coin
  Timestamp exchange_time;
};

/// Portfolio margin: the largest position of a family.
struct LargestPosition {
  InstrumentName family;
  std::optional<Decimal> maximum_quantity;
};

/// New and amended orders in two seconds, over all derivatives of the account.
struct OrderRateLimit {
  std::optional<Decimal> fill_ratio;
  std::int64_t limit = 0;
  std::optional<std::int64_t> next_limit;
  Timestamp exchange_time;
};

// ---- orders ----

/// The venue's word on one order operation; 0 is success.
struct OrderReply {
  std::int64_t code = 0;
  std::string message;
  VenueOrderId venue_id;
};

/// When the dead-man timer will cancel; the epoch: it is disarmed.
struct DeadManTimer {
  Timestamp trigger;
};

/// An order as history tells it.
struct OrderRecord {
  InstrumentName instrument;
  VenueOrderId venue_id;
  std::string client_id;  ///< as written: not all are ours
  std::string tag;
  Side side = Side::Buy;
  std::string kind;   ///< the venue's word of its type
  std::string state;  ///< the venue's word
  std::optional<Decimal> price;
  Decimal quantity;
  Decimal cumulative_quantity;
  std::optional<Decimal> average_price;
  Amount fee;  ///< paid; a rebate is negative
  CurrencyName fee_currency;
  Timestamp create_time;
  Timestamp update_time;
};

struct FillRecord {
  InstrumentName instrument;
  std::uint64_t bill_id = 0;
  VenueOrderId venue_id;
  std::string client_id;
  TradeId trade_id;
  Side side = Side::Buy;
  bool maker = false;
  Decimal price;
  Decimal quantity;
  Amount fee;  ///< paid; a rebate is negative
  CurrencyName fee_currency;
  Timestamp exchange_time;
};

// ---- funding account ----

struct FundingBalance {
  CurrencyName currency;
  Amount balance;
  Amount frozen;
  Amount available;
};

struct FundingBill {
  std::uint64_t bill_id = 0;
  CurrencyName currency;
  Amount change;
  Amount balance;  ///< after it
  std::int64_t kind = 0;
  Timestamp exchange_time;
};

/// A deposit or a withdrawal.
struct MoneyMovement {
  std::string id;
  CurrencyName currency;
  std::string chain;
  Amount amount;
  Amount fee;
  std::int64_t state = 0;  ///< the venue's number: withdrawal 2, deposit 2: done
  Timestamp exchange_time;
};

struct AccountValuation {
  Amount total;  ///< in the currency that was asked for
  Timestamp exchange_time;
};

/// Plain decimal text without trailing zeros.
inline std::string to_string(const Decimal& value) {
  char text[kMaxUnitsText];
  return std::string(text, format_units(text, value.mantissa, value.digits));
}

}  // namespace gannet
