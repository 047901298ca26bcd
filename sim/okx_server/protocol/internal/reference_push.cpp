#include <algorithm>
#include <utility>

#include "sim/okx_server/protocol/internal/names.h"
#include "sim/okx_server/protocol/internal/number_text.h"
#include "sim/okx_server/protocol/internal/public_push.h"
#include "sim/okx_server/protocol/internal/reference_json.h"

namespace gannet::okx_server {
namespace {

bool matches(const Subscription& subscription, const Instrument& instrument) noexcept {
  if (!subscription.instrument_name.empty())
    return subscription.instrument_name == instrument.name.view();
  return subscription.instrument_family.empty() ||
         subscription.instrument_family == instrument.family.view();
}

/// The data under the argument that each of the topic's subscribers gave.
void publish_filtered(ServerState& state, TopicKey topic, const Instrument& instrument,
                      std::string_view data) {
  const auto found = state.topics.find(topic);
  if (found == state.topics.end()) return;
  for (const ConnectionId id : std::vector<ConnectionId>(found->second)) {
    const auto session = state.sessions.find(id);
    if (session == state.sessions.end()) continue;
    std::vector<std::string> texts;
    for (const Subscription& subscription : session->second.subscriptions) {
      if (subscription.channel != topic.first || subscription.topic != topic.second) continue;
      if (!matches(subscription, instrument)) continue;
      std::string text;
      JsonWriter json(text);
      json.begin_object().key("arg").begin_object().members(subscription.arg).end_object();
      json.key("data").begin_array().raw(data).end_array().end_object();
      texts.push_back(std::move(text));
    }
    for (const std::string& text : texts) send(state, session->second, text);
  }
}

std::string open_interest_text(const ServerState& state, InstrumentId id) {
  std::string data;
  JsonWriter json(data);
  write_open_interest(json, state, id);
  return push_text("open-interest", state.instruments[id].name.view(), data);
}

void turn_open_interest(ServerState& state, InstrumentId id) {
  InstrumentMarket& market = state.markets[id.value];
  const TopicKey topic{Channel::OpenInterest, id.value};
  if (!has_subscribers(state, topic)) return;
  const Quantity open = open_interest_of(state, id);
  if (open == std::exchange(market.told_open_interest, open)) return;
  publish(state, topic, open_interest_text(state, id));
}

void turn_estimated_price(ServerState& state, const Instrument& instrument) {
  const TopicKey topic{Channel::EstimatedPrice, static_cast<std::uint32_t>(instrument.kind)};
  if (!has_subscribers(state, topic) || !has_estimated_price(state, instrument.id)) return;
  std::string data;
  JsonWriter json(data);
  write_estimated_price(json, state, instrument.id);
  publish_filtered(state, topic, instrument, data);
}

void turn_option_summary(ServerState& state, const Instrument& instrument) {
  std::string data;
  JsonWriter json(data);
  write_option_summary(json, state, instrument.id);
  publish_filtered(state, {Channel::OptionSummary, 0}, instrument, data);
}

void tell_liquidations(ServerState& state) {
  for (const sim::LiquidationView& taken : std::exchange(state.liquidations, {})) {
    const Instrument& instrument = state.instruments[taken.instrument];
    std::string data;
    JsonWriter json(data);
    json.begin_object().key("details").begin_array().begin_object();
    json.field("side", name_of(taken.side))
        .field("posSide", taken.position_side != PositionSide::Net ? name_of(taken.position_side)
                          : taken.side == Side::Buy                ? std::string_view("short")
                                                                   : std::string_view("long"))
        .field("bkPx", price_text(instrument, taken.bankruptcy_price))
        .field("sz", quantity_text(instrument, taken.quantity))
        .field("bkLoss", amount_text(taken.loss))
        .field("ccy", "")
        .field("ts", millis_text(state.wall_time(taken.time)))
        .end_object();
    json.end_array()
        .field("instFamily", instrument.family.view())
        .field("instId", instrument.name.view())
        .field("instType", name_of(instrument.kind))
        .field("uly", index_name(instrument))
        .end_object();
    publish_filtered(state, {Channel::Liquidations, static_cast<std::uint32_t>(instrument.kind)},
                     instrument, data);
  }
}

}  // namespace

void turn_slow_references(ServerState& state) {
  tell_liquidations(state);
  const bool slow = state.now >= state.next_slow_reference;
  const bool options = slow && has_subscribers(state, {Channel::OptionSummary, 0});
  if (slow) state.next_slow_reference = state.now + seconds(3);
  for (const Instrument& instrument : state.instruments) {
    if (!state.listed(instrument.id)) continue;
    turn_estimated_price(state, instrument);
    if (slow && is_derivative(instrument.kind)) turn_open_interest(state, instrument.id);
    if (options && instrument.kind == InstrumentKind::Option)
      turn_option_summary(state, instrument);
  }
}

bool greet_reference_subscriber(ServerState& state, Session& session,
                                const Subscription& subscription) {
  if (subscription.channel != Channel::OpenInterest) return false;
  send(state, session, open_interest_text(state, InstrumentId{subscription.topic}));
  return true;
}

}  // namespace gannet::okx_server
