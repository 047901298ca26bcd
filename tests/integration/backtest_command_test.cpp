// `gannet backtest` as a program: two processes write the same bytes, and what is wrong is said.

#include <gmock/gmock.h>

#include <filesystem>

#include "support/backtest_config.h"
#include "support/process.h"

namespace gannet::test {
namespace {

class BacktestCommandTest : public ::testing::Test {
 protected:
  int run(const std::string& report, std::vector<std::string> more = {}) {
    std::vector<std::string> arguments{"backtest", "--config",
                                       folder.write("b.toml", config.text()), "--report",
                                       folder.file(report)};
    arguments.insert(arguments.end(), more.begin(), more.end());
    Process process(folder, program("gannet"), arguments);
    const int code = process.wait();
    out = process.out();
    err = process.err();
    return code;
  }

  Folder folder;
  BacktestConfig config;
  std::string out, err;
};

TEST_F(BacktestCommandTest, TwoProcessesWriteTheSameFiles) {
  ASSERT_EQ(run("a", {"--json", "--quiet"}), 0) << err;
  const std::string summary = out;
  EXPECT_EQ(err, "");
  ASSERT_EQ(run("b", {"--json", "--quiet"}), 0) << err;
  EXPECT_EQ(out, summary);
  EXPECT_TRUE(Json(summary).flag("checks_passed"));
  for (const char* const name :
       {"report.json", "orders.csv", "fills.csv", "equity.csv", "strategy.log"}) {
    const std::string first = read_file(folder.file("a") + "/" + name);
    EXPECT_EQ(first, read_file(folder.file("b") + "/" + name)) << name;
    EXPECT_EQ(first.empty(), std::string_view(name) == "strategy.log") << name;  // it says nothing
  }
}

TEST_F(BacktestCommandTest, SaysWhatIsWrongAndWhere) {
  config.backtest = "sede = 1";
  EXPECT_EQ(run("a"), 2);
  EXPECT_THAT(err, testing::HasSubstr("b.toml:3: backtest.sede: unknown key; did you mean"));
  config.backtest = "";
  config.recording =
      folder.write("r.jsonl", "{\"t\":1,\"ch\":\"public\",\"dir\":\"in\",\"m\":{{\n");
  EXPECT_EQ(run("a"), 2);
  EXPECT_THAT(err, testing::HasSubstr("r.jsonl:1: "));
}

}  // namespace
}  // namespace gannet::test
