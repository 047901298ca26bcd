#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "simtest/run_settings.h"

namespace gannet::simtest {

struct CampaignSettings {
  std::uint64_t first_seed = 0;
  std::uint64_t last_seed = 0;       ///< inclusive
  std::uint64_t orders = 1'000;      ///< of each run
  std::vector<std::string> without;  ///< kinds of faults that do not happen
  unsigned jobs = 1;                 ///< threads
  std::uint64_t replay_every = 16;   ///< every so many seeds one is run twice (I10); 0: none
};

struct CampaignResult {
  std::uint64_t seeds = 0;
  Nanos virtual_time;
  std::uint64_t orders = 0;
  std::uint64_t fills = 0;
  std::uint64_t restarts = 0;
  std::uint64_t unknown = 0;
  FaultCounts faults{};
  std::uint64_t violations = 0;
  std::optional<std::uint64_t> first_failing_seed;  ///< the smallest
};

void add(CampaignResult& sum, const RunResult& run);

/// Runs the seeds on so many threads, each run on one. `on_run` is told of each, one at a time, in
/// no order; a run whose journal was another when it was run again has violated I10.
CampaignResult run_campaign(const CampaignSettings& settings,
                            const std::function<void(const RunResult& run)>& on_run);

/// {"seeds":..,"virtual_seconds":..,"orders":..,"fills":..,"faults":{"13":n,..},"violations":..,
/// "first_failing_seed":..}: faults by their row in RELIABILITY, part D; null: no seed failed.
std::string to_json(const CampaignResult& result);

/// The violation as a person reads it: seed, invariant, step, time, the last events.
std::string describe(const RunResult& failed);

}  // namespace gannet::simtest
