#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"

namespace gannet::simtest {

/// One run. The same settings give the same run, to the last byte of its journal.
struct RunSettings {
  std::uint64_t seed = 1;
  /// Orders that the strategies send before the faults stop.
  std::uint64_t orders = 1'000;
  /// Of the faults that the seed plans, by their place in the plan, those that happen; absent: all.
  std::optional<std::vector<std::uint32_t>> keep;
  /// Kinds of faults, by name, that do not happen.
  std::vector<std::string> without;
  /// The faults stop so long after the engine was first ready; zero: when the plan is through.
  Nanos storm;
  /// Told every step, one line each. May be empty.
  std::function<void(std::string_view line)> trace;
};

/// Rows of the fault list in RELIABILITY, part D; index 0 is not used.
inline constexpr std::size_t kFaultRows = 61;
using FaultCounts = std::array<std::uint64_t, kFaultRows>;

/// A broken invariant, as a person wants to read it.
struct Violation {
  std::string invariant;  ///< "I1", "I11", "POST-01"
  std::string what;       ///< one sentence
  std::uint64_t step = 0;
  Nanos at;  ///< since the start of the run
  std::vector<std::string> last_events;
};

struct RunResult {
  std::uint64_t seed = 0;
  std::uint64_t orders = 0;  ///< requests for new orders, algo orders too
  std::uint64_t fills = 0;   ///< at the venue
  std::uint64_t restarts = 0;
  std::uint64_t unknown = 0;  ///< outcomes that became unknown
  std::uint64_t steps = 0;
  Nanos virtual_time;
  Nanos storm;  ///< how long the faults went on
  FaultCounts faults{};
  std::size_t planned = 0;         ///< faults of the seed's plan
  std::uint64_t journal_hash = 0;  ///< of every byte ever written (I10)
  std::optional<Violation> violation;
};

RunResult run(const RunSettings& settings);

/// The seed's plan of faults, one line each, for people: what `keep` chooses from.
std::vector<std::string> describe_plan(std::uint64_t seed);

}  // namespace gannet::simtest
