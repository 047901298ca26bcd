#include "app/summary.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <map>
#include <span>

namespace gannet::app {
namespace {

struct Money {
  Amount realised;  // price profit less fees
  Amount unrealised;
  Amount fees;
};

std::span<const DaemonStatus::InstrumentRow> rows_of(const DaemonStatus& status) {
  return {status.rows.data(),
          std::min<std::size_t>(status.instruments, DaemonStatus::kMaxInstruments)};
}

/// Sums by settle currency: different currencies are not added up.
std::map<std::string, Money> money_of(const DaemonStatus& status) {
  std::map<std::string, Money> money;
  for (const auto& row : rows_of(status)) {
    Money& sum = money[std::string(row.currency.view())];
    sum.realised.raw += row.realised_pnl.raw - row.fees.raw;
    sum.unrealised.raw += row.unrealised_pnl.raw;
    sum.fees.raw += row.fees.raw;
  }
  return money;
}

std::string quantity_text(const DaemonStatus::InstrumentRow& row) {
  std::array<char, kMaxUnitsText> text;
  return {text.data(), format_units(text.data(), row.position.raw, row.quantity_digits)};
}

std::string figures_json(const StageFigures& figures) {
  return fmt::format("{{\"count\":{},\"p50\":{},\"p99\":{},\"max\":{}}}", figures.count,
                     figures.p50.count, figures.p99.count, figures.maximum.count);
}

std::string micros(Nanos value) {
  return fmt::format("{:.1f} us", static_cast<double>(value.count) / 1e3);
}

std::int64_t run_seconds(const DaemonStatus& status) {
  return status.started.nanos == 0 ? 0 : (status.time - status.started).count / 1'000'000'000;
}

}  // namespace

std::string summary_json(const RunSummary& summary) {
  const DaemonStatus& status = summary.status;
  const auto money = money_of(status);
  const auto main = money.find(std::string(status.risk_currency.view()));
  const Money total = main != money.end() ? main->second
                      : money.empty()     ? Money{}
                                          : money.begin()->second;
  std::string out = fmt::format(
      "{{\"environment\":\"{}\",\"orders\":{},\"fills\":{},\"denied\":{},\"rejected\":{},"
      "\"unknown\":{},\"open_orders\":{}"
      ",\"position\":{{",
      name_of(status.environment), status.orders, status.fills, status.denied, status.rejected,
      status.unknown_orders, status.open_orders);
  auto put = std::back_inserter(out);
  const char* comma = "";
  for (const auto& row : rows_of(status)) {
    fmt::format_to(put, "{}\"{}\":\"{}\"", comma, row.name.view(), quantity_text(row));
    comma = ",";
  }
  fmt::format_to(
      put,
      "}},\"realised_pnl\":\"{}\",\"unrealised_pnl\":\"{}\",\"fees\":\"{}\",\"currency\":\"{}\","
      "\"tick_to_order_ns\":{},\"order_round_trip_ns\":{},\"market_frames\":{},\"account_frames\":{"
      "},"
      "\"reconnects\":{},\"log_records_lost\":{},\"duration_s\":{},\"clean_exit\":{}}}",
      to_string(total.realised), to_string(total.unrealised), to_string(total.fees),
      status.risk_currency.view(), figures_json(status.tick_to_order),
      figures_json(status.order_round_trip), status.market_frames, status.account_frames,
      status.reconnects, status.log_records_lost, run_seconds(status), summary.clean_exit);
  return out;
}

std::string summary_page(const RunSummary& summary) {
  const DaemonStatus& status = summary.status;
  std::string out = fmt::format(
      "\n{}Gannet ran {} s and {}.\n\n",
      status.environment == config::Environment::Paper
          ? "PAPER: prices of the real site, orders and money simulated.\n"
          : "",
      run_seconds(status),
      summary.clean_exit ? "left nothing behind: the venue's own list holds no order of ours"
                         : "did NOT end clean");
  auto put = std::back_inserter(out);
  fmt::format_to(
      put, "  orders sent      {:>10}   denied by our gate {:>8}   rejected by the venue {:>6}\n",
      status.orders, status.denied, status.rejected);
  fmt::format_to(
      put, "  fills            {:>10}   market frames      {:>8}   reconnects            {:>6}\n",
      status.fills, status.market_frames, status.reconnects);
  fmt::format_to(put, "  tick to order    p50 {}, p99 {}, max {}\n",
                 micros(status.tick_to_order.p50), micros(status.tick_to_order.p99),
                 micros(status.tick_to_order.maximum));
  fmt::format_to(put, "  order round trip p50 {}, p99 {}, max {}\n\n",
                 micros(status.order_round_trip.p50), micros(status.order_round_trip.p99),
                 micros(status.order_round_trip.maximum));
  for (const auto& row : rows_of(status)) {
    fmt::format_to(put, "  {:<20} position {:>10}\n", row.name.view(), quantity_text(row));
  }
  for (const auto& [currency, sums] : money_of(status)) {
    fmt::format_to(
        put, "  result in {:<10} {:+.4f} realised after fees of {:.4f}, {:+.4f} unrealised\n",
        currency, to_double(sums.realised), to_double(sums.fees), to_double(sums.unrealised));
  }
  if (!summary.note.empty()) fmt::format_to(put, "\n  {}\n", summary.note);
  return out;
}

}  // namespace gannet::app
