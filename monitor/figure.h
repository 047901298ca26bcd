#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/time.h"

namespace gannet::monitor {

/// Counters only grow while the process lives; gauges go both ways.
enum class FigureKind : std::uint8_t { Counter, Gauge, Histogram };
std::string_view name_of(FigureKind kind) noexcept;

// Every figure that is exported: (enumerator, name, kind, labels, what it tells). docs/metrics.md
// is printed from this list. Names follow Prometheus' conventions, in base units, and are stable:
// people's rules match on them.
#define GANNET_FIGURES(X)                                                                          \
  X(BuildInfo, "gannet_build_info", Gauge, "version, environment, engine",                         \
    "always 1; the labels say what runs")                                                          \
  X(StartTime, "gannet_start_time_seconds", Gauge, "", "when trading started, since 1970")         \
  X(StatusAge, "gannet_status_age_seconds", Gauge, "",                                             \
    "age of the newest word from the trading thread; it speaks five times a second")               \
  X(FiguresAge, "gannet_figures_age_seconds", Gauge, "",                                           \
    "age of all that this scrape shows; made five times a second")                                 \
  X(Restarts, "gannet_restarts_total", Counter, "",                                                \
    "starts on this state directory after the first")                                              \
  X(Crashes, "gannet_recent_crashes", Gauge, "",                                                   \
    "starts in the last ten minutes before this one that died without an end of their own")        \
  X(EngineState, "gannet_engine_state", Gauge, "state", "1 for the state that the engine is in")   \
  X(HoldReason, "gannet_hold_reason", Gauge, "reason", "1 for the reason why trading is held")     \
  X(Killed, "gannet_killed", Gauge, "", "1: the kill switch is pressed")                           \
  X(KilledParts, "gannet_killed_parts", Gauge, "",                                                 \
    "strategies, instruments and account that are killed apart from the engine")                   \
  X(InstrumentTrading, "gannet_instrument_trading", Gauge, "instrument",                           \
    "1: ready; 0: held, killed or not ready yet")                                                  \
  X(StrategyStopped, "gannet_strategy_stopped", Gauge, "strategy",                                 \
    "1: the strategy trades no more in this run")                                                  \
  X(EngineAlerts, "gannet_engine_alerts_total", Counter, "alert",                                  \
    "what the engine wanted a person to know, by kind")                                            \
  X(ConnectionReady, "gannet_connection_ready", Gauge, "connection",                               \
    "1: logged in and every subscription acknowledged")                                            \
  X(Reconnects, "gannet_reconnects_total", Counter, "", "connections that were lost")              \
  X(ConnectionMoves, "gannet_connection_moves_total", Counter, "",                                 \
    "connections that a successor took over before they ended")                                    \
  X(FramesReceived, "gannet_frames_received_total", Counter, "connection",                         \
    "messages from the venue")                                                                     \
  X(FramesRefused, "gannet_frames_refused_total", Counter, "",                                     \
    "messages and rows that could not be understood")                                              \
  X(FeedProblems, "gannet_feed_problems_total", Counter, "kind",                                   \
    "what market sessions could not use or were told, by kind")                                    \
  X(LineReady, "gannet_market_line_ready", Gauge, "line", "1: the line of market data is whole")   \
  X(LineFrames, "gannet_market_line_frames_total", Counter, "line", "messages by this line")       \
  X(LineFirst, "gannet_market_line_first_total", Counter, "line",                                  \
    "events that this line told before any other")                                                 \
  X(LineSecond, "gannet_market_line_second_total", Counter, "line",                                \
    "events that another line had told before")                                                    \
  X(LineWhole, "gannet_market_line_whole_books_total", Counter, "line",                            \
    "books taken from this line as a whole: another was lost or behind")                           \
  X(LineLead, "gannet_market_line_lead_seconds", Histogram, "line",                                \
    "how much earlier its firsts were than the same event by another line")                        \
  X(MarketEvents, "gannet_market_events_total", Counter, "", "market events that the core took")   \
  X(BookValid, "gannet_book_valid", Gauge, "instrument", "1: a book is proven and two-sided")      \
  X(BookAge, "gannet_book_age_seconds", Gauge, "instrument",                                       \
    "since the newest word about its fastest book; absent: there is none")                         \
  X(BookUpdates, "gannet_book_updates_total", Counter, "", "book updates applied")                 \
  X(BookWithdrawals, "gannet_book_withdrawals_total", Counter, "",                                 \
    "books that lost their proof: gaps, lost connections, silence")                                \
  X(Requests, "gannet_requests_total", Counter, "kind",                                            \
    "order requests sent: place, amend, cancel, query")                                            \
  X(OrdersDenied, "gannet_orders_denied_total", Counter, "reason",                                 \
    "orders that we refused ourselves; docs/denials.md has the reasons")                           \
  X(OrdersRejected, "gannet_orders_rejected_total", Counter, "reason",                             \
    "orders and amends that the venue refused")                                                    \
  X(VenueErrors, "gannet_venue_errors_total", Counter, "kind",                                     \
    "questions, logins and subscriptions that the venue refused or left unanswered")               \
  X(RestRequests, "gannet_rest_requests_total", Counter, "", "questions asked over REST")          \
  X(RestFailures, "gannet_rest_failures_total", Counter, "kind",                                   \
    "of those: timed out, failed, or answered too late")                                           \
  X(Fills, "gannet_fills_total", Counter, "", "fills booked")                                      \
  X(DuplicateFills, "gannet_duplicate_fills_total", Counter, "",                                   \
    "fills told again, and not booked again")                                                      \
  X(OpenOrders, "gannet_open_orders", Gauge, "", "orders at the venue or on their way")            \
  X(InstrumentOrders, "gannet_instrument_open_orders", Gauge, "instrument", "likewise, of one")    \
  X(UnknownOrders, "gannet_unknown_orders", Gauge, "",                                             \
    "orders whose outcome is not known and being asked for")                                       \
  X(OutcomesUnknown, "gannet_unknown_outcomes_total", Counter, "",                                 \
    "requests whose outcome became unknown")                                                       \
  X(ForeignOrders, "gannet_foreign_orders", Gauge, "", "orders on the account that are not ours")  \
  X(AlgoOrders, "gannet_algo_orders", Gauge, "", "of the open orders: algo orders")                \
  X(Comparisons, "gannet_comparisons_total", Counter, "",                                          \
    "full comparisons with the venue's lists")                                                     \
  X(HeldInstruments, "gannet_held_instruments", Gauge, "",                                         \
    "instruments whose position differs from the venue's")                                         \
  X(LimiterLeft, "gannet_limiter_remaining_requests", Gauge, "scope, kind",                        \
    "requests that may go at once; scope: an instrument, or account for the limit over all")       \
  X(LimiterFill, "gannet_limiter_fill_ratio", Gauge, "scope, kind",                                \
    "share of that after a pause that is used up: 0 idle, 1 nothing may go")                       \
  X(LimiterHalvings, "gannet_limiter_halvings", Gauge, "",                                         \
    "how often the account's limit is halved because the venue refused requests")                  \
  X(Position, "gannet_position_quantity", Gauge, "instrument",                                     \
    "by fills, long positive, in the instrument's quantity unit")                                  \
  X(VenuePosition, "gannet_venue_position_quantity", Gauge, "instrument",                          \
    "as the venue told it last")                                                                   \
  X(BestPrice, "gannet_best_price", Gauge, "instrument, side", "best bid and best offer")          \
  X(Exposure, "gannet_exposure", Gauge, "scope, side, currency",                                   \
    "value of positions; scope: account, or a strategy")                                           \
  X(ResultDay, "gannet_result_day", Gauge, "scope, part, currency",                                \
    "since the day began: realised, unrealised, fees (paid), funding (received), other, result")   \
  X(ResultTotal, "gannet_result", Gauge, "scope, currency",                                        \
    "profit and loss since the journal began")                                                     \
  X(Drawdown, "gannet_drawdown", Gauge, "scope, currency", "below the highest result")             \
  X(LossLimitUsed, "gannet_loss_limit_used_ratio", Gauge, "scope, limit",                          \
    "share of a limit of loss_day or drawdown that is used; absent: no limit")                     \
  X(Valued, "gannet_valued", Gauge, "scope", "1: every part of the result has a fresh price")      \
  X(BalanceCash, "gannet_balance_cash", Gauge, "currency", "cash on the account")                  \
  X(BalanceAvailable, "gannet_balance_available", Gauge, "currency", "what new orders may use")    \
  X(BalanceEquity, "gannet_balance_equity", Gauge, "currency", "cash and unrealised profit")       \
  X(BalancesUnexplained, "gannet_unexplained_balances", Gauge, "",                                 \
    "currencies whose balance is not what their bills add up to")                                  \
  X(BillsAgreed, "gannet_balances_agreed_total", Counter, "",                                      \
    "balances compared with their bills and found right")                                          \
  X(JournalRecords, "gannet_journal_records_total", Counter, "", "newest sequence appended")       \
  X(JournalLag, "gannet_journal_lag_records", Gauge, "",                                           \
    "records appended that would not survive a power cut yet")                                     \
  X(JournalFailed, "gannet_journal_failed", Gauge, "", "1: it cannot be written any more")         \
  X(RingUsed, "gannet_ring_used_ratio", Gauge, "ring",                                             \
    "share in use: journal, log, commands, bills, and each lane's reports, market, commands")      \
  X(TradesMissed, "gannet_lane_trades_missed_total", Counter, "lane",                              \
    "trades that a slow lane was not shown")                                                       \
  X(LogLost, "gannet_log_records_lost_total", Counter, "", "log records that found no room")       \
  X(PageFaults, "gannet_reactor_page_faults_total", Counter, "",                                   \
    "of the trading thread; stands still once it has warmed up")                                   \
  X(ReactorTurns, "gannet_reactor_turns_total", Counter, "", "turns of the trading loop")          \
  X(Latency, "gannet_latency_seconds", Histogram, "stage",                                         \
    "a market message on its way to an order, stage by stage, and back to its acknowledgement")    \
  X(ClockOffset, "gannet_clock_offset_seconds", Gauge, "reference",                                \
    "clock of the reference less ours: venue by its answers, ntp as the kernel is told, system "   \
    "set since we started")                                                                        \
  X(ClockSynchronised, "gannet_clock_synchronised", Gauge, "",                                     \
    "1: the kernel's clock is kept by NTP or PTP")                                                 \
  X(ClockError, "gannet_clock_error_bound_seconds", Gauge, "",                                     \
    "how far off the kernel believes its clock may be")                                            \
  X(DiskFree, "gannet_state_disk_free_bytes", Gauge, "", "where the state directory is")           \
  X(MemoryResident, "gannet_resident_memory_bytes", Gauge, "", "memory of the process")            \
  X(ProcessorTime, "gannet_processor_seconds_total", Counter, "", "processor time of the process") \
  X(RecorderBytes, "gannet_recorder_bytes_total", Counter, "", "recorded; absent: no recorder")    \
  X(RecorderDropped, "gannet_recorder_dropped_total", Counter, "",                                 \
    "messages that the recorder had no room for")                                                  \
  X(RecorderStopped, "gannet_recorder_stopped", Gauge, "", "1: the recorder gave up")              \
  X(AlertsRaised, "gannet_alerts_raised_total", Counter, "rule",                                   \
    "alerts that the engine's own rules raised")                                                   \
  X(AlertsActive, "gannet_alerts_active", Gauge, "severity", "alerts that are not over")           \
  X(AlertDeliveries, "gannet_alert_deliveries_total", Counter, "route, result",                    \
    "what became of alerts on their routes")                                                       \
  X(AlertsWaiting, "gannet_alerts_waiting", Gauge, "route", "alerts not delivered yet")

enum class FigureId : std::uint8_t {
#define GANNET_FIGURE_ID(id, name, kind, labels, help) id,
  GANNET_FIGURES(GANNET_FIGURE_ID)
#undef GANNET_FIGURE_ID
};

struct FigureName {
  FigureId id{};
  std::string_view name;
  FigureKind kind{};
  std::string_view labels;  ///< "instrument, side"; "": none
  std::string_view help;
};
/// All, in the order of the list.
std::span<const FigureName> figure_names() noexcept;
const FigureName& info_of(FigureId id) noexcept;
/// By its exported name; absent: there is none.
std::optional<FigureId> figure_named(std::string_view name) noexcept;

struct Label {
  std::string_view key;  ///< a literal
  std::string value;
  bool operator==(const Label&) const = default;
};

/// One value. Its labels are those that the list names, in that order.
struct Figure {
  FigureId what{};
  std::vector<Label> labels;
  double value = 0;
};

/// Durations by upper bound. `bounds` ascend, in seconds, and outlive the figure (they are
/// constants); `counts` has one more: each counts what is at most its bound and above the one
/// before, the last what is above all.
struct HistogramFigure {
  FigureId what{};
  std::vector<Label> labels;
  std::span<const double> bounds;
  std::vector<std::uint64_t> counts;
  double sum = 0;
};

/// One look at the engine, made on the cold thread, by value. Figures that are not known are
/// absent.
struct Figures {
  Timestamp time;
  std::vector<Figure> values;
  std::vector<HistogramFigure> histograms;

  void add(FigureId what, double value, std::vector<Label> labels = {}) {
    values.push_back({what, std::move(labels), value});
  }
};

/// Whether `figure` has every one of these labels with these values.
bool has_labels(const Figure& figure, std::span<const Label> wanted) noexcept;

}  // namespace gannet::monitor
