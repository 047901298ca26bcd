#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "app/daemon_status.h"
#include "app/event_tap.h"
#include "base/fixed_string.h"
#include "base/histogram.h"
#include "base/published_value.h"
#include "base/time.h"
#include "domain/amount.h"
#include "engine/book_store.h"
#include "engine/engine_listener.h"
#include "engine/order_manager.h"
#include "gateway/okx/protocol/diagnostics.h"

namespace gannet::app {

/// What monitors want to know beside DaemonStatus: counted by the reactor anyway, published by
/// value with it, made into figures by the cold thread (status_figures.h). Trivially copyable.
struct EngineFigures {
  static constexpr std::size_t kMaxLanes = 16;
  static constexpr std::size_t kMaxBalances = 32;
  static constexpr std::size_t kAlerts = static_cast<std::size_t>(engine::Alert::FeesDiffer) + 1;
  static constexpr std::size_t kLimitedKinds = 3;  ///< place, amend, cancel

  struct LimiterRow {
    std::uint32_t left = 0;
    std::uint32_t burst = 0;  ///< what there is after a pause; 0: not limited here
  };
  /// In the order of DaemonStatus::rows.
  struct Instrument {
    Timestamp
        book_heard;  ///< newest word about any of its books that is proven; zero: there is none
    Quantity venue_position;
    std::array<LimiterRow, kLimitedKinds> limits;
  };
  struct Lane {
    FixedString<31> name;
    double reports = 0;  ///< shares in use
    double market = 0;
    double commands = 0;
    std::uint64_t trades_missed = 0;
  };
  struct Balance {
    CurrencyName currency;
    Amount cash;
    Amount available;
    Amount equity;
  };

  std::uint64_t turns = 0;
  engine::OrderCounters orders;
  EventTap::Rejections rejected{};
  std::array<std::uint64_t, kAlerts> alerts{};
  std::array<std::uint64_t, okx::kDiagnosticKinds> feed_problems{};
  SessionLog::Problems session_problems{};
  engine::BookCounters books;
  std::uint64_t duplicate_fills = 0;
  std::uint64_t rounds = 0;
  std::uint64_t market_events = 0;
  std::uint64_t held_instruments = 0;
  std::uint64_t killed_parts = 0;
  bool killed = false;
  std::uint64_t rest_requests = 0;
  std::uint64_t rest_timed_out = 0;
  std::uint64_t rest_failed = 0;
  std::uint64_t rest_late = 0;
  std::uint64_t journal_sequence = 0;  ///< of the newest record appended
  std::uint64_t journal_durable = 0;
  double journal_ring = 0;  ///< share in use, as those below
  double command_ring = 0;
  double bill_ring = 0;
  LimiterRow account_limit;
  std::uint8_t account_halvings = 0;
  std::uint32_t lanes = 0;
  std::uint32_t balances = 0;
  std::array<Instrument, DaemonStatus::kMaxInstruments> instrument;
  std::array<Lane, kMaxLanes> lane;
  std::array<Balance, kMaxBalances> balance;
};

/// The latency histograms where the cold thread can see them. Each is 5 KiB, so the reactor shows a
/// few at a time, and only those with something new: each at least once a second.
struct LatencyBoard {
  static constexpr std::size_t kHistograms = kLatencyStages + DaemonStatus::kMaxMarketLines;
  std::array<PublishedValue<LatencyHistogram>, kHistograms> shown;  ///< stages, then lines' leads

  // Reactor.
  static constexpr std::size_t kTurns = 5;  ///< looks for all to have had theirs
  std::array<std::uint64_t, kHistograms> count{};
  void show(std::size_t which, const LatencyHistogram& histogram) noexcept {
    if (count[which] == histogram.count()) return;
    count[which] = histogram.count();
    shown[which].store(histogram);
  }
};

}  // namespace gannet::app
