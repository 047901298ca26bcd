// The C++ face of gannet/abi.h: header only, C++20, the standard library alone.
//
//   class JoinBid : public gannet::Strategy { ... };
//   GANNET_STRATEGY(JoinBid)
//
// A strategy derives from gannet::Strategy, says in `static void describe(gannet::Description&)`
// what it is, which parameters it takes and which channels it wants, reads its parameters in its
// constructor, and overrides the handlers it needs. Exceptions may leave a handler: they end at the
// boundary, the strategy is stopped and its orders are cancelled.
//
// Everything runs on one thread per strategy. Views (Book, events) are valid during the handler.
#ifndef GANNET_STRATEGY_HPP
#define GANNET_STRATEGY_HPP

#include <array>
#include <cmath>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <exception>
#include <limits>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "gannet/abi.h"

namespace gannet {
// Its own names in the linker's eyes: a plugin's Price is not the engine's.
inline namespace abi_v1 {

// ---- values ------------------------------------------------------------------------------------

/// Exact count of an instrument's own decimal unit. The tag keeps a Price from being added to a
/// Quantity; only values of one instrument may meet.
template <class Tag>
struct Exact {
  std::int64_t raw = 0;

  friend constexpr auto operator<=>(Exact, Exact) noexcept = default;
  friend constexpr Exact operator+(Exact a, Exact b) noexcept { return {a.raw + b.raw}; }
  friend constexpr Exact operator-(Exact a, Exact b) noexcept { return {a.raw - b.raw}; }
  friend constexpr Exact operator-(Exact a) noexcept { return {-a.raw}; }
  friend constexpr Exact operator*(Exact a, std::int64_t n) noexcept { return {a.raw * n}; }
};
using Price = Exact<struct PriceTag>;
using Quantity = Exact<struct QuantityTag>;

/// Nanoseconds.
struct Duration {
  std::int64_t nanos = 0;
  friend constexpr auto operator<=>(Duration, Duration) noexcept = default;
};
constexpr Duration milliseconds(std::int64_t n) noexcept { return {n * 1'000'000}; }
constexpr Duration seconds(std::int64_t n) noexcept { return {n * 1'000'000'000}; }

/// Nanoseconds since the Unix epoch, UTC.
struct Time {
  std::int64_t nanos = 0;
  constexpr bool is_set() const noexcept { return nanos != 0; }
  friend constexpr auto operator<=>(Time, Time) noexcept = default;
  friend constexpr Duration operator-(Time a, Time b) noexcept { return {a.nanos - b.nanos}; }
  friend constexpr Time operator+(Time t, Duration d) noexcept { return {t.nanos + d.nanos}; }
};

enum class Side : std::uint8_t { Buy = GANNET_BUY, Sell = GANNET_SELL };
constexpr Side opposite(Side side) noexcept { return side == Side::Buy ? Side::Sell : Side::Buy; }
enum class TimeInForce : std::uint8_t {
  GoodTillCancel = GANNET_GOOD_TILL_CANCEL,
  ImmediateOrCancel = GANNET_IMMEDIATE_OR_CANCEL,
  FillOrKill = GANNET_FILL_OR_KILL
};
enum class Rounding : std::uint8_t { Down, Up, Nearest };
enum class BookFeed : std::uint32_t {
  Best = GANNET_BOOK_BEST,
  Top5 = GANNET_BOOK_TOP5,
  Depth400 = GANNET_BOOK_DEPTH400,
  Depth400Fast = GANNET_BOOK_DEPTH400_FAST,
  Depth50Fast = GANNET_BOOK_DEPTH50_FAST,
  Depth400Retail = GANNET_BOOK_DEPTH400_RETAIL
};

/// Names an instrument; dense, valid for the run.
struct InstrumentId {
  std::uint32_t value = GANNET_NO_INSTRUMENT;
  constexpr bool is_set() const noexcept { return value != GANNET_NO_INSTRUMENT; }
  friend constexpr auto operator<=>(InstrumentId, InstrumentId) noexcept = default;
};

/// What a strategy holds for its order, from the moment it places it.
struct OrderHandle {
  std::uint64_t value = 0;
  constexpr bool is_set() const noexcept { return value != 0; }
  friend constexpr auto operator<=>(OrderHandle, OrderHandle) noexcept = default;
};

/// Definition of an instrument, and the doors between exact values and `double`.
class Instrument {
 public:
  Instrument() = default;
  explicit Instrument(const gannet_instrument& raw) noexcept : raw_(raw) {}

  InstrumentId id() const noexcept { return {raw_.id}; }
  std::string_view name() const noexcept { return raw_.name; }
  Price tick() const noexcept { return {raw_.tick_size}; }
  Quantity lot() const noexcept { return {raw_.lot_size}; }
  Quantity minimum_quantity() const noexcept { return {raw_.minimum_quantity}; }
  const gannet_instrument& raw() const noexcept { return raw_; }

  double to_double(Price price) const noexcept {
    return static_cast<double>(price.raw) / power_of_ten(raw_.price_digits);
  }
  double to_double(Quantity quantity) const noexcept {
    return static_cast<double>(quantity.raw) / power_of_ten(raw_.quantity_digits);
  }
  /// The only way from a signal to a price. Throws std::range_error if it is not finite or too big.
  Price round_to_tick(double price, Rounding rounding) const {
    const double ticks =
        price * power_of_ten(raw_.price_digits) / static_cast<double>(raw_.tick_size);
    const double whole = rounding == Rounding::Down ? std::floor(ticks)
                         : rounding == Rounding::Up ? std::ceil(ticks)
                                                    : std::round(ticks);
    // Above 2^53 a double no longer counts every tick.
    if (!(std::abs(whole) < 9007199254740992.0)) throw std::range_error("not a price");
    return {static_cast<std::int64_t>(whole) * raw_.tick_size};
  }
  Price round_to_tick(Price price, Rounding rounding) const noexcept {
    return {round(price.raw, raw_.tick_size, rounding)};
  }
  Quantity round_to_lot(Quantity quantity, Rounding rounding) const noexcept {
    return {round(quantity.raw, raw_.lot_size, rounding)};
  }

 private:
  static double power_of_ten(int n) noexcept {
    double value = 1;
    for (int i = 0; i < n; ++i) value *= 10;
    return value;
  }
  static std::int64_t round(std::int64_t value, std::int64_t step, Rounding rounding) noexcept {
    std::int64_t rest = value % step;
    if (rest < 0) rest += step;
    const std::int64_t down = value - rest;
    if (rest == 0 || rounding == Rounding::Down) return down;
    if (rounding == Rounding::Up) return down + step;
    return rest * 2 >= step ? down + step : down;
  }

  gannet_instrument raw_{};
};

// ---- events ------------------------------------------------------------------------------------

struct Level {
  Price price;
  Quantity quantity;
};

/// One side of a book, best first.
class BookSide {
 public:
  explicit BookSide(const gannet_book_side& raw) noexcept : raw_(raw) {}
  std::size_t size() const noexcept { return raw_.count; }
  bool empty() const noexcept { return raw_.count == 0; }
  /// Requires i < size().
  Level operator[](std::size_t i) const noexcept {
    const gannet_level& level = raw_.best[static_cast<std::int64_t>(i) * raw_.step];
    return {{level.price}, {level.quantity}};
  }

 private:
  const gannet_book_side& raw_;
};

/// A proven book of one instrument.
class Book {
 public:
  explicit Book(const gannet_book& raw) noexcept : raw_(raw) {}
  InstrumentId instrument() const noexcept { return {raw_.instrument}; }
  BookFeed feed() const noexcept { return static_cast<BookFeed>(raw_.feed); }
  BookSide bids() const noexcept { return BookSide(raw_.bids); }
  BookSide asks() const noexcept { return BookSide(raw_.asks); }
  /// Both sides have a price. A thin market may lack one.
  bool is_two_sided() const noexcept { return raw_.bids.count > 0 && raw_.asks.count > 0; }
  /// Require a level on that side.
  Level best_bid() const noexcept { return bids()[0]; }
  Level best_ask() const noexcept { return asks()[0]; }
  Time exchange_time() const noexcept { return {raw_.exchange_time}; }
  Time receive_time() const noexcept { return {raw_.receive_time}; }
  const gannet_book& raw() const noexcept { return raw_; }

 private:
  const gannet_book& raw_;
};

enum class OrderEventKind : std::uint32_t {
  Denied = GANNET_ORDER_DENIED,
  PendingNew = GANNET_ORDER_PENDING_NEW,
  Accepted = GANNET_ORDER_ACCEPTED,
  Live = GANNET_ORDER_LIVE,
  PartiallyFilled = GANNET_ORDER_PARTIALLY_FILLED,
  Filled = GANNET_ORDER_FILLED,
  Cancelled = GANNET_ORDER_CANCELLED,
  Rejected = GANNET_ORDER_REJECTED,
  Expired = GANNET_ORDER_EXPIRED,
  AmendDenied = GANNET_ORDER_AMEND_DENIED,
  AmendRejected = GANNET_ORDER_AMEND_REJECTED,
  Amended = GANNET_ORDER_AMENDED,
  CancelDenied = GANNET_ORDER_CANCEL_DENIED,
  CancelRejected = GANNET_ORDER_CANCEL_REJECTED,
  Unknown = GANNET_ORDER_UNKNOWN,
  Adopted = GANNET_ORDER_ADOPTED,
  Triggered = GANNET_ORDER_TRIGGERED
};

/// What became of one of the strategy's orders.
class OrderEvent {
 public:
  explicit OrderEvent(const gannet_order_event& raw) noexcept : raw_(raw) {}
  OrderEventKind kind() const noexcept { return static_cast<OrderEventKind>(raw_.kind); }
  OrderHandle handle() const noexcept { return {raw_.handle}; }
  std::uint64_t cookie() const noexcept { return raw_.cookie; }
  InstrumentId instrument() const noexcept { return {raw_.instrument}; }
  Side side() const noexcept { return static_cast<Side>(raw_.side); }
  Price price() const noexcept { return {raw_.price}; }
  Quantity quantity() const noexcept { return {raw_.quantity}; }
  Quantity cumulative_quantity() const noexcept { return {raw_.cumulative_quantity}; }
  /// Why, as a stable name: "rate_limited", "post_only_would_take"; "" where there is none.
  std::string_view reason() const noexcept { return raw_.reason; }
  /// When a denied order would find a free slot; not set for other reasons.
  Time retry_at() const noexcept { return {raw_.retry_at}; }
  /// The order has ended: nothing follows for its handle.
  bool is_final() const noexcept {
    return raw_.kind == GANNET_ORDER_DENIED || raw_.kind == GANNET_ORDER_FILLED ||
           raw_.kind == GANNET_ORDER_CANCELLED || raw_.kind == GANNET_ORDER_REJECTED ||
           raw_.kind == GANNET_ORDER_EXPIRED;
  }
  const gannet_order_event& raw() const noexcept { return raw_; }

 private:
  const gannet_order_event& raw_;
};

class Fill {
 public:
  explicit Fill(const gannet_fill& raw) noexcept : raw_(raw) {}
  OrderHandle handle() const noexcept { return {raw_.handle}; }
  std::uint64_t cookie() const noexcept { return raw_.cookie; }
  InstrumentId instrument() const noexcept { return {raw_.instrument}; }
  Side side() const noexcept { return static_cast<Side>(raw_.side); }
  Price price() const noexcept { return {raw_.price}; }
  Quantity quantity() const noexcept { return {raw_.quantity}; }
  bool is_maker() const noexcept { return raw_.maker != 0; }
  /// The strategy's own position after it, long positive.
  Quantity position_after() const noexcept { return {raw_.position_after}; }
  const gannet_fill& raw() const noexcept { return raw_; }

 private:
  const gannet_fill& raw_;
};

class Trade {
 public:
  explicit Trade(const gannet_trade& raw) noexcept : raw_(raw) {}
  InstrumentId instrument() const noexcept { return {raw_.instrument}; }
  Side aggressor() const noexcept { return static_cast<Side>(raw_.aggressor); }
  Price price() const noexcept { return {raw_.price}; }
  Quantity quantity() const noexcept { return {raw_.quantity}; }
  Time exchange_time() const noexcept { return {raw_.exchange_time}; }
  const gannet_trade& raw() const noexcept { return raw_; }

 private:
  const gannet_trade& raw_;
};

class Ticker {
 public:
  explicit Ticker(const gannet_ticker& raw) noexcept : raw_(raw) {}
  InstrumentId instrument() const noexcept { return {raw_.instrument}; }
  std::optional<Price> last_price() const noexcept {
    return value(GANNET_HAS_LAST, raw_.last_price);
  }
  std::optional<Price> best_bid() const noexcept {
    return value(GANNET_HAS_BEST_BID, raw_.best_bid);
  }
  std::optional<Price> best_ask() const noexcept {
    return value(GANNET_HAS_BEST_ASK, raw_.best_ask);
  }
  const gannet_ticker& raw() const noexcept { return raw_; }

 private:
  std::optional<Price> value(std::uint32_t bit, std::int64_t price) const noexcept {
    if ((raw_.present & bit) == 0) return std::nullopt;
    return Price{price};
  }
  const gannet_ticker& raw_;
};

enum class CandleKind : std::uint32_t {
  Trade = GANNET_TRADE_CANDLES,
  Mark = GANNET_MARK_CANDLES,
  Index = GANNET_INDEX_CANDLES
};

/// One bar as it stands; the complete one is the last of its open time.
class Candle {
 public:
  explicit Candle(const gannet_candle& raw) noexcept : raw_(raw) {}
  InstrumentId instrument() const noexcept { return {raw_.instrument}; }
  CandleKind kind() const noexcept { return static_cast<CandleKind>(raw_.kind); }
  Duration period() const noexcept { return {raw_.period}; }
  Time open_time() const noexcept { return {raw_.open_time}; }
  Price open() const noexcept { return {raw_.open}; }
  Price high() const noexcept { return {raw_.high}; }
  Price low() const noexcept { return {raw_.low}; }
  Price close() const noexcept { return {raw_.close}; }
  Quantity volume() const noexcept { return {raw_.volume}; }
  bool is_complete() const noexcept { return raw_.complete != 0; }
  /// History, told before on_start.
  bool is_warm_up() const noexcept { return raw_.warm_up != 0; }
  const gannet_candle& raw() const noexcept { return raw_; }

 private:
  const gannet_candle& raw_;
};

/// Of a perpetual. Rates are signals: positive is paid by longs to shorts.
class Funding {
 public:
  explicit Funding(const gannet_funding& raw) noexcept : raw_(raw) {}
  InstrumentId instrument() const noexcept { return {raw_.instrument}; }
  double rate() const noexcept { return value(raw_.rate); }
  Time funding_time() const noexcept { return {raw_.funding_time}; }
  Time next_funding_time() const noexcept { return {raw_.next_funding_time}; }
  std::optional<double> minimum_rate() const noexcept {
    return value(GANNET_HAS_RATE_BOUNDS, raw_.minimum_rate);
  }
  std::optional<double> maximum_rate() const noexcept {
    return value(GANNET_HAS_RATE_BOUNDS, raw_.maximum_rate);
  }
  std::optional<double> settled_rate() const noexcept {
    return value(GANNET_HAS_SETTLED_RATE, raw_.settled_rate);
  }
  const gannet_funding& raw() const noexcept { return raw_; }

 private:
  static double value(const gannet_decimal& d) noexcept {
    double scale = 1;
    for (std::uint32_t i = 0; i < d.digits; ++i) scale *= 10;
    return static_cast<double>(d.mantissa) / scale;
  }
  std::optional<double> value(std::uint32_t bit, const gannet_decimal& d) const noexcept {
    if ((raw_.present & bit) == 0) return std::nullopt;
    return value(d);
  }
  gannet_funding raw_;  // a copy: the query's answer lives no longer than the call
};

/// What the venue takes no buy above and no sell below.
class PriceLimit {
 public:
  explicit PriceLimit(const gannet_price_limit& raw) noexcept : raw_(raw) {}
  InstrumentId instrument() const noexcept { return {raw_.instrument}; }
  std::optional<Price> highest_buy() const noexcept {
    if ((raw_.present & GANNET_HAS_HIGHEST_BUY) == 0) return std::nullopt;
    return Price{raw_.highest_buy};
  }
  std::optional<Price> lowest_sell() const noexcept {
    if ((raw_.present & GANNET_HAS_LOWEST_SELL) == 0) return std::nullopt;
    return Price{raw_.lowest_sell};
  }
  const gannet_price_limit& raw() const noexcept { return raw_; }

 private:
  gannet_price_limit raw_;
};

enum class State : std::uint32_t {
  Cold = GANNET_STATE_COLD,
  Connecting = GANNET_STATE_CONNECTING,
  Reconciling = GANNET_STATE_RECONCILING,
  Ready = GANNET_STATE_READY,
  Held = GANNET_STATE_HELD,
  Killed = GANNET_STATE_KILLED
};

/// Of the engine (instrument not set) or of one instrument.
class StateEvent {
 public:
  explicit StateEvent(const gannet_state& raw) noexcept : raw_(raw) {}
  InstrumentId instrument() const noexcept { return {raw_.instrument}; }
  State state() const noexcept { return static_cast<State>(raw_.state); }
  bool is_ready() const noexcept { return raw_.state == GANNET_STATE_READY; }
  std::string_view reason() const noexcept { return raw_.reason; }

 private:
  const gannet_state& raw_;
};

// ---- what a strategy says of itself ------------------------------------------------------------

/// Filled once by `describe`. All text must live as long as the plugin: string literals.
class Description {
 public:
  /// One line of the schema; the calls refine it.
  class Parameter {
   public:
    explicit Parameter(gannet_parameter& raw) noexcept : raw_(raw) {}
    Parameter& by_default(const char* text) noexcept { return set(raw_.default_value, text); }
    Parameter& at_least(const char* text) noexcept { return set(raw_.minimum, text); }
    Parameter& at_most(const char* text) noexcept { return set(raw_.maximum, text); }
    Parameter& one_of(const char* choices) noexcept { return set(raw_.choices, choices); }
    Parameter& in(const char* unit) noexcept { return set(raw_.unit, unit); }
    /// QUANTITY and PRICE: whose units; "instrument" unless said otherwise.
    Parameter& of(const char* instrument) noexcept { return set(raw_.of_instrument, instrument); }

   private:
    Parameter& set(const char*& field, const char* text) noexcept {
      field = text;
      return *this;
    }
    gannet_parameter& raw_;
  };

  const char* name = "";
  const char* version = "0";
  const char* doc = "";

  // The reference is for the one statement: the next parameter may move it.
  Parameter instrument(const char* n, const char* d) {
    return add(GANNET_PARAMETER_INSTRUMENT, n, d);
  }
  Parameter quantity(const char* n, const char* d) { return add(GANNET_PARAMETER_QUANTITY, n, d); }
  Parameter price(const char* n, const char* d) { return add(GANNET_PARAMETER_PRICE, n, d); }
  Parameter integer(const char* n, const char* d) { return add(GANNET_PARAMETER_INTEGER, n, d); }
  Parameter number(const char* n, const char* d) { return add(GANNET_PARAMETER_NUMBER, n, d); }
  Parameter boolean(const char* n, const char* d) { return add(GANNET_PARAMETER_BOOL, n, d); }
  Parameter text(const char* n, const char* d) { return add(GANNET_PARAMETER_TEXT, n, d); }
  Parameter duration(const char* n, const char* d) { return add(GANNET_PARAMETER_DURATION, n, d); }
  Parameter amount(const char* n, const char* d) { return add(GANNET_PARAMETER_AMOUNT, n, d); }

  /// For every instrument parameter. `depth` levels a side; 0: all.
  void wants_book(BookFeed feed, std::uint32_t depth = 0) noexcept {
    channels |= GANNET_WANT_BOOK;
    book = feed;
    book_depth = depth;
  }
  void wants_trades() noexcept { channels |= GANNET_WANT_TRADES; }
  void wants_ticker() noexcept { channels |= GANNET_WANT_TICKER; }
  void wants_mark_price() noexcept { channels |= GANNET_WANT_MARK_PRICE; }
  void wants_index_price() noexcept { channels |= GANNET_WANT_INDEX_PRICE; }
  void wants_funding() noexcept { channels |= GANNET_WANT_FUNDING; }
  void wants_price_limit() noexcept { channels |= GANNET_WANT_PRICE_LIMIT; }
  /// GANNET_WANT_..., for what has no function of its own here.
  void wants(std::uint32_t more_channels) noexcept { channels |= more_channels; }
  /// Candles as they come, and the newest `history` complete ones before on_start, where there is a
  /// source of history. Bars of 6 h and longer begin by UTC. Call again for another period.
  void wants_candles(Duration period, std::uint32_t history = 0,
                     CandleKind kind = CandleKind::Trade) {
    channels |= GANNET_WANT_CANDLES;
    gannet_warm_up warm_up{};
    warm_up.size = sizeof warm_up;
    warm_up.count = history;
    warm_up.period = period.nanos;
    warm_up.kind = static_cast<std::uint32_t>(kind);
    warm_ups.push_back(warm_up);
  }

  std::vector<gannet_parameter> parameters;
  std::vector<gannet_warm_up> warm_ups;
  std::uint32_t channels = 0;
  BookFeed book = BookFeed::Best;
  std::uint32_t book_depth = 0;

 private:
  Parameter add(std::uint32_t type, const char* n, const char* d) {
    gannet_parameter parameter{};
    parameter.size = sizeof(gannet_parameter);
    parameter.type = type;
    parameter.name = n;
    parameter.unit = "";
    parameter.of_instrument = "instrument";
    parameter.doc = d;
    parameters.push_back(parameter);
    return Parameter(parameters.back());
  }
};

// ---- parameters --------------------------------------------------------------------------------

/// The values given, by name. Throws std::out_of_range for a name that `describe` does not have,
/// std::logic_error for another type than it says.
class Parameters {
 public:
  Parameters(const gannet_parameters& raw, const Description& description) noexcept
      : raw_(raw), description_(description) {}

  InstrumentId instrument(std::string_view name) const {
    return {get(name, GANNET_PARAMETER_INSTRUMENT).instrument};
  }
  Quantity quantity(std::string_view name) const {
    return {get(name, GANNET_PARAMETER_QUANTITY).integer};
  }
  Price price(std::string_view name) const { return {get(name, GANNET_PARAMETER_PRICE).integer}; }
  std::int64_t integer(std::string_view name) const {
    return get(name, GANNET_PARAMETER_INTEGER).integer;
  }
  double number(std::string_view name) const { return get(name, GANNET_PARAMETER_NUMBER).number; }
  bool boolean(std::string_view name) const {
    return get(name, GANNET_PARAMETER_BOOL).integer != 0;
  }
  std::string_view text(std::string_view name) const {
    return get(name, GANNET_PARAMETER_TEXT).text;
  }
  Duration duration(std::string_view name) const {
    return {get(name, GANNET_PARAMETER_DURATION).integer};
  }
  gannet_amount amount(std::string_view name) const {
    return get(name, GANNET_PARAMETER_AMOUNT).amount;
  }

 private:
  const gannet_value& get(std::string_view name, std::uint32_t type) const {
    for (std::size_t i = 0; i < description_.parameters.size() && i < raw_.count; ++i) {
      if (name != description_.parameters[i].name) continue;
      // The engine may know a longer gannet_value than we do.
      const auto* value = reinterpret_cast<const gannet_value*>(
          reinterpret_cast<const char*>(raw_.values) + i * raw_.value_size);
      if (value->type != type)
        throw std::logic_error("parameter of another type: " + std::string(name));
      return *value;
    }
    throw std::out_of_range("no parameter " + std::string(name));
  }

  const gannet_parameters& raw_;
  const Description& description_;
};

// ---- actions -----------------------------------------------------------------------------------

enum class Answer : std::int32_t {
  Ok = GANNET_OK,  ///< handed over; the outcome comes as events
  Failed = GANNET_FAILED,
  Malformed = GANNET_MALFORMED,
  Full = GANNET_FULL,
  NotAvailable = GANNET_NOT_AVAILABLE,
  Unknown = GANNET_UNKNOWN,
  Stopped = GANNET_STOPPED
};

/// Accounts in long/short mode keep the two apart: every order says whose it is. Net elsewhere.
enum class PositionSide : std::uint8_t {
  Net = GANNET_POSITION_NET,
  Long = GANNET_POSITION_LONG,
  Short = GANNET_POSITION_SHORT
};
enum class SelfTrade : std::uint8_t {
  AccountDefault = GANNET_SELF_TRADE_ACCOUNT_DEFAULT,
  CancelMaker = GANNET_SELF_TRADE_CANCEL_MAKER,
  CancelTaker = GANNET_SELF_TRADE_CANCEL_TAKER,
  CancelBoth = GANNET_SELF_TRADE_CANCEL_BOTH
};
enum class Program : std::uint8_t {
  None = GANNET_PROGRAM_NONE,
  MarketMakerProtection = GANNET_PROGRAM_MARKET_MAKER_PROTECTION,
  RetailPriceImprovement = GANNET_PROGRAM_RETAIL_PRICE_IMPROVEMENT
};

/// Money in an instrument's quote currency, 10^-8 of it: a type of its own, so that it is never
/// taken for a quantity.
struct QuoteQuantity {
  std::int64_t raw = 0;
};

inline constexpr std::size_t kMaxBatch = GANNET_MAX_BATCH;

enum class TriggerBy : std::uint8_t {
  Last = GANNET_TRIGGER_BY_LAST,
  Index = GANNET_TRIGGER_BY_INDEX,
  Mark = GANNET_TRIGGER_BY_MARK
};

/// Exits that the venue keeps with an order: live when it has ended, for what it filled; gone with
/// it if it filled nothing. 0 is "not given", a limit of 0 a market order. Their handle:
/// Placed::exits.
struct Exits {
  Price take_profit{};
  Price take_profit_limit{};
  Price stop{};
  Price stop_limit{};
  TriggerBy take_profit_by = TriggerBy::Last;
  TriggerBy stop_by = TriggerBy::Last;
};

struct Order {
  InstrumentId instrument;
  Side side = Side::Buy;
  Price price;  ///< limit orders; market orders leave it 0
  Quantity quantity;
  bool market = false;
  bool post_only = false;
  bool reduce_only = false;
  TimeInForce time_in_force = TimeInForce::GoodTillCancel;
  std::uint64_t cookie = 0;        ///< yours; comes back with every event
  QuoteQuantity quote_quantity{};  ///< spot market orders sized in money; `quantity` stays 0 then
  SelfTrade self_trade = SelfTrade::AccountDefault;
  Program program = Program::None;
  bool clamp_price = false;  ///< a price outside the venue's band is moved to its edge
  bool exact_size = false;   ///< spot market orders: refused rather than shrunk to the funds
  std::uint16_t slippage_max_bps = 0;  ///< spot market orders sized in what they receive
  PositionSide position_side = PositionSide::Net;
  Exits exits{};
};

/// One element of a batch of amends. `quantity`: the new total, filled part included.
struct Amend {
  OrderHandle handle;
  std::optional<Price> price;
  std::optional<Quantity> quantity;
  bool clamp_price = false;
  bool cancel_on_failure = false;  ///< an amend that fails ends the order
};

enum class AlgoKind : std::uint8_t {
  Conditional = GANNET_ALGO_CONDITIONAL,            ///< one exit: a stop loss or a take profit
  OneCancelsOther = GANNET_ALGO_ONE_CANCELS_OTHER,  ///< both
  Trigger = GANNET_ALGO_TRIGGER,             ///< an order that goes in when a price is reached
  TrailingStop = GANNET_ALGO_TRAILING_STOP,  ///< a market order once the price has turned
  Iceberg = GANNET_ALGO_ICEBERG,             ///< small limit orders, a few at a time
  TimeWeighted = GANNET_ALGO_TIME_WEIGHTED,  ///< small taking orders at a regular pace
  Chase = GANNET_ALGO_CHASE                  ///< a post-only order that follows the best price
};
/// An order that the venue keeps aside and works by itself; make it by the functions below. A price
/// of 0 is a market order, or "not given". All its events and fills come under its one handle.
struct AlgoOrder {
  AlgoKind kind = AlgoKind::Conditional;
  InstrumentId instrument;
  Side side = Side::Sell;
  Quantity quantity;
  bool reduce_only = true;
  bool close_position = false;  ///< the whole position when it triggers; no quantity then
  PositionSide position_side = PositionSide::Net;  ///< long/short mode: which leg
  Price trigger;                                   ///< the take profit's, or the order's
  Price limit;
  Price stop_trigger;
  Price stop_limit;
  TriggerBy trigger_by = TriggerBy::Last;
  TriggerBy stop_by = TriggerBy::Last;
  TimeInForce time_in_force = TimeInForce::GoodTillCancel;
  Price distance;
  std::uint32_t distance_ppm = 0;  ///< like `distance`, in millionths of the price
  Price farthest;
  std::uint32_t farthest_ppm = 0;
  Quantity slice;
  std::uint16_t slices = 0;
  std::uint8_t aggressiveness = GANNET_MIDDLE;
  Duration interval;
  std::uint64_t cookie = 0;  ///< yours; comes back with every event

  /// Leaves a position when the price has gone against it as far as `stop`.
  static AlgoOrder stop_loss(InstrumentId instrument, Side side, Quantity quantity,
                             Price stop) noexcept {
    AlgoOrder order;
    order.instrument = instrument;
    order.side = side;
    order.quantity = quantity;
    order.stop_trigger = stop;
    return order;
  }
  static AlgoOrder take_profit(InstrumentId instrument, Side side, Quantity quantity,
                               Price target) noexcept {
    AlgoOrder order = stop_loss(instrument, side, quantity, Price{});
    order.trigger = target;
    return order;
  }
  /// Whichever comes first ends the other.
  static AlgoOrder bracket(InstrumentId instrument, Side side, Quantity quantity, Price target,
                           Price stop) noexcept {
    AlgoOrder order = stop_loss(instrument, side, quantity, stop);
    order.kind = AlgoKind::OneCancelsOther;
    order.trigger = target;
    return order;
  }
  /// Leaves when the price has turned by `distance` from its best.
  static AlgoOrder trailing_stop(InstrumentId instrument, Side side, Quantity quantity,
                                 Price distance) noexcept {
    AlgoOrder order = stop_loss(instrument, side, quantity, Price{});
    order.kind = AlgoKind::TrailingStop;
    order.distance = distance;
    return order;
  }
  /// Goes in when `trigger` is reached, as a limit order at `limit`, or as a market order.
  static AlgoOrder entry(InstrumentId instrument, Side side, Quantity quantity, Price trigger,
                         Price limit = {}) noexcept {
    AlgoOrder order = stop_loss(instrument, side, quantity, Price{});
    order.kind = AlgoKind::Trigger;
    order.reduce_only = false;
    order.trigger = trigger;
    order.limit = limit;
    return order;
  }
};

/// What `place` says at once.
struct Placed {
  OrderHandle handle;  ///< set if the answer is Ok
  Answer answer = Answer::Ok;
  /// Of the exits that were placed with it.
  OrderHandle exits() const noexcept { return {handle.value + 1}; }
  explicit operator bool() const noexcept { return answer == Answer::Ok; }
};

/// What the engine gave at creation; a strategy's constructor hands it to Strategy.
class Setup {
 public:
  Setup(const gannet_host& host, void* engine, const gannet_parameters& parameters,
        const Description& description) noexcept
      : host_(host),
        engine_(engine),
        parameters_(parameters, description),
        description_(description) {}

  const Parameters& parameters() const noexcept { return parameters_; }
  const gannet_host& host() const noexcept { return host_; }
  void* engine() const noexcept { return engine_; }
  const Description& description() const noexcept { return description_; }

 private:
  const gannet_host& host_;
  void* engine_;
  Parameters parameters_;
  const Description& description_;
};

// ---- the strategy ------------------------------------------------------------------------------

class Strategy {
 public:
  virtual ~Strategy() = default;
  Strategy(const Strategy&) = delete;
  Strategy& operator=(const Strategy&) = delete;

  virtual void on_start() {}
  /// The last call. Orders left open are cancelled afterwards, unless the settings say `leave`.
  virtual void on_stop() {}
  virtual void on_book(const Book&) {}
  /// The book can no longer be proven; the next on_book is good again.
  virtual void on_book_withdrawn(InstrumentId, std::string_view /*reason*/) {}
  virtual void on_trade(const Trade&) {}
  /// So many trades came faster than this strategy took them.
  virtual void on_trades_missed(InstrumentId, std::uint64_t) {}
  virtual void on_ticker(const Ticker&) {}
  virtual void on_mark_price(InstrumentId, Price) {}
  virtual void on_index_price(InstrumentId, Price) {}
  virtual void on_candle(const Candle&) {}
  virtual void on_funding(const Funding&) {}
  virtual void on_price_limit(const PriceLimit&) {}
  virtual void on_open_interest(const gannet_open_interest&) {}
  virtual void on_estimated_price(const gannet_estimated_price&) {}
  virtual void on_option_summary(const gannet_option_summary&) {}
  virtual void on_option_trade(const gannet_option_trade&) {}
  virtual void on_liquidation(const gannet_liquidation&) {}
  virtual void on_adl_warning(const gannet_adl_warning&) {}
  /// The venue announces, begins or ends a maintenance.
  virtual void on_venue_status(const gannet_venue_status&) {}
  /// The venue changed a definition (tick, lot, minimum); the digits stay as they were.
  virtual void on_instrument_changed(const Instrument&) {}
  virtual void on_order(const OrderEvent&) {}
  virtual void on_fill(const Fill&) {}
  virtual void on_position(InstrumentId, Quantity /*own*/, Quantity /*account*/) {}
  virtual void on_balance(const gannet_balance&) {}
  virtual void on_timer(std::uint64_t /*id*/) {}
  virtual void on_parameters_changed(const Parameters&) {}
  virtual void on_operator_command(std::string_view /*name*/, std::string_view /*argument*/) {}
  virtual void on_state(const StateEvent&) {}

  /// The schema that `describe` filled; for the boundary.
  const Description& description() const noexcept { return description_; }
  /// Tells the engine why a handler failed; for the boundary.
  void report_failure(const char* why) noexcept { host_.fail(engine_, why); }

 protected:
  explicit Strategy(Setup& setup) noexcept
      : host_(setup.host()), engine_(setup.engine()), description_(setup.description()) {}

  // Actions. They hand over and return; outcomes come as events after the handler has returned.
  Placed place(const Order& order) noexcept {
    const gannet_order raw = to_raw(order);
    Placed placed;
    placed.answer = static_cast<Answer>(host_.place(engine_, &raw, &placed.handle.value));
    return placed;
  }
  /// Answers NotAvailable where the engine is older than algo orders.
  Placed place(const AlgoOrder& order) noexcept {
    gannet_algo_order raw{};
    raw.size = sizeof raw;
    raw.instrument = order.instrument.value;
    raw.kind = static_cast<std::uint8_t>(order.kind);
    raw.side = static_cast<std::uint8_t>(order.side);
    raw.reduce_only = order.reduce_only;
    raw.close_position = order.close_position;
    raw.position_side = static_cast<std::uint8_t>(order.position_side);
    raw.trigger_by = static_cast<std::uint8_t>(order.trigger_by);
    raw.stop_by = static_cast<std::uint8_t>(order.stop_by);
    raw.time_in_force = static_cast<std::uint8_t>(order.time_in_force);
    raw.aggressiveness = order.aggressiveness;
    raw.slices = order.slices;
    raw.distance_ppm = order.distance_ppm;
    raw.farthest_ppm = order.farthest_ppm;
    raw.cookie = order.cookie;
    raw.quantity = order.quantity.raw;
    raw.trigger_price = order.trigger.raw;
    raw.limit_price = order.limit.raw;
    raw.stop_price = order.stop_trigger.raw;
    raw.stop_limit_price = order.stop_limit.raw;
    raw.distance = order.distance.raw;
    raw.farthest = order.farthest.raw;
    raw.slice_quantity = order.slice.raw;
    raw.interval = order.interval.nanos;
    Placed placed;
    placed.answer = static_cast<Answer>(host_.place_algo(engine_, &raw, &placed.handle.value));
    return placed;
  }
  /// One request for up to kMaxBatch orders; each is checked and told of like a single one.
  /// `handles` gets one an order, invalid where it was not taken (the answer is Full then).
  Answer place(std::span<const Order> orders, std::span<OrderHandle> handles) noexcept {
    if (!has(offsetof(gannet_host, place_batch))) return Answer::NotAvailable;
    if (orders.size() > kMaxBatch || handles.size() < orders.size()) return Answer::Malformed;
    std::array<gannet_order, kMaxBatch> raw{};
    std::array<std::uint64_t, kMaxBatch> given{};
    for (std::size_t i = 0; i < orders.size(); ++i) raw[i] = to_raw(orders[i]);
    const std::int32_t answer =
        host_.place_batch(engine_, raw.data(), sizeof(gannet_order),
                          static_cast<std::uint32_t>(orders.size()), given.data(), nullptr);
    for (std::size_t i = 0; i < orders.size(); ++i) handles[i].value = given[i];
    return static_cast<Answer>(answer);
  }
  Answer amend(std::span<const Amend> amends) noexcept {
    if (!has(offsetof(gannet_host, amend_batch))) return Answer::NotAvailable;
    if (amends.size() > kMaxBatch) return Answer::Malformed;
    std::array<gannet_amend, kMaxBatch> raw{};
    for (std::size_t i = 0; i < amends.size(); ++i) raw[i] = to_raw(amends[i]);
    return static_cast<Answer>(host_.amend_batch(engine_, raw.data(), sizeof(gannet_amend),
                                                 static_cast<std::uint32_t>(amends.size()),
                                                 nullptr));
  }
  Answer amend(const Amend& amend) noexcept {
    const gannet_amend raw = to_raw(amend);
    return static_cast<Answer>(host_.amend(engine_, &raw));
  }
  Answer cancel(std::span<const OrderHandle> handles) noexcept {
    if (!has(offsetof(gannet_host, cancel_batch))) return Answer::NotAvailable;
    if (handles.size() > kMaxBatch) return Answer::Malformed;
    std::array<std::uint64_t, kMaxBatch> raw{};
    for (std::size_t i = 0; i < handles.size(); ++i) raw[i] = handles[i].value;
    return static_cast<Answer>(host_.cancel_batch(
        engine_, raw.data(), static_cast<std::uint32_t>(handles.size()), nullptr));
  }
  /// `quantity`: the new total, filled part included. Of an algo order `price` is its stop's
  /// trigger, else its trigger; the limit of its order keeps its distance.
  Answer amend(OrderHandle handle, std::optional<Price> price,
               std::optional<Quantity> quantity = std::nullopt) noexcept {
    return amend(Amend{handle, price, quantity});
  }
  Answer cancel(OrderHandle handle) noexcept {
    return static_cast<Answer>(host_.cancel(engine_, handle.value));
  }
  /// Own orders, of one instrument or of all.
  Answer cancel_all(InstrumentId instrument = {}) noexcept {
    return static_cast<Answer>(host_.cancel_all(engine_, instrument.value));
  }
  /// Fires once at `due`, or from then on every `period`. The same id again moves it.
  Answer set_timer(std::uint64_t id, Time due, Duration period = {}) noexcept {
    gannet_timer raw{};
    raw.size = sizeof raw;
    raw.id = id;
    raw.due = due.nanos;
    raw.period = period.nanos;
    return static_cast<Answer>(host_.set_timer(engine_, &raw));
  }
  Answer cancel_timer(std::uint64_t id) noexcept {
    return static_cast<Answer>(host_.cancel_timer(engine_, id));
  }
  void log_info(const char* text) noexcept { host_.log(engine_, GANNET_LOG_INFO, text); }
  void log_warning(const char* text) noexcept { host_.log(engine_, GANNET_LOG_WARNING, text); }
  void metric(const char* name, double value) noexcept { host_.metric(engine_, name, value); }
  /// From the constructor only: more than `describe` wants of every instrument parameter.
  Answer subscribe_book(InstrumentId instrument, BookFeed feed, std::uint32_t depth = 0) noexcept {
    return subscribe(instrument, GANNET_WANT_BOOK, feed, depth);
  }
  Answer subscribe(InstrumentId instrument, std::uint32_t channels, BookFeed feed = BookFeed::Best,
                   std::uint32_t depth = 0) noexcept {
    gannet_subscription raw{};
    raw.size = sizeof raw;
    raw.instrument = instrument.value;
    raw.channels = channels;
    raw.book = static_cast<std::uint32_t>(feed);
    raw.depth = depth;
    return static_cast<Answer>(host_.subscribe(engine_, &raw));
  }

  // Queries.
  /// The time of the event being handled; never another clock's.
  Time now() const noexcept { return {host_.now(engine_)}; }
  /// Throws std::out_of_range if the engine does not know it.
  Instrument instrument(InstrumentId id) const {
    gannet_instrument raw{};
    raw.size = sizeof raw;
    if (host_.instrument(engine_, id.value, &raw) != GANNET_OK)
      throw std::out_of_range("no such instrument");
    return Instrument(raw);
  }
  /// Calls `f(const Book&)` with the latest proven book, if there is one now.
  template <class F>
  bool with_book(InstrumentId id, BookFeed feed, F&& f) const {
    gannet_book raw{};
    raw.size = sizeof raw;
    if (host_.book(engine_, id.value, static_cast<std::uint32_t>(feed), &raw) != GANNET_OK)
      return false;
    f(Book(raw));
    return true;
  }
  /// The last told to this strategy's lane; absent: none yet, or nobody there wants it.
  std::optional<Funding> funding(InstrumentId id) const noexcept {
    gannet_funding raw{};
    raw.size = sizeof raw;
    if (host_.funding(engine_, id.value, &raw) != GANNET_OK) return std::nullopt;
    return Funding(raw);
  }
  /// Both ask a function that an older engine may lack.
  std::optional<PriceLimit> price_limit(InstrumentId id) const noexcept {
    gannet_price_limit raw{};
    raw.size = sizeof raw;
    if (host_.size < offsetof(gannet_host, price_limit) + sizeof(host_.price_limit) ||
        host_.price_limit(engine_, id.value, &raw) != GANNET_OK)
      return std::nullopt;
    return PriceLimit(raw);
  }
  std::optional<Price> mark_price(InstrumentId id) const noexcept {
    return reference_price(id, GANNET_MARK_PRICE);
  }
  std::optional<Price> index_price(InstrumentId id) const noexcept {
    return reference_price(id, GANNET_INDEX_PRICE);
  }
  /// The strategy's own position, long positive.
  Quantity position(InstrumentId id) const noexcept { return {query_position(id).own}; }
  Quantity account_position(InstrumentId id) const noexcept { return {query_position(id).account}; }
  /// Own open orders, in the order of placing; at most `capacity` are written, all are counted.
  std::uint32_t open_orders(gannet_open_order* out, std::uint32_t capacity) const noexcept {
    return host_.open_orders(engine_, out, sizeof(gannet_open_order), capacity);
  }
  /// Engine and instrument are ready: new risk would not be denied for their state.
  bool is_ready(InstrumentId id) const noexcept {
    return query_state(GANNET_NO_INSTRUMENT) == GANNET_STATE_READY &&
           query_state(id.value) == GANNET_STATE_READY;
  }
  const gannet_host& host() const noexcept { return host_; }
  void* engine() const noexcept { return engine_; }

 private:
  static gannet_order to_raw(const Order& order) noexcept {
    gannet_order raw{};
    raw.size = sizeof raw;
    raw.instrument = order.instrument.value;
    raw.side = static_cast<std::uint8_t>(order.side);
    raw.kind = order.market ? GANNET_MARKET : GANNET_LIMIT;
    raw.time_in_force = static_cast<std::uint8_t>(order.time_in_force);
    raw.post_only = order.post_only;
    raw.reduce_only = order.reduce_only;
    raw.price = order.price.raw;
    raw.quantity = order.quantity.raw;
    raw.cookie = order.cookie;
    raw.quote_quantity = order.quote_quantity.raw;
    raw.position_side = static_cast<std::uint8_t>(order.position_side);
    raw.self_trade = static_cast<std::uint8_t>(order.self_trade);
    raw.program = static_cast<std::uint8_t>(order.program);
    raw.slippage_max_bps = order.slippage_max_bps;
    raw.take_profit_price = order.exits.take_profit.raw;
    raw.take_profit_limit_price = order.exits.take_profit_limit.raw;
    raw.stop_price = order.exits.stop.raw;
    raw.stop_limit_price = order.exits.stop_limit.raw;
    raw.take_profit_by = static_cast<std::uint8_t>(order.exits.take_profit_by);
    raw.stop_by = static_cast<std::uint8_t>(order.exits.stop_by);
    if (order.clamp_price) raw.flags |= GANNET_ORDER_CLAMP_PRICE;
    if (order.exact_size) raw.flags |= GANNET_ORDER_EXACT_SIZE;
    return raw;
  }
  static gannet_amend to_raw(const Amend& amend) noexcept {
    gannet_amend raw{};
    raw.size = sizeof raw;
    raw.handle = amend.handle.value;
    if (amend.price) raw.fields |= GANNET_AMEND_PRICE;
    if (amend.quantity) raw.fields |= GANNET_AMEND_QUANTITY;
    if (amend.clamp_price) raw.fields |= GANNET_AMEND_CLAMP_PRICE;
    if (amend.cancel_on_failure) raw.fields |= GANNET_AMEND_CANCEL_ON_FAILURE;
    raw.price = amend.price.value_or(Price{}).raw;
    raw.quantity = amend.quantity.value_or(Quantity{}).raw;
    return raw;
  }
  /// An older engine has a shorter table.
  bool has(std::size_t offset) const noexcept { return host_.size > offset; }

  gannet_position query_position(InstrumentId id) const noexcept {
    gannet_position raw{};
    raw.size = sizeof raw;
    host_.position(engine_, id.value, &raw);
    return raw;
  }
  std::optional<Price> reference_price(InstrumentId id, std::uint32_t kind) const noexcept {
    gannet_reference_price raw{};
    raw.size = sizeof raw;
    if (host_.size < offsetof(gannet_host, reference_price) + sizeof(host_.reference_price) ||
        host_.reference_price(engine_, id.value, kind, &raw) != GANNET_OK)
      return std::nullopt;
    return Price{raw.price};
  }
  std::uint32_t query_state(std::uint32_t id) const noexcept {
    gannet_state raw{};
    raw.size = sizeof raw;
    host_.state(engine_, id, &raw);  // unknown: left as it is, 0, which is COLD
    return raw.state;
  }

  const gannet_host& host_;
  void* engine_;
  const Description& description_;
};

// ---- the boundary ------------------------------------------------------------------------------

namespace boundary {

/// What a handler threw ends here, as a failure with its text.
template <class F>
std::int32_t guard(const gannet_host& host, void* engine, F&& f) noexcept {
  try {
    f();
    return GANNET_OK;
  } catch (const std::exception& e) {
    host.fail(engine, e.what());
  } catch (...) {
    host.fail(engine, "an exception of unknown type");
  }
  return GANNET_FAILED;
}

template <class F>
std::int32_t handle(void* self, F&& f) noexcept {
  auto& strategy = *static_cast<Strategy*>(self);
  try {
    f(strategy);
    return GANNET_OK;
  } catch (const std::exception& e) {
    strategy.report_failure(e.what());
  } catch (...) {
    strategy.report_failure("an exception of unknown type");
  }
  return GANNET_FAILED;
}

template <class T>
const Description& description() {
  static const Description filled = [] {
    Description d;
    T::describe(d);
    return d;
  }();
  return filled;
}

template <class T>
std::int32_t create(const gannet_host* host, void* engine, const gannet_parameters* parameters,
                    void** self) noexcept {
  return guard(*host, engine, [&] {
    Setup setup(*host, engine, *parameters, description<T>());
    *self = static_cast<Strategy*>(new T(setup));
  });
}

inline const gannet_handlers& common_handlers() noexcept {
  static const gannet_handlers table = [] {
    gannet_handlers h{};
    h.size = sizeof h;
    h.destroy = [](void* self) { delete static_cast<Strategy*>(self); };
    h.start = [](void* self) { return handle(self, [](Strategy& s) { s.on_start(); }); };
    h.stop = [](void* self) { return handle(self, [](Strategy& s) { s.on_stop(); }); };
    h.book = [](void* self, const gannet_book* e) {
      return handle(self, [e](Strategy& s) { s.on_book(Book(*e)); });
    };
    h.book_withdrawn = [](void* self, const gannet_book_withdrawn* e) {
      return handle(self, [e](Strategy& s) { s.on_book_withdrawn({e->instrument}, e->reason); });
    };
    h.trade = [](void* self, const gannet_trade* e) {
      return handle(self, [e](Strategy& s) { s.on_trade(Trade(*e)); });
    };
    h.trades_missed = [](void* self, const gannet_trades_missed* e) {
      return handle(self, [e](Strategy& s) { s.on_trades_missed({e->instrument}, e->missed); });
    };
    h.ticker = [](void* self, const gannet_ticker* e) {
      return handle(self, [e](Strategy& s) { s.on_ticker(Ticker(*e)); });
    };
    h.reference_price = [](void* self, const gannet_reference_price* e) {
      return handle(self, [e](Strategy& s) {
        if (e->kind == GANNET_MARK_PRICE) s.on_mark_price({e->instrument}, {e->price});
        if (e->kind == GANNET_INDEX_PRICE) s.on_index_price({e->instrument}, {e->price});
      });
    };
    h.candle = [](void* self, const gannet_candle* e) {
      return handle(self, [e](Strategy& s) { s.on_candle(Candle(*e)); });
    };
    h.funding = [](void* self, const gannet_funding* e) {
      return handle(self, [e](Strategy& s) { s.on_funding(Funding(*e)); });
    };
    h.price_limit = [](void* self, const gannet_price_limit* e) {
      return handle(self, [e](Strategy& s) { s.on_price_limit(PriceLimit(*e)); });
    };
    h.open_interest = [](void* self, const gannet_open_interest* e) {
      return handle(self, [e](Strategy& s) { s.on_open_interest(*e); });
    };
    h.estimated_price = [](void* self, const gannet_estimated_price* e) {
      return handle(self, [e](Strategy& s) { s.on_estimated_price(*e); });
    };
    h.option_summary = [](void* self, const gannet_option_summary* e) {
      return handle(self, [e](Strategy& s) { s.on_option_summary(*e); });
    };
    h.option_trade = [](void* self, const gannet_option_trade* e) {
      return handle(self, [e](Strategy& s) { s.on_option_trade(*e); });
    };
    h.liquidation = [](void* self, const gannet_liquidation* e) {
      return handle(self, [e](Strategy& s) { s.on_liquidation(*e); });
    };
    h.adl_warning = [](void* self, const gannet_adl_warning* e) {
      return handle(self, [e](Strategy& s) { s.on_adl_warning(*e); });
    };
    h.venue_status = [](void* self, const gannet_venue_status* e) {
      return handle(self, [e](Strategy& s) { s.on_venue_status(*e); });
    };
    h.instrument = [](void* self, const gannet_instrument* e) {
      return handle(self, [e](Strategy& s) { s.on_instrument_changed(Instrument(*e)); });
    };
    h.order = [](void* self, const gannet_order_event* e) {
      return handle(self, [e](Strategy& s) { s.on_order(OrderEvent(*e)); });
    };
    h.fill = [](void* self, const gannet_fill* e) {
      return handle(self, [e](Strategy& s) { s.on_fill(Fill(*e)); });
    };
    h.position = [](void* self, const gannet_position* e) {
      return handle(self,
                    [e](Strategy& s) { s.on_position({e->instrument}, {e->own}, {e->account}); });
    };
    h.balance = [](void* self, const gannet_balance* e) {
      return handle(self, [e](Strategy& s) { s.on_balance(*e); });
    };
    h.timer = [](void* self, const gannet_timer* e) {
      return handle(self, [e](Strategy& s) { s.on_timer(e->id); });
    };
    h.parameters_changed = [](void* self, const gannet_parameters* e) {
      return handle(self,
                    [e](Strategy& s) { s.on_parameters_changed(Parameters(*e, s.description())); });
    };
    h.operator_command = [](void* self, const gannet_operator_command* e) {
      return handle(self, [e](Strategy& s) { s.on_operator_command(e->name, e->argument); });
    };
    h.state = [](void* self, const gannet_state* e) {
      return handle(self, [e](Strategy& s) { s.on_state(StateEvent(*e)); });
    };
    return h;
  }();
  return table;
}

template <class T>
const gannet_descriptor* descriptor() noexcept {
  static_assert(std::is_base_of_v<Strategy, T>, "derive from gannet::Strategy");
  try {
    static const gannet_handlers handlers = [] {
      gannet_handlers h = common_handlers();
      h.create = create<T>;
      return h;
    }();
    static constexpr gannet_struct_sizes sizes = GANNET_STRUCT_SIZES;
    static const gannet_descriptor filled = [] {
      const Description& d = description<T>();
      gannet_descriptor raw{};
      raw.size = sizeof raw;
      raw.abi_version = GANNET_ABI_VERSION;
      raw.sizes = &sizes;
      raw.name = d.name;
      raw.version = d.version;
      raw.doc = d.doc;
      raw.parameters = d.parameters.data();
      raw.parameter_count = static_cast<std::uint32_t>(d.parameters.size());
      raw.channels = d.channels;
      raw.book = static_cast<std::uint32_t>(d.book);
      raw.depth = d.book_depth;
      raw.warm_up = d.warm_ups.empty() ? nullptr : d.warm_ups.data();
      raw.warm_up_count = static_cast<std::uint32_t>(d.warm_ups.size());
      raw.handlers = &handlers;
      return raw;
    }();
    return &filled;
  } catch (...) {
    return nullptr;  // the loader says that there is no descriptor
  }
}

}  // namespace boundary
}  // namespace abi_v1
}  // namespace gannet

/// Makes the plugin's one exported function.
#define GANNET_STRATEGY(Class)                                               \
  extern "C" __attribute__((visibility("default"))) const gannet_descriptor* \
  gannet_strategy_descriptor() {                                             \
    return ::gannet::boundary::descriptor<Class>();                          \
  }

#endif
