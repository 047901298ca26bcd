#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <utility>

#include "domain/venue.h"
#include "gateway/okx/protocol/line_pair.h"
#include "gateway/okx/protocol/order_session.h"
#include "gateway/okx/protocol/session_io.h"

namespace gannet::okx {

/// The private connection of an account and its successor while it moves (LinePair). An order push
/// that came by one line is dropped when it comes by the other; balances and positions are states
/// and may be told twice.
/// No socket, clock or thread: time comes in. Thread: reactor.
class OrderLines final : private OrderPushFilter {
 public:
  static constexpr std::size_t kLines = LinePair::kLines;

  OrderLines(const Signer& signer, const AccountContext& context, AccountListener& listener,
             SessionProblems& problems, OrderSessionSettings settings, LineControl& control);

  OrderSession& session(std::size_t line) noexcept { return sessions_[line]; }
  /// The one to send by.
  OrderSession& current() noexcept { return sessions_[pair_.current()]; }
  const OrderSession& current() const noexcept { return sessions_[pair_.current()]; }
  /// Called when `current` is another one.
  void on_switch(std::function<void(OrderSession&)> told) {
    pair_.on_switch([this, told = std::move(told)] { told(current()); });
  }
  /// As LinePair's.
  void on_doubt(std::function<void()> told) { pair_.on_doubt(std::move(told)); }
  void replace(std::size_t line) noexcept { pair_.replace(line); }
  void replace_current() noexcept { pair_.replace_current(); }
  void on_timer(Timestamp now) noexcept { pair_.on_timer(now); }
  bool is_moving() const noexcept { return pair_.is_moving(); }
  bool is_settled_with_current_key() const noexcept { return pair_.is_settled_with_current_key(); }
  std::uint64_t moves() const noexcept { return pair_.moves(); }
  /// Of both lines together.
  OrderSessionCounters counters() const noexcept;

 private:
  bool is_news(const OrderSession& session, const ExecutionReport& report) noexcept override;

  std::array<OrderSession, kLines> sessions_;
  LinePair pair_;
};

}  // namespace gannet::okx
