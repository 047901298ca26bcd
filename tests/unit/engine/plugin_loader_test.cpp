#include "engine/plugin_loader.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <string>

#include "test_paths.h"
#include "tests/unit/engine/lane_fixture.h"

namespace gannet::engine {
namespace {

using testing::AllOf;
using testing::HasSubstr;

const std::string kFolder = std::string(GANNET_BINARY_DIR) + "/lib/gannet/test_plugins";

std::string refusal_of(const std::string& plugin) {
  const auto loaded = load_plugin(plugin, kFolder);
  return loaded ? "loaded" : loaded.error().message;
}

TEST(PluginLoader, LoadsByNameAndByPath) {
  const auto by_name = load_plugin("throwing", kFolder);
  ASSERT_TRUE(by_name) << by_name.error().message;
  EXPECT_EQ(by_name->type().name, "throwing");
  EXPECT_EQ(by_name->type().parameters.size(), 2u);
  const auto by_path = load_plugin(kFolder + "/throwing.so", "/nowhere");
  ASSERT_TRUE(by_path) << by_path.error().message;
  EXPECT_EQ(by_path->type().content_id, by_name->type().content_id);
  EXPECT_NE(by_path->type().content_id, 0u);
}

TEST(PluginLoader, RefusesAnotherInterfaceVersion_Fault51) {
  EXPECT_THAT(refusal_of("bad_abi"),
              AllOf(HasSubstr("bad_abi.so"), HasSubstr("built for plugin interface 99"),
                    HasSubstr("rebuild it")));
}

TEST(PluginLoader, RefusesStructsOfAnotherSize_Fault51) {
  EXPECT_THAT(refusal_of("wrong_size"),
              HasSubstr("gannet_level has 20 bytes in the plugin and 24"));
}

TEST(PluginLoader, RefusesAFileWithoutTheEntryFunction_Fault51) {
  EXPECT_THAT(refusal_of("missing_symbol"),
              HasSubstr("has no function gannet_strategy_descriptor"));
}

TEST(PluginLoader, RefusesWhatIsNoSharedObject) {
  const std::string path =
      (std::filesystem::temp_directory_path() / "gannet-no-plugin-XXXXXX").string();
  std::string name = path;
  const int file = mkstemp(name.data());
  ASSERT_GE(file, 0);
  std::ofstream(name) << "not an ELF file";
  EXPECT_THAT(refusal_of(name), HasSubstr("cannot be loaded as a shared object"));
  std::filesystem::remove(name);
  EXPECT_THAT(refusal_of("/nowhere/x.so"), HasSubstr("no such file"));
  EXPECT_THAT(refusal_of("/tmp/"), HasSubstr("could not be read"));
}

class PluginTest : public testing::Test, protected test::LaneFixture {
 protected:
  std::expected<StrategyId, Error> add(Publisher& publisher, const Plugin& plugin,
                                       const std::string& where = "") {
    auto s = settings();
    if (!where.empty())
      s.parameters.push_back({"where", where, ParameterSetting::Kind::Text, "test.toml:2"});
    return publisher.add_strategy(plugin.type(), s);
  }
};

TEST_F(PluginTest, APluginThatThrowsInCreateIsRefusedWithItsWords) {
  const auto plugin = load_plugin("throwing", kFolder);
  ASSERT_TRUE(plugin);
  Publisher publisher(instruments, currencies, nullptr, {});
  const auto added = add(publisher, *plugin, "create");
  ASSERT_FALSE(added);
  EXPECT_THAT(added.error().message, HasSubstr("create failed: thrown in create"));
}

TEST_F(PluginTest, APluginThatThrowsInAHandlerIsStoppedAndItsOrdersCancelled_Fault50) {
  const auto plugin = load_plugin("throwing", kFolder);
  ASSERT_TRUE(plugin);
  Publisher publisher(instruments, currencies, nullptr, {});
  const auto id = add(publisher, *plugin, "book");
  ASSERT_TRUE(id) << id.error().message;
  publisher.start(core, {1});
  publish_book(publisher, 100'000, 100'100, 10);
  publish_book(publisher, 100'000, 100'100, 11);
  ASSERT_EQ(core.commands.size(), 2u);
  EXPECT_EQ(core.commands[0].kind, LaneCommand::Kind::Place);
  EXPECT_EQ(core.commands[0].place.cookie, 7u);
  EXPECT_EQ(core.commands[1].kind, LaneCommand::Kind::StrategyFailed);
  EXPECT_EQ(publisher.failure_of(*id), "thrown in book");
}

TEST_F(PluginTest, AnExceptionThatCrossesTheBoundaryIsContained_Fault50) {
  const auto plugin = load_plugin("throws_through", kFolder);
  ASSERT_TRUE(plugin) << plugin.error().message;
  Publisher publisher(instruments, currencies, nullptr, {});
  StrategySettings s;
  s.name = "s";
  const auto id = publisher.add_strategy(plugin->type(), s);
  ASSERT_TRUE(id) << id.error().message;
  publisher.start(core, {1});
  ASSERT_EQ(core.commands.size(), 1u);
  EXPECT_EQ(core.commands[0].kind, LaneCommand::Kind::StrategyFailed);
  EXPECT_EQ(publisher.failure_of(*id), "through the wall");
}

TEST_F(PluginTest, APluginWrittenInCTrades) {
  const auto plugin = load_plugin("written_in_c", kFolder);
  ASSERT_TRUE(plugin) << plugin.error().message;
  Publisher publisher(instruments, currencies, nullptr, {});
  ASSERT_TRUE(add(publisher, *plugin));
  publisher.start(core, {1});
  publish_book(publisher, 100'000, 100'100, 10);
  ASSERT_EQ(core.commands.size(), 1u);
  EXPECT_EQ(core.commands[0].place.price, Price{100'000});
}

}  // namespace
}  // namespace gannet::engine
