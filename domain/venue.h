#pragma once

#include <cstdint>
#include <expected>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "domain/algo_orders.h"
#include "domain/bills.h"
#include "domain/instrument.h"
#include "domain/market_events.h"
#include "domain/market_updates.h"
#include "domain/orders.h"

namespace gannet {

// The engine and a venue never include each other: they meet here. A venue calls the listeners on
// the reactor thread, one call per event, in the order of receipt; spans and views are valid during
// the call. The engine calls the port from the same thread.

enum class ConnectionState : std::uint8_t { Disconnected, Connecting, Ready };
/// Ready: logged in where needed, and *every* subscription acknowledged.

class MarketListener {
 public:
  virtual void on_book_update(const BookUpdate& update) noexcept = 0;
  /// The book of this feed must not be used until the next snapshot.
  virtual void on_book_withdrawn(InstrumentId instrument, BookFeed feed, BookWithdrawal why,
                                 Timestamp now) noexcept = 0;
  virtual void on_trade(const TradeEvent& trade) noexcept = 0;
  virtual void on_ticker(const TickerEvent& ticker) noexcept = 0;
  virtual void on_reference_price(const ReferencePriceEvent& price) noexcept = 0;
  virtual void on_instrument_state(InstrumentId instrument, InstrumentState state,
                                   Timestamp now) noexcept = 0;
  /// What comes seldom: candles, funding, price limits, warnings and the like.
  virtual void on_market_update(const MarketUpdate& /*update*/) noexcept {}
  /// A definition as the venue tells it now, told again unchanged too: that confirms it.
  virtual void on_instrument_changed(const InstrumentChange& /*change*/,
                                     Timestamp /*now*/) noexcept {}
  /// The venue does not give `wanted` to this account: from now on `instead` stands for it.
  virtual void on_book_replaced(InstrumentId /*instrument*/, BookFeed /*wanted*/,
                                BookFeed /*instead*/, Timestamp /*now*/) noexcept {}
  virtual void on_market_connection(ConnectionState state, Timestamp now) noexcept = 0;
  /// Proof of life of the market connection: any frame or pong. Freshness is reckoned from it.
  virtual void on_market_alive(Timestamp now) noexcept = 0;

 protected:
  ~MarketListener() = default;
};

/// Lists that the engine may ask for; each answer is a run of rows between begin and end calls.
/// AlgoOrders: the pending ones of all kinds, asked of venues that have an AlgoPort.
enum class SnapshotKind : std::uint8_t { OpenOrders, Fills, Positions, Balances, AlgoOrders };

class AccountListener {
 public:
  virtual void on_execution_report(const ExecutionReport& report) noexcept = 0;
  virtual void on_fill_report(const FillReport& fill) noexcept = 0;
  virtual void on_position(const PositionReport& position, bool from_snapshot) noexcept = 0;
  virtual void on_balance(const BalanceReport& balance, bool from_snapshot) noexcept = 0;
  /// `requested_at`: when the question left; rows older than a later push are no difference.
  virtual void on_snapshot_begin(SnapshotKind kind, std::uint64_t request,
                                 Timestamp requested_at) noexcept = 0;
  /// `complete` false: an error or a page is missing; the rows told nothing about what is absent.
  virtual void on_snapshot_end(SnapshotKind kind, std::uint64_t request, bool complete,
                               Timestamp now) noexcept = 0;
  virtual void on_account_connection(ConnectionState state, Timestamp now) noexcept = 0;
  virtual void on_account_alive(Timestamp now) noexcept = 0;
  /// Offset to add to our wall clock to get the venue's.
  virtual void on_venue_clock(Nanos offset, Timestamp now) noexcept = 0;
  /// A request was refused without having been read, and could be sent once more another way: shall
  /// it? Asked just before; `amend_id`: of amends. False: its refusal is told instead, and for a
  /// cancel that it may be tried again.
  virtual bool may_send_again(ExecutionReport::Request /*request*/, ClientOrderId /*id*/,
                              InstrumentId /*instrument*/, std::uint64_t /*amend_id*/,
                              Timestamp /*now*/) noexcept {
    return false;
  }
  /// Answer to DeadManPort::set_cancel_all_after. False: refused, failed, or no answer in time.
  /// `requested_at`: the `now` of that call; it tells which one is answered.
  virtual void on_cancel_all_after(bool /*accepted*/, Timestamp /*requested_at*/,
                                   Timestamp /*now*/) noexcept {}
  virtual void on_algo_report(const AlgoReport& /*report*/) noexcept {}
  virtual void on_cash(const CashReport& /*cash*/) noexcept {}
  virtual void on_fill_hint(const FillHint& /*hint*/) noexcept {}
  virtual void on_liquidation_warning(const LiquidationWarning& /*warning*/) noexcept {}
  /// Told once each, in the order of their ids; from a list, since the venue pushes none.
  virtual void on_bill(const BillReport& /*bill*/) noexcept {}
  /// Every bill of the account up to `until`, of the venue's clock, has been told.
  virtual void on_bills_listed(Timestamp /*until*/, Timestamp /*now*/) noexcept {}

 protected:
  ~AccountListener() = default;
};

/// Requests for orders, algo orders among them, element by element: a batch counts as many as it
/// names. Of a session: those that it wrote, one that it answered itself instead included.
struct WireCounts {
  std::uint64_t places = 0;
  std::uint64_t amends = 0;
  std::uint64_t cancels = 0;
  constexpr void add(ExecutionReport::Request request, std::uint64_t count = 1) noexcept {
    switch (request) {
      case ExecutionReport::Request::Place:
        places += count;
        break;
      case ExecutionReport::Request::Amend:
        amends += count;
        break;
      case ExecutionReport::Request::Cancel:
        cancels += count;
        break;
      case ExecutionReport::Request::None:
        break;
    }
  }
  friend constexpr WireCounts operator+(const WireCounts& a, const WireCounts& b) noexcept {
    return {a.places + b.places, a.amends + b.amends, a.cancels + b.cancels};
  }
  friend constexpr bool operator==(const WireCounts&, const WireCounts&) noexcept = default;
};

/// What the engine asks of a venue. Reactor thread only; never blocks; place, amend, cancel and
/// their batches do not allocate. For each Sent request exactly one reply report (Kind Accepted,
/// Rejected or OutcomeUnknown) follows, at the latest when its connection is lost or its time-out
/// has passed.
class VenuePort {
 public:
  /// What its sessions wrote since they were made; absent: it does not count (PRE-13).
  virtual std::optional<WireCounts> wire_counts() const noexcept { return std::nullopt; }
  virtual SendResult place(const PlaceRequest& request, Timestamp now) noexcept = 0;
  virtual SendResult amend(const AmendRequest& request, Timestamp now) noexcept = 0;
  virtual SendResult cancel(const CancelRequest& request, Timestamp now) noexcept = 0;
  /// Batches: 1..kLargestBatch elements, may mix instruments; one is a single request. All or
  /// nothing is sent; then one reply report per element follows, each with its own outcome.
  virtual SendResult place_batch(std::span<const PlaceRequest> requests,
                                 Timestamp now) noexcept = 0;
  /// No order twice.
  virtual SendResult amend_batch(std::span<const AmendRequest> requests,
                                 Timestamp now) noexcept = 0;
  virtual SendResult cancel_batch(std::span<const CancelRequest> requests,
                                  Timestamp now) noexcept = 0;
  /// Whether the venue has such an order at all, as the account is. What it has not is denied, and
  /// never counts as sent.
  virtual bool supports(const PlaceRequest&) const noexcept { return true; }
  /// Ends the protected quotes (QuoteProgram) of the instrument's family in one go, where the venue
  /// has that. A help only: each order's own cancel goes out all the same. False: not asked.
  virtual bool cancel_protected(InstrumentId, Timestamp) noexcept { return false; }
  /// By REST: one order's state, answered by Status, NotFound or OutcomeUnknown (source Query).
  virtual bool query_order(InstrumentId instrument, ClientOrderId client_id, VenueOrderId venue_id,
                           Timestamp now) noexcept = 0;
  /// By REST, all pages. `since` matters to Fills only. False: could not be asked now.
  virtual bool request_snapshot(SnapshotKind kind, std::uint64_t request, Timestamp since,
                                Timestamp now) noexcept = 0;

 protected:
  ~VenuePort() = default;
};

/// Bars that are wanted before a strategy starts.
struct CandleRequest {
  InstrumentId instrument;
  CandleEvent::Kind kind = CandleEvent::Kind::Trade;
  CandlePeriod period;
  std::uint32_t count = 0;  ///< the newest so many complete bars
};

/// Past candles, for strategies to warm up with. Asked before trading starts; may block and
/// allocate.
class CandleHistory {
 public:
  /// Complete bars, oldest first, at most `count`; fewer where the market is younger. Errors: the
  /// venue's or the network's, one sentence.
  virtual std::expected<std::vector<CandleEvent>, Error> candles(const CandleRequest& request) = 0;

 protected:
  ~CandleHistory() = default;
};

/// The venue's dead-man timer (cancel-all-after): it cancels our orders unless refreshed in time.
/// Beside VenuePort, since not every venue has one. Reactor thread only; never blocks.
class DeadManPort {
 public:
  /// 0 disarms, else 10..120 s. Each call that returned true is answered by
  /// AccountListener::on_cancel_all_after. False: could not be asked now.
  virtual bool set_cancel_all_after(std::uint32_t seconds, Timestamp now) noexcept = 0;

 protected:
  ~DeadManPort() = default;
};

}  // namespace gannet
