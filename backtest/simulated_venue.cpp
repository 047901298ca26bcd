#include "backtest/simulated_venue.h"

#include <utility>

#include "backtest/venue_words.h"
#include "domain/exact_math.h"
#include "sim/funding_notice.h"

namespace gannet::backtest {
namespace {

bool is_open(const sim::OrderView& order) noexcept {
  return order.state == OrderState::Live || order.state == OrderState::PartiallyFilled;
}

}  // namespace

SimulatedVenue::SimulatedVenue(InstrumentTable& instruments, CurrencyTable& currencies,
                               const Settings& settings, std::vector<BookFeed> books,
                               std::vector<MarginMode> margin_modes)
    : instruments_(instruments),
      margin_modes_(std::move(margin_modes)),
      exchange_(std::make_unique<sim::Exchange>(instruments, currencies,
                                                static_cast<sim::ExchangeEvents&>(*this))),
      references_(instruments.size()),
      to_venue_(settings.latency.order_to_venue),
      to_engine_(settings.latency.venue_to_strategy) {
  margin_modes_.resize(instruments.size(), MarginMode::Cross);
  market_.emplace(*exchange_, std::move(books), settings.queue_model);
  algos_.emplace(*exchange_, instruments, static_cast<AlgoOrders::Listener&>(*this));
}

void SimulatedVenue::open_account(sim::UserSettings account, Timestamp now) {
  now_ = now;
  user_ = exchange_->add_user(std::move(account), now);
  algos_->set_user(user_);
}

void SimulatedVenue::set_leverage(InstrumentId instrument, std::int64_t leverage) {
  exchange_->set_leverage(user_, instrument, leverage);
}

void SimulatedVenue::advance(Timestamp now) {
  now_ = now;
  exchange_->advance(now);
  run_algos(now);
}

// ---- the recorded market ----

void SimulatedVenue::on_book_update(const BookUpdate& update, Timestamp now) {
  now_ = now;
  market_->on_book(update, now);
  run_algos(now);
}

void SimulatedVenue::on_book_withdrawn(InstrumentId instrument, BookFeed feed, Timestamp now) {
  now_ = now;
  market_->on_book_withdrawn(instrument, feed);
}

void SimulatedVenue::on_trade(const TradeEvent& trade, Timestamp now) {
  now_ = now;
  market_->on_trade(trade, now);
  algos_->desk().on_trade(
      {trade.instrument, trade.trade_id, trade.aggressor, trade.price, trade.quantity, now});
  run_algos(now);
}

void SimulatedVenue::set_reference_price(InstrumentId instrument, ReferencePriceEvent::Kind kind,
                                         Price price, Timestamp now) {
  now_ = now;
  References& known = references_[instrument.value];
  (kind == ReferencePriceEvent::Kind::Mark ? known.mark : known.index) = price;
  if (known.mark.raw == 0) known.mark = price;
  if (known.index.raw == 0) known.index = price;
  exchange_->set_reference_prices(instrument, known.mark, known.index, now);
  run_algos(now);
}

void SimulatedVenue::on_funding(const FundingEvent& funding, Timestamp now) {
  now_ = now;
  if (const auto notice = sim::notice_of(funding)) sim::follow_funding(*exchange_, *notice, now);
}

// ---- the port: everything travels ----

SendResult SimulatedVenue::place(const PlaceRequest& request, Timestamp now) noexcept {
  to_venue_.send(request, now);
  return SendResult::Sent;
}

SendResult SimulatedVenue::amend(const AmendRequest& request, Timestamp now) noexcept {
  to_venue_.send(request, now);
  return SendResult::Sent;
}

SendResult SimulatedVenue::cancel(const CancelRequest& request, Timestamp now) noexcept {
  to_venue_.send(request, now);
  return SendResult::Sent;
}

SendResult SimulatedVenue::place_batch(std::span<const PlaceRequest> requests,
                                       Timestamp now) noexcept {
  for (const PlaceRequest& request : requests) to_venue_.send(request, now);
  return SendResult::Sent;
}

SendResult SimulatedVenue::amend_batch(std::span<const AmendRequest> requests,
                                       Timestamp now) noexcept {
  for (const AmendRequest& request : requests) to_venue_.send(request, now);
  return SendResult::Sent;
}

SendResult SimulatedVenue::cancel_batch(std::span<const CancelRequest> requests,
                                        Timestamp now) noexcept {
  for (const CancelRequest& request : requests) to_venue_.send(request, now);
  return SendResult::Sent;
}

bool SimulatedVenue::query_order(InstrumentId instrument, ClientOrderId client_id,
                                 VenueOrderId venue_id, Timestamp now) noexcept {
  to_venue_.send(Query{instrument, client_id, venue_id, false}, now);
  return true;
}

bool SimulatedVenue::request_snapshot(SnapshotKind kind, std::uint64_t request, Timestamp since,
                                      Timestamp now) noexcept {
  to_venue_.send(SnapshotQuestion{kind, request, since, now}, now);
  return true;
}

SendResult SimulatedVenue::place_algo(const AlgoPlaceRequest& request, Timestamp now) noexcept {
  to_venue_.send(request, now);
  return SendResult::Sent;
}

SendResult SimulatedVenue::amend_algo(const AlgoAmendRequest& request, Timestamp now) noexcept {
  to_venue_.send(request, now);
  return SendResult::Sent;
}

SendResult SimulatedVenue::cancel_algos(std::span<const AlgoCancelRequest> requests,
                                        Timestamp now) noexcept {
  for (const AlgoCancelRequest& request : requests) to_venue_.send(request, now);
  return SendResult::Sent;
}

bool SimulatedVenue::query_algo(InstrumentId instrument, AlgoKind, ClientOrderId client_id,
                                VenueOrderId venue_id, Timestamp now) noexcept {
  to_venue_.send(Query{instrument, client_id, venue_id, true}, now);
  return true;
}

// ---- at the venue ----

void SimulatedVenue::take_arrival(Timestamp now) {
  now_ = now;
  const Request request = to_venue_.take();
  std::visit([&](const auto& content) { carry_out(content, now); }, request);
  run_algos(now);
}

void SimulatedVenue::carry_out(const PlaceRequest& request, Timestamp now) {
  ++requests_;
  if (watcher_ != nullptr) watcher_->on_arrived(request.client_id, now);
  ExecutionReport answer;
  answer.kind = ExecutionReport::Kind::PlaceRejected;
  answer.request = ExecutionReport::Request::Place;
  answer.instrument = request.instrument;
  answer.client_id = request.client_id;
  const auto type = type_of(request);
  if (now > request.expire_time) {
    answer.reason = VenueReason::RequestExpired;
    return reply(answer, now);
  }
  if (!type) {
    answer.reason = VenueReason::InvalidParameter;
    return reply(answer, now);
  }
  sim::NewOrder order;
  order.user = user_;
  order.instrument = request.instrument;
  order.side = request.side;
  order.type = *type;
  order.mode = is_derivative(instruments_[request.instrument].kind) ? mode_of(request.margin_mode)
                                                                    : sim::TradeMode::Cash;
  order.position_side = request.position_side;
  order.reduce_only = request.reduce_only;
  order.price = request.price;
  order.quantity = request.quantity;
  order.stp = self_trade_of(request.options.self_trade);
  order.shrinks_to_funds = !request.options.exact_size;
  order.slippage = request.options.slippage_max_bps;
  if (request.quote_quantity.raw > 0) {
    const auto scale = static_cast<__int128>(power_of_ten(Amount::kDigits - kQuoteQuantityDigits));
    order.quantity_is_quote = true;
    order.quote_quantity = {request.quote_quantity.raw * scale,
                            instruments_[request.instrument].quote};
  }
  order.client_id = text_of(request.client_id.value);
  if (request.exits.any()) {
    answer.reason = algos_->attach(order, request, now);
    if (answer.reason != VenueReason::None) return reply(answer, now);
  }
  const bool has_limit = request.kind == OrderKind::Limit;
  const Quantity shown = request.quote_quantity.raw > 0 ? quantity_for(request) : request.quantity;
  market_->before_order(request.instrument, request.side,
                        has_limit ? std::optional(request.price) : std::nullopt, shown, now);
  holds_back_ = true;
  const sim::Exchange::PlaceResult placed = exchange_->place(order, now);
  if (placed.refusal == sim::Refusal::None) {
    answer.kind = ExecutionReport::Kind::PlaceAccepted;
    answer.venue_id = placed.id;
  } else {
    answer.reason = reason_of(placed.refusal);
    if (order.attachment != 0) algos_->desk().drop(order.attachment);
  }
  reply(answer, now);
  settle(request.instrument, now);
}

/// More than the money can trade: at half the middle price, where there is one.
Quantity SimulatedVenue::quantity_for(const PlaceRequest& request) const {
  const Instrument& instrument = instruments_[request.instrument];
  const auto middle = market_->middle(request.instrument);
  if (!middle || middle->raw <= 1) return kLargestQuantity;
  const auto raw =
      mul_div(request.quote_quantity.raw,
              wide_power_of_ten(instrument.price_digits + instrument.quantity_digits),
              wide_power_of_ten(kQuoteQuantityDigits) * (middle->raw / 2), Rounding::Up);
  if (!raw || *raw > kLargestQuantity.raw) return kLargestQuantity;
  return {static_cast<std::int64_t>(*raw)};
}

void SimulatedVenue::carry_out(const AmendRequest& request, Timestamp now) {
  ++requests_;
  ExecutionReport answer;
  answer.kind = ExecutionReport::Kind::AmendRejected;
  answer.request = ExecutionReport::Request::Amend;
  answer.instrument = request.instrument;
  answer.client_id = request.client_id;
  answer.amend_id = request.amend_id;
  const sim::OrderView* order = find(request.client_id, request.venue_id);
  if (now > request.expire_time) {
    answer.reason = VenueReason::RequestExpired;
    return reply(answer, now);
  }
  if (order == nullptr || !is_open(*order)) {
    answer.reason = VenueReason::OrderGone;
    return reply(answer, now);
  }
  answer.venue_id = order->id;
  const FixedString<32> amend_id = text_of(request.amend_id);
  const sim::AmendTerms terms{request.new_price, request.new_quantity, amend_id.view()};
  const Quantity total = request.new_quantity.value_or(order->terms.quantity);
  market_->before_order(request.instrument, order->terms.side,
                        request.new_price.value_or(order->terms.price), total - order->filled, now);
  holds_back_ = true;
  const sim::Refusal refusal = exchange_->amend(user_, order->id, terms, now);
  if (refusal == sim::Refusal::None) {
    answer.kind = ExecutionReport::Kind::AmendAccepted;
  } else {
    answer.reason = reason_of(refusal);
  }
  reply(answer, now);
  settle(request.instrument, now);
}

void SimulatedVenue::carry_out(const CancelRequest& request, Timestamp now) {
  ++requests_;
  ExecutionReport answer;
  answer.kind = ExecutionReport::Kind::CancelRejected;
  answer.request = ExecutionReport::Request::Cancel;
  answer.instrument = request.instrument;
  answer.client_id = request.client_id;
  const sim::OrderView* order = find(request.client_id, request.venue_id);
  if (order == nullptr || !is_open(*order)) {
    answer.reason = VenueReason::OrderGone;
    return reply(answer, now);
  }
  answer.venue_id = order->id;
  holds_back_ = true;
  const sim::Refusal refusal = exchange_->cancel(user_, order->id, sim::CancelCause::User, now);
  if (refusal == sim::Refusal::None) {
    answer.kind = ExecutionReport::Kind::CancelAccepted;
  } else {
    answer.reason = reason_of(refusal);
  }
  reply(answer, now);
  settle(request.instrument, now);
}

void SimulatedVenue::carry_out(const AlgoPlaceRequest& request, Timestamp now) {
  ++requests_;
  if (watcher_ != nullptr) watcher_->on_arrived(request.client_id, now);
  holds_back_ = true;
  reply(algos_->place(request, now), now);
}

void SimulatedVenue::carry_out(const AlgoAmendRequest& request, Timestamp now) {
  ++requests_;
  holds_back_ = true;
  reply(algos_->amend(request, now), now);
}

void SimulatedVenue::carry_out(const AlgoCancelRequest& request, Timestamp now) {
  ++requests_;
  holds_back_ = true;
  reply(algos_->cancel(request, now), now);
}

void SimulatedVenue::carry_out(const Query& query, Timestamp now) {
  if (query.is_algo) {
    if (const auto row = algos_->find(query.client_id, query.venue_id)) {
      to_engine_.send(std::make_unique<AlgoReport>(*row), now);
      return;
    }
  } else if (const sim::OrderView* order = find(query.client_id, query.venue_id)) {
    to_engine_.send(status_of(*order, ExecutionReport::Source::Query), now);
    return;
  }
  ExecutionReport answer;
  answer.kind = ExecutionReport::Kind::NotFound;
  answer.source = ExecutionReport::Source::Query;
  answer.instrument = query.instrument;
  answer.client_id = query.client_id;
  answer.venue_id = query.venue_id;
  to_engine_.send(answer, now);
}

void SimulatedVenue::carry_out(const SnapshotQuestion& question, Timestamp now) {
  to_engine_.send(SnapshotEdge{question.kind, question.request, question.asked, false}, now);
  switch (question.kind) {
    case SnapshotKind::OpenOrders:
      exchange_->for_each_open_order(user_, [&](const sim::OrderView& order) {
        to_engine_.send(status_of(order, ExecutionReport::Source::Query), now);
      });
      break;
    case SnapshotKind::Fills:
      list_fills(question.since, now);
      break;
    case SnapshotKind::Positions:
      for (const sim::PositionView& position : exchange_->positions(user_)) {
        to_engine_.send(PositionRow{report_of(position), true}, now);
      }
      break;
    case SnapshotKind::AlgoOrders:
      algos_->for_each_pending(
          [&](const AlgoReport& row) { to_engine_.send(std::make_unique<AlgoReport>(row), now); });
      break;
    case SnapshotKind::Balances:
      for (const sim::BalanceView& balance : exchange_->balances(user_)) {
        to_engine_.send(BalanceRow{report_of(balance), true}, now);
      }
      break;
  }
  to_engine_.send(SnapshotEdge{question.kind, question.request, question.asked, true}, now);
}

void SimulatedVenue::list_fills(Timestamp since, Timestamp now) {
  const auto& fills = exchange_->fills(user_);
  std::size_t first = fills.size();
  while (first > 0 && fills[first - 1].fill.exchange_time >= since) --first;
  for (std::size_t i = first; i < fills.size(); ++i) {
    const auto& row = fills[i];
    FillReport report;
    report.account = AccountId{0};
    report.instrument = row.instrument;
    report.client_id = {number_of(row.client_id.view())};
    report.venue_id = row.order;
    report.own_tag = true;
    report.side = row.side;
    report.position_side = row.position_side;
    report.fill = row.fill;
    report.fill.bill_id = row.bill_id;
    to_engine_.send(report, now);
  }
}

const sim::OrderView* SimulatedVenue::find(ClientOrderId client_id, VenueOrderId venue_id) const {
  if (venue_id.valid()) return exchange_->find(venue_id);
  return exchange_->find_by_client_id(user_, text_of(client_id.value).view());
}

/// The answer to the request first, then what it led to.
void SimulatedVenue::reply(const ExecutionReport& report, Timestamp now) {
  ExecutionReport answer = report;
  answer.source = ExecutionReport::Source::Reply;
  answer.account = AccountId{0};
  answer.own_tag = true;
  answer.exchange_time = now;
  to_engine_.send(answer, now);
  holds_back_ = false;
  for (Answer& push : held_back_) to_engine_.send(std::move(push), now);
  held_back_.clear();
}

void SimulatedVenue::settle(InstrumentId instrument, Timestamp now) {
  market_->after_order(instrument, now);
}

void SimulatedVenue::run_algos(Timestamp now) {
  if (!algos_->desk().has_work()) return;
  // What goes in finds the recorded market there, and so does what looks for its best price.
  for (const Instrument& instrument : instruments_) {
    const Quantity most = algos_->most_at_once(instrument.id);
    if (most.raw == 0) continue;
    for (const Side side : {Side::Buy, Side::Sell}) {
      market_->before_order(instrument.id, side, std::nullopt, most, now);
    }
  }
  algos_->desk().run(now);
  for (const Instrument& instrument : instruments_) market_->after_order(instrument.id, now);
}

}  // namespace gannet::backtest
