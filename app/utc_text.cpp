#include "app/utc_text.h"

#include <fmt/format.h>
#include <time.h>

namespace gannet::app {

std::string utc_text(Timestamp time) {
  const time_t second = time.nanos / 1'000'000'000;
  tm utc{};
  ::gmtime_r(&second, &utc);
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:09}Z", utc.tm_year + 1900,
                     utc.tm_mon + 1, utc.tm_mday, utc.tm_hour, utc.tm_min, utc.tm_sec,
                     time.nanos % 1'000'000'000);
}

}  // namespace gannet::app
