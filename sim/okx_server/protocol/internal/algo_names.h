#pragma once

#include <array>
#include <optional>
#include <string_view>
#include <utility>

#include "sim/algo_desk.h"

namespace gannet::okx_server {

// OKX's words for what the desk of algo orders knows. OKX API v5, algo trading.

inline constexpr std::array<std::pair<std::string_view, sim::AlgoType>, 8> kAlgoTypes{{
    {"conditional", sim::AlgoType::Conditional},
    {"oco", sim::AlgoType::OneCancelsOther},
    {"trigger", sim::AlgoType::Trigger},
    {"move_order_stop", sim::AlgoType::TrailingStop},
    {"iceberg", sim::AlgoType::Iceberg},
    {"smart_iceberg", sim::AlgoType::SmartIceberg},
    {"twap", sim::AlgoType::TimeWeighted},
    {"chase", sim::AlgoType::Chase},
}};

constexpr std::string_view name_of(sim::AlgoType type) noexcept {
  for (const auto& [name, known] : kAlgoTypes) {
    if (known == type) return name;
  }
  return "";
}
constexpr std::optional<sim::AlgoType> parse_algo_type(std::string_view text) noexcept {
  for (const auto& [name, known] : kAlgoTypes) {
    if (name == text) return known;
  }
  return std::nullopt;
}

constexpr std::string_view name_of(sim::AlgoState state) noexcept {
  switch (state) {
    case sim::AlgoState::Live:
      return "live";
    case sim::AlgoState::Paused:
      return "pause";
    case sim::AlgoState::Effective:
      return "effective";
    case sim::AlgoState::PartiallyEffective:
      return "partially_effective";
    case sim::AlgoState::Cancelled:
      return "canceled";
    case sim::AlgoState::Failed:
      return "order_failed";
    case sim::AlgoState::PartiallyFailed:
      return "partially_failed";
  }
  return "";
}

constexpr std::string_view name_of(sim::PriceSource source) noexcept {
  switch (source) {
    case sim::PriceSource::Last:
      return "last";
    case sim::PriceSource::Index:
      return "index";
    case sim::PriceSource::Mark:
      return "mark";
  }
  return "";
}
constexpr std::optional<sim::PriceSource> parse_price_source(std::string_view name) noexcept {
  if (name.empty() || name == "last") return sim::PriceSource::Last;
  if (name == "index") return sim::PriceSource::Index;
  if (name == "mark") return sim::PriceSource::Mark;
  return std::nullopt;
}

constexpr std::string_view name_of(sim::Aggressiveness how) noexcept {
  switch (how) {
    case sim::Aggressiveness::Radical:
      return "radical";
    case sim::Aggressiveness::Mid:
      return "mid";
    case sim::Aggressiveness::Conservative:
      return "conservative";
  }
  return "";
}

constexpr std::string_view name_of(sim::TriggeredOrder type) noexcept {
  switch (type) {
    case sim::TriggeredOrder::Plain:
      return "";
    case sim::TriggeredOrder::ImmediateOrCancel:
      return "ioc";
    case sim::TriggeredOrder::FillOrKill:
      return "fok";
    case sim::TriggeredOrder::Chase:
      return "chase";
  }
  return "";
}

/// `source` of an order that an algo order put in: PROTOCOL 5.1.
constexpr std::string_view order_source(sim::AlgoType type) noexcept {
  switch (type) {
    case sim::AlgoType::Conditional:
    case sim::AlgoType::OneCancelsOther:
      return "7";
    case sim::AlgoType::Trigger:
      return "6";
    case sim::AlgoType::TrailingStop:
      return "25";
    case sim::AlgoType::Iceberg:
    case sim::AlgoType::SmartIceberg:
    case sim::AlgoType::TimeWeighted:
      return "13";
    case sim::AlgoType::Chase:
      return "34";
  }
  return "";
}

/// Told on `algo-advance`; the others on `orders-algo`.
constexpr bool is_advanced(sim::AlgoType type) noexcept {
  return type == sim::AlgoType::TrailingStop || type == sim::AlgoType::Iceberg ||
         type == sim::AlgoType::SmartIceberg || type == sim::AlgoType::TimeWeighted;
}

}  // namespace gannet::okx_server
