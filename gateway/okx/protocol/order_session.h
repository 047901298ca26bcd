#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "domain/venue.h"
#include "gateway/okx/protocol/account_context.h"
#include "gateway/okx/protocol/in_flight.h"
#include "gateway/okx/protocol/session_io.h"
#include "gateway/okx/protocol/session_problems.h"
#include "gateway/okx/protocol/signing.h"

namespace gannet::okx {

class PrivateFrame;

struct OrderSessionSettings {
  Nanos login_timeout = seconds(10);      ///< open until logged in
  Nanos subscribe_timeout = seconds(10);  ///< logged in until every subscription is acknowledged
  Nanos request_timeout = seconds(3);     ///< without a reply by then the outcome is unknown
  Nanos quiet_before_ping = seconds(2);
  Nanos pong_timeout = seconds(3);       ///< nothing at all by then: the connection is dead
  Nanos upgrade_patience = seconds(20);  ///< after notice 64008, for requests in flight to end
  std::size_t maximum_in_flight = 1024;
  int login_retries = 2;  ///< after a refusal that a clock or back-off may heal, per hour of trying
};

struct OrderSessionCounters {
  std::uint64_t frames = 0;
  std::uint64_t replies = 0;
  std::uint64_t unmatched_replies = 0;  ///< duplicates, or later than the time-out
  std::uint64_t malformed = 0;
  std::uint64_t unknown_instruments = 0;
  std::uint64_t ignored_channels = 0;
  std::uint64_t timed_out_requests = 0;
  std::uint64_t lost_requests = 0;  ///< in flight when the connection went
};

/// The private socket: login, subscriptions, pings, replies, pushes. Requests are handed in as
/// encoded frames (AccountVenue makes them) and are watched until their reply, their time-out or
/// the connection's end: exactly one reply report each. Thread: reactor.
class OrderSession final : public SocketSession {
 public:
  enum class State : std::uint8_t { Closed, LoggingIn, Subscribing, Ready, Stopped };

  OrderSession(const Signer& signer, const AccountContext& context, AccountListener& listener,
               SessionProblems& problems, OrderSessionSettings settings);

  // SocketSession
  void on_open(SocketOutput& output, Timestamp now) noexcept override;
  void on_text(std::string_view text, Timestamp now) noexcept override;
  void on_closed(Timestamp now) noexcept override;
  void on_timer(Timestamp now) noexcept override;

  /// Venue clock minus our wall clock; used for the next login.
  void set_clock_offset(Nanos offset) noexcept { clock_offset_ = offset; }

  State state() const noexcept { return state_; }
  bool ready() const noexcept { return state_ == State::Ready && output_ != nullptr; }
  /// Stopped for good (refused credentials): why, in one sentence; "" otherwise.
  std::string_view stop_reason() const noexcept { return stop_reason_; }
  const OrderSessionCounters& counters() const noexcept { return counters_; }

  /// The id that the next request's frame must carry; `count` of them for a batch.
  std::uint64_t next_request_id() const noexcept { return in_flight_.next_id(); }
  /// Sends a frame made with next_request_id(), and watches for its reply. `flights`: what each
  /// element of the message asks, 1..kMaxBatch.
  SendResult send(std::string_view frame, std::span<const Flight> flights, Timestamp now) noexcept;

 private:
  enum class Subscription : std::uint8_t { Orders, Account, Positions };
  static constexpr std::size_t kSubscriptions = 3;

  void handle_event(PrivateFrame& frame, Timestamp now) noexcept;
  void handle_error(PrivateFrame& frame, Timestamp now) noexcept;
  void handle_reply(PrivateFrame& frame, Timestamp now) noexcept;
  void handle_push(PrivateFrame& frame, Timestamp now) noexcept;
  void log_in(Timestamp now) noexcept;
  void subscribe(Timestamp now) noexcept;
  void acknowledge(std::string_view channel, Timestamp now) noexcept;
  void stop(std::int32_t code, std::string_view venue_text) noexcept;
  void restart(std::string_view why) noexcept;
  void malformed(std::string_view what) noexcept;
  void report_unknown(const Flight& flight, Timestamp now) noexcept;
  void answer(const Flight& flight, std::int32_t code, bool per_item, VenueOrderId venue_id,
              Timestamp now) noexcept;

  const Signer& signer_;
  const AccountContext& context_;
  AccountListener& listener_;
  SessionProblems& problems_;
  OrderSessionSettings settings_;
  std::unique_ptr<PrivateFrame> frame_;  // the JSON parser's header stays out of ours
  InFlightTable in_flight_;
  SocketOutput* output_ = nullptr;
  State state_ = State::Closed;
  Nanos clock_offset_;
  std::array<bool, kSubscriptions> acknowledged_{};
  Timestamp state_since_;
  Timestamp last_received_;
  Timestamp ping_sent_;        ///< zero: none waits for an answer
  Timestamp upgrade_noticed_;  ///< zero: none
  int refused_logins_ = 0;
  std::string stop_reason_;
  OrderSessionCounters counters_;
};

}  // namespace gannet::okx
