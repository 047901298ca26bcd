#include <gtest/gtest.h>

#include "bench/alloc_counter.h"
#include "bench/instruction_counter.h"
#include "bench/micro/gate_world.h"

namespace gannet::risk {
namespace {

// PRE-22: the gate with every limit set and every rule enforced.
TEST(GateCost, AllThatAnOrderPassesTakesAtMostThreeThousandInstructionsAndNoMemory) {
  GateWorld world;
  const bench::InstructionCounter instructions;
  for (const InstrumentId instrument : {world.linear, world.inverse}) {
    const OrderIntent intent = world.order(instrument);
    ASSERT_TRUE(world.passes(intent));
    constexpr std::uint64_t kOrders = 1'000;
    const std::uint64_t allocated = bench::allocations();
    const auto first = instructions.read();
    bool all = true;
    for (std::uint64_t i = 0; i < kOrders; ++i) all = world.passes(intent) && all;
    const auto last = instructions.read();
    EXPECT_TRUE(all);
    EXPECT_EQ(bench::allocations(), allocated);
    if (!first || !last) GTEST_SKIP() << "this machine has no instruction counter to ask";
    EXPECT_LE((*last - *first) / kOrders, 3'000u);
  }
}

}  // namespace
}  // namespace gannet::risk
