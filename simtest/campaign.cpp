#include "simtest/campaign.h"

#include <algorithm>
#include <atomic>
#include <mutex>
#include <thread>

namespace gannet::simtest {
namespace {

RunResult run_checked(const CampaignSettings& settings, std::uint64_t seed) {
  RunSettings run_settings;
  run_settings.seed = seed;
  run_settings.orders = settings.orders;
  run_settings.without = settings.without;
  RunResult result = run(run_settings);
  if (settings.replay_every == 0 || seed % settings.replay_every != 0 || result.violation)
    return result;
  const RunResult again = run(run_settings);
  if (again.journal_hash == result.journal_hash && again.steps == result.steps) return result;
  Violation differs;
  differs.invariant = "I10";
  differs.what = "the same seed made another journal: " + std::to_string(result.steps) + " and " +
                 std::to_string(again.steps) + " steps";
  result.violation = std::move(differs);
  return result;
}

}  // namespace

void add(CampaignResult& sum, const RunResult& run) {
  ++sum.seeds;
  sum.virtual_time = sum.virtual_time + run.virtual_time;
  sum.orders += run.orders;
  sum.fills += run.fills;
  sum.restarts += run.restarts;
  sum.unknown += run.unknown;
  for (std::size_t i = 0; i < kFaultRows; ++i) sum.faults[i] += run.faults[i];
  if (!run.violation) return;
  ++sum.violations;
  sum.first_failing_seed = std::min(sum.first_failing_seed.value_or(run.seed), run.seed);
}

CampaignResult run_campaign(const CampaignSettings& settings,
                            const std::function<void(const RunResult& run)>& on_run) {
  CampaignResult sum;
  std::mutex mutex;
  std::atomic<std::uint64_t> next{settings.first_seed};
  const auto work = [&] {
    for (;;) {
      const std::uint64_t seed = next.fetch_add(1, std::memory_order_relaxed);
      if (seed > settings.last_seed) return;
      const RunResult result = run_checked(settings, seed);
      const std::lock_guard lock(mutex);
      add(sum, result);
      if (on_run) on_run(result);
    }
  };
  std::vector<std::jthread> others;
  for (unsigned i = 1; i < settings.jobs; ++i) others.emplace_back(work);
  work();
  others.clear();
  return sum;
}

std::string to_json(const CampaignResult& result) {
  std::string json = "{\"seeds\":" + std::to_string(result.seeds);
  json += ",\"virtual_seconds\":" + std::to_string(result.virtual_time.count / 1'000'000'000);
  json += ",\"orders\":" + std::to_string(result.orders);
  json += ",\"fills\":" + std::to_string(result.fills);
  json += ",\"faults\":{";
  bool any = false;
  for (std::size_t i = 1; i < kFaultRows; ++i) {
    if (result.faults[i] == 0) continue;
    if (any) json += ",";
    any = true;
    json += "\"" + std::to_string(i) + "\":" + std::to_string(result.faults[i]);
  }
  json += "},\"violations\":" + std::to_string(result.violations);
  json += ",\"first_failing_seed\":";
  json += result.first_failing_seed ? std::to_string(*result.first_failing_seed) : "null";
  return json + "}";
}

std::string describe(const RunResult& failed) {
  if (!failed.violation) return "seed " + std::to_string(failed.seed) + ": all invariants hold\n";
  const Violation& found = *failed.violation;
  std::string text = "seed " + std::to_string(failed.seed) + ": " + found.invariant +
                     " is broken, step " + std::to_string(found.step) + ", " +
                     std::to_string(found.at.count / 1'000'000) + " ms: " + found.what + "\n";
  for (const std::string& event : found.last_events) text += "    " + event + "\n";
  return text;
}

}  // namespace gannet::simtest
