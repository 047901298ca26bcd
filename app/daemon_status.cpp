#include "app/daemon_status.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "engine/abi_words.h"

namespace gannet::app {
namespace {

std::string units_text(std::int64_t raw, int digits) {
  std::array<char, kMaxUnitsText> text;
  return {text.data(), format_units(text.data(), raw, digits)};
}

std::string nanos_text(Nanos value) {
  const auto count = static_cast<double>(value.count);
  if (value.count < 10'000) return fmt::format("{} ns", value.count);
  if (value.count < 10'000'000) return fmt::format("{:.1f} us", count / 1e3);
  return fmt::format("{:.1f} ms", count / 1e6);
}

/// Money for people: two decimals, or enough of them to show a small sum.
std::string money_text(const Amount& amount) {
  const double value = to_double(amount);
  const double size = value < 0 ? -value : value;
  return size != 0 && size < 0.1 ? fmt::format("{:+.6f}", value) : fmt::format("{:+.2f}", value);
}

Amount result_of(const DaemonStatus::InstrumentRow& row) {
  return {row.realised_pnl.raw + row.unrealised_pnl.raw - row.fees.raw, row.realised_pnl.currency};
}

std::string state_text(engine::EngineState state, engine::HoldReason reason) {
  if (state == engine::EngineState::Held) return fmt::format("held({})", name_of(reason));
  return std::string(name_of(state));
}

void append_figures(std::string& out, std::string_view name, const StageFigures& figures) {
  fmt::format_to(std::back_inserter(out),
                 "\"{}\":{{\"count\":{},\"p50\":{},\"p99\":{},\"max\":{}}}", name, figures.count,
                 figures.p50.count, figures.p99.count, figures.maximum.count);
}

std::span<const DaemonStatus::MarketLine> lines_of(const DaemonStatus& status) {
  return {status.lines.data(),
          std::min<std::size_t>(status.market_lines, DaemonStatus::kMaxMarketLines)};
}

std::string_view state_of(const DaemonStatus::MarketLine& line) {
  if (!line.working) return "spare";
  if (line.moving) return "moving";
  return line.ready ? "ready" : "down";
}

void append_lines(std::string& out, const DaemonStatus& status) {
  out += ",\"market_lines\":[";
  bool first = true;
  for (const DaemonStatus::MarketLine& line : lines_of(status)) {
    fmt::format_to(std::back_inserter(out),
                   "{}{{\"state\":\"{}\",\"frames\":{},\"first\":{},\"second\":{},\"whole\":{},",
                   first ? "" : ",", state_of(line), line.frames, line.first, line.second,
                   line.whole);
    append_figures(out, "lead_ns", line.lead);
    out += '}';
    first = false;
  }
  out += ']';
}

/// What a person must not overlook: that this is not real money.
std::string_view banner_of(config::Environment environment) noexcept {
  return environment == config::Environment::Paper ? "PAPER " : "";
}

void append_kill_times(std::string& out, const KillTimes& times) {
  fmt::format_to(std::back_inserter(out),
                 "\"kill_times_ns\":{{\"waited\":{},\"sent\":{},\"cancels\":{},\"flat\":{}}},",
                 times.waited.count, times.sent.count, times.cancels, times.flat.count);
}

std::string_view name_of(engine::ReductionResult::End end) noexcept {
  switch (end) {
    case engine::ReductionResult::End::Done:
      return "done";
    case engine::ReductionResult::End::Residue:
      return "residue";
    case engine::ReductionResult::End::Withdrawn:
      return "withdrawn";
  }
  return "";
}

void append_reductions(std::string& out, const DaemonStatus& status) {
  fmt::format_to(std::back_inserter(out), "\"reductions\":{{\"running\":{},\"ended\":[",
                 status.reductions_running);
  bool first = true;
  for (const DaemonStatus::Reduction& row : status.reductions) {
    if (row.time.nanos == 0) continue;
    fmt::format_to(std::back_inserter(out),
                   "{}{{\"time_ns\":{},\"instrument\":\"{}\",\"strategy\":\"{}\",\"end\":\"{}\","
                   "\"left\":\"{}\",\"refusal\":\"{}\"}}",
                   first ? "" : ",", row.time.nanos, row.instrument.view(), row.strategy.view(),
                   name_of(row.end), units_text(row.left.raw, row.quantity_digits),
                   row.refusal ? gannet::name_of(*row.refusal) : "");
    first = false;
  }
  out += "]},";
}

std::string json_text(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    out += static_cast<unsigned char>(c) < 0x20 ? ' ' : c;
  }
  return out;
}

void append_why_not(std::string& out, NotTrading why) {
  fmt::format_to(std::back_inserter(out), "\"not_trading\":\"{}\",\"remedy\":\"{}\"",
                 app::name_of(why), remedy_of(why));
}

std::span<const DaemonStatus::StrategyRow> strategies_of(const DaemonStatus& status) {
  return {status.strategy.data(),
          std::min<std::size_t>(status.strategies, DaemonStatus::kMaxStrategies)};
}

void append_strategies(std::string& out, const DaemonStatus& status) {
  out += ",\"strategies\":[";
  bool first = true;
  for (const DaemonStatus::StrategyRow& row : strategies_of(status)) {
    fmt::format_to(std::back_inserter(out), "{}{{\"strategy\":\"{}\",\"open_orders\":{},",
                   first ? "" : ",", json_text(row.name.view()), row.open_orders);
    append_why_not(out, row.why_not);
    fmt::format_to(std::back_inserter(out), ",\"detail\":\"{}\"}}", json_text(row.detail.view()));
    first = false;
  }
  fmt::format_to(std::back_inserter(out),
                 "],\"control\":{{\"commands\":{},\"garbage\":{},\"forbidden\":{}}}",
                 status.control.commands, status.control.garbage, status.control.forbidden);
}

/// "trades", or why not and what to do.
std::string why_text(NotTrading why) {
  if (why == NotTrading::Trades) return "trades";
  return fmt::format("does NOT trade: {}. {} {}", app::name_of(why), describe(why), remedy_of(why));
}

void append_recording(std::string& out, const DaemonStatus& status) {
  if (!status.recording) {
    out += "\"recording\":null,";
    return;
  }
  const RecorderFigures& at = *status.recording;
  fmt::format_to(
      std::back_inserter(out),
      "\"recording\":{{\"stopped\":{},\"messages\":{},\"bytes\":{},\"dropped\":{},\"repeated\":{},"
      "\"gaps\":{},\"segments\":{}}},",
      at.stopped, at.messages, at.bytes, at.dropped, at.repeated, at.gaps, at.segments);
}

std::span<const DaemonStatus::InstrumentRow> rows_of(const DaemonStatus& status) {
  return {status.rows.data(),
          std::min<std::size_t>(status.instruments, DaemonStatus::kMaxInstruments)};
}

}  // namespace

std::string_view name_of(engine::EngineState state) noexcept {
  switch (state) {
    case engine::EngineState::Cold:
      return "cold";
    case engine::EngineState::Connecting:
      return "connecting";
    case engine::EngineState::Reconciling:
      return "reconciling";
    case engine::EngineState::Ready:
      return "ready";
    case engine::EngineState::Held:
      return "held";
    case engine::EngineState::Killed:
      return "killed";
  }
  return "";
}

std::string_view name_of(engine::HoldReason reason) noexcept { return engine::abi_name(reason); }

std::string_view name_of(config::Environment environment) noexcept {
  switch (environment) {
    case config::Environment::Sim:
      return "sim";
    case config::Environment::Paper:
      return "paper";
    case config::Environment::Demo:
      return "demo";
    case config::Environment::Live:
      return "live";
  }
  return "";
}

std::string state_words(const DaemonStatus& status) {
  std::string out = fmt::format("{}{}", banner_of(status.environment),
                                state_text(status.state, status.hold_reason));
  if (!status.kill_reason.empty())
    fmt::format_to(std::back_inserter(out), " ({})", status.kill_reason.view());
  std::string apart;  // instruments whose state is one of their own
  for (const auto& row : rows_of(status)) {
    if (row.state == status.state) continue;
    fmt::format_to(std::back_inserter(apart), "{}{} {}", apart.empty() ? "; " : ", ",
                   row.name.view(), state_text(row.state, row.hold_reason));
  }
  return out + apart;
}

std::string to_json(const DaemonStatus& status) {
  std::string out;
  auto put = std::back_inserter(out);
  fmt::format_to(
      put,
      "{{\"environment\":\"{}\",\"state\":\"{}\",\"hold_reason\":\"{}\",\"kill_reason\":\"{}\","
      "\"killed_parts\":\"{}\",\"flat\":{},"
      "\"uptime_s\":{},\"market_ready\":{},\"account_ready\":{},\"journal_failed\":{},"
      "\"market_frames\":{},\"account_frames\":{},\"reconnects\":{},\"moves\":{},"
      "\"frames_refused\":{},"
      "\"orders\":{},"
      "\"fills\":{},\"denied\":{},\"rejected\":{},\"open_orders\":{},\"unknown_orders\":{},"
      "\"foreign_orders\":{},\"algo_orders\":{},\"kept_orders\":{},\"log_records_lost\":{},"
      "\"reactor_page_faults\":{},\"clock_offset_ns\":{},",
      name_of(status.environment), name_of(status.state), name_of(status.hold_reason),
      json_text(status.kill_reason.view()), json_text(status.killed_parts.view()),
      status.flat_confirmed, (status.time - status.started).count / 1'000'000'000,
      status.market_ready, status.account_ready, status.journal_failed, status.market_frames,
      status.account_frames, status.reconnects, status.moves, status.frames_refused, status.orders,
      status.fills, status.denied, status.rejected, status.open_orders, status.unknown_orders,
      status.foreign_orders, status.algo_orders, status.kept_orders, status.log_records_lost,
      status.page_faults, status.clock_offset.count);
  append_why_not(out, status.why_not);
  out += ',';
  append_kill_times(out, status.kill_times);
  append_reductions(out, status);
  append_recording(out, status);
  append_figures(out, "tick_to_order_ns", status.tick_to_order);
  out += ',';
  append_figures(out, "order_round_trip_ns", status.order_round_trip);
  append_lines(out, status);
  out += ",\"instruments\":[";
  bool first = true;
  for (const auto& row : rows_of(status)) {
    fmt::format_to(
        put,
        "{}{{\"instrument\":\"{}\",\"state\":\"{}\",\"hold_reason\":\"{}\",\"position\":\"{}\","
        "\"open_orders\":{},\"realised_pnl\":\"{}\",\"unrealised_pnl\":\"{}\",\"fees\":\"{}\","
        "\"currency\":\"{}\",",
        first ? "" : ",", row.name.view(), name_of(row.state), name_of(row.hold_reason),
        units_text(row.position.raw, row.quantity_digits), row.open_orders,
        to_string(row.realised_pnl), to_string(row.unrealised_pnl), to_string(row.fees),
        row.currency.view());
    append_why_not(out, row.why_not);
    if (row.book_valid) {
      fmt::format_to(put, ",\"best_bid\":\"{}\",\"best_ask\":\"{}\"}}",
                     units_text(row.best_bid.raw, row.price_digits),
                     units_text(row.best_ask.raw, row.price_digits));
    } else {
      out += ",\"best_bid\":null,\"best_ask\":null}";
    }
    first = false;
  }
  out += ']';
  append_strategies(out, status);
  out += ",\"money\":";
  out += to_json(status.money);
  out += '}';
  return out;
}

std::string_view name_of(LatencyStage stage) noexcept {
  switch (stage) {
    case LatencyStage::Decode:
      return "decode";
    case LatencyStage::Dispatch:
      return "dispatch";
    case LatencyStage::Decide:
      return "decide";
    case LatencyStage::Check:
      return "check";
    case LatencyStage::Write:
      return "write";
    case LatencyStage::TickToOrder:
      return "tick_to_order";
    case LatencyStage::Acknowledge:
      return "acknowledge";
  }
  return "";
}

std::string latency_json(const DaemonStatus& status) {
  std::string out = "{";
  for (std::size_t i = 0; i < kLatencyStages; ++i) {
    if (i > 0) out += ',';
    append_figures(out, fmt::format("{}_ns", name_of(static_cast<LatencyStage>(i))),
                   status.stages[i]);
  }
  return out + '}';
}

std::string latency_page(const DaemonStatus& status) {
  std::string out =
      fmt::format("{:<14} {:>12} {:>10} {:>10} {:>10}\n", "stage", "count", "p50", "p99", "max");
  for (std::size_t i = 0; i < kLatencyStages; ++i) {
    const StageFigures& stage = status.stages[i];
    fmt::format_to(std::back_inserter(out), "{:<14} {:>12} {:>10} {:>10} {:>10}\n",
                   name_of(static_cast<LatencyStage>(i)), stage.count, nanos_text(stage.p50),
                   nanos_text(stage.p99), nanos_text(stage.maximum));
  }
  return out;
}

std::string status_line(const DaemonStatus& status, const DaemonStatus& before) {
  const double elapsed =
      std::max(1e-3, static_cast<double>((status.time - before.time).count) / 1e9);
  const std::uint64_t frames = status.market_frames + status.account_frames;
  const double rate =
      static_cast<double>(frames - before.market_frames - before.account_frames) / elapsed;
  std::string out = fmt::format("{}{:>4}s {:<12}", banner_of(status.environment),
                                (status.time - status.started).count / 1'000'000'000,
                                state_text(status.state, status.hold_reason));
  for (const auto& row : rows_of(status)) {
    fmt::format_to(std::back_inserter(out), " | {} pos {} pnl {} {}", row.name.view(),
                   units_text(row.position.raw, row.quantity_digits), money_text(result_of(row)),
                   row.currency.view());
  }
  fmt::format_to(std::back_inserter(out),
                 " | open {} fills {} | {:.0f} msg/s | tick-to-order p50 {} p99 {}",
                 status.open_orders, status.fills, rate, nanos_text(status.tick_to_order.p50),
                 nanos_text(status.tick_to_order.p99));
  return out;
}

std::string status_page(const DaemonStatus& status) {
  std::string out;
  auto put = std::back_inserter(out);
  fmt::format_to(put, "state          {}\n", state_words(status));
  if (status.why_not != NotTrading::Trades)
    fmt::format_to(put, "engine         {}\n", why_text(status.why_not));
  if (!status.killed_parts.empty())
    fmt::format_to(put, "killed         {}\n", status.killed_parts.view());
  fmt::format_to(put, "connections    market {}, account {}, {} reconnects\n",
                 status.market_ready ? "ready" : "down", status.account_ready ? "ready" : "down",
                 status.reconnects);
  if (status.market_lines > 2) {
    for (std::size_t i = 0; i < lines_of(status).size(); ++i) {
      const DaemonStatus::MarketLine& line = lines_of(status)[i];
      if (!line.working) continue;
      fmt::format_to(put, "market line {}  {}, first {} times by p50 {}, p99 {}; second {} times\n",
                     i + 1, state_of(line), line.first, nanos_text(line.lead.p50),
                     nanos_text(line.lead.p99), line.second);
    }
  }
  fmt::format_to(put,
                 "orders         {} sent, {} open, {} unknown, {} denied, {} rejected, {} fills\n",
                 status.orders, status.open_orders, status.unknown_orders, status.denied,
                 status.rejected, status.fills);
  if (status.algo_orders != 0) {
    fmt::format_to(put,
                   "algo orders    {} of the open ones, {} kept by kill and hold; the venue's "
                   "dead-man timer does not cancel them\n",
                   status.algo_orders, status.kept_orders);
  }
  if (status.recording) {
    fmt::format_to(put, "recording      {}{} messages, {:.1f} MB, {} gaps, {} dropped\n",
                   status.recording->stopped ? "STOPPED, " : "", status.recording->messages,
                   static_cast<double>(status.recording->bytes) / 1e6, status.recording->gaps,
                   status.recording->dropped);
  }
  if (status.foreign_orders != 0) {
    fmt::format_to(put, "foreign        {} orders on the account that are not ours\n",
                   status.foreign_orders);
  }
  fmt::format_to(put, "tick to order  p50 {}, p99 {}, max {} ({} orders)\n",
                 nanos_text(status.tick_to_order.p50), nanos_text(status.tick_to_order.p99),
                 nanos_text(status.tick_to_order.maximum), status.tick_to_order.count);
  fmt::format_to(put, "round trip     p50 {}, p99 {}, max {}\n",
                 nanos_text(status.order_round_trip.p50), nanos_text(status.order_round_trip.p99),
                 nanos_text(status.order_round_trip.maximum));
  out += money_line(status.money);
  for (const auto& row : rows_of(status)) {
    fmt::format_to(put, "{:<20} {:<12} {:>14} / {:<14} position {:>10}  result {} {}\n",
                   row.name.view(), state_text(row.state, row.hold_reason),
                   row.book_valid ? units_text(row.best_bid.raw, row.price_digits) : "-",
                   row.book_valid ? units_text(row.best_ask.raw, row.price_digits) : "-",
                   units_text(row.position.raw, row.quantity_digits), money_text(result_of(row)),
                   row.currency.view());
    if (row.why_not != status.why_not)
      fmt::format_to(put, "{:<20} {}\n", "", why_text(row.why_not));
  }
  for (const auto& row : strategies_of(status)) {
    fmt::format_to(put, "strategy {:<11} {}{}{}, {} open orders\n", row.name.view(),
                   row.why_not == status.why_not && row.why_not != NotTrading::Trades
                       ? "does NOT trade: the engine does not"
                       : why_text(row.why_not),
                   row.detail.empty() ? "" : " Its words: ", row.detail.view(), row.open_orders);
  }
  return out;
}

}  // namespace gannet::app
