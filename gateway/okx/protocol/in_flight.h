#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <span>

#include "base/fixed_map.h"
#include "base/time.h"
#include "domain/orders.h"

namespace gannet::okx {

/// What one element of a request on the socket asks, kept until its outcome is known.
struct Flight {
  ExecutionReport::Request request = ExecutionReport::Request::None;
  InstrumentId instrument;
  ClientOrderId client_id;
  VenueOrderId venue_id;
  std::uint64_t amend_id = 0;
  bool by_engine = false;  ///< a reduction of the engine's own
};

/// The reply report that a flight's outcome fills in.
inline ExecutionReport report_of(const Flight& flight, AccountId account, Timestamp now) noexcept {
  ExecutionReport report;
  report.source = ExecutionReport::Source::Reply;
  report.request = flight.request;
  report.account = account;
  report.instrument = flight.instrument;
  report.client_id = flight.client_id;
  report.venue_id = flight.venue_id;
  report.amend_id = flight.amend_id;
  report.own_tag = flight.client_id.valid();
  report.receive_time = now;
  return report;
}

/// Requests without a reply yet, by request id. Ids count up from 1; a batch takes one id an
/// element, its message carries the first. Fixed capacity; full: nothing more may be sent.
class InFlightTable {
 public:
  explicit InFlightTable(std::size_t capacity) : flights_(capacity) {}

  std::uint64_t next_id() const noexcept { return next_; }
  std::size_t size() const noexcept { return flights_.size(); }
  bool has_room(std::size_t count) const noexcept {
    return flights_.size() + count <= flights_.capacity();
  }

  /// Requires has_room. Takes the next ids.
  void add(std::span<const Flight> flights, Timestamp deadline) noexcept {
    for (std::size_t i = 0; i < flights.size(); ++i) {
      Entry entry;
      entry.flight = flights[i];
      entry.first = next_;
      entry.count = static_cast<std::uint32_t>(flights.size());
      entry.deadline = deadline;
      flights_.insert(next_ + i, entry);
    }
    next_ += flights.size();
    flights_.prefetch(next_);
  }

  /// Elements of the message with that id; 0 if its first is not in flight (any more): a message is
  /// answered as a whole, its first element with it.
  std::size_t count(std::uint64_t id) const noexcept {
    const Entry* entry = flights_.find(id);
    return entry != nullptr && entry->first == id ? entry->count : 0;
  }
  const Flight* find(std::uint64_t id) const noexcept {
    const Entry* entry = flights_.find(id);
    return entry == nullptr ? nullptr : &entry->flight;
  }
  /// The element `id` of the message `first`; null if it is none of it, or not in flight.
  const Flight* find_of(std::uint64_t id, std::uint64_t first) const noexcept {
    const Entry* entry = flights_.find(id);
    return entry != nullptr && entry->first == first ? &entry->flight : nullptr;
  }
  std::optional<Timestamp> deadline_of(std::uint64_t id) const noexcept {
    const Entry* entry = flights_.find(id);
    return entry == nullptr ? std::nullopt : std::optional(entry->deadline);
  }
  void erase(std::uint64_t id) noexcept { flights_.erase(id); }

  /// Takes out what is due by `now`, oldest first, and hands each to `f`. All requests have the
  /// same time-out, so ids are in order of deadline.
  template <class F>
  std::size_t expire(Timestamp now, F&& f) noexcept {
    std::size_t expired = 0;
    for (; oldest_ < next_; ++oldest_) {
      const Entry* entry = flights_.find(oldest_);
      if (entry == nullptr) continue;
      if (entry->deadline > now) break;
      const Flight flight = entry->flight;
      flights_.erase(oldest_);
      ++expired;
      f(flight);
    }
    return expired;
  }
  template <class F>
  std::size_t expire_all(F&& f) noexcept {
    return expire(Timestamp{std::numeric_limits<std::int64_t>::max()}, f);
  }

 private:
  struct Entry {
    Flight flight;
    std::uint64_t first = 0;
    std::uint32_t count = 1;
    Timestamp deadline;
  };

  FixedMap<Entry> flights_;
  std::uint64_t next_ = 1;
  std::uint64_t oldest_ = 1;
};

}  // namespace gannet::okx
