#include "app/market_subscriptions.h"

#include <algorithm>
#include <iterator>
#include <utility>

namespace gannet::app {
namespace {

using okx::MarketStream;

constexpr std::pair<std::uint32_t, MarketStream> kStreams[] = {
    {GANNET_WANT_TRADES, MarketStream::Trades},
    {GANNET_WANT_TICKER, MarketStream::Ticker},
    {GANNET_WANT_MARK_PRICE, MarketStream::MarkPrice},
    {GANNET_WANT_INDEX_PRICE, MarketStream::IndexPrice},
    {GANNET_WANT_FUNDING, MarketStream::FundingRate},
    {GANNET_WANT_SINGLE_TRADES, MarketStream::SingleTrades},
    {GANNET_WANT_PRICE_LIMIT, MarketStream::PriceLimit},
    {GANNET_WANT_OPEN_INTEREST, MarketStream::OpenInterest},
    {GANNET_WANT_ESTIMATED_PRICE, MarketStream::EstimatedPrice},
    {GANNET_WANT_OPTION_SUMMARY, MarketStream::OptionSummary},
    {GANNET_WANT_OPTION_TRADES, MarketStream::OptionTrades},
    {GANNET_WANT_LIQUIDATIONS, MarketStream::Liquidations},
    {GANNET_WANT_ADL_WARNING, MarketStream::AdlWarning},
};

bool has(InstrumentKind kind, MarketStream stream) noexcept {
  switch (stream) {
    case MarketStream::MarkPrice:
    case MarketStream::MarkCandles:
    case MarketStream::OpenInterest:
    case MarketStream::EstimatedPrice:
    case MarketStream::Liquidations:
    case MarketStream::AdlWarning:
      return is_derivative(kind);
    case MarketStream::FundingRate:
      // Some futures have one: those that do not are refused, and nothing waits for it.
      return kind == InstrumentKind::Swap || kind == InstrumentKind::Futures;
    case MarketStream::OptionSummary:
    case MarketStream::OptionTrades:
      return kind == InstrumentKind::Option;
    default:
      return true;
  }
}

MarketStream stream_of_candles(CandleEvent::Kind kind) noexcept {
  switch (kind) {
    case CandleEvent::Kind::Trade:
      return MarketStream::Candles;
    case CandleEvent::Kind::Mark:
      return MarketStream::MarkCandles;
    case CandleEvent::Kind::Index:
      return MarketStream::IndexCandles;
  }
  return MarketStream::Candles;
}

}  // namespace

std::vector<okx::MarketSubscription> market_subscriptions(
    const InstrumentTable& instruments, std::span<const engine::InstrumentSettings> settings,
    std::span<const engine::Subscription> wanted, std::span<const CandleRequest> candles) {
  std::vector<okx::MarketSubscription> streams;
  const auto add = [&](InstrumentId instrument, MarketStream stream, CandlePeriod period = {}) {
    const okx::MarketSubscription subscription{instrument, stream, period};
    if (!has(instruments[instrument].kind, stream)) return;
    if (std::ranges::find(streams, subscription) == streams.end()) streams.push_back(subscription);
  };
  for (const engine::Subscription& want : wanted) {
    if ((want.channels & GANNET_WANT_BOOK) != 0) add(want.instrument, okx::stream_of(want.book));
    for (const auto& [channel, stream] : kStreams) {
      if ((want.channels & channel) != 0) add(want.instrument, stream);
    }
  }
  for (const Instrument& instrument : instruments) {
    const std::size_t i = instrument.id.value;
    if (i < settings.size() && settings[i].book) {
      add(instrument.id, okx::stream_of(*settings[i].book));
    }
    // The retail book is no reference: the gate measures against what everybody may take.
    const bool has_book = std::ranges::any_of(streams, [&](const okx::MarketSubscription& s) {
      return s.instrument == instrument.id && s.stream <= MarketStream::Depth50Fast;
    });
    if (!has_book) add(instrument.id, MarketStream::BestBidOffer);
    add(instrument.id, MarketStream::MarkPrice);
    add(instrument.id, MarketStream::IndexPrice);
    add(instrument.id, MarketStream::PriceLimit);
  }
  for (const CandleRequest& candle : candles) {
    add(candle.instrument, stream_of_candles(candle.kind), candle.period);
  }
  return streams;
}

std::vector<okx::MarketSubscription> streams_of_socket(std::span<const okx::MarketSubscription> all,
                                                       bool business) {
  std::vector<okx::MarketSubscription> some;
  std::ranges::copy_if(all, std::back_inserter(some), [business](const auto& subscription) {
    return okx::is_business(subscription.stream) == business;
  });
  return some;
}

}  // namespace gannet::app
