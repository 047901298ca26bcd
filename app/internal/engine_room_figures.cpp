#include <algorithm>

#include "app/internal/engine_room_parts.h"
#include "engine/threaded_lane.h"

namespace gannet::app {

// What monitors are told beside the status: copied from counters that are there anyway.

namespace {

constexpr risk::RequestKind kLimited[EngineFigures::kLimitedKinds] = {
    risk::RequestKind::Place, risk::RequestKind::Amend, risk::RequestKind::Cancel};

}  // namespace

void EngineRoom::Parts::publish_figures(const engine::CoreStatus& at, Timestamp now) {
  EngineFigures figures;
  figures.turns = turns.load(std::memory_order_relaxed);
  figures.orders = at.orders;
  figures.rejected = tap->rejections();
  figures.alerts = alerts_told;
  figures.session_problems = session_log.problems();
  for (std::size_t i = 0; i < okx::kDiagnosticKinds; ++i) {
    const auto kind = static_cast<okx::DiagnosticKind>(i);
    figures.feed_problems[i] = market_feed->diagnostics(kind);
    if (business_lines) figures.feed_problems[i] += business_lines->diagnostics(kind);
  }
  figures.books = at.books;
  figures.duplicate_fills = at.duplicate_fills;
  figures.rounds = at.rounds;
  figures.market_events = at.market_events;
  figures.held_instruments = at.held_instruments;
  figures.killed_parts = at.killed_parts + (at.account_killed ? 1 : 0);
  figures.killed = at.killed;
  figures.rest_requests = rest_session->counters().requests;
  figures.rest_timed_out = rest_session->counters().timed_out;
  figures.rest_failed = rest_session->counters().failed;
  figures.rest_late = rest_session->counters().late_answers;
  figures.journal_sequence = store->ring().next_sequence() - 1;
  figures.journal_durable = std::min(store->durable_sequence(), figures.journal_sequence);
  figures.journal_ring = static_cast<double>(store->ring().bytes_waiting()) /
                         static_cast<double>(store->ring().capacity());
  figures.command_ring = commands.used();
  figures.bill_ring = bills.used();
  publish_limiter(figures, now);
  publish_balances(figures);
  for (const auto& lane : publisher->threaded_lanes()) {
    if (figures.lanes == EngineFigures::kMaxLanes) break;
    const engine::ThreadedLane::RingUse use = lane->rings();
    figures.lane[figures.lanes++] = {FixedString<31>(lane->lane().name()), use.reports, use.market,
                                     use.commands, lane->trades_missed()};
  }
  published_figures.store(figures);
  publish_histograms();
}

void EngineRoom::Parts::publish_limiter(EngineFigures& figures, Timestamp now) const {
  const risk::RateLimiter& limiter = core->limiter();
  figures.account_limit = {limiter.account_remaining(now), limiter.account_burst()};
  figures.account_halvings = limiter.account_halvings();
  // A kill may send cancels up to the venue's whole window, whatever bursts ordinary ones keep to.
  const risk::RateLimits& rates = settings.risk.rates;
  const auto cancels =
      static_cast<std::uint32_t>(std::uint64_t{rates.cancel.count} * rates.share_ppm / 1'000'000);
  const std::size_t instruments =
      std::min<std::size_t>(facts.instruments.size(), DaemonStatus::kMaxInstruments);
  for (std::uint32_t i = 0; i < instruments; ++i) {
    const InstrumentId id{i};
    EngineFigures::Instrument& row = figures.instrument[i];
    for (std::size_t k = 0; k < EngineFigures::kLimitedKinds; ++k) {
      const bool is_cancel = kLimited[k] == risk::RequestKind::Cancel;
      row.limits[k] = {limiter.remaining(kLimited[k], id, now, risk::RequestPriority::Risk),
                       is_cancel ? cancels : limiter.burst(kLimited[k], id)};
    }
    row.venue_position = core->status(id, now).venue_position;
    for (int feed = 0; feed < kBookFeeds; ++feed) {
      const OrderBook* const book = core->books().find(id, static_cast<BookFeed>(feed));
      if (book != nullptr) row.book_heard = std::max(row.book_heard, book->receive_time());
    }
  }
}

void EngineRoom::Parts::publish_balances(EngineFigures& figures) const {
  for (std::uint16_t c = 0; c < facts.currencies.size(); ++c) {
    if (figures.balances == EngineFigures::kMaxBalances) return;
    const std::optional<BalanceReport>& report = core->balance(CurrencyId{c});
    if (!report) continue;
    figures.balance[figures.balances++] = {CurrencyName(facts.currencies.name(CurrencyId{c})),
                                           report->cash, report->available, report->equity};
  }
}

void EngineRoom::Parts::publish_histograms() {
  const auto is_turn_of = [this](std::size_t which) {
    return which % LatencyBoard::kTurns == latency_turn;
  };
  for (std::size_t i = 0; i < kLatencyStages; ++i) {
    if (is_turn_of(i)) latencies.show(i, link.stages().histogram(static_cast<LatencyStage>(i)));
  }
  const std::size_t seats =
      std::min<std::size_t>(market_feed->seats(), DaemonStatus::kMaxMarketLines);
  for (std::size_t seat = 0; seat < seats; ++seat) {
    const std::size_t which = kLatencyStages + seat;
    if (is_turn_of(which)) latencies.show(which, market_feed->figures(seat).lead);
  }
  latency_turn = (latency_turn + 1) % LatencyBoard::kTurns;
}

}  // namespace gannet::app
