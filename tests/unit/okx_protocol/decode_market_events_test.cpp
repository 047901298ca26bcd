#include <gtest/gtest.h>

#include "gateway/okx/protocol/decode_reference_price.h"
#include "gateway/okx/protocol/decode_ticker.h"
#include "gateway/okx/protocol/decode_trades.h"
#include "support/market_codes.h"
#include "support/padded_text.h"

namespace gannet::okx {
namespace {

using test::PaddedText;

constexpr Timestamp kNow = from_unix_millis(1'795'430'400'000);

template <class Decoder, class... Context>
auto decode(Decoder& decoder, FrameReader& reader, const PaddedText& text,
            const Context&... context)
    -> decltype(decoder.decode(reader, std::declval<Frame&>(), context...)) {
  const auto frame = reader.read(text);
  if (!frame) return std::unexpected(frame.error());
  return decoder.decode(reader, *frame, context...);
}

class DecodeTrades : public ::testing::Test {
 protected:
  InstrumentCodes codes_ = test::market_codes();
  FrameReader reader_;
  TradesDecoder decoder_;
};

TEST_F(DecodeTrades, ReadsAggregatedTradesWithTheirLastId) {
  const PaddedText text(
      R"({"arg":{"channel":"trades","instId":"BTC-USDT-SWAP"},"data":[{"instId":"BTC-USDT-SWAP","tradeId":"123","px":"63913.5","sz":"34.95","side":"sell","ts":"1786540436090","count":"3","source":"0","seqId":333793118093}]})");
  const auto trades = decode(decoder_, reader_, text, codes_, kNow);
  ASSERT_TRUE(trades.has_value());
  const TradeEvent& trade = trades->front();
  EXPECT_EQ(trade.instrument, test::kBtcSwap);
  EXPECT_EQ(trade.aggressor, Side::Sell);
  EXPECT_EQ(trade.price.raw, 63'913'500);
  EXPECT_EQ(trade.quantity.raw, 3'495);
  EXPECT_EQ(trade.trade_id.value, 123);
  EXPECT_EQ(trade.count, 3u);
  EXPECT_EQ(trade.receive_time, kNow);
}

TEST_F(DecodeTrades, CountsOneMatchWhereTheVenueDoesNotSay) {
  const PaddedText text(
      R"({"arg":{"channel":"trades-all","instId":"BTC-USDT"},"data":[{"tradeId":5,"px":42.5,"sz":"1","side":"buy","ts":"1"},{"tradeId":"6","px":"43","sz":"2","side":"buy","ts":"2"}]})");
  const auto trades = decode(decoder_, reader_, text, codes_, kNow);
  ASSERT_TRUE(trades.has_value());
  ASSERT_EQ(trades->size(), 2u);
  EXPECT_EQ((*trades)[0].count, 1u);
  EXPECT_EQ((*trades)[0].instrument, test::kBtcSpot);
}

TEST_F(DecodeTrades, RefusesTheWholeFrameForOneBadRow) {
  const auto refused = [&](const char* row) {
    const PaddedText text(
        std::string(
            R"({"arg":{"channel":"trades","instId":"BTC-USDT"},"data":[{"tradeId":"5","px":"42","sz":"1","side":"buy","ts":"1"},)") +
        row + "]}");
    const auto trades = decode(decoder_, reader_, text, codes_, kNow);
    EXPECT_FALSE(trades.has_value()) << row;
    return trades ? DecodeError::NotJson : trades.error();
  };
  EXPECT_EQ(refused(R"({"tradeId":"6","px":"0","sz":"1","side":"buy","ts":"1"})"),
            DecodeError::OutOfRange);
  EXPECT_EQ(refused(R"({"tradeId":"6","px":"1","sz":"1","side":"both","ts":"1"})"),
            DecodeError::UnknownValue);
  EXPECT_EQ(refused(R"({"tradeId":"6","px":"1","side":"buy","ts":"1"})"),
            DecodeError::MissingField);
  EXPECT_EQ(refused(R"({"instId":"X","tradeId":"6","px":"1","sz":"1","side":"buy"})"),
            DecodeError::UnknownInstrument);
  EXPECT_EQ(refused(R"(["1"])"), DecodeError::WrongShape);
}

TEST(DecodeTicker, LeavesOutSidesThatTheMarketLacks) {
  const InstrumentCodes codes = test::market_codes();
  FrameReader reader;
  TickerDecoder decoder;
  const PaddedText text(
      R"({"arg":{"channel":"tickers","instId":"BTC-USDT"},"data":[{"instType":"SPOT","instId":"BTC-USDT","last":"9999.99","lastSz":"0.1","askPx":"","askSz":"","bidPx":"8888.88","bidSz":"5","vol24h":"2222","ts":"1597026383085"}]})");
  const auto tickers = decode(decoder, reader, text, codes, kNow);
  ASSERT_TRUE(tickers.has_value());
  const TickerEvent& ticker = tickers->front();
  EXPECT_EQ(ticker.last_price, Price{9'999'990});
  EXPECT_EQ(ticker.best_bid, Price{8'888'880});
  EXPECT_FALSE(ticker.best_ask.has_value());
  EXPECT_FALSE(ticker.best_ask_quantity.has_value());
}

TEST(DecodeReferencePrice, RoundsAveragesToTheNearestUnit) {
  const InstrumentCodes codes = test::market_codes();
  FrameReader reader;
  ReferencePriceDecoder decoder;
  const PaddedText mark(
      R"({"arg":{"channel":"mark-price","instId":"BTC-USDT-SWAP"},"data":[{"instType":"SWAP","instId":"BTC-USDT-SWAP","markPx":"61250.12349999999999999999","ts":"1597026383085"}]})");
  const auto prices = decode(decoder, reader, mark);
  ASSERT_TRUE(prices.has_value());
  const auto event = reference_price_for(*codes.find("BTC-USDT-SWAP"), prices->front(), kNow);
  ASSERT_TRUE(event.has_value());
  EXPECT_EQ(event->kind, ReferencePriceEvent::Kind::Mark);
  EXPECT_EQ(event->price.raw, 61'250'123);
}

TEST(DecodeReferencePrice, NamesTheIndexNotTheInstrument) {
  FrameReader reader;
  ReferencePriceDecoder decoder;
  const PaddedText index(
      R"({"arg":{"channel":"index-tickers","instId":"BTC-USDT"},"data":[{"instId":"BTC-USDT","idxPx":"43350","ts":"1"}]})");
  const auto prices = decode(decoder, reader, index);
  ASSERT_TRUE(prices.has_value());
  EXPECT_EQ(prices->front().kind, ReferencePriceEvent::Kind::Index);
  EXPECT_EQ(prices->front().name, "BTC-USDT");
  const PaddedText bad(
      R"({"arg":{"channel":"index-tickers","instId":"BTC-USDT"},"data":[{"instId":"BTC-USDT","idxPx":"-1","ts":"1"}]})");
  EXPECT_EQ(decode(decoder, reader, bad).error(), DecodeError::OutOfRange);
}

}  // namespace
}  // namespace gannet::okx
