#include "app/money_status.h"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <iterator>
#include <span>

namespace gannet::app {
namespace {

std::string exact(__int128 raw) { return to_string(Amount{raw, {}}); }
/// As a JSON text: a number there would be a double.
std::string quoted(__int128 raw) { return fmt::format("\"{}\"", exact(raw)); }

/// Money for people: two decimals, or enough of them to show a small sum.
std::string rough(__int128 raw) {
  const double value = to_double(Amount{raw, {}});
  const double size = value < 0 ? -value : value;
  return size != 0 && size < 0.1 ? fmt::format("{:+.6f}", value) : fmt::format("{:+.2f}", value);
}

std::string quantity_text(const MoneyStatus::Row& row) {
  std::array<char, kMaxUnitsText> text;
  return {text.data(), format_units(text.data(), row.position.raw, row.quantity_digits)};
}

std::span<const MoneyStatus::Scope> scopes_of(const MoneyStatus& money) {
  return {money.scope.data(), std::min<std::size_t>(money.scopes, MoneyStatus::kMaxScopes)};
}

std::span<const MoneyStatus::Row> rows_of(const MoneyStatus& money) {
  return {money.row.data(), std::min<std::size_t>(money.rows, MoneyStatus::kMaxRows)};
}

std::string time_text(Timestamp time) {
  return fmt::format("{:%Y-%m-%dT%H:%M:%SZ}",
                     fmt::gmtime(static_cast<std::time_t>(time.nanos / 1'000'000'000)));
}

void append_scope(std::string& out, const MoneyStatus::Scope& scope) {
  fmt::format_to(
      std::back_inserter(out),
      "{{\"name\":\"{}\",\"result\":\"{}\",\"realised\":\"{}\",\"unrealised\":\"{}\","
      "\"fees\":\"{}\",\"funding\":\"{}\",\"other\":\"{}\",\"total\":\"{}\",\"peak\":\"{}\","
      "\"drawdown\":\"{}\",\"long\":\"{}\",\"short\":\"{}\",\"net\":\"{}\",\"gross\":\"{}\","
      "\"loss_day_max\":{},\"drawdown_max\":{},\"valued\":{},\"price_age_ms\":{},"
      "\"limit_broken\":{},\"stopped\":{}}}",
      scope.name.view(), exact(scope.result), exact(scope.realised), exact(scope.unrealised),
      exact(scope.fees), exact(scope.funding), exact(scope.other), exact(scope.total),
      exact(scope.peak), exact(scope.drawdown), exact(scope.long_value), exact(scope.short_value),
      exact(scope.long_value - scope.short_value), exact(scope.long_value + scope.short_value),
      scope.loss_day_max == 0 ? "null" : quoted(scope.loss_day_max),
      scope.drawdown_max == 0 ? "null" : quoted(scope.drawdown_max), scope.valued,
      scope.age.count / 1'000'000, scope.limit_broken, scope.stopped);
}

/// What the venue leaves out is no number.
std::string greek_json(double value) {
  return std::isfinite(value) ? fmt::format("{:.6g}", value) : "null";
}

std::string greeks_json(const MoneyStatus::Row& row) {
  if (!row.has_greeks) return "";
  return fmt::format(",\"delta\":{},\"gamma\":{},\"theta\":{},\"vega\":{}", greek_json(row.delta),
                     greek_json(row.gamma), greek_json(row.theta), greek_json(row.vega));
}

std::string greeks_text(const MoneyStatus::Row& row) {
  if (!row.has_greeks) return "";
  return fmt::format("  delta {:.4g} gamma {:.4g} theta {:.4g} vega {:.4g}", row.delta, row.gamma,
                     row.theta, row.vega);
}

}  // namespace

std::string to_json(const MoneyStatus& money) {
  std::string out =
      fmt::format("{{\"time\":\"{}\",\"day_start\":\"{}\",\"currency\":\"{}\",",
                  time_text(money.time), time_text(money.day_start), money.currency.view());
  fmt::format_to(std::back_inserter(out),
                 "\"balances_agreed\":{},\"balances_unexplained\":{},\"scopes\":[",
                 money.balances_agreed, money.balances_unexplained);
  const char* comma = "";
  for (const MoneyStatus::Scope& scope : scopes_of(money)) {
    out += comma;
    append_scope(out, scope);
    comma = ",";
  }
  out += "],\"instruments\":[";
  comma = "";
  for (const MoneyStatus::Row& row : rows_of(money)) {
    fmt::format_to(std::back_inserter(out),
                   "{}{{\"scope\":\"{}\",\"instrument\":\"{}\",\"position\":\"{}\","
                   "\"currency\":\"{}\",\"realised\":\"{}\",\"unrealised\":{},\"fees\":\"{}\","
                   "\"funding\":\"{}\"{}}}",
                   comma, scopes_of(money)[row.scope].name.view(), row.instrument.view(),
                   quantity_text(row), row.currency.view(), exact(row.realised),
                   row.has_price ? quoted(row.unrealised) : "null", exact(row.fees),
                   exact(row.funding), greeks_json(row));
    comma = ",";
  }
  return out + "]}";
}

std::string money_page(const MoneyStatus& money) {
  std::string out =
      fmt::format("day since {}, in {}\n", time_text(money.day_start), money.currency.view());
  auto put = std::back_inserter(out);
  fmt::format_to(put, "{:<20} {:>12} {:>12} {:>12} {:>10} {:>10} {:>10} {:>12} {:>12} {:>12}\n", "",
                 "result", "realised", "unrealised", "fees", "funding", "other", "drawdown", "net",
                 "gross");
  for (const MoneyStatus::Scope& scope : scopes_of(money)) {
    fmt::format_to(
        put, "{:<20} {:>12} {:>12} {:>12} {:>10} {:>10} {:>10} {:>12} {:>12} {:>12}{}{}\n",
        scope.name.view(), rough(scope.result), rough(scope.realised), rough(scope.unrealised),
        rough(scope.fees), rough(scope.funding), rough(scope.other), rough(scope.drawdown),
        rough(scope.long_value - scope.short_value), rough(scope.long_value + scope.short_value),
        scope.valued ? "" : "  NOT VALUED", scope.limit_broken ? "  LIMIT BROKEN" : "");
  }
  fmt::format_to(put, "\nbalances are what their bills add up to: {} times found so{}\n",
                 money.balances_agreed,
                 money.balances_unexplained == 0
                     ? ""
                     : fmt::format(", {} currencies NOT", money.balances_unexplained));
  fmt::format_to(put, "\nsince the journal began, in each instrument's own currency\n");
  for (const MoneyStatus::Row& row : rows_of(money)) {
    fmt::format_to(put,
                   "{:<20} {:<22} position {:>12}  realised {:>12} unrealised {:>12} fees {:>10} "
                   "funding {:>10} {}{}\n",
                   scopes_of(money)[row.scope].name.view(), row.instrument.view(),
                   quantity_text(row), rough(row.realised),
                   row.has_price ? rough(row.unrealised) : "-", rough(row.fees), rough(row.funding),
                   row.currency.view(), greeks_text(row));
  }
  return out;
}

std::string money_line(const MoneyStatus& money) {
  if (money.scopes == 0) return "";
  const MoneyStatus::Scope& account = money.scope[0];
  std::string out = fmt::format(
      "money          {} {} today ({} realised, {} unrealised), drawdown {}; long {}, short {}{}\n",
      rough(account.result), money.currency.view(), rough(account.realised),
      rough(account.unrealised), rough(account.drawdown), rough(account.long_value),
      rough(account.short_value), account.valued ? "" : "  NOT VALUED");
  if (account.loss_day_max != 0 || account.drawdown_max != 0) {
    fmt::format_to(std::back_inserter(out), "limits         loss of the day {}, drawdown {}{}\n",
                   account.loss_day_max == 0 ? "-" : rough(account.loss_day_max),
                   account.drawdown_max == 0 ? "-" : rough(account.drawdown_max),
                   account.limit_broken ? "  BROKEN" : "");
  }
  return out;
}

}  // namespace gannet::app
