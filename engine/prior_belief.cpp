#include "engine/prior_belief.h"

#include <algorithm>

#include "engine/journal_inputs.h"

namespace gannet::engine {

void PriorBelief::add(RecordType type, std::span<const std::byte> payload, Timestamp time) {
  if (first_time_.nanos == 0) first_time_ = time;
  note_sent(type, payload, time);
  switch (type) {
    case RecordType::Run:
      if (const auto run = read_record<RunRecord>(payload))
        newest_run_ = std::max(newest_run_, run->run);
      fills_request_ = 0;  // each run counts its requests anew
      offset_.reset();     // and has a clock of its own
      run_time_ = time;
      break;
    case RecordType::VenueClock:
      if (const auto clock = read_record<VenueClockRecord>(payload)) add_clock({clock->offset});
      break;
    case RecordType::Place:
      if (const auto place = read_record<PlaceRecord>(payload)) add_place(*place, time);
      break;
    case RecordType::Amend:
      if (const auto amend = read_record<AmendRecord>(payload)) add_amend(*amend);
      break;
    case RecordType::AlgoPlace:
      if (const auto algo = read_record<AlgoPlaceRecord>(payload)) add_algo(*algo, time);
      break;
    case RecordType::AlgoReport:
      if (const auto report = read_record<AlgoReportRecord>(payload)) add_algo_report(*report);
      break;
    case RecordType::NotSent:
      if (const auto not_sent = read_record<NotSentRecord>(payload)) {
        if (not_sent->request == ExecutionReport::Request::Place)
          add_ended({.client_id = not_sent->client_id});
      }
      break;
    case RecordType::Report:
      if (const auto report = read_record<ReportRecord>(payload)) add_report(*report);
      break;
    case RecordType::FillBooked:
      if (const auto fill = read_record<FillBookedRecord>(payload)) add_fill(*fill);
      break;
    case RecordType::Adjustment:
      if (const auto adjustment = read_record<AdjustmentRecord>(payload))
        steps_.emplace_back(*adjustment);
      break;
    case RecordType::Bill:
      if (const auto bill = read_record<BillRecord>(payload)) steps_.emplace_back(*bill);
      break;
    case RecordType::DayRow:
      if (const auto row = read_record<DayRowRecord>(payload)) steps_.emplace_back(*row);
      break;
    case RecordType::DayMoney:
      if (const auto money = read_record<DayMoneyRecord>(payload)) steps_.emplace_back(*money);
      break;
    case RecordType::Peak:
      if (const auto peak = read_record<PeakRecord>(payload)) steps_.emplace_back(*peak);
      break;
    case RecordType::SnapshotEdge:
      if (const auto edge = read_record<SnapshotEdgeRecord>(payload)) add_snapshot_edge(*edge);
      break;
    case RecordType::OrderEnded:
      if (const auto ended = read_record<OrderEndedRecord>(payload)) add_ended(*ended);
      break;
    case RecordType::Command:
      if (const auto command = read_record<CommandRecord>(payload)) {
        if (command->kind == CommandRecord::Kind::Kill) killed_ = true;
        if (command->kind == CommandRecord::Kind::Resume) {
          killed_ = false;
          protections_.clear();
          reductions_.clear();
        }
      }
      break;
    case RecordType::RiskAction:
      if (const auto action = read_record<RiskActionRecord>(payload)) add_risk_action(*action);
      break;
    case RecordType::Reduction:
      if (const auto step = read_record<ReductionRecord>(payload)) add_reduction(*step);
      break;
    case RecordType::Control:
      if (const auto control = read_record<ControlRecord>(payload)) add_control(*control);
      break;
    case RecordType::Latch:
      if (const auto latch = read_record<StrategyLatchRecord>(payload)) {
        if (latch->disabled != 0) {
          disabled_[latch->strategy] = latch->reason;
        } else {
          disabled_.erase(latch->strategy);
        }
      }
      break;
    default:
      break;
  }
}

void PriorBelief::note_sent(RecordType type, std::span<const std::byte> payload, Timestamp time) {
  if (type == RecordType::Run) {
    // Its clock may be another: as if the run before had ended just now.
    for (SentRequest& sent : sent_) sent.time = sent.time + (time - last_time_);
  }
  last_time_ = time;
  // As long as any window that counts them: the venue's, and what may have waited for the disk.
  constexpr Nanos kKept = seconds(3);
  while (!sent_.empty() && time - sent_.front().time > kKept) sent_.pop_front();
  using Request = ExecutionReport::Request;
  switch (type) {
    case RecordType::Place:
      if (const auto it = read_record<PlaceRecord>(payload))
        sent_.push_back({time, InstrumentId{it->instrument}, Request::Place, false,
                         it->in_batch == 0, it->in_batch != 0});
      return;
    case RecordType::AlgoPlace:
      if (const auto it = read_record<AlgoPlaceRecord>(payload); it && it->attached_to == 0)
        sent_.push_back({time, InstrumentId{it->instrument}, Request::Place, true});
      return;
    case RecordType::Amend:
      if (const auto it = read_record<AmendRecord>(payload)) {
        if (const Order* order = find(it->client_id))
          sent_.push_back({time, order->instrument, Request::Amend, order->algo, true, true});
      }
      return;
    case RecordType::Cancel:
      if (const auto it = read_record<CancelRecord>(payload)) {
        const Order* order = find(it->client_id);
        sent_.push_back({time, InstrumentId{it->instrument}, Request::Cancel,
                         order != nullptr && order->algo, true, true});
      }
      return;
    default:
      return;
  }
}

void PriorBelief::add_place(const PlaceRecord& record, Timestamp time) {
  Order order;
  order.client_id = {record.client_id};
  order.cookie = record.cookie;
  order.strategy = StrategyId{record.strategy};
  order.instrument = InstrumentId{record.instrument};
  order.side = record.side;
  order.kind = record.kind;
  order.time_in_force = record.time_in_force;
  order.post_only = record.post_only != 0;
  order.reduce_only = record.reduce_only != 0;
  order.position_side = record.position_side;
  order.price = {record.price};
  order.quantity = {record.quantity};
  order.options = from_fields(record.options);
  order.quote_quantity = {record.quote_quantity};
  order.in_batch = record.in_batch != 0;
  order.expire_time = {record.expire_time};
  order.sent_time = time;
  order.previous_run = true;
  order.unknown = true;
  open_[record.client_id] = order;
}

void PriorBelief::add_amend(const AmendRecord& record) {
  Order* order = find(record.client_id);
  if (order == nullptr) return;
  PendingAmend amend;
  amend.amend_id = record.amend_id;
  amend.price = record.has_price != 0 ? Price{record.new_price} : order->price;
  amend.quantity = record.has_quantity != 0 ? Quantity{record.new_quantity} : order->quantity;
  amend.expire_time = {record.expire_time};
  amend.unknown = true;
  if (order->amends.full()) order->amends.erase(0);
  order->amends.push(amend);
}

void PriorBelief::add_algo(const AlgoPlaceRecord& record, Timestamp time) {
  Order order;
  order.client_id = {record.client_id};
  order.cookie = record.cookie;
  order.strategy = StrategyId{record.strategy};
  order.instrument = InstrumentId{record.instrument};
  order.side = record.terms.side;
  order.reduce_only = record.terms.reduce_only;
  order.position_side = record.terms.position_side;
  order.algo = true;
  order.protective = record.protective != 0;
  order.price = main_price(record.terms);
  order.quantity = {record.quantity};
  order.expire_time = {record.expire_time};
  order.sent_time = time;
  order.previous_run = true;
  order.attached_to = {record.attached_to};
  order.acknowledged = order.attached_to.valid();
  order.unknown = !order.attached_to.valid();  // the venue does not know exits yet
  open_[record.client_id] = order;
  algos_[record.client_id] = record.terms;
  if (order.attached_to.valid()) exits_of_[record.attached_to] = record.client_id;
}

void PriorBelief::add_ended(const OrderEndedRecord& record) {
  open_.erase(record.client_id);
  const auto attached = exits_of_.find(record.client_id);
  if (attached == exits_of_.end()) return;
  const std::uint64_t id = attached->second;
  exits_of_.erase(attached);
  Order* exits = find(id);
  if (exits == nullptr) return;
  if (record.cumulative_quantity == 0) {
    open_.erase(id);
    return;
  }
  // They are on their way to life, or there already.
  exits->attached_to = {};
  exits->unknown = true;
  exits->quantity = std::max(exits->quantity, Quantity{record.cumulative_quantity});
}

void PriorBelief::add_control(const ControlRecord& record) {
  const bool killed = record.action == ControlRecord::Action::Kill;
  if (record.level == ControlLevel::Order) {
    // The wish stays with the order until it has ended, over restarts too.
    Order* order = find(record.client_id);
    if (order == nullptr) return;
    order->cancel_wish =
        record.action == ControlRecord::Action::Resume ? CancelWish::None : CancelWish::Engine;
    return;
  }
  if (record.action != ControlRecord::Action::Kill &&
      record.action != ControlRecord::Action::Resume)
    return;  // cancels and flattens leave a kill as it is
  const auto set = [killed](auto& those, auto value) {
    if (killed) {
      those.insert(value);
    } else {
      those.erase(value);
    }
  };
  if (record.level == ControlLevel::Account) account_killed_ = killed;
  if (record.level == ControlLevel::Strategy && record.strategy != StrategyId::kNone)
    set(killed_strategies_, record.strategy);
  if (record.level == ControlLevel::Instrument && record.instrument != InstrumentId::kNone)
    set(killed_instruments_, record.instrument);
}

void PriorBelief::add_risk_action(const RiskActionRecord& record) {
  if (record.kind == RiskActionRecord::Kind::Rearmed) {
    acted_.erase(record.rule);
  } else if (record.kind == RiskActionRecord::Kind::Protection) {
    acted_[record.rule] = record;
    protections_.push_back(record);
  }
}

void PriorBelief::add_reduction(const ReductionRecord& record) {
  if (record.by_rule == 0) return;  // who wanted it sees it stop, and asks again
  const auto running = std::ranges::find_if(reductions_, [&](const ReductionRecord& one) {
    return one.instrument == record.instrument && one.strategy == record.strategy &&
           one.leg == record.leg;
  });
  switch (record.step) {
    case ReductionRecord::Step::Started:
      if (running == reductions_.end()) {
        reductions_.push_back(record);
      } else {
        *running = record;
      }
      break;
    case ReductionRecord::Step::Done:
    case ReductionRecord::Step::Residue:
      if (running != reductions_.end()) reductions_.erase(running);
      break;
    case ReductionRecord::Step::Withdrawn:  // its process ended
      break;
  }
}

void PriorBelief::add_algo_report(const AlgoReportRecord& record) {
  Order* order = find(record.client_id);
  if (order == nullptr || !order->algo) return;
  if (record.venue_id != 0) order->venue_id = {record.venue_id};
  if (record.amend_id != 0) {  // it took effect or was refused: either way it is known
    for (std::size_t i = order->amends.size(); i-- > 0;) {
      if (order->amends[i].amend_id == record.amend_id) order->amends.erase(i);
    }
  }
  if (record.exchange_time < order->venue_time.nanos) return;
  order->venue_time = {record.exchange_time};
  order->acknowledged = true;
  if (order->phase == OrderPhase::PendingNew) order->phase = OrderPhase::Live;
  AlgoTerms& terms = algos_[record.client_id];
  if (main_price(record.terms).raw != 0) {
    terms = with_main_price(terms, main_price(record.terms));
    order->price = main_price(terms);
  }
  if (!terms.close_position && record.terms.quantity.raw > 0)
    order->quantity = terms.quantity = record.terms.quantity;
}

const AlgoTerms* PriorBelief::algo_terms(ClientOrderId id) const noexcept {
  const auto found = algos_.find(id.value);
  return found == algos_.end() ? nullptr : &found->second;
}

void PriorBelief::add_report(const ReportRecord& record) {
  Order* order = find(record.client_id);
  if (order == nullptr) return;
  if (record.venue_id != 0) order->venue_id = {record.venue_id};
  if (record.kind == ExecutionReport::Kind::AmendRejected ||
      (record.kind == ExecutionReport::Kind::Status && record.amend_id != 0)) {
    for (std::size_t i = order->amends.size(); i-- > 0;) {
      if (order->amends[i].amend_id == record.amend_id) order->amends.erase(i);
    }
  }
  if (record.kind != ExecutionReport::Kind::Status) return;
  order->cumulative_quantity =
      std::max(order->cumulative_quantity, Quantity{record.cumulative_quantity});
  if (record.exchange_time < order->venue_time.nanos) return;
  order->venue_time = {record.exchange_time};
  order->phase =
      order->cumulative_quantity.raw > 0 ? OrderPhase::PartiallyFilled : OrderPhase::Live;
  order->acknowledged = true;
  if (order->kind == OrderKind::Limit && record.price > 0) order->price = {record.price};
  // Of one sized in money the venue tells what has traded: what may still is in our own record.
  if (record.quantity > 0 && order->quote_quantity.raw == 0) order->quantity = {record.quantity};
}

void PriorBelief::add_fill(const FillBookedRecord& record) {
  steps_.emplace_back(record);
  if (Order* order = find(record.client_id)) {
    order->booked_quantity = add_saturating(order->booked_quantity, Quantity{record.fill.quantity});
    order->cumulative_quantity = std::max(order->cumulative_quantity, order->booked_quantity);
  }
}

void PriorBelief::add_snapshot_edge(const SnapshotEdgeRecord& record) {
  if (record.kind != SnapshotKind::Fills) return;
  if (record.end == 0) {
    fills_request_ = record.request;
    fills_requested_at_ = {record.requested_at};
  } else if (record.request == fills_request_) {
    fills_request_ = 0;
    if (record.complete == 0) return;
    fills_known_ = std::max(fills_known_, fills_requested_at_);
    if (offset_) fills_known_venue_ = std::max(fills_known_venue_, fills_requested_at_ + *offset_);
  }
}

/// Our clock is set anew now and then, and a run after that reckons with another: what an earlier
/// one noted is worth something on the venue's clock alone.
void PriorBelief::add_clock(Nanos offset) {
  offset_ = offset;
  constexpr Nanos kStart = seconds(10);  // what a run defines, it defines before it starts
  const Timestamp from = run_time_ - kStart;
  if (first_time_venue_.nanos == 0 && first_time_ >= from) first_time_venue_ = first_time_ + offset;
  for (const auto& [instrument, since] : instruments_) {
    if (since >= from) instruments_venue_.try_emplace(instrument, since + offset);
  }
}

void PriorBelief::add_instrument(InstrumentId instrument, Timestamp time) {
  instruments_.try_emplace(instrument.value, time);
}

Timestamp PriorBelief::known_since(InstrumentId instrument) const noexcept {
  if (instruments_.empty()) return first_time_;
  const auto found = instruments_.find(instrument.value);
  return found == instruments_.end() ? Timestamp{} : found->second;
}

Timestamp PriorBelief::known_since_venue(InstrumentId instrument) const noexcept {
  if (instruments_.empty()) return first_time_venue_;
  const auto found = instruments_venue_.find(instrument.value);
  return found == instruments_venue_.end() ? Timestamp{} : found->second;
}

Order* PriorBelief::find(std::uint64_t client_id) {
  const auto found = open_.find(client_id);
  return found == open_.end() ? nullptr : &found->second;
}

std::vector<Order> PriorBelief::open_orders() const {
  std::vector<Order> orders;
  orders.reserve(open_.size());
  for (const auto& [id, order] : open_) orders.push_back(order);
  return orders;
}

}  // namespace gannet::engine
