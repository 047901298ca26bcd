#include "sim/okx_server/protocol/internal/order_faults.h"

#include <algorithm>

#include "sim/okx_server/protocol/internal/venue_faults.h"

namespace gannet::okx_server {
namespace {

constexpr std::string_view kByFault = "Rejected by an ordered fault";

/// The market trades through to the order's price until that share of it is filled.
void fill_from_market(ServerState& state, const sim::OrderView& order, std::int64_t percent) {
  const Side other = order.terms.side == Side::Buy ? Side::Sell : Side::Buy;
  const Quantity leaves = order.terms.quantity - order.filled;
  const Quantity lot = state.instruments[order.terms.instrument].lot_size;
  const std::int64_t wanted = leaves.raw / 100 * percent + leaves.raw % 100 * percent / 100;
  if (lot.raw <= 0) return;
  const VenueOrderId id = order.id;
  sim::NewOrder taker;
  taker.user = sim::kMarketUser;
  taker.instrument = order.terms.instrument;
  taker.side = other;
  taker.type = sim::OrderType::ImmediateOrCancel;
  taker.mode = order.terms.mode;
  taker.price = order.terms.price;
  const Quantity filled_before = order.filled;
  // What stands before it in the book is taken first: in steps, until enough is ours.
  for (int turn = 0; turn < 1'000; ++turn) {
    const sim::OrderView* const now = state.exchange->find(id);
    if (now == nullptr ||
        !(now->state == OrderState::Live || now->state == OrderState::PartiallyFilled))
      return;
    const std::int64_t done = (now->filled - filled_before).raw;
    if (done >= std::max(wanted, lot.raw)) return;
    Quantity ahead;
    for (const Level& level : state.exchange->book(taker.instrument, order.terms.side, 400)) {
      if (Price{level.price} == taker.price) break;
      ahead += Quantity{level.quantity};
    }
    // Of those at its own price nobody says who is first: a lot at a time there.
    const std::int64_t missing = std::max(wanted, lot.raw) - done;
    taker.quantity = ahead.raw > 0 ? ahead : Quantity{std::min(missing, leaves.raw)};
    taker.quantity.raw -= taker.quantity.raw % lot.raw;
    if (taker.quantity.raw <= 0) taker.quantity = lot;
    const auto placed = state.exchange->place(taker, state.exchange_time());
    if (placed.refusal != sim::Refusal::None) return;
  }
}

}  // namespace

bool takes_request(ServerState& state, const Session& session, std::string_view op,
                   simdjson::dom::object request) {
  if (state.faults.take(FaultKind::DropRequest, op)) return true;
  if (state.handling_late) return false;
  const auto late = state.faults.take(FaultKind::LateRequest, op);
  if (!late) return false;
  state.late_frames.push_back({state.now + late->duration("ms", milliseconds(500)), session.id,
                               simdjson::minify(request), true});
  return true;
}

Verdict item_fault(ServerState& state, const OperationRequest& request, InstrumentId instrument) {
  if (under_maintenance(state) && request.operation == Operation::Place) {
    state.faults.count(FaultKind::Maintenance);
    return {"50001", "Service temporarily unavailable. Please try again later", ""};
  }
  if (const auto fault = state.faults.take(FaultKind::RejectCode, request.name))
    return {std::string(fault->text("code", "51000")), std::string(kByFault), ""};
  if (const auto fault = state.faults.take(FaultKind::RateRefusal, request.name))
    return {std::string(fault->text("code", "50011")),
            "Rate limit reached. Please refer to API documentation and throttle requests "
            "accordingly",
            ""};
  if (request.source == Source::Socket &&
      state.faults.find(FaultKind::RefuseInstrumentCode,
                        state.instruments[instrument].name.view()) != nullptr) {
    state.faults.count(FaultKind::RefuseInstrumentCode);
    return {"51001", "Instrument ID, instrument ID code or spread ID does not exist", ""};
  }
  return {};
}

void race_order(ServerState& state, const OperationRequest& request, InstrumentId instrument,
                std::string_view order_id, std::string_view client_id) {
  if (request.operation == Operation::Place) return;
  if (!state.faults.any(FaultKind::FillFirst) && !state.faults.any(FaultKind::CancelFirst)) return;
  const UserState& user = state.users[request.user];
  const sim::OrderView* const order = named_order(state, user, instrument, order_id, client_id);
  if (order == nullptr) return;
  if (const auto fill = state.faults.take(FaultKind::FillFirst, request.name)) {
    const sim::OrderView copy = *order;
    fill_from_market(state, copy, std::clamp<std::int64_t>(fill->number("percent", 100), 1, 100));
  } else if (state.faults.take(FaultKind::CancelFirst, request.name)) {
    state.exchange->cancel(user.id, order->id, sim::CancelCause::System, state.exchange_time());
  }
}

void send_reply(ServerState& state, Session& session, std::string_view op, std::string text) {
  if (state.faults.take(FaultKind::DropAck, op)) return;
  if (const auto late = state.faults.take(FaultKind::LateAck, op))
    return send_later(state, session.id, late->duration("ms", milliseconds(500)), std::move(text));
  const bool twice = state.faults.take(FaultKind::DuplicateAck, op).has_value();
  send(state, session, text);
  if (twice) send(state, session, text);
}

}  // namespace gannet::okx_server
