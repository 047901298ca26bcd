#pragma once

#include <cstddef>
#include <memory>
#include <vector>

#include "base/time.h"
#include "domain/instrument_table.h"
#include "domain/market_events.h"
#include "sim/exchange.h"
#include "sim/market_tape.h"
#include "sim/queue_model.h"

namespace gannet::sim {

class ToldMarket;

/// Another venue's market, as it happens: paper trading. What that venue's public channels tell
/// (books, trades, mark and index prices, funding, states) becomes this exchange's market, with the
/// queue model and the rules of `ReplayMarket`; users' orders rest and fill here alone. An
/// instrument whose book is not whole (not yet told, a gap, no connection) is Suspended: orders are
/// refused, what rests stays, and nothing trades until a snapshot has made it whole again. Thread:
/// the exchange's.
class MirrorMarket {
 public:
  /// Suspends all of `mirrored`. The exchange and the table must outlive it.
  MirrorMarket(Exchange& exchange, InstrumentTable& instruments,
               const std::vector<InstrumentId>& mirrored, QueueModel queue, Timestamp now);
  ~MirrorMarket();

  // What the other venue tells; `now` is this exchange's time and never goes back.
  void on_book(const BookUpdate& update, Timestamp now);
  void on_book_withdrawn(InstrumentId instrument, Timestamp now);
  void on_trade(const TradeEvent& trade, Timestamp now);
  void on_reference_price(const ReferencePriceEvent& price, Timestamp now);
  void on_funding(const FundingNotice& notice, Timestamp now);
  void on_instrument_state(InstrumentId instrument, InstrumentState state, Timestamp now);
  /// Nothing is known any more: every instrument is held.
  void on_disconnected(Timestamp now);

  bool is_whole(InstrumentId instrument) const noexcept;
  std::size_t held() const noexcept;  ///< how many instruments are not whole

 private:
  struct Mirrored {
    bool mirrored = false;
    bool whole = false;
    InstrumentState told = InstrumentState::Live;  ///< by the other venue
  };

  Mirrored* find(InstrumentId instrument) noexcept;
  void show_state(InstrumentId instrument, const Mirrored& one, Timestamp now);

  Exchange& exchange_;
  InstrumentTable& instruments_;
  std::unique_ptr<ToldMarket> market_;
  std::vector<Mirrored> all_;  // by instrument id
};

}  // namespace gannet::sim
