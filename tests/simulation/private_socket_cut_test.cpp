#include <gtest/gtest.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <random>
#include <set>
#include <string>

#include "support/order_run.h"
#include "support/wired_engine.h"

// A run of orders, and the private socket cut between two of its messages: whatever was in flight,
// it ends as if nothing had been. [RELIABILITY faults 1-4, invariants I1-I3]

namespace gannet::test {
namespace {

struct Outcome {
  std::string wrong;  ///< "" when all is well
  std::uint64_t messages = 0;
  std::uint64_t unknown = 0;
  std::uint64_t orders = 0;
  Quantity position;
  Quantity target;
  __int128 cash = 0;
};

/// `cuts`: after so many messages of the private socket, counted from the engine's readiness.
Outcome run(std::uint64_t orders, const std::set<std::uint64_t>& cuts) {
  WiredEngine::Options options;
  options.core.orders.open_capacity = 64;  // looked through at every tick
  options.core.orders.ended_capacity = 512;
  WiredEngine wired(options);
  Outcome outcome;
  if (!wired.make_ready()) {
    outcome.wrong = "did not get ready: " + wired.disagreement();
    return outcome;
  }
  const std::uint64_t first = wired.private_messages;
  wired.hook = [&](const WiredEngine::Message& message) {
    if (message.line == WiredEngine::Line::Private && cuts.contains(wired.private_messages - first))
      return WiredEngine::Fate::CutAfter;
    return WiredEngine::Fate::Deliver;
  };
  OrderRun script(wired, orders);
  const bool ended = wired.run_until_true(
      [&] {
        script.work();
        return script.is_done();
      },
      seconds(60 + 20 * static_cast<std::int64_t>(cuts.size())));
  outcome.messages = wired.private_messages - first;
  if (!ended) outcome.wrong = "did not end; ";
  const bool agrees = wired.run_until_true([&] { return wired.disagreement().empty(); });
  if (!agrees) outcome.wrong += wired.disagreement();
  if (wired.venue_open_orders() != 0) outcome.wrong += "; orders rest at the venue";
  std::set<std::string> ids;
  const std::vector<VenueOrderId> all = wired.server->exchange().all_orders(wired.user);
  for (const VenueOrderId id : all)
    ids.insert(std::string(wired.server->exchange().find(id)->terms.client_id.view()));
  if (ids.size() != all.size()) outcome.wrong += "; a client order id twice";  // I3
  outcome.unknown = wired.core->orders().counters().unknown;
  outcome.orders = script.sent();
  outcome.position = wired.position(wired.swap);
  outcome.target = script.target();
  for (const sim::BalanceView& balance : wired.server->exchange().balances(wired.user))
    outcome.cash += balance.cash.raw;
  return outcome;
}

constexpr std::uint64_t kOrders = 1'000;

TEST(PrivateSocketCut, ARunOfAThousandOrdersEndsTheSameWhereverItIsCut) {
  const Outcome whole = run(kOrders, {});
  ASSERT_EQ(whole.wrong, "");
  EXPECT_EQ(whole.unknown, 0u);
  EXPECT_GE(whole.orders, kOrders);
  ASSERT_GT(whole.messages, 3 * kOrders);
  EXPECT_EQ(whole.position, whole.target);

  // Points drawn by a seed, ten a run; every single one with GANNET_CUT_SWEEP set.
  std::vector<std::set<std::uint64_t>> cases;
  const char* const sweep = std::getenv("GANNET_CUT_SWEEP");
  if (sweep != nullptr) {
    const auto step = static_cast<std::uint64_t>(std::max(1, std::atoi(sweep)));
    for (std::uint64_t at = 1; at <= whole.messages; at += step) cases.push_back({at});
  } else {
    std::mt19937_64 random(20261130);
    for (int i = 0; i < 5; ++i) {
      std::set<std::uint64_t>& cuts = cases.emplace_back();
      while (cuts.size() < 10) cuts.insert(1 + random() % whole.messages);
    }
  }
  std::uint64_t unknown = 0;
  std::size_t done = 0;
  for (const std::set<std::uint64_t>& cuts : cases) {
    const Outcome cut = run(kOrders, cuts);
    std::string where;
    for (const std::uint64_t at : cuts) where += " " + std::to_string(at);
    ASSERT_EQ(cut.wrong, "") << "cut after" << where;
    ASSERT_EQ(cut.position, whole.position) << "cut after" << where;
    ASSERT_EQ(cut.cash, whole.cash) << "cut after" << where;  // every match once, at its price
    unknown += cut.unknown;
    if (sweep != nullptr && ++done % 100 == 0) {
      std::printf("%zu of %zu cuts\n", done, cases.size());
      std::fflush(stdout);
    }
  }
  std::printf("%zu runs of %llu orders and %llu messages, cut %s; %llu outcomes were unknown\n",
              cases.size(), static_cast<unsigned long long>(whole.orders),
              static_cast<unsigned long long>(whole.messages),
              sweep != nullptr ? "once each" : "ten times each",
              static_cast<unsigned long long>(unknown));
  EXPECT_GT(unknown, 0u);  // some cuts did catch a request whose outcome nobody knew
}

}  // namespace
}  // namespace gannet::test
