#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace gannet {

enum class LogLevel : std::uint8_t { Debug, Info, Warning, Error, Critical };

// Every event that Gannet logs: (enumerator, name on the line, level, what it tells a reader).
// docs/logs.md is printed from this list. Names are stable: people's alerts match on them.
#define GANNET_LOG_EVENTS(X)                                                                       \
  X(EngineStarting, "engine.starting", Info,                                                       \
    "configuration read; which, state directory, engine id")                                       \
  X(EngineState, "engine.state", Info, "the engine changed state; from, to, reason")               \
  X(EngineStopped, "engine.stopped", Info, "clean end; open orders left at the venue")             \
  X(EngineKilled, "engine.killed", Critical, "the kill switch was pressed; who, why")              \
  X(PartKilled, "engine.part_killed", Critical,                                                    \
    "a strategy, an instrument or the whole account was killed or resumed; what, who, why")        \
  X(InvariantBroken, "engine.invariant_broken", Critical,                                          \
    "our own books contradict themselves: the engine killed itself; what, counted and found")      \
  X(ClockJumped, "engine.paused", Error,                                                           \
    "the machine stood still: held until all is compared with the venue; for how long")            \
  X(EngineFlat, "engine.flat", Warning, "the venue's own list holds no order of ours, twice")      \
  X(EngineResumed, "engine.resumed", Warning, "a person cleared a kill or hold")                   \
  X(InstrumentState, "instrument.state", Info, "one instrument changed state; reason")             \
  X(InstrumentChanged, "instrument.changed", Warning,                                              \
    "the venue changed a definition; tick, lot and minimum from now on")                           \
  X(VenueMaintenance, "venue.maintenance", Warning,                                                \
    "the venue announces or ends a maintenance; state, service, begin, end")                       \
  X(HistoryMissing, "strategy.history_missing", Warning,                                           \
    "past candles that a strategy wanted could not be had; it starts without")                     \
  X(ConfigError, "config.error", Error, "the configuration cannot be used; what and where")        \
  X(VenueRefused, "venue.refused", Critical,                                                       \
    "the venue refused credentials, clock or environment")                                         \
  X(ConnectionOpen, "connection.open", Info, "a socket is open")                                   \
  X(ConnectionReady, "connection.ready", Info, "logged in and every subscription acknowledged")    \
  X(ConnectionLost, "connection.lost", Warning, "a socket closed; why; reconnect follows")         \
  X(ConnectionNotice, "connection.notice", Warning, "the venue announces a service upgrade")       \
  X(FrameRefused, "frame.refused", Warning,                                                        \
    "a frame could not be used; once per kind, with its beginning, secrets masked")                \
  X(RequestRefused, "request.refused", Warning,                                                    \
    "the venue refused a login, subscription or question; one line in 10 s of each, with a count") \
  X(RequestUnanswered, "request.unanswered", Warning,                                              \
    "a question had no answer in time; one line in 10 s, with a count of `more`")                  \
  X(BookWithdrawn, "book.withdrawn", Warning, "a book is not proven and not served; why")          \
  X(BookRestored, "book.restored", Info, "a withdrawn book has a snapshot again")                  \
  X(BookReplaced, "book.replaced", Warning,                                                        \
    "the account is not given a deep book: `books` stands for it from now on")                     \
  X(OrderPlaced, "order.placed", Info, "a new order was sent")                                     \
  X(OrderDenied, "order.denied", Info,                                                             \
    "we refused an order; reason, limit, value, what would pass")                                  \
  X(OrderRejected, "order.rejected", Warning, "the venue refused an order; reason")                \
  X(OrderLive, "order.live", Info, "an order rests at the venue")                                  \
  X(OrderAmended, "order.amended", Info, "new terms are in force")                                 \
  X(OrderCancelled, "order.cancelled", Info, "an order ended without (more) fills; reason")        \
  X(OrderFilled, "order.filled", Info, "an order is filled")                                       \
  X(OrderUnknown, "order.unknown", Warning, "an outcome is not known; the venue is asked")         \
  X(OrderResolved, "order.resolved", Info,                                                         \
    "a person said what became of an order whose outcome was unknown")                             \
  X(AlgoFailed, "order.algo_failed", Error,                                                        \
    "what an algo order would put in was refused: the position it guarded is open")                \
  X(ProtectiveKept, "order.protective_kept", Warning,                                              \
    "kill or hold left a reduce-only exit at the venue, for its position is open")                 \
  X(LiquidationWarning, "position.liquidation_warning", Critical,                                  \
    "the venue warns that a position may be liquidated soon; margin ratio in millionths")          \
  X(BalanceDifference, "balance.difference", Warning,                                              \
    "two channels of the venue tell different cash of a currency; compared anew")                  \
  X(PositionReduced, "position.reduced", Warning,                                                  \
    "the engine brought a position down; target, what is left")                                    \
  X(ReductionResidue, "position.reduction_residue", Critical,                                      \
    "a position that was to go down is still there; target, what is left")                         \
  X(PositionTaken, "position.taken", Critical,                                                     \
    "the venue ended a position: liquidation, deleveraging, delivery, settlement")                 \
  X(LossLimit, "risk.loss_limit", Critical,                                                        \
    "a loss or drawdown limit was reached; whose, which, limit, result")                           \
  X(ValuationMissing, "risk.valuation_missing", Critical,                                          \
    "what a loss limit watches cannot be valued: no new risk until it can")                        \
  X(Protection, "risk.protection", Critical,                                                       \
    "an automatic protection acted; which, what it saw, what it does")                             \
  X(BillsUnexplained, "balance.unexplained", Critical,                                             \
    "a balance is not what its bills add up to; currency, what is left over")                      \
  X(MoneyMoved, "balance.moved", Warning, "a transfer, conversion or clawback; currency, amount")  \
  X(FeesDiffer, "fees.differ", Warning,                                                            \
    "a fee is not the rate that is reckoned with; expected, actual")                               \
  X(DayClosed, "money.day_closed", Info,                                                           \
    "the trading day ended; realised, unrealised, fees, funding, result")                          \
  X(HistoryFailed, "history.failed", Error,                                                        \
    "the history database could not be written; trading goes on; why")                             \
  X(OrderForeign, "order.foreign", Warning, "an order on the account that is not ours")            \
  X(Fill, "fill", Info, "one match was booked; price, quantity, position after")                   \
  X(LateFill, "fill.late", Error, "a fill for an order that had ended was booked")                 \
  X(PositionDifference, "position.difference", Error, "our position and the venue's differ")       \
  X(ReconcileDone, "reconcile.done", Info, "compared with the venue; differences")                 \
  X(Adjustment, "reconcile.adjustment", Error, "a difference was taken over from the venue")       \
  X(StrategyStarted, "strategy.started", Info,                                                     \
    "a plugin instance runs; plugin, version, content id")                                         \
  X(StrategyStopped, "strategy.stopped", Error,                                                    \
    "a strategy was stopped; why; its orders are cancelled")                                       \
  X(StrategyLog, "strategy.log", Info, "a strategy's own words")                                   \
  X(JournalOpened, "journal.opened", Info,                                                         \
    "records recovered, what was left out, how a torn end was cut")                                \
  X(JournalFull, "journal.full", Critical, "the ring is full: new orders are held")                \
  X(JournalError, "journal.error", Critical, "a segment could not be written or synced")           \
  X(RecorderStarted, "recorder.started", Info, "frames are recorded; directory, segments mended")  \
  X(RecorderSegment, "recorder.segment", Info, "a segment is whole; messages, bytes, gaps")        \
  X(RecorderGap, "recorder.gap", Warning,                                                          \
    "a recorded stream has a hole; channel, instrument, sequence expected and got")                \
  X(RecorderDropped, "recorder.dropped", Warning, "frames did not fit the recorder's queue")       \
  X(RecorderStopped, "recorder.stopped", Error, "nothing is recorded any more; why")               \
  X(CredentialsReloaded, "credentials.reloaded", Warning,                                          \
    "another API key is in use: its login was proven first; who")                                  \
  X(CredentialsRefused, "credentials.refused", Error,                                              \
    "another API key was not taken, the old one stays; why")                                       \
  X(CommandReceived, "command.received", Info,                                                     \
    "an operator's command that changes something; who, what")                                     \
  X(CommandForbidden, "command.forbidden", Warning,                                                \
    "somebody asked for what their role does not allow; who, what, the role needed")               \
  X(CommandGarbage, "command.garbage", Warning,                                                    \
    "a line on the control socket was no command; one line in 10 s, with a count")                 \
  X(TimerRefused, "timer.refused", Warning, "the venue refused the cancel-all-after timer")        \
  X(StatusSummary, "status", Info, "the figures of the last minute")                               \
  X(RuleBroken, "risk.rule_broken", Warning,                                                       \
    "a behavioural rule was broken, in `observe` too; once until it has been kept for a minute")   \
  X(MarketSuspect, "risk.market_suspect", Error,                                                   \
    "an instrument's market is not sane: its quotes were pulled, no new risk is taken")            \
  X(StrategyDisabled, "strategy.disabled", Error,                                                  \
    "a behavioural rule disabled a strategy; its orders are cancelled; a person must enable it")   \
  X(StrategyEnabled, "strategy.enabled", Warning, "a person enabled a strategy again; who")        \
  X(LimitChanged, "limit.changed", Warning, "a limit is another; who, key, old, new")              \
  X(LimitKept, "limit.kept", Warning, "a change of a limit was not made; key, why")                \
  X(OverrideGranted, "override.granted", Warning,                                                  \
    "a person lets one order of a strategy past one rule; who, why, until when")                   \
  X(OverrideUsed, "override.used", Warning, "an order went past one rule by a person's word")      \
  X(OrdersOutDiffer, "order.out_differs", Critical,                                                \
    "what went out is not what the journal holds, or not what the venue has; killed")              \
  X(CallRefused, "lane.call_refused", Warning,                                                     \
    "a strategy asked the kernel for what a lane's thread may not have; once of each call")        \
  X(LaneUnsealed, "lane.unsealed", Warning,                                                        \
    "the kernel gave a lane's thread no system-call filter; it runs without")                      \
  X(LogSuppressed, "log.suppressed", Warning,                                                      \
    "more lines of one event than its rate limit were counted, not written")                       \
  X(AlertFired, "alert.fired", Warning,                                                            \
    "an alert began; which, its severity, what was seen, what to do")                              \
  X(AlertRepeated, "alert.repeated", Info,                                                         \
    "an alert that had begun happened again; how often since the last word, how often in all")     \
  X(AlertResolved, "alert.resolved", Info, "an alert is over; how often it happened in all")       \
  X(AlertRouteFailed, "alert.route_failed", Warning,                                               \
    "an alert route did not take what it was told; it is told again; once a minute")               \
  X(LogLost, "log.lost", Warning, "records that did not fit the queue were counted, not kept")

enum class LogEvent : std::uint16_t {
#define GANNET_LOG_ENUMERATOR(id, name, level, text) id,
  GANNET_LOG_EVENTS(GANNET_LOG_ENUMERATOR)
#undef GANNET_LOG_ENUMERATOR
};

#define GANNET_LOG_COUNT(id, name, level, text) +1
inline constexpr std::size_t kLogEvents = 0 GANNET_LOG_EVENTS(GANNET_LOG_COUNT);
#undef GANNET_LOG_COUNT

struct LogEventInfo {
  LogEvent event;
  std::string_view name;
  LogLevel level;
  std::string_view description;
};

/// All events in the order of the list.
std::span<const LogEventInfo> log_events() noexcept;
const LogEventInfo& info_of(LogEvent event) noexcept;
std::string_view name_of(LogLevel level) noexcept;

}  // namespace gannet
