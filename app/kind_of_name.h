#pragma once

#include <algorithm>
#include <compare>
#include <string>
#include <string_view>

#include "domain/instrument.h"

namespace gannet::app {

/// The venue's kind and family from the shape of its names.
struct KindAndFamily {
  InstrumentKind kind = InstrumentKind::Spot;
  std::string family;
  friend auto operator<=>(const KindAndFamily&, const KindAndFamily&) = default;
};

inline KindAndFamily kind_of(std::string_view name) {
  const auto parts = std::ranges::count(name, '-') + 1;
  const auto second = name.find('-', name.find('-') + 1);
  if (name.ends_with("-SWAP")) return {InstrumentKind::Swap, ""};
  if (parts == 3) return {InstrumentKind::Futures, ""};
  if (parts == 5) return {InstrumentKind::Option, std::string(name.substr(0, second))};
  return {InstrumentKind::Spot, ""};
}

}  // namespace gannet::app
