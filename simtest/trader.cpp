#include "simtest/trader.h"

#include <algorithm>
#include <utility>

namespace gannet::simtest {

using engine::LaneCommand;
using engine::OrderEventKind;

namespace {

bool is_end(OrderEventKind kind) noexcept {
  switch (kind) {
    case OrderEventKind::Denied:
    case OrderEventKind::Filled:
    case OrderEventKind::Cancelled:
    case OrderEventKind::Rejected:
    case OrderEventKind::Expired:
      return true;
    default:
      return false;
  }
}

/// Answers to a request about an order that may have ended meanwhile.
bool may_follow_the_end(OrderEventKind kind) noexcept {
  return kind == OrderEventKind::AmendDenied || kind == OrderEventKind::CancelDenied;
}

}  // namespace

Trader::Trader(std::uint64_t seed, Watch& watch) : random_(seed), watch_(watch) {}

void Trader::begin_life(engine::TradingCore* core) noexcept {
  core_ = core;
  known_.clear();
  live_.clear();
  last_handle_ = 0;
  ++life_;
}

LaneCommand Trader::command(LaneCommand::Kind kind, std::uint16_t strategy, bool more,
                            Timestamp now) const {
  LaneCommand made;
  made.kind = kind;
  made.more = more;
  made.strategy = StrategyId{strategy};
  made.decided_time = now;
  return made;
}

OrderIntent Trader::draw_order(const std::array<std::int64_t, kInstruments>& mids, Timestamp now) {
  OrderIntent order;
  order.strategy = StrategyId{draw_strategy()};
  order.instrument = InstrumentId{static_cast<std::uint32_t>(random_.below(kInstruments))};
  order.side = random_.chance(0.5) ? Side::Buy : Side::Sell;
  const std::int64_t mid = mids[order.instrument.value];
  // Around the touch mostly, so that fills race with everything; some deep in the book.
  const auto steps = static_cast<std::int64_t>(random_.below(random_.chance(0.2) ? 4'000 : 12));
  const bool crosses = random_.chance(0.2);
  const std::int64_t away = (crosses ? -steps : steps) * kTick;
  order.price = {mid + (order.side == Side::Buy ? -away : away)};
  order.quantity = {size_unit(order.instrument) *
                    static_cast<std::int64_t>(1 + random_.below(random_.chance(0.1) ? 120 : 20))};
  order.intent_time = now;
  const std::uint64_t shape = random_.below(20);
  if (shape < 4) {
    order.post_only = true;
  } else if (shape < 6) {
    order.time_in_force = TimeInForce::ImmediateOrCancel;
  } else if (shape == 6) {
    order.time_in_force = TimeInForce::FillOrKill;
  } else if (shape == 7 && order.instrument != kSpot) {
    order.kind = OrderKind::Market;
    order.price = {};
  } else if (shape == 8 && order.instrument != kSpot) {
    order.reduce_only = true;
  }
  return order;
}

void Trader::place(OrderIntent order, bool more, Timestamp now) {
  order.handle = {++last_handle_};
  if (order.exits.any()) ++last_handle_;
  known_[order.handle.value] = {order.strategy.value, false};
  live_.push_back(order.handle.value);
  if (order.exits.any()) {
    known_[exits_handle(order.handle).value] = {order.strategy.value, false};
    live_.push_back(exits_handle(order.handle).value);
  }
  LaneCommand made = command(LaneCommand::Kind::Place, order.strategy.value, more, now);
  made.place = order;
  core_->on_lane_command(made, now);
}

void Trader::place_algo(const std::array<std::int64_t, kInstruments>& mids, Timestamp now) {
  AlgoIntent intent;
  intent.strategy = StrategyId{draw_strategy()};
  intent.instrument = InstrumentId{static_cast<std::uint32_t>(random_.below(2))};
  intent.handle = {++last_handle_};
  intent.intent_time = now;
  const std::int64_t mid = mids[intent.instrument.value];
  const std::int64_t near = kTick * static_cast<std::int64_t>(1 + random_.below(60));
  AlgoTerms& terms = intent.terms;
  terms.kind = static_cast<AlgoKind>(random_.below(kAlgoKinds));
  terms.side = random_.chance(0.5) ? Side::Buy : Side::Sell;
  terms.quantity = {static_cast<std::int64_t>(2 + random_.below(20))};
  const std::int64_t up = terms.side == Side::Buy ? 1 : -1;
  switch (terms.kind) {
    case AlgoKind::Conditional:
      terms.reduce_only = random_.chance(0.7);
      terms.stop_trigger = {mid + up * near};
      break;
    case AlgoKind::OneCancelsOther:
      terms.reduce_only = random_.chance(0.7);
      terms.stop_trigger = {mid + up * near};
      terms.trigger = {mid - up * near};
      break;
    case AlgoKind::Trigger:
      terms.trigger = {mid + up * near};
      if (random_.chance(0.5)) terms.limit = {mid + up * (near + 5 * kTick)};
      break;
    case AlgoKind::TrailingStop:
      terms.reduce_only = random_.chance(0.5);
      terms.distance = {near};
      break;
    case AlgoKind::Iceberg:
      terms.limit = {mid + up * 20 * kTick};
      terms.slice = {1 + static_cast<std::int64_t>(random_.below(3))};
      terms.slices = 1;
      break;
    case AlgoKind::TimeWeighted:
      terms.limit = {mid + up * 50 * kTick};
      terms.distance = {10 * kTick};
      terms.slice = {1};
      terms.interval = seconds(5);
      break;
    case AlgoKind::Chase:
      break;
  }
  known_[intent.handle.value] = {intent.strategy.value, false};
  live_.push_back(intent.handle.value);
  LaneCommand made = command(LaneCommand::Kind::PlaceAlgo, intent.strategy.value, false, now);
  made.algo = intent;
  core_->on_lane_command(made, now);
}

std::size_t Trader::pick() { return random_.below(live_.size()); }

void Trader::amend(const std::array<std::int64_t, kInstruments>& mids, bool more, Timestamp now) {
  if (live_.empty()) return;
  const std::uint64_t handle = live_[pick()];
  const engine::Order* order = core_->orders().table().find(Handle{handle});
  if (order == nullptr) return;
  AmendIntent intent;
  intent.strategy = StrategyId{known_[handle].strategy};
  intent.handle = {handle};
  intent.intent_time = now;
  const std::int64_t mid = mids[order->instrument.value];
  const auto steps = static_cast<std::int64_t>(random_.below(25)) - 4;
  if (random_.chance(0.7))
    intent.new_price = Price{mid + (order->side == Side::Buy ? -steps : steps) * kTick};
  if (!intent.new_price || random_.chance(0.4))
    intent.new_quantity =
        Quantity{size_unit(order->instrument) * static_cast<std::int64_t>(1 + random_.below(30))};
  intent.cancel_on_failure = random_.chance(0.1);
  LaneCommand made = command(LaneCommand::Kind::Amend, intent.strategy.value, more, now);
  made.amend = intent;
  core_->on_lane_command(made, now);
}

void Trader::cancel(bool more, Timestamp now) {
  if (live_.empty()) return;
  const std::uint64_t handle = live_[pick()];
  const std::uint16_t strategy = known_[handle].strategy;
  LaneCommand made = command(LaneCommand::Kind::Cancel, strategy, more, now);
  made.cancel = {StrategyId{strategy}, Handle{handle}, now};
  core_->on_lane_command(made, now);
}

void Trader::act(const std::array<std::int64_t, kInstruments>& mids, Timestamp now) {
  const std::uint64_t what = random_.below(100);
  // The more there are, the more are taken back.
  const bool has_many = live_.size() > 60;
  if (what < 45 && !has_many) {
    OrderIntent order = draw_order(mids, now);
    if (random_.chance(0.06) && order.instrument != kSpot && order.kind == OrderKind::Limit &&
        !order.reduce_only) {
      const std::int64_t mid = mids[order.instrument.value];
      const std::int64_t against = order.side == Side::Buy ? -1 : 1;
      order.exits.stop = {mid + against * 300 * kTick};
      if (random_.chance(0.5)) order.exits.take_profit = {mid - against * 300 * kTick};
    }
    place(order, false, now);
  } else if (what < 55 && !has_many) {
    const std::size_t count = 2 + random_.below(12);
    const std::uint16_t strategy = draw_strategy();
    for (std::size_t i = 0; i < count; ++i) {
      OrderIntent order = draw_order(mids, now);
      order.strategy = StrategyId{strategy};
      place(order, i + 1 < count, now);
    }
  } else if (what < 59) {
    place_algo(mids, now);
  } else if (what < 72) {
    amend(mids, false, now);
  } else if (what < 76) {
    const std::size_t count = 2 + random_.below(6);
    for (std::size_t i = 0; i < count; ++i) amend(mids, i + 1 < count, now);
  } else if (what < 90 || has_many) {
    const std::size_t count = has_many ? 10 + random_.below(11) : 1;
    for (std::size_t i = 0; i < count; ++i) cancel(i + 1 < count, now);
  } else if (what < 95) {
    const std::size_t count = 2 + random_.below(19);
    for (std::size_t i = 0; i < count; ++i) cancel(i + 1 < count, now);
  } else if (what < 97) {
    LaneCommand made = command(LaneCommand::Kind::CancelAll, draw_strategy(), false, now);
    made.cancel_all = random_.chance(0.5)
                          ? InstrumentId{}
                          : InstrumentId{static_cast<std::uint32_t>(random_.below(kInstruments))};
    core_->on_lane_command(made, now);
  } else {
    // What no strategy should do: an order that is nobody's, or of no size, or far off its tick.
    OrderIntent order = draw_order(mids, now);
    const std::uint64_t which = random_.below(4);
    if (which == 0) order.instrument = InstrumentId{77};
    if (which == 1) order.quantity = {0};
    if (which == 2) order.price = {order.price.raw + 1};
    if (which == 3) order.price = {-5};
    place(order, false, now);
  }
}

void Trader::rest_many(const std::array<std::int64_t, kInstruments>& mids, Timestamp now) {
  for (std::int64_t i = 0; i < 20; ++i) {
    OrderIntent order;
    order.strategy = StrategyId{0};
    order.instrument = kFirstSwap;
    order.side = i % 2 == 0 ? Side::Buy : Side::Sell;
    const std::int64_t away = (500 + 10 * i) * kTick;
    order.price = {mids[kFirstSwap.value] + (order.side == Side::Buy ? -away : away)};
    order.quantity = {1};
    order.intent_time = now;
    place(order, i + 1 < 20, now);
  }
}

void Trader::flood(const std::array<std::int64_t, kInstruments>& mids, Timestamp now) {
  for (int i = 0; i < 200; ++i) {
    OrderIntent order = draw_order(mids, now);
    if (i % 7 == 0) order.price = {order.price.raw + 1};
    if (i % 11 == 0) order.quantity = {-order.quantity.raw};
    place(order, false, now);
  }
}

void Trader::on_order_event(const engine::OrderEvent& event) noexcept {
  if (watch_.is_dead()) return;
  const bool ends = is_end(event.kind);
  auto at = known_.find(event.handle.value);
  if (event.kind == OrderEventKind::Adopted) {
    if (at == known_.end()) {
      known_[event.handle.value] = {event.strategy.value, false};
      live_.push_back(event.handle.value);
    }
    return;
  }
  if (at == known_.end()) {
    watch_.fail("events", "handle " + std::to_string(event.handle.value) + " is told of (" +
                              std::to_string(static_cast<int>(event.kind)) +
                              ") and was never given");
    return;
  }
  Known& known = at->second;
  if (known.has_ended && !may_follow_the_end(event.kind)) {
    watch_.fail("events", "handle " + std::to_string(event.handle.value) + " is told of (" +
                              std::to_string(static_cast<int>(event.kind)) + ") after its end");
    return;
  }
  if (known.strategy != event.strategy.value)
    watch_.fail("events", "another strategy is told of a handle");
  if (!ends || known.has_ended) return;
  known.has_ended = true;
  const auto where = std::ranges::find(live_, event.handle.value);
  if (where != live_.end()) {
    *where = live_.back();
    live_.pop_back();
  }
}

void Trader::on_fill_event(const engine::FillEvent& event) noexcept {
  if (watch_.is_dead()) return;
  // A late fill of an order that was taken for gone is told all the same.
  if (event.handle.valid() && !known_.contains(event.handle.value))
    watch_.fail("events", "a fill is told of a handle that was never given");
}

void Trader::on_book(InstrumentId instrument, BookFeed feed, const OrderBook& book, bool, Timestamp,
                     Timestamp) noexcept {
  if (core_ == nullptr) return;
  if (core_->books().find(instrument, feed) == nullptr)
    watch_.fail("I9", "a book is told that the engine does not serve");
  const Level* bid = book.best_bid();
  const Level* ask = book.best_ask();
  if ((bid != nullptr && (bid->price <= 0 || bid->quantity <= 0)) ||
      (ask != nullptr && (ask->price <= 0 || ask->quantity <= 0)))
    watch_.fail("I9", "a book is told with a level that is none");
}

void Trader::on_book_unavailable(InstrumentId, BookFeed, BookWithdrawal, Timestamp) noexcept {}

void Trader::on_engine_state(const engine::StateEvent& event) noexcept {
  constexpr std::string_view kStates[] = {"cold",  "connecting", "reconciling",
                                          "ready", "held",       "killed"};
  const auto state = static_cast<std::size_t>(event.state);
  watch_.note(
      event.instrument.valid() ? "instrument: " : "engine: ",
      std::string(kStates[state]) + " " + std::to_string(static_cast<int>(event.hold_reason)) +
          (event.instrument.valid() ? " of " + std::to_string(event.instrument.value) : ""));
}

void Trader::on_alert(const engine::AlertEvent& event) noexcept {
  watch_.note("alert: ", std::string(engine::name_of(event.alert)) + " order " +
                             std::to_string(event.client_id.value) + " expected " +
                             std::to_string(event.expected) + " actual " +
                             std::to_string(event.actual));
}

void Trader::on_kill_changed(bool killed, std::string_view why, std::string_view who,
                             Timestamp) noexcept {
  if (killed && who == "engine" && !watch_.is_dead())
    watch_.fail("KILL-10", "the engine killed itself: " + std::string(why));
}
void Trader::on_flat_confirmed(Timestamp) noexcept {
  ++flat_;
  watch_.note("flat of orders is confirmed");
}

}  // namespace gannet::simtest
