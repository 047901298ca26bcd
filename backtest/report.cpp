#include "backtest/report.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <fstream>

#include "backtest/json_writer.h"
#include "backtest/text.h"
#include "domain/denial.h"
#include "engine/abi_words.h"

namespace gannet::backtest {
namespace {

std::string_view word_for(AlgoKind kind) noexcept {
  switch (kind) {
    case AlgoKind::Conditional:
      return "conditional";
    case AlgoKind::OneCancelsOther:
      return "one_cancels_other";
    case AlgoKind::Trigger:
      return "trigger";
    case AlgoKind::TrailingStop:
      return "trailing_stop";
    case AlgoKind::Iceberg:
      return "iceberg";
    case AlgoKind::TimeWeighted:
      return "time_weighted";
    case AlgoKind::Chase:
      return "chase";
  }
  return "";
}

std::string_view type_word(const OrderLine& order) noexcept {
  if (order.algo) return word_for(*order.algo);
  if (order.kind == OrderKind::Market) return "market";
  switch (order.time_in_force) {
    case TimeInForce::GoodTillCancel:
      return order.post_only ? "post_only" : "limit";
    case TimeInForce::ImmediateOrCancel:
      return "immediate_or_cancel";
    case TimeInForce::FillOrKill:
      return "fill_or_kill";
  }
  return "";
}

std::string_view state_word(const OrderLine& order) noexcept {
  using Kind = engine::OrderEventKind;
  switch (order.state) {
    case Kind::Denied:
      return "denied";
    case Kind::Filled:
      return "filled";
    case Kind::Cancelled:
      return "cancelled";
    case Kind::Rejected:
      return "rejected";
    case Kind::Expired:
      return "expired";
    case Kind::Unknown:
      return "unknown";
    case Kind::PendingNew:
      return "pending";
    case Kind::PartiallyFilled:
      return "partially_filled";
    default:
      return "live";
  }
}

std::string_view reason_word(const OrderLine& order) noexcept {
  return order.is_denied ? name_of(order.denial) : engine::abi_name(order.reason);
}

/// Quoted where the text needs it (RFC 4180).
std::string csv_text(std::string_view text) {
  if (text.find_first_of(",\"\n\r") == std::string_view::npos) return std::string(text);
  std::string quoted = "\"";
  for (const char c : text) {
    if (c == '"') quoted += '"';
    quoted += c;
  }
  return quoted + '"';
}

std::string milliseconds_text(Nanos duration) { return ratio_text(duration.count, 1'000'000, 6); }
std::string percent_text(std::int64_t billionths) { return ratio_text(billionths, 10'000'000, 7); }

struct OrderCounts {
  std::uint64_t decided = 0;
  std::uint64_t denied = 0;
  std::uint64_t sent = 0;
  std::uint64_t rejected = 0;
  std::uint64_t cancelled = 0;
  std::uint64_t filled = 0;
  std::uint64_t with_fills = 0;
};

OrderCounts count_orders(const OrderLog& log) {
  using Kind = engine::OrderEventKind;
  OrderCounts counts;
  for (const OrderLine& order : log.orders()) {
    ++counts.decided;
    counts.denied += order.is_denied ? 1u : 0u;
    counts.sent += order.client_id.valid() ? 1u : 0u;
    counts.rejected += order.state == Kind::Rejected ? 1u : 0u;
    counts.cancelled += order.state == Kind::Cancelled ? 1u : 0u;
    counts.filled += order.state == Kind::Filled ? 1u : 0u;
    counts.with_fills += order.filled.raw > 0 ? 1u : 0u;
  }
  return counts;
}

/// Everything in the currency of the equity curve; what cannot be valued is left out.
struct Totals {
  __int128 realised = 0;
  __int128 unrealised = 0;
  __int128 fees = 0;
  __int128 funding = 0;
  __int128 volume = 0;
  __int128 maker_volume = 0;
  std::uint64_t maker = 0;
  std::uint64_t taker = 0;
};

__int128 worth(const EquityCurve& equity, const Amount& amount) {
  if (amount.raw == 0) return 0;
  const auto value = equity.value_of(amount);
  return value ? value->raw : 0;
}

Totals sum_up(const ReportInputs& in) {
  Totals totals;
  const EquityCurve& equity = in.run.equity();
  for (const Instrument& instrument : in.instruments) {
    const engine::InstrumentStatus& status = in.run.outcome().instruments[instrument.id.value];
    const FillTotals& fills = in.run.log().totals(instrument.id);
    totals.realised += worth(equity, status.realised_pnl);
    if (status.unrealised_pnl) totals.unrealised += worth(equity, *status.unrealised_pnl);
    totals.funding += worth(equity, in.run.outcome().funding[instrument.id.value]);
    totals.maker_volume += worth(equity, fills.maker_notional);
    totals.volume += worth(equity, fills.maker_notional) + worth(equity, fills.taker_notional);
    totals.maker += fills.maker;
    totals.taker += fills.taker;
  }
  for (const FillLine& fill : in.run.log().fills()) totals.fees += worth(equity, fill.fill.fee);
  return totals;
}

std::string money(__int128 raw) { return to_string(Amount{raw, {}}); }

void write_file(JsonWriter& json, std::string_view key, const RunFacts::File& file) {
  json.open(key, '{').field("path", file.path).field("content_id", file.content_id).close('}');
}

void write_run(JsonWriter& json, const ReportInputs& in) {
  const Outcome& outcome = in.run.outcome();
  json.open("run", '{');
  json.field("gannet_version", in.facts.version);
  write_file(json, "config", in.facts.config);
  json.open("recording", '{');
  json.field("path", in.facts.recording.path);
  json.field("content_id", in.facts.recording.content_id);
  json.field("first_message", time_text(outcome.first_message));
  json.field("last_message", time_text(outcome.last_message));
  json.field("seconds",
             ratio_text((outcome.last_message - outcome.first_message).count, 1'000'000'000, 9));
  json.field("messages", outcome.source.messages);
  json.field("messages_used", outcome.source.used);
  json.field("messages_ignored", outcome.source.ignored);
  json.field("gaps", outcome.source.gaps);
  json.close('}');
  json.open("plugins", '[');
  for (const RunFacts::PluginFile& plugin : in.facts.plugins) {
    json.open('{').field("strategy", plugin.strategy).field("name", plugin.name);
    json.field("version", plugin.version).field("path", plugin.file.path);
    json.field("content_id", plugin.file.content_id).close('}');
  }
  json.close(']').close('}');
}

void write_settings(JsonWriter& json, const ReportInputs& in) {
  const Settings& s = in.settings;
  json.open("settings", '{');
  json.field("order_to_venue_ms", milliseconds_text(s.latency.order_to_venue));
  json.field("venue_to_strategy_ms", milliseconds_text(s.latency.venue_to_strategy));
  json.field("fee_maker_percent", percent_text(s.fees.maker));
  json.field("fee_taker_percent", percent_text(s.fees.taker));
  json.field("fee_spot_maker_percent", percent_text(s.fees.spot_maker));
  json.field("fee_spot_taker_percent", percent_text(s.fees.spot_taker));
  json.field("queue_model", sim::to_string(s.queue_model));
  json.field("seed", s.seed);
  json.open("start_balance", '{');
  for (const StartBalance& balance : s.balances) {
    json.field(balance.currency.view(),
               ratio_text(balance.amount.mantissa, power_of_ten(balance.amount.digits),
                          balance.amount.digits));
  }
  json.close('}').close('}');
}

void write_orders(JsonWriter& json, const ReportInputs& in) {
  const OrderCounts counts = count_orders(in.run.log());
  const engine::OrderCounters& engine = in.run.outcome().core.orders;
  const std::size_t fills = in.run.log().fills().size();
  json.open("orders", '{');
  json.field("decided", counts.decided).field("denied", counts.denied);
  json.field("sent", counts.sent).field("amends", engine.amended).field("cancels", engine.cancels);
  json.field("rejected", counts.rejected).field("cancelled", counts.cancelled);
  json.field("filled", counts.filled).field("with_fills", counts.with_fills);
  json.field("fills", fills);
  json.field("open_at_end", in.run.outcome().core.open_orders);
  json.field("fill_ratio", ratio_text(static_cast<__int128>(counts.with_fills),
                                      static_cast<__int128>(counts.sent), 6));
  // The venue's own measure counts what it must work for against what comes of it.
  json.field("order_to_trade",
             ratio_text(static_cast<__int128>(counts.sent + engine.amended + engine.cancels),
                        static_cast<__int128>(fills), 6));
  json.open("denied_by_reason", '{');
  for (int i = 0; i < kDenialReasons; ++i) {
    const auto reason = static_cast<DenialReason>(i);
    const std::uint64_t count = in.run.log().denials(reason);
    if (count != 0) json.field(name_of(reason), count);
  }
  json.close('}').close('}');
}

void write_result(JsonWriter& json, const ReportInputs& in) {
  const EquityCurve& equity = in.run.equity();
  const EquityCurve::Fall& fall = equity.largest_fall();
  const Totals totals = sum_up(in);
  json.open("result", '{');
  json.field("currency", in.risk_currency);
  json.field("equity_start", to_string(equity.first()));
  json.field("equity_end", to_string(equity.last()));
  json.field("profit", to_string(equity.last() - equity.first()));
  json.field("realised_pnl", money(totals.realised));
  json.field("unrealised_pnl", money(totals.unrealised));
  json.field("fees", money(totals.fees));
  json.field("funding", money(totals.funding));
  json.field("volume", money(totals.volume));
  json.field("maker_volume", money(totals.maker_volume));
  json.field("maker_fills", totals.maker).field("taker_fills", totals.taker);
  json.field("maker_share", ratio_text(totals.maker_volume, totals.volume, 6));
  json.open("max_drawdown", '{').field("amount", to_string(fall.amount));
  json.field("fraction",
             fall.amount.raw == 0 ? "0" : ratio_text(fall.amount.raw, fall.peak.raw, 9));
  json.field("peak_time", time_text(fall.peak_time));
  json.field("trough_time", time_text(fall.time)).close('}');
  json.open("unvalued_currencies", '[');
  for (const CurrencyId currency : equity.unvalued()) {
    json.element(in.currencies.name(currency));
  }
  json.close(']').close('}');
}

void write_instruments(JsonWriter& json, const ReportInputs& in) {
  json.open("instruments", '[');
  for (const Instrument& instrument : in.instruments) {
    const engine::InstrumentStatus& status = in.run.outcome().instruments[instrument.id.value];
    const FillTotals& fills = in.run.log().totals(instrument.id);
    const auto currency = in.currencies.name(
        status.realised_pnl.currency.valid() ? status.realised_pnl.currency : instrument.settle);
    json.open('{').field("instrument", instrument.name.view()).field("currency", currency);
    json.field("position", quantity_text(instrument, status.position));
    json.field("average_entry_price", to_string(status.average_entry_price));
    json.field("realised_pnl", to_string(status.realised_pnl));
    json.field("unrealised_pnl",
               status.unrealised_pnl ? to_string(*status.unrealised_pnl) : std::string("0"));
    json.field("fees", to_string(status.fees));
    json.field("funding", to_string(in.run.outcome().funding[instrument.id.value]));
    json.field("maker_fills", fills.maker).field("taker_fills", fills.taker);
    json.field("maker_quantity", quantity_text(instrument, fills.maker_quantity));
    json.field("taker_quantity", quantity_text(instrument, fills.taker_quantity));
    json.field("maker_notional", to_string(fills.maker_notional));
    json.field("taker_notional", to_string(fills.taker_notional));
    json.close('}');
  }
  json.close(']');
}

void write_rest(JsonWriter& json, const ReportInputs& in) {
  const Outcome& outcome = in.run.outcome();
  json.open("strategies", '[');
  for (const StrategyOutcome& strategy : outcome.strategies) {
    json.open('{').field("name", strategy.name).field("failure", strategy.failure);
    json.field("log_lines", strategy.log_lines).close('}');
  }
  json.close(']');
  json.open("checks", '{');
  json.field("ended_flat_of_orders", outcome.ended_flat_of_orders);
  json.field("unknown_orders", outcome.core.unknown_orders);
  json.field("positions_agree_with_venue", outcome.positions_agree);
  json.field("money_conserved", outcome.money_fault.empty());
  json.close('}');
  json.open("alerts", '{');
  for (const auto& [name, count] : outcome.alerts) json.field(name, count);
  json.close('}');
  json.open("notes", '[');
  for (const std::string& note : outcome.notes) json.element(note);
  json.close(']');
}

std::expected<void, Error> write_text(const std::filesystem::path& path, const std::string& text) {
  std::ofstream file(path, std::ios::binary | std::ios::trunc);
  file << text;
  file.close();
  if (file.fail()) return std::unexpected(Error{path.string() + ": cannot be written"});
  return {};
}

}  // namespace

std::string report_json(const ReportInputs& in) {
  JsonWriter json;
  json.open('{').field("format", "gannet.backtest.1");
  write_run(json, in);
  write_settings(json, in);
  write_result(json, in);
  write_orders(json, in);
  write_instruments(json, in);
  write_rest(json, in);
  json.close('}');
  return json.text() + "\n";
}

std::string orders_csv(const ReportInputs& in) {
  std::string csv =
      "number,order_id,strategy,instrument,side,type,price,quantity,filled,average_price,state,"
      "reason,amends,decided_time,arrived_time,ended_time\n";
  std::size_t number = 0;
  for (const OrderLine& order : in.run.log().orders()) {
    const Instrument& instrument = in.instruments[order.instrument];
    const bool has_price = order.algo ? order.price.raw != 0 : order.kind != OrderKind::Market;
    csv += fmt::format(
        "{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{}\n", ++number,
        order.client_id.valid() ? fmt::format("{}", order.client_id.value) : "",
        csv_text(in.run.outcome().strategies[order.strategy.value].name), instrument.name.view(),
        word_for(order.side), type_word(order),
        has_price ? price_text(instrument, order.price) : "",
        quantity_text(instrument, order.quantity), quantity_text(instrument, order.filled),
        average_price_text(instrument, order.filled_cost, order.filled), state_word(order),
        reason_word(order), order.amends, time_text(order.decided_time),
        time_text(order.arrived_time), time_text(order.ended_time));
  }
  return csv;
}

std::string fills_csv(const ReportInputs& in) {
  std::string csv =
      "time,order_number,order_id,strategy,instrument,side,liquidity,price,quantity,fee,"
      "fee_currency,realised_pnl,position_after,trade_id\n";
  for (const FillLine& line : in.run.log().fills()) {
    const OrderLine& order = in.run.log().orders()[line.order];
    const Instrument& instrument = in.instruments[order.instrument];
    const Fill& fill = line.fill;
    csv += fmt::format("{},{},{},{},{},{},{},{},{},{},{},{},{},{}\n", time_text(fill.exchange_time),
                       line.order + 1, order.client_id.value,
                       csv_text(in.run.outcome().strategies[order.strategy.value].name),
                       instrument.name.view(), word_for(order.side), fill.maker ? "maker" : "taker",
                       price_text(instrument, fill.price), quantity_text(instrument, fill.quantity),
                       to_string(fill.fee), in.currencies.name(fill.fee.currency),
                       to_string(line.realised_pnl), quantity_text(instrument, line.position_after),
                       fill.trade_id.value);
  }
  return csv;
}

std::string summary_json(const ReportInputs& in) {
  const OrderCounts counts = count_orders(in.run.log());
  const EquityCurve& equity = in.run.equity();
  const Outcome& outcome = in.run.outcome();
  const Totals totals = sum_up(in);
  JsonWriter json(true);
  json.open('{').field("event", "backtest.done");
  json.field("messages", outcome.source.messages);
  json.field("orders", counts.sent).field("denied", counts.denied);
  json.field("rejected", counts.rejected).field("fills", in.run.log().fills().size());
  json.field("currency", in.risk_currency);
  json.field("profit", to_string(equity.last() - equity.first()));
  json.field("fees", money(totals.fees));
  json.field("max_drawdown", to_string(equity.largest_fall().amount));
  json.field("checks_passed", outcome.ended_flat_of_orders && outcome.positions_agree &&
                                  outcome.money_fault.empty() && outcome.core.unknown_orders == 0);
  json.close('}');
  return json.text();
}

std::expected<void, Error> write_report(const ReportInputs& in, const std::string& directory) {
  std::error_code problem;
  std::filesystem::create_directories(directory, problem);
  if (problem) return std::unexpected(Error{directory + ": " + problem.message()});
  const std::filesystem::path folder(directory);
  const std::pair<const char*, std::string> files[] = {{"report.json", report_json(in)},
                                                       {"orders.csv", orders_csv(in)},
                                                       {"fills.csv", fills_csv(in)},
                                                       {"equity.csv", in.run.equity().csv()},
                                                       {"strategy.log", in.run.strategy_log()}};
  for (const auto& [name, text] : files) {
    if (auto written = write_text(folder / name, text); !written) return written;
  }
  return {};
}

}  // namespace gannet::backtest
