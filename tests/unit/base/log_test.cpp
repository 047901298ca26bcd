#include "base/log.h"

#include <gtest/gtest.h>

#include <cstdio>
#include <fstream>
#include <set>
#include <string>
#include <vector>

namespace gannet {
namespace {

std::string temporary_file() {
  char name[] = "/tmp/gannet-log-XXXXXX";
  const int fd = mkstemp(name);
  EXPECT_GE(fd, 0);
  if (fd >= 0) std::fclose(fdopen(fd, "w"));
  return name;
}

std::vector<std::string> lines_of(const std::string& path) {
  std::ifstream in(path);
  std::vector<std::string> lines;
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  return lines;
}

TEST(Log, WritesOneJsonObjectALineWithExactDecimals) {
  const std::string path = temporary_file();
  {
    LogThread thread({.output = path});
    set_thread_name("reactor");
    log({1'795'430'400'123'456'789}, LogEvent::OrderDenied,
        {LogField::string("reason", "say \"no\"\n"), LogField::decimal("price", -1050, 3),
         LogField::decimal("zero", 0, 4), LogField::decimal("whole", 100, 0),
         LogField::number("n", -7), LogField::boolean("yes", true)});
  }
  const auto lines = lines_of(path);
  ASSERT_EQ(lines.size(), 1u);
  EXPECT_EQ(
      lines[0],
      R"({"ts":"2026-11-23T10:40:00.123456Z","level":"info","thread":"reactor","event":"order.denied",)"
      R"("reason":"say \"no\"\u000a","price":"-1.05","zero":"0","whole":"100","n":-7,"yes":true})");
  std::remove(path.c_str());
}

TEST(Log, CutsTextThatDoesNotFitAndKeepsTheLine) {
  const std::string path = temporary_file();
  {
    LogThread thread({.output = path});
    const std::string big(2'000, 'x');
    log({0}, LogEvent::FrameRefused,
        {LogField::string("frame", big), LogField::string("after", "y")});
  }
  const auto lines = lines_of(path);
  ASSERT_EQ(lines.size(), 1u);
  EXPECT_NE(lines[0].find(std::string(LogRecord::kTextBytes, 'x') + "\",\"after\":\"\"}"),
            std::string::npos);
  std::remove(path.c_str());
}

// MON-06: loss is counted and reported, never silent.
TEST(Log, CountsWhatDoesNotFitTheQueueAndSaysSo) {
  const std::string path = temporary_file();
  const std::uint64_t before = log_records_lost();
  std::size_t sent = 0;
  {
    LogThread thread({.output = path});
    set_thread_name("reactor");
    // The log thread drains while we push, so push until something was lost.
    while (log_records_lost() == before && sent < 50'000'000) {
      log({0}, LogEvent::StatusSummary, {LogField::number("n", static_cast<std::int64_t>(sent++))});
    }
  }
  const std::uint64_t lost = log_records_lost() - before;
  ASSERT_GT(lost, 0u);
  std::size_t kept = 0;
  bool told = false;
  for (const std::string& line : lines_of(path)) {
    kept += line.find("\"event\":\"status\"") != std::string::npos ? 1u : 0u;
    told |= line.find("\"event\":\"log.lost\"") != std::string::npos;
  }
  EXPECT_EQ(kept + lost, sent);
  EXPECT_TRUE(told);
  std::remove(path.c_str());
}

TEST(Log, EventNamesAreUnique) {
  std::set<std::string_view> names;
  for (const LogEventInfo& info : log_events()) {
    EXPECT_TRUE(names.insert(info.name).second) << info.name;
    EXPECT_EQ(info_of(info.event).name, info.name);
    EXPECT_FALSE(info.description.empty());
  }
}

}  // namespace
}  // namespace gannet
