#include "app/admin_line.h"

#include <gtest/gtest.h>

#include <set>
#include <string>

namespace gannet::app {
namespace {

using Kind = AdminCommand::Kind;

AdminRefusal refusal_of(std::string_view line) {
  const auto command = read_admin_line(line);
  EXPECT_FALSE(command.has_value()) << line;
  return command ? AdminRefusal::UnknownWord : command.error();
}

TEST(AdminLine, IsAWordWithWhatItTakes) {
  const auto kill = read_admin_line("kill-strategy quotes it is too loud");
  ASSERT_TRUE(kill);
  EXPECT_EQ(kill->kind, Kind::Kill);
  EXPECT_EQ(kill->level, engine::ControlLevel::Strategy);
  EXPECT_EQ(kill->target.view(), "quotes");
  EXPECT_EQ(kill->argument.view(), "it is too loud");
  EXPECT_EQ(words_of(*kill).view(), "kill-strategy quotes it is too loud");
  const auto place = read_admin_line("order-place BTC-USDT-SWAP buy 1 64000.5 post_only");
  ASSERT_TRUE(place);
  EXPECT_EQ(place->argument.view(), "BTC-USDT-SWAP buy 1 64000.5 post_only");
  EXPECT_TRUE(read_admin_line("status\r")) << "from a terminal that ends lines its own way";
  EXPECT_TRUE(read_admin_line("kill wegen Rücksprache")) << "in whatever alphabet";
}

TEST(AdminLine, RefusesGarbageWithItsReason) {
  EXPECT_EQ(refusal_of(""), AdminRefusal::UnknownWord);
  EXPECT_EQ(refusal_of("KILL"), AdminRefusal::UnknownWord);
  EXPECT_EQ(refusal_of("kill-everybody"), AdminRefusal::UnknownWord);
  EXPECT_EQ(refusal_of(std::string_view("kill\0now", 8)), AdminRefusal::NotText);
  EXPECT_EQ(refusal_of("kill \x1b[2J"), AdminRefusal::NotText);
  EXPECT_EQ(refusal_of("kill \xc3"), AdminRefusal::NotText) << "half a letter";
  EXPECT_EQ(refusal_of("kill-strategy"), AdminRefusal::WhoseMissing);
  EXPECT_EQ(refusal_of("kill-strategy " + std::string(64, 'x')), AdminRefusal::WhoseTooLong);
  EXPECT_EQ(refusal_of("accept"), AdminRefusal::TextMissing);
  EXPECT_EQ(refusal_of("strategy-set quotes"), AdminRefusal::TextMissing);
  EXPECT_EQ(refusal_of("status now"), AdminRefusal::TextUnexpected);
  EXPECT_EQ(refusal_of("order-place " + std::string(256, 'x')), AdminRefusal::TooLong);
}

TEST(AdminLine, AKillNeverFailsForItsWords) {
  const auto kill = read_admin_line("kill " + std::string(3000, 'x'));
  ASSERT_TRUE(kill);
  EXPECT_EQ(kill->argument.size(), 255u);
}

// SEC-04
TEST(AdminLine, EachWordNeedsARoleAndWhatChangesSomethingIsMoreThanALook) {
  std::set<std::string_view> seen;
  for (const AdminWord& word : admin_words()) {
    EXPECT_TRUE(seen.insert(word.word).second) << word.word << " is there twice";
    EXPECT_FALSE(word.needs.empty()) << word.word;
    EXPECT_EQ(word.changes, !word.needs.has(Role::View)) << word.word;
    EXPECT_TRUE(RoleSet{Role::Admin}.meets(word.needs)) << word.word;
    EXPECT_FALSE(RoleSet{}.meets(word.needs)) << word.word << ": nobody may do anything";
  }
}

// SEC-04
TEST(RoleSet, StopsAndRunsAreApart) {
  const RoleSet kill{Role::Kill}, operate{Role::Operate}, view{Role::View};
  EXPECT_TRUE(kill.meets({Role::View}));
  EXPECT_FALSE(kill.meets({Role::Operate}));
  EXPECT_FALSE(operate.meets({Role::Kill}));
  EXPECT_TRUE(operate.meets({Role::Operate, Role::Kill}));
  EXPECT_FALSE(view.meets({Role::Operate, Role::Kill, Role::Admin}));
  EXPECT_EQ(text_of({Role::Operate, Role::Kill}), "operate or kill");
}

}  // namespace
}  // namespace gannet::app
