#include "app/account_check.h"

#include <fmt/format.h>

#include "domain/units.h"

namespace gannet::app {
namespace {

using Mode = engine::AccountSettings::Mode;
using PositionMode = engine::AccountSettings::PositionMode;

std::string_view word(Mode mode) noexcept {
  switch (mode) {
    case Mode::Simple:
      return "simple";
    case Mode::Futures:
      return "futures";
    case Mode::MultiCurrency:
      return "multi_currency";
    case Mode::Portfolio:
      return "portfolio";
  }
  return "";
}

std::string_view word(okx::AccountMode mode) noexcept {
  switch (mode) {
    case okx::AccountMode::Spot:
      return word(Mode::Simple);
    case okx::AccountMode::Futures:
      return word(Mode::Futures);
    case okx::AccountMode::MultiCurrency:
      return word(Mode::MultiCurrency);
    case okx::AccountMode::Portfolio:
      return word(Mode::Portfolio);
  }
  return "";
}

std::string_view spot_fees(bool in_quote) noexcept { return in_quote ? "in_quote" : "in_base"; }

/// Refused where both say something and differ.
AccountFinding compared(std::string_view what, std::string_view key, std::string configured,
                        std::string actual, std::string_view remedy) {
  AccountFinding finding{what, std::move(configured), std::move(actual), {}};
  if (!finding.configured.empty() && finding.configured != finding.actual) {
    finding.refusal = fmt::format("{} is \"{}\", the account's is \"{}\": {}", key,
                                  finding.configured, finding.actual, remedy);
  }
  return finding;
}

}  // namespace

std::vector<AccountFinding> check_account(const config::Settings& settings,
                                          const okx::AccountConfig& account) {
  const engine::AccountSettings& wanted = settings.account;
  std::vector<AccountFinding> findings;
  const auto yes_no = [](bool value) { return std::string(value ? "yes" : "no"); };

  findings.push_back({"withdraw permission", "no", yes_no(account.may_withdraw), {}});
  if (account.may_withdraw) {
    findings.back().refusal =
        "the key may withdraw: use a key without the withdraw permission, an engine needs none";
  }
  findings.push_back({"trade permission", "yes", yes_no(account.may_trade), {}});
  if (!account.may_trade) {
    findings.back().refusal = "the key may not trade: give it the trade permission at the venue";
  }
  const bool live = settings.venue.environment == config::Environment::Live;
  const bool must_be_bound = live && !wanted.allow_unbound_key;
  findings.push_back({"key bound to addresses",
                      must_be_bound ? "yes" : "",
                      account.bound_to_addresses ? account.addresses : "no",
                      {}});
  if (must_be_bound && !account.bound_to_addresses) {
    findings.back().refusal =
        "the key works from any address: bind it to this machine's address at the venue, or set "
        "account.allow_unbound_key = true";
  }
  findings.push_back(compared("account", "account.account_number", wanted.account_number,
                              account.account_name,
                              "this key is another account's: use the right key, or change the "
                              "configuration"));
  findings.push_back(compared("account mode", "account.account_mode",
                              std::string(word(wanted.account_mode)),
                              std::string(word(account.account_mode)),
                              "change the configuration, or the account's mode at the venue"));
  findings.push_back(
      compared("position mode", "account.position_mode",
               wanted.position_mode == PositionMode::Net ? "net" : "long_short",
               account.position_mode == okx::PositionMode::Net ? "net" : "long_short",
               "change one of them"));
  findings.push_back(compared("fee tier", "account.fee_level", wanted.fee_level, account.fee_level,
                              "change the configuration to what it is now"));
  findings.push_back(
      compared("spot fees", "account.spot_fees",
               wanted.fees_in_quote ? std::string(spot_fees(*wanted.fees_in_quote)) : std::string(),
               std::string(spot_fees(account.fees_in_quote)), "change one of them"));
  findings.push_back({"copy trading", "no", yes_no(account.leads_or_copies), {}});
  if (account.leads_or_copies) {
    findings.back().refusal =
        "the account leads or copies trades, whose orders have other limits and are not ours "
        "alone: use an account that does not";
  }
  return findings;
}

std::optional<std::string> check_order_rate(const config::Settings& settings,
                                            std::int64_t allowed) {
  const risk::RateLimit& ours = settings.risk.rates.account;
  if (allowed <= 0 || ours.window.count <= 0) return std::nullopt;
  // Ours over its own window against the venue's over two seconds.
  const __int128 ours_in_two =
      static_cast<__int128>(ours.count) * seconds(2).count / ours.window.count;
  if (ours_in_two <= allowed) return std::nullopt;
  return fmt::format(
      "venue.limits.account allows {} orders in 2 s, the venue allows this account {}: set "
      "venue.limits.account = \"{}/2s\"",
      static_cast<std::int64_t>(ours_in_two), allowed, allowed);
}

bool same_leverage(std::string_view a, std::string_view b) noexcept {
  const auto units = [](std::string_view text) { return parse_units(text, 4).value_or(-1); };
  return units(a) >= 0 && units(a) == units(b);
}

}  // namespace gannet::app
