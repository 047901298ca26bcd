#pragma once

#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <vector>

#include "gannet/abi.h"

#include "base/error.h"
#include "domain/market_events.h"
#include "domain/market_updates.h"

namespace gannet::engine {

/// One line of a plugin's parameter schema, as ours.
struct ParameterSpec {
  std::uint32_t type = GANNET_PARAMETER_TEXT;
  std::string name;
  std::string unit;
  std::optional<std::string> default_value;  ///< absent: must be given
  std::optional<std::string> minimum;
  std::optional<std::string> maximum;
  std::vector<std::string> choices;  ///< empty: anything
  std::string of_instrument;         ///< QUANTITY, PRICE: the parameter that names the instrument
  std::string doc;
};

/// Candles that a plugin wants of every instrument whose candles it wants.
struct WarmUp {
  CandleEvent::Kind kind = CandleEvent::Kind::Trade;
  CandlePeriod period;
  std::uint32_t count = 0;  ///< complete ones told before start; 0: no history
  friend constexpr bool operator==(const WarmUp&, const WarmUp&) noexcept = default;
};

/// What a plugin offers, read from its descriptor once and in our own layout: handlers that its
/// header did not know yet are null.
struct StrategyType {
  std::string name;
  std::string version;
  std::string doc;
  std::vector<ParameterSpec> parameters;
  std::uint32_t channels = 0;  ///< GANNET_WANT_... of every instrument parameter
  BookFeed book = BookFeed::BestBidOffer;
  std::uint32_t depth = 0;  ///< levels a side; 0: all
  std::vector<WarmUp> warm_ups;
  gannet_handlers handlers{};
  std::string path;              ///< of the file; "" for one that is linked in
  std::uint64_t content_id = 0;  ///< of the file's bytes; 0 for one that is linked in
};

/// Checks version, sizes and every field, then copies. Errors say what does not fit and what to do.
std::expected<StrategyType, Error> read_descriptor(const gannet_descriptor* descriptor);

}  // namespace gannet::engine
