#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <utility>

#include "domain/algo_orders.h"
#include "domain/instrument.h"

namespace gannet::okx {

// The venue's words for algo orders, and what it has none for, as tables that the compiler checks.
// [PROTOCOL 7.5, 8.2]

constexpr std::string_view word(AlgoKind kind) noexcept {
  switch (kind) {
    case AlgoKind::Conditional:
      return "conditional";
    case AlgoKind::OneCancelsOther:
      return "oco";
    case AlgoKind::Trigger:
      return "trigger";
    case AlgoKind::TrailingStop:
      return "move_order_stop";
    case AlgoKind::Iceberg:
      return "smart_iceberg";
    case AlgoKind::TimeWeighted:
      return "twap";
    case AlgoKind::Chase:
      return "chase";
  }
  std::unreachable();
}
/// The older iceberg is listed still, and no longer placed.
constexpr std::optional<AlgoKind> algo_kind_of(std::string_view text) noexcept {
  for (int i = 0; i < kAlgoKinds; ++i) {
    const auto kind = static_cast<AlgoKind>(i);
    if (text == word(kind)) return kind;
  }
  if (text == "iceberg") return AlgoKind::Iceberg;
  return std::nullopt;
}

/// Only the first two may be asked for together.
inline constexpr std::string_view kAlgoLists[] = {
    "conditional,oco", "trigger", "move_order_stop", "smart_iceberg", "iceberg", "twap", "chase"};

/// orders-algo tells the first three kinds, algo-advance the others. [5.8]
constexpr std::string_view word(TriggerSource source) noexcept {
  switch (source) {
    case TriggerSource::Last:
      return "last";
    case TriggerSource::Index:
      return "index";
    case TriggerSource::Mark:
      return "mark";
  }
  std::unreachable();
}
constexpr std::optional<TriggerSource> trigger_source_of(std::string_view text) noexcept {
  if (text == "last" || text.empty()) return TriggerSource::Last;
  if (text == "index") return TriggerSource::Index;
  if (text == "mark") return TriggerSource::Mark;
  return std::nullopt;
}

constexpr std::string_view word(Aggressiveness how) noexcept {
  switch (how) {
    case Aggressiveness::Passive:
      return "conservative";
    case Aggressiveness::Middle:
      return "mid";
    case Aggressiveness::Aggressive:
      return "radical";
  }
  std::unreachable();
}

/// Two words that only a client library's recordings have ("order_placed", "filled") stand for what
/// the documents call effective. [5.8]
constexpr std::optional<AlgoState> algo_state_of(std::string_view text) noexcept {
  if (text == "live") return AlgoState::Live;
  if (text == "pause") return AlgoState::Paused;
  if (text == "partially_effective") return AlgoState::PartiallyEffective;
  if (text == "effective" || text == "order_placed" || text == "filled")
    return AlgoState::Effective;
  if (text == "canceled") return AlgoState::Cancelled;
  if (text == "order_failed") return AlgoState::Failed;
  if (text == "partially_failed") return AlgoState::PartiallyFailed;
  return std::nullopt;
}

/// Why the venue would not take it.
enum class AlgoGap : std::uint8_t {
  None,
  NotForOptions,     ///< options have conditional and trigger orders alone
  DerivativesOnly,   ///< chase, close-position, and the reduce-only flag
  SpotByLastOnly,    ///< spot has no mark price, and its triggers go by the last price
  CloseNeedsMarket,  ///< who closes the whole position names no price
  NoChaseInTrigger,  ///< a trigger puts in limit and market orders here
  MarketGoesAsItIs,  ///< a market order has no time in force
};

constexpr AlgoGap gap_of(const AlgoTerms& terms, InstrumentKind kind) noexcept {
  const bool derivative = kind == InstrumentKind::Swap || kind == InstrumentKind::Futures;
  const bool by_last =
      terms.source == TriggerSource::Last && terms.stop_source == TriggerSource::Last;
  if (kind == InstrumentKind::Option && terms.kind != AlgoKind::Conditional &&
      terms.kind != AlgoKind::Trigger)
    return AlgoGap::NotForOptions;
  if (terms.kind == AlgoKind::Chase && !derivative) return AlgoGap::DerivativesOnly;
  if (terms.close_position && !derivative) return AlgoGap::DerivativesOnly;
  if (terms.reduce_only && kind == InstrumentKind::Spot) return AlgoGap::DerivativesOnly;
  if (kind == InstrumentKind::Spot && !by_last) return AlgoGap::SpotByLastOnly;
  if (terms.close_position && (terms.limit.raw != 0 || terms.stop_limit.raw != 0))
    return AlgoGap::CloseNeedsMarket;
  if (terms.time_in_force != TimeInForce::GoodTillCancel && terms.limit.raw == 0)
    return AlgoGap::MarketGoesAsItIs;
  return AlgoGap::None;
}

namespace algo_examples {
constexpr AlgoTerms of(AlgoKind kind) noexcept {
  AlgoTerms terms;
  terms.kind = kind;
  return terms;
}
constexpr AlgoTerms closing() noexcept {
  AlgoTerms terms;
  terms.close_position = terms.reduce_only = true;
  return terms;
}
constexpr AlgoTerms by_mark() noexcept {
  AlgoTerms terms;
  terms.stop_source = TriggerSource::Mark;
  return terms;
}
}  // namespace algo_examples
static_assert(gap_of(algo_examples::of(AlgoKind::Chase), InstrumentKind::Swap) == AlgoGap::None);
static_assert(gap_of(algo_examples::of(AlgoKind::Chase), InstrumentKind::Spot) ==
              AlgoGap::DerivativesOnly);
static_assert(gap_of(algo_examples::of(AlgoKind::TimeWeighted), InstrumentKind::Option) ==
              AlgoGap::NotForOptions);
static_assert(gap_of(algo_examples::of(AlgoKind::Trigger), InstrumentKind::Option) ==
              AlgoGap::None);
static_assert(gap_of(algo_examples::closing(), InstrumentKind::Futures) == AlgoGap::None);
static_assert(gap_of(algo_examples::closing(), InstrumentKind::Spot) == AlgoGap::DerivativesOnly);
static_assert(gap_of(algo_examples::by_mark(), InstrumentKind::Spot) == AlgoGap::SpotByLastOnly);
static_assert(gap_of(algo_examples::by_mark(), InstrumentKind::Swap) == AlgoGap::None);
static_assert(algo_kind_of("smart_iceberg") == AlgoKind::Iceberg);
static_assert(algo_kind_of("move_order_stop") == AlgoKind::TrailingStop);
static_assert(!algo_kind_of("grid"));
static_assert(!algo_state_of(""));

}  // namespace gannet::okx
