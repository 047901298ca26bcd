#pragma once

#include <string>

#include "simtest/run_settings.h"

namespace gannet::simtest {

/// A failing run cut down as far as it goes on breaking the same invariant.
struct Shrunk {
  RunSettings settings;
  RunResult result;
  std::uint64_t runs = 0;  ///< that it took
};

/// Leaves out faults (whole groups first, then one by one), orders, and the end of the storm.
/// Requires: the run fails.
Shrunk shrink(const RunSettings& failing);

/// The scenario for people: how to run it, its faults in words, what happens; and the row that
/// makes it a test (tests/simulation/simtest_seeds_test.cpp).
std::string describe(const Shrunk& shrunk);

}  // namespace gannet::simtest
