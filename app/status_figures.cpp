#include "app/status_figures.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <utility>

#include "domain/denial.h"
#include "domain/units.h"
#include "engine/abi_words.h"

namespace gannet::app {
namespace {

using monitor::FigureId;
using monitor::Figures;
using monitor::Label;

double to_seconds(Nanos duration) noexcept { return static_cast<double>(duration.count) / 1e9; }
double money(__int128 raw) noexcept { return to_double(Amount{raw, {}}); }
double flag(bool value) noexcept { return value ? 1 : 0; }
double number(std::uint64_t value) noexcept { return static_cast<double>(value); }

std::vector<Label> label(std::string_view key, std::string_view value) {
  return {{key, std::string(value)}};
}

std::string_view problem_name(okx::ProblemKind kind) noexcept {
  using Kind = okx::ProblemKind;
  switch (kind) {
    case Kind::Fatal:
      return "fatal";
    case Kind::Malformed:
      return "malformed";
    case Kind::UnknownInstrument:
      return "unknown_instrument";
    case Kind::Ignored:
      return "ignored";
    case Kind::Refused:
      return "refused";
    case Kind::TimedOut:
      return "timed_out";
    case Kind::Notice:
      return "notice";
  }
  return "";
}

/// One value for each name of a closed set; the names are all there from the start, so that the
/// first of a kind is seen as an increase.
template <class Counts, class Name>
void add_by_name(Figures& out, FigureId what, std::string_view key, const Counts& counts,
                 std::size_t size, Name&& name) {
  for (std::size_t i = 0; i < size; ++i) {
    const std::string_view text = name(i);
    if (!text.empty()) out.add(what, number(counts[i]), label(key, text));
  }
}

class FigureMaker {
 public:
  explicit FigureMaker(const FigureSources& from)
      : from_(from), status_(from.status), engine_(from.engine) {}

  Figures make() {
    out_.time = from_.now;
    out_.values.reserve(600);
    if (status_.started.nanos == 0) return std::move(out_);
    add_process();
    add_state();
    add_connections();
    add_lines();
    add_orders();
    add_refusals();
    add_limiter();
    add_instruments();
    add_money();
    add_balances();
    add_journal_and_rings();
    add_clocks();
    add_recorder();
    add_latencies();
    return std::move(out_);
  }

 private:
  void add_process() {
    out_.add(FigureId::BuildInfo, 1,
             {{"version", from_.run.version},
              {"environment", std::string(name_of(status_.environment))},
              {"engine", from_.run.engine_id}});
    out_.add(FigureId::StartTime, static_cast<double>(status_.started.nanos) / 1e9);
    out_.add(FigureId::StatusAge, to_seconds(from_.now - status_.time));
    out_.add(FigureId::Restarts, number(from_.run.restarts));
    out_.add(FigureId::Crashes, from_.run.recent_crashes);
    out_.add(FigureId::ReactorTurns, number(engine_.turns));
    out_.add(FigureId::PageFaults, number(status_.page_faults));
    out_.add(FigureId::ProcessorTime, to_seconds(from_.host.processor_time));
    if (from_.host.resident_bytes)
      out_.add(FigureId::MemoryResident, number(*from_.host.resident_bytes));
    if (from_.host.disk_free_bytes)
      out_.add(FigureId::DiskFree, number(*from_.host.disk_free_bytes));
  }

  void add_state() {
    for (int i = 0; i <= static_cast<int>(engine::EngineState::Killed); ++i) {
      const auto state = static_cast<engine::EngineState>(i);
      out_.add(FigureId::EngineState, flag(status_.state == state), label("state", name_of(state)));
    }
    for (int i = 1; i <= static_cast<int>(engine::HoldReason::NoValuation); ++i) {
      const auto reason = static_cast<engine::HoldReason>(i);
      out_.add(FigureId::HoldReason, flag(status_.hold_reason == reason),
               label("reason", name_of(reason)));
    }
    out_.add(FigureId::Killed, flag(engine_.killed));
    out_.add(FigureId::KilledParts, number(engine_.killed_parts));
    add_by_name(out_, FigureId::EngineAlerts, "alert", engine_.alerts, engine_.alerts.size(),
                [](std::size_t i) { return engine::name_of(static_cast<engine::Alert>(i)); });
    out_.add(FigureId::Comparisons, number(engine_.rounds));
    out_.add(FigureId::HeldInstruments, number(engine_.held_instruments));
  }

  void add_connections() {
    out_.add(FigureId::ConnectionReady, flag(status_.market_ready), label("connection", "market"));
    out_.add(FigureId::ConnectionReady, flag(status_.account_ready),
             label("connection", "account"));
    out_.add(FigureId::FramesReceived, number(status_.market_frames),
             label("connection", "market"));
    out_.add(FigureId::FramesReceived, number(status_.account_frames),
             label("connection", "account"));
    out_.add(FigureId::Reconnects, number(status_.reconnects));
    out_.add(FigureId::ConnectionMoves, number(status_.moves));
    out_.add(FigureId::FramesRefused, number(status_.frames_refused));
    out_.add(FigureId::MarketEvents, number(engine_.market_events));
    out_.add(FigureId::BookUpdates, number(engine_.books.updates));
    out_.add(FigureId::BookWithdrawals, number(engine_.books.withdrawals));
    add_by_name(out_, FigureId::FeedProblems, "kind", engine_.feed_problems, okx::kDiagnosticKinds,
                [](std::size_t i) { return okx::name_of(static_cast<okx::DiagnosticKind>(i)); });
  }

  /// The connections of the market feed; the last seat is the spare.
  void add_lines() {
    const std::size_t lines =
        std::min<std::size_t>(status_.market_lines, DaemonStatus::kMaxMarketLines);
    for (std::size_t i = 0; i < lines; ++i) {
      const DaemonStatus::MarketLine& line = status_.lines[i];
      const auto who = label("line", std::to_string(i + 1));
      if (line.working) out_.add(FigureId::LineReady, flag(line.ready), who);
      out_.add(FigureId::LineFrames, number(line.frames), who);
      out_.add(FigureId::LineFirst, number(line.first), who);
      out_.add(FigureId::LineSecond, number(line.second), who);
      out_.add(FigureId::LineWhole, number(line.whole), who);
    }
  }

  void add_orders() {
    const engine::OrderCounters& orders = engine_.orders;
    out_.add(FigureId::Requests, number(orders.placed), label("kind", "place"));
    out_.add(FigureId::Requests, number(orders.amended), label("kind", "amend"));
    out_.add(FigureId::Requests, number(orders.cancels), label("kind", "cancel"));
    out_.add(FigureId::Requests, number(orders.queries), label("kind", "query"));
    out_.add(FigureId::Fills, number(status_.fills));
    out_.add(FigureId::DuplicateFills, number(engine_.duplicate_fills));
    out_.add(FigureId::OpenOrders, status_.open_orders);
    out_.add(FigureId::UnknownOrders, status_.unknown_orders);
    out_.add(FigureId::OutcomesUnknown, number(orders.unknown));
    out_.add(FigureId::ForeignOrders, status_.foreign_orders);
    out_.add(FigureId::AlgoOrders, status_.algo_orders);
  }

  void add_refusals() {
    add_by_name(out_, FigureId::OrdersDenied, "reason", engine_.orders.denied_by_reason,
                kDenialReasons,
                [](std::size_t i) { return gannet::name_of(static_cast<DenialReason>(i)); });
    // None and the ends that are no refusals have names as well: they stay at zero.
    add_by_name(out_, FigureId::OrdersRejected, "reason", engine_.rejected, kVenueReasons,
                [](std::size_t i) {
                  const std::string_view name = engine::abi_name(static_cast<VenueReason>(i));
                  return name.empty() ? std::string_view("none") : name;
                });
    add_by_name(out_, FigureId::VenueErrors, "kind", engine_.session_problems, okx::kProblemKinds,
                [](std::size_t i) { return problem_name(static_cast<okx::ProblemKind>(i)); });
    out_.add(FigureId::RestRequests, number(engine_.rest_requests));
    out_.add(FigureId::RestFailures, number(engine_.rest_timed_out), label("kind", "timed_out"));
    out_.add(FigureId::RestFailures, number(engine_.rest_failed), label("kind", "failed"));
    out_.add(FigureId::RestFailures, number(engine_.rest_late), label("kind", "late"));
  }

  void add_limit(std::string_view scope, std::string_view kind,
                 const EngineFigures::LimiterRow& row) {
    if (row.burst == 0) return;
    const std::vector<Label> labels{{"scope", std::string(scope)}, {"kind", std::string(kind)}};
    const double left = std::min(row.left, row.burst);
    out_.add(FigureId::LimiterLeft, row.left, labels);
    out_.add(FigureId::LimiterFill, 1 - left / row.burst, labels);
  }

  void add_limiter() {
    add_limit("account", "place", engine_.account_limit);
    out_.add(FigureId::LimiterHalvings, engine_.account_halvings);
    constexpr std::string_view kKinds[EngineFigures::kLimitedKinds] = {"place", "amend", "cancel"};
    for (std::size_t i = 0; i < instruments(); ++i) {
      for (std::size_t k = 0; k < EngineFigures::kLimitedKinds; ++k)
        add_limit(status_.rows[i].name.view(), kKinds[k], engine_.instrument[i].limits[k]);
    }
  }

  std::size_t instruments() const noexcept {
    return std::min<std::size_t>(status_.instruments, DaemonStatus::kMaxInstruments);
  }

  void add_instruments() {
    for (std::size_t i = 0; i < instruments(); ++i) {
      const DaemonStatus::InstrumentRow& row = status_.rows[i];
      const EngineFigures::Instrument& more = engine_.instrument[i];
      const auto who = label("instrument", row.name.view());
      out_.add(FigureId::InstrumentTrading, flag(row.state == engine::EngineState::Ready), who);
      out_.add(FigureId::BookValid, flag(row.book_valid), who);
      if (more.book_heard.nanos != 0)
        out_.add(FigureId::BookAge, to_seconds(status_.time - more.book_heard), who);
      out_.add(FigureId::InstrumentOrders, row.open_orders, who);
      out_.add(FigureId::Position, to_double(row.position, row.quantity_digits), who);
      out_.add(FigureId::VenuePosition, to_double(more.venue_position, row.quantity_digits), who);
      if (!row.book_valid) continue;
      out_.add(FigureId::BestPrice, to_double(row.best_bid, row.price_digits),
               {who.front(), {"side", "bid"}});
      out_.add(FigureId::BestPrice, to_double(row.best_ask, row.price_digits),
               {who.front(), {"side", "offer"}});
    }
  }

  void add_money() {
    const MoneyStatus& all = status_.money;
    const Label currency{"currency", std::string(all.currency.view())};
    for (std::size_t i = 0; i < all.scopes; ++i) {
      const MoneyStatus::Scope& scope = all.scope[i];
      const Label whose{"scope", std::string(scope.name.view())};
      const std::pair<std::string_view, __int128> parts[] = {
          {"realised", scope.realised}, {"unrealised", scope.unrealised}, {"fees", scope.fees},
          {"funding", scope.funding},   {"other", scope.other},           {"result", scope.result}};
      for (const auto& [part, value] : parts)
        out_.add(FigureId::ResultDay, money(value), {whose, {"part", std::string(part)}, currency});
      out_.add(FigureId::ResultTotal, money(scope.total), {whose, currency});
      out_.add(FigureId::Drawdown, money(scope.drawdown), {whose, currency});
      out_.add(FigureId::Exposure, money(scope.long_value), {whose, {"side", "long"}, currency});
      out_.add(FigureId::Exposure, money(scope.short_value), {whose, {"side", "short"}, currency});
      out_.add(FigureId::Valued, flag(scope.valued), {whose});
      add_loss_limit(whose, "loss_day", -scope.result, scope.loss_day_max);
      add_loss_limit(whose, "drawdown", scope.drawdown, scope.drawdown_max);
      if (i > 0) {  // the first is the account
        out_.add(FigureId::StrategyStopped, flag(scope.stopped), label("strategy", whose.value));
      }
    }
    out_.add(FigureId::BalancesUnexplained, all.balances_unexplained);
    out_.add(FigureId::BillsAgreed, number(all.balances_agreed));
  }

  void add_loss_limit(const Label& whose, std::string_view limit, __int128 used, __int128 most) {
    if (most == 0) return;
    out_.add(FigureId::LossLimitUsed, money(std::max<__int128>(used, 0)) / money(most),
             {whose, {"limit", std::string(limit)}});
  }

  void add_balances() {
    for (std::size_t i = 0; i < engine_.balances; ++i) {
      const EngineFigures::Balance& row = engine_.balance[i];
      const auto currency = label("currency", row.currency.view());
      out_.add(FigureId::BalanceCash, to_double(row.cash), currency);
      out_.add(FigureId::BalanceAvailable, to_double(row.available), currency);
      out_.add(FigureId::BalanceEquity, to_double(row.equity), currency);
    }
  }

  void add_journal_and_rings() {
    out_.add(FigureId::JournalRecords, number(engine_.journal_sequence));
    out_.add(FigureId::JournalLag, number(engine_.journal_sequence - engine_.journal_durable));
    out_.add(FigureId::JournalFailed, flag(status_.journal_failed));
    out_.add(FigureId::LogLost, number(status_.log_records_lost));
    out_.add(FigureId::RingUsed, engine_.journal_ring, label("ring", "journal"));
    out_.add(FigureId::RingUsed, from_.log_ring, label("ring", "log"));
    out_.add(FigureId::RingUsed, engine_.command_ring, label("ring", "commands"));
    out_.add(FigureId::RingUsed, engine_.bill_ring, label("ring", "bills"));
    for (std::size_t i = 0; i < engine_.lanes; ++i) {
      const EngineFigures::Lane& lane = engine_.lane[i];
      const std::string name(lane.name.view());
      out_.add(FigureId::RingUsed, lane.reports, label("ring", name + " reports"));
      out_.add(FigureId::RingUsed, lane.market, label("ring", name + " market"));
      out_.add(FigureId::RingUsed, lane.commands, label("ring", name + " commands"));
      out_.add(FigureId::TradesMissed, number(lane.trades_missed), label("lane", name));
    }
  }

  void add_clocks() {
    const HostFigures& host = from_.host;
    out_.add(FigureId::ClockOffset, to_seconds(status_.clock_offset), label("reference", "venue"));
    out_.add(FigureId::ClockOffset, to_seconds(host.system_offset), label("reference", "system"));
    if (host.ntp_offset)
      out_.add(FigureId::ClockOffset, to_seconds(*host.ntp_offset), label("reference", "ntp"));
    if (host.synchronised) out_.add(FigureId::ClockSynchronised, flag(*host.synchronised));
    if (host.clock_error) out_.add(FigureId::ClockError, to_seconds(*host.clock_error));
  }

  void add_recorder() {
    if (!status_.recording) return;
    out_.add(FigureId::RecorderBytes, number(status_.recording->bytes));
    out_.add(FigureId::RecorderDropped, number(status_.recording->dropped));
    out_.add(FigureId::RecorderStopped, flag(status_.recording->stopped));
  }

  void add_latencies() {
    if (from_.histograms.size() < LatencyBoard::kHistograms) return;
    for (std::size_t i = 0; i < kLatencyStages; ++i) {
      out_.histograms.push_back(to_figure(FigureId::Latency,
                                          label("stage", name_of(static_cast<LatencyStage>(i))),
                                          from_.histograms[i]));
    }
    // One line has nobody to lead.
    for (std::size_t i = 0; i < status_.market_lines && status_.market_lines > 2; ++i) {
      out_.histograms.push_back(to_figure(FigureId::LineLead, label("line", std::to_string(i + 1)),
                                          from_.histograms[kLatencyStages + i]));
    }
  }

  const FigureSources& from_;
  const DaemonStatus& status_;
  const EngineFigures& engine_;
  Figures out_;
};

constexpr unsigned kFirstPower = 7;  // 128 ns
constexpr unsigned kLastPower = 34;  // 17 s
constexpr std::size_t kBounds = 2 * (kLastPower - kFirstPower) + 1;

/// Nanoseconds below which a value counts under that bound: 2^k, 1.5 * 2^k, 2^(k+1), ...
constexpr std::array<std::uint64_t, kBounds> kEdges = [] {
  std::array<std::uint64_t, kBounds> edges{};
  for (std::size_t i = 0; i < kBounds; ++i) {
    const std::uint64_t power = std::uint64_t{1} << (kFirstPower + i / 2);
    edges[i] = i % 2 == 0 ? power : power + power / 2;
  }
  return edges;
}();

/// What is exported: "at most" a whole nanosecond less.
constexpr std::array<double, kBounds> kBoundSeconds = [] {
  std::array<double, kBounds> bounds{};
  for (std::size_t i = 0; i < kBounds; ++i) bounds[i] = static_cast<double>(kEdges[i] - 1) / 1e9;
  return bounds;
}();

}  // namespace

monitor::HistogramFigure to_figure(FigureId what, std::vector<Label> labels,
                                   const LatencyHistogram& histogram) {
  monitor::HistogramFigure out;
  out.what = what;
  out.labels = std::move(labels);
  out.bounds = kBoundSeconds;
  out.counts.resize(kBounds + 1);
  std::size_t at = 0;
  histogram.for_each_bucket([&](std::uint64_t upper_edge, std::uint64_t count) {
    while (at < kBounds && upper_edge >= kEdges[at]) ++at;
    out.counts[at] += count;
  });
  out.sum = static_cast<double>(histogram.sum_nanos()) / 1e9;
  return out;
}

monitor::Figures to_figures(const FigureSources& from) { return FigureMaker(from).make(); }

}  // namespace gannet::app
