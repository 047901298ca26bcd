#pragma once

#include <cstdint>
#include <optional>
#include <unordered_map>
#include <vector>

#include "domain/algo_orders.h"
#include "domain/instrument_table.h"
#include "sim/algo_desk.h"
#include "sim/exchange.h"

namespace gannet::backtest {

/// The algo orders of the simulated venue: what the engine asks in the words of the venue's desk,
/// and what the desk says in the engine's. Thread: the venue's.
class AlgoOrders final : private sim::AlgoEvents {
 public:
  class Listener {
   public:
    virtual void on_algo_news(const AlgoReport& report) = 0;

   protected:
    ~Listener() = default;
  };

  /// All of them outlive it.
  AlgoOrders(sim::Exchange& exchange, const InstrumentTable& instruments, Listener& listener)
      : exchange_(exchange),
        instruments_(instruments),
        listener_(listener),
        desk_(exchange, instruments, *this) {}

  /// Whose orders they are.
  void set_user(sim::UserId user) noexcept { user_ = user; }

  // Requests; the answer says what is particular to it.
  ExecutionReport place(const AlgoPlaceRequest& request, Timestamp now);
  /// The exits of an order that is about to be placed; why not, else None. If the exchange refuses
  /// the order, `desk().drop` its attachment.
  VenueReason attach(sim::NewOrder& order, const PlaceRequest& request, Timestamp now);
  ExecutionReport amend(const AlgoAmendRequest& request, Timestamp now);
  ExecutionReport cancel(const AlgoCancelRequest& request, Timestamp now);

  /// As a query lists it; absent: there is none.
  std::optional<AlgoReport> find(ClientOrderId client_id, VenueOrderId venue_id) const;
  template <class F>
  void for_each_pending(F&& f) const {
    for (const sim::AlgoId id : pending_) {
      f(report_of(*desk_.find(id), ExecutionReport::Source::Query));
    }
  }
  /// Of the algo order with that number of the desk's; zero: there is none.
  ClientOrderId client_id_of(std::uint64_t algo_id) const;
  /// The most that those of an instrument may put in at once; zero: none is pending.
  Quantity most_at_once(InstrumentId instrument) const;

  /// To be told what the exchange tells, and run.
  sim::AlgoDesk& desk() noexcept { return desk_; }

 private:
  const sim::AlgoView* view(ClientOrderId client_id, VenueOrderId venue_id) const;
  AlgoReport report_of(const sim::AlgoView& algo, ExecutionReport::Source source) const;

  // sim::AlgoEvents
  void on_algo_change(const sim::AlgoChange& change) noexcept override;

  sim::Exchange& exchange_;
  const InstrumentTable& instruments_;
  Listener& listener_;
  sim::AlgoDesk desk_;
  sim::UserId user_ = sim::kMarketUser;
  std::vector<sim::AlgoId> pending_;                    // oldest first
  std::unordered_map<std::uint64_t, AlgoTerms> terms_;  // by client id, as amended; only looked up
};

}  // namespace gannet::backtest
