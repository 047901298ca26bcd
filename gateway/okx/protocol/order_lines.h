#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <optional>
#include <string_view>

#include "domain/venue.h"
#include "gateway/okx/protocol/order_session.h"
#include "gateway/okx/protocol/session_io.h"

namespace gannet::okx {

/// The private connection, and while it moves, its successor (notice 64008): the new one is logged
/// in, subscribed and usable before the old one goes. From then on requests go by the new one;
/// those in flight on the old one end there. While both are up both are heard, so nothing is lost,
/// and an order push that came by one is dropped when it comes by the other; balances and positions
/// are states and may be told twice. The engine hears of one connection, which never went away, and
/// is told when it should read the account's lists all the same: nobody knows what a line that is
/// about to end has left out.
/// No socket, clock or thread: time comes in. Thread: reactor.
class OrderLines final : private OrderSessionWatch {
 public:
  static constexpr std::size_t kLines = 2;

  OrderLines(const Signer& signer, const AccountContext& context, AccountListener& listener,
             SessionProblems& problems, OrderSessionSettings settings, LineControl& control);

  OrderSession& session(std::size_t line) noexcept { return *sessions_[line]; }
  /// The one to send by.
  OrderSession& current() noexcept { return *sessions_[current_]; }
  const OrderSession& current() const noexcept { return *sessions_[current_]; }
  /// Called when `current` is another one.
  void on_switch(std::function<void(OrderSession&)> told) { told_ = std::move(told); }

  /// Called when pushes may be missing: after a switch, and when one of two lines is lost.
  void on_doubt(std::function<void()> told) { doubt_ = std::move(told); }

  /// The connection of that line will end: move it, after the move that is under way if that is
  /// another one's.
  void replace(std::size_t line) noexcept;
  /// The login of the line in use is to be a new one. During a move: after it, for nobody knows
  /// which login the successor sent.
  void replace_current() noexcept;
  /// At least every 100 ms.
  void on_timer(Timestamp now) noexcept;

  bool is_moving() const noexcept { return stage_ != Stage::Settled; }
  std::uint64_t moves() const noexcept { return moves_; }
  /// Of both lines together.
  OrderSessionCounters counters() const noexcept;

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

  void on_session_connection(const OrderSession& session, ConnectionState state,
                             Timestamp now) noexcept override;
  bool is_news(const OrderSession& session, const ExecutionReport& report) noexcept override;
  std::size_t line_of(const OrderSession& session) const noexcept {
    return &session == &*sessions_[0] ? 0 : 1;
  }
  std::size_t other() const noexcept { return 1 - current_; }
  bool both_up() const noexcept {
    return states_[0] != ConnectionState::Disconnected &&
           states_[1] != ConnectionState::Disconnected;
  }
  void tell(Timestamp now) noexcept;
  void begin_move() noexcept;
  void end_move() noexcept;

  AccountListener& listener_;
  LineControl& control_;
  std::array<std::optional<OrderSession>, kLines> sessions_;
  std::array<ConnectionState, kLines> states_{};
  ConnectionState told_state_ = ConnectionState::Disconnected;
  std::function<void(OrderSession&)> told_;
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
