#include "app/limit_use.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "app/json_line.h"

namespace gannet::app {
namespace {

constexpr std::size_t kAccountRows = 7;
constexpr std::size_t kStrategyRows = 5;
constexpr std::size_t kLevelRows = 8;  // of an instrument, or of a strategy in one

using Unit = LimitRow::Unit;
using risk::ResolvedLimits;

/// Adds rows of one level.
class Filler {
 public:
  Filler(LimitUse& out, InstrumentId instrument, StrategyId strategy) noexcept
      : out_(out), instrument_(instrument), strategy_(strategy) {}
  void add(const char* key, Unit unit, std::optional<__int128> limit,
           std::optional<__int128> use = {}) noexcept {
    if (out_.rows.size() == out_.rows.capacity()) {
      out_.cut = true;
      return;
    }
    out_.rows.push_back({key, instrument_, strategy_, unit, limit, use});
  }
  void quantity(const char* key, Quantity limit, std::optional<__int128> use = {}) noexcept {
    const bool none = limit.raw == ResolvedLimits::kNoQuantity;
    add(key, Unit::Quantity, none ? std::nullopt : std::optional<__int128>(limit.raw), use);
  }
  void money(const char* key, __int128 limit, std::optional<__int128> use = {}) noexcept {
    const bool none = limit == ResolvedLimits::kNoNotional;
    add(key, Unit::Money, none ? std::nullopt : std::optional(limit), use);
  }
  void count(const char* key, std::uint32_t limit, std::uint32_t use) noexcept {
    const bool none = limit == std::numeric_limits<std::uint32_t>::max();
    add(key, Unit::Count, none ? std::nullopt : std::optional<__int128>(limit), use);
  }

 private:
  LimitUse& out_;
  InstrumentId instrument_;
  StrategyId strategy_;
};

/// Both legs: the worse side of the position, as a magnitude of that side.
__int128 worst_side(const risk::Exposure& exposure, StrategyId strategy, InstrumentId instrument,
                    Side side) noexcept {
  __int128 worst = 0;
  for (const PositionSide leg : {PositionSide::Net, PositionSide::Short}) {
    const risk::Holding& held = strategy.valid() ? exposure.of_strategy(strategy, instrument, leg)
                                                 : exposure.of_account(instrument, leg);
    const __int128 here = side == Side::Buy ? held.worst_long().raw : -held.worst_short().raw;
    worst = std::max(worst, here);
  }
  return worst;
}

void fill_positions(Filler& level, const ResolvedLimits& limits, const risk::Exposure& exposure,
                    StrategyId strategy, InstrumentId instrument) noexcept {
  level.quantity("order_quantity_max", limits.order_quantity_max);
  level.money("order_notional_max", limits.order_notional_max);
  level.quantity("position_long_max", limits.position_long_max,
                 worst_side(exposure, strategy, instrument, Side::Buy));
  level.quantity("position_short_max", limits.position_short_max,
                 worst_side(exposure, strategy, instrument, Side::Sell));
  const bool no_collar = limits.price_collar_ppm == std::numeric_limits<std::uint32_t>::max();
  level.add("price_collar", Unit::Fraction,
            no_collar ? std::nullopt : std::optional<__int128>(limits.price_collar_ppm));
}

/// PRE-15. An invalid strategy: the account.
void fill_losses(Filler& level, const engine::TradingCore& core, StrategyId strategy) noexcept {
  const engine::LossLimit& limit = core.losses().limit(strategy);
  const engine::ProfitFigures& figures = core.profits().figures(strategy);
  std::optional<__int128> loss;
  std::optional<__int128> drawdown;
  if (figures.valued) {
    loss = std::max<__int128>(0, -figures.result);
    drawdown = figures.drawdown;
  }
  level.add("loss_day_max", Unit::Money, limit.loss_day_max, loss);
  level.add("drawdown_max", Unit::Money, limit.drawdown_max, drawdown);
}

std::string exact_text(__int128 raw, int digits) {
  const bool negative = raw < 0;
  std::string text = to_string(Amount{negative ? -raw : raw, {}});
  if (digits != Amount::kDigits) {
    __int128 whole = negative ? -raw : raw;
    for (int i = digits; i < Amount::kDigits; ++i) whole *= 10;
    text = to_string(Amount{whole, {}});
  }
  return negative ? "-" + text : text;
}

std::string value_text(const LimitRow& row, const std::optional<__int128>& value,
                       const LimitNames& names) {
  if (!value) return "";
  switch (row.unit) {
    case Unit::Count:
      return fmt::format("{}", static_cast<std::int64_t>(*value));
    case Unit::Quantity: {
      const int digits = names.instruments[row.instrument].quantity_digits;
      return exact_text(*value, digits);
    }
    case Unit::Money: {
      constexpr int kShown = 8;  // what conversions leave behind it says nothing
      return exact_text(*value / power_of_ten(Amount::kDigits - kShown), kShown);
    }
    case Unit::Fraction:
      return exact_text(*value, 4) + "%";
    case Unit::Ratio:
      return exact_text(*value, 6);
  }
  return "";
}

std::string_view level_of(const LimitRow& row) noexcept {
  if (row.strategy.valid()) return "strategy";
  return row.instrument.valid() ? "instrument" : "account";
}

std::string_view name_of_mode(risk::RuleMode mode) noexcept {
  switch (mode) {
    case risk::RuleMode::Off:
      return "off";
    case risk::RuleMode::Observe:
      return "observe";
    case risk::RuleMode::Enforce:
      return "enforce";
  }
  return "";
}

struct RuleLine {
  std::string_view name;
  risk::RuleMode mode;
  std::uint64_t broken;
};

std::vector<RuleLine> rule_lines(const LimitUse& use) {
  const auto broken = [&](std::initializer_list<DenialReason> reasons) {
    std::uint64_t sum = 0;
    for (const DenialReason reason : reasons) sum += use.broken[static_cast<std::size_t>(reason)];
    return sum;
  };
  using enum DenialReason;
  return {{"repeated_execution", use.rules.repeated_execution.mode, broken({RepeatedExecution})},
          {"duplicate_intent", use.rules.duplicate_intent, broken({DuplicateIntent})},
          {"reject_storm", use.rules.reject_storm.mode, broken({RejectStorm})},
          {"self_trade", use.rules.self_trade.mode, broken({CrossesOwnOrder})},
          {"order_to_trade", use.rules.order_to_trade.mode,
           broken({TooManyRequestsForFills, TooManyCancelsForOrders})},
          {"market_sanity", use.rules.market_sanity.mode,
           broken({MarketCrossed, MarketJumped, SpreadTooWide, MarketFarFromIndex})}};
}

std::string profile_text(const risk::Settings& settings) {
  if (settings.canary_ppm >= 1'000'000) return "full";
  return fmt::format("canary {}%", exact_text(settings.canary_ppm, 4));
}

}  // namespace

std::size_t limit_rows(std::size_t strategies, std::size_t instruments) noexcept {
  return kAccountRows + instruments * kLevelRows +
         strategies * (kStrategyRows + instruments * kLevelRows);
}

void fill_limit_use(LimitUse& out, const engine::TradingCore& core,
                    const InstrumentTable& instruments, std::size_t strategies,
                    Timestamp now) noexcept {
  const risk::LimitTable& limits = core.limits();
  const engine::OrderRules& rules = core.rules();
  const risk::Exposure& exposure = core.exposure();
  const risk::Portfolio& portfolio = rules.portfolio();
  Filler account(out, {}, {});
  account.count("open_orders_max", limits.account_open_orders_max(), exposure.open_orders());
  account.money("gross_notional_max", limits.account_gross_max(), portfolio.of_account().gross);
  account.money("net_notional_max", limits.account_net_max(), portfolio.of_account().net());
  const auto equity = rules.funds().equity();
  std::optional<__int128> leverage;
  if (equity && *equity > 0)
    leverage = mul_div(portfolio.of_account().gross, 1'000'000, *equity, Rounding::Up);
  account.add("leverage_max", Unit::Ratio,
              limits.leverage_max_ppm() ? std::optional<__int128>(*limits.leverage_max_ppm())
                                        : std::nullopt,
              leverage);
  fill_losses(account, core, {});
  account.add("free_margin_min", Unit::Money, limits.free_margin_min(), rules.funds().available());
  for (const Instrument& instrument : instruments) {
    Filler level(out, instrument.id, {});
    const ResolvedLimits& own = limits.of_instrument(instrument.id);
    const risk::WorstNotional& worst = portfolio.of_instrument(instrument.id);
    fill_positions(level, own, exposure, {}, instrument.id);
    level.count("open_orders_max", own.open_orders_max, exposure.open_orders(instrument.id));
    level.money("gross_notional_max", own.gross_notional_max, worst.gross);
    level.money("net_notional_max", own.net_notional_max, worst.net());
  }
  for (std::uint16_t s = 0; s < strategies; ++s) {
    const StrategyId strategy{s};
    Filler level(out, {}, strategy);
    const ResolvedLimits& any = limits.of_strategy(strategy, InstrumentId{0});
    level.count("open_orders_max", any.open_orders_max, exposure.open_orders(strategy));
    level.money("gross_notional_max", any.gross_notional_max,
                portfolio.of_strategy(strategy).gross);
    level.money("net_notional_max", any.net_notional_max, portfolio.of_strategy(strategy).net());
    fill_losses(level, core, strategy);
    for (const Instrument& instrument : instruments) {
      if (!limits.permits(strategy, instrument.id)) continue;
      Filler here(out, instrument.id, strategy);
      fill_positions(here, limits.of_strategy(strategy, instrument.id), exposure, strategy,
                     instrument.id);
    }
    if (s < out.disabled.size()) out.disabled[s] = rules.disabled(strategy);
  }
  for (std::size_t i = 0; i < out.broken.size(); ++i)
    out.broken[i] = rules.broken(static_cast<DenialReason>(i));
  out.rules = rules.rules();
  out.account_requests_left = core.limiter().account_remaining(now);
  out.account_halvings = core.limiter().account_halvings();
}

std::string limits_json(const LimitUse& use, const LimitNames& names) {
  JsonLine json;
  json.begin_object();
  json.field("profile", profile_text(names.settings));
  json.field("currency", names.settings.currency.view());
  json.begin_array("limits");
  for (const LimitRow& row : use.rows) {
    json.begin_object();
    json.field("level", level_of(row));
    if (row.strategy.valid()) json.field("strategy", names.strategies[row.strategy.value].name);
    if (row.instrument.valid())
      json.field("instrument", names.instruments[row.instrument].name.view());
    json.field("key", row.key);
    row.limit ? json.field("limit", value_text(row, row.limit, names)) : json.null("limit");
    row.use ? json.field("use", value_text(row, row.use, names)) : json.null("use");
    json.end_object();
  }
  json.end_array();
  json.begin_array("rules");
  for (const RuleLine& rule : rule_lines(use)) {
    json.begin_object();
    json.field("rule", rule.name).field("mode", name_of_mode(rule.mode));
    json.field("broken", rule.broken).end_object();
  }
  json.end_array();
  json.begin_array("strategies");
  for (std::size_t s = 0; s < names.strategies.size(); ++s) {
    json.begin_object();
    json.field("strategy", names.strategies[s].name);
    const auto disabled = s < use.disabled.size() ? use.disabled[s] : std::nullopt;
    disabled ? json.field("disabled_by", gannet::name_of(*disabled)) : json.null("disabled_by");
    json.end_object();
  }
  json.end_array();
  json.field("account_requests_left", use.account_requests_left);
  json.field("account_requests_halved", use.account_halvings);
  json.end_object();
  return json.text();
}

std::string limits_page(const LimitUse& use, const LimitNames& names) {
  std::string out = fmt::format("profile {}, money in {}\n", profile_text(names.settings),
                                names.settings.currency.view());
  auto put = std::back_inserter(out);
  fmt::format_to(put, "{:<44} {:<20} {:>22} {:>22}\n", "level", "limit", "value", "in use");
  for (const LimitRow& row : use.rows) {
    if (!row.limit) continue;
    std::string level(level_of(row));
    if (row.strategy.valid())
      level += fmt::format(" {}", names.strategies[row.strategy.value].name);
    if (row.instrument.valid())
      level += fmt::format(" {}", names.instruments[row.instrument].name.view());
    fmt::format_to(put, "{:<44} {:<20} {:>22} {:>22}\n", level, row.key,
                   value_text(row, row.limit, names),
                   row.use ? value_text(row, row.use, names) : "-");
  }
  for (const RuleLine& rule : rule_lines(use)) {
    fmt::format_to(put, "rule {:<39} {:<20} broken {} times\n", rule.name, name_of_mode(rule.mode),
                   rule.broken);
  }
  for (std::size_t s = 0; s < std::min(use.disabled.size(), names.strategies.size()); ++s) {
    if (!use.disabled[s]) continue;
    fmt::format_to(put, "strategy {} is DISABLED by {}: gannet limits enable {}\n",
                   names.strategies[s].name, gannet::name_of(*use.disabled[s]),
                   names.strategies[s].name);
  }
  fmt::format_to(put, "requests left in the account's limit: {}{}\n", use.account_requests_left,
                 use.account_halvings > 0 ? ", halved after a refusal by the venue" : "");
  return out;
}

}  // namespace gannet::app
