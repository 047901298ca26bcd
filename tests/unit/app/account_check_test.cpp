#include "app/account_check.h"

#include <gtest/gtest.h>

#include <functional>
#include <string>

#include "app/kind_of_name.h"
#include "app/moment.h"

namespace gannet::app {
namespace {

config::Settings live() {
  config::Settings settings;
  settings.venue.environment = config::Environment::Live;
  return settings;
}

okx::AccountConfig good_account() {
  okx::AccountConfig account;
  account.account_name = "100000000000000000";
  account.main_account = "200000000000000000";
  account.account_mode = okx::AccountMode::Futures;
  account.position_mode = okx::PositionMode::Net;
  account.may_trade = true;
  account.bound_to_addresses = true;
  account.addresses = "198.51.100.7";
  account.fee_level = "Lv1";
  return account;
}

std::string first_refusal(const config::Settings& settings, const okx::AccountConfig& account) {
  for (const AccountFinding& finding : check_account(settings, account)) {
    if (!finding.refusal.empty()) return finding.refusal;
  }
  return {};
}

// SEC-01: least privilege, and an account as configured. Each refusal says what to do.
TEST(AccountCheck, RefusesWhatAnEngineMustNotTradeWith) {
  EXPECT_EQ(first_refusal(live(), good_account()), "");
  struct Case {
    std::function<void(okx::AccountConfig&, config::Settings&)> change;
    std::string says;
  };
  const Case cases[] = {
      {[](auto& account, auto&) { account.may_withdraw = true; },
       "without the withdraw permission"},
      {[](auto& account, auto&) { account.may_trade = false; }, "give it the trade permission"},
      {[](auto& account, auto&) { account.bound_to_addresses = false; },
       "bind it to this machine's address at the venue, or set account.allow_unbound_key"},
      {[](auto&, auto& settings) { settings.account.account_number = "7"; },
       "account.account_number is \"7\", the account's is \"100000000000000000\""},
      {[](auto& account, auto&) { account.account_mode = okx::AccountMode::Spot; },
       "account.account_mode is \"futures\", the account's is \"simple\""},
      {[](auto& account, auto&) { account.position_mode = okx::PositionMode::LongShort; },
       "account.position_mode is \"net\", the account's is \"long_short\""},
      {[](auto&, auto& settings) { settings.account.fee_level = "Lv4"; },
       "account.fee_level is \"Lv4\", the account's is \"Lv1\""},
      {[](auto&, auto& settings) { settings.account.fees_in_quote = true; },
       "account.spot_fees is \"in_quote\", the account's is \"in_base\""},
      {[](auto& account, auto&) { account.leads_or_copies = true; },
       "use an account that does not"},
  };
  for (const Case& one : cases) {
    config::Settings settings = live();
    okx::AccountConfig account = good_account();
    one.change(account, settings);
    const std::string refusal = first_refusal(settings, account);
    EXPECT_NE(refusal.find(one.says), std::string::npos) << one.says << " in: " << refusal;
    EXPECT_EQ(refusal.find('\n'), std::string::npos);
  }
}

TEST(AccountCheck, AnUnboundKeyIsTakenWhereItWasAllowedOrNothingIsAtStake) {
  okx::AccountConfig unbound = good_account();
  unbound.bound_to_addresses = false;
  config::Settings settings = live();
  EXPECT_NE(first_refusal(settings, unbound), "");
  settings.account.allow_unbound_key = true;
  EXPECT_EQ(first_refusal(settings, unbound), "");
  settings.account.allow_unbound_key = false;
  for (const auto environment : {config::Environment::Sim, config::Environment::Demo}) {
    settings.venue.environment = environment;
    EXPECT_EQ(first_refusal(settings, unbound), "");
  }
  unbound.may_withdraw = true;  // nowhere
  EXPECT_NE(first_refusal(settings, unbound), "");
}

TEST(AccountCheck, MoreOrdersThanTheVenueTakesAreRefusedByTheirRate) {
  config::Settings settings = live();  // 1,000 in 2 s
  EXPECT_FALSE(check_order_rate(settings, 1'000).has_value());
  EXPECT_FALSE(check_order_rate(settings, 10'000).has_value());
  const auto refusal = check_order_rate(settings, 600);
  ASSERT_TRUE(refusal.has_value());
  EXPECT_NE(refusal->find("venue.limits.account = \"600/2s\""), std::string::npos) << *refusal;
  settings.risk.rates.account = {600, seconds(1)};
  EXPECT_TRUE(check_order_rate(settings, 1'000).has_value());
  EXPECT_FALSE(check_order_rate(settings, 1'200).has_value());
  EXPECT_FALSE(check_order_rate(settings, 0).has_value());  // not told
}

TEST(AccountCheck, LeverageIsComparedAsANumber) {
  EXPECT_TRUE(same_leverage("5", "5.0"));
  EXPECT_TRUE(same_leverage("12.50", "12.5"));
  EXPECT_FALSE(same_leverage("5", "50"));
  EXPECT_FALSE(same_leverage("", ""));
}

TEST(AccountCheck, NamesTellTheirKind) {
  EXPECT_EQ(kind_of("BTC-USDT").kind, InstrumentKind::Spot);
  EXPECT_EQ(kind_of("BTC-USDT-SWAP").kind, InstrumentKind::Swap);
  EXPECT_EQ(kind_of("BTC-USD-261225").kind, InstrumentKind::Futures);
  EXPECT_EQ(kind_of("BTC-USD-261225-90000-C"), (KindAndFamily{InstrumentKind::Option, "BTC-USD"}));
}

TEST(Moment, IsADayOrATimeOrMilliseconds) {
  const auto millis = [](std::string_view text) {
    const auto moment = parse_moment(text);
    return moment ? to_unix_millis(*moment) : -1;
  };
  EXPECT_EQ(millis("1970-01-01"), 0);
  EXPECT_EQ(millis("2026-11-30"), 1'795'996'800'000);
  EXPECT_EQ(millis("2026-11-30T12:30"), 1'796'041'800'000);
  EXPECT_EQ(millis("2026-11-30T12:30:05Z"), 1'796'041'805'000);
  EXPECT_EQ(millis("2024-02-29"), 1'709'164'800'000);
  EXPECT_EQ(millis("1795996800000"), 1'795'996'800'000);
  for (const char* wrong :
       {"", "yesterday", "2026-02-29", "2026-13-01", "2026-1-1", "2026-11-30T25:00",
        "2026-11-30T12", "2026-11-30T12:30:05+01", "-5", "99999999999999999999"}) {
    EXPECT_EQ(millis(wrong), -1) << wrong;
  }
}

}  // namespace
}  // namespace gannet::app
