#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "engine/trading_core.h"
#include "gateway/okx/protocol/account_venue.h"
#include "gateway/okx/protocol/algo_rest.h"
#include "gateway/okx/protocol/algo_session.h"
#include "gateway/okx/protocol/market_session.h"
#include "gateway/okx/protocol/order_session.h"
#include "gateway/okx/protocol/rest_session.h"
#include "simtest/journal.h"
#include "simtest/listing.h"
#include "simtest/network.h"
#include "simtest/watch.h"

namespace gannet::simtest {

/// What one life of the process is given.
struct LifeSettings {
  okx_server::Credentials credentials;
  okx_server::Limits limits;
  std::uint64_t newest_run = 0;  ///< that the venue's history knows
  std::int64_t position_limit = 500;
  Nanos skew;           ///< this machine's clock minus the venue's
  Nanos skew_error;     ///< by which start-up measured that wrongly
  bool adopts = false;  ///< on_start = adopt, of the second strategy
  std::size_t strategies = 2;
};

/// The venue's side of a live engine: production core, sessions and port, without a thread or a
/// socket, from one start of the process to its end. Built the way the daemon builds it.
class EngineLife final : public NetworkUser,
                         private okx::RestOutput,
                         private okx::SessionProblems,
                         private okx::AccountConnectionWatch,
                         private okx::Diagnostics {
 public:
  struct Ears {
    engine::StrategyEvents& events;
    engine::BookListener& books;
    engine::EngineListener& listener;
  };

  /// Null: the clock is behind a run that was before; the daemon would refuse to start.
  static std::unique_ptr<EngineLife> start(const LifeSettings& settings, DiskJournal& journal,
                                           Network& network, Watch& watch, const Ears& ears,
                                           Timestamp venue_now);
  ~EngineLife() = default;
  EngineLife(const EngineLife&) = delete;
  EngineLife& operator=(const EngineLife&) = delete;

  engine::TradingCore& core() noexcept { return *core_; }
  const engine::TradingCore& core() const noexcept { return *core_; }
  const risk::RateLimits& limits() const noexcept { return risk_settings_.rates; }
  const Listing& listing() const noexcept { return listing_; }
  /// What waits in its sessions: the only parts of it whose size is not fixed at the start (I12).
  std::size_t pending() const noexcept {
    return orders_->in_flight() + rest_->pending() + algo_rest_->pending();
  }
  /// At least every 10 ms.
  void on_timer(Timestamp venue_now);
  /// A session gave up for good: the daemon ends.
  bool wants_to_end() const noexcept { return !fatal_.empty(); }
  const std::string& fatal() const noexcept { return fatal_; }

  // NetworkUser
  okx::SocketSession& session(Line line) noexcept override;
  void on_rest_answer(std::uint64_t id, const HttpResponse& response, Timestamp now,
                      bool certainly_not_sent) noexcept override;
  Timestamp clock(Timestamp venue_time) const noexcept override {
    return venue_time + settings_.skew;
  }

 private:
  /// The core's port: what leaves it is looked at, and nothing leaves a dead process.
  struct Port final : VenuePort, DeadManPort, AlgoPort {
    SendResult place(const PlaceRequest& request, Timestamp now) noexcept override;
    SendResult amend(const AmendRequest& request, Timestamp now) noexcept override;
    SendResult cancel(const CancelRequest& request, Timestamp now) noexcept override;
    SendResult place_batch(std::span<const PlaceRequest> requests, Timestamp now) noexcept override;
    SendResult amend_batch(std::span<const AmendRequest> requests, Timestamp now) noexcept override;
    SendResult cancel_batch(std::span<const CancelRequest> requests,
                            Timestamp now) noexcept override;
    bool supports(const PlaceRequest& request) const noexcept override;
    std::optional<WireCounts> wire_counts() const noexcept override;
    bool cancel_protected(InstrumentId instrument, Timestamp now) noexcept override;
    bool query_order(InstrumentId instrument, ClientOrderId client_id, VenueOrderId venue_id,
                     Timestamp now) noexcept override;
    bool request_snapshot(SnapshotKind kind, std::uint64_t request, Timestamp since,
                          Timestamp now) noexcept override;
    bool set_cancel_all_after(std::uint32_t seconds, Timestamp now) noexcept override;
    SendResult place_algo(const AlgoPlaceRequest& request, Timestamp now) noexcept override;
    SendResult amend_algo(const AlgoAmendRequest& request, Timestamp now) noexcept override;
    SendResult cancel_algos(std::span<const AlgoCancelRequest> requests,
                            Timestamp now) noexcept override;
    bool query_algo(InstrumentId instrument, AlgoKind kind, ClientOrderId client_id,
                    VenueOrderId venue_id, Timestamp now) noexcept override;
    EngineLife* life = nullptr;
  };
  /// Algo requests share REST: their ids are told apart by a bit.
  struct AlgoOutput final : okx::RestOutput {
    bool send_request(std::uint64_t id, HttpRequest request) noexcept override;
    EngineLife* life = nullptr;
  };

  EngineLife(const LifeSettings& settings, Network& network, Watch& watch);
  bool make_core(DiskJournal& journal, const Ears& ears, Timestamp now);
  void make_sessions();

  bool send_request(std::uint64_t id, HttpRequest request) noexcept override;
  void on_problem(okx::ProblemKind kind, std::int32_t code,
                  std::string_view text) noexcept override;
  void on_diagnostic(okx::DiagnosticKind kind, std::string_view detail,
                     std::string_view excerpt) noexcept override;
  void on_session_connection(const okx::AccountSession& session, ConnectionState state,
                             Timestamp now) noexcept override;

  LifeSettings settings_;
  Network& network_;
  Watch& watch_;
  Listing listing_;
  okx::Signer signer_;
  okx::AccountContext context_;
  okx::OrderTermsTable terms_;
  risk::Settings risk_settings_;
  Port port_;
  AlgoOutput algo_output_;
  Timestamp venue_now_;
  std::string fatal_;  ///< why; "": it did not
  std::unique_ptr<engine::TradingCore> core_;
  std::unique_ptr<okx::MarketSession> market_;
  std::unique_ptr<okx::OrderSession> orders_;
  std::unique_ptr<okx::AlgoSession> algo_session_;
  std::unique_ptr<okx::RestSession> rest_;
  std::unique_ptr<okx::AlgoRest> algo_rest_;
  std::unique_ptr<okx::AccountVenue> venue_;
};

}  // namespace gannet::simtest
