#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>

#include "base/log_events.h"
#include "base/time.h"

namespace gannet {

/// One named value of a log line. The key must be a string literal; text is copied into the record
/// (cut when it is full), so it need not outlive the call.
struct LogField {
  enum class Kind : std::uint8_t { Integer, Decimal, Text, Boolean, Real };
  const char* key = "";
  Kind kind = Kind::Integer;
  std::uint8_t digits = 0;
  std::int64_t integer = 0;
  double real = 0;
  std::string_view text;

  static constexpr LogField number(const char* key, std::int64_t value) noexcept {
    return {key, Kind::Integer, 0, value, 0, {}};
  }
  /// An exact decimal: `raw` counts of 10^-digits; printed as a string, as all prices are.
  static constexpr LogField decimal(const char* key, std::int64_t raw, int digits) noexcept {
    return {key, Kind::Decimal, static_cast<std::uint8_t>(digits), raw, 0, {}};
  }
  static constexpr LogField string(const char* key, std::string_view value) noexcept {
    return {key, Kind::Text, 0, 0, 0, value};
  }
  static constexpr LogField boolean(const char* key, bool value) noexcept {
    return {key, Kind::Boolean, 0, value ? 1 : 0, 0, {}};
  }
  static constexpr LogField real_number(const char* key, double value) noexcept {
    return {key, Kind::Real, 0, 0, value, {}};
  }
};

/// What crosses to the log thread: fixed size, no pointers but to literals.
struct LogRecord {
  static constexpr std::size_t kMaxFields = 12;
  static constexpr std::size_t kTextBytes = 512;

  struct Field {
    const char* key;
    LogField::Kind kind;
    std::uint8_t digits;
    std::uint16_t text_size;
    union {
      std::int64_t integer;
      double real;
      std::uint64_t text_offset;
    };
  };

  Timestamp time;
  LogEvent event{};
  std::uint8_t field_count = 0;
  std::uint16_t text_used = 0;
  const char* thread = "";
  std::array<Field, kMaxFields> fields;
  std::array<char, kTextBytes> text;
};

/// One JSON object a line: ts, level, thread, event, then the fields. For the log thread and tests.
std::string format_line(const LogRecord& record);
/// The value of its i-th field for people: text as it is, numbers as on the line.
std::string field_text(const LogRecord& record, std::size_t i);

/// Names the calling thread for its log lines and for the system ("reactor", "lane-1", ...); a
/// literal. Call once at the thread's start; it also makes the thread's place in the queue, so that
/// later log calls do not allocate.
void set_thread_name(const char* literal) noexcept;

/// Hands a record to the log thread: a bounded copy, no formatting, no allocation, no lock; a full
/// queue drops it and counts. Any thread. Before `start_log` records are dropped and counted too.
void log(Timestamp now, LogEvent event, std::initializer_list<LogField> fields) noexcept;

/// Where lines go: a path, or "stdout", "stderr", "none".
struct LogSettings {
  std::string output = "stderr";
  LogLevel lowest = LogLevel::Info;
  /// Called on the log thread for every record that arrives, before its line is written; must not
  /// wait for anything. Outlives the log thread. Empty: nobody listens.
  std::function<void(const LogRecord&)> listener{};
};

/// Owns the log thread: started by the constructor, drained and joined by the destructor. One at a
/// time in a process.
class LogThread {
 public:
  explicit LogThread(const LogSettings& settings);
  ~LogThread();
  LogThread(const LogThread&) = delete;
  LogThread& operator=(const LogThread&) = delete;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// Records lost to a full queue (or to no log thread) since the process started.
std::uint64_t log_records_lost() noexcept;

}  // namespace gannet
