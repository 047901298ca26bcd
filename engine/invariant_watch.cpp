#include "engine/invariant_watch.h"

#include <algorithm>

namespace gannet::engine {
namespace {

struct LegSums {
  __int128 buy = 0;
  __int128 sell = 0;
  std::uint32_t orders = 0;

  template <class OrderType>
  void add(const OrderType& order) noexcept {
    (order.side == Side::Buy ? buy : sell) += order.counted_leaves.raw;
    ++orders;
  }
};

/// As Exposure tells a sum: it stops there.
std::int64_t told(__int128 sum) noexcept {
  return static_cast<std::int64_t>(std::min<__int128>(sum, risk::Exposure::kLargest.raw));
}

bool is_large(Quantity quantity) noexcept {
  return quantity >= risk::Exposure::kLargest ||
         quantity <= Quantity{-risk::Exposure::kLargest.raw};
}

}  // namespace

std::optional<BrokenInvariant> find_broken_invariant(OrderManager& orders,
                                                     const risk::Exposure& exposure,
                                                     std::size_t strategies,
                                                     InstrumentId instrument) noexcept {
  if (orders.orders_short_of_fills() != 0) return std::nullopt;
  LegSums sums[2];
  const auto leg_of = [&](PositionSide side) -> LegSums& {
    return sums[side == PositionSide::Short ? 1 : 0];
  };
  orders.table().for_each_open([&](const Order& order) {
    if (order.instrument == instrument && order.counted) leg_of(order.position_side).add(order);
  });
  orders.foreign().for_each_open([&](const ForeignOrder& order) {
    if (order.instrument == instrument && order.counted) leg_of(order.position_side).add(order);
  });
  for (const PositionSide leg : {PositionSide::Net, PositionSide::Short}) {
    const LegSums& sum = leg_of(leg);
    const risk::Holding& counted = exposure.of_account(instrument, leg);
    if (counted.working_buy.raw != told(sum.buy))
      return BrokenInvariant{"working buys", counted.working_buy.raw, told(sum.buy)};
    if (counted.working_sell.raw != told(sum.sell))
      return BrokenInvariant{"working sells", counted.working_sell.raw, told(sum.sell)};
    if (counted.open_orders != sum.orders)
      return BrokenInvariant{"open orders", counted.open_orders, sum.orders};
    __int128 position = exposure.of_strategy(StrategyId{}, instrument, leg).position.raw;
    bool is_absurd = is_large(counted.position) || is_large(Quantity{told(position)});
    for (std::uint16_t s = 0; s < strategies; ++s) {
      const Quantity own = exposure.of_strategy(StrategyId{s}, instrument, leg).position;
      is_absurd = is_absurd || is_large(own);
      position += own.raw;
    }
    if (!is_absurd && counted.position.raw != position)
      return BrokenInvariant{"position", counted.position.raw, static_cast<std::int64_t>(position)};
  }
  return std::nullopt;
}

}  // namespace gannet::engine
