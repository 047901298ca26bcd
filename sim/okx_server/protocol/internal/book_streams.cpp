#include "sim/okx_server/protocol/internal/book_streams.h"

#include <algorithm>

#include "sim/okx_server/protocol/internal/book_faults.h"
#include "sim/okx_server/protocol/internal/market_push.h"
#include "sim/okx_server/protocol/internal/number_text.h"

namespace gannet::okx_server {
namespace {

struct StreamChannel {
  std::size_t stream;
  Channel channel;
};
constexpr StreamChannel kFastStreams[] = {{0, Channel::FastBook}, {1, Channel::FastBook50}};
constexpr StreamChannel kSlowStreams[] = {{2, Channel::Book}, {3, Channel::BookRpi}};
constexpr StreamChannel kStreams[] = {
    {0, Channel::FastBook}, {1, Channel::FastBook50}, {2, Channel::Book}, {3, Channel::BookRpi}};
constexpr Nanos kRepeatAfter = seconds(60);

/// Of one of the incremental channels.
StreamChannel stream_of(Channel channel) noexcept {
  for (const StreamChannel& which : kStreams) {
    if (which.channel == channel) return which;
  }
  return kSlowStreams[0];
}

/// books-rpi says how much of a level anybody may take where the others have their "0". Nobody has
/// orders for retail alone here, so it is all of it.
void write_rpi_levels(JsonWriter& json, const Instrument& instrument,
                      const std::vector<BookLevel>& levels) {
  json.begin_array();
  for (const BookLevel& level : levels) {
    const std::string quantity = quantity_text(instrument, level.quantity);
    json.begin_array().string(price_text(instrument, level.price)).string(quantity);
    json.string(quantity).string(std::to_string(level.orders)).end_array();
  }
  json.end_array();
}

/// The checksum of the stream as it stands after the message. OKX sends the constant 0 since
/// 2026-06; a fault brings the old times back.
void write_checksum(JsonWriter& json, ServerState& state, const Instrument& instrument,
                    const BookStream& stream) {
  const Fault* const fault = state.faults.find(FaultKind::Checksum, instrument.name.view());
  if (fault == nullptr) {
    json.number("checksum", 0);
    return;
  }
  state.faults.count(FaultKind::Checksum);
  const std::string_view shape = fault->text("shape", "right");
  if (shape == "absent") return;
  const std::int32_t right = book_checksum(instrument, stream.bids, stream.asks);
  json.number("checksum", shape == "wrong" ? (right ^ 1) : right);
}

/// A message of a stream that stands at its new state already.
std::string book_message(ServerState& state, InstrumentId id, StreamChannel which,
                         const char* action, const std::vector<BookLevel>& bids,
                         const std::vector<BookLevel>& asks, std::int64_t previous) {
  const Instrument& instrument = state.instruments[id];
  const Channel channel = which.channel;
  const BookStream& stream = state.markets[id.value].streams[which.stream];
  const bool rpi = channel == Channel::BookRpi;
  std::string text;
  JsonWriter json(text);
  json.begin_object().key("arg").begin_object();
  json.field("channel", info_of(channel).name).field("instId", instrument.name.view()).end_object();
  json.field("action", action).key("data").begin_array().begin_object();
  json.key("asks");
  rpi ? write_rpi_levels(json, instrument, asks)
      : write_levels(json, instrument, asks, asks.size());
  json.key("bids");
  rpi ? write_rpi_levels(json, instrument, bids)
      : write_levels(json, instrument, bids, bids.size());
  json.field("ts", millis_text(state.now));
  if (!rpi) write_checksum(json, state, instrument, stream);
  json.number("prevSeqId", previous).number("seqId", stream.sequence);
  json.end_object().end_array().end_object();
  return text;
}

/// Takes the exchange's book as the stream's; returns the message, "" if nothing changed.
std::string advance_stream(ServerState& state, InstrumentId id, StreamChannel which) {
  InstrumentMarket& market = state.markets[id.value];
  BookStream& stream = market.streams[which.stream];
  std::vector<BookLevel> bids = market.book.top(Side::Buy, stream.depth);
  std::vector<BookLevel> asks = market.book.top(Side::Sell, stream.depth);
  if (bend_book(state, id, info_of(which.channel).name, bids, asks))
    market.book_changed = market.book_changed_fast = true;  // the next message sets it right
  if (!stream.started) {
    stream.started = true;
    stream.sequence = market.sequence;
    stream.bids = std::move(bids);
    stream.asks = std::move(asks);
    return {};
  }
  const auto bid_changes = level_changes(Side::Buy, stream.bids, bids);
  const auto ask_changes = level_changes(Side::Sell, stream.asks, asks);
  if (bid_changes.empty() && ask_changes.empty()) return {};
  const std::int64_t previous = stream.sequence;
  stream.sequence = market.sequence;
  stream.bids = std::move(bids);
  stream.asks = std::move(asks);
  stream.last_sent = state.now;
  if (std::exchange(stream.lose_next, false)) return {};
  return book_message(state, id, which, "update", bid_changes, ask_changes, previous);
}

/// A fault: more updates than there are changes, each a link of the chain with the best bid in it.
void push_more_updates(ServerState& state, InstrumentId id, StreamChannel which) {
  const Fault* const fault = state.faults.find(FaultKind::RateBurst, info_of(which.channel).name);
  if (fault == nullptr) return;
  InstrumentMarket& market = state.markets[id.value];
  BookStream& stream = market.streams[which.stream];
  const auto times = std::clamp<std::int64_t>(fault->number("times", 10), 1, 1'000);
  for (std::int64_t i = 1; i < times; ++i) {
    state.faults.count(FaultKind::RateBurst);
    const std::int64_t previous = stream.sequence;
    stream.sequence = ++market.sequence;
    const std::vector<BookLevel> best(stream.bids.begin(),
                                      stream.bids.begin() + (stream.bids.empty() ? 0 : 1));
    publish(state, {which.channel, id.value},
            book_message(state, id, which, "update", best, {}, previous));
  }
}

void turn_stream(ServerState& state, InstrumentId id, StreamChannel which) {
  const TopicKey topic{which.channel, id.value};
  if (!has_subscribers(state, topic)) return;
  const std::string text = advance_stream(state, id, which);
  if (!text.empty()) publish(state, topic, text);
  if (state.faults.any(FaultKind::RateBurst)) push_more_updates(state, id, which);
}

void say_alive(ServerState& state, InstrumentId id, StreamChannel which) {
  BookStream& stream = state.markets[id.value].streams[which.stream];
  stream.last_sent = state.now;
  publish(state, {which.channel, id.value},
          book_message(state, id, which, "update", {}, {}, stream.sequence));
}

void keep_alive(ServerState& state, InstrumentId id, StreamChannel which) {
  const TopicKey topic{which.channel, id.value};
  BookStream& stream = state.markets[id.value].streams[which.stream];
  if (!stream.started || state.now - stream.last_sent < kRepeatAfter) return;
  if (has_subscribers(state, topic)) say_alive(state, id, which);
}

std::string best_price_message(ServerState& state, InstrumentId id,
                               const InstrumentMarket& market) {
  const Instrument& instrument = state.instruments[id];
  std::string data;
  JsonWriter json(data);
  const auto one = [&](const char* name, const std::optional<BookLevel>& level) {
    json.key(name);
    write_levels(json, instrument, level ? std::vector{*level} : std::vector<BookLevel>{}, 1);
  };
  std::optional<BookLevel> bid = market.told_bid;
  std::optional<BookLevel> ask = market.told_ask;
  bend_best(state, id, bid, ask);
  json.begin_object();
  one("asks", ask);
  one("bids", bid);
  json.field("ts", millis_text(state.now)).number("seqId", market.sequence).end_object();
  return push_text("bbo-tbt", instrument.name.view(), data);
}

std::string book5_message(const ServerState& state, InstrumentId id,
                          const InstrumentMarket& market) {
  const Instrument& instrument = state.instruments[id];
  std::string data;
  JsonWriter json(data);
  json.begin_object().key("asks");
  write_levels(json, instrument, market.told_asks5, 5);
  json.key("bids");
  write_levels(json, instrument, market.told_bids5, 5);
  json.field("instId", instrument.name.view())
      .field("ts", millis_text(state.now))
      .number("seqId", market.sequence)
      .end_object();
  return push_text("books5", instrument.name.view(), data);
}

void push_book5(ServerState& state, InstrumentId id) {
  const TopicKey topic{Channel::Book5, id.value};
  if (!has_subscribers(state, topic)) return;
  InstrumentMarket& market = state.markets[id.value];
  std::vector<BookLevel> bids = market.book.top(Side::Buy, 5);
  std::vector<BookLevel> asks = market.book.top(Side::Sell, 5);
  if (bend_book(state, id, "books5", bids, asks)) {
    market.book_changed = true;
    bids.resize(std::min<std::size_t>(bids.size(), 5));
    asks.resize(std::min<std::size_t>(asks.size(), 5));
  }
  if (bids == market.told_bids5 && asks == market.told_asks5) return;
  market.told_bids5 = std::move(bids);
  market.told_asks5 = std::move(asks);
  market.book5_sent = state.now;
  publish(state, topic, book5_message(state, id, market));
}

void repeat_snapshots(ServerState& state, InstrumentId id) {
  InstrumentMarket& market = state.markets[id.value];
  if (state.now - market.best_sent >= kRepeatAfter &&
      has_subscribers(state, {Channel::BestPrice, id.value})) {
    market.best_sent = state.now;
    publish(state, {Channel::BestPrice, id.value}, best_price_message(state, id, market));
  }
  if (state.now - market.book5_sent >= kRepeatAfter &&
      has_subscribers(state, {Channel::Book5, id.value})) {
    market.book5_sent = state.now;
    publish(state, {Channel::Book5, id.value}, book5_message(state, id, market));
  }
}

}  // namespace

std::vector<BookLevel> level_changes(Side side, const std::vector<BookLevel>& before,
                                     const std::vector<BookLevel>& after) {
  std::vector<BookLevel> changes;
  const auto is_better = [side](Price a, Price b) { return side == Side::Buy ? a > b : a < b; };
  auto old_level = before.begin();
  auto new_level = after.begin();
  while (old_level != before.end() || new_level != after.end()) {
    if (new_level == after.end() ||
        (old_level != before.end() && is_better(old_level->price, new_level->price))) {
      changes.push_back({old_level->price, {}, 0});
      ++old_level;
    } else if (old_level == before.end() || is_better(new_level->price, old_level->price)) {
      changes.push_back(*new_level);
      ++new_level;
    } else {
      if (*old_level != *new_level) changes.push_back(*new_level);
      ++old_level;
      ++new_level;
    }
  }
  return changes;
}

void push_best_price(ServerState& state, InstrumentId id) {
  InstrumentMarket& market = state.markets[id.value];
  market.best_changed = false;
  const TopicKey topic{Channel::BestPrice, id.value};
  if (!has_subscribers(state, topic)) return;
  const auto bid = market.book.best(Side::Buy);
  const auto ask = market.book.best(Side::Sell);
  if (bid == market.told_bid && ask == market.told_ask) return;
  market.told_bid = bid;
  market.told_ask = ask;
  market.best_sent = state.now;
  publish(state, topic, best_price_message(state, id, market));
}

void turn_fast_channels(ServerState& state) {
  for (std::uint32_t i = 0; i < state.markets.size(); ++i) {
    InstrumentMarket& market = state.markets[i];
    if (market.best_changed) push_best_price(state, {i});
    if (!std::exchange(market.book_changed_fast, false)) continue;
    for (const StreamChannel& which : kFastStreams) turn_stream(state, {i}, which);
  }
}

void turn_slow_channels(ServerState& state) {
  for (std::uint32_t i = 0; i < state.markets.size(); ++i) {
    InstrumentMarket& market = state.markets[i];
    if (std::exchange(market.book_changed, false)) {
      for (const StreamChannel& which : kSlowStreams) turn_stream(state, {i}, which);
      push_book5(state, {i});
    }
    for (const StreamChannel& which : kFastStreams) keep_alive(state, {i}, which);
    for (const StreamChannel& which : kSlowStreams) keep_alive(state, {i}, which);
    repeat_snapshots(state, {i});
    if (std::exchange(market.ticker_changed, false) &&
        has_subscribers(state, {Channel::Tickers, i})) {
      std::string data;
      JsonWriter json(data);
      write_ticker(json, state, {i});
      publish(state, {Channel::Tickers, i},
              push_text("tickers", state.instruments[{i}].name.view(), data));
    }
  }
}

const BookStream& book_for_rest(ServerState& state, InstrumentId id) {
  const StreamChannel which = kSlowStreams[0];
  BookStream& stream = state.markets[id.value].streams[which.stream];
  // While it has subscribers the stream keeps its own pace, so that a snapshot's number is one of
  // its links; else nobody misses the update made here.
  if (!stream.started || !has_subscribers(state, {which.channel, id.value}))
    advance_stream(state, id, which);
  return stream;
}

void greet_book_subscriber(ServerState& state, Session& session, Channel channel, InstrumentId id) {
  InstrumentMarket& market = state.markets[id.value];
  if (channel == Channel::BestPrice) {
    market.told_bid = market.book.best(Side::Buy);
    market.told_ask = market.book.best(Side::Sell);
    market.best_sent = state.now;
    // Everyone gets it: what was told last is the same for all.
    publish(state, {channel, id.value}, best_price_message(state, id, market));
    return;
  }
  if (channel == Channel::Book5) {
    market.told_bids5 = market.book.top(Side::Buy, 5);
    market.told_asks5 = market.book.top(Side::Sell, 5);
    market.book5_sent = state.now;
    publish(state, {channel, id.value}, book5_message(state, id, market));
    return;
  }
  const StreamChannel which = stream_of(channel);
  BookStream& stream = market.streams[which.stream];
  // The first subscriber starts from the present; later ones join where the others are.
  const auto topic = state.topics.find({channel, id.value});
  if (!stream.started || (topic != state.topics.end() && topic->second.size() <= 1)) {
    const bool lose_next = stream.lose_next;  // meant for an update that someone misses
    advance_stream(state, id, which);
    stream.lose_next = lose_next;
  }
  if (stream.last_sent == Timestamp{}) stream.last_sent = state.now;
  if (state.faults.find(FaultKind::NoSnapshot, info_of(channel).name) != nullptr) {
    state.faults.count(FaultKind::NoSnapshot);
  } else if (state.settings.initial_book_snapshot) {
    send(state, session, book_message(state, id, which, "snapshot", stream.bids, stream.asks, -1));
  }
}

void resend_snapshots(ServerState& state, InstrumentId id) {
  for (const StreamChannel& which : kStreams) {
    const BookStream& stream = state.markets[id.value].streams[which.stream];
    if (!stream.started || !has_subscribers(state, {which.channel, id.value})) continue;
    publish(state, {which.channel, id.value},
            book_message(state, id, which, "snapshot", stream.bids, stream.asks, -1));
  }
}

void send_keep_alives(ServerState& state, InstrumentId id) {
  for (const StreamChannel& which : kStreams) {
    const BookStream& stream = state.markets[id.value].streams[which.stream];
    if (stream.started && has_subscribers(state, {which.channel, id.value}))
      say_alive(state, id, which);
  }
}

}  // namespace gannet::okx_server
