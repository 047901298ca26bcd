#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <vector>

#include "support/wired_engine.h"

namespace gannet::test {

/// Orders one after the other, as a strategy would send them that minds what became of them: each
/// step has a position to reach, or none to change, and is tried again until it has. So the end
/// does not depend on when anything was lost.
class OrderRun {
 public:
  /// Five steps are six orders. `pace`: from the end of one step to the next.
  OrderRun(WiredEngine& wired, std::uint64_t orders, Nanos pace = {})
      : wired_(wired), steps_(orders * 5 / 6 + 1), pace_(pace) {}

  bool is_done() const { return step_ >= steps_; }
  Quantity target() const { return target_; }
  std::uint64_t sent() const { return sent_; }

  void work() {
    if (is_done() || wired_.now < not_before_) return;
    if (handles_.empty()) return begin();
    if (std::ranges::all_of(handles_, [&](Handle handle) { return has_ended(handle); }))
      return end();
    const Handle open = *std::ranges::find_if(handles_, [&](Handle h) { return !has_ended(h); });
    const engine::Order& order = *wired_.order(open);
    const bool rests = order.phase == engine::OrderPhase::Live && !order.unknown;
    if (!rests) return;
    if (kind() == Kind::Maker && !did_next_) {
      did_next_ = true;
      wired_.market(Side::Sell, kInside, order.quantity, {}, sim::OrderType::ImmediateOrCancel);
    } else if (kind() == Kind::Amended && !did_next_) {
      did_next_ = true;
      wired_.amend(open, Price{kFar.raw - 100});
    } else if (kind() == Kind::Batch || (kind() == Kind::Amended && order.amends.empty())) {
      if (cancelled_ && order.cancel_wish != engine::CancelWish::None) return;
      cancelled_ = true;
      for (std::size_t i = 0; i < handles_.size(); ++i)
        wired_.cancel(handles_[i], i + 1 < handles_.size());
    }
  }

 private:
  enum class Kind { Buy, Sell, Batch, Amended, Maker };
  static constexpr Price kInside{61'250'000};
  static constexpr Price kFar{60'000'000};

  Kind kind() const { return static_cast<Kind>(step_ % 5); }
  bool trades() const {
    return kind() == Kind::Buy || kind() == Kind::Sell || kind() == Kind::Maker;
  }
  bool has_ended(Handle handle) {
    const engine::Order* order = wired_.order(handle);
    return order == nullptr || (!order->is_open() && order->is_settled());
  }

  void begin() {
    if (!wired_.is_ready()) return;
    if (!has_target_) {
      has_target_ = true;
      if (kind() == Kind::Buy) target_ += Quantity{2};
      if (kind() == Kind::Sell) target_ = target_ - Quantity{1};
      if (kind() == Kind::Maker) target_ += Quantity{1};
    }
    did_next_ = cancelled_ = false;
    const Quantity missing = target_ - wired_.position(wired_.swap);
    if (trades() && missing.raw == 0) return next();
    const Side side = kind() == Kind::Sell ? Side::Sell : Side::Buy;
    ASSERT_TRUE(!trades() || (missing.raw > 0) == (side == Side::Buy)) << "traded too much";
    OrderIntent order = WiredEngine::intent(wired_.swap, side, kFar, {1});
    if (trades()) order.quantity = {std::abs(missing.raw)};
    switch (kind()) {
      case Kind::Buy:
        order.price = WiredEngine::kAsk;
        order.time_in_force = TimeInForce::ImmediateOrCancel;
        break;
      case Kind::Sell:
        order.price = WiredEngine::kBid;
        order.time_in_force = TimeInForce::ImmediateOrCancel;
        break;
      case Kind::Maker:
        order.price = kInside;
        order.post_only = true;
        break;
      case Kind::Batch:
        handles_.push_back(wired_.place(order, true));
        ++sent_;
        break;
      case Kind::Amended:
        break;
    }
    handles_.push_back(wired_.place(order));
    ++sent_;
  }
  void end() {
    handles_.clear();
    if (!trades() || wired_.position(wired_.swap) == target_) next();
  }
  void next() {
    ++step_;
    has_target_ = false;
    not_before_ = wired_.now + pace_;
  }

  WiredEngine& wired_;
  std::uint64_t steps_;
  Nanos pace_;
  Timestamp not_before_;
  std::uint64_t sent_ = 0;
  std::uint64_t step_ = 0;
  Quantity target_;
  std::vector<Handle> handles_;
  bool has_target_ = false;
  bool did_next_ = false;
  bool cancelled_ = false;
};

}  // namespace gannet::test
