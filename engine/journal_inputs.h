#pragma once

#include <cstdint>
#include <cstring>
#include <optional>
#include <span>
#include <string_view>

#include "domain/algo_orders.h"
#include "domain/market_updates.h"
#include "domain/orders.h"
#include "domain/venue.h"
#include "engine/journal_records.h"
#include "engine/lane_messages.h"
#include "risk/market_tap.h"

namespace gannet::engine {

// Records that a replay needs beside those that people read: inputs that leave no other trace, how
// inputs belong together, and what was read of the market. The same rules as in journal_records.h.

/// An Observations record is a run of notes: a head of 8 bytes and what its form says.
struct NoteHead {
  /// `what` of a turn of the timer: `subject` is the distance to the turn before it in the same
  /// record, in nanoseconds; the first, and one further away, says its time as a value instead.
  static constexpr std::uint8_t kTurn = 0xff;
  enum class Form : std::uint8_t { Absent, Short, Long };  ///< no value; 8 bytes; 16 bytes
  std::uint32_t subject = 0;
  std::uint8_t what = kTurn;  ///< risk::MarketValue, or kTurn
  Form form = Form::Absent;
  std::uint16_t reserved = 0;
};
static_assert(sizeof(NoteHead) == 8);

/// One note as it is read.
struct Note {
  NoteHead head;
  std::optional<__int128> value;
  std::size_t size = 0;  ///< bytes
};
/// The note at the start of `bytes`; nothing when they are not one.
std::optional<Note> read_note(std::span<const std::byte> bytes) noexcept;

struct BatchEdgeRecord {
  static constexpr RecordType kType = RecordType::BatchEdge;
  enum class Kind : std::uint8_t {
    Places,       ///< the next `count` intents are one batch
    Amends,       ///< likewise
    WholePlaces,  ///< likewise, each as an IntentWithExits that follows at once
    CancelSoon,   ///< the next cancel leaves with the one after it, or with the timer
    Nested,       ///< the next input came while the port was being called
  };
  Kind kind = Kind::Places;
  std::uint8_t reserved = 0;
  std::uint16_t count = 0;
  std::uint32_t reserved_tail = 0;
};

struct CoreCallRecord {
  static constexpr RecordType kType = RecordType::CoreCall;
  enum class Kind : std::uint8_t {
    JournalFailed,  ///< argument: 0 or 1
    RequestRound,
    ReleaseDeadMan,
    CancelOrder,     ///< argument: client id
    StrategyFailed,  ///< argument: strategy
    MarketSuspect,   ///< argument: instrument
    BillsListed,     ///< argument: until when, of the venue's clock
  };
  std::uint64_t argument = 0;
  Kind kind = Kind::RequestRound;
  std::uint8_t reserved[7] = {};
};

/// A wish for an order with exits of its own, whole.
struct IntentWithExitsRecord {
  static constexpr RecordType kType = RecordType::IntentWithExits;
  PlaceIntentRecord intent;
  std::int64_t take_profit = 0;
  std::int64_t take_profit_limit = 0;
  std::int64_t stop = 0;
  std::int64_t stop_limit = 0;
  TriggerSource take_profit_by = TriggerSource::Last;
  TriggerSource stop_by = TriggerSource::Last;
  std::uint8_t reserved[6] = {};
};

struct VenueClockRecord {
  static constexpr RecordType kType = RecordType::VenueClock;
  std::int64_t offset = 0;
};

struct DeadManAnswerRecord {
  static constexpr RecordType kType = RecordType::DeadManAnswer;
  std::int64_t requested_at = 0;
  std::uint8_t accepted = 0;
  std::uint8_t reserved[7] = {};
};

struct CashRecord {
  static constexpr RecordType kType = RecordType::Cash;
  __int128 cash = 0;
  std::int64_t exchange_time = 0;
  std::int64_t receive_time = 0;
  std::uint16_t currency = CurrencyId::kNone;
  std::uint16_t account = 0;
  std::uint8_t reserved[12] = {};
};

struct LiquidationAlertRecord {
  static constexpr RecordType kType = RecordType::LiquidationAlert;
  std::int64_t quantity = 0;
  std::int64_t margin_ratio_ppm = 0;
  std::int64_t exchange_time = 0;
  std::int64_t receive_time = 0;
  std::uint32_t instrument = InstrumentId::kNone;
  PositionSide side = PositionSide::Net;
  std::uint8_t reserved[3] = {};
};

struct InstrumentStateRecord {
  static constexpr RecordType kType = RecordType::InstrumentState;
  std::uint32_t instrument = InstrumentId::kNone;
  ::gannet::InstrumentState state = ::gannet::InstrumentState::Unknown;
  std::uint8_t reserved[3] = {};
};

struct InstrumentChangedRecord {
  static constexpr RecordType kType = RecordType::InstrumentChanged;
  std::int64_t tick_size = 0;
  std::int64_t lot_size = 0;
  std::int64_t minimum_quantity = 0;
  std::int64_t maximum_limit_quantity = 0;
  std::int64_t maximum_market_quantity = 0;
  std::int64_t contract_value = 0;
  std::int64_t contract_multiplier = 0;
  std::int64_t expiry_time = 0;
  std::uint32_t instrument = InstrumentId::kNone;
  ::gannet::InstrumentState state = ::gannet::InstrumentState::Unknown;
  std::uint8_t present = 0;  ///< one bit each of the eight above, in their order
  std::uint8_t contract_value_digits = 0;
  std::uint8_t contract_multiplier_digits = 0;
  std::uint8_t unit_too_coarse = 0;
  std::uint8_t reserved[7] = {};
};

struct MaySendAgainRecord {
  static constexpr RecordType kType = RecordType::MaySendAgain;
  std::uint64_t client_id = 0;
  std::uint64_t amend_id = 0;
  std::uint32_t instrument = InstrumentId::kNone;
  ExecutionReport::Request request = ExecutionReport::Request::None;
  std::uint8_t reserved[3] = {};
};

struct NotAskedRecord {
  static constexpr RecordType kType = RecordType::NotAsked;
  enum class Question : std::uint8_t { Order, AlgoOrder, List, DeadMan };
  Question question = Question::Order;
  std::uint8_t reserved[7] = {};
};

struct LostRecord {
  static constexpr RecordType kType = RecordType::Lost;
  std::uint64_t records = 0;
};

IntentWithExitsRecord to_whole_record(const OrderIntent& intent, Timestamp trigger) noexcept;
CashRecord to_record(const CashReport& cash) noexcept;
LiquidationAlertRecord to_record(const LiquidationWarning& warning) noexcept;
InstrumentChangedRecord to_record(const InstrumentChange& change) noexcept;

// The other way round.
OrderIntent from_record(const PlaceIntentRecord& record) noexcept;
OrderIntent from_record(const IntentWithExitsRecord& record) noexcept;
AmendIntent from_record(const AmendIntentRecord& record) noexcept;
AlgoIntent from_record(const AlgoIntentRecord& record) noexcept;
ExecutionReport from_record(const ReportRecord& record) noexcept;
FillReport from_record(const FillRowRecord& record) noexcept;
PositionReport from_record(const PositionRecord& record, CurrencyId quote) noexcept;
BalanceReport from_record(const BalanceRecord& record) noexcept;
AlgoReport from_record(const AlgoReportRecord& record) noexcept;
CashReport from_record(const CashRecord& record) noexcept;
LiquidationWarning from_record(const LiquidationAlertRecord& record) noexcept;
InstrumentChange from_record(const InstrumentChangedRecord& record) noexcept;

/// Name of the record's type as people read it.
std::string_view name_of(RecordType type) noexcept;

}  // namespace gannet::engine
