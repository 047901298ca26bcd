#include "sim/okx_server/protocol/internal/market_candles.h"
#include "sim/okx_server/protocol/internal/names.h"
#include "sim/okx_server/protocol/internal/public_push.h"
#include "sim/okx_server/protocol/internal/public_topics.h"

namespace gannet::okx_server {
namespace {

CandleSource source_of(Channel channel) noexcept {
  if (channel == Channel::MarkCandles) return CandleSource::Mark;
  return channel == Channel::IndexCandles ? CandleSource::Index : CandleSource::Trades;
}

std::string message(const ServerState& state, TopicKey topic, const Candle& candle, bool closed) {
  const Instrument& instrument = state.instruments[instrument_of_topic(topic.second)];
  const std::string channel =
      std::string(info_of(topic.first).name) + std::string(bar_at(bar_of_topic(topic.second)).name);
  std::string data;
  JsonWriter json(data);
  write_candle(json, instrument, source_of(topic.first), candle, closed);
  const bool index = topic.first == Channel::IndexCandles;
  return push_text(channel, index ? index_name(instrument) : std::string(instrument.name.view()),
                   data);
}

std::optional<Candle> candle_at(const ServerState& state, TopicKey topic, Timestamp open) {
  const InstrumentMarket& market = state.markets[instrument_of_topic(topic.second).value];
  return candles_of(market, source_of(topic.first))
      .candle(bar_at(bar_of_topic(topic.second)), open, state.exchange_time());
}

void turn_topic(ServerState& state, TopicKey topic, CandleStream& stream) {
  const CandleBar& bar = bar_at(bar_of_topic(topic.second));
  const Timestamp open = open_of(bar, state.exchange_time());
  if (stream.started && stream.told.open_time < open) {
    if (const auto last = candle_at(state, topic, stream.told.open_time))
      publish(state, topic, message(state, topic, *last, true));
  } else if (stream.started && state.now - stream.sent < seconds(1)) {
    return;
  }
  const auto current = candle_at(state, topic, open);
  if (!current || (stream.started && stream.told == *current)) return;
  stream = {*current, state.now, true};
  publish(state, topic, message(state, topic, *current, false));
}

}  // namespace

void turn_candles(ServerState& state) {
  std::erase_if(state.candle_streams,
                [&](const auto& entry) { return !has_subscribers(state, entry.first); });
  const auto from = state.topics.lower_bound({Channel::Candles, 0});
  for (auto topic = from;
       topic != state.topics.end() && topic->first.first <= Channel::IndexCandles; ++topic) {
    if (!topic->second.empty()) turn_topic(state, topic->first, state.candle_streams[topic->first]);
  }
}

void greet_candle_subscriber(ServerState& state, Session& session,
                             const Subscription& subscription) {
  const TopicKey topic{subscription.channel, subscription.topic};
  const CandleBar& bar = bar_at(bar_of_topic(subscription.topic));
  const auto current = candle_at(state, topic, open_of(bar, state.exchange_time()));
  if (!current) return;
  CandleStream& stream = state.candle_streams[topic];
  if (!stream.started) stream = {*current, state.now, true};
  send(state, session, message(state, topic, *current, false));
}

}  // namespace gannet::okx_server
