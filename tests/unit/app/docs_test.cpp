#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <string>

#include "app/commands/docs_command.h"
#include "app/duration.h"
#include "engine/abi_words.h"
#include "engine/lane_messages.h"
#include "gateway/okx/protocol/algo_words.h"
#include "gateway/okx/protocol/coverage.h"
#include "gateway/okx/protocol/frame.h"
#include "gateway/okx/protocol/order_words.h"
#include "test_paths.h"

namespace gannet::app {
namespace {

std::string file(const std::string& name) {
  std::ifstream in(std::string(GANNET_SOURCE_DIR) + "/docs/" + name);
  return std::string(std::istreambuf_iterator<char>(in), {});
}

TEST(Docs, PagesMadeFromCodeAreUpToDate) {
  EXPECT_EQ(file("logs.md"), logs_page()) << "run: gannet docs logs > docs/logs.md";
  EXPECT_EQ(file("configuration.md"), config_page())
      << "run: gannet docs config > docs/configuration.md";
  EXPECT_EQ(file("alert-rules.md"), alert_rules_page())
      << "run: gannet docs alerts > docs/alert-rules.md";
  EXPECT_EQ(file("metrics.md"), metrics_page()) << "run: gannet docs metrics > docs/metrics.md";
  EXPECT_EQ(file("denials.md"), denials_page()) << "run: gannet docs denials > docs/denials.md";
  EXPECT_EQ(file("okx-errors.md"), okx_errors_page())
      << "run: gannet docs okx-errors > docs/okx-errors.md";
  EXPECT_EQ(file("okx-rest.md"), rest_page()) << "run: gannet docs rest > docs/okx-rest.md";
  EXPECT_EQ(file("faults.md"), faults_page()) << "run: gannet docs faults > docs/faults.md";
  EXPECT_EQ(file("control-words.md"), control_words_page())
      << "run: gannet docs control-words > docs/control-words.md";
  EXPECT_EQ(file("okx-coverage.md"), coverage_page())
      << "run: gannet docs okx-coverage > docs/okx-coverage.md";
}

TEST(Docs, TheRunbookKnowsEveryReasonToHold) {
  const std::string runbook = file("runbook.md");
  for (int i = 1; i <= static_cast<int>(engine::HoldReason::NoValuation); ++i) {
    const std::string reason = engine::abi_name(static_cast<engine::HoldReason>(i));
    EXPECT_NE(runbook.find("`held(" + reason + ")`"), std::string::npos) << reason;
  }
}

const okx::CoverageRow* covered(okx::CoverageGroup group, std::string_view word) {
  for (const okx::CoverageRow& row : okx::kCoverage) {
    if (row.group == group && row.word == word && !row.test.empty()) return &row;
  }
  return nullptr;
}

TEST(Coverage, HoldsWhatTheCodeKnowsAndNothingElse) {
  using enum okx::CoverageGroup;
  // Numbered without a hole: the first without a name is behind the last.
  for (int i = 1; !okx::name_of(static_cast<okx::Channel>(i)).empty(); ++i) {
    const auto name = std::string(okx::name_of(static_cast<okx::Channel>(i)));
    const bool bars = name.ends_with("candle");
    EXPECT_NE(covered(Channel, bars ? name + "*" : name), nullptr) << name;
  }
  for (int i = 0; i <= static_cast<int>(okx::OrdType::Improvement); ++i) {
    const auto word = okx::word(static_cast<okx::OrdType>(i));
    EXPECT_NE(covered(OrderType, word), nullptr) << word;
  }
  for (int i = 0; i < kAlgoKinds; ++i) {
    const auto word = okx::word(static_cast<AlgoKind>(i));
    EXPECT_NE(covered(AlgoOrder, word), nullptr) << word;
  }
  for (const okx::CoverageRow& row : okx::kCoverage) {
    if (row.group != Channel) continue;
    const std::string_view name = row.word.substr(0, row.word.find('*'));
    const bool decoded = okx::channel_of(name == "candle" || name.ends_with("-candle")
                                             ? std::string(name) + "1m"
                                             : std::string(name)) != okx::Channel::Other;
    EXPECT_EQ(decoded, !row.test.empty()) << row.word;
  }
}

TEST(Coverage, NamesTestsThatShowIt) {
  for (const okx::CoverageRow& row : okx::kCoverage) {
    if (row.test.empty()) continue;
    const std::string text = file("../tests/" + std::string(row.test));
    EXPECT_NE(text.find(row.seen_as.empty() ? row.word : row.seen_as), std::string::npos)
        << row.test << " does not show " << row.word;
  }
}

TEST(Duration, TakesUnitsAndRefusesTheRest) {
  EXPECT_EQ(parse_duration("30s"), seconds(30));
  EXPECT_EQ(parse_duration("30"), seconds(30));
  EXPECT_EQ(parse_duration("10m"), seconds(600));
  EXPECT_EQ(parse_duration("1h"), seconds(3600));
  EXPECT_EQ(parse_duration("500ms"), milliseconds(500));
  for (const char* wrong : {"", "s", "-5s", "0", "1.5s", "10 s", "1d", "99999999999"}) {
    EXPECT_FALSE(parse_duration(wrong).has_value()) << wrong;
  }
}

}  // namespace
}  // namespace gannet::app
