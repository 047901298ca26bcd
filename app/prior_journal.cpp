#include "app/prior_journal.h"

#include <algorithm>
#include <span>
#include <type_traits>
#include <utility>

#include "engine/journal_definitions.h"
#include "engine/journal_inputs.h"
#include "engine/journal_records.h"

namespace gannet::app {

using engine::RecordType;

PriorJournal::PriorJournal(const InstrumentTable& instruments, const CurrencyTable& currencies,
                           std::vector<std::string> strategies)
    : instruments_(instruments), currencies_(currencies), strategies_(std::move(strategies)) {}

std::uint32_t PriorJournal::instrument(std::uint32_t then) const {
  const auto found = instrument_now_.find(then);
  return found == instrument_now_.end() ? InstrumentId::kNone : found->second.value;
}

std::uint16_t PriorJournal::strategy(std::uint16_t then) const {
  const auto found = strategy_now_.find(then);
  return found == strategy_now_.end() ? StrategyId::kNone : found->second;
}

std::uint16_t PriorJournal::currency(std::uint16_t then) const {
  const auto found = currency_now_.find(then);
  return found == currency_now_.end() ? CurrencyId::kNone : found->second.value;
}

template <class Record>
void PriorJournal::translate(const JournalRecord& record) {
  auto now = engine::read_record<Record>(record.payload);
  if (!now) {
    ++left_out_;
    return;
  }
  if constexpr (requires { now->instrument; }) {
    const std::uint32_t then = now->instrument;
    now->instrument = instrument(then);
    // Only "no instrument" may stay unnamed: an order's or a fill's must be known.
    // What a protection did concerns a strategy or the account, whatever set it off.
    constexpr bool kMayBeGone = std::is_same_v<Record, engine::RiskActionRecord>;
    if (!kMayBeGone && then != InstrumentId::kNone && now->instrument == InstrumentId::kNone) {
      ++left_out_;
      return;
    }
  }
  if constexpr (requires { now->strategy; }) now->strategy = strategy(now->strategy);
  if constexpr (requires { now->fill.fee_currency; })
    now->fill.fee_currency = currency(now->fill.fee_currency);
  if constexpr (requires { now->currency; }) now->currency = currency(now->currency);
  belief_.add(Record::kType, std::as_bytes(std::span(&*now, 1)), {record.head.time});
}

void PriorJournal::add(const JournalRecord& record) {
  switch (record.head.type) {
    case engine::InstrumentDefinition::kType:
      if (const auto it = engine::read_record<engine::InstrumentDefinition>(record.payload)) {
        const InstrumentId id = instruments_.find(it->name);
        // Quantities of another unit would be read wrongly: such an instrument starts from the
        // venue.
        const bool same = id.valid() && instruments_[id].price_digits == it->price_digits &&
                          instruments_[id].quantity_digits == it->quantity_digits;
        instrument_now_[it->instrument] = same ? id : InstrumentId{};
        if (same) belief_.add_instrument(id, {record.head.time});
      }
      return;
    case engine::CurrencyDefinition::kType:
      if (const auto it = engine::read_record<engine::CurrencyDefinition>(record.payload)) {
        currency_now_[static_cast<std::uint16_t>(it->currency)] = currencies_.find(it->name);
      }
      return;
    case engine::StrategyDefinition::kType:
      if (const auto it = engine::read_record<engine::StrategyDefinition>(record.payload)) {
        const auto found = std::ranges::find(strategies_, std::string(it->name));
        strategy_now_[static_cast<std::uint16_t>(it->strategy)] =
            found == strategies_.end() ? StrategyId::kNone
                                       : static_cast<std::uint16_t>(found - strategies_.begin());
      }
      return;
    default:
      break;
  }
  switch (static_cast<RecordType>(record.head.type)) {
    case RecordType::Run:
      return translate<engine::RunRecord>(record);
    case RecordType::Place:
      return translate<engine::PlaceRecord>(record);
    case RecordType::AlgoPlace:
      return translate<engine::AlgoPlaceRecord>(record);
    case RecordType::AlgoReport:
      return translate<engine::AlgoReportRecord>(record);
    case RecordType::Amend:
      return translate<engine::AmendRecord>(record);
    case RecordType::Cancel:
      return translate<engine::CancelRecord>(record);
    case RecordType::NotSent:
      return translate<engine::NotSentRecord>(record);
    case RecordType::Report:
      return translate<engine::ReportRecord>(record);
    case RecordType::FillBooked:
      return translate<engine::FillBookedRecord>(record);
    case RecordType::Adjustment:
      return translate<engine::AdjustmentRecord>(record);
    case RecordType::Bill:
      return translate<engine::BillRecord>(record);
    case RecordType::DayRow:
      return translate<engine::DayRowRecord>(record);
    case RecordType::DayMoney:
      return translate<engine::DayMoneyRecord>(record);
    case RecordType::Peak:
      return translate<engine::PeakRecord>(record);
    case RecordType::SnapshotEdge:
      return translate<engine::SnapshotEdgeRecord>(record);
    case RecordType::OrderEnded:
      return translate<engine::OrderEndedRecord>(record);
    case RecordType::Command:
      return translate<engine::CommandRecord>(record);
    case RecordType::VenueClock:
      return translate<engine::VenueClockRecord>(record);
    case RecordType::Control:
      return translate<engine::ControlRecord>(record);
    case RecordType::Latch:
      return translate<engine::StrategyLatchRecord>(record);
    case RecordType::RiskAction:
      return translate<engine::RiskActionRecord>(record);
    case RecordType::Reduction:
      // Of a strategy that is gone: no strategy would read as the account's.
      if (const auto it = engine::read_record<engine::ReductionRecord>(record.payload);
          it && it->strategy != StrategyId::kNone && strategy(it->strategy) == StrategyId::kNone)
        return;
      return translate<engine::ReductionRecord>(record);
    default:
      return;  // says nothing about orders, positions or kill
  }
}

}  // namespace gannet::app
