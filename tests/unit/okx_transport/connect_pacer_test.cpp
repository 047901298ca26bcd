#include "gateway/okx/transport/connect_pacer.h"

#include <gtest/gtest.h>

#include <vector>

namespace gannet::okx {
namespace {

constexpr Timestamp kStart{1'795'430'400'000'000'000};

TEST(ConnectPacer, ThreeAtOnceThenTheFourthWaits) {
  ConnectPacer pacer;
  for (int i = 0; i < 3; ++i) EXPECT_EQ(pacer.reserve(kStart), Nanos{});
  EXPECT_GE(pacer.reserve(kStart), seconds(1));
  EXPECT_EQ(pacer.reserve(kStart + seconds(3)), Nanos{});
}

// PROTOCOL 3.1: three a second from one address.
TEST(ConnectPacer, NoWindowOfASecondHoldsMoreThanThree) {
  ConnectPacer pacer;
  std::vector<Timestamp> connects;
  for (int i = 0; i < 40; ++i) {
    const Timestamp now = kStart + milliseconds(i * 10);
    connects.push_back(now + pacer.reserve(now));
  }
  for (std::size_t i = 3; i < connects.size(); ++i) {
    EXPECT_GT(connects[i] - connects[i - 3], seconds(1)) << i;
  }
}

TEST(ConnectPacer, AClockThatSteppedBackHoldsNobodyUp) {
  ConnectPacer pacer;
  for (int i = 0; i < 3; ++i) pacer.reserve(kStart + seconds(3'600));
  EXPECT_EQ(pacer.reserve(kStart), Nanos{});
}

}  // namespace
}  // namespace gannet::okx
