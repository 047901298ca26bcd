#include "sim/okx_server/protocol/internal/market_state.h"

#include <algorithm>

namespace gannet::okx_server {

void InstrumentMarket::on_trade(const sim::PublicTrade& trade) {
  constexpr std::size_t kRecent = 500;
  constexpr std::size_t kDay = 1440;
  waiting_trades.push_back(trade);
  recent_trades.push_back(trade);
  if (recent_trades.size() > kRecent) recent_trades.pop_front();

  const std::int64_t minute = seconds(60).count;
  const Timestamp open_time{trade.time.nanos - trade.time.nanos % minute};
  if (bars.empty() || bars.back().open_time < open_time) {
    bars.push_back({open_time, trade.price, trade.price, trade.price, trade.price});
    while (bars.size() > kDay || open_time - bars.front().open_time >= seconds(24 * 3600))
      bars.pop_front();
  }
  MinuteBar& bar = bars.back();
  bar.high = std::max(bar.high, trade.price);
  bar.low = std::min(bar.low, trade.price);
  bar.close = trade.price;
  bar.volume += trade.quantity.raw;
  bar.turnover += static_cast<__int128>(trade.price.raw) * trade.quantity.raw;
  ticker_changed = true;
}

}  // namespace gannet::okx_server
