#include <algorithm>

#include "sim/okx_server/protocol/internal/book_streams.h"
#include "sim/okx_server/protocol/internal/fault_money.h"
#include "sim/okx_server/protocol/internal/fault_orders.h"
#include "sim/okx_server/protocol/internal/instrument_control.h"
#include "sim/okx_server/protocol/internal/json_writer.h"
#include "sim/okx_server/protocol/internal/link.h"
#include "sim/okx_server/protocol/internal/names.h"
#include "sim/okx_server/protocol/internal/number_text.h"
#include "sim/okx_server/protocol/internal/raw_frames.h"
#include "sim/okx_server/protocol/internal/venue_faults.h"

namespace gannet::okx_server {
namespace {

std::vector<ConnectionId> meant_sessions(const ServerState& state, const Fault& fault) {
  std::vector<ConnectionId> meant;
  for (const auto& [id, session] : state.sessions) {
    if (fault.target.empty() || fault.target == name_of(session.path) ||
        fault.target == session.name)
      meant.push_back(id);
  }
  return meant;
}

std::vector<InstrumentId> meant_instruments(const ServerState& state, const Fault& fault) {
  std::vector<InstrumentId> meant;
  for (std::uint32_t i = 0; i < state.markets.size(); ++i) {
    if (!state.listed({i})) continue;
    if (fault.target.empty() || fault.target == state.instruments[{i}].name.view())
      meant.push_back({i});
  }
  return meant;
}

/// The user that a fault names, the first if it names none. Null: there is no such.
UserState* meant_user(ServerState& state, const Fault& fault) {
  const std::string_view name = fault.text("user");
  if (name.empty()) return state.users.empty() ? nullptr : &state.users.front();
  const auto index = state.find_user(name);
  return index ? &state.users[*index] : nullptr;
}

void cut(ServerState& state, const Fault& fault) {
  const bool in_order = fault.text("how") == "fin";
  for (const ConnectionId id : meant_sessions(state, fault)) {
    if (!in_order) {
      close_session(state, id, 0, "");
      continue;
    }
    forget_session(state, id);
    state.output.end_stream(id);
  }
  if (fault.flag("once", true)) return;
  Fault standing = fault;
  standing.kind = FaultKind::CutOnOpen;
  standing.left = Fault::kAlways;
  state.faults.add(std::move(standing), state.now);
}

void close(ServerState& state, const Fault& fault) {
  const auto code =
      static_cast<std::uint16_t>(std::clamp<std::int64_t>(fault.number("code", 4006), 1000, 4999));
  // 1005 and 1006 are never sent: they say that no close frame came.
  const std::uint16_t sent = code == 1005 || code == 1006 ? 0 : code;
  for (const ConnectionId id : meant_sessions(state, fault))
    close_session(state, id, sent, "An ordered fault");
}

void send_misshapen_frame(ServerState& state, const Fault& fault) {
  const auto bytes = static_cast<std::size_t>(
      std::clamp<std::int64_t>(fault.number("bytes", 8 << 20), 0, 16 << 20));
  const auto frames =
      static_cast<std::size_t>(std::clamp<std::int64_t>(fault.number("frames", 1'000), 0, 100'000));
  const std::string_view shape = fault.text("shape", "bad_utf8");
  const std::string frame = misshapen_frame(shape, bytes, frames);
  for (const ConnectionId id : meant_sessions(state, fault)) {
    if (shape == "half")
      send_bytes_and_cut(state, id, frame);
    else
      state.output.send_bytes(id, frame);
  }
}

void announce_upgrade(ServerState& state, const Fault& fault) {
  const Nanos left = fault.duration("close_after_ms", seconds(60));
  for (const ConnectionId id : meant_sessions(state, fault)) {
    Session& session = state.sessions.at(id);
    session.close_at = state.now + left;
    std::string text;
    JsonWriter json(text);
    json.begin_object()
        .field("event", "notice")
        .field("code", "64008")
        .field("msg", "The connection will soon be closed for a service upgrade. Please reconnect.")
        .field("connId", session.name)
        .end_object();
    send(state, session, text);
  }
}

void send_text(ServerState& state, const Fault& fault) {
  for (const ConnectionId id : meant_sessions(state, fault)) {
    const auto found = state.sessions.find(id);
    if (found != state.sessions.end()) send(state, found->second, fault.text("text"));
  }
}

void replay_push(ServerState& state, const Fault& fault) {
  for (auto& [id, session] : state.sessions) {
    for (const auto& [channel, text] : session.last_push) {
      if (fault.target.empty() || fault.target == info_of(channel).name)
        send_later(state, id, {}, text);
    }
  }
}

std::vector<VenueOrderId> meant_orders(const ServerState& state, const UserState& user,
                                       const Fault& fault) {
  std::vector<VenueOrderId> meant;
  for (const VenueOrderId id : state.exchange->open_orders(user.id)) {
    const sim::OrderView& order = *state.exchange->find(id);
    const std::string_view client_id = fault.text("clOrdId");
    if (!client_id.empty() && order.terms.client_id.view() != client_id) continue;
    if (fault.target.empty() ||
        fault.target == state.instruments[order.terms.instrument].name.view())
      meant.push_back(id);
  }
  return meant;
}

/// The cause that OKX's cancelSource names, if the exchange has one.
sim::CancelCause cause_of(std::string_view source) noexcept {
  for (std::uint8_t i = 1; i < 64; ++i) {
    const auto cause = static_cast<sim::CancelCause>(i);
    if (!source.empty() && cancel_source(cause) == source) return cause;
  }
  return sim::CancelCause::System;
}

void venue_cancel(ServerState& state, const Fault& fault) {
  const UserState* const user = meant_user(state, fault);
  if (user == nullptr) return;
  for (const VenueOrderId id : meant_orders(state, *user, fault))
    state.exchange->cancel(user->id, id, cause_of(fault.text("source")), state.exchange_time());
}

/// One order, one that only reduces if there is such.
void shrink_order(ServerState& state, const Fault& fault) {
  const UserState* const user = meant_user(state, fault);
  if (user == nullptr) return;
  const auto orders = meant_orders(state, *user, fault);
  if (orders.empty()) return;
  const auto reduces = [&](VenueOrderId id) { return state.exchange->find(id)->terms.reduce_only; };
  const auto found = std::ranges::find_if(orders, reduces);
  const VenueOrderId id = found == orders.end() ? orders.front() : *found;
  const sim::OrderView& order = *state.exchange->find(id);
  const Quantity lot = state.instruments[order.terms.instrument].lot_size;
  const Quantity less{lot.raw * std::clamp<std::int64_t>(fault.number("lots", 1), 1, 1'000'000)};
  if (order.terms.quantity <= less) return;
  sim::AmendTerms terms;
  terms.quantity = order.terms.quantity - less;
  const std::size_t pushes = state.order_pushes.size();
  state.exchange->amend(user->id, id, terms, state.exchange_time());
  // As the user's own amend it would say 1.
  constexpr std::string_view kByUser = R"("amendSource":"1")";
  for (std::size_t i = pushes; i < state.order_pushes.size(); ++i) {
    std::string& text = state.order_pushes[i].order;
    const std::size_t at = text.find(kByUser);
    if (at != std::string::npos) text.replace(at, kByUser.size(), R"("amendSource":"4")");
  }
}

void overfill(ServerState& state, const Fault& fault) {
  const UserState* const user = meant_user(state, fault);
  if (user == nullptr) return;
  const auto orders = meant_orders(state, *user, fault);
  if (orders.empty()) return;
  const InstrumentId id = state.exchange->find(orders.front())->terms.instrument;
  const std::int64_t lots = std::clamp<std::int64_t>(fault.number("lots", 1), 1, 1'000'000);
  const Quantity extra{state.instruments[id].lot_size.raw * lots};
  const sim::Refusal refused =
      state.exchange->fill_whole(user->id, orders.front(), extra, state.exchange_time());
  if (refused != sim::Refusal::None)
    state.refuse("overfill", "", "the exchange can not fill that order beyond its size");
}

/// Draws from the bucket that the user's next operation would draw from.
void spend_rate(ServerState& state, const Fault& fault) {
  const UserState* const user = meant_user(state, fault);
  if (user == nullptr) return;
  const std::string_view op = fault.text("op", "order");
  const char kind = op.starts_with("amend") || op == "batch-amend-orders"     ? 'a'
                    : op.starts_with("cancel") || op == "batch-cancel-orders" ? 'c'
                                                                              : 'p';
  const char form = op.starts_with("batch") ? 'b' : 's';
  const auto units = std::clamp<std::int64_t>(fault.number("units", 60), 1, 10'000);
  for (const InstrumentId id : meant_instruments(state, fault)) {
    std::string bucket{kind, form, ':'};
    bucket += user->settings.uid;
    bucket += ':';
    bucket += state.instruments[id].name.view();
    for (std::int64_t i = 0; i < units; ++i)
      state.limiter.acquire(bucket, 1'000'000, seconds(2), 1, state.now);
  }
}

void set_leverage(ServerState& state, const Fault& fault) {
  UserState* const user = meant_user(state, fault);
  if (user == nullptr) return;
  if (const std::string_view mode = fault.text("posMode"); !mode.empty()) {
    const bool legs = mode == "long_short_mode";
    if (state.exchange->set_position_mode(user->id, legs) != sim::AccountRefusal::None)
      return state.refuse("set_leverage", "", "there are orders or positions");
    user->settings.account.long_short_mode = legs;
    if (fault.text("lever").empty()) return;
  }
  const auto lever = std::clamp<std::int64_t>(fault.number("lever", 1), 1, 125);
  for (const InstrumentId id : meant_instruments(state, fault)) {
    if (!is_derivative(state.instruments[id].kind)) continue;
    state.exchange->set_leverage(user->id, id, lever);
  }
}

void foreign_order(ServerState& state, const Fault& fault) {
  const UserState* const user = meant_user(state, fault);
  const auto instruments = meant_instruments(state, fault);
  if (user == nullptr || instruments.empty()) return;
  const Instrument& instrument = state.instruments[instruments.front()];
  const auto price = parse_units(fault.text("px"), instrument.price_digits);
  const auto quantity = parse_units(fault.text("sz"), instrument.quantity_digits);
  sim::NewOrder order;
  order.user = user->id;
  order.instrument = instrument.id;
  order.side = fault.text("side") == "sell" ? Side::Sell : Side::Buy;
  order.type = price ? sim::OrderType::Limit : sim::OrderType::Market;
  // Where all is one margin, spot is traded cross as well.
  const bool cross =
      is_derivative(instrument.kind) || state.exchange->settings(user->id).account_mode > 2;
  order.mode = cross ? sim::TradeMode::Cross : sim::TradeMode::Cash;
  if (user->settings.account.long_short_mode && is_derivative(instrument.kind))
    order.position_side = order.side == Side::Buy ? PositionSide::Long : PositionSide::Short;
  order.price = {price.value_or(0)};
  order.quantity = {quantity.value_or(instrument.minimum_quantity.raw)};
  if (const std::string_view tag = fault.text("tag"); tag.size() <= 16)
    order.tag = FixedString<16>(tag);
  const auto placed = state.exchange->place(order, state.exchange_time());
  if (placed.refusal != sim::Refusal::None)
    state.refuse("foreign_order", "", "the exchange refused the order of this fault");
}

void transfer(ServerState& state, const Fault& fault) {
  const UserState* const user = meant_user(state, fault);
  const CurrencyId currency = state.currencies.find(fault.text("ccy", "USDT"));
  const auto amount = parse_amount(fault.text("amount", "1000"), currency);
  if (user != nullptr && currency.valid() && amount)
    state.exchange->deposit(user->id, *amount, state.exchange_time());
}

void change_sequence(ServerState& state, const Fault& fault, bool reset) {
  for (const InstrumentId id : meant_instruments(state, fault)) {
    InstrumentMarket& market = state.markets[id.value];
    if (reset)
      market.sequence = 1;
    else
      for (BookStream& stream : market.streams) stream.lose_next = true;
  }
}

/// A state, other terms, a listing or a delisting: what POST /sim/v1/instruments takes.
void change_instrument(ServerState& state, const Fault& fault) {
  std::string body;
  JsonWriter json(body);
  json.begin_object();
  if (!fault.target.empty()) json.field("instId", fault.target);
  for (const auto& [name, value] : fault.options) json.field(name, value);
  json.end_object();
  HttpRequest request{"POST", "/sim/v1/instruments", {}, std::move(body)};
  const HttpResponse answer = control_instruments(state, request);
  if (answer.status != 200) state.refuse("instrument_state", "", answer.body);
}

}  // namespace

void do_fault(ServerState& state, const Fault& fault) {
  switch (fault.kind) {
    case FaultKind::Cut:
      return cut(state, fault);
    case FaultKind::CloseCode:
      return close(state, fault);
    case FaultKind::RawFrame:
      return send_misshapen_frame(state, fault);
    case FaultKind::Notice:
      return announce_upgrade(state, fault);
    case FaultKind::SendText:
      return send_text(state, fault);
    case FaultKind::ReplayPush:
      return replay_push(state, fault);
    case FaultKind::VenueCancel:
      return venue_cancel(state, fault);
    case FaultKind::ShrinkOrder:
      return shrink_order(state, fault);
    case FaultKind::Overfill:
      return overfill(state, fault);
    case FaultKind::SpendRate:
      return spend_rate(state, fault);
    case FaultKind::SetLeverage:
      return set_leverage(state, fault);
    case FaultKind::ForeignOrder:
      return foreign_order(state, fault);
    case FaultKind::Transfer:
      return transfer(state, fault);
    case FaultKind::SequenceGap:
      return change_sequence(state, fault, false);
    case FaultKind::SequenceReset:
      return change_sequence(state, fault, true);
    case FaultKind::ResendSnapshot:
      for (const InstrumentId id : meant_instruments(state, fault)) resend_snapshots(state, id);
      return;
    case FaultKind::KeepAlive:
      for (const InstrumentId id : meant_instruments(state, fault)) send_keep_alives(state, id);
      return;
    case FaultKind::InstrumentState:
      return change_instrument(state, fault);
    case FaultKind::Deleverage:
    case FaultKind::Funding:
    case FaultKind::ReferencePrice:
    case FaultKind::InsuranceFund:
      return do_money_fault(state, fault);
    case FaultKind::Restart:
      return restart_venue(state, fault.duration("down_ms", seconds(2)));
    default:  // rules and modes: they are armed, not done
      return;
  }
}

}  // namespace gannet::okx_server
