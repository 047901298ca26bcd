#pragma once

#include <cstdio>
#include <expected>
#include <memory>
#include <string>

#include "base/error.h"
#include "sim/event_log.h"

namespace gannet::app {

/// A simulated exchange's events in a file, a JSON line each (`sim/event_log.h`). Whole when it is
/// destroyed. Thread: the exchange's.
class EventLogFile {
 public:
  /// Replaces the file. Error: it cannot be written. The tables outlive the log.
  static std::expected<std::unique_ptr<EventLogFile>, Error> open(
      const std::string& path, const InstrumentTable& instruments, const CurrencyTable& currencies,
      Timestamp start);
  ~EventLogFile();
  EventLogFile(const EventLogFile&) = delete;
  EventLogFile& operator=(const EventLogFile&) = delete;

  sim::ExchangeEvents& events() noexcept { return log_; }

 private:
  EventLogFile(std::FILE* file, const InstrumentTable& instruments, const CurrencyTable& currencies,
               Timestamp start);

  std::FILE* file_;
  sim::EventLog log_;
};

}  // namespace gannet::app
