#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "simtest/campaign.h"
#include "simtest/run_settings.h"

// The seeded fault simulation (docs/simulation-testing.md): scenarios that once broke an invariant,
// as `gannet simtest --shrink` printed them, and what a run promises whatever the seed.
// [RELIABILITY part D, I1-I12]

namespace gannet::simtest {
namespace {

struct Scenario {
  std::uint64_t seed;
  std::uint64_t orders;
  std::vector<std::uint32_t> keep;  ///< faults of the seed's plan
  std::int64_t storm_ms;
  const char* what = "";  ///< it once found
};

RunSettings settings_of(const Scenario& scenario) {
  RunSettings settings;
  settings.seed = scenario.seed;
  settings.orders = scenario.orders;
  settings.keep = scenario.keep;
  settings.storm = milliseconds(scenario.storm_ms);
  return settings;
}

TEST(SimtestRun, TheSameSettingsGiveTheSameRun) {
  RunSettings settings;
  settings.seed = 3;
  settings.orders = 60;
  const RunResult once = run(settings);
  const RunResult again = run(settings);
  EXPECT_EQ(once.journal_hash, again.journal_hash);  // I10
  EXPECT_EQ(once.steps, again.steps);
  EXPECT_EQ(once.fills, again.fills);
  EXPECT_GT(once.orders, 10u);
  settings.seed = 4;
  EXPECT_NE(run(settings).journal_hash, once.journal_hash);
}

TEST(SimtestRun, ARunWithoutFaultsComesToRestAndAgrees) {
  Scenario calm{11, 150, {}, 0};
  const RunResult result = run(settings_of(calm));
  EXPECT_FALSE(result.violation) << describe(result);
  EXPECT_GE(result.orders, 150u);
  EXPECT_GT(result.fills, 0u);
  EXPECT_EQ(result.restarts, 0u);
  for (const std::uint64_t times : result.faults) EXPECT_EQ(times, 0u);
}

TEST(SimtestCampaign, SumsItsRunsAndSaysSoInOneLine) {
  CampaignSettings settings;
  settings.first_seed = 20;
  settings.last_seed = 23;
  settings.orders = 40;
  settings.jobs = 2;
  settings.replay_every = 2;
  std::uint64_t told = 0;
  const CampaignResult sum = run_campaign(settings, [&](const RunResult& run) {
    ++told;
    EXPECT_FALSE(run.violation) << describe(run);
  });
  EXPECT_EQ(told, 4u);
  EXPECT_EQ(sum.seeds, 4u);
  EXPECT_GE(sum.orders, 100u);
  const std::string json = to_json(sum);
  EXPECT_TRUE(json.starts_with(R"({"seeds":4,"virtual_seconds":)")) << json;
  EXPECT_TRUE(json.ends_with(R"("violations":0,"first_failing_seed":null})")) << json;
}

TEST(SimtestPlan, NeighbouringSeedsPlanOtherFaults) {
  EXPECT_EQ(describe_plan(7), describe_plan(7));
  EXPECT_NE(describe_plan(7), describe_plan(8));
}

TEST(SimtestScenario, WhatOnceBrokeAnInvariantHolds) {
  const std::vector<Scenario> scenarios{
      {3770, 400, {3, 11}, 6933, "an amend of exits that did not live yet, over a restart"},
  };
  for (const Scenario& scenario : scenarios) {
    const RunResult result = run(settings_of(scenario));
    EXPECT_FALSE(result.violation) << scenario.what << "\n" << describe(result);
  }
}

}  // namespace
}  // namespace gannet::simtest
