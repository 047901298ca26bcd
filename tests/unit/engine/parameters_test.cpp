#include "engine/parameters.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/instrument_samples.h"

namespace gannet::engine {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using Kind = ParameterSetting::Kind;

class ParametersTest : public testing::Test {
 protected:
  ParametersTest() {
    instruments_.add(gannet::test::linear_swap(currencies_));
    instruments_.add(gannet::test::inverse_swap(currencies_));
    instruments_.add(gannet::test::spot(currencies_));
    type_.name = "p";
    spec("instrument", GANNET_PARAMETER_INSTRUMENT);
  }
  ParameterSpec& spec(const std::string& name, std::uint32_t type) {
    ParameterSpec& added = type_.parameters.emplace_back();
    added.name = name;
    added.type = type;
    added.of_instrument = "instrument";
    added.doc = "what it is";
    return added;
  }
  /// The second parameter's value, or the one problem.
  std::expected<gannet_value, std::string> parse(const std::string& text, Kind kind = Kind::Text,
                                                 const std::string& instrument = "BTC-USDT-SWAP") {
    const std::vector<ParameterSetting> given = {
        {"instrument", instrument, Kind::Text, "f.toml:1"},
        {type_.parameters[1].name, text, kind, "f.toml:2"}};
    auto parsed = parse_parameters(type_, given, instruments_, currencies_);
    if (!parsed) return std::unexpected(parsed.error().at(0));
    return parsed->values()[1];
  }

  CurrencyTable currencies_;
  InstrumentTable instruments_;
  StrategyType type_;
};

TEST_F(ParametersTest, ReadsQuantitiesInContractsAndInBaseCurrencyExactly) {
  spec("quantity", GANNET_PARAMETER_QUANTITY);
  EXPECT_EQ(parse("1 contract")->integer, 100);
  EXPECT_EQ(parse("1.5 contracts")->integer, 150);
  EXPECT_EQ(parse("0.01 BTC")->integer, 100);  // a contract of 0.01 BTC
  EXPECT_EQ(parse("0.0001 BTC")->integer, 1);  // the lot
  EXPECT_EQ(parse("0.5 BTC", Kind::Text, "BTC-USDT")->integer, 50'000'000);
  EXPECT_EQ(parse("3 contracts", Kind::Text, "BTC-USD-SWAP")->integer, 3);
}

TEST_F(ParametersTest, RefusesQuantitiesThatAreNotExactOrHaveAnotherUnit) {
  spec("quantity", GANNET_PARAMETER_QUANTITY);
  EXPECT_THAT(parse("0.00015 BTC").error(),
              HasSubstr("not a multiple of the lot size, 0.01 contracts"));
  EXPECT_THAT(parse("0.001 contracts").error(), HasSubstr("not a multiple of the lot size"));
  EXPECT_THAT(parse("1").error(),
              HasSubstr("needs a unit that BTC-USDT-SWAP has: contracts or BTC"));
  EXPECT_THAT(parse("500 USDT").error(), HasSubstr("needs a unit"));
  EXPECT_THAT(parse("one contract").error(), HasSubstr("like \"1 contract\""));
  EXPECT_THAT(parse("-1 contract").error(), HasSubstr("is a quantity"));
  EXPECT_THAT(parse("0.01 BTC", Kind::Text, "BTC-USD-SWAP").error(), HasSubstr("has: contracts"));
  EXPECT_THAT(parse("1 contract", Kind::Text, "BTC-USDT").error(), HasSubstr("has: BTC"));
}

TEST_F(ParametersTest, NamesWhereWhichAndTheBounds) {
  auto& bounded = spec("levels", GANNET_PARAMETER_INTEGER);
  bounded.minimum = "1";
  bounded.maximum = "5";
  EXPECT_EQ(parse("3", Kind::Integer)->integer, 3);
  EXPECT_EQ(parse("9", Kind::Integer).error(),
            "f.toml:2: parameter levels = \"9\": must be 1 to 5 ");
  EXPECT_THAT(parse("1.5", Kind::Number).error(), HasSubstr("is a whole number"));
}

TEST_F(ParametersTest, ReadsNumbersDurationsPricesAmountsAndChoices) {
  spec("x", GANNET_PARAMETER_NUMBER);
  EXPECT_DOUBLE_EQ(parse("0.25", Kind::Number)->number, 0.25);
  EXPECT_THAT(parse("nan", Kind::Number).error(), HasSubstr("finite"));
  type_.parameters.pop_back();
  spec("x", GANNET_PARAMETER_DURATION);
  EXPECT_EQ(parse("250ms")->integer, 250'000'000);
  EXPECT_THAT(parse("250").error(), HasSubstr("duration with its unit"));
  type_.parameters.pop_back();
  spec("x", GANNET_PARAMETER_PRICE);
  EXPECT_EQ(parse("65000.1")->integer, 65'000'100);
  EXPECT_THAT(parse("65000.15").error(), HasSubstr("on the tick, 0.1"));
  type_.parameters.pop_back();
  spec("x", GANNET_PARAMETER_AMOUNT);
  EXPECT_EQ(parse("500 USDT")->amount.high, 27);  // 500 * 10^18 >> 64
  EXPECT_THAT(parse("500 XYZ").error(), HasSubstr("no instrument here is in XYZ"));
  EXPECT_THAT(parse("500").error(), HasSubstr("like \"500 USDT\""));
  type_.parameters.pop_back();
  spec("x", GANNET_PARAMETER_TEXT).choices = {"best", "top5"};
  EXPECT_STREQ(parse("top5")->text == nullptr ? "" : "has text", "has text");
  EXPECT_THAT(parse("bst").error(), HasSubstr("is one of best, top5; did you mean \"best\"?"));
  type_.parameters.pop_back();
  spec("x", GANNET_PARAMETER_BOOL);
  EXPECT_EQ(parse("true", Kind::Bool)->integer, 1);
  EXPECT_THAT(parse("yes").error(), HasSubstr("true or false"));
}

TEST_F(ParametersTest, TakesDefaultsAndAsksForWhatHasNone) {
  spec("a", GANNET_PARAMETER_INTEGER).default_value = "7";
  spec("b", GANNET_PARAMETER_INTEGER);
  const std::vector<ParameterSetting> given = {{"instrument", "BTC-USDT", Kind::Text, "f.toml:1"}};
  const auto parsed = parse_parameters(type_, given, instruments_, currencies_);
  ASSERT_FALSE(parsed);
  EXPECT_THAT(parsed.error(), ElementsAre("p needs parameter \"b\" (what it is)"));
}

TEST_F(ParametersTest, CollectsAllProblems) {
  spec("quantity", GANNET_PARAMETER_QUANTITY);
  const std::vector<ParameterSetting> given = {
      {"instrument", "BTC-USDT-SWPA", Kind::Text, "f.toml:1"},
      {"quantty", "1 contract", Kind::Text, "f.toml:2"}};
  const auto parsed = parse_parameters(type_, given, instruments_, currencies_);
  ASSERT_FALSE(parsed);
  EXPECT_THAT(parsed.error(),
              ElementsAre(HasSubstr("did you mean \"quantity\"?"),
                          HasSubstr("no such instrument; did you mean \"BTC-USDT-SWAP\"?"),
                          HasSubstr("p needs parameter \"quantity\"")));
}

}  // namespace
}  // namespace gannet::engine
