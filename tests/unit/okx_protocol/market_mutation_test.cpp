#include <gtest/gtest.h>

#include <random>
#include <string>

#include "fuzz/market_input.h"
#include "support/market_frames.h"
#include "support/padded_text.h"

namespace gannet::okx {
namespace {

// RELIABILITY D, fault 35 and SEC-08: 200,000 damaged frames through the whole public side. It must
// neither crash nor stop taking good frames.

std::string damaged(std::string text, std::mt19937_64& random) {
  constexpr std::string_view kPieces[] = {"\"",
                                          "{",
                                          "}",
                                          "[",
                                          "]",
                                          ",",
                                          ":",
                                          "-1",
                                          "1e9",
                                          "null",
                                          "\\",
                                          "2E+1",
                                          "-0",
                                          "\"\"",
                                          "[[]]",
                                          "9999999999999999999999",
                                          "true",
                                          "\xff",
                                          "0.000000000000000000000000000001"};
  const auto edits = 1 + random() % 4;
  for (std::uint64_t i = 0; i < edits && !text.empty(); ++i) {
    const std::size_t at = random() % text.size();
    switch (random() % 6) {
      case 0:
        text[at] = static_cast<char>(random() % 256);
        break;
      case 1:
        text.erase(at, 1 + random() % 8);
        break;
      case 2:
        text.insert(at, kPieces[random() % std::size(kPieces)]);
        break;
      case 3:
        text.resize(at);
        break;
      case 4: {
        const std::size_t from = random() % text.size();
        text.insert(at, text.substr(from, random() % 40));
        break;
      }
      default:
        text.replace(at, std::min<std::size_t>(3, text.size() - at),
                     kPieces[random() % std::size(kPieces)]);
        break;
    }
  }
  return text;
}

TEST(MarketMutation, SurvivesTwoHundredThousandDamagedFrames) {
  test::MarketInput input;
  std::mt19937_64 random(20'261'123);
  for (int i = 0; i < 200'000; ++i) {
    const std::string_view good = test::kMarketFrames[random() % test::kMarketFrames.size()];
    const test::PaddedText text(damaged(std::string(good), random));
    input.feed(text);
  }
  EXPECT_GT(input.diagnostics(), 0u);
  const std::uint64_t before = input.events();
  const test::PaddedText trade(test::kMarketFrames[6]);
  input.feed(trade);
  EXPECT_EQ(input.events(), before + 1);
}

}  // namespace
}  // namespace gannet::okx
