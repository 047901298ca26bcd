#include "gateway/okx/protocol/account_venue.h"

#include <algorithm>
#include <array>

#include "gateway/okx/protocol/error_codes.h"

namespace gannet::okx {
namespace {

using Request = ExecutionReport::Request;

Flight flight_of(const CancelRequest& request) noexcept {
  return {Request::Cancel, request.instrument, request.client_id, request.venue_id, 0};
}

VenueReason reason_of(EncodeError error) noexcept {
  switch (error) {
    case EncodeError::NoInstrumentCode:
      return VenueReason::UnknownInstrument;
    case EncodeError::Unsupported:
    case EncodeError::NoOrderId:
    case EncodeError::NothingToAmend:
    case EncodeError::TooMany:
      return VenueReason::InvalidParameter;
  }
  return VenueReason::Other;
}

}  // namespace

SendResult AccountVenue::place(const PlaceRequest& request, Timestamp now) noexcept {
  const Flight flight{Request::Place, request.instrument, request.client_id, {}, 0};
  const OrderTerms* terms = terms_.find(request.instrument);
  if (terms == nullptr) {
    return refuse(flight, VenueReason::UnknownInstrument, now);
  }
  const Target target = target_for(*terms);
  return dispatch(target, "/api/v5/trade/order",
                  encode_place(text_, target, request, *terms, context_.own_tag),
                  request.expire_time, {&flight, 1}, now);
}

SendResult AccountVenue::amend(const AmendRequest& request, Timestamp now) noexcept {
  const Flight flight{Request::Amend, request.instrument, request.client_id, request.venue_id,
                      request.amend_id};
  const OrderTerms* terms = terms_.find(request.instrument);
  if (terms == nullptr) {
    return refuse(flight, VenueReason::UnknownInstrument, now);
  }
  const Target target = target_for(*terms);
  return dispatch(target, "/api/v5/trade/amend-order", encode_amend(text_, target, request, *terms),
                  request.expire_time, {&flight, 1}, now);
}

SendResult AccountVenue::cancel(const CancelRequest& request, Timestamp now) noexcept {
  const Flight flight = flight_of(request);
  const OrderTerms* terms = terms_.find(request.instrument);
  if (terms == nullptr) {
    return refuse(flight, VenueReason::UnknownInstrument, now);
  }
  const Target target = target_for(*terms);
  return dispatch(target, "/api/v5/trade/cancel-order",
                  encode_cancel(text_, target, request, *terms), {}, {&flight, 1}, now);
}

SendResult AccountVenue::cancel_batch(std::span<const CancelRequest> requests,
                                      Timestamp now) noexcept {
  // One element in a batch would be charged to the single bucket all the same. [PROTOCOL 6.7]
  if (requests.size() == 1) return cancel(requests.front(), now);
  if (requests.empty() || requests.size() > kMaxBatch) return SendResult::QueueFull;
  if (refused_.size() + requests.size() > refused_.kCapacity) return SendResult::QueueFull;
  std::array<Flight, kMaxBatch> flights;
  std::array<const OrderTerms*, kMaxBatch> terms{};
  std::array<CancelRequest, kMaxBatch> known;
  std::size_t count = 0;
  bool all_have_codes = true;
  // All or nothing is decided before anything is answered: what is not sent gets no reply.
  for (const CancelRequest& request : requests) {
    const OrderTerms* row = terms_.find(request.instrument);
    if (row == nullptr || (!request.client_id.valid() && !request.venue_id.valid())) continue;
    all_have_codes = all_have_codes && row->code.has_value();
    flights[count] = flight_of(request);
    terms[count] = row;
    known[count++] = request;
  }
  if (count > 0) {
    const Target target =
        orders_->ready() && all_have_codes ? Target{orders_->next_request_id()} : kRest;
    const SendResult sent =
        dispatch(target, "/api/v5/trade/cancel-batch-orders",
                 encode_cancel_batch(text_, target, {known.data(), count}, {terms.data(), count}),
                 {}, {flights.data(), count}, now);
    if (sent != SendResult::Sent) return sent;
  }
  for (const CancelRequest& request : requests) {
    if (terms_.find(request.instrument) == nullptr) {
      static_cast<void>(refuse(flight_of(request), VenueReason::UnknownInstrument, now));
    } else if (!request.client_id.valid() && !request.venue_id.valid()) {
      static_cast<void>(refuse(flight_of(request), VenueReason::InvalidParameter, now));
    }
  }
  return SendResult::Sent;
}

bool AccountVenue::query_order(InstrumentId instrument, ClientOrderId client_id,
                               VenueOrderId venue_id, Timestamp now) noexcept {
  return rest_.query_order(instrument, client_id, venue_id, now);
}

bool AccountVenue::request_snapshot(SnapshotKind kind, std::uint64_t request, Timestamp since,
                                    Timestamp now) noexcept {
  return rest_.request_snapshot(kind, request, since, now);
}

bool AccountVenue::set_cancel_all_after(std::uint32_t seconds, Timestamp now) noexcept {
  return rest_.set_cancel_all_after(seconds, now);
}

void AccountVenue::on_timer(Timestamp now) noexcept {
  if (const auto sample = orders_->take_clock_sample()) rest_.on_clock_sample(*sample);
  rest_.on_timer(now);
  orders_->set_clock_offset(rest_.clock_offset());
  // A copy: what the listener does now may refuse again.
  const auto refused_now = refused_;
  refused_.clear();
  for (ExecutionReport report : refused_now) {
    report.receive_time = now;
    listener_.on_execution_report(report);
  }
}

SendResult AccountVenue::dispatch(Target target, std::string_view rest_path, const Encoded& text,
                                  Timestamp expire_time, std::span<const Flight> flights,
                                  Timestamp now) noexcept {
  if (!text) {
    for (const Flight& flight : flights) {
      if (refuse(flight, reason_of(text.error()), now) != SendResult::Sent) {
        return SendResult::QueueFull;  // not reached by batches: their room was seen to
      }
    }
    return SendResult::Sent;
  }
  if (target.rest()) {
    const SendResult result = rest_.send(rest_path, *text, expire_time, flights, now);
    if (result == SendResult::Sent) counters_.by_rest += flights.size();
    return result;
  }
  const SendResult result = orders_->send(*text, flights, now);
  if (result == SendResult::Sent) counters_.by_socket += flights.size();
  return result;
}

SendResult AccountVenue::refuse(const Flight& flight, VenueReason reason, Timestamp now) noexcept {
  ExecutionReport report = report_of(flight, context_.account, now);
  const Verdict verdict = refused(flight.request, reason);
  report.kind = verdict.kind;
  report.reason = verdict.reason;
  if (!refused_.push(report)) return SendResult::QueueFull;
  ++counters_.refused_here;
  return SendResult::Sent;
}

}  // namespace gannet::okx
