#include <gtest/gtest.h>

#include <cstdlib>
#include <string>

#include "bench/alloc_counter.h"
#include "bench/instruction_counter.h"
#include "bench/micro/gate_world.h"
#include "test_paths.h"

namespace gannet::risk {
namespace {

constexpr std::uint64_t kMostInstructions = 3'000;

/// By callgrind, where the processor does not count.
void expect_few_by_callgrind() {
  const std::string count = "python3 " GANNET_SOURCE_DIR
                            "/tools/instruction_guard.py --program " GANNET_BINARY_DIR
                            "/bin/instruction_paths --at-most " +
                            std::to_string(kMostInstructions) + " risk/gate";
  EXPECT_EQ(std::system(count.c_str()), 0) << count;
}

// PRE-22: the gate with every limit set and every rule enforced. Inverse contracts divide in 128
// bits and take more: the instruction guard holds them to what was accepted (risk/gate_inverse).
TEST(GateCost, AllThatALinearOrderPassesTakesAtMostThreeThousandInstructionsAndNoMemory) {
  GateWorld world;
  const bench::InstructionCounter instructions;
  bool counts = true;
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
    counts = first && last;
    if (counts && instrument == world.linear) {
      EXPECT_LE((*last - *first) / kOrders, kMostInstructions);
    }
  }
  if (!counts) expect_few_by_callgrind();
}

}  // namespace
}  // namespace gannet::risk
