#include "engine/durable_port.h"

#include <algorithm>
#include <type_traits>

#include "base/fixed_vector.h"
#include "engine/trading_core.h"

namespace gannet::engine {
namespace {

/// Which order the request brings to the venue; invalid: none.
template <class Request>
ClientOrderId placed_by(const Request& request) noexcept {
  if constexpr (std::is_same_v<Request, PlaceRequest> || std::is_same_v<Request, AlgoPlaceRequest>)
    return request.client_id;
  else
    return {};
}

template <class Request>
constexpr bool kIsCancel =
    std::is_same_v<Request, CancelRequest> || std::is_same_v<Request, AlgoCancelRequest>;
template <class Request>
constexpr bool kIsAmend =
    std::is_same_v<Request, AmendRequest> || std::is_same_v<Request, AlgoAmendRequest>;

}  // namespace

DurablePort::DurablePort(VenuePort& port, AlgoPort* algos, DeadManPort* dead_man, Journal& journal,
                         DurableJournal& disk, DurablePortSettings settings)
    : port_(port),
      algos_(algos),
      dead_man_(dead_man),
      journal_(journal),
      disk_(disk),
      settings_(settings),
      most_(std::max<std::size_t>(settings.capacity, kLargestBatch)),
      ring_(2 * most_) {}

template <class One>
SendResult DurablePort::hold(std::span<const One> requests, Timestamp now) noexcept {
  const std::size_t most = kIsCancel<One> ? ring_.size() : most_;
  if (requests.empty() || most < size_ + requests.size()) {
    ++counters_.full;
    return SendResult::QueueFull;
  }
  for (std::size_t i = 0; i < requests.size(); ++i) {
    Held& held = at(size_++);
    held.request = requests[i];
    held.sequence = journal_.sequence();
    held.since = now;
    held.mode = core_->mode_of(requests[i].client_id);
    held.batch_left = static_cast<std::uint8_t>(requests.size() - 1 - i);
    ++counters_.held;
  }
  disk_.wake();
  return SendResult::Sent;
}

SendResult DurablePort::place(const PlaceRequest& request, Timestamp now) noexcept {
  return hold(std::span(&request, 1), now);
}
SendResult DurablePort::amend(const AmendRequest& request, Timestamp now) noexcept {
  return hold(std::span(&request, 1), now);
}
SendResult DurablePort::place_batch(std::span<const PlaceRequest> requests,
                                    Timestamp now) noexcept {
  return hold(requests, now);
}
SendResult DurablePort::amend_batch(std::span<const AmendRequest> requests,
                                    Timestamp now) noexcept {
  return hold(requests, now);
}
SendResult DurablePort::place_algo(const AlgoPlaceRequest& request, Timestamp now) noexcept {
  return hold(std::span(&request, 1), now);
}
SendResult DurablePort::amend_algo(const AlgoAmendRequest& request, Timestamp now) noexcept {
  return hold(std::span(&request, 1), now);
}

SendResult DurablePort::cancel(const CancelRequest& request, Timestamp now) noexcept {
  return waits_for(request.client_id) ? hold(std::span(&request, 1), now)
                                      : port_.cancel(request, now);
}
SendResult DurablePort::cancel_batch(std::span<const CancelRequest> requests,
                                     Timestamp now) noexcept {
  return cancel_soon(requests, now, [&](std::span<const CancelRequest> going) noexcept {
    return going.size() == 1 ? port_.cancel(going[0], now) : port_.cancel_batch(going, now);
  });
}
SendResult DurablePort::cancel_algos(std::span<const AlgoCancelRequest> requests,
                                     Timestamp now) noexcept {
  return cancel_soon(requests, now, [&](std::span<const AlgoCancelRequest> going) noexcept {
    return algos_->cancel_algos(going, now);
  });
}

/// A kill's batch names whatever is open: what is at the venue does not wait for what is not there.
template <class One, class Send>
SendResult DurablePort::cancel_soon(std::span<const One> requests, Timestamp now,
                                    Send&& send) noexcept {
  FixedVector<One, kLargestBatch> going;
  FixedVector<One, kLargestBatch> waiting;
  for (const One& request : requests)
    (waits_for(request.client_id) ? waiting : going).push(request);
  if (waiting.empty()) return send(requests);
  if (going.empty()) return hold<One>(waiting.view(), now);
  if (ring_.size() < size_ + waiting.size()) {
    ++counters_.full;
    return SendResult::QueueFull;
  }
  const SendResult sent = send(std::span<const One>(going.view()));
  return sent == SendResult::Sent ? hold<One>(waiting.view(), now) : sent;
}

bool DurablePort::query_order(InstrumentId instrument, ClientOrderId client_id,
                              VenueOrderId venue_id, Timestamp now) noexcept {
  // "Not found" would say nothing of one that is still here.
  if (client_id.valid() && waits_for(client_id)) return false;
  return port_.query_order(instrument, client_id, venue_id, now);
}

bool DurablePort::waits_for(ClientOrderId id) const noexcept {
  if (!id.valid()) return false;
  for (std::size_t i = 0; i < size_; ++i) {
    if (std::visit([](const auto& request) { return placed_by(request); }, at(i).request) == id)
      return true;
  }
  return false;
}

bool DurablePort::may_leave(const Held& held, Timestamp now) const noexcept {
  return std::visit(
      [&]<class Request>(const Request& request) {
        if constexpr (std::is_same_v<Request, std::monostate>) {
          return false;
        } else {
          // A cancel that waited behind its order: if that one went, it goes too.
          if constexpr (kIsCancel<Request>) return core_->is_open(request.client_id);
          const risk::TradingMode mode = core_->mode_of(request.client_id);
          return now - held.since <= settings_.patience && core_->is_open(request.client_id) &&
                 (mode == risk::TradingMode::Ready || mode == held.mode);
        }
      },
      held.request);
}

template <class One>
void DurablePort::send(std::size_t count, Timestamp now) noexcept {
  FixedVector<One, kLargestBatch> going;
  FixedVector<std::size_t, kLargestBatch> places;
  for (std::size_t i = 0; i < count; ++i) {
    if (!may_leave(at(i), now)) continue;
    going.push(std::get<One>(at(i).request));
    places.push(i);
  }
  SendResult sent = SendResult::QueueFull;
  if (going.empty()) {
    // Nothing is left of it.
  } else if constexpr (std::is_same_v<One, PlaceRequest>) {
    sent = going.size() == 1 ? port_.place(going[0], now) : port_.place_batch(going.view(), now);
  } else if constexpr (std::is_same_v<One, AmendRequest>) {
    sent = going.size() == 1 ? port_.amend(going[0], now) : port_.amend_batch(going.view(), now);
  } else if constexpr (std::is_same_v<One, CancelRequest>) {
    sent = going.size() == 1 ? port_.cancel(going[0], now) : port_.cancel_batch(going.view(), now);
  } else if constexpr (std::is_same_v<One, AlgoPlaceRequest>) {
    sent = algos_->place_algo(going[0], now);
  } else if constexpr (std::is_same_v<One, AlgoAmendRequest>) {
    sent = algos_->amend_algo(going[0], now);
  } else {
    sent = algos_->cancel_algos(going.view(), now);
  }
  if (sent == SendResult::Sent) counters_.released += going.size();
  // Those that did not go are answered when none of these waits any more: an answer may lead to the
  // next request.
  FixedVector<Held, kLargestBatch> refused;
  for (std::size_t i = 0; i < count; ++i) {
    const bool went = sent == SendResult::Sent && std::ranges::find(places, i) != places.end();
    if (!went) refused.push(at(i));
    at(i).request = std::monostate{};
  }
  first_ = (first_ + count) % ring_.size();
  size_ -= count;
  for (const Held& held : refused) refuse(held, now);
}

ExecutionReport::Request DurablePort::kind_of(const Request& request) noexcept {
  return std::visit(
      []<class One>(const One&) {
        if constexpr (std::is_same_v<One, std::monostate>)
          return ExecutionReport::Request::None;
        else if constexpr (kIsCancel<One>)
          return ExecutionReport::Request::Cancel;
        else if constexpr (kIsAmend<One>)
          return ExecutionReport::Request::Amend;
        else
          return ExecutionReport::Request::Place;
      },
      request);
}

std::optional<WireCounts> DurablePort::wire_counts() const noexcept {
  const auto wire = port_.wire_counts();
  if (!wire) return wire;
  WireCounts counts = *wire + refused_;
  for (std::size_t i = 0; i < size_; ++i) counts.add(kind_of(at(i).request));
  return counts;
}

std::size_t DurablePort::release(Timestamp now) noexcept {
  std::size_t done = 0;
  while (size_ != 0) {
    const Held& first = at(0);
    const std::size_t count = std::size_t{1} + first.batch_left;
    // The last of a batch has the newest record.
    if (at(count - 1).sequence > disk_.durable_sequence()) {
      // The disk stands still: what waits too long is not to leave whenever it moves again.
      if (now - first.since <= settings_.patience) {
        disk_.wake();
        break;
      }
    }
    std::visit(
        [&]<class Request>(const Request&) {
          if constexpr (!std::is_same_v<Request, std::monostate>) send<Request>(count, now);
        },
        Request(first.request));
    done += count;
  }
  return done;
}

void DurablePort::refuse(const Held& held, Timestamp now) noexcept {
  ++counters_.refused;
  refused_.add(kind_of(held.request));
  ExecutionReport report;
  report.source = ExecutionReport::Source::Reply;
  report.reason = VenueReason::RequestExpired;  // surely not executed: it never left
  report.receive_time = now;
  std::visit(
      [&]<class Request>(const Request& request) {
        if constexpr (!std::is_same_v<Request, std::monostate>) {
          report.client_id = request.client_id;
          report.instrument = request.instrument;
          if constexpr (kIsCancel<Request>) {
            report.kind = ExecutionReport::Kind::CancelRejected;
            report.request = ExecutionReport::Request::Cancel;
            report.reason = VenueReason::VenueBusy;  // to be tried again while it is open
          } else if constexpr (kIsAmend<Request>) {
            report.kind = ExecutionReport::Kind::AmendRejected;
            report.request = ExecutionReport::Request::Amend;
            report.amend_id = request.amend_id;
          } else {
            report.kind = ExecutionReport::Kind::PlaceRejected;
            report.request = ExecutionReport::Request::Place;
          }
        }
      },
      held.request);
  core_->on_execution_report(report);
}

}  // namespace gannet::engine
