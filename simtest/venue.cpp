#include "simtest/venue.h"

#include <algorithm>
#include <charconv>
#include <cstdlib>

#include "engine/client_order_ids.h"

namespace gannet::simtest {

void Truth::on_order_change(const sim::OrderChange& change) noexcept {
  const sim::OrderView& order = change.order;
  if (order.terms.user != user_) return;
  Exposure& exposure = exposures_[order.terms.instrument.value];
  const bool is_own = Venue::is_own(order) && order.category == sim::OrderCategory::Normal;
  if (change.fill) {
    ++count_;
    matches_.insert({order.id.value, change.fill->trade_id.value});
    const std::int64_t quantity = change.fill->quantity.raw;
    exposure.position += order.terms.side == Side::Buy ? quantity : -quantity;
    const std::int64_t beyond = (order.filled - order.terms.quantity).raw;
    if (!is_own) {
      exposure.strange += quantity;
    } else if (beyond > 0 && !order.terms.quantity_is_quote) {
      exposure.strange += beyond;
    }
  }
  const bool is_open =
      order.state == OrderState::Live || order.state == OrderState::PartiallyFilled;
  if (is_own && !order.terms.client_id.view().empty()) {
    const std::string_view name = order.terms.client_id.view();
    std::uint64_t id = 0;  // ours are numbers
    std::from_chars(name.data(), name.data() + name.size(), id);
    const auto [at, is_new] = own_ids_.try_emplace(id, order.id.value);
    if (!is_new && at->second != order.id.value) named_twice_ = name;
  }
  if (!is_own || order.terms.reduce_only || order.terms.quantity_is_quote) return;
  Leaves& leaves = open_[order.id.value];
  const std::int64_t before = leaves.quantity;
  leaves.instrument = order.terms.instrument;
  leaves.side = order.terms.side;
  leaves.quantity =
      is_open ? std::max<std::int64_t>(0, (order.terms.quantity - order.filled).raw) : 0;
  (order.terms.side == Side::Buy ? exposure.leaves_buy : exposure.leaves_sell) +=
      leaves.quantity - before;
  if (leaves.quantity > before) rose_ = true;
  if (!is_open) open_.erase(order.id.value);
}

Venue::Venue(std::uint64_t seed, okx_server::ServerOutput& output, Timestamp start)
    : truth_(kUser), random_(seed) {
  okx_server::Settings settings =
      okx_server::make_default_settings(seed, listing_.instruments, listing_.currencies);
  // The venue's own limits in one run of three, ten times as much in the others.
  settings.limits.connections_per_second = 0;
  if (random_.below(3) != 0) {
    for (std::uint32_t* limit : {&settings.limits.place_single, &settings.limits.place_batch,
                                 &settings.limits.amend_single, &settings.limits.amend_batch,
                                 &settings.limits.cancel_single, &settings.limits.cancel_batch,
                                 &settings.limits.account_orders})
      *limit *= 10;
  }
  settings.limits.session_requests_per_hour = 0;
  limits_ = settings.limits;
  settings.history_days = 0;
  settings.observer = &truth_;
  settings.users.front().account.account_mode = 2;
  settings.amends_fail_after_ack = random_.chance(0.5);
  settings.exchange.ended_orders = settings.exchange.ended_unfilled_orders = 5'000;
  settings.exchange.fills = 20'000;
  for (okx_server::ListedInstrument& listed : settings.instruments)
    listed.code = *listing_.codes.find(listed.instrument)->code;
  credentials_ = settings.keys.front().credentials;
  server_ = std::make_unique<okx_server::Server>(settings, listing_.instruments,
                                                 listing_.currencies, output, start);
  taking_ = 0.1 + 0.5 * random_.unit();
  mean_pause_ = milliseconds(2 + static_cast<std::int64_t>(random_.below(60)));
  next_act_ = start;
  for (std::uint32_t i = 0; i < kInstruments; ++i) {
    mids_[i] = start_price({i});
    exchange().set_reference_prices({i}, {mids_[i]}, {mids_[i]}, start);
    quote({i}, start);
  }
}

void Venue::act(Timestamp now) {
  next_act_ =
      now +
      Nanos{static_cast<std::int64_t>(random_.waiting(static_cast<double>(mean_pause_.count)))} +
      microseconds(10);
  if (is_calm_) {
    next_act_ = now + milliseconds(250);
    for (std::uint32_t i = 0; i < kInstruments; ++i)
      exchange().set_reference_prices({i}, {mids_[i]}, {mids_[i]}, now);
    return;
  }
  const InstrumentId instrument{static_cast<std::uint32_t>(random_.below(kInstruments))};
  if (random_.chance(taking_)) {
    take(instrument, now);
    return;
  }
  const auto steps = static_cast<std::int64_t>(random_.below(random_.chance(0.05) ? 41 : 5));
  const std::int64_t furthest = start_price(instrument) / 50;
  const std::int64_t moved =
      mids_[instrument.value] + (random_.chance(0.5) ? steps : -steps) * kTick;
  if (std::llabs(moved - start_price(instrument)) < furthest) mids_[instrument.value] = moved;
  exchange().set_reference_prices(instrument, {mids_[instrument.value]}, {mids_[instrument.value]},
                                  now);
  quote(instrument, now);
}

void Venue::quote(InstrumentId instrument, Timestamp now) {
  for (const Side side : {Side::Buy, Side::Sell}) {
    VenueOrderId& resting = quotes_[instrument.value][side == Side::Buy ? 0 : 1];
    if (resting.valid()) exchange().cancel(sim::kMarketUser, resting, sim::CancelCause::User, now);
  }
  for (const Side side : {Side::Buy, Side::Sell}) {
    sim::NewOrder order;
    order.instrument = instrument;
    order.side = side;
    const std::int64_t away = kTick * static_cast<std::int64_t>(1 + random_.below(3));
    order.price = {mids_[instrument.value] + (side == Side::Buy ? -away : away)};
    order.quantity = {size_unit(instrument) * static_cast<std::int64_t>(20 + random_.below(5'000))};
    quotes_[instrument.value][side == Side::Buy ? 0 : 1] = exchange().place(order, now).id;
  }
}

void Venue::take(InstrumentId instrument, Timestamp now) {
  sim::NewOrder order;
  order.instrument = instrument;
  order.side = random_.chance(0.5) ? Side::Buy : Side::Sell;
  order.type = sim::OrderType::ImmediateOrCancel;
  const std::int64_t through = kTick * static_cast<std::int64_t>(1 + random_.below(60));
  order.price = {mids_[instrument.value] + (order.side == Side::Buy ? through : -through)};
  order.quantity = {size_unit(instrument) * static_cast<std::int64_t>(1 + random_.below(60))};
  exchange().place(order, now);
}

std::uint64_t Venue::newest_run() const {
  std::uint64_t newest = 0;
  for (const VenueOrderId id : exchange().all_orders(kUser)) {
    const sim::OrderView* order = exchange().find(id);
    if (order == nullptr) continue;
    const std::string id_text(order->terms.client_id.view());
    const auto parts =
        engine::ClientOrderIds::parts_of({std::strtoull(id_text.c_str(), nullptr, 10)});
    if (parts && parts->engine == kEngineNumber) newest = std::max(newest, parts->run);
  }
  return newest;
}

std::vector<VenueOrderId> Venue::own_open_orders() const {
  std::vector<VenueOrderId> own;
  for (const VenueOrderId id : exchange().open_orders(kUser)) {
    if (is_own(*exchange().find(id))) own.push_back(id);
  }
  return own;
}

std::size_t Venue::foreign_open_orders() const {
  return exchange().open_orders(kUser).size() - own_open_orders().size();
}

}  // namespace gannet::simtest
