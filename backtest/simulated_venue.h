#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <variant>
#include <vector>

#include "backtest/algo_orders.h"
#include "backtest/delay_line.h"
#include "backtest/settings.h"
#include "domain/instrument_table.h"
#include "domain/venue.h"
#include "sim/exchange.h"
#include "sim/unshown_market.h"

namespace gannet::backtest {

/// What happens at the venue, told as it happens: for the order and fill lists.
class VenueWatcher {
 public:
  /// An order of ours arrived there.
  virtual void on_arrived(ClientOrderId id, Timestamp now) = 0;
  virtual void on_venue_change(ClientOrderId id, const sim::OrderChange& change, Timestamp now) = 0;
  virtual void on_venue_fill(ClientOrderId id, const sim::OrderChange& change,
                             const Fill& fill) = 0;

 protected:
  ~VenueWatcher() = default;
};

struct VenueTotals {
  std::uint64_t requests = 0;  ///< places, amends and cancels that arrived
  std::uint64_t hits = 0;      ///< times that recorded trading reached an order of ours
};

/// The engine's venue in a backtest: requests travel `order_to_venue`, meet the simulated exchange
/// at their arrival, and what it says travels `venue_to_strategy` back. The exchange trades against
/// the recorded market (sim::UnshownMarket). Every request is answered exactly once, as the port
/// demands. Thread: one; virtual time comes with each call and does not step back.
class SimulatedVenue final : public VenuePort,
                             public AlgoPort,
                             private sim::ExchangeEvents,
                             private AlgoOrders::Listener {
 public:
  /// `books`: whose book of each instrument moves the exchange's market. The tables outlive it.
  SimulatedVenue(InstrumentTable& instruments, CurrencyTable& currencies, const Settings& settings,
                 std::vector<BookFeed> books, std::vector<MarginMode> margin_modes);

  /// Opens the account with its money. Before anything else.
  void open_account(sim::UserSettings account, Timestamp now);
  void set_leverage(InstrumentId instrument, std::int64_t leverage);
  void watch(VenueWatcher& watcher) noexcept { watcher_ = &watcher; }

  /// Time passes at the venue: funding and deliveries that are due.
  void advance(Timestamp now);

  // The recorded market.
  void on_book_update(const BookUpdate& update, Timestamp now);
  void on_book_withdrawn(InstrumentId instrument, BookFeed feed, Timestamp now);
  void on_trade(const TradeEvent& trade, Timestamp now);
  void set_reference_price(InstrumentId instrument, ReferencePriceEvent::Kind kind, Price price,
                           Timestamp now);
  void on_funding(const FundingEvent& funding, Timestamp now);

  /// When the next request arrives there; absent: none is on its way.
  std::optional<Timestamp> next_arrival() const { return to_venue_.due(); }
  void take_arrival(Timestamp now);
  /// When the next report arrives here.
  std::optional<Timestamp> next_report() const { return to_engine_.due(); }
  void deliver_report(AccountListener& listener, Timestamp now);

  // VenuePort
  SendResult place(const PlaceRequest& request, Timestamp now) noexcept override;
  SendResult amend(const AmendRequest& request, Timestamp now) noexcept override;
  SendResult cancel(const CancelRequest& request, Timestamp now) noexcept override;
  SendResult place_batch(std::span<const PlaceRequest> requests, Timestamp now) noexcept override;
  SendResult amend_batch(std::span<const AmendRequest> requests, Timestamp now) noexcept override;
  SendResult cancel_batch(std::span<const CancelRequest> requests, Timestamp now) noexcept override;
  bool query_order(InstrumentId instrument, ClientOrderId client_id, VenueOrderId venue_id,
                   Timestamp now) noexcept override;
  bool request_snapshot(SnapshotKind kind, std::uint64_t request, Timestamp since,
                        Timestamp now) noexcept override;

  // AlgoPort
  SendResult place_algo(const AlgoPlaceRequest& request, Timestamp now) noexcept override;
  SendResult amend_algo(const AlgoAmendRequest& request, Timestamp now) noexcept override;
  SendResult cancel_algos(std::span<const AlgoCancelRequest> requests,
                          Timestamp now) noexcept override;
  bool query_algo(InstrumentId instrument, AlgoKind kind, ClientOrderId client_id,
                  VenueOrderId venue_id, Timestamp now) noexcept override;

  const sim::Exchange& exchange() const noexcept { return *exchange_; }
  sim::UserId user() const noexcept { return user_; }
  std::optional<Price> middle(InstrumentId instrument) const noexcept {
    return market_->middle(instrument);
  }
  VenueTotals totals() const noexcept { return {requests_, market_->counts().user_hits}; }

 private:
  struct Query {
    InstrumentId instrument;
    ClientOrderId client_id;
    VenueOrderId venue_id;
    bool is_algo;
  };
  struct SnapshotQuestion {
    SnapshotKind kind;
    std::uint64_t request;
    Timestamp since;
    Timestamp asked;
  };
  using Request = std::variant<PlaceRequest, AmendRequest, CancelRequest, AlgoPlaceRequest,
                               AlgoAmendRequest, AlgoCancelRequest, Query, SnapshotQuestion>;
  struct SnapshotEdge {
    SnapshotKind kind;
    std::uint64_t request;
    Timestamp asked;
    bool is_end;
  };
  struct PositionRow {
    PositionReport report;
    bool from_snapshot;
  };
  struct BalanceRow {
    BalanceReport report;
    bool from_snapshot;
  };
  using AlgoRow = std::unique_ptr<AlgoReport>;  // large and rare
  using Answer =
      std::variant<ExecutionReport, FillReport, PositionRow, BalanceRow, AlgoRow, SnapshotEdge>;

  void carry_out(const PlaceRequest& request, Timestamp now);
  Quantity quantity_for(const PlaceRequest& request) const;
  void carry_out(const AmendRequest& request, Timestamp now);
  void carry_out(const CancelRequest& request, Timestamp now);
  void carry_out(const AlgoPlaceRequest& request, Timestamp now);
  void carry_out(const AlgoAmendRequest& request, Timestamp now);
  void carry_out(const AlgoCancelRequest& request, Timestamp now);
  void carry_out(const Query& query, Timestamp now);
  void carry_out(const SnapshotQuestion& question, Timestamp now);
  void list_fills(Timestamp since, Timestamp now);
  const sim::OrderView* find(ClientOrderId client_id, VenueOrderId venue_id) const;
  void reply(const ExecutionReport& report, Timestamp now);
  void push(Answer answer);
  void settle(InstrumentId instrument, Timestamp now);
  /// Triggered orders go in, slices and chases move on.
  void run_algos(Timestamp now);
  ExecutionReport status_of(const sim::OrderView& order, ExecutionReport::Source source) const;
  PositionReport report_of(const sim::PositionView& position) const;
  BalanceReport report_of(const sim::BalanceView& balance) const;

  // sim::ExchangeEvents
  void on_order_change(const sim::OrderChange& change) noexcept override;
  void on_trade(const sim::PublicTrade& trade) noexcept override;
  void on_level(InstrumentId, Side, Price, Quantity, std::uint32_t, Timestamp) noexcept override {}
  void on_position(sim::UserId user, const sim::PositionView& position) noexcept override;
  void on_balance(sim::UserId user, const sim::BalanceView& balance) noexcept override;
  void on_bill(const sim::Bill&) noexcept override {}
  void on_mark_price(InstrumentId instrument, Price mark, Price index, Timestamp) noexcept override;

  // AlgoOrders::Listener
  void on_algo_news(const AlgoReport& report) override;

  struct References {
    Price mark;
    Price index;
  };

  InstrumentTable& instruments_;
  std::vector<MarginMode> margin_modes_;
  std::unique_ptr<sim::Exchange> exchange_;
  sim::UserId user_ = sim::kMarketUser;
  std::optional<sim::UnshownMarket> market_;
  std::optional<AlgoOrders> algos_;
  std::vector<References> references_;
  DelayLine<Request> to_venue_;
  DelayLine<Answer> to_engine_;
  VenueWatcher* watcher_ = nullptr;
  std::uint64_t requests_ = 0;
  Timestamp now_;
  // Pushes of the call that runs: its reply goes before them.
  bool holds_back_ = false;
  std::vector<Answer> held_back_;
};

}  // namespace gannet::backtest
