#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "domain/venue.h"
#include "gateway/okx/protocol/account_context.h"
#include "gateway/okx/protocol/clock_filter.h"
#include "gateway/okx/protocol/decode_account.h"
#include "gateway/okx/protocol/decode_hints.h"
#include "gateway/okx/protocol/decode_order.h"
#include "gateway/okx/protocol/decode_position.h"
#include "gateway/okx/protocol/decode_reply.h"
#include "gateway/okx/protocol/error_codes.h"
#include "gateway/okx/protocol/frame.h"
#include "gateway/okx/protocol/in_flight.h"
#include "gateway/okx/protocol/session_io.h"
#include "gateway/okx/protocol/session_problems.h"
#include "gateway/okx/protocol/signing.h"

namespace gannet::okx {

struct OrderSessionSettings {
  Nanos login_timeout = seconds(10);      ///< open until logged in
  Nanos subscribe_timeout = seconds(10);  ///< logged in until every subscription is acknowledged
  Nanos request_timeout = seconds(3);     ///< without a reply by then the outcome is unknown
  Nanos quiet_before_ping = seconds(2);
  Nanos pong_timeout = seconds(3);       ///< nothing at all by then: the connection is dead
  Nanos upgrade_patience = seconds(20);  ///< after notice 64008, for requests in flight to end
  std::size_t maximum_in_flight = 1024;
  bool fill_hints = false;  ///< the `fills` channel too: by fee tier, and only counted
  int login_retries =
      2;  ///< in a row, after refusals that a corrected clock may heal; then it stops
  int subscribe_retries = 3;  ///< in a row, after refused subscriptions
  /// Of one account on one channel the venue allows 30: from here on it is told. [PROTOCOL 3.1]
  std::int32_t many_connections = 20;
};

struct OrderSessionCounters {
  std::uint64_t frames = 0;
  std::uint64_t replies = 0;
  std::uint64_t unmatched_replies = 0;  ///< duplicates, or later than the time-out
  std::uint64_t malformed = 0;
  std::uint64_t unknown_instruments = 0;
  std::uint64_t ignored_frames = 0;
  std::uint64_t timed_out_requests = 0;
  std::uint64_t lost_requests = 0;  ///< in flight when the connection went
  WireCounts wire;                  ///< requests written, by element
  std::int32_t connections = 0;  ///< of the account on one channel, as the venue counted them last
};

class OrderSession;

/// Stands between the engine and the sessions of one account while there are two of them. Called
/// from within a session's inputs.
class OrderSessionWatch {
 public:
  /// Instead of AccountListener::on_account_connection.
  virtual void on_session_connection(const OrderSession& session, ConnectionState state,
                                     Timestamp now) noexcept = 0;
  /// False: the same push came by the other session already.
  virtual bool is_news(const OrderSession& session, const ExecutionReport& report) noexcept = 0;

 protected:
  ~OrderSessionWatch() = default;
};

/// Asked about requests that the venue refused before their refusal is told: one that certainly was
/// not executed may be sent another way.
class RequestRescue {
 public:
  /// `id`: the element's. True: it is taken over, and its report comes from there.
  virtual bool rescue(std::uint64_t id, const Flight& flight, std::int32_t code,
                      Timestamp now) noexcept = 0;
  /// No more elements of this answer.
  virtual void rescue_done(Timestamp now) noexcept = 0;

 protected:
  ~RequestRescue() = default;
};

/// The private socket: login, subscriptions, pings, replies, pushes. Requests are handed in as
/// encoded frames (AccountVenue makes them) and are watched until their reply, their time-out or
/// the connection's end: exactly one reply report each. Thread: reactor.
class OrderSession final : public SocketSession,
                           private OrderRows,
                           private BalanceRows,
                           private PositionRows,
                           private CashRows,
                           private FillHintRows,
                           private LiquidationWarningRows {
 public:
  enum class State : std::uint8_t { Closed, LoggingIn, Subscribing, Ready, Stopped };

  OrderSession(const Signer& signer, const AccountContext& context, AccountListener& listener,
               SessionProblems& problems, OrderSessionSettings settings);

  // SocketSession
  void on_open(SocketOutput& output, Timestamp now) noexcept override;
  void on_text(std::string_view text, Timestamp now) noexcept override;
  /// 4001 is a refused login like any other, unless an error event said so before; 4007 stops.
  CloseReaction on_close_code(std::uint16_t code, Timestamp now) noexcept override;
  void on_closed(Timestamp now) noexcept override;
  void on_timer(Timestamp now) noexcept override;

  /// Outlives the session's inputs, or is taken back (null).
  void set_rescue(RequestRescue* rescue) noexcept { rescue_ = rescue; }
  /// Venue clock minus our wall clock; used for the next login.
  void set_clock_offset(Nanos offset) noexcept { clock_offset_ = offset; }
  Nanos clock_offset() const noexcept { return clock_offset_; }

  void set_watch(OrderSessionWatch* watch) noexcept { watch_ = watch; }
  /// The best measurement of the venue's clock, by the times in its replies, since the last call.
  std::optional<ClockSample> take_clock_sample() noexcept {
    return std::exchange(clock_sample_, std::nullopt);
  }

  /// Connects and logs in anew as soon as no request is in flight (with another key, say), with the
  /// patience of an upgrade.
  void renew_login(Timestamp now) noexcept;

  State state() const noexcept { return state_; }
  std::size_t in_flight() const noexcept { return in_flight_.size(); }
  bool ready() const noexcept { return state_ == State::Ready && output_ != nullptr; }
  /// Stopped for good (refused credentials): why, in one sentence; "" otherwise.
  std::string_view stop_reason() const noexcept { return stop_reason_; }
  const OrderSessionCounters& counters() const noexcept { return counters_; }
  std::uint64_t unlisted_codes() const noexcept { return unlisted_.count(); }

  /// The id that the next request's frame must carry; `count` of them for a batch.
  std::uint64_t next_request_id() const noexcept { return in_flight_.next_id(); }
  /// Sends a frame made with next_request_id(), and watches for its reply. `flights`: what each
  /// element of the message asks, 1..kMaxBatch.
  SendResult send(std::string_view frame, std::span<const Flight> flights, Timestamp now) noexcept;

 private:
  static constexpr std::size_t kSubscriptions = 5;  // those that Ready waits for

  // The decoders' rows.
  void on_order(const DecodedOrder& order) noexcept override;
  void on_bad_order(const ExecutionReport& ids, DecodeError error) noexcept override;
  void on_balance_row(const BalanceReport& balance) noexcept override;
  void on_bad_balance(DecodeError error) noexcept override;
  void on_position_row(const PositionReport& position) noexcept override;
  void on_bad_position(DecodeError error) noexcept override;
  void on_cash_row(const CashReport& cash) noexcept override;
  void on_bad_cash(DecodeError error) noexcept override;
  void on_fill_hint_row(const FillHint& hint) noexcept override;
  void on_bad_fill_hint(DecodeError error) noexcept override;
  void on_warning_row(const LiquidationWarning& warning) noexcept override;
  void on_bad_warning(DecodeError error) noexcept override;

  void handle_frame(const Frame& frame, Timestamp now) noexcept;
  void handle_login(const Frame& frame, Timestamp now) noexcept;
  void handle_error(const Frame& frame, Timestamp now) noexcept;
  void handle_connection_count(const Frame& frame) noexcept;
  void measure_clock(const Frame& frame, std::uint64_t id, Timestamp now) noexcept;
  void tell_connection(ConnectionState state, Timestamp now) noexcept;
  void handle_refused_login(std::int32_t code, std::string_view text, Timestamp now) noexcept;
  void handle_refused_subscription(std::int32_t code, std::string_view text,
                                   Timestamp now) noexcept;
  void handle_reply(const Frame& frame, Timestamp now) noexcept;
  void handle_push(const Frame& frame, Timestamp now) noexcept;
  void acknowledge(std::string_view channel, Timestamp now) noexcept;
  void answer_all(std::uint64_t id, std::int32_t code, Timestamp now) noexcept;
  void answer(std::uint64_t id, const Flight& flight, const ReplyItem& item, bool per_item,
              Timestamp now) noexcept;
  void report_unknown(const Flight& flight, Timestamp now) noexcept;
  void note_code(std::int32_t code) noexcept;
  void enter(State state, Timestamp now) noexcept;
  void leave(State state, Timestamp now) noexcept;
  enum class Pace : std::uint8_t { Usual, Slow };
  void restart(std::string_view why, Timestamp now, Pace pace = Pace::Usual) noexcept;
  void stop(std::int32_t code, std::string_view sentence, Timestamp now) noexcept;
  void count_bad(DecodeError error, std::string_view what) noexcept;
  void count_ignored(std::string_view what) noexcept;
  void tell_frame(ProblemKind kind, std::int32_t code, std::string_view what) noexcept;

  const Signer& signer_;
  const AccountContext& context_;
  AccountListener& listener_;
  SessionProblems& problems_;
  OrderSessionSettings settings_;
  FrameReader reader_;
  ReplyItems items_;
  InFlightTable in_flight_;
  OrderSessionWatch* watch_ = nullptr;
  std::optional<ClockSample> clock_sample_;
  RequestRescue* rescue_ = nullptr;
  SocketOutput* output_ = nullptr;  // null: not connected, or of no use any more
  State state_ = State::Closed;
  Nanos clock_offset_;
  std::array<bool, kSubscriptions> acknowledged_{};
  Timestamp now_;          // of the input being handled, for the rows
  std::string_view text_;  // the frame being handled, for what is told of it
  bool from_snapshot_ = false;
  Timestamp state_since_;
  Timestamp last_received_;
  std::optional<Timestamp> ping_sent_;
  std::optional<Timestamp> upgrade_noticed_;  // and no successor to be had
  bool renewing_ = false;                     // it was renew_login that noticed it
  int refused_logins_ = 0;
  int refused_subscriptions_ = 0;
  std::string stop_reason_;
  UnlistedCodes unlisted_;
  OrderSessionCounters counters_;
};

}  // namespace gannet::okx
