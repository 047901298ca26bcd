#include "engine/journal_inputs.h"

namespace gannet::engine {
namespace {

/// Sets or reads the eight optional fields of a change in one order.
template <class Record, class Change, class F>
void for_each_field(Record& record, Change& change, F&& f) {
  f(record.tick_size, change.tick_size);
  f(record.lot_size, change.lot_size);
  f(record.minimum_quantity, change.minimum_quantity);
  f(record.maximum_limit_quantity, change.maximum_limit_quantity);
  f(record.maximum_market_quantity, change.maximum_market_quantity);
  f(record.contract_value, change.contract_value);
  f(record.contract_multiplier, change.contract_multiplier);
  f(record.expiry_time, change.expiry_time);
}

std::int64_t number_of(Price price) noexcept { return price.raw; }
std::int64_t number_of(Quantity quantity) noexcept { return quantity.raw; }
std::int64_t number_of(Decimal decimal) noexcept { return decimal.mantissa; }
std::int64_t number_of(Timestamp time) noexcept { return time.nanos; }
void set_number(Price& to, std::int64_t number) noexcept { to.raw = number; }
void set_number(Quantity& to, std::int64_t number) noexcept { to.raw = number; }
void set_number(Decimal& to, std::int64_t number) noexcept { to.mantissa = number; }
void set_number(Timestamp& to, std::int64_t number) noexcept { to.nanos = number; }

}  // namespace

std::optional<Note> read_note(std::span<const std::byte> bytes) noexcept {
  Note note;
  if (bytes.size() < sizeof note.head) return std::nullopt;
  std::memcpy(&note.head, bytes.data(), sizeof note.head);
  note.size = sizeof note.head;
  const auto rest = bytes.subspan(note.size);
  if (note.head.form == NoteHead::Form::Short) {
    std::int64_t value = 0;
    if (rest.size() < sizeof value) return std::nullopt;
    std::memcpy(&value, rest.data(), sizeof value);
    note.value = value;
    note.size += sizeof value;
  } else if (note.head.form == NoteHead::Form::Long) {
    __int128 value = 0;
    if (rest.size() < sizeof value) return std::nullopt;
    std::memcpy(&value, rest.data(), sizeof value);
    note.value = value;
    note.size += sizeof value;
  } else if (note.head.form != NoteHead::Form::Absent) {
    return std::nullopt;
  }
  return note;
}

IntentWithExitsRecord to_whole_record(const OrderIntent& intent, Timestamp trigger) noexcept {
  IntentWithExitsRecord record;
  record.intent = to_record(intent, trigger);
  record.take_profit = intent.exits.take_profit.raw;
  record.take_profit_limit = intent.exits.take_profit_limit.raw;
  record.stop = intent.exits.stop.raw;
  record.stop_limit = intent.exits.stop_limit.raw;
  record.take_profit_by = intent.exits.take_profit_by;
  record.stop_by = intent.exits.stop_by;
  return record;
}

CashRecord to_record(const CashReport& cash) noexcept {
  CashRecord record;
  record.cash = cash.cash.raw;
  record.exchange_time = cash.exchange_time.nanos;
  record.receive_time = cash.receive_time.nanos;
  record.currency = cash.cash.currency.value;
  record.account = cash.account.value;
  return record;
}

LiquidationAlertRecord to_record(const LiquidationWarning& warning) noexcept {
  LiquidationAlertRecord record;
  record.quantity = warning.quantity.raw;
  record.margin_ratio_ppm = warning.margin_ratio_ppm;
  record.exchange_time = warning.exchange_time.nanos;
  record.receive_time = warning.receive_time.nanos;
  record.instrument = warning.instrument.value;
  record.side = warning.side;
  return record;
}

InstrumentChangedRecord to_record(const InstrumentChange& change) noexcept {
  InstrumentChangedRecord record;
  record.instrument = change.instrument.value;
  record.state = change.state;
  record.unit_too_coarse = change.unit_too_coarse ? 1 : 0;
  std::uint8_t bit = 1;
  for_each_field(record, change, [&](std::int64_t& to, const auto& from) {
    if (from) {
      to = number_of(*from);
      record.present = static_cast<std::uint8_t>(record.present | bit);
    }
    bit = static_cast<std::uint8_t>(bit << 1);
  });
  record.contract_value_digits = change.contract_value.value_or(Decimal{}).digits;
  record.contract_multiplier_digits = change.contract_multiplier.value_or(Decimal{}).digits;
  return record;
}

InstrumentChange from_record(const InstrumentChangedRecord& record) noexcept {
  InstrumentChange change;
  change.instrument = InstrumentId{record.instrument};
  change.state = record.state;
  change.unit_too_coarse = record.unit_too_coarse != 0;
  std::uint8_t bit = 1;
  for_each_field(record, change, [&](const std::int64_t& from, auto& to) {
    if ((record.present & bit) != 0) set_number(to.emplace(), from);
    bit = static_cast<std::uint8_t>(bit << 1);
  });
  if (change.contract_value) change.contract_value->digits = record.contract_value_digits;
  if (change.contract_multiplier)
    change.contract_multiplier->digits = record.contract_multiplier_digits;
  return change;
}

OrderIntent from_record(const PlaceIntentRecord& record) noexcept {
  OrderIntent intent;
  intent.strategy = StrategyId{record.strategy};
  intent.handle = {record.handle};
  intent.cookie = record.cookie;
  intent.instrument = InstrumentId{record.instrument};
  intent.side = record.side;
  intent.kind = record.kind;
  intent.time_in_force = record.time_in_force;
  intent.post_only = record.post_only != 0;
  intent.reduce_only = record.reduce_only != 0;
  intent.position_side = record.position_side;
  intent.price = {record.price};
  intent.quantity = {record.quantity};
  intent.intent_time = {record.intent_time};
  intent.options = from_fields(record.options);
  intent.quote_quantity = {record.quote_quantity};
  return intent;
}

OrderIntent from_record(const IntentWithExitsRecord& record) noexcept {
  OrderIntent intent = from_record(record.intent);
  intent.exits.take_profit = {record.take_profit};
  intent.exits.take_profit_limit = {record.take_profit_limit};
  intent.exits.stop = {record.stop};
  intent.exits.stop_limit = {record.stop_limit};
  intent.exits.take_profit_by = record.take_profit_by;
  intent.exits.stop_by = record.stop_by;
  return intent;
}

AmendIntent from_record(const AmendIntentRecord& record) noexcept {
  AmendIntent intent;
  intent.strategy = StrategyId{record.strategy};
  intent.handle = {record.handle};
  if (record.has_price != 0) intent.new_price = Price{record.new_price};
  if (record.has_quantity != 0) intent.new_quantity = Quantity{record.new_quantity};
  intent.intent_time = {record.intent_time};
  intent.clamp_price = record.clamp_price != 0;
  intent.cancel_on_failure = record.cancel_on_failure != 0;
  return intent;
}

AlgoIntent from_record(const AlgoIntentRecord& record) noexcept {
  AlgoIntent intent;
  intent.strategy = StrategyId{record.strategy};
  intent.handle = {record.handle};
  intent.cookie = record.cookie;
  intent.instrument = InstrumentId{record.instrument};
  intent.terms = record.terms;
  intent.intent_time = {record.intent_time};
  return intent;
}

ExecutionReport from_record(const ReportRecord& record) noexcept {
  ExecutionReport report;
  report.kind = record.kind;
  report.source = record.source;
  report.request = record.request;
  report.reason = record.reason;
  report.venue_code = record.venue_code;
  report.account = AccountId{record.account};
  report.instrument = InstrumentId{record.instrument};
  report.client_id = {record.client_id};
  report.venue_id = {record.venue_id};
  report.own_tag = record.own_tag != 0;
  report.amend_id = record.amend_id;
  report.state = record.state;
  report.side = record.side;
  report.order_kind = record.order_kind;
  report.reduce_only = record.reduce_only != 0;
  report.position_side = record.position_side;
  report.price = {record.price};
  report.quantity = {record.quantity};
  report.cumulative_quantity = {record.cumulative_quantity};
  report.has_fill = record.has_fill != 0;
  if (report.has_fill) report.fill = from_fields(record.fill);
  for (unsigned i = 8; i-- > 0;)
    report.algo_client_id.value = report.algo_client_id.value << 8 | record.algo_client_id[i];
  report.algo_venue_id = {record.algo_venue_id};
  report.exchange_time = {record.exchange_time};
  report.receive_time = {record.receive_time};
  return report;
}

FillReport from_record(const FillRowRecord& record) noexcept {
  FillReport report;
  report.account = AccountId{record.account};
  report.instrument = InstrumentId{record.instrument};
  report.client_id = {record.client_id};
  report.venue_id = {record.venue_id};
  report.own_tag = record.fill.own_tag != 0;
  report.side = record.side;
  report.position_side = record.position_side;
  report.fill = from_fields(record.fill);
  report.receive_time = {record.receive_time};
  return report;
}

PositionReport from_record(const PositionRecord& record, CurrencyId quote) noexcept {
  PositionReport report;
  report.account = AccountId{record.account};
  report.instrument = InstrumentId{record.instrument};
  report.side = record.side;
  report.quantity = {record.quantity};
  report.average_entry_price = {record.average_entry_price, quote};
  report.last_trade = {record.last_trade};
  report.exchange_time = {record.exchange_time};
  report.receive_time = {record.receive_time};
  return report;
}

BalanceReport from_record(const BalanceRecord& record) noexcept {
  BalanceReport report;
  const CurrencyId currency{record.currency};
  report.account = AccountId{record.account};
  report.cash = {record.cash, currency};
  report.available = {record.available, currency};
  report.equity = {record.equity, currency};
  report.exchange_time = {record.exchange_time};
  report.receive_time = {record.receive_time};
  return report;
}

AlgoReport from_record(const AlgoReportRecord& record) noexcept {
  AlgoReport report;
  report.source = record.source;
  report.account = AccountId{record.account};
  report.instrument = InstrumentId{record.instrument};
  report.client_id = {record.client_id};
  report.venue_id = {record.venue_id};
  report.own_tag = record.own_tag != 0;
  report.state = record.state;
  report.reason = record.reason;
  report.venue_code = record.venue_code;
  report.amend_id = record.amend_id;
  report.amend_failed = record.amend_failed != 0;
  report.terms = record.terms;
  for (std::size_t i = 0; i < record.children_count && i < AlgoReport::kMaxChildren; ++i)
    report.children.push({record.children[i]});
  report.exchange_time = {record.exchange_time};
  report.receive_time = {record.receive_time};
  return report;
}

CashReport from_record(const CashRecord& record) noexcept {
  return {AccountId{record.account},
          {record.cash, CurrencyId{record.currency}},
          {record.exchange_time},
          {record.receive_time}};
}

LiquidationWarning from_record(const LiquidationAlertRecord& record) noexcept {
  LiquidationWarning warning;
  warning.instrument = InstrumentId{record.instrument};
  warning.side = record.side;
  warning.quantity = {record.quantity};
  warning.margin_ratio_ppm = record.margin_ratio_ppm;
  warning.exchange_time = {record.exchange_time};
  warning.receive_time = {record.receive_time};
  return warning;
}

}  // namespace gannet::engine
