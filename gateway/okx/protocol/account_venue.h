#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "base/fixed_vector.h"
#include "domain/venue.h"
#include "gateway/okx/protocol/encode_order.h"
#include "gateway/okx/protocol/order_session.h"
#include "gateway/okx/protocol/place_templates.h"
#include "gateway/okx/protocol/rest_session.h"

namespace gannet::okx {

/// Which way a kind of request goes first. The other is used while that one is no way.
enum class Route : std::uint8_t { Socket, Rest };

struct AccountVenueSettings {
  Route place = Route::Socket;
  Route amend = Route::Socket;
  Route cancel = Route::Socket;
  /// How long requests go by REST after the venue said that the socket itself failed.
  Nanos socket_distrust = seconds(10);
  /// How long those of an instrument do whose code the socket refused.
  Nanos code_distrust = seconds(60);
};

struct AccountVenueCounters {
  std::uint64_t by_socket = 0;
  std::uint64_t by_rest = 0;
  std::uint64_t refused_here = 0;  ///< the venue has no such request: answered as rejected
  WireCounts answered_here;        ///< those refused here, by kind
  std::uint64_t rescued = 0;       ///< refused by the socket, surely not executed, sent by REST
};

/// The engine's way to the venue: each kind of order request by its route, by REST (same client id)
/// while the socket is no way, questions by REST. A request is sent again only by REST, only once,
/// only when the socket's refusal proves that nobody executed it (its instrument code or its form
/// was not understood there), and only if the engine still wants it (AccountListener::
/// may_send_again); what may have been executed is told as unknown. A request that
/// the venue has no words for is answered by a Rejected reply with the next timer. The only place
/// that encodes new orders (PRE-21). By socket nothing allocates; by REST everything does. Thread:
/// reactor.
class AccountVenue final : public VenuePort, public DeadManPort, private RequestRescue {
 public:
  AccountVenue(OrderSession& orders, RestSession& rest, const AccountContext& context,
               const OrderTermsTable& terms, AccountListener& listener,
               AccountVenueSettings settings = {});
  ~AccountVenue() { orders_->set_rescue(nullptr); }
  AccountVenue(const AccountVenue&) = delete;
  AccountVenue& operator=(const AccountVenue&) = delete;

  SendResult place(const PlaceRequest& request, Timestamp now) noexcept override;
  SendResult amend(const AmendRequest& request, Timestamp now) noexcept override;
  SendResult cancel(const CancelRequest& request, Timestamp now) noexcept override;
  SendResult place_batch(std::span<const PlaceRequest> requests, Timestamp now) noexcept override;
  SendResult amend_batch(std::span<const AmendRequest> requests, Timestamp now) noexcept override;
  SendResult cancel_batch(std::span<const CancelRequest> requests, Timestamp now) noexcept override;
  bool supports(const PlaceRequest& request) const noexcept override;
  bool cancel_protected(InstrumentId instrument, Timestamp now) noexcept override;
  bool query_order(InstrumentId instrument, ClientOrderId client_id, VenueOrderId venue_id,
                   Timestamp now) noexcept override;
  bool request_snapshot(SnapshotKind kind, std::uint64_t request, Timestamp since,
                        Timestamp now) noexcept override;
  bool set_cancel_all_after(std::uint32_t seconds, Timestamp now) noexcept override;

  /// Requests go by that session from now on: a successor that is ready. What is in flight on the
  /// one before is not sent again by REST.
  void use(OrderSession& orders) noexcept;

  /// At least every 100 ms, instead of the REST session's own: also hands the measured clock to
  /// the socket's next login, and what the socket measured of it back. (The socket session's timer
  /// is its transport's.)
  void on_timer(Timestamp now) noexcept;

  const AccountVenueCounters& counters() const noexcept { return counters_; }

 private:
  /// Small enough to stay in the cache; what is older is not sent again.
  static constexpr std::size_t kKept = 256;

  /// A request that is on the socket, so that it can be sent again if it was not understood there.
  struct Kept {
    std::uint64_t id = 0;
    PlaceRequest place;
    AmendRequest amend;
  };
  /// What the socket did not understand, until the answer it stood in is read to its end.
  template <class Request>
  struct Rescued {
    FixedVector<Request, kMaxBatch> requests;
    FixedVector<std::int32_t, kMaxBatch> codes;
  };

  template <class Request>
  SendResult send(std::span<const Request> requests, bool by_rest, Timestamp now) noexcept;
  /// Some elements have no words at the venue: the others go, and those are answered here.
  template <class Request>
  SendResult send_sound(std::span<const Request> requests, bool by_rest, Timestamp now) noexcept;
  template <class Request>
  void send_again(Rescued<Request>& rescued, Timestamp now) noexcept;
  SendResult dispatch(Target target, std::string_view rest_path, std::string_view text,
                      Timestamp expire_time, std::span<const Flight> flights,
                      Timestamp now) noexcept;
  void keep(std::uint64_t id, const PlaceRequest& request) noexcept;
  void keep(std::uint64_t id, const AmendRequest& request) noexcept;
  void keep(std::uint64_t, const CancelRequest&) noexcept {}
  Encoded encode(Target target, std::span<const PlaceRequest> requests,
                 std::span<const OrderTerms* const> terms) noexcept;
  Encoded encode(Target target, std::span<const AmendRequest> requests,
                 std::span<const OrderTerms* const> terms) noexcept;
  Encoded encode(Target target, std::span<const CancelRequest> requests,
                 std::span<const OrderTerms* const> terms) noexcept;
  /// Whether it could be encoded at all.
  std::expected<void, EncodeError> check(const PlaceRequest& request,
                                         const OrderTerms& terms) const noexcept {
    if (templates_.knows(request, terms)) return {};
    return check_place(request, terms);
  }
  static std::expected<void, EncodeError> check(const AmendRequest& request,
                                                const OrderTerms&) noexcept;
  static std::expected<void, EncodeError> check(const CancelRequest& request,
                                                const OrderTerms&) noexcept;
  bool is_socket_way(Route route, const OrderTerms& terms, InstrumentId instrument,
                     Timestamp now) const noexcept;

  // RequestRescue
  bool rescue(std::uint64_t id, const Flight& flight, std::int32_t code,
              Timestamp now) noexcept override;
  void rescue_done(Timestamp now) noexcept override;

  OrderSession* orders_;
  RestSession& rest_;
  const AccountContext& context_;
  const OrderTermsTable& terms_;
  AccountListener& listener_;
  AccountVenueSettings settings_;
  OrderText text_;
  PlaceTemplates templates_;
  FixedVector<ExecutionReport, 4 * kMaxBatch> refused_;
  std::vector<Kept> kept_;                  // ring by request id
  std::vector<Timestamp> code_trusted_at_;  // by instrument
  Timestamp socket_trusted_at_;
  Rescued<PlaceRequest> rescued_places_;
  Rescued<AmendRequest> rescued_amends_;
  Rescued<CancelRequest> rescued_cancels_;
  AccountVenueCounters counters_;
};

}  // namespace gannet::okx
