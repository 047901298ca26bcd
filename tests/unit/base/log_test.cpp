#include "base/log.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdio>
#include <fstream>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "base/log_event_notes.h"

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

// A named thread's records differ in length and go round its ring many times.
TEST(Log, KeepsEveryLineOfANamedThreadInItsOrder) {
  const std::string path = temporary_file();
  constexpr std::int64_t kLines = 40'000;
  std::uint64_t lost = 0;
  {
    LogThread thread({.output = path});
    std::thread([&lost] {
      set_thread_name("lane-1");
      const std::string words(300, 'w');
      const std::uint64_t before = log_records_lost();
      for (std::int64_t n = 0; n < kLines; ++n) {
        const auto length = static_cast<std::size_t>(n % 299);
        while (true) {
          const std::uint64_t lost_before = log_records_lost();
          log({n}, LogEvent::StatusSummary,
              {LogField::number("n", n),
               LogField::string("w", std::string_view(words).substr(0, length)),
               LogField::real_number("half", 0.5)});
          if (log_records_lost() == lost_before) break;
          std::this_thread::yield();  // the ring was full: say it again
        }
      }
      lost = log_records_lost() - before;
    }).join();
  }
  std::int64_t next = 0;
  for (const std::string& line : lines_of(path)) {
    if (line.find("log.lost") != std::string::npos) continue;
    const std::string words(static_cast<std::size_t>(next % 299), 'w');
    ASSERT_NE(line.find("\"thread\":\"lane-1\",\"event\":\"status\",\"n\":" + std::to_string(next) +
                        ",\"w\":\"" + words + "\",\"half\":0.5}"),
              std::string::npos)
        << line;
    ++next;
  }
  EXPECT_EQ(next, kLines) << lost << " said again";
  std::remove(path.c_str());
}

// MON-05, MON-06: a sink that does not move blocks nobody; what is lost is counted and told.
TEST(Log, CountsWhatDoesNotFitTheQueueWhileItsSinkIsBlocked) {
  const std::string path = temporary_file();
  std::remove(path.c_str());
  ASSERT_EQ(mkfifo(path.c_str(), 0600), 0);
  // Read and write: opening does not wait for the other end, and the pipe holds 64 KiB unread.
  const int fifo = open(path.c_str(), O_RDWR | O_NONBLOCK);
  ASSERT_GE(fifo, 0);
  const std::uint64_t before = log_records_lost();
  std::size_t sent = 0;
  std::string text;
  const auto read_some = [&] {
    char buffer[65'536];
    for (ssize_t n = 1; n > 0;) {
      n = read(fifo, buffer, sizeof buffer);
      if (n > 0) text.append(buffer, static_cast<std::size_t>(n));
    }
  };
  {
    LogThread thread({.output = path});
    set_thread_name("reactor");
    while (log_records_lost() == before) {
      log({0}, LogEvent::StatusSummary, {LogField::number("n", static_cast<std::int64_t>(sent++))});
      ASSERT_LT(sent, 100'000u);
    }
    // The sink moves again: everything that was kept comes out, and the loss is told.
    while (text.find("\"event\":\"log.lost\"") == std::string::npos) read_some();
  }
  read_some();
  const std::uint64_t lost = log_records_lost() - before;
  std::size_t kept = 0;
  for (std::size_t at = text.find("\"event\":\"status\""); at != std::string::npos;
       at = text.find("\"event\":\"status\"", at + 1)) {
    ++kept;
  }
  EXPECT_EQ(kept + lost, sent);
  close(fifo);
  std::remove(path.c_str());
}

// MON-06: a storm of one event does not fill the disk, and what is left out is told.
TEST(Log, LinesAboveAnEventsRateAreCountedAndTold) {
  const std::string path = temporary_file();
  const std::uint32_t most = note_of(LogEvent::BookWithdrawn).per_ten_seconds;
  ASSERT_GT(most, 0u);
  {
    LogThread thread({.output = path});
    set_thread_name("reactor");
    for (std::uint32_t i = 0; i < most + 7; ++i)
      log({seconds(1).count}, LogEvent::BookWithdrawn, {});
    log({seconds(12).count}, LogEvent::BookWithdrawn, {});  // the next window
    for (std::uint32_t i = 0; i < most + 7; ++i) log({0}, LogEvent::OrderPlaced, {});
  }
  std::size_t withdrawn = 0, placed = 0, told = 0;
  for (const std::string& line : lines_of(path)) {
    withdrawn += line.find(R"("event":"book.withdrawn")") != std::string::npos;
    placed += line.find(R"("event":"order.placed")") != std::string::npos;
    told += line.find(R"("event":"log.suppressed","suppressed":"book.withdrawn","records":7)"
                      R"(,"seconds":10})") != std::string::npos;
  }
  EXPECT_EQ(withdrawn, most + 1);
  EXPECT_EQ(placed, most + 7) << "orders are all told";
  EXPECT_EQ(told, 1u);
  std::remove(path.c_str());
}

// MON-06: what orders, fills, kills and critical events say is never left out.
TEST(LogNotes, StandBesideEveryEventAndLimitNoCriticalOne) {
  for (const LogEventInfo& info : log_events()) {
    const LogEventNote& note = note_of(info.event);
    EXPECT_FALSE(note.remedy.empty()) << info.name << ": add it to base/log_event_notes.cpp";
    const bool may_be_limited = info.level != LogLevel::Critical;
    EXPECT_TRUE(may_be_limited || note.per_ten_seconds == 0) << info.name;
    EXPECT_EQ(note.fields.find("  "), std::string_view::npos) << info.name;
  }
  using enum LogEvent;
  for (const LogEvent event : {OrderPlaced, OrderLive, OrderRejected, OrderFilled, OrderCancelled,
                               OrderUnknown, Fill, LateFill})
    EXPECT_EQ(note_of(event).per_ten_seconds, 0u) << info_of(event).name;
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
