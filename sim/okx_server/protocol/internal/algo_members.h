#pragma once

#include <simdjson.h>

#include <cstdint>
#include <optional>
#include <string_view>

#include "sim/algo_desk.h"
#include "sim/okx_server/protocol/internal/order_codes.h"

namespace gannet::okx_server {

// Members of algo order requests. Those that are absent are fine and leave the value alone.

/// Larger prices and distances are nobody's.
inline constexpr std::int64_t kLargestPrice = std::int64_t{1} << 60;
/// An order price that stands for a market order.
inline constexpr std::string_view kMarketPrice = "-1";
/// Exits of one order.
inline constexpr std::size_t kMostAttached = 20;

Verdict bad_member(std::string_view name);
Verdict empty_member(std::string_view name);
Verdict either_member(std::string_view one, std::string_view other);

/// A price above zero.
Verdict take_price(const Instrument& instrument, simdjson::dom::object item, std::string_view name,
                   std::optional<Price>& price);
Verdict take_ratio(simdjson::dom::object item, std::string_view name,
                   std::optional<sim::Ratio>& ratio);
/// "last" when absent.
Verdict take_source(simdjson::dom::object item, std::string_view name, sim::PriceSource& source);
/// Must be there.
Verdict take_quantity(const Instrument& instrument, simdjson::dom::object item,
                      std::string_view name, Quantity& quantity);
/// A distance by share or by price, not both.
Verdict take_distance(const Instrument& instrument, simdjson::dom::object item,
                      std::string_view by_ratio, std::string_view by_price,
                      std::optional<sim::Distance>& distance);
/// The first of an array of objects.
std::optional<simdjson::dom::object> first_object(simdjson::dom::object item,
                                                  std::string_view name);

/// What the members of one exit are called.
struct ExitNames {
  std::string_view trigger, source, price, ratio;
};

}  // namespace gannet::okx_server
