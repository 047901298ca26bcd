#pragma once

#include "gateway/okx/protocol/instrument_codes.h"

namespace gannet::test {

inline constexpr InstrumentId kBtcSpot{0};
inline constexpr InstrumentId kBtcSwap{1};
inline constexpr InstrumentId kEthSwap{2};

/// BTC-USDT (3 price digits, 8 quantity digits), BTC-USDT-SWAP (3, 2) and ETH-USD-SWAP (4, 1).
inline okx::InstrumentCodes market_codes() {
  okx::InstrumentCodes codes;
  codes.add({kBtcSpot, std::string_view("BTC-USDT"), std::string_view(""),
             std::string_view("BTC-USDT"), InstrumentKind::Spot, 3, 8, 101});
  codes.add({kBtcSwap, std::string_view("BTC-USDT-SWAP"), std::string_view("BTC-USDT"),
             std::string_view("BTC-USDT"), InstrumentKind::Swap, 3, 2, 102});
  codes.add({kEthSwap, std::string_view("ETH-USD-SWAP"), std::string_view("ETH-USD"),
             std::string_view("ETH-USD"), InstrumentKind::Swap, 4, 1, std::nullopt});
  return codes;
}

}  // namespace gannet::test
