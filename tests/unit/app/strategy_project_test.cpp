#include "app/strategy_project.h"

#include <gtest/gtest.h>
#include <stdlib.h>

#include <filesystem>
#include <fstream>
#include <iterator>

namespace gannet::app {
namespace {

namespace files = std::filesystem;

class StrategyProject : public testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = testing::TempDir() + "gannet-project-XXXXXX";
    ASSERT_NE(::mkdtemp(pattern.data()), nullptr);
    root_ = pattern;
    files::create_directories(root_ / "template" / "test");
    write("template/strategy_name.cpp", "class StrategyName;  // strategy_name, strategy_name_2");
    write("template/test/run.cmake", "strategy_name.toml");
    write("template/gitignore", "/build/");
  }
  void TearDown() override { files::remove_all(root_); }

  void write(const std::string& name, const std::string& text) const {
    std::ofstream(root_ / name) << text;
  }
  std::string read(const std::string& name) const {
    std::ifstream file(root_ / name);
    return {std::istreambuf_iterator<char>(file), {}};
  }
  std::string make(const std::string& name, const std::string& from = "template") const {
    const auto made =
        make_strategy_project((root_ / from).string(), name, (root_ / "new").string());
    return made ? "" : made.error().message;
  }

  files::path root_;
};

TEST(StrategyName, GivesItsClass) {
  EXPECT_EQ(class_name_of("joiner"), "Joiner");
  EXPECT_EQ(class_name_of("order_flow2_top5"), "OrderFlow2Top5");
  for (const char* bad : {"", "2fast", "_a", "a_", "a__b", "Quote", "a-b", "../a", "a b"})
    EXPECT_EQ(class_name_of(bad), "") << bad;
}

TEST_F(StrategyProject, PutsTheNameIntoFileNamesAndText) {
  ASSERT_EQ(make("order_flow"), "");
  EXPECT_EQ(read("new/order_flow.cpp"), "class OrderFlow;  // order_flow, order_flow_2");
  EXPECT_EQ(read("new/test/run.cmake"), "order_flow.toml");
  EXPECT_EQ(read("new/.gitignore"), "/build/");
}

TEST_F(StrategyProject, TouchesNothingThatIsThere) {
  files::create_directories(root_ / "new");
  EXPECT_NE(make("order_flow").find("is there already"), std::string::npos);
  EXPECT_TRUE(files::is_empty(root_ / "new"));
}

TEST_F(StrategyProject, SaysWhatToInstallWithoutATemplate) {
  EXPECT_NE(make("order_flow", "missing").find("install gannet-dev"), std::string::npos);
  EXPECT_FALSE(files::exists(root_ / "new"));
}

TEST_F(StrategyProject, RefusesWhatIsNoName) {
  EXPECT_NE(make("../x").find("is no name for a strategy"), std::string::npos);
  EXPECT_FALSE(files::exists(root_ / "new"));
}

}  // namespace
}  // namespace gannet::app
