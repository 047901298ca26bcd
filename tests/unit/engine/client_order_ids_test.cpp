#include "engine/client_order_ids.h"

#include <gtest/gtest.h>

#include "engine/fill_keys.h"

namespace gannet::engine {
namespace {

TEST(ClientOrderIds, AreDecimalDigitsOfEngineRunAndSequence) {
  auto ids = ClientOrderIds::start(3, 1'790'000'000, 0);
  ASSERT_TRUE(ids);
  EXPECT_EQ(ids->next().value, 3'179'000'000'000'000'000u);
  EXPECT_EQ(ids->next().value, 3'179'000'000'000'000'001u);
  const auto largest = ClientOrderIds::start(8, 9'999'999'999, 0);
  ASSERT_TRUE(largest);
  EXPECT_LT(8'999'999'999'999'999'999u, std::uint64_t{1} << 63);
}

TEST(ClientOrderIds, RefuseARunThatMayRepeatThem) {  // I3
  EXPECT_EQ(ClientOrderIds::start(1, 1'790'000'000, 1'790'000'000).error(),
            RunRefused::RunNotNewer);
  EXPECT_EQ(ClientOrderIds::start(1, 1'790'000'000, 1'790'000'001).error(),
            RunRefused::RunNotNewer);
  EXPECT_EQ(ClientOrderIds::start(9, 1'790'000'000, 0).error(), RunRefused::EngineNumberOutOfRange);
  EXPECT_EQ(ClientOrderIds::start(0, 1'790'000'000, 0).error(), RunRefused::EngineNumberOutOfRange);
  EXPECT_EQ(ClientOrderIds::start(1, 5, 0).error(), RunRefused::RunOutOfRange);
  EXPECT_TRUE(ClientOrderIds::start(1, 1'790'000'001, 1'790'000'000));
}

TEST(ClientOrderIds, KnowTheirOwn) {
  auto ids = ClientOrderIds::start(3, 1'790'000'000, 0);
  const ClientOrderId id = ids->next();
  EXPECT_TRUE(ids->is_ours(id));
  EXPECT_TRUE(ids->is_of_this_run(id));
  EXPECT_TRUE(ids->is_ours({3'178'000'000'000'000'007u}));
  EXPECT_FALSE(ids->is_of_this_run({3'178'000'000'000'000'007u}));
  EXPECT_FALSE(ids->is_ours({2'179'000'000'000'000'000u}));
  EXPECT_FALSE(ids->is_ours({42}));
  EXPECT_FALSE(ids->is_ours({}));
}

TEST(FillKeys, ForgetTheOldestAndSaySo) {
  FillKeys keys(3);
  for (std::int64_t t = 1; t <= 3; ++t) keys.add({7}, {t}, Timestamp{t * 10});
  EXPECT_EQ(keys.horizon(), Timestamp{0});
  keys.add({8}, {1}, Timestamp{40});
  EXPECT_FALSE(keys.contains({7}, {1}));
  EXPECT_TRUE(keys.contains({7}, {2}));
  EXPECT_TRUE(keys.contains({8}, {1}));
  EXPECT_EQ(keys.horizon(), Timestamp{10});
}

TEST(FillKeys, StayRightOverManyTurnsOfTheRing) {
  FillKeys keys(64);
  for (std::int64_t t = 0; t < 10'000; ++t) {
    ASSERT_FALSE(keys.contains({static_cast<std::uint64_t>(t % 5 + 1)}, {t}));
    keys.add({static_cast<std::uint64_t>(t % 5 + 1)}, {t}, Timestamp{t});
    for (std::int64_t back = 0; back < 64 && back <= t; back += 9)
      ASSERT_TRUE(keys.contains({static_cast<std::uint64_t>((t - back) % 5 + 1)}, {t - back}));
    if (t >= 64) {
      ASSERT_FALSE(keys.contains({static_cast<std::uint64_t>((t - 64) % 5 + 1)}, {t - 64}));
    }
  }
}

}  // namespace
}  // namespace gannet::engine
