#pragma once

#include <array>
#include <cstdint>
#include <expected>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "backtest/market_feed.h"
#include "backtest/runner.h"
#include "engine/publisher.h"

namespace gannet::backtest {

/// Records are written for the engine's sake and kept by nobody: a backtest is run again instead.
class ForgetfulJournal final : public engine::Journal {
 public:
  bool append(engine::RecordType, std::span<const std::byte>, Timestamp) noexcept override {
    ++sequence_;
    return true;
  }
  std::uint64_t sequence() const noexcept override { return sequence_; }

 private:
  std::uint64_t sequence_ = 0;
};

/// The parts of a backtest, made and bound to each other: the strategies' publisher, the venue, the
/// core between them, the feed, the logs. Hears what the engine and strategies tell an operator.
/// What happens when is the runner's. Thread: one.
struct Stage : engine::EngineListener, engine::StrategyOutput {
  explicit Stage(Inputs given) : inputs(std::move(given)), log(inputs.table) {}
  virtual ~Stage() = default;

  /// Makes all of them. The source's first message is read: it says when it all begins.
  std::expected<void, Error> make();
  /// At `begin`, with its money and leverage.
  void open_account();
  /// Notes what came of it, once all has happened.
  void conclude();

  // engine::EngineListener
  void on_engine_state(const engine::StateEvent&) noexcept override {}
  void on_alert(const engine::AlertEvent& event) noexcept override {
    ++alerts[static_cast<std::size_t>(event.alert)];
  }
  void on_kill_changed(bool, std::string_view, std::string_view, Timestamp) noexcept override {}
  void on_flat_confirmed(Timestamp) noexcept override {}

  // engine::StrategyOutput
  void on_strategy_log(StrategyId strategy, std::uint32_t level,
                       std::string_view text) noexcept override;
  void on_strategy_metric(StrategyId, std::string_view, double) noexcept override {}

  Inputs inputs;
  Outcome outcome;
  OrderLog log;
  ForgetfulJournal journal;
  std::vector<BookFeed> venue_books;  // by instrument
  std::optional<SimulatedVenue> venue;
  engine::FeeTable fees;  // before the publisher: strategies ask it
  std::optional<engine::Publisher> publisher;
  std::optional<engine::TradingCore> core;
  std::optional<MarketFeed> feed;
  std::optional<EquityCurve> equity;
  std::array<std::uint64_t, 64> alerts{};
  std::string strategy_log;
  Timestamp begin;
  Timestamp now;  ///< virtual time

 private:
  std::expected<void, Error> make_strategies();
  std::expected<void, Error> make_venue();
  std::expected<void, Error> make_core();
  /// The books that are wanted, as recorded or made of a deeper one.
  std::expected<void, Error> make_feeds();
  std::expected<void, Error> add_book(InstrumentId instrument, BookFeed wanted);
  bool wants_book(InstrumentId instrument, BookFeed book) const;
  void note_missing(const engine::Subscription& want);
};

}  // namespace gannet::backtest
