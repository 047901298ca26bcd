#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <string>

#include "app/commands/docs_command.h"
#include "app/duration.h"
#include "test_paths.h"

namespace gannet::app {
namespace {

std::string file(const std::string& name) {
  std::ifstream in(std::string(GANNET_SOURCE_DIR) + "/docs/" + name);
  return std::string(std::istreambuf_iterator<char>(in), {});
}

TEST(Docs, PagesMadeFromCodeAreUpToDate) {
  EXPECT_EQ(file("logs.md"), logs_page()) << "run: gannet docs logs > docs/logs.md";
  EXPECT_EQ(file("denials.md"), denials_page()) << "run: gannet docs denials > docs/denials.md";
  EXPECT_EQ(file("okx-errors.md"), okx_errors_page())
      << "run: gannet docs okx-errors > docs/okx-errors.md";
  EXPECT_EQ(file("okx-rest.md"), rest_page()) << "run: gannet docs rest > docs/okx-rest.md";
  EXPECT_EQ(file("faults.md"), faults_page()) << "run: gannet docs faults > docs/faults.md";
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
