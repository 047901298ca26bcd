#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "gateway/okx/protocol/market_session.h"

namespace gannet::bench {

// Market frames after the documented shapes, and the public session that reads them:
// classification, decoder, sequencer and one virtual call to the listener; no book behind it.

inline constexpr InstrumentId kInboundSwap{0};
inline constexpr std::size_t kUpdateLevels = 8;  // a side, in books_update

struct InboundSink : MarketListener, okx::Diagnostics, okx::SocketOutput {
  std::int64_t sum = 0;
  std::uint64_t events = 0;

  virtual ~InboundSink() = default;

  void on_book_update(const BookUpdate& update) noexcept override {
    ++events;
    if (!update.bids.empty()) sum += update.bids.front().price;
  }
  void on_book_withdrawn(InstrumentId, BookFeed, BookWithdrawal, Timestamp) noexcept override {}
  void on_trade(const TradeEvent& trade) noexcept override {
    ++events;
    sum += trade.price.raw;
  }
  void on_ticker(const TickerEvent& ticker) noexcept override {
    ++events;
    sum += ticker.best_bid ? ticker.best_bid->raw : 0;
  }
  void on_reference_price(const ReferencePriceEvent&) noexcept override { ++events; }
  void on_instrument_state(InstrumentId, InstrumentState, Timestamp) noexcept override {}
  void on_market_connection(ConnectionState, Timestamp) noexcept override {}
  void on_market_alive(Timestamp) noexcept override {}
  void on_diagnostic(okx::DiagnosticKind, std::string_view, std::string_view) noexcept override {}
  bool send_text(std::string_view) noexcept override { return true; }
  void reconnect(std::string_view) noexcept override {}
};

struct InboundWorld {
  InboundWorld() : codes(make_codes()), session({}, codes, wanted(), sink, sink) {
    session.on_open(sink, now);
  }

  static okx::InstrumentCodes make_codes() {
    okx::InstrumentCodes codes;
    codes.add({kInboundSwap, std::string_view("BTC-USDT-SWAP"), std::string_view("BTC-USDT"),
               std::string_view("BTC-USDT"), InstrumentKind::Swap, 3, 2, 10459});
    return codes;
  }
  static std::vector<okx::MarketSubscription> wanted() {
    using enum okx::MarketStream;
    return {{kInboundSwap, BestBidOffer},
            {kInboundSwap, Top5},
            {kInboundSwap, Depth400},
            {kInboundSwap, Trades},
            {kInboundSwap, Ticker}};
  }

  /// The frame must have kTextPadding bytes more than its text.
  void feed(const std::string& frame) noexcept {
    session.on_text({frame.data(), frame.size() - okx::kTextPadding}, now);
  }

  Timestamp now = from_unix_millis(1'795'430'400'000);
  okx::InstrumentCodes codes;
  InboundSink sink;
  okx::MarketSession session;
};

inline std::string padded_frame(std::string text) {
  text.append(okx::kTextPadding, ' ');
  return text;
}

inline std::string level(int price_tenths, int quantity, int orders) {
  std::string text = "[\"";
  text += std::to_string(price_tenths / 10) + "." + std::to_string(price_tenths % 10);
  text += "\",\"" + std::to_string(quantity / 100) + "." + std::to_string(10 + quantity % 90);
  text += "\",\"0\",\"" + std::to_string(orders) + "\"]";
  return text;
}

inline std::string levels(int first_tenths, int step, std::size_t count) {
  std::string text;
  for (std::size_t i = 0; i < count; ++i) {
    if (i > 0) text += ',';
    const int n = static_cast<int>(i);
    text += level(first_tenths + step * n, 1'234 + 77 * n, 1 + n);
  }
  return text;
}

inline std::string bbo_frame() {
  return R"({"arg":{"channel":"bbo-tbt","instId":"BTC-USDT-SWAP"},"data":[{"asks":[)" +
         levels(612'502, 1, 1) + R"(],"bids":[)" + levels(612'501, -1, 1) +
         R"(],"ts":"1795430400149","seqId":378617009}]})";
}
inline std::string books5_frame() {
  return R"({"arg":{"channel":"books5","instId":"BTC-USDT-SWAP"},"data":[{"asks":[)" +
         levels(612'502, 1, 5) + R"(],"bids":[)" + levels(612'501, -1, 5) +
         R"(],"instId":"BTC-USDT-SWAP","ts":"1795430400149","seqId":378617009}]})";
}
inline std::string books_frame(const char* action, int previous, int sequence) {
  return std::string(R"({"arg":{"channel":"books","instId":"BTC-USDT-SWAP"},"action":")") + action +
         R"(","data":[{"asks":[)" + levels(612'502, 1, kUpdateLevels) + R"(],"bids":[)" +
         levels(612'501, -1, kUpdateLevels) + R"(],"ts":"1795430400149","checksum":0,"seqId":)" +
         std::to_string(sequence) + R"(,"prevSeqId":)" + std::to_string(previous) + "}]}";
}
/// Behind a snapshot of sequence 100: two updates that link to each other for ever (the second puts
/// the counter back, which is legal).
inline std::vector<std::string> books_updates() {
  return {books_frame("update", 100, 108), books_frame("update", 108, 100)};
}
inline std::string trade_frame() {
  return R"({"arg":{"channel":"trades","instId":"BTC-USDT-SWAP"},"data":[{"instId":"BTC-USDT-SWAP",)"
         R"("tradeId":"2832749635","px":"61250.2","sz":"1.35","side":"buy","ts":"1795430400149",)"
         R"("count":"3","source":"0","seqId":333793117432}]})";
}
inline std::string ticker_frame() {
  return R"({"arg":{"channel":"tickers","instId":"BTC-USDT-SWAP"},"data":[{"instType":"SWAP",)"
         R"("instId":"BTC-USDT-SWAP","last":"61250","lastSz":"0.4","askPx":"61250.1",)"
         R"("askSz":"1871.75","bidPx":"61250","bidSz":"779.3","open24h":"61297.6",)"
         R"("high24h":"61466","low24h":"60162.7","sodUtc0":"61066","sodUtc8":"61084.6",)"
         R"("volCcy24h":"73998.8786","vol24h":"7399887.86","ts":"1795430400149"}]})";
}

}  // namespace gannet::bench
