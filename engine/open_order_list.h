#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "gannet/abi.h"

#include "engine/lane_messages.h"

namespace gannet::engine {

/// A strategy's own open orders as its lane knows them: from the place call until the final event.
/// In order of handle, so that what a strategy decides from the list is the same in every run.
/// Thread: the lane's. Memory is taken at construction.
class OpenOrderList {
 public:
  explicit OpenOrderList(std::size_t capacity) { orders_.reserve(capacity); }

  bool full() const noexcept { return orders_.size() == orders_.capacity(); }
  std::span<const gannet_open_order> view() const noexcept { return orders_; }
  gannet_open_order* find(std::uint64_t handle) noexcept;
  /// False if there is no room.
  bool add(const gannet_open_order& order) noexcept;
  /// Applies what became of the order: removes it when it ended, adds it when it was adopted.
  void apply(const OrderEvent& event) noexcept;

 private:
  std::vector<gannet_open_order> orders_;
};

}  // namespace gannet::engine
