#include "config/sim_accounts.h"

#include <gtest/gtest.h>

#include "test_paths.h"

namespace gannet::config {
namespace {

std::string first_problem(std::string_view text) {
  const auto read = load_sim_accounts_text(text, "sim.toml");
  return read ? "" : to_string(read.error().front());
}

TEST(SimAccounts, OfTheCommentedExampleAreRead) {
  const auto read = load_sim_accounts(std::string(GANNET_SOURCE_DIR) + "/config/sim.toml");
  ASSERT_TRUE(read) << to_string(read.error().front());
  ASSERT_EQ(read->users.size(), 2u);
  EXPECT_EQ(read->users[0].name, "trader");
  EXPECT_EQ(read->users[0].account_mode, 2);
  ASSERT_EQ(read->users[0].trading.size(), 3u);
  EXPECT_EQ(read->users[0].trading[0].amount, (Decimal{100'000, 0}));
  EXPECT_EQ(read->users[0].trading[0].currency, "USDT");
  EXPECT_EQ(read->users[1].main_account, "trader");
  ASSERT_EQ(read->keys.size(), 3u);
  EXPECT_TRUE(read->keys[0].may_trade);
  EXPECT_TRUE(read->keys[0].key.empty());
  EXPECT_EQ(read->keys[0].addresses, std::vector<std::string>{"127.0.0.1"});
  EXPECT_FALSE(read->keys[1].may_trade);
  EXPECT_TRUE(read->keys[2].may_trade);  // nothing was said
}

TEST(SimAccounts, ProblemsNameFileLineAndKey) {
  EXPECT_EQ(first_problem("listen = \"x\"\n"), "");
  EXPECT_NE(first_problem("[[user]]\nname = \"a\"\nmoney = 1\n[[key]]\nuser = \"a\"\n")
                .find("sim.toml:3: user.money: unknown key"),
            std::string::npos);
  EXPECT_NE(
      first_problem("[[user]]\nname = \"a\"\ntrading = [\"1000\"]\n").find("is not an amount"),
      std::string::npos);
  EXPECT_NE(first_problem("[[key]]\nuser = \"nobody\"\n").find("is no user of this file"),
            std::string::npos);
  EXPECT_EQ(first_problem("[[key]]\nuser = \"trader\"\n"), "");  // the one that is made
  EXPECT_NE(first_problem("[[key]]\nuser = \"trader\"\nkey = \"k\"\n").find("go together"),
            std::string::npos);
  EXPECT_NE(first_problem("[[key]]\nuser = \"trader\"\npermissions = [\"everything\"]\n")
                .find("none of read, trade, withdraw"),
            std::string::npos);
  EXPECT_NE(first_problem("[[user]]\nname = \"a\"\n").find("nobody can log in"), std::string::npos);
  EXPECT_NE(first_problem("[user]\nname = \"a\"\n").find("[[user]]"), std::string::npos);
}

}  // namespace
}  // namespace gannet::config
