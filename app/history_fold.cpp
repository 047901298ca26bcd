#include "app/history_fold.h"

#include <algorithm>
#include <array>

#include "base/journal_snapshot.h"
#include "domain/amount.h"
#include "domain/units.h"

namespace gannet::app {
namespace {

using engine::RecordType;

constexpr std::uint64_t kRecordsACommit = 20'000;
/// The account's positions, beside those of strategies (whose names are not empty) and of nobody.
const std::string kAccount = "(account)";

std::string units_text_of(std::int64_t raw, int digits) {
  std::array<char, kMaxUnitsText> text;
  return {text.data(), format_units(text.data(), raw, digits)};
}

std::string amount_text_of(__int128 raw) { return to_string(Amount{raw, {}}); }

std::string side_word(Side side) { return side == Side::Buy ? "buy" : "sell"; }

std::string_view ended_as(engine::OrderEventKind kind) {
  switch (kind) {
    case engine::OrderEventKind::Filled:
      return "filled";
    case engine::OrderEventKind::Cancelled:
      return "cancelled";
    case engine::OrderEventKind::Rejected:
      return "rejected";
    case engine::OrderEventKind::Expired:
      return "expired";
    default:
      return "ended";
  }
}

std::string_view bill_word(BillKind kind) {
  switch (kind) {
    case BillKind::Trade:
      return "trade";
    case BillKind::Funding:
      return "funding";
    case BillKind::Transfer:
      return "transfer";
    case BillKind::MarginTransfer:
      return "margin_transfer";
    case BillKind::Interest:
      return "interest";
    case BillKind::Liquidation:
      return "liquidation";
    case BillKind::AutoDeleveraging:
      return "auto_deleveraging";
    case BillKind::Delivery:
      return "delivery";
    case BillKind::Settlement:
      return "settlement";
    case BillKind::Clawback:
      return "clawback";
    case BillKind::Conversion:
      return "conversion";
    case BillKind::Other:
      return "other";
  }
  return "other";
}

/// As much of it as reckoning with fills needs.
Instrument instrument_of(const engine::InstrumentDefinition& definition) {
  Instrument instrument;
  instrument.id = InstrumentId{definition.instrument};
  instrument.name = InstrumentName(definition.name);
  instrument.kind = definition.kind;
  instrument.contract = definition.contract;
  instrument.price_digits = definition.price_digits;
  instrument.quantity_digits = definition.quantity_digits;
  instrument.base = CurrencyId{definition.base};
  instrument.quote = CurrencyId{definition.quote};
  instrument.settle = CurrencyId{definition.settle};
  instrument.tick_size = {definition.tick_size};
  instrument.lot_size = {definition.lot_size};
  instrument.contract_value = {definition.contract_value, definition.contract_value_digits};
  instrument.contract_multiplier = {definition.contract_multiplier,
                                    definition.contract_multiplier_digits};
  return instrument;
}

/// Sequence that the oldest segment begins with; 0: there is none.
std::uint64_t first_kept(const std::string& directory) {
  const auto names = JournalFiles::disk().list(directory);
  if (!names) return 0;
  const auto segments = segments_of(*names);
  return segments.empty() ? 0 : first_sequence_of(segments.front());
}

}  // namespace

bool HistoryFold::wants(std::uint16_t type) noexcept {
  if ((type & kJournalDefinition) != 0) return true;
  switch (static_cast<RecordType>(type)) {
    case RecordType::Place:
    case RecordType::AlgoPlace:
    case RecordType::NotSent:
    case RecordType::Report:
    case RecordType::OrderEnded:
    case RecordType::FillBooked:
    case RecordType::Adjustment:
    case RecordType::Balance:
    case RecordType::Bill:
      return true;
    default:
      return false;
  }
}

void HistoryFold::add(const JournalRecord& record) {
  last_ = record.head.sequence;
  switch (record.head.type) {
    case engine::InstrumentDefinition::kType:
      if (const auto it = engine::read_record<engine::InstrumentDefinition>(record.payload))
        define(*it);
      return;
    case engine::CurrencyDefinition::kType:
      if (const auto it = engine::read_record<engine::CurrencyDefinition>(record.payload))
        currencies_[static_cast<std::uint16_t>(it->currency)] = it->name;
      return;
    case engine::StrategyDefinition::kType:
      if (const auto it = engine::read_record<engine::StrategyDefinition>(record.payload))
        strategies_[static_cast<std::uint16_t>(it->strategy)] = it->name;
      return;
    default:
      add_event(record);
  }
}

void HistoryFold::define(const engine::InstrumentDefinition& definition) {
  const Instrument instrument = instrument_of(definition);
  const std::string name(instrument.name.view());
  for (const auto& [id, known] : instruments_) {
    const bool is_same = known.name == instrument.name &&
                         known.price_digits == instrument.price_digits &&
                         known.quantity_digits == instrument.quantity_digits;
    if (known.name != instrument.name || is_same) continue;
    // In other units the engine itself begins from the venue: so do we.
    std::erase_if(positions_, [&](const auto& entry) { return entry.first.second == name; });
    break;
  }
  instruments_[definition.instrument] = instrument;
}

void HistoryFold::add_event(const JournalRecord& record) {
  const auto read = [&]<class Record>(Record*) {
    return engine::read_record<Record>(record.payload);
  };
  sequence_ = record.head.sequence;
  const std::int64_t time = record.head.time;
  switch (static_cast<RecordType>(record.head.type)) {
    case RecordType::Place:
      if (const auto it = read(static_cast<engine::PlaceRecord*>(nullptr))) add(*it, time);
      break;
    case RecordType::AlgoPlace:
      if (const auto it = read(static_cast<engine::AlgoPlaceRecord*>(nullptr))) add(*it, time);
      break;
    case RecordType::NotSent:
      if (const auto it = read(static_cast<engine::NotSentRecord*>(nullptr));
          it && it->request == ExecutionReport::Request::Place && is_new(sequence_))
        database_.end_order(it->client_id, "not_sent", time);
      break;
    case RecordType::Report:
      if (const auto it = read(static_cast<engine::ReportRecord*>(nullptr))) add(*it);
      break;
    case RecordType::OrderEnded:
      if (const auto it = read(static_cast<engine::OrderEndedRecord*>(nullptr));
          it && is_new(sequence_))
        database_.end_order(it->client_id, ended_as(it->kind), time);
      break;
    case RecordType::FillBooked:
      if (const auto it = read(static_cast<engine::FillBookedRecord*>(nullptr)))
        add(*it, sequence_, time);
      break;
    case RecordType::Adjustment:
      if (const auto it = read(static_cast<engine::AdjustmentRecord*>(nullptr))) add(*it);
      break;
    case RecordType::Bill:
      if (const auto it = read(static_cast<engine::BillRecord*>(nullptr))) add(*it, sequence_);
      break;
    case RecordType::Balance:
      if (const auto it = read(static_cast<engine::BalanceRecord*>(nullptr)))
        add(*it, sequence_, time);
      break;
    default:
      break;
  }
}

const Instrument* HistoryFold::find(std::uint32_t instrument) const {
  const auto found = instruments_.find(instrument);
  return found == instruments_.end() ? nullptr : &found->second;
}

std::string HistoryFold::strategy(std::uint16_t id) const {
  const auto found = strategies_.find(id);
  return found == strategies_.end() ? std::string() : found->second;
}

std::string HistoryFold::currency(std::uint16_t id) const {
  const auto found = currencies_.find(id);
  return found == currencies_.end() ? std::string() : found->second;
}

void HistoryFold::add(const engine::PlaceRecord& place, std::int64_t time) {
  const Instrument* instrument = find(place.instrument);
  if (instrument == nullptr || !is_new(sequence_)) return;
  HistoryOrder order;
  order.client_id = place.client_id;
  order.time = time;
  order.strategy = strategy(place.strategy);
  order.instrument = instrument->name.view();
  order.side = side_word(place.side);
  order.kind = place.kind == OrderKind::Limit ? "limit" : "market";
  order.price = units_text_of(place.price, instrument->price_digits);
  order.quantity = units_text_of(place.quantity, instrument->quantity_digits);
  database_.add(order);
}

void HistoryFold::add(const engine::AlgoPlaceRecord& place, std::int64_t time) {
  const Instrument* instrument = find(place.instrument);
  if (instrument == nullptr || !is_new(sequence_)) return;
  HistoryOrder order;
  order.client_id = place.client_id;
  order.time = time;
  order.strategy = strategy(place.strategy);
  order.instrument = instrument->name.view();
  order.side = side_word(place.terms.side);
  order.kind = "algo";
  order.price = units_text_of(main_price(place.terms).raw, instrument->price_digits);
  order.quantity = units_text_of(place.quantity, instrument->quantity_digits);
  database_.add(order);
}

void HistoryFold::add(const engine::ReportRecord& report) {
  const Instrument* instrument = find(report.instrument);
  if (instrument == nullptr || report.client_id == 0 || !is_new(sequence_)) return;
  if (report.kind != ExecutionReport::Kind::Status) {
    database_.set_order(report.client_id, report.venue_id, "", "", "");
    return;
  }
  database_.set_order(
      report.client_id, report.venue_id,
      report.price > 0 ? units_text_of(report.price, instrument->price_digits) : "",
      report.quantity > 0 ? units_text_of(report.quantity, instrument->quantity_digits) : "",
      units_text_of(report.cumulative_quantity, instrument->quantity_digits));
}

void HistoryFold::add(const engine::FillBookedRecord& booked, std::uint64_t sequence,
                      std::int64_t time) {
  const Instrument* instrument = find(booked.instrument);
  if (instrument == nullptr) return;
  const std::string owner = strategy(booked.strategy);
  const std::string name(instrument->name.view());
  const auto realise = [&](const std::string& holder) {
    PositionCost& held = positions_[{holder, name}];
    const FillResult result = apply_fill(*instrument, held, booked.side, Price{booked.fill.price},
                                         Quantity{booked.fill.quantity});
    held = result.position;
    return result.realised_pnl.raw;
  };
  const __int128 own = realise(owner);
  const __int128 of_account = realise(kAccount);
  if (!is_new(sequence)) return;
  HistoryFill fill;
  fill.sequence = sequence;
  fill.time = booked.fill.exchange_time != 0 ? booked.fill.exchange_time : time;
  fill.strategy = owner;
  fill.instrument = name;
  fill.side = side_word(booked.side);
  fill.price = units_text_of(booked.fill.price, instrument->price_digits);
  fill.quantity = units_text_of(booked.fill.quantity, instrument->quantity_digits);
  fill.fee = amount_text_of(booked.fill.fee);
  fill.fee_currency = currency(booked.fill.fee_currency);
  fill.maker = booked.fill.maker != 0;
  fill.client_id = booked.client_id;
  fill.venue_id = booked.venue_id;
  fill.trade_id = booked.fill.trade_id;
  fill.realised = amount_text_of(own);
  fill.account_realised = amount_text_of(of_account);
  fill.currency = currency(notional_currency(*instrument).value);
  database_.add(fill);
}

void HistoryFold::add(const engine::AdjustmentRecord& adjustment) {
  const Instrument* instrument = find(adjustment.instrument);
  if (instrument == nullptr) return;
  PositionCost& held = positions_[{kAccount, std::string(instrument->name.view())}];
  const Quantity sum{held.quantity.raw + adjustment.after - adjustment.before};
  held = position_at(*instrument, sum, {adjustment.average_entry_price, instrument->quote});
}

void HistoryFold::add(const engine::BillRecord& bill, std::uint64_t sequence) {
  if (!is_new(sequence)) return;
  const Instrument* instrument = find(bill.instrument);
  HistoryBill row;
  row.sequence = sequence;
  row.time = bill.exchange_time;
  row.bill_id = bill.bill_id;
  row.kind = bill_word(bill.kind);
  row.currency = currency(bill.currency);
  row.change = amount_text_of(bill.change);
  row.balance = amount_text_of(bill.balance);
  row.instrument = instrument == nullptr ? "" : std::string(instrument->name.view());
  row.venue_id = bill.venue_id;
  database_.add(row);
}

void HistoryFold::add(const engine::BalanceRecord& balance, std::uint64_t sequence,
                      std::int64_t time) {
  const std::string name = currency(balance.currency);
  const auto [known, is_first] = cash_.try_emplace(name, balance.cash);
  if (!is_first && known->second == balance.cash) return;
  known->second = balance.cash;
  if (!is_new(sequence)) return;
  database_.add(HistoryBalance{sequence, balance.exchange_time != 0 ? balance.exchange_time : time,
                               name, amount_text_of(balance.cash), amount_text_of(balance.equity)});
}

std::expected<std::uint64_t, Error> catch_up_history(HistoryDatabase& database, HistoryFold& fold,
                                                     const std::string& state_directory) {
  const std::string directory = state_directory + "/journal";
  std::uint64_t fresh = 0;
  std::uint64_t waiting = 0;
  std::expected<void, Error> written;
  database.begin();
  const auto take = [&](const JournalRecord& record) {
    if (!written || record.head.sequence <= fold.last()) return;
    fold.add(record);
    fresh += record.head.sequence > database.newest() ? 1u : 0u;
    if (++waiting < kRecordsACommit) return;
    waiting = 0;
    written = database.commit(fold.last());
    database.begin();
  };
  // Segments that have been removed: a snapshot has what matters of them, all fills among it.
  const std::uint64_t first = first_kept(directory);
  if (first > 1) {
    if (const auto snapshot = newest_snapshot(directory)) {
      for (const JournalRecord& record : snapshot->records) {
        if (record.head.sequence < first) take(record);
      }
    }
  }
  const auto read = read_journal(directory, take);
  if (written) written = database.commit(fold.last());
  if (!written) return std::unexpected(std::move(written.error()));
  if (!read) return std::unexpected(read.error());
  return fresh;
}

}  // namespace gannet::app
