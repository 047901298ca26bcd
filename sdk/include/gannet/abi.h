/* The boundary between gannetd and a strategy plugin: plain C, fixed layouts, no ownership crosses.
 *
 * Rules that keep old plugins running: structs only ever grow at the tail; every struct that may
 * grow starts with its size, written by whoever fills it; enumerators are never renumbered. Readers
 * ignore tail fields they do not know, and read a tail field only if `size` covers it. One
 * exception: an action (gannet_order, ...) whose unknown tail is not zero is refused as malformed,
 * because ignoring what the author asked for could place another order than he meant.
 *
 * All prices and quantities are exact counts of the instrument's own decimal unit, 10^-digits (see
 * gannet_instrument). Quantities are contracts, or base currency on spot. All times are nanoseconds
 * since the Unix epoch, UTC; 0 means none. Text is UTF-8 and ends with a zero byte; pointers are
 * valid only during the call that hands them over, but for those in the descriptor.
 *
 * Threads: every call into one instance, and every call it makes, is on its lane's one thread. The
 * host may be called only from within a handler (or create). No handler may block. */
#ifndef GANNET_ABI_H
#define GANNET_ABI_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Grows only when an old plugin could no longer run; such a plugin is refused. */
#define GANNET_ABI_VERSION 1u
#define GANNET_ENTRY_SYMBOL "gannet_strategy_descriptor"
#define GANNET_NO_INSTRUMENT 0xFFFFFFFFu

/* ---- answers ------------------------------------------------------------------------------- */

/* Of handlers: anything but GANNET_OK stops the strategy, and its orders are cancelled.
 * Of the host: an action that answers GANNET_OK has been handed over, nothing more; its outcome
 * comes as order events after the handler has returned. */
enum {
  GANNET_OK = 0,
  GANNET_FAILED = 1,        /* a handler could not go on */
  GANNET_MALFORMED = 2,     /* unknown value, missing field, not zero where it must be */
  GANNET_FULL = 3,          /* the ring to the engine (or a table) is full: nothing was done */
  GANNET_NOT_AVAILABLE = 4, /* this engine cannot answer (yet), or has no such value now */
  GANNET_UNKNOWN = 5,       /* no such instrument, order, timer, parameter */
  GANNET_STOPPED = 6        /* the strategy is stopped: no new orders */
};

/* ---- words --------------------------------------------------------------------------------- */

enum { GANNET_BUY = 0, GANNET_SELL = 1 };
enum { GANNET_LIMIT = 0, GANNET_MARKET = 1 };
enum { GANNET_GOOD_TILL_CANCEL = 0, GANNET_IMMEDIATE_OR_CANCEL = 1, GANNET_FILL_OR_KILL = 2 };
enum { GANNET_POSITION_NET = 0, GANNET_POSITION_LONG = 1, GANNET_POSITION_SHORT = 2 };
/* What the venue does when an order would trade with another of the same owner. */
enum {
  GANNET_SELF_TRADE_ACCOUNT_DEFAULT = 0,
  GANNET_SELF_TRADE_CANCEL_MAKER = 1,
  GANNET_SELF_TRADE_CANCEL_TAKER = 2,
  GANNET_SELF_TRADE_CANCEL_BOTH = 3
};
/* Quotes under a programme of the venue's, where it has one for the instrument and account. */
enum {
  GANNET_PROGRAM_NONE = 0,
  GANNET_PROGRAM_MARKET_MAKER_PROTECTION = 1, /* options */
  GANNET_PROGRAM_RETAIL_PRICE_IMPROVEMENT = 2 /* always rests */
};
enum { GANNET_SPOT = 0, GANNET_MARGIN = 1, GANNET_SWAP = 2, GANNET_FUTURES = 3, GANNET_OPTION = 4 };
enum { GANNET_CONTRACT_NONE = 0, GANNET_CONTRACT_LINEAR = 1, GANNET_CONTRACT_INVERSE = 2 };

/* Which book of an instrument. */
enum {
  GANNET_BOOK_BEST = 0,          /* 1 level, every change */
  GANNET_BOOK_TOP5 = 1,          /* 5 levels, 100 ms */
  GANNET_BOOK_DEPTH400 = 2,      /* 400 levels, 100 ms */
  GANNET_BOOK_DEPTH400_FAST = 3, /* 400 levels, 10 ms, by fee tier */
  GANNET_BOOK_DEPTH50_FAST = 4,  /* 50 levels, 10 ms, by fee tier */
  /* 400 levels, 100 ms, with orders of retail price improvement, which not all may take */
  GANNET_BOOK_DEPTH400_RETAIL = 5
};

/* Bits of what a strategy wants of an instrument. Orders, fills, positions, balances, states,
 * definitions and the venue's maintenance always come. */
enum {
  GANNET_WANT_BOOK = 1u << 0, /* the book named beside it */
  GANNET_WANT_TRADES = 1u << 1,
  GANNET_WANT_TICKER = 1u << 2,
  GANNET_WANT_MARK_PRICE = 1u << 3,
  GANNET_WANT_INDEX_PRICE = 1u << 4,
  GANNET_WANT_FUNDING = 1u << 5,
  GANNET_WANT_CANDLES = 1u << 6,       /* of the periods that the descriptor's warm_up names */
  GANNET_WANT_SINGLE_TRADES = 1u << 7, /* each match on its own */
  GANNET_WANT_PRICE_LIMIT = 1u << 8,
  GANNET_WANT_OPEN_INTEREST = 1u << 9,
  GANNET_WANT_ESTIMATED_PRICE = 1u << 10, /* of delivery, exercise, settlement */
  GANNET_WANT_OPTION_SUMMARY = 1u << 11,
  GANNET_WANT_OPTION_TRADES = 1u << 12,
  GANNET_WANT_LIQUIDATIONS = 1u << 13,
  GANNET_WANT_ADL_WARNING = 1u << 14
};

enum {
  GANNET_STATE_COLD = 0,
  GANNET_STATE_CONNECTING = 1,
  GANNET_STATE_RECONCILING = 2,
  GANNET_STATE_READY = 3, /* the only one in which risk may be added */
  GANNET_STATE_HELD = 4,
  GANNET_STATE_KILLED = 5
};

/* What became of an order. Final: DENIED, FILLED, CANCELLED, REJECTED, EXPIRED; nothing follows for
 * that handle. Denied is the engine's refusal, rejected the venue's. */
enum {
  GANNET_ORDER_DENIED = 0,
  GANNET_ORDER_PENDING_NEW = 1,
  GANNET_ORDER_ACCEPTED = 2, /* by the venue's gateway; nothing more */
  GANNET_ORDER_LIVE = 3,     /* it rests */
  GANNET_ORDER_PARTIALLY_FILLED = 4,
  GANNET_ORDER_FILLED = 5,
  GANNET_ORDER_CANCELLED = 6,
  GANNET_ORDER_REJECTED = 7,
  GANNET_ORDER_EXPIRED = 8,
  GANNET_ORDER_AMEND_DENIED = 9,    /* the order stays as it is */
  GANNET_ORDER_AMEND_REJECTED = 10, /* the order stays as it is */
  GANNET_ORDER_AMENDED = 11,
  GANNET_ORDER_CANCEL_DENIED = 12,
  GANNET_ORDER_CANCEL_REJECTED = 13, /* the order may be gone: its state follows */
  GANNET_ORDER_UNKNOWN = 14,         /* outcome not known: being asked for, counted as working */
  GANNET_ORDER_ADOPTED = 15,         /* an order of an earlier run, now this strategy's */
  GANNET_ORDER_TRIGGERED = 16        /* an algo order put in its first order */
};

enum { GANNET_LOG_DEBUG = 0, GANNET_LOG_INFO = 1, GANNET_LOG_WARNING = 2, GANNET_LOG_ERROR = 3 };

/* ---- values -------------------------------------------------------------------------------- */

/* One price level of an order book. */
typedef struct gannet_level {
  int64_t price;
  int64_t quantity; /* > 0; in an update 0 deletes the level */
  uint32_t orders;  /* how many orders rest there; 0 if the feed does not say */
  uint32_t reserved;
} gannet_level;

/* Money: a 128-bit two's complement count of 10^-18 of a currency. */
typedef struct gannet_amount {
  uint64_t low;
  int64_t high;
  uint32_t currency; /* the engine's index of it */
  uint32_t reserved;
} gannet_amount;

/* mantissa * 10^-digits */
typedef struct gannet_decimal {
  int64_t mantissa;
  uint32_t digits;
  uint32_t reserved;
} gannet_decimal;

/* One side of a book: level i, the best being 0, is best[i * step]; i < count. */
typedef struct gannet_book_side {
  const gannet_level* best; /* null if count is 0 */
  int64_t step;             /* +1 or -1 */
  uint32_t count;
  uint32_t reserved;
} gannet_book_side;

/* A proven book; it is never handed out otherwise. Valid during the handler. */
typedef struct gannet_book {
  uint32_t size;
  uint32_t instrument;
  uint32_t feed;
  uint32_t reserved;
  gannet_book_side bids;
  gannet_book_side asks;
  int64_t sequence; /* -1: the feed carries none */
  int64_t exchange_time;
  int64_t receive_time;
} gannet_book;

typedef struct gannet_instrument {
  uint32_t size;
  uint32_t id;
  char name[48];   /* the venue's */
  char family[48]; /* "" for spot and margin */
  char base[16];
  char quote[16];  /* what prices are in */
  char settle[16]; /* margin, profit and fee currency */
  uint8_t kind;
  uint8_t contract;
  uint8_t price_digits;
  uint8_t quantity_digits;
  uint32_t reserved;
  int64_t tick_size;
  int64_t lot_size;
  int64_t minimum_quantity;
  int64_t maximum_limit_quantity;
  gannet_decimal contract_value;
  gannet_decimal contract_multiplier;
  int64_t expiry_time; /* 0: none */
} gannet_instrument;

/* ---- events -------------------------------------------------------------------------------- */

typedef struct gannet_book_withdrawn {
  uint32_t size;
  uint32_t instrument;
  uint32_t feed;
  uint32_t reserved;
  const char* reason; /* gap, checksum, disconnected, ... */
} gannet_book_withdrawn;

enum { GANNET_TRADES_AGGREGATED = 0, GANNET_TRADES_SINGLE = 1 };
enum { GANNET_SOURCE_ORGANIC = 0, GANNET_SOURCE_RETAIL = 1, GANNET_SOURCE_UNKNOWN = 2 };
typedef struct gannet_trade {
  uint32_t size;
  uint32_t instrument;
  uint32_t aggressor; /* GANNET_BUY or GANNET_SELL */
  uint32_t count;     /* matches told as one */
  int64_t price;
  int64_t quantity;
  int64_t trade_id;
  int64_t exchange_time;
  int64_t receive_time;
  uint32_t stream; /* GANNET_TRADES_... */
  uint32_t source; /* GANNET_SOURCE_... */
} gannet_trade;

/* The lane was too slow: so many trades of the instrument were not delivered before this moment. */
typedef struct gannet_trades_missed {
  uint32_t size;
  uint32_t instrument;
  uint64_t missed;
} gannet_trades_missed;

/* Fields whose bit is clear are absent. */
enum { GANNET_HAS_LAST = 1u << 0, GANNET_HAS_BEST_BID = 1u << 1, GANNET_HAS_BEST_ASK = 1u << 2 };
typedef struct gannet_ticker {
  uint32_t size;
  uint32_t instrument;
  uint32_t present;
  uint32_t reserved;
  int64_t last_price;
  int64_t last_quantity;
  int64_t best_bid;
  int64_t best_bid_quantity;
  int64_t best_ask;
  int64_t best_ask_quantity;
  int64_t exchange_time;
  int64_t receive_time;
} gannet_ticker;

enum { GANNET_MARK_PRICE = 0, GANNET_INDEX_PRICE = 1 };
typedef struct gannet_reference_price {
  uint32_t size;
  uint32_t instrument;
  uint32_t kind;
  uint32_t reserved;
  int64_t price;
  int64_t exchange_time;
  int64_t receive_time;
} gannet_reference_price;

/* Where bars of 6 h and longer begin; shorter ones begin alike. */
enum { GANNET_CANDLES_UTC = 0, GANNET_CANDLES_UTC8 = 1 };
enum { GANNET_TRADE_CANDLES = 0, GANNET_MARK_CANDLES = 1, GANNET_INDEX_CANDLES = 2 };

/* A bar as it stands. The complete one is the last of its open time. */
typedef struct gannet_candle {
  uint32_t size;
  uint32_t instrument;
  int64_t period; /* nanoseconds; 30 days name a calendar month, 90 a quarter */
  int64_t open_time;
  int64_t open;
  int64_t high;
  int64_t low;
  int64_t close;
  int64_t volume; /* 0 for mark and index candles */
  uint32_t complete;
  uint32_t warm_up;   /* 1: history, told before start */
  uint32_t kind;      /* GANNET_TRADE_CANDLES, ... */
  uint32_t alignment; /* GANNET_CANDLES_UTC, ... */
  int64_t receive_time;
} gannet_candle;

/* Also the answer of the funding query. Rates: positive is paid by longs to shorts. */
enum {
  GANNET_HAS_RATE_BOUNDS = 1u << 0, /* minimum_rate and maximum_rate */
  GANNET_HAS_SETTLED_RATE = 1u << 1
};
typedef struct gannet_funding {
  uint32_t size;
  uint32_t instrument;
  gannet_decimal rate; /* as reckoned so far for the coming settlement */
  int64_t funding_time;
  int64_t next_funding_time;
  uint32_t present; /* fields whose bit is clear are absent */
  uint32_t reserved;
  gannet_decimal minimum_rate;
  gannet_decimal maximum_rate;
  gannet_decimal settled_rate; /* of the settlement that is running or was last */
  int64_t exchange_time;
  int64_t receive_time;
} gannet_funding;

/* Also the answer of the price limit query. The venue takes no buy above and no sell below. */
enum { GANNET_HAS_HIGHEST_BUY = 1u << 0, GANNET_HAS_LOWEST_SELL = 1u << 1 };
typedef struct gannet_price_limit {
  uint32_t size;
  uint32_t instrument;
  uint32_t present; /* none: no limit is in force */
  uint32_t reserved;
  int64_t highest_buy;
  int64_t lowest_sell;
  int64_t exchange_time;
  int64_t receive_time;
} gannet_price_limit;

typedef struct gannet_open_interest {
  uint32_t size;
  uint32_t instrument;
  int64_t open_interest; /* contracts */
  double value_usd;      /* 0: not told */
  int64_t exchange_time;
  int64_t receive_time;
} gannet_open_interest;

enum {
  GANNET_ESTIMATED_DELIVERY = 0,
  GANNET_ESTIMATED_EXERCISE = 1,
  GANNET_ESTIMATED_SETTLEMENT = 2,
  GANNET_ESTIMATED_UNKNOWN = 3
};
typedef struct gannet_estimated_price {
  uint32_t size;
  uint32_t instrument;
  uint32_t kind;
  uint32_t reserved;
  int64_t price;
  int64_t exchange_time;
  int64_t receive_time;
} gannet_estimated_price;

/* NaN: not told. */
typedef struct gannet_greeks {
  double delta;
  double gamma;
  double theta;
  double vega;
} gannet_greeks;

typedef struct gannet_option_summary {
  uint32_t size;
  uint32_t instrument;
  gannet_greeks coin;   /* in the settlement coin */
  gannet_greeks dollar; /* by Black-Scholes, in dollars */
  double mark_volatility;
  double bid_volatility;
  double ask_volatility;
  double volatility_level;
  double leverage;
  double forward_price;
  int64_t exchange_time;
  int64_t receive_time;
} gannet_option_summary;

typedef struct gannet_option_trade {
  uint32_t size;
  uint32_t instrument;
  uint32_t aggressor;
  uint32_t reserved;
  int64_t price;
  int64_t quantity;
  int64_t trade_id;
  double volatility;
  double forward_price;
  double index_price;
  double mark_price;
  int64_t exchange_time;
  int64_t receive_time;
} gannet_option_trade;

/* A position that the venue took over; not every one is told, nor in order of time. */
typedef struct gannet_liquidation {
  uint32_t size;
  uint32_t instrument;
  uint32_t side; /* of the liquidating order: GANNET_SELL ends a long position */
  uint32_t reserved;
  int64_t bankruptcy_price;
  int64_t quantity;
  double loss; /* in the settlement currency */
  int64_t exchange_time;
  int64_t receive_time;
} gannet_liquidation;

enum {
  GANNET_ADL_NORMAL = 0,
  GANNET_ADL_WARNING = 1,
  GANNET_ADL_DELEVERAGING = 2,
  GANNET_ADL_UNKNOWN = 3
};
typedef struct gannet_adl_warning {
  uint32_t size;
  uint32_t instrument;
  uint32_t state;
  uint32_t reserved;
  double fund_balance; /* of the insurance fund; 0: not told */
  int64_t exchange_time;
  int64_t receive_time;
} gannet_adl_warning;

enum {
  GANNET_MAINTENANCE_SCHEDULED = 0,
  GANNET_MAINTENANCE_ONGOING = 1,
  GANNET_MAINTENANCE_PRE_OPEN = 2, /* cancels and post-only orders work again */
  GANNET_MAINTENANCE_COMPLETED = 3,
  GANNET_MAINTENANCE_CANCELLED = 4,
  GANNET_MAINTENANCE_UNKNOWN = 5
};
enum { GANNET_SERVICE_SOCKETS = 0, GANNET_SERVICE_TRADING = 1, GANNET_SERVICE_OTHER = 2 };
typedef struct gannet_venue_status {
  uint32_t size;
  uint32_t state;
  uint32_t service;
  uint32_t of_demo; /* 1: concerns the venue's demo, not its production */
  int64_t begin;
  int64_t end;
  const char* title; /* for people */
  int64_t exchange_time;
  int64_t receive_time;
} gannet_venue_status;

/* Not called yet: a timestamped value from outside. */
typedef struct gannet_signal {
  uint32_t size;
  uint32_t instrument; /* or GANNET_NO_INSTRUMENT */
  const char* name;
  double value;
  int64_t signal_time;
  int64_t receive_time;
} gannet_signal;

typedef struct gannet_order_event {
  uint32_t size;
  uint32_t kind; /* GANNET_ORDER_... */
  uint64_t handle;
  uint64_t cookie;
  uint64_t client_order_id; /* 0: it never got one */
  uint32_t instrument;
  uint32_t side;
  int64_t price;
  int64_t quantity;
  int64_t cumulative_quantity;
  const char* reason;  /* stable name of why; "" where there is none to tell */
  uint32_t denial;     /* the engine's reason, for DENIED, AMEND_DENIED, CANCEL_DENIED */
  uint32_t venue;      /* the venue's reason, else 0 */
  gannet_amount limit; /* of the rule that denied, in its own unit; currency unused */
  gannet_amount value;
  int64_t retry_at; /* rate limited: when a slot is free; else 0 */
  int64_t event_time;
} gannet_order_event;

typedef struct gannet_fill {
  uint32_t size;
  uint32_t instrument;
  uint64_t handle;
  uint64_t cookie;
  uint32_t side;
  uint32_t maker; /* 1: it rested */
  int64_t price;
  int64_t quantity;
  int64_t trade_id;
  gannet_amount fee;      /* a cost: positive is paid, negative is a rebate */
  int64_t position_after; /* the strategy's own, long positive */
  int64_t exchange_time;
  int64_t receive_time;
} gannet_fill;

/* Also the answer of the position query. */
typedef struct gannet_position {
  uint32_t size;
  uint32_t instrument;
  int64_t own;     /* the strategy's own (virtual) position, long positive */
  int64_t account; /* the account's, all strategies and people together */
  int64_t event_time;
} gannet_position;

/* Also the answer of the balance query. */
typedef struct gannet_balance {
  uint32_t size;
  uint32_t reserved;
  char currency[16];
  gannet_amount cash;
  gannet_amount available;
  gannet_amount equity;
  int64_t event_time;
} gannet_balance;

typedef struct gannet_timer {
  uint32_t size;
  uint32_t reserved;
  uint64_t id;    /* the author's; setting it again moves it */
  int64_t due;    /* event: when it was due; action: when it shall fire */
  int64_t period; /* action: > 0 repeats */
} gannet_timer;

/* State of the engine (instrument GANNET_NO_INSTRUMENT) or of one instrument; also the answer of
 * the state query. */
typedef struct gannet_state {
  uint32_t size;
  uint32_t instrument;
  uint32_t state;
  uint32_t hold_reason; /* the engine's; 0: none */
  const char* reason;   /* stable name of it; "" if there is none */
  int64_t event_time;
} gannet_state;

typedef struct gannet_operator_command {
  uint32_t size;
  uint32_t reserved;
  const char* name;
  const char* argument; /* "" if none */
} gannet_operator_command;

/* ---- parameters ---------------------------------------------------------------------------- */

enum {
  GANNET_PARAMETER_BOOL = 0,
  GANNET_PARAMETER_INTEGER = 1,
  GANNET_PARAMETER_NUMBER = 2, /* a double: signals and ratios, never money */
  GANNET_PARAMETER_TEXT = 3,   /* `choices` may list what is allowed */
  GANNET_PARAMETER_INSTRUMENT = 4,
  GANNET_PARAMETER_QUANTITY = 5, /* "1 contract", "0.01 BTC": exact, of `of_instrument` */
  GANNET_PARAMETER_PRICE = 6,    /* "65000.5": exact, of `of_instrument` */
  GANNET_PARAMETER_AMOUNT = 7,   /* "500 USDT" */
  GANNET_PARAMETER_DURATION = 8  /* "250ms", "2s": nanoseconds */
};

/* One line of the schema. Bounds are text in the parameter's own unit. */
typedef struct gannet_parameter {
  uint32_t size;
  uint32_t type;
  const char* name;
  const char* unit;          /* for people: "ticks", "bps"; "" if none */
  const char* default_value; /* null: it must be given */
  const char* minimum;       /* null: none */
  const char* maximum;       /* null: none */
  const char* choices;       /* TEXT: "a|b|c"; null: anything */
  const char* of_instrument; /* QUANTITY, PRICE: which parameter names the instrument */
  const char* doc;
} gannet_parameter;

/* The value given to one parameter, in the schema's order. */
typedef struct gannet_value {
  uint32_t size;
  uint32_t type;
  int64_t integer;      /* BOOL, INTEGER, QUANTITY, PRICE, DURATION */
  double number;        /* NUMBER */
  gannet_amount amount; /* AMOUNT */
  const char* text;     /* as it was written; TEXT: the value */
  uint32_t instrument;  /* INSTRUMENT: which; QUANTITY, PRICE: whose units */
  uint32_t reserved;
} gannet_value;

typedef struct gannet_parameters {
  uint32_t size;
  uint32_t count;
  const gannet_value* values; /* valid for the life of the instance; a change brings a new array */
  uint32_t value_size;        /* bytes from one value to the next */
  uint32_t reserved;
} gannet_parameters;

/* ---- actions ------------------------------------------------------------------------------- */

typedef struct gannet_order {
  uint32_t size;
  uint32_t instrument;
  uint8_t side;
  uint8_t kind;
  uint8_t time_in_force;
  uint8_t post_only;
  uint8_t reduce_only;
  uint8_t position_side;
  uint8_t reserved[2];
  int64_t price; /* LIMIT only, else 0 */
  int64_t quantity;
  uint64_t cookie; /* the author's own, rides along */
  /* Spot market orders sized in money: what to spend, or to bring in, as a count of 10^-8 of the
   * quote currency, whatever the instrument; `quantity` is 0 then. */
  int64_t quote_quantity;
  uint8_t self_trade;        /* GANNET_SELF_TRADE_... */
  uint8_t program;           /* GANNET_PROGRAM_... */
  uint16_t slippage_max_bps; /* spot market orders sized in what they receive: 1..500; 0: none */
  uint32_t flags;            /* GANNET_ORDER_... */
  /* Exits that the venue keeps with the order; 0: not given, a limit of 0 is a market order. They
   * go live when the order has ended, for what it filled, as an algo order under `handle` + 1, and
   * are first heard of then; if it filled nothing they end with it. */
  int64_t take_profit_price;
  int64_t take_profit_limit_price;
  int64_t stop_price;
  int64_t stop_limit_price;
  uint8_t take_profit_by; /* GANNET_TRIGGER_BY_... */
  uint8_t stop_by;
  uint8_t reserved2[6];
} gannet_order;
/* A price outside the venue's band is moved to its edge instead of refused; a spot market order
 * that the funds do not cover is refused instead of shrunk. */
enum { GANNET_ORDER_CLAMP_PRICE = 1u << 0, GANNET_ORDER_EXACT_SIZE = 1u << 1 };

enum {
  GANNET_AMEND_PRICE = 1u << 0,
  GANNET_AMEND_QUANTITY = 1u << 1,
  GANNET_AMEND_CLAMP_PRICE = 1u << 2,      /* how: as GANNET_ORDER_CLAMP_PRICE */
  GANNET_AMEND_CANCEL_ON_FAILURE = 1u << 3 /* how: an amend that fails ends the order */
};
/* Most elements of one batch. */
#define GANNET_MAX_BATCH 20u
typedef struct gannet_amend {
  uint32_t size;
  uint32_t fields; /* which of price and quantity are meant, and how */
  uint64_t handle;
  int64_t price;
  int64_t quantity; /* the total, filled part included */
} gannet_amend;

enum {
  GANNET_ALGO_CONDITIONAL = 0,       /* one exit: a stop loss or a take profit */
  GANNET_ALGO_ONE_CANCELS_OTHER = 1, /* both: the first that triggers ends the other */
  GANNET_ALGO_TRIGGER = 2,           /* an order that goes in when a price is reached */
  GANNET_ALGO_TRAILING_STOP = 3,     /* a market order once the price has turned by so much */
  GANNET_ALGO_ICEBERG = 4,           /* small limit orders, a few at a time */
  GANNET_ALGO_TIME_WEIGHTED = 5,     /* small taking orders at a regular pace */
  GANNET_ALGO_CHASE = 6              /* a post-only order that follows the best price */
};
enum { GANNET_TRIGGER_BY_LAST = 0, GANNET_TRIGGER_BY_INDEX = 1, GANNET_TRIGGER_BY_MARK = 2 };
enum { GANNET_PASSIVE = 0, GANNET_MIDDLE = 1, GANNET_AGGRESSIVE = 2 };

/* An order that the venue keeps aside and works by itself. Which fields count depends on the kind;
 * 0 is "not given". Its events and fills come under its one handle, whatever orders it puts in;
 * cancel takes the handle, and amend too (CONDITIONAL, ONE_CANCELS_OTHER and TRIGGER alone): the
 * price is then the stop's, else the trigger's; the limit of its order keeps its distance to it. */
typedef struct gannet_algo_order {
  uint32_t size;
  uint32_t instrument;
  uint8_t kind; /* GANNET_ALGO_... */
  uint8_t side;
  uint8_t reduce_only;
  uint8_t position_side;
  uint8_t close_position; /* 1: the whole position when it triggers; quantity is 0 then */
  uint8_t trigger_by;     /* of trigger_price */
  uint8_t stop_by;        /* of stop_price */
  uint8_t time_in_force;  /* TRIGGER with a limit price */
  uint8_t aggressiveness; /* ICEBERG */
  uint8_t reserved;
  uint16_t slices;       /* ICEBERG: orders at a time */
  uint32_t distance_ppm; /* like distance, in millionths of the price */
  uint32_t farthest_ppm;
  uint32_t reserved2;
  uint64_t cookie;
  int64_t quantity;
  /* CONDITIONAL, ONE_CANCELS_OTHER: the take profit's. TRIGGER: the order's. TRAILING_STOP: it
   * follows the price only from there on. ICEBERG: it begins there. */
  int64_t trigger_price;
  int64_t limit_price; /* of the order put in; 0: a market order. Slices: never worse than this */
  int64_t stop_price;  /* CONDITIONAL, ONE_CANCELS_OTHER: the stop loss's */
  int64_t stop_limit_price;
  int64_t distance; /* TRAILING_STOP: the turn. CHASE: behind, TIME_WEIGHTED: through the best */
  int64_t farthest; /* CHASE: from where it began; further, and it ends */
  int64_t slice_quantity;
  int64_t interval; /* TIME_WEIGHTED: nanoseconds */
} gannet_algo_order;

/* What create asks for, beside what the descriptor wants of every instrument parameter. */
typedef struct gannet_subscription {
  uint32_t size;
  uint32_t instrument;
  uint32_t channels; /* GANNET_WANT_... */
  uint32_t book;     /* GANNET_BOOK_... */
  uint32_t depth;    /* levels a side; 0: all that the book has */
  uint32_t reserved;
} gannet_subscription;

/* ---- answers of queries -------------------------------------------------------------------- */

enum { GANNET_PENDING_AMEND = 1u << 0, GANNET_PENDING_CANCEL = 1u << 1 };
typedef struct gannet_open_order {
  uint32_t size;
  uint32_t state; /* GANNET_ORDER_PENDING_NEW, ACCEPTED, LIVE, PARTIALLY_FILLED or UNKNOWN */
  uint64_t handle;
  uint64_t cookie;
  uint32_t instrument;
  uint8_t side;
  uint8_t pending; /* GANNET_PENDING_... */
  uint8_t reserved[2];
  int64_t price;
  int64_t quantity;
  int64_t cumulative_quantity;
} gannet_open_order;

typedef struct gannet_head_room {
  uint32_t size;
  uint32_t instrument;
  int64_t buy_quantity; /* how much more may be bought before a position limit denies */
  int64_t sell_quantity;
  uint32_t orders; /* how many more may be open */
  uint32_t reserved;
} gannet_head_room;

typedef struct gannet_rate_budget {
  uint32_t size;
  uint32_t instrument;
  uint32_t places; /* requests that would pass now */
  uint32_t amends;
  uint32_t cancels;
  uint32_t reserved;
  int64_t next_place_at; /* when one would pass, if none would now; else 0 */
} gannet_rate_budget;

typedef struct gannet_fee_rate {
  uint32_t size;
  uint32_t instrument;
  gannet_decimal maker; /* of the value; positive is a cost */
  gannet_decimal taker;
} gannet_fee_rate;

/* ---- the engine's functions ---------------------------------------------------------------- */

/* `engine` is what create was given; it stays valid until destroy returns. Queries fill `out`,
 * whose size the caller has set. Functions past `size` do not exist in this engine. */
typedef struct gannet_host {
  uint32_t size;
  uint32_t abi_version;
  /* actions */
  int32_t (*subscribe)(void* engine, const gannet_subscription* subscription); /* create only */
  int32_t (*place)(void* engine, const gannet_order* order, uint64_t* handle);
  int32_t (*amend)(void* engine, const gannet_amend* amend);
  int32_t (*cancel)(void* engine, uint64_t handle);
  int32_t (*cancel_all)(void* engine, uint32_t instrument); /* own orders; NO_INSTRUMENT: all */
  int32_t (*set_timer)(void* engine, const gannet_timer* timer);
  int32_t (*cancel_timer)(void* engine, uint64_t id);
  int32_t (*log)(void* engine, uint32_t level, const char* text);
  int32_t (*metric)(void* engine, const char* name, double value);
  int32_t (*fail)(void* engine, const char* text); /* why the handler will answer FAILED */
  int32_t (*place_algo)(void* engine, const gannet_algo_order* order, uint64_t* handle);
  int32_t (*save_state)(void* engine, const void* bytes, uint32_t length);
  int32_t (*load_state)(void* engine, void* bytes, uint32_t capacity, uint32_t* length);
  /* queries */
  int64_t (*now)(void* engine); /* the time of the event being handled */
  int32_t (*book)(void* engine, uint32_t instrument, uint32_t feed, gannet_book* out);
  /* How many there are; at most `capacity` are written, `out_size` bytes each. */
  uint32_t (*open_orders)(void* engine, gannet_open_order* out, uint32_t out_size,
                          uint32_t capacity);
  int32_t (*position)(void* engine, uint32_t instrument, gannet_position* out);
  int32_t (*balance)(void* engine, const char* currency, gannet_balance* out);
  int32_t (*instrument)(void* engine, uint32_t id, gannet_instrument* out);
  int32_t (*find_instrument)(void* engine, const char* name, uint32_t* id);
  int32_t (*state)(void* engine, uint32_t instrument, gannet_state* out);
  int32_t (*head_room)(void* engine, uint32_t instrument, gannet_head_room* out);
  int32_t (*rate_budget)(void* engine, uint32_t instrument, gannet_rate_budget* out);
  int32_t (*fee_rate)(void* engine, uint32_t instrument, gannet_fee_rate* out);
  int32_t (*funding)(void* engine, uint32_t instrument, gannet_funding* out);
  int32_t (*price_limit)(void* engine, uint32_t instrument, gannet_price_limit* out);
  /* `kind`: GANNET_MARK_PRICE or GANNET_INDEX_PRICE; the last one told to this strategy's lane. */
  int32_t (*reference_price)(void* engine, uint32_t instrument, uint32_t kind,
                             gannet_reference_price* out);
  /* batches, 1..GANNET_MAX_BATCH elements of `..._size` bytes each: one request to the venue, in
   * which every element is checked, limited, refused and told of like a single one. Malformed or
   * unknown elements: nothing is done. FULL: the first `*taken` (which may be null) were handed
   * over, and `handles` holds 0 for the others. */
  int32_t (*place_batch)(void* engine, const gannet_order* orders, uint32_t order_size,
                         uint32_t count, uint64_t* handles, uint32_t* taken);
  int32_t (*amend_batch)(void* engine, const gannet_amend* amends, uint32_t amend_size,
                         uint32_t count, uint32_t* taken);
  int32_t (*cancel_batch)(void* engine, const uint64_t* handles, uint32_t count, uint32_t* taken);
} gannet_host;

/* ---- the plugin's functions ---------------------------------------------------------------- */

/* A null handler is an event that the strategy does not want. `self` is what create made. */
typedef struct gannet_handlers {
  uint32_t size;
  uint32_t reserved;
  int32_t (*create)(const gannet_host* host, void* engine, const gannet_parameters* parameters,
                    void** self);
  void (*destroy)(void* self);
  int32_t (*start)(void* self);
  int32_t (*stop)(void* self); /* the last call but destroy; cancels may be sent */
  int32_t (*book)(void* self, const gannet_book* book);
  int32_t (*book_withdrawn)(void* self, const gannet_book_withdrawn* book);
  int32_t (*trade)(void* self, const gannet_trade* trade);
  int32_t (*trades_missed)(void* self, const gannet_trades_missed* missed);
  int32_t (*ticker)(void* self, const gannet_ticker* ticker);
  int32_t (*reference_price)(void* self, const gannet_reference_price* price);
  int32_t (*candle)(void* self, const gannet_candle* candle);
  int32_t (*funding)(void* self, const gannet_funding* funding);
  int32_t (*order)(void* self, const gannet_order_event* event);
  int32_t (*fill)(void* self, const gannet_fill* fill);
  int32_t (*position)(void* self, const gannet_position* position);
  int32_t (*balance)(void* self, const gannet_balance* balance);
  int32_t (*timer)(void* self, const gannet_timer* timer);
  int32_t (*signal)(void* self, const gannet_signal* signal);
  int32_t (*parameters_changed)(void* self, const gannet_parameters* parameters);
  int32_t (*operator_command)(void* self, const gannet_operator_command* command);
  int32_t (*state)(void* self, const gannet_state* state);
  /* The venue changed the definition of an instrument; its digits stay. */
  int32_t (*instrument)(void* self, const gannet_instrument* instrument);
  int32_t (*price_limit)(void* self, const gannet_price_limit* limit);
  int32_t (*open_interest)(void* self, const gannet_open_interest* interest);
  int32_t (*estimated_price)(void* self, const gannet_estimated_price* price);
  int32_t (*option_summary)(void* self, const gannet_option_summary* summary);
  int32_t (*option_trade)(void* self, const gannet_option_trade* trade);
  int32_t (*liquidation)(void* self, const gannet_liquidation* liquidation);
  int32_t (*adl_warning)(void* self, const gannet_adl_warning* warning);
  int32_t (*venue_status)(void* self, const gannet_venue_status* status);
} gannet_handlers;

/* Sizes of the structs that cross without a size of their own in front, as the plugin's compiler
 * laid them out, and of those whose first version every plugin must cover. Checked at load. */
typedef struct gannet_struct_sizes {
  uint32_t size;
  uint32_t level;
  uint32_t amount;
  uint32_t decimal;
  uint32_t book_side;
  uint32_t book;
  uint32_t order_event;
  uint32_t fill;
  uint32_t order;
  uint32_t amend;
  uint32_t parameter;
  uint32_t value;
  uint32_t handlers;
  uint32_t host;
} gannet_struct_sizes;

#define GANNET_STRUCT_SIZES                                                      \
  {sizeof(gannet_struct_sizes), sizeof(gannet_level),     sizeof(gannet_amount), \
   sizeof(gannet_decimal),      sizeof(gannet_book_side), sizeof(gannet_book),   \
   sizeof(gannet_order_event),  sizeof(gannet_fill),      sizeof(gannet_order),  \
   sizeof(gannet_amend),        sizeof(gannet_parameter), sizeof(gannet_value),  \
   sizeof(gannet_handlers),     sizeof(gannet_host)}

/* Candles of every instrument that wants GANNET_WANT_CANDLES: told as they come, and the newest
 * `count` complete ones before start, where there is a source of history. */
typedef struct gannet_warm_up {
  uint32_t size;
  uint32_t count;     /* 0: no history */
  int64_t period;     /* as gannet_candle's */
  uint32_t kind;      /* GANNET_TRADE_CANDLES, ... */
  uint32_t alignment; /* GANNET_CANDLES_UTC, ... */
} gannet_warm_up;

typedef struct gannet_descriptor {
  uint32_t size;
  uint32_t abi_version; /* GANNET_ABI_VERSION */
  const gannet_struct_sizes* sizes;
  const char* name;
  const char* version;
  const char* doc;
  const gannet_parameter* parameters;
  uint32_t parameter_count;
  uint32_t channels;             /* GANNET_WANT_..., of every instrument parameter */
  uint32_t book;                 /* GANNET_BOOK_... */
  uint32_t depth;                /* levels a side; 0: all that the book has */
  const gannet_warm_up* warm_up; /* null: none */
  uint32_t warm_up_count;
  uint32_t reserved;
  const gannet_handlers* handlers;
} gannet_descriptor;

/* The one function that a plugin exports, under the name GANNET_ENTRY_SYMBOL. What it returns stays
 * valid while the plugin is loaded; it may be called more than once. */
typedef const gannet_descriptor* (*gannet_strategy_descriptor_fn)(void);

#ifdef __cplusplus
}
#endif
#endif
