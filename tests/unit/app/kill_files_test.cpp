#include "app/kill_files.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "base/suspend_watch.h"

// What is killed, in files that outlive every crash; and what tells that a machine stood still.
// [KILL-09, KILL-10, COD-09]

namespace gannet::app {
namespace {

using engine::ControlLevel;

class KillFilesTest : public testing::Test {
 protected:
  KillFilesTest() {
    std::string pattern = (std::filesystem::temp_directory_path() / "gannet-kill-XXXXXX").string();
    path_ = ::mkdtemp(pattern.data());
  }
  ~KillFilesTest() override { std::filesystem::remove_all(path_); }

  static KillChange change(ControlLevel level, std::string_view target, bool killed) {
    return {level,
            ControlTarget(target),
            killed,
            FixedString<120>("a\treason\nof two lines"),
            FixedString<47>("somebody"),
            0};
  }
  void write(const std::string& name, const std::string& text) const {
    std::ofstream(path_ + "/" + name) << text;
  }
  /// "level target" of each entry.
  std::vector<std::string> entries() const {
    std::vector<std::string> out;
    for (const KillFiles::Entry& entry : KillFiles(path_).read())
      out.push_back(std::string(name_of(entry.level)) + " " + entry.target);
    return out;
  }

  std::string path_;
};

TEST_F(KillFilesTest, EachLevelIsKeptAndTakenAwayByItself) {  // KILL-09
  const KillFiles files(path_);
  EXPECT_TRUE(files.keep(change(ControlLevel::Strategy, "quotes", true)));
  EXPECT_TRUE(files.keep(change(ControlLevel::Instrument, "BTC-USDT-SWAP", true)));
  EXPECT_TRUE(files.keep(change(ControlLevel::Order, "12345", true)));
  EXPECT_TRUE(files.keep(change(ControlLevel::Strategy, "quotes", true)));  // once more
  EXPECT_TRUE(files.keep(change(ControlLevel::Engine, "", true)));
  EXPECT_EQ(entries(), (std::vector<std::string>{"engine ", "instrument BTC-USDT-SWAP",
                                                 "order 12345", "strategy quotes"}));
  EXPECT_EQ(KillFiles(path_).read()[1].why, "a reason of two lines");
  EXPECT_TRUE(files.keep(change(ControlLevel::Engine, "", false)));
  EXPECT_TRUE(files.keep(change(ControlLevel::Strategy, "quotes", false)));
  EXPECT_EQ(entries(), (std::vector<std::string>{"instrument BTC-USDT-SWAP", "order 12345"}));
  EXPECT_TRUE(files.keep(change(ControlLevel::Instrument, "BTC-USDT-SWAP", false)));
  EXPECT_TRUE(files.keep(change(ControlLevel::Order, "12345", false)));
  EXPECT_FALSE(std::filesystem::exists(path_ + "/kills"));
}

TEST_F(KillFilesTest, WhatCannotBeUnderstoodKillsTheEngine) {
  write("kills", "strategy\tquotes\twhy\twho\nstrat");
  EXPECT_EQ(entries(), (std::vector<std::string>{"strategy quotes", "engine "}));
}

TEST_F(KillFilesTest, ADroppedFileCountsEvenEmpty) {  // KILL-10
  const KillFiles files(path_);
  EXPECT_FALSE(files.dropped());
  write("kill", "");
  EXPECT_TRUE(files.dropped());
  EXPECT_EQ(entries(), std::vector<std::string>{"engine "});
  write("kill", "fire\nand more\n");
  EXPECT_EQ(*files.dropped(), "fire");
  files.take_dropped();
  EXPECT_FALSE(files.dropped());
}

TEST(SuspendWatch, TellsASuspendAndAPauseAndNothingElse) {  // COD-09
  SuspendWatch watch(seconds(2));
  Nanos boot = seconds(100);
  Nanos monotonic = seconds(90);
  const auto look = [&](Nanos boot_step, Nanos monotonic_step) {
    boot = boot + boot_step;
    monotonic = monotonic + monotonic_step;
    return watch.look(boot, monotonic);
  };
  EXPECT_EQ(look({}, {}), Nanos{}) << "what was before the first look says nothing";
  EXPECT_EQ(look(milliseconds(1), milliseconds(1)), Nanos{});
  EXPECT_EQ(look(milliseconds(601), milliseconds(1)), milliseconds(600)) << "suspended";
  EXPECT_EQ(look(milliseconds(1'900), milliseconds(1'900)), Nanos{}) << "busy, no more";
  EXPECT_EQ(look(seconds(20), seconds(20)), seconds(20)) << "stopped";
  EXPECT_EQ(look(milliseconds(1), milliseconds(1)), Nanos{}) << "told once";
}

}  // namespace
}  // namespace gannet::app
