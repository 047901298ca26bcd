#include "app/status_figures.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <initializer_list>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace gannet::app {
namespace {

using monitor::FigureId;
using monitor::Figures;
using monitor::Label;

constexpr __int128 kUnit = power_of_ten(18);
constexpr Timestamp kNow{1'800'000'000'000'000'000};

/// An engine that trades one instrument on two lines, with a lane, a recorder and a loss limit.
struct Sources {
  RunFacts run{.version = "1.2.3", .engine_id = "e7", .restarts = 4, .recent_crashes = 1};
  std::unique_ptr<DaemonStatus> status = std::make_unique<DaemonStatus>();
  std::unique_ptr<EngineFigures> engine = std::make_unique<EngineFigures>();
  HostFigures host{.ntp_offset = microseconds(-250),
                   .clock_error = milliseconds(2),
                   .synchronised = true,
                   .system_offset = microseconds(3),
                   .disk_free_bytes = 1'000'000,
                   .resident_bytes = 4'096,
                   .processor_time = milliseconds(1500)};
  std::vector<LatencyHistogram> histograms =
      std::vector<LatencyHistogram>(LatencyBoard::kHistograms);

  Sources() {
    status->time = kNow - milliseconds(100);
    status->started = kNow - seconds(60);
    status->state = engine::EngineState::Held;
    status->hold_reason = engine::HoldReason::VenueClock;
    status->market_ready = true;
    status->clock_offset = milliseconds(-40);
    status->fills = 5;
    status->market_lines = 3;  // the last is the spare
    status->lines[0] = {
        .working = true, .ready = true, .frames = 10, .first = 6, .second = 4, .lead = {}};
    status->lines[1] = {.working = true, .ready = false, .frames = 9, .lead = {}};
    status->recording = RecorderFigures{};
    status->recording->bytes = 77;
    status->instruments = 1;
    DaemonStatus::InstrumentRow& row = status->rows[0];
    row.name = InstrumentName("BTC-USDT-SWAP");
    row.price_digits = 1;
    row.quantity_digits = 2;
    row.state = engine::EngineState::Ready;
    row.book_valid = true;
    row.best_bid = {1'000'001};
    row.best_ask = {1'000'002};
    row.position = {-150};
    MoneyStatus& money = status->money;
    money.currency = CurrencyName("USDT");
    money.scopes = 2;
    money.scope[0].name = FixedString<47>("account");
    money.scope[0].result = -25 * kUnit;
    money.scope[0].loss_day_max = 100 * kUnit;
    money.scope[1].name = FixedString<47>("quotes");
    money.scope[1].stopped = true;
    engine->orders.placed = 12;
    engine->orders.denied_by_reason[static_cast<std::size_t>(DenialReason::PriceNotOnTick)] = 3;
    engine->rejected[static_cast<std::size_t>(VenueReason::PostOnlyWouldTake)] = 2;
    engine->alerts[static_cast<std::size_t>(engine::Alert::LateFill)] = 1;
    engine->journal_sequence = 1'000;
    engine->journal_durable = 990;
    engine->account_limit = {.left = 125, .burst = 500};
    engine->instrument[0] = {.book_heard = kNow - milliseconds(600),
                             .venue_position = {-100},
                             .limits = {{{10, 40}, {40, 40}, {50, 40}}}};
    engine->lanes = 1;
    engine->lane[0] = {FixedString<31>("slow"), 0.5, 0.25, 0, 9};
    engine->balances = 1;
    engine->balance[0] = {CurrencyName("USDT"), Amount{3 * kUnit, {}}, Amount{}, Amount{}};
    for (LatencyHistogram& histogram : histograms) histogram.record(microseconds(5));
  }
  Figures figures() const {
    return to_figures({.run = run,
                       .status = *status,
                       .engine = *engine,
                       .host = host,
                       .histograms = histograms,
                       .log_ring = 0.125,
                       .now = kNow});
  }
};

std::optional<double> value_of(const Figures& figures, FigureId what,
                               std::vector<Label> labels = {}) {
  for (const monitor::Figure& figure : figures.values)
    if (figure.what == what && monitor::has_labels(figure, labels)) return figure.value;
  return std::nullopt;
}

TEST(StatusFigures, AreWhatTheEnginePublished) {
  const Figures figures = Sources().figures();
  const auto value = [&](FigureId what, std::vector<Label> labels = {}) {
    return value_of(figures, what, std::move(labels));
  };
  EXPECT_EQ(value(FigureId::BuildInfo, {{"version", "1.2.3"}, {"engine", "e7"}}), 1);
  EXPECT_EQ(value(FigureId::Restarts), 4);
  EXPECT_DOUBLE_EQ(*value(FigureId::StatusAge), 0.1);
  EXPECT_EQ(value(FigureId::EngineState, {{"state", "held"}}), 1);
  EXPECT_EQ(value(FigureId::EngineState, {{"state", "ready"}}), 0);
  EXPECT_EQ(value(FigureId::HoldReason, {{"reason", "venue_clock"}}), 1);
  EXPECT_EQ(value(FigureId::HoldReason, {{"reason", "operator"}}), 0);
  EXPECT_EQ(value(FigureId::ConnectionReady, {{"connection", "market"}}), 1);
  EXPECT_EQ(value(FigureId::ConnectionReady, {{"connection", "account"}}), 0);
  EXPECT_EQ(value(FigureId::LineReady, {{"line", "2"}}), 0);
  EXPECT_FALSE(value(FigureId::LineReady, {{"line", "3"}}));  // the spare is not missed
  EXPECT_EQ(value(FigureId::LineFirst, {{"line", "1"}}), 6);
  EXPECT_EQ(value(FigureId::Requests, {{"kind", "place"}}), 12);
  EXPECT_EQ(value(FigureId::OrdersDenied, {{"reason", "price_not_on_tick"}}), 3);
  EXPECT_EQ(value(FigureId::OrdersRejected, {{"reason", "post_only_would_take"}}), 2);
  EXPECT_EQ(value(FigureId::OrdersRejected, {{"reason", "insufficient_funds"}}), 0);
  EXPECT_EQ(value(FigureId::EngineAlerts, {{"alert", "late_fill"}}), 1);
  EXPECT_EQ(value(FigureId::JournalLag), 10);
  EXPECT_EQ(value(FigureId::RingUsed, {{"ring", "slow reports"}}), 0.5);
  EXPECT_EQ(value(FigureId::RingUsed, {{"ring", "log"}}), 0.125);
  EXPECT_EQ(value(FigureId::TradesMissed, {{"lane", "slow"}}), 9);
  EXPECT_EQ(value(FigureId::RecorderBytes), 77);
}

TEST(StatusFigures, HaveUnitsOfTheirOwn) {
  const Figures figures = Sources().figures();
  const std::vector<Label> btc{{"instrument", "BTC-USDT-SWAP"}};
  EXPECT_EQ(value_of(figures, FigureId::Position, btc), -1.5);
  EXPECT_EQ(value_of(figures, FigureId::VenuePosition, btc), -1);
  EXPECT_EQ(value_of(figures, FigureId::BestPrice, {{"side", "bid"}}), 100'000.1);
  EXPECT_DOUBLE_EQ(*value_of(figures, FigureId::BookAge, btc), 0.5);
  EXPECT_EQ(value_of(figures, FigureId::BalanceCash, {{"currency", "USDT"}}), 3);
  EXPECT_EQ(value_of(figures, FigureId::LossLimitUsed, {{"scope", "account"}}), 0.25);
  EXPECT_FALSE(value_of(figures, FigureId::LossLimitUsed, {{"scope", "quotes"}}));  // has none
  EXPECT_EQ(value_of(figures, FigureId::StrategyStopped, {{"strategy", "quotes"}}), 1);
}

TEST(StatusFigures, TellHowFullTheLimiterIs) {
  const Figures figures = Sources().figures();
  EXPECT_EQ(value_of(figures, FigureId::LimiterFill, {{"scope", "account"}}), 0.75);
  EXPECT_EQ(value_of(figures, FigureId::LimiterFill, {{"kind", "amend"}}), 0);
  // More than a burst left, as a cancel's whole window is for a kill: not less than empty.
  EXPECT_EQ(value_of(figures, FigureId::LimiterFill, {{"kind", "cancel"}}), 0);
  EXPECT_EQ(value_of(figures, FigureId::LimiterLeft, {{"kind", "cancel"}}), 50);
}

TEST(StatusFigures, ExportTheClocksOffsets) {  // MON-08
  Sources sources;
  Figures figures = sources.figures();
  EXPECT_DOUBLE_EQ(*value_of(figures, FigureId::ClockOffset, {{"reference", "venue"}}), -0.04);
  EXPECT_DOUBLE_EQ(*value_of(figures, FigureId::ClockOffset, {{"reference", "ntp"}}), -0.00025);
  EXPECT_DOUBLE_EQ(*value_of(figures, FigureId::ClockOffset, {{"reference", "system"}}), 3e-6);
  EXPECT_EQ(value_of(figures, FigureId::ClockSynchronised), 1);
  // A kernel that is told nothing has no offset: absent, not zero.
  sources.host.ntp_offset.reset();
  sources.host.synchronised = false;
  figures = sources.figures();
  EXPECT_FALSE(value_of(figures, FigureId::ClockOffset, {{"reference", "ntp"}}));
  EXPECT_EQ(value_of(figures, FigureId::ClockSynchronised), 0);
}

TEST(StatusFigures, AreAllThereAndWithTheLabelsThatTheListNames) {
  const Figures figures = Sources().figures();
  std::set<FigureId> seen;
  const auto check = [&](FigureId what, const std::vector<Label>& labels) {
    seen.insert(what);
    std::string keys;
    for (const Label& label : labels) keys += (keys.empty() ? "" : ", ") + std::string(label.key);
    EXPECT_EQ(keys, info_of(what).labels) << info_of(what).name;
  };
  for (const monitor::Figure& figure : figures.values) check(figure.what, figure.labels);
  for (const monitor::HistogramFigure& figure : figures.histograms)
    check(figure.what, figure.labels);
  for (const monitor::FigureName& info : monitor::figure_names()) {
    // The scrape's own, and those of the rules of alerts.
    if (info.id == FigureId::FiguresAge || info.name.starts_with("gannet_alert")) continue;
    EXPECT_TRUE(seen.contains(info.id)) << info.name << " is never made";
  }
}

TEST(StatusFigures, AreNoneBeforeTheReactorHasSpoken) {
  Sources sources;
  *sources.status = {};
  EXPECT_TRUE(sources.figures().values.empty());
}

TEST(StatusFigures, CountEachDurationUnderItsBound) {  // MON-03
  LatencyHistogram histogram;
  const std::int64_t nanos[] = {1, 127, 128, 191, 192, 255, 1'000, 5'000'000, 20'000'000'000};
  double sum = 0;
  for (const std::int64_t value : nanos) {
    histogram.record({value});
    sum += static_cast<double>(value) / 1e9;
  }
  const monitor::HistogramFigure figure = to_figure(FigureId::Latency, {}, histogram);
  ASSERT_EQ(figure.counts.size(), figure.bounds.size() + 1);
  EXPECT_TRUE(std::ranges::is_sorted(figure.bounds));
  EXPECT_DOUBLE_EQ(figure.sum, sum);
  std::uint64_t total = 0;
  for (std::size_t i = 0; i < figure.bounds.size(); ++i) {
    total += figure.counts[i];
    const auto expected = std::ranges::count_if(nanos, [&](std::int64_t value) {
      return static_cast<double>(value) / 1e9 <= figure.bounds[i];
    });
    EXPECT_EQ(total, static_cast<std::uint64_t>(expected)) << figure.bounds[i];
  }
  EXPECT_EQ(figure.counts.back(), 1u);  // 20 s is above all bounds
}

TEST(StatusFigures, HaveAHistogramOfEveryStage) {  // MON-03
  const Figures figures = Sources().figures();
  std::set<std::string> stages;
  for (const monitor::HistogramFigure& figure : figures.histograms)
    if (figure.what == FigureId::Latency) stages.insert(figure.labels.front().value);
  EXPECT_EQ(stages, (std::set<std::string>{"decode", "dispatch", "decide", "check", "write",
                                           "tick_to_order", "acknowledge"}));
}

}  // namespace
}  // namespace gannet::app
