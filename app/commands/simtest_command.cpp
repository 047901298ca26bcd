#include "app/commands/simtest_command.h"

#include <unistd.h>

#include <CLI/CLI.hpp>
#include <charconv>
#include <cstdio>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "simtest/campaign.h"
#include "simtest/run_settings.h"
#include "simtest/shrink.h"

namespace gannet::app {
namespace {

constexpr int kViolated = 1;
constexpr int kBadOptions = 2;

struct SimtestOptions {
  std::string seeds = "0..299";
  std::uint64_t orders = 1'000;
  unsigned jobs = 1;
  bool json = false;
  bool trace = false;
  bool shrink = false;
  bool plan = false;
  std::string keep;
  std::vector<std::string> without;
  std::uint64_t storm_ms = 0;
};

std::optional<std::uint64_t> as_number(std::string_view text) {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

/// "17", or "0..10000" with both ends.
bool read_seeds(std::string_view text, std::uint64_t& first, std::uint64_t& last) {
  const std::size_t dots = text.find("..");
  const auto from = as_number(text.substr(0, dots));
  const auto to = dots == std::string_view::npos ? from : as_number(text.substr(dots + 2));
  if (!from || !to || *to < *from) return false;
  first = *from;
  last = *to;
  return true;
}

/// How far it is, on standard error: written over on a terminal, else a line every ten seconds.
class SeedProgress {
 public:
  void tell(const simtest::RunResult& run, std::uint64_t of) {
    ++seeds_;
    orders_ += run.orders;
    const Nanos now = monotonic_now();
    if (now - told_ < (is_terminal_ ? milliseconds(500) : seconds(10))) return;
    told_ = now;
    const double elapsed = static_cast<double>((now - started_).count) / 1e9;
    std::fprintf(stderr, "%s%llu of %llu seeds, %llu orders, %.0f orders a second%s",
                 is_terminal_ ? "\r" : "", static_cast<unsigned long long>(seeds_),
                 static_cast<unsigned long long>(of), static_cast<unsigned long long>(orders_),
                 static_cast<double>(orders_) / elapsed, is_terminal_ ? "" : "\n");
    is_open_ = is_terminal_;
  }
  void end_line() {
    if (is_open_) std::fputs("\r\033[K", stderr);
    is_open_ = false;
  }

 private:
  bool is_terminal_ = ::isatty(STDERR_FILENO) == 1;
  bool is_open_ = false;
  Nanos started_ = monotonic_now();
  Nanos told_ = monotonic_now();
  std::uint64_t seeds_ = 0;
  std::uint64_t orders_ = 0;
};

/// One seed, with what the options say of it.
std::optional<simtest::RunSettings> one_run(const SimtestOptions& options, std::uint64_t seed) {
  simtest::RunSettings settings;
  settings.seed = seed;
  settings.orders = options.orders;
  settings.without = options.without;
  settings.storm = milliseconds(static_cast<std::int64_t>(options.storm_ms));
  if (options.keep.empty()) return settings;
  settings.keep.emplace();
  if (options.keep == "none") return settings;
  std::string_view rest = options.keep;
  while (!rest.empty()) {
    const std::size_t comma = std::min(rest.find(','), rest.size());
    const auto one = as_number(rest.substr(0, comma));
    if (!one) return std::nullopt;
    settings.keep->push_back(static_cast<std::uint32_t>(*one));
    rest.remove_prefix(std::min(comma + 1, rest.size()));
  }
  return settings;
}

int end_with(const simtest::CampaignResult& result, Nanos took, bool json) {
  if (!json) {
    std::printf(
        "%llu seeds, %llu orders, %llu fills, %llu restarts, %llu unknown outcomes; %.1f s, "
        "%.0f orders a second\n",
        static_cast<unsigned long long>(result.seeds),
        static_cast<unsigned long long>(result.orders),
        static_cast<unsigned long long>(result.fills),
        static_cast<unsigned long long>(result.restarts),
        static_cast<unsigned long long>(result.unknown), static_cast<double>(took.count) / 1e9,
        static_cast<double>(result.orders) * 1e9 / static_cast<double>(took.count));
  }
  std::puts(simtest::to_json(result).c_str());
  return result.violations == 0 ? 0 : kViolated;
}

int run_one(const SimtestOptions& options, const simtest::RunSettings& settings) {
  simtest::CampaignResult sum;
  const Nanos began = monotonic_now();
  const simtest::RunResult result = simtest::run(settings);
  simtest::add(sum, result);
  if (result.violation) std::fputs(simtest::describe(result).c_str(), stderr);
  return end_with(sum, monotonic_now() - began, options.json);
}

int run_simtest(const SimtestOptions& options) {
  simtest::CampaignSettings campaign;
  if (!read_seeds(options.seeds, campaign.first_seed, campaign.last_seed)) {
    std::fprintf(stderr, "gannet simtest: --seeds: want \"17\" or \"0..10000\"\n");
    return kBadOptions;
  }
  auto single = one_run(options, campaign.first_seed);
  if (!single) {
    std::fprintf(stderr, "gannet simtest: --keep: want numbers of the plan, \"3,7,12\", or none\n");
    return kBadOptions;
  }
  if (options.plan) {
    const auto lines = simtest::describe_plan(campaign.first_seed);
    for (std::size_t i = 0; i < lines.size(); ++i) std::printf("%zu: %s\n", i, lines[i].c_str());
    return 0;
  }
  if (options.trace || single->keep || single->storm.count > 0) {
    if (options.trace)
      single->trace = [](std::string_view line) {
        std::printf("%.*s\n", static_cast<int>(line.size()), line.data());
      };
    return run_one(options, *single);
  }
  campaign.orders = options.orders;
  campaign.without = options.without;
  campaign.jobs = std::max(1u, options.jobs);
  SeedProgress progress;
  const Nanos began = monotonic_now();
  const std::uint64_t seeds = campaign.last_seed - campaign.first_seed + 1;
  const simtest::CampaignResult result =
      simtest::run_campaign(campaign, [&](const simtest::RunResult& run) {
        progress.tell(run, seeds);
        if (!run.violation) return;
        progress.end_line();
        std::fputs(simtest::describe(run).c_str(), stderr);
      });
  progress.end_line();
  const Nanos took = monotonic_now() - began;
  if (options.shrink && result.first_failing_seed) {
    simtest::RunSettings failing;
    failing.seed = *result.first_failing_seed;
    failing.orders = options.orders;
    failing.without = options.without;
    std::fputs(simtest::describe(simtest::shrink(failing)).c_str(), stdout);
  }
  return end_with(result, took, options.json);
}

constexpr const char* kSimtestExamples =
    R"(The last line is {"seeds","virtual_seconds","orders","fills","faults","violations","first_failing_seed"}.

  gannet simtest --seeds 0..10000 --jobs 2 --json
  gannet simtest --seeds 4711 --shrink            the shortest scenario that still fails
  gannet simtest --seeds 4711 --plan              what goes wrong in that run, numbered
  gannet simtest --seeds 4711 --keep 3,7 --trace  that run with two of its faults, step by step
)";

}  // namespace

void add_simtest_command(CLI::App& app) {
  auto options = std::make_shared<SimtestOptions>();
  CLI::App* const command = app.add_subcommand(
      "simtest", "break the engine: seeded faults under virtual time, all invariants checked");
  command->add_option("--seeds", options->seeds, "\"17\" or \"0..10000\"")->capture_default_str();
  command->add_option("--orders", options->orders, "orders of each run, at least")
      ->capture_default_str();
  command->add_option("--jobs", options->jobs, "threads")->capture_default_str();
  command->add_flag("--json", options->json, "nothing but the JSON line");
  command->add_flag("--trace", options->trace, "print every event of the first seed");
  command->add_flag("--shrink", options->shrink, "shorten the first seed that fails");
  command->add_flag("--plan", options->plan, "print the faults of the first seed, and run nothing");
  command->add_option("--keep", options->keep, "only these faults of the plan: \"3,7\", or none");
  command->add_option("--without", options->without, "kinds of faults, by name, that do not happen")
      ->delimiter(',');
  command->add_option("--storm-ms", options->storm_ms, "the faults stop after that; 0: as planned");
  command->footer(kSimtestExamples);
  command->callback([options] {
    if (const int code = run_simtest(*options); code != 0) throw CLI::RuntimeError(code);
  });
}

}  // namespace gannet::app
