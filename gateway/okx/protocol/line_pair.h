#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>

#include "domain/venue.h"
#include "gateway/okx/protocol/account_session.h"
#include "gateway/okx/protocol/session_io.h"

namespace gannet::okx {

/// A connection with a login, and while it moves (notice 64008, another key), its successor: the
/// new one is logged in, subscribed and usable before the old one goes. From then on it is the one
/// in use; requests in flight on the old one end there. While both are up both are heard, so
/// nothing is lost. Whoever listens hears of one connection, which never went away, and is told
/// when the account's lists should be read all the same: nobody knows what a line that is about to
/// end has left out.
/// No socket, clock or thread: time comes in. Thread: reactor.
class LinePair final : private AccountConnectionWatch {
 public:
  static constexpr std::size_t kLines = 2;

  /// References outlive the pair.
  LinePair(AccountSession& first, AccountSession& second, LineControl& control);

  std::size_t current() const noexcept { return current_; }
  AccountSession& session(std::size_t line) const noexcept { return *sessions_[line]; }

  /// The better of the two connections is another one.
  void on_connection(std::function<void(ConnectionState, Timestamp)> told) {
    connection_ = std::move(told);
  }
  /// `current` is another one.
  void on_switch(std::function<void()> told) { switch_ = std::move(told); }
  /// Pushes may be missing: after a switch, and when one of two lines is lost.
  void on_doubt(std::function<void()> told) { doubt_ = std::move(told); }

  /// The connection of that line will end: move it, after the move that is under way if that is
  /// another one's.
  void replace(std::size_t line) noexcept;
  /// The login of the line in use is to be a new one. During a move: after it, for nobody knows
  /// which login the successor sent.
  void replace_current() noexcept;
  /// At least every 100 ms.
  void on_timer(Timestamp now) noexcept;

  bool is_moving() const noexcept { return stage_ != Stage::Settled || wanted_; }
  /// Ready, by a login of the key that is in use now, and nothing moves.
  bool is_settled_with_current_key() const noexcept {
    return !is_moving() && sessions_[current_]->ready() && !sessions_[current_]->has_old_login();
  }
  std::uint64_t moves() const noexcept { return moves_; }

  /// False: the other line told the same already. `hash`: of what is told.
  bool is_news(const AccountSession& session, std::uint64_t hash, Timestamp received) noexcept;

  /// For requests in flight on the old connection to end.
  static constexpr Nanos kPatience = seconds(20);
  /// After the old connection's end, for what it told last to come by the new one, too.
  static constexpr Nanos kTwinsWithin = seconds(5);

 private:
  enum class Stage : std::uint8_t {
    Settled,  ///< one connection
    Joining,  ///< the successor connects, logs in, subscribes
    Leaving,  ///< the successor is in use; requests in flight on the old one end
  };
  struct Heard {
    std::uint64_t hash = 0;
    std::uint8_t by = 0;  // bit: line
  };

  void on_session_connection(const AccountSession& session, ConnectionState state,
                             Timestamp now) noexcept override;
  std::size_t line_of(const AccountSession& session) const noexcept {
    return &session == sessions_[0] ? 0 : 1;
  }
  std::size_t other() const noexcept { return 1 - current_; }
  bool both_up() const noexcept {
    return states_[0] != ConnectionState::Disconnected &&
           states_[1] != ConnectionState::Disconnected;
  }
  void tell(Timestamp now) noexcept;
  void begin_move() noexcept;
  void end_move() noexcept;

  std::array<AccountSession*, kLines> sessions_;
  LineControl& control_;
  std::array<ConnectionState, kLines> states_{};
  ConnectionState told_state_ = ConnectionState::Disconnected;
  std::function<void(ConnectionState, Timestamp)> connection_;
  std::function<void()> switch_;
  std::function<void()> doubt_;
  std::array<bool, kLines> said_goodbye_{};
  bool wanted_ = false;  // another move, when this one is over
  std::size_t current_ = 0;
  Stage stage_ = Stage::Settled;
  Timestamp switched_;
  Timestamp both_up_until_;
  std::uint64_t moves_ = 0;
  // What was pushed while both were up; more than a second of the busiest account's orders.
  std::array<Heard, 1024> heard_{};
  std::size_t heard_next_ = 0;
};

}  // namespace gannet::okx
