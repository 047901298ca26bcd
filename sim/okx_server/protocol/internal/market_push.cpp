#include "sim/okx_server/protocol/internal/market_push.h"

#include "sim/okx_server/protocol/internal/book_streams.h"
#include "sim/okx_server/protocol/internal/instrument_control.h"
#include "sim/okx_server/protocol/internal/names.h"
#include "sim/okx_server/protocol/internal/number_text.h"
#include "sim/okx_server/protocol/internal/public_push.h"

namespace gannet::okx_server {
namespace {

constexpr std::uint32_t kPerInstrumentMessage = 100;

template <class Write>
std::string object_text(Write&& write) {
  std::string text;
  JsonWriter json(text);
  write(json);
  return text;
}

void write_trade(JsonWriter& json, const ServerState& state, const sim::PublicTrade& last,
                 Quantity quantity, std::uint32_t count, bool aggregated) {
  const Instrument& instrument = state.instruments[last.instrument];
  json.begin_object()
      .field("instId", instrument.name.view())
      .field("tradeId", std::to_string(last.id.value))
      .field("px", price_text(instrument, last.price))
      .field("sz", quantity_text(instrument, quantity))
      .field("side", name_of(last.aggressor))
      .field("ts", millis_text(state.wall_time(last.time)))
      .field("source", "0");
  if (aggregated)
    json.field("count", std::to_string(count))
        .number("seqId", state.markets[last.instrument.value].sequence);
  json.end_object();
}

/// One message for the matches of one taker at one price: the exchange tells them in a row.
void push_aggregated(ServerState& state, const std::vector<sim::PublicTrade>& trades,
                     InstrumentId id) {
  const TopicKey topic{Channel::Trades, id.value};
  if (!has_subscribers(state, topic)) return;
  for (std::size_t i = 0; i < trades.size();) {
    Quantity quantity;
    std::size_t end = i;
    while (end < trades.size() && trades[end].price == trades[i].price &&
           trades[end].aggressor == trades[i].aggressor && trades[end].time == trades[i].time)
      quantity += trades[end++].quantity;
    const std::string data = object_text([&](JsonWriter& json) {
      write_trade(json, state, trades[end - 1], quantity, static_cast<std::uint32_t>(end - i),
                  true);
    });
    publish(state, topic, push_text("trades", state.instruments[id].name.view(), data));
    i = end;
  }
}

void push_each(ServerState& state, const std::vector<sim::PublicTrade>& trades, InstrumentId id) {
  const TopicKey topic{Channel::AllTrades, id.value};
  if (!has_subscribers(state, topic)) return;
  for (const sim::PublicTrade& trade : trades) {
    const std::string data = object_text(
        [&](JsonWriter& json) { write_trade(json, state, trade, trade.quantity, 1, false); });
    publish(state, topic, push_text("trades-all", state.instruments[id].name.view(), data));
  }
}

std::string instruments_message(std::string_view kind, std::string_view data) {
  return object_text([&](JsonWriter& json) {
    json.begin_object().key("arg").begin_object();
    json.field("channel", "instruments").field("instType", kind).end_object();
    json.key("data").begin_array().members(data).end_array().end_object();
  });
}

void greet_instruments(ServerState& state, Session& session, InstrumentKind kind) {
  std::string data;
  std::uint32_t rows = 0;
  for (const Instrument& instrument : state.instruments) {
    if (instrument.kind != kind || !state.listed(instrument.id)) continue;
    if (!data.empty()) data += ',';
    data += object_text([&](JsonWriter& json) {
      write_instrument(json, state, instrument.id, InstrumentView::Public);
    });
    state.markets[instrument.id.value].told_state = instrument.state;
    if (++rows % kPerInstrumentMessage == 0) {
      send(state, session, instruments_message(name_of(kind), data));
      data.clear();
    }
  }
  if (!data.empty() || rows == 0) send(state, session, instruments_message(name_of(kind), data));
}

void turn_instrument_state(ServerState& state, InstrumentId id) {
  const Instrument& instrument = state.instruments[id];
  InstrumentMarket& market = state.markets[id.value];
  const InstrumentState before = std::exchange(market.told_state, instrument.state);
  const bool changed = std::exchange(market.terms_changed, false);
  if (!changed && (before == instrument.state || before == InstrumentState::Unknown)) return;
  const std::string data = object_text(
      [&](JsonWriter& json) { write_instrument(json, state, id, InstrumentView::Public); });
  publish(state, {Channel::Instruments, static_cast<std::uint32_t>(instrument.kind)},
          instruments_message(name_of(instrument.kind), data));
}

std::string reference_message(const ServerState& state, Channel channel, InstrumentId id) {
  const std::string name(state.instruments[id].name.view());
  const std::string index = index_name(state.instruments[id]);
  std::string data;
  JsonWriter json(data);
  switch (channel) {
    case Channel::MarkPrice:
      write_mark_price(json, state, id);
      break;
    case Channel::IndexTickers:
      write_index_ticker(json, state, index, id);
      return push_text("index-tickers", index, data);
    case Channel::FundingRate:
      write_funding_rate(json, state, id);
      break;
    case Channel::PriceLimit:
      write_price_limit(json, state, id);
      break;
    default:
      write_ticker(json, state, id);
      break;
  }
  return push_text(info_of(channel).name, name, data);
}

void publish_reference(ServerState& state, Channel channel, InstrumentId id) {
  const TopicKey topic{channel, id.value};
  if (has_subscribers(state, topic)) publish(state, topic, reference_message(state, channel, id));
}

}  // namespace

void push_waiting_trades(ServerState& state) {
  for (const InstrumentId id : state.trades_waiting) {
    const std::vector<sim::PublicTrade> trades =
        std::exchange(state.markets[id.value].waiting_trades, {});
    push_aggregated(state, trades, id);
    push_each(state, trades, id);
  }
  state.trades_waiting.clear();
}

void turn_reference_channels(ServerState& state) {
  for (std::uint32_t i = 0; i < state.markets.size(); ++i) {
    const InstrumentId id{i};
    if (!state.listed(id)) continue;
    InstrumentMarket& market = state.markets[i];
    if (std::exchange(market.mark_changed, false) || state.now - market.mark_sent >= seconds(10)) {
      market.mark_sent = state.now;
      publish_reference(state, Channel::MarkPrice, id);
    }
    const bool index_changed = std::exchange(market.index_changed, false);
    if (index_changed || state.now - market.index_sent >= seconds(60)) {
      market.index_sent = state.now;
      publish_reference(state, Channel::IndexTickers, id);
      if (index_changed) publish_reference(state, Channel::PriceLimit, id);
    }
    if (state.now - market.funding_sent >= seconds(60)) {
      market.funding_sent = state.now;
      publish_reference(state, Channel::FundingRate, id);
    }
    turn_instrument_state(state, id);
  }
  apply_announced_changes(state);
  turn_candles(state);
  turn_slow_references(state);
}

void greet_public_subscriber(ServerState& state, Session& session,
                             const Subscription& subscription) {
  const InstrumentId id{subscription.topic};
  switch (subscription.channel) {
    case Channel::BestPrice:
    case Channel::FastBook:
    case Channel::FastBook50:
    case Channel::Book:
    case Channel::BookRpi:
    case Channel::Book5:
      greet_book_subscriber(state, session, subscription.channel, id);
      break;
    case Channel::Tickers:
    case Channel::MarkPrice:
    case Channel::IndexTickers:
    case Channel::FundingRate:
    case Channel::PriceLimit:
      send(state, session, reference_message(state, subscription.channel, id));
      break;
    case Channel::Instruments:
      greet_instruments(state, session, static_cast<InstrumentKind>(subscription.topic));
      break;
    case Channel::Status: {
      const std::string data = object_text([&](JsonWriter& json) { write_status(json, state); });
      send(state, session, push_text("status", "", data));
      break;
    }
    case Channel::Candles:
    case Channel::MarkCandles:
    case Channel::IndexCandles:
      greet_candle_subscriber(state, session, subscription);
      break;
    case Channel::OpenInterest:
      greet_reference_subscriber(state, session, subscription);
      break;
    case Channel::EstimatedPrice:
    case Channel::OptionSummary:
    case Channel::Liquidations:
    case Channel::AdlWarning:
    case Channel::OptionTrades:
    case Channel::CallAuction:
    case Channel::Trades:
    case Channel::AllTrades:
    case Channel::Orders:
    case Channel::Fills:
    case Channel::Account:
    case Channel::Positions:
    case Channel::BalanceAndPosition:
    case Channel::LiquidationWarning:
    case Channel::AccountGreeks:
    case Channel::AlgoOrders:
    case Channel::AdvancedAlgos:
    case Channel::DepositInfo:
    case Channel::WithdrawalInfo:
      break;
  }
}

}  // namespace gannet::okx_server
