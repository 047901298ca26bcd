#include "sim/okx_server/protocol/internal/market_state.h"

namespace gannet::okx_server {

void InstrumentMarket::on_trade(const sim::PublicTrade& trade) {
  constexpr std::size_t kRecent = 1000;
  waiting_trades.push_back(trade);
  recent_trades.push_back(trade);
  if (recent_trades.size() > kRecent) recent_trades.pop_front();
  trade_candles.add(trade.price, trade.quantity, trade.time);
  ticker_changed = true;
}

}  // namespace gannet::okx_server
