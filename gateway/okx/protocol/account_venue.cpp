#include "gateway/okx/protocol/account_venue.h"

#include <algorithm>
#include <array>

#include "gateway/okx/protocol/error_codes.h"

namespace gannet::okx {
namespace {

using Request = ExecutionReport::Request;

Flight flight_of(const PlaceRequest& request) noexcept {
  return {Request::Place, request.instrument, request.client_id, {}, 0, request.by_engine};
}
Flight flight_of(const AmendRequest& request) noexcept {
  return {Request::Amend, request.instrument, request.client_id, request.venue_id,
          request.amend_id};
}
Flight flight_of(const CancelRequest& request) noexcept {
  return {Request::Cancel, request.instrument, request.client_id, request.venue_id, 0};
}

Route route_of(const AccountVenueSettings& settings, Request request) noexcept {
  switch (request) {
    case Request::Place:
      return settings.place;
    case Request::Amend:
      return settings.amend;
    case Request::Cancel:
    case Request::None:
      break;
  }
  return settings.cancel;
}

struct Paths {
  std::string_view single;
  std::string_view batch;
};
constexpr Paths paths_of(Request request) noexcept {
  switch (request) {
    case Request::Place:
      return {"/api/v5/trade/order", "/api/v5/trade/batch-orders"};
    case Request::Amend:
      return {"/api/v5/trade/amend-order", "/api/v5/trade/amend-batch-orders"};
    case Request::Cancel:
    case Request::None:
      break;
  }
  return {"/api/v5/trade/cancel-order", "/api/v5/trade/cancel-batch-orders"};
}

VenueReason reason_of(EncodeError error) noexcept {
  switch (error) {
    case EncodeError::NoInstrumentCode:
      return VenueReason::UnknownInstrument;
    case EncodeError::Unsupported:
      return VenueReason::Unsupported;
    case EncodeError::NoOrderId:
    case EncodeError::NothingToAmend:
    case EncodeError::TooMany:
      return VenueReason::InvalidParameter;
  }
  return VenueReason::Other;
}

Timestamp expiry(std::span<const PlaceRequest> requests) noexcept { return expiry_of(requests); }
Timestamp expiry(std::span<const AmendRequest> requests) noexcept { return expiry_of(requests); }
Timestamp expiry(std::span<const CancelRequest>) noexcept { return {}; }

constexpr std::int32_t kSocketFailed = 64007;

/// The socket did not know the instrument by its code; REST names it. [RELIABILITY fault 23]
bool refuses_code(std::int32_t code) noexcept { return code == 51001 || code == 50014; }
/// The socket did not take the message for an order request at all.
bool refuses_form(std::int32_t code) noexcept {
  constexpr std::array<std::int32_t, 6> kCodes{60012, 60013, 60018, 60019, 60028, 60033};
  return std::ranges::find(kCodes, code) != kCodes.end();
}

}  // namespace

AccountVenue::AccountVenue(OrderSession& orders, RestSession& rest, const AccountContext& context,
                           const OrderTermsTable& terms, AccountListener& listener,
                           AccountVenueSettings settings)
    : orders_(&orders),
      rest_(rest),
      context_(context),
      terms_(terms),
      listener_(listener),
      settings_(settings),
      templates_(context.instruments.size()),
      kept_(kKept),
      code_trusted_at_(context.instruments.size()) {
  orders_->set_rescue(this);
}

void AccountVenue::use(OrderSession& orders) noexcept {
  orders_->set_rescue(nullptr);
  std::ranges::fill(kept_, Kept{});  // the sessions count their requests apart
  orders_ = &orders;
  orders_->set_rescue(this);
}

SendResult AccountVenue::place(const PlaceRequest& request, Timestamp now) noexcept {
  return send(std::span(&request, 1), false, now);
}
SendResult AccountVenue::amend(const AmendRequest& request, Timestamp now) noexcept {
  return send(std::span(&request, 1), false, now);
}
SendResult AccountVenue::cancel(const CancelRequest& request, Timestamp now) noexcept {
  return send(std::span(&request, 1), false, now);
}
SendResult AccountVenue::place_batch(std::span<const PlaceRequest> requests,
                                     Timestamp now) noexcept {
  return send(requests, false, now);
}
SendResult AccountVenue::amend_batch(std::span<const AmendRequest> requests,
                                     Timestamp now) noexcept {
  return send(requests, false, now);
}
SendResult AccountVenue::cancel_batch(std::span<const CancelRequest> requests,
                                      Timestamp now) noexcept {
  return send(requests, false, now);
}

std::expected<void, EncodeError> AccountVenue::check(const AmendRequest& request,
                                                     const OrderTerms&) noexcept {
  if (!request.client_id.valid() && !request.venue_id.valid())
    return std::unexpected(EncodeError::NoOrderId);
  if (!request.new_price && !request.new_quantity)
    return std::unexpected(EncodeError::NothingToAmend);
  return {};
}
std::expected<void, EncodeError> AccountVenue::check(const CancelRequest& request,
                                                     const OrderTerms&) noexcept {
  if (!request.client_id.valid() && !request.venue_id.valid())
    return std::unexpected(EncodeError::NoOrderId);
  return {};
}

// One element goes as a single request: a batch of one is charged like one all the same. [6.7]

Encoded AccountVenue::encode(Target target, std::span<const PlaceRequest> requests,
                             std::span<const OrderTerms* const> terms) noexcept {
  if (requests.size() == 1)
    return templates_.encode(text_, target, requests[0], *terms[0], context_.own_tag);
  return templates_.encode_batch(text_, target, requests, terms, context_.own_tag);
}
Encoded AccountVenue::encode(Target target, std::span<const AmendRequest> requests,
                             std::span<const OrderTerms* const> terms) noexcept {
  if (requests.size() == 1) return encode_amend(text_, target, requests[0], *terms[0]);
  return encode_amend_batch(text_, target, requests, terms);
}
Encoded AccountVenue::encode(Target target, std::span<const CancelRequest> requests,
                             std::span<const OrderTerms* const> terms) noexcept {
  if (requests.size() == 1) return encode_cancel(text_, target, requests[0], *terms[0]);
  return encode_cancel_batch(text_, target, requests, terms);
}

template <class RequestType>
SendResult AccountVenue::send(std::span<const RequestType> requests, bool by_rest,
                              Timestamp now) noexcept {
  if (requests.empty() || requests.size() > kMaxBatch) return SendResult::QueueFull;
  std::array<const OrderTerms*, kMaxBatch> terms;  // the first of them are set below
  const Request kind = flight_of(requests.front()).request;
  bool by_socket = !by_rest;
  for (std::size_t i = 0; i < requests.size(); ++i) {
    const OrderTerms* row = terms_.find(requests[i].instrument);
    if (row == nullptr || !check(requests[i], *row)) return send_sound(requests, by_rest, now);
    by_socket =
        by_socket && is_socket_way(route_of(settings_, kind), *row, requests[i].instrument, now);
    terms[i] = row;
  }
  const Target target = by_socket ? Target{orders_->next_request_id()} : kRest;
  const Encoded text = encode(target, requests, {terms.data(), requests.size()});
  if (!text) return SendResult::QueueFull;  // not reached: each was checked
  const Paths paths = paths_of(kind);
  SendResult sent = SendResult::QueueFull;
  if (requests.size() == 1) {
    const Flight flight = flight_of(requests.front());
    sent = dispatch(target, paths.single, *text, expiry(requests), {&flight, 1}, now);
  } else {
    std::array<Flight, kMaxBatch> flights;
    for (std::size_t i = 0; i < requests.size(); ++i) flights[i] = flight_of(requests[i]);
    sent = dispatch(target, paths.batch, *text, expiry(requests), {flights.data(), requests.size()},
                    now);
  }
  if (sent != SendResult::Sent || !by_socket) return sent;
  for (std::size_t i = 0; i < requests.size(); ++i) keep(target.request_id + i, requests[i]);
  return sent;
}

template <class RequestType>
SendResult AccountVenue::send_sound(std::span<const RequestType> requests, bool by_rest,
                                    Timestamp now) noexcept {
  // All or nothing is decided before anything is answered: what is not sent gets no reply.
  if (refused_.size() + requests.size() > refused_.kCapacity) return SendResult::QueueFull;
  FixedVector<RequestType, kMaxBatch> sound;
  FixedVector<ExecutionReport, kMaxBatch> answers;
  for (const RequestType& request : requests) {
    const OrderTerms* row = terms_.find(request.instrument);
    const auto ok = row == nullptr ? std::expected<void, EncodeError>() : check(request, *row);
    if (row != nullptr && ok) {
      sound.push(request);
    } else {
      const Flight flight = flight_of(request);
      ExecutionReport report = report_of(flight, context_.account, now);
      const Verdict verdict = refused(
          flight.request, row == nullptr ? VenueReason::UnknownInstrument : reason_of(ok.error()));
      report.kind = verdict.kind;
      report.reason = verdict.reason;
      answers.push(report);
    }
  }
  const SendResult sent =
      sound.empty() ? SendResult::Sent : send<RequestType>(sound.view(), by_rest, now);
  if (sent != SendResult::Sent) return sent;
  // Never within the caller's own call: the reports wait for the timer.
  for (const ExecutionReport& answer : answers) {
    refused_.push(answer);
    counters_.answered_here.add(answer.request);
  }
  counters_.refused_here += answers.size();
  return SendResult::Sent;
}

bool AccountVenue::is_socket_way(Route route, const OrderTerms& terms, InstrumentId instrument,
                                 Timestamp now) const noexcept {
  if (!orders_->ready() || !terms.code || *terms.code < 0) return false;
  if (!rest_.stop_reason().empty()) return true;  // the other way is gone for good
  if (route == Route::Rest || now < socket_trusted_at_) return false;
  return instrument.value >= code_trusted_at_.size() || now >= code_trusted_at_[instrument.value];
}

bool AccountVenue::supports(const PlaceRequest& request) const noexcept {
  const OrderTerms* terms = terms_.find(request.instrument);
  return terms != nullptr && check(request, *terms).has_value();
}

bool AccountVenue::cancel_protected(InstrumentId instrument, Timestamp now) noexcept {
  const OrderTerms* terms = terms_.find(instrument);
  if (terms == nullptr || terms->kind != InstrumentKind::Option || terms->family.empty())
    return false;
  const bool by_socket = is_socket_way(settings_.cancel, *terms, instrument, now);
  const Target target = by_socket ? Target{orders_->next_request_id()} : kRest;
  const Flight flight{Request::None, instrument, {}, {}, 0};
  const Encoded text = encode_mass_cancel(text_, target, terms->family.view(), 0);
  return text && dispatch(target, "/api/v5/trade/mass-cancel", *text, {}, {&flight, 1}, now) ==
                     SendResult::Sent;
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
  if (refused_.empty()) return;
  // A copy: what the listener does now may refuse again.
  const auto refused_now = refused_;
  refused_.clear();
  for (ExecutionReport report : refused_now) {
    report.receive_time = now;
    listener_.on_execution_report(report);
  }
}

SendResult AccountVenue::dispatch(Target target, std::string_view rest_path, std::string_view text,
                                  Timestamp expire_time, std::span<const Flight> flights,
                                  Timestamp now) noexcept {
  if (target.rest()) {
    const SendResult result = rest_.send(rest_path, text, expire_time, flights, now);
    if (result == SendResult::Sent) counters_.by_rest += flights.size();
    return result;
  }
  const SendResult result = orders_->send(text, flights, now);
  if (result == SendResult::Sent) counters_.by_socket += flights.size();
  return result;
}

void AccountVenue::keep(std::uint64_t id, const PlaceRequest& request) noexcept {
  Kept& kept = kept_[id % kKept];
  kept.id = id;
  kept.place = request;
}

void AccountVenue::keep(std::uint64_t id, const AmendRequest& request) noexcept {
  Kept& kept = kept_[id % kKept];
  kept.id = id;
  kept.amend = request;
}

bool AccountVenue::rescue(std::uint64_t id, const Flight& flight, std::int32_t code,
                          Timestamp now) noexcept {
  if (code == kSocketFailed || refuses_form(code))
    socket_trusted_at_ = now + settings_.socket_distrust;
  if (refuses_code(code) && flight.instrument.value < code_trusted_at_.size())
    code_trusted_at_[flight.instrument.value] = now + settings_.code_distrust;
  // Only a refusal to read it proves that nobody executed it; 64007 and 60011 promise nothing.
  if (!refuses_code(code) && !refuses_form(code)) return false;
  if (!rest_.stop_reason().empty()) return false;
  const Kept& kept = kept_[id % kKept];
  switch (flight.request) {
    case Request::Place:
      if (kept.id != id || kept.place.client_id != flight.client_id) return false;
      return rescued_places_.requests.push(kept.place) && rescued_places_.codes.push(code);
    case Request::Amend:
      if (kept.id != id || kept.amend.amend_id != flight.amend_id) return false;
      return rescued_amends_.requests.push(kept.amend) && rescued_amends_.codes.push(code);
    case Request::Cancel:
      return rescued_cancels_.requests.push(
                 {flight.client_id, flight.venue_id, flight.instrument}) &&
             rescued_cancels_.codes.push(code);
    case Request::None:
      break;
  }
  return false;
}

void AccountVenue::rescue_done(Timestamp now) noexcept {
  send_again(rescued_cancels_, now);
  send_again(rescued_amends_, now);
  send_again(rescued_places_, now);
}

template <class RequestType>
void AccountVenue::send_again(Rescued<RequestType>& rescued, Timestamp now) noexcept {
  if (rescued.requests.empty()) return;
  const Rescued<RequestType> taken = rescued;  // a listener's answer may come back here
  rescued = {};
  for (std::size_t i = 0; i < taken.requests.size(); ++i) {
    // One by one: each is asked about, and counted, as a single request.
    const RequestType& request = taken.requests[i];
    const Flight flight = flight_of(request);
    if (listener_.may_send_again(flight.request, flight.client_id, flight.instrument,
                                 flight.amend_id, now) &&
        send(std::span(&request, 1), true, now) == SendResult::Sent) {
      ++counters_.rescued;
      continue;
    }
    ExecutionReport report = report_of(flight, context_.account, now);
    // The refusal proves that nobody executed it. A cancel is tried again: it goes by REST then.
    const Verdict verdict = flight.request == Request::Cancel
                                ? refused(flight.request, VenueReason::VenueBusy)
                                : judge(flight.request, taken.codes[i], true);
    report.kind = verdict.kind;
    report.reason = verdict.reason;
    report.venue_code = taken.codes[i];
    listener_.on_execution_report(report);
  }
}

}  // namespace gannet::okx
