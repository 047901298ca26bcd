#include "app/sim_scenario.h"

#include <gtest/gtest.h>

#include "app/request_log.h"

namespace gannet::app {
namespace {

TEST(SimScenario, TurnsEachFaultIntoAnOrderAndKeepsItsLine) {
  const auto steps = parse_scenario(R"(
[[fault]]
fault = "half_open"
connection = "private"
at = "5s"
for = "2s"

[[fault]]
fault = "rate_refusal"
probability = 0.5
count = 3
)",
                                    "s.toml");
  ASSERT_TRUE(steps) << steps.error().message;
  ASSERT_EQ(steps->size(), 2u);
  EXPECT_EQ((*steps)[0].line, 2);
  EXPECT_NE((*steps)[0].json.find("half_open"), std::string::npos);
  EXPECT_NE((*steps)[0].json.find("5s"), std::string::npos);
  EXPECT_EQ((*steps)[1].line, 8);
  EXPECT_NE((*steps)[1].json.find("0.5"), std::string::npos);
}

TEST(SimScenario, SaysFileAndLineOfWhatIsWrong) {
  const auto error_of = [](std::string_view text) {
    const auto steps = parse_scenario(text, "s.toml");
    return steps ? std::string("none") : steps.error().message;
  };
  EXPECT_EQ(error_of("\nfaults = 1\n"),
            "s.toml:2: unknown key faults; a scenario is a list of [[fault]]");
  EXPECT_EQ(error_of("[[fault]]\nat = \"5s\"\n"), "s.toml:1: want fault = \"...\"");
  EXPECT_EQ(error_of("fault = 5\n"), "s.toml:1: want [[fault]]");
  EXPECT_EQ(error_of("[[fault]\n").find("s.toml:1: "), 0u);
  EXPECT_EQ(error_of(""), "none");
  EXPECT_FALSE(read_scenario("/nonexistent/s.toml"));
}

TEST(RequestLine, IsOneReadableLineWhateverTheClientSent) {
  okx_server::RequestNote note;
  note.what = "POST /api/v5/trade/order";
  note.key = "3f2a***";
  note.code = "51008";
  note.why = "no money\n(available 12.3 USDT\x1b[2J)";
  note.refused = true;
  EXPECT_EQ(request_line(note, from_unix_millis(1'795'430'400'250)),
            "10:40:00.250 POST /api/v5/trade/order key=3f2a*** refused 51008: no money?(available "
            "12.3 USDT?[2J)");
  note.refused = false;
  EXPECT_EQ(request_line(note, from_unix_millis(1'795'430'400'250)),
            "10:40:00.250 POST /api/v5/trade/order key=3f2a*** ok");
  EXPECT_FALSE(request_log("off"));
}

}  // namespace
}  // namespace gannet::app
