#pragma once

#include <cstdint>
#include <cstring>
#include <optional>
#include <span>
#include <type_traits>

#include "base/fixed_string.h"
#include "domain/denial.h"
#include "domain/orders.h"
#include "domain/venue.h"
#include "engine/kill_switch.h"
#include "engine/lane_messages.h"

namespace gannet::engine {

struct Order;

// What the journal holds, as fixed layouts without padding: the same run writes the same bytes.
// Units are those of the domain types they are made from; times are nanoseconds since the Unix
// epoch; enumerators are written as their byte and are never renumbered. A field is only ever added
// at the tail, with a new version of the file format: `kFirstSize` is what the first version wrote,
// and what an older record lacks reads as nothing asked for. Version 2: options and sizes in money.
// Version 3: all that a replay needs (journal_inputs.h).

enum class RecordType : std::uint16_t {
  None = 0,
  Run = 1,            ///< RunRecord
  PlaceIntent = 2,    ///< PlaceIntentRecord: what a strategy wished
  AmendIntent = 3,    ///< AmendIntentRecord
  CancelIntent = 4,   ///< CancelIntentRecord
  Denied = 5,         ///< DeniedRecord: our refusal of an intent, mostly the one just before it
  Place = 6,          ///< PlaceRecord: going to the venue
  Amend = 7,          ///< AmendRecord
  Cancel = 8,         ///< CancelRecord
  NotSent = 9,        ///< NotSentRecord: the port did not take the request just before it
  Report = 10,        ///< ReportRecord: the venue's word on an order
  FillRow = 11,       ///< FillRowRecord: a row of the venue's list of fills
  FillBooked = 12,    ///< FillBookedRecord: what changed positions; the one source of them
  Position = 13,      ///< PositionRecord: the venue's word
  Balance = 14,       ///< BalanceRecord
  SnapshotEdge = 15,  ///< SnapshotEdgeRecord
  Connection = 16,    ///< ConnectionRecord
  State = 17,         ///< StateRecord: of the engine or of one instrument
  Command = 18,       ///< CommandRecord: a person's
  Adjustment = 19,    ///< AdjustmentRecord: a difference accepted, never an invented fill
  OrderEnded = 20,    ///< OrderEndedRecord: our belief about an order became final
  AlgoIntent = 21,    ///< AlgoIntentRecord: what a strategy wished
  AlgoPlace = 22,     ///< AlgoPlaceRecord: going to the venue; amends and cancels as for orders
  AlgoReport = 23,    ///< AlgoReportRecord: the venue's word on an algo order
  Control = 40,       ///< ControlRecord: a person's word on less, or more, than this engine
  Pause = 41,         ///< PauseRecord: the machine stood still
  LimitChange = 24,   ///< LimitChangeRecord: a person changed a limit
  Override = 25,      ///< OverrideRecord: one order may pass one rule, or did
  Rule = 26,          ///< RuleRecord: a rule of behaviour was broken, and told
  Latch = 27,  ///< StrategyLatchRecord: a rule or a person stopped a strategy, or it may go on
  OperatorCommand = 28,  ///< OperatorCommandRecord: who said what; what came of it follows
  Reduction = 30,        ///< ReductionRecord: the engine brings a position down, and how that ended
  Bill = 31,             ///< BillRecord: a change of a balance as the venue booked it
  DayRow = 35,           ///< DayRowRecord: what one instrument had earned when the day began
  DayMoney = 36,         ///< DayMoneyRecord: the same of one currency; the last one begins the day
  Peak = 37,             ///< PeakRecord: the largest result so far, for the drawdown
  RiskAction = 38,       ///< RiskActionRecord: a loss limit or a protection acted
  BalanceCheck = 39,     ///< BalanceCheckRecord: a balance over an hour or a day, and its bills
  // journal_inputs.h: what a replay needs beside the above.
  Observations = 45,       ///< turns of the timer, and market values that decisions read
  BatchEdge = 46,          ///< BatchEdgeRecord: how the next inputs belong together
  CoreCall = 47,           ///< CoreCallRecord
  IntentWithExits = 48,    ///< IntentWithExitsRecord
  VenueClock = 49,         ///< VenueClockRecord
  DeadManAnswer = 50,      ///< DeadManAnswerRecord
  Cash = 51,               ///< CashRecord
  LiquidationAlert = 52,   ///< LiquidationAlertRecord
  InstrumentState = 53,    ///< InstrumentStateRecord
  InstrumentChanged = 54,  ///< InstrumentChangedRecord
  MaySendAgain = 55,       ///< MaySendAgainRecord
  NotAsked = 56,           ///< NotAskedRecord: the port did not take a question
  Lost = 57,               ///< LostRecord: inputs that found no room
  SettingsText = 58,       ///< a part of the settings of the run; cold
  CoreState = 59,          ///< CoreStateRecord: a check figure over the core's state
};

struct RunRecord {
  static constexpr RecordType kType = RecordType::Run;
  std::uint64_t run = 0;  ///< unix seconds of the start
  std::uint32_t engine_number = 0;
  std::uint32_t reserved = 0;
};

/// OrderOptions as they are written.
struct OptionFields {
  SelfTradePrevention self_trade = SelfTradePrevention::AccountDefault;
  QuoteProgram program = QuoteProgram::None;
  std::uint8_t clamp_price = 0;
  std::uint8_t exact_size = 0;
  std::uint16_t slippage_max_bps = 0;
  std::uint16_t reserved = 0;
};
static_assert(sizeof(OptionFields) == 8);

struct PlaceIntentRecord {
  static constexpr RecordType kType = RecordType::PlaceIntent;
  static constexpr std::size_t kFirstSize = 64;
  std::uint64_t handle = 0;
  std::uint64_t cookie = 0;
  std::int64_t price = 0;
  std::int64_t quantity = 0;
  std::int64_t intent_time = 0;
  std::int64_t trigger_time = 0;
  std::uint32_t instrument = 0;
  std::uint16_t strategy = 0;
  Side side = Side::Buy;
  OrderKind kind = OrderKind::Limit;
  TimeInForce time_in_force = TimeInForce::GoodTillCancel;
  std::uint8_t post_only = 0;
  std::uint8_t reduce_only = 0;
  PositionSide position_side = PositionSide::Net;
  std::uint32_t reserved = 0;
  std::int64_t quote_quantity = 0;  ///< 10^-8 of the quote currency; 0: sized in `quantity`
  OptionFields options;
};

struct AmendIntentRecord {
  static constexpr RecordType kType = RecordType::AmendIntent;
  std::uint64_t handle = 0;
  std::int64_t new_price = 0;
  std::int64_t new_quantity = 0;
  std::int64_t intent_time = 0;
  std::uint16_t strategy = 0;
  std::uint8_t has_price = 0;
  std::uint8_t has_quantity = 0;
  std::uint8_t clamp_price = 0;
  std::uint8_t cancel_on_failure = 0;
  std::uint16_t reserved = 0;
};

struct CancelIntentRecord {
  static constexpr RecordType kType = RecordType::CancelIntent;
  std::uint64_t handle = 0;  ///< 0: all orders of the strategy (on `instrument` if valid)
  std::int64_t intent_time = 0;
  std::uint32_t instrument = InstrumentId::kNone;
  std::uint16_t strategy = 0;
  std::uint16_t reserved = 0;
};

struct DeniedRecord {
  static constexpr RecordType kType = RecordType::Denied;
  __int128 limit = 0;
  __int128 value = 0;
  std::uint64_t handle = 0;
  std::int64_t retry_at = 0;
  std::uint32_t instrument = InstrumentId::kNone;
  std::uint16_t strategy = 0;
  DenialReason reason = DenialReason::NotReady;
  OrderEventKind kind = OrderEventKind::Denied;  ///< Denied, AmendDenied or CancelDenied
  std::uint64_t reserved = 0;
};

struct PlaceRecord {
  static constexpr RecordType kType = RecordType::Place;
  static constexpr std::size_t kFirstSize = 104;
  std::uint64_t client_id = 0;
  std::uint64_t handle = 0;
  std::uint64_t cookie = 0;
  std::int64_t price = 0;
  std::int64_t quantity = 0;     ///< sized in money: the most that it may trade
  std::int64_t expire_time = 0;  ///< venue clock
  // The reference prices the gate decided on (raw price units, 0 absent) and their ages.
  std::int64_t best_bid = 0;
  std::int64_t best_ask = 0;
  std::int64_t mark = 0;
  std::int64_t book_time = 0;
  std::int64_t mark_time = 0;
  std::uint32_t instrument = InstrumentId::kNone;
  std::uint16_t strategy = 0;
  Side side = Side::Buy;
  OrderKind kind = OrderKind::Limit;
  TimeInForce time_in_force = TimeInForce::GoodTillCancel;
  std::uint8_t post_only = 0;
  std::uint8_t reduce_only = 0;
  PositionSide position_side = PositionSide::Net;
  MarginMode margin_mode = MarginMode::Cross;
  std::uint8_t in_batch = 0;  ///< 1: one request with the next ones
  std::uint8_t reserved[2] = {};
  std::int64_t quote_quantity = 0;
  OptionFields options;
};

struct AmendRecord {
  static constexpr RecordType kType = RecordType::Amend;
  std::uint64_t client_id = 0;
  std::uint64_t amend_id = 0;
  std::int64_t new_price = 0;
  std::int64_t new_quantity = 0;
  std::int64_t expire_time = 0;
  std::uint8_t has_price = 0;
  std::uint8_t has_quantity = 0;
  std::uint8_t clamp_price = 0;
  std::uint8_t cancel_on_failure = 0;
  std::uint8_t reserved[4] = {};
};

struct CancelRecord {
  static constexpr RecordType kType = RecordType::Cancel;
  std::uint64_t client_id = 0;
  std::uint64_t venue_id = 0;
  std::uint32_t instrument = InstrumentId::kNone;
  std::uint32_t reserved = 0;
};

struct NotSentRecord {
  static constexpr RecordType kType = RecordType::NotSent;
  std::uint64_t client_id = 0;
  ExecutionReport::Request request = ExecutionReport::Request::Place;
  SendResult result = SendResult::Sent;
  std::uint8_t reserved[6] = {};
};

struct FillFields {
  __int128 fee = 0;  ///< 10^-18, positive is paid
  std::int64_t trade_id = 0;
  std::int64_t price = 0;
  std::int64_t quantity = 0;
  std::int64_t exchange_time = 0;
  std::uint16_t fee_currency = CurrencyId::kNone;
  std::uint8_t maker = 0;
  std::uint8_t own_tag = 0;  ///< of a FillRow: its order carries our tag
  std::uint8_t reserved[4] = {};
  std::uint64_t bill_id = 0;  ///< venue's booking id; 0: not told
};
static_assert(sizeof(FillFields) == 64);

struct ReportRecord {
  static constexpr RecordType kType = RecordType::Report;
  static constexpr std::size_t kFirstSize = 160;
  FillFields fill;
  std::uint64_t client_id = 0;
  std::uint64_t venue_id = 0;
  std::uint64_t amend_id = 0;
  std::int64_t price = 0;
  std::int64_t quantity = 0;
  std::int64_t cumulative_quantity = 0;
  std::int64_t exchange_time = 0;
  std::int64_t receive_time = 0;
  std::uint32_t instrument = InstrumentId::kNone;
  std::int32_t venue_code = 0;
  std::uint16_t account = 0;
  ExecutionReport::Kind kind = ExecutionReport::Kind::Status;
  ExecutionReport::Source source = ExecutionReport::Source::Push;
  ExecutionReport::Request request = ExecutionReport::Request::None;
  VenueReason reason = VenueReason::None;
  OrderState state = OrderState::Live;
  Side side = Side::Buy;
  OrderKind order_kind = OrderKind::Limit;
  std::uint8_t own_tag = 0;
  std::uint8_t reduce_only = 0;
  PositionSide position_side = PositionSide::Net;
  std::uint8_t has_fill = 0;
  std::uint8_t algo_client_id[8] = {};  ///< whose child it is, little-endian; 0: none of ours
  std::uint8_t reserved[3] = {};
  std::uint64_t algo_venue_id = 0;  ///< likewise, the venue's; 0: none
  std::uint64_t reserved_tail = 0;
};

struct FillRowRecord {
  static constexpr RecordType kType = RecordType::FillRow;
  FillFields fill;
  std::uint64_t client_id = 0;
  std::uint64_t venue_id = 0;
  std::int64_t receive_time = 0;
  std::uint32_t instrument = InstrumentId::kNone;
  std::uint16_t account = 0;
  Side side = Side::Buy;
  PositionSide position_side = PositionSide::Net;
};

struct FillBookedRecord {
  static constexpr RecordType kType = RecordType::FillBooked;
  FillFields fill;
  std::uint64_t client_id = 0;  ///< 0: not an order of ours
  std::uint64_t venue_id = 0;
  std::uint32_t instrument = InstrumentId::kNone;
  std::uint16_t account = 0;
  std::uint16_t strategy = StrategyId::kNone;  ///< none: a foreign order's
  Side side = Side::Buy;
  PositionSide position_side = PositionSide::Net;
  std::uint8_t late = 0;  ///< 1: the order was believed to be gone
  std::uint8_t reserved[5] = {};
};

struct PositionRecord {
  static constexpr RecordType kType = RecordType::Position;
  __int128 average_entry_price = 0;
  std::int64_t quantity = 0;
  std::int64_t last_trade = 0;
  std::int64_t exchange_time = 0;
  std::int64_t receive_time = 0;
  std::uint32_t instrument = InstrumentId::kNone;
  std::uint16_t account = 0;
  PositionSide side = PositionSide::Net;
  std::uint8_t from_snapshot = 0;
  std::uint64_t reserved = 0;
};

struct BalanceRecord {
  static constexpr RecordType kType = RecordType::Balance;
  __int128 cash = 0;
  __int128 available = 0;
  __int128 equity = 0;
  std::int64_t exchange_time = 0;
  std::int64_t receive_time = 0;
  std::uint16_t currency = CurrencyId::kNone;
  std::uint16_t account = 0;
  std::uint8_t from_snapshot = 0;
  std::uint8_t reserved[11] = {};
};

struct SnapshotEdgeRecord {
  static constexpr RecordType kType = RecordType::SnapshotEdge;
  std::uint64_t request = 0;
  std::int64_t requested_at = 0;  ///< begin only
  SnapshotKind kind = SnapshotKind::OpenOrders;
  std::uint8_t end = 0;
  std::uint8_t complete = 0;
  std::uint8_t reserved[5] = {};
};

struct ConnectionRecord {
  static constexpr RecordType kType = RecordType::Connection;
  std::uint8_t account = 0;  ///< 1: the account's connection, 0: the market's
  ConnectionState state = ConnectionState::Disconnected;
  std::uint8_t reserved[6] = {};
};

struct StateRecord {
  static constexpr RecordType kType = RecordType::State;
  std::uint32_t instrument = InstrumentId::kNone;  ///< none: the engine
  EngineState state = EngineState::Cold;
  HoldReason hold_reason = HoldReason::None;
  std::uint8_t reserved[2] = {};
};

struct CommandRecord {
  static constexpr RecordType kType = RecordType::Command;
  enum class Kind : std::uint8_t { Kill, Resume, Hold, CancelAll, Accept, Resolve };
  std::uint64_t client_id = 0;  ///< Resolve
  std::uint32_t instrument = InstrumentId::kNone;
  Kind kind = Kind::Kill;
  std::uint8_t resolution = 0;   ///< Resolve: OrderResolution
  std::uint16_t balance_of = 0;  ///< Accept of a balance: its currency's number + 1; 0: of none
  char who[32] = {};
  char why[64] = {};
};

/// One per leg that differed.
struct AdjustmentRecord {
  static constexpr RecordType kType = RecordType::Adjustment;
  std::int64_t before = 0;  ///< account position of the leg by fills, raw quantity
  std::int64_t after = 0;
  __int128 average_entry_price = 0;  ///< venue's, 10^-18 quote per unit; 0 unknown
  std::uint32_t instrument = InstrumentId::kNone;
  std::uint16_t account = 0;
  PositionSide position_side = PositionSide::Net;  ///< Short, or Net for the net or long leg
  std::uint8_t reserved = 0;
  std::int64_t as_of = 0;  ///< venue's clock: fills up to then are in `after`; 0 unknown
};
static_assert(sizeof(AdjustmentRecord) == 48);

struct OrderEndedRecord {
  static constexpr RecordType kType = RecordType::OrderEnded;
  std::uint64_t client_id = 0;
  std::int64_t cumulative_quantity = 0;
  OrderEventKind kind = OrderEventKind::Cancelled;
  VenueReason reason = VenueReason::None;
  std::uint8_t reserved[6] = {};
};

struct AlgoIntentRecord {
  static constexpr RecordType kType = RecordType::AlgoIntent;
  AlgoTerms terms;
  std::uint64_t handle = 0;
  std::uint64_t cookie = 0;
  std::int64_t intent_time = 0;
  std::int64_t trigger_time = 0;
  std::uint32_t instrument = 0;
  std::uint16_t strategy = 0;
  std::uint16_t reserved = 0;
};

struct AlgoPlaceRecord {
  static constexpr RecordType kType = RecordType::AlgoPlace;
  AlgoTerms terms;  ///< as sent
  std::uint64_t client_id = 0;
  std::uint64_t handle = 0;
  std::uint64_t cookie = 0;
  std::int64_t quantity = 0;     ///< of one that closes the position: the position then
  std::int64_t expire_time = 0;  ///< venue clock: "not found" counts from then on
  std::uint32_t instrument = InstrumentId::kNone;
  std::uint16_t strategy = 0;
  MarginMode margin_mode = MarginMode::Cross;
  std::uint8_t protective = 0;
  std::uint64_t attached_to = 0;  ///< exits of that order: they went with its request
};

struct AlgoReportRecord {
  static constexpr RecordType kType = RecordType::AlgoReport;
  AlgoTerms terms;
  std::uint64_t children[AlgoReport::kMaxChildren] = {};
  std::uint64_t client_id = 0;
  std::uint64_t venue_id = 0;
  std::uint64_t amend_id = 0;
  std::int64_t exchange_time = 0;
  std::int64_t receive_time = 0;
  std::uint32_t instrument = InstrumentId::kNone;
  std::int32_t venue_code = 0;
  std::uint16_t account = 0;
  ExecutionReport::Source source = ExecutionReport::Source::Push;
  AlgoState state = AlgoState::Live;
  VenueReason reason = VenueReason::None;
  std::uint8_t own_tag = 0;
  std::uint8_t amend_failed = 0;
  std::uint8_t children_count = 0;
};

struct ControlRecord {
  static constexpr RecordType kType = RecordType::Control;
  enum class Action : std::uint8_t { Kill, Resume, Cancel, Flatten };
  std::uint64_t client_id = 0;  ///< Order
  std::uint64_t venue_id = 0;   ///< Order, where it has no client id of ours
  std::uint32_t instrument = InstrumentId::kNone;
  std::uint16_t strategy = StrategyId::kNone;
  ControlLevel level = ControlLevel::Engine;
  Action action = Action::Kill;
  char who[32] = {};
  char why[64] = {};
};
static_assert(sizeof(ControlRecord) == 120);

struct PauseRecord {
  static constexpr RecordType kType = RecordType::Pause;
  std::int64_t length = 0;  ///< nanoseconds
};
static_assert(sizeof(PauseRecord) == 8);

struct LimitChangeRecord {
  static constexpr RecordType kType = RecordType::LimitChange;
  char key[88] = {};  ///< as in the configuration: "risk.account.order_notional_max"
  char before[40] = {};
  char after[40] = {};
  char who[48] = {};
  std::uint8_t loosens = 0;
  std::uint8_t from_file = 0;  ///< 1: the configuration file said so; 0: a command
  std::uint8_t reserved[6] = {};
};

struct OverrideRecord {
  static constexpr RecordType kType = RecordType::Override;
  std::uint64_t client_id = 0;  ///< 0: granted; else the order that used it
  std::int64_t expires = 0;
  std::uint16_t strategy = 0;
  DenialReason rule = DenialReason::NotReady;
  std::uint8_t reserved[5] = {};
  char who[48] = {};
  char why[120] = {};
};

struct RuleRecord {
  static constexpr RecordType kType = RecordType::Rule;
  __int128 limit = 0;
  __int128 value = 0;
  std::uint32_t instrument = InstrumentId::kNone;
  std::uint16_t strategy = StrategyId::kNone;  ///< none: of a market
  DenialReason reason = DenialReason::NotReady;
  std::uint8_t reserved[9] = {};
};

struct StrategyLatchRecord {
  static constexpr RecordType kType = RecordType::Latch;
  std::uint16_t strategy = 0;
  DenialReason reason = DenialReason::NotReady;
  std::uint8_t disabled = 0;  ///< 0: a person enabled it
  std::uint8_t reserved[4] = {};
  char who[48] = {};
};

/// A command that changes something, as it was given on the admin socket and before it is carried
/// out (SEC-04). What the core did about it follows as records of its own.
struct OperatorCommandRecord {
  static constexpr RecordType kType = RecordType::OperatorCommand;
  std::uint32_t user = 0;    ///< as the kernel told
  std::int32_t process = 0;  ///< likewise
  char who[48] = {};         ///< "alice (uid 1000, pid 4242)"
  char what[200] = {};       ///< the words, cut if they are longer
};
static_assert(sizeof(OperatorCommandRecord) == 256);

struct ReductionRecord {
  static constexpr RecordType kType = RecordType::Reduction;
  enum class Step : std::uint8_t { Started, Done, Residue, Withdrawn };
  std::int64_t target = 0;  ///< magnitude that may remain
  std::int64_t left = 0;    ///< position, signed
  std::uint32_t instrument = InstrumentId::kNone;
  std::uint16_t strategy = StrategyId::kNone;  ///< none: of the account
  PositionSide leg = PositionSide::Net;
  Step step = Step::Started;
  std::uint32_t collar_ppm = 0;  ///< 0: the gate's alone
  DenialReason reason = DenialReason::Killed;
  std::uint8_t refused = 0;  ///< 1: `reason` is the newest refusal
  std::uint8_t by_rule = 0;  ///< 1: a protection's: a restart goes on with it
  std::uint8_t reserved = 0;
};

/// BillReport as it is written.
struct BillRecord {
  static constexpr RecordType kType = RecordType::Bill;
  __int128 change = 0;
  __int128 balance = 0;
  __int128 profit = 0;
  __int128 fee = 0;
  std::uint64_t bill_id = 0;
  std::uint64_t venue_id = 0;
  std::int64_t trade_id = 0;
  std::int64_t exchange_time = 0;
  std::int64_t receive_time = 0;
  std::uint32_t instrument = InstrumentId::kNone;
  std::int32_t venue_kind = 0;
  std::int32_t venue_sub_kind = 0;
  std::uint16_t currency = CurrencyId::kNone;
  std::uint16_t account = 0;
  BillKind kind = BillKind::Other;
  std::uint8_t reserved[7] = {};
};
static_assert(sizeof(BillRecord) == 128);

/// All money is 10^-18 of the instrument's notional currency.
struct DayRowRecord {
  static constexpr RecordType kType = RecordType::DayRow;
  __int128 base_realised = 0;
  __int128 base_fees = 0;
  __int128 base_funding = 0;
  __int128 base_unrealised = 0;  ///< at `price`
  __int128 held_cost = 0;        ///< PositionCost
  std::int64_t held_quantity = 0;
  std::int64_t price = 0;  ///< 0: none was known; `base_unrealised` follows with another record
  std::int64_t day = 0;    ///< when it began
  std::uint32_t instrument = InstrumentId::kNone;
  std::uint16_t strategy = StrategyId::kNone;
  std::uint8_t is_account = 0;  ///< 1: of the account; `strategy` is none
  std::uint8_t waits = 0;       ///< 1: the price is not known yet; 2: of an adjustment's either
};
static_assert(sizeof(DayRowRecord) == 112);

struct DayMoneyRecord {
  static constexpr RecordType kType = RecordType::DayMoney;
  __int128 base_other = 0;
  __int128 base_fees = 0;
  __int128 worth = 0;  ///< of one unit in the risk currency, 10^-18; 0: not known
  std::int64_t day = 0;
  std::uint16_t currency = CurrencyId::kNone;
  std::uint16_t strategy = StrategyId::kNone;
  std::uint8_t is_account = 0;
  std::uint8_t begins = 0;  ///< 1: the last of its day: all bases are written
  std::uint8_t reserved[2] = {};
};
static_assert(sizeof(DayMoneyRecord) == 64);

struct PeakRecord {
  static constexpr RecordType kType = RecordType::Peak;
  __int128 peak = 0;  ///< 10^-18 of `currency`
  std::uint16_t currency = CurrencyId::kNone;
  std::uint16_t strategy = StrategyId::kNone;
  std::uint8_t is_account = 0;
  std::uint8_t reserved[11] = {};
};

/// What was decided by prices, which the journal has not.
struct RiskActionRecord {
  static constexpr RecordType kType = RecordType::RiskAction;
  enum class Kind : std::uint8_t {
    LossOfDay,
    Drawdown,
    NotValued,   ///< what a limit watches cannot be valued; `value`: age in nanoseconds
    Valued,      ///< it can again
    Protection,  ///< `rule`: its place in the configuration
    Rearmed,     ///< that rule may act again: its condition had not held for long
  };
  __int128 limit = 0;  ///< 10^-18 of the risk currency, or millionths
  __int128 value = 0;
  std::uint32_t instrument = InstrumentId::kNone;
  std::uint16_t strategy = StrategyId::kNone;
  std::uint16_t rule = 0;
  Kind kind = Kind::LossOfDay;
  std::uint8_t is_account = 0;
  std::uint8_t action = 0;  ///< ProtectionAction
  std::uint8_t watch = 0;   ///< ProtectionWatch
  std::uint8_t reserved[4] = {};
};
static_assert(sizeof(RiskActionRecord) == 48);

/// opening + changes = closing, to the last unit.
struct BalanceCheckRecord {
  static constexpr RecordType kType = RecordType::BalanceCheck;
  __int128 opening = 0;
  __int128 changes = 0;  ///< by bills, and what they left over
  __int128 closing = 0;
  __int128 unexplained = 0;  ///< by no bill, since the start
  std::int64_t begin = 0;
  std::uint16_t currency = CurrencyId::kNone;
  std::uint8_t is_day = 0;  ///< 1: of the day, 0: of the hour
  std::uint8_t reserved[5] = {};
};
static_assert(sizeof(BalanceCheckRecord) == 80);

/// The record in `payload`, of this version or of the first; nothing when its size is another's.
template <class Record>
std::optional<Record> read_record(std::span<const std::byte> payload) noexcept {
  static_assert(std::is_trivially_copyable_v<Record>);
  Record record;
  bool is_known = payload.size() == sizeof(Record);
  if constexpr (requires { Record::kFirstSize; })
    is_known = is_known || payload.size() == Record::kFirstSize;
  if (!is_known) return std::nullopt;
  std::memcpy(&record, payload.data(), payload.size());
  return record;
}

FillFields to_fields(const Fill& fill) noexcept;
Fill from_fields(const FillFields& fields) noexcept;
ReportRecord to_record(const ExecutionReport& report) noexcept;
BillRecord to_record(const BillReport& bill) noexcept;
BillReport from_record(const BillRecord& record) noexcept;
FillRowRecord to_record(const FillReport& report) noexcept;
PositionRecord to_record(const PositionReport& report, bool from_snapshot) noexcept;
BalanceRecord to_record(const BalanceReport& report, bool from_snapshot) noexcept;
PlaceIntentRecord to_record(const OrderIntent& intent, Timestamp trigger_time) noexcept;
AmendIntentRecord to_record(const AmendIntent& intent) noexcept;
OptionFields to_fields(const OrderOptions& options) noexcept;
OrderOptions from_fields(const OptionFields& fields) noexcept;
AlgoIntentRecord to_record(const AlgoIntent& intent, Timestamp trigger_time) noexcept;
AlgoPlaceRecord to_record(const Order& order, const AlgoPlaceRequest& request) noexcept;
AlgoReportRecord to_record(const AlgoReport& report) noexcept;

}  // namespace gannet::engine
