#include "sim/exchange.h"

#include <algorithm>
#include <cstdlib>

#include "base/check.h"
#include "sim/internal/exchange_state.h"

namespace gannet::sim {

Exchange::Exchange(InstrumentTable& instruments, CurrencyTable& currencies, ExchangeEvents& events,
                   const ExchangeSettings& settings)
    : state_(std::make_unique<State>(instruments, currencies, events, settings)) {}

Exchange::~Exchange() = default;

UserId Exchange::add_user(UserSettings settings, Timestamp now) {
  const std::vector<Amount> deposits = settings.deposits;
  const UserId user = state_->accounts.add(std::move(settings));
  for (const Amount& amount : deposits) deposit(user, amount, now);
  return user;
}

Exchange::PlaceResult Exchange::place(const NewOrder& order, Timestamp now) {
  return state_->place(order, now);
}

Refusal Exchange::amend(UserId user, VenueOrderId id, const AmendTerms& terms, Timestamp now) {
  return state_->amend(user, id, terms, now);
}

Refusal Exchange::cancel(UserId user, VenueOrderId id, CancelCause cause, Timestamp now) {
  Order* order = state_->orders.find(id);
  if (order == nullptr || order->view.terms.user != user || !order->open) {
    return Refusal::OrderNotFound;
  }
  state_->cancel_order(*order, cause, now);
  return Refusal::None;
}

Refusal Exchange::fill_whole(UserId user, VenueOrderId id, Quantity beyond, Timestamp now) {
  return state_->fill_whole(user, id, beyond, now);
}

std::size_t Exchange::cancel_all(UserId user, std::string_view tag, CancelCause cause,
                                 Timestamp now) {
  std::size_t count = 0;
  for (const VenueOrderId id : open_orders(user)) {
    Order* order = state_->orders.find(id);
    if (!tag.empty() && order->view.terms.tag.view() != tag) continue;
    state_->cancel_order(*order, cause, now);
    ++count;
  }
  return count;
}

void Exchange::set_instrument_state(InstrumentId instrument, InstrumentState state, Timestamp now) {
  state_->instruments[instrument].state = state;
  if (state != InstrumentState::Expired) return;
  for (UserId user = 0; user < state_->accounts.size(); ++user) {
    for (const VenueOrderId id : open_orders(user)) {
      Order* order = state_->orders.find(id);
      if (order->view.terms.instrument != instrument) continue;
      state_->cancel_order(*order, CancelCause::Delisting, now);
    }
  }
  // Whoever still holds it is paid out as at a delivery.
  if (is_derivative(state_->instruments[instrument].kind)) state_->deliver(instrument, now);
}

AccountRefusal Exchange::set_contract_value(InstrumentId instrument, Decimal value, Timestamp now) {
  if (!state_->instruments.contains(instrument)) return AccountRefusal::UnknownInstrument;
  Instrument& definition = state_->instruments[instrument];
  if (!is_derivative(definition.kind) || value.mantissa <= 0) return AccountRefusal::BadValue;
  for (UserId user = 0; user < state_->accounts.size(); ++user) {
    for (const Position& position : state_->accounts[user].positions.all()) {
      if (position.instrument == instrument && position.quantity.raw != 0)
        return AccountRefusal::OpenPositions;
    }
  }
  for (UserId user = kMarketUser + 1; user < state_->accounts.size(); ++user) {
    for (const VenueOrderId id : open_orders(user)) {
      Order* order = state_->orders.find(id);
      if (order->view.terms.instrument == instrument)
        state_->cancel_order(*order, CancelCause::System, now);
    }
  }
  definition.contract_value = value;
  Market& here = state_->market(instrument);
  here.terms = value_terms(definition);
  here.tiers.clear();  // they count contracts
  return AccountRefusal::None;
}

Market& Exchange::State::make_market(InstrumentId instrument) {
  CHECK(instruments.contains(instrument));
  while (markets.size() <= instrument.value) {
    const InstrumentId made{static_cast<std::uint32_t>(markets.size())};
    markets.push_back(std::make_unique<Market>());
    markets.back()->terms = value_terms(instruments[made]);
  }
  return *markets[instrument.value];
}

namespace {

/// Milliseconds in the high bits and a count below: 19 digits, rises with time, and a venue that is
/// started again does not repeat what an older one gave out.
std::uint64_t next_id(std::uint64_t& last, Timestamp now) noexcept {
  const auto millis = static_cast<std::uint64_t>(std::max<std::int64_t>(to_unix_millis(now), 0));
  constexpr std::uint64_t kSmallest = 100'000'000'000'000'000;  // 18 digits
  last = std::max({last + 1, millis << 20, kSmallest});
  return last;
}

}  // namespace

VenueOrderId Exchange::State::next_order_id(Timestamp now) noexcept {
  return {next_id(last_order_id, now)};
}

std::uint64_t Exchange::State::next_bill_id(Timestamp now) noexcept {
  return next_id(last_bill_id, now);
}

Exchange::PlaceResult Exchange::State::place(const NewOrder& asked, Timestamp now) {
  NewOrder terms = asked;
  Quantity opening;
  if (const Refusal refusal = check_order(terms, opening); refusal != Refusal::None) {
    return {refusal, {}};
  }
  Order& order = orders.create(terms, next_order_id(now), now);
  const VenueOrderId id = order.view.id;
  order.opening = opening;
  order.hold_currency = hold_currency(terms);
  if (terms.type == OrderType::PostOnly &&
      market(terms.instrument).book.crosses(terms.side, terms.price)) {
    order.view.state = OrderState::Cancelled;
    order.view.cancel_cause = CancelCause::PostOnlyWouldTake;
    change(order, OrderChange::What::Cancelled);
    release_and_end(order);
    return {Refusal::None, id};
  }
  update_claims(order);
  const bool cut = !terms.quantity_is_quote && terms.quantity < asked.quantity;
  if (cut && terms.type == OrderType::PostOnly) {
    // Told twice, once as resized and once as resting. PROTOCOL 5.2, from the change log.
    change(order, OrderChange::What::Amended, {}, {}, AmendCause::ReduceOnly);
    change(order, OrderChange::What::Live);
  } else {
    change(order, OrderChange::What::Live, {}, {}, cut ? AmendCause::ReduceOnly : AmendCause::None);
  }
  run_taker(order, now);
  cancel_uncovered(now);
  return {Refusal::None, id};
}

Refusal Exchange::State::amend(UserId user, VenueOrderId id, const AmendTerms& asked,
                               Timestamp now) {
  Order* order = orders.find(id);
  if (order == nullptr || order->view.terms.user != user || !order->open || !order->resting()) {
    return Refusal::OrderNotFound;
  }
  if (!asked.price && !asked.quantity) return Refusal::NothingToAmend;
  const NewOrder old = order->view.terms;
  const Instrument& instrument = instruments[old.instrument];
  if (instrument.state != InstrumentState::Live) return Refusal::InstrumentNotLive;

  NewOrder terms = old;
  terms.price = asked.price.value_or(old.price);
  terms.quantity = asked.quantity.value_or(old.quantity);
  const bool ends = terms.quantity <= order->view.filled && terms.quantity.raw > 0;
  Quantity opening = order->opening;
  // Its price may stay what it is, whatever became of the band and the tick.
  if (terms.price != old.price) {
    if (const Refusal r = check_price(terms, terms.price); r != Refusal::None) return r;
  }
  if (const Refusal r = check_quantity(terms, terms.quantity); r != Refusal::None) return r;
  if (!ends) {
    if (const Refusal r = check_position(terms, order->view.filled, order, opening);
        r != Refusal::None) {
      return r;
    }
    if (const Refusal r = check_tier(terms, opening, order); r != Refusal::None) return r;
    const Quantity left = terms.quantity - order->view.filled;
    if (const Refusal r = check_funds(terms, left, opening, order->hold); r != Refusal::None) {
      return r;
    }
    if (old.type == OrderType::PostOnly &&
        market(old.instrument).book.crosses(old.side, terms.price)) {
      return Refusal::AmendWouldTake;
    }
  }

  MatchingBook& book = market(old.instrument).book;
  order->view.update_time = now;
  order->view.terms = terms;
  order->opening = opening;
  const bool keeps_place = settings.shrinking_keeps_place && !ends && terms.price == old.price &&
                           terms.quantity <= old.quantity;
  const bool capped = asked.quantity && terms.quantity < *asked.quantity;
  if (keeps_place) {
    if (terms.quantity < old.quantity) book.reduce(order->node, old.quantity - terms.quantity);
  } else {
    book.remove(order->node);
    order->node = MatchingBook::kNoNode;
  }
  if (ends) {
    order->view.terms.quantity = order->view.filled;
    order->view.state = OrderState::Filled;
  } else {
    update_claims(*order);
  }
  change(*order, OrderChange::What::Amended, std::nullopt, asked.request_id,
         capped ? AmendCause::UserCapped : AmendCause::User);
  tell_level(old.instrument, old.side, old.price, now);
  if (ends) {
    release_and_end(*order);
  } else if (keeps_place) {
    tell_balance(user, order->hold_currency);
  } else {
    run_taker(*order, now);
    cancel_uncovered(now);
  }
  return Refusal::None;
}

Refusal Exchange::State::fill_whole(UserId user, VenueOrderId id, Quantity beyond, Timestamp now) {
  Order* order = orders.find(id);
  if (order == nullptr || order->view.terms.user != user || !order->resting()) {
    return Refusal::OrderNotFound;
  }
  const NewOrder rested = order->view.terms;
  Market& here = market(rested.instrument);
  if (beyond.raw < 0 || !here.book.fits(rested.side, rested.price, beyond)) {
    return Refusal::QuantityOffLot;
  }
  if (closes_leg(rested)) {
    // A leg never turns over.
    const Position* position =
        accounts[user].positions.find(rested.instrument, rested.position_side, rested.mode);
    const std::int64_t held = position == nullptr ? 0 : std::abs(position->quantity.raw);
    if ((order->remaining() + beyond).raw > held) return Refusal::CloseTooLarge;
  }
  const bool derivative = is_derivative(instruments[rested.instrument].kind);
  if (!derivative && required_hold(rested, rested.price, beyond, {}) >
                         available(accounts[user], order->hold_currency, true)) {
    return Refusal::InsufficientFunds;
  }
  if (beyond.raw > 0) here.book.grow(order->node, beyond);
  NewOrder terms;
  terms.instrument = rested.instrument;
  terms.side = opposite(rested.side);
  terms.type = OrderType::ImmediateOrCancel;
  terms.price = rested.price;
  terms.quantity = order->remaining() + beyond;
  Order& taker = orders.create(terms, next_order_id(now), now);
  settle(*order, taker, rested.price, terms.quantity, now);
  tell_level(rested.instrument, rested.side, rested.price, now);
  release_and_end(taker);
  cancel_uncovered(now);
  return Refusal::None;
}

void Exchange::State::cancel_order(Order& order, CancelCause cause, Timestamp now) {
  if (order.resting()) {
    market(order.view.terms.instrument).book.remove(order.node);
    order.node = MatchingBook::kNoNode;
    tell_level(order.view.terms.instrument, order.view.terms.side, order.view.terms.price, now);
  }
  order.view.state = OrderState::Cancelled;
  order.view.cancel_cause = cause;
  order.view.update_time = now;
  change(order, OrderChange::What::Cancelled);
  release_and_end(order);
}

void Exchange::State::change(const Order& order, OrderChange::What what,
                             const std::optional<Fill>& fill, std::string_view request,
                             AmendCause amended_by) {
  if (order.view.terms.user == kMarketUser) return;
  events.on_order_change({what, order.view, fill, request, amended_by});
}

void Exchange::State::tell_level(InstrumentId instrument, Side side, Price price, Timestamp now) {
  const MatchingBook::PriceLevel* level = market(instrument).book.find(side, price);
  events.on_level(instrument, side, price, level == nullptr ? Quantity{} : level->quantity,
                  level == nullptr ? 0 : level->orders, now);
}

void Exchange::State::tell_balance(UserId user, CurrencyId currency) {
  if (user == kMarketUser) return;
  Account& account = accounts[user];
  events.on_balance(user, view_of(account, account.balance(currency)));
}

void Exchange::State::release_and_end(Order& order) {
  const UserId user = order.view.terms.user;
  const CurrencyId currency = order.hold_currency;
  const bool held = order.hold != 0;
  set_claims(order, {});
  orders.end(order);
  if (held) tell_balance(user, currency);
}

}  // namespace gannet::sim
