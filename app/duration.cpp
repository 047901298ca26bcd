#include "app/duration.h"

#include <charconv>
#include <string>

namespace gannet::app {

std::expected<Nanos, Error> parse_duration(std::string_view text) {
  const auto wrong = [&] {
    return std::unexpected(
        Error{"not a duration: \"" + std::string(text) + "\" (write 30s, 10m, 1h or 500ms)"});
  };
  std::int64_t count = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), count);
  if (error != std::errc{} || count <= 0 || count > 10'000'000) return wrong();
  const std::string_view unit(end, static_cast<std::size_t>(text.data() + text.size() - end));
  if (unit.empty() || unit == "s") return seconds(count);
  if (unit == "ms") return milliseconds(count);
  if (unit == "m") return seconds(count * 60);
  if (unit == "h") return seconds(count * 3600);
  return wrong();
}

}  // namespace gannet::app
