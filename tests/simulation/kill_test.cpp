#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "support/wired_engine.h"

// Kill over both protocols and the exchange: how soon the cancels are on the wire, and that it
// works in every kind of trouble. Times are virtual; of the wire itself 1 ms each way unless said.
// [KILL-02, KILL-03, KILL-04, KILL-05, KILL-07, KILL-08, COD-07]

namespace gannet::test {
namespace {

constexpr Price kFarBid{60'000'000};

std::size_t count_of(std::string_view text, std::string_view what) {
  std::size_t n = 0;
  for (auto at = text.find(what); at != std::string_view::npos; at = text.find(what, at + 1)) ++n;
  return n;
}

/// A wired engine with resting orders, and what it sends to the venue from then on.
struct KillStage {
  explicit KillStage(WiredOptions options = {}) : wired(std::move(options)) {
    wired.hook = [this](const WiredEngine::Message& message) {
      if (message.line == WiredEngine::Line::Private && message.way == WiredEngine::Way::ToVenue)
        note(message.text);
      return fate ? fate(message) : WiredEngine::Fate::Deliver;
    };
    wired.intercept_rest = [this](const HttpRequest& request) {
      if (request.target.find("cancel") != std::string::npos &&
          request.target.find("cancel-all-after") == std::string::npos)
        note(R"("op":"rest-cancel")" + request.body);
      if (request.target.ends_with("/trade/order") && request.method == "POST") ++new_orders;
      return rest_fate ? rest_fate(request) : std::nullopt;
    };
    if (!wired.make_ready()) ADD_FAILURE() << "never ready";
  }

  void rest_orders(std::size_t each, std::vector<InstrumentId> instruments) {
    for (std::size_t i = 0; i < each; ++i) {
      for (const InstrumentId id : instruments)
        wired.place(WiredEngine::intent(id, Side::Buy, kFarBid, {1}));
      if (i % 50 == 49) wired.run_for(milliseconds(20));
    }
    wired.run_for(milliseconds(50));
    ASSERT_EQ(wired.venue_open_orders(), each * instruments.size());
    cancels.clear();
    new_orders = 0;
  }
  void kill() {
    killed_at = wired.now;
    wired.core->kill("a test", "somebody", wired.now);
  }
  bool becomes_flat(Nanos at_most = seconds(30)) {
    return wired.run_until_true([&] { return wired.ears.flat_at.has_value(); }, at_most);
  }

  struct Sent {
    Timestamp at;  // at the venue
    std::size_t orders = 0;
  };
  WiredEngine wired;
  Timestamp killed_at;
  std::vector<Sent> cancels;
  std::size_t new_orders = 0;
  std::function<WiredEngine::Fate(const WiredEngine::Message&)> fate;
  std::function<std::optional<HttpResponse>(const HttpRequest&)> rest_fate;

 private:
  void note(std::string_view text) {
    if (text.find("cancel") == std::string_view::npos) {
      new_orders += count_of(text, R"("op":"order")") + count_of(text, R"("op":"batch-orders")");
      return;
    }
    cancels.push_back({wired.now, std::max(count_of(text, "clOrdId"), count_of(text, "ordId\":"))});
  }
};

TEST(Kill, AHundredCancelsLeaveInTheSameTurnInFiveBatches) {  // KILL-02, KILL-03, KILL-05
  WiredOptions options;
  options.latency = microseconds(2'500);
  options.limits_cancels = true;
  KillStage stage(options);
  stage.rest_orders(100, {stage.wired.swap});
  stage.kill();
  ASSERT_TRUE(stage.becomes_flat());
  ASSERT_EQ(stage.cancels.size(), 5u);
  for (const KillStage::Sent& sent : stage.cancels) {
    EXPECT_EQ(sent.orders, 20u);
    EXPECT_EQ(sent.at - stage.killed_at, options.latency) << "in the turn of the kill itself";
  }
  EXPECT_LE(*stage.wired.ears.flat_at - stage.killed_at, seconds(2)) << "KILL-05 at RTT 5 ms";
  EXPECT_EQ(stage.wired.venue_open_orders(), 0u);
}

TEST(Kill, AThousandOrdersAreBoundedByTheVenuesLimitAlone) {  // KILL-04
  constexpr std::size_t kEach = 250;
  WiredOptions options;
  options.more_swaps = 3;
  options.limits_cancels = true;
  KillStage stage(options);
  std::vector<InstrumentId> instruments = stage.wired.swaps;
  instruments.push_back(stage.wired.swap);
  stage.rest_orders(kEach, instruments);
  stage.kill();
  ASSERT_TRUE(stage.becomes_flat());
  // Per instrument the venue takes 300 orders in batches in 2 s.
  const Nanos bound = milliseconds(2'000 * static_cast<std::int64_t>(kEach) / 300 + 100);
  EXPECT_LE(stage.cancels.back().at - stage.killed_at, bound + options.latency);
  std::size_t orders = 0;
  for (const KillStage::Sent& sent : stage.cancels) orders += sent.orders;
  EXPECT_EQ(orders, kEach * 4) << "none twice, none refused";
  EXPECT_EQ(stage.wired.venue_open_orders(), 0u);
}

using Stage = KillStage;
using Fate = WiredEngine::Fate;

struct Trouble {
  const char* name;
  void (*begin)(Stage&);            ///< before the kill
  void (*later)(Stage&) = nullptr;  ///< 3 s after it, where it does not end by itself
  Nanos gone_within = seconds(2);   ///< the orders at the venue, counted from the kill or `later`
};

const Trouble kTroubles[] = {
    {"none", [](Stage&) {}},
    {"private socket down: by REST",  // COD-07
     [](Stage& s) {
       s.wired.options.reconnect_after = seconds(600);
       s.wired.cut(WiredEngine::Line::Private);
     }},
    {"private socket half open: its cancels and answers are lost",
     [](Stage& s) {
       s.fate = [](const WiredEngine::Message& m) {
         return m.line == WiredEngine::Line::Private ? Fate::Drop : Fate::Deliver;
       };
     },
     [](Stage& s) {
       s.fate = {};
       s.wired.cut(WiredEngine::Line::Private);
     }},
    {"public socket down",
     [](Stage& s) {
       s.wired.options.reconnect_after = seconds(600);
       s.wired.cut(WiredEngine::Line::Market);
     }},
    {"REST down: no lists, the socket cancels", [](Stage& s) { s.wired.rest_is_up = false; },
     [](Stage& s) { s.wired.rest_is_up = true; }},
    {"both ways down, then back",
     [](Stage& s) {
       s.wired.rest_is_up = false;
       s.wired.options.reconnect_after = seconds(2);
       s.wired.cut(WiredEngine::Line::Private);
     },
     [](Stage& s) { s.wired.rest_is_up = true; }, seconds(6)},
    {"rate limit used up: the reserve",
     [](Stage& s) {
       // Ordinary cancels of other orders have used their share.
       std::vector<Handle> more;
       for (int i = 0; i < 300; ++i)
         more.push_back(s.wired.place(WiredEngine::intent(s.wired.swap, Side::Buy, kFarBid, {1})));
       s.wired.run_for(milliseconds(20));
       for (std::size_t i = 0; i < more.size(); ++i) s.wired.cancel(more[i], i + 1 < more.size());
       s.cancels.clear();
     },
     nullptr, seconds(3)},
    {"the venue refuses the first cancels: too many requests",
     [](Stage& s) {
       s.wired.intercept = [&s, left = 4](const WiredEngine::Message& m) mutable {
         if (m.way != WiredEngine::Way::ToVenue || left == 0 ||
             m.text.find("batch-cancel") == std::string_view::npos)
           return false;
         --left;
         const auto at = m.text.find("\"id\":\"") + 6;
         s.wired.say(m.line, R"({"id":")" +
                                 std::string(m.text.substr(at, m.text.find('"', at) - at)) +
                                 R"(","op":"batch-cancel-orders","code":"50011","data":[],)"
                                 R"("msg":"Rate limit reached"})");
         return true;
       };
     },
     nullptr, seconds(5)},
    {"journal full: cancels need no record",
     [](Stage& s) { s.wired.journal.set_capacity(s.wired.journal.entries().size()); }},
    {"the venue's clock is far off",
     [](Stage& s) { s.wired.core->on_venue_clock(seconds(3600), s.wired.now); }},
    {"the machine stood still", [](Stage& s) { s.wired.core->on_pause(seconds(20), s.wired.now); }},
};

TEST(Kill, WorksInEveryKindOfTrouble) {  // KILL-07
  for (const Trouble& trouble : kTroubles) {
    SCOPED_TRACE(trouble.name);
    KillStage stage;
    stage.rest_orders(30, {stage.wired.swap});
    trouble.begin(stage);
    stage.wired.run_for(milliseconds(1));
    stage.kill();
    const std::size_t placed = stage.wired.core->status().orders.placed;
    for (int i = 0; i < 10; ++i) {
      stage.wired.place(WiredEngine::intent(stage.wired.swap, Side::Buy, kFarBid, {1}));
      stage.wired.run_for(milliseconds(1));
    }
    Timestamp from = stage.killed_at;
    if (trouble.later != nullptr) {
      stage.wired.run_for(seconds(3));
      trouble.later(stage);
      from = stage.wired.now;
    }
    EXPECT_TRUE(stage.wired.run_until_true([&] { return stage.wired.venue_open_orders() == 0; },
                                           from + trouble.gone_within - stage.wired.now));
    EXPECT_TRUE(stage.becomes_flat()) << "and the venue's own list says so";
    EXPECT_EQ(stage.wired.core->status().orders.placed, placed);
    EXPECT_EQ(stage.wired.core->state(), engine::EngineState::Killed);
  }
}

/// Fills go on while cancels are on their way: none is lost, and they are told.
TEST(Kill, FillsAreBookedThroughout) {  // KILL-08
  WiredOptions options;
  options.latency = milliseconds(20);
  KillStage stage(options);
  constexpr Price kInside{61'250'000};
  for (int i = 0; i < 20; ++i)
    stage.wired.place(WiredEngine::intent(stage.wired.swap, Side::Buy, kInside, {2}));
  stage.wired.run_for(milliseconds(200));
  ASSERT_EQ(stage.wired.venue_open_orders(), 20u);
  stage.kill();
  // Before the cancels arrive: three whole orders and a part of the fourth; then the line is cut.
  stage.wired.market(Side::Sell, kInside, {7}, {}, sim::OrderType::ImmediateOrCancel);
  stage.wired.run_for(milliseconds(25));
  stage.wired.cut(WiredEngine::Line::Private);
  ASSERT_TRUE(stage.becomes_flat());
  EXPECT_EQ(stage.wired.position(stage.wired.swap), Quantity{7});
  EXPECT_EQ(stage.wired.venue_position(stage.wired.swap), Quantity{7});
  EXPECT_EQ(stage.wired.core->status().fills, stage.wired.server->exchange().fills(1).size());
  std::int64_t told = 0;
  for (const engine::FillEvent& fill : stage.wired.ears.fill_events) told += fill.fill.quantity.raw;
  EXPECT_EQ(told, 7);
}

TEST(Kill, AnAccountChannelThatIsGoneIsAHoldThatCancelsByRest) {  // COD-07
  KillStage stage;
  stage.rest_orders(30, {stage.wired.swap});
  stage.wired.options.reconnect_after = seconds(600);
  const Timestamp lost = stage.wired.now;
  stage.wired.cut(WiredEngine::Line::Private);
  EXPECT_EQ(stage.wired.core->hold_reason(), engine::HoldReason::AccountConnectionLost);
  ASSERT_TRUE(
      stage.wired.run_until_true([&] { return stage.wired.venue_open_orders() == 0; }, seconds(2)));
  EXPECT_LE(stage.wired.now - lost, seconds(2));
  stage.wired.place(WiredEngine::intent(stage.wired.swap, Side::Buy, kFarBid, {1}));
  stage.wired.run_for(seconds(5));
  EXPECT_EQ(stage.new_orders, 0u) << "quoting has stopped";
}

}  // namespace
}  // namespace gannet::test
