#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "base/fixed_vector.h"
#include "domain/venue.h"
#include "gateway/okx/protocol/encode_order.h"
#include "gateway/okx/protocol/order_session.h"
#include "gateway/okx/protocol/rest_session.h"

namespace gannet::okx {

struct AccountVenueCounters {
  std::uint64_t by_socket = 0;
  std::uint64_t by_rest = 0;
  std::uint64_t refused_here = 0;  ///< the venue has no such request: answered as rejected
};

/// The engine's way to the venue: orders over the socket, by REST (same client id) while the
/// socket is not ready, questions by REST. Fail-over is per request and only before a byte has
/// left: what was sent is never sent again. A request that the venue has no words for is answered
/// by a Rejected reply with the next timer. The only place that encodes new orders (PRE-21).
/// By socket nothing allocates; by REST everything does. Thread: reactor.
class AccountVenue final : public VenuePort, public DeadManPort {
 public:
  AccountVenue(OrderSession& orders, RestSession& rest, const AccountContext& context,
               const OrderTermsTable& terms, AccountListener& listener)
      : orders_(&orders), rest_(rest), context_(context), terms_(terms), listener_(listener) {}

  SendResult place(const PlaceRequest& request, Timestamp now) noexcept override;
  SendResult amend(const AmendRequest& request, Timestamp now) noexcept override;
  SendResult cancel(const CancelRequest& request, Timestamp now) noexcept override;
  SendResult cancel_batch(std::span<const CancelRequest> requests, Timestamp now) noexcept override;
  bool query_order(InstrumentId instrument, ClientOrderId client_id, VenueOrderId venue_id,
                   Timestamp now) noexcept override;
  bool request_snapshot(SnapshotKind kind, std::uint64_t request, Timestamp since,
                        Timestamp now) noexcept override;
  bool set_cancel_all_after(std::uint32_t seconds, Timestamp now) noexcept override;

  /// Requests go by that session from now on: a successor that is ready.
  void use(OrderSession& orders) noexcept { orders_ = &orders; }

  /// At least every 100 ms, instead of the REST session's own: also hands the measured clock to
  /// the socket's next login, and what the socket measured of it back. (The socket session's timer
  /// is its transport's.)
  void on_timer(Timestamp now) noexcept;

  const AccountVenueCounters& counters() const noexcept { return counters_; }

 private:
  SendResult dispatch(Target target, std::string_view rest_path, const Encoded& text,
                      Timestamp expire_time, std::span<const Flight> flights,
                      Timestamp now) noexcept;
  /// Never answers within the caller's own call: the report waits for the timer.
  SendResult refuse(const Flight& flight, VenueReason reason, Timestamp now) noexcept;
  /// By socket if it is ready and knows the instrument's code, else by REST.
  Target target_for(const OrderTerms& terms) const noexcept {
    return orders_->ready() && terms.code ? Target{orders_->next_request_id()} : kRest;
  }

  OrderSession* orders_;
  RestSession& rest_;
  const AccountContext& context_;
  const OrderTermsTable& terms_;
  AccountListener& listener_;
  OrderText text_;
  FixedVector<ExecutionReport, 4 * kMaxBatch> refused_;
  AccountVenueCounters counters_;
};

}  // namespace gannet::okx
