#include "bench/path/market_script.h"

#include <fmt/format.h>

#include "gateway/okx/protocol/session_io.h"

namespace gannet::bench {
namespace {

// In tenths of a USDT, the instrument's tick.
constexpr int kBid = 612'501;
constexpr int kAsk = 612'504;
constexpr int kLevels = 400;
constexpr int kUpdateLevels = 8;

MarketFrame padded(std::string text) {
  const std::size_t size = text.size();
  text.append(okx::kTextPadding, '\0');
  return {std::move(text), size};
}

std::string level(int tenths, int hundredths, int orders) {
  return fmt::format(R"(["{}.{}","{}.{:02}","0","{}"])", tenths / 10, tenths % 10, hundredths / 100,
                     hundredths % 100, orders);
}

std::string gone(int tenths) {
  return fmt::format(R"(["{}.{}","0","0","0"])", tenths / 10, tenths % 10);
}

std::string levels(int first, int step, int count) {
  std::string text;
  for (int i = 0; i < count; ++i) {
    if (i > 0) text += ',';
    text += level(first + step * i, 1'234 + 77 * i, 1 + i % 30);
  }
  return text;
}

MarketFrame acknowledgement(std::string_view channel, std::string_view key,
                            std::string_view value) {
  return padded(fmt::format(
      R"({{"event":"subscribe","arg":{{"channel":"{}","{}":"{}"}},"connId":"c0ffee02"}})", channel,
      key, value));
}

MarketFrame best(int bid, int sequence) {
  return padded(fmt::format(
      R"({{"arg":{{"channel":"bbo-tbt","instId":"{}"}},"data":[{{"asks":[{}],"bids":[{}],)"
      R"("ts":"1795430400149","seqId":{}}}]}})",
      kMarketInstrument, level(kAsk, 1'234, 9), level(bid, 2'345, 6), sequence));
}

MarketFrame depth(std::string_view action, const std::string& bids, const std::string& asks,
                  int previous, int sequence) {
  return padded(fmt::format(
      R"({{"arg":{{"channel":"books","instId":"{}"}},"action":"{}","data":[{{"asks":[{}],)"
      R"("bids":[{}],"ts":"1795430400149","checksum":0,"seqId":{},"prevSeqId":{}}}]}})",
      kMarketInstrument, action, asks, bids, sequence, previous));
}

}  // namespace

MarketScript::MarketScript(BookFeed feed) {
  const bool is_best = feed == BookFeed::BestBidOffer;
  opening_.push_back(acknowledgement(is_best ? "bbo-tbt" : "books", "instId", kMarketInstrument));
  opening_.push_back(acknowledgement("mark-price", "instId", kMarketInstrument));
  opening_.push_back(acknowledgement("index-tickers", "instId", "BTC-USDT"));
  opening_.push_back(acknowledgement("instruments", "instType", "SWAP"));
  references_.push_back(padded(fmt::format(
      R"({{"arg":{{"channel":"mark-price","instId":"{0}"}},"data":[{{"instType":"SWAP",)"
      R"("instId":"{0}","markPx":"61250.2","ts":"1795430400149"}}]}})",
      kMarketInstrument)));
  references_.push_back(padded(
      R"({"arg":{"channel":"index-tickers","instId":"BTC-USDT"},"data":[{"instId":"BTC-USDT","idxPx":"61249.8","high24h":"61466","low24h":"60162.7","open24h":"61297.6","sodUtc0":"61066","sodUtc8":"61084.6","ts":"1795430400149"}]})"));
  if (is_best) {
    opening_.push_back(best(kBid, 100));
    updates_ = {best(kBid + 1, 108), best(kBid, 100)};
    return;
  }
  const std::string asks = levels(kAsk, 1, kUpdateLevels);
  opening_.push_back(
      depth("snapshot", levels(kBid, -1, kLevels), levels(kAsk, 1, kLevels), -1, 100));
  const std::string behind = levels(kBid, -1, kUpdateLevels - 1);
  updates_ = {depth("update", level(kBid + 1, 2'345, 6) + "," + behind, asks, 100, 108),
              depth("update", gone(kBid + 1) + "," + behind, asks, 108, 100)};
}

}  // namespace gannet::bench
