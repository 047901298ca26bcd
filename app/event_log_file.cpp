#include "app/event_log_file.h"

#include <cerrno>
#include <cstring>

namespace gannet::app {

std::expected<std::unique_ptr<EventLogFile>, Error> EventLogFile::open(
    const std::string& path, const InstrumentTable& instruments, const CurrencyTable& currencies,
    Timestamp start) {
  std::FILE* const file = std::fopen(path.c_str(), "we");
  if (file == nullptr) {
    return std::unexpected(Error{"--event-log " + path + ": " + std::strerror(errno)});
  }
  return std::unique_ptr<EventLogFile>(new EventLogFile(file, instruments, currencies, start));
}

EventLogFile::EventLogFile(std::FILE* file, const InstrumentTable& instruments,
                           const CurrencyTable& currencies, Timestamp start)
    : file_(file), log_(instruments, currencies, start, [file](std::string_view line) {
        std::fwrite(line.data(), 1, line.size(), file);
        std::fputc('\n', file);
      }) {}

EventLogFile::~EventLogFile() { std::fclose(file_); }

}  // namespace gannet::app
