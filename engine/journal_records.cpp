#include "engine/journal_records.h"

#include "engine/order.h"

namespace gannet::engine {

FillFields to_fields(const Fill& fill) noexcept {
  FillFields fields;
  fields.fee = fill.fee.raw;
  fields.trade_id = fill.trade_id.value;
  fields.price = fill.price.raw;
  fields.quantity = fill.quantity.raw;
  fields.exchange_time = fill.exchange_time.nanos;
  fields.fee_currency = fill.fee.currency.value;
  fields.maker = fill.maker ? 1 : 0;
  fields.bill_id = fill.bill_id;
  return fields;
}

Fill from_fields(const FillFields& fields) noexcept {
  Fill fill;
  fill.fee = {fields.fee, CurrencyId{fields.fee_currency}};
  fill.trade_id = {fields.trade_id};
  fill.price = {fields.price};
  fill.quantity = {fields.quantity};
  fill.exchange_time = {fields.exchange_time};
  fill.maker = fields.maker != 0;
  fill.bill_id = fields.bill_id;
  return fill;
}

ReportRecord to_record(const ExecutionReport& report) noexcept {
  ReportRecord record;
  if (report.has_fill) record.fill = to_fields(report.fill);
  record.client_id = report.client_id.value;
  record.venue_id = report.venue_id.value;
  record.amend_id = report.amend_id;
  record.price = report.price.raw;
  record.quantity = report.quantity.raw;
  record.cumulative_quantity = report.cumulative_quantity.raw;
  record.exchange_time = report.exchange_time.nanos;
  record.receive_time = report.receive_time.nanos;
  record.instrument = report.instrument.value;
  record.venue_code = report.venue_code;
  record.account = report.account.value;
  record.kind = report.kind;
  record.source = report.source;
  record.request = report.request;
  record.reason = report.reason;
  record.state = report.state;
  record.side = report.side;
  record.order_kind = report.order_kind;
  record.own_tag = report.own_tag ? 1 : 0;
  record.reduce_only = report.reduce_only ? 1 : 0;
  record.position_side = report.position_side;
  record.has_fill = report.has_fill ? 1 : 0;
  for (unsigned i = 0; i < 8; ++i)
    record.algo_client_id[i] =
        static_cast<std::uint8_t>(report.algo_client_id.value >> (8 * i) & 0xff);
  record.algo_venue_id = report.algo_venue_id.value;
  return record;
}

FillRowRecord to_record(const FillReport& report) noexcept {
  FillRowRecord record;
  record.fill = to_fields(report.fill);
  record.fill.own_tag = report.own_tag ? 1 : 0;
  record.client_id = report.client_id.value;
  record.venue_id = report.venue_id.value;
  record.receive_time = report.receive_time.nanos;
  record.instrument = report.instrument.value;
  record.account = report.account.value;
  record.side = report.side;
  record.position_side = report.position_side;
  return record;
}

PositionRecord to_record(const PositionReport& report, bool from_snapshot) noexcept {
  PositionRecord record;
  record.average_entry_price = report.average_entry_price.raw;
  record.quantity = report.quantity.raw;
  record.last_trade = report.last_trade.value;
  record.exchange_time = report.exchange_time.nanos;
  record.receive_time = report.receive_time.nanos;
  record.instrument = report.instrument.value;
  record.account = report.account.value;
  record.side = report.side;
  record.from_snapshot = from_snapshot ? 1 : 0;
  return record;
}

BalanceRecord to_record(const BalanceReport& report, bool from_snapshot) noexcept {
  BalanceRecord record;
  record.cash = report.cash.raw;
  record.available = report.available.raw;
  record.equity = report.equity.raw;
  record.exchange_time = report.exchange_time.nanos;
  record.receive_time = report.receive_time.nanos;
  record.currency = report.cash.currency.value;
  record.account = report.account.value;
  record.from_snapshot = from_snapshot ? 1 : 0;
  return record;
}

BillRecord to_record(const BillReport& bill) noexcept {
  BillRecord record;
  record.change = bill.change.raw;
  record.balance = bill.balance.raw;
  record.profit = bill.profit.raw;
  record.fee = bill.fee.raw;
  record.bill_id = bill.bill_id;
  record.venue_id = bill.venue_id.value;
  record.trade_id = bill.trade_id.value;
  record.exchange_time = bill.exchange_time.nanos;
  record.receive_time = bill.receive_time.nanos;
  record.instrument = bill.instrument.value;
  record.venue_kind = bill.venue_kind;
  record.venue_sub_kind = bill.venue_sub_kind;
  record.currency = bill.change.currency.value;
  record.account = bill.account.value;
  record.kind = bill.kind;
  return record;
}

BillReport from_record(const BillRecord& record) noexcept {
  const CurrencyId currency{record.currency};
  BillReport bill;
  bill.account = AccountId{record.account};
  bill.kind = record.kind;
  bill.bill_id = record.bill_id;
  bill.change = {record.change, currency};
  bill.balance = {record.balance, currency};
  bill.profit = {record.profit, currency};
  bill.fee = {record.fee, currency};
  bill.instrument = InstrumentId{record.instrument};
  bill.venue_id = {record.venue_id};
  bill.trade_id = {record.trade_id};
  bill.venue_kind = record.venue_kind;
  bill.venue_sub_kind = record.venue_sub_kind;
  bill.exchange_time = {record.exchange_time};
  bill.receive_time = {record.receive_time};
  return bill;
}

PlaceIntentRecord to_record(const OrderIntent& intent, Timestamp trigger_time) noexcept {
  PlaceIntentRecord record;
  record.handle = intent.handle.value;
  record.cookie = intent.cookie;
  record.price = intent.price.raw;
  record.quantity = intent.quantity.raw;
  record.intent_time = intent.intent_time.nanos;
  record.trigger_time = trigger_time.nanos;
  record.instrument = intent.instrument.value;
  record.strategy = intent.strategy.value;
  record.side = intent.side;
  record.kind = intent.kind;
  record.time_in_force = intent.time_in_force;
  record.post_only = intent.post_only ? 1 : 0;
  record.reduce_only = intent.reduce_only ? 1 : 0;
  record.position_side = intent.position_side;
  record.quote_quantity = intent.quote_quantity.raw;
  record.options = to_fields(intent.options);
  return record;
}

OptionFields to_fields(const OrderOptions& options) noexcept {
  OptionFields fields;
  fields.self_trade = options.self_trade;
  fields.program = options.program;
  fields.clamp_price = options.clamp_price ? 1 : 0;
  fields.exact_size = options.exact_size ? 1 : 0;
  fields.slippage_max_bps = options.slippage_max_bps;
  return fields;
}

OrderOptions from_fields(const OptionFields& fields) noexcept {
  OrderOptions options;
  options.self_trade = fields.self_trade;
  options.program = fields.program;
  options.clamp_price = fields.clamp_price != 0;
  options.exact_size = fields.exact_size != 0;
  options.slippage_max_bps = fields.slippage_max_bps;
  return options;
}

AmendIntentRecord to_record(const AmendIntent& intent) noexcept {
  AmendIntentRecord record;
  record.handle = intent.handle.value;
  record.new_price = intent.new_price.value_or(Price{}).raw;
  record.new_quantity = intent.new_quantity.value_or(Quantity{}).raw;
  record.intent_time = intent.intent_time.nanos;
  record.strategy = intent.strategy.value;
  record.has_price = intent.new_price ? 1 : 0;
  record.has_quantity = intent.new_quantity ? 1 : 0;
  record.clamp_price = intent.clamp_price ? 1 : 0;
  record.cancel_on_failure = intent.cancel_on_failure ? 1 : 0;
  return record;
}

AlgoIntentRecord to_record(const AlgoIntent& intent, Timestamp trigger_time) noexcept {
  AlgoIntentRecord record;
  record.terms = intent.terms;
  record.handle = intent.handle.value;
  record.cookie = intent.cookie;
  record.intent_time = intent.intent_time.nanos;
  record.trigger_time = trigger_time.nanos;
  record.instrument = intent.instrument.value;
  record.strategy = intent.strategy.value;
  return record;
}

AlgoPlaceRecord to_record(const Order& order, const AlgoPlaceRequest& request) noexcept {
  AlgoPlaceRecord record;
  record.terms = request.terms;
  record.client_id = request.client_id.value;
  record.handle = order.handle.value;
  record.cookie = order.cookie;
  record.quantity = order.quantity.raw;
  record.expire_time = order.expire_time.nanos;
  record.instrument = request.instrument.value;
  record.strategy = order.strategy.value;
  record.margin_mode = request.margin_mode;
  record.protective = order.protective ? 1 : 0;
  record.attached_to = order.attached_to.value;
  return record;
}

AlgoReportRecord to_record(const AlgoReport& report) noexcept {
  AlgoReportRecord record;
  record.terms = report.terms;
  for (std::size_t i = 0; i < report.children.size(); ++i)
    record.children[i] = report.children[i].value;
  record.client_id = report.client_id.value;
  record.venue_id = report.venue_id.value;
  record.amend_id = report.amend_id;
  record.exchange_time = report.exchange_time.nanos;
  record.receive_time = report.receive_time.nanos;
  record.instrument = report.instrument.value;
  record.venue_code = report.venue_code;
  record.account = report.account.value;
  record.source = report.source;
  record.state = report.state;
  record.reason = report.reason;
  record.own_tag = report.own_tag ? 1 : 0;
  record.amend_failed = report.amend_failed ? 1 : 0;
  record.children_count = static_cast<std::uint8_t>(report.children.size());
  return record;
}

}  // namespace gannet::engine
