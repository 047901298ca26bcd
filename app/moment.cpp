#include "app/moment.h"

#include <fmt/format.h>

#include <array>
#include <chrono>
#include <optional>
#include <string>

namespace gannet::app {
namespace {

Error no_moment(std::string_view text) {
  return {fmt::format(
      "\"{}\" is no moment: 2026-11-30, 2026-11-30T12:00:05Z (UTC) or milliseconds since 1970",
      text)};
}

/// Takes so many digits from the front.
std::optional<int> take_digits(std::string_view& text, std::size_t count) {
  if (text.size() < count) return std::nullopt;
  int value = 0;
  for (const char c : text.substr(0, count)) {
    if (c < '0' || c > '9') return std::nullopt;
    value = value * 10 + (c - '0');
  }
  text.remove_prefix(count);
  return value;
}

bool take(std::string_view& text, char c) {
  if (text.empty() || text.front() != c) return false;
  text.remove_prefix(1);
  return true;
}

std::expected<Timestamp, Error> from_millis(std::string_view text) {
  std::int64_t value = 0;
  for (const char c : text) {
    if (c < '0' || c > '9' || value > 1'000'000'000'000'000)
      return std::unexpected(no_moment(text));
    value = value * 10 + (c - '0');
  }
  if (value > 9'000'000'000'000) return std::unexpected(no_moment(text));
  return from_unix_millis(value);
}

}  // namespace

std::expected<Timestamp, Error> parse_moment(std::string_view text) {
  if (text.empty()) return std::unexpected(no_moment(text));
  if (text.find('-') == std::string_view::npos) return from_millis(text);
  std::string_view rest = text;
  std::array<int, 6> parts{};  // year to second
  constexpr std::array<char, 6> kBefore{0, '-', '-', 'T', ':', ':'};
  std::size_t read = 0;
  for (; read < parts.size(); ++read) {
    if (read == 3 && rest.empty()) break;  // a day alone
    if (read == 5 && (rest.empty() || rest == "Z")) break;
    if (read > 0 && !take(rest, kBefore[read])) return std::unexpected(no_moment(text));
    const auto number = take_digits(rest, read == 0 ? 4 : 2);
    if (!number) return std::unexpected(no_moment(text));
    parts[read] = *number;
  }
  if (!rest.empty() && rest != "Z") return std::unexpected(no_moment(text));
  namespace chrono = std::chrono;
  const chrono::year_month_day day{chrono::year{parts[0]},
                                   chrono::month{static_cast<unsigned>(parts[1])},
                                   chrono::day{static_cast<unsigned>(parts[2])}};
  const bool in_day = parts[3] < 24 && parts[4] < 60 && parts[5] < 60;
  if (!day.ok() || !in_day || parts[0] < 1970) return std::unexpected(no_moment(text));
  const std::int64_t days = chrono::sys_days{day}.time_since_epoch().count();
  return Timestamp{(days * 86'400 + parts[3] * 3'600 + parts[4] * 60 + parts[5]) * 1'000'000'000};
}

}  // namespace gannet::app
