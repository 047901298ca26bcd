#include <fmt/format.h>

#include <algorithm>
#include <cstring>

#include "app/internal/engine_room_parts.h"
#include "app/thread_setup.h"

namespace gannet::app {
namespace {

constexpr Nanos kSummaryInterval = seconds(60);

LogEvent log_event_of(engine::Alert alert) noexcept {
  using engine::Alert;
  switch (alert) {
    case Alert::LateFill:
    case Alert::OverFill:
    case Alert::FillTooOld:
    case Alert::FillsMissed:
      return LogEvent::LateFill;
    case Alert::OrderRevived:
    case Alert::OrderVanished:
    case Alert::OrderUnknown:
    case Alert::PreviousRunOrder:
      return LogEvent::OrderUnknown;
    case Alert::ForeignOrder:
    case Alert::ForeignOrdersFull:
    case Alert::UnknownReport:
      return LogEvent::OrderForeign;
    case Alert::PositionDifference:
      return LogEvent::PositionDifference;
    case Alert::DifferenceAccepted:
      return LogEvent::Adjustment;
    case Alert::DeadManFired:
    case Alert::DeadManRefused:
      return LogEvent::TimerRefused;
    case Alert::JournalFull:
      return LogEvent::JournalFull;
    case Alert::VenueClockOff:
      return LogEvent::VenueRefused;
    case Alert::OrderResolvedByHand:
      return LogEvent::OrderResolved;
    case Alert::AlgoFailed:
      return LogEvent::AlgoFailed;
    case Alert::ProtectiveKept:
      return LogEvent::ProtectiveKept;
    case Alert::LiquidationWarning:
      return LogEvent::LiquidationWarning;
    case Alert::BalanceDifference:
      return LogEvent::BalanceDifference;
    case Alert::ClockJumped:
      return LogEvent::ClockJumped;
    case Alert::InvariantBroken:
      return LogEvent::InvariantBroken;
    case Alert::PositionReduced:
      return LogEvent::PositionReduced;
    case Alert::ReductionResidue:
      return LogEvent::ReductionResidue;
    case Alert::LossLimit:
      return LogEvent::LossLimit;
    case Alert::ValuationMissing:
      return LogEvent::ValuationMissing;
    case Alert::Protection:
      return LogEvent::Protection;
    case Alert::BillsUnexplained:
      return LogEvent::BillsUnexplained;
    case Alert::Liquidated:
    case Alert::AutoDeleveraged:
    case Alert::Delivered:
      return LogEvent::PositionTaken;
    case Alert::MoneyMoved:
      return LogEvent::MoneyMoved;
    case Alert::FeesDiffer:
      return LogEvent::FeesDiffer;
    case Alert::RuleBroken:
      return LogEvent::RuleBroken;
    case Alert::MarketSuspect:
      return LogEvent::MarketSuspect;
    case Alert::StrategyDisabled:
      return LogEvent::StrategyDisabled;
    case Alert::StrategyEnabled:
      return LogEvent::StrategyEnabled;
    case Alert::OverrideUsed:
      return LogEvent::OverrideUsed;
    case Alert::OrdersOutDiffer:
    case Alert::OrderNotAsSent:
      return LogEvent::OrdersOutDiffer;
  }
  return LogEvent::OrderUnknown;
}

}  // namespace

void EngineRoom::Parts::on_engine_state(const engine::StateEvent& event) noexcept {
  log(event.event_time, LogEvent::EngineState,
      {LogField::string("state", name_of(event.state)),
       LogField::string("reason", name_of(event.hold_reason))});
}

void EngineRoom::Parts::on_definition_changed(const Instrument& instrument,
                                              Timestamp now) noexcept {
  journal->define(engine::to_definition(instrument), now);
  log(now, LogEvent::InstrumentChanged,
      {LogField::string("instrument", instrument.name.view()),
       LogField::decimal("tick_size", instrument.tick_size.raw, instrument.price_digits),
       LogField::decimal("lot_size", instrument.lot_size.raw, instrument.quantity_digits),
       LogField::decimal("minimum_quantity", instrument.minimum_quantity.raw,
                         instrument.quantity_digits)});
}

void EngineRoom::Parts::on_alert(const engine::AlertEvent& event) noexcept {
  ++alerts_told[static_cast<std::size_t>(event.alert)];
  if (event.alert == engine::Alert::Protection) return;  // told with its name: on_protection
  const bool known = facts.instruments.contains(event.instrument);
  const bool is_named = event.strategy.value < settings.strategies.size();
  log(event.time, log_event_of(event.alert),
      {LogField::string("alert", engine::name_of(event.alert)),
       LogField::string("instrument", known ? facts.instruments[event.instrument].name.view() : ""),
       LogField::number("client_order_id", static_cast<std::int64_t>(event.client_id.value)),
       LogField::number("venue_order_id", static_cast<std::int64_t>(event.venue_id.value)),
       LogField::string("strategy",
                        is_named ? std::string_view(settings.strategies[event.strategy.value].name)
                                 : std::string_view()),
       LogField::string("currency", facts.currencies.name(event.currency)),
       LogField::number("expected", event.expected), LogField::number("actual", event.actual),
       LogField::string("rule", event.rule ? gannet::name_of(*event.rule) : "")});
}

void EngineRoom::Parts::on_kill_changed(bool now_killed, std::string_view why, std::string_view who,
                                        Timestamp now) noexcept {
  killed.store(now_killed || core->kills().account(), std::memory_order_release);
  kill_reason = now_killed ? FixedString<120>(why) : FixedString<120>();
  log(now, now_killed ? LogEvent::EngineKilled : LogEvent::EngineResumed,
      {LogField::string("why", why), LogField::string("who", who)});
  kill_changes.try_push({engine::ControlLevel::Engine,
                         {},
                         now_killed,
                         FixedString<120>(why),
                         FixedString<47>(who),
                         std::exchange(waiting_kill_command, 0)});
  if (started.nanos != 0) publish_status(now);
}

void EngineRoom::Parts::on_day_closed(StrategyId strategy, const engine::ProfitFigures& closing,
                                      Timestamp now) noexcept {
  const auto money = [](const char* name, __int128 raw) {
    return LogField::decimal(name, static_cast<std::int64_t>(raw / 1'000'000'000'000), 6);
  };
  log(now, LogEvent::DayClosed,
      {LogField::string("whose", strategy.valid() ? settings.strategies[strategy.value].name
                                                  : std::string_view("account")),
       money("result", closing.result), money("realised", closing.realised),
       money("unrealised", closing.unrealised), money("fees", closing.fees),
       money("funding", closing.funding), money("other", closing.other),
       LogField::boolean("valued", closing.valued)});
}

void EngineRoom::Parts::on_protection(const engine::ProtectionRule& rule, __int128 value,
                                      Timestamp now) noexcept {
  const auto millionths = [](__int128 number) {
    return static_cast<std::int64_t>(number / 1'000'000'000'000);
  };
  const bool is_ratio = rule.watch == engine::ProtectionWatch::PositionRatio ||
                        rule.watch == engine::ProtectionWatch::MarginRatio ||
                        rule.watch == engine::ProtectionWatch::LiquidationWarning;
  log(now, LogEvent::Protection,
      {LogField::string("name", rule.name), LogField::string("action", name_of(rule.action)),
       LogField::decimal(
           "threshold",
           is_ratio ? static_cast<std::int64_t>(rule.threshold) : millionths(rule.threshold), 6),
       LogField::decimal("value", is_ratio ? static_cast<std::int64_t>(value) : millionths(value),
                         6)});
}

void EngineRoom::Parts::on_flat_confirmed(Timestamp now) noexcept {
  if (kill_began.nanos != 0) kill_times.flat = now - kill_began;
  log(now, LogEvent::EngineFlat, {});
}

void EngineRoom::Parts::on_socket(std::string_view name, const okx::SocketConnectionEvent& event) {
  const Timestamp now = wall_clock_now();
  switch (event.kind) {
    case okx::SocketConnectionEvent::Kind::Connecting:
      return;
    case okx::SocketConnectionEvent::Kind::Open:
      log(now, LogEvent::ConnectionOpen,
          {LogField::string("connection", name), LogField::string("url", event.url),
           LogField::string("address", event.address)});
      return;
    case okx::SocketConnectionEvent::Kind::Closed:
      if (!event.stays_closed) ++reconnects;
      log(now, LogEvent::ConnectionLost,
          {LogField::string("connection", name), LogField::string("why", event.reason.text),
           LogField::number("code", event.reason.code), LogField::string("meaning", event.meaning),
           LogField::number("retry_ms", event.retry_in.count / 1'000'000)});
      return;
  }
}

std::uint64_t EngineRoom::Parts::frames_refused() const noexcept {
  using Kind = okx::DiagnosticKind;
  const okx::OrderSessionCounters account = order_lines->counters();
  std::uint64_t count = account.malformed + account.unknown_instruments + account.ignored_frames;
  for (const Kind kind : {Kind::MalformedFrame, Kind::UnknownEvent, Kind::UnknownFrame,
                          Kind::UnknownChannel, Kind::UnknownInstrument}) {
    count += market_feed->diagnostics(kind);
    if (business_lines) count += business_lines->diagnostics(kind);
  }
  return count;
}

void EngineRoom::Parts::tell_stopped_strategies(Timestamp now) {
  for (std::uint16_t s = 0; s < settings.strategies.size(); ++s) {
    const std::string_view why = publisher->failure_of({s});
    if (why.empty() || stopped_told[s]) continue;
    stopped_told[s] = true;
    log(now, LogEvent::StrategyStopped,
        {LogField::number("strategy", s), LogField::string("name", settings.strategies[s].name),
         LogField::string("why", why)});
  }
}

void EngineRoom::Parts::tell_lanes(Timestamp now) {
  for (const auto& thread : lane_threads) {
    const std::string_view lane = thread->lane().lane().name();
    if (const int error = thread->take_seal_error(); error != 0) {
      log(now, LogEvent::LaneUnsealed,
          {LogField::string("lane", lane), LogField::string("why", std::strerror(error))});
    }
    for (std::uint32_t number = 0; thread->take_refused_call(number);) {
      log(now, LogEvent::CallRefused,
          {LogField::string("lane", lane),
           LogField::string("call", engine::system_call_name(number)),
           LogField::number("number", number)});
    }
  }
}

void EngineRoom::Parts::tell_milestones(const engine::CoreStatus& at, Timestamp now) {
  if (at.market == ConnectionState::Ready && told.market != ConnectionState::Ready) {
    log(now, LogEvent::ConnectionReady, {LogField::string("connection", "market")});
  }
  if (at.account == ConnectionState::Ready && told.account != ConnectionState::Ready) {
    log(now, LogEvent::ConnectionReady, {LogField::string("connection", "orders")});
  }
  if (at.rounds != told.rounds) {
    log(now, LogEvent::ReconcileDone,
        {LogField::number("rounds", static_cast<std::int64_t>(at.rounds)),
         LogField::number("held_instruments", static_cast<std::int64_t>(at.held_instruments)),
         LogField::number("foreign_orders", static_cast<std::int64_t>(at.foreign_orders))});
  }
  if (now - last_summary >= kSummaryInterval) {
    last_summary = now;
    log(now, LogEvent::StatusSummary,
        {LogField::string("state", name_of(at.state)),
         LogField::number("orders", static_cast<std::int64_t>(at.orders.placed)),
         LogField::number("fills", static_cast<std::int64_t>(at.fills)),
         LogField::number("denied", static_cast<std::int64_t>(at.orders.denied)),
         LogField::number("rejected", static_cast<std::int64_t>(at.orders.rejected)),
         LogField::number("open_orders", static_cast<std::int64_t>(at.open_orders)),
         LogField::number("unknown_orders", static_cast<std::int64_t>(at.unknown_orders)),
         LogField::number("tick_to_order_p50_ns", link.tick_to_order().p50.count),
         LogField::number("tick_to_order_p99_ns", link.tick_to_order().p99.count)});
  }
  told = at;
}

void EngineRoom::Parts::tell_started_strategies(Timestamp now) {
  for (std::size_t s = 0; s < plugins.size(); ++s) {
    const engine::StrategyType& type = plugins[s].type();
    log(now, LogEvent::StrategyStarted,
        {LogField::string("name", settings.strategies[s].name),
         LogField::string("plugin", type.name), LogField::string("version", type.version),
         LogField::string("path", type.path),
         LogField::string("content_id", fmt::format("{:016x}", type.content_id))});
  }
}

void EngineRoom::Parts::publish_status(Timestamp now) {
  last_status = now;
  tell_stopped_strategies(now);
  tell_lanes(now);
  const engine::CoreStatus at = core->status();
  tell_milestones(at, now);
  DaemonStatus status;
  status.time = now;
  status.started = started;
  status.state = at.state;
  status.hold_reason = at.hold_reason;
  status.kill_reason = kill_reason;
  status.kill_times = kill_times;
  status.reductions = reductions;
  status.reductions_running = static_cast<std::uint32_t>(core->reducer().running());
  status.killed_parts = killed_parts_text();
  status.flat_confirmed = at.flat_confirmed && at.open_orders == at.kept_orders;
  status.reconciled = at.reconciled;
  status.journal_failed = store->failed();
  status.market_ready = at.market == ConnectionState::Ready;
  status.account_ready = at.account == ConnectionState::Ready;
  status.market_frames = market_feed->frames();
  status.account_frames = order_lines->counters().frames;
  publish_lines(status);
  status.reconnects = reconnects;
  status.frames_refused = frames_refused();
  status.orders = at.orders.placed;
  status.fills = at.fills;
  status.denied = at.orders.denied;
  status.rejected = at.orders.rejected;
  status.open_orders = static_cast<std::uint32_t>(at.open_orders);
  status.unknown_orders = static_cast<std::uint32_t>(at.unknown_orders);
  status.foreign_orders = static_cast<std::uint32_t>(at.foreign_orders);
  status.algo_orders = static_cast<std::uint32_t>(at.algo_orders);
  status.kept_orders = static_cast<std::uint32_t>(at.kept_orders);
  status.log_records_lost = gannet::log_records_lost();
  status.page_faults = page_faults();
  status.clock_offset = rest_session->clock_offset();
  status.tick_to_order = link.tick_to_order();
  status.order_round_trip = link.round_trip();
  for (std::size_t i = 0; i < kLatencyStages; ++i)
    status.stages[i] = link.stages().figures(static_cast<LatencyStage>(i));
  status.environment = settings.venue.environment;
  if (links.recorder != nullptr) status.recording = links.recorder->figures();
  status.risk_currency = settings.risk.currency;
  publish_money(status.money, now);
  status.instruments = static_cast<std::uint32_t>(
      std::min<std::size_t>(facts.instruments.size(), DaemonStatus::kMaxInstruments));
  for (std::uint32_t i = 0; i < status.instruments; ++i) status.rows[i] = row_of({i}, now);
  publish_why_not(status);
  published.store(status);
  publish_figures(at, now);
}

void EngineRoom::Parts::publish_lines(DaemonStatus& status) const {
  status.moves = market_feed->moves() + order_lines->moves() + algo_lines->moves();
  status.market_lines = static_cast<std::uint32_t>(market_feed->seats());
  for (std::size_t seat = 0; seat < market_feed->seats(); ++seat) {
    const okx::MarketFeed::SeatState state = market_feed->state(seat);
    const okx::FeedLineFigures& figures = market_feed->figures(seat);
    status.lines[seat] = {.working = state.working,
                          .ready = state.ready,
                          .moving = state.moving,
                          .frames = market_feed->session(seat).frames(),
                          .first = figures.first,
                          .second = figures.second,
                          .whole = figures.whole,
                          .lead = VenueLink::figures(figures.lead)};
  }
}

DaemonStatus::InstrumentRow EngineRoom::Parts::row_of(InstrumentId id, Timestamp now) {
  const Instrument& instrument = facts.instruments[id];
  const engine::InstrumentStatus at = core->status(id, now);
  DaemonStatus::InstrumentRow row;
  row.name = instrument.name;
  row.price_digits = instrument.price_digits;
  row.quantity_digits = instrument.quantity_digits;
  row.state = at.held ? engine::EngineState::Held : core->state();
  row.hold_reason = at.held ? engine::HoldReason::Reconciliation : core->hold_reason();
  if (at.killed) row.state = engine::EngineState::Killed;
  row.why_not = why_not(id);
  row.position = at.position;
  row.open_orders = core->exposure().open_orders(id);
  row.realised_pnl = at.realised_pnl;
  row.fees = at.fees;
  row.unrealised_pnl = at.unrealised_pnl.value_or(Amount{0, at.realised_pnl.currency});
  row.currency = CurrencyName(facts.currencies.name(instrument.settle));
  for (int feed = 0; feed < kBookFeeds && !row.book_valid; ++feed) {
    const OrderBook* book = core->books().find(id, static_cast<BookFeed>(feed));
    if (book == nullptr || book->best_bid() == nullptr || book->best_ask() == nullptr) continue;
    row.book_valid = true;
    row.best_bid = level_price(*book->best_bid());
    row.best_ask = level_price(*book->best_ask());
  }
  return row;
}

NotTrading EngineRoom::Parts::why_not(InstrumentId id) const {
  const NotTrading engine = why_not_trading(core->state(), core->hold_reason());
  if (engine != NotTrading::Trades) return engine;
  if (core->kills().instrument(id)) return NotTrading::InstrumentKilled;
  if (core->is_outgrown(id)) return NotTrading::DefinitionChanged;
  if (core->is_held(id)) return NotTrading::PositionDifference;
  if (facts.instruments[id].state != InstrumentState::Live) return NotTrading::VenueSuspended;
  for (int feed = 0; feed < kBookFeeds; ++feed) {
    if (core->books().find(id, static_cast<BookFeed>(feed)) != nullptr) return NotTrading::Trades;
  }
  return NotTrading::NoBook;
}

NotTrading EngineRoom::Parts::why_not(StrategyId strategy) const {
  const NotTrading engine = why_not_trading(core->state(), core->hold_reason());
  if (engine != NotTrading::Trades) return engine;
  if (!publisher->failure_of(strategy).empty()) return NotTrading::StrategyFailed;
  if (core->losses().is_broken(strategy)) return NotTrading::LossLimit;
  if (core->kills().strategy(strategy)) return NotTrading::StrategyKilled;
  if (const auto reason = core->rules().disabled(strategy)) {
    return *reason == DenialReason::StrategyStopped ? NotTrading::StrategyStopped
                                                    : NotTrading::RuleBroken;
  }
  if (core->is_stopped(strategy)) return NotTrading::StrategyFailed;
  if (core->mode_of(strategy) == risk::TradingMode::ReduceOnly) return NotTrading::ReduceOnly;
  const auto instruments = publisher->instruments_of(strategy);
  const bool none = !instruments.empty() &&
                    std::ranges::none_of(instruments, [this](InstrumentId id) RUNS_ON(kReactor) {
                      return why_not(id) == NotTrading::Trades;
                    });
  return none ? NotTrading::NoInstruments : NotTrading::Trades;
}

void EngineRoom::Parts::publish_why_not(DaemonStatus& status) const {
  status.why_not = why_not_trading(core->state(), core->hold_reason());
  status.strategies = static_cast<std::uint32_t>(
      std::min(settings.strategies.size(), DaemonStatus::kMaxStrategies));
  for (std::uint16_t s = 0; s < status.strategies; ++s) {
    DaemonStatus::StrategyRow& row = status.strategy[s];
    row.name = FixedString<31>(settings.strategies[s].name);
    row.why_not = why_not(StrategyId{s});
    row.open_orders = core->exposure().open_orders(StrategyId{s});
    if (row.why_not == NotTrading::StrategyFailed) {
      row.detail = FixedString<95>(publisher->failure_of({s}));
    } else if (const auto rule = core->rules().disabled({s});
               rule && row.why_not == NotTrading::RuleBroken) {
      row.detail = FixedString<95>(gannet::name_of(*rule));
    }
  }
}

}  // namespace gannet::app
