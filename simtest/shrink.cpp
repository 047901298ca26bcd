#include "simtest/shrink.h"

#include <algorithm>
#include <numeric>
#include <utility>
#include <vector>

#include "simtest/campaign.h"

namespace gannet::simtest {
namespace {

constexpr std::uint64_t kMostRuns = 400;

class Shrinker {
 public:
  explicit Shrinker(const RunSettings& failing) : best_{failing, run(failing), 1} {}

  Shrunk shrink() {
    if (!best_.result.violation) return std::move(best_);
    shorten_orders();
    leave_out_faults();
    shorten_storm();
    shorten_orders();
    leave_out_faults();
    return std::move(best_);
  }

 private:
  /// Takes the settings if the same invariant breaks with them.
  bool tries(const RunSettings& settings) {
    if (best_.runs >= kMostRuns) return false;
    ++best_.runs;
    RunResult result = run(settings);
    if (!result.violation || result.violation->invariant != best_.result.violation->invariant)
      return false;
    best_.settings = settings;
    best_.result = std::move(result);
    return true;
  }

  void leave_out_faults() {
    std::vector<std::uint32_t> kept;
    if (best_.settings.keep) {
      kept = *best_.settings.keep;
    } else {
      kept.resize(best_.result.planned);
      std::iota(kept.begin(), kept.end(), 0u);
    }
    for (std::size_t chunk = std::max<std::size_t>(1, kept.size() / 2); chunk > 0; chunk /= 2) {
      for (std::size_t from = 0; from < kept.size();) {
        std::vector<std::uint32_t> fewer = kept;
        const auto begin = fewer.begin() + static_cast<std::ptrdiff_t>(from);
        const auto count = std::min(chunk, kept.size() - from);
        fewer.erase(begin, begin + static_cast<std::ptrdiff_t>(count));
        RunSettings settings = best_.settings;
        settings.keep = fewer;
        if (tries(settings)) {
          kept = std::move(fewer);
        } else {
          from += count;
        }
      }
    }
  }

  void shorten_orders() {
    for (const std::uint64_t part : {8u, 4u, 2u}) {
      RunSettings settings = best_.settings;
      settings.orders = std::max<std::uint64_t>(1, settings.orders / part);
      while (settings.orders < best_.settings.orders && tries(settings))
        settings.orders = std::max<std::uint64_t>(1, settings.orders / part);
    }
  }

  void shorten_storm() {
    for (int i = 0; i < 8; ++i) {
      RunSettings settings = best_.settings;
      settings.storm = milliseconds(best_.result.storm.count * 2 / 3 / 1'000'000);
      if (settings.storm.count <= 0 || !tries(settings)) return;
    }
  }

  Shrunk best_;
};

}  // namespace

Shrunk shrink(const RunSettings& failing) { return Shrinker(failing).shrink(); }

std::string describe(const Shrunk& shrunk) {
  const RunSettings& settings = shrunk.settings;
  std::string keep;
  for (const std::uint32_t i : settings.keep.value_or(std::vector<std::uint32_t>{}))
    keep += (keep.empty() ? "" : ",") + std::to_string(i);
  const std::string storm = std::to_string(settings.storm.count / 1'000'000);
  std::string text =
      "The shortest that still fails, after " + std::to_string(shrunk.runs) + " runs:\n";
  text += "  gannet simtest --seeds " + std::to_string(settings.seed) + " --orders " +
          std::to_string(settings.orders);
  if (settings.keep) text += " --keep " + (keep.empty() ? std::string("none") : keep);
  if (settings.storm.count > 0) text += " --storm-ms " + storm;
  text += " --trace\n";
  const std::vector<std::string> plan = describe_plan(settings.seed);
  for (std::size_t i = 0; i < plan.size(); ++i) {
    const bool is_kept =
        !settings.keep || std::ranges::find(*settings.keep, i) != settings.keep->end();
    if (is_kept) text += "  " + plan[i] + "\n";
  }
  text += "As a row of tests/simulation/simtest_seeds_test.cpp:\n  {" +
          std::to_string(settings.seed) + ", " + std::to_string(settings.orders) + ", {" + keep +
          "}, " + storm + "},\n";
  return text + describe(shrunk.result);
}

}  // namespace gannet::simtest
