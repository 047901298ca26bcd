#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "domain/venue.h"
#include "gateway/okx/protocol/account_context.h"
#include "gateway/okx/protocol/decode_algo.h"
#include "gateway/okx/protocol/frame.h"
#include "gateway/okx/protocol/session_io.h"
#include "gateway/okx/protocol/session_problems.h"
#include "gateway/okx/protocol/signing.h"

namespace gannet::okx {

struct AlgoSessionSettings {
  Nanos login_timeout = seconds(10);
  Nanos subscribe_timeout = seconds(10);
  Nanos quiet_before_ping = seconds(5);
  Nanos pong_timeout = seconds(5);
  int login_retries = 2;      ///< in a row, after refusals that a corrected clock may heal
  int subscribe_retries = 3;  ///< in a row
};

struct AlgoSessionCounters {
  std::uint64_t frames = 0;
  std::uint64_t malformed = 0;
  std::uint64_t unknown_instruments = 0;
  std::uint64_t ignored_frames = 0;
};

/// The business socket with login: what the venue tells of algo orders while they work. Their
/// children come by the order session, and what was missed here by the lists: so this connection's
/// loss is no loss of the account's, and it tells when it is ready again only to have the lists
/// read
/// (`take_ready`). Thread: reactor.
class AlgoSession final : public SocketSession, private AlgoRows {
 public:
  enum class State : std::uint8_t { Closed, LoggingIn, Subscribing, Ready, Stopped };

  AlgoSession(const Signer& signer, const AccountContext& context, AccountListener& listener,
              SessionProblems& problems, AlgoSessionSettings settings)
      : signer_(signer),
        context_(context),
        listener_(listener),
        problems_(problems),
        settings_(settings) {}

  void on_open(SocketOutput& output, Timestamp now) noexcept override;
  void on_text(std::string_view text, Timestamp now) noexcept override;
  void on_closed(Timestamp now) noexcept override;
  void on_timer(Timestamp now) noexcept override;

  /// Venue clock minus our wall clock; used for the next login.
  void set_clock_offset(Nanos offset) noexcept { clock_offset_ = offset; }
  /// The key is another one: it connects and logs in anew.
  void renew_login(Timestamp now) noexcept {
    if (output_ != nullptr) restart("logging in with another key", now);
  }
  State state() const noexcept { return state_; }
  bool ready() const noexcept { return state_ == State::Ready; }
  /// It became ready since the last call.
  bool take_ready() noexcept { return std::exchange(became_ready_, false); }
  /// Stopped for good: why, in one sentence; "" otherwise.
  std::string_view stop_reason() const noexcept { return stop_reason_; }
  const AlgoSessionCounters& counters() const noexcept { return counters_; }

 private:
  static constexpr std::size_t kChannels = 2;

  void on_algo_row(const AlgoReport& report) noexcept override;
  void on_bad_algo(const AlgoReport& ids, DecodeError error) noexcept override;
  void handle_frame(const Frame& frame, Timestamp now) noexcept;
  void handle_login(std::int32_t code, std::string_view message, Timestamp now) noexcept;
  void handle_refused_subscription(std::int32_t code, std::string_view message,
                                   Timestamp now) noexcept;
  void acknowledge(std::string_view channel, Timestamp now) noexcept;
  void enter(State state, Timestamp now) noexcept;
  void restart(std::string_view why, Timestamp now) noexcept;
  void stop(std::int32_t code, Timestamp now) noexcept;
  void count_bad(DecodeError error) noexcept;

  const Signer& signer_;
  const AccountContext& context_;
  AccountListener& listener_;
  SessionProblems& problems_;
  AlgoSessionSettings settings_;
  FrameReader reader_;
  SocketOutput* output_ = nullptr;
  State state_ = State::Closed;
  Nanos clock_offset_;
  std::array<bool, kChannels> acknowledged_{};
  bool became_ready_ = false;
  Timestamp state_since_;
  Timestamp last_received_;
  std::optional<Timestamp> ping_sent_;
  int refused_logins_ = 0;
  int refused_subscriptions_ = 0;
  std::string stop_reason_;
  AlgoSessionCounters counters_;
};

}  // namespace gannet::okx
