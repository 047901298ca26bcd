#include "app/strategy_desk.h"

#include <gtest/gtest.h>

#include "app/operator_strategy.h"

namespace gannet::app {
namespace {

class StrategyDeskTest : public ::testing::Test {
 protected:
  StrategyDeskTest() {
    type_.name = "quoter";
    type_.version = "2";
    type_.parameters.push_back({.type = GANNET_PARAMETER_NUMBER,
                                .name = "spread",
                                .unit = "bps",
                                .default_value = "5",
                                .minimum = "1",
                                .maximum = "100",
                                .choices = {},
                                .of_instrument = "",
                                .doc = "how wide"});
    type_.parameters.push_back({.type = GANNET_PARAMETER_INSTRUMENT,
                                .name = "instrument",
                                .unit = "",
                                .default_value = {},
                                .minimum = {},
                                .maximum = {},
                                .choices = {},
                                .of_instrument = "",
                                .doc = "what"});
    const CurrencyId usdt = currencies_.intern("USDT");
    Instrument swap;
    swap.name = InstrumentName("BTC-USDT-SWAP");
    swap.quote = swap.settle = usdt;
    instruments_.add(swap);
    engine::StrategySettings quotes;
    quotes.name = "quotes";
    quotes.parameters = {{"instrument", "BTC-USDT-SWAP", engine::ParameterSetting::Kind::Text, ""}};
    strategies_.push_back(quotes);
  }
  StrategyDesk desk() { return {strategies_, {&type_}, instruments_, currencies_}; }
  static std::string error_of(const std::expected<StrategyDesk::Change, Error>& change) {
    return change ? "none" : change.error().message;
  }

  engine::StrategyType type_;
  CurrencyTable currencies_;
  InstrumentTable instruments_;
  std::vector<engine::StrategySettings> strategies_;
};

TEST_F(StrategyDeskTest, ChecksAValueByThePluginsSchemaAndShowsItOnceItIsTaken) {
  StrategyDesk desk = this->desk();
  auto change = desk.change("quotes", "spread=7.5");
  ASSERT_TRUE(change) << change.error().message;
  ASSERT_EQ(change->parameters.values().size(), 2u);
  EXPECT_EQ(change->parameters.values()[0].number, 7.5);
  EXPECT_NE(desk.text({}, false).find(R"("spread":"5")"), std::string::npos) << "not taken yet";
  desk.note_changed(change->strategy, change->given);
  EXPECT_NE(desk.text({}, false).find(R"("spread":"7.5")"), std::string::npos)
      << desk.text({}, false);
  change = desk.change("quotes", "spread=8");
  ASSERT_TRUE(change);
  EXPECT_EQ(change->given.size(), 2u) << "the older word is forgotten";
}

TEST_F(StrategyDeskTest, RefusesWhatDoesNotFit) {
  const StrategyDesk desk = this->desk();
  EXPECT_NE(error_of(desk.change("quotes", "spread=1000")).find("100"), std::string::npos);
  EXPECT_NE(error_of(desk.change("quotes", "spread=wide")).find("spread"), std::string::npos);
  EXPECT_NE(error_of(desk.change("quotes", "spred=5")).find("did you mean \"spread\""),
            std::string::npos);
  EXPECT_NE(error_of(desk.change("quote", "spread=5")).find("did you mean \"quotes\""),
            std::string::npos);
  EXPECT_EQ(error_of(desk.change("quotes", "spread")), "KEY=VALUE is needed");
  EXPECT_NE(error_of(desk.change("quotes", "instrument=ETH-USDT-SWAP")).find("restart"),
            std::string::npos);
}

TEST(OperatorStrategy, IsTheLastAndTakesNoParameters) {
  config::Settings settings;
  settings.strategies.resize(1);
  add_operator(settings);
  ASSERT_EQ(settings.strategies.size(), 2u);
  EXPECT_EQ(settings.strategies.back().name, "operator");
  EXPECT_TRUE(operator_strategy().parameters.empty());
}

}  // namespace
}  // namespace gannet::app
