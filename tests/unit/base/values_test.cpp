#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <thread>
#include <unordered_map>
#include <vector>

#include "base/fixed_map.h"
#include "base/fixed_vector.h"
#include "base/histogram.h"
#include "base/published_value.h"

namespace gannet {
namespace {

TEST(LatencyHistogram, ReadsBackQuantilesWithinOneStep) {
  std::mt19937_64 random(5);
  LatencyHistogram histogram;
  std::vector<std::int64_t> values;
  for (int i = 0; i < 20'000; ++i) {
    const auto value = static_cast<std::int64_t>(random() >> (20 + random() % 40));
    values.push_back(value);
    histogram.record({value});
  }
  std::ranges::sort(values);
  for (const std::uint64_t per_mille : {1u, 250u, 500u, 990u, 999u, 1000u}) {
    const std::size_t rank = (values.size() * per_mille + 999) / 1000 - 1;
    const std::int64_t exact = values[rank];
    const std::int64_t read = histogram.quantile(per_mille).count;
    EXPECT_GE(read, exact);
    EXPECT_LE(read, exact + exact / 16 + 1);
  }
  EXPECT_EQ(histogram.maximum().count, values.back());
  EXPECT_EQ(histogram.count(), values.size());
}

TEST(LatencyHistogram, CountsWhatIsTooLongAndWhatIsNegative) {
  LatencyHistogram histogram;
  EXPECT_EQ(histogram.quantile(500).count, 0);
  histogram.record({-5});
  histogram.record({std::int64_t{1} << 60});
  EXPECT_EQ(histogram.count(), 2u);
  EXPECT_EQ(histogram.quantile(500).count, 0);
  EXPECT_EQ(histogram.maximum().count, std::int64_t{1} << 60);
}

TEST(PublishedValue, IsNeverReadHalfWritten) {
  struct Pair {
    std::uint64_t a = 0;
    std::uint64_t b = 0;
    std::uint32_t c = 0;
  };
  PublishedValue<Pair> value;
  std::atomic<bool> stop{false};
  std::thread writer([&] {
    for (std::uint64_t i = 1; !stop.load(); ++i)
      value.store({i, ~i, static_cast<std::uint32_t>(i)});
  });
  std::uint64_t last = 0;
  while (last == 0) last = value.load().a;
  for (int i = 0; i < 200'000; ++i) {
    const Pair pair = value.load();
    ASSERT_EQ(pair.b, ~pair.a);
    ASSERT_EQ(pair.c, static_cast<std::uint32_t>(pair.a));
    ASSERT_GE(pair.a, last);
    last = pair.a;
  }
  stop = true;
  writer.join();
}

TEST(FixedMap, AgreesWithTheStandardMapUnderRandomUse) {
  std::mt19937_64 random(9);
  FixedMap<std::uint64_t> map(64);
  std::unordered_map<std::uint64_t, std::uint64_t> twin;
  for (int i = 0; i < 200'000; ++i) {
    const std::uint64_t key = 1'000'000 + random() % 120;
    switch (random() % 3) {
      case 0: {
        const bool had_room = twin.contains(key) || twin.size() < 64;
        auto* kept = map.insert(key, key * 3);
        ASSERT_EQ(kept != nullptr, had_room);
        if (had_room) twin.emplace(key, key * 3);
        break;
      }
      case 1:
        ASSERT_EQ(map.erase(key), twin.erase(key) == 1);
        break;
      default: {
        const auto* found = map.find(key);
        ASSERT_EQ(found != nullptr, twin.contains(key));
        if (found != nullptr) {
          ASSERT_EQ(*found, key * 3);
        }
      }
    }
    ASSERT_EQ(map.size(), twin.size());
  }
}

TEST(FixedVector, SaysWhenItIsFullAndKeepsOrderOnErase) {
  FixedVector<int, 3> vector;
  EXPECT_TRUE(vector.push(1));
  EXPECT_TRUE(vector.push(2));
  EXPECT_TRUE(vector.push(3));
  EXPECT_FALSE(vector.push(4));
  vector.erase(0);
  ASSERT_EQ(vector.size(), 2u);
  EXPECT_EQ(vector[0], 2);
  EXPECT_EQ(vector[1], 3);
}

}  // namespace
}  // namespace gannet
