#include <fmt/format.h>

#include <algorithm>

#include "config/internal/sections.h"

namespace gannet::config {
namespace {

using sim::QueueModel;

constexpr std::pair<std::string_view, QueueModel> kQueueModels[] = {
    {"back", QueueModel::Back},
    {"proportional", QueueModel::Proportional},
    {"front", QueueModel::Front}};

/// "0.02%", "-0.5bps": 10^-9 of the value; negative is a rebate.
void read_rate(TableReader& fees, std::string_view key, std::int64_t& rate) {
  const auto given = fees.text(key);
  if (!given) return;
  std::string_view number = *given;
  std::int64_t per_unit = 0;
  if (number.ends_with("%")) {
    per_unit = 10'000'000;
    number.remove_suffix(1);
  } else if (number.ends_with("bps")) {
    per_unit = 100'000;
    number.remove_suffix(3);
  }
  while (number.ends_with(" ")) number.remove_suffix(1);
  const auto parsed = parse_decimal(number);
  if (per_unit == 0 || !parsed) {
    fees.problem(
        key, fmt::format("\"{}\" is no rate with its unit, like \"0.02%\" or \"-0.5bps\"", *given));
    return;
  }
  const __int128 scaled = static_cast<__int128>(parsed->mantissa) * per_unit;
  const std::int64_t unit = power_of_ten(parsed->digits);
  constexpr __int128 kMost = 100'000'000;  // 10 %
  if (scaled % unit != 0 || scaled / unit > kMost || scaled / unit < -kMost) {
    fees.problem(key, fmt::format("\"{}\" must be -10 % to 10 %, in steps of 0.0000001 %", *given));
    return;
  }
  rate = static_cast<std::int64_t>(scaled / unit);
}

void read_balance(TableReader table, backtest::Settings& out) {
  for (const auto& [name, node] : table.entries()) {
    const auto amount = table.decimal(name);
    if (!amount) continue;
    if (name.empty() || !CurrencyName::fits(name)) {
      table.problem(name, "is no currency");
      continue;
    }
    // Amounts are 128 bits at 18 decimals: what fits 63 bits at its own decimals fits.
    out.balances.push_back({CurrencyName(name), *amount});
  }
  // A table has no order of its own that a person could rely on.
  std::ranges::sort(out.balances, {}, [](const backtest::StartBalance& balance) {
    return std::string(balance.currency.view());
  });
}

void read_latency(TableReader latency, backtest::LatencySettings& out) {
  const auto read = [&](std::string_view key, Nanos& delay) {
    const auto given = latency.duration(key);
    if (!given) return;
    delay = *given;
    if (delay < Nanos{} || delay > seconds(60)) latency.problem(key, "must be \"0s\" to \"60s\"");
  };
  read("order_to_venue", out.order_to_venue);
  read("venue_to_strategy", out.venue_to_strategy);
  latency.finish();
}

void read_fees(TableReader fees, backtest::FeeSettings& out) {
  read_rate(fees, "maker", out.maker);
  read_rate(fees, "taker", out.taker);
  read_rate(fees, "spot_maker", out.spot_maker);
  read_rate(fees, "spot_taker", out.spot_taker);
  fees.finish();
}

/// What the simulated venue cannot be.
void check_trading(const TableReader& backtest, const Settings& trading) {
  if (trading.account.account_mode == AccountMode::Portfolio) {
    backtest.problem("", "the simulated venue has no portfolio margin (account.account_mode)");
  }
  if (trading.instruments.empty()) backtest.problem("", "there is no [[instrument]] to trade");
  if (trading.strategies.empty()) backtest.problem("", "there is no [[strategy]] to run");
  for (const auto& instrument : trading.instruments) {
    if (instrument.leverage &&
        instrument.leverage->find_first_not_of("0123456789") != std::string::npos) {
      backtest.problem("", fmt::format("instrument {}: leverage \"{}\": the simulated venue takes "
                                       "whole numbers",
                                       instrument.name, *instrument.leverage));
    }
  }
}

}  // namespace

void read_backtest(TableReader backtest, BacktestSettings& settings) {
  backtest::Settings& out = settings.backtest;
  out.recording = backtest.required_text(
      "recording", "a .jsonl or .jsonl.zst of public channels, or a recording directory");
  out.instruments_file = backtest.text("instruments").value_or("");
  read_balance(backtest.table("balance"), out);
  if (out.balances.empty()) {
    backtest.problem("balance", "is needed: what the account holds, like USDT = \"10000\"");
  }
  read_fees(backtest.table("fees"), out.fees);
  read_latency(backtest.table("latency"), out.latency);
  out.queue_model = backtest.choice("queue_model", kQueueModels).value_or(out.queue_model);
  out.seed = static_cast<std::uint64_t>(
      backtest.integer("seed", 0, std::numeric_limits<std::int64_t>::max()).value_or(1));
  out.sample_interval = backtest.duration("sample_interval").value_or(out.sample_interval);
  if (out.sample_interval < milliseconds(1)) {
    backtest.problem("sample_interval", "must be at least \"1ms\"");
  }
  check_trading(backtest, settings.trading);
  backtest.finish();
}

}  // namespace gannet::config
