#include <gtest/gtest.h>

#include <functional>
#include <map>

#include "support/engine_bench.h"

// Rules with a memory, in the engine that feeds them: PRE-07, 10, 11, 12, 13, 14, 17, 19.

namespace gannet {
namespace {

using engine::Alert;
using engine::EngineState;
using engine::OrderEventKind;
using risk::RuleMode;
using test::EngineBench;
using test::TinyVenue;

/// An engine with a venue that executes at once, unless a test plays it by hand.
struct RulesBench : EngineBench {
  using EngineBench::EngineBench;
  void go(bool automatic = true) {
    venue.faults.automatic = automatic;
    make_ready();
    ASSERT_EQ(core->state(), EngineState::Ready);
  }
  /// Why the handle was denied just now; nothing: it was not.
  std::optional<DenialReason> denial(Handle handle) const {
    const auto& events = ears.order_events;
    const std::size_t newest = events.size() < 8 ? 0 : events.size() - 8;
    for (std::size_t i = events.size(); i-- > newest;) {
      const bool is_denial =
          events[i].kind == OrderEventKind::Denied || events[i].kind == OrderEventKind::AmendDenied;
      if (events[i].handle == handle && is_denial) return events[i].denial.reason;
    }
    return std::nullopt;
  }
  std::optional<DenialReason> try_place(Side side, std::int64_t price, std::uint16_t strategy = 0,
                                        std::int64_t quantity = 1) {
    return denial(place(side, quantity, price, 0, strategy));
  }
  std::size_t heard(Alert alert, std::optional<DenialReason> rule = {}) const {
    std::size_t n = 0;
    for (const auto& event : ears.alerts)
      n += event.alert == alert && (!rule || event.rule == rule);
    return n;
  }
  void book(std::int64_t bid_price, std::int64_t ask_price) {
    const Level bid{bid_price, 10, 1, 0};
    const Level ask{ask_price, 10, 1, 0};
    BookUpdate update;
    update.instrument = InstrumentId{0};
    update.feed = BookFeed::BestBidOffer;
    update.bids = {&bid, 1};
    update.asks = {&ask, 1};
    update.exchange_time = update.receive_time = now;
    core->on_book_update(update);
  }
  /// The venue refuses the newest request.
  void reject(VenueReason reason) {
    venue.reply(ExecutionReport::Kind::PlaceRejected, ExecutionReport::Request::Place,
                venue.places.back().client_id, InstrumentId{0}, 0, reason, now);
  }
  std::size_t records(engine::RecordType type) const {
    std::size_t n = 0;
    for (const auto& entry : journal.entries()) n += entry.type == type;
    return n;
  }
  /// The strategy's own, by fills.
  std::int64_t position(std::uint16_t strategy = 0) const {
    return core->positions().of_strategy({strategy}, InstrumentId{0}).quantity().raw;
  }
};

// PRE-14 ------------------------------------------------------------------------------------------

TEST(OrderRules, Pre14AnOrderThatWouldMeetOneOfOursIsDeniedWhoeverItIsOf) {
  RulesBench bench;
  bench.go(false);
  const Handle ask = bench.place(Side::Sell, 1, 100'000);  // in flight counts already
  EXPECT_EQ(bench.venue.places.back().options.self_trade, SelfTradePrevention::CancelTaker);
  EXPECT_EQ(bench.try_place(Side::Buy, 100'000, 1), DenialReason::CrossesOwnOrder);
  EXPECT_EQ(bench.ears.order_events.back().denial.limit, 100'000);
  EXPECT_EQ(bench.try_place(Side::Buy, 100'000), DenialReason::CrossesOwnOrder);
  const Handle bid = bench.place(Side::Buy, 1, 99'900, 0, 1);
  EXPECT_FALSE(bench.denial(bid));
  EXPECT_FALSE(bench.denial(bench.place(Side::Buy, 1, 100'000, 1, 1)));  // another instrument
  TinyVenue::Order& resting = bench.venue.execute_place(bench.venue.places[0], bench.now);
  bench.venue.execute_place(bench.venue.places[1], bench.now);
  // An amend on its way counts at the worse of both prices.
  bench.amend(bid, Price{99'800}, std::nullopt, 1);
  EXPECT_EQ(bench.try_place(Side::Sell, 99'900), DenialReason::CrossesOwnOrder);
  bench.amend(bid, Price{100'000}, std::nullopt, 1);
  EXPECT_EQ(bench.denial(bid), DenialReason::CrossesOwnOrder);
  // Its own strategy moves its quote: the old one's cancel is on its way before the new order.
  bench.cancel(ask);
  EXPECT_EQ(bench.try_place(Side::Buy, 100'000, 1), DenialReason::CrossesOwnOrder);
  EXPECT_FALSE(bench.try_place(Side::Buy, 100'000));
  bench.venue.end(resting, OrderState::Cancelled, VenueReason::UserCancel, bench.now);
  EXPECT_FALSE(bench.try_place(Side::Buy, 100'000, 1));
}

TEST(OrderRules, Pre14ModesAndTheVenuesSecondLineAreTheConfigurations) {
  RulesBench bench;
  bench.risk_settings.rules.self_trade = {RuleMode::Observe, SelfTradePrevention::CancelBoth};
  bench.go();
  bench.place(Side::Sell, 1, 100'000);
  EXPECT_FALSE(bench.try_place(Side::Buy, 100'000, 1));
  EXPECT_EQ(bench.venue.places.back().options.self_trade, SelfTradePrevention::CancelBoth);
  EXPECT_EQ(bench.heard(Alert::RuleBroken, DenialReason::CrossesOwnOrder), 1u);
}

// PRE-10, 11, 12, 16 ------------------------------------------------------------------------------

TEST(OrderRules, Pre11And16ObservingCountsTellsOnceAndDeniesNothing) {
  RulesBench bench;
  bench.risk_settings.rules.order_to_trade.ratio_max = 4;
  bench.go(false);
  for (int i = 0; i < 10; ++i) EXPECT_FALSE(bench.try_place(Side::Buy, 99'000));
  EXPECT_EQ(bench.venue.places.size(), 10u);
  EXPECT_EQ(bench.heard(Alert::RuleBroken, DenialReason::DuplicateIntent), 1u);
  EXPECT_EQ(bench.core->rules().broken(DenialReason::DuplicateIntent), 9u);
  EXPECT_EQ(bench.heard(Alert::RuleBroken, DenialReason::TooManyRequestsForFills), 1u);
  EXPECT_EQ(bench.records(engine::RecordType::Rule), 2u);
  bench.run_for(seconds(61), milliseconds(500));
  bench.place(Side::Buy, 1, 99'000);
  EXPECT_EQ(bench.heard(Alert::RuleBroken, DenialReason::TooManyRequestsForFills), 2u);
}

TEST(OrderRules, Pre11And16EnforcingDenies) {
  RulesBench bench;
  bench.risk_settings.rules.duplicate_intent = RuleMode::Enforce;
  bench.risk_settings.rules.order_to_trade.mode = RuleMode::Enforce;
  bench.risk_settings.rules.order_to_trade.ratio_max = 3;
  bench.go(false);
  const Handle first = bench.place(Side::Buy, 1, 99'000);
  EXPECT_EQ(bench.try_place(Side::Buy, 99'000), DenialReason::DuplicateIntent);
  TinyVenue::Order& order = bench.venue.execute_place(bench.venue.places[0], bench.now);
  EXPECT_FALSE(bench.try_place(Side::Buy, 99'000));  // the first is known to rest
  EXPECT_FALSE(bench.try_place(Side::Buy, 98'900));
  EXPECT_FALSE(bench.try_place(Side::Buy, 98'800));
  EXPECT_EQ(bench.try_place(Side::Buy, 98'700), DenialReason::TooManyRequestsForFills);
  bench.amend(first, Price{98'900}, std::nullopt);
  EXPECT_EQ(bench.denial(first), DenialReason::TooManyRequestsForFills);
  bench.cancel(first);  // never stopped
  EXPECT_EQ(bench.venue.cancels.size(), 1u);
  bench.venue.fill(order, {1}, {99'000}, bench.now);
  EXPECT_EQ(bench.try_place(Side::Buy, 98'600), DenialReason::TooManyRequestsForFills);  // 5 : 1
  EXPECT_FALSE(bench.denial(bench.place(Side::Buy, 1, 98'600, 0, 1)));
}

TEST(OrderRules, Pre12AStormOfRefusalsDisablesTheStrategyUntilAPersonEnablesIt) {
  RulesBench bench;
  bench.risk_settings.rules.reject_storm.mode = RuleMode::Enforce;
  bench.go(false);
  const Handle resting = bench.place(Side::Buy, 1, 99'500);
  bench.venue.execute_place(bench.venue.places[0], bench.now);
  for (int i = 0; i < 10; ++i) {  // lost races and our own denials are none
    bench.place(Side::Buy, 1, 99'000 - 100 * i);
    bench.reject(VenueReason::PostOnlyWouldTake);
    EXPECT_EQ(bench.try_place(Side::Buy, 99'050), DenialReason::PriceNotOnTick);
  }
  for (int i = 0; i < 3; ++i) {
    EXPECT_FALSE(bench.try_place(Side::Buy, 98'000 - 100 * i));
    bench.reject(VenueReason::InsufficientFunds);
  }
  EXPECT_EQ(bench.heard(Alert::StrategyDisabled, DenialReason::RejectStorm), 1u);
  EXPECT_EQ(bench.try_place(Side::Buy, 98'000), DenialReason::RejectStorm);
  EXPECT_FALSE(bench.denial(bench.place(Side::Buy, 1, 98'000, 0, 1)));
  bench.run_for(milliseconds(20));
  ASSERT_EQ(bench.venue.cancels.size(), 1u);  // what it had resting goes
  EXPECT_EQ(bench.order(resting)->cancel_wish, engine::CancelWish::Engine);

  // Over a restart too: only a person's word ends it.
  engine::PriorBelief prior;
  for (const auto& entry : bench.journal.entries())
    prior.add(entry.type, entry.payload, entry.time);
  EXPECT_EQ(prior.disabled_strategies().at(0), DenialReason::RejectStorm);
  RulesBench next(1, EngineBench::kRun + 1);
  next.now = bench.now;
  next.build(&prior);
  EXPECT_EQ(next.core->rules().disabled({0}), DenialReason::RejectStorm);

  EXPECT_FALSE(bench.core->enable(StrategyId{1}, "op", bench.now));
  EXPECT_TRUE(bench.core->enable(StrategyId{0}, "op", bench.now));
  EXPECT_FALSE(bench.try_place(Side::Buy, 98'000));
  EXPECT_EQ(bench.heard(Alert::StrategyEnabled), 1u);
  engine::PriorBelief later;
  for (const auto& entry : bench.journal.entries())
    later.add(entry.type, entry.payload, entry.time);
  EXPECT_TRUE(later.disabled_strategies().empty());
}

TEST(OrderRules, APersonStopsAStrategyUntilAPersonStartsIt) {
  RulesBench bench;
  bench.go(false);
  const Handle resting = bench.place(Side::Buy, 1, 99'500);
  bench.venue.execute_place(bench.venue.places[0], bench.now);
  EXPECT_TRUE(bench.core->disable(StrategyId{0}, "op", bench.now));
  EXPECT_FALSE(bench.core->disable(StrategyId{0}, "op", bench.now)) << "it is already";
  EXPECT_FALSE(bench.core->disable(StrategyId{77}, "op", bench.now));
  EXPECT_EQ(bench.try_place(Side::Buy, 98'000), DenialReason::StrategyStopped);
  bench.run_for(milliseconds(20));
  EXPECT_EQ(bench.order(resting)->cancel_wish, engine::CancelWish::Engine);
  engine::PriorBelief prior;
  for (const auto& entry : bench.journal.entries())
    prior.add(entry.type, entry.payload, entry.time);
  EXPECT_EQ(prior.disabled_strategies().at(0), DenialReason::StrategyStopped) << "over a restart";
  EXPECT_TRUE(bench.core->enable(StrategyId{0}, "op", bench.now));
  EXPECT_FALSE(bench.try_place(Side::Buy, 98'000));
}

TEST(OrderRules, Pre10OrdersExecutedAgainAndAgainAtOnePriceDisableTheStrategy) {
  for (const RuleMode mode : {RuleMode::Observe, RuleMode::Enforce}) {
    RulesBench bench;
    bench.risk_settings.rules.repeated_execution = {mode, 5, seconds(10), 1'000};
    bench.go(false);
    for (int i = 0; i < 7; ++i) {
      const bool stopped = mode == RuleMode::Enforce && i == 6;
      const auto why = bench.try_place(Side::Buy, 100'000, 0, 3);
      ASSERT_EQ(why, stopped ? std::optional(DenialReason::RepeatedExecution) : std::nullopt) << i;
      if (stopped) break;
      TinyVenue::Order& order = bench.venue.execute_place(bench.venue.places.back(), bench.now);
      for (int part = 0; part < 3; ++part)  // an order counts once, in however many parts
        bench.venue.fill(order, {1}, {100'000}, bench.now);
    }
    EXPECT_EQ(bench.heard(Alert::RuleBroken, DenialReason::RepeatedExecution), 1u);
    EXPECT_EQ(bench.heard(Alert::StrategyDisabled), mode == RuleMode::Enforce ? 1u : 0u);
    EXPECT_FALSE(bench.try_place(Side::Sell, 100'100, 1));
  }
}

// PRE-17 ------------------------------------------------------------------------------------------

TEST(OrderRules, Pre17ACrossedBookPullsQuotesAndTakesNoNewRisk) {
  RulesBench bench;
  bench.go();
  bench.place(Side::Buy, 1, 99'900);
  bench.run_for(milliseconds(20));
  bench.venue.fill(bench.venue.orders.begin()->second, {1}, {99'900}, bench.now);
  bench.run_for(milliseconds(20));
  ASSERT_EQ(bench.position(), 1);
  bench.place(Side::Buy, 1, 99'800);
  bench.place(Side::Buy, 1, 99'800, 1);
  bench.run_for(milliseconds(20));
  ASSERT_EQ(bench.venue.open_orders(), 2u);
  bench.core->on_reference_price({.instrument = InstrumentId{0},
                                  .kind = ReferencePriceEvent::Kind::Mark,
                                  .price = {100'000},
                                  .exchange_time = bench.now,
                                  .receive_time = bench.now});
  bench.book(100'200, 100'100);
  EXPECT_EQ(bench.heard(Alert::MarketSuspect, DenialReason::MarketCrossed), 1u);
  EXPECT_EQ(bench.venue.cancels.size(), 1u);  // in the same turn; the other instrument's stays
  EXPECT_EQ(bench.try_place(Side::Buy, 99'800), DenialReason::MarketCrossed);
  EXPECT_FALSE(bench.try_place(Side::Sell, 100'100));  // it reduces
  bench.run_for(milliseconds(20));
  bench.book(99'900, 100'100);
  EXPECT_FALSE(bench.try_place(Side::Buy, 99'800));
}

TEST(OrderRules, Pre17AJumpIsToldAndWhereEnforcedRefusesNewRisk) {
  for (const RuleMode mode : {RuleMode::Observe, RuleMode::Enforce}) {
    RulesBench bench;
    bench.risk_settings.rules.market_sanity.mode = mode;
    bench.go();
    bench.place(Side::Buy, 1, 99'900);
    bench.run_for(milliseconds(20));
    bench.shows_books = false;
    bench.book(104'900, 105'100);
    EXPECT_EQ(bench.heard(Alert::MarketSuspect, DenialReason::MarketJumped), 1u);
    const bool enforced = mode == RuleMode::Enforce;
    EXPECT_EQ(bench.venue.cancels.size(), enforced ? 1u : 0u);
    EXPECT_EQ(bench.try_place(Side::Buy, 104'800),
              enforced ? std::optional(DenialReason::MarketJumped) : std::nullopt);
    for (int i = 0; i < 52; ++i) {  // it stays there: that is the market now
      bench.run_for(milliseconds(100));
      bench.book(104'900, 105'100);
    }
    EXPECT_FALSE(bench.try_place(Side::Buy, 104'700));
  }
}

// PRE-13 ------------------------------------------------------------------------------------------

/// Stands between core and venue, counts what it lets out, and may do it wrong.
class WirePort final : public VenuePort {
 public:
  explicit WirePort(TinyVenue& venue) : venue_(venue) {}
  std::function<void(PlaceRequest&)> mutate;  ///< null: as it came
  int copies = 1;                             ///< of each new order that go out

  std::optional<WireCounts> wire_counts() const noexcept override { return counts_; }
  SendResult place(const PlaceRequest& request, Timestamp now) noexcept override {
    PlaceRequest sent = request;
    if (mutate) mutate(sent);
    SendResult result = SendResult::Sent;
    for (int i = 0; i < copies && result == SendResult::Sent; ++i) {
      result = venue_.place(sent, now);
      if (result == SendResult::Sent) ++counts_.places;
    }
    return result;
  }
  SendResult amend(const AmendRequest& request, Timestamp now) noexcept override {
    return counted(venue_.amend(request, now), ExecutionReport::Request::Amend, 1);
  }
  SendResult cancel(const CancelRequest& request, Timestamp now) noexcept override {
    return counted(venue_.cancel(request, now), ExecutionReport::Request::Cancel, 1);
  }
  SendResult place_batch(std::span<const PlaceRequest> requests, Timestamp now) noexcept override {
    return counted(venue_.place_batch(requests, now), ExecutionReport::Request::Place,
                   requests.size());
  }
  SendResult amend_batch(std::span<const AmendRequest> requests, Timestamp now) noexcept override {
    return counted(venue_.amend_batch(requests, now), ExecutionReport::Request::Amend,
                   requests.size());
  }
  SendResult cancel_batch(std::span<const CancelRequest> requests,
                          Timestamp now) noexcept override {
    return counted(venue_.cancel_batch(requests, now), ExecutionReport::Request::Cancel,
                   requests.size());
  }
  bool query_order(InstrumentId instrument, ClientOrderId client_id, VenueOrderId venue_id,
                   Timestamp now) noexcept override {
    return venue_.query_order(instrument, client_id, venue_id, now);
  }
  bool request_snapshot(SnapshotKind kind, std::uint64_t request, Timestamp since,
                        Timestamp now) noexcept override {
    return venue_.request_snapshot(kind, request, since, now);
  }

 private:
  SendResult counted(SendResult result, ExecutionReport::Request request, std::uint64_t n) {
    if (result == SendResult::Sent) counts_.add(request, n);
    return result;
  }
  TinyVenue& venue_;
  WireCounts counts_;
};

TEST(OrderRules, Pre13WhatTheWireCarriesWrongIsCaughtWithinASecondAndKills) {
  struct Fault {
    const char* name;
    std::function<void(PlaceRequest&)> mutate;
    int copies;
    Alert alert;
  };
  const Fault faults[] = {
      {"twice", nullptr, 2, Alert::OrdersOutDiffer},
      {"never", nullptr, 0, Alert::OrdersOutDiffer},
      {"price", [](PlaceRequest& r) { r.price.raw -= 100; }, 1, Alert::OrderNotAsSent},
      {"quantity", [](PlaceRequest& r) { r.quantity.raw *= 10; }, 1, Alert::OrderNotAsSent},
      {"side", [](PlaceRequest& r) { r.side = opposite(r.side); }, 1, Alert::OrderNotAsSent},
      {"instrument", [](PlaceRequest& r) { r.instrument = InstrumentId{1}; }, 1,
       Alert::OrderNotAsSent}};
  for (const Fault& fault : faults) {
    RulesBench bench;
    WirePort port(bench.venue);
    bench.port = &port;
    bench.go();
    bench.place(Side::Buy, 1, 99'000);
    bench.run_for(seconds(2));
    ASSERT_EQ(bench.core->state(), EngineState::Ready) << fault.name;  // an honest port
    port.mutate = fault.mutate;
    port.copies = fault.copies;
    bench.place(Side::Buy, 1, 99'000);
    bench.run_for(seconds(1));
    EXPECT_EQ(bench.core->state(), EngineState::Killed) << fault.name;
    EXPECT_TRUE(bench.ears.heard(fault.alert)) << fault.name;
    EXPECT_TRUE(bench.ears.killed) << fault.name;
  }
}

TEST(OrderRules, Pre13AnHonestPortAgreesThroughDenialsLostConnectionsBatchesAndAmends) {
  RulesBench bench;
  WirePort port(bench.venue);
  bench.port = &port;
  bench.go();
  std::vector<Handle> handles;
  for (int i = 0; i < 200; ++i) {
    handles.push_back(
        bench.place(i % 2 == 0 ? Side::Buy : Side::Sell, 1, i % 2 == 0 ? 99'500 : 100'500));
    if (i % 3 == 0) bench.amend(handles[handles.size() / 2], std::nullopt, Quantity{2});
    if (i % 4 == 0) bench.cancel(handles[handles.size() / 3]);
    if (i == 77) bench.venue.disconnect(bench.now);
    if (i == 90) bench.venue.connect(bench.now);
    bench.run_for(milliseconds(50));
    ASSERT_NE(bench.core->state(), EngineState::Killed) << i;
  }
  EXPECT_GT(bench.venue.places.size(), 100u);
  EXPECT_GT(bench.venue.amends.size(), 20u);
  EXPECT_GT(bench.venue.cancels.size(), 20u);
}

// PRE-19 ------------------------------------------------------------------------------------------

TEST(OrderRules, Pre19OneOrderPassesOneRuleOnceByAPersonsJournaledWord) {
  RulesBench bench;
  bench.risk_settings.strategy_default.order_quantity_max = risk::SizeLimit{{5, 0}, {}};
  bench.go(false);
  const engine::Override wish{StrategyId{0}, DenialReason::QuantityAboveLimit,
                              bench.now + seconds(30), FixedString<47>("user 7"),
                              FixedString<120>("a hedge by hand")};
  const auto refused = [&](auto change) {
    engine::Override other = wish;
    change(other);
    return bench.core->grant(other, bench.now);
  };
  using engine::OverrideRefusal;
  EXPECT_EQ(refused([](auto& w) { w.strategy = StrategyId{9}; }), OverrideRefusal::UnknownStrategy);
  EXPECT_EQ(refused([](auto& w) { w.rule = DenialReason::Killed; }),
            OverrideRefusal::NotOverridable);
  EXPECT_EQ(refused([&](auto& w) { w.expires = bench.now + seconds(61); }),
            OverrideRefusal::TooLong);
  EXPECT_EQ(refused([](auto& w) { w.why = {}; }), OverrideRefusal::NoReason);
  EXPECT_EQ(bench.records(engine::RecordType::Override), 0u);
  ASSERT_FALSE(bench.core->grant(wish, bench.now));
  EXPECT_EQ(bench.core->grant(wish, bench.now), OverrideRefusal::OneAtATime);

  EXPECT_EQ(bench.try_place(Side::Buy, 99'000, 1, 6), DenialReason::QuantityAboveLimit);
  EXPECT_FALSE(bench.try_place(Side::Buy, 99'000, 0, 5));  // needs none, uses none
  EXPECT_FALSE(bench.try_place(Side::Buy, 99'000, 0, 50));
  EXPECT_EQ(bench.heard(Alert::OverrideUsed, DenialReason::QuantityAboveLimit), 1u);
  EXPECT_EQ(bench.try_place(Side::Buy, 99'000, 0, 50), DenialReason::QuantityAboveLimit);
  EXPECT_EQ(bench.records(engine::RecordType::Override), 2u);  // granted, used
  // One that nobody used is over with its time.
  engine::Override again = wish;
  again.expires = bench.now + seconds(1);
  ASSERT_FALSE(bench.core->grant(again, bench.now));
  bench.run_for(seconds(1));
  EXPECT_EQ(bench.try_place(Side::Buy, 99'000, 0, 50), DenialReason::QuantityAboveLimit);
}

// PRE-20 ------------------------------------------------------------------------------------------

TEST(OrderRules, Pre20LimitsAndModesAreReplacedWhileItRunsEachChangeOnRecord) {
  RulesBench bench;
  bench.risk_settings.rules.reject_storm.mode = RuleMode::Off;
  bench.go(false);
  EXPECT_FALSE(bench.try_place(Side::Buy, 99'000, 0, 50));
  risk::Settings tighter = bench.risk_settings;
  tighter.account.order_quantity_max = risk::SizeLimit{{5, 0}, {}};
  tighter.rules.reject_storm.mode = RuleMode::Enforce;
  const std::vector<std::string> names{"s0", "s1"};
  auto table = risk::LimitTable::build(tighter, bench.instruments, bench.currencies, names);
  ASSERT_TRUE(table);
  ASSERT_TRUE(table->permit_like(bench.core->limits(), bench.instruments));
  engine::LimitChangeRecord change;
  std::string_view("risk.account.order_quantity_max").copy(change.key, sizeof change.key - 1);
  bench.core->replace_limits(*table, tighter.rules, {&change, 1}, bench.now);
  EXPECT_EQ(bench.records(engine::RecordType::LimitChange), 1u);
  EXPECT_EQ(bench.try_place(Side::Buy, 99'000, 0, 50), DenialReason::QuantityAboveLimit);
  for (int i = 0; i < 3; ++i) {
    EXPECT_FALSE(bench.try_place(Side::Buy, 98'000 - 100 * i)) << "what was permitted stays so";
    bench.reject(VenueReason::InsufficientFunds);
  }
  EXPECT_EQ(bench.try_place(Side::Buy, 98'000), DenialReason::RejectStorm);
}

// PRE-07 ------------------------------------------------------------------------------------------

TEST(OrderRules, Pre07MoneyComesFromTheVenuesListsAndPushesLessOurOwnOrders) {
  RulesBench bench;
  bench.risk_settings.account.free_margin_min = Decimal{10, 0};
  bench.settings.orders.query_after = seconds(60);
  bench.go();
  // TinyVenue's list of balances names nothing: there is nothing.
  EXPECT_EQ(bench.try_place(Side::Buy, 99'000), DenialReason::FreeMarginBelowLimit);
  const auto tell = [&](const char* amount) {
    BalanceReport report;
    report.cash = report.available = report.equity = *parse_amount(amount, bench.usdt);
    report.exchange_time = report.receive_time = bench.now;
    bench.core->on_balance(report, false);
    bench.run_for(milliseconds(200));
  };
  tell("14.5");
  for (int i = 0; i < 4; ++i) EXPECT_FALSE(bench.try_place(Side::Buy, 99'000)) << i;  // 1 each
  EXPECT_EQ(bench.try_place(Side::Buy, 99'000), DenialReason::FreeMarginBelowLimit);
  bench.run_for(seconds(1));
  tell("12.5");  // by now the venue counts them itself
  for (int i = 0; i < 2; ++i) EXPECT_FALSE(bench.try_place(Side::Buy, 99'000)) << i;
  EXPECT_EQ(bench.try_place(Side::Buy, 99'000), DenialReason::FreeMarginBelowLimit);
}

// PRE-09 ------------------------------------------------------------------------------------------

TEST(OrderRules, Pre09CancelsThatTheSingleBucketHoldsBackLeaveTogetherAsABatch) {
  RulesBench bench;
  bench.go();
  std::vector<Handle> handles;
  for (int i = 0; i < 24; ++i) handles.push_back(bench.place(Side::Buy, 1, 99'000 + 100 * (i % 5)));
  bench.run_for(milliseconds(20));
  ASSERT_EQ(bench.venue.open_orders(), 24u);
  for (int i = 0; i < 18; ++i) bench.cancel(handles[static_cast<std::size_t>(i)]);
  EXPECT_EQ(bench.venue.cancels.size(), 18u);  // half of 60, less the fifth kept for risk
  EXPECT_EQ(bench.venue.cancel_batches, 0u);
  bench.cancel(handles[18]);
  EXPECT_EQ(bench.venue.cancels.size(), 18u);  // one alone would be a single request again
  bench.cancel(handles[19]);
  EXPECT_EQ(bench.venue.cancels.size(), 20u);
  EXPECT_EQ(bench.venue.cancel_batches, 1u);
  bench.cancel(handles[20]);
  bench.run_for(seconds(1));  // and its slot comes
  EXPECT_EQ(bench.venue.cancels.size(), 21u);
}

// -------------------------------------------------------------------------------------------------

/// A market maker that quotes both sides at the touch, moves a quote that is off it, and asks for
/// more as long as it is let. Nothing in it knows a limit.
class Maker {
 public:
  explicit Maker(RulesBench& bench) : bench_(bench) {}
  void quote(std::int64_t bid, std::int64_t ask) {
    keep(bid_, Side::Buy, bid);
    keep(ask_, Side::Sell, ask);
  }
  std::map<DenialReason, int> denials;

 private:
  struct Quote {
    Handle handle;
    std::int64_t price = 0;
  };
  void keep(Quote& quote, Side side, std::int64_t price) {
    const engine::Order* order = quote.handle.valid() ? bench_.order(quote.handle) : nullptr;
    const bool works = order != nullptr && order->is_open();
    if (works && quote.price == price) return;
    if (works) return bench_.cancel(quote.handle);
    quote = {bench_.place(side, 1, price), price};
    if (const auto why = bench_.denial(quote.handle)) ++denials[*why];
  }
  RulesBench& bench_;
  Quote bid_;
  Quote ask_;
};

TEST(OrderRules, AMarketMakerAtItsLimitInACalmMarketIsNotStoppedByItsOwnDenials) {
  RulesBench bench;
  risk::BehaviourRules& rules = bench.risk_settings.rules;
  rules.repeated_execution.mode = rules.duplicate_intent = rules.reject_storm.mode =
      rules.order_to_trade.mode = rules.market_sanity.mode = RuleMode::Enforce;
  bench.risk_settings.strategy_default.position_long_max = risk::SizeLimit{{3, 0}, {}};
  bench.risk_settings.strategy_default.position_short_max = risk::SizeLimit{{3, 0}, {}};
  bench.go();
  Maker maker(bench);
  // Its bids are hit until it holds all it may; then for a quarter of an hour nobody takes its
  // offers, and it goes on asking for more ten times a second.
  for (int i = 0; i < 9'000; ++i) {
    bench.book(99'900, 100'100);
    maker.quote(99'900, 100'100);
    bench.run_for(milliseconds(100), milliseconds(100));
    if (i % 30 == 0 && bench.position() < 3) {
      for (auto& [id, order] : bench.venue.orders) {
        if (order.open() && order.side == Side::Buy)
          bench.venue.fill(order, {1}, order.price, bench.now);
      }
    }
  }
  EXPECT_EQ(bench.position(), 3);
  EXPECT_GT(maker.denials[DenialReason::PositionAboveLimit], 8'000);
  EXPECT_EQ(maker.denials.size(), 1u) << name_of(maker.denials.begin()->first);
  EXPECT_EQ(bench.core->state(), EngineState::Ready);
  EXPECT_FALSE(bench.core->rules().disabled({0}));
  EXPECT_EQ(bench.heard(Alert::RuleBroken), 0u);
  // The offer works all the time, and when it is taken there is a bid again.
  std::size_t offers = 0;
  for (auto& [id, order] : bench.venue.orders) {
    if (!order.open() || order.side != Side::Sell) continue;
    ++offers;
    bench.venue.fill(order, {1}, order.price, bench.now);
  }
  EXPECT_EQ(offers, 1u);
  bench.run_for(milliseconds(100));
  maker.quote(99'900, 100'100);
  bench.run_for(milliseconds(100));
  EXPECT_EQ(bench.venue.open_orders(), 2u);
}

}  // namespace
}  // namespace gannet
