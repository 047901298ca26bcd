#include "bench/path/l2_recording.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "sim/random.h"

namespace gannet::bench {
namespace {

constexpr std::int64_t kMiddle = 612'500;  // ticks of 0.1
constexpr std::size_t kDepth = 400;
constexpr std::int64_t kStart = 1'795'430'400'000'000'000;
constexpr std::int64_t kSpacing = 10'000'000;  // 10 ms

std::string price_text(std::int64_t ticks) {
  return ticks % 10 == 0 ? fmt::format("{}", ticks / 10)
                         : fmt::format("{}.{}", ticks / 10, ticks % 10);
}
std::string size_text(std::int64_t lots) {
  if (lots % 100 == 0) return fmt::format("{}", lots / 100);
  return lots % 10 == 0 ? fmt::format("{}.{}", lots / 100, lots / 10 % 10)
                        : fmt::format("{}.{:02}", lots / 100, lots % 100);
}

/// Quotes come, change and go near the middle; takers eat the best level; now and then all of one
/// side's best moves by a tick.
class Market {
 public:
  explicit Market(std::uint64_t seed) : random_(seed) { refill(); }

  struct Change {
    bool is_bid;
    std::int64_t price;
    std::int64_t size;
  };

  /// True: a trade of `size` at `price`; the changes follow either way.
  bool step() {
    changes.clear();
    if (random_.below(9) == 0) {
      take();
      return true;
    }
    static constexpr int kCounts[] = {1, 1, 2, 2, 5};
    for (int i = kCounts[random_.below(5)]; i > 0; --i) quote();
    refill();
    return false;
  }

  std::int64_t middle_in_half_ticks() const { return bids.rbegin()->first + asks.begin()->first; }

  std::map<std::int64_t, std::int64_t> bids;
  std::map<std::int64_t, std::int64_t> asks;
  std::vector<Change> changes;
  bool is_buy = false;
  std::int64_t price = 0;
  std::int64_t size = 0;

 private:
  std::int64_t some_size() { return static_cast<std::int64_t>(random_.below(20'000)) + 1; }

  void take() {
    is_buy = random_.below(2) == 0;
    auto& side = is_buy ? asks : bids;
    const auto best = is_buy ? side.begin() : std::prev(side.end());
    price = best->first;
    size = std::min<std::int64_t>(best->second, some_size() / 4 + 1);
    set(!is_buy, price, best->second - size);
    refill();
  }

  void quote() {
    const bool is_bid = random_.below(2) == 0;
    auto& side = is_bid ? bids : asks;
    const std::int64_t best = is_bid ? side.rbegin()->first : side.begin()->first;
    std::int64_t away = 0;
    while (random_.below(4) != 0 && away < 60) ++away;  // mostly near the top
    const std::int64_t spread = asks.begin()->first - bids.rbegin()->first;
    if (away == 0 && spread > 1) away = -1;
    const std::int64_t at = is_bid ? best - away : best + away;
    const bool goes = away > 0 && side.contains(at) && random_.below(3) == 0;
    set(is_bid, at, goes ? 0 : some_size());
  }

  void set(bool is_bid, std::int64_t at, std::int64_t quantity) {
    auto& side = is_bid ? bids : asks;
    if (quantity == 0) {
      side.erase(at);
    } else {
      side[at] = quantity;
    }
    changes.push_back({is_bid, at, quantity});
  }

  void refill() {
    while (bids.size() < kDepth)
      set(true, bids.empty() ? kMiddle - 1 : bids.begin()->first - 1, some_size());
    while (asks.size() < kDepth)
      set(false, asks.empty() ? kMiddle + 1 : asks.rbegin()->first + 1, some_size());
    while (bids.size() > kDepth) set(true, bids.begin()->first, 0);
    while (asks.size() > kDepth) set(false, std::prev(asks.end())->first, 0);
  }

  sim::Random random_;
};

class Writer {
 public:
  explicit Writer(std::FILE* file) : file_(file) {}

  void book(std::int64_t now, const char* action, const std::string& asks,
            const std::string& bids) {
    const std::int64_t previous = written_snapshot_ ? sequence_ : -1;
    written_snapshot_ = true;
    sequence_ += 17;
    put(now, fmt::format(R"({{"arg":{{"channel":"books-l2-tbt","instId":"BTC-USDT-SWAP"}},)"
                         R"("action":"{}","data":[{{"asks":[{}],"bids":[{}],"ts":"{}",)"
                         R"("checksum":0,"seqId":{},"prevSeqId":{}}}]}})",
                         action, asks, bids, now / 1'000'000, sequence_, previous));
  }
  void trade(std::int64_t now, const Market& market) {
    put(now, fmt::format(R"({{"arg":{{"channel":"trades","instId":"BTC-USDT-SWAP"}},"data":[{{)"
                         R"("instId":"BTC-USDT-SWAP","tradeId":"{}","px":"{}","sz":"{}",)"
                         R"("side":"{}","ts":"{}","count":"1","source":"0","seqId":{}}}]}})",
                         ++trade_, price_text(market.price), size_text(market.size),
                         market.is_buy ? "buy" : "sell", now / 1'000'000, sequence_));
  }
  void references(std::int64_t now, const Market& market) {
    const std::int64_t half = market.middle_in_half_ticks();
    const std::string price = fmt::format("{}.{:02}", half * 5 / 100, half * 5 % 100);
    put(now,
        fmt::format(R"({{"arg":{{"channel":"mark-price","instId":"BTC-USDT-SWAP"}},"data":[{{)"
                    R"("instId":"BTC-USDT-SWAP","instType":"SWAP","markPx":"{}","ts":"{}"}}]}})",
                    price, now / 1'000'000));
    put(now, fmt::format(R"({{"arg":{{"channel":"index-tickers","instId":"BTC-USDT"}},"data":[{{)"
                         R"("instId":"BTC-USDT","idxPx":"{}","ts":"{}"}}]}})",
                         price, now / 1'000'000));
  }
  std::uint64_t lines() const noexcept { return lines_; }

 private:
  void put(std::int64_t now, const std::string& message) {
    ++lines_;
    std::fprintf(file_, "{\"t\":%lld,\"ch\":\"public\",\"dir\":\"in\",\"m\":%s}\n",
                 static_cast<long long>(now), message.c_str());
  }

  std::FILE* file_;
  std::uint64_t lines_ = 0;
  std::int64_t sequence_ = 80'274'875'000;
  std::int64_t trade_ = 771'200'000;
  bool written_snapshot_ = false;
};

std::string levels_text(const std::vector<Market::Change>& changes, bool bids) {
  std::string text;
  for (const Market::Change& change : changes) {
    if (change.is_bid != bids) continue;
    if (!text.empty()) text += ',';
    text += fmt::format(R"(["{}","{}","0","{}"])", price_text(change.price), size_text(change.size),
                        change.size == 0 ? 0 : 1 + change.size % 9);
  }
  return text;
}

}  // namespace

bool write_l2_recording(const std::string& path, std::uint64_t messages, std::uint64_t seed) {
  struct Closer {
    void operator()(std::FILE* file) const noexcept { std::fclose(file); }
  };
  const std::unique_ptr<std::FILE, Closer> file(std::fopen(path.c_str(), "wb"));
  if (file == nullptr) return false;
  Market market(seed);
  Writer writer(file.get());
  std::int64_t now = kStart;
  std::int64_t told = now;
  writer.references(now, market);
  writer.book(now, "snapshot", levels_text(market.changes, false),
              levels_text(market.changes, true));
  while (writer.lines() < messages) {
    now += kSpacing;
    if (market.step()) {
      writer.trade(now, market);
      now += 100'000;
    }
    writer.book(now, "update", levels_text(market.changes, false),
                levels_text(market.changes, true));
    if (now - told < 1'000'000'000) continue;
    told = now;
    writer.references(now, market);
  }
  return std::ferror(file.get()) == 0;
}

}  // namespace gannet::bench
