#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "domain/venue.h"
#include "gateway/okx/protocol/decode_error.h"
#include "gateway/okx/protocol/error_codes.h"
#include "gateway/okx/protocol/frame.h"
#include "gateway/okx/protocol/session_io.h"
#include "gateway/okx/protocol/session_problems.h"
#include "gateway/okx/protocol/signing.h"

namespace gannet::okx {

struct AccountSessionSettings {
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

struct AccountSessionCounters {
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

class AccountSession;

/// Stands between the engine and the sessions of one account while there are two of them. Called
/// from within a session's inputs.
class AccountConnectionWatch {
 public:
  virtual void on_session_connection(const AccountSession& session, ConnectionState state,
                                     Timestamp now) noexcept = 0;

 protected:
  ~AccountConnectionWatch() = default;
};

/// What every socket with a login has in common: login, subscriptions with all their
/// acknowledgements, pings, a time-out on each step, and what the venue's refusals, notices and
/// close codes mean. What is said on it is its kind's matter. Thread: reactor.
class AccountSession : public SocketSession {
 public:
  enum class State : std::uint8_t { Closed, LoggingIn, Subscribing, Ready, Stopped };

  void on_open(SocketOutput& output, Timestamp now) noexcept final;
  void on_text(std::string_view text, Timestamp now) noexcept final;
  /// 4001 is a refused login like any other, unless an error event said so before; 4007 stops,
  /// unless the login was of a key that has been replaced since.
  CloseReaction on_close_code(std::uint16_t code, Timestamp now) noexcept final;
  void on_closed(Timestamp now) noexcept final { leave(State::Closed, now); }
  void on_timer(Timestamp now) noexcept final;

  /// Venue clock minus our wall clock; used for the next login.
  void set_clock_offset(Nanos offset) noexcept { clock_offset_ = offset; }
  Nanos clock_offset() const noexcept { return clock_offset_; }
  void set_connection_watch(AccountConnectionWatch* watch) noexcept { watch_ = watch; }

  /// Connects and logs in anew as soon as no request is in flight (with another key, say), with the
  /// patience of an upgrade.
  void renew_login(Timestamp now) noexcept;
  /// The key was replaced after the login of this connection was signed.
  bool has_old_login() const noexcept { return login_key_ != signer_.key_number(); }

  State state() const noexcept { return state_; }
  bool ready() const noexcept { return state_ == State::Ready && output_ != nullptr; }
  /// Stopped for good (refused credentials): why, in one sentence; "" otherwise.
  std::string_view stop_reason() const noexcept { return stop_reason_; }
  virtual std::size_t in_flight() const noexcept { return 0; }
  const AccountSessionCounters& counters() const noexcept { return counters_; }

 protected:
  /// One request a channel: an error event names no channel, but echoes the request's id.
  struct ChannelRequest {
    std::string_view channel;
    std::string_view id;
    std::string_view message;
  };
  static constexpr std::size_t kMostChannels = 5;
  enum class Pace : std::uint8_t { Usual, Slow };

  /// `channels`: those that Ready waits for, at most kMostChannels.
  AccountSession(const Signer& signer, SessionProblems& problems,
                 const AccountSessionSettings& settings,
                 std::span<const ChannelRequest> channels) noexcept
      : signer_(signer), problems_(problems), settings_(settings), channels_(channels) {}

  // What a kind of session adds.
  /// True: a push that it reads without the general parser, and everything is done.
  virtual bool take_plain(std::string_view /*text*/, Timestamp /*now*/) noexcept { return false; }
  virtual void handle_push(const Frame& frame, Timestamp now) noexcept = 0;
  virtual void handle_reply(const Frame& frame, Timestamp now) noexcept;
  /// True: the error was an answer to something of its own.
  virtual bool take_error(const Frame& /*frame*/, std::int32_t /*code*/,
                          Timestamp /*now*/) noexcept {
    return false;
  }
  virtual void tell_connection(ConnectionState state, Timestamp now) noexcept = 0;
  virtual void tell_alive(Timestamp /*now*/) noexcept {}
  /// After the subscriptions were sent.
  virtual void on_login() noexcept {}
  virtual void watch_requests(Timestamp /*now*/) noexcept {}
  /// The connection is gone, or of no use: what was in flight on it is unknown.
  virtual void lose_requests(Timestamp /*now*/) noexcept {}
  virtual void tell_stop(std::int32_t code, std::string_view sentence) noexcept = 0;

  SocketOutput* output() const noexcept { return output_; }  ///< null: of no use
  void restart(std::string_view why, Timestamp now, Pace pace = Pace::Usual) noexcept;
  void count_bad(DecodeError error, std::string_view what) noexcept;
  void count_ignored(std::string_view what) noexcept;

  const Signer& signer_;
  SessionProblems& problems_;
  AccountSessionSettings settings_;
  FrameReader reader_;
  AccountSessionCounters counters_;
  static constexpr std::int32_t kNotLoggedIn = 60011;

 private:
  void handle_frame(const Frame& frame, Timestamp now) noexcept;
  void handle_login(const Frame& frame, Timestamp now) noexcept;
  void handle_error(const Frame& frame, Timestamp now) noexcept;
  void handle_connection_count(const Frame& frame) noexcept;
  void handle_refused_login(std::int32_t code, std::string_view text, Timestamp now) noexcept;
  void handle_refused_subscription(std::int32_t code, std::string_view text,
                                   Timestamp now) noexcept;
  void acknowledge(std::string_view channel, Timestamp now) noexcept;
  void enter(State state, Timestamp now) noexcept;
  void leave(State state, Timestamp now) noexcept;
  void tell(ConnectionState state, Timestamp now) noexcept;
  void stop(std::int32_t code, std::string_view sentence, Timestamp now) noexcept;
  void tell_frame(ProblemKind kind, std::int32_t code, std::string_view what) noexcept;

  std::span<const ChannelRequest> channels_;
  AccountConnectionWatch* watch_ = nullptr;
  SocketOutput* output_ = nullptr;  // null: not connected, or of no use any more
  State state_ = State::Closed;
  Nanos clock_offset_;
  std::uint32_t login_key_ = 0;  // the signer's number of the key
  std::array<bool, kMostChannels> acknowledged_{};
  std::string_view text_;  // the frame being handled, for what is told of it
  Timestamp state_since_;
  Timestamp last_received_;
  std::optional<Timestamp> ping_sent_;
  std::optional<Timestamp> upgrade_noticed_;  // and no successor to be had
  bool renewing_ = false;                     // it was renew_login that noticed it
  int refused_logins_ = 0;
  int refused_subscriptions_ = 0;
  std::string stop_reason_;
};

}  // namespace gannet::okx
