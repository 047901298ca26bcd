#pragma once

#include "domain/instrument_table.h"
#include "gateway/okx/protocol/instrument_codes.h"

namespace gannet::simtest {

/// What is traded in every run. Engine and venue each have a table of their own, as they would in
/// two processes. All prices have 3 digits and a tick of 0.1, contracts are of 0.01 and lots of a
/// hundredth of one, spot lots are 10^-8.
struct Listing {
  Listing();

  InstrumentTable instruments;
  CurrencyTable currencies;
  okx::InstrumentCodes codes;
};

inline constexpr InstrumentId kFirstSwap{0};
inline constexpr InstrumentId kSecondSwap{1};
inline constexpr InstrumentId kSpot{2};
inline constexpr std::uint32_t kInstruments = 3;
inline constexpr std::int64_t kTick = 100;

/// Where the price of each begins, raw.
constexpr std::int64_t start_price(InstrumentId instrument) noexcept {
  return instrument == kSecondSwap ? 3'000'000 : 61'250'000;
}
/// A typical size of one order, raw.
constexpr std::int64_t size_unit(InstrumentId instrument) noexcept {
  return instrument == kSpot ? 10'000 : 1;
}

}  // namespace gannet::simtest
