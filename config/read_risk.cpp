#include <fmt/format.h>

#include <algorithm>

#include "base/duration_text.h"
#include "base/nearest.h"
#include "config/internal/sections.h"

namespace gannet::config {
namespace {

/// "10 contracts", "0.5 BTC"
std::optional<risk::SizeLimit> read_size(TableReader& limits, std::string_view key) {
  const auto given = limits.text(key);
  if (!given) return std::nullopt;
  const auto space = given->find(' ');
  const auto value = parse_decimal(std::string_view(*given).substr(0, space));
  const std::string unit = space == std::string::npos ? "" : given->substr(space + 1);
  if (!value || value->mantissa < 0 || unit.empty() || !CurrencyName::fits(unit)) {
    limits.problem(key, fmt::format("\"{}\" is no size with its unit, like \"10 contracts\" or "
                                    "\"0.5 BTC\"",
                                    *given));
    return std::nullopt;
  }
  if (unit == "contract" || unit == "contracts") return risk::SizeLimit{*value, {}};
  return risk::SizeLimit{*value, CurrencyName(unit)};
}

/// What a level may lose: of the account and of strategies.
void read_losses(TableReader& limits, risk::LossSettings& out) {
  for (const auto& [key, value] : {std::pair{"loss_day_max", &out.loss_day_max},
                                   std::pair{"drawdown_max", &out.drawdown_max}}) {
    const auto given = limits.decimal(key);
    if (!given) continue;
    if (given->mantissa == 0) limits.problem(key, "must be above 0: with 0 nothing may trade");
    *value = given;
  }
}

/// "00:00" to "23:59", UTC.
void read_day_start(TableReader& risk, Nanos& out) {
  const auto given = risk.text("day_start");
  if (!given) return;
  int hour = -1;
  int minute = -1;
  if (given->size() == 5 && (*given)[2] == ':' &&
      std::ranges::all_of(*given, [](char c) { return c == ':' || (c >= '0' && c <= '9'); })) {
    hour = ((*given)[0] - '0') * 10 + (*given)[1] - '0';
    minute = ((*given)[3] - '0') * 10 + (*given)[4] - '0';
  }
  if (hour < 0 || hour > 23 || minute < 0 || minute > 59) {
    risk.problem("day_start",
                 fmt::format("\"{}\" is no time of the day, like \"00:00\", UTC", *given));
    return;
  }
  out = seconds(hour * 3600 + minute * 60);
}

/// The keys of one level; what is absent stays as it is. `losses` null: this level has none.
enum class Level : std::uint8_t { Account, Other };
void read_limits(TableReader limits, risk::Limits& out, risk::LossSettings* losses = nullptr,
                 Level level = Level::Other) {
  if (losses != nullptr) read_losses(limits, *losses);
  if (const auto size = read_size(limits, "order_quantity_max")) out.order_quantity_max = size;
  if (const auto value = limits.decimal("order_notional_max")) out.order_notional_max = value;
  if (const auto size = read_size(limits, "position_long_max")) out.position_long_max = size;
  if (const auto size = read_size(limits, "position_short_max")) out.position_short_max = size;
  if (const auto count = limits.integer("open_orders_max", 0, 100'000))
    out.open_orders_max = static_cast<std::uint32_t>(*count);
  if (const auto collar = limits.fraction("price_collar")) out.price_collar_ppm = collar;
  if (const auto value = limits.decimal("gross_notional_max")) out.gross_notional_max = value;
  if (const auto value = limits.decimal("net_notional_max")) out.net_notional_max = value;
  if (level == Level::Account) {
    if (const auto value = limits.decimal("leverage_max")) out.leverage_max = value;
    if (const auto value = limits.decimal("free_margin_min")) out.free_margin_min = value;
  }
  limits.finish();
}

/// [risk.instrument.NAME] and [risk.strategy.NAME]: NAME must be one that is configured.
void read_named(TableReader table, const std::vector<std::string>& names, std::string_view what,
                std::vector<std::pair<std::string, risk::Limits>>& out,
                std::vector<std::pair<std::string, risk::LossSettings>>* all_losses = nullptr) {
  for (const auto& [name, node] : table.entries()) {
    const auto known = std::ranges::find(out, name, &std::pair<std::string, risk::Limits>::first);
    risk::Limits limits = known == out.end() ? risk::Limits{} : known->second;
    risk::LossSettings losses;
    read_limits(table.table(name), limits, all_losses != nullptr ? &losses : nullptr);
    if (std::ranges::find(names, name) == names.end()) {
      table.problem(name,
                    fmt::format("limits a{} {} that is not configured{}",
                                what.starts_with('i') ? "n" : "", what, did_you_mean(name, names)));
      continue;
    }
    if (known == out.end()) {
      out.emplace_back(name, limits);
    } else {
      known->second = limits;
    }
    if (all_losses != nullptr) all_losses->emplace_back(name, losses);
  }
}

void read_age(TableReader& risk, std::string_view key, Nanos& out) {
  const auto age = risk.duration(key);
  if (age && age->count == 0) risk.problem(key, "must be above 0: nothing would ever be fresh");
  if (age) out = *age;
}

/// "60/2s"
void read_rate(TableReader& limits, std::string_view key, risk::RateLimit& out) {
  const auto given = limits.text(key);
  if (!given) return;
  const auto slash = given->find('/');
  const auto count = parse_units(std::string_view(*given).substr(0, slash), 0);
  const auto window = slash == std::string::npos
                          ? std::nullopt
                          : parse_duration(std::string_view(*given).substr(slash + 1));
  const bool fits = count && window && *count >= 1 && *count <= 1'000'000 &&
                    *window >= milliseconds(1) && *window <= seconds(3600);
  if (!fits)
    return limits.problem(key, fmt::format("\"{}\" is no rate like \"60/2s\": 1 to 1,000,000 "
                                           "requests in 1 ms to 1 h",
                                           *given));
  out = {static_cast<std::uint32_t>(*count), *window};
}

template <class T>
std::vector<std::string> names_of(const std::vector<T>& items) {
  std::vector<std::string> names;
  names.reserve(items.size());
  for (const T& item : items) names.push_back(item.name);
  return names;
}

}  // namespace

void read_rates(TableReader limits, risk::RateLimits& rates) {
  read_rate(limits, "place", rates.place);
  read_rate(limits, "place_batch", rates.place_batch);
  read_rate(limits, "amend", rates.amend);
  read_rate(limits, "amend_batch", rates.amend_batch);
  read_rate(limits, "cancel", rates.cancel);
  read_rate(limits, "cancel_batch", rates.cancel_batch);
  read_rate(limits, "place_algo", rates.place_algo);
  read_rate(limits, "amend_algo", rates.amend_algo);
  read_rate(limits, "cancel_algo", rates.cancel_algo);
  // What the venue allows an account follows from its fill ratio, unless it is said outright.
  if (const auto ratio = limits.decimal("fill_ratio")) {
    if (ratio->digits > 6 || ratio->mantissa > 1'000'000'000) {
      limits.problem("fill_ratio", "is no ratio like \"2.5\"");
    } else {
      const auto scale = static_cast<std::uint64_t>(power_of_ten(6 - ratio->digits));
      rates.account.count =
          risk::account_limit_of_fill_ratio(static_cast<std::uint64_t>(ratio->mantissa) * scale);
    }
  }
  read_rate(limits, "account", rates.account);
  if (const auto share = limits.fraction("rate_share")) {
    rates.share_ppm = *share;
    if (*share == 0) limits.problem("rate_share", "must be above 0: no order could leave");
  }
  if (const auto recovery = limits.duration("recovery")) rates.recovery = *recovery;
  if (rates.recovery < seconds(1)) limits.problem("recovery", "must be at least 1 s");
  rates.cancel_reserve_ppm = limits.fraction("cancel_reserve").value_or(rates.cancel_reserve_ppm);
  rates.burst_ppm = limits.fraction("burst").value_or(rates.burst_ppm);
  if (rates.cancel_reserve_ppm >= 1'000'000)
    limits.problem("cancel_reserve", "must leave something to ordinary cancels");
  if (rates.burst_ppm == 0 || rates.burst_ppm >= 1'000'000)
    limits.problem("burst", "must be above 0 and below 100 %");
  limits.finish();
}

void read_risk(TableReader risk, Settings& settings) {
  risk::Settings& out = settings.risk;
  if (const auto currency = risk.text("currency")) {
    if (currency->empty() || !CurrencyName::fits(*currency))
      risk.problem("currency", fmt::format("\"{}\" is no currency", *currency));
    out.currency = CurrencyName(*currency);
  }
  read_age(risk, "metadata_age_max", out.metadata_age_max);
  read_age(risk, "alive_age_max", out.alive_age_max);
  read_age(risk, "book_age_max", out.book_age_max);
  read_age(risk, "mark_age_max", out.mark_age_max);
  read_age(risk, "index_age_max", out.index_age_max);
  read_age(risk, "valuation_age_max", out.valuation_age_max);
  out.price_collar_majors_ppm =
      risk.fraction("price_collar_majors").value_or(out.price_collar_majors_ppm);
  if (const auto part = risk.fraction("canary")) {
    if (*part == 0) risk.problem("canary", "must be above 0: no order could leave");
    out.canary_part_ppm = *part;
  }
  if (const auto canary = risk.choice<bool>("profile", kProfiles)) out.is_canary = *canary;
  out.canary_ppm = out.is_canary ? out.canary_part_ppm : 1'000'000;
  read_rules(risk, out.rules);
  read_day_start(risk, out.day_start);
  TableReader account = risk.table("account");
  read_limits(account, out.account, &out.account_loss, Level::Account);
  // With real money nobody trades without a limit of what may be lost. PRE-15
  if (settings.venue.environment == Environment::Live && !out.account_loss.loss_day_max)
    account.problem("loss_day_max",
                    "is needed for live trading: the most that the account may lose in a day, in "
                    "risk.currency");
  read_limits(risk.table("instrument_default"), out.instrument_default);
  read_limits(risk.table("strategy_default"), out.strategy_default, &out.strategy_loss_default);
  read_named(risk.table("instrument"), names_of(settings.instruments), "instrument",
             out.instruments);
  std::vector<std::string> strategies = names_of(settings.strategies);
  if (std::ranges::find(strategies, engine::kOperatorStrategy) == strategies.end())
    strategies.emplace_back(engine::kOperatorStrategy);
  read_named(risk.table("strategy"), strategies, "strategy", out.strategies, &out.strategy_losses);
  risk.finish();
}

}  // namespace gannet::config
