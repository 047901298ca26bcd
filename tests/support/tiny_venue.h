#pragma once

#include <algorithm>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <random>
#include <vector>

#include "domain/venue.h"

namespace gannet::test {

/// A venue of a few hundred lines that keeps the truth about orders, fills and positions, and
/// delivers its words late, twice, out of order or not at all. Manual: requests wait until a script
/// answers them. Automatic: they are executed after a random delay. Lists and single queries are
/// always answered from the truth.
class TinyVenue final : public VenuePort, public DeadManPort {
 public:
  struct Order {
    ClientOrderId client_id;
    VenueOrderId venue_id;
    InstrumentId instrument;
    Side side = Side::Buy;
    Price price;
    Quantity quantity;
    Quantity cumulative;
    OrderState state = OrderState::Live;
    VenueReason reason = VenueReason::None;
    Timestamp update_time;
    bool own_tag = true;
    ClientOrderId algo_client_id;  ///< of the algo order that put it in
    VenueOrderId algo_venue_id;
    bool open() const { return state == OrderState::Live || state == OrderState::PartiallyFilled; }
  };
  struct Faults {
    bool automatic = false;
    int lose_reply_percent = 0;    ///< the outcome is told as unknown, after `timeout`
    int lose_request_percent = 0;  ///< likewise, and it had no effect
    int duplicate_push_percent = 0;
    int replay_push_percent = 0;  ///< an old push comes again
    int lag_list_percent = 0;     ///< a single query answers "not found" wrongly
    std::int64_t delay_max_ms = 1;
    Nanos timeout = seconds(1);
  };

  explicit TinyVenue(std::uint64_t seed = 1) : random_(seed) {}

  AccountListener* listener = nullptr;
  Faults faults;
  bool connected = false;
  bool answers_lists = true;
  std::function<void(Timestamp)> list_algos;  ///< tells the rows of the list of algo orders
  std::vector<PlaceRequest> places;
  std::vector<AmendRequest> amends;
  std::vector<CancelRequest> cancels;
  std::optional<TimeInForce> lacks;  ///< orders that this venue has not
  std::vector<InstrumentId> protected_cancels;
  std::size_t place_batches = 0;
  std::size_t amend_batches = 0;
  std::size_t cancel_batches = 0;
  std::size_t queries = 0;
  std::size_t dead_man_calls = 0;
  std::uint32_t dead_man_seconds = 0;  ///< of the newest request
  bool answers_dead_man = true;
  bool accepts_dead_man = true;
  Nanos dead_man_delay;
  Nanos dead_man_spacing;  ///< the gateway's own: a request before that is not sent
  Timestamp dead_man_asked;
  std::map<std::uint64_t, Order> orders;  // by venue id
  std::vector<FillReport> fills;
  std::map<std::uint32_t, Quantity> position;
  std::map<std::uint32_t, Timestamp> position_time;
  std::vector<PositionReport> other_positions;  ///< hedged or isolated: listed as they stand here

  // VenuePort
  SendResult place(const PlaceRequest& request, Timestamp now) noexcept override {
    if (!connected) return SendResult::NotConnected;
    places.push_back(request);
    if (faults.automatic)
      dispatch(ExecutionReport::Request::Place, request.client_id, request.instrument, 0, now,
               [this, request](Timestamp at) {
                 if (at > request.expire_time)
                   return std::optional(std::pair(ExecutionReport::Kind::PlaceRejected,
                                                  VenueReason::RequestExpired));
                 execute_place(request, at);
                 return std::optional(
                     std::pair(ExecutionReport::Kind::PlaceAccepted, VenueReason::None));
               });
    return SendResult::Sent;
  }
  SendResult amend(const AmendRequest& request, Timestamp now) noexcept override {
    if (!connected) return SendResult::NotConnected;
    amends.push_back(request);
    if (faults.automatic)
      dispatch(ExecutionReport::Request::Amend, request.client_id, request.instrument,
               request.amend_id, now, [this, request](Timestamp at) {
                 Order* order = find(request.client_id);
                 if (at > request.expire_time)
                   return std::optional(std::pair(ExecutionReport::Kind::AmendRejected,
                                                  VenueReason::RequestExpired));
                 if (order == nullptr || !order->open())
                   return std::optional(
                       std::pair(ExecutionReport::Kind::AmendRejected, VenueReason::OrderGone));
                 execute_amend(*order, request, at);
                 return std::optional(
                     std::pair(ExecutionReport::Kind::AmendAccepted, VenueReason::None));
               });
    return SendResult::Sent;
  }
  SendResult cancel(const CancelRequest& request, Timestamp now) noexcept override {
    if (!connected) return SendResult::NotConnected;
    cancels.push_back(request);
    if (faults.automatic)
      dispatch(ExecutionReport::Request::Cancel, request.client_id, request.instrument, 0, now,
               [this, request](Timestamp at) {
                 Order* order = find(request.client_id);
                 if (order == nullptr)
                   order = orders.contains(request.venue_id.value) ? &orders[request.venue_id.value]
                                                                   : nullptr;
                 if (order == nullptr || !order->open())
                   return std::optional(
                       std::pair(ExecutionReport::Kind::CancelRejected, VenueReason::OrderGone));
                 end(*order, OrderState::Cancelled, VenueReason::UserCancel, at);
                 return std::optional(
                     std::pair(ExecutionReport::Kind::CancelAccepted, VenueReason::None));
               });
    return SendResult::Sent;
  }
  SendResult place_batch(std::span<const PlaceRequest> requests, Timestamp now) noexcept override {
    if (!connected) return SendResult::NotConnected;
    ++place_batches;
    for (const PlaceRequest& request : requests) place(request, now);
    return SendResult::Sent;
  }
  SendResult amend_batch(std::span<const AmendRequest> requests, Timestamp now) noexcept override {
    if (!connected) return SendResult::NotConnected;
    ++amend_batches;
    for (const AmendRequest& request : requests) amend(request, now);
    return SendResult::Sent;
  }
  SendResult cancel_batch(std::span<const CancelRequest> requests,
                          Timestamp now) noexcept override {
    if (!connected) return SendResult::NotConnected;
    ++cancel_batches;
    for (const CancelRequest& request : requests) cancel(request, now);
    return SendResult::Sent;
  }
  bool supports(const PlaceRequest& request) const noexcept override {
    return request.time_in_force != lacks;
  }
  bool cancel_protected(InstrumentId instrument, Timestamp) noexcept override {
    protected_cancels.push_back(instrument);
    return true;
  }
  bool query_order(InstrumentId instrument, ClientOrderId client_id, VenueOrderId venue_id,
                   Timestamp now) noexcept override {
    ++queries;
    later(now, [this, instrument, client_id, venue_id](Timestamp at) {
      Order* order = find(client_id);
      if (!client_id.valid() && orders.contains(venue_id.value)) order = &orders[venue_id.value];
      if (order != nullptr && !chance(faults.lag_list_percent)) {
        listener->on_execution_report(row(*order, at));
        return;
      }
      ExecutionReport report;
      report.kind = ExecutionReport::Kind::NotFound;
      report.source = ExecutionReport::Source::Query;
      report.client_id = client_id;
      report.venue_id = client_id.valid() ? VenueOrderId{} : venue_id;
      report.instrument = instrument;
      report.receive_time = at;
      listener->on_execution_report(report);
    });
    return true;
  }
  bool request_snapshot(SnapshotKind kind, std::uint64_t request, Timestamp since,
                        Timestamp now) noexcept override {
    if (!answers_lists) return false;
    later(now, [this, kind, request, since, now](Timestamp at) {
      listener->on_snapshot_begin(kind, request, now);
      if (kind == SnapshotKind::OpenOrders) {
        for (auto& [id, order] : orders) {
          if (order.open()) listener->on_execution_report(row(order, at));
        }
      } else if (kind == SnapshotKind::Fills) {
        for (FillReport fill : fills) {
          fill.receive_time = at;
          if (fill.fill.exchange_time >= since) listener->on_fill_report(fill);
        }
      } else if (kind == SnapshotKind::Positions) {
        for (auto& [instrument, quantity] : position) {
          if (quantity.raw != 0)
            listener->on_position(position_report(InstrumentId{instrument}, at), true);
        }
        for (PositionReport report : other_positions) {
          report.receive_time = at;
          listener->on_position(report, true);
        }
      } else if (kind == SnapshotKind::AlgoOrders && list_algos) {
        list_algos(at);
      }
      listener->on_snapshot_end(kind, request, true, at);
    });
    return true;
  }
  bool set_cancel_all_after(std::uint32_t timeout_seconds, Timestamp now) noexcept override {
    if (dead_man_asked.nanos != 0 && now - dead_man_asked < dead_man_spacing) return false;
    dead_man_asked = now;
    ++dead_man_calls;
    dead_man_seconds = timeout_seconds;
    if (!answers_dead_man) return true;
    later(now + dead_man_delay, [this, accepted = accepts_dead_man, now](Timestamp at) {
      listener->on_cancel_all_after(accepted, now, at);
    });
    return true;
  }

  // What really happens. `push`: the venue tells it.
  Order& execute_place(const PlaceRequest& request, Timestamp now, bool push = true) {
    Order order;
    order.client_id = request.client_id;
    order.venue_id = {next_venue_id_++};
    order.instrument = request.instrument;
    order.side = request.side;
    order.price = request.price;
    order.quantity = request.quantity;
    order.update_time = now;
    Order& kept = orders[order.venue_id.value] = order;
    if (push) this->push(kept, now);
    return kept;
  }
  void execute_amend(Order& order, const AmendRequest& request, Timestamp now, bool push = true) {
    if (request.new_price) order.price = *request.new_price;
    if (request.new_quantity) order.quantity = *request.new_quantity;
    order.update_time = now;
    if (order.quantity <= order.cumulative) order.state = OrderState::Filled;
    if (push) this->push(order, now, std::nullopt, request.amend_id);
  }
  void fill(Order& order, Quantity quantity, Price price, Timestamp now, bool push = true) {
    Fill fill;
    fill.trade_id = {next_trade_id_++};
    fill.price = price;
    fill.quantity = quantity;
    fill.exchange_time = now;
    fill.maker = true;
    order.cumulative += quantity;
    order.state =
        order.cumulative >= order.quantity ? OrderState::Filled : OrderState::PartiallyFilled;
    order.update_time = now;
    FillReport report;
    report.instrument = order.instrument;
    report.client_id = order.client_id;
    report.venue_id = order.venue_id;
    report.own_tag = order.own_tag;
    report.side = order.side;
    report.fill = fill;
    fills.push_back(report);
    Quantity& held = position[order.instrument.value];
    held = order.side == Side::Buy ? held + quantity : held - quantity;
    position_time[order.instrument.value] = now;
    if (push) {
      this->push(order, now, fill);
      const InstrumentId instrument = order.instrument;
      const PositionReport said = position_report(instrument, now);
      deliver(now, [this, said](Timestamp at) {
        PositionReport report_now = said;
        report_now.receive_time = at;
        listener->on_position(report_now, false);
      });
    }
  }
  void end(Order& order, OrderState state, VenueReason reason, Timestamp now, bool push = true) {
    order.state = state;
    order.reason = reason;
    order.update_time = now;
    if (push) this->push(order, now);
  }

  Order* find(ClientOrderId id) {
    for (auto& [venue_id, order] : orders) {
      if (order.client_id == id && id.valid()) return &order;
    }
    return nullptr;
  }
  std::size_t open_orders() const {
    std::size_t n = 0;
    for (const auto& [id, order] : orders) n += order.open() ? 1u : 0u;
    return n;
  }

  /// A reply to a request, at once.
  void reply(ExecutionReport::Kind kind, ExecutionReport::Request request, ClientOrderId id,
             InstrumentId instrument, std::uint64_t amend_id, VenueReason reason, Timestamp now) {
    ExecutionReport report;
    report.kind = kind;
    report.source = ExecutionReport::Source::Reply;
    report.request = request;
    report.reason = reason;
    report.client_id = id;
    report.instrument = instrument;
    report.amend_id = amend_id;
    report.receive_time = now;
    if (const Order* order = find(id)) report.venue_id = order->venue_id;
    listener->on_execution_report(report);
  }
  void repeat_last_push(Timestamp now) {
    if (!pushes_.empty()) repeat_push(pushes_.size() - 1, now);
  }
  /// Counted from the first one ever, 0.
  void repeat_push(std::size_t index, Timestamp now) {
    ExecutionReport report = pushes_.at(index);
    report.receive_time = now;
    listener->on_execution_report(report);
  }

  void connect(Timestamp now) {
    connected = true;
    listener->on_account_connection(ConnectionState::Connecting, now);
    listener->on_account_connection(ConnectionState::Ready, now);
  }
  /// Pushes under way are lost; every request without a reply is told as unknown.
  void disconnect(Timestamp now) {
    connected = false;
    ++epoch_;
    last_push_ = {};
    listener->on_account_connection(ConnectionState::Disconnected, now);
    const std::vector<Waiting> waiting = std::move(waiting_);
    waiting_.clear();
    for (const Waiting& w : waiting)
      reply(ExecutionReport::Kind::OutcomeUnknown, w.request, w.id, w.instrument, w.amend_id,
            VenueReason::OutcomeUnknown, now);
  }

  /// Delivers and executes what is due.
  void run(Timestamp now) {
    for (;;) {
      auto due =
          std::min_element(events_.begin(), events_.end(), [](const Event& a, const Event& b) {
            return a.at != b.at ? a.at < b.at : a.order < b.order;
          });
      if (due == events_.end() || due->at > now) return;
      const Event event = *due;
      events_.erase(due);
      if (event.epoch == 0 || event.epoch == epoch_) event.action(std::max(event.at, now));
    }
  }
  bool chance(int percent) { return percent > 0 && static_cast<int>(random_() % 100) < percent; }
  std::uint64_t draw(std::uint64_t below) { return random_() % below; }

 private:
  struct Event {
    Timestamp at;
    std::uint64_t order = 0;
    std::uint64_t epoch = 0;  ///< of the connection; 0: not bound to it
    std::function<void(Timestamp)> action;
  };
  struct Waiting {
    std::uint64_t number = 0;
    ExecutionReport::Request request;
    ClientOrderId id;
    InstrumentId instrument;
    std::uint64_t amend_id = 0;
  };
  using Outcome = std::optional<std::pair<ExecutionReport::Kind, VenueReason>>;

  Nanos delay() {
    return milliseconds(static_cast<std::int64_t>(
        draw(static_cast<std::uint64_t>(std::max<std::int64_t>(faults.delay_max_ms, 1)))));
  }
  void schedule(Timestamp at, std::uint64_t epoch, std::function<void(Timestamp)> action) {
    events_.push_back({at, ++event_order_, epoch, std::move(action)});
  }
  void later(Timestamp now, std::function<void(Timestamp)> action) {
    schedule(now + milliseconds(1) + delay(), 0, std::move(action));
  }
  /// In order on the connection, as pushes are.
  void deliver(Timestamp now, std::function<void(Timestamp)> action) {
    if (!connected) return;
    Timestamp at = faults.automatic ? now + delay() : now;
    at = std::max(at, last_push_);
    last_push_ = at;
    if (!faults.automatic) return action(now);
    schedule(at, epoch_, std::move(action));
  }
  void dispatch(ExecutionReport::Request request, ClientOrderId id, InstrumentId instrument,
                std::uint64_t amend_id, Timestamp now, std::function<Outcome(Timestamp)> execute) {
    const std::uint64_t number = ++event_order_;
    waiting_.push_back({number, request, id, instrument, amend_id});
    const bool loses_request = chance(faults.lose_request_percent);
    const bool loses_reply = loses_request || chance(faults.lose_reply_percent);
    const auto answer = [this, number, request, id, instrument, amend_id](
                            ExecutionReport::Kind kind, VenueReason reason, Timestamp at) {
      const auto waiting = std::find_if(waiting_.begin(), waiting_.end(),
                                        [&](const Waiting& w) { return w.number == number; });
      if (waiting == waiting_.end()) return;  // told as unknown when the connection broke
      waiting_.erase(waiting);
      reply(kind, request, id, instrument, amend_id, reason, at);
    };
    // The request reaches the venue even if the connection breaks right behind it.
    Timestamp reached = std::max(now + delay(), last_request_);
    last_request_ = reached;
    if (!loses_request)
      schedule(reached, 0, [this, execute, loses_reply, answer](Timestamp at) {
        const Outcome outcome = execute(at);
        if (loses_reply || !outcome) return;
        schedule(at + delay(), 0, [answer, outcome](Timestamp then) {
          answer(outcome->first, outcome->second, then);
        });
      });
    if (loses_reply)
      schedule(now + faults.timeout, 0, [answer](Timestamp at) {
        answer(ExecutionReport::Kind::OutcomeUnknown, VenueReason::OutcomeUnknown, at);
      });
  }
  ExecutionReport row(const Order& order, Timestamp now) const {
    ExecutionReport report;
    report.kind = ExecutionReport::Kind::Status;
    report.source = ExecutionReport::Source::Query;
    report.reason = order.reason;
    report.client_id = order.client_id;
    report.venue_id = order.venue_id;
    report.algo_client_id = order.algo_client_id;
    report.algo_venue_id = order.algo_venue_id;
    report.instrument = order.instrument;
    report.own_tag = order.own_tag;
    report.state = order.state;
    report.side = order.side;
    report.price = order.price;
    report.quantity = order.quantity;
    report.cumulative_quantity = order.cumulative;
    report.exchange_time = order.update_time;
    report.receive_time = now;
    return report;
  }
  void push(const Order& order, Timestamp now, std::optional<Fill> fill = {},
            std::uint64_t amend_id = 0) {
    ExecutionReport report = row(order, now);
    report.source = ExecutionReport::Source::Push;
    report.amend_id = amend_id;
    if (fill) {
      report.has_fill = true;
      report.fill = *fill;
    }
    pushes_.push_back(report);
    const int times = chance(faults.duplicate_push_percent) ? 2 : 1;
    for (int i = 0; i < times; ++i) push_again(report, now);
    if (chance(faults.replay_push_percent)) push_again(pushes_[draw(pushes_.size())], now);
  }
  void push_again(const ExecutionReport& report, Timestamp now) {
    deliver(now, [this, report](Timestamp at) {
      ExecutionReport said = report;
      said.receive_time = at;
      listener->on_execution_report(said);
    });
  }
  PositionReport position_report(InstrumentId instrument, Timestamp now) {
    PositionReport report;
    report.instrument = instrument;
    report.quantity = position[instrument.value];
    report.exchange_time = position_time[instrument.value];
    report.receive_time = now;
    return report;
  }

  std::mt19937_64 random_;
  std::vector<Event> events_;
  std::vector<Waiting> waiting_;
  std::vector<ExecutionReport> pushes_;
  std::uint64_t event_order_ = 0;
  std::uint64_t epoch_ = 1;
  std::uint64_t next_venue_id_ = 7'000;
  std::int64_t next_trade_id_ = 1;
  Timestamp last_push_;
  Timestamp last_request_;
};

}  // namespace gannet::test
