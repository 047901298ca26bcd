// Long random run of the simulated exchange: money conserved to the last digit, books uncrossed,
// positions equal to the sum of fills, the same events from the same seed, and memory that does not
// grow. Usage: exchange_campaign [orders] [seed] [runs]; 10,000,000 orders of seed 1, once.

#include "support/exchange_campaign.h"

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <string>

namespace {

using gannet::sim::Campaign;
using gannet::sim::ExchangeSettings;

/// Resident memory now, in MiB.
double resident_mib() {
  std::ifstream statm("/proc/self/statm");
  std::uint64_t total = 0;
  std::uint64_t resident = 0;
  statm >> total >> resident;
  return static_cast<double>(resident) * 4096 / (1 << 20);
}

struct Result {
  std::uint64_t hash = 0;
  std::string wrong;
};

/// Caches of the past are small, so that they are full early: growth after that would be a leak.
constexpr ExchangeSettings kSmallPast{.shrinking_keeps_place = true,
                                      .ended_orders = 2'000,
                                      .ended_unfilled_orders = 2'000,
                                      .fills = 5'000};
constexpr double kMostGrowthMib = 8;

Result run(std::uint64_t orders, std::uint64_t seed) {
  Campaign campaign(seed, kSmallPast);
  const auto start = std::chrono::steady_clock::now();
  std::uint64_t sent = 0;
  std::uint64_t calls = 0;
  double after_a_tenth = 0;
  for (std::uint64_t next_check = 1; sent < orders; ++calls) {
    if (campaign.step()) ++sent;
    if (std::string wrong = campaign.check_step(); !wrong.empty()) return {0, std::move(wrong)};
    if (sent < next_check) continue;
    if (std::string wrong = campaign.check_all(); !wrong.empty())
      return {0, "after " + std::to_string(sent) + " orders: " + wrong};
    next_check += std::max<std::uint64_t>(orders / 1'000, 1'000);
    if (after_a_tenth == 0 && sent >= orders / 10) after_a_tenth = resident_mib();
  }
  const double grown = resident_mib() - after_a_tenth;
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
  std::printf(
      "seed %llu: %llu orders sent, %llu accepted, %llu calls, %llu fills, "
      "%llu liquidations, %.1f s, "
      "%.0f calls/s, hash %016llx, memory %.1f MiB, %+.1f MiB since a tenth\n",
      static_cast<unsigned long long>(seed), static_cast<unsigned long long>(sent),
      static_cast<unsigned long long>(campaign.accepted()), static_cast<unsigned long long>(calls),
      static_cast<unsigned long long>(campaign.events().fills),
      static_cast<unsigned long long>(campaign.events().liquidations), took.count(),
      static_cast<double>(calls) / took.count(),
      static_cast<unsigned long long>(campaign.events().hash), resident_mib(), grown);
  // Before a tenth of ten million the past is not full yet.
  if (orders >= 10'000'000 && grown > kMostGrowthMib) return {0, "memory grows"};
  return {campaign.events().hash, {}};
}

}  // namespace

int main(int count, char** words) {
  const auto word = [&](int at, std::uint64_t otherwise) {
    return count > at ? std::strtoull(words[at], nullptr, 10) : otherwise;
  };
  const std::uint64_t orders = word(1, 10'000'000);
  const std::uint64_t seed = word(2, 1);
  const std::uint64_t runs = word(3, 1);
  Result first;
  for (std::uint64_t i = 0; i < runs; ++i) {
    Result result = run(orders, seed);
    if (i == 0) first = result;
    if (result.wrong.empty() && result.hash != first.hash)
      result.wrong = "two runs of one seed differ";
    if (!result.wrong.empty()) {
      std::fprintf(stderr, "seed %llu: %s\n", static_cast<unsigned long long>(seed),
                   result.wrong.c_str());
      return 1;
    }
  }
  std::puts("money conserved, books uncrossed, positions equal to fills, memory flat");
  return 0;
}
