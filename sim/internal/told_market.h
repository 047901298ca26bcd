#pragma once

#include <memory>
#include <vector>

#include "domain/market_events.h"
#include "sim/exchange.h"
#include "sim/internal/recorded_liquidity.h"
#include "sim/market_tape.h"

namespace gannet::sim {

/// A market that is told event by event, recorded or live: books and trades to each instrument's
/// liquidity, mark and index prices to the exchange. Thread: the exchange's.
class ToldMarket {
 public:
  ToldMarket(Exchange& exchange, QueueModel queue) noexcept : exchange_(exchange), queue_(queue) {}

  void on_book(const BookUpdate& update, Timestamp now);
  void on_trade(const TradeEvent& trade, Timestamp now);
  void on_reference_price(const ReferencePriceEvent& price, Timestamp now);
  void on_funding(const FundingNotice& notice, Timestamp now);
  /// The exchange's clock goes back: a recording begins again.
  void forget_times() noexcept;
  const LiquidityCounts& counts() const noexcept { return counts_; }

 private:
  struct One {
    std::unique_ptr<RecordedLiquidity> liquidity;
    Price mark;
    Price index;
    Timestamp middle_told;
  };

  One& one(InstrumentId instrument);
  void tell_middle(InstrumentId instrument, One& told, Timestamp now);
  void tell_prices(InstrumentId instrument, const One& told, Timestamp now);

  Exchange& exchange_;
  QueueModel queue_;
  std::vector<One> ones_;  // by instrument id
  LiquidityCounts counts_;
};

}  // namespace gannet::sim
