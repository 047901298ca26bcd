#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "app/account_listing.h"
#include "app/latency_stages.h"
#include "app/venue_link.h"
#include "base/fixed_string.h"
#include "base/log_events.h"
#include "domain/instrument_table.h"
#include "engine/book_listener.h"
#include "engine/engine_listener.h"
#include "engine/lane_messages.h"
#include "engine/strategy_output.h"
#include "gateway/okx/protocol/diagnostics.h"
#include "gateway/okx/protocol/session_problems.h"

namespace gannet::app {

/// Stands between the core and the publisher: what strategies are told of their orders is also what
/// the log tells, and what the status counts. Reactor thread; log records are handed over as they
/// are, nothing is formatted here.
class EventTap final : public engine::StrategyEvents {
 public:
  EventTap(engine::StrategyEvents& next, const InstrumentTable& instruments) noexcept
      : next_(next), instruments_(instruments) {}

  void on_order_event(const engine::OrderEvent& event) noexcept override;
  void on_fill_event(const engine::FillEvent& event) noexcept override;
  void on_position_event(const engine::PositionEvent& event) noexcept override;
  void on_state_event(const engine::StateEvent& event) noexcept override;
  void on_balance_event(const BalanceReport& report) noexcept override;
  void on_instrument_changed(const InstrumentChange& change) noexcept override {
    next_.on_instrument_changed(change);
  }

  /// Told of each acknowledged order, for the round-trip figure.
  void time_with(VenueLink& link) noexcept { link_ = &link; }
  std::uint64_t fills() const noexcept { return fills_; }
  /// New orders and amends that the venue refused, by VenueReason.
  using Rejections = std::array<std::uint64_t, kVenueReasons>;
  const Rejections& rejections() const noexcept { return rejections_; }
  /// Told of each fill; it outlives this.
  void keep_fills(FillMemory& memory) noexcept { memory_ = &memory; }
  /// From now on until `watched` is asked, the last order event is kept: what comes of a command.
  void watch() noexcept {
    is_watching_ = true;
    watched_.reset();
  }
  std::optional<engine::OrderEvent> watched() noexcept {
    is_watching_ = false;
    return watched_;
  }

 private:
  engine::StrategyEvents& next_;
  const InstrumentTable& instruments_;
  VenueLink* link_ = nullptr;
  FillMemory* memory_ = nullptr;  // null: nobody asks for them
  bool is_watching_ = false;
  std::optional<engine::OrderEvent> watched_;
  std::uint64_t fills_ = 0;
  Rejections rejections_{};
};

/// Stands between the books and the publisher: tells the log when a book is withdrawn and when it
/// is back, and of the venue's maintenance. Costs a call and a byte looked at per update. Reactor
/// thread.
class BookTap final : public engine::BookListener {
 public:
  BookTap(engine::BookListener& next, const InstrumentTable& instruments)
      : next_(next), instruments_(instruments), withdrawn_(instruments.size() * kBookFeeds) {}

  void on_book(InstrumentId instrument, BookFeed feed, const OrderBook& book, bool best_changed,
               Timestamp exchange_time, Timestamp receive_time) noexcept override;
  void on_book_unavailable(InstrumentId instrument, BookFeed feed, BookWithdrawal why,
                           Timestamp now) noexcept override;
  void on_trade(const TradeEvent& trade) noexcept override { next_.on_trade(trade); }
  void on_ticker(const TickerEvent& ticker) noexcept override { next_.on_ticker(ticker); }
  void on_reference_price(const ReferencePriceEvent& price) noexcept override {
    next_.on_reference_price(price);
  }
  void on_market_update(const MarketUpdate& update) noexcept override;

  /// Told of each book that goes to the strategies; outlives this.
  void time_with(LatencyStages& stages) noexcept { stages_ = &stages; }

 private:
  engine::BookListener& next_;
  const InstrumentTable& instruments_;
  LatencyStages* stages_ = nullptr;
  std::vector<std::uint8_t> withdrawn_;  // [instrument][feed]: told and not yet back
};

/// What strategies say, as log lines. Any lane's thread.
class StrategyLog final : public engine::StrategyOutput {
 public:
  void on_strategy_log(StrategyId strategy, std::uint32_t level,
                       std::string_view text) noexcept override;
  void on_strategy_metric(StrategyId strategy, std::string_view name,
                          double value) noexcept override;
};

/// What the gateway's sessions could not use or were refused, as log lines; what could not be read
/// only once a kind, for a broken feed must not fill a disk. Reactor thread.
class SessionLog final : public okx::SessionProblems, public okx::Diagnostics {
 public:
  void on_problem(okx::ProblemKind kind, std::int32_t code,
                  std::string_view text) noexcept override;
  void on_bad_frame(okx::ProblemKind kind, std::int32_t code, std::string_view text,
                    std::string_view excerpt) noexcept override;
  void on_diagnostic(okx::DiagnosticKind kind, std::string_view detail,
                     std::string_view excerpt) noexcept override;
  /// A session stopped for good: why; "" otherwise.
  std::string_view fatal() const noexcept { return fatal_.view(); }
  /// By ProblemKind; those of market sessions are counted by themselves.
  using Problems = std::array<std::uint64_t, okx::kProblemKinds>;
  const Problems& problems() const noexcept { return problems_; }

 private:
  static constexpr std::size_t kRemembered = 64;
  static constexpr Nanos kQuiet = seconds(10);

  /// What comes again and again while the venue is away: one line, then silence and a count.
  struct Repeated {
    std::int32_t code = 0;
    Timestamp next;
    std::int64_t since_last = 0;  ///< cases that were not told
  };

  void tell_bad_frame(okx::ProblemKind kind, std::int32_t code, std::string_view text,
                      std::string_view excerpt) noexcept;
  bool is_new(okx::ProblemKind kind, std::int32_t code, std::string_view text) noexcept;
  void tell_repeated(Repeated& repeated, LogEvent event, std::int32_t code, std::string_view text,
                     Timestamp now) noexcept;

  FixedString<200> fatal_;
  Problems problems_{};
  std::array<std::uint64_t, kRemembered> told_{};  // hashes of what was malformed
  std::size_t told_count_ = 0;
  Repeated refused_, unanswered_;
};

}  // namespace gannet::app
