#pragma once

#include <string>

#include "test_paths.h"

namespace gannet::test {

/// A backtest's configuration over the golden recording, with the bundled market maker of this
/// build; a test changes one thing.
struct BacktestConfig {
  std::string recording =
      std::string(GANNET_SOURCE_DIR) + "/tests/golden/backtest/btc-usdt-swap.jsonl";
  std::string backtest;  ///< more keys of [backtest]
  std::string latency = "order_to_venue = \"1ms\"\nvenue_to_strategy = \"1ms\"";
  std::string instrument = "BTC-USDT-SWAP";
  std::string plugin = "market_maker";
  std::string book = "best";
  std::string more;

  std::string text() const {
    return "[backtest]\nrecording = \"" + recording + "\"\n" + backtest +
           "\n[backtest.balance]\nUSDT = \"10000\"\n[backtest.latency]\n" + latency +
           "\n[engine]\nplugin_directory = \"" + std::string(GANNET_BINARY_DIR) +
           "/lib/gannet/strategies\"\n[[instrument]]\nname = \"" + instrument +
           "\"\n[[strategy]]\nname = \"quotes\"\nplugin = \"" + plugin +
           "\"\n[strategy.parameters]\ninstrument = \"" + instrument +
           "\"\nquantity = \"1 contract\"\nmax_position = \"5 contracts\"\n"
           "half_spread_bps = 0.01\nbook = \"" +
           book + "\"\n[risk]\ncurrency = \"USDT\"\n" + more;
  }
};

}  // namespace gannet::test
